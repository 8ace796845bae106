import { chiSquare, findRoot, gamma, poisson } from '#standards/statistics';
import type { Interval } from './proportion.ts';

export interface Stratum {
  count: number;
  /** Persons or person-time. */
  population: number;
  /** Persons of the standard population. */
  standard: number;
}

export interface StandardisedRate {
  crude: number;
  adjusted: number;
  interval: Interval;
}

/**
 * The rate that the standard population would have with these strata's rates, and its gamma limits.
 *
 * Source: Fay and Feuer, Stat Med 1997;16:791.
 *
 * @throws RangeError where there is no stratum, a population is not above 0, a count or a standard is negative, or all standards are 0
 */
export function directlyStandardised(strata: readonly Stratum[], level = 0.95): StandardisedRate {
  if (!strata.every(({ count, population, standard }) => count >= 0 && population > 0 && standard >= 0))
    throw new RangeError('counts and standards are not negative, and populations are above 0');
  const all = strata.reduce((sum, { standard }) => sum + standard, 0);
  if (!(all > 0)) throw new RangeError('the standard population is empty');
  let [adjusted, variance, most, events, people] = [0, 0, 0, 0, 0];
  for (const { count, population, standard } of strata) {
    const weight = standard / all / population;
    adjusted += weight * count;
    variance += weight * weight * count;
    most = Math.max(most, weight);
    events += count;
    people += population;
  }
  const outside = (1 - level) / 2;
  const [shape, rate] = [adjusted ** 2 / variance, adjusted / variance];
  const [highMean, highVariance] = [adjusted + most, variance + most * most];
  return {
    crude: events / people,
    adjusted,
    interval: [
      adjusted === 0 ? 0 : gamma.quantile(outside, shape, rate),
      gamma.quantile(outside, highMean ** 2 / highVariance, highMean / highVariance, { upper: true }),
    ],
  };
}

/**
 * Exact limits for the mean of a count. Source: Garwood, Biometrika 1936;28:437.
 *
 * @param rCompat as loosely as epitools' pois.exact, whose roots are good to 1.2e-4 of a count
 */
export function poissonInterval(count: number, level = 0.95, rCompat = false): Interval {
  if (!(Number.isInteger(count) && count >= 0)) throw new RangeError('a count is whole and not negative');
  const outside = (1 - level) / 2;
  if (!rCompat)
    return [
      count === 0 ? 0 : chiSquare.quantile(outside, 2 * count) / 2,
      chiSquare.quantile(outside, 2 * count + 2, { upper: true }) / 2,
    ];
  const root = (f: (mean: number) => number): number =>
    findRoot(f, 0, count * 5 + 4, { tolerance: Number.EPSILON ** 0.25 });
  return [
    count === 0 ? 0 : root((mean) => 1 - poisson.cdf(count, mean) + poisson.density(count, mean) - outside),
    root((mean) => poisson.cdf(count, mean) - outside),
  ];
}
