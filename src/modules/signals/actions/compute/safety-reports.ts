import { countPairs, type PairCounts, type ReportRows } from '#standards/disproportionality';
import type { Input } from './input.ts';

export const REPORT_MEMBERS = [
  'report',
  'product',
  'product1',
  'event',
  'event1',
  'nProducts',
  'nEvents',
  'stratify',
  'zeroes',
  'max_cats',
] as const;

/** A column of names or numbers: distinct values ascending, and which of them each row has. */
export interface Column {
  values: (string | number)[];
  codes: Int32Array;
}

export interface CountedReports {
  rows: ReportRows;
  product: Column;
  event: Column;
  counts: PairCounts;
}

/** Every other list is a column to stratify by, as openEBGM takes those whose names begin with `strat`. */
export function strataNames(input: Input): string[] {
  const known: readonly string[] = REPORT_MEMBERS;
  return input
    .names()
    .filter((name) => !known.includes(name) && (name.startsWith('strat') || Array.isArray(input.field(name).value)))
    .filter((name) => input.has(name) && !OTHER_LISTS.has(name));
}

const OTHER_LISTS: ReadonlySet<string> = new Set(['pairIndex1', 'N', 'E', 'weight', 'theta', 'period', 'pairs']);

/** Reads rows of reports and counts their pairs. */
export function countedReports(input: Input): CountedReports {
  const { rows, product, event } = readReports(input);
  const zeroes = input.field('zeroes').or(false, (value) => value.flag());
  return { rows, product, event, counts: countPairs(rows, { zeroes }) };
}

export function readReports(input: Input): { rows: ReportRows; product: Column; event: Column; report: Column } {
  const report = columnOf(input.field('report'));
  const length = report.codes.length;
  const product = columnOf(input.field(input.has('product1') ? 'product1' : 'product'), length);
  const event = columnOf(input.field(input.has('event1') ? 'event1' : 'event'), length);
  const rows = { report: report.codes, product: product.codes, event: event.codes };
  const strata = strataOf(input, length);
  return { rows: strata === undefined ? rows : { ...rows, stratum: strata.codes }, product, event, report };
}

/** Several columns are crossed. */
function strataOf(input: Input, length: number): Column | undefined {
  const names = strataNames(input);
  const wanted = input.field('stratify').or(names.length > 0, (value) => value.flag());
  if (!wanted) return undefined;
  if (names.length === 0) throw input.field('stratify').wrong('a column to stratify by is needed, e.g. strat1');
  const columns = names.map((name) => columnOf(input.field(name), length));
  const most = input.field('max_cats').or(Infinity, (value) => value.whole({ least: 1 }));
  for (const [at, { values }] of columns.entries())
    if (values.length > most) throw input.field(names[at]!).wrong('more strata than max_cats allows', { most });
  const crossed = Array.from({ length }, (_, row) => columns.map(({ codes }) => codes[row]).join('-'));
  return encoded(crossed);
}

export function columnOf(input: Input, length?: number): Column {
  const items = length === undefined ? input.items({ least: 1 }) : input.items({ least: length, most: length });
  const isText = typeof items[0]!.value === 'string';
  const values = items.map((item) => (isText ? item.text() : item.number()));
  const missing = values.indexOf('');
  if (missing >= 0) throw items[missing]!.wrong('a missing value is not allowed here');
  return encoded(values);
}

function encoded(given: readonly (string | number)[]): Column {
  const values = [...new Set(given)].sort((one, other) => (one < other ? -1 : one > other ? 1 : 0));
  const codes = new Map(values.map((value, at) => [value, at]));
  return { values, codes: Int32Array.from(given, (value) => codes.get(value)!) };
}
