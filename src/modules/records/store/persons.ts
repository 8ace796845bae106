import type { Observation, Patient } from '@medplum/fhirtypes';
import { visible } from '#kernel/access';
import type { Context, Db, Sql } from '#kernel/context';
import { paramNumber, type Resource, tableOf } from '#kernel/fhir';
import { Problem } from '#kernel/problem';
import { all, any, join, sql } from '#kernel/sql';
import { normaliseText, parseFhirJson } from '#standards/fhir';

export interface PersonFilter {
  /** A name or its beginning, or a number. */
  text?: string;
  /** The last row of the page before. */
  after?: { updated: Date; id: string };
  limit: number;
}

export interface PersonRow {
  id: string;
  updated: Date;
  patient: Patient;
}

/** Persons whom the actor may see, those written last first. */
export async function findPersons(ctx: Context, { text = '', after, limit }: PersonFilter): Promise<PersonRow[]> {
  const terms = [sql`r.content is not null`, visible(ctx, 'Patient', 'r')];
  // Who looks for an old number finds the merged record, which says where it went; the list of all has no use for it.
  if (text === '') terms.push(sql`not coalesce((r.content -> 'link')::jsonb @> '[{"type":"replaced-by"}]', false)`);
  else terms.push(any([isNamed(text), hasNumber(['identifier'], text)]));
  if (after !== undefined) terms.push(sql`(r.updated, r.id) < (${after.updated}, ${after.id})`);
  const rows = await ctx.db.rows<{ id: string; updated: Date; content: string }>(sql`
    select r.id, r.updated, r.content::text as content from ${tableOf('Patient')} as r
    where ${all(terms)} order by r.updated desc, r.id desc limit ${limit}
  `);
  return rows.map(({ id, updated, content }) => ({ id, updated, patient: parseFhirJson(content) as Patient }));
}

/** @throws Problem `not-found` also when the actor may not see the person */
export async function getPerson(ctx: Context, id: string): Promise<Patient> {
  const row = await ctx.db.maybe<{ content: string }>(sql`
    select r.content::text as content from ${tableOf('Patient')} as r
    where r.part = ${id} and r.id = ${id} and r.content is not null and ${visible(ctx, 'Patient', 'r')}
  `);
  if (row === undefined) throw new Problem('not-found', 'there is no such person');
  return parseFhirJson(row.content) as Patient;
}

/** What may stand in a timeline, newest version first, of each type so many. */
export async function findEntries(
  ctx: Context,
  patients: readonly string[],
  types: readonly string[],
  most: number,
): Promise<Resource[]> {
  const queries = types.map(
    (type) => sql`(
      select r.content::text as content from ${tableOf(type)} as r
      where r.part = any(${patients}::text[]) and r.content is not null and ${visible(ctx, type, 'r')}
      order by r.updated desc, r.id limit ${most}
    )`,
  );
  const rows = await ctx.db.rows<{ content: string }>(join(queries, ' union all '));
  return rows.map(({ content }) => parseFhirJson(content) as Resource);
}

/** Measured values of persons, those written last first. */
export async function findObservations(
  ctx: Context,
  patients: readonly string[],
  most: number,
): Promise<Observation[]> {
  const rows = await ctx.db.rows<{ content: string }>(sql`
    select r.content::text as content from ${tableOf('Observation')} as r
    where r.part = any(${patients}::text[]) and r.content is not null and r.content -> 'valueQuantity' is not null
      and ${visible(ctx, 'Observation', 'r')}
    order by r.updated desc, r.id limit ${most}
  `);
  return rows.map(({ content }) => parseFhirJson(content) as Observation);
}

/** Specimens and orders by their numbers. */
export async function findByNumber(
  ctx: Context,
  type: 'Specimen' | 'ServiceRequest',
  number: string,
  limit: number,
): Promise<Resource[]> {
  const codes = type === 'Specimen' ? ['identifier', 'accession'] : ['identifier', 'requisition'];
  const rows = await ctx.db.rows<{ content: string }>(sql`
    select r.content::text as content from ${tableOf(type)} as r
    where r.content is not null and ${hasNumber(codes, number)} and ${visible(ctx, type, 'r')}
    order by r.updated desc, r.id limit ${limit}
  `);
  return rows.map(({ content }) => parseFhirJson(content) as Resource);
}

/** Each word begins a part of the name. */
function isNamed(text: string): Sql {
  const words = normaliseText(text)
    .split(/\s+/)
    .filter((word) => word !== '')
    .slice(0, 5);
  return all(
    words.map(
      (word) => sql`exists (
        select from fhir.text_index as named
        where named.id = r.id and named.part = r.part and named.param = ${paramNumber('Patient', 'name')}
          and (named.value like ${`${likely(word)}%`} or named.value like ${`% ${likely(word)}%`})
      )`,
    ),
  );
}

function likely(word: string): string {
  return word.replace(/[\\%_]/g, '\\$&');
}

function hasNumber(codes: readonly string[], number: string): Sql {
  const tokens = codes.map((code) => `${code}=${number}`);
  return sql`r.tokens && (select array_agg(hashtextextended(token, 0)) from unnest(${tokens}::text[]) as token)`;
}

/** A page of one type in the order of its key, as the text that is kept; line breaks inside are taken out. */
export async function findPage(
  db: Db,
  {
    type,
    patient,
    after,
    limit,
  }: { type: string; patient?: string; after?: { part: string; id: string }; limit: number },
): Promise<{ part: string; id: string; content: string }[]> {
  const terms = [sql`r.content is not null`];
  if (patient !== undefined)
    terms.push(
      type === 'Patient'
        ? sql`r.id = ${patient} and r.part = ${patient}`
        : sql`r.patients @> array[${patient}]::text[] and r.tokens @> array[hashtextextended(${`@Patient/${patient}`}, 0)]`,
    );
  if (after !== undefined) terms.push(sql`(r.part, r.id) > (${after.part}, ${after.id})`);
  const rows = await db.rows<{ part: string; id: string; content: string }>(sql`
    select r.part, r.id, r.content::text as content from ${tableOf(type)} as r
    where ${all(terms)} order by r.part, r.id limit ${limit}
  `);
  return rows.map((row) => ({ ...row, content: row.content.replace(/[\r\n]+/g, ' ') }));
}
