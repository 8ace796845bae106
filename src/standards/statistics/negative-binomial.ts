import { betaTail } from './beta.ts';
import { countOf, countUpTo, discreteQuantile } from './discrete.ts';
import { poisson } from './poisson.ts';
import { logBinomial, logPoisson } from './special.ts';
import { certain, fromLog, type Tail } from './tail.ts';

/** The negative binomial distribution of the failures before the `size`-th success; NaN where `size` is below 0 or `prob` is not in (0, 1]. */
export const negativeBinomial = {
  density(x: number, size: number, prob: number, log = false): number {
    if (!isSound(size, prob)) return Number.NaN;
    if (size === Infinity) return poisson.density(x, 0, log);
    return density(x, size, prob, 1 - prob, log);
  },

  cdf(x: number, size: number, prob: number, tail: Tail = {}): number {
    if (!isSound(size, prob)) return Number.NaN;
    if (size === Infinity) return poisson.cdf(x, 0, tail);
    return cdf(x, size, prob, 1 - prob, tail);
  },

  quantile(p: number, size: number, prob: number, tail: Tail = {}): number {
    if (!isSound(size, prob)) return Number.NaN;
    return quantile(p, size, prob, 1 - prob, tail);
  },
};

/** The same by its mean, which keeps its digits where the dispersion vanishes: `size` Infinity is Poisson. */
export const negativeBinomialOfMean = {
  density(x: number, size: number, mean: number, log = false): number {
    if (!(size >= 0) || !(mean >= 0)) return Number.NaN;
    if (size === Infinity) return poisson.density(x, mean, log);
    return density(x, size, size / (size + mean), mean / (size + mean), log);
  },

  cdf(x: number, size: number, mean: number, tail: Tail = {}): number {
    if (!(size >= 0) || !(mean >= 0)) return Number.NaN;
    if (size === Infinity) return poisson.cdf(x, mean, tail);
    return cdf(x, size, size / (size + mean), mean / (size + mean), tail);
  },

  quantile(p: number, size: number, mean: number, tail: Tail = {}): number {
    if (!(size >= 0) || !(mean >= 0)) return Number.NaN;
    if (size === Infinity) return poisson.quantile(p, mean, tail);
    return quantile(p, size, size / (size + mean), mean / (size + mean), tail);
  },
};

function isSound(size: number, prob: number): boolean {
  return size >= 0 && prob > 0 && prob <= 1;
}

function density(x: number, size: number, prob: number, failure: number, log: boolean): number {
  if (Number.isNaN(x)) return x;
  const count = countOf(x);
  if (count === undefined || count < 0 || count === Infinity) return fromLog(-Infinity, log);
  if (count === 0 && size === 0) return fromLog(0, log);
  if (size === 0) return fromLog(-Infinity, log);
  // For a size beyond the count by ten orders the first terms of the expansion about Poisson; there the general form cancels.
  if (count < 1e-10 * size && count > 0) {
    const mean = (size * failure) / prob;
    const correction = (count * (count - 1) - 2 * mean * count + mean * mean) / (2 * size);
    return fromLog(logPoisson(count, mean) + Math.log1p(correction), log);
  }
  return fromLog(Math.log(size / (size + count)) + logBinomial(size, count, prob, failure), log);
}

function cdf(x: number, size: number, prob: number, failure: number, tail: Tail): number {
  if (Number.isNaN(x)) return x;
  const count = countUpTo(x);
  if (count < 0) return certain(true, tail);
  if (count === Infinity || size === 0 || failure === 0) return certain(false, tail);
  return betaTail(prob, failure, size, count + 1, tail.upper === true, tail.log === true);
}

function quantile(p: number, size: number, prob: number, failure: number, tail: Tail): number {
  if (size === 0 || failure === 0) return p >= 0 || tail.log ? 0 : Number.NaN;
  const mean = (size * failure) / prob;
  const sd = Math.sqrt(mean / prob);
  const skewness = (1 + failure) / Math.sqrt(size * failure);
  return discreteQuantile(p, tail, { mean, sd, skewness, most: Infinity }, (count, which) =>
    cdf(count, size, prob, failure, which),
  );
}
