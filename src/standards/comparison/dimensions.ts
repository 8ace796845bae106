import { logGamma, normal } from '#standards/statistics';
import type { Interval } from './proportion.ts';

/** One of several things that a treatment may change, e.g. a score, a laboratory value, a response. */
export interface Dimension {
  name: string;
  /** Measured values, or 1 and 0 for yes and no; NaN where it is missing. */
  kind: 'measured' | 'yes-no';
  values: ArrayLike<number>;
  /** 1 where more is better, -1 where less is. */
  better: 1 | -1;
  /** In the overall score; 1 where absent. */
  weight?: number;
}

export interface DimensionDifference {
  name: string;
  n1: number;
  n0: number;
  /** Means, or shares of yes. */
  value1: number;
  value0: number;
  /** Treated less control in standard deviations, above 0 where the treated do better. */
  estimate: number;
  standardError: number;
  interval: Interval;
}

export interface DimensionScore {
  dimensions: DimensionDifference[];
  /** The weighted mean of the differences. Its error takes into account that the dimensions go together. */
  overall: Pick<DimensionDifference, 'estimate' | 'standardError' | 'interval'>;
}

/**
 * How much better the treated do in each dimension, on one scale, and in all together.
 *
 * Measured dimensions: Hedges' g, the difference of means in pooled standard deviations, with his correction for small samples. Yes-no dimensions: Cohen's h, the
 * difference of arcsines, which has the same scale and an error even where all or none respond. The overall error is the jackknife's over units.
 *
 * @throws RangeError where a group has fewer than two values in a dimension, or a measured dimension does not vary
 *
 * Source: Hedges, J Educ Stat 1981;6:107; Cohen, Statistical Power Analysis, 1988, chapter 6; Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 11.
 */
export function compareDimensions(
  dimensions: readonly Dimension[],
  treated: readonly boolean[],
  level = 0.95,
): DimensionScore {
  if (dimensions.length === 0) throw new RangeError('there is no dimension');
  const reach = normal.quantile((1 + level) / 2);
  const sums = dimensions.map((dimension) => sumsOf(dimension, treated));
  const found = dimensions.map(({ name, kind, better }, at): DimensionDifference => {
    const { one, zero, centre } = sums[at]!;
    const estimate = better * differenceOf(kind, one, zero, centre);
    const spread = kind === 'measured' ? estimate ** 2 / (2 * (one.n + zero.n)) : 0;
    const standardError = Math.sqrt(1 / one.n + 1 / zero.n + spread);
    const interval: Interval = [estimate - reach * standardError, estimate + reach * standardError];
    return {
      name,
      n1: one.n,
      n0: zero.n,
      value1: one.sum / one.n,
      value0: zero.sum / zero.n,
      estimate,
      standardError,
      interval,
    };
  });
  const weights = dimensions.map(({ weight = 1 }) => weight);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const estimate = found.reduce((sum, each, at) => sum + (weights[at]! / total) * each.estimate, 0);
  const standardError = jackknifeError(
    dimensions,
    treated,
    sums,
    weights.map((weight) => weight / total),
  );
  return {
    dimensions: found,
    overall: {
      estimate,
      standardError,
      interval: [estimate - reach * standardError, estimate + reach * standardError],
    },
  };
}

interface Sums {
  n: number;
  sum: number;
  squares: number;
}

interface GroupSums {
  one: Sums;
  zero: Sums;
  /** Taken off every value, so that squares lose no digits. */
  centre: number;
}

function sumsOf({ name, kind, values }: Dimension, treated: readonly boolean[]): GroupSums {
  if (values.length !== treated.length) throw new RangeError(`${name} needs a value, or NaN, for each unit`);
  const known = Array.from(values).filter((value) => !Number.isNaN(value));
  if (kind === 'yes-no' && known.some((value) => value !== 0 && value !== 1))
    throw new RangeError(`${name} has values other than 0 and 1`);
  const centre = kind === 'measured' ? known.reduce((sum, value) => sum + value, 0) / known.length : 0;
  const of = (group: boolean): Sums => {
    const own = Array.from(values).filter((value, unit) => treated[unit] === group && !Number.isNaN(value));
    if (own.length < 2) throw new RangeError(`a group has fewer than two values of ${name}`);
    return own.reduce(
      ({ n, sum, squares }, value) => ({ n: n + 1, sum: sum + value, squares: squares + (value - centre) ** 2 }),
      { n: 0, sum: 0, squares: 0 },
    );
  };
  const found = { one: of(true), zero: of(false), centre };
  if (kind === 'measured' && !(pooledVariance(found.one, found.zero, centre) > 0))
    throw new RangeError(`${name} does not vary within the groups`);
  return found;
}

function differenceOf(kind: Dimension['kind'], one: Sums, zero: Sums, centre: number): number {
  if (kind === 'yes-no') return arcsine(one) - arcsine(zero);
  const df = one.n + zero.n - 2;
  const correction = Math.exp(logGamma(df / 2) - logGamma((df - 1) / 2)) / Math.sqrt(df / 2);
  return (correction * (one.sum / one.n - zero.sum / zero.n)) / Math.sqrt(pooledVariance(one, zero, centre));
}

function arcsine({ n, sum }: Sums): number {
  return 2 * Math.asin(Math.sqrt(sum / n));
}

function pooledVariance(one: Sums, zero: Sums, centre: number): number {
  const within = ({ n, sum, squares }: Sums): number => squares - n * (sum / n - centre) ** 2;
  return (within(one) + within(zero)) / (one.n + zero.n - 2);
}

/** Leaves out each unit of either group, in all dimensions at once. */
function jackknifeError(
  dimensions: readonly Dimension[],
  treated: readonly boolean[],
  sums: readonly GroupSums[],
  shares: readonly number[],
): number {
  const without = treated.map((isTreated, unit) =>
    dimensions.reduce((total, { kind, values, better }, at) => {
      const { one, zero, centre } = sums[at]!;
      const value = values[unit]!;
      const less = ({ n, sum, squares }: Sums): Sums =>
        Number.isNaN(value)
          ? { n, sum, squares }
          : { n: n - 1, sum: sum - value, squares: squares - (value - centre) ** 2 };
      const difference = isTreated
        ? differenceOf(kind, less(one), zero, centre)
        : differenceOf(kind, one, less(zero), centre);
      return total + shares[at]! * better * difference;
    }, 0),
  );
  let variance = 0;
  for (const group of [true, false]) {
    const own = without.filter((_, unit) => treated[unit] === group);
    const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
    variance += ((own.length - 1) / own.length) * own.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  }
  return Math.sqrt(variance);
}
