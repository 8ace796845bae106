import { betaTail } from './beta.ts';
import { countOf, countUpTo, discreteQuantile } from './discrete.ts';
import { logBinomial } from './special.ts';
import { certain, fromLog, type Tail } from './tail.ts';

/** The binomial distribution; NaN where `n` is no count or `p` no probability. */
export const binomial = {
  density(x: number, n: number, p: number, log = false): number {
    if (!isSound(n, p) || Number.isNaN(x)) return Number.NaN;
    const count = countOf(x);
    return fromLog(count === undefined ? -Infinity : logBinomial(count, Math.round(n) - count, p, 1 - p), log);
  },

  cdf(x: number, n: number, p: number, tail: Tail = {}): number {
    if (!isSound(n, p) || Number.isNaN(x)) return Number.NaN;
    const count = countUpTo(x);
    if (count < 0) return certain(true, tail);
    if (count >= Math.round(n) || p === 0) return certain(false, tail);
    if (p === 1) return certain(true, tail);
    return betaTail(p, 1 - p, count + 1, Math.round(n) - count, tail.upper !== true, tail.log === true);
  },

  quantile(p: number, n: number, probability: number, tail: Tail = {}): number {
    if (!isSound(n, probability)) return Number.NaN;
    const most = Math.round(n);
    const mean = most * probability;
    const sd = Math.sqrt(mean * (1 - probability));
    if (sd === 0) return mean;
    return discreteQuantile(p, tail, { mean, sd, skewness: (1 - 2 * probability) / sd, most }, (count, which) =>
      binomial.cdf(count, most, probability, which),
    );
  },
};

function isSound(n: number, p: number): boolean {
  return n >= 0 && n < Infinity && countOf(n) !== undefined && p >= 0 && p <= 1;
}
