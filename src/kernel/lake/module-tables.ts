import type { Db } from '#kernel/context';
import type { DeliveredFact } from '#kernel/outbox';
import type { Lake } from './client.ts';
import { type LakeColumn, named } from './columns.ts';
import { makeDurable } from './generations.ts';
import { MERGED_TABLE, onCluster, QUESTIONS, REPLICA } from './tables.ts';

/**
 * A table of a module in the lake, beside the views of the record. Its rows are told in the facts of the module's own transactions, so
 * that they come exactly when those are committed; a row told twice is one row, by its key.
 */
export interface LakeTable {
  name: string;
  columns: readonly LakeColumn[];
  /** What the rows are sorted by; the key that makes a row the same one again is part of it. */
  order: readonly string[];
  /** The column of time by whose month the table is cut: part of the order. */
  partition?: string;
  /** The type of facts that carry rows. */
  fact: string;
  /** Rows of a fact, by column; times as ISO 8601. */
  rows(data: unknown): TableRow[];
  /**
   * The rows that PostgreSQL keeps, a page at a time in the order of their keys: told again by a rebuild, compared by a check.
   *
   * @param after `next` of the page before
   */
  page(db: Db, after: string | undefined): Promise<TablePage>;
}

export type TableRow = Record<string, unknown>;

interface TablePage {
  rows: TableRow[];
  /** Undefined: there are no more. */
  next: string | undefined;
}

const MOST_ROWS = 20_000;

/** Where modules' tables are: they outlive generations, because PostgreSQL does not keep all of their rows. */
export const MODULES = 'banyan_modules';

/** As SQL. */
export function moduleTableName({ name }: Pick<LakeTable, 'name'>): string {
  return `${named(MODULES)}.${named(name)}`;
}

/** On a cluster each row is on the shard that its whole key says: told twice, it comes to the same one. */
export function moduleTable({ name, columns, order, partition }: LakeTable, cluster?: string): string[] {
  const on = onCluster({ cluster });
  const kept = moduleTableName({ name });
  const asked = `${named(QUESTIONS)}.${named(name)}`;
  const cut = partition === undefined ? '' : ` partition by toYYYYMM(${named(partition)})`;
  const list = columns.map(({ name: column, type, codec = 'ZSTD(1)' }) => `${named(column)} ${type} codec(${codec})`);
  const key = order.map(named).join(', ');
  const table = (place: string, engine: string) =>
    `create table if not exists ${place}${on} (${list.join(', ')}) engine = ${engine}${cut} order by (${key}) settings ${MERGED_TABLE}`;
  const view = (place: string, from: string) =>
    `create or replace view ${place}${on} as select * from ${from} final settings do_not_merge_across_partitions_select_final = 1`;
  const database = `create database if not exists ${named(MODULES)}${on}`;
  if (cluster === undefined) return [database, table(kept, 'ReplacingMergeTree'), view(asked, kept)];

  const shard = named(`${name}_shard`);
  const spread = (of: string) => `engine = Distributed(${named(cluster)}, ${named(of)}, ${shard}, cityHash64(${key}))`;
  return [
    database,
    table(`${named(MODULES)}.${shard}`, `ReplicatedReplacingMergeTree(${REPLICA})`),
    `create table if not exists ${kept}${on} as ${named(MODULES)}.${shard} ${spread(MODULES)}`,
    view(`${named(QUESTIONS)}.${shard}`, `${named(MODULES)}.${shard}`),
    `create or replace table ${asked}${on} as ${named(QUESTIONS)}.${shard} ${spread(QUESTIONS)}`,
  ];
}

export async function fillTable(lake: Lake, db: Db, table: LakeTable, facts: readonly DeliveredFact[]): Promise<void> {
  const rows = facts.flatMap(({ type, data }) => (type === table.fact ? table.rows(data) : []));
  if (rows.length === 0) return;
  await makeDurable(db);
  for (let from = 0; from < rows.length; from += MOST_ROWS)
    await insertRows(lake, moduleTableName(table), rows.slice(from, from + MOST_ROWS));
}

/** Everything that PostgreSQL keeps of it: what the lake has already stays one row. */
export async function refillTable(lake: Lake, db: Db, table: LakeTable, signal?: AbortSignal): Promise<void> {
  for await (const rows of pagesOf(db, table)) {
    signal?.throwIfAborted();
    await makeDurable(db);
    await insertRows(lake, moduleTableName(table), rows);
  }
}

export async function* pagesOf(db: Db, table: LakeTable): AsyncGenerator<TableRow[]> {
  let after: string | undefined;
  do {
    const { rows, next } = await table.page(db, after);
    if (rows.length > 0) yield rows;
    after = next;
  } while (after !== undefined);
}

/** @param name of the table, as SQL */
export async function insertRows(lake: Lake, name: string, rows: readonly TableRow[]): Promise<void> {
  const lines = rows.map((row) => `${JSON.stringify(row)}\n`);
  await lake.insert(name, lines.join(''), {
    settings: { max_partitions_per_insert_block: 0, distributed_foreground_insert: 1 },
  });
}
