import { setTimeout as sleep } from 'node:timers/promises';
import { type Context, onDb } from '#kernel/context';
import type { Pool } from '#kernel/sql';
import { sql } from '#kernel/sql';

/** Work that comes round. At most one process does it at a time; what it writes through `ctx.db` commits at its end. */
export interface Job {
  name: string;
  everySeconds: number;
  run(ctx: Context): Promise<void>;
}

export interface Jobs {
  stop(): Promise<void>;
}

export function startJobs(ctx: Context, pool: Pool, jobs: readonly Job[]): Jobs {
  const ending = new AbortController();
  const loops = jobs.map(async (job) => {
    while (!ending.signal.aborted) {
      await runJob(ctx, pool, job).catch((error) =>
        ctx.log.error({ job: job.name, error }, 'a job failed and will run again'),
      );
      await sleep(job.everySeconds * 1000, undefined, { signal: ending.signal, ref: false }).catch(() => {});
    }
  });
  return {
    async stop() {
      ending.abort();
      await Promise.all(loops);
    },
  };
}

/** Runs the job now unless another process is at it; true when it ran. */
export async function runJob(ctx: Context, pool: Pool, job: Job): Promise<boolean> {
  try {
    return await pool.transaction(async (tx) => {
      const { free } = await tx.one<{ free: boolean }>(
        sql`select pg_try_advisory_xact_lock(hashtextextended(${`job ${job.name}`}, 0)) as free`,
      );
      if (!free) return false;
      const started = ctx.now();
      await job.run(onDb(ctx, tx));
      await note(tx, job.name, started, ctx.now(), null);
      return true;
    });
  } catch (error) {
    await note(pool, job.name, ctx.now(), ctx.now(), (error as Error).message).catch(() => {});
    throw error;
  }
}

async function note(
  db: Context['db'],
  name: string,
  started: Date,
  finished: Date,
  error: string | null,
): Promise<void> {
  const failed = error === null ? 0 : 1;
  await db.run(sql`
    insert into kernel.job as job (name, last_started, last_finished, last_error, runs, failures)
    values (${name}, ${started}, ${finished}, ${error}, 1, ${failed})
    on conflict (name) do update set last_started = excluded.last_started, last_finished = excluded.last_finished,
      last_error = excluded.last_error, runs = job.runs + 1, failures = job.failures + ${failed}
  `);
}
