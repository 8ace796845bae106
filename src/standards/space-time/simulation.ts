import type { Random } from '../statistics/index.ts';

/** Fills the cells, each location's times one after another, with counts drawn under the null. */
export type Draw = (cells: Float64Array) => void;

/** Standard deviations that the sum of the Poisson counts below is expected to fall short of the total. */
const SHORT = 1.5;

/**
 * A whole number of cases, spread over the cells in proportion to their weights.
 *
 * Many are drawn as independent Poisson counts of a somewhat smaller total, again where they are too many; what they lack is placed one by one. Given their sum such counts are
 * multinomial, so with the rest they are exactly what is asked for.
 */
export function multinomialDraw(total: number, weights: Float64Array, random: Random): Draw {
  const pick = pickInProportion(weights, random);
  const sum = weights.reduce((a, b) => a + b, 0);
  const scale = (total - SHORT * Math.sqrt(total)) / sum;
  const tables = total < 3 * weights.length ? [] : Array.from(weights, (weight) => poissonTable(weight * scale));
  if (tables.includes(undefined)) return successiveDraw(total, { weights, sum }, random);
  const counts = tables as CountTable[];
  return (cells) => {
    let drawn = 0;
    do {
      cells.fill(0);
      drawn = 0;
      for (let cell = 0; cell < counts.length; cell += 1) {
        const count = pickFrom(counts[cell]!, random.next());
        cells[cell] = count;
        drawn += count;
      }
    } while (drawn > total);
    for (; drawn < total; drawn += 1) cells[pick()]! += 1;
  };
}

/** Cell after cell, each as a binomial share of what is left. */
function successiveDraw(total: number, { weights, sum }: { weights: Float64Array; sum: number }, random: Random): Draw {
  return (cells) => {
    let left = total;
    let weightLeft = sum;
    for (let cell = 0; cell < cells.length; cell += 1) {
      const weight = weights[cell]!;
      const count = left === 0 || weight === 0 ? 0 : random.binomial(left, Math.min(1, weight / weightLeft));
      cells[cell] = cell === cells.length - 1 ? left : count;
      left -= cells[cell]!;
      weightLeft -= weight;
    }
  };
}

/** Source: the alias method, Walker 1977, in Vose's form, IEEE Trans Softw Eng 1991;17:972. */
function pickInProportion(weights: Float64Array, random: Random): () => number {
  const cells = Int32Array.from(weights.keys()).filter((cell) => weights[cell]! > 0);
  const sum = weights.reduce((a, b) => a + b, 0);
  const share = Float64Array.from(cells, (cell) => (weights[cell]! / sum) * cells.length);
  const alias = cells.slice();
  const small = [...share.keys()].filter((at) => share[at]! < 1);
  const large = [...share.keys()].filter((at) => share[at]! >= 1);
  while (small.length > 0 && large.length > 0) {
    const low = small.pop()!;
    const high = large.pop()!;
    alias[low] = cells[high]!;
    share[high]! -= 1 - share[low]!;
    (share[high]! < 1 ? small : large).push(high);
  }
  return () => {
    const at = random.next() * cells.length;
    const cell = Math.floor(at);
    return at - cell < share[cell]! ? cells[cell]! : alias[cell]!;
  };
}

/** Replicates that move cases one by one take as long as there are cases. */
const MOST_MOVED = 5_000_000;

function refuseTooManyCases(cases: number): void {
  if (cases > MOST_MOVED)
    throw new RangeError(`${cases} cases are too many to be drawn one by one: scan a part of them`);
}

/** The cases keep their places and their times, but which time goes with which place is left to chance. */
export function permutationDraw(counts: Float64Array, times: number, random: Random): Draw {
  const total = counts.reduce((a, b) => a + b, 0);
  refuseTooManyCases(total);
  const cases = new Int32Array(total);
  for (let cell = 0, at = 0; cell < counts.length; cell += 1) {
    cases.fill(cell, at, at + counts[cell]!);
    at += counts[cell]!;
  }
  const places = cases.map((cell) => cell - (cell % times));
  const when = cases.map((cell) => cell % times);
  return (cells) => {
    cells.fill(0);
    for (let last = when.length - 1; last >= 0; last -= 1) {
      const other = random.whole(last + 1);
      const time = when[other]!;
      when[other] = when[last]!;
      when[last] = time;
      cells[places[last]! + time]! += 1;
    }
  };
}

/** So many of all individuals, any as likely as any other. */
export function sampleDraw(cases: number, individuals: ArrayLike<number>, random: Random): Draw {
  const weights = Float64Array.from(individuals);
  const everybody = weights.reduce((a, b) => a + b, 0);
  const pick = pickInProportion(weights, random);
  const few = Math.min(cases, everybody - cases);
  refuseTooManyCases(few);
  return (cells) => {
    cells.fill(0);
    for (let drawn = 0; drawn < few; ) {
      const cell = pick();
      // This is somebody of the place; he may have been drawn before.
      if (cells[cell]! > 0 && random.next() * weights[cell]! < cells[cell]!) continue;
      cells[cell]! += 1;
      drawn += 1;
    }
    if (few < cases) for (let cell = 0; cell < cells.length; cell += 1) cells[cell] = weights[cell]! - cells[cell]!;
  };
}

/** Independent Poisson counts. */
export function poissonDraw(means: Float64Array, random: Random): Draw {
  return independent(
    Array.from(means, (mean) => {
      const table = poissonTable(mean);
      return table === undefined ? () => random.poisson(mean) : () => pickFrom(table, random.next());
    }),
  );
}

function poissonTable(mean: number): CountTable | undefined {
  return tableOf({ mode: Math.floor(mean), ratio: (count) => mean / (count + 1) });
}

/** Independent negative binomial counts: variance mean + mean²/theta. */
export function negativeBinomialDraw(means: Float64Array, thetas: Float64Array, random: Random): Draw {
  return independent(
    Array.from(means, (mean, cell) => {
      const theta = thetas[cell]!;
      const share = mean / (mean + theta);
      const mode = theta > 1 ? Math.floor(((theta - 1) * mean) / theta) : 0;
      const table = tableOf({ mode, ratio: (count) => ((count + theta) / (count + 1)) * share });
      if (table !== undefined) return () => pickFrom(table, random.next());
      return () => random.poisson((random.gamma(theta) * mean) / theta);
    }),
  );
}

function independent(draws: readonly (() => number)[]): Draw {
  return (cells) => {
    for (let cell = 0; cell < cells.length; cell += 1) cells[cell] = draws[cell]!();
  };
}

/** The distribution function of a count from `first` on, with the place to begin to look for each of equal parts of (0, 1). */
interface CountTable {
  first: number;
  cdf: Float64Array;
  guide: Int32Array;
}

const LONGEST_TABLE = 4096;
/** Probabilities below this, relative to the mode's, are left out: a 32-bit uniform cannot meet them. */
const NEGLIGIBLE = 1e-14;

/**
 * @param mode  the likeliest count
 * @param ratio the probability of count + 1 over that of count
 * @returns     undefined where the table would be longer than it is worth
 */
function tableOf({ mode, ratio }: { mode: number; ratio: (count: number) => number }): CountTable | undefined {
  const above = [1];
  for (let count = mode; above.at(-1)! > NEGLIGIBLE && above.length <= LONGEST_TABLE; count += 1)
    above.push(above.at(-1)! * ratio(count));
  const below: number[] = [];
  for (let count = mode - 1, each = 1; count >= 0 && each > NEGLIGIBLE && below.length <= LONGEST_TABLE; count -= 1) {
    each /= ratio(count);
    below.push(each);
  }
  if (above.length + below.length > LONGEST_TABLE) return undefined;
  const cdf = Float64Array.from([...below.reverse(), ...above]);
  for (let at = 1; at < cdf.length; at += 1) cdf[at]! += cdf[at - 1]!;
  const total = cdf.at(-1)!;
  for (let at = 0; at < cdf.length; at += 1) cdf[at]! /= total;
  const guide = new Int32Array(cdf.length);
  for (let part = 0, at = 0; part < guide.length; part += 1) {
    while (cdf[at]! < part / guide.length) at += 1;
    guide[part] = at;
  }
  return { first: mode - below.length, cdf, guide };
}

/** Source: indexed search, Chen and Asau, AIIE Trans 1974;6:163. */
function pickFrom({ first, cdf, guide }: CountTable, uniform: number): number {
  let at = guide[Math.floor(uniform * guide.length)]!;
  while (cdf[at]! <= uniform) at += 1;
  return first + at;
}
