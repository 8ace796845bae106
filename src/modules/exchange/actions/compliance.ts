import { createHash } from 'node:crypto';
import { reachOf, record, recordRead } from '#kernel/access';
import { type Context, onDb, type Tx } from '#kernel/context';
import type { Job } from '#kernel/jobs';
import { Problem } from '#kernel/problem';
import type { Pool } from '#kernel/sql';
import type {
  Answers,
  AssessmentLine,
  AssessmentState,
  CompliancePage,
  Findings,
  ItemVerdict,
  NoticeLine,
  Objection,
  StudioPage,
  Verdict,
} from '../model.ts';
import { addWorkingDays, itemsFor, measureItems, needsFourEyes, refusalsOf, unjudged } from '../rules/index.ts';
import {
  closeNotice,
  countExport,
  countExported,
  countObjections,
  decideAssessment,
  decideObjection,
  deleteEvidence,
  findAssessment,
  findAssessments,
  findDeclaration,
  findEvidence,
  findNotice,
  findNotices,
  findObjections,
  findOver,
  findReleased,
  getEvidence,
  getObjection,
  getVersion,
  holdOffering,
  insertAssessment,
  insertEvidence,
  insertNotice,
  insertObjection,
  keepDeclaration,
  keepVerdicts,
  type StoredAssessment,
  type StoredVersion,
  secondAssessment,
} from '../store/index.ts';
import { issueCertificate } from './certificates.ts';
import { readRelease } from './gate.ts';
import { ASSESS, getForLook, getOwn, isHolder, move, requireRevision } from './moves.ts';
import { missingFor, readStudio } from './offerings.ts';
import { partyIdOf } from './parties.ts';

const MOST_LINES = 500;
const MOST_FILES = 40;
const MOST_FILE_BYTES = 10 * 1024 * 1024;
const MOST_OBJECTIONS = 200;
const MOST_OVER = 100;
const CLOCK_SECONDS = 10;
/** Of an offering of the demonstration: long enough to be seen. */
const DEMONSTRATION_MS = 60_000;

/** What is examined of a version, with answers, evidence, findings and verdicts. */
export async function readCompliance(ctx: Context, id: string, version?: number): Promise<CompliancePage> {
  const stored = await getForLook(ctx, id, version);
  const { definition, state, holder } = stored;
  const answers = await findDeclaration(ctx.db, id, stored.version);
  const files = await findEvidence(ctx.db, id, stored.version);
  const assessment = await findAssessment(ctx.db, id, stored.version);
  const items = itemsFor(definition);
  const found = measureItems(items, answers, await findingsOf(ctx, stored));
  const notice = await findNotice(ctx.db, id, stored.version);
  const mayAssess = reachOf(ctx.actor, ASSESS) !== undefined && partyIdOf(ctx.actor) !== holder.id;
  return {
    offeringId: id,
    version: stored.version,
    state,
    holder,
    title: definition.title,
    kind: definition.kind,
    items: items.map((item) => ({
      ...item,
      answer: answers[item.id] ?? null,
      files: files.filter((file) => file.item === item.id),
      found: found.get(item.id) ?? null,
      verdict: assessment?.verdicts[item.id] ?? null,
    })),
    refusals: refusalsOf(items, answers, found),
    fourEyes: assessment?.fourEyes ?? needsFourEyes(items, answers),
    assessment: assessment === undefined ? null : lineOf(assessment),
    notice: notice === undefined ? null : withCalendar(notice),
    objections: await findObjections(ctx.db, id, stored.version),
    mayAnswer: state === 'draft' && isHolder(ctx, stored),
    mayAssess,
  };
}

async function findingsOf(ctx: Context, stored: StoredVersion): Promise<Findings> {
  const { id, version, definition, digest, holder } = stored;
  const content = await findReleased(ctx.db, id, version);
  return {
    definition,
    digest,
    content: content ?? null,
    readable: content?.releaseId != null && (await isReadable(ctx, content.releaseId)),
    exported: await countExported(ctx.db, holder.id, ctx.now().getUTCFullYear(), id),
  };
}

async function isReadable(ctx: Context, releaseId: string): Promise<boolean> {
  const { rows } = await readRelease(ctx, releaseId);
  for await (const _ of rows) return true;
  return false;
}

function lineOf({ verdicts, firstBy: _, ways, ...line }: StoredAssessment): AssessmentLine {
  return { ...line, judged: Object.keys(verdicts).length, items: itemsFor({ ways }).length };
}

function withCalendar(notice: Omit<NoticeLine, 'calendarKnown'>): NoticeLine {
  const { calendarKnown } = addWorkingDays(new Date(notice.openedAt), notice.workingDays);
  return { ...notice, calendarKnown };
}

/** Keeps what the holder declares of a draft. */
export async function answerItems(
  ctx: Context,
  id: string,
  { answers, revision }: { answers: Answers; revision: number },
): Promise<CompliancePage> {
  await ctx.db.transaction(async (tx) => {
    await holdOffering(tx, id);
    const stored = await getOwn(onDb(ctx, tx), id);
    requireRevision(stored, revision);
    requireDraft(stored);
    const known = new Set(itemsFor(stored.definition).map((item) => item.id));
    const strange = Object.keys(answers).find((item) => !known.has(item));
    if (strange !== undefined) throw new Problem('invalid', 'there is no such item', { item: strange });
    await keepDeclaration(tx, id, stored.version, answers);
    await record(ctx, tx, { act: 'exchange.declaration-made', subject: `offering/${id}/${stored.version}` });
  });
  return readCompliance(ctx, id);
}

function requireDraft({ state }: StoredVersion): void {
  if (state !== 'draft') throw new Problem('conflict', 'a version does not change any more once it is submitted');
}

/** Attaches a file to an item of a draft; the same bytes again change nothing. */
export async function addEvidence(
  ctx: Context,
  id: string,
  { item, name, media, content }: { item: string; name: string; media: string; content: Buffer },
): Promise<CompliancePage> {
  if (content.length === 0 || content.length > MOST_FILE_BYTES)
    throw new Problem('too-large', 'a file has 10 MB at most and is not empty', { most: MOST_FILE_BYTES });
  const hash = createHash('sha256').update(content).digest('hex');
  await ctx.db.transaction(async (tx) => {
    await holdOffering(tx, id);
    const stored = await getOwn(onDb(ctx, tx), id);
    requireDraft(stored);
    if (!itemsFor(stored.definition).some((each) => each.id === item))
      throw new Problem('invalid', 'there is no such item', { item });
    const files = await findEvidence(tx, id, stored.version);
    if (files.some((file) => file.item === item && file.hash === hash)) return;
    if (files.length >= MOST_FILES) throw new Problem('too-many', 'a version has 40 files at most');
    await insertEvidence(ctx, tx, stored, { id: ctx.newId(), item, name, media, hash, content });
    await record(ctx, tx, {
      act: 'exchange.evidence-added',
      subject: `offering/${id}/${stored.version}`,
      detail: { item, hash, bytes: content.length },
    });
  });
  return readCompliance(ctx, id);
}

/** Takes a file from a draft. */
export async function removeEvidence(ctx: Context, id: string, file: string): Promise<CompliancePage> {
  await ctx.db.transaction(async (tx) => {
    await holdOffering(tx, id);
    const stored = await getOwn(onDb(ctx, tx), id);
    requireDraft(stored);
    const { version, hash, item } = await getEvidence(tx, id, file);
    if (version !== stored.version) requireDraft({ ...stored, state: 'in-review' });
    await deleteEvidence(tx, file);
    await record(ctx, tx, {
      act: 'exchange.evidence-removed',
      subject: `offering/${id}/${version}`,
      detail: { item, hash },
    });
  });
  return readCompliance(ctx, id);
}

/** A file for its holder and those who assess it. */
export async function readEvidence(
  ctx: Context,
  id: string,
  file: string,
): Promise<{ name: string; media: string; content: Buffer }> {
  const found = await getEvidence(ctx.db, id, file);
  await getForLook(ctx, id, found.version);
  await recordRead(ctx, {
    act: 'exchange.evidence-read',
    subject: `offering/${id}/${found.version}`,
    detail: { hash: found.hash },
  });
  return found;
}

/** Hands the draft in: from now on nothing of it changes, and the assessors have it. */
export async function submitOffering(ctx: Context, id: string, revision: number): Promise<StudioPage> {
  await ctx.db.transaction(async (tx) => {
    await holdOffering(tx, id);
    const stored = await getOwn(onDb(ctx, tx), id);
    requireRevision(stored, revision);
    requireDraft(stored);
    const missing = await missingFor({ db: tx }, stored);
    if (missing.length > 0)
      throw new Problem('unprocessable', 'the offering is not complete yet', {
        missing: missing.map(({ key, what }) => (what === undefined ? key : `${key}: ${what}`)),
      });
    const answers = await findDeclaration(tx, id, stored.version);
    await move(ctx, tx, stored, { state: 'in-review' });
    const fourEyes = needsFourEyes(itemsFor(stored.definition), answers);
    await insertAssessment(ctx, tx, { id, version: stored.version, fourEyes });
  });
  return readStudio(ctx, id);
}

/** The assessors' queue. */
export async function listAssessments(
  ctx: Context,
  state?: AssessmentState,
): Promise<{ assessments: AssessmentLine[] }> {
  ctx.require(ASSESS);
  return { assessments: (await findAssessments(ctx.db, state, MOST_LINES)).map(lineOf) };
}

/** The version in review with its assessment, held for an assessor who is not its holder. */
async function holdAssessment(
  ctx: Context,
  tx: Tx,
  id: string,
  seen: number,
): Promise<{ stored: StoredVersion; assessment: StoredAssessment }> {
  await holdOffering(tx, id);
  const stored = await getVersion(tx, id);
  if (stored.holder.id === partyIdOf(ctx.actor))
    throw new Problem('forbidden', 'nobody assesses what the own organization offers');
  const assessment = await findAssessment(tx, id, stored.version);
  if (assessment === undefined || stored.state !== 'in-review')
    throw new Problem('conflict', 'the offering is not in review', { state: stored.state });
  if (assessment.revision !== seen)
    throw new Problem('conflict', 'the offering has changed since you looked at it: read it again', {
      revision: assessment.revision,
    });
  return { stored, assessment };
}

/** What an assessor finds of single items. */
export async function judgeItems(
  ctx: Context,
  id: string,
  { verdicts, revision }: { verdicts: Record<string, { verdict: Verdict; words: string }>; revision: number },
): Promise<CompliancePage> {
  ctx.require(ASSESS);
  await ctx.db.transaction(async (tx) => {
    const { stored, assessment } = await holdAssessment(ctx, tx, id, revision);
    if (assessment.state !== 'open')
      throw new Problem('conflict', 'one assessor has decided already: the second decides on the same verdicts');
    const known = new Set(itemsFor(stored.definition).map((item) => item.id));
    const kept: Record<string, ItemVerdict> = { ...assessment.verdicts };
    for (const [item, { verdict, words }] of Object.entries(verdicts)) {
      if (!known.has(item)) throw new Problem('invalid', 'there is no such item', { item });
      if (verdict !== 'satisfied' && words.trim() === '')
        throw new Problem('invalid', 'say why an item is not satisfied or does not apply', { item });
      kept[item] = { verdict, words: words.trim(), byName: ctx.actor.name, at: ctx.now().toISOString() };
    }
    await keepVerdicts(tx, id, stored.version, kept);
    await record(ctx, tx, {
      act: 'exchange.items-judged',
      subject: `offering/${id}/${stored.version}`,
      detail: { verdicts: Object.fromEntries(Object.entries(verdicts).map(([item, { verdict }]) => [item, verdict])) },
    });
  });
  return readCompliance(ctx, id);
}

/**
 * Approves what is in review: all items judged, nothing that refuses by itself, and, where it is sensitive, a second assessor. The
 * public notice begins at once.
 *
 * @param noticeDays working days
 */
export async function approveOffering(
  ctx: Context,
  id: string,
  { words, revision, noticeDays }: { words: string; revision: number; noticeDays: number },
): Promise<CompliancePage> {
  ctx.require(ASSESS);
  await ctx.db.transaction(async (tx) => {
    const { stored, assessment } = await holdAssessment(ctx, tx, id, revision);
    const { version, definition } = stored;
    const items = itemsFor(definition);
    const answers = await findDeclaration(tx, id, version);
    const refusals = refusalsOf(items, answers, measureItems(items, answers, await findingsOf(onDb(ctx, tx), stored)));
    if (refusals.length > 0)
      throw new Problem('conflict', 'a rule refuses this offering, whoever assesses it: return it', { refusals });
    const left = unjudged(items, assessment.verdicts);
    if (left.length > 0)
      throw new Problem('conflict', 'an item is not judged yet, or is not satisfied', { items: left });
    if (assessment.fourEyes && assessment.state === 'open') {
      await secondAssessment(ctx, tx, id, version);
      await record(ctx, tx, { act: 'exchange.assessment-seconded', subject: `offering/${id}/${version}` });
      return;
    }
    if (assessment.firstBy === ctx.actor.id)
      throw new Problem('conflict', 'a second assessor decides: not the one who decided first');
    await decideAssessment(ctx, tx, stored, { state: 'approved', words });
    const abroad = answers['export']?.choice === 'abroad' ? answers['export'].export : undefined;
    const year = ctx.now().getUTCFullYear();
    if (abroad !== undefined) await countExport(tx, { holder: stored.holder.id, year, id, version }, abroad);
    const registered = await move(ctx, tx, stored, { state: 'registered', words });
    await move(ctx, tx, registered, { state: 'in-notice' });
    const until = stored.demonstration
      ? new Date(ctx.now().getTime() + DEMONSTRATION_MS)
      : addWorkingDays(ctx.now(), noticeDays).until;
    await insertNotice(ctx, tx, { id, version, until, workingDays: stored.demonstration ? 0 : noticeDays });
  });
  return readCompliance(ctx, id);
}

/** Returns what is in review to its holder, who goes on with another version. */
export async function returnOffering(
  ctx: Context,
  id: string,
  { words, revision }: { words: string; revision: number },
): Promise<CompliancePage> {
  ctx.require(ASSESS);
  if (words.trim() === '') throw new Problem('invalid', 'say why it is returned');
  await ctx.db.transaction(async (tx) => {
    const { stored } = await holdAssessment(ctx, tx, id, revision);
    await decideAssessment(ctx, tx, stored, { state: 'returned', words });
    await move(ctx, tx, stored, { state: 'returned', words });
  });
  return readCompliance(ctx, id);
}

/** Public notices, open to everybody. */
export async function listNotices({ db }: Pick<Context, 'db'>, isOpen?: boolean): Promise<{ notices: NoticeLine[] }> {
  return { notices: (await findNotices(db, isOpen, MOST_LINES)).map(withCalendar) };
}

export async function readNotice(
  { db }: Pick<Context, 'db'>,
  id: string,
  version: number,
): Promise<{ notice: NoticeLine; objections: Objection[] }> {
  const notice = await findNotice(db, id, version);
  if (notice === undefined) throw new Problem('not-found', 'there is no such notice');
  return { notice: withCalendar(notice), objections: await findObjections(db, id, version) };
}

/** Anybody who is signed in may object while the notice lasts, once at a time. */
export async function objectTo(
  ctx: Context,
  id: string,
  { version, grounds }: { version: number; grounds: string },
): Promise<{ notice: NoticeLine; objections: Objection[] }> {
  if (grounds.trim().length < LEAST_GROUNDS)
    throw new Problem('invalid', 'say on what grounds, in 10 characters at least');
  await ctx.db.transaction(async (tx) => {
    await holdOffering(tx, id);
    const stored = await getVersion(tx, id, version);
    const notice = await findNotice(tx, id, version);
    if (notice === undefined || notice.closedAt !== null || new Date(notice.until) <= ctx.now())
      throw new Problem('conflict', 'the notice is over');
    if (stored.holder.id === partyIdOf(ctx.actor)) throw new Problem('forbidden', 'nobody objects to the own offering');
    const { n } = await countObjections(tx, id, version);
    if (n >= MOST_OBJECTIONS || (await countObjections(tx, id, version, ctx.actor.id)).n > 0)
      throw new Problem('too-many', 'an objection of yours waits already');
    const objection = ctx.newId();
    await insertObjection(ctx, tx, { id, version, objection, grounds: grounds.trim() });
    await record(ctx, tx, {
      act: 'exchange.objection-made',
      subject: `offering/${id}/${version}`,
      detail: { objection },
    });
    if (stored.state === 'in-notice') await move(ctx, tx, stored, { state: 'objected' });
  });
  return readNotice(ctx, id, version);
}

const LEAST_GROUNDS = 10;

/** Decides an objection: upheld, the version goes back to its holder; the last one rejected, the notice goes on. */
export async function settleObjection(
  ctx: Context,
  objection: string,
  { state, words }: { state: 'upheld' | 'rejected'; words: string },
): Promise<{ notice: NoticeLine; objections: Objection[] }> {
  ctx.require(ASSESS);
  if (words.trim() === '') throw new Problem('invalid', 'say why it is decided so');
  const { offering: id, version, by } = await getObjection(ctx.db, objection);
  await ctx.db.transaction(async (tx) => {
    await holdOffering(tx, id);
    const stored = await getVersion(tx, id, version);
    if (by === ctx.actor.id || stored.holder.id === partyIdOf(ctx.actor))
      throw new Problem('forbidden', 'nobody decides in the own matter');
    if (!(await decideObjection(ctx, tx, objection, { state, words: words.trim() })))
      throw new Problem('conflict', 'the objection is decided already');
    await record(ctx, tx, {
      act: `exchange.objection-${state}`,
      subject: `offering/${id}/${version}`,
      detail: { objection, words: words.trim() },
    });
    if (stored.state !== 'objected') return;
    if (state === 'upheld') {
      await move(ctx, tx, stored, { state: 'returned', words: words.trim() });
      await closeNotice(ctx, tx, stored, 'returned');
    } else if ((await countObjections(tx, id, version)).n === 0) {
      await move(ctx, tx, stored, { state: 'in-notice', words: words.trim() });
    }
  });
  return readNotice(ctx, id, version);
}

/** Ends notices whose time is over: what nobody holds back is registered for good, with its certificate. */
export function noticeJob({ pool }: { pool: Pool }): Job {
  return { name: 'exchange.notices', everySeconds: CLOCK_SECONDS, run: (job) => settleNotices(onDb(job, pool)) };
}

export async function settleNotices(ctx: Context): Promise<void> {
  for (const { id, version } of await findOver(ctx.db, ctx.now(), MOST_OVER)) {
    await ctx.db.transaction(async (tx) => {
      await holdOffering(tx, id);
      const stored = await getVersion(tx, id, version);
      if (stored.state !== 'in-notice') return;
      await closeNotice(ctx, tx, stored, 'certified');
      await move(ctx, tx, stored, { state: 'certified' });
      const assessment = await findAssessment(tx, id, version);
      const notice = await findNotice(tx, id, version);
      await issueCertificate(ctx, tx, {
        kind: 'registration',
        subject: { id: `offering/${id}/${version}`, title: stored.definition.title },
        holder: stored.holder,
        claims: {
          offeringKind: stored.definition.kind,
          version,
          definitionDigest: stored.digest,
          assessedAt: new Date(assessment!.decidedAt!).toISOString(),
          noticeFrom: new Date(notice!.openedAt).toISOString(),
          noticeUntil: new Date(notice!.until).toISOString(),
          noticeWorkingDays: notice!.workingDays,
          demonstration: stored.demonstration,
        },
      });
    });
  }
}
