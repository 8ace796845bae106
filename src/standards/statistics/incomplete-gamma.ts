import gammainc from '@stdlib/math-base-special-gammainc';
import { logPoisson } from './special.ts';

/**
 * The regularised incomplete gamma function P(shape, x) for x and shape above 0, or its complement.
 *
 * Ours instead of stdlib's 0.3.1, whose tails are off by up to one percent for x above a shape of some hundreds (docs/decisions/0012-special-functions.md);
 * its way for small arguments is sound and kept.
 */
export function incompleteGamma(x: number, shape: number, upper: boolean): number {
  if (isDirect(x, shape, upper)) return Math.exp(logDirect(x, shape, upper));
  if (isSmall(x, shape)) return gammainc(x, shape, true, upper);
  return -Math.expm1(logDirect(x, shape, !upper));
}

export function logIncompleteGamma(x: number, shape: number, upper: boolean): number {
  if (isDirect(x, shape, upper)) return logDirect(x, shape, upper);
  if (isSmall(x, shape)) return Math.log(gammainc(x, shape, true, upper));
  return Math.log1p(-Math.exp(logDirect(x, shape, !upper)));
}

/** Whether the tail is the one that the series (below the mean) or the continued fraction (above it) gives. */
function isDirect(x: number, shape: number, upper: boolean): boolean {
  return upper === (x > shape + 1 && x > 1.1);
}

/** Where both tails' direct forms would lose digits. */
function isSmall(x: number, shape: number): boolean {
  return x < 1.2 && shape < 1.2;
}

/** Source: DLMF 8.7.1, 8.9.2. */
function logDirect(x: number, shape: number, upper: boolean): number {
  const front = logPoisson(shape, x);
  return front + (upper ? Math.log(shape * upperFraction(x, shape)) : Math.log(lowerSeries(x, shape)));
}

const MOST_TERMS = 10_000_000;

function lowerSeries(x: number, shape: number): number {
  let [sum, term] = [1, 1];
  for (let k = 1; k < MOST_TERMS; k += 1) {
    term *= x / (shape + k);
    sum += term;
    if (term < 1e-17 * sum) break;
  }
  return sum;
}

/** The continued fraction of the upper incomplete gamma function, by Lentz's method. */
function upperFraction(x: number, shape: number): number {
  let b = x + 1 - shape;
  let c = 1e300;
  let d = 1 / b;
  let value = d;
  for (let k = 1; k < MOST_TERMS; k += 1) {
    const a = -k * (k - shape);
    b += 2;
    d = 1 / (a * d + b);
    c = b + a / c;
    const factor = c * d;
    value *= factor;
    if (Math.abs(factor - 1) < 2e-16) break;
  }
  return value;
}
