import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { tableFromIPC } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { trusted } from '#kernel/sql';
import { testLake } from '../../../tests/support/lake.ts';
import { exportView } from './export.ts';
import { makeTimesNaive } from './parquet.ts';

const lake = await testLake();
let folder: string;

/** Values that formats lose easily: texts of any kind, nulls, times before 1970 and to the millisecond, days, doubles. */
const ROWS = `
  select number as id, concat('näme "', toString(number), '"\\n😀') as label, toDateTime64('1969-12-31 23:59:59.001', 3, 'UTC') + number * 86400 * 100 as time,
    if(number % 3 = 0, null, number / 7) as value, toLowCardinality(if(number % 5 = 0, null, 'mmol/L')) as unit,
    toDate32('1899-02-03') + number as born, if(number % 4 = 0, null, time + 0.5) as until, [toString(number)] as _patients
  from numbers(500)`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'banyan-export-'));
  await lake.run(trusted(`create table banyan.reading engine = MergeTree order by id as ${ROWS}`));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const quiet = () => {};

async function duck(text: string): Promise<unknown[]> {
  const database = await DuckDBInstance.create();
  const connection = await database.connect();
  try {
    return (await connection.runAndReadAll(text)).getRowObjectsJson();
  } finally {
    connection.closeSync();
    database.closeSync();
  }
}

/**
 * Goal: what leaves the lake is read by others as it was.
 * Method: rows written out in Hive's layout and read back by DuckDB and Apache Arrow, compared with the lake's own answer.
 */
describe('an export', () => {
  test('in Parquet is one table for DuckDB, parted by year, with the same rows and times without a zone', async () => {
    const out = join(folder, 'parquet');
    const files = await exportView(lake, { view: 'reading', partition: 'time', out, format: 'parquet' }, quiet);
    const years = await lake.rows<{ year: number; n: number }>(
      trusted('select toYear(time) as year, count() as n from banyan.reading group by year order by year'),
    );
    expect(files.map(({ file, rows }) => [file, rows])).toEqual(
      years.map(({ year, n }) => [join('reading', `year=${year}`, 'part-0.parquet'), n]),
    );
    expect(years.length).toBeGreaterThan(100);

    const from = `read_parquet('${out}/reading/*/*.parquet', hive_partitioning = true)`;
    const types = await duck(`select column_name, column_type from (describe select * from ${from})`);
    expect(types).toEqual([
      { column_name: 'id', column_type: 'UBIGINT' },
      { column_name: 'label', column_type: 'VARCHAR' },
      { column_name: 'time', column_type: 'TIMESTAMP' },
      { column_name: 'value', column_type: 'DOUBLE' },
      { column_name: 'unit', column_type: 'VARCHAR' },
      { column_name: 'born', column_type: 'DATE' },
      { column_name: 'until', column_type: 'TIMESTAMP' },
      { column_name: 'year', column_type: 'BIGINT' },
    ]);
    const read = await duck(
      `select id::int as id, label, strftime(time, '%Y-%m-%d %H:%M:%S.%g') as time, value, unit, born::varchar as born, strftime(until, '%Y-%m-%d %H:%M:%S.%g') as until from ${from} order by id`,
    );
    const held = await lake.rows(
      trusted(
        'select id, label, toString(time) as time, value, unit, toString(born) as born, toString(until) as until from banyan.reading order by id',
      ),
    );
    expect(read).toEqual(held);
    // The folder of a year holds that year's rows.
    expect(await duck(`select count(*)::int as n from ${from} where year = 2001 and year(time) = 2001`)).toEqual([
      { n: years.find(({ year }) => year === 2001)?.n },
    ]);
  });

  test('in Arrow is read by Apache Arrow', async () => {
    const out = join(folder, 'arrow');
    const [file] = await exportView(lake, { view: 'reading', out, format: 'arrow' }, quiet);
    const table = tableFromIPC(await readFile(join(out, file!.file)));
    expect(table.numRows).toBe(500);
    expect(table.schema.fields.map(({ name }) => name)).toEqual([
      'id',
      'label',
      'time',
      'value',
      'unit',
      'born',
      'until',
    ]);
    const sum = [...table].reduce((all, row) => all + Number(row.id), 0);
    expect(sum).toBe((499 * 500) / 2);
  });

  test('goes into an empty folder only, and leaves nothing half written under its name', async () => {
    const ask = { view: 'reading', out: join(folder, 'twice'), format: 'parquet' } as const;
    await exportView(lake, ask, quiet);
    await expect(exportView(lake, ask, quiet)).rejects.toMatchObject({ kind: 'conflict' });
    expect(await readdir(join(ask.out, 'reading'))).toEqual(['part-0.parquet']);
  });

  test('of what the lake does not have is told', async () => {
    const ask = { view: 'nope', out: join(folder, 'nope'), format: 'parquet' } as const;
    await expect(exportView(lake, ask, quiet)).rejects.toMatchObject({ kind: 'not-found' });
  });
});

test.each([
  '',
  'PAR1',
  'PAR1 is not here at all',
  `${'x'.repeat(100)}\xff\xff\xff\x7fPAR1`,
  `PAR1${'\x9f'.repeat(40)}\x28\0\0\0PAR1`,
])('what is no Parquet file is left as it is: %j', async (text) => {
  const path = join(folder, 'wrong.parquet');
  await writeFile(path, text, 'latin1');
  await expect(makeTimesNaive(path)).rejects.toThrow('no Parquet file');
  expect(await readFile(path, 'latin1')).toBe(text);
});
