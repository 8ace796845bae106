import { type Matrix, zeros } from './dense.ts';

/** Effects that differ from group to group, e.g. `(1 + days | subject)`. */
export interface RandomTerm {
  /** The grouping factor's name, e.g. `subject`. */
  name: string;
  /** Per row, the group it belongs to. */
  group: readonly (string | number)[];
  /** Per effect, its value in each row: ones for an intercept. */
  columns: readonly ArrayLike<number>[];
  columnNames: readonly string[];
  /** Whether the effects of one group may be correlated, as in `(1 + days | subject)` but not in `(1 + days || subject)`. */
  correlated: boolean;
}

/** A term as the fit uses it: groups by number, columns by row, scaled to a mean square of 1. */
export interface Term {
  name: string;
  columnNames: readonly string[];
  /** The groups in their order: numbers by size, texts by their characters. */
  labels: (string | number)[];
  groupOf: Int32Array;
  effects: number;
  correlated: boolean;
  columns: Float64Array[];
  /** By what the columns were divided. */
  scales: Float64Array;
  /** Where its parameters begin in theta. */
  start: number;
}

/**
 * The terms, that with the most groups first.
 *
 * lme4 leaves terms alone whose groups do not increase in number; else it turns their order by that number round, equal ones too.
 *
 * @param roots per row, the root of its weight
 * @throws RangeError where a term has fewer than two groups, or as many effects as there are rows
 */
export function termsOf(terms: readonly RandomTerm[], roots: Float64Array): Term[] {
  const found = terms.map((term) => termOf(term, roots));
  if (found.some((term, at) => at > 0 && term.labels.length > found[at - 1]!.labels.length))
    found.sort((a, b) => a.labels.length - b.labels.length).reverse();
  let start = 0;
  for (const term of found) {
    term.start = start;
    start += parametersOf(term);
  }
  return found;
}

function termOf({ name, group, columns, columnNames, correlated }: RandomTerm, roots: Float64Array): Term {
  if (group.length !== roots.length || columns.some((column) => column.length !== roots.length))
    throw new RangeError(`the term of ${name} needs a group and its values in each row`);
  const labels = [...new Set(group)].sort(compareLabels);
  if (labels.length < 2) throw new RangeError(`${name} has fewer than two groups`);
  if (labels.length * columns.length >= roots.length)
    throw new RangeError(
      `${name} has as many random effects as there are observations: they cannot be told from the residual`,
    );
  const numbers = new Map(labels.map((label, at) => [label, at]));
  const weighted = columns.map((column) => Float64Array.from(column, (value, row) => value * roots[row]!));
  const scales = Float64Array.from(weighted, (column) => rootMeanSquare(column) || 1);
  return {
    name,
    columnNames,
    labels,
    groupOf: Int32Array.from(group, (label) => numbers.get(label)!),
    effects: columns.length,
    correlated,
    columns: weighted.map((column, at) => column.map((value) => value / scales[at]!)),
    scales,
    start: 0,
  };
}

export function compareLabels(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
}

export function parametersOf({ effects, correlated }: Term): number {
  return correlated ? (effects * (effects + 1)) / 2 : effects;
}

/** The lower triangle of a term's relative covariance factor, which theta holds column by column (or its diagonal alone). */
export function factorOf(term: Term, theta: Float64Array): Matrix {
  const factor = zeros(term.effects, term.effects);
  for (const [at, { row, column }] of placesOf(term).entries()) factor[row]![column] = theta[term.start + at]!;
  return factor;
}

/** Where in theta each diagonal element of the factors stands. */
export function diagonalsOf(terms: readonly Term[]): number[] {
  return terms.flatMap((term) =>
    placesOf(term).flatMap(({ row, column }, at) => (row === column ? [term.start + at] : [])),
  );
}

function placesOf({ effects, correlated }: Term): { row: number; column: number }[] {
  const places: { row: number; column: number }[] = [];
  for (let column = 0; column < effects; column += 1)
    for (let row = column; row < (correlated ? effects : column + 1); row += 1) places.push({ row, column });
  return places;
}

function rootMeanSquare(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum / values.length);
}
