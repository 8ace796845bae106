import { mean } from '../statistics/index.ts';

/** A control may be used again without limit. */
export const UNLIMITED = Number.POSITIVE_INFINITY;

export interface MatchRequest {
  /** Per unit, true for the units that look for a partner (the treated; the controls where the effect in controls is asked). */
  focal: readonly boolean[];
  /** Per unit, what two units are near in: a propensity score or its logit. */
  distance: ArrayLike<number>;
  /** In what order the focal units choose: by their distance, as the rows stand, or by a list of positions among the focal units. */
  order: 'largest' | 'smallest' | 'data' | readonly number[];
  /** Partners per focal unit: one number, or one for each focal unit. */
  ratio: number | readonly number[];
  /** How often one partner may be chosen: 1, or UNLIMITED. */
  mostUses: number;
  /** Partners differ at most by this in distance. */
  caliper?: number;
  /** Partners differ at most by `width` in each of these. */
  covariateCalipers?: readonly { values: ArrayLike<number>; width: number }[];
  /** Partners are of the same stratum. */
  exact?: readonly (string | number)[];
  /** Partners differ in each of these. */
  unlike?: readonly (readonly (string | number)[])[];
  /** Units that take no part. */
  discarded?: readonly boolean[];
  /** Several rows of one unit: a unit chosen is used up in all its rows. */
  unit?: readonly (string | number)[];
  /**
   * MatchIt 4.5.1 takes `abs()` of a difference as a whole number, so that every difference below 1 is none: its caliper admits pairs up to the next whole number,
   * and the partner below is taken before a nearer one above. For a second partner it passes over not those already taken but the rows after theirs, so that with
   * replacement the same one comes again. (Mended in 4.5.3 and 4.5.4.) True repeats all that, ties included; false is the nearest partner not yet taken, among
   * equally near the first row.
   */
  rCompat: boolean;
}

export interface Matches {
  /** Rows of the focal units, in their order. */
  focalRows: number[];
  /** Rows of the partners of each focal unit, as they were chosen; fewer than asked where none was left. */
  partners: number[][];
}

/**
 * Greedy nearest-neighbour matching: one focal unit after the other takes the nearest partner left, and only then each a second one.
 *
 * @throws RangeError where nobody looks for a partner or nobody can be one, or where the lengths differ
 *
 * Source: Rubin, Biometrics 1973;29:159; the rules of options and ties after Ho, Imai, King and Stuart, J Stat Softw 2011;42(8), package MatchIt 4.5.1.
 */
export function matchNearest(request: MatchRequest): Matches {
  const { focal, distance, mostUses } = request;
  if (distance.length !== focal.length) throw new RangeError('each unit needs one distance');
  const focalRows = rowsOf(focal, true);
  if (focalRows.length === 0) throw new RangeError('no unit looks for a partner');
  if (focalRows.length === focal.length) throw new RangeError('no unit can be a partner');

  const ratio = typeof request.ratio === 'number' ? focalRows.map(() => request.ratio as number) : request.ratio;
  const partners: number[][] = focalRows.map(() => []);
  const line = new Line(request);
  const order = orderOf(focalRows, mostUses >= focalRows.length ? 'data' : request.order, distance);
  for (let round = 0; round < Math.max(...ratio); round += 1)
    for (const at of order) {
      const row = focalRows[at]!;
      if (request.discarded?.[row] === true || ratio[at]! < round + 1) continue;
      const chosen = line.nearest(row, partners[at]!);
      if (chosen === undefined) continue;
      partners[at]!.push(chosen);
      line.use(chosen);
    }
  return { focalRows, partners };
}

/** The weights of matched units: 1 for the focal, for partners by how often and beside how many they were chosen, their mean over the partners used being 1. */
export function matchWeights({ focalRows, partners }: Matches, units: number): Float64Array {
  const weights = new Float64Array(units);
  const used = new Set<number>();
  let sum = 0;
  for (const chosen of partners)
    for (const row of chosen) {
      weights[row]! += 1 / chosen.length;
      sum += 1 / chosen.length;
      used.add(row);
    }
  for (const row of used) weights[row]! *= used.size / sum;
  for (const [at, row] of focalRows.entries()) if (partners[at]!.length > 0) weights[row] = 1;
  return weights;
}

/**
 * How many partners each focal unit is to have where the number may differ: those least like the partners-to-be get few, the others many, `ratio` on average.
 *
 * Source: Ming and Rosenbaum, Biometrics 2000;56:118, p 119.
 */
export function variableRatios(
  { focal, distance }: Pick<MatchRequest, 'focal' | 'distance'>,
  { ratio, least, most }: { ratio: number; least: number; most: number },
): number[] {
  if (!(least >= 1 && least < ratio && most > ratio))
    throw new RangeError('the mean number of partners must lie between the least and the most');
  const focalRows = rowsOf(focal, true);
  const n = focalRows.length;
  const total = Math.round(ratio * n);
  const atMost = Math.floor((total - least * (n - 1)) / (most - least));
  const atLeast = n - atMost - 1;
  const sizes = Array.from({ length: n }, (_, at) =>
    at < atLeast ? least : at > atLeast ? most : total - (least * atLeast + most * atMost),
  );
  if (sizes[atLeast] === 0 && atLeast + 1 < n) {
    sizes[atLeast] = 1;
    sizes[atLeast + 1]! -= 1;
  }
  const meanOf = (rows: readonly number[]): number => mean(rows.map((row) => distance[row]!));
  const isHigher = meanOf(focalRows) > meanOf(rowsOf(focal, false));
  const ratios = new Array<number>(n);
  for (const [rank, at] of orderOf(focalRows, isHigher ? 'largest' : 'smallest', distance).entries())
    ratios[at] = sizes[rank]!;
  return ratios;
}

/** All units in the order of their distance, equal ones by row, with the partners that are left. */
class Line {
  readonly #request: MatchRequest;
  readonly #rows: Int32Array;
  readonly #positionOf: Int32Array;
  /** Per position, the first one of the same stratum and distance. */
  readonly #firstOfEqual: Int32Array;
  /** Towards the next partner left, at or below a position and at or above it; one beyond the end where there is none. */
  readonly #below: Int32Array;
  readonly #above: Int32Array;
  readonly #uses: Int32Array;
  /** Per row, its number among those that MatchIt matches in one go: of its stratum, or of all where units have several rows. */
  readonly #numbers: Int32Array;
  readonly #rowsOfUnit: Map<string | number, number[]> | undefined;

  constructor(request: MatchRequest) {
    const { focal, distance, exact, unit } = request;
    const n = focal.length;
    this.#request = request;
    // Strata stand one behind the other, so that a search ends at the border of its own.
    const stratum = exact === undefined ? new Int32Array(n) : ranksOf(exact);
    this.#rows = Int32Array.from({ length: n }, (_, row) => row).sort(
      (a, b) => stratum[a]! - stratum[b]! || distance[a]! - distance[b]! || a - b,
    );
    this.#positionOf = new Int32Array(n);
    this.#firstOfEqual = new Int32Array(n);
    for (let at = 0; at < n; at += 1) {
      const [row, before] = [this.#rows[at]!, this.#rows[at - 1] ?? -1];
      const isEqual = distance[row] === distance[before] && stratum[row] === stratum[before];
      this.#positionOf[row] = at;
      this.#firstOfEqual[at] = isEqual ? this.#firstOfEqual[at - 1]! : at;
    }
    this.#below = Int32Array.from({ length: n + 2 }, (_, at) => at);
    this.#above = Int32Array.from({ length: n + 2 }, (_, at) => at);
    this.#uses = new Int32Array(n);
    this.#numbers = numbersWithin(unit === undefined ? stratum : new Int32Array(n));
    this.#rowsOfUnit = unit === undefined ? undefined : rowsByValue(unit);
    for (let row = 0; row < n; row += 1)
      if (focal[row] === true || request.discarded?.[row] === true) this.#remove(row);
  }

  /** The row that the greedy rule takes for this focal row, if any is left. */
  nearest(row: number, taken: readonly number[]): number | undefined {
    const { rCompat } = this.#request;
    const here = this.#positionOf[row]!;
    const above = this.#search(row, here + 1, 1, taken);
    let below = this.#search(row, here - 1, -1, taken);
    if (below !== undefined && !rCompat) below = this.#firstEqual(row, below, taken);
    if (below === undefined || above === undefined) return below ?? above;
    const difference = this.#differenceOf(row, below) - this.#differenceOf(row, above);
    if (rCompat) return difference <= 0 ? below : above;
    return difference < 0 || (difference === 0 && below < above) ? below : above;
  }

  use(row: number): void {
    const { unit, mostUses } = this.#request;
    const rows = this.#rowsOfUnit?.get(unit?.[row] ?? row) ?? [row];
    for (const each of rows) {
      this.#uses[each]! += 1;
      if (this.#uses[each]! >= mostUses) this.#remove(each);
    }
  }

  #remove(row: number): void {
    const at = this.#positionOf[row]! + 1;
    this.#below[at] = at - 1;
    this.#above[at] = at + 1;
  }

  /** Away from `from`, the first partner left that every rule but nearness allows; undefined as soon as the caliper or the stratum ends. */
  #search(row: number, from: number, step: 1 | -1, taken: readonly number[]): number | undefined {
    const { distance, exact, caliper } = this.#request;
    const n = distance.length;
    const links = step === 1 ? this.#above : this.#below;
    for (let at = rootOf(links, from + 1); at >= 1 && at <= n; at = rootOf(links, at + step)) {
      const other = this.#rows[at - 1]!;
      if (exact !== undefined && exact[other] !== exact[row]) return undefined;
      if (this.#isTaken(other, taken)) continue;
      if (caliper !== undefined && this.#differenceOf(row, other) > caliper) return undefined;
      if (this.#isAllowed(row, other)) return other;
    }
    return undefined;
  }

  #isTaken(other: number, taken: readonly number[]): boolean {
    if (!this.#request.rCompat) return taken.includes(other);
    return taken.some((row) => this.#numbers[row]! + 1 === this.#numbers[other]);
  }

  /** The first row among those as far below as `found`. */
  #firstEqual(row: number, found: number, taken: readonly number[]): number {
    return this.#search(row, this.#firstOfEqual[this.#positionOf[found]!]!, 1, taken) ?? found;
  }

  #isAllowed(row: number, other: number): boolean {
    const { covariateCalipers, unlike, rCompat } = this.#request;
    for (const { values, width } of covariateCalipers ?? [])
      if (differenceOf(values[row]!, values[other]!, rCompat) > width) return false;
    for (const values of unlike ?? []) if (values[row] === values[other]) return false;
    return true;
  }

  #differenceOf(row: number, other: number): number {
    const { distance, rCompat } = this.#request;
    return differenceOf(distance[row]!, distance[other]!, rCompat);
  }
}

function differenceOf(a: number, b: number, isWhole: boolean): number {
  const difference = Math.abs(a - b);
  return isWhole ? Math.trunc(difference) : difference;
}

/** Follows the links to a position that is left, and shortens them on the way. */
function rootOf(links: Int32Array, from: number): number {
  let root = from;
  while (links[root] !== root) root = links[root]!;
  for (let at = from; at !== root; ) {
    const next = links[at]!;
    links[at] = root;
    at = next;
  }
  return root;
}

function orderOf(focalRows: readonly number[], order: MatchRequest['order'], distance: ArrayLike<number>): number[] {
  const positions = focalRows.map((_, at) => at);
  if (order === 'data') return positions;
  if (typeof order !== 'string') return [...order];
  const sign = order === 'largest' ? -1 : 1;
  return positions.sort((a, b) => sign * (distance[focalRows[a]!]! - distance[focalRows[b]!]!) || a - b);
}

function rowsOf(flags: readonly boolean[], wanted: boolean): number[] {
  return flags.flatMap((flag, row) => (flag === wanted ? [row] : []));
}

function rowsByValue(values: readonly (string | number)[]): Map<string | number, number[]> {
  const rows = new Map<string | number, number[]>();
  for (const [row, value] of values.entries()) {
    const known = rows.get(value);
    if (known === undefined) rows.set(value, [row]);
    else known.push(row);
  }
  return rows;
}

function ranksOf(values: readonly (string | number)[]): Int32Array {
  const ranks = new Map<string | number, number>();
  return Int32Array.from(values, (value) => {
    const rank = ranks.get(value) ?? ranks.size;
    ranks.set(value, rank);
    return rank;
  });
}

function numbersWithin(strata: Int32Array): Int32Array {
  const counts = new Int32Array(strata.length + 1);
  return strata.map((stratum) => {
    counts[stratum]! += 1;
    return counts[stratum]!;
  });
}
