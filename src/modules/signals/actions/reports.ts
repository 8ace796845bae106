import { reachOf, record, recordRead } from '#kernel/access';
import { type Context, holds, onDb, type Tx } from '#kernel/context';
import { tell } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import { CASE_FIELDS, type CaseRecord, HitMissModel } from '#standards/duplicates';
import { type CaseReport, type Issue, parseBatch, validateReport, writeBatch } from '#standards/e2b';
import type {
  DueLine,
  DueRule,
  NewAssessment,
  PairGround,
  PossiblePair,
  ReportKind,
  ReportLine,
  ReportPage,
  ReportQuery,
  ReportVersion,
  SavedDraft,
} from '../model.ts';
import { assess, asTyped, DUE_RULES, dayOf, dueOf, readReport, stampOf, summarise } from '../rules/index.ts';
import {
  type Compared,
  decidePair,
  endAllDue,
  endDue,
  findAssessments,
  findCandidates,
  findDecisions,
  findDue,
  findLines,
  findOpenDue,
  findReportEvents,
  findReports,
  findSample,
  findVersions,
  getCompared,
  getRawBatch,
  getReport,
  getVersion,
  holdCase,
  holdReport,
  homeOf,
  insertAssessment,
  insertCase,
  insertReport,
  insertReportEvent,
  insertVersion,
  replaceParts,
  setDue,
  updateReport,
} from '../store/index.ts';

const WRITE = 'signals.report.write';
const READ = 'signals.report.read';
const MOST_DUE = 500;
const LONGEST_TEXT = 4_000;
const SHORTEST_REASON = 5;

// ---- reading ---------------------------------------------------------------------------------------------------------

/** Reports, those that changed last first; of which account, the store decides in the query. */
export async function listReports(ctx: Context, query: ReportQuery): Promise<{ reports: ReportLine[]; next?: string }> {
  mayRead(ctx);
  const found = await findReports(ctx, { ...query, limit: query.limit + 1 });
  const reports = found.slice(0, query.limit);
  await recordRead(ctx, { act: 'signals.reports-listed', detail: { reports: reports.length } });
  const last = reports.at(-1);
  const hasMore = found.length > query.limit && last !== undefined;
  return { reports, ...(hasMore && { next: `${new Date(last.updatedAt).toISOString()} ${last.id}` }) };
}

/** One report with all that is known of it. */
export async function readReportPage(ctx: Context, id: string, version?: number): Promise<ReportPage> {
  mayRead(ctx);
  const { draft, ...line } = await getReport(ctx, id);
  const shown = version ?? line.version;
  const told = shown === 0 ? undefined : await getVersion(ctx.db, id, shown);
  const content = told?.content ?? draft;
  if (content === null) throw new Problem('not-found', 'this report has no such version', { version: shown });
  await recordRead(ctx, { act: 'signals.report-read', subject: id, organization: line.organization });
  const [versions, due, assessments, events] = [
    await findVersions(ctx.db, id),
    await findDue(ctx.db, id),
    await findAssessments(ctx.db, id),
    await findReportEvents(ctx.db, id),
  ];
  return {
    line,
    content,
    shown,
    draft,
    issues: draft === null ? (told?.issues ?? []) : judgedDraft(ctx, line, draft, told?.content ?? null),
    versions,
    due,
    assessments,
    events,
    mayWrite: holds(ctx.actor, WRITE),
  };
}

/** A version as an E2B(R3) batch of one message. */
export async function writeReport(ctx: Context, id: string, version?: number): Promise<{ name: string; xml: string }> {
  mayRead(ctx);
  const { version: latest, caseNumber, organization } = await getReport(ctx, id);
  const asked = version ?? latest;
  if (asked === 0)
    throw new Problem(
      'conflict',
      'a draft has no E2B file: submit the report first, so that it says who sends what and when',
    );
  const { content } = await getVersion(ctx.db, id, asked);
  await recordRead(ctx, { act: 'signals.report-exported', subject: id, organization, detail: { version: asked } });
  const name = `${caseNumber ?? id}-v${asked}`;
  const xml = writeBatch([content], {
    number: `${name}-${stampOf(ctx.now()).slice(0, 14)}`,
    senderId: content.message.senderId ?? 'BANYAN',
    receiverId: content.message.receiverId ?? 'BANYAN',
    transmittedAt: stampOf(ctx.now()),
  });
  return { name: `${name}.xml`, xml };
}

/** The very bytes that a version came in: the whole batch. */
export async function readRawBatch(ctx: Context, id: string, version: number): Promise<Buffer> {
  mayRead(ctx);
  const { organization } = await getReport(ctx, id);
  const found = (await findVersions(ctx.db, id)).find((each) => each.version === version);
  if (found?.batch === undefined || found.batch === null)
    throw new Problem('not-found', 'this version was typed in and came in no file', { version });
  const { raw } = await getRawBatch(ctx.db, organization, found.batch);
  await recordRead(ctx, { act: 'signals.report-exported', subject: id, organization, detail: { version, raw: true } });
  return raw;
}

/** What is due, the most urgent first, with the rule and its source. */
export async function listDue(ctx: Context): Promise<{ due: DueLine[]; rules: DueRule[]; today: string }> {
  mayRead(ctx);
  const today = dayOf(ctx.now());
  const due = await findOpenDue(ctx, today, MOST_DUE);
  await recordRead(ctx, { act: 'signals.report-limits-listed' });
  return { due, rules: Object.values(DUE_RULES), today };
}

function mayRead(ctx: Context): void {
  if (reachOf(ctx.actor, READ) === undefined) ctx.require(READ);
}

// ---- typing ----------------------------------------------------------------------------------------------------------

export interface Typed {
  report: unknown;
  kind?: ReportKind;
  /** The revision that the person began from. */
  revision?: number;
  submit?: boolean;
  /** Of a later version: whether it mends what was wrong, or tells what is new. */
  as?: 'follow-up' | 'amendment';
  reason?: string;
}

/** Keeps what is typed of a new report, however little it is. */
export async function startReport(ctx: Context, { report, kind }: Typed): Promise<SavedDraft> {
  ctx.require(WRITE);
  const draft = readReport(report);
  const id = ctx.newId();
  const organization = homeOf(ctx);
  await ctx.db.transaction(async (tx) => {
    const summary = summarise(draft, kind);
    const inTx = onDb(ctx, tx);
    await insertReport(inTx, tx, { id, organization, origin: 'typed', state: 'draft', summary });
    await updateReport(inTx, tx, id, { draft, summary });
    await setDue(inTx, tx, id, {
      version: 0,
      due: dueOf(summary, { isSubmitted: false, today: dayOf(ctx.now()) }),
      note: '',
    });
    await insertReportEvent(inTx, tx, id, { kind: 'started', detail: {} });
    await record(inTx, tx, { act: 'signals.report-started', subject: id, organization });
  });
  return saved(ctx, id, judgedDraft(ctx, { id, organization }, draft, null));
}

/** Keeps what is typed; with `submit` it becomes a version, if nothing keeps it from being one. */
export async function saveReport(ctx: Context, id: string, typed: Typed): Promise<SavedDraft> {
  ctx.require(WRITE);
  const draft = readReport(typed.report);
  const issues = await ctx.db.transaction(async (tx) => {
    const inTx = onDb(ctx, tx);
    const line = await holdReport(ctx, tx, id);
    mustStand(line);
    if (typed.revision !== line.revision)
      throw new Problem('conflict', 'the report has changed since you began: read it again', {
        revision: line.revision,
      });
    if (typed.submit === true) return submit(inTx, tx, line, draft, typed);
    const previous = line.version === 0 ? null : (await getVersion(tx, id, line.version)).content;
    const summary = summarise(draft, typed.kind ?? line.kind);
    await updateReport(inTx, tx, id, { draft, ...(line.version === 0 && { summary }) });
    if (line.version === 0)
      await setDue(inTx, tx, id, {
        version: 0,
        due: dueOf(summary, { isSubmitted: false, today: dayOf(ctx.now()) }),
        note: '',
      });
    await record(inTx, tx, { act: 'signals.report-draft-saved', subject: id, organization: line.organization });
    return judgedDraft(ctx, line, draft, previous);
  });
  return saved(ctx, id, issues);
}

async function submit(ctx: Context, tx: Tx, line: ReportLine, draft: CaseReport, typed: Typed): Promise<Issue[]> {
  const { id, organization } = line;
  const previous = line.version === 0 ? null : (await getVersion(tx, id, line.version)).content;
  const kind: ReportVersion['kind'] = line.version === 0 ? 'first' : (typed.as ?? 'follow-up');
  const content = addressed(ctx, line, draft, { kind, reason: typed.reason ?? '', previous });
  const issues = judged(ctx, content, previous);
  const rejecting = issues.filter(({ severity }) => severity === 'rejecting');
  if (rejecting.length > 0) throw refused(ctx, rejecting);
  await addVersion(ctx, tx, line, { kind, content: normalised(content), issues, chosen: typed.kind ?? line.kind });
  const caseNumber = content.identification.worldwideId!;
  if (line.version === 0) {
    const taken = await holdCase(tx, organization, caseNumber);
    if (taken !== undefined && taken !== id)
      throw new Problem('conflict', 'another report of your organization has this case number (C.1.8.1)', {
        report: taken,
      });
    await insertCase(tx, organization, caseNumber, id);
  }
  return issues;
}

async function addVersion(
  ctx: Context,
  tx: Tx,
  { id, organization, version: before }: ReportLine,
  {
    kind,
    content,
    issues,
    chosen,
  }: { kind: ReportVersion['kind']; content: CaseReport; issues: Issue[]; chosen: ReportKind },
): Promise<void> {
  const version = before + 1;
  const summary = summarise(content, chosen);
  const isNullified = kind === 'nullification';
  const caseNumber = content.identification.worldwideId;
  await insertVersion(ctx, tx, { report: id, version, kind, content, issues });
  await updateReport(ctx, tx, id, {
    state: isNullified ? 'nullified' : 'submitted',
    version,
    draft: null,
    summary,
    ...(caseNumber !== undefined && { caseNumber }),
  });
  await replaceParts(tx, id, summary);
  if (isNullified) await endAllDue(ctx, tx, id, 'nullified');
  else {
    const due = dueOf(summary, { isSubmitted: true, today: dayOf(ctx.now()) });
    await setDue(ctx, tx, id, { version, due, note: kind });
  }
  await insertReportEvent(ctx, tx, id, { kind: 'submitted', detail: { version, as: kind } });
  await record(ctx, tx, { act: `signals.report-${kind}-submitted`, subject: id, organization, detail: { version } });
  await tell(tx, { type: 'signals.report-received', subject: id, data: { version, kind } });
}

const OWN = 'BANYAN';

/** Fills what the program knows better than the person: numbers, times and who sends to whom. */
function addressed(
  ctx: Context,
  { id, organization }: Pick<ReportLine, 'id' | 'organization'>,
  draft: CaseReport,
  { kind, reason, previous }: { kind: ReportVersion['kind']; reason: string; previous: CaseReport | null },
): CaseReport {
  const at = stampOf(ctx.now());
  const { identification, message } = draft;
  const ownNumber = `CN-${OWN}-${id.replaceAll('-', '').slice(-12).toUpperCase()}`;
  const safetyReportId = previous?.identification.safetyReportId ?? identification.safetyReportId ?? ownNumber;
  const { revision: _, revisionReason: __, ...identity } = identification;
  const revised =
    kind === 'amendment' || kind === 'nullification'
      ? { revision: kind === 'amendment' ? '2' : '1', revisionReason: checkedText(reason, SHORTEST_REASON) }
      : {};
  return {
    ...draft,
    message: {
      ...message,
      id: safetyReportId,
      senderId: message.senderId ?? organization.slice(0, 60),
      receiverId: message.receiverId ?? OWN,
      createdAt: at,
    },
    identification: {
      ...identity,
      safetyReportId,
      createdAt: at,
      worldwideId: previous?.identification.worldwideId ?? identification.worldwideId ?? safetyReportId,
      firstSender: identification.firstSender ?? '2',
      ...revised,
    },
  };
}

/** As it reads when it comes back as XML, so that what is kept is what is sent. */
function normalised(content: CaseReport): CaseReport {
  try {
    const [read] = parseBatch(writeBatch([content], { number: 'n', senderId: 's', receiverId: 'r' })).reports;
    if (read === undefined) throw new RangeError('the report cannot be read back');
    return read;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Problem('unprocessable', 'the report cannot be written as E2B(R3)', { why: error.message });
  }
}

function judged(ctx: Context, report: CaseReport, previous: CaseReport | null): Issue[] {
  return asTyped(validateReport(report, { today: dayOf(ctx.now()), previous }));
}

/** A draft as it would be sent now. */
function judgedDraft(
  ctx: Context,
  line: Pick<ReportLine, 'id' | 'organization'>,
  draft: CaseReport,
  previous: CaseReport | null,
): Issue[] {
  const kind = previous === null ? 'first' : 'follow-up';
  return judged(ctx, addressed(ctx, line, draft, { kind, reason: '', previous }), previous);
}

/** The path of each issue leads to its field; the text is in the person's language. */
function refused({ language }: Context, issues: readonly Issue[]): Problem {
  return new Problem(
    'unprocessable',
    'the report is not complete or not right: mend the fields that are told and submit again',
    { issues: issues.length },
    {
      issues: issues.slice(0, 200).map(({ message, path }) => ({
        severity: 'error',
        code: 'business-rule',
        message: message[language],
        ...(path !== undefined && { expression: path }),
      })),
    },
  );
}

async function saved(ctx: Context, id: string, issues: Issue[]): Promise<SavedDraft> {
  const { revision, state, version } = await getReport(ctx, id);
  return { id, revision, state, version, issues };
}

function mustStand({ state }: ReportLine): void {
  if (state === 'nullified' || state === 'void')
    throw new Problem('conflict', 'this report was taken back: start a new one', { state });
}

/** Takes back a submitted report: everybody who got it is told by a nullification (C.1.11.1). */
export async function nullifyReport(ctx: Context, id: string, reason: string): Promise<ReportPage> {
  ctx.require(WRITE);
  checkedText(reason, SHORTEST_REASON);
  await ctx.db.transaction(async (tx) => {
    const inTx = onDb(ctx, tx);
    const line = await holdReport(ctx, tx, id);
    mustStand(line);
    if (line.version === 0) throw new Problem('conflict', 'a draft was never sent to anybody: void it instead');
    const previous = (await getVersion(tx, id, line.version)).content;
    const kind = 'nullification' as const;
    const content = addressed(ctx, line, previous, { kind, reason, previous });
    const issues = judged(ctx, content, previous);
    await addVersion(inTx, tx, line, { kind, content: normalised(content), issues, chosen: line.kind });
  });
  return readReportPage(ctx, id);
}

/** Ends a draft that was begun by mistake; it stays, and counts nowhere. */
export async function voidReport(ctx: Context, id: string, reason: string): Promise<void> {
  ctx.require(WRITE);
  const why = checkedText(reason, SHORTEST_REASON);
  await ctx.db.transaction(async (tx) => {
    const inTx = onDb(ctx, tx);
    const line = await holdReport(ctx, tx, id);
    mustStand(line);
    if (line.version > 0)
      throw new Problem(
        'conflict',
        'a submitted report is taken back by a nullification, so that everybody learns of it',
      );
    await updateReport(inTx, tx, id, { state: 'void' });
    await endAllDue(inTx, tx, id, 'void');
    await insertReportEvent(inTx, tx, id, { kind: 'void', detail: { reason: why } });
    await record(inTx, tx, {
      act: 'signals.report-voided',
      subject: id,
      organization: line.organization,
      detail: { reason: why },
    });
  });
}

/** A limit that was kept in another way, with what was done. */
export async function settleDue(
  ctx: Context,
  id: string,
  { rule, version, note }: { rule: string; version: number; note: string },
): Promise<ReportPage> {
  ctx.require(WRITE);
  const said = checkedText(note, SHORTEST_REASON);
  await ctx.db.transaction(async (tx) => {
    const inTx = onDb(ctx, tx);
    const { organization } = await holdReport(ctx, tx, id);
    await endDue(inTx, tx, { report: id, rule, version, note: said });
    await insertReportEvent(inTx, tx, id, { kind: 'limit-settled', detail: { rule, note: said } });
    await record(inTx, tx, { act: 'signals.report-limit-settled', subject: id, organization, detail: { rule } });
  });
  return readReportPage(ctx, id);
}

// ---- judging ---------------------------------------------------------------------------------------------------------

/** A judgement of causality or a grade; the one before stays. */
export async function assessReport(ctx: Context, id: string, asked: NewAssessment): Promise<ReportPage> {
  ctx.require(WRITE);
  const note = asked.note === '' ? '' : checkedText(asked.note, 1);
  const { result, score, answers } = assess(asked.method, asked.answers);
  await ctx.db.transaction(async (tx) => {
    const inTx = onDb(ctx, tx);
    const line = await holdReport(ctx, tx, id);
    if (line.version === 0) throw new Problem('conflict', 'a draft is not judged: submit the report first');
    const { drugs, reactions } = (await getVersion(tx, id, line.version)).content;
    if (asked.drug !== undefined && !drugs.some((drug) => drug.id === asked.drug))
      throw new Problem('invalid', 'the report has no such product', { drug: asked.drug });
    if (asked.reaction !== undefined && !reactions.some((reaction) => reaction.id === asked.reaction))
      throw new Problem('invalid', 'the report has no such reaction', { reaction: asked.reaction });
    const { method, drug = null, reaction = null } = asked;
    const assessment = { id: ctx.newId(), method, drug, reaction, answers, result, score, note, version: line.version };
    await insertAssessment(inTx, tx, id, assessment);
    await insertReportEvent(inTx, tx, id, { kind: 'assessed', detail: { method, result } });
    await record(inTx, tx, {
      act: 'signals.report-assessed',
      subject: id,
      organization: line.organization,
      detail: { method, result },
    });
    await tell(tx, { type: 'signals.report-assessed', subject: id, data: { method, result } });
  });
  return readReportPage(ctx, id);
}

// ---- duplicates ------------------------------------------------------------------------------------------------------

const MOST_COMPARED = 300;
const SAMPLE = 5_000;
/** Own choice: the share of reports that are told twice; of spontaneous reports 5 % are common (Norén et al. 2007). */
const EXPECTED_SHARE = 0.05;
const LEAST_PROBABILITY = 0.05;
const MOST_PAIRS = 20;

/** Reports that may tell of the same case, with what speaks for and against it. */
export async function findPossibleDuplicates(
  ctx: Context,
  id: string,
): Promise<{ pairs: PossiblePair[]; compared: number; expectedShare: number; source: string }> {
  mayRead(ctx);
  const line = await getReport(ctx, id);
  const one = await getCompared(ctx.db, id);
  const candidates = line.version === 0 ? [] : await findCandidates(ctx, one, MOST_COMPARED);
  const decisions = new Map((await findDecisions(ctx.db, id)).map((each) => [each.other, each]));
  const scored = await scorePairs(ctx, one, candidates);
  const shown = scored
    .filter(
      ({ probability, other, isSameNumber }) =>
        isSameNumber || probability >= LEAST_PROBABILITY || decisions.has(other),
    )
    .slice(0, MOST_PAIRS);
  const lines = new Map(
    (
      await findLines(
        ctx,
        shown.map(({ other }) => other),
      )
    ).map((each) => [each.id, each]),
  );
  await recordRead(ctx, { act: 'signals.report-duplicates-sought', subject: id, organization: line.organization });
  const pairs = shown.flatMap(({ other, score, probability, grounds }) => {
    const found = lines.get(other);
    if (found === undefined) return [];
    return [{ other: found, score, probability, grounds, decision: decisions.get(other) ?? null }];
  });
  const source =
    'Hit-miss model of record linkage: Copas and Hilton, J R Stat Soc A 1990;153:287; Norén, Orre and Bate, KDD 2005:459';
  return { pairs, compared: candidates.length, expectedShare: EXPECTED_SHARE, source };
}

interface Scored {
  other: string;
  score: number;
  probability: number;
  grounds: PairGround[];
  isSameNumber: boolean;
}

async function scorePairs(ctx: Context, one: Compared, candidates: readonly Compared[]): Promise<Scored[]> {
  if (candidates.length === 0) return [];
  const sample = await findSample(ctx.db, SAMPLE);
  const model = new HitMissModel(CASE_FIELDS, [...sample.map(recordOf), recordOf(one)]);
  const priorBits = Math.log2(EXPECTED_SHARE / Math.max(sample.length - 1, 1));
  return candidates
    .map((other) => {
      const isSameNumber = one.caseNumber !== null && other.caseNumber === one.caseNumber;
      const { total, fields } = model.score(recordOf(one), recordOf(other));
      const [here, there] = [recordOf(one), recordOf(other)];
      const grounds = fields.map((weight, at) => ({
        field: CASE_FIELDS[at]!.name,
        here: textOf(here[at]),
        there: textOf(there[at]),
        weight,
      }));
      const probability = isSameNumber ? 1 : 1 / (1 + 2 ** -(total + priorBits));
      return { other: other.id, score: total, probability, grounds, isSameNumber };
    })
    .sort((a, b) => b.probability - a.probability || b.score - a.score || (a.other < b.other ? -1 : 1));
}

const DAY_MS = 86_400_000;

/** In the order of CASE_FIELDS. */
function recordOf({ sex, country, outcome, ageYears, onset, products, reactions }: Compared): CaseRecord {
  return [
    sex ?? undefined,
    country ?? undefined,
    outcome ?? undefined,
    ageYears === null ? undefined : Math.floor(ageYears),
    onset === null ? undefined : Date.parse(onset) / DAY_MS,
    products,
    reactions,
  ];
}

function textOf(value: CaseRecord[number]): string {
  if (value === undefined) return '';
  if (typeof value === 'number')
    return value > 5_000 ? new Date(value * DAY_MS).toISOString().slice(0, 10) : String(value);
  return typeof value === 'string' ? value : value.join(', ');
}

/** Whether two reports tell of one case. A confirmed duplicate counts no more; what it tells stays. */
export async function decideDuplicate(
  ctx: Context,
  id: string,
  { other, decision, reason }: { other: string; decision: 'confirmed' | 'refused'; reason: string },
): Promise<ReportPage> {
  ctx.require(WRITE);
  const why = checkedText(reason, SHORTEST_REASON);
  if (other === id) throw new Problem('invalid', 'a report is no duplicate of itself');
  const [scored] = await scorePairs(ctx, await getCompared(ctx.db, id), [await getVisible(ctx, other)]);
  await ctx.db.transaction(async (tx) => {
    const inTx = onDb(ctx, tx);
    // In one order, so that two people who decide about each other's report do not wait for each other.
    const held = new Map<string, ReportLine>();
    for (const each of [id, other].sort()) held.set(each, await holdReport(ctx, tx, each));
    const [line, against] = [held.get(id)!, held.get(other)!];
    if (line.version === 0 || against.version === 0)
      throw new Problem('conflict', 'only submitted reports are compared');
    if (decision === 'confirmed' && against.duplicateOf !== null)
      throw new Problem('conflict', 'the other report is a duplicate itself: choose the one that it repeats', {
        duplicateOf: against.duplicateOf,
      });
    if (decision === 'confirmed') await updateReport(inTx, tx, id, { duplicateOf: other });
    else {
      if (line.duplicateOf === other) await updateReport(inTx, tx, id, { duplicateOf: null });
      if (against.duplicateOf === id) await updateReport(inTx, tx, other, { duplicateOf: null });
    }
    await decidePair(inTx, tx, {
      report: id,
      other,
      decision,
      score: scored?.score ?? null,
      grounds: scored?.grounds ?? [],
      reason: why,
    });
    for (const [one, two] of [
      [id, other],
      [other, id],
    ] as const)
      await insertReportEvent(inTx, tx, one, { kind: `duplicate-${decision}`, detail: { other: two, reason: why } });
    await record(inTx, tx, {
      act: `signals.report-duplicate-${decision}`,
      subject: id,
      organization: line.organization,
      detail: { other, reason: why },
    });
  });
  return readReportPage(ctx, id);
}

async function getVisible(ctx: Context, id: string): Promise<Compared> {
  await getReport(ctx, id);
  return getCompared(ctx.db, id);
}

function checkedText(text: string, least: number): string {
  const said = text.trim();
  if (said.length < least) throw new Problem('invalid', 'say in words what was done and why', { least });
  if (said.length > LONGEST_TEXT) throw new Problem('too-large', 'this text is too long', { most: LONGEST_TEXT });
  return said;
}
