import { eigenSymmetric, mean, ranks, variance } from '#standards/statistics';
import { tTest } from './two-sample.ts';

export interface CompositeRequest {
  /** Per endpoint, its value in each unit. */
  endpoints: readonly ArrayLike<number>[];
  /** Per endpoint 1 where more is better, -1 where less is. */
  directions: readonly (1 | -1)[];
  weights: readonly number[];
}

export interface Composite {
  /** Per unit: the mean and the weighted mean of the standardised endpoints, more being better. */
  zMean: Float64Array;
  weightedZ: Float64Array;
  /** Per unit: the sum of its ranks in each endpoint, equal values sharing theirs. */
  rankSum: Float64Array;
  /** Per unit: the weighted geometric mean of its places between the worst (0) and the best (1) value of each endpoint. */
  desirability: Float64Array;
  /** What the endpoints have most in common; the sign is arbitrary, here such that the loadings' sum is not negative. */
  component: { loadings: Float64Array; scores: Float64Array; variance: number };
  correlations: Float64Array[];
  /** Of the standardised endpoints. */
  cronbachAlpha: number;
}

/** A place of 0 would make the whole desirability 0. */
const LEAST_PLACE = 1e-6;

/**
 * Scores that put several endpoints into one number, each by another rule.
 *
 * @throws RangeError where an endpoint is the same in all units, or there are fewer than two of either
 *
 * Source: O'Brien, Biometrics 1984;40:1079 (z and rank sums); Derringer and Suich, J Qual Technol 1980;12:214 (desirability); Cronbach, Psychometrika 1951;16:297.
 */
export function composite({ endpoints, directions, weights }: CompositeRequest): Composite {
  const oriented = endpoints.map((values, at) => Float64Array.from(values, (value) => value * directions[at]!));
  if (oriented.length < 2 || oriented[0]!.length < 2)
    throw new RangeError('a composite needs two endpoints and two units');
  const z = oriented.map(standardise);
  const ranked = oriented.map((values) => ranks(values).values);
  const places = oriented.map(placesOf);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const correlations = z.map((one) => Float64Array.from(z, (two) => dot(one, two) / (one.length - 1)));
  const over = (values: readonly Float64Array[], shares: readonly number[]): Float64Array =>
    values[0]!.map((_, unit) => values.reduce((sum, column, at) => sum + column[unit]! * shares[at]!, 0));
  const equal = endpoints.map(() => 1);
  const sums = over(z, equal);
  const k = endpoints.length;
  return {
    zMean: sums.map((sum) => sum / k),
    weightedZ: over(z, weights).map((sum) => sum / total),
    rankSum: over(ranked, equal),
    desirability: over(
      places.map((column) => column.map(Math.log)),
      weights,
    ).map((sum) => Math.exp(sum / total)),
    component: firstComponent(z, correlations),
    correlations,
    cronbachAlpha: (k / (k - 1)) * (1 - k / variance(sums)),
  };
}

export interface RankSumTest {
  t: number;
  df: number;
  pValue: number;
}

/**
 * Compares two groups in all endpoints at once: the t test, with a common variance, of their units' rank sums.
 *
 * Source: O'Brien, Biometrics 1984;40:1079.
 */
export function compareRankSums(rankSum: Float64Array, treated: readonly boolean[]): RankSumTest {
  const [one, zero] = [true, false].map((group) => rankSum.filter((_, unit) => treated[unit] === group)) as [
    Float64Array,
    Float64Array,
  ];
  const { t, df, pValue } = tTest(one, zero, { pooled: true });
  return { t, df, pValue };
}

function firstComponent(z: readonly Float64Array[], correlations: readonly Float64Array[]): Composite['component'] {
  const { values, vectors } = eigenSymmetric(correlations);
  const found = vectors[0]!;
  const sign = found.reduce((sum, loading) => sum + loading, 0) < 0 ? -1 : 1;
  const loadings = found.map((loading) => sign * loading);
  const scores = z[0]!.map((_, unit) => z.reduce((sum, column, at) => sum + column[unit]! * loadings[at]!, 0));
  return { loadings, scores, variance: values[0]! };
}

function standardise(values: Float64Array): Float64Array {
  const spread = Math.sqrt(variance(values));
  if (!(spread > 0)) throw new RangeError('an endpoint is the same in all units');
  const centre = mean(values);
  return values.map((value) => (value - centre) / spread);
}

function placesOf(values: Float64Array): Float64Array {
  const least = values.reduce((a, b) => Math.min(a, b));
  const most = values.reduce((a, b) => Math.max(a, b));
  return values.map((value) => Math.max((value - least) / (most - least), LEAST_PLACE));
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, at) => sum + value * b[at]!, 0);
}
