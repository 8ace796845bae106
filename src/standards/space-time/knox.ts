import { hypergeometric, poisson, Random } from '#standards/statistics';
import type { Event } from './stcd.ts';

/** How many pairs of events are close. */
export interface ClosePairs {
  all: number;
  inTime: number;
  inSpace: number;
  inBoth: number;
}

export interface KnoxTest {
  /** Pairs close in both. */
  observed: number;
  /** As many as chance would give: the product of both shares. */
  expected: number;
  /** The probability of as many or more, by the Poisson distribution; of more, with `rCompat`. */
  p: number;
}

/**
 * Counts the pairs of events that are close in time, in space, and in both; a distance equal to the limit is close.
 *
 * @param within.time and `within.distance` in the units of the events
 * @throws RangeError when a coordinate is no number or there are no two events
 */
export function closePairs(events: readonly Event[], within: { time: number; distance: number }): ClosePairs {
  check(events);
  const pairs: ClosePairs = {
    all: (events.length * (events.length - 1)) / 2,
    inTime: closeInTime(events, within.time),
    inSpace: 0,
    inBoth: 0,
  };
  forPairsInSpace(events, within.distance, (one, two) => {
    pairs.inSpace += 1;
    if (Math.abs(one.time - two.time) <= within.time) pairs.inBoth += 1;
  });
  return pairs;
}

/**
 * Knox's test of whether events that are close in space are close in time more often than by chance.
 *
 * @param rCompat the probability of more pairs than observed, as surveillance 1.20, not of as many or more
 * @throws RangeError when there is no pair
 *
 * Source: Knox, Appl Stat 1964;13:25.
 */
export function knoxTest(
  { all, inTime, inSpace, inBoth }: ClosePairs,
  { rCompat = false }: { rCompat?: boolean } = {},
): KnoxTest {
  if (!(all > 0)) throw new RangeError('there is no pair of events');
  const expected = (inTime / all) * inSpace;
  return { observed: inBoth, expected, p: poisson.cdf(rCompat ? inBoth : inBoth - 1, expected, { upper: true }) };
}

interface Permutations {
  samples: number;
  seed?: number | undefined;
}

/**
 * The p-value when closeness in time is dealt out anew among all pairs, so many times, as surveillance 1.20 does.
 *
 * As each deal reaches the observed number independently with a hypergeometric tail's probability, their number is drawn at once. The pairs of one event
 * hang together, which this overlooks: `permutedTimes` does not.
 */
export function permutedPairs(
  { all, inTime, inSpace, inBoth }: ClosePairs,
  { samples, seed = 1 }: Permutations,
): number {
  const tail = hypergeometric.cdf(inBoth - 1, inSpace, all - inSpace, inTime, { upper: true });
  return (1 + new Random(seed).binomial(samples, tail)) / (samples + 1);
}

/**
 * The p-value when the times are dealt out anew among the events, so many times.
 *
 * @throws RangeError as `closePairs`
 *
 * Source: Mantel, Cancer Res 1967;27:209.
 */
export function permutedTimes(
  events: readonly Event[],
  within: { time: number; distance: number },
  { samples, seed = 1 }: Permutations,
): number {
  check(events);
  const at = new Map(events.map((event, index) => [event, index]));
  const near: number[] = [];
  forPairsInSpace(events, within.distance, (one, two) => near.push(at.get(one)!, at.get(two)!));
  const times = Float64Array.from(events, ({ time }) => time);
  const count = (): number => {
    let close = 0;
    for (let pair = 0; pair < near.length; pair += 2)
      if (Math.abs(times[near[pair]!]! - times[near[pair + 1]!]!) <= within.time) close += 1;
    return close;
  };
  const observed = count();
  const random = new Random(seed);
  let reached = 1;
  for (let sample = 0; sample < samples; sample += 1) {
    random.shuffle(times);
    if (count() >= observed) reached += 1;
  }
  return reached / (samples + 1);
}

function check(events: readonly Event[]): void {
  if (events.length < 2) throw new RangeError('there are no two events');
  if (!events.every(({ x, y, time }) => Number.isFinite(x) && Number.isFinite(y) && Number.isFinite(time)))
    throw new RangeError('place and time of each event must be known');
}

function closeInTime(events: readonly Event[], within: number): number {
  const times = Float64Array.from(events, ({ time }) => time).sort();
  let close = 0;
  for (let last = 0, first = 0; last < times.length; last += 1) {
    while (times[last]! - times[first]! > within) first += 1;
    close += last - first;
  }
  return close;
}

/** Sweeps from west to east, so that only pairs near in x are looked at. */
function forPairsInSpace(events: readonly Event[], within: number, visit: (one: Event, two: Event) => void): void {
  const eastward = [...events].sort((one, two) => one.x - two.x);
  for (const [index, one] of eastward.entries())
    for (let other = index + 1; other < eastward.length; other += 1) {
      const two = eastward[other]!;
      const dx = two.x - one.x;
      if (dx > within) break;
      const dy = two.y - one.y;
      if (Math.sqrt(dx * dx + dy * dy) <= within) visit(one, two);
    }
}
