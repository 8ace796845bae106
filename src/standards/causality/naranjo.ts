import type { Text } from './text.ts';

export type Answer = 'yes' | 'no' | 'unknown';

export interface NaranjoQuestion {
  id: string;
  text: Text;
  /** What each answer scores. */
  yes: number;
  no: number;
  unknown: number;
}

/** The ten questions with their scores. */
export const NARANJO_QUESTIONS: readonly NaranjoQuestion[] = [
  question(
    'previous-reports',
    1,
    0,
    'Are there previous conclusive reports on this reaction?',
    '该反应以前是否已有结论性报告？',
  ),
  question(
    'after-drug',
    2,
    -1,
    'Did the adverse event appear after the suspected drug was administered?',
    '该不良事件是否在使用可疑药物之后出现？',
  ),
  question(
    'dechallenge',
    1,
    0,
    'Did the adverse reaction improve when the drug was discontinued or a specific antagonist was administered?',
    '停药或使用特异性拮抗剂后，该反应是否好转？',
  ),
  question(
    'rechallenge',
    2,
    -1,
    'Did the adverse reaction reappear when the drug was readministered?',
    '再次用药后，该反应是否再次出现？',
  ),
  question(
    'other-causes',
    -1,
    2,
    'Are there alternative causes (other than the drug) that could on their own have caused the reaction?',
    '是否存在除该药以外、可单独引起该反应的其他原因？',
  ),
  question(
    'placebo',
    -1,
    1,
    'Did the reaction reappear when a placebo was given?',
    '给予安慰剂后，该反应是否再次出现？',
  ),
  question(
    'toxic-concentration',
    1,
    0,
    'Was the drug detected in the blood (or other fluids) in concentrations known to be toxic?',
    '血液或其他体液中的药物浓度是否达到已知的中毒浓度？',
  ),
  question(
    'dose-response',
    1,
    0,
    'Was the reaction more severe when the dose was increased, or less severe when the dose was decreased?',
    '增加剂量后反应是否加重，或减少剂量后反应是否减轻？',
  ),
  question(
    'similar-before',
    1,
    0,
    'Did the patient have a similar reaction to the same or similar drugs in any previous exposure?',
    '患者以前使用相同或类似药物时，是否有过类似反应？',
  ),
  question(
    'objective-evidence',
    1,
    0,
    'Was the adverse event confirmed by any objective evidence?',
    '该不良事件是否有客观证据证实？',
  ),
];

function question(id: string, yes: number, no: number, en: string, zh: string): NaranjoQuestion {
  return { id, yes, no, unknown: 0, text: { en, zh } };
}

export type NaranjoCategory = 'definite' | 'probable' | 'possible' | 'doubtful';

export const NARANJO_CATEGORIES: readonly { category: NaranjoCategory; least: number; text: Text }[] = [
  { category: 'definite', least: 9, text: { en: 'Definite', zh: '肯定' } },
  { category: 'probable', least: 5, text: { en: 'Probable', zh: '很可能' } },
  { category: 'possible', least: 1, text: { en: 'Possible', zh: '可能' } },
  { category: 'doubtful', least: -4, text: { en: 'Doubtful', zh: '可疑' } },
];

export interface NaranjoScore {
  /** -4 to 13. */
  score: number;
  category: NaranjoCategory;
  /** What each question added, in their order. */
  parts: { id: string; answer: Answer; points: number }[];
}

/**
 * The probability that a drug caused a reaction, from ten answers; what is left out is unknown and scores 0.
 *
 * @throws RangeError for an answer to a question that there is not
 *
 * Source: Naranjo et al., Clin Pharmacol Ther 1981;30:239-245. The Chinese wording is this project's own translation.
 */
export function scoreNaranjo(answers: Readonly<Record<string, Answer>>): NaranjoScore {
  const strange = Object.keys(answers).find((id) => !NARANJO_QUESTIONS.some((each) => each.id === id));
  if (strange !== undefined) throw new RangeError(`there is no question ${strange}`);
  const parts = NARANJO_QUESTIONS.map((each) => {
    const answer = answers[each.id] ?? 'unknown';
    return { id: each.id, answer, points: each[answer] };
  });
  const score = parts.reduce((sum, { points }) => sum + points, 0);
  const { category } = NARANJO_CATEGORIES.find(({ least }) => score >= least)!;
  return { score, category, parts };
}
