import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Engine, type EngineChild, startEngine } from './child.ts';
import { freeBytes } from './machine.ts';
import type { Tables } from './questions.ts';
import { planOf } from './results.ts';
import { BY_PATIENT, BY_TEST, type Copy, insertResults, makeTables, PEER_COLUMNS } from './tables.ts';

/** Results that are made and inserted at once. */
const SLICE_ROWS = 4_000_000;

/** Disk for a row at the worst moment, with what merging and the files between the engines need: measured, with a fifth to spare. */
const BYTES_OF_A_ROW = { lean: { clickhouse: 38, duckdb: 90 }, full: { clickhouse: 240, duckdb: 350 } };

export interface Plan {
  rows: number;
  engines: readonly Engine[];
  /** Everything is made in it. */
  folder: string;
  /** Only the copy by test, without long texts: for many rows on a small disk. */
  lean: boolean;
}

/** What stands in a folder, ready to be asked. */
export interface Loaded {
  engines: readonly Engine[];
  tables: Tables;
  notes: string[];
}

type Say = (line: string) => void;

/** @throws Error when the disk is too small */
export async function loadAll(plan: Plan, say: Say): Promise<Loaded> {
  await requireSpace(plan);
  const loaded = await loadClickHouse(plan, say);
  if (plan.engines.includes('duckdb')) loaded.notes.push(await loadDuckDb(plan, say));
  await writeFile(join(plan.folder, LOADED), JSON.stringify(loaded));
  return loaded;
}

const LOADED = 'loaded.json';

/** What an earlier run has kept. */
export async function readLoaded(folder: string): Promise<Loaded> {
  return JSON.parse(await readFile(join(folder, LOADED), 'utf8')) as Loaded;
}

/** Makes the results inside the engine and merges them. */
async function loadClickHouse({ folder, rows, lean, engines }: Plan, say: Say): Promise<Loaded> {
  const engine = await startEngine('clickhouse', join(folder, 'clickhouse'));
  const copies = lean ? [BY_TEST] : [BY_TEST, BY_PATIENT];
  try {
    for (const text of makeTables()) await engine.ask(text);
    // The rows are known to be distinct: they need not be compared while they are inserted.
    await engine.ask('set optimize_on_insert = 0');
    // A partition that is one part already is not written again, and what was merged away leaves the disk soon.
    await engine.ask('set optimize_skip_merged_partitions = 1');
    for (const { kept } of copies) await engine.ask(`alter table ${kept} modify setting old_parts_lifetime = 10`);
    const plan = planOf(rows);
    const slices = Math.ceil(rows / SLICE_ROWS);
    const visit = (slice: number) => Math.round((plan.visits * slice) / slices);
    let loadMs = 0;
    for (let slice = 0; slice < slices; slice++) {
      loadMs += (await engine.ask(insertResults(plan, { from: visit(slice), until: visit(slice + 1), lean }))).ms;
      say(`${slice + 1} of ${slices} slices, ${(loadMs / 1000).toFixed(0)} s`);
    }
    const merged: string[] = [];
    for (const { name, kept } of copies) {
      say(`merging ${name}`);
      const { ms } = await engine.ask(`optimize table ${kept} final`);
      const bytes = Number((await engine.ask(bytesOf(kept))).rows[0]![0]);
      merged.push(`${name} ${(bytes / rows).toFixed(1)} bytes a row, merged in ${(ms / 1000).toFixed(1)} s`);
    }
    const [counted] = (await engine.ask(personsOf(copies.at(-1)!.asked))).rows;
    const [count, patients, patient] = counted as [number, number, string];
    const speed = `made and loaded${lean ? '' : ' into both copies'} at ${Math.round(count / loadMs)} k rows/s`;
    const notes = [
      `${count} results of ${patients} patients`,
      `ClickHouse: ${speed}; ${merged.join('; ')}${lean ? '; lean: no copy by patient, no ids but a short one of the patient' : ''}`,
    ];
    return { engines, notes, tables: { byTest: BY_TEST.asked, byPatient: copies.at(-1)!.asked, patient } };
  } finally {
    await engine.close();
  }
}

function bytesOf(table: string): string {
  return `select sum(bytes_on_disk) from system.parts where active and concat(database, '.', table) = '${table}'`;
}

/** How many rows, how many patients, and the one with the most. */
function personsOf(asked: string): string {
  return `select toFloat64(sum(n)), toFloat64(count()), argMax(patient, (n, patient))
    from (select any(patient) as patient, count() as n from ${asked} group by _patient)`;
}

/** The rows in the order of ClickHouse's copies, which is also the best for DuckDB. */
async function loadDuckDb({ folder, rows, lean }: Plan, say: Say): Promise<string> {
  await mkdir(join(folder, 'duckdb'));
  const said: string[] = [];
  for (const copy of lean ? [BY_TEST] : [BY_TEST, BY_PATIENT]) {
    const file = join(folder, `${copy.name}.parquet`);
    say(`${copy.name}: to a file for DuckDB`);
    await withEngine('clickhouse', folder, (engine) => engine.ask(exportOf(copy, file)));
    say(`${copy.name}: into DuckDB`);
    const before = await duckDbBytes(folder);
    const { ms } = await withEngine('duckdb', folder, async (engine) => {
      const found = await engine.ask(
        `create table ${copy.name} as select * replace (epoch_ms(time) as time) from read_parquet('${file}')`,
      );
      await engine.ask('checkpoint');
      // Questions about patients then read the only copy there is.
      if (lean) await engine.ask('create view by_patient as from by_test');
      return found;
    });
    await rm(file);
    const bytes = (await duckDbBytes(folder)) - before;
    said.push(`${copy.name} ${(bytes / rows).toFixed(1)} bytes a row, loaded at ${Math.round(rows / ms)} k rows/s`);
  }
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
function exportOf({ asked }: Copy, file: string): string {
  const list = PEER_COLUMNS.map((column) => (column === 'time' ? 'toUnixTimestamp64Milli(time) as time' : column));
  return `insert into function file('${file}', 'Parquet') select ${list.join(', ')} from ${asked}`;
}

async function duckDbBytes(folder: string): Promise<number> {
  const file = await stat(join(folder, 'duckdb', 'lake.duckdb')).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  return file?.size ?? 0;
}

async function requireSpace({ folder, rows, engines, lean }: Plan): Promise<void> {
  const bytes = BYTES_OF_A_ROW[lean ? 'lean' : 'full'];
  const needed = Math.max(...engines.map((engine) => bytes[engine])) * rows;
  const free = await freeBytes(folder);
  if (free < needed)
    throw new Error(
      `${(needed / 1e9).toFixed(0)} GB are needed in ${folder} and ${(free / 1e9).toFixed(0)} GB are free: choose another --folder, fewer --rows, --lean or --without-duckdb`,
    );
}
