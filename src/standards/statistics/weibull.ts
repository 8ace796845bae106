import { fromLog, logComplement, type Tail, targetOf } from './tail.ts';

/** The Weibull distribution (exponential for shape 1); NaN where a parameter is not above 0. */
export const weibull = {
  density(x: number, shape: number, scale = 1, log = false): number {
    if (!(shape > 0) || !(scale > 0) || Number.isNaN(x)) return Number.NaN;
    if (x < 0 || x === Infinity) return fromLog(-Infinity, log);
    if (x === 0) return fromLog(shape < 1 ? Infinity : shape > 1 ? -Infinity : -Math.log(scale), log);
    const logRatio = Math.log(x / scale);
    return fromLog(Math.log(shape / scale) + (shape - 1) * logRatio - Math.exp(shape * logRatio), log);
  },

  cdf(x: number, shape: number, scale = 1, { upper = false, log = false }: Tail = {}): number {
    if (!(shape > 0) || !(scale > 0) || Number.isNaN(x)) return Number.NaN;
    const survival = x > 0 ? -((x / scale) ** shape) : 0;
    if (upper) return log ? survival : Math.exp(survival);
    return log ? logComplement(survival) : -Math.expm1(survival);
  },

  quantile(p: number, shape: number, scale = 1, tail: Tail = {}): number {
    if (!(shape > 0) || !(scale > 0)) return Number.NaN;
    return scale * (-targetOf(p, tail).upper) ** (1 / shape);
  },
};
