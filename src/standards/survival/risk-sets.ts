import type { Groups, Observations } from './model.ts';
import { oneGroup } from './model.ts';
import { byGroup, pick } from './order.ts';
import { arrangeTimes } from './ties.ts';

/**
 * Rows arranged once for every later pass: stratum by stratum, and in each from the last event time to the first, in segments. A segment holds who is last
 * seen at its event time or after it, but before the next one; those who have the event come last. So the risk set of an event time is all segments of its stratum up
 * to there, less who had not yet entered. Rows that are never at risk at an event are left out.
 */
export interface RiskSets {
  /** The row of the data at each place. */
  rows: Uint32Array;
  /** For each segment: the place after its last row, and that of its first event. */
  ends: Uint32Array;
  eventsFrom: Uint32Array;
  /** Ascending, by segment, the segments that begin a stratum; and the number of segments at the end. */
  strata: Uint32Array;
  /** Which stratum of the data each of these is; one without events has no segment. */
  codes: Uint32Array;
  time: Float64Array;
  /** For left truncation: at each place the segment from which on it is no longer at risk (none: the number of segments), and the places by that segment. */
  leaving?: { at: Uint32Array; order: Uint32Array; ends: Uint32Array };
  /** Of the data, tied: all of them, row by row; and their order by time. */
  tied: Observations;
  byTime: Uint32Array;
}

/**
 * @throws RangeError when there is no event
 */
export function arrangeRiskSets(data: Observations, strata: Groups = oneGroup(data.time.length)): RiskSets {
  const { tied, order: byTime } = arrangeTimes(data);
  const { order, ends } = byGroup(byTime, strata.codes, strata.count);
  const made = new SegmentMaker(tied);
  for (const [stratum, end] of ends.entries())
    made.addStratum(order.subarray(stratum === 0 ? 0 : ends[stratum - 1]!, end), stratum);
  const sets = { ...made.finish(), byTime };
  if (sets.time.length === 0) throw new RangeError('there is no event among the rows');
  return sets;
}

class SegmentMaker {
  readonly #data: Observations;
  readonly #rows: Uint32Array;
  readonly #ends: number[] = [];
  readonly #eventsFrom: number[] = [];
  readonly #strata: number[] = [];
  readonly #codes: number[] = [];
  readonly #times: number[] = [];
  readonly #leaving: Uint32Array | undefined;
  #used = 0;

  constructor(data: Observations) {
    this.#data = data;
    this.#rows = new Uint32Array(data.time.length);
    if (data.start !== undefined) this.#leaving = new Uint32Array(data.time.length);
  }

  /** @param order the stratum's rows by ascending time */
  addStratum(order: Uint32Array, stratum: number): void {
    const { event } = this.#data;
    const time = pick(this.#data.time, order);
    const first = this.#times.length;
    let waiting = order.length;
    for (let at = order.length - 1; at >= 0; ) {
      const now = time[at]!;
      let from = at;
      let events = 0;
      for (; from >= 0 && time[from] === now; from -= 1) events += event[order[from]!]!;
      if (events > 0) {
        if (this.#times.length === first) {
          this.#strata.push(first);
          this.#codes.push(stratum);
        }
        this.#addSegment(now, order, from + 1, waiting);
        waiting = from + 1;
      }
      at = from;
    }
    this.#findLeaving(first);
  }

  /** @param order rows by ascending time: of these, from `from` to before `to`, the first have the event time */
  #addSegment(now: number, order: Uint32Array, from: number, to: number): void {
    const { start, time, event } = this.#data;
    for (let at = to - 1; at >= from; at -= 1) {
      const row = order[at]!;
      const dies = event[row] === 1 && time[row] === now;
      if (!dies && !(start !== undefined && start[row]! >= now)) this.#rows[this.#used++] = row;
    }
    this.#eventsFrom.push(this.#used);
    for (let at = from; at < to && time[order[at]!] === now; at += 1)
      if (event[order[at]!] === 1) this.#rows[this.#used++] = order[at]!;
    this.#ends.push(this.#used);
    this.#times.push(now);
  }

  /** From which of the stratum's segments on the rows had not entered yet. */
  #findLeaving(first: number): void {
    const { start } = this.#data;
    if (start === undefined || this.#leaving === undefined) return;
    const from = first === 0 ? 0 : this.#ends[first - 1]!;
    for (let place = from; place < this.#used; place += 1) {
      const entry = start[this.#rows[place]!]!;
      let [low, high] = [first, this.#times.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (this.#times[middle]! <= entry) high = middle;
        else low = middle + 1;
      }
      this.#leaving[place] = low;
    }
  }

  finish(): Omit<RiskSets, 'byTime'> {
    const sets = {
      rows: this.#rows.slice(0, this.#used),
      ends: Uint32Array.from(this.#ends),
      eventsFrom: Uint32Array.from(this.#eventsFrom),
      strata: Uint32Array.from([...this.#strata, this.#times.length]),
      codes: Uint32Array.from(this.#codes),
      time: Float64Array.from(this.#times),
      tied: this.#data,
    };
    if (this.#leaving === undefined) return sets;
    return { ...sets, leaving: this.#leavingBySegment(this.#leaving.slice(0, this.#used)) };
  }

  /** Who outlives its stratum's segments leaves with the next stratum, of which nothing is taken: sums begin anew there. */
  #leavingBySegment(at: Uint32Array): NonNullable<RiskSets['leaving']> {
    const segments = this.#times.length;
    const bounds = [...this.#strata, segments];
    for (const [stratum, end] of bounds.slice(1).entries()) {
      const from = bounds[stratum]! === 0 ? 0 : this.#ends[bounds[stratum]! - 1]!;
      for (let place = from; place < this.#ends[end - 1]!; place += 1) if (at[place] === end) at[place] = segments;
    }
    const places = Uint32Array.from(at.keys());
    return { at, ...byGroup(places, at, segments + 1) };
  }
}
