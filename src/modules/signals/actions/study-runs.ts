import { setTimeout as sleep } from 'node:timers/promises';
import { record } from '#kernel/access';
import type { Context } from '#kernel/context';
import { smallestOf } from '#kernel/lake';
import { tell } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import type { StudyReport } from '../model.ts';
import { reportOf, stepsOf } from '../rules/index.ts';
import {
  type Claimed,
  claimRun,
  endRun,
  findSteps,
  getTable,
  keepStep,
  releaseRun,
  type StepDone,
} from '../store/index.ts';
import type { Computing } from './compute/index.ts';

/** Longer than any step may take, so that nobody takes a run from one who works. */
const HELD_MS = 180_000;
const STEP_MS = 120_000;
const REST_MS = 1_000;
/** Whose work dies so often kills whoever works at it. */
const MOST_ATTEMPTS = 5;

export interface Studies {
  stop(): Promise<void>;
}

/** Works off the analyses that were asked for, one at a time, each step kept as soon as it is known. */
export function startStudies(ctx: Context, computing: Computing): Studies {
  const ending = new AbortController();
  const loop = (async () => {
    while (!ending.signal.aborted) {
      const worked = await analyseNext(ctx, computing, ending.signal).catch((error) => {
        ctx.log.error({ error }, 'an analysis failed and will be tried again');
        return false;
      });
      if (!worked) await sleep(REST_MS, undefined, { signal: ending.signal, ref: false }).catch(() => {});
    }
  })();
  return {
    async stop() {
      ending.abort();
      await loop;
    },
  };
}

/** Does the next analysis; false where there is none. */
export async function analyseNext(ctx: Context, computing: Computing, signal?: AbortSignal): Promise<boolean> {
  const run = await claimRun(ctx.db, ctx.now(), heldUntil(ctx));
  if (run === undefined) return false;
  try {
    await analyse(ctx, computing, run, signal);
  } catch (error) {
    if (signal?.aborted) await releaseRun(ctx.db, run).catch(() => {});
    else if (error instanceof Problem && error.kind !== 'unavailable' && error.kind !== 'too-many')
      await fail(ctx, run, error);
    else if (run.attempts >= MOST_ATTEMPTS)
      await fail(
        ctx,
        run,
        new Problem('unprocessable', 'the analysis was begun several times and never came to its end'),
      );
    else {
      await releaseRun(ctx.db, run);
      throw error;
    }
  }
  return true;
}

async function analyse(ctx: Context, computing: Computing, run: Claimed, signal?: AbortSignal): Promise<void> {
  const { source, ...table } = await getTable(ctx.db, run.study, run.dataHash);
  const smallest = source.kind === 'lake' ? smallestOf(source.reach ?? 'population') : 1;
  const steps = stepsOf(run.protocol, table);
  const known = new Map((await findSteps(ctx.db, run)).map((step) => [step.key, step]));
  const done = new Map<string, unknown>();
  const told: StepDone[] = [];
  for (const [place, { key, method, input }] of steps.entries()) {
    signal?.throwIfAborted();
    const before = known.get(key);
    const step = before ?? (await take(computing, { key, method, input: input(done) }, run.askedBy, signal));
    if (step === undefined) continue;
    if (step.refusal === null) done.set(key, step.output);
    told.push(step);
    if (before === undefined)
      await ctx.db.transaction((tx) =>
        keepStep(
          tx,
          run,
          { facts: {}, ...step, place },
          { heldUntil: heldUntil(ctx), done: place + 1, steps: steps.length },
        ),
      );
  }
  const report: StudyReport = {
    ...reportOf(run.protocol, { table, source, smallest }, done),
    steps: told.map(({ key, method, tookMs, refusal }) => ({ key, method, tookMs, refusal })),
  };
  await ctx.db.transaction(async (tx) => {
    if (!(await endRun(tx, run, ctx.now(), { report }))) return;
    await record(ctx, tx, {
      act: 'signals.study-analysed',
      subject: run.study,
      detail: { run: run.id, data: run.dataHash, askedBy: run.askedBy },
    });
    await tell(tx, { type: 'signals.study-analysed', subject: run.study, data: { run: run.id } });
  });
}

/** A step's answer, or what the method refused; nothing where the step has nothing to go on. */
async function take(
  computing: Computing,
  { key, method, input }: { key: string; method: string; input: unknown },
  askedBy: string,
  signal: AbortSignal | undefined,
): Promise<(StepDone & { facts: Record<string, unknown> }) | undefined> {
  if (input === undefined) return undefined;
  const began = performance.now();
  const took = (): number => Math.round(performance.now() - began);
  try {
    const output = await computing.run(method, input, {
      actor: askedBy,
      timeoutMs: STEP_MS,
      ...(signal !== undefined && { signal }),
    });
    return { key, method, output, refusal: null, tookMs: took(), facts: {} };
  } catch (error) {
    // What a method refuses, e.g. a group without an event, leaves the other steps whole.
    const refuses = error instanceof Problem && ['invalid', 'unprocessable', 'too-costly'].includes(error.kind);
    if (!refuses) throw error;
    return { key, method, output: undefined, refusal: error.message, tookMs: took(), facts: { ...error.facts } };
  }
}

function fail(ctx: Context, run: Claimed, { message, facts }: Problem): Promise<boolean> {
  return ctx.db.transaction((tx) => endRun(tx, run, ctx.now(), { trouble: { message, facts: { ...facts } } }));
}

function heldUntil(ctx: Context): Date {
  return new Date(ctx.now().getTime() + HELD_MS);
}
