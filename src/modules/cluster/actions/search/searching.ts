import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Db } from '#kernel/context';
import type { Log } from '#kernel/log';
import { Problem } from '#kernel/problem';
import { sql } from '#kernel/sql';
import type { Answer } from '#standards/text-search';
import { documentOf } from '../../rules/index.ts';
import { findChanged, findSearchable, type SearchableThing } from '../../store/index.ts';
import type { Order, Told } from './thread.ts';

export interface Searching {
  /** Undefined while the index is being made. */
  ask(
    text: string,
    wish: { most: number; skip: number; filters: Readonly<Record<string, readonly string[]>> },
  ): Promise<Answer> | undefined;
  stop(): Promise<void>;
}

const READ_AT_ONCE = 1_000;
const LOOK_EVERY_MS = 1_000;
const AGAIN_AFTER_MS = 5_000;
const LONGEST_MS = 5_000;
/** A change bears the time of its act and is seen at its commit: so much later at the most. */
const OVERLAP_MS = 120_000;
const MOST_WAITING = 200;
const MEMORY_MB = 4_096;

/**
 * Keeps an index of all things in a thread of its own: made at start from the database, then followed by what the things' own times say has changed,
 * so that every server knows what any of them wrote.
 */
export function startSearching(db: Db, log: Pick<Log, 'error' | 'info'>): Searching {
  const stopping = new AbortController();
  const waiting = new Map<number, { done(answer: Answer): void; failed(error: Error): void }>();
  let worker: Worker | undefined;
  let isReady = false;
  let next = 1;

  async function live(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await run();
      } catch (error) {
        if (!stopping.signal.aborted) log.error({ error }, 'the search index ended and is made again');
      }
      isReady = false;
      await worker?.terminate();
      for (const { failed } of waiting.values())
        failed(new Problem('unavailable', 'the search is being made ready: try again in a minute'));
      waiting.clear();
      await sleep(AGAIN_AFTER_MS, undefined, { ref: false, signal: stopping.signal }).catch(() => undefined);
    }
  }

  async function run(): Promise<void> {
    const thread = new Worker(new URL('./thread.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
    });
    thread.unref();
    worker = thread;
    const died = new Promise<never>((_, fail) => thread.once('error', fail));
    thread.on('message', (told: Told) => {
      const asked = waiting.get(told.ask);
      waiting.delete(told.ask);
      if ('answer' in told) asked?.done(told.answer);
      else asked?.failed(new Error(told.failure));
    });
    await Promise.race([died, follow((order) => thread.postMessage(order))]);
  }

  async function follow(send: (order: Order) => void): Promise<void> {
    const { now } = await db.one<{ now: Date }>(sql`select now() as now`);
    let since = new Date(now.getTime() - OVERLAP_MS);
    let count = 0;
    for (let after = ''; ; ) {
      const things = await findSearchable(db, { after, limit: READ_AT_ONCE });
      send({ put: things.map(asDocument), remove: [] });
      count += things.length;
      if (things.length < READ_AT_ONCE) break;
      after = things.at(-1)!.id;
      stopping.signal.throwIfAborted();
    }
    send({ seal: true });
    isReady = true;
    log.info({ things: count }, 'the search index is ready');
    // What was put already at this time of change need not be put again.
    const put = new Map<string, number>();
    for (;;) {
      await sleep(LOOK_EVERY_MS, undefined, { ref: false, signal: stopping.signal });
      // Many things may bear one time: those of a file taken in.
      let last = { at: since, id: '' };
      for (let isMore = true; isMore; ) {
        const changed = await findChanged(db, { after: last, limit: READ_AT_ONCE });
        const ids = changed.filter(({ id, at }) => put.get(id) !== at.getTime()).map(({ id }) => id);
        if (ids.length > 0) {
          const things = await findSearchable(db, { ids });
          send({ put: things.map(asDocument), remove: ids });
        }
        for (const { id, at } of changed) put.set(id, at.getTime());
        last = changed.at(-1) ?? last;
        isMore = changed.length === READ_AT_ONCE;
      }
      since = new Date(Math.max(since.getTime(), last.at.getTime() - OVERLAP_MS));
      for (const [id, at] of put) if (at < since.getTime()) put.delete(id);
    }
  }

  const living = live();
  return {
    ask(text, wish) {
      const thread = worker;
      if (!isReady || thread === undefined) return undefined;
      if (waiting.size >= MOST_WAITING)
        throw new Problem('too-many', 'too many questions wait already: try again in a moment');
      const ask = next;
      next += 1;
      return new Promise((resolve, reject) => {
        const clock = setTimeout(() => {
          waiting.delete(ask);
          reject(new Problem('too-costly', 'the search takes too long'));
        }, LONGEST_MS);
        const settle =
          <T>(act: (value: T) => void) =>
          (value: T) => {
            clearTimeout(clock);
            act(value);
          };
        waiting.set(ask, { done: settle(resolve), failed: settle(reject) });
        thread.postMessage({ ask, text, ...wish } satisfies Order);
      });
    },
    async stop() {
      stopping.abort();
      await worker?.terminate();
      await living;
    },
  };
}

function asDocument({ said, otherNames, places, ...thing }: SearchableThing) {
  const aliases = otherNames.map((value) => ({ property: 'alias', value, quote: null }));
  const near = places.flatMap(({ name, nameZh }) => [name, ...(nameZh === null ? [] : [nameZh])]);
  const document = documentOf(thing, [...said, ...aliases], near);
  return { ...document, facets: { ...document.facets, place: places[0]?.id ?? '' } };
}
