import { Problem } from '#kernel/problem';
import { type CrsFindings, gradeCrs, gradeIcans, type IcansFindings } from '#standards/astct';
import { type Answer, assessWhoUmc, type CaseFacts, scoreNaranjo } from '#standards/causality';
import { ASSESSMENT_FORMS, type AssessmentField, type AssessmentMethod } from '../model.ts';

export interface Judged {
  /** As they were checked, with what the method made of each. */
  answers: Record<string, unknown>;
  /** A category, or `grade <n>`. */
  result: string;
  score: number | null;
}

/**
 * What a method says of the answers. It proposes; who answered has decided by recording it.
 *
 * @throws Problem `invalid` for an answer that the question does not have, `unprocessable` for a number that cannot be
 */
export function assess(method: AssessmentMethod, given: Readonly<Record<string, unknown>>): Judged {
  const answers = readAnswers(method, given);
  try {
    return JUDGES[method](answers);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Problem('unprocessable', 'an answer cannot be right', { method, why: error.message });
  }
}

type Answers = Record<string, unknown>;

const JUDGES: Readonly<Record<AssessmentMethod, (answers: Answers) => Judged>> = {
  'who-umc': (answers) => {
    const { decided, ...facts } = answers;
    const { category, missing } = assessWhoUmc({ isDefinitive: false, ...facts } as unknown as CaseFacts);
    const result = typeof decided === 'string' ? decided : category;
    return { answers: { ...answers, proposed: category, missing: missing.map(({ id }) => id) }, result, score: null };
  },
  naranjo: (answers) => {
    const { score, category, parts } = scoreNaranjo(answers as Record<string, Answer>);
    const points = Object.fromEntries(parts.map((part) => [part.id, part.points]));
    return { answers: { ...answers, points }, result: category, score };
  },
  crs: (answers) => graded(answers, gradeCrs(answers as CrsFindings)),
  icans: (answers) => graded(answers, gradeIcans(answers as IcansFindings)),
};

function graded(
  answers: Answers,
  { grade, decisive, unknown }: { grade: number; decisive: readonly string[]; unknown: readonly string[] },
): Judged {
  return { answers: { ...answers, decisive, unknown }, result: `grade ${grade}`, score: grade };
}

function readAnswers(method: AssessmentMethod, given: Readonly<Record<string, unknown>>): Answers {
  const fields = new Map(ASSESSMENT_FORMS[method].map((field) => [field.id, field]));
  const answers: Answers = {};
  for (const [id, value] of Object.entries(given)) {
    const field = fields.get(id);
    if (field === undefined) throw new Problem('invalid', 'this method has no such question', { method, question: id });
    if (value === undefined || value === null || value === '') continue;
    answers[id] = readAnswer(field, value);
  }
  const lacking = [...fields.values()].filter(({ id, needed }) => needed === true && answers[id] === undefined);
  if (lacking.length > 0)
    throw new Problem('invalid', 'these questions must be answered', { questions: lacking.map(({ id }) => id) });
  return answers;
}

const MOST_TEXTS = 20;

function readAnswer({ id, type, options = [] }: AssessmentField, value: unknown): unknown {
  const isRight = {
    number: typeof value === 'number' && Number.isFinite(value),
    flag: typeof value === 'boolean',
    choice: options.some((option) => option.value === value),
    texts:
      Array.isArray(value) &&
      value.length <= MOST_TEXTS &&
      value.every((text) => typeof text === 'string' && text.length <= 100),
  }[type];
  if (!isRight)
    throw new Problem('invalid', 'this is no answer to the question', {
      question: id,
      type,
      ...(options.length > 0 && { values: options.map((option) => option.value) }),
    });
  return value;
}
