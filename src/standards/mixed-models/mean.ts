import { normal } from '#standards/statistics';

export type Family = 'gaussian' | 'binomial' | 'poisson' | 'gamma';
export type Link = 'identity' | 'logit' | 'probit' | 'cloglog' | 'log' | 'inverse';

export const DEFAULT_LINK: Readonly<Record<Family, Link>> = {
  gaussian: 'identity',
  binomial: 'logit',
  poisson: 'log',
  gamma: 'inverse',
};

/** How the mean follows from the linear predictor, with the bounds that keep it off the edge. */
interface LinkRule {
  mean(eta: number): number;
  /** Derivative of the mean. */
  slope(eta: number): number;
}

const EPSILON = 2 ** -52;
const FAR = -Math.log(EPSILON);
const FAR_NORMAL = -normal.quantile(EPSILON);

/** Source: the links of R's families as package geepack bounds them (Halekoh, Højsgaard and Yan, J Stat Softw 2006;15(2)). */
export const LINKS: Readonly<Record<Link, LinkRule>> = {
  identity: { mean: (eta) => eta, slope: () => 1 },
  logit: {
    mean: (eta) => {
      const odds = Math.exp(Math.min(FAR, Math.max(-FAR, eta)));
      return odds / (1 + odds);
    },
    slope: (eta) => {
      const odds = Math.exp(eta);
      return Math.abs(eta) >= FAR ? EPSILON : odds / (1 + odds) ** 2;
    },
  },
  probit: {
    mean: (eta) => normal.cdf(Math.min(FAR_NORMAL, Math.max(-FAR_NORMAL, eta))),
    slope: (eta) => Math.max(normal.density(eta), EPSILON),
  },
  cloglog: {
    mean: (eta) => Math.min(1 - EPSILON, Math.max(EPSILON, -Math.expm1(-Math.exp(eta)))),
    slope: (eta) => Math.max(EPSILON, Math.exp(Math.min(eta, 700)) * Math.exp(-Math.exp(Math.min(eta, 700)))),
  },
  log: { mean: (eta) => Math.max(EPSILON, Math.exp(eta)), slope: (eta) => Math.max(EPSILON, Math.exp(eta)) },
  inverse: { mean: (eta) => 1 / eta, slope: (eta) => -1 / eta ** 2 },
};

/** How the variance follows from the mean. */
interface VarianceRule {
  variance(mean: number): number;
  slope(mean: number): number;
  isValid(mean: number): boolean;
}

export const VARIANCES: Readonly<Record<Family, VarianceRule>> = {
  gaussian: { variance: () => 1, slope: () => 0, isValid: Number.isFinite },
  binomial: {
    variance: (mean) => mean * (1 - mean),
    slope: (mean) => 1 - 2 * mean,
    isValid: (mean) => mean > 0 && mean < 1,
  },
  poisson: { variance: (mean) => mean, slope: () => 1, isValid: (mean) => mean > 0 },
  gamma: { variance: (mean) => mean ** 2, slope: (mean) => 2 * mean, isValid: (mean) => mean > 0 },
};
