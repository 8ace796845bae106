import { normal } from '#standards/statistics';
import { isAbove, type Judged } from './judged.ts';

export interface EarsOptions {
  /** C1 looks at the days just before, C2 leaves two of them out, C3 also weighs how far the two days before stood out. */
  method?: 'C1' | 'C2' | 'C3';
  /** How many counts make the baseline; 3 or more. */
  baseline?: number;
  /** The standard deviation is taken as at least this. */
  minSigma?: number;
  /** One-sided; 0.001, for C3 0.025. The rule takes few counts for the truth and so errs more often: of normal counts with a baseline of 7 in 1.4 % at 0.001. */
  alpha?: number;
}

/** How many counts before the tested one each method needs. */
export function earsLead({ method = 'C1', baseline = 7 }: EarsOptions = {}): number {
  return baseline + { C1: 0, C2: 2, C3: 4 }[method];
}

/** The counts that a count is judged by: from the first up to, without, the second, 0-based. */
export function earsBaseline(
  at: number,
  { method = 'C1', baseline = 7 }: EarsOptions = {},
): [from: number, to: number] {
  const to = at - (method === 'C1' ? 0 : GAP);
  return [to - baseline, to];
}

/**
 * The Early Aberration Reporting System: a count against mean and standard deviation of a few counts shortly before.
 *
 * @param counts    one a day (or week), oldest first; NaN is missing and makes the bounds that rest on it unknown
 * @param positions which of them are judged, 0-based
 * @returns         the bound above which a count is an alarm; C3 states its rule as a bound too, floored at 0
 * @throws RangeError when a judged count has not enough counts before it, or an option is out of its range
 *
 * Source: Hutwagner, Thompson, Seeman, Treadwell, J Urban Health 2003;80:i89-96; as in Salmon, Schumacher, Höhle, J Stat Softw 2016;70(10).
 */
export function ears(counts: Float64Array, positions: Iterable<number>, options: EarsOptions = {}): Judged {
  const { method = 'C1', baseline = 7, minSigma = 0, alpha = method === 'C3' ? 0.025 : 0.001 } = options;
  if (!(baseline >= 3)) throw new RangeError('the baseline must hold at least 3 counts');
  if (!(minSigma >= 0)) throw new RangeError('the least standard deviation must not be negative');
  const z = normal.quantile(alpha, 0, 1, { upper: true });
  const lead = earsLead(options);
  const judged = Int32Array.from(positions);
  const bound = new Float64Array(judged.length);
  const expected = new Float64Array(judged.length);
  const pValue = new Float64Array(judged.length);
  for (const [row, at] of judged.entries()) {
    if (at < lead || at >= counts.length) throw new RangeError('too few counts before the first one to be judged');
    bound[row] = method === 'C3' ? thirdBound(counts, at, baseline, minSigma, z) : bandBound(counts, at, options, z);
    const [from] = earsBaseline(at, options);
    const mean = meanOf(counts, from, baseline);
    const sigma = Math.max(deviationOf(counts, from, baseline, mean), minSigma);
    expected[row] = mean;
    pValue[row] = sigma > 0 ? normal.cdf(counts[at]!, mean, sigma, { upper: true }) : Number(counts[at]! <= mean);
  }
  return { expected, bound, pValue, alarm: Array.from(judged, (at, row) => isAbove(counts[at]!, bound[row]!)) };
}

function bandBound(counts: Float64Array, at: number, options: EarsOptions, z: number): number {
  const { baseline = 7, minSigma = 0 } = options;
  const [from] = earsBaseline(at, options);
  const mean = meanOf(counts, from, baseline);
  return mean + z * Math.max(deviationOf(counts, from, baseline, mean), minSigma);
}

/** Counts left out between the baseline and the tested one, so that a beginning outbreak does not hide itself. */
const GAP = 2;

function thirdBound(counts: Float64Array, at: number, baseline: number, minSigma: number, z: number): number {
  const [from] = earsBaseline(at, { method: 'C3', baseline });
  const sigma = Math.max(deviationOf(counts, from, baseline, meanOf(counts, from, baseline)), minSigma);
  const before =
    excess(counts, at - 2, from - 2, baseline, minSigma) + excess(counts, at - 1, from - 1, baseline, minSigma);
  return Math.max(0, counts[at]! + sigma * (z - before));
}

/** By how many standard deviations more than one the count stood above its own baseline. */
function excess(counts: Float64Array, at: number, from: number, baseline: number, minSigma: number): number {
  const mean = meanOf(counts, from, baseline);
  return Math.max(0, (counts[at]! - mean) / Math.max(deviationOf(counts, from, baseline, mean), minSigma) - 1);
}

function meanOf(counts: Float64Array, from: number, length: number): number {
  let sum = 0;
  for (let at = from; at < from + length; at += 1) sum += counts[at]!;
  return sum / length;
}

function deviationOf(counts: Float64Array, from: number, length: number, mean: number): number {
  let squares = 0;
  for (let at = from; at < from + length; at += 1) squares += (counts[at]! - mean) ** 2;
  return Math.sqrt(squares / (length - 1));
}
