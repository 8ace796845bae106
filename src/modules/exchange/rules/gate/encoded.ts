import { type Candidate, type CandidateColumn, type Cell, TOTAL } from '../../model.ts';

/** A candidate by columns, each cell a code into a dictionary: small enough to be handed to a thread, and what every check counts on. */
export interface EncodedCandidate {
  columns: EncodedColumn[];
  rowCount: number;
}
export interface EncodedColumn extends CandidateColumn {
  dictionary: Cell[];
  codes: Uint32Array;
}

/** Rows at a time, so that a caller with others to serve can let them in between. */
const SLICE = 20_000;

export function* encode({ columns, rows }: Candidate): Generator<void, EncodedCandidate> {
  const encoded = columns.map((column) => ({
    ...column,
    dictionary: [] as Cell[],
    codes: new Uint32Array(rows.length),
  }));
  const known = columns.map(() => new Map<Cell, number>());
  for (let from = 0; from < rows.length; from += SLICE) {
    for (let row = from; row < Math.min(rows.length, from + SLICE); row += 1)
      for (const [at, column] of encoded.entries()) {
        const cell = rows[row]![at] ?? null;
        let code = known[at]!.get(cell);
        if (code === undefined) {
          code = column.dictionary.length;
          known[at]!.set(cell, code);
          column.dictionary.push(cell);
        }
        column.codes[row] = code;
      }
    yield;
  }
  return { columns: encoded, rowCount: rows.length };
}

export function cellOf({ dictionary, codes }: EncodedColumn, row: number): Cell {
  return dictionary[codes[row]!]!;
}

export function textOf(cell: Cell): string {
  return cell === null ? '' : String(cell);
}

/** What an earlier release told, its rows as they were released. */
export interface EarlierRelease {
  releaseId: string;
  /** Of the offering itself, or of another one of its holder over the same population. */
  own: boolean;
  /** How it was made, see Told. */
  told: Told;
  columns: Pick<CandidateColumn, 'name' | 'role'>[];
  rows: Cell[][];
}

/** What must be known of a release to hold a later one against it, and to ask questions of it. */
export type Told = {
  /** The codes that were told, of columns with not too many: what a question may name. */
  codes: Record<string, string[]>;
} & (
  | { method: 'microdata'; levels: Record<string, number>; localRecoding: boolean }
  | {
      method: 'table';
      dimensions: string[];
      margins: boolean;
      /** What was taken to be known anyhow, and which cells were hidden for being small, by their codes as JSON; never what was hidden. */
      totals?: Record<string, number>;
      guarded?: string[];
    }
);

const MOST_CODES = 500;

export function codesTold(columns: readonly CandidateColumn[], rows: readonly Cell[][]): Record<string, string[]> {
  const codes: Record<string, string[]> = {};
  for (const [at, { name, role }] of columns.entries()) {
    if (role === 'count' || role === 'measure' || role === 'weight') continue;
    const values = new Set<string>();
    for (const row of rows) {
      if (values.size > MOST_CODES) break;
      values.add(textOf(row[at]!));
    }
    if (values.size <= MOST_CODES) codes[name] = [...values].filter((code) => code !== TOTAL).sort();
  }
  return codes;
}

/** What a column is to others, without what only the gate or the studio knows of it. */
export function plainColumn({ name, label, type, role, hierarchy, unit }: CandidateColumn): CandidateColumn {
  return {
    name,
    label,
    type,
    role,
    ...(hierarchy !== undefined && { hierarchy }),
    ...(unit !== undefined && { unit }),
  };
}
