import { gamma } from './gamma.ts';
import type { LinkName } from './link.ts';
import { logBinomial, logGamma, logPoisson } from './special.ts';

export type FamilyName =
  | 'gaussian'
  | 'binomial'
  | 'quasibinomial'
  | 'poisson'
  | 'quasipoisson'
  | 'gamma'
  | 'inverse-gaussian';

/** How responses scatter about their means. */
export interface Family {
  link: LinkName;
  links: readonly LinkName[];
  /** Whether the variance is the variance function itself, without a dispersion to estimate. */
  hasKnownDispersion: boolean;
  variance(mean: number): number;
  /** The part of the deviance of one row of weight 1. */
  deviance(y: number, mean: number): number;
  /** Means are inside it, not at its ends. */
  range: readonly [number, number];
  isResponse(y: number): boolean;
  /** What its responses must be, for who is refused. */
  responses: string;
  /** The mean to begin with. */
  start(y: number, weight: number): number;
  /** Minus twice the log-likelihood as R's `aic` functions have it; a dispersion counts as a parameter. Undefined for the quasi-families. */
  minusTwoLog?: (rows: Rows) => number;
}

interface Rows {
  y: Float64Array;
  means: Float64Array;
  weights: Float64Array;
  deviance: number;
}

const PROPORTIONS: readonly LinkName[] = ['logit', 'probit', 'cauchit', 'cloglog', 'log'];
const isPositive = (value: number): boolean => value > 0;

function entropy(y: number, mean: number): number {
  return y === 0 ? 0 : y * Math.log(y / mean);
}

const proportions = {
  link: 'logit',
  links: [...PROPORTIONS, 'identity'],
  variance: (mean: number) => mean * (1 - mean),
  deviance: (y: number, mean: number) => {
    if (y === 1) return -2 * Math.log(mean);
    if (y === 0) return -2 * Math.log(1 - mean);
    return 2 * (entropy(y, mean) + entropy(1 - y, 1 - mean));
  },
  range: [0, 1],
  isResponse: (y: number) => y >= 0 && y <= 1,
  responses: 'between 0 and 1',
  start: (y: number, weight: number) => (weight * y + 0.5) / (weight + 1),
} as const;

const counts = {
  link: 'log',
  links: ['log', 'identity', 'sqrt'],
  variance: (mean: number) => mean,
  deviance: (y: number, mean: number) => 2 * (y > 0 ? y * Math.log(y / mean) - (y - mean) : mean),
  range: [0, Infinity],
  isResponse: (y: number) => y >= 0,
  responses: 'not negative',
  start: (y: number) => y + 0.1,
} as const;

function sumOf({ y, means, weights }: Rows, part: (y: number, mean: number, weight: number) => number): number {
  let sum = 0;
  for (let i = 0; i < y.length; i += 1) if (weights[i]! > 0) sum += part(y[i]!, means[i]!, weights[i]!);
  return sum;
}

export const FAMILIES: Readonly<Record<FamilyName, Family>> = {
  gaussian: {
    link: 'identity',
    links: ['identity', 'log', 'inverse'],
    hasKnownDispersion: false,
    variance: () => 1,
    deviance: (y, mean) => (y - mean) ** 2,
    range: [-Infinity, Infinity],
    isResponse: Number.isFinite,
    responses: 'finite',
    start: (y) => y,
    minusTwoLog: ({ y, weights, deviance }) =>
      y.length * (Math.log((2 * Math.PI * deviance) / y.length) + 1) +
      2 -
      weights.reduce((sum, weight) => sum + Math.log(weight), 0),
  },
  binomial: {
    ...proportions,
    hasKnownDispersion: true,
    minusTwoLog: (rows) =>
      -2 *
      sumOf(rows, (y, mean, weight) => {
        const successes = Math.round(weight * y);
        return logBinomial(successes, Math.round(weight) - successes, mean, 1 - mean);
      }),
  },
  quasibinomial: { ...proportions, hasKnownDispersion: false },
  poisson: {
    ...counts,
    hasKnownDispersion: true,
    minusTwoLog: (rows) =>
      -2 * sumOf(rows, (y, mean, weight) => weight * (Number.isInteger(y) ? logPoisson(y, mean) : -Infinity)),
  },
  quasipoisson: { ...counts, hasKnownDispersion: false },
  gamma: {
    link: 'inverse',
    links: ['inverse', 'log', 'identity'],
    hasKnownDispersion: false,
    variance: (mean) => mean * mean,
    deviance: (y, mean) => -2 * (Math.log(y / mean) - (y - mean) / mean),
    range: [0, Infinity],
    isResponse: isPositive,
    responses: 'above 0',
    start: (y) => y,
    minusTwoLog: (rows) => {
      const dispersion = rows.deviance / sumOf(rows, (_, __, weight) => weight);
      const density = (y: number, mean: number): number =>
        gamma.density(y, 1 / dispersion, 1 / (mean * dispersion), true);
      return -2 * sumOf(rows, (y, mean, weight) => weight * density(y, mean)) + 2;
    },
  },
  'inverse-gaussian': {
    link: '1/mu^2',
    links: ['1/mu^2', 'inverse', 'log', 'identity'],
    hasKnownDispersion: false,
    variance: (mean) => mean ** 3,
    deviance: (y, mean) => (y - mean) ** 2 / (y * mean * mean),
    range: [-Infinity, Infinity],
    isResponse: isPositive,
    responses: 'above 0',
    start: (y) => y,
    minusTwoLog: (rows) => {
      const all = sumOf(rows, (_, __, weight) => weight);
      const logs = sumOf(rows, (y, _, weight) => weight * Math.log(y));
      return all * (Math.log((rows.deviance / all) * 2 * Math.PI) + 1) + 3 * logs + 2;
    },
  },
};

/** Negative binomial with a given size theta, as MASS::negative.binomial. */
export function negativeBinomialFamily(theta: number): Family {
  const logTheta = Math.log(theta);
  return {
    link: 'log',
    links: ['log', 'identity', 'sqrt'],
    hasKnownDispersion: true,
    variance: (mean) => mean + (mean * mean) / theta,
    deviance: (y, mean) =>
      2 * (y * Math.log(Math.max(1, y) / mean) - (y + theta) * Math.log((y + theta) / (mean + theta))),
    range: [0, Infinity],
    isResponse: (y) => y >= 0,
    responses: 'not negative',
    start: (y) => y + (y === 0 ? 1 / 6 : 0),
    minusTwoLog: (rows) =>
      2 *
      sumOf(rows, (y, mean, weight) => {
        const log = (y + theta) * Math.log(mean + theta) - y * Math.log(mean) + logGamma(y + 1);
        return weight * (log - theta * logTheta + logGamma(theta) - logGamma(theta + y));
      }),
  };
}
