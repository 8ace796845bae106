import type { Context, Db, Sql } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { all, any, identifier, sql } from '#kernel/sql';
import { type Grant, grantsFor, type Verb } from './grants.ts';

/** Where a row says who wrote it and whom it concerns. */
export interface RowColumns {
  /** text: the organization that wrote it */
  tenant: Sql;
  /** text[]: ids of the patients in whose compartment it is */
  patients: Sql;
  /** json: the FHIR resource, needed by granular SMART scopes only */
  content?: Sql;
}

/**
 * The predicate that decides, inside the query, which rows of a FHIR table the actor may see. Default: none.
 * A row is a patient's when it is in that patient's compartment, as FHIR defines it: one of several is enough.
 *
 * @param alias the table or its alias, with the columns tenant, patients and content
 */
export function visible(ctx: Context, type: string, alias: string, verb: Verb = 'r'): Sql {
  const column = (name: string) => identifier(`${alias}.${name}`);
  return visibleRow(
    ctx,
    type,
    { tenant: column('tenant'), patients: column('patients'), content: column('content') },
    verb,
  );
}

/** The same decision for a table of another shape: laboratory work is as visible as the ServiceRequest it came from. */
export function visibleRow(ctx: Context, type: string, columns: RowColumns, verb: Verb = 'r'): Sql {
  return any(grantsFor(ctx.actor, verb, type).map((grant) => allowedBy(ctx, grant, columns, verb)));
}

/**
 * The one patient beyond whose rows the actor sees nothing of the type, if that is so: a search may then begin at that
 * patient's rows. `visible` must be asked all the same.
 */
export function onlyPatientOf({ actor }: Pick<Context, 'actor'>, type: string, verb: Verb = 'r'): string | undefined {
  const grants = grantsFor(actor, verb, type);
  const patients = new Set(
    grants.map(({ scope, patient }) => patient ?? (scope === 'self' ? actor.patient : undefined)),
  );
  return patients.size === 1 ? [...patients][0] : undefined;
}

/** A row about to be written. */
export interface RowToWrite {
  tenant: string | null;
  patients: readonly string[];
  content?: unknown;
}

/**
 * Refuses a write unless every row is within the actor's grants. For an update ask with the row as it was and as it will be.
 * A row of several patients may be written only by one who may write for each of them.
 *
 * @throws Problem `forbidden`
 */
export async function requireWrite(
  ctx: Context,
  db: Db,
  verb: 'c' | 'u' | 'd',
  type: string,
  rows: readonly RowToWrite[],
): Promise<void> {
  const grants = grantsFor(ctx.actor, verb, type);
  if (grants.some(({ scope, patient, category }) => scope === 'all' && patient === undefined && category === undefined))
    return;
  const refused = grants.length === 0 ? rows.length : await countRefused(ctx, db, verb, type, rows);
  if (refused > 0)
    throw new Problem('forbidden', 'this account may not write that', { type, verb, roles: ctx.actor.roles });
}

async function countRefused(
  ctx: Context,
  db: Db,
  verb: Verb,
  type: string,
  rows: readonly RowToWrite[],
): Promise<number> {
  const columns = { tenant: sql`tenant`, patients: sql`patients`, content: sql`content` };
  const limited = grantsFor(ctx.actor, verb, type).some(({ category }) => category !== undefined);
  const asked = rows.map(({ tenant, patients, content }) => ({ tenant, patients, content: limited ? content : null }));
  const { count } = await db.one<{ count: number }>(sql`
    select count(*)
    from json_to_recordset(${JSON.stringify(asked)}) as asked (tenant text, patients text[], content json)
    where not coalesce(${visibleRow(ctx, type, columns, verb)}, false)
  `);
  return count;
}

function allowedBy(ctx: Context, grant: Grant, columns: RowColumns, verb: Verb): Sql {
  const terms = [scopeTerm(ctx, grant, columns, verb)];
  if (grant.patient !== undefined && grant.scope !== 'catalogue') terms.push(ofPatient(grant.patient, columns, verb));
  if (grant.category !== undefined) terms.push(ofCategory(grant.category, columns));
  return all(terms);
}

function scopeTerm(ctx: Context, { scope }: Grant, columns: RowColumns, verb: Verb): Sql {
  const { actor } = ctx;
  switch (scope) {
    case 'all':
      return sql`true`;
    case 'catalogue':
      return sql`cardinality(${columns.patients}) = 0`;
    case 'organization':
      return sql`${columns.tenant} = any(${actor.organizations}::text[])`;
    case 'care':
      return inCare(ctx, columns, verb, sql`true`);
    case 'laboratory':
      return inCare(ctx, columns, verb, sql`care.ground = 'laboratory'`);
    case 'self':
      return actor.patient === undefined ? sql`false` : ofPatient(actor.patient, columns, verb);
  }
}

function ofPatient(patient: string, { patients }: RowColumns, verb: Verb): Sql {
  if (isRead(verb)) return sql`${patient} = any(${patients})`;
  return sql`(cardinality(${patients}) > 0 and ${patients} <@ array[${patient}]::text[])`;
}

function inCare(ctx: Context, { patients }: RowColumns, verb: Verb, ground: Sql): Sql {
  const open = all([
    sql`care.organization = any(${ctx.actor.organizations}::text[])`,
    sql`care.since <= ${ctx.now()}`,
    sql`(care.until is null or care.until > ${ctx.now()})`,
    ground,
  ]);
  // Nearly every row has one patient; the plain equality lets PostgreSQL choose between a look-up for each row and one hash.
  if (isRead(verb)) {
    return sql`(exists (select 1 from access.care where care.patient = (${patients})[1] and ${open})
      or (cardinality(${patients}) > 1 and exists (select 1 from access.care where care.patient = any(${patients}) and ${open})))`;
  }
  return sql`(cardinality(${patients}) > 0 and not exists (
    select 1 from unnest(${patients}) as person
    where not exists (select 1 from access.care where care.patient = person and ${open})
  ))`;
}

function ofCategory(category: string, { content }: RowColumns): Sql {
  if (content === undefined) return sql`false`;
  const bar = category.indexOf('|');
  const code = sql`coding->>'code' = ${category.slice(bar + 1)}`;
  const system = bar < 0 ? sql`true` : sql`coding->>'system' = ${category.slice(0, bar)}`;
  return sql`exists (
    select 1
    from json_array_elements(case json_typeof(${content}->'category') when 'array' then ${content}->'category' else '[]' end) as category,
      json_array_elements(case json_typeof(category->'coding') when 'array' then category->'coding' else '[]' end) as coding
    where ${code} and ${system}
  )`;
}

function isRead(verb: Verb): boolean {
  return verb === 'r' || verb === 's';
}
