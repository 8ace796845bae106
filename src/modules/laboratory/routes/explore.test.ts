import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { findPermissions } from '#kernel/access';
import { type Actor, ROLES, type Role } from '#kernel/context';
import { create } from '#kernel/fhir';
import type { Door } from '#kernel/http';
import type { Lake } from '#kernel/lake';
import { Problem } from '#kernel/problem';
import { sql } from '#kernel/sql';
import { nonparametric, sampleOf } from '#standards/reference-intervals';
import { testActor, testContext } from '../../../../tests/support/context.ts';
import { testLake } from '../../../../tests/support/lake.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import type {
  AgeGroup,
  Groups,
  IntervalAnswer,
  Repeat,
  TestGroup,
  TestKind,
  TestSummary,
  Turnaround,
  Use,
} from '../model.ts';
import { exploreRoutes } from './explore.ts';

/**
 * Goal: what is told of a test is what plain arithmetic over the same results gives, and never more than the asker may know.
 * Method: results made by a formula go into the real engine, in a table of the columns of the view; the routes' answers are compared with sums over the
 * array, as every role, at both reaches.
 */
const db = await testDatabase();
const lake = await testLake();
const app: FastifyInstance = Fastify();
let actor: Actor;
const permissions = new Map<Role, ReadonlySet<string>>();

interface Row {
  id: string;
  patient: string;
  code: string;
  code_text: string;
  time: string;
  value: number | null;
  comparator: string | null;
  unit: string;
  flag: string | null;
  status: string;
  organization: string;
  sex: string | null;
  birth_date: string | null;
  district: string;
  _tenant: string;
  _patients: string[];
  _resource: number;
}

const PERSONS = 300;
const SODIUM = '2951-2';

/** Two sodium results a person, a day apart; every tenth is high. Person 299 lives alone in her district. */
const rows: Row[] = Array.from({ length: PERSONS * 2 }, (_, at) => {
  const person = at >> 1;
  const second = at % 2 === 1;
  const day = 1 + (person % 27);
  return row(at, {
    patient: `p${person}`,
    time: `2025-${second ? '04' : '03'}-${String(day).padStart(2, '0')} 02:00:00.000`,
    value: Number((140 + 2.5 * quantileOf(person) + (second ? 0.4 : 0)).toFixed(1)),
    flag: person % 10 === 0 ? 'H' : 'N',
    sex: person % 2 === 0 ? 'male' : 'female',
    birth_date: `${1940 + (person % 60)}-06-15`,
    district: person === 299 ? '440118' : person % 3 === 0 ? '440106' : '440104',
    organization: person % 4 === 0 ? 'l2' : 'l1',
    _tenant: person % 4 === 0 ? 'l2' : 'l1',
  });
});
const odd: Row[] = [
  row(9001, { patient: 'p1', value: 5, comparator: '<' }),
  row(9002, { patient: 'p2', value: 300, unit: 'mg/dL' }),
  row(9003, { patient: 'p3', value: 900, status: 'entered-in-error' }),
  row(9004, { patient: 'p4', value: 141, code: '1988-5', unit: 'mg/L' }),
];

function row(at: number, parts: Partial<Row>): Row {
  const patient = parts.patient ?? 'p0';
  return {
    id: `r${at}`,
    patient,
    code: SODIUM,
    code_text: 'Sodium',
    time: '2025-03-05 02:00:00.000',
    value: 140,
    comparator: null,
    unit: 'mmol/L',
    flag: null,
    status: 'final',
    organization: 'l1',
    sex: 'male',
    birth_date: '1980-01-01',
    district: '440104',
    _tenant: 'l1',
    _patients: [patient],
    _resource: at,
    ...parts,
  };
}

/** Spread evenly, never twice in a row alike. */
function quantileOf(person: number): number {
  const share = ((person * 97) % PERSONS) / PERSONS;
  return Math.log((share + 0.01) / (1.01 - share)) / 1.7;
}

beforeAll(async () => {
  for (const role of ROLES) permissions.set(role, await findPermissions(db, [role]));
  for (const [name, resource] of [
    ['laboratory_result', 'Observation'],
    ['diagnostic_report', 'DiagnosticReport'],
  ] as const)
    await create(testContext(db), {
      resourceType: 'ViewDefinition',
      url: `https://example.org/ViewDefinition/${name}`,
      name,
      status: 'active',
      resource,
      select: [{ column: [{ name: 'id', path: 'getResourceKey()' }] }],
    });
  await lake.run(sql`
    create table laboratory_result (id String, patient String, _patient UInt64 default cityHash64(patient), code LowCardinality(String), code_text LowCardinality(Nullable(String)), time DateTime64(3, 'UTC'), value Nullable(Float64),
      comparator LowCardinality(Nullable(String)), unit LowCardinality(Nullable(String)), flag LowCardinality(Nullable(String)), status LowCardinality(Nullable(String)),
      organization LowCardinality(Nullable(String)), sex LowCardinality(Nullable(String)), birth_date Nullable(Date32), district LowCardinality(Nullable(String)),
      _tenant LowCardinality(String), _patients Array(String), _resource UInt64)
    engine = MergeTree order by (code, time)`);
  await lake.run(sql`
    create table diagnostic_report (id String, patient String, _patient UInt64 default cityHash64(patient), time DateTime64(3, 'UTC'), issued Nullable(DateTime64(3, 'UTC')), _tenant LowCardinality(String), _patients Array(String))
    engine = MergeTree order by id`);
  await lake.insert('laboratory_result', [...rows, ...odd].map((each) => JSON.stringify(each)).join('\n'));
  const reports = rows
    .filter((_, at) => at % 2 === 0)
    .map(({ id, patient, time, _tenant, _patients }, at) => ({
      id,
      patient,
      time,
      issued: time.replace('02:00', `0${3 + (at % 3)}:00`),
      _tenant,
      _patients,
    }));
  await lake.insert('diagnostic_report', reports.map((each) => JSON.stringify(each)).join('\n'));
  app.setErrorHandler((error, _, reply) => {
    if (!(error instanceof Problem)) throw error;
    return reply.code(error.status).send({ error: { kind: error.kind, message: error.message, issues: error.issues } });
  });
  as('regulator');
  exploreRoutes(app, { lake, context: async () => testContext(db, { actor }) } as unknown as Door);
});
afterEach(() => as('regulator'));
afterAll(() => app.close());

function as(role: Role, organizations: string[] = []): void {
  actor = testActor(role, { permissions: permissions.get(role) ?? new Set(), organizations });
}

async function get<T>(path: string, query: Record<string, string> = {}, status = 200): Promise<T> {
  const reply = await app.inject({ url: `/api/laboratory/${path}?${new URLSearchParams(query)}` });
  expect({ status: reply.statusCode, body: reply.statusCode === status ? '' : reply.body }).toEqual({
    status,
    body: '',
  });
  return reply.json() as T;
}

const sodium = { code: SODIUM, unit: 'mmol/L' };
const period = { since: '2025-03-01', until: '2025-04-30' };

describe('a test', () => {
  test('tests that occur are found, each unit by itself, small ones not', async () => {
    const { tests, districts, organizations, reaches } = await get<{
      tests: TestKind[];
      districts: string[];
      organizations: string[];
      reaches: string[];
    }>('tests');
    expect(tests).toEqual([{ ...sodium, name: { en: 'Sodium', zh: expect.any(String) }, results: 602 }]);
    expect(districts.sort()).toEqual(['440104', '440106']);
    expect(organizations.sort()).toEqual(['l1', 'l2']);
    expect(reaches).toEqual(['population']);
  });

  test('the summary is the arithmetic of the results, and says what was left out', async () => {
    const summary = await get<TestSummary>('explore/summary', sodium);
    const values = rows.map(({ value }) => value!);
    const direct = nonparametric(sampleOf(values));
    expect(summary).toMatchObject({ enough: true, results: 600, persons: PERSONS, smallest: 10 });
    expect(summary.mean).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / values.length, 9);
    expect(summary.percentiles.find(({ p }) => p === 2.5)?.value).toBeCloseTo(
      'lower' in direct ? direct.lower.value : 0,
      9,
    );
    expect(summary.percentiles.find(({ p }) => p === 97.5)?.value).toBeCloseTo(
      'upper' in direct ? direct.upper.value : 0,
      9,
    );
    expect(summary.bins.reduce((sum, { results }) => sum + results, 0)).toBe(600);
    for (const [at, bin] of summary.bins.entries()) {
      const first = at === 0 ? -Infinity : bin.low;
      const last = at === summary.bins.length - 1 ? Infinity : bin.high;
      expect(bin.results).toBe(values.filter((value) => value >= first && value < last).length);
    }
    expect(summary.flagged).toEqual({ flagged: 60, of: 600 });
    expect(summary.excluded).toEqual({ belowOrAbove: 1, unfinished: 1, otherUnits: 1, outliers: 0 });
    expect(summary.published).toEqual([
      { low: 137, high: 147, source: expect.any(String), kind: 'reference', from: 18 },
    ]);
    expect(summary.until).toBe('2025-04-27T02:00:00Z');
    expect(summary.lagSeconds).toBe(0);
  });

  test('filters choose by sex, age on that day, place, day and first result', async () => {
    const count = async (query: Record<string, string>) =>
      (await get<TestSummary>('explore/summary', { ...sodium, ...query })).results;
    expect(await count({ sex: 'female' })).toBe(300);
    expect(await count({ first: 'true' })).toBe(300);
    expect(await count({ district: '440106' })).toBe(rows.filter(({ district }) => district === '440106').length);
    expect(await count({ organization: 'l2' })).toBe(150);
    // Ten in the morning in Shanghai: the day is the same as in UTC; the last day is included.
    expect(await count({ since: '2025-03-03', until: '2025-03-05' })).toBe(
      rows.filter(({ time }) => time >= '2025-03-03' && time < '2025-03-06').length,
    );
    const age = ({ birth_date, time }: Row) =>
      Number(time.slice(0, 4)) - Number(birth_date!.slice(0, 4)) - (time.slice(5, 10) < birth_date!.slice(5) ? 1 : 0);
    expect(await count({ ageFrom: '30', ageTo: '39' })).toBe(
      rows.filter((each) => age(each) >= 30 && age(each) <= 39).length,
    );
    const first = await get<TestSummary>('explore/summary', { ...sodium, first: 'true' });
    expect(first.until).toBe('2025-03-27T02:00:00Z');
  });

  test('outliers go beyond the fences, and are counted', async () => {
    const kept = await get<TestSummary>('explore/summary', sodium);
    const cut = await get<TestSummary>('explore/summary', { ...sodium, outliers: 'tukey' });
    expect(cut.fences?.low).toBeGreaterThan(100);
    expect(cut.results + cut.excluded.outliers).toBe(kept.results);
    const { low, high } = cut.fences!;
    expect(cut.results).toBe(rows.filter(({ value }) => value! >= low! && value! <= high!).length);
  });

  test('groups hold what falls into them, and small ones are hidden with their complement', async () => {
    const { groups, hidden } = await get<Groups<TestGroup>>('explore/groups/district', sodium);
    // One person lives in 440118: hiding her alone would tell her by subtraction, so the smallest other group is hidden too.
    expect(groups.map(({ key }) => key)).toEqual(['440104']);
    expect(hidden).toBe(2);
    const bySex = await get<Groups<TestGroup>>('explore/groups/sex', sodium);
    expect(bySex.groups.map(({ key, results }) => [key, results]).sort()).toEqual([
      ['female', 300],
      ['male', 300],
    ]);
    const months = await get<Groups<TestGroup>>('explore/groups/month', sodium);
    expect(months.groups.map(({ key, results }) => [key, results])).toEqual([
      ['2025-03-01', 300],
      ['2025-04-01', 300],
    ]);
    const { groups: ages } = await get<Groups<AgeGroup>>('explore/ages', sodium);
    expect(ages.reduce((sum, { results }) => sum + results, 0)).toBe(600);
    expect(ages[0]).toMatchObject({ sex: 'female', ageFrom: 25, ageTo: 30 });
    expect(ages.every(({ persons }) => persons >= 10)).toBe(true);
  });

  test('too few persons are not told, whatever is asked', async () => {
    const summary = await get<TestSummary>('explore/summary', { ...sodium, district: '440118' });
    expect(summary).toMatchObject({ enough: false, results: 0, persons: 0, percentiles: [], bins: [] });
    const reply = await app.inject({
      method: 'POST',
      url: `/api/laboratory/explore/intervals?${new URLSearchParams({ ...sodium, district: '440118' })}`,
    });
    expect(reply.json()).toMatchObject({ enough: false, estimates: [] });
  });

  test('reference intervals are estimated beside, with progress, and can be given up', {
    timeout: 120_000,
  }, async () => {
    const begin = async (): Promise<IntervalAnswer> =>
      (
        await app.inject({
          method: 'POST',
          url: `/api/laboratory/explore/intervals?${new URLSearchParams({ ...sodium, first: 'true' })}`,
        })
      ).json();
    const given = await begin();
    expect(['waiting', 'running']).toContain(given.state);
    expect((await begin()).id).toBe(given.id);
    as('researcher');
    await get(`explore/intervals/${given.id}`, {}, 404);
    as('regulator');
    await app.inject({ method: 'DELETE', url: `/api/laboratory/explore/intervals/${given.id}` });
    await get(`explore/intervals/${given.id}`, {}, 404);

    let answer = await begin();
    while (answer.state !== 'done') {
      expect(answer.state).not.toBe('failed');
      await new Promise((done) => setTimeout(done, 100));
      answer = await get<IntervalAnswer>(`explore/intervals/${answer.id}`);
    }
    const direct = nonparametric(sampleOf(rows.filter((_, at) => at % 2 === 0).map(({ value }) => value!)));
    const told = answer.estimates.find(({ method, sex }) => method === 'nonparametric' && sex === undefined);
    expect(told).toMatchObject({ n: 300, lower: 'lower' in direct ? direct.lower : {} });
    expect(answer.estimates.find(({ method, sex }) => method === 'inverse' && sex === undefined)).toMatchObject({
      unanswered: 'too-few',
      needed: 400,
    });
    expect(answer.partition?.z).toBeGreaterThanOrEqual(0);
  });

  test.each([
    ['explore/summary', { unit: 'mmol/L' }],
    ['explore/summary', { ...sodium, ageFrom: '-1' }],
    ['explore/summary', { ...sodium, since: '2025-02-30' }],
    ['explore/summary', { ...sodium, outliers: 'none' }],
    ['use', {}],
    ['use', { since: '2020-01-01', until: '2019-01-01' }],
  ])('%s with %o is refused', async (path, query) => {
    const reply = await app.inject({ url: `/api/laboratory/${path}?${new URLSearchParams(query as never)}` });
    expect(reply.statusCode).toBe(400);
  });

  test('a question that fails fails alone: nothing else is left unheard', async () => {
    const unheard: unknown[] = [];
    const hear = (reason: unknown): number => unheard.push(reason);
    process.on('unhandledRejection', hear);
    const failing = Fastify();
    const rows: Lake['rows'] = (ask, options) =>
      ask.text.includes('stddevSamp')
        ? Promise.reject(new Problem('gone', 'who asked went away'))
        : lake.rows(ask, options);
    exploreRoutes(failing, {
      lake: { ...lake, rows },
      context: async () => testContext(db, { actor }),
    } as unknown as Door);
    const reply = await failing.inject({ url: `/api/laboratory/explore/summary?${new URLSearchParams(sodium)}` });
    expect(reply.statusCode).toBeGreaterThanOrEqual(400);
    await new Promise((done) => setTimeout(done, 50));
    await failing.close();
    process.off('unhandledRejection', hear);
    expect(unheard).toEqual([]);
  });

  test('a name that is SQL stays a name', async () => {
    const summary = await get<TestSummary>('explore/summary', { code: "x' or 1=1 --", unit: '' });
    expect(summary).toMatchObject({ enough: false, results: 0 });
  });
});

describe('use of tests', () => {
  test('counts, growth, months and organizations', async () => {
    const use = await get<Use>('use', { since: '2025-04-01', until: '2025-04-30' });
    // The thirty days before, from 2 March on.
    const before = rows.filter(({ time }) => time >= '2025-03-02' && time < '2025-04-01').length;
    expect(use.tests).toEqual([
      expect.objectContaining({
        code: SODIUM,
        results: 300,
        persons: PERSONS,
        before: before + 2,
        flagged: 30,
        ofFlagged: 300,
      }),
    ]);
    expect(use.months).toEqual([{ month: '2025-04-01', results: 300, persons: PERSONS }]);
    expect(use.organizations.map(({ key, results }) => [key, results])).toEqual([
      ['l1', 225],
      ['l2', 75],
    ]);
  });

  test('a repeat is early when it comes before the interval, published or chosen', async () => {
    const { repeats } = await get<{ repeats: Repeat[] }>('use/repeats', period);
    expect(repeats).toEqual([
      expect.objectContaining({
        code: SODIUM,
        hours: 24,
        persons: PERSONS,
        source: expect.objectContaining({ en: expect.stringContaining('Leeds') }),
      }),
    ]);
    expect(repeats[0]!.early).toBeLessThanOrEqual(4);
    const chosen = await get<{ repeats: Repeat[] }>('use/repeats', { ...period, days: '32' });
    // A month lies between a person's two results.
    expect(chosen.repeats[0]!.early).toBeGreaterThanOrEqual(300);
    expect(chosen.repeats[0]).toMatchObject({ hours: 768 });
    expect(chosen.repeats[0]!.medianDays).toBeCloseTo(31, 5);
  });

  test('turnaround is from the specimen to the first report on it', async () => {
    const { turnarounds } = await get<{ turnarounds: Turnaround[] }>('use/turnarounds', period);
    expect(turnarounds).toEqual([
      expect.objectContaining({ code: SODIUM, results: 300, persons: PERSONS, medianMin: 120, p90Min: 180 }),
    ]);
  });
});

describe('who may ask', () => {
  test('every role gets what its reach is, and each look is in the trail', async () => {
    const seen: Partial<Record<Role, number | string>> = {};
    for (const role of ROLES) {
      if (role === 'system') continue;
      as(role, ['l1']);
      const reply = await app.inject({ url: `/api/laboratory/explore/summary?${new URLSearchParams(sodium)}` });
      seen[role] = reply.statusCode === 200 ? (reply.json() as TestSummary).results : reply.json().error.kind;
    }
    expect(seen).toEqual({
      administrator: 'forbidden',
      clinician: 450,
      'laboratory-technician': 450,
      'laboratory-director': 450,
      courier: 'forbidden',
      patient: 'forbidden',
      regulator: 600,
      researcher: 600,
      'data-buyer': 'forbidden',
      enterprise: 'forbidden',
      'park-operator': 'forbidden',
      investor: 'forbidden',
    });
    const trail = await db.rows<{ actor: string }>(
      sql`select distinct actor from access.audit where act = 'laboratory.test-explored' order by actor`,
    );
    expect(trail.map(({ actor }) => actor)).toEqual(
      expect.arrayContaining(['test/clinician', 'test/laboratory-technician', 'test/regulator', 'test/researcher']),
    );
  });

  test('who has no rows of her own may not ask for rows', async () => {
    as('researcher');
    await get('explore/summary', { ...sodium, reach: 'rows' }, 403);
    as('laboratory-technician', ['l1']);
    await get('explore/summary', { ...sodium, reach: 'population' }, 403);
    const summary = await get<TestSummary>('explore/summary', sodium);
    expect(summary.smallest).toBeUndefined();
  });
});
