import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { Problem } from '#kernel/problem';
import type { IntervalAnswer } from '../model.ts';
import type { Samples } from './estimate.ts';
import type { WorkerNews } from './interval-worker.ts';

/** Resampling ends after this; the answer says how many resamples there were. */
const LONGEST_MS = 60_000;
/** Even a worker that does not listen is ended after this. */
const KILL_MS = LONGEST_MS + 60_000;
/** Nobody has asked how far it is for so long: nobody waits. */
const FORGOTTEN_MS = 15_000;
const KEPT_MS = 10 * 60_000;
const MOST_WAITING = 12;
const MOST_WAITING_PER_ACTOR = 3;
const MOST_KEPT = 100;
const SWEEP_MS = 2_000;

/** Estimates run in a thread of their own, one at a time: a busy core less for nobody else. */
export interface Intervals {
  /** Begins, or finds the same question's answer. @throws Problem `too-many` */
  begin(actor: string, samples: Samples, about: About): IntervalAnswer;
  /** How far it is. @throws Problem `not-found`: never begun by this actor, or forgotten */
  look(actor: string, id: string): IntervalAnswer;
  cancel(actor: string, id: string): void;
  stop(): Promise<void>;
}

type About = Pick<IntervalAnswer, 'results' | 'persons'>;

interface Task {
  answer: IntervalAnswer;
  actor: string;
  samples: Samples;
  key: string;
  begunAt: number;
  seenAt: number;
  worker?: Worker;
}

export function makeIntervals({ now = () => performance.now() }: { now?: () => number } = {}): Intervals {
  const tasks = new Map<string, Task>();
  const sweep = setInterval(() => {
    for (const task of [...tasks.values()]) {
      const { state } = task.answer;
      const pending = state === 'waiting' || state === 'running';
      if (now() - task.seenAt > (pending ? FORGOTTEN_MS : KEPT_MS)) drop(task);
      else if (state === 'running' && now() - task.begunAt > KILL_MS) fail(task);
    }
    next();
  }, SWEEP_MS);
  sweep.unref();

  function drop(task: Task): void {
    tasks.delete(task.answer.id);
    task.worker?.terminate();
    delete task.worker;
  }

  function fail(task: Task): void {
    task.answer = { ...task.answer, state: 'failed' };
    task.worker?.terminate();
    delete task.worker;
  }

  function next(): void {
    const all = [...tasks.values()];
    if (all.some(({ answer }) => answer.state === 'running')) return;
    const task = all.find(({ answer }) => answer.state === 'waiting');
    if (task !== undefined) run(task);
  }

  function run(task: Task): void {
    task.begunAt = now();
    task.answer = { ...task.answer, state: 'running' };
    const worker = new Worker(new URL('./interval-worker.ts', import.meta.url), {
      workerData: { samples: task.samples, longestMs: LONGEST_MS },
      resourceLimits: { maxOldGenerationSizeMb: 512 },
    });
    task.worker = worker;
    worker.on('message', (news: WorkerNews) => {
      const tookMs = Math.round(now() - task.begunAt);
      if (news.kind === 'progress') task.answer = { ...task.answer, done: news.done, of: news.of, tookMs };
      else task.answer = { ...task.answer, ...news.answer, tookMs, ...(news.kind === 'done' && { state: 'done' }) };
    });
    worker.on('error', () => fail(task));
    worker.on('exit', () => {
      if (task.answer.state === 'running') fail(task);
      delete task.worker;
      next();
    });
  }

  function mine(actor: string, id: string): Task {
    const task = tasks.get(id);
    if (task === undefined || task.actor !== actor)
      throw new Problem('not-found', 'there is no such estimate, or it is over: ask again');
    return task;
  }

  return {
    begin(actor, samples, about) {
      const key = keyOf(samples);
      const same = [...tasks.values()].find((task) => task.actor === actor && task.key === key);
      if (same !== undefined && same.answer.state !== 'failed') {
        same.seenAt = now();
        return same.answer;
      }
      const waiting = [...tasks.values()].filter(({ answer }) => answer.state === 'waiting');
      if (
        waiting.length >= MOST_WAITING ||
        waiting.filter((task) => task.actor === actor).length >= MOST_WAITING_PER_ACTOR
      )
        throw new Problem('too-many', 'too many estimates wait already: try again in a minute');
      while (tasks.size >= MOST_KEPT) {
        const oldest = [...tasks.values()].find(({ answer }) => answer.state === 'done' || answer.state === 'failed');
        if (oldest === undefined) break;
        drop(oldest);
      }
      const id = crypto.randomUUID();
      const answer: IntervalAnswer = {
        id,
        state: 'waiting',
        done: 0,
        of: 0,
        estimates: [],
        enough: true,
        tookMs: 0,
        ...about,
      };
      tasks.set(id, { answer, actor, samples, key, begunAt: now(), seenAt: now() });
      next();
      return tasks.get(id)!.answer;
    },
    look(actor, id) {
      const task = mine(actor, id);
      task.seenAt = now();
      return task.answer;
    },
    cancel(actor, id) {
      drop(mine(actor, id));
    },
    async stop() {
      clearInterval(sweep);
      const workers = [...tasks.values()].flatMap(({ worker }) => worker ?? []);
      tasks.clear();
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

/** Equal samples have equal answers: everything random comes from a seed. */
function keyOf({ all, male, female }: Samples): string {
  const hash = createHash('sha256');
  for (const sample of [all, male, female]) {
    hash.update(sample === undefined ? 'none' : `${sample.n} ${sample.values.length}`);
    if (sample !== undefined) hash.update(sample.values).update(sample.counts);
  }
  return hash.digest('hex');
}
