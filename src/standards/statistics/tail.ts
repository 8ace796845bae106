/** Which probability is meant: that of more than x instead of at most x, and its logarithm instead of itself (R's `lower.tail = FALSE`, `log.p = TRUE`). */
export interface Tail {
  upper?: boolean;
  log?: boolean;
}

/** log(1 - exp(x)) for x <= 0, without loss at either end. Source: Mächler, Accurately computing log(1 - exp(-|a|)), 2012. */
export function logComplement(x: number): number {
  return x > -Math.LN2 ? Math.log(-Math.expm1(x)) : Math.log1p(-Math.exp(x));
}

/** A density from its logarithm, as it was asked for. */
export function fromLog(logarithm: number, log: boolean): number {
  return log ? logarithm : Math.exp(logarithm);
}

/** The probability 0 or 1, as it was asked for: what lies below the support, or above it. */
export function certain(below: boolean, { upper = false, log = false }: Tail): number {
  const one = below === upper;
  if (log) return one ? 0 : -Infinity;
  return one ? 1 : 0;
}

/** A probability as the logarithms of itself and of its complement, the smaller of which keeps all its digits. */
export interface Target {
  lower: number;
  upper: number;
}

/** Both logarithms are NaN where `p` is no probability. */
export function targetOf(p: number, { upper = false, log = false }: Tail): Target {
  const own = log ? p : Math.log(p);
  if (!(own <= 0)) return { lower: Number.NaN, upper: Number.NaN };
  const other = log ? logComplement(p) : Math.log1p(-p);
  return upper ? { lower: other, upper: own } : { lower: own, upper: other };
}
