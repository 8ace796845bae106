import { grantsFor, inLake, reachOf as reachOfAct } from '#kernel/access';
import type { Context, Sql } from '#kernel/context';
import { systemContext } from '#kernel/context';
import { search } from '#kernel/fhir';
import { Problem } from '#kernel/problem';
import { all, any, identifier, marked, sql, trusted } from '#kernel/sql';
import { LARGE_GROUPS, OF_POPULATION } from './marks.ts';
import type { LakeTable } from './module-tables.ts';
import { QUESTIONS } from './tables.ts';
import { builtInViews, isMaterialized } from './views.ts';

/**
 * Whose rows enter a question of the lake. Decided here and nowhere else, in the question's own SQL, by the same grants as
 * FHIR reads, which the actor holds for the purpose that the request states; without a grant nothing enters.
 */

/** `rows`: rows that the actor may see one by one. `population`: everybody's, for counts and percentiles only. */
export type Reach = 'rows' | 'population';

/**
 * Persons that a group of an answer over the population has at the least; smaller ones are not told. Shown wherever such an answer is.
 *
 * Source: our choice, as the rule for the lake says; close to the cell size suppression policy of the US Centers for Medicare & Medicaid
 * Services, which shows no cell under 11.
 */
export const SMALLEST = 10;

/** So many persons in care fit into a question's text of 16 MB, whatever the length of their ids. */
const MOST_IN_CARE = 200_000;

export interface RelationOptions {
  reach: Reach;
  /** Another order of the view's rows, by the first column of that order: `patient` for questions about one person. */
  by?: string;
  /** Only rows of these patients. */
  patients?: readonly string[];
}

/** How far the actor's questions reach; empty where nothing may be asked. */
export function reachOf({ actor }: Pick<Context, 'actor'>, type = 'Observation'): readonly Reach[] {
  const reaches: Reach[] = [];
  if (readGrants(actor, type).length > 0) reaches.push('rows');
  if (reachOfAct(actor, 'lake.population.ask') !== undefined) reaches.push('population');
  return reaches;
}

/**
 * A view of the lake with the rows that may enter this actor's question: a select in brackets, to stand after FROM.
 *
 * What is asked of the reach `population` must be counts, percentiles or other figures over groups of at least `SMALLEST` persons: add
 * `having ${enough(sql`patient`)}` to each GROUP BY, or say in `smallGroups` how small ones are kept back. A question that does neither is not asked.
 *
 * @throws Problem `not-found` when the lake keeps no such view, `forbidden`, `too-costly` where too many persons are in care
 */
export async function lakeRelation(ctx: Context, view: string, { reach, by, patients }: RelationOptions): Promise<Sql> {
  const types = await typesOf(ctx, view);
  const terms = [];
  for (const type of types)
    terms.push(await rowsSeen(ctx, type, { reach, ...(patients === undefined ? {} : { patients }) }));
  const name = by === undefined ? view : `${view}_by_${by}`;
  const rows = sql`(select * from ${identifier(`${QUESTIONS}.${name}`)} where ${all(terms)})`;
  return reach === 'population' ? marked(rows, OF_POPULATION) : rows;
}

/**
 * A module's table with the rows that this actor may see: a select in brackets, to stand after FROM.
 *
 * @throws Problem `forbidden`
 */
export function tableRelation(ctx: Pick<Context, 'actor'>, { name, seen }: Pick<LakeTable, 'name' | 'seen'>): Sql {
  requireNamed(ctx, undefined);
  const rows = seen(ctx);
  if (rows === undefined)
    throw new Problem('forbidden', 'this account may not see such rows', { table: name, roles: ctx.actor.roles });
  return sql`(select * from ${identifier(`${QUESTIONS}.${name}`)} where ${rows})`;
}

/**
 * The rows of a module's table for whoever may do an act; what is limited to organizations needs the column that names theirs.
 *
 * @param organization column with the id of the organization that a row belongs to
 */
export function rowsByAct(
  { actor }: Pick<Context, 'actor'>,
  act: string,
  { organization, also = [] }: { organization?: string; also?: readonly string[] } = {},
): Sql | undefined {
  const scope = reachOfAct(actor, act);
  if (scope === 'all') return sql`true`;
  if (scope === 'organization' && organization !== undefined)
    return sql`has(${ofStrings([...actor.organizations, ...also])}, ${identifier(organization)})`;
  return undefined;
}

/**
 * A group that is large enough to be told. Persons are counted up to the number that matters only, which costs a tenth of counting all.
 *
 * @param patient column with the id of the person
 */
export function enough(patient: Sql, reach: Reach = 'population'): Sql {
  const smallest = smallestOf(reach);
  return marked(sql`uniqUpTo(${smallest})(${patient}) >= ${smallest}`, LARGE_GROUPS);
}

/** How many persons a group must have to be told. */
export function smallestOf(reach: Reach): number {
  return reach === 'population' ? SMALLEST : 1;
}

/**
 * The predicate over the columns `_tenant` and `_patients` that rows made from resources of this type must meet.
 *
 * @throws Problem `forbidden`, `too-costly`
 */
export async function rowsSeen(
  ctx: Context,
  type: string,
  { reach, patients }: Pick<RelationOptions, 'reach' | 'patients'>,
): Promise<Sql> {
  const seen = reach === 'rows' ? await grantedRows(ctx, type, patients) : population(ctx);
  const named = patients === undefined ? sql`true` : sql`hasAny(_patients, ${ofStrings(patients)})`;
  return all([seen, named, consented(ctx, type)]);
}

/**
 * CONSENT. The one place where a patient's consent limits what the lake tells: a predicate over `_tenant` and `_patients`, for the actor
 * and the purpose of the question. The shared record brings consents; until then nobody has withheld any.
 */
function consented(_ctx: Context, _type: string): Sql {
  return sql`true`;
}

function population(ctx: Context): Sql {
  requireNamed(ctx, undefined);
  const scope = reachOfAct(ctx.actor, 'lake.population.ask');
  if (scope === 'all') return sql`true`;
  if (scope === 'organization') return ofOrganizations(ctx);
  throw new Problem('forbidden', 'this account may not ask about the population', { roles: ctx.actor.roles });
}

/** The purposes for which only one named person's rows may be asked for. */
const ABOUT_ONE_PERSON: ReadonlySet<string> = new Set(['BTG']);

async function grantedRows(ctx: Context, type: string, patients: readonly string[] | undefined): Promise<Sql> {
  const grants = readGrants(ctx.actor, type);
  if (grants.length === 0)
    throw new Problem('forbidden', 'this account may not see such rows', { type, roles: ctx.actor.roles });
  requireNamed(ctx, patients);
  const terms: Sql[] = [];
  for (const { scope, patient } of grants) {
    const limit = patient === undefined || scope === 'catalogue' ? sql`true` : sql`has(_patients, ${patient})`;
    switch (scope) {
      case 'all':
        terms.push(limit);
        break;
      case 'catalogue':
        terms.push(sql`empty(_patients)`);
        break;
      case 'organization':
        terms.push(all([ofOrganizations(ctx), limit]));
        break;
      case 'care':
        terms.push(all([await inCare(ctx, sql`true`, patients), limit]));
        break;
      case 'laboratory':
        terms.push(all([await inCare(ctx, sql`ground = 'laboratory'`, patients), limit]));
        break;
      case 'self':
        if (ctx.actor.patient !== undefined) terms.push(all([sql`has(_patients, ${ctx.actor.patient})`, limit]));
    }
  }
  return any(terms);
}

/** @throws Problem `forbidden` where the purpose wants one person named */
function requireNamed({ actor }: Pick<Context, 'actor'>, patients: readonly string[] | undefined): void {
  if (ABOUT_ONE_PERSON.has(actor.purpose) && patients?.length !== 1)
    throw new Problem('forbidden', 'a broken glass opens one person at a time: name the patient');
}

/** A grant for one category of resources only cannot be decided from the columns: it gives nothing here. */
function readGrants(actor: Context['actor'], type: string) {
  return grantsFor(inLake(actor), 'r', type).filter(({ category }) => category === undefined);
}

function ofOrganizations({ actor }: Context): Sql {
  return sql`has(${ofStrings(actor.organizations)}, _tenant)`;
}

/**
 * The persons in care are read from PostgreSQL for each question, so that care that ended ends here at once. Where patients are named,
 * their own care counts, not that of others with whom they share a row.
 */
async function inCare(ctx: Context, ground: Sql, patients: readonly string[] | undefined): Promise<Sql> {
  const { actor } = ctx;
  const named = patients === undefined ? sql`true` : sql`patient = any(${patients}::text[])`;
  const cared = await ctx.db.rows<{ patient: string }>(sql`
    select distinct patient from access.care
    where organization = any(${actor.organizations}::text[]) and since <= ${ctx.now()} and (until is null or until > ${ctx.now()})
      and ${ground} and ${named}
    limit ${MOST_IN_CARE + 1}
  `);
  if (cared.length > MOST_IN_CARE)
    throw new Problem('too-costly', 'too many persons are in care here for one question: name a patient', {
      most: MOST_IN_CARE,
    });
  const ids = cared.flatMap(({ patient }) => (ID.test(patient) ? [`'${patient}'`] : []));
  // As text, because parameters travel in the address: an id has no sign that SQL would read otherwise.
  return ids.length === 0 ? sql`false` : sql`arrayExists(person -> person in (${trusted(ids.join(','))}), _patients)`;
}

/** FHIR R4 datatypes.html#id. */
const ID = /^[A-Za-z0-9.-]{1,64}$/;

/** An empty list would have no type. */
function ofStrings(list: readonly string[]): Sql {
  return sql`cast(${list} as Array(String))`;
}

/**
 * Types of the resources that a view of the lake is made from, by the view's name. Two active definitions of one name are not expected; if
 * there are, the rows must be open by both.
 */
async function typesOf(ctx: Context, view: string): Promise<string[]> {
  // Which views there are is no secret: who may see what is decided by their rows.
  const own = systemContext({ db: ctx.db, log: ctx.log, now: ctx.now }, 'lake');
  const { matches } = await search(
    own,
    'ViewDefinition',
    new URLSearchParams({ 'name:exact': view, status: 'active' }),
  );
  const stored = matches.map(({ content }) => JSON.parse(content!) as Record<string, unknown>);
  const kept = stored.filter(isMaterialized);
  const definitions =
    kept.length > 0 ? kept : stored.length > 0 ? stored : builtInViews().filter(({ name }) => name === view);
  const types = definitions.map(({ resource }) => String(resource));
  if (types.length === 0) throw new Problem('not-found', 'the lake keeps no such view', { view });
  return [...new Set(types)].sort();
}
