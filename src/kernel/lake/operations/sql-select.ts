import type { Context, Sql } from '#kernel/context';
import { type ParameterType, PLACE, type QueryLibrary, readQueryLibrary } from '#kernel/fhir';
import { Problem } from '#kernel/problem';
import { identifier, join, sql } from '#kernel/sql';
import { tableRelation } from '../access.ts';
import type { Lake } from '../client.ts';
import { named } from '../columns.ts';
import { addressOf, type LakeTable } from '../module-tables.ts';
import { requireReadOnly } from '../read-only.ts';
import { describe } from './answer.ts';
import { bad, type Given } from './given.ts';
import { findDefinition, findReferred, selectOf } from './view-select.ts';

type Json = Record<string, unknown>;

/** A stored query: by `Library/<id>` or by its canonical address. @throws Problem `not-found`, `unprocessable` */
export async function findQuery(ctx: Context, reference: string): Promise<{ query: QueryLibrary; subject: string }> {
  const [found] = await findReferred(ctx, 'Library', reference);
  if (found === undefined) throw new Problem('not-found', 'there is no such query', { query: reference.slice(0, 300) });
  return { query: readQuery(found), subject: `Library/${String(found['id'])}` };
}

/** @throws Problem `unprocessable` with an issue for each thing that is wrong */
export function readQuery(library: Json): QueryLibrary {
  const { query, issues } = readQueryLibrary(library);
  if (query === undefined) throw new Problem('unprocessable', 'the query cannot be run', {}, { issues });
  return query;
}

/**
 * The question that a text of SQL is for this actor: each table that it reads is the view of that name, each place of a value takes what
 * is given.
 *
 * @param views addresses of views by their names
 * @param own modules' tables, which stand before views of their names
 * @param types of the values that are given, by name
 * @returns the question, and those of the views that it reads
 * @throws Problem `forbidden`, `invalid`, `not-found`
 */
export async function questionOfText(
  ctx: Context,
  lake: Lake,
  text: string,
  given: readonly Given[],
  {
    views,
    own,
    types,
    limit,
  }: {
    views: ReadonlyMap<string, string>;
    own: readonly LakeTable[];
    types: ReadonlyMap<string, ParameterType>;
    limit: number;
  },
): Promise<{ question: Sql; tables: ReadonlyMap<string, string> }> {
  const there = new Map([...views, ...own.map((table) => [table.name, addressOf(table)] as const)]);
  const checked = await requireReadOnly(lake, placeValues(text, types, given), there.keys());
  const tables = new Map([...there].filter(([name]) => checked.tables.has(name)));
  return { question: await overRowsSeen(ctx, lake, checked, { tables, own, limit }), tables };
}

/**
 * The question that a query is for this actor. Its SQL is checked to read nothing but its tables.
 *
 * @throws Problem `forbidden`, `invalid`, `not-found`
 */
export async function questionOf(
  ctx: Context,
  lake: Lake,
  { text, tables, parameters }: QueryLibrary,
  given: readonly Given[],
  { own, limit }: { own: readonly LakeTable[]; limit: number | undefined },
): Promise<Sql> {
  const checked = await requireReadOnly(lake, placeValues(text, parameters, given), tables.keys());
  return overRowsSeen(ctx, lake, checked, { tables, own, limit });
}

/** Each of the tables is, by its name in the checked SQL, a view or a module's table with the rows that the actor may see. */
async function overRowsSeen(
  ctx: Context,
  lake: Lake,
  checked: Sql,
  { tables, own, limit }: { tables: ReadonlyMap<string, string>; own: readonly LakeTable[]; limit: number | undefined },
): Promise<Sql> {
  const relations: Sql[] = [];
  for (const [label, address] of tables) {
    const table = own.find((each) => addressOf(each) === address);
    const rows =
      table === undefined
        ? await selectOf(ctx, lake, await findDefinition(ctx, address), { withAbout: true })
        : sql`select * from ${tableRelation(ctx, table)}`;
    relations.push(sql`${identifier(label)} as (${rows})`);
  }
  const before = relations.length === 0 ? sql`` : sql`with ${join(relations)} `;
  const most = limit === undefined ? '' : ` limit ${limit}`;
  // The checked SQL has its places numbered already, so its values go first.
  const shifted = before.text.replace(/\$(\d+)/g, (_, place) => `$${Number(place) + checked.values.length}`);
  const values = [...checked.values, ...before.values];
  const columns = await plainNames(ctx, lake, { text: `${shifted}${checked.text}`, values });
  return { text: `${shifted}select ${columns} from (${checked.text}\n)${most}`, values };
}

/** Of a join the engine calls a column `p.id` where two tables have it; people expect `id`, and get it where no other is called so. */
async function plainNames(ctx: Context, lake: Lake, question: Sql): Promise<string> {
  const names = (await describe(lake, question, { actor: ctx.actor.id })).map(({ name }) => name);
  const plain = names.map((name) => /^[A-Za-z_]\w*\.([A-Za-z_]\w*)$/.exec(name)?.[1] ?? name);
  const columns = names.map((name, at) => {
    const short = plain[at]!;
    if (short === name || plain.indexOf(short) !== plain.lastIndexOf(short)) return named(name);
    return `${named(name)} as ${named(short)}`;
  });
  return columns.join(', ');
}

/** Puts `$n` where the text has `:name`. */
function placeValues(text: string, parameters: ReadonlyMap<string, ParameterType>, given: readonly Given[]): Sql {
  for (const { name } of given)
    if (!parameters.has(name)) throw bad('the query has no such parameter', `parameters.${name}`);
  const values: unknown[] = [];
  const places = new Map<string, number>();
  const placed = text.replace(PLACE, (token, name?: string) => {
    if (name === undefined) return token;
    if (!places.has(name)) places.set(name, values.push(boundValue(name, parameters.get(name)!, given)));
    return `$${places.get(name)}`;
  });
  return { text: placed, values };
}

const STRINGS: ReadonlySet<string> = new Set(['string', 'code', 'id', 'uri']);
const NO_STRINGS: ReadonlySet<string> = new Set(['date', 'datetime', 'instant', 'time', 'base64binary']);
const DATE = /^\d{4}(-\d\d(-\d\d)?)?$/;
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/** Dates stay texts, which the engine compares with dates and with texts alike; an instant is a time. */
function boundValue(name: string, type: ParameterType, given: readonly Given[]): unknown {
  const found = given.filter((each) => each.name === name);
  const [one] = found;
  if (one === undefined || found.length > 1) throw bad('the query needs this parameter, once', `parameters.${name}`);
  const { value } = one;
  // `valueDate` is no text, nor is `valueString` a date, though both are strings of JSON.
  const isMoment = NO_STRINGS.has((one.type ?? type).toLowerCase());
  const isText = typeof value === 'string' && value.length <= 10_000 && isMoment !== STRINGS.has(type);
  if (STRINGS.has(type) && isText) return value;
  if (type === 'boolean' && typeof value === 'boolean') return value;
  if (type === 'integer' && Number.isSafeInteger(value)) return value;
  if (type === 'decimal' && typeof value === 'number' && Number.isFinite(value)) return value;
  if (type === 'date' && isText && DATE.test(value)) return value;
  if (type === 'dateTime' && isText && DATE.test(value)) return value;
  if (type === 'dateTime' && isText && DATE_TIME.test(value) && !Number.isNaN(Date.parse(value)))
    return new Date(value);
  throw bad('the value is of another type than the parameter of the query', `parameters.${name}`);
}
