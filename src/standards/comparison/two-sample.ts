import { mean, student, variance } from '#standards/statistics';
import type { Alternative, Interval } from './proportion.ts';

export interface TTest {
  t: number;
  df: number;
  pValue: number;
  /** Of the difference of the means; one-sided tests have one-sided limits. */
  interval: Interval;
}

export interface TestOptions {
  /** The difference that is tested; 0 if not said. */
  shift?: number;
  alternative?: Alternative;
  level?: number;
}

/**
 * The t test of two groups' means: Welch's, or with one variance for both.
 *
 * @throws RangeError where a group is too small, or nothing varies
 *
 * Source: Welch, Biometrika 1938;29:350; degrees of freedom by Satterthwaite 1946.
 */
export function tTest(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  { shift = 0, alternative = 'two-sided', level = 0.95, pooled = false }: TestOptions & { pooled?: boolean } = {},
): TTest {
  const { error, df } = pooled ? pooledError(x, y) : welchError(x, y);
  const [one, two] = [mean(x), mean(y)];
  if (!(error > 10 * Number.EPSILON * Math.max(Math.abs(one), Math.abs(two))))
    throw new RangeError('the values of both groups are all but the same, so there is no error to compare with');
  const t = (one - two - shift) / error;
  const reach = (outside: number): number => student.quantile(outside, df, { upper: true }) * error;
  const difference = one - two;
  if (alternative === 'less')
    return { t, df, pValue: student.cdf(t, df), interval: [-Infinity, difference + reach(1 - level)] };
  if (alternative === 'greater')
    return { t, df, pValue: student.cdf(t, df, { upper: true }), interval: [difference - reach(1 - level), Infinity] };
  const half = reach((1 - level) / 2);
  return { t, df, pValue: 2 * student.cdf(-Math.abs(t), df), interval: [difference - half, difference + half] };
}

function welchError(x: ArrayLike<number>, y: ArrayLike<number>): { error: number; df: number } {
  if (x.length < 2 || y.length < 2) throw new RangeError('each group needs two values');
  const [one, two] = [variance(x) / x.length, variance(y) / y.length];
  const df = (one + two) ** 2 / (one ** 2 / (x.length - 1) + two ** 2 / (y.length - 1));
  return { error: Math.sqrt(one + two), df };
}

function pooledError(x: ArrayLike<number>, y: ArrayLike<number>): { error: number; df: number } {
  const df = x.length + y.length - 2;
  if (x.length < 1 || y.length < 1 || df < 1) throw new RangeError('the groups need three values together');
  const squares = (values: ArrayLike<number>): number =>
    values.length > 1 ? (values.length - 1) * variance(values) : 0;
  const spread = (squares(x) + squares(y)) / df;
  return { error: Math.sqrt(spread * (1 / x.length + 1 / y.length)), df };
}
