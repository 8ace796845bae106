import { findRoot, hypergeometric } from '#standards/statistics';
import { checkProportion, EQUAL_WITHIN, type Interval } from './proportion.ts';
import type { TwoProportions } from './two-proportions.ts';

export interface RootOptions {
  level?: number;
  /**
   * Roots as loosely, and within the same ends, as R's uniroot leaves them in fisher.test and epitools' or.midp: to 1.2e-4. Without it, to the last digits.
   */
  rCompat?: boolean;
}

export interface FisherTest {
  /** Two-sided: all tables that are not likelier than what was seen. */
  pValue: number;
  /** The likeliest odds ratio given both margins: 0 or Infinity where the count is at its end. */
  oddsRatio: number;
  interval: Interval;
}

/** R's uniroot's own tolerance. */
const R_TOLERANCE = Number.EPSILON ** 0.25;

/** Fisher's exact test of equal proportions, and the odds ratio given both margins with exact limits. Source: Fisher 1935; Cornfield 1956; as R's fisher.test. */
export function fisherTest(groups: TwoProportions, { level = 0.95, rCompat = false }: RootOptions = {}): FisherTest {
  const table = conditional(groups);
  const { x, low, high } = table;
  const tolerance = rCompat ? R_TOLERANCE : 1e-15;
  const outside = (1 - level) / 2;
  return {
    pValue: twoSided(table),
    oddsRatio: x === low ? 0 : x === high ? Infinity : rootOfOdds((odds) => table.mean(odds) - x, tolerance),
    interval: [
      x === low ? 0 : rootOfOdds((odds) => table.upper(odds) - outside, tolerance),
      x === high ? Infinity : rootOfOdds((odds) => table.lower(odds) - outside, tolerance),
    ],
  };
}

/** The odds ratio whose tails with half of what was seen are even, and limits likewise. Source: Rothman and Greenland, Modern Epidemiology 1998, chapter 14. */
export function midPOddsRatio(
  groups: TwoProportions,
  { level = 0.95, rCompat = false }: RootOptions = {},
): { estimate: number; interval: Interval } {
  const table = conditional(groups);
  const { x, low, high } = table;
  const outside = (1 - level) / 2;
  const midP = (odds: number): number => (table.lower(odds) - table.upper(odds) + 1) / 2;
  const inside = (f: (odds: number) => number): number => findRoot(f, 0, R_MOST_ODDS, { tolerance: R_TOLERANCE });
  if (rCompat && x > low && x < high && midP(R_MOST_ODDS) < outside && midP(1 / R_MOST_ODDS) > 1 - outside)
    return {
      estimate: inside((odds) => 2 * midP(odds) - 1),
      interval: [inside((odds) => 1 - midP(odds) - outside), 1 / inside((odds) => midP(1 / odds) - outside)],
    };
  const exact = (share: number): number => rootOfOdds((odds) => midP(odds) - share, 1e-15);
  return {
    estimate: x === low ? 0 : x === high ? Infinity : exact(0.5),
    interval: [x === low ? 0 : exact(1 - outside), x === high ? Infinity : exact(outside)],
  };
}

const R_MOST_ODDS = 1000;
const MOST_TABLES = 1e6;

/** The distribution of the first group's events given both margins, for any odds ratio. */
interface Conditional {
  x: number;
  low: number;
  high: number;
  /** log of the probabilities from `low` on at odds ratio 1. */
  logs: Float64Array;
  mean(odds: number): number;
  /** P(X <= x). */
  lower(odds: number): number;
  /** P(X >= x). */
  upper(odds: number): number;
}

function conditional({ one, zero }: TwoProportions): Conditional {
  checkProportion(one);
  checkProportion(zero);
  const events = one.x + zero.x;
  const [low, high, x] = [Math.max(0, events - zero.n), Math.min(events, one.n), one.x];
  if (high - low > MOST_TABLES)
    throw new RangeError('the counts are too many to go through all tables of these margins');
  const logs = Float64Array.from({ length: high - low + 1 }, (_, at) =>
    hypergeometric.density(low + at, one.n, zero.n, events, true),
  );
  const weights = new Float64Array(logs.length);
  const fill = (odds: number): number => {
    const slope = Math.log(odds);
    let most = -Infinity;
    for (let at = 0; at < logs.length; at += 1) {
      weights[at] = logs[at]! + slope * (low + at);
      most = Math.max(most, weights[at]!);
    }
    let sum = 0;
    for (let at = 0; at < logs.length; at += 1) {
      weights[at] = Math.exp(weights[at]! - most);
      sum += weights[at]!;
    }
    return sum;
  };
  const share = (odds: number, from: number, to: number): number => {
    if (odds === 0) return from <= low ? 1 : 0;
    if (odds === Infinity) return to >= high ? 1 : 0;
    const sum = fill(odds);
    let part = 0;
    for (let count = from; count <= to; count += 1) part += weights[count - low]!;
    return part / sum;
  };
  return {
    x,
    low,
    high,
    logs,
    lower: (odds) => share(odds, low, x),
    upper: (odds) => share(odds, x, high),
    mean(odds) {
      if (odds === 0) return low;
      if (odds === Infinity) return high;
      const sum = fill(odds);
      let total = 0;
      for (let at = 0; at < weights.length; at += 1) total += (low + at) * weights[at]!;
      return total / sum;
    },
  };
}

function twoSided({ x, low, logs }: Conditional): number {
  const most = Math.exp(logs[x - low]!) * EQUAL_WITHIN;
  return Math.min(
    1,
    logs.reduce((sum, logarithm) => (Math.exp(logarithm) <= most ? sum + Math.exp(logarithm) : sum), 0),
  );
}

/** The odds ratio at which a monotone function is zero: itself where it is below 1, else the inverse of a root below 1, as in R. */
function rootOfOdds(f: (odds: number) => number, tolerance: number): number {
  const atOne = f(1);
  if (atOne === 0) return 1;
  if (atOne > 0 === f(0) > 0) return 1 / findRoot((inverse) => f(1 / inverse), Number.EPSILON, 1, { tolerance });
  return findRoot(f, 0, 1, { tolerance });
}
