import { type Context, type Sql, systemContext } from '#kernel/context';
import { load, search } from '#kernel/fhir';
import { Problem } from '#kernel/problem';
import { all, identifier, join, sql, trusted } from '#kernel/sql';
import { compileView, parseView, type View } from '#standards/sql-on-fhir';
import { lakeRelation, rowsSeen } from '../access.ts';
import type { Lake } from '../client.ts';
import { quoted } from '../columns.ts';
import { QUESTIONS } from '../tables.ts';
import { isMaterialized } from '../views.ts';
import { bad, type Given, textIn } from './given.ts';

type Json = Record<string, unknown>;

/** A ViewDefinition that can be run. */
export interface Definition {
  /** For its name in the trail and of files. */
  name: string;
  /** What it is called in the trail: its address, or that it came with the question. */
  subject: string;
  view: View;
  /** As it was written. */
  definition: Json;
  /** `ViewDefinition/<id>` of one that is in the record. */
  stored?: string;
  /** Whether the lake may keep its rows; then it reads them and works out nothing. */
  kept: boolean;
}

/** What limits the resources that a view is made from. */
export interface Limits {
  patients?: readonly string[];
  since?: Date;
  limit?: number;
  /** For SQL: with what each row carries of its person (`lake-about-columns`). */
  withAbout?: boolean;
}

const NAME = /^[A-Za-z][A-Za-z0-9_]{0,100}$/;

/**
 * A stored definition: by `ViewDefinition/<id>`, by its address here, or by its canonical address with or without `|version`.
 *
 * @throws Problem `not-found`
 */
export async function findDefinition(ctx: Context, reference: string): Promise<Definition> {
  const found = await findReferred(ctx, 'ViewDefinition', reference);
  const chosen = found.find(({ status }) => status === 'active') ?? found[0];
  if (chosen === undefined) throw new Problem('not-found', 'there is no such view', { view: reference.slice(0, 300) });
  return readDefinition(chosen, `ViewDefinition/${String(chosen['id'])}`);
}

/**
 * What a reference means, the newest first: the resource of `<type>/<id>`, here or with our address before it, or those of a canonical address
 * with or without `|version`.
 *
 * @throws Problem `not-found` for an id that is not there
 */
export async function findReferred(
  ctx: Context,
  type: 'ViewDefinition' | 'Library',
  reference: string,
): Promise<Json[]> {
  // The catalogue of definitions is open to everybody who may ask at all.
  const own = systemContext({ db: ctx.db, log: ctx.log, now: ctx.now }, 'lake');
  const [, named, id = ''] = /(?:^|\/fhir\/)([A-Za-z]+)\/([A-Za-z0-9.-]{1,64})$/.exec(reference) ?? [];
  if (named === type) return [await load<Json>(own, type, id)];
  const [url = '', version] = reference.split('|');
  const asked = new URLSearchParams({ url, _sort: '-_lastUpdated', _count: '20' });
  if (version !== undefined) asked.set('version', version);
  const { matches } = await search(own, type, asked);
  return matches.map(({ content }) => JSON.parse(content!) as Json);
}

/** @throws Problem `unprocessable` with an issue for each thing that is wrong */
export function readDefinition(definition: Json, subject?: string): Definition {
  const { view, issues } = parseView(definition);
  if (view === undefined)
    throw new Problem('unprocessable', 'the view cannot be run', {}, { issues: issues.map((issue) => ({ ...issue })) });
  const name = typeof definition['name'] === 'string' && NAME.test(definition['name']) ? definition['name'] : 'view';
  const kept = subject !== undefined && isMaterialized(definition) && definition['status'] === 'active';
  return {
    name,
    subject: subject ?? `a view on ${view.resource} that came with the question`,
    view,
    definition,
    ...(subject === undefined ? {} : { stored: subject }),
    kept,
  };
}

/**
 * The rows of a view that the actor may see: from the view's table where the lake keeps one, else worked out from the resources
 * in the lake.
 */
export async function selectOf(
  ctx: Context,
  lake: Lake,
  definition: Definition,
  { patients, since, limit, withAbout }: Limits,
): Promise<Sql> {
  const { view, name } = definition;
  const most = limit === undefined ? sql`` : sql` limit ${limit}`;
  const columns = columnsOf(view);
  const named = patients === undefined ? {} : { patients };
  // The tables do not say when a resource changed.
  const tables = await tablesOf(lake, name);
  // A view that has just been changed has its former table until the lake has made the new one.
  const isMade = (table: string) => namesOf(view).every((column) => tables.get(table)?.has(column));
  if (definition.kept && since === undefined && isMade(name)) {
    const by = patients !== undefined && isMade(`${name}_by_patient`) ? { by: 'patient' } : {};
    const carried = withAbout ? aboutColumns([...(tables.get(name) ?? [])], view) : sql``;
    return sql`select ${columns}${carried} from ${await lakeRelation(ctx, name, { reach: 'rows', ...named, ...by })}${most}`;
  }
  if (!tables.has('resource')) throw new Problem('unavailable', 'the lake is not filled yet: try again in a moment');
  const terms = [sql`type = ${view.resource}`, await rowsSeen(ctx, view.resource, { reach: 'rows', ...named })];
  if (since !== undefined)
    terms.push(
      sql`parseDateTime64BestEffortOrNull(JSONExtractString(content, 'meta', 'lastUpdated'), 3, 'UTC') > ${since}`,
    );
  return sql`with _resources as (select content from ${identifier(`${QUESTIONS}.resource`)} where ${all(terms)}) select ${columns} from (${compiled(view)})${most}`;
}

/** The rows of a view out of resources that came with the question, worked out by the lake's engine. */
export function selectFromTexts(view: View, contents: readonly string[], limit: number | undefined): Sql {
  const most = limit === undefined ? sql`` : sql` limit ${limit}`;
  const texts = trusted(withoutDollars(contents.map(quoted).join(',')));
  return sql`with _resources as (select arrayJoin(cast([${texts}] as Array(String))) as content) select ${columnsOf(view)} from (${compiled(view)})${most}`;
}

/** Columns of the lake's tables that hold the rows of a view, or all resources. */
async function tablesOf(lake: Lake, name: string): Promise<Map<string, Set<string>>> {
  const found = await lake.rows<{ table: string; names: string[] }>(sql`
    select table, groupArray(name) as names from system.columns
    where database = ${QUESTIONS} and table in ${['resource', name, `${name}_by_patient`]} group by table
  `);
  return new Map(found.map(({ table, names }) => [table, new Set(names)]));
}

function namesOf(view: View): string[] {
  const { columns } = compileView(view, { target: 'clickhouse', from: '_resources' });
  return columns.map(({ name }) => name);
}

/** What the rows of a table carry of their person; what the platform keeps for itself begins with a low line. */
function aboutColumns(names: readonly string[], view: View): Sql {
  const own = new Set(namesOf(view));
  const carried = names.filter((name) => !name.startsWith('_') && !own.has(name));
  return carried.length === 0 ? sql`` : sql`, ${join(carried.map((name) => identifier(name)))}`;
}

function columnsOf(view: View): Sql {
  return join(namesOf(view).map((name) => identifier(name)));
}

function compiled(view: View): Sql {
  return trusted(withoutDollars(compileView(view, { target: 'clickhouse', from: '_resources' }).sql));
}

/** A dollar in a string would be read as the place of a value. */
function withoutDollars(text: string): string {
  return text.replaceAll('$', '\\x24');
}

const MOST_MEMBERS = 10_000;

/** The patients of `patient` and those who are members of `group`; undefined where neither is given. */
export async function patientsIn(ctx: Context, given: readonly Given[]): Promise<string[] | undefined> {
  const references = given.filter(({ name }) => name === 'patient').map(textIn);
  const groups = given.filter(({ name }) => name === 'group').map(textIn);
  if (references.length === 0 && groups.length === 0) return undefined;
  const patients = new Set(references.map((reference) => idOf(reference, 'Patient', 'patient')));
  for (const group of groups) {
    const { member = [] } = await load<{ member?: { entity?: { reference?: string }; inactive?: boolean }[] }>(
      ctx,
      'Group',
      idOf(group, 'Group', 'group'),
    );
    for (const { entity, inactive } of member) {
      const id = /^Patient\/([A-Za-z0-9.-]{1,64})$/.exec(entity?.reference ?? '')?.[1];
      if (id !== undefined && inactive !== true) patients.add(id);
    }
  }
  if (patients.size > MOST_MEMBERS)
    throw new Problem('too-costly', 'the question names too many patients', { most: MOST_MEMBERS });
  return [...patients];
}

function idOf(reference: string, type: string, parameter: string): string {
  const id = /^(?:(?:.*\/)?([A-Z]\w+)\/)?([A-Za-z0-9.-]{1,64})$/.exec(reference);
  if (id === null || (id[1] !== undefined && id[1] !== type))
    throw bad(`a reference to a ${type} is expected`, parameter);
  return id[2]!;
}
