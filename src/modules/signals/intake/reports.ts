import { createHash } from 'node:crypto';
import { record } from '#kernel/access';
import { type Context, onDb, type Tx } from '#kernel/context';
import type { Job } from '#kernel/jobs';
import { canonicalJson } from '#kernel/ledger';
import { tell } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import {
  acknowledge,
  type CaseReport,
  type Issue,
  known,
  type ReportResult,
  validateBatch,
  validateReport,
  writeAcknowledgement,
} from '#standards/e2b';
import { MOST_BATCH_BYTES, type ReportVersion } from '../model.ts';
import { dayOf, dueOf, stampOf, summarise } from '../rules/index.ts';
import {
  answerBatch,
  endAllDue,
  findUnanswered,
  getVersion,
  holdBatch,
  holdCase,
  holdReport,
  homeOf,
  insertCase,
  insertReport,
  insertReportEvent,
  insertVersion,
  isNumberTaken,
  keepBatch,
  replaceParts,
  setDue,
  updateReport,
} from '../store/index.ts';
import { readBatch } from './parsing.ts';

const WRITE = 'signals.report.write';

/**
 * Takes a batch of E2B(R3) messages and answers it with an acknowledgement.
 *
 * The bytes are committed before anything else is done with them; everything that follows is one transaction with the answer. A program that dies
 * between the two leaves a batch that the next one, or the job, finishes. The same bytes again get the same answer and change nothing.
 */
export async function receiveBatch(ctx: Context, raw: Buffer): Promise<{ code: string; answer: string }> {
  ctx.require(WRITE);
  if (raw.length === 0) throw new Problem('invalid', 'the body is empty: send a batch of E2B(R3) messages as XML');
  if (raw.length > MOST_BATCH_BYTES)
    throw new Problem('too-large', 'the batch is too large: send it in parts', { most: MOST_BATCH_BYTES });
  const organization = homeOf(ctx);
  const digest = createHash('sha256').update(raw).digest('hex');
  await keepBatch(ctx, { organization, digest, raw });
  return answerKept(ctx, organization, digest);
}

/** Finishes what was kept and, because the program died, not answered. */
export const reportsJob: Job = {
  name: 'signals.report-batches',
  everySeconds: 60,
  async run(ctx) {
    const before = new Date(ctx.now().getTime() - LEFT_MS);
    for (const { organization, digest, receivedBy, receivedName } of await findUnanswered(ctx.db, {
      before,
      limit: 20,
    })) {
      const actor = { ...ctx.actor, id: receivedBy, name: receivedName, organizations: [organization] };
      await answerKept({ ...ctx, actor }, organization, digest);
    }
  },
};
/** Nobody works so long on one batch. */
const LEFT_MS = 120_000;

function answerKept(ctx: Context, organization: string, digest: string): Promise<{ code: string; answer: string }> {
  return ctx.db.transaction(async (tx) => {
    const batch = await holdBatch(tx, organization, digest);
    if (batch.answer !== null) return { code: batch.code ?? '', answer: batch.answer };
    const { batch: header, reports, issues } = await readBatch(batch.raw);
    const today = dayOf(ctx.now());
    const ofBatch = [...issues.filter(({ report }) => report === undefined), ...validateBatch(header, { today })];
    const { senderId, number } = header;
    const isTaken =
      senderId !== undefined &&
      number !== undefined &&
      (await isNumberTaken(tx, { organization, digest, sender: senderId, number }));
    if (isTaken) ofBatch.push(NUMBER_TAKEN);
    const isRefused = ofBatch.some(({ severity }) => severity === 'rejecting');

    const inTx = onDb(ctx, tx);
    const results: ReportResult[] = [];
    for (const [place, report] of isRefused ? [] : reports.entries()) {
      const found = issues.filter((issue) => issue.report === place);
      results.push(await takeReport(inTx, tx, { organization, digest, place, report, found, today }));
    }
    const acknowledgement = acknowledge(header, results, {
      number: `ACK-${digest.slice(0, 24)}`,
      at: stampOf(ctx.now()),
      batchIssues: ofBatch,
      language: ctx.language,
    });
    const answer = writeAcknowledgement(acknowledgement);
    const code = acknowledgement.code ?? 'AR';
    await answerBatch(inTx, tx, { organization, digest, sender: senderId, number, code, answer });
    await record(inTx, tx, {
      act: 'signals.report-batch-answered',
      organization,
      subject: digest,
      detail: { code, reports: reports.length },
    });
    return { code, answer };
  });
}

const NUMBER_TAKEN: Issue = {
  code: 'number-taken',
  severity: 'rejecting',
  element: 'N.1.2',
  message: {
    en: 'another batch was taken under this number (N.1.2): give every batch a number of its own',
    zh: '该批次编号（N.1.2）已用于另一批次：每个批次须使用唯一编号',
  },
};

interface Incoming {
  organization: string;
  digest: string;
  place: number;
  report: CaseReport;
  found: Issue[];
  today: string;
}

/** One message: a new case, a further version of a known one, or what is known already. */
async function takeReport(ctx: Context, tx: Tx, incoming: Incoming): Promise<ReportResult> {
  const { organization, digest, place, report, found, today } = incoming;
  const { worldwideId, safetyReportId } = report.identification;
  const caseNumber = worldwideId ?? safetyReportId;
  const id = caseNumber === undefined ? undefined : await holdCase(tx, organization, caseNumber);
  const before = id === undefined ? undefined : await holdReport(ctx, tx, id);
  const previous =
    before === undefined || before.version === 0 ? null : (await getVersion(tx, before.id, before.version)).content;
  const issues = [
    ...found,
    ...validateReport(report, {
      today,
      previous,
      message: place,
      ...(report.identification.china !== undefined && { region: 'CN' as const }),
    }),
  ];
  const isRefused = issues.some(({ severity }) => severity === 'rejecting');
  if (isRefused || caseNumber === undefined) return { report, issues };
  if (before !== undefined && previous !== null && isSame(previous, report))
    return { report, issues, localNumber: before.id };

  const own = before?.id ?? ctx.newId();
  const version = (before?.version ?? 0) + 1;
  const kind = kindOf(report, previous);
  const summary = summarise(report);
  if (before === undefined) {
    await insertReport(ctx, tx, { id: own, organization, origin: 'e2b', state: 'submitted', summary });
    await insertCase(tx, organization, caseNumber, own);
  }
  const state = kind === 'nullification' ? ('nullified' as const) : ('submitted' as const);
  await insertVersion(ctx, tx, { report: own, version, kind, content: report, issues, batch: digest, place });
  await updateReport(ctx, tx, own, { state, version, caseNumber, summary });
  await replaceParts(tx, own, summary);
  if (state === 'nullified') await endAllDue(ctx, tx, own, 'nullified');
  else await setDue(ctx, tx, own, { version, due: dueOf(summary, { isSubmitted: true, today }), note: kind });
  await insertReportEvent(ctx, tx, own, { kind: 'received', detail: { version, as: kind } });
  await record(ctx, tx, { act: `signals.report-${kind}-received`, organization, subject: own, detail: { version } });
  await tell(tx, { type: 'signals.report-received', subject: own, data: { version, kind } });
  return { report, issues, localNumber: own };
}

/** The same case told again, whatever envelope it comes in. */
function isSame(previous: CaseReport, report: CaseReport): boolean {
  const said = ({ message: _, ...rest }: CaseReport) => canonicalJson(JSON.parse(JSON.stringify(rest)));
  return said(previous) === said(report);
}

function kindOf({ identification }: CaseReport, previous: CaseReport | null): ReportVersion['kind'] {
  const revision = known(identification.revision);
  if (revision === '1') return 'nullification';
  if (revision === '2') return 'amendment';
  return previous === null ? 'first' : 'follow-up';
}
