import type { Observations } from './model.ts';
import { ascending } from './order.ts';

/** Times closer than this, absolutely or beside the mean time, are one time. */
const TIE = Math.sqrt(Number.EPSILON);

export interface Times {
  /** Row by row, tied times made equal. */
  times: Float64Array;
  /** The rows by ascending time. */
  order: Uint32Array;
}

/**
 * Makes times equal that only differ by rounding: a chain of times, each within sqrt(epsilon) of the one before (absolutely, or relative to the mean of the
 * distinct times), becomes its first time.
 *
 * Source: Therneau, "Roundoff error and tied times", vignette of the R package survival (`aeqSurv`).
 */
export function tieTimes(times: Float64Array): Times {
  const order = ascending(times);
  let sum = 0;
  let distinct = 0;
  let least = Infinity;
  let before = Number.NaN;
  for (let at = 0; at < order.length; at += 1) {
    const time = times[order[at]!]!;
    if (time === before || !Number.isFinite(time)) continue;
    if (time - before < least) least = time - before;
    sum += Math.abs(time);
    distinct += 1;
    before = time;
  }
  const gap = Math.max(TIE, (TIE * sum) / distinct);
  return { times: least <= gap ? collapse(times, order, gap) : times, order };
}

function collapse(times: Float64Array, order: Uint32Array, gap: number): Float64Array {
  const tied = times.slice();
  let [before, first] = [Number.NaN, Number.NaN];
  for (const row of order) {
    const time = times[row]!;
    if (!(time - before <= gap)) first = time;
    tied[row] = first;
    before = time;
  }
  return tied;
}

/** The rows with their times tied, entries and exits together, and their order by exit. */
export function arrangeTimes(rows: Observations): { tied: Observations; order: Uint32Array } {
  if (rows.start === undefined) {
    const { times, order } = tieTimes(rows.time);
    return { tied: { ...rows, time: times }, order };
  }
  const tied = { ...rows, ...tieIntervals(rows.start, rows.time) };
  return { tied, order: ascending(tied.time) };
}

/** @throws RangeError when an interval becomes empty by it */
function tieIntervals(start: Float64Array, time: Float64Array): { start: Float64Array; time: Float64Array } {
  const both = new Float64Array(2 * time.length);
  both.set(start);
  both.set(time, start.length);
  const { times } = tieTimes(both);
  const tied = { start: times.slice(0, start.length), time: times.slice(start.length) };
  for (let row = 0; row < time.length; row += 1)
    if (tied.start[row] === tied.time[row])
      throw new RangeError(`row ${row + 1} is under observation for no time: its start must be before its time`);
  return tied;
}
