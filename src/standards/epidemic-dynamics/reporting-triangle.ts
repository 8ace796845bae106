/** Events by day and by how long their reports took. */
export interface ReportingTriangle {
  /** One row per day of event, oldest first, the last being now; its columns are delays 0, 1, ... to the longest. NaN is not yet to be known. */
  counts: readonly ArrayLike<number>[];
  /** In days: the last column's delay, or longer. */
  longest: number;
}

/**
 * Reads a triangle, and refuses one whose known and unknown corners are not where the last day puts them.
 *
 * @throws RangeError when there are not more days than the longest delay, or a count that must be known is not a whole number of 0 or more
 */
export function reportingTriangle(counts: readonly ArrayLike<number>[]): ReportingTriangle {
  const longest = (counts[0]?.length ?? 0) - 1;
  if (longest < 1) throw new RangeError('the triangle needs delays of 0 and 1 day at least');
  if (counts.length <= longest) throw new RangeError('the triangle needs more days than its longest delay');
  for (const [day, row] of counts.entries()) {
    if (row.length !== longest + 1) throw new RangeError('each day of the triangle needs as many delays');
    for (let delay = 0; delay <= Math.min(longest, counts.length - 1 - day); delay += 1)
      if (!Number.isInteger(row[delay]) || row[delay]! < 0)
        throw new RangeError('a count whose delay has passed must be known, whole and not negative');
  }
  return { counts, longest };
}

export interface ReportedEvent {
  /** Days from any common start, whole numbers. */
  event: number;
  report: number;
}

/**
 * Sorts events into a triangle; reports after `now` are not yet known, and longer delays count as the longest.
 *
 * @throws RangeError as `reportingTriangle`, or when a report comes before its event
 */
export function triangleOf(
  events: readonly ReportedEvent[],
  { from, now, longest }: { from: number; now: number; longest: number },
): ReportingTriangle {
  const counts = Array.from({ length: now - from + 1 }, (_, day) =>
    new Float64Array(longest + 1).fill(Number.NaN).fill(0, 0, now - from - day + 1),
  );
  for (const { event, report } of events) {
    if (report < event) throw new RangeError('a report comes before its event');
    if (event < from || report > now) continue;
    counts[event - from]![Math.min(report - event, longest)]! += 1;
  }
  return reportingTriangle(counts);
}

/** Which events tell the delays: those of the last `size` days and now; or, for each delay, as many days as can have shown it (Lawless 1994, figure 2). */
export interface DelayWindow {
  size: number;
  perDelay?: boolean | undefined;
}

/** By delay: reports with it, and reports with at most it among the days that can have shown it. NaN where the window cannot show it. */
export interface DelayCounts {
  exact: Float64Array;
  atMost: Float64Array;
}

export function delayCounts({ counts, longest }: ReportingTriangle, window?: DelayWindow): DelayCounts {
  const now = counts.length - 1;
  const { size, perDelay = false } = window ?? { size: now };
  const exact = new Float64Array(longest + 1);
  const atMost = new Float64Array(longest + 1);
  for (let delay = 0; delay <= longest; delay += 1) {
    const first = Math.max(0, now - size - (perDelay ? delay : 0));
    if (first > now - delay) {
      exact[delay] = Number.NaN;
      atMost[delay] = Number.NaN;
    }
    for (let day = first; day <= now - delay; day += 1) {
      exact[delay]! += counts[day]![delay]!;
      for (let shorter = 0; shorter <= delay; shorter += 1) atMost[delay]! += counts[day]![shorter]!;
    }
  }
  return { exact, atMost };
}

/** The reports that have come in by now of each day's events. */
export function reportedSoFar({ counts, longest }: ReportingTriangle): Float64Array {
  return Float64Array.from(counts, (row, day) => {
    let sum = 0;
    for (let delay = 0; delay <= Math.min(longest, counts.length - 1 - day); delay += 1) sum += row[delay]!;
    return sum;
  });
}
