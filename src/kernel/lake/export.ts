import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Sql } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { identifier, join as joinSql, sql, trusted } from '#kernel/sql';
import type { Lake } from './client.ts';
import { makeTimesNaive } from './parquet.ts';
import { QUESTIONS } from './tables.ts';

export const EXPORT_FORMATS = ['parquet', 'arrow'] as const;
type ExportFormat = (typeof EXPORT_FORMATS)[number];

const FORMATS = {
  parquet: { engine: 'Parquet', extension: 'parquet' },
  arrow: { engine: 'ArrowStream', extension: 'arrows' },
} as const;

/** Whole years go out at once: as long and as many as that takes. */
const WHOLE = {
  timeoutMs: 6 * 3_600_000,
  mostRows: 20_000_000_000,
  // Apache Arrow's own reader for JavaScript knows no compression.
  settings: { output_format_arrow_compression_method: 'none' },
};
const MOST_YEARS = 1_000;

export interface ExportAsk {
  /** As people ask it. */
  view: string;
  /** The column of time by whose year the rows are parted into folders; one file without it. */
  partition?: string;
  /** Made when absent; must be empty. */
  out: string;
  format: ExportFormat;
}

export interface ExportedFile {
  /** Below the folder asked for. */
  file: string;
  rows: number;
  bytes: number;
}

/**
 * Writes a view's rows into a folder in Hive's layout, `<view>/year=2024/part-0.parquet`, which DuckDB, Spark, pandas and ClickHouse read as one table. In Parquet,
 * times are of UTC without saying so.
 *
 * @throws Problem `not-found` for a view that the lake does not have, `conflict` when the folder has something in it
 */
export async function exportView(
  lake: Lake,
  { view, partition, out, format }: ExportAsk,
  say: (text: string) => void,
): Promise<ExportedFile[]> {
  const columns = await columnsOf(lake, view);
  const folder = join(out, view);
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0) throw new Problem('conflict', 'the folder has something in it', { folder });

  const from = sql`${identifier(QUESTIONS)}.${identifier(view)}`;
  const files: ExportedFile[] = [];
  for (const part of await partsOf(lake, from, partition)) {
    const { extension, engine } = FORMATS[format];
    const file = join(part.folder, `part-0.${extension}`);
    say(`${view}: ${file}, ${part.rows} rows\r`);
    await mkdir(join(folder, part.folder), { recursive: true });
    // A file has its name once it is whole.
    const unfinished = join(folder, `${file}.unfinished`);
    const bytes = await lake.stream(sql`select ${columns} from ${from} where ${part.where}`, engine, WHOLE);
    await pipeline(bytes, createWriteStream(unfinished, { flush: true }));
    if (format === 'parquet') await makeTimesNaive(unfinished);
    await rename(unfinished, join(folder, file));
    files.push({ file: join(view, file), rows: part.rows, bytes: (await stat(join(folder, file))).size });
  }
  return files;
}

/** Those that people see. */
async function columnsOf(lake: Lake, view: string): Promise<Sql> {
  const found = await lake.rows<{ name: string }>(sql`
    select name from system.columns where database = ${QUESTIONS} and table = ${view} and not startsWith(name, '_') order by position limit 2000
  `);
  if (found.length === 0) throw new Problem('not-found', 'the lake has no such view', { view });
  return joinSql(found.map(({ name }) => identifier(name)));
}

interface Part {
  folder: string;
  rows: number;
  where: Sql;
}

async function partsOf(lake: Lake, from: Sql, partition: string | undefined): Promise<Part[]> {
  if (partition === undefined) {
    const [all] = await lake.rows<{ rows: number }>(sql`select count() as rows from ${from}`, WHOLE);
    return [{ folder: '', rows: all?.rows ?? 0, where: trusted('true') }];
  }
  const year = sql`toYear(${identifier(partition)})`;
  const years = await lake.rows<{ year: number; rows: number }>(
    sql`select ${year} as year, count() as rows from ${from} group by year order by year limit ${MOST_YEARS}`,
    WHOLE,
  );
  return years.map((each) => ({ folder: `year=${each.year}`, rows: each.rows, where: sql`${year} = ${each.year}` }));
}
