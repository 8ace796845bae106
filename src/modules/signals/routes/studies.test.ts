import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findPermissions } from '#kernel/access';
import { type Actor, ROLES, type Role } from '#kernel/context';
import { create } from '#kernel/fhir';
import type { Door } from '#kernel/http';
import type { Lake } from '#kernel/lake';
import { identifier, type Pool, sql } from '#kernel/sql';
import { testActor, testContext } from '../../../../tests/support/context.ts';
import { testLake } from '../../../../tests/support/lake.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import { problemApp } from '../../../../tests/support/visits.ts';
import { type Computing, startComputing } from '../actions/compute/index.ts';
import { analyseNext } from '../actions/study-runs.ts';
import { signalsRoutes } from '../index.ts';
import type { StudyLine, StudyPage, StudyProtocol, StudyReport, StudyRun } from '../model.ts';
import { exampleProtocol, exampleRows } from '../rules/index.ts';

/**
 * Goal: a protocol with its rows comes to the figures that were planted in them, the same again after an interruption, and each step can be had again from its bundle; who is
 * not concerned sees nothing, and of the population no small group is told.
 * Method: the worked example and planted persons, in a real database, the real engine and the real thread.
 */
const NOW = new Date('2026-11-22T04:00:00Z');
let pool: Pool;
let lake: Lake;
let computing: Computing;
let app: FastifyInstance;
let actor: Actor;

const roles = new Map<Role, ReadonlySet<string>>();
const become = (role: Role, parts: Partial<Actor> = {}): void => {
  actor = testActor(role, { permissions: roles.get(role) ?? new Set(), organizations: ['o1'], ...parts });
};

beforeAll(async () => {
  pool = await testDatabase();
  lake = await testLake();
  computing = startComputing();
  for (const role of ROLES) roles.set(role, await findPermissions(pool, [role]));
  await plant();
  app = problemApp();
  signalsRoutes(
    app,
    { lake, context: async () => testContext(pool, { actor, now: () => NOW }) } as unknown as Door,
    computing,
  );
});

beforeEach(() => become('researcher'));

afterAll(async () => {
  await app?.close();
  await computing?.stop();
});

async function send<T>(method: 'GET' | 'POST' | 'PUT', path: string, payload?: object, status = 200): Promise<T> {
  const answer = await app.inject({ method, url: `/api/signals/studies${path}`, ...(payload && { payload }) });
  expect(answer.statusCode, answer.body).toBe(status);
  return answer.json<T>();
}

interface Told {
  run: StudyRun;
  report: StudyReport;
}

const work = async (): Promise<void> => {
  const own = testContext(pool, { now: () => NOW });
  while (await analyseNext(own, computing));
};

async function signOff(id: string): Promise<StudyPage> {
  const { version } = await send<StudyPage>('GET', `/${id}`);
  return send<StudyPage>('POST', `/${id}/sign-off`, { version });
}

async function analysed(id: string): Promise<Told> {
  await signOff(id);
  const { run } = await send<{ run: string }>('POST', `/${id}/runs`);
  await work();
  return send<Told>('GET', `/${id}/runs/${run}`);
}

describe('the worked example', () => {
  test('comes to the survival that was planted, and every step can be had again from its bundle', async () => {
    const study = await send<StudyPage>('POST', '/example');
    const { run, report } = await analysed(study.id);
    expect(run).toMatchObject({ state: 'done', version: 1, trouble: null });
    expect(report.steps.filter(({ refusal }) => refusal !== null)).toEqual([]);
    const [survival, infection, responder, meld, albumin] = report.endpoints;
    expect(survival!.n).toEqual({ treated: 56, control: 54 });
    expect(survival!.events).toEqual({ treated: 15, control: 24 });
    const ends = survival!.curves.map(({ group, value }) => [group, Math.round(1000 * value.at(-1)!) / 10]);
    expect(ends).toEqual([
      ['control', 55.6],
      ['treated', 73.2],
    ]);
    expect(survival!.effects.map(({ measure, adjusted }) => [measure, adjusted])).toEqual([
      ['hazardRatio', true],
      ['hazardRatio', false],
      ['restrictedMean', false],
    ]);
    expect(survival!.effects[1]!.estimate).toBeLessThan(1);
    expect(survival!.forest!.factors.map(({ column }) => column)).toEqual(['sex', 'age', 'meld', 'encephalopathy']);
    expect(infection!.incidences).toHaveLength(4);
    expect(responder!.effects.map(({ measure }) => measure)).toContain('riskDifference');
    expect(meld!.levels).toHaveLength(6);
    expect(albumin!.imputed).not.toBeNull();
    // Overlap weights balance exactly.
    for (const { after } of report.balance) expect(Math.abs(after!)).toBeLessThan(1e-6);
    expect(report.dimensions!.rows).toHaveLength(5);
    expect(report.endpoints.every(({ pAdjusted }) => pAdjusted !== null)).toBe(true);

    interface Bundle {
      steps: { method: string; input: unknown; output: unknown }[];
    }
    const { steps } = await send<Bundle>('GET', `/${study.id}/runs/${run.id}/bundle`);
    for (const { method, input, output } of steps)
      expect(await computing.run(method, input, { actor: 'test' })).toEqual(output);
  });

  test('is the same from the same seed, whatever runs it, and goes on where it was interrupted', async () => {
    expect(exampleRows()).toBe(exampleRows());
    const study = await send<StudyPage>('POST', '/example');
    const whole = await analysed(study.id);
    const { run } = await send<{ run: string }>('POST', `/${study.id}/runs`);
    const own = testContext(pool, { now: () => NOW });
    let left = 4;
    const dying: Computing = {
      ...computing,
      run: (...asked) => {
        left -= 1;
        if (left < 0) throw new Error('the power is cut');
        return computing.run(...asked);
      },
    };
    await expect(analyseNext(own, dying)).rejects.toThrow('the power is cut');
    expect((await send<Told>('GET', `/${study.id}/runs/${run}`)).run).toMatchObject({ state: 'running', done: 4 });
    let asked = 0;
    const counting: Computing = {
      ...computing,
      run: (...question) => {
        asked += 1;
        return computing.run(...question);
      },
    };
    await analyseNext(own, counting);
    const again = await send<Told>('GET', `/${study.id}/runs/${run}`);
    expect(asked).toBe(whole.report.steps.length - 4);
    const timeless = ({ steps, ...report }: StudyReport) => ({ ...report, steps: steps.map(({ key }) => key) });
    expect(timeless(again.report)).toEqual(timeless(whole.report));
    expect(again.run.dataHash).toBe(whole.run.dataHash);
  });
});

describe('rows that are uploaded', () => {
  const protocol = (): StudyProtocol => ({ ...exampleProtocol(), title: 'Uploaded', dimensions: [] });

  test('are read whatever their separator, keep no free text, and another version leaves the first as it was', async () => {
    const { id } = await send<StudyPage>('POST', '', { protocol: protocol() });
    const lines = exampleRows().trim().split('\n');
    const named = lines.map(
      (line, at) => `${line.replaceAll(',', ';')};${at === 0 ? 'name' : `"Person ${at}; of ""us"""`}`,
    );
    const page = await send<StudyPage>('POST', `/${id}/data`, { csv: `\uFEFF${named.join('\r\n')}`, file: 'a.csv' });
    expect(page.data).toMatchObject({
      rows: 110,
      source: { kind: 'upload', dropped: [{ name: 'name', why: 'text' }] },
    });
    expect(page.data!.columns.find(({ name }) => name === 'meld_24w')!.missing).toBeGreaterThan(20);
    const changed = { ...protocol(), missing: 'complete' };
    expect(await send<StudyPage>('PUT', `/${id}`, { protocol: changed, version: 1 })).toMatchObject({ version: 2 });
    await send('PUT', `/${id}`, { protocol: changed, version: 1 }, 409);
    const { versions } = await send<StudyPage>('GET', `/${id}`);
    expect(versions.map(({ version }) => version)).toEqual([2, 1]);
  });

  test.each([
    ['a,b\n1', 'another number of values'],
    ['a,a\n1,2', 'name of its own'],
    ['a,b\n"1,2', 'quotation mark'],
    ['a,b', 'no row'],
  ])('that are no table are refused: %j', async (csv, message) => {
    const { id } = await send<StudyPage>('POST', '', { protocol: protocol() });
    expect((await send<{ message: string }>('POST', `/${id}/data`, { csv }, 400)).message).toContain(message);
  });

  test('of a large table are checked in a thread: the event loop goes on, and what is wrong is told as ever', async () => {
    const page = await send<StudyPage>('POST', '', { protocol: exampleProtocol() });
    const lines = Array.from({ length: 60_000 }, (_, at) => `${at % 2},${at / 7},${at % 5}`);
    let ticks = 0;
    const clock = setInterval(() => {
      ticks += 1;
    }, 5);
    const csv = `arm,value,visit\n${lines.join('\n')}`;
    const { data } = await send<StudyPage>('POST', `/${page.id}/data`, { csv, file: 'large.csv' });
    clearInterval(clock);
    expect(data).toMatchObject({ rows: 60_000, columns: [{ name: 'arm' }, { name: 'value' }, { name: 'visit' }] });
    expect(ticks).toBeGreaterThan(5);
    await send('POST', `/${page.id}/data`, { csv: `${csv}\n1,2`, file: 'short.csv' }, 400);
  });

  test('that lack a column of the protocol are told before anything is computed', async () => {
    const { id } = await send<StudyPage>('POST', '', { protocol: protocol() });
    await send('POST', `/${id}/runs`, undefined, 400);
    await send('POST', `/${id}/data`, { csv: 'group,days\nstem cells,3\nstandard care,4\n' });
    expect(await send<{ facts: object }>('POST', `/${id}/runs`, undefined, 400)).toMatchObject({
      facts: { column: 'event' },
    });
  });

  test('of a protocol that is not known are not taken', async () => {
    await send('POST', '', { protocol: { ...protocol(), power: 1 } }, 400);
  });
});

/** Forty persons with one medicine, forty with another; each fourth of the first and each second of the others died. */
async function plant(): Promise<void> {
  await lake.run(sql`
    create table person (id String, sex Nullable(String), birth_date Nullable(Date32), district Nullable(String), organization Nullable(String), deceased Nullable(Bool),
      deceased_at Nullable(DateTime64(3, 'UTC')), replaced_by Nullable(String), _resource String, _tenant LowCardinality(String), _patients Array(String)) engine = MergeTree order by id`);
  for (const name of ['medication_request', 'laboratory_result'])
    await lake.run(sql`
      create table ${identifier(name)} (id String, patient String, code LowCardinality(String), code_system LowCardinality(Nullable(String)), time DateTime64(3, 'UTC'),
        value Nullable(Float64), unit LowCardinality(Nullable(String)), comparator Nullable(String), status LowCardinality(Nullable(String)), _resource String, _tenant LowCardinality(String),
        _patients Array(String)) engine = MergeTree order by id`);
  const ctx = testContext(pool);
  for (const [name, resource] of [
    ['person', 'Patient'],
    ['medication_request', 'MedicationRequest'],
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
  const [people, medicines, results] = [[], [], []] as object[][] as [object[], object[], object[]];
  for (let at = 0; at < 82; at += 1) {
    const id = `p${at}`;
    const own = { _tenant: 'o1', _patients: [id] };
    const isTreated = at % 2 === 0;
    const died = isTreated ? at % 8 === 0 : at % 4 === 1;
    people.push({
      id,
      ...own,
      organization: 'o1',
      sex: at % 3 === 0 ? 'female' : 'male',
      birth_date: '1970-06-15',
      ...(died && { deceased: true, deceased_at: `2026-0${2 + (at % 7)}-10 01:00:00` }),
    });
    if (at < 80 || at === 80)
      medicines.push({
        id: `m${at}`,
        patient: id,
        ...own,
        code: isTreated ? 'NEW' : 'OLD',
        time: '2026-01-10 01:00:00',
        status: 'active',
      });
    if (at === 80)
      medicines.push({ id: 'both', patient: id, ...own, code: 'OLD', time: '2026-01-10 03:00:00', status: 'active' });
    results.push({
      id: `r${at}`,
      patient: id,
      ...own,
      code: 'X',
      time: '2026-01-09 01:00:00',
      value: 10 + at,
      unit: 'g/L',
      status: 'final',
    });
    results.push({
      id: `s${at}`,
      patient: id,
      ...own,
      code: 'X',
      time: '2026-01-20 01:00:00',
      value: 5 + at,
      unit: 'g/L',
      status: 'final',
    });
  }
  const lines = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).join('\n');
  await lake.insert('person', lines(people));
  await lake.insert('medication_request', lines(medicines));
  await lake.insert('laboratory_result', lines(results));
}

const fromLake = (reach: 'rows' | 'population'): StudyProtocol => ({
  ...exampleProtocol(),
  title: 'From the lake',
  treatment: { column: 'group', treated: 'treatment', control: 'comparator' },
  endpoints: [
    {
      id: 'death',
      name: 'Death',
      kind: 'time',
      better: 1,
      time: 'days',
      event: 'event',
      events: ['death'],
      competing: [],
    },
    { id: 'x', name: 'X', kind: 'change', better: -1, baseline: 'before', column: 'after' },
  ],
  adjustment: { method: 'none', columns: ['before'], estimand: 'ate', caliper: 0.2 },
  subgroups: ['sex'],
  missing: 'complete',
  dimensions: [],
  plan: { ...exampleProtocol().plan!, outcomes: [{ endpoint: 'death', primary: true, fromDays: 0, toDays: 300 }] },
  lake: {
    cohort: { form: 1, include: [], exclude: [] },
    reach,
    treatment: { source: 'medication', codes: [{ code: 'NEW' }] },
    comparator: { source: 'medication', codes: [{ code: 'OLD' }] },
    followDays: 300,
    measures: [
      { name: 'before', codes: [{ code: 'X' }], unit: 'g/L', fromDays: -30, toDays: 0 },
      { name: 'after', codes: [{ code: 'X' }], unit: 'g/L', fromDays: 1, toDays: 30 },
    ],
  },
});

describe('rows of the lake', () => {
  test('follow each person from the first day, and nobody of a small group is told under the population', async () => {
    const { id } = await send<StudyPage>('POST', '', { protocol: fromLake('population') });
    const page = await send<StudyPage>('POST', `/${id}/data/lake`);
    expect(page.data).toMatchObject({ rows: 80, source: { kind: 'lake', reach: 'population' } });
    expect(page.data!.source.flow).toEqual([
      { step: 'cohort', persons: 80 },
      { step: 'neither', persons: 0 },
      { step: 'both', persons: 0 },
    ]);
    const { report, run } = await analysed(id);
    expect(report.smallest).toBe(10);
    const [death, x] = report.endpoints;
    expect(death!.n).toEqual({ treated: 40, control: 40 });
    expect(death!.events).toEqual({ treated: 10, control: 20 });
    for (const { time } of death!.curves) expect(time.length).toBeLessThanOrEqual(5);
    expect(x!.levels.map(({ value }) => value)).toEqual([-5, -5]);
    const bundle = await send<{ steps: object[]; withheld: string }>('GET', `/${id}/runs/${run.id}/bundle`);
    expect(bundle.withheld).toContain('not given away');
    for (const step of bundle.steps) expect(step).not.toHaveProperty('input');
  });

  test('are those that one may see', async () => {
    const { id } = await send<StudyPage>('POST', '', { protocol: fromLake('rows') });
    await send('POST', `/${id}/data/lake`, undefined, 403);
  });
});

describe('a protocol', () => {
  const csv = exampleRows();

  test('is signed off before its rows are analysed, and says why it is amended afterwards', async () => {
    const { plan: _, ...bare } = exampleProtocol();
    const { id } = await send<StudyPage>('POST', '', { protocol: bare });
    await send('POST', `/${id}/data`, { csv });
    expect(await send('POST', `/${id}/runs`, undefined, 409)).toMatchObject({
      message: expect.stringContaining('not signed off'),
    });
    expect(await send('POST', `/${id}/sign-off`, { version: 1 }, 422)).toMatchObject({
      facts: { lacks: ['exposure', 'comparator', 'primary'] },
    });
    // Before anything was signed a change needs no reason.
    await send('PUT', `/${id}`, { protocol: exampleProtocol(), version: 1 });
    await send('POST', `/${id}/sign-off`, { version: 1 }, 409);
    const signed = await send<StudyPage>('POST', `/${id}/sign-off`, { version: 2 });
    expect(signed.versions[0]).toMatchObject({ version: 2, signedByName: 'researcher', hash: expect.any(String) });
    expect((await send<StudyPage>('POST', `/${id}/sign-off`, { version: 2 })).versions).toEqual(signed.versions);

    const first = await analysed(id);
    const amended = { ...exampleProtocol(), missing: 'complete' };
    await send('PUT', `/${id}`, { protocol: amended, version: 2 }, 400);
    const why = 'imputation was not agreed';
    await send('PUT', `/${id}`, { protocol: amended, version: 2, why });
    await send('POST', `/${id}/runs`, undefined, 409);
    const second = await analysed(id);
    type WithCourse = Told & { course: StudyPage['versions'] };
    const { course } = await send<WithCourse>('GET', `/${id}/runs/${second.run.id}`);
    expect(
      course.map(({ version, why: reason, seen, signedAt }) => [version, reason, seen, signedAt !== null]),
    ).toEqual([
      [3, why, true, true],
      [2, null, false, true],
      [1, null, false, false],
    ]);
    // The first report is read with the versions that were there then.
    expect((await send<WithCourse>('GET', `/${id}/runs/${first.run.id}`)).course).toEqual(course.slice(1));
    const bundle = await send<{ course: unknown }>('GET', `/${id}/runs/${second.run.id}/bundle`);
    expect(bundle.course).toEqual(course);
  });

  test.each([
    [{ outcomes: [{ endpoint: 'none', primary: true, fromDays: 0, toDays: 1 }] }, 'plan.outcomes[0].endpoint'],
    [{ outcomes: [{ endpoint: 'survival', primary: true, fromDays: 2, toDays: 1 }] }, 'plan.outcomes[0]'],
    [{ sizes: { treated: 0, control: 1, why: '' } }, 'plan.sizes.treated'],
    [{ registration: { registry: 'ChiCTR', id: '1', day: '2026-02-30' } }, 'plan.registration.day'],
    [{ targetTrial: { estimand: 'x' } }, 'plan.targetTrial.estimand'],
    [{ power: 0.8 }, 'plan.power'],
  ])('with %j is refused by its place', async (part, path) => {
    const protocol = exampleProtocol();
    const answer = await send('POST', '', { protocol: { ...protocol, plan: { ...protocol.plan, ...part } } }, 400);
    expect(answer).toMatchObject({ facts: { path } });
  });
});

describe('who may', () => {
  const may: Partial<Record<Role, [list: number, make: number]>> = {
    researcher: [200, 200],
    clinician: [200, 200],
    regulator: [200, 200],
  };
  test.each(ROLES.filter((role) => role !== 'system'))('%s', async (role) => {
    become(role);
    const [list, make] = may[role] ?? [403, 403];
    await send('GET', '', undefined, list);
    await send('POST', '/example', undefined, make);
    await send('POST', '', { protocol: exampleProtocol() }, make);
  });

  test('see those of their organization; the regulator sees all and changes none of others', async () => {
    const { id } = await send<StudyPage>('POST', '/example');
    become('clinician');
    expect((await send<StudyPage>('GET', `/${id}`)).mayWrite).toBe(true);
    become('clinician', { organizations: ['o2'] });
    await send('GET', `/${id}`, undefined, 404);
    expect((await send<{ studies: StudyLine[] }>('GET', '')).studies.map((study) => study.id)).not.toContain(id);
    for (const path of ['/data', '/runs', '/data/lake', '/sign-off'])
      await send('POST', `/${id}${path}`, { csv: 'a,b\n1,2', version: 1 }, 404);
    become('regulator', { organizations: ['gov'] });
    expect((await send<StudyPage>('GET', `/${id}`)).mayWrite).toBe(false);
    await send('PUT', `/${id}`, { protocol: exampleProtocol(), version: 1 }, 404);
    await send('POST', `/${id}/sign-off`, { version: 1 }, 404);
  });

  test('what was made, changed, asked and read is in the audit trail', async () => {
    const { id } = await send<StudyPage>('POST', '/example');
    await analysed(id);
    const acts = await pool.rows<{ act: string }>(
      sql`select distinct act from access.audit where subject = ${id} order by act`,
    );
    expect(acts.map(({ act }) => act)).toEqual([
      'signals.study-analysed',
      'signals.study-analysis-asked',
      'signals.study-data-taken',
      'signals.study-made',
      'signals.study-read',
      'signals.study-report-read',
      'signals.study-signed-off',
    ]);
  });
});
