import { betaLogitQuantile, incompleteBeta, logIncompleteBeta } from './incomplete-beta.ts';
import { logBinomial } from './special.ts';
import { certain, fromLog, type Tail, targetOf } from './tail.ts';

/** The beta distribution; NaN where `a` or `b` is not above 0. */
export const beta = {
  density(x: number, a: number, b: number, log = false): number {
    if (!(a > 0) || !(b > 0) || Number.isNaN(x)) return Number.NaN;
    if (x < 0 || x > 1) return fromLog(-Infinity, log);
    if (x === 0) return fromLog(edge(a, b), log);
    if (x === 1) return fromLog(edge(b, a), log);
    const front = Math.log(a) + Math.log(b / (a + b)) - Math.log(x) - Math.log1p(-x);
    return fromLog(front + logBinomial(a, b, x, 1 - x), log);
  },

  cdf(x: number, a: number, b: number, tail: Tail = {}): number {
    if (!(a > 0) || !(b > 0) || Number.isNaN(x)) return Number.NaN;
    if (!(x > 0)) return certain(true, tail);
    if (!(x < 1)) return certain(false, tail);
    return betaTail(x, 1 - x, a, b, tail.upper === true, tail.log === true);
  },

  quantile(p: number, a: number, b: number, tail: Tail = {}): number {
    if (!(a > 0) || !(b > 0)) return Number.NaN;
    const target = targetOf(p, tail);
    if (Number.isNaN(target.lower)) return Number.NaN;
    if (target.lower === -Infinity) return 0;
    if (target.upper === -Infinity) return 1;
    return 1 / (1 + Math.exp(-betaLogitQuantile(target, a, b)));
  },
};

export function betaTail(x: number, y: number, a: number, b: number, upper: boolean, log: boolean): number {
  return log ? logIncompleteBeta(x, y, a, b, upper) : incompleteBeta(x, y, a, b, upper);
}

/** log of the density at 0. */
function edge(a: number, b: number): number {
  if (a < 1) return Infinity;
  return a > 1 ? -Infinity : Math.log(b);
}
