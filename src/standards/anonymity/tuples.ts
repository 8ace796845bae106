import type { Codes, Column, Subset, Table } from './model.ts';
import { Numbering, wordsOf } from './numbering.ts';

/** The distinct combinations of quasi-identifiers with how often each occurs: all that the search needs to know of the rows. */
export interface Tuples {
  count: number;
  /** Numbers of one tuple: the quasi-identifiers. */
  width: number;
  /** Tuple after tuple. The tuples are in the order of their first released row. */
  codes: Codes;
  /** Records that are released, by tuple. */
  released: Uint32Array;
  /** All records, where only a subset is released. */
  population?: Uint32Array;
  releasedTotal: number;
  /** By sensitive column: the values among the released records of each tuple. */
  secrets: readonly Pairs[];
}

/** Values with counts, by class: those of class `i` are from `offsets[i]` to `offsets[i + 1]`. */
export interface Pairs {
  offsets: Uint32Array;
  codes: Uint32Array;
  counts: Uint32Array;
}

export interface Layout {
  /** Sizes of the dictionaries of the quasi-identifiers. */
  quasi: readonly number[];
  /** Number of sensitive columns. */
  secrets: number;
}

/** @returns the tuples, and which of them each row has */
export function countTuples(table: Table, subset?: Subset): { tuples: Tuples; tupleOf: Uint32Array } {
  const [quasi, sensitive] = [columnsOf(table, 'quasi'), columnsOf(table, 'sensitive')];
  const counter = new TupleCounter({ quasi: quasi.map(sizeOf), secrets: sensitive.length });
  const tupleOf = new Uint32Array(table.rowCount);
  const chunk = { quasi: quasi.map(({ codes }) => codes), secrets: sensitive.map(({ codes }) => codes) };
  if (subset === undefined) counter.add(chunk, { rows: table.rowCount, tupleOf });
  else {
    counter.add(chunk, { rows: subset, tupleOf });
    counter.addUnreleased(chunk, { rows: complementOf(subset, table.rowCount), tupleOf });
  }
  return { tuples: counter.finish(), tupleOf };
}

export function columnsOf(table: Table, role: Column['role']): Column[] {
  return table.columns.filter((column) => column.role === role);
}

interface Chunk {
  quasi: readonly Codes[];
  secrets: readonly Codes[];
}

interface Rows {
  /** How many from the first on, or which. */
  rows: number | Uint32Array;
  /** Takes the number of each row's tuple. */
  tupleOf?: Uint32Array;
}

/** Counts tuples of rows that come in chunks, so that a table need never be in memory as a whole. */
export class TupleCounter {
  readonly #layout: Layout;
  readonly #words: { from: number; until: number }[];
  readonly #numberings: Numbering[];
  readonly #secrets: { numbering: Numbering; counts: Uint32Array; tuples: Uint32Array; codes: Uint32Array }[];
  #codes: Codes;
  #released = new Uint32Array(1024);
  #population: Uint32Array | undefined;
  #releasedTotal = 0;

  constructor(layout: Layout) {
    this.#layout = layout;
    this.#words = wordsOf(layout.quasi);
    this.#numberings = Array.from({ length: Math.max(1, this.#words.length - 1) }, () => new Numbering());
    this.#secrets = Array.from({ length: layout.secrets }, () => ({
      numbering: new Numbering(),
      counts: new Uint32Array(1024),
      tuples: new Uint32Array(1024),
      codes: new Uint32Array(1024),
    }));
    const largest = Math.max(0, ...layout.quasi);
    const Kind = largest <= 2 ** 8 ? Uint8Array : largest <= 2 ** 16 ? Uint16Array : Uint32Array;
    this.#codes = new Kind(1024 * layout.quasi.length);
  }

  /** Takes rows that are released. Those that are not come after them. */
  add(chunk: Chunk, { rows, tupleOf }: Rows): void {
    const count = typeof rows === 'number' ? rows : rows.length;
    for (let index = 0; index < count; index += 1) {
      const row = typeof rows === 'number' ? index : rows[index]!;
      const tuple = this.#tupleOf(chunk.quasi, row);
      this.#released[tuple]! += 1;
      if (tupleOf !== undefined) tupleOf[row] = tuple;
      for (const [which, codes] of chunk.secrets.entries()) this.#count(which, tuple, codes[row]!);
    }
    this.#releasedTotal += count;
  }

  /** Takes rows of the population that are not released: only their number counts. */
  addUnreleased(chunk: Chunk, { rows, tupleOf }: Rows & { rows: Uint32Array }): void {
    this.#population ??= this.#released.slice();
    for (const row of rows) {
      const tuple = this.#tupleOf(chunk.quasi, row);
      this.#population[tuple]! += 1;
      if (tupleOf !== undefined) tupleOf[row] = tuple;
    }
  }

  finish(): Tuples {
    const count = this.#numberings.at(-1)!.size;
    const width = this.#layout.quasi.length;
    return {
      count,
      width,
      codes: this.#codes.slice(0, count * width),
      released: this.#released.slice(0, count),
      ...(this.#population === undefined ? {} : { population: this.#population.slice(0, count) }),
      releasedTotal: this.#releasedTotal,
      secrets: this.#secrets.map(({ numbering, tuples, codes, counts }) =>
        sortPairs({ classes: tuples.subarray(0, numbering.size), codes, counts }, count),
      ),
    };
  }

  #tupleOf(columns: readonly Codes[], row: number): number {
    let number = this.#wordOf(0, columns, row);
    for (const [index, numbering] of this.#numberings.entries())
      number = numbering.numberOf(number, index + 1 < this.#words.length ? this.#wordOf(index + 1, columns, row) : 0);
    if (number === this.#released.length) this.#grow();
    const at = number * columns.length;
    for (let dimension = 0; dimension < columns.length; dimension += 1)
      this.#codes[at + dimension] = columns[dimension]![row]!;
    return number;
  }

  #wordOf(word: number, columns: readonly Codes[], row: number): number {
    const { from, until } = this.#words[word]!;
    let number = 0;
    for (let dimension = from; dimension < until; dimension += 1)
      number = number * this.#layout.quasi[dimension]! + columns[dimension]![row]!;
    return number;
  }

  #count(which: number, tuple: number, code: number): void {
    const secret = this.#secrets[which]!;
    const pair = secret.numbering.numberOf(tuple, code);
    if (pair === secret.counts.length) {
      secret.counts = doubled(secret.counts);
      secret.tuples = doubled(secret.tuples);
      secret.codes = doubled(secret.codes);
    }
    secret.counts[pair]! += 1;
    secret.tuples[pair] = tuple;
    secret.codes[pair] = code;
  }

  #grow(): void {
    this.#codes = doubled(this.#codes);
    this.#released = doubled(this.#released);
    if (this.#population !== undefined) this.#population = doubled(this.#population);
  }
}

/** Sorts pairs by class, by counting. */
export function sortPairs(
  { classes, codes, counts }: { classes: Uint32Array; codes: Uint32Array; counts: Uint32Array },
  classCount: number,
): Pairs {
  const offsets = new Uint32Array(classCount + 1);
  for (const number of classes) offsets[number + 1]! += 1;
  for (let index = 0; index < classCount; index += 1) offsets[index + 1]! += offsets[index]!;
  const next = offsets.slice();
  const sorted = { offsets, codes: new Uint32Array(classes.length), counts: new Uint32Array(classes.length) };
  for (let pair = 0; pair < classes.length; pair += 1) {
    const at = next[classes[pair]!]!++;
    sorted.codes[at] = codes[pair]!;
    sorted.counts[at] = counts[pair]!;
  }
  return sorted;
}

function doubled<Kind extends Codes>(array: Kind): Kind {
  const larger = new (array.constructor as new (length: number) => Kind)(array.length * 2);
  larger.set(array);
  return larger;
}

function sizeOf({ dictionary }: Column): number {
  return Math.max(1, dictionary.length);
}

function complementOf(subset: Subset, rowCount: number): Uint32Array {
  const rest = new Uint32Array(rowCount - subset.length);
  let [at, next] = [0, 0];
  for (let row = 0; row < rowCount; row += 1) {
    if (subset[next] === row) next += 1;
    else rest[at++] = row;
  }
  if (next !== subset.length) throw new RangeError('a subset holds row numbers of the table in ascending order');
  return rest;
}
