import type { Decision, Fault, Field, Logic } from '#standards/dmn';
import type { Note } from '#standards/feel';

export type { Field, Logic, Note };

export interface DecisionLine {
  id: string;
  name: string;
  version: number;
  example: boolean;
  changedAt: string;
}

export interface DecisionVersion {
  version: number;
  hash: string;
  words: string;
  madeByName: string;
  madeAt: string;
}

export interface DrawnElement {
  key: string;
  name: string;
  kind: 'input' | 'decision' | 'knowledge' | 'service';
  /** Keys of what it needs. */
  needs: string[];
  question?: Decision['question'];
  type?: string;
  logic?: Logic;
}

/** A model as it is drawn and asked. */
export interface DrawnModel {
  name: string;
  inputs: readonly Field[];
  elements: DrawnElement[];
  /** Expressions that cannot be read; they are null whenever they are evaluated. */
  faults: readonly Fault[];
}

export interface DecisionPage extends DecisionLine {
  /** The version that is shown. */
  shown: number;
  versions: DecisionVersion[];
  model: DrawnModel;
  mayWrite: boolean;
}

export interface TableTrial {
  element: string;
  inputs: string[];
  /** From 0. */
  matched: number[];
}

export interface Trial {
  version: number;
  /** Dates, times, durations and ranges as their texts. */
  results: { name: string; value: unknown }[];
  notes: readonly Note[];
  tables: TableTrial[];
  steps: number;
}
