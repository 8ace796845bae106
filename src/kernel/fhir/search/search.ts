import type { Context, Sql } from '#kernel/context';
import { type Issue, Problem } from '#kernel/problem';
import { all, join, sql, trusted } from '#kernel/sql';
import { recordSeen } from '../read.ts';
import { ROW, type Row } from '../store.ts';
import { tableOf } from '../tables.ts';
import { type Ask, type AskOptions, readAsk } from './ask.ts';
import { conditionsOf, hasValue, type Place, shown } from './conditions.ts';
import { includeAll } from './include.ts';
import { beyond, type Cursor, type Key, keysOf, leaderOf, orderOf, readCursor, writeCursor } from './order.ts';

/** A page of a search. */
export interface SearchPage {
  matches: Row[];
  /** What `_include` and `_revinclude` added. */
  included: Row[];
  total?: number;
  /** The key of the next page, for `_cursor`; absent on the last. */
  next?: string;
  /** What was left out, and why. */
  issues: Issue[];
  ask: Ask;
}

export interface SearchOptions extends AskOptions {
  /** The address of this store, to know references to itself. */
  base?: string;
  /** Only what belongs to these conditions too, such as a compartment. */
  within?: (alias: string) => Sql;
}

/** Rows counted for `_total=estimate` at the most. */
const MOST_ESTIMATE = 10_000;

/** Searches one type. @throws Problem `invalid`, `too-costly` */
export function search(
  ctx: Context,
  type: string,
  params: URLSearchParams | string,
  options: SearchOptions = {},
): Promise<SearchPage> {
  return searchTypes(ctx, [type], new URLSearchParams(params), options);
}

/** Searches several types, one after the other in the order given; the page may hold resources of many. */
export async function searchTypes(
  ctx: Context,
  types: readonly string[],
  params: URLSearchParams,
  options: SearchOptions = {},
): Promise<SearchPage> {
  const asks = types.map((type) => readAsk(type, params, options));
  const [ask] = asks;
  if (ask === undefined) throw new Problem('invalid', 'there is no type to search');
  const question = questionOf(types, params);
  const cursor = ask.cursor === undefined ? undefined : readCursor(ask.cursor, question);
  const page: SearchPage = { matches: [], included: [], issues: ask.ignored, ask };
  try {
    await fill(ctx, page, asks, cursor, options, question);
  } catch (error) {
    if ((error as { code?: string }).code !== QUERY_CANCELED) throw error;
    throw new Problem('too-costly', 'the search took too long: narrow it', {}, { cause: error });
  }
  await recordSeen(ctx, `${types.length === 1 ? types[0] : ''}?`, [...page.matches, ...page.included], 'fhir.searched');
  return page;
}

const QUERY_CANCELED = '57014';

async function fill(
  ctx: Context,
  page: SearchPage,
  asks: readonly Ask[],
  cursor: Cursor | undefined,
  options: SearchOptions,
  question: string,
): Promise<void> {
  const { count, countOnly, total } = page.ask;
  const start = cursor === undefined ? 0 : asks.findIndex(({ type }) => type === cursor.type);
  const prepared = new Map<Ask, { place: Place; where: Sql }>();
  const prepare = async (ask: Ask) => {
    const place: Place = { ctx, type: ask.type, alias: 'r', ...(options.base !== undefined && { base: options.base }) };
    const conditions = await conditionsOf(place, ask.criteria);
    const where = all([...shown(place), ...conditions, ...(options.within === undefined ? [] : [options.within('r')])]);
    prepared.set(ask, { place, where });
    return { place, where };
  };

  for (const [at, ask] of countOnly ? [] : asks.slice(start).entries()) {
    const { place, where } = await prepare(ask);
    const after = at === 0 ? cursor : undefined;
    const wanted = count - page.matches.length;
    const found = await findPage(ctx, ask, place, where, after, wanted + 1);
    page.matches.push(...found.slice(0, wanted).map(({ row }) => row));
    if (found.length <= wanted) continue;
    // At least one row is on the page: an earlier type would otherwise have filled it.
    const last = found[wanted - 1];
    page.next = writeCursor(
      last === undefined
        ? await lastOf(page)
        : { type: ask.type, keys: last.keys, part: last.row.part, id: last.row.id },
      question,
    );
    break;
  }
  if (countOnly || total !== 'none') {
    page.total = 0;
    for (const ask of asks) {
      const { where } = prepared.get(ask) ?? (await prepare(ask));
      page.total += await countRows(ctx, ask, where, total === 'estimate');
    }
  }
  if (!countOnly) page.included = await includeAll(ctx, page.ask, page.matches, page.issues);
}

/** The page ended with the last row of an earlier type. */
async function lastOf({ matches }: SearchPage): Promise<Cursor> {
  const { type, part, id } = matches.at(-1)!;
  return { type, keys: [], part, id };
}

interface Found {
  row: Row;
  keys: (string | number | null)[];
}

/** Where the first key is the one value of an index table: first in its order what has the value, then what has none. */
async function findPage(
  ctx: Context,
  ask: Ask,
  place: Place,
  where: Sql,
  after: Cursor | undefined,
  limit: number,
): Promise<Found[]> {
  const keys = keysOf(place, ask.sort);
  const leader = leaderOf(place, ask.sort);
  const table = tableOf(ask.type);
  if (leader === undefined) return findRows(ctx, ask.type, sql`${table} as r`, keys, where, after, limit);
  const found: Found[] = [];
  const [first, ...rest] = keys as [Key, ...Key[]];
  if (after === undefined || after.keys[0] !== null) {
    const led = sql`${leader.table} as l join ${table} as r on r.id = l.id and r.part = l.part`;
    const having = sql`l.param = ${leader.param} and ${where}`;
    const leading: Key = { ...first, value: sql`l.lo`, column: true };
    found.push(...(await findRows(ctx, ask.type, led, [leading, ...rest], having, after, limit)));
  }
  if (found.length === limit) return found;
  const lacking = sql`${where} and not ${hasValue(place, leader.code)}`;
  const beyondLed = after?.keys[0] === null ? { ...after, keys: after.keys.slice(1) } : undefined;
  const others = await findRows(ctx, ask.type, sql`${table} as r`, rest, lacking, beyondLed, limit - found.length);
  return [...found, ...others.map(({ row, keys }) => ({ row, keys: [null, ...keys] }))];
}

async function findRows(
  ctx: Context,
  type: string,
  from: Sql,
  keys: readonly Key[],
  where: Sql,
  after: Cursor | undefined,
  limit: number,
): Promise<Found[]> {
  const values = keys.map(({ value, column }, at) => (column ? value : trusted(`s.k${at}`)));
  const worked = keys.flatMap(({ value, column }, at) => (column ? [] : [sql`${value} as ${trusted(`k${at}`)}`]));
  const selected = values.map((value, at) => sql`, ${value} as ${trusted(`k${at}`)}`);
  const rows = await ctx.db.rows<Omit<Row, 'type'> & Record<`k${number}`, Date | string | number | null>>(sql`
    select ${ROW}${join(selected, '')}
    from ${from} ${worked.length === 0 ? sql`` : sql`cross join lateral (select ${join(worked)}) as s`}
    where ${where} and ${after === undefined ? sql`true` : beyond('r', keys, values, after)}
    order by ${orderOf('r', keys, values)}
    limit ${limit}
  `);
  return rows.map((row) => {
    const { part, id, version, updated, tenant, patients, content } = row;
    const found = keys.map((_, at) => {
      const value = row[`k${at}`] ?? null;
      return value instanceof Date ? value.toISOString() : value;
    });
    return { row: { type, part, id, version, updated, tenant, patients, content }, keys: found };
  });
}

async function countRows(ctx: Context, { type }: Ask, where: Sql, estimate: boolean): Promise<number> {
  const rows = sql`select from ${tableOf(type)} as r where ${where} ${estimate ? sql`limit ${MOST_ESTIMATE}` : sql``}`;
  const { count } = await ctx.db.one<{ count: number }>(sql`select count(*) from (${rows}) as found`);
  return count;
}

/** The same for every page of a search. */
function questionOf(types: readonly string[], params: URLSearchParams): string {
  const rest = new URLSearchParams(params);
  for (const name of ['_cursor', '_count', '_format', '_pretty']) rest.delete(name);
  return `${types.join(',')}?${rest}`;
}
