import type { Context, Db } from '#kernel/context';
import { tableOf } from '#kernel/fhir';
import { sql } from '#kernel/sql';
import { compileView, parseView } from '#standards/sql-on-fhir';
import { type Reach, reachOf } from './access.ts';
import type { Lake } from './client.ts';
import type { keptAs } from './columns.ts';
import { findGenerations, findKeptViews, findRefused } from './generations.ts';
import { type LakeTable, MODULES } from './module-tables.ts';
import { lakeStatus } from './status.ts';
import { builtInViews, findViews } from './views.ts';

/** A ViewDefinition as the catalogue of views tells of it. */
export interface Catalogued {
  id: string;
  version: number;
  updated: Date;
  url?: string;
  name: string;
  title?: string;
  description?: string;
  status: string;
  /** As its author numbers it. */
  edition?: string;
  resource: string;
  builtIn: boolean;
  columns: CataloguedColumn[];
  /** Whether the lake keeps its rows: `asked` is asked for and not yet begun, `refused` cannot be, with the reason. */
  kept: 'no' | 'asked' | 'building' | 'current' | 'refused';
  reason?: string;
  /** How far the caller's questions reach in it. */
  reach: readonly Reach[];
}

interface CataloguedColumn {
  name: string;
  /** FHIR type. */
  type: string;
  /** The engine's type. */
  sqlType: string;
  path?: string;
  description?: string;
}

/** A table of a module as the catalogue tells of it. */
interface CataloguedTable {
  name: string;
  title: string;
  description: string;
  columns: { name: string; type: string; description?: string }[];
  /** Whether the caller sees rows of it at all. */
  isSeen: boolean;
}

/** A table of the current generation, or of a module. */
export interface Held {
  view: string;
  /** Columns that its rows are sorted by; empty where that is its own affair. */
  order: readonly string[];
  rows: number;
  bytes: number;
  parts: number;
}

type Json = Record<string, unknown>;
type Shape = Pick<Catalogued, 'columns'>;

const MOST_VIEWS = 1_000;
/** Columns by content, because to read and compile a view takes milliseconds. */
const shapes = new Map<string, Shape>();

/** All ViewDefinitions, by name; those that are not active too. */
export async function catalogueOf(ctx: Context): Promise<Catalogued[]> {
  const rows = await ctx.db.rows<{ id: string; version: number; updated: Date; content: Json }>(sql`
    select id, version, updated, content from ${tableOf('ViewDefinition')}
    where content is not null order by content ->> 'name', updated desc, id limit ${MOST_VIEWS}
  `);
  const current = (await findGenerations(ctx.db)).find(({ state }) => state === 'current');
  const kept = await findKeptViews(ctx.db);
  const refused = new Map((await findRefused(ctx.db)).map(({ url, reason }) => [url, reason]));
  const wanted = new Set((await findViews(ctx.db)).views.map(({ url }) => url));
  const own = new Set(builtInViews().map(({ url }) => url));
  return rows.map(({ id, version, updated, content }) => {
    const { url, name, title, description, status, version: edition, resource } = content;
    const tables = kept.filter((each) => each.name === name && each.generation === current?.id);
    const reason = refused.get(String(url));
    const state = !wanted.has(String(url))
      ? 'no'
      : tables.some((table) => table.state === 'current')
        ? 'current'
        : tables.length > 0
          ? 'building'
          : 'asked';
    return {
      id,
      version,
      updated,
      ...textsOf({ url, title, description }),
      ...(typeof edition === 'string' && { edition }),
      name: String(name ?? id),
      status: String(status),
      resource: String(resource),
      builtIn: own.has(url),
      ...shapeOf(`${id}/${version}`, content),
      kept: reason === undefined ? state : 'refused',
      ...(reason !== undefined && { reason }),
      reach: reachOf(ctx, String(resource)),
    };
  });
}

/** The modules' own tables, by name. */
export function tablesFor(ctx: Pick<Context, 'actor'>, tables: readonly LakeTable[]): CataloguedTable[] {
  return tables
    .map(({ name, title, description, columns, seen }) => ({
      name,
      title,
      description,
      columns: columns.map(({ name: column, type, description: about }) => ({
        name: column,
        type,
        ...(about !== undefined && { description: about }),
      })),
      isSeen: seen(ctx) !== undefined,
    }))
    .sort((one, two) => (one.name < two.name ? -1 : 1));
}

function textsOf(texts: Record<'url' | 'title' | 'description', unknown>) {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => typeof text === 'string'));
}

function shapeOf(key: string, definition: Json): Shape {
  const known = shapes.get(key);
  if (known !== undefined) return known;
  const { view } = parseView(definition);
  const paths = new Map<string, string>();
  collectPaths(definition['select'], paths);
  const compiled = view === undefined ? [] : compileView(view, { target: 'clickhouse', from: 'x' }).columns;
  const shape = {
    columns: compiled.map((column) => ({
      name: column.name,
      type: column.collection ? `${column.type}[]` : column.type,
      sqlType: typeOf(column),
      ...(paths.has(column.name) && { path: paths.get(column.name)! }),
      ...(column.description !== undefined && { description: column.description }),
    })),
  };
  if (shapes.size >= 2 * MOST_VIEWS) shapes.clear();
  shapes.set(key, shape);
  return shape;
}

/** A type that the lake does not keep is refused where tables are made; here the view's own is told. */
function typeOf(column: Parameters<typeof keptAs>[0]): string {
  const asked = column.tags.find(({ name }) => name === 'clickhouse/type')?.value;
  return asked ?? column.sqlType;
}

/** Of columns of one name in a union, the first's. */
function collectPaths(node: unknown, into: Map<string, string>): void {
  if (Array.isArray(node)) for (const each of node) collectPaths(each, into);
  if (typeof node !== 'object' || node === null) return;
  const { column = [], select, unionAll } = node as { column?: Json[]; select?: unknown; unionAll?: unknown };
  for (const { name, path } of column)
    if (typeof name === 'string' && typeof path === 'string' && !into.has(name)) into.set(name, path);
  collectPaths(select, into);
  collectPaths(unionAll, into);
}

/** Addresses of the views that may stand in SQL, by name; of several of one name, the one that changed last. */
export async function viewAddresses(db: Db): Promise<Map<string, string>> {
  const rows = await db.rows<{ id: string; name: string }>(sql`
    select id, content ->> 'name' as name from ${tableOf('ViewDefinition')}
    where content is not null and content ->> 'status' = 'active' and content ->> 'name' ~ '^[A-Za-z][A-Za-z0-9_]*$'
    order by updated, id limit ${MOST_VIEWS}
  `);
  return new Map(rows.map(({ id, name }) => [name, `ViewDefinition/${id}`]));
}

/** How the lake is, with what it holds by view and order instead of by table. */
export async function lakeOverview(lake: Lake, db: Db, modules: readonly LakeTable[]) {
  const { tables, ...status } = await lakeStatus(lake, db);
  const current = status.generations.find(({ state }) => state === 'current');
  const kept = (await findKeptViews(db)).filter(({ generation }) => generation === current?.id);
  const { views } = await findViews(db);
  const held = tables.flatMap(({ database, table, rows, bytes, parts }): Held[] => {
    if (database === current?.database && table === 'resource')
      return [{ view: 'resource', order: ['type', 'part', 'id'], rows, bytes, parts }];
    const own = modules.find(({ name }) => name === table);
    if (database === MODULES || (database === current?.database && own !== undefined))
      return [{ view: table, order: own?.order ?? [], rows, bytes, parts }];
    const of = kept.find((each) => database === current?.database && each.kept.includes(table));
    if (of === undefined) return [];
    const view = views.find(({ name, hash }) => name === of.name && hash === of.hash);
    return [{ view: of.name, order: view?.orders[of.kept.indexOf(table)] ?? [], rows, bytes, parts }];
  });
  return { ...status, held };
}
