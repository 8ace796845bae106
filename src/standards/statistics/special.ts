import betaln from '@stdlib/math-base-special-betaln';
import digammaOf from '@stdlib/math-base-special-digamma';
import gammaln from '@stdlib/math-base-special-gammaln';
import trigammaOf from '@stdlib/math-base-special-trigamma';

/** log |gamma(x)|. */
export function logGamma(x: number): number {
  return gammaln(x);
}

export function digamma(x: number): number {
  return digammaOf(x);
}

export function trigamma(x: number): number {
  return trigammaOf(x);
}

/** log of the beta function, a and b above 0. */
export function logBeta(a: number, b: number): number {
  return betaln(a, b);
}

/** log of the binomial coefficient n over k, n at least 0; neither need be whole. -Infinity for k below 0 or above n. */
export function logChoose(n: number, k: number): number {
  if (k === 0 || k === n) return 0;
  if (k < 0 || k > n) return -Infinity;
  return -Math.log(n + 1) - betaln(n - k + 1, k + 1);
}

export const HALF_LOG_TWO_PI = 0.9189385332046728;

/**
 * What Stirling's formula lacks: log gamma(n + 1) - ((n + 1/2) log n - n + log(2 pi)/2).
 *
 * Source: Loader, Fast and accurate computation of binomial probabilities, 2000; the series is DLMF 5.11.1.
 */
export function stirlingError(n: number): number {
  if (n < 16) return gammaln(n + 1) - (n + 0.5) * Math.log(n) + n - HALF_LOG_TWO_PI;
  const square = 1 / (n * n);
  const tail = 1 / 1188 - (691 / 360360 - square / 156) * square;
  return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - tail * square) * square) * square) * square) / n;
}

/** x log(x/mean) + mean - x, without loss where the two are close; their difference may be known better than by subtraction. Source: Loader 2000. */
export function deviancePart(x: number, mean: number, difference = x - mean): number {
  if (!(Math.abs(difference) < 0.1 * (x + mean))) return x * Math.log(x / mean) - difference;
  const ratio = difference / (x + mean);
  const square = ratio * ratio;
  let sum = difference * ratio;
  let term = 2 * x * ratio;
  for (let odd = 3; odd < 1000; odd += 2) {
    term *= square;
    const next = sum + term / odd;
    if (next === sum) break;
    sum = next;
  }
  return sum;
}

/** log of the Poisson probability at x, which need not be whole. Source: Loader 2000. */
export function logPoisson(x: number, mean: number): number {
  if (mean === 0) return x === 0 ? 0 : -Infinity;
  if (x < 0 || !(mean < Infinity)) return -Infinity;
  if (x <= mean * Number.MIN_VALUE * 2 ** 52) return -mean;
  if (mean < x * Number.MIN_VALUE * 2 ** 52) {
    if (!(x < Infinity)) return -Infinity;
    return -mean + x * Math.log(mean) - gammaln(x + 1);
  }
  return -HALF_LOG_TWO_PI - 0.5 * Math.log(x) - stirlingError(x) - deviancePart(x, mean);
}

/** log of the binomial probability of x successes and `rest` failures, which need not be whole; q = 1 - p is given too, so that nothing is rounded. Source: Loader 2000. */
export function logBinomial(x: number, rest: number, p: number, q: number): number {
  if (p === 0) return x === 0 ? 0 : -Infinity;
  if (q === 0) return rest === 0 ? 0 : -Infinity;
  if (x < 0 || rest < 0) return -Infinity;
  const n = x + rest;
  if (x === 0) return n === 0 ? 0 : logOfPower(n, p, q);
  if (rest === 0) return logOfPower(n, q, p);
  // Both parts differ by the same from what is expected; the smaller share loses less.
  const over = q < p ? n * q - rest : x - n * p;
  return (
    stirlingError(n) -
    stirlingError(x) -
    stirlingError(rest) -
    deviancePart(x, n * p, over) -
    deviancePart(rest, n * q, -over) -
    HALF_LOG_TWO_PI -
    0.5 * (Math.log(x) + Math.log(rest / n))
  );
}

/** n log q, where p = 1 - q. */
function logOfPower(n: number, p: number, q: number): number {
  return n * (p < q ? Math.log1p(-p) : Math.log(q));
}

/** The gamma function; NaN at 0 and at negative whole numbers. */
export function gammaFunction(x: number): number {
  if (x <= 0 && Number.isInteger(x)) return Number.NaN;
  const size = Math.exp(gammaln(x));
  return x < 0 && Math.floor(x) % 2 !== 0 ? -size : size;
}

/** The binomial coefficient of any n over a whole k; 0 for k below 0. */
export function choose(n: number, k: number): number {
  const isWhole = Number.isInteger(n);
  if (k < 0) return 0;
  if (isWhole && n >= 0 && k > n) return 0;
  const few = isWhole && n >= 0 ? Math.min(k, n - k) : k;
  if (few >= 30 && n >= k) {
    const size = Math.exp(logChoose(n, few));
    return isWhole ? Math.round(size) : size;
  }
  let product = 1;
  for (let at = 0; at < few; at += 1) product *= (n - at) / (at + 1);
  return isWhole ? Math.round(product) : product;
}
