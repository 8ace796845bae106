import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import { Session } from 'chdb';
import { afterAll, describe, expect, test } from 'vitest';
import { compileView, losslessJson, parseView } from '#standards/sql-on-fhir';
import { testDatabase } from '../support/postgres.ts';
import { evaluateView, type Row, type ViewDefinition } from '../support/sql-on-fhir/evaluate.ts';
import { Random } from '../support/sql-on-fhir/random.ts';
import { randomResource, TYPES } from '../support/sql-on-fhir/resources.ts';
import { canonicalRows, sameRows } from '../support/sql-on-fhir/rows.ts';
import { type Case, shrink } from '../support/sql-on-fhir/shrink.ts';
import { randomView } from '../support/sql-on-fhir/views.ts';

/**
 * Goal: a compiled view yields, on each engine, the rows that the specification's algorithm yields.
 * Method: random views over random valid resources; each pair is a case, whose rows are compared with those of the slow evaluator in
 * tests/support/sql-on-fhir, as sets, decimals as numbers. A difference is shrunk to a small view and resource and printed.
 *
 * The seeds are printed; the second one is new in every run. More cases, or one seed again:
 *   BANYAN_VIEW_CASES=100000 BANYAN_VIEW_SEED=7 npx vitest run --project unit tests/contract/sql-on-fhir-property.test.ts
 */
const CASES = Number(env.BANYAN_VIEW_CASES ?? 4000);
const SEEDS = env.BANYAN_VIEW_SEED === undefined ? [1, randomInt(2 ** 31)] : [Number(env.BANYAN_VIEW_SEED)];

/** Resources of each type from one seed, and how many of them a view is run over at once. */
const POOL = 400;
const BATCH = 50;

/** One in so many may be beyond the evaluator (several items where FHIRPath wants one): then there is nothing to compare with. */
const MOST_UNANSWERED = 0.02;

interface Engine {
  load(table: string, resources: readonly string[]): Promise<void>;
  /** @returns the rows, with the number of the resource of each */
  run(view: ViewDefinition, table: string, from: number, to: number): Promise<{ n: number; row: Row }[]>;
}

describe.each(['clickhouse', 'postgresql'] as const)('views on %s', (target) => {
  const engines = target === 'clickhouse' ? clickhouse() : postgresql();
  const cases = target === 'clickhouse' ? CASES : Math.ceil(CASES / 5);

  test.each(SEEDS)(`yield the rows of the evaluator, seed %i`, { timeout: 3_600_000 }, async (seed) => {
    const engine = await engines;
    const random = new Random(seed);
    const pools = new Map(TYPES.map((type) => [type as string, pool(random, type)]));
    for (const [type, resources] of pools) await engine.load(type, resources);

    const views = Math.ceil(cases / SEEDS.length / BATCH);
    let rows = 0;
    let unanswered = 0;
    for (let index = 0; index < views; index += 1) {
      const view = randomView(random);
      const resources = pools.get(view.resource)!;
      const from = random.int(0, POOL - BATCH);
      const expected = answers(view, resources.slice(from, from + BATCH));
      if (expected === undefined) {
        unanswered += 1;
        continue;
      }
      const wrong = await firstDifference(engine, view, { expected, resources, from });
      if (wrong !== undefined) expect.fail(await report(engine, { view, resource: wrong }, seed));
      rows += expected.flat().length;
    }
    console.info(
      `${target}, seed ${seed}: ${views} views, ${views * BATCH} cases, ${rows} rows, ${unanswered} views unanswered`,
    );
    expect(unanswered / views).toBeLessThan(MOST_UNANSWERED);
    expect(rows).toBeGreaterThan(views);
  });
});

function pool(random: Random, type: (typeof TYPES)[number]): string[] {
  return Array.from({ length: POOL }, (_, index) => randomResource(random, type, `r${index}`));
}

/** The rows of each resource; undefined where the evaluator refuses one of them. */
function answers(view: ViewDefinition, resources: readonly string[]): Row[][] | undefined {
  try {
    return resources.map((text) => evaluateView(view, [text]));
  } catch {
    return undefined;
  }
}

/** @returns the resource whose rows differ first */
async function firstDifference(
  engine: Engine,
  view: ViewDefinition,
  { expected, resources, from }: { expected: Row[][]; resources: readonly string[]; from: number },
): Promise<string | undefined> {
  const found = await attempt(() => engine.run(view, view.resource, from, from + expected.length));
  if ('error' in found) {
    for (const [index, text] of resources.slice(from, from + expected.length).entries()) {
      const alone = await attempt(() => engine.run(view, view.resource, from + index, from + index + 1));
      if ('error' in alone) return text;
    }
    return resources[from];
  }
  const byResource = Map.groupBy(found.value, ({ n }) => n);
  for (const [index, rows] of expected.entries()) {
    const got = (byResource.get(from + index) ?? []).map(({ row }) => row);
    if (!sameRows(got, rows)) return resources[from + index];
  }
  return undefined;
}

async function report(engine: Engine, start: Case, seed: number): Promise<string> {
  const whole = await differs(engine, start);
  const least = await shrink(start, async (one) => {
    const difference = await differs(engine, one);
    return difference !== undefined && 'error' in difference === 'error' in (whole ?? {});
  });
  const difference = await differs(engine, least);
  return [
    `seed ${seed}`,
    `view      ${JSON.stringify(least.view)}`,
    `resource  ${least.resource}`,
    `expected  ${JSON.stringify(difference?.expected)}`,
    'found     ' +
      (difference !== undefined && 'error' in difference ? difference.error : JSON.stringify(difference?.found)),
  ].join('\n');
}

type Difference = { expected: string[] } & ({ found: string[] } | { error: string });

async function differs(engine: Engine, { view, resource }: Case): Promise<Difference | undefined> {
  const expected = answers(view, [resource])?.flat();
  if (expected === undefined) return undefined;
  await engine.load('probe', [resource]);
  const found = await attempt(() => engine.run(view, 'probe', 0, 1));
  if ('error' in found) return { expected: canonicalRows(expected), error: found.error };
  const rows = found.value.map(({ row }) => row);
  return sameRows(rows, expected) ? undefined : { expected: canonicalRows(expected), found: canonicalRows(rows) };
}

async function attempt<T>(run: () => Promise<T>): Promise<{ value: T } | { error: string }> {
  try {
    return { value: await run() };
  } catch (error) {
    return { error: String(error) };
  }
}

function compiled(view: ViewDefinition, target: 'clickhouse' | 'postgresql', from: string): string {
  const parsed = parseView(view);
  if (parsed.view === undefined) throw new Error(`refused: ${JSON.stringify(parsed.issues)}`);
  return compileView(parsed.view, { target, from, carry: ['n'] }).sql;
}

async function clickhouse(): Promise<Engine> {
  const folder = mkdtempSync(join(tmpdir(), 'banyan-views-'));
  const session = new Session(folder);
  afterAll(() => {
    session.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    async load(table, resources) {
      session.query(`create or replace table ${table} (n UInt32, content String) engine = Memory`);
      const values = resources.map((text, n) => JSON.stringify({ n, content: losslessJson(text) })).join('\n');
      await session.insert({ table, values: Buffer.from(values), format: 'JSONEachRow' });
    },
    async run(view, table, from, to) {
      const source = `(select n, content from ${table} where n >= ${from} and n < ${to})`;
      const settings = 'output_format_json_quote_64bit_integers = 0, output_format_json_quote_decimals = 0';
      const sql = `select * from (${compiled(view, 'clickhouse', source)}) settings ${settings}`;
      const text = session.query(sql, 'JSONEachRow');
      return text.split('\n').flatMap((line) => (line === '' ? [] : [numbered(JSON.parse(line))]));
    },
  };
}

async function postgresql(): Promise<Engine> {
  const db = await testDatabase();
  return {
    async load(table, resources) {
      await db.run({ text: `drop table if exists "${table}"`, values: [] });
      await db.run({ text: `create table "${table}" (n integer, content jsonb)`, values: [] });
      const insert = `insert into "${table}" select ordinal - 1, one::jsonb from unnest($1::text[]) with ordinality as of (one, ordinal)`;
      await db.run({ text: insert, values: [resources] });
    },
    async run(view, table, from, to) {
      const source = `(select n, content from "${table}" where n >= ${from} and n < ${to})`;
      const text = `select to_jsonb(answer)::text as line from (${compiled(view, 'postgresql', source)}) answer`;
      const lines = await db.rows<{ line: string }>({ text, values: [] });
      return lines.map(({ line }) => numbered(JSON.parse(line)));
    },
  };
}

function numbered({ n, ...row }: Row): { n: number; row: Row } {
  return { n: Number(n), row };
}
