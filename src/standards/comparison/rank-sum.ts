import { findRoot, normal, ranks } from '#standards/statistics';
import type { Interval } from './proportion.ts';
import type { TestOptions } from './two-sample.ts';

export interface RankSum {
  /** Pairs in which x is larger, ties half. */
  w: number;
  /** By the normal distribution, with ties. */
  pValue: number;
  /** The shift of location between the groups, and its limits, from the same normal distribution. */
  shift: number;
  interval: Interval;
}

/** R's wilcox.test's own tolerance of roots. */
const R_TOLERANCE = 1e-4;

/**
 * Wilcoxon's rank-sum test by the normal distribution, and Hodges and Lehmann's shift.
 *
 * @param corrected by 1/2 towards the middle, as usual
 * @param tolerance how near the shift and its limits must be; that of R's wilcox.test if not said, for the jumps between which they lie are no nearer
 * @throws RangeError where a group is empty, or all values are the same
 *
 * Source: Hollander and Wolfe, Nonparametric Statistical Methods, chapter 4; the shift as R's wilcox.test with exact = FALSE, which solves for it in the normal score.
 */
export function rankSumTest(
  x: Float64Array,
  y: Float64Array,
  {
    shift = 0,
    alternative = 'two-sided',
    level = 0.95,
    corrected = true,
    tolerance = R_TOLERANCE,
  }: TestOptions & { corrected?: boolean; tolerance?: number } = {},
): RankSum {
  if (x.length === 0 || y.length === 0) throw new RangeError('a group is empty');
  const way = { 'two-sided': 0, less: -1, greater: 1 }[alternative];
  const score = (by: number, correct: boolean): number => {
    const { distance, sd } = distanceFromMiddle(x, y, by);
    const correction = way === 0 ? Math.sign(distance) : way;
    return (distance - (correct ? correction / 2 : 0)) / sd;
  };
  const z = score(shift, corrected);
  if (Number.isNaN(z)) throw new RangeError('all values are the same, so their ranks tell nothing');
  const [least, most] = [minimum(x) - maximum(y), maximum(x) - minimum(y)];
  const limit = (aim: number): number => {
    const over = (by: number): number => score(by, corrected) - aim;
    if (over(least) <= 0) return least;
    if (over(most) >= 0) return most;
    return findRoot(over, least, most, { tolerance });
  };
  const outside = way === 0 ? (1 - level) / 2 : 1 - level;
  const reach = normal.quantile(outside, 0, 1, { upper: true });
  return {
    w: distanceFromMiddle(x, y, shift).distance + (x.length * y.length) / 2,
    pValue: way === 0 ? 2 * normal.cdf(-Math.abs(z)) : normal.cdf(-way * z),
    shift: findRoot((by) => score(by, false), least, most, { tolerance }),
    interval: [way === -1 ? -Infinity : limit(reach), way === 1 ? Infinity : limit(-reach)],
  };
}

function distanceFromMiddle(x: Float64Array, y: Float64Array, by: number): { distance: number; sd: number } {
  const [m, n] = [x.length, y.length];
  const all = new Float64Array(m + n);
  for (let at = 0; at < m; at += 1) all[at] = x[at]! - by;
  all.set(y, m);
  const { values, ties } = ranks(all);
  let sum = 0;
  for (let at = 0; at < m; at += 1) sum += values[at]!;
  const total = m + n;
  const tied = ties.reduce((cubes, size) => cubes + size ** 3 - size, 0);
  const spread = ((m * n) / 12) * (total + 1 - tied / (total * (total - 1)));
  return { distance: sum - (m * (m + 1)) / 2 - (m * n) / 2, sd: Math.sqrt(spread) };
}

function minimum(values: Float64Array): number {
  return values.reduce((least, value) => Math.min(least, value), Infinity);
}

function maximum(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, value), -Infinity);
}
