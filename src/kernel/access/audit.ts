import { randomBytes } from 'node:crypto';
import type { Context, Db, Tx } from '#kernel/context';
import { appendAll, digestOf, findActs, type Leaf } from '#kernel/ledger';
import { Problem } from '#kernel/problem';
import { all, any, sql } from '#kernel/sql';
import { ACT, reachOf } from './grants.ts';

export type Outcome = 'success' | 'denied' | 'failure';

/** Something somebody answers for. */
export interface Act {
  /** `<module>.<past-tense>`: `laboratory.result-released`, `fhir.read`. */
  act: string;
  outcome?: Outcome;
  /** Ids of the patients concerned. */
  patients?: readonly string[];
  /** What was acted on: `Observation/123`, a box, an account. */
  subject?: string;
  /** For whom it was done; the actor's first organization unless said. */
  organization?: string;
  detail?: Readonly<Record<string, unknown>>;
}

/** A row of the audit trail. */
export interface AuditEntry {
  id: string;
  at: Date;
  actor: string;
  actorName: string;
  roles: string[];
  organization: string | null;
  purpose: string;
  act: string;
  outcome: Outcome;
  patients: string[];
  subject: string | null;
  requestId: string;
  address: string | null;
  breakGlass: string | null;
  detail: Readonly<Record<string, unknown>> | null;
}

/** Patients named by one row at the most; an act on more becomes several rows. */
const PATIENTS_A_ROW = 1000;
const SALT_BYTES = 16;

/** Writes the act into the audit trail and the ledger, in its own transaction or not at all. */
export function record(ctx: Context, tx: Tx, act: Act): Promise<void> {
  return recordAll(ctx, tx, [act]);
}

/** As `record`, for acts of any number in few statements. */
export async function recordAll(ctx: Context, tx: Tx, acts: readonly Act[]): Promise<void> {
  const rows: unknown[][] = [];
  const leaves: Leaf[] = [];
  for (const act of acts) {
    for (const entry of entriesOf(ctx, act)) {
      const salt = randomBytes(SALT_BYTES);
      const { id, at, outcome } = entry;
      rows.push([
        entry.patients[0] ?? entry.actor,
        ...COLUMNS.map(([, name]) => entry[name]),
        salt.toString('base64url'),
      ]);
      leaves.push({ id, act: act.act, at, body: { outcome, digest: digestOf(entry, salt) } });
    }
  }
  if (rows.length === 0) return;
  await tx.copy('access.audit', ['part', ...COLUMNS.map(([column]) => column), 'salt'], rows);
  await appendAll(tx, leaves);
}

/** Notes that persons' data were shown, before they are; one row names all patients of the answer. */
export function recordRead(ctx: Context, act: Act): Promise<void> {
  return ctx.db.transaction((tx) => record(ctx, tx, act));
}

/**
 * Notes a refusal in a transaction of its own, so that it stays when the act's transaction is rolled back.
 *
 * @param ctx its `db` must be the pool, not the transaction that failed
 */
export async function recordDenial(ctx: Context, problem: Problem, subject: string): Promise<void> {
  const detail = { reason: problem.message, ...problem.facts };
  await recordRead(ctx, { act: 'access.denied', outcome: 'denied', subject, detail });
}

export interface AuditFilter {
  patient?: string;
  actor?: string;
  act?: string;
  outcome?: Outcome;
  /** Only acts done under a broken glass. */
  breakGlass?: boolean;
  since?: Date;
  before?: Date;
  /** The key of the last row of the page before. */
  after?: { at: Date; id: string };
  limit: number;
}

/**
 * The trail, newest first. An administrator or regulator reads all of it, a director what the own organizations did, a patient
 * what concerns the patient. Reading it is an act itself.
 *
 * @throws Problem `forbidden`
 */
export async function findAudit(ctx: Context, filter: AuditFilter): Promise<AuditEntry[]> {
  const reach = reachOf(ctx.actor, 'access.audit.read');
  if (reach === undefined) ctx.require('access.audit.read');
  const terms = [];
  if (reach === 'organization') terms.push(sql`organization = any(${ctx.actor.organizations}::text[])`);
  if (reach === 'self') terms.push(concerns(ctx.actor.patient ?? ''));
  if (filter.patient !== undefined) terms.push(concerns(filter.patient));
  if (filter.actor !== undefined) terms.push(sql`actor = ${filter.actor}`);
  if (filter.act !== undefined) terms.push(sql`starts_with(act, ${filter.act})`);
  if (filter.outcome !== undefined) terms.push(sql`outcome = ${filter.outcome}`);
  if (filter.breakGlass === true) terms.push(sql`break_glass is not null`);
  if (filter.since !== undefined) terms.push(sql`at >= ${filter.since}`);
  if (filter.before !== undefined) terms.push(sql`at < ${filter.before}`);
  if (filter.after !== undefined) terms.push(sql`(at, id) < (${filter.after.at}, ${filter.after.id})`);
  const entries = await ctx.db.rows<AuditEntry>(sql`
    select ${SELECTED} from access.audit where ${all(terms)} order by at desc, id desc limit ${filter.limit}
  `);
  await recordRead(ctx, {
    act: 'access.audit-read',
    ...(filter.patient !== undefined && { patients: [filter.patient] }),
    detail: { entries: entries.length },
  });
  return reach === 'self' ? entries.map((entry) => asSeenBy(ctx.actor.patient ?? '', entry)) : entries;
}

/** One row of the trail as those who read a record may see it. */
export type Look = Pick<
  AuditEntry,
  'id' | 'at' | 'actorName' | 'roles' | 'organization' | 'purpose' | 'act' | 'outcome' | 'breakGlass'
>;

/**
 * Who looked at a record or changed it, newest first. Whoever reads a record may know who else did: the caller has made sure that
 * the actor sees these patients, and notes the reading.
 */
export function findLooks(
  db: Db,
  patients: readonly string[],
  { after, limit }: Pick<AuditFilter, 'after' | 'limit'>,
): Promise<Look[]> {
  const terms = [any(patients.map(concerns))];
  if (after !== undefined) terms.push(sql`(at, id) < (${after.at}, ${after.id})`);
  return db.rows<Look>(sql`
    select id, at, actor_name as "actorName", roles, organization, purpose, act, outcome, break_glass as "breakGlass"
    from access.audit where ${all(terms)} order by at desc, id desc limit ${limit}
  `);
}

/** A patient learns who looked at the own record, not who else was on the same page. */
function asSeenBy(patient: string, entry: AuditEntry): AuditEntry {
  const subject = entry.patients.length > 1 ? null : entry.subject;
  return { ...entry, patients: [patient], subject, detail: null, address: null };
}

/** A row of the trail that is not what the ledger proves. */
interface TrailFlaw {
  id: string;
  at: Date;
  /** `altered`: its leaf has another digest; `unknown`: the ledger has no such act. */
  flaw: 'altered' | 'unknown';
}

export interface TrailVerdict {
  rows: number;
  /** The first hundred. */
  flaws: TrailFlaw[];
  flawed: number;
}

const ROWS_A_STEP = 1000;
const FLAWS_TOLD = 100;

/** Compares every row of the trail with its leaf in the ledger, in constant memory. */
export async function verifyTrail(db: Db, progress: (rows: number) => void = () => {}): Promise<TrailVerdict> {
  const verdict: TrailVerdict = { rows: 0, flaws: [], flawed: 0 };
  for (let after = { part: '', id: '' }; ; ) {
    const rows = await db.rows<AuditEntry & { salt: string; part: string }>(sql`
      select ${SELECTED}, salt, part from access.audit where (part, id) > (${after.part}, ${after.id}) order by part, id limit ${ROWS_A_STEP}
    `);
    const acts = await findActs(
      db,
      rows.map(({ id }) => id),
    );
    for (const { salt, part: _, ...entry } of rows) {
      const digest = acts.get(entry.id)?.['digest'];
      if (digest === digestOf(entry, Buffer.from(salt, 'base64url'))) continue;
      verdict.flawed += 1;
      const flaw = digest === undefined ? 'unknown' : 'altered';
      if (verdict.flaws.length < FLAWS_TOLD) verdict.flaws.push({ id: entry.id, at: entry.at, flaw });
    }
    verdict.rows += rows.length;
    progress(verdict.rows);
    const last = rows.at(-1);
    if (last === undefined || rows.length < ROWS_A_STEP) return verdict;
    after = last;
  }
}

function concerns(patient: string) {
  return sql`(part = ${patient} or (cardinality(patients) > 1 and patients @> array[${patient}]::text[]))`;
}

function* entriesOf(ctx: Context, act: Act): Generator<AuditEntry> {
  if (!ACT.test(act.act)) throw new Problem('invalid', 'an act is named <module>.<past-tense>', { act: act.act });
  const { actor } = ctx;
  const patients = [...new Set(act.patients ?? [])];
  for (let from = 0; from === 0 || from < patients.length; from += PATIENTS_A_ROW) {
    yield {
      id: ctx.newId(),
      at: ctx.now(),
      actor: actor.id,
      actorName: actor.name,
      roles: [...actor.roles],
      organization: act.organization ?? actor.organizations[0] ?? null,
      purpose: actor.purpose,
      act: act.act,
      outcome: act.outcome ?? 'success',
      patients: patients.slice(from, from + PATIENTS_A_ROW),
      subject: act.subject ?? null,
      requestId: ctx.requestId,
      address: ctx.address ?? null,
      breakGlass: actor.breakGlass ?? null,
      detail: act.detail ?? null,
    };
  }
}

const COLUMNS: readonly (readonly [column: string, name: keyof AuditEntry])[] = [
  ['id', 'id'],
  ['at', 'at'],
  ['actor', 'actor'],
  ['actor_name', 'actorName'],
  ['roles', 'roles'],
  ['organization', 'organization'],
  ['purpose', 'purpose'],
  ['act', 'act'],
  ['outcome', 'outcome'],
  ['patients', 'patients'],
  ['subject', 'subject'],
  ['request', 'requestId'],
  ['address', 'address'],
  ['break_glass', 'breakGlass'],
  ['detail', 'detail'],
];

const SELECTED = sql`id, at, actor, actor_name as "actorName", roles, organization, purpose, act, outcome, patients, subject, request as "requestId",
  address, break_glass as "breakGlass", detail`;
