import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '#kernel/problem';

export interface GroupCommitOptions<T> {
  /** Makes a batch durable, whole or not at all. */
  commit(batch: readonly T[]): Promise<void>;
  /** Items a batch holds at the most. */
  batch: number;
  /** Items that wait at the most; beyond it they are refused. */
  waiting: number;
  /** How long a batch waits for company, in milliseconds. */
  lingerMs: number;
}

export interface GroupCommit<T> {
  /** Resolves when the item is durable. @throws Problem `unavailable` when too many wait or it is being stopped */
  add(item: T): Promise<void>;
  /** Commits what waits, then refuses. */
  stop(): Promise<void>;
}

/** Many senders share one transaction: while a batch commits, the next one fills. */
export function makeGroupCommit<T>({ commit, batch, waiting, lingerMs }: GroupCommitOptions<T>): GroupCommit<T> {
  interface Entry {
    item: T;
    done(): void;
    failed(error: unknown): void;
  }
  let queue: Entry[] = [];
  let running: Promise<void> | undefined;
  let stopped = false;

  const work = async (): Promise<void> => {
    if (queue.length < batch) await sleep(lingerMs);
    while (queue.length > 0) {
      const taken = queue.slice(0, batch);
      queue = queue.slice(batch);
      await settle(taken);
    }
    running = undefined;
  };
  /** One bad item must not fail its companions: a batch that fails is tried item by item, unless the database is away. */
  const settle = async (entries: readonly Entry[]): Promise<void> => {
    try {
      await commit(entries.map(({ item }) => item));
      for (const { done } of entries) done();
    } catch (error) {
      const away = error instanceof Problem && error.kind === 'unavailable';
      if (entries.length === 1 || away) for (const { failed } of entries) failed(error);
      else for (const entry of entries) await settle([entry]);
    }
  };

  return {
    add(item) {
      if (stopped || queue.length >= waiting)
        return Promise.reject(new Problem('unavailable', 'too much waits to be kept: try again in a moment'));
      return new Promise<void>((done, failed) => {
        queue.push({ item, done, failed });
        running ??= work();
      });
    },
    async stop() {
      stopped = true;
      await running;
    },
  };
}
