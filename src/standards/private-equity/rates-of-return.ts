import { findRoot } from '#standards/statistics';
import { type Flow, type Series, seriesOf } from './flows.ts';

export interface RateRoot {
  /** A year: 0.1 is 10 %. */
  rate: number;
  /** The present value touches zero there without changing its sign. */
  isDouble: boolean;
  /** What is left of the present value there, as a share of the largest flow's. */
  residual: number;
}

/** Every annual rate that makes the flows worth nothing. One root is the rate of return; none or several mean that there is no such rate. */
export interface RatesOfReturn {
  /** The only root; absent where there is none, or more than one. */
  rate?: number;
  /** From the lowest. */
  roots: readonly RateRoot[];
  /** Of the flows in order of time: there are at most so many roots, and as many less an even number (Descartes' rule, for real exponents). */
  signChanges: number;
  /** Flows of one sign have no rate; neither have flows that come to nothing on every day. */
  refusal?: 'one-sign' | 'no-flows' | 'no-root' | 'many-roots' | 'too-many-changes';
}

/** As many changes of sign as still answer in seconds; a fund has a handful. */
const MOST_SIGN_CHANGES = 1000;
/** The range that is searched, as rates: beyond it a rate says no more than that everything was lost, or won, within days. */
const [LOWEST, HIGHEST] = [-1 + 1e-9, 1e6];

/**
 * The internal rates of return of dated flows, XIRR of spreadsheets, with every root found.
 *
 * Method: with x = ln(1 + rate) the present value is the exponential sum Σ c·e^(−x·t). Multiplied by e^(x·s), with s between two flows of opposite
 * sign, its derivative has one change of sign less; so the places where it turns are roots of an easier sum, and so on down to a sum of one
 * change, which has exactly one root. Between neighbouring turns there is at most one root, which Brent's method encloses (tolerance 1e-13 in x).
 * So none is missed from -1 + 1e-9 to 1e6. Days are counted actual/365 (Microsoft, XIRR); flows of one day
 * are added up.
 * Source of the count: Pólya and Szegő, Problems and Theorems in Analysis II, part V, no. 77.
 *
 * @throws RangeError where an amount is not finite, or a date is no calendar day
 */
export function ratesOfReturn(flows: readonly Flow[]): RatesOfReturn {
  const series = seriesOf(flows);
  const signChanges = countSignChanges(series.amounts);
  if (series.amounts.length === 0) return { roots: [], signChanges, refusal: 'no-flows' };
  if (signChanges === 0) return { roots: [], signChanges, refusal: 'one-sign' };
  if (signChanges > MOST_SIGN_CHANGES) return { roots: [], signChanges, refusal: 'too-many-changes' };
  const roots = findRoots(series)
    .map(({ x, isDouble }) => ({ rate: Math.expm1(x), isDouble, residual: Math.abs(scaled(series, x)) }))
    .filter(({ rate }) => rate >= LOWEST && rate <= HIGHEST);
  if (roots.length === 1) return { rate: roots[0]!.rate, roots, signChanges };
  return { roots, signChanges, refusal: roots.length === 0 ? 'no-root' : 'many-roots' };
}

function countSignChanges(amounts: readonly number[]): number {
  return amounts.reduce((count, amount, at) => count + (at > 0 && amount > 0 !== amounts[at - 1]! > 0 ? 1 : 0), 0);
}

/** The sum as a share of its largest term: the same sign and roots, and never too large for a number. */
function scaled({ amounts, years }: Series, x: number): number {
  let [sum, largest] = [0, -Infinity];
  for (let at = 0; at < amounts.length; at += 1) {
    const power = Math.log(Math.abs(amounts[at]!)) - x * years[at]!;
    // The sum so far is told in terms of the largest so far.
    if (power > largest) {
      sum = sum * Math.exp(largest - power) + Math.sign(amounts[at]!);
      largest = power;
    } else sum += Math.sign(amounts[at]!) * Math.exp(power - largest);
  }
  return sum;
}

interface Place {
  x: number;
  isDouble: boolean;
}

/** Of an exponential sum whose signs change at least once. */
function findRoots(series: Series): Place[] {
  const value = (x: number): number => scaled(series, x);
  const { low, high } = boundsOf(series);
  const ends = [low, ...turnsOf(series).filter((x) => x > low && x < high), high];
  const roots: Place[] = [];
  for (let at = 1; at < ends.length; at += 1) {
    const [from, to] = [ends[at - 1]!, ends[at]!];
    const [left, right] = [value(from), value(to)];
    const isTurn = at < ends.length - 1;
    if (isTurn && Math.abs(right) < TOUCHING) {
      // A turn on the axis: a double root, unless the signs on its sides differ.
      const after = value(ends[at + 1]!);
      roots.push({ x: to, isDouble: left > 0 === after > 0 });
    } else if (Math.abs(left) >= TOUCHING && left > 0 !== right > 0)
      roots.push({ x: findRoot(value, from, to, { tolerance: 1e-13 }), isDouble: false });
  }
  return roots;
}

/** Of the largest term: nearer to nothing than the rounding of the turn's place lets one tell. */
const TOUCHING = 1e-12;

/** Where a multiple of the sum by an exponential turns: the roots of its derivative, which has one change of sign less. */
function turnsOf(series: Series): number[] {
  const { amounts, years } = series;
  if (countSignChanges(amounts) < 2) return [];
  const at = amounts.findIndex((amount, i) => i > 0 && amount > 0 !== amounts[i - 1]! > 0);
  const between = (years[at - 1]! + years[at]!) / 2;
  const slopes = amounts.map((amount, i) => amount * (between - years[i]!));
  const largest = Math.max(...slopes.map(Math.abs));
  return findRoots({ amounts: slopes.map((slope) => slope / largest), years }).map(({ x }) => x);
}

/** Outside, the earliest or the latest flow outweighs all others together. */
function boundsOf({ amounts, years }: Series): { low: number; high: number } {
  const others = (kept: number, x: number): number =>
    amounts.reduce((sum, amount, at) => {
      if (at === kept) return sum;
      return sum + Math.exp(Math.log(Math.abs(amount / amounts[kept]!)) - x * (years[at]! - years[kept]!));
    }, 0);
  let [low, high] = [-1, 1];
  while (others(0, high) >= 1) high *= 2;
  while (others(amounts.length - 1, low) >= 1) low *= 2;
  return { low, high };
}
