import type { Context, Db, Tx } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { all, isId, sql } from '#kernel/sql';
import type {
  Answers,
  AssessmentLine,
  AssessmentState,
  DeliveryWay,
  EvidenceFile,
  ItemVerdict,
  NoticeLine,
  Objection,
} from '../model.ts';

export async function findDeclaration(db: Db, id: string, version: number): Promise<Answers> {
  const found = await db.maybe<{ answers: Answers }>(
    sql`select answers from exchange.declaration where offering = ${id} and version = ${version}`,
  );
  return found?.answers ?? {};
}

export async function keepDeclaration(tx: Tx, id: string, version: number, answers: Answers): Promise<void> {
  await tx.run(sql`
    insert into exchange.declaration (offering, version, answers) values (${id}, ${version}, ${JSON.stringify(answers)}::json)
    on conflict (offering, version) do update set answers = excluded.answers
  `);
}

/** The next version begins with the answers and the evidence of the one before. */
export async function copyCompliance(tx: Tx, id: string, from: number, to: number): Promise<void> {
  await tx.run(sql`
    insert into exchange.declaration (offering, version, answers)
    select offering, ${to}::int, answers from exchange.declaration where offering = ${id} and version = ${from}
    on conflict (offering, version) do nothing
  `);
  await tx.run(sql`
    insert into exchange.evidence (id, offering, version, item, name, media, hash, content, by_actor, by_name, at)
    select gen_random_uuid(), offering, ${to}::int, item, name, media, hash, content, by_actor, by_name, at
    from exchange.evidence where offering = ${id} and version = ${from}
  `);
}

const FILE = sql`id, item, name, media, octet_length(content) as bytes, hash, by_name as "byName", at`;

export function findEvidence(db: Db, id: string, version: number): Promise<EvidenceFile[]> {
  return db.rows(sql`
    select ${FILE} from exchange.evidence where offering = ${id} and version = ${version} order by item, at, id limit 500
  `);
}

/** @throws Problem `not-found` */
export async function getEvidence(
  db: Db,
  id: string,
  file: string,
): Promise<EvidenceFile & { version: number; content: Buffer }> {
  const found = await db.maybe<EvidenceFile & { version: number; content: Buffer }>(
    sql`select ${FILE}, version, content from exchange.evidence where ${isId(sql`offering`, id)} and ${isId(sql`id`, file)}`,
  );
  if (found === undefined) throw new Problem('not-found', 'there is no such file');
  return found;
}

export async function insertEvidence(
  ctx: Context,
  tx: Tx,
  { id, version }: { id: string; version: number },
  file: { id: string; item: string; name: string; media: string; hash: string; content: Buffer },
): Promise<void> {
  await tx.run(sql`
    insert into exchange.evidence (id, offering, version, item, name, media, hash, content, by_actor, by_name, at)
    values (${file.id}, ${id}, ${version}, ${file.item}, ${file.name}, ${file.media}, ${file.hash}, ${file.content}, ${ctx.actor.id}, ${ctx.actor.name}, ${ctx.now()})
  `);
}

export async function deleteEvidence(tx: Tx, file: string): Promise<void> {
  await tx.run(sql`delete from exchange.evidence where id = ${file}`);
}

export async function insertAssessment(
  ctx: Context,
  tx: Tx,
  { id, version, fourEyes }: { id: string; version: number; fourEyes: boolean },
): Promise<void> {
  await tx.run(sql`
    insert into exchange.assessment (offering, version, state, four_eyes, opened_at) values (${id}, ${version}, 'open', ${fourEyes}, ${ctx.now()})
  `);
}

export interface StoredAssessment extends Omit<AssessmentLine, 'judged' | 'items'> {
  verdicts: Record<string, ItemVerdict>;
  firstBy: string | null;
  ways: DeliveryWay[];
}

const ASSESSMENT = sql`
  assessment.offering as "offeringId", assessment.version, version.definition -> 'title' as title, version.definition ->> 'kind' as kind,
  json_strip_nulls(json_build_object('id', party.id, 'name', party.name, 'nameZh', party.name_zh)) as holder,
  assessment.state, assessment.four_eyes as "fourEyes", assessment.revision, assessment.opened_at as "openedAt", assessment.first_by as "firstBy",
  assessment.first_name as "firstName", assessment.decided_name as "decidedName", assessment.decided_at as "decidedAt", assessment.words,
  assessment.verdicts,
  version.definition -> 'ways' as ways`;
const FROM = sql`
  exchange.assessment join exchange.offering_version as version using (offering, version)
  join exchange.offering on offering.id = assessment.offering join exchange.party on party.id = offering.holder`;

export function findAssessment(db: Db, id: string, version: number): Promise<StoredAssessment | undefined> {
  return db.maybe(
    sql`select ${ASSESSMENT} from ${FROM} where assessment.offering = ${id} and assessment.version = ${version}`,
  );
}

/** Approved, of this very version. */
export function getApproved(db: Db, id: string, version: number): Promise<{ version: number } | undefined> {
  return db.maybe(
    sql`select version from exchange.assessment where ${isId(sql`offering`, id)} and version = ${version} and state = 'approved'`,
  );
}

/** Open ones first, the oldest of them first; then the newest decisions. */
export function findAssessments(
  db: Db,
  state: AssessmentState | undefined,
  limit: number,
): Promise<StoredAssessment[]> {
  return db.rows(sql`
    select ${ASSESSMENT} from ${FROM} where ${state === undefined ? sql`true` : sql`assessment.state = ${state}`}
    order by assessment.decided_at is not null, assessment.decided_at desc, assessment.opened_at, assessment.offering limit ${limit}
  `);
}

export async function keepVerdicts(
  tx: Tx,
  id: string,
  version: number,
  verdicts: Record<string, ItemVerdict>,
): Promise<void> {
  await tx.run(sql`
    update exchange.assessment set verdicts = ${JSON.stringify(verdicts)}::json, revision = revision + 1
    where offering = ${id} and version = ${version}
  `);
}

export async function secondAssessment(ctx: Context, tx: Tx, id: string, version: number): Promise<void> {
  await tx.run(sql`
    update exchange.assessment set state = 'seconded', first_by = ${ctx.actor.id}, first_name = ${ctx.actor.name}, first_at = ${ctx.now()},
      revision = revision + 1
    where offering = ${id} and version = ${version}
  `);
}

export async function decideAssessment(
  ctx: Context,
  tx: Tx,
  { id, version }: { id: string; version: number },
  { state, words }: { state: 'approved' | 'returned'; words: string },
): Promise<void> {
  await tx.run(sql`
    update exchange.assessment set state = ${state}, decided_by = ${ctx.actor.id}, decided_name = ${ctx.actor.name}, decided_at = ${ctx.now()},
      words = ${words}, revision = revision + 1
    where offering = ${id} and version = ${version}
  `);
}

/** Persons counted abroad for a holder this year, other versions of the same offering not. */
export async function countExported(
  db: Db,
  holder: string,
  year: number,
  except: string,
): Promise<{ persons: number; sensitive: number }> {
  return db.one(sql`
    select coalesce(sum(persons), 0)::int as persons, coalesce(sum(persons) filter (where sensitive), 0)::int as sensitive
    from (
      select distinct on (offering) persons, sensitive from exchange.export_count
      where holder = ${holder} and year = ${year} and offering::text <> ${except} order by offering, version desc
    ) as newest
  `);
}

export async function countExport(
  tx: Tx,
  { holder, year, id, version }: { holder: string; year: number; id: string; version: number },
  { persons, sensitive }: { persons: number; sensitive: boolean },
): Promise<void> {
  await tx.run(sql`
    insert into exchange.export_count (holder, year, offering, version, persons, sensitive)
    values (${holder}, ${year}, ${id}, ${version}, ${persons}, ${sensitive}) on conflict do nothing
  `);
}

export async function insertNotice(
  ctx: Context,
  tx: Tx,
  { id, version, until, workingDays }: { id: string; version: number; until: Date; workingDays: number },
): Promise<void> {
  await tx.run(sql`
    insert into exchange.notice (offering, version, opened_at, until, working_days)
    values (${id}, ${version}, ${ctx.now()}, ${until}, ${workingDays})
  `);
}

export async function closeNotice(
  ctx: Context,
  tx: Tx,
  { id, version }: { id: string; version: number },
  outcome: 'certified' | 'returned',
): Promise<void> {
  await tx.run(sql`
    update exchange.notice set closed_at = ${ctx.now()}, outcome = ${outcome}
    where offering = ${id} and version = ${version} and closed_at is null
  `);
}

type StoredNotice = Omit<NoticeLine, 'calendarKnown'>;
const NOTICE = sql`
  select notice.offering as "offeringId", notice.version, version.definition -> 'title' as title, version.definition -> 'summary' as summary,
    version.definition ->> 'kind' as kind, json_strip_nulls(json_build_object('id', party.id, 'name', party.name, 'nameZh', party.name_zh)) as holder,
    notice.opened_at as "openedAt", notice.until, notice.working_days as "workingDays", notice.closed_at as "closedAt", notice.outcome,
    offering.demonstration,
    (select count(*)::int from exchange.objection where objection.offering = notice.offering and objection.version = notice.version and objection.state = 'open')
      as "openObjections"
  from exchange.notice join exchange.offering_version as version using (offering, version)
  join exchange.offering on offering.id = notice.offering join exchange.party on party.id = offering.holder`;

/** Open ones first, those that end soonest first. */
export function findNotices(db: Db, isOpen: boolean | undefined, limit: number): Promise<StoredNotice[]> {
  const term = isOpen === undefined ? sql`true` : sql`(notice.closed_at is null) = ${isOpen}`;
  return db.rows(sql`
    ${NOTICE} where ${term}
    order by notice.closed_at is not null, notice.closed_at desc, notice.until, notice.offering limit ${limit}
  `);
}

export function findNotice(db: Db, id: string, version: number): Promise<StoredNotice | undefined> {
  return db.maybe(sql`${NOTICE} where ${isId(sql`notice.offering`, id)} and notice.version = ${version}`);
}

/** Notices whose time is over and that no objection holds. */
export function findOver(db: Db, now: Date, limit: number): Promise<{ id: string; version: number }[]> {
  return db.rows(sql`
    select notice.offering as id, notice.version from exchange.notice
    join exchange.offering_version as version using (offering, version)
    where notice.closed_at is null and notice.until <= ${now} and version.state = 'in-notice'
    order by notice.until, notice.offering limit ${limit}
  `);
}

const OBJECTION = sql`
  id, by_name as "byName", grounds, at, state, decided_name as "decidedName", decided_at as "decidedAt", words`;

export function findObjections(db: Db, id: string, version: number): Promise<Objection[]> {
  return db.rows(sql`
    select ${OBJECTION} from exchange.objection where ${all([sql`${isId(sql`offering`, id)}`, sql`version = ${version}`])} order by at, id limit 200
  `);
}

export function countObjections(db: Db, id: string, version: number, by?: string): Promise<{ n: number }> {
  const mine = by === undefined ? sql`true` : sql`by_actor = ${by}`;
  return db.one(sql`
    select count(*)::int as n from exchange.objection
    where ${isId(sql`offering`, id)} and version = ${version} and state = 'open' and ${mine}
  `);
}

export async function insertObjection(
  ctx: Context,
  tx: Tx,
  { id, version, objection, grounds }: { id: string; version: number; objection: string; grounds: string },
): Promise<void> {
  await tx.run(sql`
    insert into exchange.objection (id, offering, version, by_actor, by_name, grounds, at)
    values (${objection}, ${id}, ${version}, ${ctx.actor.id}, ${ctx.actor.name}, ${grounds}, ${ctx.now()})
  `);
}

/** @returns false where it is decided already */
export async function decideObjection(
  ctx: Context,
  tx: Tx,
  objection: string,
  { state, words }: { state: 'upheld' | 'rejected'; words: string },
): Promise<boolean> {
  const touched = await tx.run(sql`
    update exchange.objection set state = ${state}, words = ${words}, decided_by = ${ctx.actor.id}, decided_name = ${ctx.actor.name}, decided_at = ${ctx.now()}
    where ${isId(sql`id`, objection)} and state = 'open'
  `);
  return touched > 0;
}

/** @throws Problem `not-found` */
export async function getObjection(db: Db, id: string): Promise<{ offering: string; version: number; by: string }> {
  const found = await db.maybe<{ offering: string; version: number; by: string }>(
    sql`select offering, version, by_actor as by from exchange.objection where ${isId(sql`id`, id)}`,
  );
  if (found === undefined) throw new Problem('not-found', 'there is no such objection');
  return found;
}
