import { negativeBinomialOfMean, normal, poisson } from '#standards/statistics';

/** The power under which counts are taken as normal; `none` takes them as they are. */
export type Power = '2/3' | '1/2' | 'none';

const EXPONENT: Readonly<Record<Power, number>> = { '2/3': 2 / 3, '1/2': 1 / 2, none: 1 };

export interface Threshold {
  /** A count above it is an alarm. */
  bound: number;
  /** Of a count as large as this one or larger. */
  pValue: number;
  score: number;
}

/** What is expected of a count, and how sure that is. */
export interface Expectation {
  /** Expected count. */
  mu: number;
  /** Standard error of its logarithm. */
  logError: number;
  /** Variance over mean, 1 or more. */
  dispersion: number;
}

/**
 * A normal prediction interval of the transformed count, by the delta method.
 *
 * @param z how many standard deviations the bound is away
 *
 * Source: Farrington, Andrews, Beale, Catchpole, J R Stat Soc A 1996;159:547-563, section 3.6.
 */
export function deltaThreshold(count: number, expectation: Expectation, power: Power, z: number): Threshold {
  const { mu, logError, dispersion } = expectation;
  const exponent = EXPONENT[power];
  const tau = dispersion + (mu * logError) ** 2 / mu;
  const centre = mu ** exponent;
  // The derivative of x^p at mu, times the root of mu tau.
  const sigma = exponent * mu ** (exponent - 1) * Math.sqrt(mu * tau);
  const bound = (centre + Math.abs(z) * sigma) ** (1 / exponent);
  return {
    bound,
    pValue: normal.cdf(count ** exponent, centre, sigma, { upper: true }),
    score: (count - mu) / (bound - mu),
  };
}

/**
 * A quantile of the negative binomial distribution that has the expected mean and the variance of the fit; of the Poisson distribution where there is no overdispersion.
 *
 * @param mu the mean to take: the expected one, or an upper quantile of it, so that the uncertainty of the estimate counts too
 *
 * Source: Noufaily et al., Stat Med 2013;32:1206-1222, section 3.6; with the quantile of the mean (`muan`): Salmon, Schumacher, Höhle, J Stat Softw 2016;70(10), section 2.2.
 */
export function countThreshold(
  count: number,
  mu: number,
  dispersion: number,
  alpha: number,
): Pick<Threshold, 'bound' | 'pValue'> {
  if (mu === Infinity) return { bound: Number.NaN, pValue: Number.NaN };
  if (!(dispersion > 1))
    return { bound: poisson.quantile(1 - alpha, mu), pValue: poisson.cdf(count - 1, mu, { upper: true }) };
  const size = mu / (dispersion - 1);
  return {
    bound: negativeBinomialOfMean.quantile(1 - alpha, size, mu),
    pValue: negativeBinomialOfMean.cdf(count - 1, size, mu, { upper: true }),
  };
}
