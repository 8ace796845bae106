import type { Db, Sql, Tx } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { all, any, identifier, sql, trusted } from '#kernel/sql';
import type { EpcisEvent } from '#standards/epcis';
import type { Trace } from '../model.ts';
import type { EventQuery, EventTerm, SensorTerm } from '../rules/index.ts';

/** An event as it is kept. */
export interface EventRow {
  id: string;
  hash: string;
  eventTime: Date;
  recordTime: Date;
  action?: string;
  bizStep?: string;
  disposition?: string;
  readPoint?: string;
  bizLocation?: string;
  fromParty?: string;
  toParty?: string;
  declaredWrongAt?: Date;
  facets: string[];
  sensor?: Record<string, unknown>[];
  content: EpcisEvent;
  /** Prefixes that are not the standard's own. */
  context?: unknown;
  capturedBy: string;
}

export async function insertEvents(tx: Tx, rows: readonly EventRow[]): Promise<void> {
  await tx.copy(
    'custody.event',
    [
      'id',
      'hash',
      'type',
      'action',
      'biz_step',
      'disposition',
      'event_time',
      'record_time',
      'read_point',
      'biz_location',
      'from_party',
      'to_party',
      'declared_wrong_at',
      'facets',
      'sensor',
      'content',
      'context',
      'captured_by',
    ],
    rows.map((row) => [
      row.id,
      row.hash,
      row.content.type,
      row.action,
      row.bizStep,
      row.disposition,
      row.eventTime,
      row.recordTime,
      row.readPoint,
      row.bizLocation,
      row.fromParty,
      row.toParty,
      row.declaredWrongAt,
      row.facets,
      row.sensor === undefined ? null : JSON.stringify(row.sensor),
      row.content,
      row.context === undefined ? null : JSON.stringify(row.context),
      row.capturedBy,
    ]),
  );
}

/** Locks the ids of a capture until it commits, so that two captures of one event meet; then the hashes kept under them. */
export async function lockEvents(tx: Tx, ids: readonly string[]): Promise<Map<string, string>> {
  const sorted = [...ids].sort();
  await tx.run(sql`
    select pg_advisory_xact_lock(hashtextextended(id, 50)) from unnest(${sorted}::text[]) with ordinality as wanted (id, place) order by place
  `);
  const rows = await tx.rows<{ id: string; hash: string }>(
    sql`select id, hash from custody.event where id = any(${sorted}::text[])`,
  );
  return new Map(rows.map(({ id, hash }) => [id, hash]));
}

export async function declareWrong(tx: Tx, ids: readonly string[], at: Date): Promise<void> {
  await tx.run(sql`update custody.event set declared_wrong_at = ${at} where id = any(${ids}::text[])`);
  await tx.run(sql`update custody.trace set wrong = true where event = any(${ids}::text[])`);
}

export interface KeptEvent {
  id: string;
  recordTime: Date;
  content: EpcisEvent;
  context: unknown;
  time: Date;
}

export async function findEvent(db: Db, id: string): Promise<KeptEvent | undefined> {
  return db.maybe<KeptEvent>(sql`
    select id, record_time as "recordTime", content, context, event_time as time from custody.event where id = ${id}
  `);
}

/** A page of events in a total order, and whether there are more. */
export async function findEvents(db: Db, query: EventQuery): Promise<{ events: KeptEvent[]; more: boolean }> {
  const { after, descending } = query;
  const time = identifier(query.orderBy);
  const direction = trusted(descending ? 'desc' : 'asc');
  const terms = termsOf(query);
  if (query.maxCount !== undefined && after === undefined) {
    const counted = await db.rows(sql`select 1 from custody.event where ${all(terms)} limit ${query.maxCount + 1}`);
    if (counted.length > query.maxCount)
      throw new Problem('too-costly', 'the query finds more events than it allows', { maxEventCount: query.maxCount });
  }
  if (after !== undefined) {
    terms.push(
      descending
        ? sql`(${time}, id) < (${after.time}, ${after.id})`
        : sql`(${time}, id) > (${after.time}, ${after.id})`,
    );
  }
  const left = (query.countLimit ?? Number.POSITIVE_INFINITY) - (after?.given ?? 0);
  const wanted = Math.max(0, Math.min(query.perPage, left));
  const events = await db.rows<KeptEvent>(sql`
    select id, record_time as "recordTime", content, context, ${time} as time
    from custody.event where ${all(terms)} order by ${time} ${direction}, id ${direction} limit ${wanted + 1}
  `);
  return { events: events.slice(0, wanted), more: events.length > wanted && left > wanted };
}

function termsOf({ terms, sensor }: EventQuery): Sql[] {
  const found = terms.map(termOf);
  if (sensor.length > 0) {
    found.push(sql`exists (select 1 from jsonb_array_elements(sensor) as report where ${all(sensor.map(sensorTerm))})`);
  }
  return found;
}

function termOf(term: EventTerm): Sql {
  if (term.on === 'column') return sql`${identifier(term.column)} = any(${term.values}::text[])`;
  if (term.on === 'time') return sql`${identifier(term.column)} ${trusted(term.from ? '>=' : '<')} ${term.value}`;
  if (term.on === 'exists') return sql`${identifier(term.column)} is not null`;
  if (term.on === 'facet') return sql`facets && ${term.values}::text[]`;
  if (term.on === 'thing') {
    return sql`id in (select event from custody.trace where part = any(${term.values}::text[]) and role = any(${term.roles}::text[]))`;
  }
  const column = identifier(term.column);
  const same = sql`${column} = any(${term.values}::text[])`;
  // The parts of a place carry its own name and an extension (GS1 AI 254).
  return term.within ? any([same, ...term.values.map((value) => sql`starts_with(${column}, ${`${value}/`})`)]) : same;
}

function sensorTerm(term: SensorTerm): Sql {
  const field = sql`report ->> ${term.field}`;
  if ('values' in term) return sql`${field} = any(${term.values}::text[])`;
  const comparison = trusted(term.comparison);
  if ('text' in term) return sql`${field} ${comparison} ${term.text}`;
  const number = sql`(case when ${field} ~ '^-?[0-9.]+([eE][+-]?[0-9]+)?$' then (${field})::double precision end) ${comparison} ${term.number}`;
  return term.unit === undefined ? number : sql`(${number} and report ->> 'unit' = ${term.unit})`;
}

export interface CaptureJob {
  id: string;
  createdAt: Date;
  finishedAt: Date;
  success: boolean;
  behaviour: 'rollback' | 'proceed';
  events: number;
  captured: number;
  duplicates: number;
  errors: readonly { place: string; message: string }[];
  createdBy: string;
}

export async function insertJob(db: Db, job: CaptureJob): Promise<void> {
  await db.run(sql`
    insert into custody.capture_job (id, created_at, finished_at, success, behaviour, events, captured, duplicates, errors, created_by)
    values (${job.id}, ${job.createdAt}, ${job.finishedAt}, ${job.success}, ${job.behaviour}, ${job.events}, ${job.captured},
      ${job.duplicates}, ${JSON.stringify(job.errors)}, ${job.createdBy})
  `);
}

const JOB = sql`id, created_at as "createdAt", finished_at as "finishedAt", success, behaviour, events, captured, duplicates, errors,
  created_by as "createdBy"`;

export function findJob(db: Db, id: string): Promise<CaptureJob | undefined> {
  return db.maybe<CaptureJob>(sql`select ${JOB} from custody.capture_job where id = ${id}`);
}

export function findJobs(
  db: Db,
  { before, limit }: { before?: { at: Date; id: string }; limit: number },
): Promise<CaptureJob[]> {
  const older = before === undefined ? sql`true` : sql`(created_at, id) < (${before.at}, ${before.id})`;
  return db.rows<CaptureJob>(
    sql`select ${JOB} from custody.capture_job where ${older} order by created_at desc, id desc limit ${limit}`,
  );
}

export async function insertTraces(tx: Tx, traces: readonly Trace[]): Promise<void> {
  await tx.copy(
    'custody.trace',
    ['part', 'at', 'event', 'role', 'step', 'act', 'other', 'state', 'place', 'disposition', 'from_party', 'to_party'],
    traces.map((trace) => [
      trace.part,
      trace.at,
      trace.event,
      trace.role,
      trace.step,
      trace.act,
      trace.other,
      trace.state,
      trace.place,
      trace.disposition,
      trace.fromParty,
      trace.toParty,
    ]),
  );
}
