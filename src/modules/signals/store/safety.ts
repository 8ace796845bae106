import type { Context, Db, Sql, Tx } from '#kernel/context';
import { all, isId, sql } from '#kernel/sql';
import type { MonitorEntry, MonitorPlan, NewMonitorPlan, SafetyFilter, SafetyReportLine, SafetyRun } from '../model.ts';

/** A report names a product together with a reaction. */
export interface ReportRow {
  report: string;
  product: string;
  reaction: string;
  lots: string[];
  sex: string;
  ageBand: string;
  /** By the first receipt, else the day it was written. */
  day: string;
  quarter: string;
}

/** Lines that are judged at once, the newest reports first. */
export const MOST_ROWS = 500_000;

/** What stands: latest versions of what was submitted, without duplicates. */
const STANDS = sql`r.state = 'submitted' and r.duplicate_of is null`;
const DAY = sql`coalesce(r.first_received, (r.created_at at time zone 'Asia/Shanghai')::date)`;

function termsOf({ until, sex, ageBand, kind }: SafetyFilter): Sql[] {
  return [
    STANDS,
    ...(until === undefined ? [] : [sql`${DAY} <= ${until}::date`]),
    ...(sex === undefined ? [] : [sql`coalesce(r.sex, 'unknown') = ${sex}`]),
    ...(ageBand === undefined ? [] : [sql`r.age_band = ${ageBand}`]),
    ...(kind === undefined ? [] : [sql`r.kind = ${kind}`]),
  ];
}

/** Every suspected or interacting product of a report with every reaction of it, by report: looked up report by report, so that the plan is the same however little is known of the tables. */
export function findReportRows(db: Db, filter: SafetyFilter = {}): Promise<ReportRow[]> {
  return db.rows(sql`
    select r.id as report, suspected.key as product, suffered.key as reaction, suspected.lots, coalesce(r.sex, 'unknown') as sex, r.age_band as "ageBand",
      ${DAY}::text as day, to_char(${DAY}, 'YYYY-"Q"Q') as quarter
    from signals.report r
    cross join lateral (
      select p.key, array(select distinct lot from signals.report_product o, unnest(o.lots) as lot where o.report = r.id and o.key = p.key and lot != '') as lots
      from signals.report_product p where p.report = r.id and p.role != '2' and p.key != '' group by p.key
    ) as suspected
    cross join lateral (select distinct e.key from signals.report_reaction e where e.report = r.id and e.key != '') as suffered
    where ${all(termsOf(filter))} order by r.created_at desc, r.id, 2, 3 limit ${MOST_ROWS}
  `);
}

/** What products and reactions are called, by their keys. */
export async function findNames(db: Db): Promise<{ products: Map<string, string>; reactions: Map<string, string> }> {
  const of = async (rows: Promise<{ key: string; name: string }[]>) =>
    new Map((await rows).map(({ key, name }) => [key, name]));
  return {
    products: await of(
      db.rows(sql`select key, min(name) as name from signals.report_product group by key order by key limit 100000`),
    ),
    reactions: await of(
      db.rows(sql`select key, min(name) as name from signals.report_reaction group by key order by key limit 100000`),
    ),
  };
}

/** Changes whenever a report or what was entered into a plan does. */
export async function fingerprintOf(db: Db): Promise<string> {
  const { mark } = await db.one<{ mark: string }>(sql`
    select concat_ws(' ', (select count(*) || ' ' || coalesce(max(updated_at)::text, '') || ' ' || coalesce(sum(revision), 0) from signals.report),
      (select count(*) || ' ' || count(struck_at) from signals.monitor_entry), (select count(*) from signals.monitor_plan),
      (select count(*) || ' ' || coalesce(max(at)::text, '') from signals.listed_reaction)) as mark
  `);
  return mark;
}

/** Reports of a pair, the newest first. */
export function findPairReports(
  db: Db,
  { product, reaction, limit }: { product: string; reaction: string; limit: number },
): Promise<SafetyReportLine[]> {
  return db.rows(sql`
    select r.id, r.case_number as "caseNumber", ${DAY}::text as day, coalesce(r.sex, 'unknown') as sex, r.age_band as "ageBand", r.serious, r.outcome, r.lots
    from signals.report r
    where ${STANDS} and exists (select 1 from signals.report_product p where p.report = r.id and p.key = ${product} and p.role != '2')
      and exists (select 1 from signals.report_reaction e where e.report = r.id and e.key = ${reaction})
    order by 3 desc, r.id limit ${limit}
  `);
}

// ---- runs ------------------------------------------------------------------------------------------------------------

const KEPT = 500;

export async function noteSafetyRun(
  db: Db,
  { at, reports, pairs, lots, plans, raised, updated, tookMs, trouble }: Omit<SafetyRun, 'at'> & { at: Date },
  fingerprint: string,
): Promise<void> {
  await db.run(sql`
    insert into signals.safety_run (at, fingerprint, reports, pairs, lots, plans, raised, updated, took_ms, trouble)
    values (${at}, ${fingerprint}, ${reports}, ${pairs}, ${lots}, ${plans}, ${raised}, ${updated}, ${tookMs}, ${trouble})
  `);
  await db.run(sql`delete from signals.safety_run where id <= (select max(id) from signals.safety_run) - ${KEPT}`);
}

/** The newest first. */
export function findSafetyRuns(db: Db, limit: number): Promise<(SafetyRun & { fingerprint: string })[]> {
  return db.rows(sql`
    select at, fingerprint, reports, pairs, lots, plans, raised, updated, took_ms as "tookMs", trouble from signals.safety_run order by id desc limit ${limit}
  `);
}

// ---- monitoring ------------------------------------------------------------------------------------------------------

const PLAN = sql`id, product, reaction, method, parameters, since::text, state, ended_why as "endedWhy", created_at as "createdAt", created_name as "createdName"`;
const MOST_PLANS = 1_000;
const MOST_ENTRIES = 2_000;

export async function insertPlan(ctx: Context, tx: Tx, id: string, plan: NewMonitorPlan): Promise<void> {
  const { product, reaction, method, parameters, since } = plan;
  await tx.run(sql`
    insert into signals.monitor_plan (id, product, reaction, method, parameters, since, state, created_at, created_by, created_name)
    values (${id}, ${product}, ${reaction}, ${method}, ${JSON.stringify(parameters)}::jsonb, ${since}, 'running', ${ctx.now()}, ${ctx.actor.id}, ${ctx.actor.name})
  `);
}

/** Those that run first, then the newest. */
export function findPlans(db: Db): Promise<MonitorPlan[]> {
  return db.rows(sql`
    select ${PLAN} from signals.monitor_plan order by (state = 'ended'), created_at desc, id limit ${MOST_PLANS}
  `);
}

/** @throws Problem `not-found` */
export function getPlan(db: Db, id: string): Promise<MonitorPlan> {
  return db.one(sql`select ${PLAN} from signals.monitor_plan where ${isId(sql`id`, id)}`);
}

/** The plan, held until the transaction ends. @throws Problem `not-found` */
export async function holdPlan(tx: Tx, id: string): Promise<MonitorPlan> {
  await tx.one(sql`select 1 from signals.monitor_plan where ${isId(sql`id`, id)} for update`);
  return getPlan(tx, id);
}

export async function movePlan(
  tx: Tx,
  id: string,
  state: MonitorPlan['state'],
  why: string | null = null,
): Promise<void> {
  await tx.run(sql`update signals.monitor_plan set state = ${state}, ended_why = ${why} where ${isId(sql`id`, id)}`);
}

/** In the order of their days; equal days in the order they were entered. */
export function findEntries(db: Db, plan: string): Promise<MonitorEntry[]> {
  return db.rows(sql`
    select id, day::text, exposed, events, risk, note, at, by_name as "byName", struck_why as "struckWhy" from signals.monitor_entry
    where ${isId(sql`plan`, plan)} order by day, at, id limit ${MOST_ENTRIES}
  `);
}

export async function insertEntry(
  ctx: Context,
  tx: Tx,
  plan: string,
  entry: Pick<MonitorEntry, 'day' | 'exposed' | 'events' | 'risk' | 'note'>,
): Promise<void> {
  const { day, exposed, events, risk, note } = entry;
  await tx.run(sql`
    insert into signals.monitor_entry (plan, id, day, exposed, events, risk, note, at, by, by_name)
    values (${plan}, ${ctx.newId()}, ${day}, ${exposed}, ${events}, ${risk}, ${note}, ${ctx.now()}, ${ctx.actor.id}, ${ctx.actor.name})
  `);
}

/** @throws Problem `not-found` when there is none that stands */
export async function strikeEntry(
  ctx: Context,
  tx: Tx,
  { plan, id, why }: { plan: string; id: string; why: string },
): Promise<void> {
  await tx.one(sql`
    update signals.monitor_entry set struck_at = ${ctx.now()}, struck_by = ${ctx.actor.id}, struck_why = ${why}
    where ${isId(sql`plan`, plan)} and ${isId(sql`id`, id)} and struck_at is null returning 1
  `);
}

/** Days on which a report of the pair was received, one for each report, ascending. */
export async function findPairDays(
  db: Db,
  { product, reaction, since }: { product: string; reaction: string; since: string },
): Promise<string[]> {
  const rows = await db.rows<{ day: string }>(sql`
    select ${DAY}::text as day from signals.report r
    where ${STANDS} and ${DAY} >= ${since}::date
      and exists (select 1 from signals.report_product p where p.report = r.id and p.key = ${product} and p.role != '2')
      and exists (select 1 from signals.report_reaction e where e.report = r.id and e.key = ${reaction})
    order by 1, r.id limit ${MOST_ROWS}
  `);
  return rows.map(({ day }) => day);
}
