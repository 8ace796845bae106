/**
 * SQL-on-FHIR v2 views over R4: a ViewDefinition, whose columns are FHIRPath, becomes one query for ClickHouse or PostgreSQL. Pure.
 *
 *     ViewDefinition --parse.ts--> View --plan.ts, meaning.ts--> typed algebra --clickhouse.ts or postgresql.ts--> SQL
 *
 * - `parseView(json)`: everything that can be known to be wrong with a view, each with its place. Warnings do not hinder it: an element
 *   that R4 does not have is always empty, as the specification's own tests want.
 * - `compileView(view, options)`: the query and its columns. What only the data can tell is an error of the query while it runs: more
 *   than one value for a column that is no collection, or where FHIRPath needs a single one.
 * - `losslessJson(text)`: JSON for ClickHouse, whose reader makes doubles of numbers: those that would lose digits become texts.
 *   Store resources so before ClickHouse reads them. PostgreSQL needs no such thing. `elementJson` turns an element back.
 *
 * Understood: all of the view's structure (forEach, forEachOrNull, repeat, unionAll, nested selects, where, constants of every type,
 * collections, %rowIndex); literals and operators of FHIRPath but the addition to dates; where select repeat exists empty not all
 * allTrue anyTrue allFalse anyFalse count distinct isDistinct hasValue ofType as is first last single tail skip take union combine
 * intersect exclude subsetOf supersetOf iif extension getResourceKey getReferenceKey join startsWith endsWith contains matches
 * matchesFull indexOf replace replaceMatches upper lower trim length substring toX convertsToX abs ceiling floor truncate round sqrt
 * exp ln power lowBoundary highBoundary; $this $index %resource %context %ucum. How unclear places are read: docs/readings/sql-on-fhir.md.
 */

export { type CompileOptions, compileView } from './compile.ts';
export { elementJson, losslessJson } from './lossless.ts';
export type { Column, View, ViewIssue } from './model.ts';
export { parseView } from './parse.ts';
