import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { openPool, type Pool, sql, startEmbedded } from '#kernel/sql';

interface Peer {
  times: { kind: string; ms: number }[];
  note: string;
}

/** Runs in a PostgreSQL of its own, in a folder that goes away again. */
export async function withPostgres<T>(act: (pool: Pool) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'banyan-bench-cluster-'));
  const server = await startEmbedded({
    folder: join(folder, 'pg'),
    settings: { fsync: 'off', synchronous_commit: 'off' },
  });
  const pool = openPool(server.url, { size: 2 });
  try {
    return await act(pool);
  } finally {
    await pool.end();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const MOST_MS = 5_000;

/** The same questions to trigrams (pg_trgm, GIN) over the same names: only what holds the letters as they stand is found, without rank. */
export function timePostgres(
  firms: readonly { name: string; nameEn: string }[],
  questions: readonly { kind: string; text: string }[],
): Promise<Peer> {
  return withPostgres(async (pool) => {
    const start = performance.now();
    await pool.run(sql`create extension pg_trgm`);
    await pool.run(sql`create table firm (id int primary key, names text not null)`);
    const AT_ONCE = 50_000;
    for (let at = 0; at < firms.length; at += AT_ONCE)
      await pool.transaction((tx) =>
        tx.copy(
          'firm',
          ['id', 'names'],
          firms.slice(at, at + AT_ONCE).map(({ name, nameEn }, place) => [at + place, `${name} ${nameEn}`]),
        ),
      );
    await pool.run(sql`create index firm_names on firm using gin (names gin_trgm_ops)`);
    await pool.run(sql`analyze firm`);
    const buildS = (performance.now() - start) / 1_000;
    const times: Peer['times'] = [];
    for (const { kind, text } of questions) {
      const asked = performance.now();
      await pool.transaction(async (tx) => {
        await tx.run(sql`select set_config('statement_timeout', ${String(MOST_MS)}, true)`);
        await tx.rows(
          sql`select id from firm where names ilike ${`%${text.replace(/[\\%_]/g, '\\$&')}%`} order by length(names), id limit 20`,
        );
      });
      times.push({ kind, ms: performance.now() - asked });
    }
    return {
      times,
      note: `PostgreSQL: pg_trgm with GIN over the same names, parts of names only, shortest first, the first ${questions.length} of the questions; loaded and indexed in ${buildS.toFixed(0)} s`,
    };
  });
}
