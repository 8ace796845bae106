import { Worker } from 'node:worker_threads';
import { Problem } from '#kernel/problem';
import type { Answer, Question } from './thread.ts';

export interface Computing {
  /**
   * What the method answers to this input, computed in a thread of its own.
   *
   * @throws Problem what the method refuses, `too-many` where too much waits, `too-costly` after the time is over
   */
  run(method: string, input: unknown, options: RunOptions): Promise<unknown>;
  stop(): Promise<void>;
}

interface RunOptions {
  /** Whose turn it is: nobody waits behind another one's many questions. */
  actor: string;
  signal?: AbortSignal;
  timeoutMs?: number;
}

const LONGEST_MS = 60_000;
const MOST_WAITING = 200;
const MOST_WAITING_PER_ACTOR = 50;
const MEMORY_MB = 1_024;

interface Task extends Question {
  actor: string;
  timeoutMs: number;
  done(answer: unknown): void;
  failed(error: unknown): void;
}

/** Methods run one after another in one thread, actors in turn; the event loop and the other core stay free. */
export function startComputing(): Computing {
  const waiting: Task[] = [];
  let running: Task | undefined;
  let worker: Worker | undefined;
  let clock: NodeJS.Timeout | undefined;
  let lastActor = '';
  let nextId = 1;
  let stopped = false;

  function settle(task: Task, act: () => void): void {
    if (running !== task) return;
    clearTimeout(clock);
    running = undefined;
    act();
    next();
  }

  /** A thread that is ended in the middle of its work; the next question begins another one. */
  function abandon(task: Task, problem: Problem): void {
    void worker?.terminate();
    worker = undefined;
    settle(task, () => task.failed(problem));
  }

  function begin(): Worker {
    const thread = new Worker(new URL('./thread.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
    });
    thread.unref();
    thread.on('message', (said: Answer) => {
      const task = running;
      if (task === undefined || said.id !== task.id) return;
      settle(task, () => {
        if ('answer' in said) task.done(said.answer);
        else if ('refusal' in said)
          task.failed(new Problem(said.refusal.kind, said.refusal.message, said.refusal.facts));
        else task.failed(new Error(said.failure));
      });
    });
    thread.on('error', (error) => {
      if (worker !== thread) return;
      worker = undefined;
      const task = running;
      const memory = (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY';
      if (task !== undefined)
        settle(task, () =>
          task.failed(memory ? new Problem('too-costly', 'the method needs too much memory for this input') : error),
        );
    });
    return thread;
  }

  function next(): void {
    if (running !== undefined || stopped) return;
    // Whoever was not served last comes first.
    const at = Math.max(
      0,
      waiting.findIndex(({ actor }) => actor !== lastActor),
    );
    const [task] = waiting.splice(at, 1);
    if (task === undefined) return;
    running = task;
    lastActor = task.actor;
    worker ??= begin();
    clock = setTimeout(
      () =>
        abandon(
          task,
          new Problem('too-costly', 'the method takes too long for this input', { mostMs: task.timeoutMs }),
        ),
      task.timeoutMs,
    );
    const { id, method, input } = task;
    worker.postMessage({ id, method, input } satisfies Question);
  }

  return {
    run(method, input, { actor, signal, timeoutMs = LONGEST_MS }) {
      if (
        waiting.length >= MOST_WAITING ||
        waiting.filter((task) => task.actor === actor).length >= MOST_WAITING_PER_ACTOR
      )
        throw new Problem('too-many', 'too many computations wait already: try again in a minute');
      signal?.throwIfAborted();
      return new Promise((done, failed) => {
        const task: Task = { id: nextId, method, input, actor, timeoutMs, done, failed };
        nextId += 1;
        waiting.push(task);
        signal?.addEventListener(
          'abort',
          () => {
            const at = waiting.indexOf(task);
            const gone = new Problem('unavailable', 'nobody waits for the answer any more');
            if (at >= 0) waiting.splice(at, 1);
            if (at >= 0) failed(gone);
            else if (running === task) abandon(task, gone);
          },
          { once: true },
        );
        next();
      });
    },
    async stop() {
      stopped = true;
      clearTimeout(clock);
      const gone = new Problem('unavailable', 'the platform stops');
      for (const task of [...waiting.splice(0), ...(running === undefined ? [] : [running])]) task.failed(gone);
      running = undefined;
      await worker?.terminate();
    },
  };
}
