import { normal } from './normal.ts';
import { type Tail, targetOf } from './tail.ts';

export interface Shape {
  mean: number;
  sd: number;
  skewness: number;
  /** The largest value; Infinity where there is none. */
  most: number;
  /** The smallest value; 0 if not said. */
  least?: number;
}

const ULP = Number.EPSILON;

/**
 * The smallest count whose lower tail reaches `p` (whose upper tail does not exceed it), searched from the Cornish-Fisher approximation.
 *
 * As R since 4.2, `p` is taken a few units in the last place short, so that the quantile of a tail's own value is where that tail was taken.
 */
export function discreteQuantile(
  p: number,
  tail: Tail,
  shape: Shape,
  cdf: (count: number, tail: Tail) => number,
): number {
  const target = targetOf(p, tail);
  if (Number.isNaN(target.lower)) return Number.NaN;
  const { mean, sd, skewness, most, least = 0 } = shape;
  if (target.lower === -Infinity) return least;
  if (target.upper === -Infinity) return most;
  const { upper = false, log = false } = tail;
  const slack = log ? 2 * ULP : upper && !(1 - p > 256 * ULP) ? 0 : 8 * ULP;
  const aim = p * (upper !== log ? 1 + slack : 1 - slack);
  const reached = (count: number): boolean => (upper ? cdf(count, tail) <= aim : cdf(count, tail) >= aim);
  const z = normal.quantile(p, 0, 1, tail);
  const guess = Math.round(mean + sd * (z + (skewness * (z * z - 1)) / 6));
  return firstReached(reached, Math.min(most, Math.max(least, guess || 0)), least, most);
}

function firstReached(reached: (count: number) => boolean, start: number, least: number, most: number): number {
  // `high` is reached, `low` is not; steps double until both are known.
  let [low, high] = [least - 1, most];
  let step = Math.max(1, Math.floor(start * 0.001));
  if (reached(start)) {
    high = start;
    while (high > least) {
      const next = Math.max(least, high - step);
      if (!reached(next)) {
        low = next;
        break;
      }
      high = next;
      step *= 2;
    }
  } else {
    low = start;
    while (low < most) {
      const next = Math.min(most, low + step);
      if (next === most || reached(next)) {
        high = next;
        break;
      }
      low = next;
      step *= 2;
    }
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (middle === low || middle === high) break;
    if (reached(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** The count that x stands for: whole but for rounding; undefined where it is not. */
export function countOf(x: number): number | undefined {
  const count = Math.round(x);
  return Math.abs(x - count) <= 1e-7 * Math.max(1, Math.abs(x)) ? count : undefined;
}

/** The largest count not above x, but for rounding. */
export function countUpTo(x: number): number {
  return Math.floor(x + 1e-7);
}
