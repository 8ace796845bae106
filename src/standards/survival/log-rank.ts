import { chiSquare } from '../statistics/index.ts';
import type { Groups, Observations } from './model.ts';
import { byGroup } from './order.ts';
import { positiveDefinite } from './semidefinite.ts';
import { tieTimes } from './ties.ts';

export interface LogRank {
  /** Weighted events of each group, summed over the strata. */
  observed: Float64Array;
  expected: Float64Array;
  /** Of observed - expected. */
  variance: Float64Array[];
  chiSquare: number;
  df: number;
  p: number;
}

/**
 * Do the groups have the same survival? The events at each time are weighted by S(t-)^rho, S over all groups of the stratum: 0 is the log-rank test, 1 Peto and
 * Peto's form of Wilcoxon's.
 *
 * @param rows right-censored, without weights
 * @throws RangeError when there is one group, or none of them can be told from the others
 *
 * Source: Harrington & Fleming, Biometrika 1982;69:553. A group that expects no event is left out of the test.
 */
export function logRank(
  { time, event }: Pick<Observations, 'time' | 'event'>,
  groups: Groups,
  strata: Groups,
  rho = 0,
): LogRank {
  if (groups.count < 2) throw new RangeError('a test needs two groups');
  const { times, order } = tieTimes(time);
  const { order: sorted, ends } = byGroup(order, strata.codes, strata.count);
  const sums = {
    observed: new Float64Array(groups.count),
    expected: new Float64Array(groups.count),
    variance: Array.from({ length: groups.count }, () => new Float64Array(groups.count)),
  };
  for (const [stratum, end] of ends.entries())
    addStratum(
      sums,
      { times, event, order: sorted.subarray(stratum === 0 ? 0 : ends[stratum - 1]!, end) },
      groups,
      rho,
    );
  return { ...sums, ...tested(sums) };
}

type Sums = Pick<LogRank, 'observed' | 'expected' | 'variance'>;

function addStratum(
  { observed, expected, variance }: Sums,
  { times, event, order }: { times: Float64Array; event: Uint8Array; order: Uint32Array },
  { codes, count }: Groups,
  rho: number,
): void {
  const risk = new Float64Array(count);
  const died = new Float64Array(count);
  const left = new Float64Array(count);
  for (const row of order) risk[codes[row]!]! += 1;
  let survival = 1;
  for (let at = 0; at < order.length; ) {
    const now = times[order[at]!]!;
    const n = order.length - at;
    let deaths = 0;
    died.fill(0);
    left.fill(0);
    for (; at < order.length && times[order[at]!]! === now; at += 1) {
      const row = order[at]!;
      const group = codes[row]!;
      left[group]! += 1;
      if (event[row] === 1) {
        deaths += 1;
        died[group]! += 1;
      }
    }
    if (deaths > 0) {
      const weight = rho === 0 ? 1 : survival ** rho;
      for (let j = 0; j < count; j += 1) {
        observed[j]! += weight * died[j]!;
        expected[j]! += (weight * deaths * risk[j]!) / n;
      }
      if (n > 1) {
        const common = (weight * weight * deaths * (n - deaths)) / (n * (n - 1));
        for (let j = 0; j < count; j += 1) {
          const each = common * risk[j]!;
          const to = variance[j]!;
          to[j]! += each;
          for (let k = 0; k < count; k += 1) to[k]! -= (each * risk[k]!) / n;
        }
      }
      survival *= (n - deaths) / n;
    }
    for (let j = 0; j < count; j += 1) risk[j]! -= left[j]!;
  }
}

function tested({ observed, expected, variance }: Sums): Pick<LogRank, 'chiSquare' | 'df' | 'p'> {
  const groups = Array.from(expected.keys()).filter((group) => expected[group]! > 0);
  // The groups' differences add up to 0: one of them is told by the others.
  const kept = groups.slice(1);
  if (kept.length === 0) throw new RangeError('there are no events in two groups: nothing can be tested');
  const difference = Float64Array.from(kept, (group) => observed[group]! - expected[group]!);
  const between = kept.map((row) => Float64Array.from(kept, (column) => variance[row]![column]!));
  const solved = positiveDefinite(between)?.solve(difference);
  if (solved === undefined) throw new RangeError('the variance of the groups is singular: nothing can be tested');
  const statistic = solved.reduce((sum, value, at) => sum + value * difference[at]!, 0);
  return { chiSquare: statistic, df: kept.length, p: chiSquare.cdf(statistic, kept.length, { upper: true }) };
}

/**
 * Is the survival of one sample that of a population? One-sample log-rank test, of the same weights.
 *
 * @param expectedSurvival of each subject, to its time, in the population: above 0, at most 1
 *
 * Source: Harrington & Fleming 1982, as in R's survdiff with an offset.
 */
export function oneSampleLogRank(
  { event }: Pick<Observations, 'event'>,
  expectedSurvival: Float64Array,
  rho = 0,
): { observed: number; expected: number; variance: number; chiSquare: number; df: 1; p: number } {
  let [observed, expected, difference, variance] = [0, 0, 0, 0];
  for (const [row, survival] of expectedSurvival.entries()) {
    if (!(survival > 0 && survival <= 1)) throw new RangeError('an expected survival must be above 0 and at most 1');
    observed += event[row]!;
    expected -= Math.log(survival);
    if (rho === 0) continue;
    difference += 1 / rho - (1 / rho + event[row]!) * survival ** rho;
    variance += (1 - survival ** (2 * rho)) / (2 * rho);
  }
  if (rho === 0) {
    difference = expected - observed;
    variance = expected;
  }
  const statistic = (difference * difference) / variance;
  const p = chiSquare.cdf(statistic, 1, { upper: true });
  return { observed, expected, variance, chiSquare: statistic, df: 1, p };
}
