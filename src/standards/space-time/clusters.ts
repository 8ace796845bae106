import type { Score } from './score.ts';
import { membersOf, type Zones, zoneSums } from './zones.ts';

/** What is maximised: over all zones, and over `width` windows of time in each. */
export interface Search {
  readonly zones: Zones;
  readonly width: number;
  readonly score: Score;
}

/** More would need too much memory, and hours. */
const MOST_WINDOWS = 10_000_000;

/** @throws RangeError where a search would have too many windows */
export function refuseTooMany(windows: number): void {
  if (windows > MOST_WINDOWS)
    throw new RangeError(`${windows} windows are too many to scan: limit the zones or how long a cluster may last`);
}

/** The score of every window of every zone. */
export function scoresOf({ zones, width, score }: Search, layers: ArrayLike<number>): Float64Array {
  return zoneSums(zones, layers, width).map((sum, window) => score.of(sum, window));
}

/** Scores nearer than this, relative to 1 + score, are equal: the first of them is taken, however they were rounded. */
const ROUNDING = 1e-11;

/** The windows of the highest scores, best first, of which none shares a location with a better one; only what scores more than the least. */
export function* separateClusters({ zones, width, score }: Search, scores: Float64Array): Generator<number> {
  const taken = new Uint8Array(zones.locations);
  const barred = new Uint8Array(zones.count);
  for (;;) {
    let best = -1;
    let highest = score.least;
    for (let zone = 0; zone < zones.count; zone += 1) {
      if (barred[zone] === 1) continue;
      for (let window = zone * width; window < (zone + 1) * width; window += 1) {
        const found = scores[window]!;
        if (!(found > highest) || (best >= 0 && found - highest < ROUNDING * (1 + Math.abs(highest)))) continue;
        best = window;
        highest = found;
      }
    }
    if (best < 0) return;
    yield best;
    for (const member of membersOf(zones, Math.floor(best / width))) taken[member] = 1;
    for (let zone = 0; zone < zones.count; zone += 1)
      for (let at = zones.begin[zone]!; at < zones.end[zone]! && barred[zone] === 0; at += 1)
        barred[zone] = taken[zones.members[at]!]!;
  }
}
