import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findPermissions } from '#kernel/access';
import { type Actor, ROLES, type Role } from '#kernel/context';
import { update } from '#kernel/fhir';
import type { Door } from '#kernel/http';
import type { Lake } from '#kernel/lake';
import { type Pool, sql, trusted } from '#kernel/sql';
import { testActor, testContext } from '../../../../tests/support/context.ts';
import { testLake } from '../../../../tests/support/lake.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import { problemApp } from '../../../../tests/support/visits.ts';
import { type Computing, startComputing } from '../actions/compute/index.ts';
import { signalsRoutes } from '../index.ts';
import type {
  Alarm,
  CaseDefinition,
  CurveLayer,
  DefinitionPage,
  DefinitionPreview,
  DefinitionState,
  DiseaseCurve,
  DiseaseLine,
  LineListRow,
  Outlook,
  Verdict,
  WatchRun,
} from '../model.ts';
import { findAlarms } from '../store/index.ts';

/**
 * Goal: cases are counted as the definitions say, a cluster is raised once however often the watch runs, and only who may sees any of it.
 * Method: planted results in the real engine, a real database, the real thread; each number is known beforehand.
 */
const NOW = new Date('2026-11-22T04:00:00Z');
const BAIYUN = '440111';
const TIANHE = '440106';
let pool: Pool;
let lake: Lake;
let computing: Computing;
let app: FastifyInstance;
let actor: Actor;

const roles = new Map<Role, ReadonlySet<string>>();
const become = (role: Role): void => {
  actor = testActor(role, { permissions: roles.get(role) ?? new Set(), organizations: ['o1'] });
};

beforeAll(async () => {
  pool = await testDatabase();
  lake = await testLake();
  computing = startComputing();
  for (const role of ROLES) roles.set(role, await findPermissions(pool, [role]));
  await lake.run(sql`
    create table laboratory_result (id String, specimen Nullable(String), service_request Nullable(String), patient String, code LowCardinality(String), time DateTime64(3, 'UTC'), value Nullable(Float64), value_code LowCardinality(Nullable(String)), value_text Nullable(String),
      flag LowCardinality(Nullable(String)), status LowCardinality(Nullable(String)), sex LowCardinality(Nullable(String)), birth_date Nullable(Date32), district LowCardinality(Nullable(String)), organization LowCardinality(Nullable(String)), _tenant String, _patients Array(String))
    engine = MergeTree order by (code, time)`);
  app = problemApp();
  signalsRoutes(
    app,
    { lake, context: async () => testContext(pool, { actor, now: () => NOW }) } as unknown as Door,
    computing,
  );
});

beforeEach(async () => {
  become('regulator');
  await lake.run(sql`truncate table laboratory_result`);
  await pool.run(sql`truncate signals.alarm, signals.alarm_event, signals.watch_run, signals.case_definition`);
});

afterAll(async () => {
  await app?.close();
  await computing?.stop();
});

interface Planted {
  patient: string;
  day: string;
  code?: string;
  value?: string;
  district?: string;
  status?: string;
  specimen?: string;
  order?: string;
}

const MEASLES = '35276-5';
const POSITIVE = '10828004';
const NEGATIVE = '260385009';

async function plant(rows: readonly Planted[]): Promise<void> {
  for (const {
    patient,
    day,
    code = MEASLES,
    value = POSITIVE,
    district = BAIYUN,
    status = 'final',
    specimen,
    order,
  } of rows)
    await lake.run(sql`
      insert into laboratory_result select ${`${patient}-${day}`}, ${specimen ?? null}, ${order ?? null}, ${patient}, ${code}, parseDateTime64BestEffort(${`${day}T02:00:00Z`}), null, ${value}, null, null, ${status}, 'female', toDate32('2024-01-01'),
        ${district}, 'lab', 'o1', [${patient}]`);
}

const get = async <T>(url: string): Promise<T> => {
  const answer = await app.inject({ url });
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json<T>();
};
const judge = async (): Promise<WatchRun> => {
  const answer = await app.inject({ method: 'POST', url: '/api/signals/watch' });
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json<WatchRun>();
};
const alarms = (): Promise<Alarm[]> => findAlarms(pool, { limit: 100 });

describe('counting', () => {
  test('a person is one case until the episode is over, and only positive results that stand make one', async () => {
    await plant([
      { patient: 'a', day: '2026-11-10' },
      { patient: 'a', day: '2026-11-14' },
      { patient: 'b', day: '2026-11-12', value: NEGATIVE },
      { patient: 'c', day: '2026-11-12', status: 'entered-in-error' },
      { patient: 'd', day: '2026-11-12', status: 'preliminary' },
      // The episode of 90 days began in August: the next positive result is another case.
      { patient: 'e', day: '2026-08-10' },
      { patient: 'e', day: '2026-10-30' },
      { patient: 'e', day: '2026-11-13', district: TIANHE },
    ]);
    const curve = await get<DiseaseCurve>('/api/signals/diseases/measles?since=2026-11-01&until=2026-11-20');
    const told = curve.points.filter(({ cases }) => cases > 0).map(({ date, cases }) => [date, cases]);
    expect(told).toEqual([
      ['2026-11-10', 1],
      ['2026-11-12', 1],
      ['2026-11-13', 1],
    ]);
    // Persons tested a day: a twice on different days, b, d, e.
    expect(curve.points.reduce((sum, { tested }) => sum + tested, 0)).toBe(5);
    expect(curve.ages.reduce((sum, { cases }) => sum + cases, 0)).toBe(3);
  });

  test('a day is one of Asia/Shanghai', async () => {
    await lake.run(
      trusted(`
      insert into laboratory_result select 'o-night', null, null, 'night', '${MEASLES}', toDateTime64('2026-11-10 17:30:00', 3, 'UTC'), null, '${POSITIVE}', null, null, 'final', 'male', null, '${BAIYUN}', 'lab', 'o1', ['night']`),
    );
    const { points } = await get<DiseaseCurve>('/api/signals/diseases/measles?since=2026-11-01&until=2026-11-20');
    expect(points.filter(({ cases }) => cases > 0).map(({ date }) => date)).toEqual(['2026-11-11']);
  });

  test('the overview says how many there were lately', async () => {
    await plant([
      { patient: 'a', day: '2026-11-21' },
      { patient: 'b', day: '2026-11-12' },
      { patient: 'c', day: '2026-10-01' },
    ]);
    const { diseases } = await get<{ diseases: DiseaseLine[] }>('/api/signals/diseases');
    expect(diseases.find(({ definition }) => definition.id === 'measles')).toMatchObject({
      lastWeek: 1,
      weekBefore: 1,
      lastMonth: 2,
    });
  });
});

describe('judging', () => {
  /** Somebody was tested every day before, so that there is a past to compare with. */
  const quiet = (code = MEASLES): Planted[] =>
    Array.from({ length: 20 }, (_, at) => ({ patient: `q${at}`, day: `2026-10-${10 + at}`, code, value: NEGATIVE }));
  const cluster = (): Planted[] => [
    ...quiet(),
    ...Array.from({ length: 6 }, (_, at) => ({ patient: `p${at}`, day: `2026-11-${18 + Math.floor(at / 3)}` })),
  ];

  test('a cluster is raised once, at the most exact place, with every ground; the watch may run again', async () => {
    await plant(cluster());
    expect(await judge()).toMatchObject({ raised: 1, trouble: null });
    const [alarm, ...others] = await alarms();
    expect(others).toEqual([]);
    expect(alarm).toMatchObject({
      key: `measles/${BAIYUN}`,
      state: 'new',
      cases: 6,
      episode: 1,
      subject: { disease: 'measles', place: BAIYUN },
    });
    expect(alarm!.grounds.map(({ method }) => method)).toEqual(expect.arrayContaining(['fixed', 'ears']));
    for (const { p, q } of alarm!.grounds.filter(({ method }) => method === 'ears'))
      expect(q!).toBeGreaterThanOrEqual(p!);

    expect(await judge()).toMatchObject({ raised: 0, updated: 0 });
    await plant([{ patient: 'later', day: '2026-11-21' }]);
    expect(await judge()).toMatchObject({ raised: 0, updated: 1 });
    expect(await alarms()).toMatchObject([{ cases: 7, revision: 2 }]);
  });

  test('two at once raise it once', async () => {
    await plant(cluster());
    const runs = await Promise.all([judge(), judge()]);
    expect(runs.map(({ raised }) => raised).sort()).toEqual([0, 1]);
  });

  test('a closed alarm is raised again only by what comes after its quiet time', async () => {
    await plant(cluster());
    await judge();
    await pool.run(sql`update signals.alarm set state = 'closed'`);
    expect(await judge()).toMatchObject({ raised: 0, updated: 0 });
    await pool.run(sql`update signals.alarm set last = '2026-10-01'`);
    expect(await judge()).toMatchObject({ raised: 1 });
    expect((await alarms()).map(({ episode }) => episode).sort()).toEqual([1, 2]);
  });

  test('single cases here and there are none', async () => {
    await plant([
      { patient: 'a', day: '2026-11-20' },
      { patient: 'b', day: '2026-11-15', district: TIANHE },
    ]);
    expect(await judge()).toMatchObject({ raised: 0 });
    expect(await alarms()).toEqual([]);
  });

  test('a rule whose past is too short says so, and days before anybody was tested are no past', async () => {
    const flu = cluster().map((each) => ({ ...each, code: '85477-8' }));
    await plant(flu.filter(({ value }) => value !== NEGATIVE));
    const weeks = await get<DiseaseCurve>('/api/signals/diseases/influenza?unit=week');
    expect(weeks.verdicts).toMatchObject([{ rule: { method: 'farrington' }, tooShort: true }]);
    const days = await get<DiseaseCurve>('/api/signals/diseases/influenza');
    expect(days.verdicts).toMatchObject([{ rule: { method: 'ears' }, tooShort: true }]);
    expect(await judge()).toMatchObject({ raised: 0 });
  });
});

describe('layers over the curve', () => {
  const layer = (query: string) => app.inject({ url: `/api/signals/diseases/measles/layer?${query}` });
  const judged = (query: string) => app.inject({ url: `/api/signals/diseases/measles/judged?${query}` });
  /** Each result was given one to four days after its sample, or is still to come. */
  const growing = async (): Promise<void> => {
    const rows = Array.from({ length: 24 }, (_, at) => ({
      patient: `g${at}`,
      day: `2026-11-${10 + Math.floor(at / 2)}`,
    }));
    await plant([{ patient: 'past', day: '2026-10-20' }, ...rows]);
    for (const [at, { patient, day }] of rows.entries())
      await update(testContext(pool), {
        resourceType: 'Observation',
        id: `${patient}-${day}`,
        status: 'final',
        code: { text: 'measles IgM' },
        issued: new Date(Date.parse(`${day}T02:00:00Z`) + (1 + (at % 4)) * 86_400_000).toISOString(),
      });
  };

  test('a nowcast adds to the days whose results are not all there, by either method', async () => {
    await growing();
    for (const by of ['lawless', 'bayes']) {
      const { dates, value, high, parameters } = await get<CurveLayer>(
        `/api/signals/diseases/measles/layer?layer=nowcast&by=${by}`,
      );
      expect(parameters).toMatchObject({ cases: 21 });
      const at = dates.indexOf('2026-11-15');
      // Everything of a week ago has come.
      expect(value[at]).toBeCloseTo(2, 0);
      expect(dates.at(-1)).toBe('2026-11-21');
      // Of yesterday's only a part: the interval is wide, and reaches above what is known.
      expect(high[dates.indexOf('2026-11-20')]!).toBeGreaterThan(high[at]!);
    }
  });

  test('back-projection puts the infections before the cases', async () => {
    await growing();
    const { dates, value } = (await layer('layer=back-projection')).json<CurveLayer>();
    const middle = (of: readonly (number | null)[]): number => {
      const all = of.reduce<number>((sum, each) => sum + (each ?? 0), 0);
      return of.reduce<number>((sum, each, at) => sum + ((each ?? 0) / all) * at, 0);
    };
    const { points } = await get<DiseaseCurve>('/api/signals/diseases/measles');
    expect(dates).toEqual(points.map(({ date }) => date));
    // Measles: a mean incubation of 14 days.
    expect(middle(points.map(({ cases }) => cases)) - middle(value)).toBeGreaterThan(7);
  });

  test('R says more uncertainty where the serial interval is uncertain', async () => {
    await growing();
    const uncertain = (await layer('layer=reproduction')).json<CurveLayer>();
    const { outlook } = await get<{ outlook: Outlook }>('/api/signals/diseases/measles/outlook');
    expect(uncertain.dates).toEqual(outlook.dates);
    const widthOf = ({ low, high }: { low: readonly (number | null)[]; high: readonly (number | null)[] }): number =>
      high.at(-1)! - low.at(-1)!;
    expect(widthOf(uncertain)).toBeGreaterThan(widthOf(outlook.r));
  });

  test.each(['cusum', 'glrpois', 'glrnb', 'bayes', 'rki', 'outbreak-p'])(
    '%s sees the cluster, and nothing before it',
    async (judge) => {
      await plant([
        ...Array.from({ length: 16 }, (_, at) => ({
          patient: `b${at}`,
          day: `2026-0${at < 8 ? 8 : 9}-${10 + (at % 8) * 2}`,
        })),
        ...Array.from({ length: 20 }, (_, at) => ({ patient: `p${at}`, day: `2026-11-${18 + Math.floor(at / 5)}` })),
      ]);
      const answer = await judged(`judge=${judge}&since=2026-10-20&until=2026-11-22`);
      expect(answer.statusCode, answer.body).toBe(200);
      const first = answer.json<Verdict>().points.find(({ alarm }) => alarm)?.date;
      expect(first! >= '2026-11-18' && first! <= '2026-11-21').toBe(true);
    },
  );

  test.each([
    ['layer=nowcast', 422],
    ['layer=back-projection', 422],
    ['layer=reproduction', 422],
    ['layer=tarot', 400],
    ['layer=nowcast&by=tarot', 400],
  ])('%s without cases is %d', async (query, status) => {
    expect((await layer(query)).statusCode).toBe(status);
  });

  test('are for who sees the curve', async () => {
    expect((await judged('judge=cusum')).statusCode).toBe(422);
    become('clinician');
    expect((await judged('judge=cusum')).statusCode).toBe(403);
    expect((await layer('layer=nowcast')).statusCode).toBe(403);
  });
});

describe('an alarm on paper', () => {
  const raised = async (): Promise<Alarm> => {
    await plant([
      ...Array.from({ length: 5 }, (_, at) => ({ patient: `p${at}`, day: '2026-11-19' })),
      { patient: 'p5', day: '2026-11-19', specimen: 'tube-1', order: 'order-1' },
      { patient: 'p5', day: '2026-11-21', specimen: 'tube-2' },
      { patient: 'p5', day: '2026-06-01', specimen: 'tube-0' },
    ]);
    await judge();
    return (await alarms())[0]!;
  };
  const patientsOf = async (act: string): Promise<string[]> => {
    const rows = await pool.rows<{ patients: string[] }>(
      sql`select patients from access.audit where act = ${act} order by at desc, id limit 1`,
    );
    return (rows[0]?.patients ?? []).sort();
  };

  test('each case of the line list leads to its results, specimens and orders, those of its own episode only', async () => {
    const { id } = await raised();
    await update(testContext(pool), {
      resourceType: 'Specimen',
      id: 'tube-1',
      accessionIdentifier: { value: '2611190001' },
    });
    const { cases } = await get<{ cases: LineListRow[] }>(`/api/signals/alarms/${id}/cases`);
    expect(cases).toHaveLength(6);
    expect(cases.find(({ patient }) => patient === 'p5')!.results).toEqual([
      { id: 'p5-2026-11-19', code: MEASLES, day: '2026-11-19', accession: '2611190001', order: 'order-1' },
      { id: 'p5-2026-11-21', code: MEASLES, day: '2026-11-21' },
    ]);
  });

  test('is a PDF; everybody on its line list learns of it, names are on it only for who may see them', async () => {
    const { id } = await raised();
    const pdf = (url: string) => app.inject({ url: `/api/signals/alarms/${id}/${url}` });
    const answer = await pdf('report.pdf');
    expect(answer.statusCode, answer.body.slice(0, 200)).toBe(200);
    expect(answer.headers).toMatchObject({ 'content-type': 'application/pdf', 'cache-control': 'no-store' });
    expect(answer.rawPayload.toString('latin1', 0, 5)).toBe('%PDF-');
    expect(await patientsOf('signals.line-list-read')).toEqual(['p0', 'p1', 'p2', 'p3', 'p4', 'p5']);
    expect((await pdf('report.pdf?names=true')).statusCode).toBe(200);
    const printed = await pool.rows<{ detail: { names: boolean } }>(
      sql`select detail from access.audit where act = 'signals.alarm-printed' and subject = ${id}`,
    );
    expect(printed.map(({ detail }) => detail.names).sort()).toEqual([false, true]);

    become('laboratory-director');
    expect((await pdf('report.pdf')).statusCode).toBe(200);
    expect((await pdf('report.pdf?names=true')).statusCode).toBe(403);
    expect((await pdf('cases/p1/card.pdf?day=2026-11-19')).statusCode).toBe(403);
    become('clinician');
    expect((await pdf('report.pdf')).statusCode).toBe(403);
  });

  test("a case's report card is one, in the trail of that person", async () => {
    const { id } = await raised();
    const card = (query: string) => app.inject({ url: `/api/signals/alarms/${id}/cases/${query}` });
    const answer = await card('p1/card.pdf?day=2026-11-19');
    expect(answer.statusCode).toBe(200);
    expect(answer.rawPayload.toString('latin1', 0, 5)).toBe('%PDF-');
    expect(await patientsOf('signals.card-printed')).toEqual(['p1']);
    expect((await card('p1/card.pdf?day=2026-11-18')).statusCode).toBe(404);
    expect((await card('p1/card.pdf')).statusCode).toBe(400);
  });
});

describe('case definitions', () => {
  const standing = async (id = 'measles'): Promise<DefinitionPage> => get(`/api/signals/definitions/${id}`);
  const save = (definition: object, more: object = {}, id = 'measles') =>
    app.inject({
      method: 'PUT',
      url: `/api/signals/definitions/${id}`,
      payload: { definition, why: 'a newer guideline', version: 0, ...more },
    });

  test('what was saved is what is counted and judged from then on; the versions before stay', async () => {
    await plant([
      { patient: 'a', day: '2026-11-20', value: '99' },
      ...Array.from({ length: 3 }, (_, at) => ({ patient: `p${at}`, day: '2026-11-19' })),
    ]);
    expect(await judge()).toMatchObject({ raised: 0 });
    const { definition } = await standing();
    const [fixed, ...rules] = definition.rules;
    const wider: CaseDefinition = {
      ...definition,
      findings: [{ codes: [MEASLES], values: [POSITIVE, '99'] }],
      rules: [{ ...fixed!, cases: 4 } as CaseDefinition['rules'][number], ...rules],
    };
    const preview = await app.inject({
      method: 'POST',
      url: '/api/signals/definitions/preview',
      payload: { definition: wider },
    });
    const { standing: before, proposed, dates } = preview.json<DefinitionPreview>();
    expect(dates).toHaveLength(90);
    expect([before, proposed].map((each) => each.reduce((sum, cases) => sum + cases, 0))).toEqual([3, 4]);

    expect((await save(wider)).json<DefinitionPage>()).toMatchObject({
      version: 1,
      definition: wider,
      versions: [{ version: 1, actorName: 'regulator', why: 'a newer guideline' }],
    });
    const curve = await get<DiseaseCurve>('/api/signals/diseases/measles?since=2026-11-01&until=2026-11-21');
    expect(curve.points.reduce((sum, { cases }) => sum + cases, 0)).toBe(4);
    expect(await judge()).toMatchObject({ raised: 1 });
    expect(
      (await save(definition, { version: 1 })).json<DefinitionPage>().versions.map(({ version }) => version),
    ).toEqual([2, 1]);
    const trail = await pool.rows(
      sql`select 1 from access.audit where act = 'signals.definition-changed' and subject = 'measles'`,
    );
    expect(trail).toHaveLength(2);
  });

  test('any detector can be a rule: tried over the last days first, then it raises, corrected as the others', async () => {
    const quiet = Array.from({ length: 40 }, (_, at) => ({
      patient: `q${at}`,
      day: new Date(Date.UTC(2026, 8, 1 + 2 * at)).toISOString().slice(0, 10),
      value: at % 8 === 0 ? POSITIVE : NEGATIVE,
    }));
    const grown = Array.from({ length: 8 }, (_, at) => ({
      patient: `p${at}`,
      day: `2026-11-${18 + Math.floor(at / 4)}`,
    }));
    await plant([...quiet, ...grown]);
    const { definition } = await standing();
    const rules = (['cusum', 'glrpois', 'rki'] as const).map((method) => ({
      method,
      unit: 'day',
      levels: ['district'],
      leastCases: 3,
      options: { ...(method !== 'rki' && { past: 28 }) },
    }));
    const wanted = { ...definition, rules };
    const preview = await app.inject({
      method: 'POST',
      url: '/api/signals/definitions/preview',
      payload: { definition: wanted },
    });
    const { trial } = preview.json<DefinitionPreview>();
    expect(trial.map(({ rule, series, alarms, kept }) => [rule.method, series, alarms > 0, kept > 0])).toEqual([
      ['cusum', 1, true, true],
      ['glrpois', 1, true, true],
      ['rki', 1, true, true],
    ]);
    expect(trial[1]!.latest[0]).toMatchObject({ place: BAIYUN, cases: 4 });
    expect((await save(wanted)).statusCode).toBe(200);
    expect(await judge()).toMatchObject({ raised: 1 });
    const [alarm] = await alarms();
    expect(alarm!.grounds.map(({ method }) => method).sort()).toEqual(['cusum', 'glrpois', 'rki']);
    for (const { p, q, expected } of alarm!.grounds) {
      expect(q!).toBeGreaterThanOrEqual(p!);
      expect(expected!).toBeGreaterThan(0);
    }
    const { verdicts } = await get<DiseaseCurve>(`/api/signals/diseases/measles?place=${BAIYUN}`);
    const chart = verdicts.find(({ rule }) => rule.method === 'glrpois')!;
    expect(chart.rule).toMatchObject({ options: { past: 28, limit: 5, change: 'intercept' } });
    expect(chart.points.filter(({ statistic, alarm: raised }) => raised && statistic! >= 5)).not.toEqual([]);
    expect((await save({ ...wanted, rules: [{ ...rules[0]!, options: { h: 3 } }] }, { version: 1 })).statusCode).toBe(
      400,
    );
  });

  test('one that is retired is counted no more; one of a new disease is', async () => {
    const { definition } = await standing('rsv');
    expect((await save(definition, { retired: true }, 'rsv')).statusCode).toBe(200);
    expect((await save({ ...definition, id: 'rsv-b' }, {}, 'rsv-b')).statusCode).toBe(200);
    const { diseases } = await get<{ diseases: DiseaseLine[] }>('/api/signals/diseases');
    const watched = diseases.map((line) => line.definition.id);
    expect([watched.includes('rsv'), watched.includes('rsv-b')]).toEqual([false, true]);
    const { definitions } = await get<{ definitions: DefinitionState[] }>('/api/signals/definitions');
    expect(definitions.find((each) => each.definition.id === 'rsv')).toMatchObject({ retired: true, version: 1 });
  });

  test('who did not see the newest version is told', async () => {
    const { definition } = await standing();
    const answers = await Promise.all([save(definition), save(definition)]);
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409]);
  });

  test.each([
    ['another id', { id: 'rubella' }],
    ['no finding', { findings: [] }],
    ['a finding that nothing meets', { findings: [{ codes: [MEASLES] }] }],
    ['a code with a quote', { findings: [{ codes: ["x' or 1=1"], values: ['POS'] }] }],
    ['no rule', { rules: [] }],
    ['an unknown rule', { rules: [{ method: 'oracle', levels: ['region'] }] }],
    ['an incubation that ends before it begins', { incubationDays: [9, 2] }],
    ['an endless episode', { episodeDays: 1e9 }],
    ['no Chinese name', { name: { en: 'Measles' } }],
  ])('%s is refused with the place of the fault', async (_, change) => {
    const { definition } = await standing();
    const answer = await save({ ...definition, ...change });
    expect(answer.statusCode).toBe(400);
    expect((await standing()).version).toBe(0);
  });

  test.each(ROLES.filter((role) => role !== 'system'))('%s', async (role) => {
    const { definition } = await standing();
    become(role);
    const reads = role === 'regulator' || role === 'laboratory-director';
    expect((await app.inject({ url: '/api/signals/definitions' })).statusCode).toBe(reads ? 200 : 403);
    expect((await save(definition)).statusCode).toBe(role === 'regulator' ? 200 : 403);
  });
});

describe('who may', () => {
  test.each(ROLES.filter((role) => role !== 'system'))('%s', async (role) => {
    become(role);
    const may = role === 'regulator' || role === 'laboratory-director';
    expect((await app.inject({ url: '/api/signals/diseases' })).statusCode).toBe(may ? 200 : 403);
    expect((await app.inject({ url: '/api/signals/diseases/measles' })).statusCode).toBe(may ? 200 : 403);
    expect((await app.inject({ method: 'POST', url: '/api/signals/watch' })).statusCode).toBe(may ? 200 : 403);
  });

  test('a director counts the own organization only', async () => {
    await plant([{ patient: 'a', day: '2026-11-20' }]);
    await lake.run(
      trusted(`alter table laboratory_result update _tenant = 'o2' where true settings mutations_sync = 1`),
    );
    become('laboratory-director');
    const { points } = await get<DiseaseCurve>('/api/signals/diseases/measles');
    expect(points.every(({ cases }) => cases === 0)).toBe(true);
  });

  test.each([
    ['/api/signals/diseases/plague', 404],
    ['/api/signals/diseases/measles?place=guangzhou', 400],
    ['/api/signals/diseases/measles?unit=year', 400],
    ['/api/signals/diseases/measles?since=yesterday', 400],
    ['/api/signals/diseases/measles?since=2020-01-01', 413],
  ])('%s is refused', async (url, status) => {
    expect((await app.inject({ url })).statusCode).toBe(status);
  });
});
