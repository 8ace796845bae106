import { poisson } from '../statistics/index.ts';
import type { Places } from './places.ts';
import { circlesAbout, membersOf } from './zones.ts';

type Numbers = ArrayLike<number>;

/** What is found when a circle about one place grows until it holds `k` cases. */
export interface GrownCircle {
  /** By distance, the place itself first; all places where even they hold fewer than `k` cases. */
  readonly members: readonly number[];
  /** Whether they hold `k` cases. */
  readonly reached: boolean;
  readonly cases: number;
  readonly expected: number;
  /** Of so many cases or more where so many are expected (Poisson). */
  readonly p: number;
}

/**
 * Besag's and Newell's test about each place: how few neighbours are needed to see `k` cases?
 *
 * As in SpatialEpi, the place's own cases count, and the p value is that of the cases really seen, which may be more than `k`. The paper counts `k` other cases.
 *
 * @throws RangeError for tables of unequal length, negative numbers, or a `k` below 1
 *
 * Source: Besag and Newell, J R Stat Soc A 1991;154:143.
 */
export function scanBesagNewell(
  { places, cases, expected }: { places: Places; cases: Numbers; expected: Numbers },
  k: number,
): GrownCircle[] {
  if (!(k >= 1)) throw new RangeError('k is 1 or more');
  const circles = circlesAbout(places, { ties: 'one-by-one' });
  const n = circles.locations;
  if (cases.length !== n || expected.length !== n)
    throw new RangeError('every place has its cases and what is expected');
  for (let at = 0; at < n; at += 1)
    if (!(cases[at]! >= 0 && expected[at]! >= 0)) throw new RangeError('cases and expected cases are 0 or more');
  return Array.from({ length: n }, (_, centre) => {
    const order = membersOf(circles, centre * n + n - 1);
    let seen = 0;
    let awaited = 0;
    let size = 0;
    while (size < n && seen < k) {
      seen += cases[order[size]!]!;
      awaited += expected[order[size]!]!;
      size += 1;
    }
    const p = poisson.cdf(seen - 1, awaited, { upper: true });
    return { members: order.slice(0, size), reached: seen >= k, cases: seen, expected: awaited, p };
  });
}
