import type { Db } from '#kernel/context';
import { sql } from '#kernel/sql';
import type { WatchRun } from '../model.ts';

const KEPT = 500;

export async function noteRun(db: Db, run: Omit<WatchRun, 'at'> & { at: Date }): Promise<void> {
  const { at, until, series, raised, updated, tookMs, trouble } = run;
  await db.run(sql`
    insert into signals.watch_run (at, until, series, raised, updated, took_ms, trouble)
    values (${at}, ${until}, ${series}, ${raised}, ${updated}, ${tookMs}, ${trouble})
  `);
  await db.run(sql`delete from signals.watch_run where id <= (select max(id) from signals.watch_run) - ${KEPT}`);
}

/** The newest first. */
export function findRuns(db: Db, limit: number): Promise<WatchRun[]> {
  return db.rows<WatchRun>(sql`
    select at, until, series, raised, updated, took_ms as "tookMs", trouble from signals.watch_run order by id desc limit ${limit}
  `);
}
