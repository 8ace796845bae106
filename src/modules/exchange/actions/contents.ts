import { record } from '#kernel/access';
import { type Context, onDb } from '#kernel/context';
import type { Job } from '#kernel/jobs';
import type { Lake } from '#kernel/lake';
import { tell } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import type { Pool } from '#kernel/sql';
import { ask } from '../analytics/index.ts';
import type { Candidate, GateTrial, OfferingDefinition, StudioPage } from '../model.ts';
import { measureQuality, nextRefresh, sampleOf } from '../rules/index.ts';
import {
  type ContentEnd,
  countWaiting,
  endContent,
  findDue,
  getVersion,
  holdOffering,
  insertContent,
  nextContent,
  type StoredVersion,
  setRefresh,
  type WaitingContent,
} from '../store/index.ts';
import { readRelease, release, tryGate } from './gate.ts';
import { contextAs, getOwn } from './moves.ts';
import { readStudio } from './offerings.ts';

const MOST_WAITING = 5;
const MOST_DUE = 100;
const LOOK_SECONDS = 3;
/** At the gate; others wait meanwhile. */
const GATE_MS = 15 * 60_000;

/**
 * Asks for a content of the newest version. The question is put once now, so that whoever asks learns at once what is wrong with it.
 *
 * @throws Problem `conflict`, `too-many`, and what the lake says
 */
export async function askContent(ctx: Context, lake: Lake, id: string): Promise<StudioPage> {
  const { definition } = await getOwn(ctx, id);
  await ask(await contextAs(ctx, ctx.actor.id), lake, definition, { mostRows: 1 });
  await placeContent(ctx, id);
  return readStudio(ctx, id);
}

/** What the gate would say of the content as the definition asks for it; nothing is kept. */
export async function tryContent(ctx: Context, lake: Lake, id: string, signal: AbortSignal): Promise<GateTrial> {
  const { definition } = await getOwn(ctx, id);
  const { candidate, more } = await ask(await contextAs(ctx, ctx.actor.id), lake, definition, { signal });
  if (more) throw new Problem('too-costly', 'the offering has too many rows: group them, or take a shorter time');
  return tryGate(ctx, { offeringId: id, candidate, settings: definition.gate, signal });
}

/** Notes that a content is wanted; the same one is not wanted twice. */
export async function placeContent(ctx: Context, id: string): Promise<WaitingContent> {
  return ctx.db.transaction(async (tx) => {
    await holdOffering(tx, id);
    const stored = await getOwn(onDb(ctx, tx), id);
    if (!FILLED.has(stored.state))
      throw new Problem('conflict', 'the content of a version on its way does not change', { state: stored.state });
    const { n } = await countWaiting(tx, ctx.actor.id);
    if (n >= MOST_WAITING)
      throw new Problem('too-many', 'too many contents of yours wait already: try again when one is done');
    const number = await insertContent(ctx, tx, stored, { why: 'asked', askedBy: ctx.actor.id });
    await record(ctx, tx, {
      act: 'exchange.content-asked',
      subject: `offering/${id}/${stored.version}`,
      detail: { number, digest: stored.digest },
    });
    return { ...stored, number, askedBy: ctx.actor.id };
  });
}

const FILLED: ReadonlySet<string> = new Set(['draft', 'listed']);

/** Makes the contents that wait, one after another, and asks for those that are due. */
export function contentJob({ lake, pool }: { lake: Lake; pool: Pool }): Job {
  return {
    name: 'exchange.contents',
    everySeconds: LOOK_SECONDS,
    async run(job) {
      const ctx = onDb(job, pool);
      await askDue(ctx);
      for (let waiting = await nextContent(pool); waiting !== undefined; waiting = await nextContent(pool)) {
        if (!(await makeContent(ctx, lake, waiting))) return;
      }
    },
  };
}

/** @returns false where it could not be tried now: the lake or the gate is away */
async function makeContent(ctx: Context, lake: Lake, waiting: WaitingContent): Promise<boolean> {
  const began = performance.now();
  const took = () => Math.round(performance.now() - began);
  try {
    const { asksAs, definition, digest } = await getVersion(ctx.db, waiting.id, waiting.version);
    if (digest !== waiting.digest) throw new Problem('conflict', 'the offering changed before its content was made');
    const holder = await contextAs(ctx, asksAs);
    const { candidate, views, more } = await ask(holder, lake, definition);
    if (more) throw new Problem('too-costly', 'the offering has too many rows: group them, or take a shorter time');
    await finishContent(holder, waiting, { definition, candidate, views, took });
  } catch (error) {
    if (error instanceof Problem && error.kind === 'unavailable') return false;
    const { message, facts } = error instanceof Problem ? error : UNKNOWN;
    if (!(error instanceof Problem)) ctx.log.error({ error }, 'a content could not be made');
    await endIt(ctx, waiting, { state: 'failed', tookMs: took(), trouble: { message, facts } });
  }
  return true;
}

const UNKNOWN = { message: 'the content could not be made: see the log', facts: {} };

/** Takes what the lake gave through the gate, and keeps what the gate said. */
export async function finishContent(
  ctx: Context,
  waiting: WaitingContent,
  made: { definition: OfferingDefinition; candidate: Candidate; views: readonly string[]; took: () => number },
): Promise<ContentEnd> {
  const { definition, candidate, views, took } = made;
  const { report, releaseId } = await release(ctx, {
    offeringId: waiting.id,
    version: waiting.version,
    candidate,
    settings: definition.gate,
    signal: AbortSignal.timeout(GATE_MS),
  });
  const common = { views, candidateRows: candidate.rows.length, report: report.id };
  if (releaseId === undefined) {
    const failed = report.checks.filter(({ verdict }) => verdict === 'failed').map(({ key }) => key);
    const trouble = { message: 'the release gate refused the content', facts: { failed } };
    const end = { ...common, state: 'refused', tookMs: took(), trouble } as const;
    await endIt(ctx, waiting, end);
    return end;
  }
  const content = await readRelease(ctx, releaseId);
  const rows = await Array.fromAsync(content.rows);
  const columns = content.columns.map((column) => {
    const codes = definition.columns.find(({ name }) => name === column.name)?.codes;
    // What was generalised is no code of the dictionary any more.
    return { ...column, ...(codes !== undefined && report.method === 'table' && { codes }) };
  });
  const end = {
    ...common,
    state: 'released',
    tookMs: took(),
    release: releaseId,
    rows: rows.length,
    quality: measureQuality({ columns, rows }, definition.quality, ctx.now()),
    sample: sampleOf(columns, rows),
  } as const;
  await endIt(ctx, waiting, end);
  return end;
}

async function endIt(ctx: Context, waiting: WaitingContent, end: ContentEnd): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    if (!(await endContent(ctx, tx, waiting, end))) return;
    const { id, version, number } = waiting;
    await record(ctx, tx, {
      act: `exchange.content-${end.state}`,
      subject: `offering/${id}/${version}`,
      detail: {
        number,
        ...(end.release !== undefined && { release: end.release }),
        ...(end.trouble !== undefined && { trouble: end.trouble.message }),
      },
    });
    await tell(tx, { type: `exchange.content-${end.state}`, subject: id, data: { version, number } });
  });
}

/** The next refresh is set before this one is made: one that fails is told, keeps what was released, and is tried again in its turn. */
async function askDue(ctx: Context): Promise<void> {
  for (const { id, version } of await findDue(ctx.db, ctx.now(), MOST_DUE)) {
    await ctx.db.transaction(async (tx) => {
      await holdOffering(tx, id);
      const stored: StoredVersion = await getVersion(tx, id, version);
      if (stored.state !== 'listed') return setRefresh(tx, id, version, null);
      await insertContent(ctx, tx, stored, { why: 'refresh', askedBy: stored.asksAs });
      await setRefresh(tx, id, version, nextRefresh(stored.definition.refresh, ctx.now()));
    });
  }
}
