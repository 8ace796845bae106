import type { ReportRows } from './counts.ts';

/** One pair's two-by-two tables, each of all reports up to the end of a period. */
export interface CumulativeTables {
  both: Float64Array;
  product: Float64Array;
  event: Float64Array;
  all: Float64Array;
}

/**
 * How a pair's table grew, period by period, e.g. by quarter.
 *
 * @param period of each row, counted from 0; a report counts from its first period on
 */
export function cumulativeTables(
  rows: ReportRows,
  period: Int32Array,
  periods: number,
  pairs: readonly { product: number; event: number }[],
): CumulativeTables[] {
  const first = new Map<number, number>();
  for (const [row, report] of rows.report.entries())
    first.set(report, Math.min(first.get(report) ?? Infinity, period[row]!));
  const firsts = [...first.values()];
  if (firsts.some((at) => !(at >= 0 && at < periods)))
    throw new RangeError('every period must be from 0 to below their number');
  const all = cumulated(firsts, periods);
  return pairs.map(({ product, event }) => {
    const [withProduct, withEvent] = [new Set<number>(), new Set<number>()];
    for (const [row, report] of rows.report.entries()) {
      if (rows.product[row] === product) withProduct.add(report);
      if (rows.event[row] === event) withEvent.add(report);
    }
    const times = (reports: Iterable<number>) =>
      cumulated(
        [...reports].map((report) => first.get(report)!),
        periods,
      );
    const both = sharedReports(rows, product, event);
    return { both: times(both), product: times(withProduct), event: times(withEvent), all };
  });
}

/** Reports that have a row of both: naming the one in one row and the other in another is no pair. */
function sharedReports(rows: ReportRows, product: number, event: number): Set<number> {
  const found = new Set<number>();
  for (const [row, report] of rows.report.entries())
    if (rows.product[row] === product && rows.event[row] === event) found.add(report);
  return found;
}

function cumulated(periods: readonly number[], length: number): Float64Array {
  const sums = new Float64Array(length);
  for (const at of periods) sums[at] = sums[at]! + 1;
  for (let at = 1; at < length; at += 1) sums[at] = sums[at]! + sums[at - 1]!;
  return sums;
}
