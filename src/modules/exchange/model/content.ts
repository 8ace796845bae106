import type { Words } from './parties.ts';

export const COLUMN_TYPES = ['text', 'integer', 'decimal', 'date', 'code'] as const;
type ColumnType = (typeof COLUMN_TYPES)[number];

/**
 * What a column is to the release gate: it names a person (never leaves), may single one out together with others, is what
 * must not be learnt of a person, is nothing of these, is a sum, is how many persons a row stands for, or a weight.
 */
export const COLUMN_ROLES = ['identifier', 'quasi', 'sensitive', 'plain', 'measure', 'count', 'weight'] as const;
type ColumnRole = (typeof COLUMN_ROLES)[number];

export interface CandidateColumn {
  name: string;
  label: Words;
  type: ColumnType;
  role: ColumnRole;
  /** Name of a generalisation hierarchy of the gate. */
  hierarchy?: string;
  /** UCUM. */
  unit?: string;
}

export type Cell = string | number | null;

/** What a version would hold if it were released as the lake gives it: for the gate's eyes only. */
export interface Candidate {
  columns: CandidateColumn[];
  rows: Cell[][];
}
