import { randomUUID } from 'node:crypto';
import type { Context, Db, Sql, Tx } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { any, isId, sql } from '#kernel/sql';
import type {
  DataSource,
  DataSummary,
  StudyLine,
  StudyProtocol,
  StudyReport,
  StudyRun,
  StudyTable,
  StudyVersion,
} from '../model.ts';

/** Whose studies an actor works with: all, or those of the own organizations and the own ones. */
export interface StudyReach {
  all: boolean;
  actor: string;
  organizations: readonly string[];
}

export interface StoredStudy {
  id: string;
  name: string;
  protocol: StudyProtocol;
  version: number;
  dataHash: string | null;
  owner: string;
  ownerName: string;
  organization: string | null;
}

function within({ all, actor, organizations }: StudyReach): Sql {
  if (all) return sql`true`;
  return any([sql`study.owner = ${actor}`, sql`study.organization = any(${[...organizations]}::text[])`]);
}

const STUDY = sql`study.id, study.name, study.protocol, study.version, study.data_hash as "dataHash", study.owner, study.owner_name as "ownerName", study.organization`;

/** @throws Problem `not-found`, also where the study is another's */
export async function getStudy(db: Db, reach: StudyReach, id: string): Promise<StoredStudy> {
  const found = await db.maybe<StoredStudy>(
    sql`select ${STUDY} from signals.study as study where ${isId(sql`study.id`, id)} and ${within(reach)}`,
  );
  if (found === undefined) throw new Problem('not-found', 'there is no such study');
  return found;
}

/** The study, held until the transaction ends. */
export async function holdStudy(tx: Tx, reach: StudyReach, id: string): Promise<StoredStudy> {
  await tx.rows(sql`select id from signals.study where ${isId(sql`id`, id)} for update`);
  return getStudy(tx, reach, id);
}

export function findStudies(db: Db, reach: StudyReach, limit: number): Promise<StudyLine[]> {
  return db.rows<StudyLine>(sql`
    select study.id, study.name, study.protocol->>'question' as question, study.protocol->>'design' as design, study.version, data.rows,
      data.source->>'kind' as source, study.owner_name as "ownerName", study.owner = ${reach.actor} as own, study.updated_at as "updatedAt",
      (
        select json_build_object('id', run.id, 'state', run.state, 'version', run.version, 'askedAt', run.asked_at)
        from signals.study_run as run where run.study = study.id order by run.asked_at desc, run.id limit 1
      ) as "lastRun"
    from signals.study as study left join signals.study_data as data on data.study = study.id and data.hash = study.data_hash
    where ${within(reach)}
    order by study.updated_at desc, study.id
    limit ${limit}
  `);
}

export async function insertStudy(ctx: Context, tx: Tx, protocol: StudyProtocol): Promise<string> {
  const id = randomUUID();
  const { actor } = ctx;
  await tx.run(sql`
    insert into signals.study (id, name, protocol, version, owner, owner_name, organization, created_at, updated_at)
    values (${id}, ${protocol.title}, ${JSON.stringify(protocol)}::json, 1, ${actor.id}, ${actor.name}, ${actor.organizations[0] ?? null}, ${ctx.now()}, ${ctx.now()})
  `);
  await insertStudyVersion(ctx, tx, id, { version: 1, protocol, why: null });
  return id;
}

export async function insertStudyVersion(
  ctx: Context,
  tx: Tx,
  study: string,
  { version, protocol, why }: { version: number; protocol: StudyProtocol; why: string | null },
): Promise<void> {
  await tx.run(sql`
    insert into signals.study_version (study, version, protocol, made_by, made_by_name, made_at, why)
    values (${study}, ${version}, ${JSON.stringify(protocol)}::json, ${ctx.actor.id}, ${ctx.actor.name}, ${ctx.now()}, ${why})
  `);
  await tx.run(sql`
    update signals.study set name = ${protocol.title}, protocol = ${JSON.stringify(protocol)}::json, version = ${version}, updated_at = ${ctx.now()}
    where id = ${study}
  `);
}

export function findStudyVersions(db: Db, study: string): Promise<StudyVersion[]> {
  return db.rows<StudyVersion>(sql`
    select made.version, made.made_by_name as "madeByName", made.made_at as "madeAt", made.why, signed.signed_by_name as "signedByName",
      signed.signed_at as "signedAt", signed.hash,
      exists (
        select from signals.study_run as run
        where run.study = made.study and run.version < made.version and run.state = 'done' and run.finished_at <= made.made_at
      ) as seen
    from signals.study_version as made left join signals.study_sign_off as signed on signed.study = made.study and signed.version = made.version
    where ${isId(sql`made.study`, study)} order by made.version desc limit 200
  `);
}

/** False where somebody has signed it already. */
export async function insertSignOff(
  ctx: Context,
  tx: Tx,
  study: Pick<StoredStudy, 'id' | 'version'>,
  hash: string,
): Promise<boolean> {
  const touched = await tx.run(sql`
    insert into signals.study_sign_off (study, version, hash, signed_by, signed_by_name, signed_at)
    values (${study.id}, ${study.version}, ${hash}, ${ctx.actor.id}, ${ctx.actor.name}, ${ctx.now()})
    on conflict (study, version) do nothing
  `);
  return touched > 0;
}

/** Keeps the data set once, however often it comes, and takes it for the study. */
export async function keepData(
  ctx: Context,
  tx: Tx,
  study: string,
  { hash, table, source }: { hash: string; table: StudyTable; source: DataSource },
): Promise<void> {
  await tx.run(sql`
    insert into signals.study_data (study, hash, source, columns, content, rows, made_at)
    values (${study}, ${hash}, ${JSON.stringify(source)}::json, ${JSON.stringify(table.columns)}::json, ${JSON.stringify(table.values)}::json, ${table.rows}, ${ctx.now()})
    on conflict (study, hash) do update set source = excluded.source
  `);
  await tx.run(sql`update signals.study set data_hash = ${hash}, updated_at = ${ctx.now()} where id = ${study}`);
}

export function findData(db: Db, study: string, hash: string): Promise<DataSummary | undefined> {
  return db.maybe<DataSummary>(sql`
    select hash, rows, columns, source, made_at as "madeAt" from signals.study_data where ${isId(sql`study`, study)} and hash = ${hash}
  `);
}

export function getTable(db: Db, study: string, hash: string): Promise<StudyTable & { source: DataSource }> {
  return db.one(sql`
    select columns, content as values, rows, source from signals.study_data where ${isId(sql`study`, study)} and hash = ${hash}
  `);
}

const RUN = sql`
  run.id, run.version, run.data_hash as "dataHash", run.state, run.done, run.steps, run.asked_by_name as "askedByName", run.asked_at as "askedAt",
  run.finished_at as "finishedAt", run.trouble`;

export function findRunsOf(db: Db, study: string): Promise<StudyRun[]> {
  return db.rows<StudyRun>(sql`
    select ${RUN} from signals.study_run as run where ${isId(sql`run.study`, study)} order by run.asked_at desc, run.id limit 50
  `);
}

export async function getRun(
  db: Db,
  study: string,
  id: string,
): Promise<StudyRun & { protocol: StudyProtocol; report: StudyReport | null }> {
  const found = await db.maybe<StudyRun & { protocol: StudyProtocol; report: StudyReport | null }>(sql`
    select ${RUN}, run.protocol, run.report from signals.study_run as run where ${isId(sql`run.study`, study)} and ${isId(sql`run.id`, id)}
  `);
  if (found === undefined) throw new Problem('not-found', 'there is no such analysis');
  return found;
}

export async function insertRun(ctx: Context, tx: Tx, study: StoredStudy, steps: number): Promise<string> {
  const id = randomUUID();
  await tx.run(sql`
    insert into signals.study_run (study, id, version, data_hash, protocol, state, steps, asked_by, asked_by_name, asked_at)
    values (${study.id}, ${id}, ${study.version}, ${study.dataHash}, ${JSON.stringify(study.protocol)}::json, 'waiting', ${steps}, ${ctx.actor.id}, ${ctx.actor.name}, ${ctx.now()})
  `);
  return id;
}

/** An analysis that is not done: of the same version and rows there is one at a time. */
export function findOpenRun(db: Db, study: StoredStudy): Promise<{ id: string } | undefined> {
  return db.maybe(sql`
    select id from signals.study_run
    where study = ${study.id} and version = ${study.version} and data_hash = ${study.dataHash} and state in ('waiting', 'running')
    order by asked_at, id limit 1
  `);
}

export function countOpenRuns(db: Db, actor: string): Promise<{ n: number }> {
  return db.one(
    sql`select count(*)::int as n from signals.study_run where asked_by = ${actor} and state in ('waiting', 'running')`,
  );
}

export interface Claimed {
  study: string;
  id: string;
  dataHash: string;
  protocol: StudyProtocol;
  askedBy: string;
  attempts: number;
}

/** The next analysis that nobody works at, held for a while; who dies meanwhile loses it to another. */
export function claimRun(db: Db, now: Date, heldUntil: Date): Promise<Claimed | undefined> {
  return db.maybe<Claimed>(sql`
    update signals.study_run as run set state = 'running', held_until = ${heldUntil}, attempts = run.attempts + 1
    where (run.study, run.id) = (
      select next.study, next.id from signals.study_run as next
      where next.state in ('waiting', 'running') and (next.held_until is null or next.held_until < ${now})
      order by next.asked_at, next.id limit 1 for update skip locked
    )
    returning run.study, run.id, run.data_hash as "dataHash", run.protocol, run.asked_by as "askedBy", run.attempts
  `);
}

export interface StepDone {
  key: string;
  method: string;
  output: unknown;
  refusal: string | null;
  tookMs: number;
}

export function findSteps(db: Db, { study, id }: Pick<Claimed, 'study' | 'id'>): Promise<StepDone[]> {
  return db.rows<StepDone>(sql`
    select key, method, output, refusal->>'message' as refusal, took_ms as "tookMs" from signals.study_step
    where ${isId(sql`study`, study)} and ${isId(sql`run`, id)} order by place, key limit 500
  `);
}

/** Keeps what a step came to, and holds the run on. */
export async function keepStep(
  tx: Tx,
  { study, id }: Claimed,
  step: StepDone & { place: number; facts: Record<string, unknown> },
  { heldUntil, done, steps }: { heldUntil: Date; done: number; steps: number },
): Promise<void> {
  const refusal = step.refusal === null ? null : JSON.stringify({ message: step.refusal, facts: step.facts });
  const output = step.output === undefined ? null : JSON.stringify(step.output);
  await tx.run(sql`
    insert into signals.study_step (study, run, key, place, method, output, refusal, took_ms)
    values (${study}, ${id}, ${step.key}, ${step.place}, ${step.method}, ${output}::json, ${refusal}::json, ${step.tookMs})
    on conflict (study, run, key) do nothing
  `);
  await tx.run(sql`
    update signals.study_run set held_until = ${heldUntil}, done = ${done}, steps = ${steps} where study = ${study} and id = ${id}
  `);
}

export async function endRun(
  tx: Tx,
  { study, id }: Pick<Claimed, 'study' | 'id'>,
  now: Date,
  ended: { report: StudyReport } | { trouble: { message: string; facts: Record<string, unknown> } },
): Promise<boolean> {
  const report = 'report' in ended ? JSON.stringify(ended.report) : null;
  const trouble = 'trouble' in ended ? JSON.stringify(ended.trouble) : null;
  const touched = await tx.run(sql`
    update signals.study_run
    set state = ${report === null ? 'failed' : 'done'}, report = ${report}::json, trouble = ${trouble}::json, finished_at = ${now}, held_until = null
    where study = ${study} and id = ${id} and state = 'running'
  `);
  return touched > 0;
}

/** Gives the run back, so that it goes on elsewhere or later. */
export async function releaseRun(db: Db, { study, id }: Pick<Claimed, 'study' | 'id'>): Promise<void> {
  await db.run(
    sql`update signals.study_run set held_until = null where study = ${study} and id = ${id} and state = 'running'`,
  );
}
