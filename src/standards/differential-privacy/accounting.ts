import { floor, type Rational, rational } from './rational.ts';

/**
 * Zero-concentrated differential privacy: what answers cost, together and in terms of (epsilon, delta).
 *
 * Costs are whole nano-rho, always rounded up, so that sums are exact and never too small.
 */
export const NANO = 1_000_000_000n;

/**
 * What noise of this sigma² costs where one person changes the answer, as a vector, by at most `sensitivity` (2-norm) squared.
 *
 * Source: Canonne, Kamath, Steinke 2020, theorem 14 (and Bun and Steinke 2016, proposition 1.6): rho = sensitivity² / 2 sigma².
 */
export function gaussianCost({
  sensitivitySquared,
  variance,
}: {
  sensitivitySquared: bigint;
  variance: Rational;
}): bigint {
  return ceiling(rational(NANO * sensitivitySquared * variance.under, 2n * variance.over));
}

/** The smallest sigma² whose noise costs no more than so many nano-rho. */
export function gaussianVariance({
  sensitivitySquared,
  nanoRho,
}: {
  sensitivitySquared: bigint;
  nanoRho: bigint;
}): Rational {
  if (!(nanoRho > 0n)) throw new RangeError('nothing can be answered for nothing');
  return rational(sensitivitySquared * NANO, 2n * nanoRho);
}

/** epsilon of discrete Laplace noise, as rho: epsilon² / 2. Source: Bun and Steinke 2016, proposition 1.4. */
export function laplaceCost({ sensitivity, scale }: { sensitivity: bigint; scale: Rational }): bigint {
  const epsilon = rational(sensitivity * scale.under, scale.over);
  return ceiling(rational(NANO * epsilon.over * epsilon.over, 2n * epsilon.under * epsilon.under));
}

/**
 * The epsilon that goes with delta: the infimum over alpha above 1 of rho alpha + (ln(1/delta) + (alpha - 1) ln(1 - 1/alpha) - ln alpha) / (alpha - 1).
 *
 * Source: Canonne, Kamath, Steinke 2020, corollary 13, which is tighter than rho + 2 sqrt(rho ln(1/delta)).
 */
export function epsilonOf(rho: number, delta: number): number {
  if (!(rho >= 0) || !(delta > 0 && delta < 1)) throw new RangeError('rho is not below 0, delta lies between 0 and 1');
  if (rho === 0) return 0;
  const at = (log: number): number => {
    // By the logarithm of alpha - 1, over which it falls and then rises.
    const less = Math.exp(log);
    const alpha = 1 + less;
    return rho * alpha + (-Math.log(delta) - Math.log(alpha)) / less + Math.log1p(-1 / alpha);
  };
  let [low, high] = [-20, 40];
  const golden = (Math.sqrt(5) - 1) / 2;
  for (let round = 0; round < 200; round += 1) {
    const [left, right] = [high - golden * (high - low), low + golden * (high - low)];
    if (at(left) < at(right)) high = right;
    else low = left;
  }
  return Math.max(0, at((low + high) / 2));
}

/** Whether so much more may be spent. */
export function affords({ limit, spent }: { limit: bigint; spent: bigint }, cost: bigint): boolean {
  return cost >= 0n && spent + cost <= limit;
}

function ceiling(value: Rational): bigint {
  return -floor({ over: -value.over, under: value.under });
}
