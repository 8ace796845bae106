import { betaTail } from './beta.ts';
import { betaLogitQuantile } from './incomplete-beta.ts';
import { normal } from './normal.ts';
import { deviancePart, HALF_LOG_TWO_PI, logBeta, stirlingError } from './special.ts';
import { fromLog, logComplement, type Tail, targetOf } from './tail.ts';

/** Student's t distribution; NaN where `df` is not above 0. */
export const student = {
  density(x: number, df: number, log = false): number {
    if (!(df > 0) || Number.isNaN(x)) return Number.NaN;
    if (!(Math.abs(x) < Infinity)) return fromLog(-Infinity, log);
    if (df === Infinity) return normal.density(x, 0, 1, log);
    const t = -deviancePart(df / 2, (df + 1) / 2) + stirlingError((df + 1) / 2) - stirlingError(df / 2);
    const square = (x / df) * x;
    const [half, u] =
      square > 1e30
        ? [Math.log(Math.abs(x)) - Math.log(df) / 2, df * (Math.log(Math.abs(x)) - Math.log(df) / 2)]
        : square > 0.2
          ? [Math.log1p(square) / 2, (df * Math.log1p(square)) / 2]
          : [Math.log1p(square) / 2, -deviancePart(df / 2, (df + x * x) / 2) + (x * x) / 2];
    return fromLog(t - u - (HALF_LOG_TWO_PI + half), log);
  },

  cdf(x: number, df: number, { upper = false, log = false }: Tail = {}): number {
    if (!(df > 0) || Number.isNaN(x)) return Number.NaN;
    if (df === Infinity) return normal.cdf(x, 0, 1, { upper, log });
    const outer = logOuter(Math.abs(x), df);
    const isOuter = x > 0 === upper;
    if (log) return isOuter ? outer : logComplement(outer);
    return isOuter ? Math.exp(outer) : -Math.expm1(outer);
  },

  quantile(p: number, df: number, tail: Tail = {}): number {
    if (!(df > 0)) return Number.NaN;
    if (df === Infinity) return normal.quantile(p, 0, 1, tail);
    const { lower, upper } = targetOf(p, tail);
    if (Number.isNaN(lower)) return Number.NaN;
    const own = Math.min(lower, upper);
    if (own === -Infinity) return lower === -Infinity ? -Infinity : Infinity;
    const sign = lower < upper ? -1 : 1;
    // Both tails together; next to the median their complement is known without loss.
    const both = Math.min(0, own + Math.LN2);
    const inside = tail.log === true ? logComplement(both) : Math.log(2 * Math.abs(0.5 - p));
    if (both === 0 || inside === -Infinity) return 0;
    const logit = betaLogitQuantile({ lower: both, upper: inside }, df / 2, 0.5);
    return sign * Math.exp((Math.log(df) - logit) / 2);
  },
};

/** log P(T > t) for t >= 0. */
function logOuter(t: number, df: number): number {
  const ratio = (t / df) * t;
  if (ratio === 0) return -Math.LN2;
  if (ratio > 1e280) {
    if (t === Infinity) return -Infinity;
    const logX = Math.log(df) - 2 * Math.log(t);
    return (df / 2) * logX - Math.log(df / 2) - logBeta(df / 2, 0.5) - Math.LN2;
  }
  return betaTail(1 / (1 + ratio), ratio / (1 + ratio), df / 2, 0.5, false, true) - Math.LN2;
}
