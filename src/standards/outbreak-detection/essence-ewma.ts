import { mean, student, variance } from '#standards/statistics';

/** What ESSENCE's detectors say of each count; NaN before the first that can be judged. */
export interface EssenceJudged {
  expected: Float64Array;
  /** Of Student's distribution. */
  statistic: Float64Array;
  /** One-sided. */
  pValue: Float64Array;
}

export interface EwmaOptions {
  /** The baseline grows up to this many counts (28); 7 or more. */
  baseline?: number | undefined;
  /** Counts left out between the baseline and the judged one (2). */
  guard?: number | undefined;
  /** Weights of the newest count, of a slow and a quick average (0.4 and 0.9). */
  weights?: readonly [number, number] | undefined;
}

const SHORTEST = 7;

/**
 * ESSENCE's exponentially weighted moving averages: a slow and a quick one, each against mean and standard deviation of a baseline; the smaller p-value counts.
 *
 * @param counts one a day, oldest first, none missing; a series that stays below 1 is taken as shares and scaled by the median of those above 0, so that `expected` is scaled too
 * @throws RangeError for too few or missing counts, or options out of their range
 *
 * Source: Burkom, Elbert, Magruder, Najmi, Peter, Thompson, in: Lombardo and Buckeridge, Disease Surveillance, 2007; as R Rnssp 0.3.1 `alert_ewma` has it, constants included.
 */
export function essenceEwma(counts: Float64Array, options: EwmaOptions = {}): EssenceJudged {
  const { baseline: longest = 28, guard = 2, weights = [0.4, 0.9] } = options;
  if (!(longest >= SHORTEST)) throw new RangeError('the baseline must be 7 counts or longer');
  if (!(guard >= 0)) throw new RangeError('the guard band must not be negative');
  if (counts.length < longest + guard + 1) throw new RangeError('there are too few counts for the baseline');
  if (counts.some((count) => Number.isNaN(count))) throw new RangeError('the counts must have no gap');
  const y = scaled(counts);
  const averages = weights.map((weight) => startAverage(y, weight, SHORTEST + guard));
  const judged = unjudged(y.length);
  for (let at = SHORTEST + guard; at < y.length; at += 1) {
    const to = at - guard;
    const past = y.subarray(Math.max(0, to - longest), to);
    const baseline = { mean: mean(past), sigma: Math.sqrt(variance(past)), length: past.length, guard };
    const [slow, quick] = averages.map((average) => advance(average, y[at]!, baseline));
    const smaller = sixteenDigits(slow!.pValue) < sixteenDigits(quick!.pValue) ? slow! : quick!;
    judged.expected[at] = baseline.mean;
    judged.statistic[at] = smaller.statistic;
    judged.pValue[at] = smaller.pValue;
  }
  return judged;
}

/** R has p as 1 less the other tail, so that two that are next to nothing are equal: then it is the quick average that counts. */
function sixteenDigits(p: number): number {
  return 1 - (1 - p);
}

export function unjudged(length: number): EssenceJudged {
  const column = (): Float64Array => new Float64Array(length).fill(Number.NaN);
  return { expected: column(), statistic: column(), pValue: column() };
}

function scaled(counts: Float64Array): Float64Array {
  const sorted = counts.filter((count) => count > 0).sort();
  if (sorted.length === 0 || sorted.at(-1)! >= 1) return counts;
  const middle = sorted.length / 2;
  const median = (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
  return counts.map((count) => count / median);
}

interface Average {
  weight: number;
  value: number;
}

function startAverage(y: Float64Array, weight: number, until: number): Average {
  let value = y[0]!;
  for (let at = 1; at < until; at += 1) value = weight * y[at]! + (1 - weight) * value;
  return { weight, value };
}

interface Past {
  mean: number;
  sigma: number;
  length: number;
  guard: number;
}

/** Takes the new count into the average, and sets an average that stands out too far back to its limit, so that it does not hide what follows. */
function advance(average: Average, count: number, past: Past): { statistic: number; pValue: number } {
  const df = past.length - 1;
  const limit = roundedLimit(0.01, df);
  const error = errorOf(average.weight, past, roundedLimit(0.05, df));
  average.value = average.weight * count + (1 - average.weight) * average.value;
  const statistic = (average.value - past.mean) / error;
  if (Math.abs(statistic) > limit) average.value = past.mean + Math.sign(statistic) * limit * error;
  return { statistic, pValue: student.cdf(statistic, df, { upper: true }) };
}

/** Standard error of the average's distance from the baseline's mean, with the published corrections for few cases. */
function errorOf(weight: number, { sigma, length, guard }: Past, warning: number): number {
  const left = 1 - weight;
  const shared = 2 * left ** (guard + 1) * ((1 - left ** length) / length);
  const correction = Math.sqrt(weight / (2 - weight) + 1 / length - shared);
  const constant = (0.1289 - (0.2414 - 0.1826 * left ** 4) * Math.log(10 * 0.05)) * (weight / warning);
  const least = (weight / warning) * (0.01 + 0.05 * left ** 2);
  return Math.max(least, sigma * correction + constant);
}

const LIMITS = new Map<number, number>();

/** Student's quantile to five decimals, as tabled. */
export function roundedLimit(p: number, df: number): number {
  const key = df + p;
  const known = LIMITS.get(key);
  if (known !== undefined) return known;
  const limit = Math.round(student.quantile(p, df, { upper: true }) * 1e5) / 1e5;
  LIMITS.set(key, limit);
  return limit;
}
