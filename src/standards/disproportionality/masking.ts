import { countPairs, type PairCounts, type ReportRows } from './counts.ts';

/** How much one product hides an event's association with others. */
export interface Masking {
  product: number;
  /** By how much the ratio of observed to expected reports of any other product with this event rises without this one's reports. */
  ratio: number;
  observed: number;
  /** This product's own observed over expected. */
  own: number;
}

/**
 * The products that mask an event, the strongest first.
 *
 * Exact for products that are never reported together with the masking one; for the others `unmasked` counts anew.
 *
 * Source: the masking ratio of Maignen, Hauben, Hung, Van Holle and Dogne, Pharmacoepidemiol Drug Saf 2014;23:208-217, for observed over expected.
 */
export function maskingRatios(counts: PairCounts, event: number): Masking[] {
  const { reports, eventReports, productReports } = counts;
  const found: Masking[] = [];
  for (let at = 0; at < counts.observed.length; at += 1) {
    if (counts.event[at] !== event) continue;
    const [a, n1, n2] = [counts.observed[at]!, productReports[counts.product[at]!]!, eventReports[event]!];
    const ratio = (n2 * (reports - n1)) / (reports * (n2 - a));
    found.push({ product: counts.product[at]!, ratio, observed: a, own: a / counts.expected[at]! });
  }
  return found.sort((one, other) => other.ratio - one.ratio || one.product - other.product);
}

/** Counts without the reports that name a product: what the others look like when it masks nothing. Codes keep their meaning. */
export function unmasked(rows: ReportRows, product: number): PairCounts {
  const named = new Set<number>();
  for (const [row, code] of rows.product.entries()) if (code === product) named.add(rows.report[row]!);
  const kept = [...rows.report.keys()].filter((row) => !named.has(rows.report[row]!));
  const column = (codes: Int32Array) => Int32Array.from(kept, (row) => codes[row]!);
  const rest = { report: column(rows.report), product: column(rows.product), event: column(rows.event) };
  return countPairs(rows.stratum === undefined ? rest : { ...rest, stratum: column(rows.stratum) });
}
