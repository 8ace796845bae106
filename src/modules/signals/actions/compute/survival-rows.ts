import type { Groups, Observations } from '#standards/survival';
import type { Input } from './input.ts';

/** A grouping of rows, with the names of the groups in their order. */
export interface Levels extends Groups {
  names: string[];
}

/**
 * Columns of equal length, of which the rows with a missing value are left out, as R's na.omit does: read all columns first, then ask for them.
 */
export class Rows {
  readonly #input: Input;
  readonly #length: number;
  readonly #missing: Uint8Array;
  #kept: Uint32Array | undefined;

  constructor(input: Input, length: number) {
    this.#input = input;
    this.#length = length;
    this.#missing = new Uint8Array(length);
  }

  /** @param by the column that tells how many rows there are */
  static of(input: Input, by = 'time'): Rows {
    return new Rows(input, input.field(by).items({ least: 1 }).length);
  }

  /** A column of numbers, or undefined where it is absent. */
  numbers(name: string): (() => Float64Array) | undefined {
    const column = this.#input.field(name);
    if (column.isAbsent) return undefined;
    const values = this.#column(column, (item, row) => {
      if (!item.isAbsent) return item.number();
      this.#missing[row] = 1;
      return Number.NaN;
    });
    return () => this.#keep(values);
  }

  /** A column that must be there. */
  must(name: string): () => Float64Array {
    const column = this.numbers(name);
    if (column === undefined) throw this.#input.field(name).wrong('a list is expected');
    return column;
  }

  /** 1 and 0, true and false, or, as R reads it too, 2 and 1. */
  events(name: string): () => Uint8Array {
    const codes = this.#column(this.#input.field(name), (item, row) => {
      if (item.isAbsent) this.#missing[row] = 1;
      if (item.isAbsent) return Number.NaN;
      return typeof item.value === 'boolean' ? Number(item.value) : item.whole({ least: 0, most: 2 });
    });
    for (const [row, code] of codes.entries())
      if (code !== 0 && code !== 1 && code !== 2 && this.#missing[row] === 0)
        throw this.#input.field(name).wrong('0 and 1, or 1 and 2, are expected', { row });
    const first = codes.includes(2) ? 1 : 0;
    for (const [row, code] of codes.entries())
      if (code < first)
        throw this.#input.field(name).wrong('0 and 1, or 1 and 2, are expected, not all three', { row });
    return () => Uint8Array.from(this.#keep(codes), (code) => code - first);
  }

  /** Whole numbers from 0. */
  codes(name: string): () => Uint32Array {
    const codes = this.#items(this.#input.field(name)).map((item, row) => {
      if (!item.isAbsent) return item.whole({ least: 0, most: 1e9 });
      this.#missing[row] = 1;
      return 0;
    });
    return () => Uint32Array.from(this.#keep(codes));
  }

  /** The columns of a matrix that is given by rows, or as one column. */
  columns(name: string): (() => Float64Array[]) | undefined {
    const matrix = this.#input.field(name);
    if (matrix.isAbsent) return undefined;
    const rows = this.#items(matrix).map((item, row) => {
      const values = Array.isArray(item.value) ? item.numbersOrNaN() : [item.isAbsent ? Number.NaN : item.number()];
      for (const value of values)
        if (Number.isNaN(value)) this.#missing[row] = 1;
        else if (!Number.isFinite(value)) throw item.wrong('a covariate must be finite');
      return values;
    });
    const width = rows[0]!.length;
    const odd = rows.findIndex((row) => row.length !== width);
    if (odd >= 0) throw matrix.wrong('a row of another length', { row: odd, length: width });
    return () => Array.from({ length: width }, (_, column) => this.#keep(rows.map((row) => row[column]!)));
  }

  /** Names of groups, or undefined where the column is absent. */
  levels(name: string): (() => Levels) | undefined {
    const column = this.#input.field(name);
    if (column.isAbsent) return undefined;
    const labels = this.#items(column).map((item, row) => {
      if (item.isAbsent) this.#missing[row] = 1;
      return item.isAbsent ? '' : labelOf(item);
    });
    const given = this.#input.field('levels').or(undefined, (levels) => levels.texts());
    return () =>
      toLevels(
        Array.from(this.kept(), (row) => labels[row]!),
        name === 'group' ? given : undefined,
      );
  }

  /** The rows without a missing value. */
  kept(): Uint32Array {
    this.#kept ??= new Uint32Array(this.#length).map((_, row) => row).filter((row) => this.#missing[row] === 0);
    if (this.#kept.length === 0) throw this.#input.wrong('no row is complete');
    return this.#kept;
  }

  #keep(values: readonly number[]): Float64Array {
    const rows = this.kept();
    const kept = new Float64Array(rows.length);
    for (let k = 0; k < rows.length; k += 1) kept[k] = values[rows[k]!]!;
    return kept;
  }

  #column(column: Input, read: (item: Input, row: number) => number): number[] {
    return column.column(read, {}, { least: this.#length, most: this.#length });
  }

  #items(column: Input): Input[] {
    return column.items({ least: this.#length, most: this.#length });
  }
}

function labelOf(item: Input): string {
  if (typeof item.value === 'boolean') return item.value ? 'TRUE' : 'FALSE';
  return typeof item.value === 'number' ? String(item.number()) : item.text();
}

/** Groups in the order given; else numbers by value and FALSE before TRUE, and other names as they first appear. */
function toLevels(labels: readonly string[], given?: readonly string[]): Levels {
  const found = [...new Set(labels)];
  const names = given?.filter((name) => found.includes(name)) ?? found;
  if (given === undefined && found.every((name) => name.trim() !== '' && !Number.isNaN(Number(name))))
    names.sort((a, b) => Number(a) - Number(b));
  if (given === undefined && found.every((name) => name === 'TRUE' || name === 'FALSE')) names.sort();
  const places = new Map(names.map((name, at) => [name, at]));
  const codes = Uint32Array.from(labels, (label) => {
    const place = places.get(label);
    if (place === undefined) throw new RangeError(`the group ${label} is none of the levels`);
    return place;
  });
  return { codes, count: names.length, names };
}

/** Reads `time`, `status` and, where they are there, `start` and `weights`. */
export function readObservations(rows: Rows, input: Input): () => Observations {
  const time = rows.must('time');
  const event = rows.events('status');
  const start = rows.numbers('start');
  const weights = rows.numbers('weights');
  return () => {
    const observations: Observations = { time: time(), event: event() };
    if (start !== undefined) observations.start = start();
    if (weights !== undefined) observations.weights = weights();
    refuseWrong(observations, input);
    return observations;
  };
}

function refuseWrong({ time, start, weights }: Observations, input: Input): void {
  const late = start?.findIndex((from, row) => !(from < time[row]!)) ?? -1;
  if (late >= 0)
    throw input.field('start').wrong('a start must be before its time', { start: start![late], time: time[late] });
  if (weights?.some((weight) => !(weight >= 0 && weight < Infinity)) === true)
    throw input.field('weights').wrong('weights must be finite, and not below 0');
}
