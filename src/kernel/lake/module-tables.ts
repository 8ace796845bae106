import type { Context, Db, Sql } from '#kernel/context';
import type { DeliveredFact } from '#kernel/outbox';
import type { Lake } from './client.ts';
import { type LakeColumn, named } from './columns.ts';
import { makeDurable } from './generations.ts';
import { MERGED_TABLE, onCluster, type Placement, QUESTIONS, REPLICA, table } from './tables.ts';

/**
 * A table of a module in the lake, beside the views of the record. Its rows are told by facts of the module's own transactions, so
 * that they come exactly when those are committed; a row told twice is one row, by its key.
 */
export interface LakeTable {
  name: string;
  title: string;
  /** What a row is. */
  description: string;
  columns: readonly LakeColumn[];
  /** What the rows are sorted by; the key that makes a row the same one again is part of it. */
  order: readonly string[];
  /** The column of time by whose month the table is cut: part of the order. */
  partition?: string;
  /** A column that grows with each change of a row: of one key the row with the largest stays. Without it no row ever changes. */
  version?: string;
  /**
   * PostgreSQL keeps every row for good: the table is made anew with each generation, and a check finds what only the lake has. Other
   * tables outlive generations.
   */
  isWhole: boolean;
  /** The types of facts that tell of rows. */
  facts: readonly string[];
  /** Rows that these facts tell of, by column: as they carry them, or as PostgreSQL says now. Times are ISO 8601. */
  rows(db: Db, facts: readonly DeliveredFact[]): AsyncIterable<readonly TableRow[]>;
  /**
   * The rows that PostgreSQL keeps, a page at a time in the order of their keys: told again by a rebuild, compared by a check.
   *
   * @param after `next` of the page before
   */
  page(db: Db, after: string | undefined): Promise<TablePage>;
  /** The rows that the actor may see, as a predicate over the columns; undefined: none at all. `rowsByAct` makes it of a permission. */
  seen(ctx: Pick<Context, 'actor'>): Sql | undefined;
}

export type TableRow = Record<string, unknown>;

interface TablePage {
  rows: TableRow[];
  /** Undefined: there are no more. */
  next: string | undefined;
}

const MOST_ROWS = 20_000;

/** Where tables are of which PostgreSQL does not keep all rows. */
export const MODULES = 'banyan_modules';

/** How a stored question refers to the table, as it does to a view by its canonical address. */
export function addressOf({ name }: Pick<LakeTable, 'name'>): string {
  return `https://banyan.health/fhir/LakeTable/${name}`;
}

/** The database of the engine that has the table. */
export function databaseOf({ isWhole }: Pick<LakeTable, 'isWhole'>, generation: string): string {
  return isWhole ? generation : MODULES;
}

/** On a cluster each row is on the shard that its whole key says: told twice, it comes to the same one. */
export function makeModuleTable(place: Placement, { name, columns, order, partition, version }: LakeTable): string[] {
  const on = onCluster(place);
  const cut = partition === undefined ? '' : ` partition by toYYYYMM(${named(partition)})`;
  const list = columns.map(({ name: column, type, codec = 'ZSTD(1)' }) => `${named(column)} ${type} codec(${codec})`);
  const newest = version === undefined ? [] : [named(version)];
  const make = (as: string, engine: string) =>
    `create table if not exists ${table(place, as)}${on} (${list.join(', ')}) engine = ${engine}${cut} order by (${keyOf(order)}) settings ${MERGED_TABLE}`;
  const database = `create database if not exists ${named(place.database)}${on}`;
  if (place.cluster === undefined) return [database, make(name, `ReplacingMergeTree(${newest})`)];
  return [
    database,
    make(`${name}_shard`, `ReplicatedReplacingMergeTree(${[REPLICA, ...newest].join(', ')})`),
    `create table if not exists ${table(place, name)}${on} as ${table(place, `${name}_shard`)} ${spread(place.cluster, place.database, `${name}_shard`, order)}`,
  ];
}

/** What people ask of the table. */
export function askModuleTable(place: Placement, { name, order }: LakeTable): string[] {
  const on = onCluster(place);
  const view = (as: string) =>
    `create or replace view ${named(QUESTIONS)}.${named(as)}${on} as select * from ${table(place, as)} final settings do_not_merge_across_partitions_select_final = 1`;
  if (place.cluster === undefined) return [view(name)];
  const shard = `${name}_shard`;
  return [
    view(shard),
    `create or replace table ${named(QUESTIONS)}.${named(name)}${on} as ${named(QUESTIONS)}.${named(shard)} ${spread(place.cluster, QUESTIONS, shard, order)}`,
  ];
}

function spread(cluster: string, database: string, of: string, order: readonly string[]): string {
  return `engine = Distributed(${named(cluster)}, ${named(database)}, ${named(of)}, cityHash64(${keyOf(order)}))`;
}

/** As SQL. */
export function keyOf(order: readonly string[]): string {
  return order.map(named).join(', ');
}

/** Brings the rows that facts tell of to the table of every generation. */
export async function fillTable(
  lake: Lake,
  { db, tx, generations }: { db: Db; tx: Db; generations: readonly string[] },
  each: LakeTable,
  facts: readonly DeliveredFact[],
): Promise<void> {
  const mine = facts.filter(({ type }) => each.facts.includes(type));
  if (mine.length === 0) return;
  const databases = new Set(generations.map((generation) => databaseOf(each, generation)));
  for await (const rows of each.rows(tx, mine)) {
    await makeDurable(db);
    for (const database of databases)
      for (let from = 0; from < rows.length; from += MOST_ROWS)
        await insertRows(lake, table({ database }, each.name), rows.slice(from, from + MOST_ROWS));
  }
}

/** Everything that PostgreSQL keeps of it, into one generation: what the lake has already stays one row. */
export async function refillTable(
  lake: Lake,
  db: Db,
  { each, generation, signal }: { each: LakeTable; generation: string; signal: AbortSignal | undefined },
): Promise<void> {
  for await (const rows of pagesOf(db, each)) {
    signal?.throwIfAborted();
    await makeDurable(db);
    await insertRows(lake, table({ database: databaseOf(each, generation) }, each.name), rows);
  }
}

async function* pagesOf(db: Db, each: LakeTable): AsyncGenerator<TableRow[]> {
  let after: string | undefined;
  do {
    const { rows, next } = await each.page(db, after);
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
