import { eigenSymmetric, student } from '#standards/statistics';

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
  const ranks = oriented.map(ranksOf);
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
    rankSum: over(ranks, equal),
    desirability: over(
      places.map((column) => column.map(Math.log)),
      weights,
    ).map((sum) => Math.exp(sum / total)),
    component: firstComponent(z, correlations),
    correlations,
    cronbachAlpha: (k / (k - 1)) * (1 - k / varianceOf(sums)),
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
  const [one, zero] = [true, false].map((group) => rankSum.filter((_, unit) => treated[unit] === group));
  const df = rankSum.length - 2;
  if (one!.length < 1 || zero!.length < 1 || df < 1) throw new RangeError('both groups need units');
  const pooled = (squaresOf(one!) + squaresOf(zero!)) / df;
  const t = (meanOf(one!) - meanOf(zero!)) / Math.sqrt(pooled * (1 / one!.length + 1 / zero!.length));
  return { t, df, pValue: 2 * student.cdf(Math.abs(t), df, { upper: true }) };
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
  const spread = Math.sqrt(varianceOf(values));
  if (!(spread > 0)) throw new RangeError('an endpoint is the same in all units');
  const mean = meanOf(values);
  return values.map((value) => (value - mean) / spread);
}

function placesOf(values: Float64Array): Float64Array {
  const least = values.reduce((a, b) => Math.min(a, b));
  const most = values.reduce((a, b) => Math.max(a, b));
  return values.map((value) => Math.max((value - least) / (most - least), LEAST_PLACE));
}

/** Ranks from 1; equal values have the mean of theirs. */
function ranksOf(values: Float64Array): Float64Array {
  const order = Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to += 1;
    for (let at = from; at < to; at += 1) ranks[order[at]!] = (from + to + 1) / 2;
    from = to;
  }
  return ranks;
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function squaresOf(values: Float64Array): number {
  const mean = meanOf(values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}

function varianceOf(values: Float64Array): number {
  return squaresOf(values) / (values.length - 1);
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, at) => sum + value * b[at]!, 0);
}
