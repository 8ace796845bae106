import type { Groups } from './model.ts';
import { oneGroup } from './model.ts';
import { ascending, byGroup } from './order.ts';

/** Rows that end with one of several kinds of event, or are censored. */
export interface CompetingRisks {
  time: Float64Array;
  /** 0 where censored, else the kind of the event. */
  kind: Uint32Array;
}

/** The share that has had one kind of event, with its variance: a step at each time of such an event. */
export interface IncidenceCurve {
  time: Float64Array;
  incidence: Float64Array;
  variance: Float64Array;
  /** The end of the last observation, up to which the curve is known. */
  until: number;
}

/** At each time of any event: how many were at risk, and how many had each kind of event. */
interface EventTable {
  time: Float64Array;
  atRisk: Uint32Array;
  /** By kind, from 1; at 0 of any kind. */
  events: Uint32Array[];
  until: number;
}

/**
 * The cumulative incidences of each kind of event, the others competing, in each group: by kind from 1, by group. Aalen and Johansen's estimate with Aalen's
 * counting-process variance.
 *
 * @param kinds how many kinds of event there are; `kind` is at most this
 * @throws RangeError when a group has no rows
 *
 * Source: Aalen, Ann Stat 1978;6:534, with the correction for ties of R's cmprsk.
 */
export function cumulativeIncidences(
  { time, kind }: CompetingRisks,
  kinds: number,
  groups: Groups = oneGroup(time.length),
): IncidenceCurve[][] {
  const { order, ends } = byGroup(ascending(time), groups.codes, groups.count);
  const tables = Array.from(ends, (end, group) => {
    const from = group === 0 ? 0 : ends[group - 1]!;
    if (from === end) throw new RangeError(`group ${group + 1} has no rows`);
    return eventTable(time, kind, order.subarray(from, end), kinds);
  });
  return Array.from({ length: kinds }, (_, at) => tables.map((table) => incidenceOf(table, at + 1)));
}

function incidenceOf({ time, atRisk, events, until }: EventTable, interest: number): IncidenceCurve {
  const steps = events[interest]!.reduce((sum, count) => sum + Number(count > 0), 0);
  const curve = {
    time: new Float64Array(steps),
    incidence: new Float64Array(steps),
    variance: new Float64Array(steps),
    until,
  };
  let [survival, incidence, at] = [1, 0, 0];
  // Sums of x^2, x y and y^2 over the events' variances, as the variance now is that of x - F(now) y.
  let [xx, xy, yy] = [0, 0, 0];
  const add = (x: number, y: number, variance: number): void => {
    xx += x * x * variance;
    xy += x * y * variance;
    yy += y * y * variance;
  };
  for (let k = 0; k < time.length; k += 1) {
    const n = atRisk[k]!;
    const own = events[interest]![k]!;
    const other = events[0]![k]! - own;
    const left = (survival * (n - own - other)) / n;
    const share = left > 0 ? 1 / left : 0;
    incidence += (survival * own) / n;
    if (other > 0 && left > 0) add(incidence * share, share, tiedVariance(survival, other, n));
    if (own > 0) {
      add(1 + incidence * share, share, tiedVariance(survival, own, n));
      curve.time[at] = time[k]!;
      curve.incidence[at] = incidence;
      curve.variance[at] = xx + incidence * incidence * yy - 2 * incidence * xy;
      at += 1;
    }
    survival = left;
  }
  return curve;
}

function tiedVariance(survival: number, events: number, n: number): number {
  const ties = events > 1 ? 1 - (events - 1) / (n - 1) : 1;
  return (survival * survival * ties * events) / (n * n);
}

function eventTable(time: Float64Array, kind: Uint32Array, order: Uint32Array, kinds: number): EventTable {
  const times = new Float64Array(order.length);
  const atRisk = new Uint32Array(order.length);
  const events = Array.from({ length: kinds + 1 }, () => new Uint32Array(order.length));
  let rows = 0;
  for (let at = 0; at < order.length; ) {
    const now = time[order[at]!]!;
    times[rows] = now;
    atRisk[rows] = order.length - at;
    for (; at < order.length && time[order[at]!]! === now; at += 1) {
      const which = kind[order[at]!]!;
      if (which === 0) continue;
      events[which]![rows]! += 1;
      events[0]![rows]! += 1;
    }
    if (events[0]![rows]! > 0) rows += 1;
  }
  return {
    time: times.subarray(0, rows),
    atRisk: atRisk.subarray(0, rows),
    events: events.map((counts) => counts.subarray(0, rows)),
    until: time[order.at(-1)!]!,
  };
}

/** Incidence and variance at a time: 0 before the first step, NaN after the end of the observation. */
export function incidenceAt(curve: IncidenceCurve, now: number): { incidence: number; variance: number } {
  if (now > curve.until || now < 0) return { incidence: Number.NaN, variance: Number.NaN };
  const last = curve.time.findLastIndex((time) => time <= now);
  return { incidence: curve.incidence[last] ?? 0, variance: curve.variance[last] ?? 0 };
}
