import type { Db } from '#kernel/context';
import { meter } from '#kernel/metrics';
import { sql, trusted } from '#kernel/sql';
import type { Lake } from './client.ts';
import { FEED } from './feed.ts';
import { findGenerations, findKeptViews, findRefused } from './generations.ts';

export interface LakeStatus {
  /** Why the engine does not answer. */
  trouble?: string;
  /** How old the oldest fact is that the lake has not heard; 0 when it has heard all. */
  lagSeconds: number;
  /** Facts that wait, counted up to a limit. */
  waiting: number;
  generations: {
    id: number;
    database: string;
    state: string;
    resources: number;
    filling?: string;
    madeAt: Date;
    currentAt?: Date;
  }[];
  /** Views whose tables are being filled. */
  building: string[];
  /** Views that could not read too many resources, and are fed no longer. */
  suspended: string[];
  /** Definitions that ask to be kept and cannot be. */
  refused: { url: string; reason: string }[];
  /** Resources kept out of a view that cannot read them. */
  skipped: number;
  tables: { database: string; table: string; rows: number; bytes: number; parts: number }[];
}

const MOST_COUNTED = 100_000;

/** How the lake is: what waits, what it holds, what is being built. The engine may be away. */
export async function lakeStatus(lake: Lake, db: Db): Promise<LakeStatus> {
  const { waiting } = await db.one<{ waiting: number }>(sql`
    select count(*) as waiting from (select 1 from kernel.delivery where hearer = ${FEED} limit ${MOST_COUNTED}) as open
  `);
  const { skipped } = await db.one<{ skipped: number }>(sql`select count(*) as skipped from lake.skipped`);
  const generations = await findGenerations(db);
  const views = await findKeptViews(db);
  const trouble = await lake.trouble().catch((error: Error) => error.message);
  return {
    ...(trouble === undefined ? {} : { trouble }),
    lagSeconds: await lagSeconds(db),
    waiting,
    generations: generations.map(({ id, database, state, resources, filled, madeAt, currentAt }) => ({
      id,
      database,
      state,
      resources,
      ...(state === 'building' && filled !== null ? { filling: filled.type } : {}),
      madeAt,
      ...(currentAt === null ? {} : { currentAt }),
    })),
    building: views.flatMap(({ state, name }) => (state === 'building' ? [name] : [])),
    suspended: views.flatMap(({ state, name }) => (state === 'suspended' ? [name] : [])),
    refused: await findRefused(db),
    skipped,
    tables: trouble === undefined ? await tables(lake) : [],
  };
}

/** Age of the oldest fact that waits for the lake, in seconds. */
export async function lagSeconds(db: Db): Promise<number> {
  const oldest = await db.maybe<{ seconds: number }>(sql`
    select greatest(0, extract(epoch from clock_timestamp() - told_at)::float8) as seconds
    from kernel.delivery where hearer = ${FEED} order by lane, id limit 1
  `);
  return oldest?.seconds ?? 0;
}

function tables(lake: Lake): Promise<LakeStatus['tables']> {
  return lake.rows(
    trusted(`
    select database, table, sum(rows) as rows, sum(bytes_on_disk) as bytes, count() as parts
    from system.parts where active and startsWith(database, 'banyan') group by database, table order by database, table limit 10000
  `),
  );
}

const lag = meter.createObservableGauge('banyan_lake_lag_seconds', {
  description: 'Age of the oldest fact that the lake has not heard',
  unit: 's',
});

/** Tells the lag to /metrics, until the returned function is called. */
export function observeLag(db: Db): () => void {
  const observe = async (result: { observe(value: number): void }): Promise<void> => {
    const seconds = await lagSeconds(db).catch(() => undefined);
    if (seconds !== undefined) result.observe(seconds);
  };
  lag.addCallback(observe);
  return () => lag.removeCallback(observe);
}
