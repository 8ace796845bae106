import { clickhouse } from './clickhouse.ts';
import type { Column, View } from './model.ts';
import { planOf } from './plan.ts';
import { postgresql } from './postgresql.ts';

export interface CompileOptions {
  target: 'clickhouse' | 'postgresql';
  /** SQL of a relation that holds one resource a row: the name of a table, or a query in parentheses. */
  from: string;
  /** Its column with the JSON: String in ClickHouse; json, jsonb or text in PostgreSQL. `content` when absent. */
  content?: string;
  /** Columns of `from` put into every row as they are. */
  carry?: readonly string[];
  /** When given, a column of that name with the row's number within its resource, from 0. */
  rowNumber?: string;
  /** ClickHouse: leave every element JSON text rather than extract typed tuples; the same rows, slower. */
  generic?: boolean;
}

/** The query that makes a view's rows: `carry`, the view's columns in its order, `rowNumber`. */
export function compileView(view: View, options: CompileOptions): { sql: string; columns: readonly Column[] } {
  const { target, from, content = 'content', carry = [], rowNumber, generic } = options;
  const plan = planOf(view, ({ severity, message }) => {
    if (severity === 'error') throw new TypeError(`the view did not pass parseView: ${message}`);
  });
  if (generic) plan.doc.shape.raw = true;
  const dialect = { clickhouse, postgresql }[target];
  const sql = dialect.statement(plan, { from, content, carry, ...(rowNumber !== undefined && { rowNumber }) });
  const columns = plan.slots.map((slot) => ({
    name: slot.source.name,
    type: slot.type === '' ? 'string' : slot.type,
    collection: slot.source.collection,
    sqlType: dialect.sqlType(slot),
    ...(slot.source.description !== undefined && { description: slot.source.description }),
    tags: slot.source.tags,
  }));
  return { sql, columns };
}
