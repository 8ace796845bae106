import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { optionOf, parseRows } from '../bench.ts';
import { type Engine, type EngineChild, startEngine } from './child.ts';
import { freeBytes } from './machine.ts';
import type { Tables } from './questions.ts';
import { FIRST_YEAR, LAST_YEAR, planOf } from './results.ts';
import { BY_PATIENT, BY_TEST, type Copy, insertResults, makeTables, PEER_COLUMNS } from './tables.ts';

/** Results that are made and inserted at once. */
const SLICE_ROWS = 4_000_000;

/** Disk for a row of each copy, measured: 30 and 28 bytes lean, 103 to 136 and 46 otherwise; of DuckDB 31 and 22, 70 and 52. */
const BYTES_OF_A_ROW = {
  lean: { clickhouse: [30, 28], duckdb: [31, 22] },
  full: { clickhouse: [136, 46], duckdb: [70, 52] },
};
/** The year that is being merged, or is on its way from one engine to the other, stands there twice. */
const ROOM = 1.12;

interface Plan {
  rows: number;
  engines: readonly Engine[];
  /** Everything is made in it. */
  folder: string;
  /** Without long texts: for many rows on a small disk. */
  lean: boolean;
  /** Only the one by test. */
  oneCopy: boolean;
}

/** What stands in a folder, ready to be asked. */
export interface Loaded {
  engines: readonly Engine[];
  tables: Tables;
  notes: string[];
}

type Say = (line: string) => void;

/** Asks a lake as the options of a bench say: one kept before, which stays, or one made for it, which is taken away afterwards unless `--keep` is among them. */
export async function withLoaded<T>(
  args: readonly string[],
  say: Say,
  ask: (loaded: Loaded, folder: string) => Promise<T>,
): Promise<T> {
  const again = optionOf(args, '--again');
  const folder = again ?? (await mkdtemp(join(optionOf(args, '--folder') ?? tmpdir(), 'banyan-lake-bench-')));
  const keeps = again !== undefined || args.includes('--keep');
  try {
    if (again !== undefined) return await ask(await readLoaded(again), folder);
    const rows = parseRows(optionOf(args, '--rows') ?? '10m');
    const engines: Engine[] = args.includes('--without-duckdb') ? ['clickhouse'] : ['clickhouse', 'duckdb'];
    const plan = { rows, engines, folder, lean: args.includes('--lean'), oneCopy: args.includes('--one-copy') };
    return await ask(await loadAll(plan, say), folder);
  } finally {
    if (keeps) say(`kept: ask again by --again ${folder}`);
    else await rm(folder, { recursive: true, force: true });
  }
}

/** @throws Error when the disk is too small */
async function loadAll(plan: Plan, say: Say): Promise<Loaded> {
  await requireSpace(plan);
  const loaded = await loadClickHouse(plan, say);
  if (plan.engines.includes('duckdb')) loaded.notes.push(await loadDuckDb(plan, say));
  await writeFile(join(plan.folder, LOADED), JSON.stringify(loaded));
  return loaded;
}

const LOADED = 'loaded.json';

/** What an earlier run has kept. */
async function readLoaded(folder: string): Promise<Loaded> {
  return JSON.parse(await readFile(join(folder, LOADED), 'utf8')) as Loaded;
}

/** Makes the results inside the engine, in the order of their times, and merges each year when it is full. */
async function loadClickHouse(plan: Plan, say: Say): Promise<Loaded> {
  const { folder, rows, lean, oneCopy, engines } = plan;
  const engine = await startEngine('clickhouse', join(folder, 'clickhouse'));
  const copies = copiesOf(plan);
  try {
    for (const text of makeTables()) await engine.ask(text);
    // The rows are known to be distinct: they need not be compared while they are inserted.
    await engine.ask('set optimize_on_insert = 0, parallel_view_processing = 1, min_insert_block_size_rows = 2000000');
    // Each row is merged once, and what was merged away leaves the disk soon.
    await engine.ask('set optimize_skip_merged_partitions = 1');
    for (const { kept } of copies)
      await engine.ask(
        `alter table ${kept} modify setting old_parts_lifetime = 10, max_bytes_to_merge_at_max_space_in_pool = 1`,
      );
    const results = planOf(rows);
    const slices = Math.ceil(rows / SLICE_ROWS);
    const visit = (slice: number) => Math.round((results.visits * slice) / slices);
    const spent = { load: 0, merge: 0 };
    const merge = async () => {
      for (const { name, kept } of copies) {
        say(`merging ${name}`);
        spent.merge += (await engine.ask(`optimize table ${kept} final`)).ms;
      }
    };
    let year = '';
    for (let slice = 0; slice < slices; slice++) {
      const text = insertResults(results, { from: visit(slice), until: visit(slice + 1), lean, oneCopy });
      spent.load += (await engine.ask(text)).ms;
      say(`${slice + 1} of ${slices} slices, ${(spent.load / 1000).toFixed(0)} s`);
      const reached = await oneText(
        engine,
        `select max(partition) from system.parts where active and ${isTable(BY_TEST)}`,
      );
      if (year !== '' && year !== reached) await merge();
      year = reached;
    }
    await merge();
    const bytes: string[] = [];
    for (const copy of copies) {
      const sum = await oneText(
        engine,
        `select sum(bytes_on_disk) from system.parts where active and ${isTable(copy)}`,
      );
      bytes.push(`${copy.name} ${(Number(sum) / rows).toFixed(1)} bytes a row`);
    }
    const [counted] = (await engine.ask(personsOf(copies.at(-1)!.asked))).rows;
    const [count, patients, patient] = counted as [number, number, string];
    const speed = `made and loaded${oneCopy ? '' : ' into both copies'} at ${Math.round(count / spent.load)} k rows/s, merged in ${(spent.merge / 1000).toFixed(0)} s`;
    const notes = [
      `${count} results of ${patients} patients`,
      `ClickHouse: ${speed}; ${bytes.join('; ')}${lean ? '; lean: no ids but a short one of the patient' : ''}`,
    ];
    return { engines, notes, tables: { byTest: BY_TEST.asked, byPatient: copies.at(-1)!.asked, patient } };
  } finally {
    await engine.close();
  }
}

function copiesOf({ oneCopy }: Plan): Copy[] {
  return oneCopy ? [BY_TEST] : [BY_TEST, BY_PATIENT];
}

function isTable({ kept }: Copy): string {
  return `concat(database, '.', table) = '${kept}'`;
}

async function oneText(engine: EngineChild, text: string): Promise<string> {
  return String((await engine.ask(text)).rows[0]![0]);
}

/** How many rows, how many patients, and the one with the most. */
function personsOf(asked: string): string {
  return `select toFloat64(sum(n)), toFloat64(count()), argMax(patient, (n, patient))
    from (select any(patient) as patient, count() as n from ${asked} group by _patient)`;
}

/** The rows in the order of ClickHouse's copies, which is also the best for DuckDB: year by year, so that the files between them stay small. */
async function loadDuckDb(plan: Plan, say: Say): Promise<string> {
  const { folder, rows, oneCopy } = plan;
  await mkdir(join(folder, 'duckdb'));
  const said: string[] = [];
  for (const copy of copiesOf(plan)) {
    const file = join(folder, `${copy.name}.parquet`);
    const before = await duckDbBytes(folder);
    let loadMs = 0;
    for (let year = FIRST_YEAR; year <= LAST_YEAR; year++) {
      say(`${copy.name}: ${year} into DuckDB`);
      await withEngine('clickhouse', folder, (engine) => engine.ask(exportOf(copy, year, file)));
      const into = year === FIRST_YEAR ? `create table ${copy.name} as` : `insert into ${copy.name}`;
      loadMs += await withEngine('duckdb', folder, async (engine) => {
        const { ms } = await engine.ask(
          `${into} select * replace (epoch_ms(time) as time) from read_parquet('${file}')`,
        );
        await engine.ask('checkpoint');
        return ms;
      });
      await rm(file);
    }
    const bytes = (await duckDbBytes(folder)) - before;
    said.push(`${copy.name} ${(bytes / rows).toFixed(1)} bytes a row, loaded at ${Math.round(rows / loadMs)} k rows/s`);
  }
  // Questions about patients then read the only copy there is.
  if (oneCopy) await withEngine('duckdb', folder, (engine) => engine.ask('create view by_patient as from by_test'));
  return `DuckDB, the same rows in the same order, out of Parquet, without specimen, service_request and encounter: ${said.join('; ')}`;
}

async function withEngine<T>(name: Engine, folder: string, work: (engine: EngineChild) => Promise<T>): Promise<T> {
  const engine = await startEngine(name, join(folder, name));
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

/** A time goes as a number, so that no time zone comes into it. */
function exportOf({ asked }: Copy, year: number, file: string): string {
  const list = PEER_COLUMNS.map((column) => (column === 'time' ? 'toUnixTimestamp64Milli(time) as time' : column));
  return `insert into function file('${file}', 'Parquet') select ${list.join(', ')} from (select * from ${asked} where toYear(time) = ${year})`;
}

async function duckDbBytes(folder: string): Promise<number> {
  const file = await stat(join(folder, 'duckdb', 'lake.duckdb')).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  return file?.size ?? 0;
}

async function requireSpace(plan: Plan): Promise<void> {
  const { folder, rows, engines, lean } = plan;
  const copies = copiesOf(plan).length;
  const bytes = engines.flatMap((engine) => BYTES_OF_A_ROW[lean ? 'lean' : 'full'][engine].slice(0, copies));
  const needed = bytes.reduce((sum, each) => sum + each, 0) * rows * ROOM;
  const free = await freeBytes(folder);
  if (free < needed)
    throw new Error(
      `${(needed / 1e9).toFixed(0)} GB are needed in ${folder} and ${(free / 1e9).toFixed(0)} GB are free: choose another --folder, fewer --rows, --lean, --one-copy or --without-duckdb`,
    );
}
