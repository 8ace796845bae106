import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Context, type Db, makeContext, type Sql } from '../src/kernel/context/index.ts';
import { type AskOptions, type Lake, openLake } from '../src/kernel/lake/index.ts';
import { silentLog } from '../src/kernel/log/index.ts';
import { Problem } from '../src/kernel/problem/index.ts';
import { identifier, sql } from '../src/kernel/sql/index.ts';
import {
  findChoices,
  grouped,
  groupedByAge,
  repeatsOf,
  summarize,
  useOf,
} from '../src/modules/laboratory/analytics/index.ts';
import type { TestFilter } from '../src/modules/laboratory/model.ts';
import { countQuery } from '../src/modules/records/analytics/compile.ts';
import type { Bench, BenchResult } from './bench.ts';
import { startEngine } from './lake/child.ts';
import { type Loaded, withLoaded } from './lake/load.ts';
import { load } from './lake/machine.ts';
import { HBA1C } from './lake/results.ts';
import { COHORTS } from './pages/cohorts.ts';

/** A person waits for it while typing, or turning a page. */
const LIMIT_MS = 1_000;
const RUNS = 3;
const TODAY = '2026-01-01';
/** A large lake may take longer than a page would wait: that is told, not cut off. */
const TIMEOUT_MS = 900_000;

/** What the pages of exploring and of cohorts ask, by their own code; of a lake of laboratory results made for this or kept by the bench `lake`. */
export const bench: Bench = {
  name: 'pages',
  summary: 'what the pages of exploring and cohorts ask of the lake, beside the second a person waits for and DuckDB',
  options: '[--rows 10m] [--lean] [--without-duckdb] [--folder /tmp] [--keep] [--again FOLDER]',
  run: (args, say) => withLoaded(args, say, (loaded, folder) => measure(loaded, { folder, say })),
};

interface Parts {
  folder: string;
  say: (line: string) => void;
}

interface Page {
  page: string;
  /** @returns what tells that the answer is one: how much of what was found */
  ask(): Promise<number>;
  /** The same number of DuckDB. */
  duckdb?: string;
}

async function measure({ engines, notes }: Loaded, { folder, say }: Parts): Promise<BenchResult> {
  const data = await mkdtemp(join(tmpdir(), 'banyan-pages-'));
  await symlink(resolve(folder, 'clickhouse'), join(data, 'lake'));
  const before = load();
  const lake = openLake({ lakeUrl: undefined, lakeMemory: undefined, data });
  const rows: Record<string, string | number>[] = [];
  try {
    for (const { page, ask, duckdb } of [...(await explored(lake)), ...(await cohorts(lake))]) {
      try {
        const { ms, found } = await timed(ask);
        const peer = duckdb === undefined || !engines.includes('duckdb') ? undefined : await askDuckDb(folder, duckdb);
        say(`${page}: ${ms.toFixed(0)} ms`);
        const isSame = peer === undefined ? '' : peer.found === found ? 'yes' : `no: ${peer.found}`;
        rows.push({ ...lineOf(page, ms, peer?.ms), found, 'same in DuckDB': isSame });
      } catch (error) {
        // What the lake refuses for want of memory is told beside the others.
        if (!(error instanceof Problem)) throw error;
        say(`${page}: ${error.message}`);
        rows.push({ ...lineOf(page), found: error.message, 'same in DuckDB': '' });
      }
    }
  } finally {
    await lake.close();
    await rm(data, { recursive: true, force: true });
  }
  return {
    rows,
    notes: [
      ...notes,
      `medians of ${RUNS} runs, of what is kept afterwards the first; the limit is ${LIMIT_MS} ms`,
      'a cohort counts flow, ages by sex, places and months in one question; DuckDB is asked for the number of its persons only',
      `load of the machine ${before.toFixed(1)} before and ${load().toFixed(1)} after; by itself this run makes 1 to 2`,
    ],
  };
}

function lineOf(page: string, ms?: number, peerMs?: number) {
  return {
    page,
    ms: ms === undefined ? '' : Math.round(ms),
    'of the limit': ms === undefined ? '' : (ms / LIMIT_MS).toFixed(2),
    'DuckDB ms': peerMs === undefined ? '' : Math.round(peerMs),
    ratio: peerMs === undefined || ms === undefined ? '' : (peerMs / ms).toFixed(2),
  };
}

const ASKING: AskOptions = { actor: 'bench', smallGroups: 'left-out' };

async function explored(real: Lake): Promise<Page[]> {
  const lake = unhurried(real);
  const ctx = anyone();
  const [top] = await lake.rows<{ code: string; unit: string }>(sql`
    select code, ifNull(any(unit), '') as unit from banyan.laboratory_result group by code order by count() desc limit 1`);
  const test: TestFilter = { ...top!, reach: 'population', first: false, outliers: 'kept' };
  const year = { reach: 'population', since: '2025-01-01', until: '2025-12-31' } as const;
  const groups = (['sex', 'district', 'organization', 'month'] as const).map((by) => ({
    page: `explore: the most frequent test by ${by}`,
    ask: async () => (await grouped(ctx, lake, test, by, ASKING)).groups.length,
  }));
  return [
    {
      page: 'explore: tests and places to choose from, kept afterwards',
      // Another object each time: what was kept is not found.
      ask: async () => (await findChoices(ctx, unhurried(real), test)).tests.length,
    },
    {
      page: 'explore: distribution of the most frequent test',
      ask: async () => (await summarize(ctx, lake, test, ASKING)).results,
    },
    {
      page: 'explore: the same, first result of each person, without outliers',
      ask: async () => (await summarize(ctx, lake, { ...test, first: true, outliers: 'tukey' }, ASKING)).results,
    },
    {
      page: 'explore: the most frequent test by age',
      ask: async () => (await groupedByAge(ctx, lake, test, ASKING)).groups.length,
    },
    ...groups,
    { page: 'use of all tests in a year', ask: async () => (await useOf(ctx, lake, year, ASKING)).results },
    {
      page: 'tests repeated too early in a year',
      ask: async () => (await repeatsOf(ctx, lake, year, ASKING, 7)).length,
    },
  ];
}

/** Stands in for `person`, whose rows the record would bring. */
const PERSONS = sql`
  create or replace table lab.person engine = MergeTree order by id as
  select any(patient) as id, any(sex) as sex, any(birth_date) as birth_date, any(district) as district, any(organization) as organization,
    cast(null, 'Nullable(Bool)') as deceased, cast(null, 'Nullable(DateTime64(3))') as deceased_at, cast(null, 'Nullable(String)') as replaced_by
  from banyan.laboratory_result_by_patient group by _patient`;

async function cohorts(real: Lake): Promise<Page[]> {
  await real.run(PERSONS);
  const lake = unhurried(real);
  return Object.entries(COHORTS).map(([name, cohort]) => ({
    page: `cohort: ${name}`,
    ask: async () => {
      const counted = await lake.rows<{ part: string; persons: number }>(countQuery(cohort, relations, TODAY), ASKING);
      return counted.filter(({ part }) => part === 'place').reduce((sum, { persons }) => sum + persons, 0);
    },
    ...(name === TWICE && { duckdb: TWICE_IN_DUCKDB }),
  }));
}

function relations(view: string): Sql {
  return view === 'person' ? sql`lab.person` : identifier(`banyan.${view}`);
}

const TWICE = 'high twice, 90 days apart';
const TWICE_IN_DUCKDB = `
  select count(*) from (
    select _patient from by_test where code = '${HBA1C}' and unit = 'g/L' and value >= 6.5 and status not in ('entered-in-error', 'cancelled', 'registered')
    group by _patient having date_diff('day', min(time + interval 8 hour), max(time + interval 8 hour)) >= 90)`;

async function askDuckDb(folder: string, text: string): Promise<{ ms: number; found: number }> {
  const engine = await startEngine('duckdb', join(folder, 'duckdb'));
  try {
    return await timed(async () => Number((await engine.ask(text)).rows[0]![0]));
  } finally {
    await engine.close();
  }
}

/** The lake, with time for every question. */
function unhurried(lake: Lake): Lake {
  return { ...lake, rows: (query, options) => lake.rows(query, { ...options, timeoutMs: TIMEOUT_MS }) };
}

/** Who may ask everything, of a record that has no views but the built-in ones. */
function anyone(): Context {
  const db = { rows: async () => [] } as unknown as Db;
  const actor = {
    id: 'bench',
    name: 'bench',
    roles: [],
    organizations: [],
    permissions: new Set(['*']),
    purpose: 'TREAT',
  };
  return makeContext({ actor, db, log: silentLog, now: () => new Date(`${TODAY}T00:00:00Z`) });
}

/** The median of several runs, and the last answer. */
async function timed(work: () => Promise<number>): Promise<{ ms: number; found: number }> {
  const times: number[] = [];
  for (;;) {
    const began = performance.now();
    const found = await work();
    times.push(performance.now() - began);
    if (times.length === RUNS) return { ms: times.toSorted((one, other) => one - other)[RUNS >> 1]!, found };
  }
}
