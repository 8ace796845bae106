import { normal } from './normal.ts';

export type LinkName = 'logit' | 'probit' | 'cauchit' | 'cloglog' | 'log' | 'identity' | 'inverse' | 'sqrt' | '1/mu^2';

/** How a mean hangs on the linear predictor; values are kept off the edges as R keeps them. */
export interface Link {
  of(mean: number): number;
  /** The mean. */
  inverse(linear: number): number;
  /** d mean / d linear. */
  slope(linear: number): number;
  isValid(linear: number): boolean;
}

const EPS = Number.EPSILON;
const always = (): boolean => true;

const NORMAL_END = -normal.quantile(EPS);
const CAUCHY_END = 1 / Math.tan(Math.PI * EPS);

export const LINKS: Readonly<Record<LinkName, Link>> = {
  logit: {
    of: (mean) => Math.log(mean / (1 - mean)),
    inverse: (linear) => {
      const odds = oddsOf(linear);
      return odds / (1 + odds);
    },
    slope: (linear) => (Math.abs(linear) > 30 ? EPS : Math.exp(linear) / (1 + Math.exp(linear)) ** 2),
    isValid: always,
  },
  probit: {
    of: (mean) => normal.quantile(mean),
    inverse: (linear) => normal.cdf(Math.min(Math.max(linear, -NORMAL_END), NORMAL_END)),
    slope: (linear) => Math.max(normal.density(linear), EPS),
    isValid: always,
  },
  cauchit: {
    of: (mean) => Math.tan(Math.PI * (mean - 0.5)),
    inverse: (linear) => 0.5 + Math.atan(Math.min(Math.max(linear, -CAUCHY_END), CAUCHY_END)) / Math.PI,
    slope: (linear) => Math.max(1 / (Math.PI * (1 + linear * linear)), EPS),
    isValid: always,
  },
  cloglog: {
    of: (mean) => Math.log(-Math.log1p(-mean)),
    inverse: (linear) => Math.max(Math.min(-Math.expm1(-Math.exp(linear)), 1 - EPS), EPS),
    slope: (linear) => {
      const most = Math.min(linear, 700);
      return Math.max(Math.exp(most) * Math.exp(-Math.exp(most)), EPS);
    },
    isValid: always,
  },
  log: {
    of: Math.log,
    inverse: (linear) => Math.max(Math.exp(linear), EPS),
    slope: (linear) => Math.max(Math.exp(linear), EPS),
    isValid: always,
  },
  identity: { of: (mean) => mean, inverse: (linear) => linear, slope: () => 1, isValid: always },
  inverse: {
    of: (mean) => 1 / mean,
    inverse: (linear) => 1 / linear,
    slope: (linear) => -1 / (linear * linear),
    isValid: (linear) => Number.isFinite(linear) && linear !== 0,
  },
  sqrt: {
    of: Math.sqrt,
    inverse: (linear) => linear * linear,
    slope: (linear) => 2 * linear,
    isValid: (linear) => Number.isFinite(linear) && linear > 0,
  },
  '1/mu^2': {
    of: (mean) => 1 / (mean * mean),
    inverse: (linear) => 1 / Math.sqrt(linear),
    slope: (linear) => -1 / (2 * linear ** 1.5),
    isValid: (linear) => Number.isFinite(linear) && linear > 0,
  },
};

function oddsOf(linear: number): number {
  if (linear < -30) return EPS;
  return linear > 30 ? 1 / EPS : Math.exp(linear);
}

/** Means and slopes for a whole column; the two common links need one exponential for both. */
export function fillMeans(name: LinkName, linear: Float64Array, means: Float64Array, slopes: Float64Array): void {
  const n = linear.length;
  if (name === 'logit')
    for (let i = 0; i < n; i += 1) {
      const log = linear[i]!;
      const odds = log < -30 ? EPS : log > 30 ? 1 / EPS : Math.exp(log);
      means[i] = odds / (1 + odds);
      slopes[i] = Math.abs(log) > 30 ? EPS : odds / ((1 + odds) * (1 + odds));
    }
  else if (name === 'log')
    for (let i = 0; i < n; i += 1) {
      const mean = Math.max(Math.exp(linear[i]!), EPS);
      means[i] = mean;
      slopes[i] = mean;
    }
  else {
    const { inverse, slope } = LINKS[name];
    for (let i = 0; i < n; i += 1) {
      means[i] = inverse(linear[i]!);
      slopes[i] = slope(linear[i]!);
    }
  }
}
