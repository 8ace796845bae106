import type { Readable } from 'node:stream';
import type { Context, Sql } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { all, sql, trusted } from '#kernel/sql';
import type { Code, Cohort, Criterion, Download, DownloadFormat, EventSource } from '../model.ts';
import { type Asking, dayAt, optionsOf, withRows } from './ask.ts';
import { hasCode, membersQuery, mergedRecords, viewsOf } from './compile.ts';
import { EVENTS, PERSON } from './views.ts';

/** Each person taken away is named in the audit trail, a thousand to a row. */
const MOST_PERSONS = 50_000;
const MOST_ROWS = 1_000_000;

const FORMATS = { csv: 'CSVWithNames', ndjson: 'JSONEachRow', parquet: 'Parquet' } as const satisfies Record<
  DownloadFormat,
  string
>;

/** What a download would hold. */
export interface Parcel {
  persons: number;
  /** Their records, with those that were merged into them. */
  patients: string[];
  rows: number;
  /** Its bytes, when they are fetched: exactly of these patients, whatever has changed since. */
  open(): Promise<Readable>;
}

/**
 * Finds out what a download would hold; nothing is given away yet.
 *
 * @throws Problem `forbidden`, `too-costly` when it would be larger than MOST_PERSONS or MOST_ROWS
 */
export async function findParcel(ctx: Context, download: Download, asking: Asking): Promise<Parcel> {
  const { cohort, what, named = false, format } = download;
  const { lake } = asking;
  const options = optionsOf(ctx, asking);
  const today = dayAt(ctx.now());
  const members = await withRows(ctx, asking, viewsOf(cohort), (relations) => membersQuery(cohort, relations, today));
  const found = await lake.rows<{ patient: string }>(
    sql`select patient from (${members}) order by patient limit ${MOST_PERSONS + 1}`,
    options,
  );
  if (found.length > MOST_PERSONS)
    throw new Problem('too-costly', 'too many persons for one download: narrow the cohort', { most: MOST_PERSONS });

  const persons = found.map(({ patient }) => patient);
  if (persons.length === 0) throw new Problem('not-found', 'the cohort has nobody to download');
  // What was recorded before two records became one lies under both.
  const merged = await withRows(
    ctx,
    asking,
    [PERSON],
    (relations) =>
      sql`select gone from ${mergedRecords(relations)} where ${isOneOf(sql`heir`, persons)} limit ${MOST_PERSONS}`,
  );
  const gone = await lake.rows<{ gone: string }>(merged, options);
  const patients = [...persons, ...gone.map((each) => each.gone)];
  const theirs = isOneOf(sql`patient`, patients);
  if (what === 'person') {
    const rows = sql`select * from (${members}) where ${theirs} order by patient`;
    return {
      persons: persons.length,
      patients,
      rows: persons.length,
      open: () => lake.stream(rows, FORMATS[format], options),
    };
  }
  const { view, counts } = EVENTS[what];
  const terms = [theirs, counts];
  if (named) terms.push(hasCode(what, codesOf(cohort, what)));
  const of = (relation: Sql) => sql`from ${relation} where ${all(terms)}`;
  // The copy by patient lies right for them, and has every column.
  const whole = { by: 'patient' };
  const count = await withRows(
    ctx,
    asking,
    [view],
    (relations) => sql`select count() as rows ${of(relations(view))}`,
    whole,
  );
  const [counted] = await lake.rows<{ rows: number }>(count, options);
  const rows = counted?.rows ?? 0;
  if (rows > MOST_ROWS)
    throw new Problem('too-costly', 'too many rows for one download: narrow the cohort', { rows, most: MOST_ROWS });
  const ask = await withRows(
    ctx,
    asking,
    [view],
    (relations) => sql`select columns('^[^_]') ${of(relations(view))} order by patient, time, id limit ${MOST_ROWS}`,
    whole,
  );
  return { persons: persons.length, patients, rows, open: () => lake.stream(ask, FORMATS[format], options) };
}

/** As text, because parameters travel in the address. */
function isOneOf(column: Sql, patients: readonly string[]): Sql {
  const ids = patients.filter((patient) => ID.test(patient));
  return ids.length === 0 ? sql`false` : sql`${column} in (${trusted(ids.map((id) => `'${id}'`).join(','))})`;
}

/** FHIR R4 datatypes.html#id. */
const ID = /^[A-Za-z0-9.-]{1,64}$/;

/** The codes of the source that the cohort names. */
function codesOf({ include, exclude }: Cohort, source: EventSource): Code[] {
  const of = (criterion: Criterion): Code[] => {
    if (criterion.kind === 'person') return [];
    if (criterion.kind === 'group') return criterion.criteria.flatMap(of);
    const patterns = [criterion.event, ...(criterion.steps ?? []).map(({ event }) => event)];
    return patterns.filter((each) => each.source === source).flatMap(({ codes = [] }) => codes);
  };
  return [...include, ...exclude].flatMap(of);
}
