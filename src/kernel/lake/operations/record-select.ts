import type { Context } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { sql, trusted } from '#kernel/sql';
import { compileView, type View } from '#standards/sql-on-fhir';

/** Resources that PostgreSQL makes a view of at once; more are the lake's work. */
export const MOST_RESOURCES = 10_000;
const MOST_ROWS = 100_000;
const MOST_MS = 20_000;

const FROM = `(select value as content from json_array_elements(current_setting('banyan.resources')::json) as value)`;

/**
 * The rows of a view out of these resources, worked out by PostgreSQL: no lake is needed.
 *
 * @param contents JSON texts of resources of any types
 * @throws Problem `unprocessable` when the view cannot be made of them, `too-costly`
 */
export async function rowsOfTexts(
  ctx: Context,
  view: View,
  contents: readonly string[],
  limit = MOST_ROWS,
): Promise<{ columns: string[]; rows: Record<string, unknown>[] }> {
  if (contents.length > MOST_RESOURCES)
    throw new Problem('too-costly', 'too many resources for one question of the record: ask the lake', {
      most: MOST_RESOURCES,
    });
  const { sql: text, columns } = compileView(view, { target: 'postgresql', from: FROM });
  const names = columns.map(({ name }) => name);
  try {
    const found = await ctx.db.transaction(async (tx) => {
      await tx.run(sql`select set_config('statement_timeout', ${String(MOST_MS)}, true),
        set_config('banyan.resources', ${`[${contents.join(',')}]`}, true)`);
      return tx.rows<{ row: Record<string, unknown> }>(
        sql`select row_to_json(found) as row from (${trusted(text)}) as found limit ${Math.min(limit, MOST_ROWS) + 1}`,
      );
    });
    if (limit >= MOST_ROWS && found.length > MOST_ROWS)
      throw new Problem('too-costly', 'the question answers too many rows: set a limit or ask the lake', {
        most: MOST_ROWS,
      });
    return { columns: names, rows: found.slice(0, limit).map(({ row }) => row) };
  } catch (error) {
    const { code = '', message } = error as { code?: string; message: string };
    if (code === '57014') throw new Problem('too-costly', 'the question takes too long', {}, { cause: error });
    // What only the data can tell: several values where one is expected, a text that is no number.
    if (!/^(22|21|P0)/.test(code)) throw error;
    const issues = [{ severity: 'error' as const, code: 'processing', message }];
    throw new Problem('unprocessable', 'the view cannot be made from these resources', {}, { issues, cause: error });
  }
}
