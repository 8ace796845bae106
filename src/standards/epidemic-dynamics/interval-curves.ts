import { gamma, gammaFunction, normal, trigamma, weibull } from '#standards/statistics';

export type IntervalShape = 'gamma' | 'weibull' | 'log-normal';

/** A distribution of intervals in days. */
export interface Curve {
  logDensity(days: number): number;
  cdf(days: number): number;
  /** The distribution function summed up from 0, given its value at the end. */
  area(days: number, below: number): number;
  quantile(p: number): number;
  /** The logarithm of the prior density of its parameters, up to a constant. */
  logPrior: number;
}

/**
 * @param parameters shape and scale in days; of the log-normal, mean and sd of the logarithm
 * @param shifted    the interval is a day longer
 */
export function curveOf(shape: IntervalShape, parameters: readonly [number, number], shifted: boolean): Curve {
  const plain = { gamma: gammaCurve, weibull: weibullCurve, 'log-normal': logNormalCurve }[shape](...parameters);
  if (!shifted) return plain;
  return {
    ...plain,
    logDensity: (days) => plain.logDensity(days - 1),
    cdf: (days) => plain.cdf(days - 1),
    area: (days, below) => plain.area(days - 1, below),
    quantile: (p) => plain.quantile(p) + 1,
  };
}

// Each area is x F(x) less the partial expectation up to x.

function gammaCurve(shape: number, scale: number): Curve {
  return {
    logDensity: (days) => gamma.density(days, shape, 1 / scale, true),
    cdf: (days) => gamma.cdf(days, shape, 1 / scale),
    area: (days, below) => (days > 0 ? days * below - shape * scale * gamma.cdf(days, shape + 1, 1 / scale) : 0),
    quantile: (p) => gamma.quantile(p, shape, 1 / scale),
    logPrior: 0.5 * Math.log(shape * trigamma(shape) - 1) - Math.log(scale),
  };
}

/** Standard deviation of the normal prior of the logarithm of the shape, and rate and shape of the gamma prior of the scale: as good as none. */
const FLAT = { sd: 1000, gamma: 0.001 };

function weibullCurve(shape: number, scale: number): Curve {
  const moment = scale * gammaFunction(1 + 1 / shape);
  return {
    logDensity: (days) => weibull.density(days, shape, scale, true),
    cdf: (days) => (days > 0 ? weibull.cdf(days, shape, scale) : 0),
    area: (days, below) => (days > 0 ? days * below - moment * gamma.cdf((days / scale) ** shape, 1 + 1 / shape) : 0),
    quantile: (p) => weibull.quantile(p, shape, scale),
    logPrior: normal.density(Math.log(shape), 0, FLAT.sd, true) + gamma.density(scale, FLAT.gamma, FLAT.gamma, true),
  };
}

function logNormalCurve(location: number, sd: number): Curve {
  const standard = (days: number): number => (Math.log(days) - location) / sd;
  return {
    logDensity: (days) => (days > 0 ? normal.density(standard(days), 0, 1, true) - Math.log(sd * days) : -Infinity),
    cdf: (days) => (days > 0 ? normal.cdf(standard(days)) : 0),
    area: (days, below) =>
      days > 0 ? days * below - Math.exp(location + sd ** 2 / 2) * normal.cdf(standard(days) - sd) : 0,
    quantile: (p) => Math.exp(location + sd * normal.quantile(p)),
    logPrior: normal.density(location, 0, FLAT.sd, true) + normal.density(Math.log(sd), 0, FLAT.sd, true),
  };
}
