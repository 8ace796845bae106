/** A critical value and the chance of a false signal that it has. */
export interface CriticalValue {
  criticalValue: number;
  /** The chance that the surveillance signals under the null. */
  level: number;
  /** Whether the level is the one asked for; otherwise it is the largest below it, as counts are whole. */
  exact: boolean;
}

/**
 * The critical value at which a falling chance of signals has the wanted level; where it jumps past it, the side below.
 *
 * @param chanceAt chance of a signal at a critical value: falls, perhaps with jumps
 */
export function solveLevel(chanceAt: (criticalValue: number) => number, wanted: number): CriticalValue {
  let [low, high] = [0, 4];
  let [atLow, atHigh] = [1, chanceAt(high)];
  while (atHigh > wanted) {
    [low, atLow] = [high, atHigh];
    high *= 2;
    atHigh = chanceAt(high);
  }
  // The logarithm of the chance is nearly a line, so false position (Illinois) is quick; where the chance jumps, halving the bracket ends it.
  let [aboveLow, belowHigh] = [Math.log(atLow / wanted), Math.log(atHigh / wanted)];
  let last: 'low' | 'high' | undefined;
  for (let step = 1; step <= MOST_STEPS && high - low > 1e-13 * high && belowHigh < -CLOSE; step += 1) {
    const guess = low + ((high - low) * aboveLow) / (aboveLow - belowHigh);
    const next = (step > 14 && step % 2 === 0) || !(guess > low && guess < high) ? (low + high) / 2 : guess;
    const chance = chanceAt(next);
    // A side that stays twice running is given half its weight, or it would never move.
    if (chance > wanted * (1 + CLOSE)) {
      [low, aboveLow] = [next, Math.log(chance / wanted)];
      if (last === 'low') belowHigh = Math.min(belowHigh / 2, -2 * CLOSE);
      last = 'low';
    } else {
      [high, atHigh, belowHigh] = [next, chance, Math.log(chance / wanted)];
      if (last === 'high') aboveLow /= 2;
      last = 'high';
    }
  }
  return { criticalValue: high, level: atHigh, exact: wanted - atHigh < 1e-8 };
}

const MOST_STEPS = 150;
/** Relative error of the level that is allowed. */
const CLOSE = 1e-12;

/**
 * The smallest value of a lattice such that signalling strictly above it keeps the level.
 *
 * @param values   every value that the statistic can take, in any order
 * @param chanceAbove chance of a signal when the statistic must be above a value: falls
 */
export function solveLattice(
  values: readonly number[],
  chanceAbove: (value: number) => number,
  wanted: number,
): { above: number; level: number } | undefined {
  const sorted = Float64Array.from(values).sort();
  let [low, high] = [-1, sorted.length];
  let level = Number.NaN;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    const chance = chanceAbove(sorted[middle]!);
    if (chance > wanted) low = middle;
    else [high, level] = [middle, chance];
  }
  return high === sorted.length ? undefined : { above: sorted[high]!, level };
}
