import { mean, normal, variance } from '#standards/statistics';
import { isAbove, type Judged } from './judged.ts';

export interface CdcOptions {
  /** How many years back. */
  years?: number;
  /** How many months (of four weeks) before and after the same month of the years before. */
  months?: number;
  /** Two-sided: the bound is the upper end of an interval of 1 - alpha. */
  alpha?: number;
}

const WEEKS_A_YEAR = 52;
const WEEKS_A_MONTH = 4;

export interface CdcJudged extends Judged {
  /** What is judged: the cases of the four weeks that end with the position. */
  months: Float64Array;
}

/**
 * The limits that the Centers for Disease Control printed with its weekly reports: the last four weeks against the same and the neighbouring four weeks of the years before.
 *
 * @param counts    one a week, oldest first
 * @param positions the weeks that end the months that are judged, 0-based
 * @throws RangeError where the series does not reach back so far
 *
 * Source: Stroup, Williamson, Herndon, Karon, Stat Med 1989;8:323-329, as a prediction interval by Farrington and Andrews 2003.
 */
export function cdc(counts: Float64Array, positions: Iterable<number>, options: CdcOptions = {}): CdcJudged {
  const { alpha = 0.025 } = options;
  const judged = Int32Array.from(positions);
  const z = normal.quantile(alpha / 2, 0, 1, { upper: true });
  const pasts = Array.from(judged, (at) => pastMonths(counts, at, options));
  const expected = Float64Array.from(pasts, mean);
  const sigma = Float64Array.from(pasts, (past) => Math.sqrt(variance(past) * (1 + 1 / past.length)));
  const bound = expected.map((each, row) => each + z * sigma[row]!);
  const months = Float64Array.from(judged, (at) => monthOf(counts, [at - 3, at - 2, at - 1, at]));
  const pValue = months.map((month, row) =>
    sigma[row]! > 0 ? normal.cdf(month, expected[row]!, sigma[row]!, { upper: true }) : Number(month <= expected[row]!),
  );
  return { expected, bound, pValue, months, alarm: Array.from(months, (month, row) => isAbove(month, bound[row]!)) };
}

function pastMonths(counts: Float64Array, at: number, { years = 5, months = 1 }: CdcOptions): number[] {
  const weeks: number[] = [];
  for (let year = 1; year <= years; year += 1) {
    const from = at - year * WEEKS_A_YEAR - months * WEEKS_A_MONTH - (WEEKS_A_MONTH - 1);
    for (let week = 0; week < (2 * months + 1) * WEEKS_A_MONTH; week += 1) weeks.push(from + week);
  }
  // Windows so wide that the years overlap are read in the order of time.
  weeks.sort((one, two) => one - two);
  if (weeks.length === 0 || weeks[0]! < 0 || at >= counts.length)
    throw new RangeError('the series is too short for the years and the months asked for');
  return Array.from({ length: weeks.length / WEEKS_A_MONTH }, (_, month) =>
    monthOf(counts, weeks.slice(month * WEEKS_A_MONTH, (month + 1) * WEEKS_A_MONTH)),
  );
}

function monthOf(counts: Float64Array, weeks: readonly number[]): number {
  return weeks.reduce((sum, week) => sum + counts[week]!, 0);
}
