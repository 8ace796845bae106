import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findPermissions, openCare } from '#kernel/access';
import { type Actor, ROLES, type Role } from '#kernel/context';
import { create } from '#kernel/fhir';
import type { Door } from '#kernel/http';
import type { Lake } from '#kernel/lake';
import { Problem } from '#kernel/problem';
import { identifier, type Pool, sql } from '#kernel/sql';
import { testActor, testContext } from '../../../../tests/support/context.ts';
import { testLake } from '../../../../tests/support/lake.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import { recordsRoutes } from '../index.ts';
import type { CodeOffer, Cohort, CohortCounts, PersonHistory, QuestionRun, SavedQuestion } from '../model.ts';

/**
 * Goal: who may ask gets counts, rounded where the persons are not theirs; rows leave only with a purpose, for those who may see them, and
 * everybody concerned learns of it.
 * Method: sixty persons of two organizations in the real engine, every role at every route, on a real database.
 */
const NOW = new Date('2026-11-22T04:00:00Z');
const HBA1C = { system: 'http://loinc.org', code: '4548-4' };
let pool: Pool;
let lake: Lake;
let app: FastifyInstance;
let actor: Actor;

const roles = new Map<Role, ReadonlySet<string>>();
const become = (role: Role, parts: Partial<Actor> = {}): void => {
  actor = testActor(role, { permissions: roles.get(role) ?? new Set(), organizations: ['o1'], ...parts });
};

beforeAll(async () => {
  pool = await testDatabase();
  lake = await testLake();
  for (const role of ROLES) roles.set(role, await findPermissions(pool, [role]));
  await makeViews();
  app = Fastify();
  app.setErrorHandler((error, _, reply) => {
    if (!(error instanceof Problem)) throw error;
    return reply.code(error.status).send({ error: { kind: error.kind, message: error.message, facts: error.facts } });
  });
  recordsRoutes(app, { lake, context: async () => testContext(pool, { actor, now: () => NOW }) } as unknown as Door);
});

beforeEach(() => become('researcher', { organizations: [] }));

afterAll(() => app?.close());

/** Persons 0 to 39 are of o1, 40 to 59 of o2. Every third has a high HbA1c in March and in August, and each an older normal one. */
async function makeViews(): Promise<void> {
  await lake.run(sql`
    create table person (id String, sex Nullable(String), birth_date Nullable(Date32), district Nullable(String), organization Nullable(String),
      deceased Nullable(Bool), deceased_at Nullable(DateTime64(3, 'UTC')), replaced_by Nullable(String), _tenant LowCardinality(String), _patients Array(String)) engine = MergeTree order by id`);
  for (const name of ['laboratory_result', 'laboratory_result_by_patient'])
    await lake.run(sql`
      create table ${identifier(name)} (
        id String, patient String, _patient UInt64 default cityHash64(patient), code LowCardinality(String), code_system LowCardinality(Nullable(String)), code_text LowCardinality(Nullable(String)),
        time DateTime64(3, 'UTC'), value Nullable(Float64), comparator LowCardinality(Nullable(String)), unit LowCardinality(Nullable(String)),
        value_code LowCardinality(Nullable(String)), value_text Nullable(String), flag LowCardinality(Nullable(String)), low Nullable(Float64),
        high Nullable(Float64), status LowCardinality(Nullable(String)), _tenant LowCardinality(String), _patients Array(String)
      ) engine = MergeTree order by id`);
  const ctx = testContext(pool);
  for (const [name, resource] of [
    ['person', 'Patient'],
    ['laboratory_result', 'Observation'],
  ] as const)
    await create(ctx, {
      resourceType: 'ViewDefinition',
      url: `https://banyan.health/fhir/ViewDefinition/${name}`,
      name,
      resource,
      status: 'active',
      select: [{ column: [{ name: 'id', path: 'getResourceKey()' }] }],
    });
  const people: object[] = [];
  const results: object[] = [];
  for (let at = 0; at < 60; at += 1) {
    const id = `p${at}`;
    const own = { _tenant: at < 40 ? 'o1' : 'o2', _patients: [id] };
    people.push({
      id,
      ...own,
      organization: own._tenant,
      sex: at % 2 === 0 ? 'female' : 'male',
      birth_date: `${1950 + (at % 4) * 10}-06-15`,
      district: at % 6 === 0 ? '440105' : '440104',
    });
    const high = at % 3 === 0;
    for (const [time, value] of [
      ['2026-01-10 01:00:00', 5.2],
      ...(high
        ? ([
            ['2026-03-01 01:00:00', 7.1],
            ['2026-08-01 01:00:00', 8],
          ] as const)
        : []),
    ] as const)
      results.push({
        id: `r${results.length}`,
        patient: id,
        ...own,
        code: HBA1C.code,
        code_system: HBA1C.system,
        code_text: 'HbA1c, "glycated"',
        time,
        value,
        unit: '%',
        status: 'final',
        low: 4,
        high: 6,
      });
  }
  const lines = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).join('\n');
  await lake.insert('person', lines(people));
  await lake.insert('laboratory_result', lines(results));
  await lake.insert('laboratory_result_by_patient', lines(results));
}

const twice: Cohort = {
  form: 1,
  include: [
    { kind: 'person', sexes: ['female'] },
    {
      kind: 'event',
      event: { source: 'result', codes: [HBA1C], unit: '%', value: { least: 6.5 } },
      times: { atLeast: 2, apartDays: 90 },
    },
  ],
  exclude: [{ kind: 'person', places: ['440105'] }],
};
const everybody: Cohort = { form: 1, include: [], exclude: [] };

async function send<T>(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  url: string,
  payload?: object,
  status = 200,
): Promise<T> {
  const reply = await app.inject({ method, url, ...(payload !== undefined && { payload }) });
  expect(reply.statusCode, reply.body).toBe(status);
  return (reply.body === '' ? undefined : reply.json()) as T;
}

const count = (cohort: Cohort, reach: string, status = 200) =>
  send<CohortCounts>('POST', '/api/records/cohorts/count', { cohort, reach }, status);

describe('counts', () => {
  test('of one’s own rows are exact', async () => {
    become('clinician');
    const counts = await count(twice, 'rows');
    // Of 40 persons of o1, 20 are female (even), 7 of these high (multiples of 6), all of them in 440105.
    expect(counts).toMatchObject({
      everybody: 40,
      steps: [
        { left: 20, removed: 20 },
        { left: 7, removed: 13 },
        { left: 0, removed: 7 },
      ],
    });
    const { ages, places, months } = await count({ ...twice, exclude: [] }, 'rows');
    expect(places).toEqual([{ code: '440105', persons: 7 }]);
    expect(months).toEqual([{ month: '2026-03', persons: 7 }]);
    expect(ages).toEqual([
      { sex: 'female', from: 50, persons: 3 },
      { sex: 'female', from: 70, persons: 4 },
    ]);
  });

  test('of the population are rounded to ten, and nobody looks like few', async () => {
    const counts = await count(twice, 'population');
    // 60, 30 female, 10 high, none outside 440105: the last step must not tell nobody from somebody.
    expect(counts).toMatchObject({
      smallest: 10,
      everybody: 60,
      steps: [
        { left: 30, removed: 30 },
        { left: 10, removed: 20 },
        { left: 'few', removed: 10 },
      ],
    });
    expect(counts.ages).toEqual([]);
    const { everybody: all, places } = await count(everybody, 'population');
    expect(all).toBe(60);
    expect(places).toEqual([
      { code: '440104', persons: 50 },
      { code: '440105', persons: 10 },
    ]);
  });

  test('of the population of one organization are of its rows alone', async () => {
    become('laboratory-director');
    expect((await count(everybody, 'population')).everybody).toBe(40);
  });

  test('are in the audit trail with what was asked', async () => {
    await count(twice, 'population');
    const { count: noted } = await pool.one<{ count: number }>(sql`
      select count(*) from access.audit
      where act = 'records.cohort-counted' and detail ->> 'reach' = 'population' and detail -> 'cohort' -> 'exclude' -> 0 ->> 'kind' = 'person'
    `);
    expect(noted).toBeGreaterThan(0);
  });

  test.each([
    [{ form: 2, include: [], exclude: [] }, 'cohort.form'],
    [
      { form: 1, include: [{ kind: 'event', event: { source: 'result', value: { least: 1 } } }], exclude: [] },
      'include[0].event.unit',
    ],
    [{ form: 1, include: [{ kind: 'person' }], exclude: [] }, 'include[0]'],
    [{ form: 1, include: [{ kind: 'person', sexes: ['male'], name: 'x' }], exclude: [] }, 'include[0].name'],
    [{ form: 1, include: [], exclude: [{ kind: 'person', age: { from: 5, to: 4 } }] }, 'exclude[0].age'],
    [
      { form: 1, include: [{ kind: 'event', event: { source: 'condition', since: '2026-02-30' } }], exclude: [] },
      'include[0].event.since',
    ],
  ])('of what is no cohort are refused: %j', async (cohort, path) => {
    const told = await send<{ error: { facts: { path: string } } }>(
      'POST',
      '/api/records/cohorts/count',
      { cohort, reach: 'population' },
      400,
    );
    expect(told.error.facts.path).toBe(path);
  });

  const asking: Partial<Record<Role, [rows: number, population: number]>> = {
    clinician: [200, 200],
    'laboratory-director': [200, 200],
    regulator: [403, 200],
    researcher: [403, 200],
  };
  test.each(ROLES.filter((role) => role !== 'system'))('for the role %s', async (role) => {
    become(role, role === 'patient' ? { patient: 'p1' } : {});
    const [rows, population] = asking[role] ?? [403, 403];
    await count(everybody, 'rows', rows);
    await count(everybody, 'population', population);
    await send('GET', '/api/records/cohorts/codes?source=result&reach=population', undefined, population);
    await send('GET', '/api/records/questions', undefined, population);
    const download = { cohort: everybody, what: 'person', format: 'csv', purpose: 'a study of diabetes' };
    const reply = await app.inject({ method: 'POST', url: '/api/records/cohorts/rows', payload: download });
    expect(reply.statusCode).toBe(rows);
  });
});

test('a question ends with the person who asked', async () => {
  let told: (reason: unknown) => void = () => {};
  const stopped = new Promise((resolve) => {
    told = resolve;
  });
  const rows = (_: unknown, { signal }: { signal: AbortSignal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        told('stopped');
        reject(signal.reason as Error);
      });
      leaving.abort();
    });
  const slow = Fastify();
  recordsRoutes(slow, { lake: { rows }, context: async () => testContext(pool, { actor }) } as unknown as Door);
  const address = await slow.listen({ host: '127.0.0.1', port: 0 });
  const leaving = new AbortController();
  const asked = fetch(`${address}/api/records/cohorts/count`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ cohort: everybody, reach: 'population' }),
    signal: leaving.signal,
  });
  await expect(asked).rejects.toThrow();
  expect(await stopped).toBe('stopped');
  await slow.close();
});

describe('codes', () => {
  test.each([['4548'], ['糖化'], ['hba1c'], ['']])('are found by %s', async (q) => {
    const { codes } = await send<{ codes: CodeOffer[] }>(
      'GET',
      `/api/records/cohorts/codes?source=result&reach=population&q=${encodeURIComponent(q)}`,
    );
    expect(codes).toMatchObject([{ ...HBA1C, events: 100, units: ['%'] }]);
  });

  test('are not found by what nobody calls them', async () => {
    expect(await send('GET', '/api/records/cohorts/codes?source=result&reach=population&q=zzz')).toEqual({ codes: [] });
  });
});

describe('a download', () => {
  const ask = (payload: object) => app.inject({ method: 'POST', url: '/api/records/cohorts/rows', payload });
  const purpose = 'a study of diabetes in Guangzhou';

  test('as CSV has a row for each person that the actor may see', async () => {
    become('clinician');
    const reply = await ask({ cohort: { ...twice, exclude: [] }, what: 'person', format: 'csv', purpose });
    expect(reply.headers['x-persons']).toBe('7');
    const [header, ...lines] = reply.body.trim().split('\n');
    expect(header).toContain('"patient"');
    expect(lines).toHaveLength(7);
    expect(lines[0]).toContain('"p0","female","1950-06-15"');
  });

  test('as Parquet is read by another engine', async () => {
    become('clinician');
    const reply = await ask({
      cohort: { ...twice, exclude: [] },
      what: 'result',
      named: true,
      format: 'parquet',
      purpose,
    });
    expect(reply.headers['x-rows']).toBe('21');
    const folder = await mkdtemp(join(tmpdir(), 'banyan-parquet-'));
    await writeFile(join(folder, 'rows.parquet'), reply.rawPayload);
    const duck = await (await DuckDBInstance.create()).connect();
    const rows = await duck.runAndReadAll(
      `select count(*)::int, count(distinct patient)::int, max(value), any_value(code_text::varchar) from '${join(folder, 'rows.parquet')}'`,
    );
    expect(rows.getRows()).toEqual([[21, 7, 8, 'HbA1c, "glycated"']]);
    await rm(folder, { recursive: true });
  });

  test('as ndjson keeps hidden columns to itself', async () => {
    become('clinician');
    const reply = await ask({ cohort: { ...twice, exclude: [] }, what: 'result', format: 'ndjson', purpose });
    const rows = reply.body
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(rows).toHaveLength(21);
    expect(Object.keys(rows[0] as object).filter((name) => name.startsWith('_'))).toEqual([]);
  });

  test('is one act that names every person and the purpose', async () => {
    become('clinician');
    await ask({ cohort: { ...twice, exclude: [] }, what: 'person', format: 'csv', purpose: 'a study of the trail' });
    const row = await pool.one<{ patients: string[]; detail: object }>(
      sql`select patients, detail from access.audit where act = 'records.cohort-downloaded' and detail ->> 'purpose' = 'a study of the trail'`,
    );
    expect(row.patients).toHaveLength(7);
    expect(row.detail).toMatchObject({ persons: 7, rows: 7, format: 'csv' });
  });

  test('without a purpose is refused, and one of nobody is not made', async () => {
    become('clinician');
    expect((await ask({ cohort: everybody, what: 'person', format: 'csv', purpose: 'why not' })).statusCode).toBe(400);
    expect((await ask({ cohort: everybody, what: 'person', format: 'xlsx', purpose })).statusCode).toBe(400);
    expect((await ask({ cohort: twice, what: 'person', format: 'csv', purpose })).statusCode).toBe(404);
  });
});

describe('a question', () => {
  const kept = {
    name: 'Diabetes by HbA1c',
    about: 'Twice, 90 days apart',
    question: { kind: 'cohort', cohort: twice, reach: 'population' },
  };
  const list = async (q = '') =>
    (await send<{ questions: SavedQuestion[] }>('GET', `/api/records/questions?q=${q}`)).questions;

  test('is kept, found, changed, run again, taken away and brought back', async () => {
    become('researcher', { id: 'r1', organizations: ['o9'] });
    const first = await send<SavedQuestion>('POST', '/api/records/questions', kept, 201);
    expect(first).toMatchObject({ ...kept, version: 1, own: true, sharedWith: [] });
    expect(await list('hba1C')).toHaveLength(1);
    expect(await list('100%25')).toEqual([]);

    const path = `/api/records/questions/${first.id}`;
    const second = await send<SavedQuestion>('PUT', path, { ...kept, name: 'Diabetes' });
    expect(second).toMatchObject({ name: 'Diabetes', version: 2 });
    const { versions } = await send<{ versions: { version: number; name: string }[] }>('GET', `${path}/versions`);
    expect(versions.map(({ version, name }) => [version, name])).toEqual([
      [2, 'Diabetes'],
      [1, 'Diabetes by HbA1c'],
    ]);

    await send('POST', `${path}/runs`);
    await send('POST', `${path}/runs`);
    const { runs } = await send<{ runs: QuestionRun[] }>('GET', `${path}/runs`);
    expect(runs.map(({ count: each }) => each)).toEqual(['few', 'few']);
    expect((await list())[0]?.lastRun).toMatchObject({ count: 'few', version: 2 });

    await send('DELETE', path, undefined, 204);
    expect(await list()).toEqual([]);
    await send('GET', path, undefined, 404);
    await send('POST', `${path}/restore`, undefined, 204);
    expect(await list()).toHaveLength(1);
  });

  test('is seen by those it is shared with, who cannot change it nor see what others counted', async () => {
    become('clinician', { id: 'c1', organizations: ['o1'] });
    const mine = { ...kept, question: { kind: 'cohort', cohort: everybody, reach: 'rows' } };
    const { id } = await send<SavedQuestion>('POST', '/api/records/questions', mine, 201);
    const path = `/api/records/questions/${id}`;
    await send('POST', `${path}/runs`);
    become('clinician', { id: 'c2', organizations: ['o1'] });
    await send('GET', path, undefined, 404);
    become('clinician', { id: 'c1', organizations: ['o1'] });
    await send('PUT', `${path}/shared`, { shared: true }, 204);
    become('clinician', { id: 'c2', organizations: ['o1'] });
    expect(await send('GET', path)).toMatchObject({ own: false, madeBy: 'c1', sharedWith: ['o1'] });
    expect(await send('GET', `${path}/runs`)).toEqual({ runs: [] });
    await send('PUT', path, mine, 403);
    await send('DELETE', path, undefined, 404);
    become('clinician', { id: 'c3', organizations: ['o2'] });
    await send('GET', path, undefined, 404);
  });

  test.each([
    [{ ...kept, name: ' ' }],
    [{ ...kept, question: { kind: 'page', address: 'https://elsewhere.example' } }],
    [{ ...kept, question: { kind: 'page', address: '//elsewhere.example' } }],
    [{ ...kept, question: { kind: 'rumour' } }],
  ])('that is none is refused: %j', async (body) => {
    await send('POST', '/api/records/questions', body, 400);
  });

  test('may be a page of the app', async () => {
    const page = { name: 'Glucose by age', question: { kind: 'page', address: '/laboratory/explore?test=2345-7' } };
    expect(await send('POST', '/api/records/questions', page, 201)).toMatchObject(page);
  });
});

describe('a person’s history', () => {
  test('has all results by test, for whoever may open the person', async () => {
    const { id } = await create(testContext(pool), { resourceType: 'Patient', gender: 'female' });
    const row = {
      id: 'h1',
      patient: id,
      code: '2345-7',
      code_system: 'http://loinc.org',
      code_text: 'Glucose',
      unit: 'mmol/L',
      status: 'final',
      _tenant: 'o7',
      _patients: [id],
    };
    await lake.insert(
      'laboratory_result_by_patient',
      [
        { ...row, time: '2024-05-01 00:00:00', value: 5, comparator: '<' },
        { ...row, id: 'h2', time: '2020-05-01 16:30:00', value: 9, flag: 'H', low: 3.9, high: 6.1 },
        { ...row, id: 'h3', time: '2020-05-02 00:00:00', value: 1, status: 'entered-in-error' },
      ]
        .map((each) => JSON.stringify(each))
        .join('\n'),
    );
    become('clinician', { organizations: ['o8'] });
    await send('GET', `/api/records/people/${id}/history`, undefined, 404);
    await openCare(pool, [{ patient: id, organization: 'o8', ground: 'encounter', since: new Date('2026-01-01') }]);
    const history = await send<PersonHistory>('GET', `/api/records/people/${id}/history`);
    expect(history).toMatchObject({
      results: 2,
      cut: false,
      tests: [
        {
          code: '2345-7',
          unit: 'mmol/L',
          name: 'Glucose',
          points: [
            { at: '2020-05-01T16:30:00.000Z', value: 9, flag: 'H', low: 3.9, high: 6.1 },
            { at: '2024-05-01T00:00:00.000Z', value: 5, comparator: '<' },
          ],
        },
      ],
    });
    become('researcher');
    await send('GET', `/api/records/people/${id}/history`, undefined, 403);
  });
});
