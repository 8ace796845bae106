import { createHash, randomBytes } from 'node:crypto';
import { reachOf, record } from '#kernel/access';
import { type Context, type Db, onDb, type Tx } from '#kernel/context';
import { tell } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import {
  affords,
  discreteGaussian,
  epsilonOf,
  FairBits,
  gaussianVariance,
  NANO,
} from '#standards/differential-privacy';
import type {
  BudgetFigures,
  Candidate,
  Cell,
  GateBudget,
  GatedAnswer,
  GateLine,
  GatePassage,
  GateQuestion,
  GateReport,
  GateSettings,
  GateStage,
  GateTrial,
  ReleasedContent,
} from '../model.ts';
import {
  answerExactly,
  BUDGET,
  costOf,
  type EarlierRelease,
  parseGateSettings,
  questionKey,
  type SoundQuestion,
  soundQuestion,
} from '../rules/gate/index.ts';
import {
  cancelPassages,
  countAnswers,
  endPassage,
  findAccounts,
  findAnswer,
  findChunk,
  findNewestRelease,
  findPassages,
  findReleases,
  findReleasesElsewhere,
  findReports,
  getRelease,
  getReport,
  getVersion,
  holdAccounts,
  holdGate,
  insertAnswer,
  insertChunks,
  insertPassage,
  insertRelease,
  insertReport,
  notePassage,
  type StoredAccount,
  type StoredAnswer,
  type StoredRelease,
  type StoredVersion,
  spend,
} from '../store/index.ts';
import { type Examined, examineApart } from './gate/examining.ts';
import { ASSESS, getForLook, getOwn, holderFor, isHolder, OPERATE } from './moves.ts';

export interface ReleaseRequest {
  offeringId: string;
  version: number;
  candidate: Candidate;
  /** As the definition says; what is absent is the gate's own. */
  settings: Partial<GateSettings> | Record<string, unknown>;
  signal?: AbortSignal;
  onProgress?: (progress: { stage: GateStage; done: number }) => void;
}

/** Contents of one offering that a new one is held against at the most: more could not be guarded in reasonable time. */
const MOST_EARLIER = 40;
/** Contents of the holder's other offerings of the same population, the newest. */
const MOST_ELSEWHERE = 10;
const MOST_REPORTS = 500;
const NOTE_MS = 1_000;
/** Whoever says nothing for so long has died. */
const SILENT_MS = 900_000;
/** So often another release came between. */
const MOST_ROUNDS = 5;

/**
 * The only way content gets out: examines it, mends what can be mended, and keeps the result with its report.
 * The report says why where it is refused; a refusal is audited like a release.
 *
 * @throws Problem `not-found` for another's offering, `conflict` where it was ended or released too often, `unprocessable`, `too-costly`, `too-many`
 */
export async function release(
  ctx: Context,
  request: ReleaseRequest,
): Promise<{ report: GateReport; releaseId?: string }> {
  const { offeringId, version, candidate } = request;
  const stored = await getVersion(ctx.db, offeringId, version);
  if (!isHolder(ctx, stored)) throw new Problem('not-found', 'there is no such offering');
  const settings = parseGateSettings(request.settings);
  const passage = ctx.newId();
  await insertPassage(ctx, { id: passage, offeringId, version });
  const { signal, progress, settled } = watch(ctx, passage, request);
  const began = performance.now();
  try {
    for (let round = 1; ; round += 1) {
      const seen = await findSeen(ctx.db, stored, settings);
      const earlier = await readEarlier(ctx, seen, offeringId);
      const examined = await examineApart(candidate, { settings, earlier }, { signal, progress });
      progress('keeping', 0);
      const kept = await ctx.db.transaction((tx) =>
        keep(ctx, tx, {
          request,
          stored,
          settings,
          examined,
          seen,
          tookMs: Math.round(performance.now() - began),
        }),
      );
      if (kept !== undefined) return kept;
      if (round === MOST_ROUNDS) throw new Problem('conflict', 'the offering was released meanwhile: try again');
    }
  } finally {
    await settled();
    await endPassage(ctx.db, passage, new Date(ctx.now().getTime() - SILENT_MS));
  }
}

/** What the gate would say of content, of which nothing is kept but that it was tried. @throws Problem as `release` */
export async function tryGate(
  ctx: Context,
  { offeringId, candidate, settings: given, signal = new AbortController().signal }: Omit<ReleaseRequest, 'version'>,
): Promise<GateTrial> {
  const stored = await getOwn(ctx, offeringId);
  const settings = parseGateSettings(given);
  const earlier = await readEarlier(ctx, await findSeen(ctx.db, stored, settings), offeringId);
  const { examined, rowCount } = await examineApart(candidate, { settings, earlier }, { signal, progress() {} });
  const { verdict, method, checks, removed } = examined;
  await record(ctx, ctx.db, {
    act: 'exchange.gate-tried',
    subject: `offering/${offeringId}`,
    detail: { verdict, rows: candidate.rows.length },
  });
  const after = verdict === 'passed' ? rowCount : 0;
  return { verdict, method, checks, removed, rows: { before: candidate.rows.length, after } };
}

/** Notes how far it is, now and then, and hears whether somebody wants it ended. */
function watch(
  ctx: Context,
  passage: string,
  { signal, onProgress }: ReleaseRequest,
): { signal: AbortSignal; progress(stage: GateStage, done: number): void; settled(): Promise<void> } {
  const ending = new AbortController();
  let noted = 0;
  let noting: Promise<void> = Promise.resolve();
  return {
    signal: signal === undefined ? ending.signal : AbortSignal.any([ending.signal, signal]),
    progress(stage, done) {
      onProgress?.({ stage, done });
      if (performance.now() - noted < NOTE_MS) return;
      noted = performance.now();
      noting = noting
        .then(() => notePassage(ctx.db, passage, { stage, done, now: ctx.now() }))
        .then((isCancelled) => {
          if (isCancelled) ending.abort();
        })
        .catch((error) => ctx.log.warn({ error }, 'the progress at the release gate could not be noted'));
    },
    settled: () => noting,
  };
}

/** What a release is held against, the newest first. */
async function findSeen(
  db: Db,
  { id, holder }: StoredVersion,
  { population }: GateSettings,
): Promise<readonly StoredRelease[]> {
  const own = await findReleases(db, id, MOST_EARLIER + 1);
  const others = await findReleasesElsewhere(db, { offering: id, holder: holder.id, population }, MOST_ELSEWHERE);
  return [...own, ...others].sort((a, b) => b.madeAt.getTime() - a.madeAt.getTime());
}

async function readEarlier(
  ctx: Context,
  seen: readonly StoredRelease[],
  offeringId: string,
): Promise<EarlierRelease[]> {
  if (seen.filter(({ offering }) => offering === offeringId).length > MOST_EARLIER)
    throw new Problem(
      'conflict',
      'the offering was released too often to guard another release: refresh it less often',
      {
        most: MOST_EARLIER,
      },
    );
  const earlier: EarlierRelease[] = [];
  for (const stored of seen)
    earlier.push({
      releaseId: stored.id,
      own: stored.offering === offeringId,
      told: stored.told,
      columns: stored.columns,
      rows: await Array.fromAsync(rowsOf(ctx, stored)),
    });
  return earlier;
}

/** @returns undefined where another release came between, which this one was not held against */
async function keep(
  ctx: Context,
  tx: Tx,
  given: {
    request: ReleaseRequest;
    stored: StoredVersion;
    settings: GateSettings;
    examined: Examined;
    seen: readonly StoredRelease[];
    tookMs: number;
  },
): Promise<{ report: GateReport; releaseId?: string } | undefined> {
  const { request, stored, settings, examined: said, seen, tookMs } = given;
  const { offeringId, version, candidate } = request;
  await holdGate(tx, stored.holder.id);
  const now = await findSeen(tx, stored, settings);
  if (now.some(({ id }, at) => id !== seen[at]?.id)) return undefined;

  const { examined, rowCount, chunks, digest } = said;
  const passed = examined.verdict === 'passed';
  const releaseId = passed ? ctx.newId() : undefined;
  const { verdict, method, checks, removed, microdata, table, columns, told } = examined;
  const madeAt = ctx.now().toISOString();
  const report: GateReport = {
    id: ctx.newId(),
    offeringId,
    title: stored.definition.title,
    version,
    verdict,
    method,
    settings,
    checks,
    removed,
    microdata,
    table,
    madeAt,
    tookMs,
    rows: { before: candidate.rows.length, after: passed ? rowCount : 0 },
    columns: columns.map(({ name }) => name),
    digest: passed ? digest : null,
    releaseId: releaseId ?? null,
    askedBy: ctx.actor.id,
    askedByName: ctx.actor.name,
  };
  await insertReport(tx, report);
  if (releaseId !== undefined) {
    await insertChunks(tx, digest, chunks);
    await insertRelease(tx, {
      id: releaseId,
      offering: offeringId,
      version,
      digest,
      columns,
      rowCount,
      told,
      report: report.id,
      madeAt,
    });
  }
  await record(onDb(ctx, tx), tx, {
    act: passed ? 'exchange.release-passed' : 'exchange.release-refused',
    outcome: passed ? 'success' : 'denied',
    subject: `offering/${offeringId}/${version}`,
    detail: {
      report: report.id,
      method,
      ...(releaseId === undefined ? { failed: failedOf(report) } : { release: releaseId, digest, rows: rowCount }),
    },
  });
  await tell(tx, {
    type: passed ? 'exchange.release-passed' : 'exchange.release-refused',
    subject: offeringId,
    data: { version, report: report.id, ...(releaseId !== undefined && { release: releaseId }) },
  });
  return { report, ...(releaseId !== undefined && { releaseId }) };
}

function failedOf({ checks }: GateReport): string[] {
  return checks.filter(({ verdict }) => verdict === 'failed').map(({ key }) => key);
}

/** @throws Problem `not-found` */
export async function readRelease(ctx: Pick<Context, 'db'>, releaseId: string): Promise<ReleasedContent> {
  const stored = await getRelease(ctx.db, releaseId);
  const { columns, digest, rowCount } = stored;
  return { columns, digest, rowCount, rows: rowsOf(ctx, stored) };
}

/** Row by row, each piece held against its hash and the whole against the release's: changed bytes are never told. */
async function* rowsOf({ db }: Pick<Context, 'db'>, { digest }: StoredRelease): AsyncGenerator<Cell[]> {
  const whole = createHash('sha256');
  let isFirst = true;
  for (let place = 0; ; place += 1) {
    const chunk = await findChunk(db, digest, place);
    if (chunk === undefined) break;
    whole.update(chunk.bytes);
    if (createHash('sha256').update(chunk.bytes).digest('hex') !== chunk.sha256)
      throw new Error('a piece of released content is not what its hash says');
    for (const line of chunk.bytes.toString('utf8').split('\n')) {
      if (line === '') continue;
      if (!isFirst) yield JSON.parse(line) as Cell[];
      isFirst = false;
    }
  }
  if (whole.digest('hex') !== digest) throw new Error('released content is not what its hash says');
}

/** @throws Problem `not-found` also for who may not look at the offering */
export async function readReport(ctx: Context, id: string): Promise<GateReport> {
  const report = await getReport(ctx.db, id);
  await getForLook(ctx, report.offeringId, report.version);
  return report;
}

/** Reports of one offering, or of all that the actor may look at. */
export async function listReports(ctx: Context, offering?: string): Promise<{ reports: GateLine[] }> {
  if (offering !== undefined) {
    await getForLook(ctx, offering);
    return { reports: await findReports(ctx.db, { offering, limit: MOST_REPORTS }) };
  }
  const seesAll = [ASSESS, OPERATE].some((act) => reachOf(ctx.actor, act) !== undefined);
  const holder = seesAll ? undefined : holderFor(ctx);
  return { reports: await findReports(ctx.db, { ...(holder !== undefined && { holder }), limit: MOST_REPORTS }) };
}

export async function listPassages(ctx: Context, offering: string): Promise<{ passages: GatePassage[] }> {
  await getForLook(ctx, offering);
  return { passages: await findPassages(ctx.db, offering) };
}

/** Ends what is on its way through the gate; nothing of it is kept. */
export async function endPassages(ctx: Context, offering: string): Promise<{ ended: number }> {
  await getOwn(ctx, offering);
  return ctx.db.transaction(async (tx) => {
    const ended = await cancelPassages(tx, offering);
    await record(ctx, tx, { act: 'exchange.passage-ended', subject: `offering/${offering}`, detail: { ended } });
    return { ended };
  });
}

export interface QuestionRequest {
  offeringId: string;
  version: number;
  agreementId: string;
  question: GateQuestion;
  /** The rows as the lake gives them now to the holder; asked for only where the answer is not known already. */
  content: () => Promise<Candidate>;
}

/**
 * A noisy answer over rows that never leave: the budget is spent before it is told, and the same question has the same answer for everybody,
 * so that asking again and averaging gains nothing.
 *
 * @throws Problem `invalid`, `conflict` where the budget is spent or nothing was released
 */
export async function answerThroughGate(ctx: Context, request: QuestionRequest): Promise<GatedAnswer> {
  const { offeringId, version, agreementId } = request;
  const { definition } = await getVersion(ctx.db, offeringId, version);
  const settings = parseGateSettings(definition.gate);
  const released = await findNewestRelease(ctx.db, offeringId, version);
  if (released === undefined) throw new Problem('conflict', 'nothing of the offering has passed the release gate');
  const { told } = released;
  const asked = soundQuestion(request.question, { told, columns: released.columns, settings });
  const key = { offering: offeringId, release: released.id, question: questionKey(asked), milliRho: asked.milliRho };
  const known = await findAnswer(ctx.db, key);
  if (known !== undefined) return tellAnswer(ctx, known, { asked, settings, offeringId, remembered: true });

  const limits = accountsOf(offeringId, settings);
  const cost = costOf(asked);
  // Before the lake is asked for nothing; it is decided below, on rows that are held.
  requireAffordable(
    await findAccounts(
      ctx.db,
      limits.map(({ id }) => id),
    ),
    cost,
  );
  const exact = answerExactly(asked, await request.content(), { told, settings });
  const variance = gaussianVariance({ sensitivitySquared: exact.sensitivitySquared, nanoRho: cost });
  const { answer, remembered } = await ctx.db.transaction(async (tx) => {
    requireAffordable(await holdAccounts(tx, limits, ctx.now()), cost);
    // Whoever waited for the account finds what the other was told.
    const meanwhile = await findAnswer(tx, key);
    if (meanwhile !== undefined) return { answer: meanwhile, remembered: true };
    const bits = new FairBits((count) => randomBytes(count));
    const answer: StoredAnswer = {
      columns: [...asked.by, asked.measure.kind === 'count' ? 'count' : `sum(${asked.measure.column})`],
      rows: exact.lines.map(({ codes, value }) => [...codes, Number(value + discreteGaussian(bits, variance))]),
      sigma: Math.sqrt(Number(variance.over) / Number(variance.under)),
    };
    await spend(
      tx,
      limits.map(({ id }) => id),
      cost,
    );
    await insertAnswer(ctx, tx, {
      ...key,
      asked,
      answer,
      costNano: cost,
      population: settings.population,
      agreement: agreementId,
    });
    await record(ctx, tx, {
      act: 'exchange.question-answered',
      subject: `offering/${offeringId}/${version}`,
      detail: { release: released.id, agreement: agreementId, question: key.question, milliRho: asked.milliRho },
    });
    return { answer, remembered: false };
  });
  return tellAnswer(ctx, answer, { asked, settings, offeringId, remembered });
}

function accountsOf(offering: string, { population }: GateSettings): { id: string; limit: bigint }[] {
  return [
    { id: `product:${offering}`, limit: BigInt(BUDGET.productNano) },
    { id: `population:${population}`, limit: BigInt(BUDGET.populationNano) },
  ];
}

function requireAffordable(accounts: readonly StoredAccount[], cost: bigint): void {
  const spent = accounts.find((account) => !affords(account, cost));
  if (spent !== undefined)
    throw new Problem('conflict', 'the budget for answers about these persons is spent', { account: spent.id });
}

async function tellAnswer(
  ctx: Context,
  { columns, rows, sigma }: StoredAnswer,
  {
    asked,
    settings,
    offeringId,
    remembered,
  }: { asked: SoundQuestion; settings: GateSettings; offeringId: string; remembered: boolean },
): Promise<GatedAnswer> {
  const { product, population } = await budgetOf(ctx, offeringId, settings);
  return {
    columns,
    rows: rows as (string | number)[][],
    noise: { mechanism: 'discrete-gaussian', sigma, margin95: NORMAL_95 * sigma },
    spent: figures(remembered ? 0n : costOf(asked)),
    left: { product: product.limit.rho - product.spent.rho, population: population.limit.rho - population.spent.rho },
    remembered,
  };
}

/** Of the normal distribution, which noise of this kind is near. */
const NORMAL_95 = 1.959963984540054;

/** How much of the budget is spent, of the product and of its persons over all products. */
export async function readBudget(ctx: Context, offering: string): Promise<GateBudget> {
  const { definition } = await getForLook(ctx, offering);
  return budgetOf(ctx, offering, parseGateSettings(definition.gate));
}

async function budgetOf(ctx: Context, offering: string, settings: GateSettings): Promise<GateBudget> {
  const limits = accountsOf(offering, settings);
  const known = await findAccounts(
    ctx.db,
    limits.map(({ id }) => id),
  );
  const [product, population] = limits.map(({ id, limit }) => {
    const account = known.find((each) => each.id === id);
    return { account: id, limit: figures(account?.limit ?? limit), spent: figures(account?.spent ?? 0n) };
  });
  return { product: product!, population: population!, answers: await countAnswers(ctx.db, offering) };
}

function figures(nano: bigint): BudgetFigures {
  const rho = Number(nano) / Number(NANO);
  return { rho, epsilon: epsilonOf(rho, BUDGET.delta), delta: BUDGET.delta };
}
