import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Session } from 'chdb';
import { describe, expect, test } from 'vitest';
import { sql, trusted } from '#kernel/sql';
import { parseFhirJson, stringifyFhirJson } from '#standards/fhir';
import { compileView, losslessJson, parseView } from '#standards/sql-on-fhir';
import { testDatabase } from '../support/postgres.ts';
import { CONFORMANCE, expectScore } from '../support/scores.ts';

interface Suite {
  title: string;
  resources: unknown[];
  tests: { title: string; view: unknown; expect?: Row[]; expectError?: boolean; expectColumns?: string[] }[];
}

type Row = Record<string, unknown>;

const FOLDER = `${CONFORMANCE}/sql-on-fhir/tests`;

/**
 * Goal: views mean what the specification says, on both engines.
 * Judge: the official tests of FHIR/sql-on-fhir-v2. Resources are read with the digits of their decimals.
 */
describe.skipIf(!existsSync(FOLDER))('the official SQL-on-FHIR tests', async () => {
  const suites = existsSync(FOLDER)
    ? readdirSync(FOLDER).map((file) => parseFhirJson(readFileSync(join(FOLDER, file), 'utf8')) as Suite)
    : [];

  test.each([{ generic: false }, { generic: true }])('on ClickHouse, generic: $generic', async ({ generic }) => {
    const folder = await mkdtemp(join(tmpdir(), 'banyan-views-'));
    const session = new Session(folder);
    try {
      session.query('create table lake (n UInt32, content String) engine = Memory');
      await judge(suites, 'sql-on-fhir.clickhouse', {
        async keep(resources) {
          session.query('truncate table lake');
          const rows = resources.map((resource, n) => JSON.stringify({ n, content: losslessJson(resource) }));
          session.query(`insert into lake format JSONEachRow ${rows.join('\n')}`);
        },
        async rows(view) {
          const rows = compileView(view, { target: 'clickhouse', from: 'lake', generic });
          const answer = session.query(rows.sql, 'JSONEachRow').trim();
          return answer === '' ? [] : answer.split('\n').map((line) => JSON.parse(line) as Row);
        },
      });
    } finally {
      session.cleanup();
      await rm(folder, { recursive: true, force: true });
    }
  });

  const pool = await testDatabaseIf(existsSync(FOLDER));
  test('on PostgreSQL', async () => {
    if (pool === undefined) return;
    await judge(suites, 'sql-on-fhir.postgresql', {
      async keep(resources) {
        await pool.run(sql`drop table if exists lake`);
        await pool.run(sql`create table lake (n int, content json)`);
        for (const [n, resource] of resources.entries())
          await pool.run(sql`insert into lake values (${n}, ${resource})`);
      },
      async rows(view) {
        const rows = compileView(view, { target: 'postgresql', from: 'lake' });
        const found = await pool.rows<{ row: Row }>(sql`select to_json(r) as row from (${trusted(rows.sql)}) r`);
        return found.map(({ row }) => row);
      },
    });
  });
});

async function testDatabaseIf(wanted: boolean) {
  return wanted ? await testDatabase() : undefined;
}

interface Engine {
  keep(resources: string[]): Promise<void>;
  rows(view: NonNullable<ReturnType<typeof parseView>['view']>): Promise<Row[]>;
}

async function judge(suites: readonly Suite[], score: string, engine: Engine): Promise<void> {
  const failed: string[] = [];
  let passed = 0;
  for (const suite of suites) {
    await engine.keep(suite.resources.map((resource) => stringifyFhirJson(resource)));
    for (const one of suite.tests) {
      const fault = await faultOf(one, engine);
      if (fault === undefined) passed++;
      else failed.push(`${suite.title} / ${one.title}: ${fault}`);
    }
  }
  if (failed.length > 0) console.info(failed.join('\n'));
  expect(failed).toEqual([]);
  expectScore(score, passed);
}

async function faultOf(one: Suite['tests'][number], engine: Engine): Promise<string | undefined> {
  let rows: Row[];
  try {
    const { view, issues } = parseView(one.view);
    if (view === undefined)
      throw new Error(issues.map(({ message, expression }) => `${expression}: ${message}`).join('; '));
    rows = await engine.rows(view);
  } catch (error) {
    return one.expectError ? undefined : String(error).slice(0, 600);
  }
  if (one.expectError) return 'an error was expected';
  if (one.expectColumns && rows[0] && Object.keys(rows[0]).join() !== one.expectColumns.join()) return 'other columns';
  const [made, wanted] = [sorted(rows), sorted(one.expect ?? [])];
  return made === wanted ? undefined : `\n  made   ${made}\n  wanted ${wanted}`;
}

/** Rows and properties have no order. */
function sorted(rows: readonly Row[]): string {
  const lines = rows.map((row) =>
    JSON.stringify(Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)))),
  );
  return lines.sort().join('\n');
}
