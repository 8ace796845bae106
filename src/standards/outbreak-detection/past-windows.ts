/** Which counts of the past a count is compared with. */
export interface PastOptions {
  /** How many years back. */
  years: number;
  /** Half the width of each year's window, and how many counts of the running year are taken. */
  halfWidth: number;
  /** Whether the counts just before the judged one belong to it. */
  thisYear: boolean;
  /** Counts in a year. */
  frequency: number;
}

/**
 * The counts of the same season in the years before, and those just before.
 *
 * @throws RangeError where the series does not reach back so far, or nothing is asked for
 */
export function pastWindows(counts: Float64Array, at: number, options: PastOptions): Float64Array {
  const { years, halfWidth, thisYear, frequency } = options;
  if (at - years * frequency - halfWidth < 0 || at >= counts.length)
    throw new RangeError('the series is too short for the years and the window asked for');
  if (years > 0 && halfWidth >= frequency) throw new RangeError('half the window must be shorter than a year');
  const width = 2 * halfWidth + 1;
  const own = thisYear ? halfWidth : 0;
  if (own + years * width === 0) throw new RangeError('neither this year nor a year before is asked for');
  const past = new Float64Array(own + years * width);
  past.set(counts.subarray(at - own, at));
  for (let year = 1; year <= years; year += 1) {
    const centre = at - year * frequency;
    past.set(counts.subarray(centre - halfWidth, centre + halfWidth + 1), own + (year - 1) * width);
  }
  return past;
}
