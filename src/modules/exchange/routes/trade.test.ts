import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findPermissions } from '#kernel/access';
import { type Actor, ROLES, type Role } from '#kernel/context';
import type { Door } from '#kernel/http';
import { silentLog } from '#kernel/log';
import { type Pool, sql } from '#kernel/sql';
import { testActor, testContext } from '../../../../tests/support/context.ts';
import { type Planted, plantOffering, SELLER, TABLE_ROWS } from '../../../../tests/support/exchange.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import { problemApp } from '../../../../tests/support/visits.ts';
import { makeAgreement } from '../actions/agreements.ts';
import { deliver } from '../actions/delivery.ts';
import { hearDueNotices } from '../actions/money.ts';
import { tradable } from '../actions/offerings.ts';
import { clockDueOrders } from '../actions/orders.ts';
import { sendDuePushes } from '../actions/pushes.ts';
import { tradeHearer } from '../actions/trade-hearer.ts';
import type { OrderPage, Revenue, StatementLine, TraceReport, Wallet } from '../model.ts';
import { checkBooks } from '../store/money.ts';
import { tradeRoutes } from './trade.ts';

const DAY_MS = 86_400_000;
const roles = new Map<Role, ReadonlySet<string>>();
let pool: Pool;
let app: FastifyInstance;
let actor: Actor;
let now = Date.parse('2026-11-22T04:00:00Z');
let keys = 0;

const become = (role: Role, parts: Partial<Actor> = {}): void => {
  actor = testActor(role, { permissions: roles.get(role) ?? new Set(), ...parts });
};
const buyer = (): void => become('data-buyer');
const seller = (): void => become('laboratory-director', { organizations: ['lab-1'] });
const operator = (): void => become('administrator');
const own = () => testContext(pool, { actor, now: () => new Date(now) });
const system = () => testContext(pool, { now: () => new Date(now) });

beforeAll(async () => {
  pool = await testDatabase();
  for (const role of ROLES) roles.set(role, await findPermissions(pool, [role]));
  app = problemApp();
  tradeRoutes(app, { pool, log: silentLog, context: async () => own() } as unknown as Door, () => new Date(now));
});
beforeEach(buyer);
afterAll(() => app?.close());

async function send<T>(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  payload?: object,
  status = 200,
): Promise<T> {
  const answer = await app.inject({ method, url: `/api/exchange${path}`, ...(payload && { payload }) });
  expect(answer.statusCode, answer.body).toBe(status);
  return answer.json<T>();
}
const fresh = () => `key ${keys++}`;
const wallet = async () => {
  const { balances } = await send<Wallet>('GET', '/wallet');
  return Object.fromEntries(balances.map(({ purpose, fen }) => [purpose, fen])) as Record<string, number>;
};
const pay = async (fen: number): Promise<void> => {
  await send('POST', '/wallet/top-ups', { fen, key: fresh() });
  now += 2_000;
  await hearDueNotices(system());
};
const order = (offering: string, parts: object = {}, status = 200) =>
  send<OrderPage>('POST', '/orders', { offering, price: 0, purpose: 'research', key: fresh(), ...parts }, status);
const move = (page: OrderPage, name: string, parts: object = {}, status = 200) =>
  send<OrderPage>(
    'POST',
    `/orders/${page.order.id}/moves/${name}`,
    { revision: page.order.revision, ...parts },
    status,
  );
const read = (page: OrderPage) => send<OrderPage>('GET', `/orders/${page.order.id}`);
const pass = async (ms: number): Promise<void> => {
  now += ms;
  await clockDueOrders(system());
};
const plant = (planted: Partial<Planted> = {}) =>
  plantOffering(pool, {
    prices: [{ kind: 'flat', fen: 10_000 }],
    sources: [
      [SELLER, 7_000],
      ['Organization/hospital-1', 3_000],
    ],
    ...planted,
  });
const funded = async (planted: Partial<Planted> = {}, wish: object = {}): Promise<OrderPage> => {
  const page = await order(await plant(planted), wish);
  await pay(page.order.deposit + 1);
  return move(page, 'fund');
};
const fetchAll = async (page: OrderPage) => {
  const { deliveries } = await send<OrderPage>('POST', `/orders/${page.order.id}/deliveries`, { way: 'download' });
  const { path } = await send<{ path: string }>(
    'POST',
    `/orders/${page.order.id}/deliveries/${deliveries[0]!.id}/link`,
  );
  return { deliveries, path, answer: await app.inject({ method: 'GET', url: path }) };
};

describe('a product bought as a whole', () => {
  test('is agreed as offered, funded, delivered, accepted, paid to its sources and certified', async () => {
    const before = await wallet();
    const page = await funded();
    expect(page.order).toMatchObject({ state: 'funded', deposit: 10_000, frozen: 10_000 });
    expect((await wallet())['frozen']).toBe((before['frozen'] ?? 0) + 10_000);

    const { answer, deliveries } = await fetchAll(page);
    expect(answer.statusCode).toBe(200);
    expect(createHash('sha256').update(answer.rawPayload).digest('hex')).toBe(deliveries[0]!.digest);
    const delivered = await read(page);
    expect(delivered.order).toMatchObject({ state: 'delivered', frozen: 0, escrow: 10_000 });
    expect(delivered.deliveries[0]).toMatchObject({ state: 'done', rows: TABLE_ROWS.length });

    const done = await move(delivered, 'accept');
    expect(done.order).toMatchObject({ state: 'certified', escrow: 0, distributed: 10_000 });
    expect(done.order.certificate).toMatch(/^[0-9a-f-]{36}$/);
    expect(done.events.map(({ move: each }) => each)).toEqual([
      'request',
      'agree',
      'fund',
      'begin',
      'deliver',
      'accept',
      'settle',
      'certify',
    ]);
    expect(done.invoices).toHaveLength(1);
    // 2 % of 10,000 is 200 for the exchange; of 9,800 seven and three tenths.
    seller();
    const revenue = await send<Revenue>('GET', '/revenue');
    const mine = revenue.cells.filter(({ offering }) => offering === page.order.offering);
    expect(mine.map(({ source, fen }) => [source, fen])).toEqual([
      ['Organization/hospital-1', 2_940],
      [SELLER, 6_860],
    ]);
  });

  test('is accepted by the clock when the days to accept are over', async () => {
    const page = await funded();
    await fetchAll(page);
    await pass(6 * DAY_MS);
    expect((await read(page)).order.state).toBe('delivered');
    await pass(DAY_MS);
    expect((await read(page)).order.state).toBe('certified');
  });

  test('every click counts once: ordered, funded and accepted again and again it is one trade', async () => {
    const offering = await plant();
    const wish = { key: fresh() };
    const pages = await Promise.all([order(offering, wish), order(offering, wish), order(offering, wish)]);
    expect(new Set(pages.map((each) => each.order.id)).size).toBe(1);
    await pay(50_000);
    const before = await wallet();
    const clicks = await Promise.all([move(pages[0]!, 'fund'), move(pages[0]!, 'fund'), move(pages[0]!, 'fund')]);
    expect(clicks.map((each) => each.order.state)).toEqual(['funded', 'funded', 'funded']);
    expect((await wallet())['available']).toBe((before['available'] ?? 0) - 10_000);
    await fetchAll(pages[0]!);
    const delivered = await read(pages[0]!);
    await Promise.all([move(delivered, 'accept'), move(delivered, 'accept')]);
    expect((await read(delivered)).invoices).toHaveLength(1);
  });

  test('is not funded without the money, and nothing is kept of the try', async () => {
    become('data-buyer', { id: 'poor' });
    const page = await order(await plant());
    const answer = await move(page, 'fund', {}, 409);
    expect(answer).toMatchObject({ message: 'there is not enough money in the account' });
    expect((await read(page)).order).toMatchObject({ state: 'agreed', revision: page.order.revision });
  });

  test('lapses when nobody funds it', async () => {
    const page = await order(await plant());
    await pass(31 * DAY_MS);
    expect((await read(page)).order.state).toBe('cancelled');
    await move(await read(page), 'fund', {}, 409);
  });
});

describe('a dispute', () => {
  const disputed = async (): Promise<OrderPage> => {
    const page = await funded();
    await fetchAll(page);
    return move(await read(page), 'dispute', { words: 'The columns are not those of the dictionary' });
  };

  test('is decided by the operator: a part goes back, the rest is settled', async () => {
    const page = await disputed();
    const before = await wallet();
    operator();
    const decided = await move(await read(page), 'settle', { words: 'One column is missing', fen: 4_000 });
    expect(decided.order).toMatchObject({ state: 'certified', returned: 4_000, distributed: 6_000 });
    buyer();
    expect((await wallet())['available']).toBe((before['available'] ?? 0) + 4_000);
  });

  test('that is won wholly ends the contract, and no certificate is issued', async () => {
    const page = await disputed();
    operator();
    const decided = await move(await read(page), 'settle', { words: 'Nothing of it is usable', fen: 10_000 });
    expect(decided.order).toMatchObject({ state: 'refunded', returned: 10_000, distributed: 0, certificate: null });
    buyer();
    await send('POST', `/orders/${page.order.id}/deliveries`, { way: 'download' }, 409);
  });

  test('stops the clock, is not decided by its parties, and not without words', async () => {
    const page = await disputed();
    await pass(90 * DAY_MS);
    expect((await read(page)).order.state).toBe('disputed');
    await move(await read(page), 'settle', { words: 'I win' }, 409);
    seller();
    await move(await read(page), 'settle', { words: 'I win' }, 409);
    operator();
    await move(await read(page), 'settle', {}, 400);
    await move(await read(page), 'settle', { words: 'x', fen: 10_001 }, 400);
  });
});

describe('money back after the settlement', () => {
  const settled = async (): Promise<OrderPage> => {
    const page = await funded();
    await fetchAll(page);
    return move(await read(page), 'accept');
  };

  test('comes from each who got of it; with all of it the certificate is revoked', async () => {
    const page = await settled();
    seller();
    const part = await move(await read(page), 'refund', { words: 'Goodwill', fen: 1_001 });
    expect(part.order).toMatchObject({ state: 'certified', refunded: 1_001 });
    const all = await move(part, 'refund', { words: 'All of it' });
    expect(all.order).toMatchObject({ state: 'refunded', refunded: 10_000 });
    expect(all.invoices.map(({ kind, fen }) => [kind, fen])).toEqual([
      ['invoice', 10_000],
      ['credit-note', 1_001],
      ['credit-note', 8_999],
    ]);
    expect(await stateOf(page)).toBe('revoked');
  });

  test('a contract that is revoked gives nothing any more, and its certificate neither', async () => {
    const page = await settled();
    seller();
    const revoked = await move(await read(page), 'revoke', { words: 'Passed on against the terms' });
    expect(revoked.order.state).toBe('revoked');
    expect(await stateOf(page)).toBe('revoked');
    buyer();
    await send('POST', `/orders/${page.order.id}/deliveries`, { way: 'download' }, 409);
  });

  const stateOf = async ({ order: { certificate } }: OrderPage) =>
    (await pool.one<{ state: string }>(sql`select state from exchange.certificate where id::text = ${certificate}`))
      .state;
});

describe('no contract', () => {
  test.each([
    ['without an approved assessment', { assessed: false }],
    ['while it is suspended', { state: 'suspended' }],
    ['before it is listed', { state: 'certified' }],
  ] as const)('%s', async (_, planted) => {
    await order(await plant(planted), {}, 409);
  });

  test('of a free product for anything but research, or by anybody but researchers', async () => {
    const offering = await plant({ prices: [{ kind: 'free-research' }] });
    await order(offering, {}, 403);
    become('researcher');
    await order(offering, { purpose: 'insurance' }, 400);
    expect((await order(offering)).order.state).toBe('funded');
  });

  test('with oneself', async () => {
    become('enterprise', { organizations: ['lab-1'] });
    await order(await plant(), {}, 409);
  });
});

describe('a delivery', () => {
  test.each(['agreed', 'cancelled'])('of an order that is %s is refused', async (state) => {
    const page = await order(await plant());
    if (state === 'cancelled') await move(page, 'cancel');
    await send('POST', `/orders/${page.order.id}/deliveries`, { way: 'download' }, 409);
    await send('POST', `/orders/${page.order.id}/keys`, { name: 'x' }, 409);
  });

  test('is given in ranges, with its hash, and to nobody with another link', async () => {
    const page = await funded();
    const { path, answer } = await fetchAll(page);
    const part = await app.inject({ method: 'GET', url: path, headers: { range: 'bytes=10-19' } });
    expect(part.statusCode).toBe(206);
    expect(part.headers['content-range']).toBe(`bytes 10-19/${answer.rawPayload.length}`);
    expect(part.rawPayload.equals(answer.rawPayload.subarray(10, 20))).toBe(true);
    const last = await app.inject({ method: 'GET', url: path, headers: { range: 'bytes=-5' } });
    expect(last.rawPayload.equals(answer.rawPayload.subarray(-5))).toBe(true);
    expect((await app.inject({ method: 'GET', url: path, headers: { range: 'bytes=999999-' } })).statusCode).toBe(416);
    expect(
      (await app.inject({ method: 'GET', url: path.replace(/.$/, (end) => (end === 'A' ? 'B' : 'A')) })).statusCode,
    ).toBe(403);
    expect((await app.inject({ method: 'GET', url: path.replace(/until=\d/, 'until=9') })).statusCode).toBe(403);
    now += 16 * 60_000;
    expect((await app.inject({ method: 'GET', url: path })).statusCode).toBe(403);
  });

  test('that the terms do not permit is refused, and not counted', async () => {
    const page = await funded({ terms: { mostUses: 2 } });
    await send('POST', `/orders/${page.order.id}/deliveries`, { way: 'download' });
    await send('POST', `/orders/${page.order.id}/deliveries`, { way: 'download' });
    const refused = await send<{ facts: object }>(
      'POST',
      `/orders/${page.order.id}/deliveries`,
      { way: 'download' },
      403,
    );
    expect(refused.facts).toMatchObject({ reasons: [{ left: 'count' }] });
    expect((await read(page)).deliveries).toHaveLength(2);
  });

  test('for the purpose that the terms name is given, for another one refused', async () => {
    const fits = await funded({ terms: { purposes: ['research'], days: 30 } }, { purpose: 'research' });
    await send('POST', `/orders/${fits.order.id}/deliveries`, { way: 'download' });
    expect(fits.order.expiresAt).toBe(new Date(Date.parse(fits.order.agreedAt as string) + 30 * DAY_MS).toISOString());
    const page = await funded({ terms: { purposes: ['research'] } }, { purpose: 'insurance' });
    await send('POST', `/orders/${page.order.id}/deliveries`, { way: 'download' }, 403);
  });

  test('by push arrives with its hash, is tried again when it fails, and never goes inside', async () => {
    const got: { body: Buffer; headers: Record<string, unknown> }[] = [];
    const server = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        got.push({ body: Buffer.concat(pieces), headers: request.headers });
        response.statusCode = got.length === 1 ? 503 : 204;
        response.end();
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const address = `http://127.0.0.1:${(server.address() as { port: number }).port}/in`;
    try {
      const page = await funded();
      await send('POST', `/orders/${page.order.id}/deliveries`, { way: 'push', address }, 400);
      await send(
        'POST',
        `/orders/${page.order.id}/deliveries`,
        { way: 'push', address: 'https://169.254.169.254/x' },
        400,
      );
      await send(
        'POST',
        `/orders/${page.order.id}/deliveries`,
        { way: 'push', address: 'https://user:word@example.com/x' },
        400,
      );
      await deliver(own(), page.order.id, { way: 'push', address }, { allowInside: true });
      await sendDuePushes(system(), { allowInside: true });
      expect((await read(page)).deliveries[0]).toMatchObject({
        state: 'waiting',
        trouble: 'the receiver answered 503',
      });
      expect((await read(page)).order.state).toBe('funded');
      now += 31_000;
      await sendDuePushes(system(), { allowInside: true });
      const after = await read(page);
      expect(after.deliveries[0]).toMatchObject({ state: 'done', trouble: null });
      expect(after.order.state).toBe('delivered');
      expect(got).toHaveLength(2);
      expect(got[0]!.headers['idempotency-key']).toBe(got[1]!.headers['idempotency-key']);
      expect(createHash('sha256').update(got[1]!.body).digest('hex')).toBe(after.deliveries[0]!.digest);

      // The name looked harmless when it was given; where it leads to is judged when it is connected to.
      const other = await funded();
      await deliver(
        own(),
        other.order.id,
        { way: 'push', address: address.replace('127.0.0.1', 'localhost') },
        { allowInside: true },
      );
      await sendDuePushes(system(), { allowInside: false });
      expect((await read(other)).deliveries[0]).toMatchObject({
        trouble: 'the address is not one of the open Internet',
      });
      expect(got).toHaveLength(2);
    } finally {
      server.close();
    }
  });
});

describe('calls', () => {
  const withKey = async (page: OrderPage) => {
    const { key } = await send<{ key: string }>('POST', `/orders/${page.order.id}/keys`, { name: 'server' });
    return async (query = '') =>
      app.inject({
        method: 'GET',
        url: `/api/exchange/data/${page.order.offering}${query}`,
        headers: { authorization: `Bearer ${key}` },
      });
  };

  test('are answered by filters, metered and charged: the part of the month that was used, the rest comes back', async () => {
    const page = await funded({ prices: [{ kind: 'per-call', fenPerTenThousand: 5_000_000 }] }, { budgetFen: 5_000 });
    const call = await withKey(page);
    const answer = (await call('?district=district%201&persons.from=30&limit=2')).json();
    expect(answer.rows.length).toBeLessThanOrEqual(2);
    for (const row of answer.rows) {
      expect(row[0]).toBe('district 1');
      expect(row[2]).toBeGreaterThanOrEqual(30);
    }
    expect((await call('?nonsense=1')).statusCode).toBe(400);
    await call();
    const used = await read(page);
    expect(used).toMatchObject({ charge: 1_000, usage: { calls: 2 } });
    expect(used.days).toEqual([expect.objectContaining({ calls: 2 })]);
    const ended = await move(used, 'deliver');
    expect(ended.order).toMatchObject({ state: 'delivered', escrow: 1_000, returned: 4_000 });
    expect((await call()).statusCode).toBe(401);
  });

  test('of many at once none is answered beyond the budget, and each that is answered is counted', async () => {
    const page = await funded({ prices: [{ kind: 'per-call', fenPerTenThousand: 1_000_000 }] }, { budgetFen: 1_000 });
    const call = await withKey(page);
    const answers = await Promise.all(Array.from({ length: 25 }, () => call()));
    const told = answers.map(({ statusCode }) => statusCode).sort();
    expect(told.filter((status) => status === 200)).toHaveLength(10);
    expect(told.filter((status) => status === 409)).toHaveLength(15);
    expect(await read(page)).toMatchObject({ charge: 1_000, usage: { calls: 10 }, order: { calls: 10 } });
  });

  test('keep to the quota that the seller sets', async () => {
    const page = await funded();
    const call = await withKey(page);
    seller();
    await send('PUT', `/orders/${page.order.id}/quota`, { callsAMinute: 2, callsAMonth: 3 });
    buyer();
    await send('PUT', `/orders/${page.order.id}/quota`, { callsAMinute: 2_000, callsAMonth: 3 }, 403);
    expect((await call()).statusCode).toBe(200);
    expect((await call()).statusCode).toBe(200);
    expect((await call()).statusCode).toBe(429);
    now += 60_000;
    expect((await call()).statusCode).toBe(200);
    now += 60_000;
    expect((await call()).statusCode).toBe(429);
  });

  test('need a key of this offering that was not ended', async () => {
    const page = await funded();
    const call = await withKey(page);
    const other = await plant();
    expect((await app.inject({ method: 'GET', url: `/api/exchange/data/${other}` })).statusCode).toBe(401);
    expect((await call()).statusCode).toBe(200);
    const {
      keys: [key],
    } = await read(page);
    await send('DELETE', `/orders/${page.order.id}/keys/${key!.id}`);
    expect((await call()).statusCode).toBe(401);
  });
});

describe('a contract that was negotiated', () => {
  const finalized = async (planted: Partial<Planted> = {}) => {
    const offering = await plant(planted);
    const consumer = { id: `account/${actor.id}`, name: actor.name };
    const { id } = await pool.transaction(async (tx) => {
      const { policy, version, holder } = await tradable(system(), tx, offering);
      const asked = { offeringId: offering, version, assigner: holder, assignee: consumer, policy };
      return makeAgreement(system(), tx, asked);
    });
    const data = { role: 'provider', offering, consumer, agreementId: id };
    const fact = {
      id: 1,
      toldAt: new Date(now),
      attempts: 0,
      type: 'exchange.agreement-finalized',
      subject: id.slice(-36),
      data,
    };
    return { agreement: id, fact };
  };
  const ordered = async (agreement: string) => {
    const { id } = await pool.one<{ id: string }>(
      sql`select id from exchange.trade_order where agreement = ${agreement}`,
    );
    return send<OrderPage>('GET', `/orders/${id}`);
  };

  test('becomes one order, however often it is heard, to be funded as any other', async () => {
    const { agreement, fact } = await finalized({ terms: { purposes: ['education'] } });
    await tradeHearer.hear(system(), [fact, fact]);
    await tradeHearer.hear(system(), [fact]);
    const page = await ordered(agreement);
    expect(page.order).toMatchObject({ state: 'agreed', purpose: 'education', deposit: 10_000 });
    await pay(10_000);
    const { answer } = await fetchAll(await move(page, 'fund'));
    expect(answer.statusCode).toBe(200);
  });

  test('that ends before it is funded takes its order with it', async () => {
    const { agreement, fact } = await finalized();
    await tradeHearer.hear(system(), [fact]);
    await tradeHearer.hear(system(), [{ ...fact, type: 'exchange.agreement-ended', subject: agreement, data: {} }]);
    expect((await ordered(agreement)).order.state).toBe('cancelled');
  });
});

test('a subscription is paid month by month, and ends with the last', async () => {
  const page = await funded({ prices: [{ kind: 'subscription', fen: 3_000, every: 'month' }] }, { periods: 3 });
  expect(page.order).toMatchObject({ deposit: 9_000, state: 'funded' });
  await pass(31 * DAY_MS);
  expect((await read(page)).order).toMatchObject({
    state: 'delivering',
    distributed: 3_000,
    frozen: 6_000,
    settledPeriods: 1,
  });
  await pass(31 * DAY_MS);
  expect((await read(page)).order).toMatchObject({ distributed: 6_000 });
  await pass(31 * DAY_MS);
  expect((await read(page)).order).toMatchObject({ state: 'delivered', escrow: 3_000, frozen: 0 });
  await pass(8 * DAY_MS);
  const done = await read(page);
  expect(done.order).toMatchObject({ state: 'certified', distributed: 9_000 });
  expect(done.invoices.map(({ fen }) => fen)).toEqual([3_000, 3_000, 3_000]);
  await pass(1_000);
  expect((await read(page)).order.state).toBe('expired');
});

test('a share of revenue is of what the buyer declares, which only grows', async () => {
  const page = await funded({ prices: [{ kind: 'revenue-share', basisPoints: 1_000 }] }, { budgetFen: 50_000 });
  const declare = (fen: number, status = 200) =>
    send<OrderPage>('POST', `/orders/${page.order.id}/revenue`, { fen, revision: page.order.revision }, status);
  await declare(100_000);
  await declare(90_000, 400);
  await declare(600_000, 409);
  expect((await read(page)).charge).toBe(10_000);
  const done = await move(await move(await read(page), 'deliver'), 'accept');
  expect(done.order).toMatchObject({ state: 'certified', distributed: 10_000, returned: 40_000 });
});

test('numbers of invoices have no gaps, however many trades settle at once', async () => {
  const pages: OrderPage[] = [];
  for (let at = 0; at < 6; at += 1) pages.push(await funded());
  for (const page of pages) await fetchAll(page);
  const delivered = await Promise.all(pages.map(read));
  await Promise.all(delivered.map((page) => move(page, 'accept')));
  const numbers = await pool.rows<{ number: number }>(
    sql`select number from exchange.invoice where issuer = ${SELLER} and year = 2026 order by number`,
  );
  expect(numbers.map(({ number }) => number)).toEqual(numbers.map((_, at) => at + 1));
});

test('the operator learns whose copy a file is', async () => {
  const offering = await plant();
  const copies: string[] = [];
  for (const id of ['a', 'b', 'c']) {
    become('data-buyer', { id });
    const page = await order(offering);
    await pay(20_000);
    const { answer } = await fetchAll(await move(page, 'fund'));
    copies.push(answer.body);
  }
  expect(new Set(copies).size).toBe(3);
  await send('POST', '/traces', { offering, csv: copies[1] }, 403);
  operator();
  const { suspects, matched, rows } = await send<TraceReport>('POST', '/traces', { offering, csv: copies[1] });
  expect([matched, rows]).toEqual([TABLE_ROWS.length, TABLE_ROWS.length]);
  expect(suspects.filter(({ isProven }) => isProven).map(({ buyer: { id } }) => id)).toEqual(['account/b']);
  const none = await send<TraceReport>('POST', '/traces', { offering, csv: 'district,subtype\nx,y\nz,w' });
  expect(none.suspects.some(({ isProven }) => isProven)).toBe(false);
});

/** Goal: nobody sees or moves what is not theirs. Method: every role at every door, then a stranger at one order. */
describe('who may', () => {
  test.each([
    ['/wallet', ['data-buyer', 'enterprise', 'laboratory-director', 'researcher']],
    ['/statement', ['data-buyer', 'enterprise', 'laboratory-director', 'researcher']],
    ['/orders', ['data-buyer', 'enterprise', 'researcher']],
    ['/orders?side=seller', ['enterprise', 'laboratory-director']],
    ['/orders?side=operator', ['administrator']],
    ['/revenue', ['enterprise', 'laboratory-director']],
    ['/revenue?all=true', ['administrator']],
    ['/payments', ['administrator']],
  ])('%s is for %j', async (path, allowed) => {
    for (const role of ROLES.filter((each) => each !== 'system')) {
      become(role, { organizations: ['elsewhere'] });
      const answer = await app.inject({ method: 'GET', url: `/api/exchange${path}` });
      expect(answer.statusCode, role).toBe((allowed as readonly string[]).includes(role) ? 200 : 403);
    }
  });

  test('a stranger finds no order, and moves none', async () => {
    const page = await funded();
    for (const role of ['data-buyer', 'enterprise', 'researcher', 'laboratory-director', 'regulator'] as const) {
      become(role, { id: 'stranger', organizations: ['elsewhere'] });
      await send('GET', `/orders/${page.order.id}`, undefined, 404);
      await move(page, 'accept', {}, 404);
      await send('POST', `/orders/${page.order.id}/deliveries/${page.order.id}/link`, undefined, 404);
    }
    seller();
    await send('POST', `/orders/${page.order.id}/deliveries`, { way: 'download' }, 403);
    await send('GET', '/orders/not-an-id', undefined, 404);
  });
});

test('a statement ends at what the wallet holds', async () => {
  const { lines } = await send<{ lines: StatementLine[] }>('GET', '/statement');
  const held = await wallet();
  for (const purpose of ['available', 'frozen'] as const)
    expect(lines.find((line) => line.purpose === purpose)?.balance).toBe(held[purpose]);
});

test('after all of this the books balance', async () => {
  expect((await checkBooks(pool)).flaws).toEqual([]);
});
