import type { Input } from './input.ts';
import { either } from './options.ts';

export type Label = string | number;

/** The rows of a model without those in which a number is missing, as R's na.omit leaves them out. */
export interface ModelRows {
  y: Float64Array;
  /** The columns of the design. */
  x: Float64Array[];
  columnNames: string[];
  /** Per kept row, where it stood. */
  kept: number[];
}

/** `y` and `X` (rows), with the names of X's columns in `colnames`. */
export function readModelRows(input: Input): ModelRows {
  const y = input.field('y').numbersOrNaN();
  const rows = input
    .field('X')
    .items({ least: y.length, most: y.length })
    .map((row) => row.numbersOrNaN());
  const width = rows[0]?.length ?? 0;
  for (const [at, row] of rows.entries())
    if (row.length !== width) throw input.field('X').wrong('a row of another length', { row: at, length: width });
  if (width === 0) throw input.field('X').wrong('the design has no column');
  const columnNames = input.field('colnames').or(
    rows[0]!.map((_, at) => `x${at + 1}`),
    (names) => names.texts(),
  );
  if (columnNames.length !== width)
    throw input.field('colnames').wrong('one name for each column is expected', { columns: width });
  const kept = rows.flatMap((row, at) => (Number.isFinite(y[at]!) && row.every(Number.isFinite) ? [at] : []));
  if (kept.length === 0) throw input.field('y').wrong('no row is complete');
  return {
    y: Float64Array.from(kept, (row) => y[row]!),
    x: Array.from({ length: width }, (_, column) => Float64Array.from(kept, (row) => rows[row]![column]!)),
    columnNames,
    kept,
  };
}

/** Texts or numbers that name something, one for each of `length` rows. */
export function readLabels(input: Input, length: number): Label[] {
  return input.items({ least: length, most: length }).map((item) => {
    if (typeof item.value === 'boolean') return Number(item.value);
    return typeof item.value === 'number' ? item.number() : item.text();
  });
}

/** The kept rows of a list that may be absent. */
export function readKept(input: Input, kept: readonly number[], length: number): Float64Array | undefined {
  if (input.isAbsent) return undefined;
  const values = input.numbers({ length });
  return Float64Array.from(kept, (row) => values[row]!);
}

/** `reml`, or R's `method` of "REML" or "ML". */
export function readRestricted(input: Input): boolean {
  if (input.has('method')) return input.field('method').choice(['REML', 'ML']) === 'REML';
  return either(input, 'reml', 'REML').or(true, (flag) => flag.flag());
}

/** The two groups of a comparison: 1 or true is treated. */
export function readTreated(input: Input): boolean[] {
  const treated = input.items({ least: 2 }).map((item) => item.flag());
  if (treated.every(Boolean) || !treated.some(Boolean))
    throw input.wrong('both a treated and a control unit are expected');
  return treated;
}
