import type { Context, Db, Sql, Tx } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { all, isId, sql } from '#kernel/sql';
import type {
  AnswerValue,
  ApplicationAct,
  ApplicationLine,
  ApplicationPage,
  ApplicationState,
  ClauseFinding,
  Eligibility,
  EligibleLine,
  EnterpriseLine,
  EvidenceFile,
  KnownAnswer,
  Payer,
  PolicyEntry,
  PolicyReach,
  PolicyVersion,
} from '../model.ts';

export interface Amendment {
  policy: string;
  version: number;
  content: PolicyVersion;
  words: string;
  madeByName: string;
  madeAt: string;
  guideDueAt: string;
  guideAt: string | null;
}

export function findAmendments(db: Db): Promise<Amendment[]> {
  return db.rows<Amendment>(sql`
    select policy, version, content, words, made_by_name as "madeByName", made_at as "madeAt", guide_due_at as "guideDueAt", guide_at as "guideAt"
    from cluster.policy_version order by policy, version limit 2000
  `);
}

/** False where another one was added meanwhile. */
export async function insertAmendment(
  ctx: Context,
  tx: Tx,
  { policy, content, words, guideDueAt }: { policy: string; content: PolicyVersion; words: string; guideDueAt: Date },
): Promise<boolean> {
  const { id, name } = ctx.actor;
  const added = await tx.run(sql`
    insert into cluster.policy_version (policy, version, content, words, made_by, made_by_name, made_at, guide_due_at)
    values (${policy}, ${content.version}, ${JSON.stringify(content)}::json, ${words}, ${id}, ${name}, ${ctx.now()}, ${guideDueAt})
    on conflict do nothing
  `);
  return added === 1;
}

/** False where it was online already, or is not there. */
export async function markGuide(ctx: Context, tx: Tx, policy: string, version: number): Promise<boolean> {
  const marked = await tx.run(sql`
    update cluster.policy_version set guide_at = ${ctx.now()}
    where policy = ${policy} and version = ${version} and guide_at is null
  `);
  return marked === 1;
}

const ENTERPRISE = sql`thing.id, thing.name, thing.name_zh as "nameZh", thing.example`;

/** Enterprises that one of these parties owns or speaks for. */
export function findOwnEnterprises(db: Db, parties: readonly string[]): Promise<EnterpriseLine[]> {
  return db.rows<EnterpriseLine>(sql`
    select ${ENTERPRISE} from cluster.thing
    where kind = 'enterprise' and merged_into is null and (
      owner = any(${[...parties]}::text[])
      or id in (select thing from cluster.representation where party = any(${[...parties]}::text[]) and state = 'confirmed')
    )
    order by name, id limit 200
  `);
}

export function findEnterprise(db: Db, id: string): Promise<EnterpriseLine | undefined> {
  return db.maybe<EnterpriseLine>(
    sql`select ${ENTERPRISE} from cluster.thing where id = ${id} and kind = 'enterprise' and merged_into is null`,
  );
}

/** By name; with a text those whose name has it. */
export function findEnterprises(db: Db, { text, limit }: { text?: string; limit: number }): Promise<EnterpriseLine[]> {
  const terms = [sql`kind = 'enterprise'`, sql`merged_into is null`];
  if (text !== undefined && text !== '')
    terms.push(sql`(strpos(lower(name), lower(${text})) > 0 or strpos(coalesce(name_zh, ''), ${text}) > 0)`);
  return db.rows<EnterpriseLine>(sql`
    select ${ENTERPRISE} from cluster.thing where ${all(terms)} order by example, name, id limit ${limit}
  `);
}

/** Ids in order, a page after another. */
export function findEnterpriseIds(
  db: Db,
  { after, examples, limit }: { after: string; examples: boolean; limit: number },
): Promise<{ id: string }[]> {
  return db.rows(sql`
    select id from cluster.thing
    where kind = 'enterprise' and merged_into is null and id > ${after} and (${examples} or not example)
    order by id limit ${limit}
  `);
}

/** What they said themselves, the newest of each name. */
export function findOwnAnswers(
  db: Db,
  enterprises: readonly string[],
): Promise<{ enterprise: string; name: string; value: AnswerValue | null; by: string; at: string }[]> {
  return db.rows(sql`
    select distinct on (enterprise, name) enterprise, name, value, said_by_name as by, said_at as at
    from cluster.policy_answer where enterprise = any(${[...enterprises]}::text[])
    order by enterprise, name, revision desc
  `);
}

export async function insertAnswer(
  ctx: Context,
  tx: Tx,
  { enterprise, name, value }: { enterprise: string; name: string; value: AnswerValue | null },
): Promise<void> {
  const { actor } = ctx;
  await tx.run(sql`
    insert into cluster.policy_answer (enterprise, name, revision, value, said_by, said_by_name, said_at)
    select ${enterprise}, ${name}, coalesce(max(revision), 0) + 1, ${value === null ? null : JSON.stringify(value)}::jsonb, ${actor.id}, ${actor.name}, ${ctx.now()}
    from cluster.policy_answer where enterprise = ${enterprise} and name = ${name}
  `);
}

/** The division codes of the places in which they lie, directly or through parks and spaces. */
export function findDivisions(
  db: Db,
  enterprises: readonly string[],
): Promise<{ enterprise: string; adcode: string; asOf: string | null; source: string }[]> {
  return db.rows(sql`
    with recursive lies as (
      select subject as enterprise, object as place, as_of, source, 1 as depth
      from cluster.relation where subject = any(${[...enterprises]}::text[]) and predicate = 'located-in' and withdrawn_at is null
      union all
      select lies.enterprise, relation.object, lies.as_of, lies.source, lies.depth + 1
      from lies join cluster.relation on relation.subject = lies.place and relation.predicate = 'located-in' and relation.withdrawn_at is null
      where lies.depth < 4
    )
    select distinct lies.enterprise, statement.value #>> '{}' as adcode, lies.as_of as "asOf", source.title as source
    from lies
    join cluster.statement on statement.thing = lies.place and statement.property = 'adcode' and statement.withdrawn_at is null
    join cluster.source on source.id = lies.source
  `);
}

export interface StoredApplication {
  id: string;
  enterprise: string;
  policy: string;
  version: number;
  clause: string;
  matter: string;
  state: ApplicationState;
  isOffer: boolean;
  revision: number;
  answers: KnownAnswer[] | null;
  finding: ClauseFinding | null;
  proposed: number | null;
  proposedBy: string | null;
  proposedByName: string | null;
  amount: number | null;
  payers: { payer: Payer; fen: number }[] | null;
  mendDueAt: string | null;
  payDueAt: string | null;
  calendarKnown: boolean;
  changedAt: string;
}

const APPLICATION = sql`
  id, enterprise, policy, version, clause, matter, state, is_offer as "isOffer", revision, answers, finding, proposed, proposed_by as "proposedBy",
  proposed_by_name as "proposedByName", amount, payers, mend_due_at as "mendDueAt", pay_due_at as "payDueAt", calendar_known as "calendarKnown",
  changed_at as "changedAt"`;

export async function getApplication(db: Db, id: string): Promise<StoredApplication> {
  const found = await db.maybe<StoredApplication>(
    sql`select ${APPLICATION} from cluster.policy_application where ${isId(sql`id`, id)}`,
  );
  if (found === undefined) throw new Problem('not-found', 'there is no such application');
  return found;
}

/** The application, held until the transaction ends. */
export async function holdApplication(tx: Tx, id: string): Promise<StoredApplication> {
  await tx.rows(sql`select 1 from cluster.policy_application where ${isId(sql`id`, id)} for update`);
  return getApplication(tx, id);
}

/** The id of the new one, or of the one that is there already for the same. */
export async function insertApplication(
  ctx: Context,
  tx: Tx,
  given: Pick<StoredApplication, 'enterprise' | 'policy' | 'version' | 'clause' | 'matter' | 'state' | 'isOffer'>,
): Promise<{ id: string; isNew: boolean }> {
  const { enterprise, policy, version, clause, matter, state, isOffer } = given;
  const id = ctx.newId();
  const added = await tx.run(sql`
    insert into cluster.policy_application (enterprise, id, policy, version, clause, matter, state, is_offer, revision, made_at, changed_at)
    values (${enterprise}, ${id}, ${policy}, ${version}, ${clause}, ${matter}, ${state}, ${isOffer}, 1, ${ctx.now()}, ${ctx.now()})
    on conflict (enterprise, policy, clause, matter) where state not in ('refused', 'withdrawn') do nothing
  `);
  if (added === 1) return { id, isNew: true };
  const there = await tx.one<{ id: string }>(sql`
    select id from cluster.policy_application
    where enterprise = ${enterprise} and policy = ${policy} and clause = ${clause} and matter = ${matter} and state not in ('refused', 'withdrawn')
  `);
  return { id: there.id, isNew: false };
}

export interface ApplicationMove {
  act: ApplicationAct | 'make';
  state: ApplicationState;
  words: string;
  amount?: number;
}

/** Writes the application as it now is, with its next place in the course. */
export async function moveApplication(
  ctx: Context,
  tx: Tx,
  to: StoredApplication,
  move: ApplicationMove,
): Promise<void> {
  const json = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));
  await tx.run(sql`
    update cluster.policy_application set state = ${move.state}, version = ${to.version}, revision = revision + 1, answers = ${json(to.answers)}::json,
      finding = ${json(to.finding)}::json, proposed = ${to.proposed}, proposed_by = ${to.proposedBy}, proposed_by_name = ${to.proposedByName},
      amount = ${to.amount}, payers = ${json(to.payers)}::json, mend_due_at = ${to.mendDueAt}, pay_due_at = ${to.payDueAt},
      calendar_known = ${to.calendarKnown}, changed_at = ${ctx.now()}
    where enterprise = ${to.enterprise} and id = ${to.id}
  `);
  await insertMove(ctx, tx, to.id, move);
}

export async function insertMove(ctx: Context, tx: Tx, application: string, move: ApplicationMove): Promise<void> {
  const { act, state, words, amount = null } = move;
  await tx.run(sql`
    insert into cluster.policy_move (application, place, act, state, by_id, by_name, at, words, amount)
    select ${application}, coalesce(max(place), 0) + 1, ${act}, ${state}, ${ctx.actor.id}, ${ctx.actor.name}, ${ctx.now()}, ${words}, ${amount}::bigint
    from cluster.policy_move where application = ${application}
  `);
}

export function findMoves(db: Db, application: string): Promise<ApplicationPage['moves']> {
  return db.rows(sql`
    select act, state, by_name as "byName", at, words, amount from cluster.policy_move
    where application = ${application} order by place limit 500
  `);
}

export function findEntries(db: Db, application: string): Promise<PolicyEntry[]> {
  return db.rows<PolicyEntry>(sql`
    select id, kind, debit, credit, payer, fen, reference, by_name as "byName", at from cluster.policy_entry
    where application = ${application} order by id limit 500
  `);
}

export async function insertEntry(
  ctx: Context,
  tx: Tx,
  application: string,
  entry: Pick<PolicyEntry, 'kind' | 'debit' | 'credit' | 'payer' | 'fen' | 'reference'>,
): Promise<void> {
  const { kind, debit, credit, payer, fen, reference } = entry;
  await tx.run(sql`
    insert into cluster.policy_entry (application, id, kind, debit, credit, payer, fen, reference, by_id, by_name, at)
    select ${application}, coalesce(max(id), 0) + 1, ${kind}, ${debit}, ${credit}, ${payer}, ${fen}::bigint, ${reference}, ${ctx.actor.id}, ${ctx.actor.name}, ${ctx.now()}
    from cluster.policy_entry where application = ${application}
  `);
}

export interface ApplicationFilter {
  /** Of these enterprises only; all where it is undefined. */
  enterprises?: readonly string[];
  states?: readonly ApplicationState[];
  policy?: string;
  overdue?: boolean;
  limit: number;
  offset: number;
}

export type ApplicationRow = Omit<ApplicationLine, 'enterprise' | 'dueAt' | 'dueWhat' | 'isOverdue'> &
  EnterpriseLine & { application: string; mendDueAt: string | null; payDueAt: string | null };

export async function findApplications(
  ctx: Context,
  filter: ApplicationFilter,
): Promise<{ rows: ApplicationRow[]; total: number }> {
  const where = applicationTerms(ctx, filter);
  const rows = await ctx.db.rows<ApplicationRow>(sql`
    select application.id as application, ${ENTERPRISE}, policy, clause, version, matter, state, is_offer as "isOffer", amount,
      mend_due_at as "mendDueAt", pay_due_at as "payDueAt", application.changed_at as "changedAt",
      coalesce((select sum(fen) from cluster.policy_entry as entry where entry.application = application.id and kind = 'paid'), 0)::bigint as paid,
      coalesce((select sum(fen) from cluster.policy_entry as entry where entry.application = application.id and kind = 'claimed'), 0)::bigint as claimed,
      coalesce((select sum(fen) from cluster.policy_entry as entry where entry.application = application.id and kind = 'returned'), 0)::bigint as returned
    from cluster.policy_application as application join cluster.thing on thing.id = application.enterprise
    where ${where}
    order by application.changed_at desc, application.id limit ${filter.limit} offset ${filter.offset}
  `);
  const { total } = await ctx.db.one<{ total: number }>(
    sql`select count(*) as total from cluster.policy_application as application where ${where}`,
  );
  return { rows, total };
}

function applicationTerms(ctx: Context, { enterprises, states, policy, overdue }: ApplicationFilter): Sql {
  const terms = [sql`true`];
  if (enterprises !== undefined) terms.push(sql`application.enterprise = any(${[...enterprises]}::text[])`);
  // What nobody handed in yet is the enterprise's own.
  else terms.push(sql`application.state <> 'draft'`);
  if (states !== undefined) terms.push(sql`application.state = any(${[...states]}::text[])`);
  if (policy !== undefined) terms.push(sql`application.policy = ${policy}`);
  if (overdue === true)
    terms.push(
      sql`((application.state = 'returned' and application.mend_due_at < ${ctx.now()}) or (application.state in ('submitted', 'received', 'accepted', 'proposed', 'decided') and application.pay_due_at < ${ctx.now()}))`,
    );
  return all(terms);
}

/** Open ones of an enterprise, by `policy/clause`. */
export async function findOpenApplications(db: Db, enterprise: string): Promise<Record<string, string>> {
  const rows = await db.rows<{ key: string; id: string }>(sql`
    select distinct on (policy, clause) policy || '/' || clause as key, id from cluster.policy_application
    where enterprise = ${enterprise} and state not in ('refused', 'withdrawn') order by policy, clause, changed_at desc, id
  `);
  return Object.fromEntries(rows.map(({ key, id }) => [key, id]));
}

export function findFiles(db: Db, application: string): Promise<EvidenceFile[]> {
  return db.rows<EvidenceFile>(sql`
    select id, name, file_name as "fileName", media, bytes, hash, added_by_name as "addedByName", added_at as "addedAt"
    from cluster.policy_file where application = ${application} order by added_at, id limit 200
  `);
}

export async function insertFile(
  ctx: Context,
  tx: Tx,
  application: string,
  {
    name,
    fileName,
    media,
    hash,
    content,
  }: { name: string; fileName: string; media: string; hash: string; content: Buffer },
): Promise<void> {
  await tx.run(sql`
    insert into cluster.policy_file (application, id, name, file_name, media, hash, bytes, content, added_by, added_by_name, added_at)
    values (${application}, ${ctx.newId()}, ${name}, ${fileName}, ${media}, ${hash}, ${content.length}, ${content}, ${ctx.actor.id}, ${ctx.actor.name}, ${ctx.now()})
  `);
}

export function getFile(db: Db, application: string, id: string): Promise<{ fileName: string; content: Buffer }> {
  return db.one(sql`
    select file_name as "fileName", content from cluster.policy_file where application = ${application} and ${isId(sql`id`, id)}
  `);
}

export type MatchRow = {
  enterprise: string;
  key: string;
  verdict: Eligibility;
  certain: number;
  possible: number | null;
  missing: string[];
};

/** Replaces what the matching before found. */
export async function replaceMatches(
  ctx: Context,
  tx: Tx,
  rows: readonly MatchRow[],
  run: Omit<PolicyReach, 'ranAt'> & { hash: string },
): Promise<void> {
  await tx.run(sql`delete from cluster.policy_match`);
  await tx.copy(
    'cluster.policy_match',
    ['enterprise', 'key', 'verdict', 'certain', 'possible', 'missing'],
    rows.map(({ enterprise, key, verdict, certain, possible, missing }) => [
      ...[enterprise, key, verdict, certain, possible],
      missing,
    ]),
  );
  await tx.run(sql`
    insert into cluster.policy_match_run (id, ran_at, day, hash, enterprises, took_ms, clauses)
    values (1, ${ctx.now()}, ${run.day}, ${run.hash}, ${run.enterprises}, ${run.tookMs}, ${JSON.stringify(run.clauses)}::json)
    on conflict (id) do update set ran_at = excluded.ran_at, day = excluded.day, hash = excluded.hash, enterprises = excluded.enterprises,
      took_ms = excluded.took_ms, clauses = excluded.clauses
  `);
}

export function findMatchRun(db: Db): Promise<(PolicyReach & { hash: string }) | undefined> {
  return db.maybe(sql`
    select ran_at as "ranAt", day, hash, enterprises, took_ms as "tookMs", clauses from cluster.policy_match_run where id = 1
  `);
}

/** Who qualifies, or may, the most certain money first. */
export function findEligible(
  db: Db,
  { key, verdict, limit, offset }: { key: string; verdict: Eligibility; limit: number; offset: number },
): Promise<EligibleLine[]> {
  return db.rows<EligibleLine>(sql`
    select ${ENTERPRISE}, match.verdict, match.certain, match.possible, match.missing
    from cluster.policy_match as match join cluster.thing on thing.id = match.enterprise
    where match.key = ${key} and match.verdict = ${verdict}
    order by match.certain desc, match.enterprise limit ${limit} offset ${offset}
  `);
}

/** Enterprises that an organization or an account owns or speaks for, examples too, in pages. */
export function findSpokenEnterprises(
  db: Db,
  { after, limit }: { after: string; limit: number },
): Promise<{ id: string }[]> {
  return db.rows(sql`
    select id from cluster.thing
    where kind = 'enterprise' and merged_into is null and id > ${after} and (owner not like 'role/%'
      or exists (select from cluster.representation as spoken where spoken.thing = thing.id and spoken.state = 'confirmed'))
    order by id limit ${limit}
  `);
}

export interface Told {
  enterprise: string;
  key: string;
  version: number;
  verdict: 'yes' | 'unknown';
}

/** What nobody was told yet, from now on told. Who was told that it applies is not told that it may. */
export function insertTold({ now }: Pick<Context, 'now'>, tx: Tx, rows: readonly Told[]): Promise<Told[]> {
  return tx.rows<Told>(sql`
    with found as (
      select * from unnest(${rows.map(({ enterprise }) => enterprise)}::text[], ${rows.map(({ key }) => key)}::text[],
        ${rows.map(({ version }) => version)}::int[], ${rows.map(({ verdict }) => verdict)}::text[]) as found (enterprise, key, version, verdict)
    )
    insert into cluster.policy_told as told (enterprise, key, version, verdict, at)
    select enterprise, key, version, verdict, ${now()} from found
    where verdict = 'yes' or not exists (
      select from cluster.policy_told as before
      where before.enterprise = found.enterprise and before.key = found.key and before.version = found.version and before.verdict = 'yes'
    )
    on conflict do nothing returning enterprise, key, version, verdict
  `);
}

/** `enterprise policy/clause` of what is with the department or decided. */
export async function findHandedIn(db: Db, enterprises: readonly string[]): Promise<string[]> {
  const rows = await db.rows<{ key: string }>(sql`
    select distinct enterprise || ' ' || policy || '/' || clause as key from cluster.policy_application
    where enterprise = any(${[...enterprises]}::text[]) and state not in ('draft', 'offered', 'refused', 'withdrawn')
  `);
  return rows.map(({ key }) => key);
}

/** Applications whose running clock ends before a time, the earliest first. */
export async function findDueApplications(
  db: Db,
  { before, limit }: { before: Date; limit: number },
): Promise<
  { id: string; enterprise: string; name: string; nameZh: string | null; state: ApplicationState; dueAt: Date }[]
> {
  return db.rows(sql`
    select application.id, application.enterprise, thing.name, thing.name_zh as "nameZh", application.state,
      case application.state when 'returned' then mend_due_at else pay_due_at end as "dueAt"
    from cluster.policy_application as application join cluster.thing as thing on thing.id = application.enterprise
    where (application.state = 'returned' and mend_due_at < ${before})
      or (application.state in ('submitted', 'received', 'accepted', 'proposed', 'decided') and pay_due_at < ${before})
    order by "dueAt" desc, application.id limit ${limit}
  `);
}

/** What the actor answered as a person. */
export function findPersonAnswers({ actor, db }: Context): Promise<KnownAnswer[]> {
  return db.rows<KnownAnswer>(sql`
    select name, value, 'own' as from, ${actor.name} as by, said_at as at from cluster.policy_person_answer
    where account = ${actor.id} order by name
  `);
}

/** Keeps the answer; null forgets it. */
export async function putPersonAnswer(
  { actor, now }: Context,
  tx: Tx,
  name: string,
  value: AnswerValue | null,
): Promise<void> {
  if (value === null)
    await tx.run(sql`delete from cluster.policy_person_answer where account = ${actor.id} and name = ${name}`);
  else
    await tx.run(sql`
      insert into cluster.policy_person_answer (account, name, value, said_at)
      values (${actor.id}, ${name}, ${JSON.stringify(value)}::jsonb, ${now()})
      on conflict (account, name) do update set value = excluded.value, said_at = excluded.said_at
    `);
}
