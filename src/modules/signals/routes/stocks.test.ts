import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findPermissions } from '#kernel/access';
import { type Actor, ROLES, type Role } from '#kernel/context';
import type { Door } from '#kernel/http';
import { type Pool, sql } from '#kernel/sql';
import { testActor, testContext } from '../../../../tests/support/context.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import { problemApp } from '../../../../tests/support/visits.ts';
import type { CountAnswer, StockHolding, StockMovement, StockProjection, StockView } from '../model.ts';
import { raiseAlarm } from '../store/index.ts';
import { stockRoutes } from './stocks.ts';

/**
 * Goal: what is counted and moved is kept once, never below nothing, answered for, and told as cover; each role does what it may.
 * Method: stocks through the routes on a real database.
 */
const NOW = new Date('2026-11-22T04:00:00Z');
let pool: Pool;
let app: FastifyInstance;
let actor: Actor;
let now = NOW;
const roles = new Map<Role, ReadonlySet<string>>();
const become = (role: Role, organization = 'o1'): void => {
  actor = testActor(role, { permissions: roles.get(role) ?? new Set(), organizations: [organization] });
};
const context = () => testContext(pool, { actor, now: () => now });

beforeAll(async () => {
  pool = await testDatabase();
  for (const role of ROLES) roles.set(role, await findPermissions(pool, [role]));
  app = problemApp();
  stockRoutes(app, { context: async () => context() } as unknown as Door);
});
beforeEach(async () => {
  become('regulator');
  now = NOW;
  await pool.run(
    sql`truncate signals.stock_site, signals.stock_lot, signals.stock_count, signals.stock_movement, signals.alarm`,
  );
});
afterAll(() => app?.close());

async function ask<T>(method: 'GET' | 'POST' | 'PUT', path: string, payload?: object | string) {
  const headers = { 'content-type': typeof payload === 'string' ? 'text/csv' : 'application/json' };
  const answer = await app.inject({
    method,
    url: `/api/signals/stocks${path}`,
    ...(payload !== undefined && { payload, headers }),
  });
  return { status: answer.statusCode, body: answer.json<T>() };
}

const HEADER = 'site,name,district,item,lot,expires,day,quantity';
const csvOf = (...rows: string[]) => [HEADER, ...rows].join('\r\n');
const FIRST = csvOf(
  's1,First store,440106,surgical-mask,L1,2027-06-01,2026-10-01,1000',
  's2,Second store,440304,surgical-mask,L2,,2026-10-01,100',
);
const count = (csv = FIRST, query = '') => ask<CountAnswer>('PUT', `/counts${query}`, csv);
const move = (told: object) => ask<{ movements: StockMovement[] }>('POST', '/movements', told);
const view = async (query = '') => (await ask<StockView>('GET', query)).body;
const held = async (): Promise<Record<string, number>> => {
  const { holdings } = (await ask<{ holdings: StockHolding[] }>('GET', '/holdings')).body;
  return Object.fromEntries(holdings.map(({ site, lot, quantity }) => [`${site} ${lot}`, quantity]));
};
const issue = { kind: 'issued', site: 's1', item: 'surgical-mask', lot: 'L1' };

describe('counts', () => {
  test('a file is taken once, looked at first, and refused as a whole where a line is at fault', async () => {
    expect((await count(FIRST, '?preview=true')).body).toMatchObject({ kept: false, faults: [], known: 0 });
    expect(await held()).toEqual({});
    expect((await count()).body).toMatchObject({ kept: true, rows: [{ effect: 1000 }, { effect: 100 }] });
    expect((await count()).body).toMatchObject({ kept: true, rows: [], known: 2 });
    const bad = await count(csvOf('s1,,,surgical-mask,L1,,2026-11-01,900', 's1,,,surgical-mask,L9,,2026-11-01,many'));
    expect(bad.status).toBe(422);
    expect(bad.body.faults).toEqual([{ row: 2, column: 'quantity', code: 'not-whole' }]);
    expect(await held()).toEqual({ 's1 L1': 1000, 's2 L2': 100 });
    const json = await ask<CountAnswer>('PUT', '/counts', {
      counts: [{ site: 's1', item: 'surgical-mask', lot: 'L1', day: '2026-11-01', quantity: 900 }],
    });
    expect(json.body).toMatchObject({ kept: true, rows: [{ effect: -100, district: '440106' }] });
    expect(await held()).toEqual({ 's1 L1': 900, 's2 L2': 100 });
  });

  test('what is accepted at one time by two is kept once', async () => {
    const answers = await Promise.all([count(), count(), count()]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await held()).toEqual({ 's1 L1': 1000, 's2 L2': 100 });
    expect((await pool.one<{ n: number }>(sql`select count(*)::int as n from signals.stock_movement`)).n).toBe(2);
  });
});

describe('movements', () => {
  beforeEach(async () => void (await count()));

  test('issues take off, never below nothing, and are taken back by a counter-movement', async () => {
    const { status, body } = await move({ ...issue, quantity: 400 });
    expect(status).toBe(201);
    expect(await held()).toMatchObject({ 's1 L1': 600 });
    expect((await move({ ...issue, quantity: 601 })).status).toBe(409);
    const id = body.movements[0]!.id;
    const undone = await ask<{ movements: StockMovement[] }>('POST', `/movements/${id}/undo`, {
      reason: 'typed twice',
    });
    expect(undone.body.movements[0]).toMatchObject({ kind: 'issued', quantity: -400, undoes: id });
    expect(await held()).toMatchObject({ 's1 L1': 1000 });
    expect((await ask('POST', `/movements/${id}/undo`, { reason: 'typed twice' })).status).toBe(409);
    const { movements } = (await ask<{ movements: StockMovement[] }>('GET', '/movements?item=surgical-mask')).body;
    expect(movements.map(({ kind, undone: back }) => [kind, back])).toContainEqual(['issued', true]);
    const acts = await pool.rows<{ act: string }>(
      sql`select act from access.audit where act like 'signals.stock%' and subject = ${id}`,
    );
    expect(acts).toEqual([{ act: 'signals.stock-issued' }]);
  });

  test('a transfer moves all of it, both ends together, there and back', async () => {
    const { body } = await move({ ...issue, kind: 'transferred', quantity: 300, to: { site: 's2' } });
    expect(await held()).toEqual({ 's1 L1': 700, 's2 L1': 300, 's2 L2': 100 });
    await ask('POST', `/movements/${body.movements[1]!.id}/undo`, { reason: 'wrong store' });
    expect(await held()).toEqual({ 's1 L1': 1000, 's2 L2': 100 });
    expect((await move({ ...issue, kind: 'transferred', quantity: 300, to: { site: 's1' } })).status).toBe(400);
    expect((await move({ ...issue, kind: 'transferred', quantity: 300, to: { site: 's9' } })).status).toBe(404);
  });

  test('what a later count has found already is not taken off again', async () => {
    await count(csvOf('s1,,,surgical-mask,L1,,2026-11-20,800'));
    await move({ ...issue, quantity: 200, day: '2026-11-18' });
    expect(await held()).toMatchObject({ 's1 L1': 800 });
    // It is use all the same: 200 in 28 days.
    expect((await view()).lines.find(({ city }) => city === '440100')?.perDay).toBeCloseTo(200 / 28, 9);
  });

  test('an order is to come until it was received', async () => {
    const { body } = await move({
      kind: 'ordered',
      site: 's1',
      item: 'surgical-mask',
      quantity: 500,
      due: '2026-11-25',
    });
    const order = body.movements[0]!.id;
    const coming = async () => (await view()).lines.find(({ city }) => city === '440100')?.incoming;
    expect(await coming()).toBe(500);
    const receive = (quantity: number) => move({ ...issue, kind: 'received', lot: 'L7', quantity, order });
    expect((await receive(200)).status).toBe(201);
    expect(await coming()).toBe(300);
    expect((await receive(301)).status).toBe(409);
    expect(await held()).toMatchObject({ 's1 L1': 1000, 's1 L7': 200 });
  });

  test.each([
    [{ quantity: 0 }, 400],
    [{ quantity: 1.5 }, 400],
    [{ quantity: 1, day: '2026-11-23' }, 400],
    [{ quantity: 1, item: 'gold' }, 404],
    [{ quantity: 1, site: 's9' }, 404],
    [{ quantity: 1, kind: 'eaten' }, 400],
    [{ quantity: 1, kind: 'received', expires: '2030-01-01' }, 409],
  ])('%j is refused with %i', async (parts, status) => {
    expect((await move({ ...issue, ...parts })).status).toBe(status);
  });
});

describe('cover', () => {
  beforeEach(async () => {
    await count();
    for (const day of ['2026-11-10', '2026-11-12']) {
      await move({ ...issue, quantity: 140, day });
      await move({ ...issue, site: 's2', lot: 'L2', quantity: 14, day });
    }
  });

  test('cover is stock by the use of the last 28 days, and a peak shortens it', async () => {
    const { lines, cities, today } = await view();
    expect(today).toBe('2026-11-22');
    expect(cities).toEqual(['440100', '440300']);
    expect(lines[0]).toMatchObject({ item: 'surgical-mask', city: '440100', stock: 720, perDay: 10, observedDays: 28 });
    expect(lines[0]).toMatchObject({ coverDays: 72, shortage: '2027-02-02', orderBy: '2027-01-19' });
    const peak = await view('?kind=peak&peak=4&durationDays=90');
    expect(peak.lines[0]?.coverDays).toBeLessThan(40);
    const { days, line, holdings } = (
      await ask<StockProjection>('GET', '/items/surgical-mask?city=region&kind=peak&peak=4&durationDays=90')
    ).body;
    expect(days).toHaveLength(120);
    expect(line).toMatchObject({ stock: 792, perDay: 11 });
    expect(holdings).toHaveLength(2);
  });

  test('a disease with an open alarm adds what its cases use, in its city', async () => {
    expect((await ask('GET', '?kind=disease&disease=influenza')).status).toBe(400);
    const ground = { method: 'ears', rule: {}, expected: 1, bound: 3, p: 0.001, q: 0.01 };
    await pool.transaction(async (tx) => {
      await raiseAlarm(testContext(tx, { now: () => now }), tx, {
        kind: 'outbreak',
        key: 'influenza/440106',
        subject: { disease: 'influenza', place: '440106' },
        grounds: [{ ...ground, first: '2026-11-11', last: '2026-11-20', cases: 20 }],
        cases: 20,
        quietDays: 4,
      });
    });
    const { lines, diseases } = await view('?kind=disease&disease=influenza&reproduction=1&durationDays=120');
    expect(diseases).toMatchObject([{ disease: 'influenza', generationDays: 2.8, alarms: 1 }]);
    // 10 a day and 2 cases a day with 10 masks each: 30 a day.
    expect(lines.find(({ city }) => city === '440100')).toMatchObject({ casesPerDay: 2, coverDays: 24 });
    expect(lines.find(({ city }) => city === '440300')).toMatchObject({ casesPerDay: 0, coverDays: 72 });
  });

  test('what a scenario cannot be is refused', async () => {
    for (const query of ['?peak=0', '?horizonDays=1.5', '?kind=war', '?leadDays=-1', '?service=1', '?kind=disease'])
      expect([query, (await ask('GET', query)).status]).toEqual([query, 400]);
    expect((await ask('GET', '/items/surgical-mask?city=440900')).status).toBe(404);
    expect((await ask('GET', '/items/gold')).status).toBe(404);
  });
});

describe('who may', () => {
  const READERS = ['laboratory-director', 'regulator'];
  const WRITERS = ['enterprise', 'laboratory-director', 'regulator'];
  test.each(ROLES.filter((role) => role !== 'system'))('%s', async (role) => {
    become(role);
    const may = (roles: readonly string[]) => (roles.includes(role) ? 200 : 403);
    expect((await ask('GET', '')).status).toBe(may(READERS));
    expect((await count()).status).toBe(may(WRITERS));
    expect((await ask('GET', '/movements')).status).toBe(may(WRITERS));
    expect((await ask('GET', '/items/surgical-mask')).status).toBe(READERS.includes(role) ? 200 : 403);
    // Another organization's.
    expect((await count(FIRST, '?organization=o2')).status).toBe(may(['regulator']));
  });

  test('an enterprise sees and takes back its own only', async () => {
    await count(FIRST, '?organization=o2');
    become('enterprise', 'o1');
    await count();
    const { holdings } = (await ask<{ holdings: StockHolding[] }>('GET', '/holdings')).body;
    expect(new Set(holdings.map(({ organization }) => organization))).toEqual(new Set(['o1']));
    become('enterprise', 'o2');
    const { body } = await move({ ...issue, quantity: 1 });
    become('enterprise', 'o1');
    expect((await ask('POST', `/movements/${body.movements[0]!.id}/undo`, { reason: 'not mine' })).status).toBe(403);
    const given = await move({ ...issue, kind: 'transferred', quantity: 1, to: { site: 's1', organization: 'o2' } });
    expect(given.status).toBe(403);
  });
});
