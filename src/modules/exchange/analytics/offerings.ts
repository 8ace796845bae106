import type { Context } from '#kernel/context';
import { describe, type Lake, questionOfText, viewAddresses } from '#kernel/lake';
import { Problem } from '#kernel/problem';
import type { Candidate, CandidateColumn, Cell, OfferingQuery } from '../model.ts';
import { plainColumn } from '../rules/gate/index.ts';

/** Rows of a candidate at the most. */
const MOST_CANDIDATE_ROWS = 1_000_000;
const ASK_MS = 300_000;

interface Produced {
  candidate: Candidate;
  /** Columns as the engine calls them, those that the definition does not name too. */
  found: { name: string; type: string }[];
  views: string[];
  more: boolean;
}

/**
 * What the lake gives for a definition: its SQL over the rows that the actor may see, cut to the columns that it names. Where there are
 * more rows than wanted, the first of them.
 *
 * @throws Problem `forbidden`, `invalid`, `unprocessable` where a column is missing or no plain value
 */
export async function ask(
  ctx: Context,
  lake: Lake,
  { query, columns }: { query: OfferingQuery; columns: readonly CandidateColumn[] },
  { signal, mostRows = MOST_CANDIDATE_ROWS }: { signal?: AbortSignal; mostRows?: number } = {},
): Promise<Produced> {
  const views = await viewAddresses(ctx.db);
  const { question, tables } = await questionOfText(ctx, lake, query.sql, query.parameters, {
    views,
    own: [],
    types: new Map(query.parameters.map(({ name, type }) => [name, type])),
    limit: mostRows + 1,
  });
  const options = { actor: ctx.actor.id, timeoutMs: ASK_MS, ...(signal !== undefined && { signal }) };
  const found = await describe(lake, question, options);
  const names = new Set(found.map(({ name }) => name));
  const absent = columns.filter(({ name }) => !names.has(name)).map(({ name }) => name);
  if (absent.length > 0)
    throw new Problem('unprocessable', 'the question does not answer a column that the offering names', { absent });
  const rows = await lake.rows<Record<string, unknown>>(question, {
    ...options,
    mostRows: mostRows + 1,
    settings: { date_time_output_format: 'iso' },
  });
  const wanted = columns.map(({ name }) => name);
  return {
    candidate: {
      columns: columns.map(plainColumn),
      rows: rows.slice(0, mostRows).map((row) => wanted.map((name) => cellOf(row[name], name))),
    },
    found: found.map(({ name, type }) => ({ name, type })),
    views: [...tables.keys()].sort(),
    more: rows.length > mostRows,
  };
}

function cellOf(value: unknown, column: string): Cell {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number') return value;
  if (typeof value === 'boolean') return String(value);
  throw new Problem('unprocessable', 'a column is no plain value: make it text or a number', { column });
}
