import { countOf, countUpTo, discreteQuantile } from './discrete.ts';
import { incompleteGamma, logIncompleteGamma } from './incomplete-gamma.ts';
import { logPoisson } from './special.ts';
import { certain, fromLog, type Tail } from './tail.ts';

/** The Poisson distribution; NaN where the mean is below 0. */
export const poisson = {
  density(x: number, mean: number, log = false): number {
    if (!(mean >= 0) || Number.isNaN(x)) return Number.NaN;
    const count = countOf(x);
    return fromLog(count === undefined ? -Infinity : logPoisson(count, mean), log);
  },

  cdf(x: number, mean: number, tail: Tail = {}): number {
    if (!(mean >= 0) || Number.isNaN(x)) return Number.NaN;
    const count = countUpTo(x);
    if (count < 0) return certain(true, tail);
    if (mean === 0 || count === Infinity) return certain(false, tail);
    if (mean === Infinity) return certain(true, tail);
    const upper = tail.upper !== true;
    return tail.log ? logIncompleteGamma(mean, count + 1, upper) : incompleteGamma(mean, count + 1, upper);
  },

  quantile(p: number, mean: number, tail: Tail = {}): number {
    if (!(mean >= 0) || !(mean < Infinity)) return Number.NaN;
    if (mean === 0) return p >= 0 || tail.log ? 0 : Number.NaN;
    const sd = Math.sqrt(mean);
    return discreteQuantile(p, tail, { mean, sd, skewness: 1 / sd, most: Infinity }, (count, which) =>
      poisson.cdf(count, mean, which),
    );
  },
};
