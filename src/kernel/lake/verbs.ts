import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { recordRead } from '#kernel/access';
import type { Config } from '#kernel/config';
import { type Context, systemContext } from '#kernel/context';
import { makeLog } from '#kernel/log';
import { startDeliveries } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import { holdFolder, MIGRATIONS, migrate, openDatabase, openPool, type Pool } from '#kernel/sql';
import { checkLake } from './check.ts';
import { clusterOf, type Lake } from './client.ts';
import { EXPORT_FORMATS, type ExportAsk, exportView } from './export.ts';
import { lakeFeed } from './feed.ts';
import { findGenerations } from './generations.ts';
import { openLake } from './index.ts';
import { askRebuild, keepTables, prepareTables } from './keeper.ts';
import type { LakeTable } from './module-tables.ts';
import { lakeStatus } from './status.ts';
import { questionNames } from './tables.ts';
import { findViews } from './views.ts';

/** What the command line gives to a verb. */
interface VerbIo {
  config: Config;
  out(line: string): void;
  progress(text: string): void;
}

interface Parts {
  ctx: Context;
  db: Pool;
  lake: Lake;
  tables: readonly LakeTable[];
  cluster?: string;
  /** Of `export` only. */
  asked?: ExportAsk;
}

const WATCH_MS = 1_000;

export function lakeVerb(tables: readonly LakeTable[]) {
  return {
    name: 'lake',
    summary: 'show, check, rebuild or export the lake',
    usage: `lake status | check | rebuild | export --view NAME --out FOLDER [--format FORMAT]

Works beside a running platform and without one.
  status    how far the lake is behind, what it holds, what is being built
  check     compares every view, row for row, with what PostgreSQL says; prints each difference as a line of JSON
  rebuild   makes the whole lake anew beside the present one, which answers until the new one is filled
  export    writes a view's rows, everybody's, into FOLDER/NAME/year=.../part-0.parquet, times in UTC without a zone; FORMAT arrow
            writes Arrow streams. It is one row of the audit trail
Prints JSON. Exit code 0: all is well; check: 1 when there are differences.`,

    async run(args: readonly string[], io: VerbIo): Promise<number> {
      const { positionals, values } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
      const work = positionals.length === 1 ? WORKS.get(positionals[0] ?? '') : undefined;
      if (work === undefined) {
        io.progress('say what to do: status, check, rebuild or export');
        return 2;
      }
      const asked = work === exportRows ? exportAskOf(values) : undefined;
      if (work === exportRows && asked === undefined) {
        io.progress('export takes --view, --out and, if not parquet, --format arrow');
        return 2;
      }
      const { config } = io;
      const database = await openDatabase(config);
      const db = openPool(database.url, { size: 6, statementTimeoutMs: 600_000 });
      const lake = openLake(config);
      try {
        await migrate(db, MIGRATIONS);
        await lake.ready();
        const ctx = systemContext({ db, log: makeLog(config.logLevel) }, 'lake');
        const cluster = clusterOf(config.lakeUrl);
        return await work(
          {
            ctx,
            db,
            lake,
            tables,
            ...(asked === undefined ? {} : { asked }),
            ...(cluster === undefined ? {} : { cluster }),
          },
          io,
        );
      } finally {
        await lake.close();
        await db.end();
        await database.release();
      }
    },
  };
}

const WORKS = new Map<string, (parts: Parts, io: VerbIo) => Promise<number>>([
  ['status', status],
  ['check', check],
  ['rebuild', rebuild],
  ['export', exportRows],
]);

const OPTIONS = { view: { type: 'string' }, out: { type: 'string' }, format: { type: 'string' } } as const;

function exportAskOf({ view, out, format = 'parquet' }: { view?: string; out?: string; format?: string }) {
  const known = EXPORT_FORMATS.find((each) => each === format);
  return view === undefined || out === undefined || known === undefined ? undefined : { view, out, format: known };
}

async function exportRows({ ctx, db, lake, tables, asked }: Parts, io: VerbIo): Promise<number> {
  const { view, out, format } = asked!;
  const known = (await findViews(db)).views.find((each) => questionNames(each).includes(view));
  const partition = known?.partition ?? tables.find(({ name }) => name === view)?.partition;
  await recordRead(ctx, { act: 'lake.exported', detail: { view, format } });
  const files = await exportView(
    lake,
    { view, out: resolve(out), format, ...(partition === undefined ? {} : { partition }) },
    io.progress,
  );
  for (const file of files) io.out(JSON.stringify(file));
  io.progress(`${files.reduce((sum, { rows }) => sum + rows, 0)} rows in ${files.length} files`);
  return 0;
}

async function status({ db, lake }: Parts, io: VerbIo): Promise<number> {
  io.out(JSON.stringify(await lakeStatus(lake, db)));
  return 0;
}

async function check({ db, lake, tables }: Parts, io: VerbIo): Promise<number> {
  const { views, differences, more } = await checkLake(lake, db, tables, (text) => io.progress(`${text}\r`));
  for (const difference of differences) io.out(JSON.stringify(difference));
  const rows = views.reduce((sum, view) => sum + view.rows, 0);
  io.out(JSON.stringify({ views: views.length, rows, differences: differences.length, ...(more ? { more } : {}) }));
  return differences.length === 0 ? 0 : 1;
}

/** A running platform is asked to do it and watched; without one it is done here. */
async function rebuild(parts: Parts, io: VerbIo): Promise<number> {
  const { ctx, db } = parts;
  const giveBack = await holdFolder(io.config.data).catch((error) => {
    if (error instanceof Problem && error.kind === 'conflict') return undefined;
    throw error;
  });
  const began = Date.now();
  try {
    if (giveBack !== undefined) await prepareTables(ctx, parts);
    const id = await askRebuild(ctx, parts);
    const working = { done: giveBack === undefined };
    const work =
      giveBack === undefined ? Promise.resolve() : fill(parts).finally(() => Object.assign(working, { done: true }));
    const watch = async (): Promise<void> => {
      for (;;) {
        const generation = (await findGenerations(db)).find((each) => each.id === id);
        if (generation === undefined) throw new Problem('conflict', 'the rebuild was given up');
        io.progress(`${generation.filled?.type ?? ''}: ${generation.resources} resources\r`);
        if (generation.state === 'current') return;
        await sleep(WATCH_MS);
        if (giveBack !== undefined && working.done) return work;
      }
    };
    await Promise.all([work, watch()]);
    const made = (await findGenerations(db)).find((each) => each.id === id);
    io.out(
      JSON.stringify({ generation: id, resources: made?.resources, seconds: Math.round((Date.now() - began) / 1000) }),
    );
    return made?.state === 'current' ? 0 : 1;
  } finally {
    await giveBack?.();
  }
}

/** What waits for the lake is heard as well, so that it is whole in the end. */
async function fill(parts: Parts): Promise<void> {
  const { ctx, db, lake, tables } = parts;
  await keepTables(ctx, parts);
  const deliveries = await startDeliveries(ctx, db, [lakeFeed({ lake, db, tables })], { workers: 1 });
  await deliveries.idle().finally(deliveries.stop);
}
