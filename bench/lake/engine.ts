import { totalmem } from 'node:os';
import type { Answer, Ask, Engine } from './child.ts';

/** One engine in a process of its own, so that its memory and CPU time can be told: `node engine.ts <clickhouse|duckdb> <folder>`. */
const [, , engine, folder] = process.argv as [string, string, Engine, string];
const ask = engine === 'clickhouse' ? await openClickHouse() : await openDuckDb();

process.on('message', async ({ text }: Ask) => {
  const began = performance.now();
  const before = process.cpuUsage();
  let answer: Answer;
  try {
    const { rows, bytes } = await ask(text);
    const { user, system } = process.cpuUsage(before);
    answer = { rows, bytes, ms: performance.now() - began, cpuMs: (user + system) / 1_000 };
  } catch (error) {
    answer = { error: (error as Error).message };
  }
  process.send?.(answer);
});
process.on('disconnect', () => process.exit());
process.send?.('ready');

interface Found {
  rows: unknown[][];
  /** Read, uncompressed; 0 where the engine does not say. */
  bytes: number;
}

async function openClickHouse(): Promise<(text: string) => Promise<Found>> {
  const { Session } = await import('chdb');
  const session = new Session(folder);
  // Nine tenths: what needs more is told so, and does not take the machine with it.
  session.query(`set max_threads = 2, max_insert_threads = 2, max_memory_usage = ${Math.floor(totalmem() * 0.9)}`);
  return async (text) => {
    const result = (await session.queryAsync(text, { format: 'JSONCompact' })).text();
    if (result === '') return { rows: [], bytes: 0 };
    const { data, statistics } = JSON.parse(result) as { data: unknown[][]; statistics: { bytes_read: number } };
    return { rows: data, bytes: statistics.bytes_read };
  };
}

async function openDuckDb(): Promise<(text: string) => Promise<Found>> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const database = await DuckDBInstance.create(`${folder}/lake.duckdb`, { threads: '2' });
  const connection = await database.connect();
  return async (text) => {
    const reader = await connection.runAndReadAll(text);
    return { rows: reader.getRowsJson() as unknown[][], bytes: 0 };
  };
}
