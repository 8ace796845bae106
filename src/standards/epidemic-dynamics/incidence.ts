/** Cases by day of onset, those infected here and those infected elsewhere apart. */
export interface Incidence {
  local: Float64Array;
  imported: Float64Array;
}

/** Days counted from 0, both included. */
export interface Window {
  from: number;
  to: number;
}

/**
 * Incidence as the renewal model takes it: all cases of the first day count as imported, for nobody before them is known.
 *
 * @throws RangeError when a count is negative or no number, or the series differ in length
 */
export function incidenceOf(local: ArrayLike<number>, imported?: ArrayLike<number>): Incidence {
  const days = local.length;
  if (imported !== undefined && imported.length !== days)
    throw new RangeError('local and imported cases must be given for the same days');
  const incidence = {
    local: Float64Array.from(local),
    imported: imported === undefined ? new Float64Array(days) : Float64Array.from(imported),
  };
  for (const counts of [incidence.local, incidence.imported])
    if (!counts.every((count) => count >= 0 && count < Infinity))
      throw new RangeError('counts of cases must be known and not negative');
  if (days > 0) {
    incidence.imported[0]! += incidence.local[0]!;
    incidence.local[0] = 0;
  }
  return incidence;
}

export function totalCases({ local, imported }: Incidence): Float64Array {
  return local.map((count, day) => count + imported[day]!);
}

/** Windows of so many days, each a day later than the one before, from the second day on. */
export function slidingWindows(days: number, width = 7): Window[] {
  const windows: Window[] = [];
  for (let from = 1; from + width <= days; from += 1) windows.push({ from, to: from + width - 1 });
  return windows;
}

/**
 * The total infectiousness of each day: earlier cases, each weighted by the probability of so long a serial interval.
 *
 * @param interval probabilities of 0, 1, 2, ... days
 * @returns        NaN for the first day
 */
export function infectiousness(cases: Float64Array, interval: ArrayLike<number>): Float64Array {
  let reach = Math.min(interval.length, cases.length);
  while (reach > 0 && interval[reach - 1] === 0) reach -= 1;
  const sums = new Float64Array(cases.length);
  for (let day = 1; day < cases.length; day += 1) {
    const most = Math.min(day, reach - 1);
    let sum = 0;
    for (let age = 0; age <= most; age += 1) sum += interval[age]! * cases[day - age]!;
    sums[day] = sum;
  }
  if (sums.length > 0) sums[0] = Number.NaN;
  return sums;
}

/** @throws RangeError unless each window lies within the days, and not on the first */
export function checkWindows(windows: readonly Window[], days: number): void {
  for (const { from, to } of windows)
    if (!(from >= 1 && from <= to && to < days))
      throw new RangeError('a window must begin on the second day or later, and end within the series');
}

export function windowSum(values: Float64Array, { from, to }: Window): number {
  let sum = 0;
  for (let day = from; day <= to; day += 1) sum += values[day]!;
  return sum;
}
