import type { Context, Db, Tx } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { all, isId, sql } from '#kernel/sql';
import type { CandidateColumn, Cell, GateLine, GatePassage, GateReport, GateStage } from '../model.ts';
import type { Told } from '../rules/gate/index.ts';

/** Releases of one holder pass one after another, so that each is held against those before. */
export async function holdGate(tx: Tx, holder: string): Promise<void> {
  await tx.rows(sql`select pg_advisory_xact_lock(hashtextextended(${`exchange.gate/${holder}`}, 0))`);
}

export async function insertReport(tx: Tx, report: GateReport): Promise<void> {
  const { checks, id, offeringId, version, verdict, method, digest, rows, askedBy, askedByName, madeAt, tookMs } =
    report;
  await tx.run(sql`
    insert into exchange.gate_report (id, offering, version, verdict, method, checks, body, digest, row_count, asked_by, asked_by_name, made_at, took_ms)
    values (${id}, ${offeringId}, ${version}, ${verdict}, ${method}, ${JSON.stringify(checks)}::jsonb, ${JSON.stringify(report)}::json, ${digest}, ${rows.after},
      ${askedBy}, ${askedByName}, ${madeAt}, ${tookMs})
  `);
}

/** @throws Problem `not-found` */
export async function getReport(db: Db, id: string): Promise<GateReport> {
  const found = await db.maybe<{ body: GateReport }>(
    sql`select body from exchange.gate_report where ${isId(sql`id`, id)}`,
  );
  if (found === undefined) throw new Problem('not-found', 'there is no such gate report');
  return found.body;
}

/** Of an offering, or of all that a party holds, or of all; the newest first. */
export function findReports(
  db: Db,
  { offering, holder, limit }: { offering?: string; holder?: string; limit: number },
): Promise<GateLine[]> {
  const terms = [sql`true`];
  if (offering !== undefined) terms.push(sql`report.offering = ${offering}`);
  if (holder !== undefined)
    terms.push(sql`report.offering in (select id::text from exchange.offering where holder = ${holder})`);
  return db.rows<GateLine>(sql`
    select report.id, report.offering as "offeringId", report.version, report.body->'title' as title, report.verdict, report.method,
      jsonb_path_query_array(report.checks, '$[*] ? (@.verdict == "failed").key') as failed, report.row_count as rows, report.made_at as "madeAt",
      report.asked_by_name as "askedByName", report.body->>'releaseId' as "releaseId"
    from exchange.gate_report as report where ${all(terms)} order by report.made_at desc, report.id limit ${limit}
  `);
}

/** By the hash of all its bytes: the same content is kept once. */
export async function insertChunks(
  tx: Tx,
  digest: string,
  chunks: readonly { bytes: Uint8Array; sha256: string }[],
): Promise<void> {
  for (const [place, { bytes, sha256 }] of chunks.entries())
    await tx.run(sql`
      insert into exchange.content_chunk (digest, place, sha256, bytes) values (${digest}, ${place}, ${sha256}, ${Buffer.from(bytes)})
      on conflict (digest, place) do nothing
    `);
}

export interface StoredRelease {
  id: string;
  offering: string;
  version: number;
  digest: string;
  columns: CandidateColumn[];
  rowCount: number;
  told: Told;
  madeAt: Date;
}

export async function insertRelease(
  tx: Tx,
  {
    id,
    offering,
    version,
    digest,
    columns,
    rowCount,
    told,
    report,
    madeAt,
  }: Omit<StoredRelease, 'madeAt'> & { report: string; madeAt: string },
): Promise<void> {
  await tx.run(sql`
    insert into exchange.release (id, offering, version, gate_report, verdict, digest, columns, row_count, told, made_at)
    values (${id}, ${offering}, ${version}, ${report}, 'passed', ${digest}, ${JSON.stringify(columns)}::json, ${rowCount}, ${JSON.stringify(told)}::json, ${madeAt})
  `);
}

const RELEASE = sql`id, offering, version, digest, columns, row_count as "rowCount", told, made_at as "madeAt"`;

/** @throws Problem `not-found` */
export async function getRelease(db: Db, id: string): Promise<StoredRelease> {
  const found = await db.maybe<StoredRelease>(sql`select ${RELEASE} from exchange.release where ${isId(sql`id`, id)}`);
  if (found === undefined) throw new Problem('not-found', 'there is no such release');
  return found;
}

/** What was released of an offering, each content once, the newest first. */
export function findReleases(db: Db, offering: string, limit: number): Promise<StoredRelease[]> {
  return db.rows<StoredRelease>(sql`
    select ${RELEASE} from (
      select distinct on (digest) * from exchange.release where offering = ${offering} order by digest, made_at desc, id
    ) as release order by made_at desc, id limit ${limit}
  `);
}

/** Tables that the holder released of the same population in other offerings, each content once, the newest first. */
export function findReleasesElsewhere(
  db: Db,
  { offering, holder, population }: { offering: string; holder: string; population: string },
  limit: number,
): Promise<StoredRelease[]> {
  return db.rows<StoredRelease>(sql`
    select ${RELEASE} from (
      select distinct on (release.digest) release.* from exchange.release
      join exchange.gate_report as report on report.id = release.gate_report
      where release.offering in (select id::text from exchange.offering where holder = ${holder}) and release.offering <> ${offering}
        and release.told->>'method' = 'table' and report.body->'settings'->>'population' = ${population}
      order by release.digest, release.made_at desc, release.id
    ) as release order by made_at desc, id limit ${limit}
  `);
}

export function findNewestRelease(db: Db, offering: string, version: number): Promise<StoredRelease | undefined> {
  return db.maybe<StoredRelease>(sql`
    select ${RELEASE} from exchange.release where offering = ${offering} and version = ${version} order by made_at desc, id limit 1
  `);
}

/** A piece of content; undefined after the last. */
export async function findChunk(
  db: Db,
  digest: string,
  place: number,
): Promise<{ bytes: Buffer; sha256: string } | undefined> {
  return db.maybe(sql`select bytes, sha256 from exchange.content_chunk where digest = ${digest} and place = ${place}`);
}

export async function insertPassage(
  ctx: Pick<Context, 'db' | 'actor' | 'now'>,
  { id, offeringId, version }: { id: string; offeringId: string; version: number },
): Promise<void> {
  await ctx.db.run(sql`
    insert into exchange.gate_passage (id, offering, version, stage, done, asked_by, started_at, seen_at)
    values (${id}, ${offeringId}, ${version}, 'scanning', 0, ${ctx.actor.id}, ${ctx.now()}, ${ctx.now()})
  `);
}

/** @returns whether somebody wants it ended */
export async function notePassage(
  db: Db,
  id: string,
  { stage, done, now }: { stage: GateStage; done: number; now: Date },
): Promise<boolean> {
  const found = await db.maybe<{ cancelled: boolean }>(sql`
    update exchange.gate_passage set stage = ${stage}, done = ${done}, seen_at = ${now} where id = ${id} returning cancelled
  `);
  return found?.cancelled ?? false;
}

export async function endPassage(db: Db, id: string, silentSince: Date): Promise<void> {
  await db.run(sql`delete from exchange.gate_passage where id = ${id} or seen_at < ${silentSince}`);
}

export function findPassages(db: Db, offering: string): Promise<GatePassage[]> {
  return db.rows<GatePassage>(sql`
    select id, offering as "offeringId", version, stage, done, started_at as "startedAt"
    from exchange.gate_passage where offering = ${offering} order by started_at, id limit 20
  `);
}

export async function cancelPassages(db: Db, offering: string): Promise<number> {
  return db.run(sql`update exchange.gate_passage set cancelled = true where offering = ${offering}`);
}

export interface StoredAccount {
  id: string;
  limit: bigint;
  spent: bigint;
}

/** The accounts, opened when they are first needed and held until the transaction ends, always in the same order. */
export async function holdAccounts(
  tx: Tx,
  accounts: readonly { id: string; limit: bigint }[],
  now: Date,
): Promise<StoredAccount[]> {
  const sorted = [...accounts].sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const { id, limit } of sorted)
    await tx.run(sql`
      insert into exchange.privacy_account (id, limit_nano, opened_at) values (${id}, ${String(limit)}::bigint, ${now}) on conflict (id) do nothing
    `);
  const rows = await tx.rows<{ id: string; limit: string; spent: string }>(sql`
    select id, limit_nano::text as limit, spent_nano::text as spent from exchange.privacy_account
    where id = any(${sorted.map(({ id }) => id)}::text[]) order by id for update
  `);
  return rows.map(({ id, limit, spent }) => ({ id, limit: BigInt(limit), spent: BigInt(spent) }));
}

export async function findAccounts(db: Db, ids: readonly string[]): Promise<StoredAccount[]> {
  const rows = await db.rows<{ id: string; limit: string; spent: string }>(sql`
    select id, limit_nano::text as limit, spent_nano::text as spent from exchange.privacy_account where id = any(${[...ids]}::text[]) order by id
  `);
  return rows.map(({ id, limit, spent }) => ({ id, limit: BigInt(limit), spent: BigInt(spent) }));
}

export async function spend(tx: Tx, ids: readonly string[], nano: bigint): Promise<void> {
  await tx.run(sql`
    update exchange.privacy_account set spent_nano = spent_nano + ${String(nano)}::bigint where id = any(${[...ids]}::text[])
  `);
}

/** What was once answered: the columns and rows, with the noise that is in them. */
export interface StoredAnswer {
  columns: string[];
  rows: Cell[][];
  sigma: number;
}

export async function findAnswer(
  db: Db,
  { offering, release, question, milliRho }: { offering: string; release: string; question: string; milliRho: number },
): Promise<StoredAnswer | undefined> {
  const found = await db.maybe<{ answer: StoredAnswer }>(sql`
    select answer from exchange.gate_answer
    where part = ${offering} and ${isId(sql`release`, release)} and question = ${question} and milli_rho >= ${milliRho}
    order by milli_rho desc limit 1
  `);
  return found?.answer;
}

export async function insertAnswer(
  ctx: Pick<Context, 'actor' | 'now'>,
  tx: Tx,
  given: {
    offering: string;
    release: string;
    question: string;
    milliRho: number;
    asked: object;
    answer: StoredAnswer;
    costNano: bigint;
    population: string;
    agreement: string;
  },
): Promise<void> {
  const { offering, release, question, milliRho, asked, answer, costNano, population, agreement } = given;
  await tx.run(sql`
    insert into exchange.gate_answer (part, release, question, milli_rho, asked, answer, cost_nano, population, agreement, actor, answered_at)
    values (${offering}, ${release}, ${question}, ${milliRho}, ${JSON.stringify(asked)}::json, ${JSON.stringify(answer)}::json, ${String(costNano)}::bigint, ${population},
      ${agreement}, ${ctx.actor.id}, ${ctx.now()})
  `);
}

export async function countAnswers(db: Db, offering: string): Promise<number> {
  const { n } = await db.one<{ n: number }>(
    sql`select count(*)::int as n from exchange.gate_answer where part = ${offering}`,
  );
  return n;
}
