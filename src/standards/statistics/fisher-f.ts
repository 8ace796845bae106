import { betaTail } from './beta.ts';
import { chiSquare } from './gamma.ts';
import { betaLogitQuantile } from './incomplete-beta.ts';
import { logBinomial } from './special.ts';
import { certain, fromLog, type Tail, targetOf } from './tail.ts';

/** Fisher's F distribution; NaN where a degree of freedom is not above 0. */
export const fisherF = {
  density(x: number, df1: number, df2: number, log = false): number {
    if (!(df1 > 0) || !(df2 > 0) || Number.isNaN(x)) return Number.NaN;
    if (x < 0) return fromLog(-Infinity, log);
    if (x === 0) return fromLog(df1 > 2 ? -Infinity : df1 === 2 ? 0 : Infinity, log);
    if (df2 === Infinity) {
      if (df1 === Infinity) return fromLog(x === 1 ? Infinity : -Infinity, log);
      return fromLog(chiSquare.density(x * df1, df1, true) + Math.log(df1), log);
    }
    const [p, q] = parts(x, df1, df2);
    const front = Math.log(df1 / 2) + Math.log(df2 / (df1 + df2)) - Math.log(x);
    return fromLog(front + logBinomial(df1 / 2, df2 / 2, p, q), log);
  },

  cdf(x: number, df1: number, df2: number, tail: Tail = {}): number {
    if (!(df1 > 0) || !(df2 > 0) || Number.isNaN(x)) return Number.NaN;
    if (!(x > 0)) return certain(true, tail);
    if (x === Infinity) return certain(false, tail);
    if (df2 === Infinity) {
      if (df1 === Infinity) return certain(x < 1, tail);
      return chiSquare.cdf(x * df1, df1, tail);
    }
    if (df1 === Infinity) return chiSquare.cdf(df2 / x, df2, { ...tail, upper: tail.upper !== true });
    const [p, q] = parts(x, df1, df2);
    return betaTail(p, q, df1 / 2, df2 / 2, tail.upper === true, tail.log === true);
  },

  quantile(p: number, df1: number, df2: number, tail: Tail = {}): number {
    if (!(df1 > 0) || !(df2 > 0)) return Number.NaN;
    const target = targetOf(p, tail);
    if (Number.isNaN(target.lower)) return Number.NaN;
    if (target.lower === -Infinity) return 0;
    if (target.upper === -Infinity) return Infinity;
    if (df2 === Infinity) return df1 === Infinity ? 1 : chiSquare.quantile(p, df1, tail) / df1;
    if (df1 === Infinity) return df2 / chiSquare.quantile(p, df2, { ...tail, upper: tail.upper !== true });
    return (df2 / df1) * Math.exp(betaLogitQuantile(target, df1 / 2, df2 / 2));
  },
};

/** The share of the first chi-square in the sum of both, and that of the second. */
function parts(x: number, df1: number, df2: number): [number, number] {
  const ratio = (df1 / df2) * x;
  return [ratio === Infinity ? 1 : ratio / (1 + ratio), 1 / (1 + ratio)];
}
