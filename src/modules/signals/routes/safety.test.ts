import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findPermissions } from '#kernel/access';
import { type Actor, ROLES, type Role, systemContext } from '#kernel/context';
import type { Door } from '#kernel/http';
import { silentLog } from '#kernel/log';
import { type Pool, sql } from '#kernel/sql';
import { Random } from '#standards/statistics';
import { testActor, testContext } from '../../../../tests/support/context.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import { problemApp } from '../../../../tests/support/visits.ts';
import { type Computing, startComputing } from '../actions/compute/index.ts';
import { listAlarms, readAlarm } from '../actions/index.ts';
import { safetyJob } from '../index.ts';
import type { Alarm, ListedReaction, MonitorPage, SafetyPairPage, SafetyRun, SafetyScreen } from '../model.ts';
import { findAlarms, findSafetyRuns } from '../store/index.ts';
import { safetyRoutes } from './safety.ts';

/**
 * Goal: what is planted among reports is found and named with its numbers, a background without anything raises nothing, and only who may sees any of it.
 * Method: reports from a seeded generator in a real database, the real thread; the 2x2 tables are counted again here over the same list.
 */
const NOW = new Date('2026-11-22T04:00:00Z');
const SEED = 20261122;
let pool: Pool;
let computing: Computing;
let app: FastifyInstance;
let actor: Actor;
const roles = new Map<Role, ReadonlySet<string>>();
const become = (role: Role): void => {
  actor = testActor(role, { permissions: roles.get(role) ?? new Set(), organizations: ['o1'] });
};

beforeAll(async () => {
  pool = await testDatabase();
  computing = startComputing();
  for (const role of ROLES) roles.set(role, await findPermissions(pool, [role]));
  app = problemApp();
  safetyRoutes(
    app,
    { context: async () => testContext(pool, { actor, now: () => NOW }) } as unknown as Door,
    computing,
  );
});
beforeEach(async () => {
  become('regulator');
  await pool.run(
    sql`truncate signals.report, signals.report_product, signals.report_reaction, signals.alarm, signals.safety_run, signals.monitor_plan, signals.monitor_entry, signals.listed_reaction`,
  );
});
afterAll(async () => {
  await app?.close();
  await computing?.stop();
});

interface Planted {
  product: string;
  reaction: string;
  lot?: string;
  sex?: string;
  ageBand?: string;
  day?: string;
  state?: string;
  role?: string;
  duplicate?: boolean;
}

let made = 0;
async function plant(reports: readonly Planted[]): Promise<void> {
  const ids = reports.map(() => {
    made += 1;
    return `00000000-0000-4000-8000-${String(made).padStart(12, '0')}`;
  });
  await pool.copy(
    'signals.report',
    [
      ...[
        'id',
        'organization',
        'origin',
        'state',
        'kind',
        'first_received',
        'sex',
        'age_band',
        'serious',
        'criteria',
        'products',
        'lots',
        'reactions',
        'words',
      ],
      ...['duplicate_of', 'created_at', 'created_by', 'created_name', 'updated_at'],
    ],
    reports.map(
      (
        {
          product,
          reaction,
          lot = '',
          sex = '2',
          ageBand = '45-64',
          day = '2026-10-01',
          state = 'submitted',
          duplicate,
        },
        at,
      ) => [
        ...[
          ids[at],
          'o1',
          'typed',
          state,
          'vaccine',
          day,
          sex,
          ageBand,
          false,
          [],
          [product],
          lot === '' ? [] : [lot],
          [reaction],
          '',
        ],
        ...[duplicate === true ? ids[0] : null, NOW, 'a', 'A', NOW],
      ],
    ),
  );
  await pool.copy(
    'signals.report_product',
    ['report', 'place', 'key', 'name', 'role', 'lots'],
    reports.map(({ product, lot = '', role = '1' }, at) => [
      ids[at],
      1,
      product,
      product.toUpperCase(),
      role,
      lot === '' ? [] : [lot],
    ]),
  );
  await pool.copy(
    'signals.report_reaction',
    ['report', 'place', 'key', 'name', 'serious'],
    reports.map(({ reaction }, at) => [ids[at], 1, reaction, `R ${reaction}`, false]),
  );
}

/** Products, reactions and lots that have nothing to do with each other. */
function background(count: number, seed = SEED): Planted[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => {
    const product = `p${random.whole(12)}`;
    return {
      product,
      reaction: `r${random.whole(20)}`,
      lot: `${product}-${random.whole(5)}`,
      sex: String(1 + random.whole(2)),
      ageBand: ['18-44', '45-64', '65-74'][random.whole(3)]!,
      day: `2026-0${1 + random.whole(9)}-15`,
    };
  });
}

const repeat = (count: number, report: Planted): Planted[] => Array.from({ length: count }, () => report);

async function ask<T>(method: 'GET' | 'POST' | 'PUT', url: string, payload?: object, status = 200): Promise<T> {
  const answer = await app.inject({ method, url, ...(payload && { payload }) });
  expect(answer.statusCode, answer.body).toBe(status);
  return answer.json<T>();
}
const judge = () => ask<SafetyRun>('POST', '/api/signals/safety/judge', {});
const screen = (query = '') => ask<SafetyScreen>('GET', `/api/signals/safety${query}`);
const pairPage = (query: Record<string, string>) =>
  ask<SafetyPairPage>('GET', `/api/signals/safety/pair?${new URLSearchParams(query)}`);
const alarms = (): Promise<Alarm[]> => findAlarms(pool, { limit: 100 });

describe('pairs', () => {
  test.each([SEED, SEED + 1, SEED + 2])('a clean background raises nothing (seed %d)', async (seed) => {
    await plant(background(3_000, seed));
    expect(await judge()).toMatchObject({ reports: 3_000, pairs: 240, raised: 0, updated: 0, trouble: null });
    expect(await alarms()).toEqual([]);
  });

  test('a planted pair is raised once, with every threshold that it crosses and its source', async () => {
    const reports = [
      ...background(3_000),
      ...repeat(40, { product: 'p3', reaction: 'abscess', day: '2026-10-20' }),
      ...repeat(6, { product: 'p5', reaction: 'abscess' }),
    ];
    await plant(reports);
    expect((await judge()).raised).toBe(1);
    const [alarm] = await alarms();
    expect(alarm).toMatchObject({
      kind: 'safety',
      key: 'p3/abscess',
      subject: { product: 'p3', reaction: 'abscess', productName: 'P3', reactionName: 'R abscess' },
      cases: 40,
      first: '2026-10-20',
      last: '2026-10-20',
    });
    expect(alarm!.grounds.map(({ method }) => method).sort()).toEqual(expect.arrayContaining(['ema', 'evans', 'umc']));
    expect(alarm!.grounds.every(({ rule, q }) => typeof rule['source'] === 'string' && q! < 1e-10)).toBe(true);

    // Again, and after a report of something else: the alarm stays as it is.
    expect(await judge()).toMatchObject({ raised: 0, updated: 0 });
    await plant([{ product: 'p1', reaction: 'r1' }]);
    expect(await judge()).toMatchObject({ raised: 0, updated: 0 });
    await plant([{ product: 'p3', reaction: 'abscess', day: '2026-11-01' }]);
    expect(await judge()).toMatchObject({ raised: 0, updated: 1 });
    expect(await alarms()).toMatchObject([{ cases: 41, last: '2026-11-01' }]);
  });

  test('what is listed raises nothing, until it comes more often than before', async () => {
    // Of every product some, of p3 a few more.
    const everywhere = (each: number, day: string): Planted[] =>
      Array.from({ length: 12 }, (_, at) => repeat(each, { product: `p${at}`, reaction: 'abscess', day })).flat();
    await plant([
      ...background(3_000),
      ...everywhere(6, '2026-03-20'),
      ...repeat(30, { product: 'p3', reaction: 'abscess', day: '2026-03-20' }),
    ]);
    const list = (reactions: { name: string }[]) =>
      ask<{ listed: ListedReaction[] }>('PUT', '/api/signals/safety/listed', {
        product: ' P3 ',
        reactions,
        source: 'Product information of 2026-01',
      });
    expect((await list([{ name: 'Abscess' }, { name: 'r7' }])).listed.map(({ reaction }) => reaction)).toEqual([
      'abscess',
      'r7',
    ]);
    expect((await judge()).raised).toBe(0);
    const pairOf = async () =>
      (await screen()).pairs.find(({ product, reaction }) => product === 'p3' && reaction === 'abscess')!;
    expect(await pairOf()).toMatchObject({ isListed: true, raises: false, crossed: expect.arrayContaining(['umc']) });

    // Lately fewer reports of everything, but more of this one than before.
    await plant([
      ...background(600, SEED + 7).map((report) => ({ ...report, day: '2026-11-01' })),
      ...everywhere(2, '2026-11-10'),
      ...repeat(40, { product: 'p3', reaction: 'abscess', day: '2026-11-10' }),
    ]);
    expect((await judge()).raised).toBe(1);
    expect((await alarms())[0]).toMatchObject({ key: 'p3/abscess', grounds: [{ method: 'listed-change', cases: 42 }] });
    expect((await pairOf()).change).toMatchObject({ recent: 42, before: 36 });

    expect((await list([])).listed).toEqual([]);
    expect((await pairOf()).isListed).toBe(false);
    const trail = await pool.rows(sql`select 1 from access.audit where act = 'signals.listed-changed'`);
    expect(trail).toHaveLength(2);
  });

  test('one reaction is listed and no longer, by who works on safety; who only reads sees no numbers of lately', async () => {
    await plant([...background(3_000), ...repeat(40, { product: 'p3', reaction: 'abscess', day: '2026-10-20' })]);
    const mark = (listed: boolean) =>
      app.inject({
        method: 'PUT',
        url: '/api/signals/safety/listed/pair',
        payload: { product: 'p3', reaction: 'abscess', reactionName: 'Abscess', listed, source: 'Leaflet' },
      });
    expect((await mark(true)).json()).toMatchObject({ listed: [{ reaction: 'abscess', source: 'Leaflet' }] });
    expect((await mark(true)).json<{ listed: unknown[] }>().listed).toHaveLength(1);
    become('researcher');
    const seen = (await screen()).pairs.find(({ reaction }) => reaction === 'abscess')!;
    expect(seen).toMatchObject({ isListed: true, change: null });
    expect((await mark(false)).statusCode).toBe(403);
    become('regulator');
    expect((await mark(false)).json()).toEqual({ listed: [] });
  });

  test('tables are those of the reports; drafts, duplicates and concomitant products do not count', async () => {
    const reports = background(1_500);
    await plant(reports);
    await plant([
      { product: 'p1', reaction: 'r1', state: 'draft' },
      { product: 'p1', reaction: 'r1', duplicate: true },
      { product: 'p1', reaction: 'r1', role: '2' },
    ]);
    const { pairs, reports: all, prior } = await screen();
    expect(all).toBe(1_500);
    expect(prior).not.toBeNull();
    const of = (keep: (report: Planted) => boolean) => reports.filter(keep).length;
    const pair = pairs.find(({ product, reaction }) => product === 'p1' && reaction === 'r1')!;
    const [n, n1, n2] = [
      of(({ product, reaction }) => product === 'p1' && reaction === 'r1'),
      of(({ product }) => product === 'p1'),
      of(({ reaction }) => reaction === 'r1'),
    ];
    expect(pair).toMatchObject({ n, n1, n2 });
    expect(pair.expected).toBeCloseTo((n1 * n2) / 1_500, 9);
    expect(pair.prr).toBeCloseTo(n / n1 / ((n2 - n) / (1_500 - n1)), 9);
    expect(pair.ror).toBeCloseTo((n * (1_500 - n1 - n2 + n)) / ((n1 - n) * (n2 - n)), 9);
    expect(pair.ic).toBeCloseTo(Math.log2((n + 0.5) / (pair.expected + 0.5)), 9);

    const women = await screen('?sex=2');
    expect(women.reports).toBe(of(({ sex }) => sex === '2'));
    const before = await screen('?until=2026-03-31');
    expect(before.reports).toBe(of(({ day }) => day! <= '2026-03-31'));
    const stratified = await screen('?stratified=true');
    const same = stratified.pairs.find(({ product, reaction }) => product === 'p1' && reaction === 'r1')!;
    let expected = 0;
    for (const sex of ['1', '2'])
      for (const ageBand of ['18-44', '45-64', '65-74']) {
        const inside = reports.filter((each) => each.sex === sex && each.ageBand === ageBand);
        expected +=
          (inside.filter(({ product }) => product === 'p1').length *
            inside.filter(({ reaction }) => reaction === 'r1').length) /
          inside.length;
      }
    expect(same.expected).toBeCloseTo(expected, 9);
  });

  test('the page of a pair: subgroups, quarters, masking, lots and reports', async () => {
    const reports = [
      ...background(1_000),
      ...repeat(30, { product: 'p3', reaction: 'abscess', sex: '1', day: '2026-10-20', lot: 'p3-1' }),
      ...repeat(6, { product: 'p5', reaction: 'abscess', sex: '2', day: '2026-02-20' }),
    ];
    await plant(reports);
    await judge();
    const page = await pairPage({ product: 'p5', reaction: 'abscess', without: 'p3' });
    expect(page.pair.n).toBe(6);
    expect(page.masking).toMatchObject([{ product: 'p3', n: 30 }]);
    expect(page.masking[0]!.ratio).toBeGreaterThan(1);
    const ofP3 = reports.filter(({ product }) => product === 'p3').length;
    expect(page.without).toMatchObject({ product: 'p3', n: 6, n2: 6 });
    expect(page.without!.expected).toBeCloseTo((page.pair.n1 * 6) / (reports.length - ofP3), 9);
    expect(page.quarters.map(({ quarter, n }) => [quarter, n])).toEqual([
      ['2026-Q1', 6],
      ['2026-Q2', 6],
      ['2026-Q3', 6],
      ['2026-Q4', 6],
    ]);
    expect(page.subgroups[0]!.groups.map(({ group, n }) => [group, n])).toEqual([
      ['1', 0],
      ['2', 6],
    ]);
    expect(page.reports).toHaveLength(6);
    const other = await pairPage({ product: 'p3', reaction: 'abscess' });
    expect(other.lots).toMatchObject([{ lot: 'p3-1', n: 30 }]);
    expect(other.alarms.map(({ key }) => key).sort()).toEqual(['p3/abscess', 'p3/abscess/lot/p3-1']);
    await ask('GET', '/api/signals/safety/pair?product=p3&reaction=nothing', undefined, 404);
    await ask('GET', '/api/signals/safety?ageBand=old', undefined, 400);
    await ask('GET', '/api/signals/safety?until=2026-13-01', undefined, 400);
  });

  test('few reports are judged with what can be said of them', async () => {
    expect(await judge()).toMatchObject({ reports: 0, pairs: 0, raised: 0 });
    expect(await screen()).toMatchObject({ reports: 0, pairs: [], prior: null });
    await plant([{ product: 'p1', reaction: 'r1' }]);
    expect(await judge()).toMatchObject({ reports: 1, pairs: 1, raised: 0, trouble: null });
  });
});

describe('lots', () => {
  test('a lot that stands out from the product’s other lots is raised with its number', async () => {
    await plant([
      ...background(2_000),
      ...repeat(12, { product: 'p4', reaction: 'r7', lot: 'p4-2', day: '2026-09-20' }),
    ]);
    await judge();
    const lots = (await alarms()).filter(({ key }) => key.includes('/lot/'));
    expect(lots).toMatchObject([{ key: 'p4/r7/lot/p4-2', subject: { product: 'p4', reaction: 'r7', lot: 'p4-2' } }]);
    const { lots: all } = await ask<{ lots: { lot: string; raises: boolean }[] }>('GET', '/api/signals/safety/lots');
    expect(all[0]).toMatchObject({ lot: 'p4-2', raises: true });
    expect(all.filter(({ raises }) => raises)).toHaveLength(1);
  });
});

describe('monitoring', () => {
  const plan = {
    product: 'cart',
    reaction: 'crs',
    method: 'maxsprt',
    since: '2026-01-01',
    parameters: { rate: 0.02, alpha: 0.05, upperLimit: 10, leastEvents: 1 },
  };
  const enter = (id: string, body: object, status = 200) =>
    ask<MonitorPage>('POST', `/api/signals/monitoring/${id}/entries`, body, status);

  test('MaxSPRT: the critical value is exact, reports are counted, a signal raises an alarm', async () => {
    const { plan: made } = await ask<MonitorPage>('POST', '/api/signals/monitoring', plan, 201);
    // Kulldorff 2011, table 1: T = 10, alpha 0.05, M = 1.
    expect((made.parameters as { criticalValue: number }).criticalValue).toBeCloseTo(3.467952, 5);
    await plant([
      ...repeat(1, { product: 'cart', reaction: 'crs', day: '2026-02-10' }),
      ...repeat(7, { product: 'cart', reaction: 'crs', day: '2026-03-10' }),
    ]);
    let page = await enter(made.id, { day: '2026-02-28', exposed: 50 });
    expect(page).toMatchObject({ signal: null, points: [{ events: 1, exposed: 50, expected: 1, statistic: 0 }] });
    page = await enter(made.id, { day: '2026-03-31', exposed: 50 });
    expect(page.points[1]).toMatchObject({ events: 8, expected: 2 });
    // (2 - 8) + 8 log(8 / 2)
    expect(page.points[1]!.statistic).toBeCloseTo(-6 + 8 * Math.log(4), 9);
    expect(page.signal).toBe('2026-03-31');
    expect(await judge()).toMatchObject({ plans: 1 });
    const [alarm] = (await alarms()).filter(({ key }) => key.includes('/plan/'));
    expect(alarm).toMatchObject({
      subject: { product: 'cart', reaction: 'crs', plan: made.id },
      cases: 8,
      first: '2026-03-31',
    });

    await enter(made.id, { day: '2026-03-01', exposed: 5 }, 409);
    await enter(made.id, { day: '2027-03-01', exposed: 5 }, 400);
    await enter(made.id, { day: '2026-04-01', exposed: 0 }, 400);
    const { entries } = page;
    page = await ask('POST', `/api/signals/monitoring/${made.id}/entries/${entries[1]!.id}/strike`, {
      why: 'typed twice',
    });
    expect(page.signal).toBeNull();
    expect(page.entries[1]!.struckWhy).toBe('typed twice');
    page = await ask('POST', `/api/signals/monitoring/${made.id}/end`, { why: 'study is over' });
    expect(page.plan).toMatchObject({ state: 'ended', endedWhy: 'study is over' });
    await enter(made.id, { day: '2026-05-01', exposed: 5 }, 409);
  });

  test('risk-adjusted CUSUM and Bayesian stopping follow entered events', async () => {
    const cusum = await ask<MonitorPage>(
      'POST',
      '/api/signals/monitoring',
      { ...plan, method: 'cusum', parameters: { oddsRatio: 2, limit: 1.2 } },
      201,
    );
    let page = cusum;
    for (const day of ['2026-02-01', '2026-02-02'])
      page = await enter(cusum.plan.id, { day, exposed: 1, events: 1, risk: 0.1 });
    // Each event adds log(2 / (1 - 0.1 + 2 * 0.1)).
    expect(page.points[1]!.statistic).toBeCloseTo(2 * Math.log(2 / 1.1), 9);
    expect(page.signal).toBeNull();
    page = await enter(cusum.plan.id, { day: '2026-02-02', exposed: 1, events: 1, risk: 0.1 });
    expect(page.signal).toBe('2026-02-02');
    await enter(cusum.plan.id, { day: '2026-02-03', exposed: 1, events: 1 }, 400);

    const bayes = await ask<MonitorPage>(
      'POST',
      '/api/signals/monitoring',
      { ...plan, method: 'bayes', parameters: { priorEvents: 1, priorExposure: 10, limit: 0.1, certainty: 0.95 } },
      201,
    );
    page = await enter(bayes.plan.id, { day: '2026-02-01', exposed: 20, events: 2 });
    // P(gamma(3, 30) > 0.1) = e^-3 (1 + 3 + 9 / 2)
    expect(page.points[0]!.statistic).toBeCloseTo(Math.exp(-3) * 8.5, 9);
    page = await enter(bayes.plan.id, { day: '2026-03-01', exposed: 20, events: 12 });
    expect(page.signal).toBe('2026-03-01');
  });

  test.each([
    { ...plan, parameters: { ...plan.parameters, rate: 0 } },
    { ...plan, parameters: { ...plan.parameters, alpha: 0.9 } },
    { ...plan, parameters: { ...plan.parameters, leastEvents: 1.5 } },
    { ...plan, method: 'guess' },
    { ...plan, since: '2026-02-31x' },
    { ...plan, product: ' ' },
    { ...plan, parameters: undefined },
  ])('%j is refused', async (wrong) => {
    await ask('POST', '/api/signals/monitoring', wrong, 400);
  });
});

test('the job judges when something has changed, and only then', async () => {
  const job = safetyJob({ computing });
  const ctx = systemContext({ db: pool, log: silentLog, now: () => NOW }, 'signals');
  await plant(background(200));
  await job.run(ctx);
  await job.run(ctx);
  expect(await findSafetyRuns(pool, 10)).toHaveLength(1);
  await plant([{ product: 'p1', reaction: 'r1' }]);
  await job.run(ctx);
  expect(await findSafetyRuns(pool, 10)).toHaveLength(2);
});

describe('who may', () => {
  test('the regulator sees and works, the researcher sees pairs with enough reports, nobody else anything', async () => {
    await plant([...background(300), ...repeat(12, { product: 'p3', reaction: 'abscess' })]);
    const may: Record<string, number[]> = {};
    for (const role of ROLES) {
      if (role === 'system') continue;
      become(role);
      const of = async (method: 'GET' | 'POST', url: string) =>
        (await app.inject({ method, url, ...(method === 'POST' && { payload: {} }) })).statusCode;
      may[role] = [
        await of('GET', '/api/signals/safety'),
        await of('POST', '/api/signals/safety/judge'),
        await of('GET', '/api/signals/safety/lots'),
        await of('GET', '/api/signals/monitoring'),
      ];
    }
    const none = [403, 403, 403, 403];
    expect(may).toEqual({
      ...Object.fromEntries(ROLES.filter((role) => role !== 'system').map((role) => [role, none])),
      regulator: [200, 200, 200, 200],
      researcher: [200, 403, 403, 403],
    });
    become('regulator');
    const { alarms: all } = await listAlarms(testContext(pool, { actor, now: () => NOW }), {});
    expect(all.map(({ key }) => key)).toContain('p3/abscess');
    become('laboratory-director');
    const director = testContext(pool, { actor, now: () => NOW });
    expect(await listAlarms(director, {})).toEqual({ alarms: [] });
    expect(await listAlarms(director, { kind: 'safety' })).toEqual({ alarms: [] });
    await expect(readAlarm(director, all[0]!.id)).rejects.toMatchObject({ kind: 'not-found' });
    become('researcher');
    const seen = await screen();
    expect(seen.smallest).toBe(10);
    expect(seen.pairs).toMatchObject([{ product: 'p3', reaction: 'abscess', n: 12 }]);
    expect(seen.hidden).toBeGreaterThan(100);
    const page = await pairPage({ product: 'p3', reaction: 'abscess' });
    expect(page).toMatchObject({ subgroups: [], lots: [], reports: [], alarms: [] });
    await ask('GET', '/api/signals/safety/pair?product=p1&reaction=r1', undefined, 404);
    const acts = await pool.rows<{ act: string }>(
      sql`select distinct act from access.audit where act like 'signals.safety%' order by act`,
    );
    expect(acts.map(({ act }) => act)).toEqual(
      expect.arrayContaining(['signals.safety-judged', 'signals.safety-pair-read', 'signals.safety-screened']),
    );
  });
});
