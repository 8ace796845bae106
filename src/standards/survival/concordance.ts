import { type CoxFit, linearPredictor } from './cox.ts';
import type { Groups, Observations } from './model.ts';
import { oneGroup } from './model.ts';
import { ascending, byGroup, pick } from './order.ts';
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
  /** The rows by ascending time where that is known; equal times are then equal to the last digit. */
  order?: Uint32Array;
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
  const known = limited(rows, options);
  const { tied, order } = options.order === undefined ? arrangeTimes(known) : { tied: known, order: options.order };
  const { order: sorted, ends } = byGroup(order, strata.codes, strata.count);
  const lines = Array.from(ends, (end, stratum) =>
    lineOf(tied, score, sorted.subarray(stratum === 0 ? 0 : ends[stratum - 1]!, end)),
  );
  const counted = lines.map((line) => {
    const weightAt = pairWeights(line, options);
    const pairs = countAsEvent(line, weightAt);
    countAsSurvivor(line, weightAt, (options.pairWeight ?? 'n') === 'n');
    return pairs;
  });
  const sumOf = (count: keyof Pairs): number => counted.reduce((sum, each) => sum + each[count], 0);
  const pairs = { concordant: sumOf('concordant'), discordant: sumOf('discordant'), tied: sumOf('tied') };
  const all = pairs.concordant + pairs.discordant + pairs.tied;
  const somers = (pairs.concordant - pairs.discordant) / all;
  const changes = lines.map((line) => influences(line, somers));
  const sums = clusters === undefined ? changes : [sumByCluster(lines, changes, clusters)];
  const squares = sums.reduce((sum, each) => sum + sumOfSquares(each), 0);
  return { concordance: (somers + 1) / 2, standardError: Math.sqrt(squares) / (2 * all), ...pairs };
}

/** How much the rows change Somers' D, times all pairs; in the place of their balances. */
function influences({ weight, balance, met }: Line, somers: number): Float64Array {
  for (let k = 0; k < balance.length; k += 1) balance[k]! -= somers * met[k]!;
  if (weight !== undefined) for (let k = 0; k < balance.length; k += 1) balance[k]! *= weight[k]!;
  return balance;
}

function sumByCluster(lines: readonly Line[], changes: readonly Float64Array[], clusters: Groups): Float64Array {
  const sums = new Float64Array(clusters.count);
  for (const [at, { order }] of lines.entries())
    for (let k = 0; k < order.length; k += 1) sums[clusters.codes[order[k]!]!]! += changes[at]![k]!;
  return sums;
}

function sumOfSquares(values: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < values.length; k += 1) sum += values[k]! * values[k]!;
  return sum;
}

/** How well the risks of a fit tell who has the event sooner, as R's coxph has it; each stratum for itself. */
export function coxConcordance(fit: CoxFit, clusters?: Groups): Concordance {
  const { sets, data } = fit.made;
  // A higher risk is a lower score.
  const score = linearPredictor(fit);
  for (let row = 0; row < score.length; row += 1) score[row] = -score[row]!;
  return concordance(sets.tied, score, {
    order: sets.byTime,
    ...(data.strata === undefined ? {} : { strata: data.strata }),
    ...(clusters === undefined ? {} : { clusters }),
  });
}

function limited(rows: Observations, { least, pairWeight = 'n' }: ConcordanceOptions): Observations {
  if (rows.start !== undefined && (pairWeight === 'S/G' || pairWeight === 'n/G2'))
    throw new RangeError('pairs cannot be weighted by the censoring where rows enter late');
  if (least === undefined) return rows;
  if (rows.time.some((time, row) => rows.event[row] === 0 && time < least))
    throw new RangeError('a row is censored before the least time');
  return { ...rows, time: rows.time.map((time) => Math.max(time, least)) };
}

/** The rows of a stratum by ascending time, each column in that order. */
interface Line {
  order: Uint32Array;
  time: Float64Array;
  event: Uint8Array;
  start: Float64Array | undefined;
  weight: Float64Array | undefined;
  /** Where the row is in the order of the scores, and where those of its score begin and end there. */
  place: Uint32Array;
  low: Uint32Array;
  high: Uint32Array;
  /** Of the weights of a row's pairs: the concordant less the discordant ones, and all. */
  balance: Float64Array;
  met: Float64Array;
}

function lineOf({ time, event, start, weights }: Observations, score: Float64Array, order: Uint32Array): Line {
  const line = {
    order,
    time: pick(time, order),
    event: new Uint8Array(order.length),
    start: start === undefined ? undefined : pick(start, order),
    weight: weights === undefined ? undefined : pick(weights, order),
    balance: new Float64Array(order.length),
    met: new Float64Array(order.length),
  };
  for (let k = 0; k < order.length; k += 1) line.event[k] = event[order[k]!]!;
  return { ...line, ...placeScores(pick(score, order)) };
}

function placeScores(score: Float64Array): Pick<Line, 'place' | 'low' | 'high'> {
  const order = ascending(score);
  const [place, low, high] = [0, 0, 0].map(() => new Uint32Array(score.length));
  for (let from = 0; from < order.length; ) {
    const now = score[order[from]!]!;
    let end = from + 1;
    while (end < order.length && score[order[end]!] === now) end += 1;
    for (let at = from; at < end; at += 1) {
      const k = order[at]!;
      place![k] = at;
      low![k] = from;
      high![k] = end;
    }
    from = end;
  }
  return { place: place!, low: low!, high: high! };
}

type Pairs = Pick<Concordance, 'concordant' | 'discordant' | 'tied'>;

/** Backwards in time each event is compared with who outlives it; its weight is that of a pair that is told apart at its time. */
function countAsEvent(line: Line, weightAt: (time: number) => number): Pairs {
  const { time, event, start, weight, place, low, high, balance, met } = line;
  const leaving = start === undefined ? undefined : ascending(start);
  const atRisk = weight === undefined ? new Counts(time.length) : new Weights(time.length);
  const pairs = { concordant: 0, discordant: 0, tied: 0 };
  let entry = (leaving?.length ?? 0) - 1;
  for (let at = time.length - 1; at >= 0; ) {
    const now = time[at]!;
    let from = at;
    let events = 0;
    // Who is censored at the time of an event is known to outlive it.
    for (; from >= 0 && time[from] === now; from -= 1)
      if (event[from] === 1) events += 1;
      else atRisk.add(place[from]!, weight === undefined ? 1 : weight[from]!);
    if (events > 0) {
      if (leaving !== undefined && start !== undefined)
        for (; entry >= 0 && start[leaving[entry]!]! >= now; entry -= 1)
          atRisk.add(place[leaving[entry]!]!, -(weight?.[leaving[entry]!] ?? 1));
      const each = weightAt(now);
      for (let k = at; k > from; k -= 1) {
        if (event[k] !== 1) continue;
        const below = atRisk.below(low[k]!);
        const equal = equals(atRisk, low[k]!, high[k]!, below);
        const above = atRisk.total - below - equal;
        balance[k] = each * (above - below);
        met[k] = each * atRisk.total;
        const own = weight === undefined ? each : weight[k]! * each;
        pairs.concordant += own * above;
        pairs.discordant += own * below;
        pairs.tied += own * equal;
      }
      for (let k = at; k > from; k -= 1)
        if (event[k] === 1) atRisk.add(place[k]!, weight === undefined ? 1 : weight[k]!);
    }
    at = from;
  }
  return pairs;
}

/** What has the score of a row that is not among them itself. */
function equals(sums: Sums, low: number, high: number, below: number): number {
  return high - low > 1 ? sums.below(high) - below : 0;
}

/**
 * Forwards each row meets the events before its end, so that both sides of a pair know their weight in it.
 *
 * @param isPlain whether pairs count 1 or nothing
 */
function countAsSurvivor(line: Line, weightAt: (time: number) => number, isPlain: boolean): void {
  const { time, event, start, weight, place, low, high, balance, met } = line;
  const entering = start === undefined ? undefined : ascending(start);
  const events = weight === undefined && isPlain ? new Counts(time.length) : new Weights(time.length);
  const meet = (k: number, sign: number): void => {
    const below = events.below(low[k]!);
    const above = events.total - below - equals(events, low[k]!, high[k]!, below);
    balance[k]! += sign * (below - above);
    met[k]! += sign * events.total;
  };
  let entry = 0;
  for (let at = 0; at < time.length; ) {
    const now = time[at]!;
    // Events up to a row's entry are none of its pairs.
    if (entering !== undefined && start !== undefined)
      for (; entry < entering.length && start[entering[entry]!]! < now; entry += 1) meet(entering[entry]!, -1);
    let end = at;
    let died = false;
    for (; end < time.length && time[end] === now; end += 1)
      if (event[end] === 1) {
        meet(end, 1);
        died = true;
      }
    const each = died ? weightAt(now) : 0;
    for (let k = at; k < end && each > 0; k += 1)
      if (event[k] === 1) events.add(place[k]!, weight === undefined ? each : each * weight[k]!);
    for (let k = at; k < end; k += 1) if (event[k] === 0) meet(k, 1);
    at = end;
  }
}

/** What is at each place, with the sum below a place: a tree of sums (Fenwick 1994) over blocks of 32 places, so that the tree stays in the nearest cache. */
interface Sums {
  total: number;
  add(place: number, weight: number): void;
  below(place: number): number;
}

class Weights implements Sums {
  total = 0;
  readonly #tree: Float64Array;
  readonly #own: Float64Array;

  constructor(places: number) {
    this.#tree = new Float64Array((places >> 5) + 2);
    this.#own = new Float64Array(places);
  }

  add(place: number, weight: number): void {
    this.total += weight;
    this.#own[place]! += weight;
    for (let block = (place >> 5) + 1; block < this.#tree.length; block += block & -block) this.#tree[block]! += weight;
  }

  below(place: number): number {
    let sum = 0;
    for (let block = place >> 5; block > 0; block -= block & -block) sum += this.#tree[block]!;
    for (let at = place & ~31; at < place; at += 1) sum += this.#own[at]!;
    return sum;
  }
}

/** The same where each weight is 1 to add, or -1 to take away again: a bit a place. */
class Counts implements Sums {
  total = 0;
  readonly #tree: Int32Array;
  readonly #bits: Int32Array;

  constructor(places: number) {
    this.#tree = new Int32Array((places >> 5) + 2);
    this.#bits = new Int32Array((places >> 5) + 1);
  }

  add(place: number, weight: number): void {
    this.total += weight;
    this.#bits[place >> 5]! ^= 1 << (place & 31);
    for (let block = (place >> 5) + 1; block < this.#tree.length; block += block & -block) this.#tree[block]! += weight;
  }

  below(place: number): number {
    let sum = 0;
    for (let block = place >> 5; block > 0; block -= block & -block) sum += this.#tree[block]!;
    return sum + countBits(this.#bits[place >> 5]! & ((1 << (place & 31)) - 1));
  }
}

/** Source: Warren, Hacker's Delight, section 5-1. */
function countBits(word: number): number {
  const pairs = word - ((word >>> 1) & 0x5555_5555);
  const fours = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}

function pairWeights(line: Line, options: ConcordanceOptions): (time: number) => number {
  const { pairWeight = 'n', most = Infinity } = options;
  if (pairWeight === 'n') return (time) => (time > most ? 0 : 1);
  const known = new Map<number, number>();
  let [events, all] = [0, 0];
  for (let k = 0; k < line.order.length; k += 1) {
    events += line.event[k]!;
    all += line.weight?.[k] ?? 1;
  }
  for (const { time, n, S, G } of beforeEvents(line)) {
    const weight = { S: (all * S) / n, 'S/G': (all * S) / (G * n), 'n/G2': 1 / G ** 2, I: 1 / n }[pairWeight];
    // With a single event all weights are the same.
    known.set(time, events < 2 ? 1 : weight);
  }
  return (time) => (time > most ? 0 : known.get(time)!);
}

/** At each event time: who is at risk, and what share has had no event and no censoring before. */
function beforeEvents({ time, event, start, weight }: Line): { time: number; n: number; S: number; G: number }[] {
  const leaving = start === undefined ? undefined : ascending(start);
  const found: { time: number; n: number; S: number; G: number }[] = [];
  const counted: { time: number; n: number; died: number; censored: number }[] = [];
  let [n, entry] = [0, (leaving?.length ?? 0) - 1];
  for (let at = time.length - 1; at >= 0; ) {
    const now = time[at]!;
    let [died, censored] = [0, 0];
    for (; at >= 0 && time[at] === now; at -= 1) {
      const own = weight?.[at] ?? 1;
      n += own;
      if (event[at] === 1) died += own;
      else censored += own;
    }
    if (leaving !== undefined && start !== undefined)
      for (; entry >= 0 && start[leaving[entry]!]! >= now; entry -= 1) n -= weight?.[leaving[entry]!] ?? 1;
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
