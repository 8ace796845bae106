/** Days counted from 0. */
export interface CurveSummary {
  cases: number;
  /** The first and last day with a case. */
  first: number;
  last: number;
  /** The first of the days with the most cases. */
  peak: { day: number; cases: number };
  /** The days by which a quarter, half and three quarters of all cases had come. */
  quartiles: [number, number, number];
  /** Days without a case after the last. */
  quiet: number;
  /** Means of the seven days up to each day; of fewer at the beginning. */
  smoothed: Float64Array;
  /** Of the smoothed curve. */
  smoothedPeak: { day: number; cases: number };
  cumulated: Float64Array;
}

const WEEK = 7;

/**
 * An epidemic curve in figures.
 *
 * @param cases by day, whole numbers; all days of the period, those without cases too
 * @returns     undefined when there is no case
 * @throws RangeError when a count is negative or not known
 */
export function curveSummary(cases: ArrayLike<number>): CurveSummary | undefined {
  const counts = Float64Array.from(cases);
  if (!counts.every((count) => count >= 0 && count < Infinity))
    throw new RangeError('counts of cases must be known and not negative');
  let sum = 0;
  const cumulated = counts.map((count) => {
    sum += count;
    return sum;
  });
  if (sum === 0) return undefined;
  const smoothed = trailingMeans(counts);
  const last = counts.findLastIndex((count) => count > 0);
  const reached = (share: number): number => cumulated.findIndex((each) => each >= share * sum);
  return {
    cases: sum,
    first: counts.findIndex((count) => count > 0),
    last,
    peak: peakOf(counts),
    quartiles: [reached(0.25), reached(0.5), reached(0.75)],
    quiet: counts.length - 1 - last,
    smoothed,
    smoothedPeak: peakOf(smoothed),
    cumulated,
  };
}

function trailingMeans(counts: Float64Array): Float64Array {
  let sum = 0;
  return counts.map((count, day) => {
    sum += count - (day >= WEEK ? counts[day - WEEK]! : 0);
    return sum / Math.min(WEEK, day + 1);
  });
}

function peakOf(values: Float64Array): { day: number; cases: number } {
  let day = 0;
  for (let at = 1; at < values.length; at += 1) if (values[at]! > values[day]!) day = at;
  return { day, cases: values[day]! };
}
