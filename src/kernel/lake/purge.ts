import { setTimeout as sleep } from 'node:timers/promises';
import { trusted } from '#kernel/sql';
import { quoted } from './columns.ts';
import { findGenerations, findKeptViews, holdTables } from './generations.ts';
import type { KeeperParts } from './keeper.ts';
import { table } from './tables.ts';

/** A partition of several parts is merged into one, which costs reading all of it, when so much of it tells of what is gone. */
const SHARE_WORTH_MERGING = 0.01;
const MERGE_MS = 3_600_000;
/** How long inserts that a dead program left running are waited for. */
const INSERTS_MS = 60_000;

/**
 * Takes away the rows that say no more than that their key is gone.
 *
 * Such a row is needed while a row that it hides may be in another part, or may still come. So of each partition only its largest part is looked
 * at, rows of resources that are in other parts too are left for another time, nobody inserts meanwhile, and what a program that was
 * killed may have sent is waited for. What is told later comes from PostgreSQL's newest state, and is newer than what was hidden.
 *
 * On a cluster they stay until a rebuild: no one machine knows what all others are inserting.
 *
 * @returns rows taken away
 */
export async function purgeDeleted({ lake, db, cluster }: KeeperParts, signal?: AbortSignal): Promise<number> {
  const generation = (await findGenerations(db)).find(({ state }) => state === 'current');
  if (generation === undefined || cluster !== undefined) return 0;
  const views = await findKeptViews(db, generation.id);
  const tables = [
    { name: 'resource', resource: 'id' },
    ...views.flatMap(({ kept, state }) =>
      state === 'current' ? kept.map((name) => ({ name, resource: '_resource' })) : [],
    ),
  ];
  let purged = 0;
  for (const { name, resource } of tables) {
    for (const { partition, rows, gone } of await findGone(name)) {
      signal?.throwIfAborted();
      const { parts } = await partsOf(name, partition);
      if (parts > 1 && gone < SHARE_WORTH_MERGING * rows) continue;
      const whole = table(generation, name);
      if (parts > 1)
        await lake.run(trusted(`optimize table ${whole} partition id ${quoted(partition)} final`), {
          timeoutMs: MERGE_MS,
        });
      purged += await db.transaction(async (tx) => {
        await holdTables(tx);
        if (!(await isQuiet())) return 0;
        const { main } = await partsOf(name, partition);
        const elsewhere = `select ${resource} from ${whole} where _partition_id = ${quoted(partition)} and _part != ${quoted(main)}`;
        const which = `_deleted and _part = ${quoted(main)} and ${resource} not in (${elsewhere})`;
        const [found] = await lake.rows<{ n: number }>(trusted(`select count() as n from ${whole} where ${which}`), {
          timeoutMs: MERGE_MS,
        });
        const count = Number(found?.n ?? 0);
        // Parts that come meanwhile are not touched by it.
        if (count > 0)
          await lake.run(trusted(`delete from ${whole} in partition id ${quoted(partition)} where ${which}`), {
            timeoutMs: MERGE_MS,
          });
        return count;
      });
    }
  }
  return purged;

  function findGone(name: string): Promise<{ partition: string; rows: number; gone: number }[]> {
    return lake.rows(
      trusted(`
      select _partition_id as partition, count() as rows, countIf(_deleted) as gone from ${table(generation!, name)}
      group by partition having gone > 0 order by partition limit 10000`),
      { timeoutMs: MERGE_MS },
    );
  }

  async function partsOf(name: string, partition: string): Promise<{ parts: number; main: string }> {
    const [found] = await lake.rows<{ parts: number; main: string }>(
      trusted(`
      select toUInt32(count()) as parts, argMax(name, (rows, name)) as main from system.parts
      where active and database = ${quoted(generation!.database)} and table = ${quoted(name)} and partition_id = ${quoted(partition)}`),
    );
    return found ?? { parts: 0, main: '' };
  }

  async function isQuiet(): Promise<boolean> {
    const inserting = trusted("select 1 as n from system.processes where query_kind = 'Insert' limit 1");
    for (const until = Date.now() + INSERTS_MS; Date.now() < until; await sleep(200, undefined, { signal })) {
      if ((await lake.rows(inserting)).length === 0) return true;
    }
    return false;
  }
}
