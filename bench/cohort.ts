import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Sql } from '../src/kernel/context/index.ts';
import { type Lake, openLake } from '../src/kernel/lake/index.ts';
import { sql, trusted } from '../src/kernel/sql/index.ts';
import { countQuery } from '../src/modules/records/analytics/compile.ts';
import type { Cohort, EventPattern } from '../src/modules/records/model.ts';
import { type Bench, type BenchResult, optionOf, parseRows } from './bench.ts';
import { load } from './lake/machine.ts';
import { HBA1C, planOf } from './lake/results.ts';
import { BY_TEST, insertResults, makeTables } from './lake/tables.ts';

/** A person waits for the count while typing. */
const LIMIT_MS = 1_000;
const RUNS = 7;
const SLICE_ROWS = 2_000_000;
const TODAY = '2026-01-01';
const OTHER = '1173-1';

/** The questions of docs/cohort.md's kind, as the page asks them: flow, ages, places and months in one. */
export const bench: Bench = {
  name: 'cohort',
  summary: 'cohorts over laboratory results, beside the second a person waits for and DuckDB',
  options: '[--rows 10m]',
  async run(args, say) {
    const rows = parseRows(optionOf(args, '--rows') ?? '10m');
    const folder = await mkdtemp(join(tmpdir(), 'banyan-cohort-bench-'));
    const lake = openLake({ lakeUrl: undefined, lakeMemory: undefined, data: folder });
    try {
      return await measure(lake, { rows, folder, say });
    } finally {
      await lake.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

interface Parts {
  rows: number;
  folder: string;
  say: (line: string) => void;
}

const high: EventPattern = {
  source: 'result',
  codes: [{ system: 'http://loinc.org', code: HBA1C }],
  unit: 'g/L',
  value: { least: 6.5 },
};
const COHORTS: Record<string, Cohort> = {
  everybody: { form: 1, include: [], exclude: [] },
  'high twice, 90 days apart': {
    form: 1,
    include: [{ kind: 'event', event: high, times: { atLeast: 2, apartDays: 90 } }],
    exclude: [],
  },
  'the same of women of 40 to 70, not of one city': {
    form: 1,
    include: [
      { kind: 'person', sexes: ['female'], age: { from: 40, to: 70 } },
      { kind: 'event', event: high, times: { atLeast: 2, apartDays: 90 } },
    ],
    exclude: [{ kind: 'person', places: ['4403'] }],
  },
  'first value high, at 30 to 60 years': {
    form: 1,
    include: [{ kind: 'event', event: high, pick: 'first', age: { from: 30, to: 60 } }],
    exclude: [],
  },
  'high, then another test above within a year, no normal one between': {
    form: 1,
    include: [
      {
        kind: 'event',
        event: high,
        steps: [
          { event: { source: 'result', codes: high.codes!, flag: 'within' }, fromDays: 1, toDays: 90, absent: true },
          { event: { source: 'result', codes: [{ code: OTHER }], flag: 'above' }, fromDays: 0, toDays: 365 },
        ],
      },
    ],
    exclude: [],
  },
  'high, then any result within 30 days': {
    form: 1,
    include: [{ kind: 'event', event: high, steps: [{ event: { source: 'result' }, fromDays: 1, toDays: 30 }] }],
    exclude: [],
  },
};

async function measure(lake: Lake, parts: Parts): Promise<BenchResult> {
  const before = load();
  const held = await fill(lake, parts);
  const peerMs = await askDuckDb(lake, parts);
  const rows = [];
  for (const [name, cohort] of Object.entries(COHORTS)) {
    parts.say(name);
    const { ms, members } = await ask(lake, countQuery(cohort, relations, TODAY));
    const peer = name === 'high twice, 90 days apart' ? peerMs : undefined;
    rows.push({
      cohort: name,
      members,
      ms: Math.round(ms),
      'of the limit': `${((ms / LIMIT_MS) * 100).toFixed(0)} %`,
      'DuckDB ms': peer === undefined ? '' : Math.round(peer),
      ratio: peer === undefined ? '' : (peer / ms).toFixed(2),
    });
  }
  return {
    rows,
    notes: [
      `${held.results} results of ${held.persons} persons, by test, merged; medians of ${RUNS} runs; the limit is ${LIMIT_MS} ms`,
      'a cohort counts flow, ages by sex, places and months in one question; DuckDB is asked for the number of its persons only',
      `load of the machine ${before.toFixed(1)} before and ${load().toFixed(1)} after; by itself this run makes 1 to 2`,
    ],
  };
}

function relations(view: string): Sql {
  return view === 'person' ? sql`lab.person` : sql`banyan.laboratory_result`;
}

async function fill(lake: Lake, { rows, say }: Parts): Promise<{ results: number; persons: number }> {
  for (const text of makeTables()) await lake.run(trusted(text));
  const plan = planOf(rows);
  const slices = Math.ceil(rows / SLICE_ROWS);
  for (let slice = 0; slice < slices; slice += 1) {
    const [from, until] = [slice, slice + 1].map((each) => Math.round((plan.visits * each) / slices)) as [
      number,
      number,
    ];
    await lake.run(trusted(insertResults(plan, { from, until })));
    say(`${slice + 1} of ${slices} slices`);
  }
  await lake.run(trusted(`optimize table ${BY_TEST.kept} final`));
  await lake.run(sql`
    create table lab.person engine = MergeTree order by id as
    select patient as id, any(sex) as sex, any(birth_date) as birth_date, any(district) as district, any(organization) as organization,
      cast(null, 'Nullable(Bool)') as deceased, cast(null, 'Nullable(DateTime64(3))') as deceased_at, cast(null, 'Nullable(String)') as replaced_by
    from ${trusted(BY_TEST.asked)} group by patient
  `);
  const [counted] = await lake.rows<{ results: number; persons: number }>(
    sql`select count() as results, (select count() from lab.person) as persons from ${trusted(BY_TEST.asked)}`,
  );
  return counted!;
}

async function ask(lake: Lake, question: Sql): Promise<{ ms: number; members: number }> {
  const { ms, answer } = await timed(() => lake.rows<{ part: string; persons: number }>(question));
  const members = answer.filter(({ part }) => part === 'place').reduce((sum, { persons }) => sum + persons, 0);
  return { ms, members };
}

/** The same rows in DuckDB's own tables, sorted by test too. @returns milliseconds of the question about two high values */
async function askDuckDb(lake: Lake, { folder, say }: Parts): Promise<number> {
  say('to a file for DuckDB');
  const file = join(folder, 'results.parquet');
  const columns = sql`select patient, toString(code) as code, toString(unit) as unit, value, status, time`;
  const bytes = await lake.stream(sql`${columns} from ${trusted(BY_TEST.asked)} order by code, time`, 'Parquet', {
    timeoutMs: 1_800_000,
  });
  await pipeline(bytes, createWriteStream(file));
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const duck = await (await DuckDBInstance.create(join(folder, 'peer.duckdb'), { threads: '2' })).connect();
  await duck.run(`create table results as select * from '${file}'`);
  const { ms } = await timed(() =>
    duck.runAndReadAll(`
      select count(*) from (
        select patient from results where code = '${HBA1C}' and unit = 'g/L' and value >= 6.5 and status not in ('entered-in-error', 'cancelled', 'registered')
        group by patient having date_diff('day', min(time), max(time)) >= 90)`),
  );
  duck.closeSync();
  return ms;
}

/** The median of several runs, and the last answer. */
async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; answer: T }> {
  const times: number[] = [];
  for (;;) {
    const began = performance.now();
    const answer = await work();
    times.push(performance.now() - began);
    if (times.length === RUNS) return { ms: times.toSorted((one, other) => one - other)[RUNS >> 1]!, answer };
  }
}
