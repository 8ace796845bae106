import { normal } from '../statistics/index.ts';

/** A standard distribution of errors on the line: the logarithms of its density and tails, and how the density bends. */
export interface ErrorLaw {
  logDensity(z: number): number;
  /** First and second derivative of the log density. */
  slope(z: number): number;
  bend(z: number): number;
  /** log P(Z > z). */
  logUpper(z: number): number;
  /** log P(Z <= z). */
  logLower(z: number): number;
}

/** log(1 + exp(x)). */
function softplus(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
}

/** The smallest extreme value: the logarithm of a Weibull time. */
const extreme: ErrorLaw = {
  logDensity: (z) => z - Math.exp(z),
  slope: (z) => 1 - Math.exp(z),
  bend: (z) => -Math.exp(z),
  logUpper: (z) => -Math.exp(z),
  logLower: (z) => Math.log(-Math.expm1(-Math.exp(z))),
};

const logistic: ErrorLaw = {
  logDensity: (z) => -z - 2 * softplus(-z),
  slope: (z) => -Math.tanh(z / 2),
  bend: (z) => -0.5 / Math.cosh(z / 2) ** 2,
  logUpper: (z) => -softplus(z),
  logLower: (z) => -softplus(-z),
};

const gaussian: ErrorLaw = {
  logDensity: (z) => normal.density(z, 0, 1, true),
  slope: (z) => -z,
  bend: () => -1,
  logUpper: (z) => normal.cdf(z, 0, 1, { upper: true, log: true }),
  logLower: (z) => normal.cdf(z, 0, 1, { log: true }),
};

/** How times are distributed: the law of the error, on the logarithm of time or time itself, and the scale where it is fixed. */
interface LifetimeLaw {
  error: ErrorLaw;
  logTime: boolean;
  scale?: number;
}

/** As R's survreg names them. */
export const LIFETIMES = {
  weibull: { error: extreme, logTime: true },
  exponential: { error: extreme, logTime: true, scale: 1 },
  rayleigh: { error: extreme, logTime: true, scale: 0.5 },
  lognormal: { error: gaussian, logTime: true },
  loggaussian: { error: gaussian, logTime: true },
  loglogistic: { error: logistic, logTime: true },
  extreme: { error: extreme, logTime: false },
  gaussian: { error: gaussian, logTime: false },
  logistic: { error: logistic, logTime: false },
} as const satisfies Record<string, LifetimeLaw>;

export type Lifetime = keyof typeof LIFETIMES;

export function lawOf(lifetime: Lifetime): LifetimeLaw {
  return LIFETIMES[lifetime];
}
