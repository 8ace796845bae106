import type { ThingKind } from './kinds.ts';
import type { Match } from './matching.ts';

export const IMPORT_KINDS = [
  'enterprise',
  'institution',
  'park',
  'carrier',
  'instrument',
  'project',
  'platform',
  'service',
  'product',
  'patent',
  'paper',
] as const satisfies readonly ThingKind[];
export type ImportKind = (typeof IMPORT_KINDS)[number];

export const MOST_IMPORT_ROWS = 100_000;
export const MOST_IMPORT_BYTES = 20 * 2 ** 20;

export const ROW_VERDICTS = ['new', 'match', 'ambiguous', 'repeated', 'invalid'] as const;
export type RowVerdict = (typeof ROW_VERDICTS)[number];
export const ROW_DECISIONS = ['new', 'match', 'skip'] as const;
export type RowDecision = (typeof ROW_DECISIONS)[number];

/** What a column means: `name`, `nameZh`, `place`, or a property; null for nothing. */
export type Mapping = readonly (string | null)[];

/** What is wrong in a cell, or worth knowing. */
export interface CellProblem {
  column: number;
  what:
    | 'no-name'
    | 'not-a-number'
    | 'not-a-date'
    | 'not-yes-or-no'
    | 'not-a-code'
    | 'identifier'
    | 'unknown-place'
    | 'too-long'
    | 'repeats-row';
  found: string;
  /** What would be right, where that is known; the row that is repeated. */
  expected?: string;
  /** The row is imported all the same, without this cell. */
  isCaution: boolean;
}

export interface RowMatch extends Match {
  thing: string;
  name: string;
}

export interface ImportedRow {
  row: number;
  cells: readonly string[];
  verdict: RowVerdict | null;
  problems: readonly CellProblem[];
  matches: readonly RowMatch[];
  decision: RowDecision | null;
  target: string | null;
  thing: string | null;
}

export interface ImportLine {
  id: string;
  kind: ImportKind;
  fileName: string;
  rows: number;
  judged: number;
  state: 'open' | 'applying' | 'done' | 'undoing' | 'undone';
  madeByName: string;
  madeAt: string;
  doneAt: string | null;
  undoneByName: string | null;
  undoneAt: string | null;
  undoneWhy: string | null;
}

export interface ImportPage extends ImportLine {
  columns: readonly string[];
  mapping: Mapping;
  counts: Readonly<Record<RowVerdict, number>>;
  /** Rows of each decision, and those that went to a thing. */
  decided: Readonly<Record<RowDecision | 'none' | 'applied', number>>;
}
