/** What a printed document says, in order; how it looks is the house's. Texts come in the reader's language. */
export interface PrintedDocument {
  title: string;
  language: 'en' | 'zh';
  /** When it was made: told at the foot of each page, and the file's date. */
  at: Date;
  /** What it is about, at the foot of each page: `Alarm 3f2a…`. */
  about: string;
  blocks: readonly Block[];
}

export type Block =
  | { kind: 'heading'; text: string }
  | { kind: 'text'; text: string; isQuiet?: boolean }
  | { kind: 'facts'; facts: readonly (readonly [label: string, value: string])[] }
  | PrintedTable
  | PrintedPlot;

export interface PrintedTable {
  kind: 'table';
  columns: readonly PrintedColumn[];
  rows: readonly (readonly string[])[];
  /** Said instead of no rows. */
  empty?: string;
}

interface PrintedColumn {
  title: string;
  /** Its share of the width beside the others; 1 unless said. */
  share?: number;
  /** Numbers end where they end. */
  isEnd?: boolean;
}

/** Bars and lines over the same places of one axis, drawn as vectors. */
export interface PrintedPlot {
  kind: 'plot';
  title: string;
  labels: readonly string[];
  bars?: PrintedBars;
  lines: readonly PrintedLine[];
}

interface PrintedBars {
  name: string;
  values: readonly number[];
  /** Bars that stand out, and what they are called. */
  marked?: { name: string; which: readonly boolean[] };
}

interface PrintedLine {
  name: string;
  values: readonly (number | null)[];
  isDashed?: boolean;
}
