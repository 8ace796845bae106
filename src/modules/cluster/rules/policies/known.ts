import type { Answers, AnswerValue, KnownAnswer, Variable } from '../../model/policies.ts';
import { isAnswer } from './feel.ts';

/** What the record says of an enterprise under one property. */
export interface Recorded {
  value: unknown;
  /** Only a bound, or sources that do not agree. */
  isVague: boolean;
  by: string;
  at: string | null;
}

/**
 * Answers of one enterprise: its own word, else what the record gives. A bound, a dispute, or words that mean two things are no answer.
 *
 * @param places division codes of where it lies
 */
export function answersOf(
  variables: readonly Variable[],
  own: ReadonlyMap<string, { value: AnswerValue | null; by: string; at: string }>,
  record: ReadonlyMap<string, readonly Recorded[]>,
): KnownAnswer[] {
  return variables.flatMap((variable): KnownAnswer[] => {
    const { name } = variable;
    const said = own.get(name);
    if (said !== undefined && said.value !== null && isAnswer(variable, said.value))
      return [{ name, value: said.value, from: 'own', by: said.by, at: said.at }];
    const recorded = record.get(variable.record?.property ?? '') ?? [];
    const values = recorded.flatMap((each) => {
      const value = each.isVague ? undefined : readRecorded(variable, each.value);
      return value === undefined ? [] : [{ value, each }];
    });
    const [first] = values;
    if (first === undefined || values.some(({ value }) => value !== first.value)) return [];
    return [{ name, value: first.value, from: 'record', by: first.each.by, at: first.each.at }];
  });
}

function readRecorded(variable: Variable, value: unknown): AnswerValue | undefined {
  const { prefixes, words } = variable.record!;
  if (prefixes !== undefined) return prefixes.find(([prefix]) => String(value).startsWith(prefix))?.[1];
  if (words !== undefined) {
    const text = String(value).toLowerCase();
    return words.find(([word]) => text.includes(word.toLowerCase()))?.[1];
  }
  return isAnswer(variable, value) ? value : undefined;
}

export function valuesByName(answers: readonly KnownAnswer[]): Answers {
  return Object.fromEntries(answers.map(({ name, value }) => [name, value]));
}
