import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench, BenchResult } from './bench.ts';
import { type Engine, type EngineChild, type Found, startEngine } from './lake/child.ts';
import { dropFileCache, freeBytes, load, memoryBandwidth } from './lake/machine.ts';
import { type Question, questions, type Tables } from './lake/questions.ts';
import { planOf, resultsBetween } from './lake/results.ts';
import { BY_PATIENT, BY_TEST, columnsOf, live, makeTables, withHidden } from './lake/tables.ts';

const WARM_RUNS = 3;
/** Results that are made and inserted at once. */
const SLICE_ROWS = 4_000_000;
/** Generously, with what merging needs for a time: ClickHouse's copies, then the file for DuckDB and DuckDB's own two tables. */
const BYTES_OF_A_ROW = { clickhouse: 110, duckdb: 190 };

/** What is slow and what is big about a lake of laboratory results, beside DuckDB on the same rows. */
export const bench: Bench = {
  name: 'lake',
  summary: 'eleven questions of a lake of laboratory results, beside DuckDB and the memory bandwidth',
  options: '[--rows 10m] [--without-duckdb] [--folder /tmp]',
  async run(args, say) {
    const rows = parseRows(optionOf(args, '--rows') ?? '10m');
    const engines: Engine[] = args.includes('--without-duckdb') ? ['clickhouse'] : ['clickhouse', 'duckdb'];
    const folder = await mkdtemp(join(optionOf(args, '--folder') ?? tmpdir(), 'banyan-lake-bench-'));
    try {
      await requireSpace(folder, rows, engines);
      return await compare(rows, engines, folder, say);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

type Say = (line: string) => void;

interface Measured {
  cold: Found;
  warm: Found;
  peakMb: number;
}

async function compare(rows: number, engines: readonly Engine[], folder: string, say: Say): Promise<BenchResult> {
  const loadBefore = load();
  say('measuring the memory');
  const bandwidth = await memoryBandwidth();

  const clickhouse = await loadClickHouse(folder, rows, engines.includes('duckdb'), say);
  const asked = questions(clickhouse.tables);
  const canForget = dropFileCache();
  const lake = await measure('clickhouse', asked, folder, say);
  await rm(join(folder, 'clickhouse'), { recursive: true, force: true });

  const peer = engines.includes('duckdb') ? await loadDuckDb(folder, clickhouse.count, say) : undefined;
  const peers = peer === undefined ? undefined : await measure('duckdb', asked, folder, say);

  return {
    rows: asked.map((question) => lineOf(question, lake.get(question.name)!, peers?.get(question.name), bandwidth)),
    notes: [
      `${clickhouse.count} results of ${clickhouse.patients} patients; ${WARM_RUNS} warm runs each, their median; cold: a new process${canForget ? ' and no file in memory' : ', but files may be in memory: forgetting them takes root'}`,
      ...clickhouse.notes,
      ...(peer === undefined ? ['DuckDB was left out'] : [peer.note]),
      `memory bandwidth ${(bandwidth / 1e9).toFixed(1)} GB/s (two threads look for a byte that is not there); floor: the bytes of the columns that ClickHouse reads, at that speed`,
      `load of the machine ${loadBefore.toFixed(1)} before and ${load().toFixed(1)} after; by itself this run makes 1 to 2`,
      ...asked.map(({ name, asks }) => `${name}: ${asks}`),
    ],
  };
}

interface Loaded {
  count: number;
  patients: number;
  tables: Tables;
  notes: string[];
}

/** Makes the results inside the engine, merges them, and writes them to a file for DuckDB. */
async function loadClickHouse(folder: string, rows: number, forDuckDb: boolean, say: Say): Promise<Loaded> {
  const engine = await startEngine('clickhouse', join(folder, 'clickhouse'));
  try {
    for (const text of makeTables()) await engine.ask(text);
    const plan = planOf(rows);
    const slices = Math.ceil(rows / SLICE_ROWS);
    const spent = new Map<string, { load: number; merge: number }>();
    for (const table of [BY_TEST, BY_PATIENT]) {
      let loadMs = 0;
      for (let slice = 0; slice < slices; slice++) {
        const from = Math.round((plan.visits * slice) / slices);
        const until = Math.round((plan.visits * (slice + 1)) / slices);
        loadMs += (await engine.ask(withHidden(table, resultsBetween(plan, from, until)))).ms;
        say(`${table}: ${slice + 1} of ${slices} slices, ${(loadMs / 1000).toFixed(0)} s`);
      }
      say(`${table}: merging`);
      spent.set(table, { load: loadMs, merge: (await engine.ask(`optimize table ${table} final`)).ms });
    }
    const [counted] = (
      await engine.ask(
        `select toFloat64(sum(n)), toFloat64(count()), argMax(patient, (n, patient)) from (select patient, count() as n from ${live(BY_PATIENT)} group by patient)`,
      )
    ).rows;
    const [count, patients, patient] = counted as [number, number, string];
    if (forDuckDb) {
      for (const table of [BY_TEST, BY_PATIENT]) {
        say(`${table}: to a file for DuckDB`);
        await engine.ask(exportOf(table, folder));
      }
    }
    const notes = [];
    for (const [table, { load, merge }] of spent) {
      const bytes = Number(
        (
          await engine.ask(
            `select sum(bytes_on_disk) from system.parts where active and concat(database, '.', table) = '${table}'`,
          )
        ).rows[0]![0],
      );
      notes.push(
        `ClickHouse ${table}: ${(bytes / count).toFixed(1)} bytes a row, made and loaded at ${Math.round(count / load)} k rows/s, merged in ${(merge / 1000).toFixed(1)} s`,
      );
    }
    return { count, patients, notes, tables: { byTest: live(BY_TEST), byPatient: live(BY_PATIENT), patient } };
  } finally {
    await engine.close();
  }
}

/** Without what only replacing needs. A time goes as a number, so that no time zone comes into it. */
function exportOf(table: string, folder: string): string {
  const columns = columnsOf(table).filter((name) => name === '_patient' || !name.startsWith('_'));
  const list = columns.map((name) => (name === 'time' ? 'toUnixTimestamp64Milli(time) as time' : name));
  return `insert into function file('${fileOf(table, folder)}', 'Parquet') select ${list.join(', ')} from ${live(table)}`;
}

function fileOf(table: string, folder: string): string {
  return join(folder, `${table}.parquet`);
}

/** The rows in the order of ClickHouse's copies, which is also the best for DuckDB. */
async function loadDuckDb(folder: string, count: number, say: Say): Promise<{ note: string }> {
  await mkdir(join(folder, 'duckdb'));
  const engine = await startEngine('duckdb', join(folder, 'duckdb'));
  try {
    const said: string[] = [];
    for (const table of [BY_TEST, BY_PATIENT]) {
      const name = table.split('.')[1]!;
      const file = fileOf(table, folder);
      say(`DuckDB: loading ${name}`);
      const before = await duckDbBytes(folder);
      const { ms } = await engine.ask(
        `create table ${name} as select * replace (epoch_ms(time) as time) from read_parquet('${file}')`,
      );
      await engine.ask('checkpoint');
      await rm(file);
      const bytes = (await duckDbBytes(folder)) - before;
      said.push(`${name} ${(bytes / count).toFixed(1)} bytes a row, loaded at ${Math.round(count / ms)} k rows/s`);
    }
    return { note: `DuckDB, the same columns and rows in the same order, out of Parquet: ${said.join('; ')}` };
  } finally {
    await engine.close();
  }
}

async function duckDbBytes(folder: string): Promise<number> {
  return (await stat(join(folder, 'duckdb', 'lake.duckdb'))).size;
}

/** Each question in a process of its own: once cold, then warm. */
async function measure(
  engine: Engine,
  asked: readonly Question[],
  folder: string,
  say: Say,
): Promise<Map<string, Measured>> {
  const measured = new Map<string, Measured>();
  for (const question of asked) {
    const child = await startEngine(engine, join(folder, engine));
    try {
      await child.ask('select 1');
      dropFileCache();
      const cold = await child.ask(question[engine]);
      child.forgetPeak();
      const warm = await medianOf(child, question[engine]);
      measured.set(question.name, { cold, warm, peakMb: child.peakMb() });
      say(`${engine} ${question.name}: ${cold.ms.toFixed(0)} ms cold, ${warm.ms.toFixed(0)} ms warm`);
    } finally {
      await child.close();
    }
  }
  return measured;
}

async function medianOf(child: EngineChild, text: string): Promise<Found> {
  const runs: Found[] = [];
  for (let run = 0; run < WARM_RUNS; run++) runs.push(await child.ask(text));
  const middle = (of: (run: Found) => number) => runs.map(of).sort((a, b) => a - b)[WARM_RUNS >> 1]!;
  return { ...runs[0]!, ms: middle(({ ms }) => ms), cpuMs: middle(({ cpuMs }) => cpuMs) };
}

function lineOf({ name, within }: Question, lake: Measured, peer: Measured | undefined, bandwidth: number) {
  const floor = (lake.warm.bytes / bandwidth) * 1000;
  return {
    question: name,
    'ClickHouse cold ms': milliseconds(lake.cold.ms),
    'warm ms': milliseconds(lake.warm.ms),
    'CPU ms': milliseconds(lake.warm.cpuMs),
    'peak MB': lake.peakMb,
    'DuckDB cold ms': peer === undefined ? '' : milliseconds(peer.cold.ms),
    'its warm ms': peer === undefined ? '' : milliseconds(peer.warm.ms),
    'its CPU ms': peer === undefined ? '' : milliseconds(peer.warm.cpuMs),
    'its peak MB': peer === undefined ? '' : peer.peakMb,
    'DuckDB / ClickHouse warm': peer === undefined ? '' : (peer.warm.ms / lake.warm.ms).toFixed(2),
    CPU: peer === undefined ? '' : (peer.warm.cpuMs / lake.warm.cpuMs).toFixed(2),
    'floor ms': milliseconds(floor),
    'warm / floor': (lake.warm.ms / floor).toFixed(1),
    'same answer': peer === undefined ? '' : compareAnswers(lake.warm, peer.warm, within),
  };
}

/**
 * @param within how far apart they may be, relative; absent where both approximate: then how far apart they are is told
 * @throws when exact answers differ: a speed with a wrong answer is none
 */
function compareAnswers(one: Found, other: Found, within: number | undefined): string {
  const numbers = [one, other].map(({ rows }) => rows.flat().map(Number)) as [number[], number[]];
  const apart = Math.max(
    ...numbers[0].map((value, at) => Math.abs(value - numbers[1][at]!) / Math.max(Math.abs(value), 1)),
  );
  if (numbers[0].length !== numbers[1].length || Number.isNaN(apart) || (within !== undefined && apart > within))
    throw new Error(`the engines answer differently: ${JSON.stringify([one.rows, other.rows])}`);
  return within === undefined ? `${(apart * 100).toPrecision(2)} % apart` : 'yes';
}

function milliseconds(ms: number): number {
  return Number(ms < 100 ? ms.toPrecision(3) : ms.toFixed(0));
}

async function requireSpace(folder: string, rows: number, engines: readonly Engine[]): Promise<void> {
  const needed = Math.max(...engines.map((engine) => BYTES_OF_A_ROW[engine])) * rows;
  const free = await freeBytes(folder);
  if (free < needed)
    throw new Error(
      `${(needed / 1e9).toFixed(0)} GB are needed in ${folder} and ${(free / 1e9).toFixed(0)} GB are free: choose another --folder, fewer --rows, or --without-duckdb`,
    );
}

/** `10m`, `1b`, `500k` or a plain number. */
function parseRows(text: string): number {
  const [, digits, unit = ''] = /^([\d.]+)([kmb]?)$/i.exec(text) ?? [];
  const rows = Number(digits) * { '': 1, k: 1e3, m: 1e6, b: 1e9 }[unit.toLowerCase() as 'k']!;
  if (!(rows >= 100_000 && rows <= 1e10)) throw new Error('--rows is a number from 100k to 10b, e.g. 10m');
  return Math.round(rows);
}

function optionOf(args: readonly string[], name: string): string | undefined {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args[at + 1];
}
