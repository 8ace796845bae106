import type { Groups, Observations } from './model.ts';
import { oneGroup, ones } from './model.ts';
import { ascending, byGroup } from './order.ts';
import { arrangeTimes } from './ties.ts';

export const PAIR_WEIGHTS = ['n', 'S', 'S/G', 'n/G2', 'I'] as const;
/** How pairs count that are told apart at an event time, n at risk, survival S and share uncensored G before it: 1, n S, n S/G, 1/G^2 or 1/n. */
export type PairWeight = (typeof PAIR_WEIGHTS)[number];

export interface ConcordanceOptions {
  strata?: Groups;
  /** Rows of which go together; each its own where absent. */
  clusters?: Groups;
  pairWeight?: PairWeight;
  /** Times below are taken as this one, which no row may be censored before. */
  least?: number;
  /** Events after it make no pairs. */
  most?: number;
}

export interface Concordance {
  /** The share of the pairs in which who has the lower score has the event sooner; a tied score counts half. */
  concordance: number;
  standardError: number;
  /** Weighted pairs. */
  concordant: number;
  discordant: number;
  tied: number;
}

/**
 * How well a score tells who has the event later: Harrell's C, NaN where no two rows can be compared. In time proportional to n log n.
 *
 * @throws RangeError when the options do not fit the data
 *
 * Source: Harrell 1982; the infinitesimal jackknife variance and the weights as in R's concordance (Therneau & Watson 2015; Uno 2011 for n/G2).
 */
export function concordance(rows: Observations, score: Float64Array, options: ConcordanceOptions = {}): Concordance {
  const { strata = oneGroup(score.length), clusters } = options;
  const { tied, order } = arrangeTimes(limited(rows, options));
  const rank = new Uint32Array(score.length);
  const { order: sorted, ends } = byGroup(order, strata.codes, strata.count);
  const pairs = { concordant: 0, discordant: 0, tied: 0 };
  const each = {
    concordant: new Float64Array(score.length),
    discordant: new Float64Array(score.length),
    tied: new Float64Array(score.length),
  };
  for (const [stratum, end] of ends.entries()) {
    const part = sorted.subarray(stratum === 0 ? 0 : ends[stratum - 1]!, end);
    const count = rankScores(score, part, rank);
    countPairs({ rows: tied, order: part, rank, count, ...pairWeights(tied, part, options) }, pairs, each);
  }
  const all = pairs.concordant + pairs.discordant + pairs.tied;
  const somers = (pairs.concordant - pairs.discordant) / all;
  const sums = new Float64Array(clusters?.count ?? score.length);
  for (let row = 0; row < score.length; row += 1) {
    const own = each.concordant[row]! + each.discordant[row]! + each.tied[row]!;
    const change = (each.concordant[row]! - each.discordant[row]! - somers * own) / all;
    sums[clusters?.codes[row] ?? row]! += (tied.weights?.[row] ?? 1) * change;
  }
  const variance = sums.reduce((sum, change) => sum + change * change, 0);
  return { concordance: (somers + 1) / 2, standardError: Math.sqrt(variance) / 2, ...pairs };
}

function limited(rows: Observations, { least, pairWeight = 'n' }: ConcordanceOptions): Observations {
  if (rows.start !== undefined && (pairWeight === 'S/G' || pairWeight === 'n/G2'))
    throw new RangeError('pairs cannot be weighted by the censoring where rows enter late');
  if (least === undefined) return rows;
  if (rows.time.some((time, row) => rows.event[row] === 0 && time < least))
    throw new RangeError('a row is censored before the least time');
  return { ...rows, time: rows.time.map((time) => Math.max(time, least)) };
}

/** Into `rank` the rows' scores as whole numbers from 0, equal ones alike; gives how many there are. */
function rankScores(score: Float64Array, rows: Uint32Array, rank: Uint32Array): number {
  let count = 0;
  let before = Number.NaN;
  for (const row of ascendingRows(score, rows)) {
    if (score[row]! !== before) count += 1;
    before = score[row]!;
    rank[row] = count - 1;
  }
  return count;
}

interface Part {
  rows: Observations;
  /** Of the stratum, by ascending time. */
  order: Uint32Array;
  rank: Uint32Array;
  /** Distinct ranks. */
  count: number;
  /** The weight of a pair that is told apart at an event time. */
  weightAt: (time: number) => number;
}

type Pairs = Pick<Concordance, 'concordant' | 'discordant' | 'tied'>;

/**
 * Backwards in time each event is compared with who outlives it; then forwards each row with the events before its end, so that both sides of a pair
 * know their weight in it.
 */
function countPairs(part: Part, pairs: Pairs, each: Record<keyof Pairs, Float64Array>): void {
  const { rows, order, rank, count, weightAt } = part;
  const { time, event, start } = rows;
  const weights = rows.weights ?? ones(time.length);
  const leaving = start === undefined ? undefined : ascendingRows(start, order);
  const atRisk = new RankSums(count);
  let entry = (leaving?.length ?? 0) - 1;
  for (let at = order.length - 1; at >= 0; ) {
    const now = time[order[at]!]!;
    let from = at;
    while (from >= 0 && time[order[from]!]! === now) from -= 1;
    const tiedEvents: number[] = [];
    for (let k = at; k > from; k -= 1) {
      const row = order[k]!;
      // Who is censored at the time of an event is known to outlive it.
      if (event[row] === 0) atRisk.add(rank[row]!, weights[row]!);
      else tiedEvents.push(row);
    }
    if (tiedEvents.length > 0 && leaving !== undefined && start !== undefined)
      for (; entry >= 0 && start[leaving[entry]!]! >= now; entry -= 1)
        atRisk.add(rank[leaving[entry]!]!, -weights[leaving[entry]!]!);
    const weight = tiedEvents.length > 0 ? weightAt(now) : 0;
    for (const row of tiedEvents) {
      const below = atRisk.below(rank[row]!);
      const equal = atRisk.at(rank[row]!);
      const above = atRisk.total - below - equal;
      addTo(each, row, above * weight, below * weight, equal * weight);
      pairs.concordant += weights[row]! * above * weight;
      pairs.discordant += weights[row]! * below * weight;
      pairs.tied += weights[row]! * equal * weight;
    }
    for (const row of tiedEvents) atRisk.add(rank[row]!, weights[row]!);
    at = from;
  }
  countAsSurvivor(part, weights, leaving, each);
}

function addTo(
  each: Record<keyof Pairs, Float64Array>,
  row: number,
  concordant: number,
  discordant: number,
  tied: number,
): void {
  each.concordant[row]! += concordant;
  each.discordant[row]! += discordant;
  each.tied[row]! += tied;
}

function countAsSurvivor(
  { rows, order, rank, count, weightAt }: Part,
  weights: Float64Array,
  entering: Uint32Array | undefined,
  each: Record<keyof Pairs, Float64Array>,
): void {
  const { time, event, start } = rows;
  const events = new RankSums(count);
  const meet = (row: number, sign: number): void => {
    const below = events.below(rank[row]!);
    const equal = events.at(rank[row]!);
    addTo(each, row, sign * below, sign * (events.total - below - equal), sign * equal);
  };
  let entry = 0;
  for (let at = 0; at < order.length; ) {
    const now = time[order[at]!]!;
    // Events up to a row's entry are none of its pairs.
    if (entering !== undefined && start !== undefined)
      for (; entry < entering.length && start[entering[entry]!]! < now; entry += 1) meet(entering[entry]!, -1);
    let end = at;
    while (end < order.length && time[order[end]!]! === now) end += 1;
    for (let k = at; k < end; k += 1) if (event[order[k]!] === 1) meet(order[k]!, 1);
    let weight = Number.NaN;
    for (let k = at; k < end; k += 1) {
      const row = order[k]!;
      if (event[row] !== 1) continue;
      if (Number.isNaN(weight)) weight = weightAt(now);
      events.add(rank[row]!, weight * weights[row]!);
    }
    for (let k = at; k < end; k += 1) if (event[order[k]!] === 0) meet(order[k]!, 1);
    at = end;
  }
}

function ascendingRows(values: Float64Array, rows: Uint32Array): Uint32Array {
  if (rows.length === values.length) return ascending(values);
  const part = Float64Array.from(rows, (row) => values[row]!);
  return ascending(part).map((at) => rows[at]!);
}

/** Weights by rank, with their sums below a rank (Fenwick 1994). */
class RankSums {
  total = 0;
  readonly #tree: Float64Array;
  readonly #own: Float64Array;

  constructor(count: number) {
    this.#tree = new Float64Array(count + 1);
    this.#own = new Float64Array(count);
  }

  add(rank: number, weight: number): void {
    this.total += weight;
    this.#own[rank]! += weight;
    for (let at = rank + 1; at < this.#tree.length; at += at & -at) this.#tree[at]! += weight;
  }

  at(rank: number): number {
    return this.#own[rank]!;
  }

  below(rank: number): number {
    let sum = 0;
    for (let at = rank; at > 0; at -= at & -at) sum += this.#tree[at]!;
    return sum;
  }
}

function pairWeights(rows: Observations, order: Uint32Array, options: ConcordanceOptions): Pick<Part, 'weightAt'> {
  const { pairWeight = 'n', most = Infinity } = options;
  if (pairWeight === 'n') return { weightAt: (time) => (time > most ? 0 : 1) };
  const known = new Map<number, number>();
  let [events, all] = [0, 0];
  for (const row of order) {
    events += rows.event[row]!;
    all += rows.weights?.[row] ?? 1;
  }
  for (const { time, n, S, G } of beforeEvents(rows, order)) {
    const weight = { S: (all * S) / n, 'S/G': (all * S) / (G * n), 'n/G2': 1 / G ** 2, I: 1 / n }[pairWeight];
    // With a single event all weights are the same.
    known.set(time, events < 2 ? 1 : weight);
  }
  return { weightAt: (time) => (time > most ? 0 : known.get(time)!) };
}

/** At each event time: who is at risk, and what share has had no event and no censoring before. */
function beforeEvents(rows: Observations, order: Uint32Array): { time: number; n: number; S: number; G: number }[] {
  const { time, event, start, weights } = rows;
  const leaving = start === undefined ? undefined : ascendingRows(start, order);
  const found: { time: number; n: number; S: number; G: number }[] = [];
  const counted: { time: number; n: number; died: number; censored: number }[] = [];
  let [n, entry] = [0, (leaving?.length ?? 0) - 1];
  for (let at = order.length - 1; at >= 0; ) {
    const now = time[order[at]!]!;
    let [died, censored] = [0, 0];
    for (; at >= 0 && time[order[at]!]! === now; at -= 1) {
      const weight = weights?.[order[at]!] ?? 1;
      n += weight;
      if (event[order[at]!] === 1) died += weight;
      else censored += weight;
    }
    if (leaving !== undefined && start !== undefined)
      for (; entry >= 0 && start[leaving[entry]!]! >= now; entry -= 1) n -= weights?.[leaving[entry]!] ?? 1;
    counted.push({ time: now, n, died, censored });
  }
  let [S, G] = [1, 1];
  for (const { time: now, n: risk, died, censored } of counted.reverse()) {
    if (died > 0) found.push({ time: now, n: risk, S, G });
    S *= (risk - died) / risk;
    // Events come before censorings, so those who died are no longer there to be censored.
    if (censored > 0) G *= (risk - died - censored) / (risk - died);
  }
  return found;
}
