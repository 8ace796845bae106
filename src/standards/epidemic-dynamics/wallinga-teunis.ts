import { quantile, Random, variance } from '#standards/statistics';
import { checkWindows, type Window, windowSum } from './incidence.ts';

export interface CohortReproduction {
  /** The windows that are answered: those without cases are left out. */
  windows: Window[];
  mean: Float64Array;
  /** Over simulated transmission trees; absent where none were asked for. */
  spread?: { sd: Float64Array; low: Float64Array; high: Float64Array };
}

/**
 * The case reproduction number: how many the cases of a window infect themselves, each later case being shared out among all earlier ones by how likely
 * their distance in days is.
 *
 * @param cases     by day of onset, whole numbers
 * @param interval  probabilities of a serial interval of 0, 1, 2, ... days
 * @param trees     transmission trees drawn for the spread (sd, 2.5 and 97.5 %); 0 for none
 * @throws RangeError for a window outside the days, and when there are no cases
 *
 * Source: Wallinga and Teunis, Am J Epidemiol 2004;160:509. Which windows are left out follows EpiEstim 2.2.
 */
export function caseReproduction(
  cases: Float64Array,
  interval: ArrayLike<number>,
  windows: readonly Window[],
  { trees = 1000, seed = 1 }: { trees?: number; seed?: number } = {},
): CohortReproduction {
  const kept = answered(cases, windows);
  const parents = parentShares(cases, interval);
  const each = new Float64Array(cases.length);
  for (const [day, shares] of parents.entries())
    for (const [age, share] of shares.entries()) each[day - age]! += cases[day]! * share;
  const mean = Float64Array.from(kept, (window) => {
    let sum = 0;
    for (let day = window.from; day <= window.to; day += 1) sum += cases[day]! * each[day]!;
    return sum / windowSum(cases, window);
  });
  // `each` is per case; the trees count whole days.
  return trees > 0
    ? { windows: kept, mean, spread: simulated(cases, parents, kept, trees, new Random(seed)) }
    : { windows: kept, mean };
}

function answered(cases: Float64Array, windows: readonly Window[]): Window[] {
  const first = cases.findIndex((count) => count > 0);
  if (first < 0) throw new RangeError('there are no cases');
  // Windows are dropped by the index of the first that has a case before it, though it is compared with days: so EpiEstim does.
  const opening = windows.findIndex(({ from }) => from > first);
  if (opening < 0) throw new RangeError('no window begins after the first case');
  const kept = windows.filter(({ from }) => from >= opening);
  checkWindows(kept, cases.length);
  return kept.filter((window) => windowSum(cases, window) > 0);
}

/** By day: for each age in days the probability that one case of that day was infected by one case of so many days before. */
function parentShares(cases: Float64Array, interval: ArrayLike<number>): Float64Array[] {
  return Array.from(cases, (_, day) => {
    const shares = new Float64Array(Math.min(day + 1, interval.length));
    let sum = 0;
    for (let age = 0; age < shares.length; age += 1) sum += interval[age]! * cases[day - age]!;
    if (sum > 0) for (let age = 0; age < shares.length; age += 1) shares[age] = interval[age]! / sum;
    return shares;
  });
}

/** Draws who infected whom; a case with nobody before it has no parent. */
function simulated(
  cases: Float64Array,
  parents: readonly Float64Array[],
  windows: readonly Window[],
  trees: number,
  random: Random,
): { sd: Float64Array; low: Float64Array; high: Float64Array } {
  const drawn = windows.map(() => new Float64Array(trees));
  const children = new Float64Array(cases.length);
  for (let tree = 0; tree < trees; tree += 1) {
    children.fill(0);
    for (const [day, shares] of parents.entries()) {
      let left = cases[day]!;
      let rest = 1;
      for (let age = 0; age < shares.length && left > 0; age += 1) {
        const probability = shares[age]! * cases[day - age]!;
        if (!(probability > 0)) continue;
        const infected = probability >= rest ? left : random.binomial(left, probability / rest);
        children[day - age]! += infected;
        left -= infected;
        rest -= probability;
      }
    }
    for (const [at, window] of windows.entries())
      drawn[at]![tree] = windowSum(children, window) / windowSum(cases, window);
  }
  return {
    sd: Float64Array.from(drawn, (values) => Math.sqrt(variance(values))),
    low: Float64Array.from(drawn, (values) => quantile(values.sort(), 0.025)),
    high: Float64Array.from(drawn, (values) => quantile(values, 0.975)),
  };
}
