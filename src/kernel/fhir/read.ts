import { recordRead, visible } from '#kernel/access';
import type { Context, Sql } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { all, sql } from '#kernel/sql';
import { parseFhirJson } from '#standards/fhir';
import { hashText } from './hash.ts';
import { isRow, ROW, type Row, type Stored } from './store.ts';
import { tableOf } from './tables.ts';
import { inCompartment } from './tokens.ts';
import type { Resource } from './write.ts';

/** The newest version. @throws Problem `not-found` also when the actor may not see it, `gone` when it was deleted */
export async function read(ctx: Context, type: string, id: string): Promise<Stored> {
  const row = await find(ctx, type, id);
  if (row === undefined) throw absent(type, id);
  if (row.content === null) throw new Problem('gone', 'the resource was deleted', { type, id, version: row.version });
  await recordSeen(ctx, `${type}/${id}`, [row]);
  return row;
}

/** The newest version as an object. */
export async function load<T extends object = Resource>(ctx: Context, type: string, id: string): Promise<T> {
  const { content } = await read(ctx, type, id);
  return parseFhirJson(content!) as T;
}

/** The newest version, deleted or not; nothing when there is none or the actor may not see it. */
export async function find(ctx: Context, type: string, id: string): Promise<Row | undefined> {
  const row = await ctx.db.maybe<Omit<Row, 'type'>>(sql`
    select ${ROW} from ${tableOf(type)} as r where ${isRow(type, id)} and ${visible(ctx, type, 'r')}
  `);
  return row && { ...row, type };
}

export interface CurrentAsk {
  /** Only resources in the compartment of one of these patients. */
  patients?: readonly string[];
  /** Only what changed after this instant. */
  since?: Date;
  limit: number;
}

/** The texts of the newest versions of a type that the actor may see, in the order of their ids; the caller notes the reading. */
export async function readCurrent(
  ctx: Context,
  type: string,
  { patients, since, limit }: CurrentAsk,
): Promise<string[]> {
  const terms = [sql`r.content is not null`, visible(ctx, type, 'r')];
  if (patients !== undefined) {
    const tokens = patients.map((patient) => hashText(inCompartment(patient)));
    terms.push(sql`r.tokens && ${tokens}::bigint[]`, sql`r.patients && ${patients}::text[]`);
  }
  if (since !== undefined) terms.push(sql`r.updated > ${since}`);
  const rows = await ctx.db.rows<{ content: string }>(sql`
    select r.content::text as content from ${tableOf(type)} as r where ${all(terms)} order by r.part, r.id limit ${limit}
  `);
  return rows.map(({ content }) => content);
}

/** A certain version. @throws Problem `not-found`, `gone` */
export async function readVersion(ctx: Context, type: string, id: string, version: number): Promise<Stored> {
  const [row] = await findVersions(ctx, type, sql`${isRow(type, id)}`, sql`r.version = ${version}`, 1);
  if (row === undefined) throw absent(type, id);
  if (row.content === null) throw new Problem('gone', 'the resource was deleted', { type, id, version });
  await recordSeen(ctx, `${type}/${id}`, [row]);
  return row;
}

export interface HistoryAsk {
  type?: string;
  id?: string;
  /** Only versions that came at this time or later. */
  since?: Date;
  /** Only versions that were there at this time or before. */
  until?: Date;
  count: number;
  /** The last version of the page before. */
  after?: HistoryKey;
}

export interface HistoryKey {
  updated: Date;
  type: string;
  id: string;
  version: number;
}

/** The versions of a resource, a type or everything, newest first. */
export async function history(ctx: Context, ask: HistoryAsk, types: readonly string[]): Promise<Stored[]> {
  const { id, since, until, count, after } = ask;
  const terms: Sql[] = [];
  if (since !== undefined) terms.push(sql`r.updated >= ${since}`);
  if (until !== undefined) terms.push(sql`r.updated <= ${until}`);
  if (after !== undefined) terms.push(sql`r.updated <= ${after.updated}`);
  const found: Row[] = [];
  for (const type of types) {
    const beyond = after === undefined ? [] : [beyondKey(type, after)];
    const rows = await findVersions(
      ctx,
      type,
      id === undefined ? sql`true` : isRow(type, id),
      all([...terms, ...beyond]),
      count,
    );
    found.push(...rows);
  }
  found.sort(newestFirst);
  const page = found.slice(0, count);
  if (id !== undefined && page.length === 0 && after === undefined && (await find(ctx, ask.type!, id)) === undefined)
    throw absent(ask.type!, id);
  await recordSeen(ctx, [ask.type, id, '_history'].filter((part) => part !== undefined).join('/'), page);
  return page;
}

/** Rows after the key in the order updated descending, type, id, version descending. */
function beyondKey(type: string, after: HistoryKey): Sql {
  if (type > after.type) return sql`true`;
  const later = sql`r.updated < ${after.updated}`;
  if (type < after.type) return later;
  return sql`(${later} or r.id > ${after.id} or (r.id = ${after.id} and r.version < ${after.version}))`;
}

function newestFirst(one: Row, other: Row): number {
  return (
    other.updated.getTime() - one.updated.getTime() ||
    compare(one.type, other.type) ||
    compare(one.id, other.id) ||
    other.version - one.version
  );
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Of one type, from the newest versions and the older ones. */
async function findVersions(ctx: Context, type: string, where: Sql, terms: Sql, limit: number): Promise<Row[]> {
  const may = visible(ctx, type, 'r');
  const order = sql`order by r.updated desc, r.id collate "C", r.version desc limit ${limit}`;
  const rows = await ctx.db.rows<Omit<Row, 'type'>>(sql`
    (select ${ROW} from ${tableOf(type)} as r where ${where} and ${terms} and ${may} ${order})
    union all
    (select ${ROW} from fhir.history as r where r.type = ${type} and ${where} and ${terms} and ${may} ${order})
  `);
  return rows
    .map((row) => ({ ...row, type }))
    .sort(newestFirst)
    .slice(0, limit);
}

function absent(type: string, id: string): Problem {
  return new Problem('not-found', 'there is no such resource', { type, id });
}

/** Persons whose data were shown are named in the audit trail, once for each request. */
export async function recordSeen(
  ctx: Context,
  subject: string,
  rows: readonly Pick<Row, 'patients'>[],
  act = 'fhir.read',
): Promise<void> {
  const patients = [...new Set(rows.flatMap((row) => row.patients))];
  if (patients.length > 0) await recordRead(ctx, { act, subject, patients });
}
