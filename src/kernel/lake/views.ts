import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Context, Db } from '#kernel/context';
import { tableOf, writeAll } from '#kernel/fhir';
import { Problem } from '#kernel/problem';
import { sql } from '#kernel/sql';
import { compileView, parseView, type View } from '#standards/sql-on-fhir';
import { keptAs } from './columns.ts';

/**
 * How a ViewDefinition says, by extension, what the lake does with it:
 *
 * - materialized (boolean): rows are kept in a table of the lake, up to date with the record.
 * - order (string, repeated): columns that the rows are sorted by, with commas between; each further order is one more copy.
 * - partition (string): the column of time by whose year the table is cut; it is in every order.
 * - about (canonical), about-columns (string): a view on Patient, and those of its columns that come along in each row, for the
 *   row's patient, kept right when the patient changes. They are never part of an order.
 */
const EXTENSION = 'https://banyan.health/fhir/StructureDefinition/lake-';

/** A ViewDefinition whose rows the lake keeps. */
export interface LakeView {
  name: string;
  url: string;
  /** Type of the resources it reads. */
  resource: string;
  view: View;
  /** As it stands in the definition: what its columns are made from. */
  select: unknown;
  orders: readonly (readonly string[])[];
  partition?: string;
  about?: { person: LakeView; columns: readonly string[] };
  /** Of everything that shapes the tables: another hash is another table. */
  hash: string;
}

/** Raised when the tables change their shape although no view did: all are then made anew. */
export const LAYOUT = 2;

const BUILT_IN = fileURLToPath(new URL('../../../facts/views', import.meta.url));

/** The ViewDefinitions that come with Banyan. */
export function builtInViews(): Record<string, unknown>[] {
  return readdirSync(BUILT_IN)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => JSON.parse(readFileSync(`${BUILT_IN}/${file}`, 'utf8')) as Record<string, unknown>);
}

/** Puts the views that come with Banyan into the record, where everybody finds them; a changed file becomes a new version. */
export async function storeBuiltInViews(ctx: Context): Promise<void> {
  const resources = builtInViews().map((definition) => ({
    ...definition,
    // An id has no low lines.
    id: String(definition['name']).replaceAll('_', '-'),
  }));
  await ctx.db.transaction((tx) => writeAll(ctx, tx, resources));
}

/** A definition that asks to be materialised and cannot be. */
export interface RefusedView {
  url: string;
  reason: string;
}

/** At the most so many views are kept: each takes part in every batch. */
const MOST_VIEWS = 200;

/** The built-in views, and those of the record, which come first where both have one address. */
export async function findViews(db: Db): Promise<{ views: LakeView[]; refused: RefusedView[] }> {
  const stored = await db.rows<{ content: Record<string, unknown> }>(sql`
    select content from ${tableOf('ViewDefinition')}
    where content is not null and content ->> 'url' is not null
    order by updated desc, id limit 10000
  `);
  const byUrl = new Map<string, Record<string, unknown>>();
  for (const { content } of stored) if (!byUrl.has(String(content['url']))) byUrl.set(String(content['url']), content);
  for (const definition of builtInViews()) {
    const url = String(definition['url']);
    if (!byUrl.has(url)) byUrl.set(url, definition);
  }
  return readViews([...byUrl.values()]);
}

/** The views that are active and ask to be materialised, in the order of their names; and why others cannot be. */
export function readViews(definitions: readonly Record<string, unknown>[]): {
  views: LakeView[];
  refused: RefusedView[];
} {
  const byUrl = new Map(definitions.map((definition) => [String(definition['url']), definition]));
  const views = new Map<string, LakeView>();
  const refused: RefusedView[] = [];
  const wanted = definitions
    .filter((each) => each['status'] === 'active' && isMaterialized(each))
    .sort((a, b) => (String(a['name']) < String(b['name']) ? -1 : 1));
  for (const definition of wanted) {
    const url = String(definition['url']);
    try {
      const view = readView(definition, byUrl);
      if (views.has(view.name)) throw new Problem('invalid', 'another view has this name');
      if (views.size === MOST_VIEWS) throw new Problem('invalid', 'the lake keeps no more views', { most: MOST_VIEWS });
      views.set(view.name, view);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      refused.push({ url, reason: [error.message, ...error.issues.map(({ message }) => message)].join(': ') });
    }
  }
  return { views: [...views.values()], refused };
}

const NAME = /^[a-z][a-z0-9_]{0,60}$/;
/** Names that the lake itself uses beside the views'. */
const TAKEN: ReadonlySet<string> = new Set(['inbox', 'changed', 'resource']);

/**
 * Reads a ViewDefinition with what it says about the lake.
 *
 * @param byUrl other definitions, for what it is about
 * @throws Problem `invalid` with an issue for each thing that is wrong
 */
function readView(definition: Record<string, unknown>, byUrl: ReadonlyMap<string, Record<string, unknown>>): LakeView {
  const { view, issues } = parseView(definition);
  if (view === undefined) throw new Problem('invalid', 'the ViewDefinition cannot be used', {}, { issues });
  const name = String(definition['name'] ?? '');
  const resource = String(definition['resource']);
  if (!NAME.test(name) || TAKEN.has(name))
    throw new Problem('invalid', 'a view of the lake has a name of small letters, digits and low lines', { name });
  // A type or codec that cannot be is told here, before any table is made.
  const kept = compileView(view, { target: 'clickhouse', from: 'x' }).columns.map(keptAs);
  const columns = new Set(columnNames(definition));
  const orders = extensions(definition, 'order', 'valueString').map(listOf);
  for (const { name: column, type, prefix } of kept) {
    if (prefix === undefined) continue;
    const before = kept.find((other) => other.name === prefix);
    const areTexts =
      before?.prefix === undefined && [type, before?.type].every((each) => /^(Nullable\()?String\)?$/.test(each ?? ''));
    if (!areTexts || orders.flat().includes(column))
      throw new Problem('invalid', 'a prefix is a column of texts, of another one that the view is not sorted by', {
        name,
        column,
      });
  }
  const [partition] = extensions(definition, 'partition', 'valueString').map(String);
  for (const column of [...orders.flat(), ...(partition === undefined ? [] : [partition])]) {
    if (!columns.has(column))
      throw new Problem('invalid', 'a view is sorted and cut by columns of its own', { name, column });
  }
  if (partition !== undefined && !orders.every((order) => order.includes(partition)))
    throw new Problem('invalid', 'the column that a table is cut by is part of each order', { name, partition });
  if (orders.length > 4) throw new Problem('invalid', 'a view has four orders at the most', { name });
  const about = aboutOf(definition, byUrl);
  const hash = createHash('sha256')
    .update(JSON.stringify([LAYOUT, definition['extension'], resource, definition['constant'], definition['select']]))
    .update(JSON.stringify([definition['where'], about?.person.hash]))
    .digest('hex')
    .slice(0, 12);
  return {
    name,
    url: String(definition['url']),
    resource,
    view,
    select: definition['select'],
    orders: orders.length === 0 ? [[]] : orders,
    ...(partition === undefined ? {} : { partition }),
    ...(about === undefined ? {} : { about }),
    hash,
  };
}

function aboutOf(
  definition: Record<string, unknown>,
  byUrl: ReadonlyMap<string, Record<string, unknown>>,
): LakeView['about'] {
  const [canonical] = extensions(definition, 'about', 'valueCanonical');
  if (canonical === undefined) return undefined;
  const person = byUrl.get(String(canonical));
  if (person?.['resource'] !== 'Patient')
    throw new Problem('invalid', 'a view is about persons: name a view on Patient', { about: canonical });
  const shape = JSON.stringify([person['select'], person['where'] ?? []]);
  if (
    extensions(person, 'about', 'valueCanonical').length > 0 ||
    /"(forEach|forEachOrNull|repeat|unionAll)":/.test(shape) ||
    Array.isArray(person['where'])
  )
    throw new Problem('invalid', 'a view that others are about has exactly one row for each person', {
      about: canonical,
    });
  const columns = listOf(extensions(definition, 'about-columns', 'valueString')[0] ?? '');
  const own = new Set(columnNames(definition['select']));
  const theirs = new Set(columnNames(person['select']));
  for (const column of columns) {
    if (!theirs.has(column) || own.has(column))
      throw new Problem(
        'invalid',
        'this is no column of the view on Patient, or the view has one of that name itself',
        { column },
      );
  }
  return { person: readView(person, byUrl), columns };
}

/** What stands between the commas. */
function listOf(text: unknown): string[] {
  return String(text)
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

/** Whether a definition asks the lake to keep its rows. */
export function isMaterialized(definition: Record<string, unknown>): boolean {
  return extensions(definition, 'materialized', 'valueBoolean')[0] === true;
}

function extensions(definition: Record<string, unknown>, name: string, value: string): unknown[] {
  const list = Array.isArray(definition['extension']) ? (definition['extension'] as Record<string, unknown>[]) : [];
  return list.filter(({ url }) => url === `${EXTENSION}${name}`).map((each) => each[value]);
}

/** Names of columns at any depth of `select`. */
function columnNames(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(columnNames);
  if (typeof node !== 'object' || node === null) return [];
  const { column, select, unionAll } = node as Record<string, unknown>;
  const own = Array.isArray(column) ? column.map(({ name }: { name: unknown }) => String(name)) : [];
  return [...own, ...columnNames(select), ...columnNames(unionAll)];
}
