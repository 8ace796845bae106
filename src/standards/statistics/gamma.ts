import { incompleteGamma, logIncompleteGamma } from './incomplete-gamma.ts';
import { normal } from './normal.ts';
import { solveTail } from './solve.ts';
import { logGamma, logPoisson } from './special.ts';
import { certain, fromLog, type Tail, targetOf } from './tail.ts';

/** The gamma distribution; NaN where `shape` is below 0 or `rate` is not above 0. */
export const gamma = {
  density(x: number, shape: number, rate = 1, log = false): number {
    if (!(shape >= 0) || !(rate > 0) || Number.isNaN(x)) return Number.NaN;
    if (x < 0) return fromLog(-Infinity, log);
    if (shape === 0) return fromLog(x === 0 ? Infinity : -Infinity, log);
    if (x === 0) return fromLog(shape < 1 ? Infinity : shape > 1 ? -Infinity : Math.log(rate), log);
    if (shape < 1) {
      const logarithm = logPoisson(shape, x * rate);
      const scale = shape / x;
      return fromLog(logarithm + (Number.isFinite(scale) ? Math.log(scale) : Math.log(shape) - Math.log(x)), log);
    }
    return fromLog(logPoisson(shape - 1, x * rate) + Math.log(rate), log);
  },

  cdf(x: number, shape: number, rate = 1, tail: Tail = {}): number {
    if (!(shape >= 0) || !(rate > 0) || Number.isNaN(x)) return Number.NaN;
    const scaled = x * rate;
    if (!(scaled > 0)) return certain(shape > 0 || scaled < 0, tail);
    if (shape === 0) return certain(false, tail);
    if (scaled === Infinity) return certain(false, tail);
    return tail.log
      ? logIncompleteGamma(scaled, shape, tail.upper === true)
      : incompleteGamma(scaled, shape, tail.upper === true);
  },

  quantile(p: number, shape: number, rate = 1, tail: Tail = {}): number {
    if (!(shape >= 0) || !(rate > 0)) return Number.NaN;
    const target = targetOf(p, tail);
    if (Number.isNaN(target.lower)) return Number.NaN;
    if (target.upper === -Infinity) return Infinity;
    if (target.lower === -Infinity || shape === 0) return 0;
    const upper = target.upper < target.lower;
    const aim = upper ? target.upper : target.lower;
    const at = (v: number) => {
      const x = Math.min(Math.exp(v), Number.MAX_VALUE);
      const value = x === 0 ? shape * v - logGamma(shape + 1) : logIncompleteGamma(x, shape, upper);
      const slope = Math.exp((x === 0 ? shape * v - logGamma(shape + 1) : logPoisson(shape, x)) - value) * shape;
      return { value, slope: upper ? -slope : slope };
    };
    const start = gammaStart(target, shape);
    return Math.exp(solveTail({ at, target: aim, start, rising: !upper }) - Math.log(rate));
  },
};

/** The chi-square distribution. */
export const chiSquare = {
  density: (x: number, df: number, log = false): number => gamma.density(x, df / 2, 0.5, log),
  cdf: (x: number, df: number, tail: Tail = {}): number => gamma.cdf(x, df / 2, 0.5, tail),
  quantile: (p: number, df: number, tail: Tail = {}): number => gamma.quantile(p, df / 2, 0.5, tail),
};

/** Where to begin, as a logarithm. Source: Wilson and Hilferty 1931 for the middle; the first term of the series for the low end. */
function gammaStart({ lower, upper }: { lower: number; upper: number }, shape: number): number {
  const low = (lower + logGamma(shape + 1)) / shape;
  if (shape < 0.3 && upper < -1) return Math.log(shape - upper);
  if (shape < 0.3 || low < -2) return low;
  const z = lower < upper ? normal.quantile(lower, 0, 1, { log: true }) : -normal.quantile(upper, 0, 1, { log: true });
  const cube = 1 - 1 / (9 * shape) + z / (3 * Math.sqrt(shape));
  if (cube > 0.1) return Math.log(shape) + 3 * Math.log(cube);
  return low;
}
