import { reachOf } from '#kernel/access';
import type { Context, Db, Sql, Tx } from '#kernel/context';
import { tell } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import { all, isId, join, sql } from '#kernel/sql';
import type { CaseReport, Issue } from '#standards/e2b';
import type {
  Assessment,
  Due,
  DueLine,
  PairGround,
  ReportEvent,
  ReportLine,
  ReportQuery,
  ReportState,
  ReportVersion,
} from '../model.ts';
import type { Summary } from '../rules/index.ts';

const READ = 'signals.report.read';
const MOST_OF_ONE = 1_000;

const LINE = sql`id, organization, origin, state, version, revision, case_number as "caseNumber", kind, first_received::text as "firstReceived", recent::text,
  onset::text, sex, age_years as "ageYears", age_band as "ageBand", country, serious, criteria, outcome, products, lots, reactions, duplicate_of as "duplicateOf",
  draft is not null as "hasDraft", created_at as "createdAt", created_name as "createdName", updated_at as "updatedAt"`;

/** Where an actor's reports belong: the first organization, or the person where there is none. */
export function homeOf({ actor }: Pick<Context, 'actor'>): string {
  return actor.organizations[0] ?? actor.id;
}

/** Which reports the actor may see. Default: none. */
function seen(ctx: Context): Sql {
  const reach = reachOf(ctx.actor, READ);
  if (reach === 'all') return sql`true`;
  if (reach === 'organization') return sql`organization = any(${[...ctx.actor.organizations, ctx.actor.id]}::text[])`;
  return sql`false`;
}

// ---- batches ---------------------------------------------------------------------------------------------------------

export interface Batch {
  organization: string;
  digest: string;
  code: string | null;
  answer: string | null;
}

/** Keeps the bytes of a batch; one that is kept already is left alone. */
export async function keepBatch(
  ctx: Context,
  { organization, digest, raw }: { organization: string; digest: string; raw: Buffer },
): Promise<void> {
  await ctx.db.run(sql`
    insert into signals.report_batch (organization, digest, raw, received_at, received_by, received_name)
    values (${organization}, ${digest}, ${raw}, ${ctx.now()}, ${ctx.actor.id}, ${ctx.actor.name})
    on conflict (organization, digest) do nothing
  `);
}

export function holdBatch(tx: Tx, organization: string, digest: string): Promise<Batch & { raw: Buffer }> {
  return tx.one(sql`
    select organization, digest, code, answer, raw from signals.report_batch where organization = ${organization} and digest = ${digest} for update
  `);
}

/** Whether another content was taken under this number of this sender. */
export async function isNumberTaken(
  tx: Tx,
  { organization, digest, sender, number }: { organization: string; digest: string; sender: string; number: string },
): Promise<boolean> {
  await tx.run(sql`select pg_advisory_xact_lock(hashtextextended(${`batch ${organization} ${sender} ${number}`}, 0))`);
  const found = await tx.maybe(sql`
    select 1 from signals.report_batch where organization = ${organization} and sender = ${sender} and number = ${number} and digest != ${digest} and code in ('AA', 'AE')
  `);
  return found !== undefined;
}

export async function answerBatch(
  ctx: Context,
  tx: Tx,
  {
    organization,
    digest,
    sender,
    number,
    code,
    answer,
  }: {
    organization: string;
    digest: string;
    sender: string | undefined;
    number: string | undefined;
    code: string;
    answer: string;
  },
): Promise<void> {
  await tx.run(sql`
    update signals.report_batch set sender = ${sender ?? null}, number = ${number ?? null}, code = ${code}, answer = ${answer}, answered_at = ${ctx.now()}
    where organization = ${organization} and digest = ${digest}
  `);
}

/** Batches that were kept and, because the program died, not answered. */
export function findUnanswered(
  db: Db,
  { before, limit }: { before: Date; limit: number },
): Promise<{ organization: string; digest: string; receivedBy: string; receivedName: string }[]> {
  return db.rows(sql`
    select organization, digest, received_by as "receivedBy", received_name as "receivedName" from signals.report_batch
    where answered_at is null and received_at < ${before} order by received_at, digest limit ${limit}
  `);
}

export function getRawBatch(db: Db, organization: string, digest: string): Promise<{ raw: Buffer }> {
  return db.one(sql`select raw from signals.report_batch where organization = ${organization} and digest = ${digest}`);
}

// ---- reports ---------------------------------------------------------------------------------------------------------

/** The report that an organization's case number stands for, and nobody else makes one meanwhile. */
export async function holdCase(tx: Tx, organization: string, caseNumber: string): Promise<string | undefined> {
  await tx.run(sql`select pg_advisory_xact_lock(hashtextextended(${`case ${organization} ${caseNumber}`}, 0))`);
  const found = await tx.maybe<{ report: string }>(sql`
    select report from signals.report_case where organization = ${organization} and case_number = ${caseNumber}
  `);
  return found?.report;
}

export async function insertCase(tx: Tx, organization: string, caseNumber: string, report: string): Promise<void> {
  await tx.run(sql`
    insert into signals.report_case (organization, case_number, report) values (${organization}, ${caseNumber}, ${report}) on conflict do nothing
  `);
}

export async function insertReport(
  ctx: Context,
  tx: Tx,
  {
    id,
    organization,
    origin,
    state,
    summary,
  }: { id: string; organization: string; origin: 'e2b' | 'typed'; state: ReportState; summary: Summary },
): Promise<void> {
  await tx.run(sql`
    insert into signals.report (id, organization, origin, state, kind, age_band, serious, criteria, products, lots, reactions, words, created_at, created_by, created_name, updated_at)
    values (${id}, ${organization}, ${origin}, ${state}, ${summary.kind}, ${summary.ageBand}, ${summary.serious}, '{}', '{}', '{}', '{}', '',
      ${ctx.now()}, ${ctx.actor.id}, ${ctx.actor.name}, ${ctx.now()})
  `);
  await tell(tx, { type: 'signals.report-changed', subject: id, data: {} });
}

/** A report that the actor may see, held until the transaction ends. @throws Problem `not-found` */
export async function holdReport(ctx: Context, tx: Tx, id: string): Promise<ReportLine & { draft: CaseReport | null }> {
  return tx.one(sql`select ${LINE}, draft from signals.report where ${isId(sql`id`, id)} and ${seen(ctx)} for update`);
}

export function getReport(ctx: Context, id: string): Promise<ReportLine & { draft: CaseReport | null }> {
  return ctx.db.one(sql`select ${LINE}, draft from signals.report where ${isId(sql`id`, id)} and ${seen(ctx)}`);
}

/** Sets what lists and searches need, and counts the change. */
export async function updateReport(
  ctx: Context,
  tx: Tx,
  id: string,
  change: {
    state?: ReportState;
    version?: number;
    draft?: CaseReport | null;
    caseNumber?: string;
    summary?: Summary;
    duplicateOf?: string | null;
  },
): Promise<void> {
  const { state, version, draft, caseNumber, summary, duplicateOf } = change;
  const sets = [sql`revision = revision + 1`, sql`updated_at = ${ctx.now()}`];
  if (state !== undefined) sets.push(sql`state = ${state}`);
  if (version !== undefined) sets.push(sql`version = ${version}`);
  if (draft !== undefined) sets.push(sql`draft = ${draft === null ? null : JSON.stringify(draft)}::json`);
  if (caseNumber !== undefined) sets.push(sql`case_number = ${caseNumber}`);
  if (duplicateOf !== undefined) sets.push(sql`duplicate_of = ${duplicateOf}`);
  if (summary !== undefined) sets.push(...summarySets(summary));
  await tx.run(sql`update signals.report set ${join(sets)} where ${isId(sql`id`, id)}`);
  await tell(tx, { type: 'signals.report-changed', subject: id, data: {} });
}

function summarySets(summary: Summary): Sql[] {
  const { kind, firstReceived, recent, onset, sex, birthDate, ageYears, ageBand, country, serious } = summary;
  const { criteria, outcome, words } = summary;
  const products = summary.products.map(({ name }) => name).filter(Boolean);
  const lots = [...new Set(summary.products.flatMap((product) => product.lots))];
  const reactions = summary.reactions.map(({ name }) => name).filter(Boolean);
  return [
    sql`kind = ${kind}, first_received = ${firstReceived}, recent = ${recent}, onset = ${onset}, sex = ${sex}, birth_date = ${birthDate}`,
    sql`age_years = ${ageYears}, age_band = ${ageBand}, country = ${country}, serious = ${serious}, criteria = ${criteria}, outcome = ${outcome}`,
    sql`products = ${products}, lots = ${lots}, reactions = ${reactions}, words = ${words}`,
  ];
}

/** Products and reactions of the latest version, instead of those before. */
export async function replaceParts(tx: Tx, report: string, { products, reactions }: Summary): Promise<void> {
  await tx.run(sql`delete from signals.report_product where report = ${report}`);
  await tx.run(sql`delete from signals.report_reaction where report = ${report}`);
  await tx.copy(
    'signals.report_product',
    ['report', 'place', 'key', 'name', 'role', 'lots', 'approval'],
    products.map(({ key, name, role, lots, approval }, at) => [report, at + 1, key, name, role, lots, approval]),
  );
  await tx.copy(
    'signals.report_reaction',
    ['report', 'place', 'key', 'name', 'code', 'serious', 'onset', 'outcome'],
    reactions.map(({ key, name, code, serious, onset, outcome }, at) => [
      report,
      at + 1,
      key,
      name,
      code,
      serious,
      onset,
      outcome,
    ]),
  );
}

export async function insertVersion(
  ctx: Context,
  tx: Tx,
  {
    report,
    version,
    kind,
    content,
    issues,
    batch,
    place,
  }: {
    report: string;
    version: number;
    kind: ReportVersion['kind'];
    content: CaseReport;
    issues: readonly Issue[];
    batch?: string;
    place?: number;
  },
): Promise<void> {
  await tx.run(sql`
    insert into signals.report_version (report, version, kind, content, issues, at, by, by_name, batch, place)
    values (${report}, ${version}, ${kind}, ${JSON.stringify(content)}::json, ${JSON.stringify(issues)}::json, ${ctx.now()}, ${ctx.actor.id}, ${ctx.actor.name},
      ${batch ?? null}, ${place ?? null})
  `);
}

/** @throws Problem `not-found` */
export function getVersion(db: Db, report: string, version: number): Promise<{ content: CaseReport; issues: Issue[] }> {
  return db.one(
    sql`select content, issues from signals.report_version where ${isId(sql`report`, report)} and version = ${version}`,
  );
}

/** The newest first. */
export function findVersions(db: Db, report: string): Promise<ReportVersion[]> {
  return db.rows(sql`
    select version, kind, issues, at, by_name as "byName", batch from signals.report_version where ${isId(sql`report`, report)} order by version desc limit ${MOST_OF_ONE}
  `);
}

/** The newest change first; equal times by id, so that pages never overlap. */
export function findReports(ctx: Context, query: ReportQuery): Promise<ReportLine[]> {
  const { search, state, kind, product, lot, reaction, serious, since, until, after, limit } = query;
  const terms = [seen(ctx)];
  for (const word of (search ?? '').toLowerCase().split(/\s+/).filter(Boolean).slice(0, 8))
    terms.push(sql`position(${word} in words) > 0`);
  if (state !== undefined) terms.push(sql`state = ${state}`);
  else terms.push(sql`state != 'void'`);
  if (kind !== undefined) terms.push(sql`kind = ${kind}`);
  if (product !== undefined) terms.push(sql`products @> ${[product]}::text[]`);
  if (lot !== undefined) terms.push(sql`lots @> ${[lot]}::text[]`);
  if (reaction !== undefined) terms.push(sql`reactions @> ${[reaction]}::text[]`);
  if (serious !== undefined) terms.push(sql`serious = ${serious}`);
  if (since !== undefined) terms.push(sql`first_received >= ${since}::date`);
  if (until !== undefined) terms.push(sql`first_received <= ${until}::date`);
  if (after !== undefined) {
    const [at = '', id = ''] = after.split(' ');
    if (Number.isNaN(Date.parse(at))) throw new Problem('invalid', 'a page begins after the last of the page before');
    // The clock of the database is finer than that of the program, which writes these times.
    terms.push(sql`(updated_at < ${new Date(at)} or (updated_at = ${new Date(at)} and id::text > ${id}))`);
  }
  return ctx.db.rows(sql`
    select ${LINE} from signals.report where ${all(terms)} order by updated_at desc, id limit ${limit}
  `);
}

// ---- limits, events, judgements ---------------------------------------------------------------------------------------

/** What is owed of a version; what was owed before is done. */
export async function setDue(
  ctx: Context,
  tx: Tx,
  report: string,
  { version, due, note }: { version: number; due: readonly { rule: string; dueOn: string }[]; note: string },
): Promise<void> {
  await tx.run(sql`
    update signals.report_due set done_at = ${ctx.now()}, done_by = ${ctx.actor.id}, note = ${note}
    where report = ${report} and done_at is null and version < ${version}
  `);
  await tx.run(
    sql`delete from signals.report_due where report = ${report} and version = ${version} and done_at is null`,
  );
  for (const { rule, dueOn } of due) {
    await tx.run(sql`
      insert into signals.report_due (report, rule, version, due_on) values (${report}, ${rule}, ${version}, ${dueOn}) on conflict do nothing
    `);
  }
}

/** Ends one limit. @throws Problem `not-found` when it is not open */
export async function endDue(
  ctx: Context,
  tx: Tx,
  { report, rule, version, note }: { report: string; rule: string; version: number; note: string },
): Promise<void> {
  await tx.one(sql`
    update signals.report_due set done_at = ${ctx.now()}, done_by = ${ctx.actor.id}, note = ${note}
    where ${isId(sql`report`, report)} and rule = ${rule} and version = ${version} and done_at is null returning 1
  `);
}

export async function endAllDue(ctx: Context, tx: Tx, report: string, note: string): Promise<void> {
  await tx.run(sql`
    update signals.report_due set done_at = ${ctx.now()}, done_by = ${ctx.actor.id}, note = ${note} where ${isId(sql`report`, report)} and done_at is null
  `);
}

const DUE = sql`d.report, d.rule, d.version, d.due_on::text as "dueOn", d.done_at as "doneAt", d.note`;

export function findDue(db: Db, report: string): Promise<Due[]> {
  return db.rows(sql`
    select ${DUE} from signals.report_due d where ${isId(sql`d.report`, report)} order by d.version desc, d.due_on, d.rule limit ${MOST_OF_ONE}
  `);
}

/** What is open, the most urgent first. */
export function findOpenDue(ctx: Context, today: string, limit: number): Promise<DueLine[]> {
  return ctx.db.rows(sql`
    select ${DUE}, r.case_number as "caseNumber", r.products, r.reactions, r.state, d.due_on - ${today}::date as "daysLeft"
    from signals.report_due d join signals.report r on r.id = d.report
    where d.done_at is null and r.state in ('draft', 'submitted') and ${seen(ctx)}
    order by d.due_on, d.report, d.rule limit ${limit}
  `);
}

export async function insertReportEvent(
  ctx: Context,
  tx: Tx,
  report: string,
  { kind, detail }: Pick<ReportEvent, 'kind' | 'detail'>,
): Promise<void> {
  await tx.run(sql`
    insert into signals.report_event (report, id, at, by, by_name, kind, detail)
    values (${report}, ${ctx.newId()}, ${ctx.now()}, ${ctx.actor.id}, ${ctx.actor.name}, ${kind}, ${JSON.stringify(detail)}::jsonb)
  `);
}

export function findReportEvents(db: Db, report: string): Promise<ReportEvent[]> {
  return db.rows(sql`
    select id, at, by_name as "byName", kind, detail from signals.report_event where ${isId(sql`report`, report)} order by at desc, id limit ${MOST_OF_ONE}
  `);
}

export async function insertAssessment(
  ctx: Context,
  tx: Tx,
  report: string,
  { id, method, drug, reaction, answers, result, score, note, version }: Omit<Assessment, 'at' | 'byName'>,
): Promise<void> {
  const { n } = await tx.one<{ n: number }>(
    sql`select count(*)::int as n from signals.report_assessment where ${isId(sql`report`, report)}`,
  );
  if (n >= MOST_OF_ONE)
    throw new Problem('too-large', 'this report was judged so often that no more fits', { most: n });
  await tx.run(sql`
    insert into signals.report_assessment (report, id, method, drug, reaction, answers, result, score, note, version, at, by, by_name)
    values (${report}, ${id}, ${method}, ${drug}, ${reaction}, ${JSON.stringify(answers)}::json, ${result}, ${score}, ${note}, ${version}, ${ctx.now()},
      ${ctx.actor.id}, ${ctx.actor.name})
  `);
}

export function findAssessments(db: Db, report: string): Promise<Assessment[]> {
  return db.rows(sql`
    select id, method, drug, reaction, answers, result, score, note, version, at, by_name as "byName" from signals.report_assessment
    where ${isId(sql`report`, report)} order by at desc, id limit ${MOST_OF_ONE}
  `);
}

// ---- duplicates ------------------------------------------------------------------------------------------------------

/** What is compared of a report. */
export interface Compared {
  id: string;
  caseNumber: string | null;
  organization: string;
  sex: string | null;
  birthDate: string | null;
  ageYears: number | null;
  onset: string | null;
  country: string | null;
  outcome: string | null;
  products: string[];
  lots: string[];
  reactions: string[];
}

const COMPARED = sql`r.id, r.case_number as "caseNumber", r.organization, r.sex, r.birth_date::text as "birthDate", r.age_years as "ageYears", r.onset::text, r.country,
  r.outcome, r.lots,
  coalesce((select array_agg(distinct p.key order by p.key) from signals.report_product p where p.report = r.id and p.role != '2'), '{}') as products,
  coalesce((select array_agg(distinct e.key order by e.key) from signals.report_reaction e where e.report = r.id), '{}') as reactions`;

export function getCompared(db: Db, id: string): Promise<Compared> {
  return db.one(sql`select ${COMPARED} from signals.report r where ${isId(sql`r.id`, id)}`);
}

/** Reports that share a product or a reaction with this one, or its case number: others cannot be told from chance. */
export function findCandidates(ctx: Context, one: Compared, limit: number): Promise<Compared[]> {
  return ctx.db.rows(sql`
    select ${COMPARED} from signals.report r
    where ${seen(ctx)} and r.state = 'submitted' and r.id::text != ${one.id} and (r.case_number = ${one.caseNumber} or r.id in (
      select report from signals.report_product where key = any(${one.products}::text[]) and role != '2'
      union select report from signals.report_reaction where key = any(${one.reactions}::text[])))
    order by (r.onset is not distinct from ${one.onset}::date) desc, abs(coalesce(r.onset - ${one.onset}::date, 36500)), r.id limit ${limit}
  `);
}

/** The newest reports of everybody, for what is common: only frequencies leave it. */
export function findSample(db: Db, limit: number): Promise<Compared[]> {
  return db.rows(sql`
    select ${COMPARED} from signals.report r where r.state = 'submitted' order by r.updated_at desc, r.id limit ${limit}
  `);
}

export interface Decision {
  other: string;
  decision: 'confirmed' | 'refused';
  reason: string;
  at: string;
  byName: string;
}
export function findDecisions(db: Db, report: string): Promise<Decision[]> {
  return db.rows(sql`
    select other, decision, reason, at, by_name as "byName" from signals.report_pair where ${isId(sql`report`, report)} order by at desc, other limit ${MOST_OF_ONE}
  `);
}

/** The decision on two reports, told from both sides. */
export async function decidePair(
  ctx: Context,
  tx: Tx,
  {
    report,
    other,
    decision,
    score,
    grounds,
    reason,
  }: {
    report: string;
    other: string;
    decision: Decision['decision'];
    score: number | null;
    grounds: readonly PairGround[];
    reason: string;
  },
): Promise<void> {
  for (const [one, two] of [
    [report, other],
    [other, report],
  ]) {
    await tx.run(sql`
      insert into signals.report_pair (report, other, decision, score, grounds, reason, at, by, by_name)
      values (${one}, ${two}, ${decision}, ${score}, ${JSON.stringify(grounds)}::json, ${reason}, ${ctx.now()}, ${ctx.actor.id}, ${ctx.actor.name})
      on conflict (report, other) do update set decision = excluded.decision, score = excluded.score, grounds = excluded.grounds, reason = excluded.reason,
        at = excluded.at, by = excluded.by, by_name = excluded.by_name
    `);
  }
}

export function findLines(ctx: Context, ids: readonly string[]): Promise<ReportLine[]> {
  return ctx.db.rows(sql`
    select ${LINE} from signals.report where id::text = any(${[...ids]}::text[]) and ${seen(ctx)} order by id limit ${MOST_OF_ONE}
  `);
}

// ---- counts for the methods ------------------------------------------------------------------------------------------

export interface ReportCount {
  /** Null: of all products (or reactions), so that margins are counted by reports and not by pairs. */
  product: string | null;
  productName: string | null;
  lot: string | null;
  reaction: string | null;
  reactionName: string | null;
  sex: string;
  ageBand: string;
  /** `2026-Q3`, by the first receipt. */
  quarter: string;
  reports: number;
}

/**
 * Distinct reports by product, lot, reaction, sex, age and quarter: the latest versions of what was submitted, without duplicates and what was nullified.
 * Concomitant products are not counted. A stratum's margins are rows of their own, with null where all are meant; strata add up, products and reactions do not.
 *
 * @param by whether a product is told apart by its lots (`lot` is '' where none is known)
 */
export function countReports(
  db: Db,
  {
    by = 'product',
    since,
    until,
    limit = 1_000_000,
  }: { by?: 'product' | 'lot'; since?: string; until?: string; limit?: number } = {},
): Promise<ReportCount[]> {
  const terms = [sql`r.state = 'submitted'`, sql`r.duplicate_of is null`];
  if (since !== undefined) terms.push(sql`r.first_received >= ${since}::date`);
  if (until !== undefined) terms.push(sql`r.first_received <= ${until}::date`);
  const lots = by === 'lot' ? sql`coalesce(nullif(p.lots, '{}'), array[''])` : sql`array[null::text]`;
  return db.rows(sql`
    with one as (
      select r.id, coalesce(r.sex, '') as sex, r.age_band, coalesce(to_char(coalesce(r.first_received, r.created_at::date), 'YYYY-"Q"Q'), '') as quarter
      from signals.report r where ${all(terms)}
    ), product as (
      select distinct p.report, p.key, lot from signals.report_product p, unnest(${lots}) as lot where p.role != '2' and p.key != ''
    ), reaction as (
      select distinct e.report, e.key from signals.report_reaction e where e.key != ''
    ), named as (
      select key, min(name) as name from signals.report_product group by key
    ), called as (
      select key, min(name) as name from signals.report_reaction group by key
    ), counted as (
      select product.key as product, product.lot, reaction.key as reaction, one.sex, one.age_band, one.quarter, count(*)::int as reports
        from one join product on product.report = one.id join reaction on reaction.report = one.id group by 1, 2, 3, 4, 5, 6
      union all select product.key, product.lot, null, one.sex, one.age_band, one.quarter, count(*)::int from one join product on product.report = one.id group by 1, 2, 4, 5, 6
      union all select null, null, reaction.key, one.sex, one.age_band, one.quarter, count(*)::int from one join reaction on reaction.report = one.id group by 3, 4, 5, 6
      union all select null, null, null, one.sex, one.age_band, one.quarter, count(*)::int from one group by 4, 5, 6
    )
    select counted.product, named.name as "productName", counted.lot, counted.reaction, called.name as "reactionName", counted.sex, counted.age_band as "ageBand",
      counted.quarter, counted.reports
    from counted left join named on named.key = counted.product left join called on called.key = counted.reaction
    order by 1 nulls first, 3 nulls first, 4 nulls first, 6, 7, 8 limit ${limit}
  `);
}
