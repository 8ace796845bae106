import type { FairBits } from './bits.ts';
import { floor, type Rational, rational } from './rational.ts';

/**
 * Exact noise: no floating-point number comes near it, so that nothing can be read from low bits.
 *
 * Source: Canonne, Kamath, Steinke, The Discrete Gaussian for Differential Privacy, NeurIPS 2020 (arXiv 2004.00010), algorithms 1 to 3.
 */

/** True with probability exp(-gamma), gamma at least 0: algorithm 1. */
export function bernoulliExp(bits: FairBits, gamma: Rational): boolean {
  if (gamma.over < 0n) throw new RangeError('exp of a number above 0 is no probability');
  for (let left = floor(gamma); left > 0n; left -= 1n) if (!bernoulliExpBelowOne(bits, rational(1n))) return false;
  return bernoulliExpBelowOne(bits, rational(gamma.over % gamma.under, gamma.under));
}

function bernoulliExpBelowOne(bits: FairBits, { over, under }: Rational): boolean {
  let k = 1n;
  while (bits.whole(under * k) < over) k += 1n;
  return k % 2n === 1n;
}

/** x with probability proportional to exp(-|x| / scale): algorithm 2. */
export function discreteLaplace(bits: FairBits, scale: Rational): bigint {
  if (!(scale.over > 0n)) throw new RangeError('the scale must be above 0');
  const { over: t, under: s } = scale;
  for (;;) {
    const u = bits.whole(t);
    if (!bernoulliExp(bits, rational(u, t))) continue;
    let v = 0n;
    while (bernoulliExp(bits, rational(1n))) v += 1n;
    const magnitude = (u + t * v) / s;
    const isNegative = bits.isHeads();
    if (isNegative && magnitude === 0n) continue;
    return isNegative ? -magnitude : magnitude;
  }
}

/** x with probability proportional to exp(-x² / 2 variance): algorithm 3. @param variance the parameter sigma², nearly the variance */
export function discreteGaussian(bits: FairBits, variance: Rational): bigint {
  if (!(variance.over > 0n)) throw new RangeError('sigma² must be above 0');
  const t = squareRoot(floor(variance)) + 1n;
  for (;;) {
    const y = discreteLaplace(bits, rational(t));
    const magnitude = y < 0n ? -y : y;
    // (|y| - sigma²/t)² / 2 sigma², over one denominator.
    const { over, under } = variance;
    const distance = magnitude * t * under - over;
    if (bernoulliExp(bits, rational(distance * distance, 2n * over * under * t * t))) return y;
  }
}

/** The largest whole number whose square is not above `value`. */
function squareRoot(value: bigint): bigint {
  if (value < 2n) return value;
  let root = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}
