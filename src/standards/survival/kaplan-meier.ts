import type { Groups, Observations } from './model.ts';
import { oneGroup, ones } from './model.ts';
import { ascending, byGroup } from './order.ts';
import { arrangeTimes } from './ties.ts';

/** One curve: a row for each time at which an observation ends. Counts are weighted. */
export interface Curve {
  time: Float64Array;
  atRisk: Float64Array;
  events: Float64Array;
  censored: Float64Array;
  survival: Float64Array;
  /** Standard error of log(survival); infinite or NaN where survival is 0, as Greenwood's formula has it. */
  logError: Float64Array;
  /** Standard error of survival. */
  survivalError: Float64Array;
  cumulativeHazard: Float64Array;
  hazardError: Float64Array;
  /** Rows of the data. */
  n: number;
}

export interface CurveOptions {
  /** `product` is Kaplan and Meier's; `hazard` is exp(-cumulative hazard). */
  survival?: 'product' | 'hazard';
  /** `nelson-aalen`, or `fleming-harrington`, which takes tied events one after the other. */
  hazard?: 'nelson-aalen' | 'fleming-harrington';
  /** The variance from each cluster's influence (infinitesimal jackknife) in place of Greenwood's; each row may be its own cluster. */
  clusters?: Groups;
}

/**
 * The survival curve of each group.
 *
 * @throws RangeError where the cluster variance is asked for other than the product estimate, or a group is empty
 *
 * Source: Kaplan & Meier 1958; Greenwood 1926; Fleming & Harrington 1984; times that differ by rounding are tied as in R's survival, over all groups.
 */
export function survivalCurves(rows: Observations, groups?: Groups, options: CurveOptions = {}): Curve[] {
  if (options.clusters !== undefined && (options.survival === 'hazard' || options.hazard === 'fleming-harrington'))
    throw new RangeError('the cluster variance is known for the Kaplan-Meier curve and the Nelson-Aalen hazard only');
  const { codes, count } = groups ?? oneGroup(rows.time.length);
  const { tied, order } = arrangeTimes(rows);
  const { order: grouped, ends } = byGroup(order, codes, count);
  const starts = tied.start === undefined ? undefined : byGroup(ascending(tied.start), codes, count).order;
  return Array.from(ends, (end, group) => {
    const from = group === 0 ? 0 : ends[group - 1]!;
    if (from === end) throw new RangeError(`group ${group + 1} has no rows`);
    return curveOf(tied, grouped.subarray(from, end), starts?.subarray(from, end), options);
  });
}

interface RiskTable {
  time: Float64Array;
  atRisk: Float64Array;
  events: Float64Array;
  censored: Float64Array;
  /** Events without weights. */
  deaths: Uint32Array;
}

/** What a mean from a curve needs, and no more: the counts and the product estimate of all rows. */
export function productLimit(
  rows: Pick<Observations, 'time' | 'event'>,
): Pick<Curve, 'time' | 'atRisk' | 'events' | 'survival'> {
  const { tied, order } = arrangeTimes(rows);
  const { time, atRisk, events } = riskTable(tied, order, undefined);
  const survival = new Float64Array(time.length);
  let left = 1;
  for (let k = 0; k < time.length; k += 1) {
    if (events[k]! > 0) left *= (atRisk[k]! - events[k]!) / atRisk[k]!;
    survival[k] = left;
  }
  return { time, atRisk, events, survival };
}

function curveOf(
  rows: Observations,
  order: Uint32Array,
  starts: Uint32Array | undefined,
  { survival = 'product', hazard = 'nelson-aalen', clusters }: CurveOptions,
): Curve {
  const table = riskTable(rows, order, starts);
  const estimates = hazard === 'nelson-aalen' ? nelsonAalen(table) : flemingHarrington(table);
  const product = survival === 'product' ? kaplanMeier(table) : exponential(estimates);
  const { deaths: _, ...counts } = table;
  const survivalError = product.logError.map((error, k) => error * product.survival[k]!);
  const curve = { ...counts, ...estimates, ...product, survivalError, n: order.length };
  if (clusters !== undefined) Object.assign(curve, clusterErrors(rows, order, starts, table, clusters));
  return curve;
}

/** Who is at risk, from the last time backwards, so that what is left of weights does not gather rounding. */
function riskTable(rows: Observations, order: Uint32Array, starts: Uint32Array | undefined): RiskTable {
  const { time, event, start, weights } = rows;
  let distinct = 0;
  for (let at = 0; at < order.length; at += 1)
    if (at === 0 || time[order[at]!]! !== time[order[at - 1]!]!) distinct += 1;
  const [times, atRisk] = [new Float64Array(distinct), new Float64Array(distinct)];
  const [events, censored] = [new Float64Array(distinct), new Float64Array(distinct)];
  const deaths = new Uint32Array(distinct);
  let risk = 0;
  let entry = order.length - 1;
  let at = order.length - 1;
  for (let k = distinct - 1; k >= 0; k -= 1) {
    const now = time[order[at]!]!;
    for (; at >= 0 && time[order[at]!]! === now; at -= 1) {
      const row = order[at]!;
      const weight = weights === undefined ? 1 : weights[row]!;
      risk += weight;
      if (event[row] === 1) {
        events[k]! += weight;
        deaths[k]! += 1;
      } else censored[k]! += weight;
    }
    if (starts !== undefined && start !== undefined)
      for (; entry >= 0 && start[starts[entry]!]! >= now; entry -= 1)
        risk -= weights === undefined ? 1 : weights[starts[entry]!]!;
    times[k] = now;
    atRisk[k] = risk;
  }
  return { time: times, atRisk, events, censored, deaths };
}

function kaplanMeier({ time, atRisk, events }: RiskTable): Pick<Curve, 'survival' | 'logError'> {
  const [survival, logError] = [new Float64Array(time.length), new Float64Array(time.length)];
  let [left, variance] = [1, 0];
  for (let k = 0; k < time.length; k += 1) {
    const [n, d] = [atRisk[k]!, events[k]!];
    if (d > 0) {
      left *= (n - d) / n;
      variance += d / (n * (n - d));
    }
    survival[k] = left;
    logError[k] = Math.sqrt(variance);
  }
  return { survival, logError };
}

type Hazard = Pick<Curve, 'cumulativeHazard' | 'hazardError'>;

function exponential({ cumulativeHazard, hazardError }: Hazard): Pick<Curve, 'survival' | 'logError'> {
  return { survival: cumulativeHazard.map((sum) => Math.exp(-sum)), logError: hazardError };
}

function nelsonAalen({ time, atRisk, events }: RiskTable): Hazard {
  return cumulated(time.length, (k, step) => {
    if (events[k]! > 0) step(events[k]! / atRisk[k]!, events[k]! / atRisk[k]! ** 2);
  });
}

/** Tied events leave one after the other: 1/n + 1/(n-1) + ... in place of d/n. */
function flemingHarrington({ time, atRisk, events, deaths }: RiskTable): Hazard {
  return cumulated(time.length, (k, step) => {
    const each = events[k]! / deaths[k]!;
    for (let gone = 0; gone < deaths[k]!; gone += 1) {
      const left = atRisk[k]! - gone * each;
      step(each / left, each / (left * left));
    }
  });
}

function cumulated(length: number, add: (k: number, step: (hazard: number, variance: number) => void) => void): Hazard {
  const [cumulativeHazard, hazardError] = [new Float64Array(length), new Float64Array(length)];
  let [sum, variance] = [0, 0];
  const step = (hazard: number, more: number): void => {
    sum += hazard;
    variance += more;
  };
  for (let k = 0; k < length; k += 1) {
    add(k, step);
    cumulativeHazard[k] = sum;
    hazardError[k] = Math.sqrt(variance);
  }
  return { cumulativeHazard, hazardError };
}

/**
 * Errors from the clusters' influence on survival S and on the hazard.
 *
 * A row of weight w that is at risk has the influence w S c on survival, and w g on the hazard, where c grows by h/(n(1-h)) and g falls by h/n at each event
 * time, with hazard h and n at risk; from its exit on its share of S, or of the hazard, stays as it is then, and its own event takes 1/(n(1-h)) off, or
 * adds 1/n. So the sum of squares over the clusters is kept by changing one cluster at a time.
 */
function clusterErrors(
  rows: Observations,
  order: Uint32Array,
  starts: Uint32Array | undefined,
  { time, atRisk, events }: RiskTable,
  { codes, count }: Groups,
): Pick<Curve, 'logError' | 'survivalError' | 'hazardError'> {
  const weights = rows.weights ?? ones(rows.time.length);
  const [onSurvival, onHazard] = [new Influence(count), new Influence(count)];
  const [logError, survivalError] = [new Float64Array(time.length), new Float64Array(time.length)];
  const hazardError = new Float64Array(time.length);
  let [entry, exit, survival, c, g] = [0, 0, 1, 0, 0];
  const entries = starts ?? order;
  for (let k = 0; k < time.length; k += 1) {
    for (; entry < entries.length && (starts === undefined || rows.start![entries[entry]!]! < time[k]!); entry += 1) {
      const row = entries[entry]!;
      onSurvival.change(codes[row]!, weights[row]!, -weights[row]! * c);
      onHazard.change(codes[row]!, weights[row]!, -weights[row]! * g);
    }
    const [n, h] = [atRisk[k]!, events[k]! / atRisk[k]!];
    const off = h > 0 ? 1 / (n * (1 - h)) : 0;
    if (h > 0) {
      survival *= 1 - h;
      c += h * off;
      g -= h / n;
    }
    for (; exit < order.length && rows.time[order[exit]!]! === time[k]!; exit += 1) {
      const row = order[exit]!;
      const [weight, died] = [weights[row]!, rows.event[row]!];
      onSurvival.change(codes[row]!, -weight, weight * (c - died * off));
      onHazard.change(codes[row]!, -weight, weight * (g + died / n));
    }
    // With nobody left, no one has an influence any more.
    logError[k] = survival > 0 ? Math.sqrt(onSurvival.squares(c)) : 0;
    survivalError[k] = logError[k]! * survival;
    hazardError[k] = Math.sqrt(onHazard.squares(g));
  }
  return { logError, survivalError, hazardError };
}

/** The sum over clusters of (weight at risk * x + constant)^2, for any x. */
class Influence {
  readonly #weight: Float64Array;
  readonly #constant: Float64Array;
  #weights = 0;
  #products = 0;
  #constants = 0;

  constructor(clusters: number) {
    this.#weight = new Float64Array(clusters);
    this.#constant = new Float64Array(clusters);
  }

  change(cluster: number, weight: number, constant: number): void {
    const [w, b] = [this.#weight[cluster]!, this.#constant[cluster]!];
    const [toW, toB] = [w + weight, b + constant];
    this.#weights += toW * toW - w * w;
    this.#products += toW * toB - w * b;
    this.#constants += toB * toB - b * b;
    this.#weight[cluster] = toW;
    this.#constant[cluster] = toB;
  }

  squares(x: number): number {
    return Math.max(0, this.#weights * x * x + 2 * this.#products * x + this.#constants);
  }
}
