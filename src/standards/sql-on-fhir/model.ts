import type { Ast } from '#standards/fhirpath';

export interface ViewIssue {
  severity: 'error' | 'warning';
  /** A FHIR issue type: `structure`, `required`, `value`, `invalid`, `duplicate`, `not-supported`, `too-costly`, `not-found`. */
  code: string;
  message: string;
  /** FHIRPath of the place in the ViewDefinition. */
  expression: string;
}

/** A column of the rows that a compiled view makes. */
export interface Column {
  name: string;
  /** FHIR type, e.g. decimal, string, dateTime. */
  type: string;
  collection: boolean;
  /** In the words of the target. */
  sqlType: string;
  description?: string;
  tags: { name: string; value: string }[];
}

/** A ViewDefinition that was read and found sound. Made by `parseView` only. */
export interface View {
  name?: string;
  /** The resource type whose resources make rows. */
  resource: string;
  constants: readonly Constant[];
  select: readonly Select[];
  where: readonly Path[];
}

export interface Constant {
  name: string;
  /** FHIR type. */
  type: string;
  text: string;
}

export interface Path {
  ast: Ast;
  /** FHIRPath of the place in the ViewDefinition. */
  at: string;
}

export interface Select {
  at: string;
  columns: readonly ColumnSource[];
  /** What each row is made from: the items of a path, or of paths followed again and again. */
  unrolled?: { how: 'forEach' | 'forEachOrNull' | 'repeat'; paths: readonly Path[] };
  selects: readonly Select[];
  unionAll: readonly Select[];
}

export interface ColumnSource extends Path {
  name: string;
  /** FHIR type as the view says it, when it does. */
  type?: string;
  collection: boolean;
  description?: string;
  tags: { name: string; value: string }[];
}
