import { ascending } from './order.ts';

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

/** How many had the event of interest, another one, and how many were at risk, at each time of any event. */
interface EventTable {
  time: Float64Array;
  atRisk: Uint32Array;
  own: Uint32Array;
  other: Uint32Array;
}

/**
 * The cumulative incidence of one kind of event, others competing, by Aalen and Johansen, with Aalen's counting-process variance.
 *
 * @throws RangeError when there are no rows
 *
 * Source: Aalen, Ann Stat 1978;6:534, with the correction for ties of R's cmprsk.
 */
export function cumulativeIncidence({ time, kind }: CompetingRisks, interest: number): IncidenceCurve {
  if (time.length === 0) throw new RangeError('there are no rows');
  const order = ascending(time);
  const table = eventTable(time, kind, order, interest);
  const steps = table.own.reduce((sum, count) => sum + Number(count > 0), 0);
  const curve = {
    time: new Float64Array(steps),
    incidence: new Float64Array(steps),
    variance: new Float64Array(steps),
    until: time[order.at(-1)!]!,
  };
  let [survival, incidence, at] = [1, 0, 0];
  // Sums of x^2, x y and y^2 over the events' variances, as the variance now is that of x - F(now) y.
  let [xx, xy, yy] = [0, 0, 0];
  const add = (x: number, y: number, variance: number): void => {
    xx += x * x * variance;
    xy += x * y * variance;
    yy += y * y * variance;
  };
  for (let k = 0; k < table.time.length; k += 1) {
    const [n, own, other] = [table.atRisk[k]!, table.own[k]!, table.other[k]!];
    const left = (survival * (n - own - other)) / n;
    const share = left > 0 ? 1 / left : 0;
    incidence += (survival * own) / n;
    if (other > 0 && left > 0) add(incidence * share, share, tiedVariance(survival, other, n));
    if (own > 0) {
      add(1 + incidence * share, share, tiedVariance(survival, own, n));
      curve.time[at] = table.time[k]!;
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

function eventTable(time: Float64Array, kind: Uint32Array, order: Uint32Array, interest: number): EventTable {
  const found: EventTable = {
    time: new Float64Array(order.length),
    atRisk: new Uint32Array(order.length),
    own: new Uint32Array(order.length),
    other: new Uint32Array(order.length),
  };
  let rows = 0;
  for (let at = 0; at < order.length; ) {
    const now = time[order[at]!]!;
    const atRisk = order.length - at;
    let [own, other] = [0, 0];
    for (; at < order.length && time[order[at]!]! === now; at += 1) {
      const which = kind[order[at]!]!;
      if (which === interest) own += 1;
      else if (which !== 0) other += 1;
    }
    if (own + other === 0) continue;
    found.time[rows] = now;
    found.atRisk[rows] = atRisk;
    found.own[rows] = own;
    found.other[rows] = other;
    rows += 1;
  }
  return {
    time: found.time.subarray(0, rows),
    atRisk: found.atRisk.subarray(0, rows),
    own: found.own.subarray(0, rows),
    other: found.other.subarray(0, rows),
  };
}

/** Incidence and variance at a time: 0 before the first step, NaN after the end of the observation. */
export function incidenceAt(curve: IncidenceCurve, now: number): { incidence: number; variance: number } {
  if (now > curve.until || now < 0) return { incidence: Number.NaN, variance: Number.NaN };
  const last = curve.time.findLastIndex((time) => time <= now);
  return { incidence: curve.incidence[last] ?? 0, variance: curve.variance[last] ?? 0 };
}
