import { setImmediate as letOthers } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { Problem } from '#kernel/problem';
import type { Candidate, GateSettings, GateStage } from '../../model.ts';
import { type EarlierRelease, type EncodedCandidate, encode } from '../../rules/gate/index.ts';
import type { Said, Work } from './thread.ts';

export type Examined = Extract<Said, { examined: unknown }>;

const MEMORY_MB = 3_072;
const LONGEST_MS = 600_000;
/** Threads at a time; others wait in their turn. */
const MOST_AT_ONCE = 2;
const MOST_WAITING = 50;

const waiting: (() => void)[] = [];
let running = 0;

/**
 * Examines a candidate in a thread of its own.
 *
 * @throws Problem `too-many`, `too-costly`, `unprocessable` for what no check can judge, `conflict` where it was ended
 */
export async function examineApart(
  candidate: Candidate,
  { settings, earlier }: { settings: GateSettings; earlier: EarlierRelease[] },
  { signal, progress }: { signal: AbortSignal; progress(stage: GateStage, done: number): void },
): Promise<Examined> {
  await turn();
  try {
    return await examineIn(await encodeGently(candidate), { settings, earlier }, { signal, progress });
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}

async function turn(): Promise<void> {
  if (waiting.length >= MOST_WAITING)
    throw new Problem('too-many', 'too much waits at the release gate already: try again in some minutes');
  if (running >= MOST_AT_ONCE) await new Promise<void>((done) => waiting.push(done));
  running += 1;
}

async function encodeGently(candidate: Candidate): Promise<EncodedCandidate> {
  const slices = encode(candidate);
  for (;;) {
    const { done, value } = slices.next();
    if (done) return value;
    await letOthers();
  }
}

async function examineIn(
  candidate: EncodedCandidate,
  given: { settings: GateSettings; earlier: EarlierRelease[] },
  { signal, progress }: { signal: AbortSignal; progress(stage: GateStage, done: number): void },
): Promise<Examined> {
  const thread = takeThread();
  const over = new AbortController();
  try {
    const examined = await new Promise<Examined>((done, failed) => {
      const { signal: listening } = over;
      const tooLong = new Problem('too-costly', 'the release gate takes too long for this content', {
        mostMs: LONGEST_MS,
      });
      const clock = setTimeout(() => failed(tooLong), LONGEST_MS);
      listening.addEventListener('abort', () => clearTimeout(clock));
      const end = (): void => failed(new Problem('conflict', 'the passage through the release gate was ended'));
      signal.addEventListener('abort', end, { once: true, signal: listening });
      if (signal.aborted) return end();
      thread.work = {
        failed,
        heard(said) {
          if ('stage' in said) progress(said.stage, said.done);
          else if ('examined' in said) done(said);
          else if ('refusal' in said)
            failed(new Problem('unprocessable', 'the release gate cannot judge this content', { why: said.refusal }));
          else failed(new Error(said.failure));
        },
      };
      const codes = candidate.columns.map((column) => column.codes.buffer as ArrayBuffer);
      thread.worker.postMessage({ candidate, ...given } satisfies Work, codes);
    });
    thread.work = undefined;
    putBack(thread);
    return examined;
  } catch (error) {
    void thread.worker.terminate();
    throw error;
  } finally {
    over.abort();
  }
}

interface Thread {
  worker: Worker;
  work: { heard(said: Said): void; failed(error: unknown): void } | undefined;
}

/** A thread that is done waits for the next work for a while: to begin one costs more than a small examination. */
let idle: { thread: Thread; clock: NodeJS.Timeout } | undefined;
const IDLE_MS = 30_000;

function takeThread(): Thread {
  if (idle === undefined) return beginThread();
  const { thread, clock } = idle;
  idle = undefined;
  clearTimeout(clock);
  return thread;
}

function beginThread(): Thread {
  const worker = new Worker(new URL('./thread.ts', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
  });
  worker.unref();
  const thread: Thread = { worker, work: undefined };
  worker.on('message', (said: Said) => thread.work?.heard(said));
  worker.on('error', (error) => {
    const isMemory = (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY';
    thread.work?.failed(
      isMemory ? new Problem('too-costly', 'the release gate needs too much memory for this content') : error,
    );
  });
  worker.on('exit', () => {
    // One that dies while it waits is not handed out.
    if (idle?.thread === thread) idle = undefined;
    thread.work?.failed(new Error('the thread of the release gate ended without an answer'));
  });
  return thread;
}

function putBack(thread: Thread): void {
  if (idle !== undefined) {
    void thread.worker.terminate();
    return;
  }
  const clock = setTimeout(() => {
    idle = undefined;
    void thread.worker.terminate();
  }, IDLE_MS).unref();
  idle = { thread, clock };
}
