import { beforeEach, describe, expect, test } from 'vitest';
import { Problem } from '#kernel/problem';
import { sql } from '#kernel/sql';
import { testActor, testContext } from '../../../../tests/support/context.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import type { SandboxOutcome } from '../model.ts';
import { checkBooks, findBalances, post } from '../store/money.ts';
import { hearDueNotices, hearNotice, payOut, readStatement, readWallet, topUp } from './money.ts';

const pool = await testDatabase();
let now = Date.parse('2026-11-22T04:00:00Z');
const actor = testActor('data-buyer', { permissions: new Set(['exchange.buy']) });
const ctx = testContext(pool, { actor, now: () => new Date(now) });
const PARTY = `account/${actor.id}`;
let keys = 0;
const wish = (fen: number, outcome: SandboxOutcome = 'succeeds') => ({ fen, outcome, key: `key ${keys++}` });
const waited = async (ms: number) => {
  now += ms;
  await hearDueNotices(ctx);
};
const balances = async () =>
  Object.fromEntries((await findBalances(pool, PARTY)).map(({ purpose, fen }) => [purpose, fen]));
const count = async (table: string) =>
  (await pool.one<{ n: number }>(sql`select count(*) as n from access.audit where act = ${table}`)).n;

/** Goal: money comes, goes and stays as the provider says, however it says it. Method: the sandbox, a clock in the hand, real books. */
describe('payments', () => {
  let before: Record<string, number>;
  beforeEach(async () => {
    before = { available: 0, frozen: 0, ...(await balances()) };
  });
  const changed = async () => {
    const after = await balances();
    return {
      available: (after['available'] ?? 0) - (before['available'] ?? 0),
      frozen: (after['frozen'] ?? 0) - (before['frozen'] ?? 0),
    };
  };

  test('a top-up is there when the provider says so, and not before', async () => {
    await topUp(ctx, wish(10_000));
    expect(await changed()).toEqual({ available: 0, frozen: 0 });
    await waited(1_000);
    expect(await changed()).toEqual({ available: 10_000, frozen: 0 });
  });

  test('a top-up that fails changes nothing', async () => {
    await topUp(ctx, wish(10_000, 'fails'));
    await waited(5_000);
    expect(await changed()).toEqual({ available: 0, frozen: 0 });
    expect((await readWallet(ctx)).payments[0]).toMatchObject({ state: 'failed', fen: 10_000 });
  });

  test('a late one is late', async () => {
    await topUp(ctx, wish(300, 'late'));
    await waited(30_000);
    expect(await changed()).toEqual({ available: 0, frozen: 0 });
    await waited(31_000);
    expect(await changed()).toEqual({ available: 300, frozen: 0 });
  });

  test('told twice, under one number or two, it is booked once', async () => {
    const payment = await topUp(ctx, wish(500, 'twice'));
    await waited(5_000);
    expect(await hearNotice(ctx, { id: 'another', payment: payment.id, outcome: 'succeeded' })).toBe(false);
    expect(await hearNotice(ctx, { id: 'a third', payment: payment.id, outcome: 'failed' })).toBe(false);
    expect(await changed()).toEqual({ available: 500, frozen: 0 });
  });

  test('told by many at once it is booked once', async () => {
    const payment = await topUp(ctx, wish(700, 'late'));
    const told = await Promise.all(
      Array.from({ length: 8 }, (_, at) =>
        hearNotice(ctx, { id: `${payment.id} ${at % 3}`, payment: payment.id, outcome: 'succeeded' }),
      ),
    );
    expect(told.filter(Boolean)).toHaveLength(1);
    await waited(120_000);
    expect(await changed()).toEqual({ available: 700, frozen: 0 });
  });

  test('the same wish twice is one payment', async () => {
    const twice = wish(900);
    const [one, other] = await Promise.all([topUp(ctx, twice), topUp(ctx, twice)]);
    expect(one.id).toBe(other.id);
    await waited(5_000);
    expect(await changed()).toEqual({ available: 900, frozen: 0 });
  });

  test('what is paid out is frozen until it is gone, and comes back where it fails', async () => {
    await payOut(ctx, { ...wish(1_000), purpose: 'available' });
    expect(await changed()).toEqual({ available: -1_000, frozen: 1_000 });
    await waited(5_000);
    expect(await changed()).toEqual({ available: -1_000, frozen: 0 });
    await payOut(ctx, { ...wish(1_000, 'fails'), purpose: 'available' });
    await waited(5_000);
    expect(await changed()).toEqual({ available: -1_000, frozen: 0 });
  });

  test('nobody is paid what they have not got, and nothing of the wish is kept', async () => {
    const asked = await count('exchange.payment-asked');
    await expect(payOut(ctx, { ...wish(1e9), purpose: 'available' })).rejects.toThrow('there is not enough money');
    expect(await changed()).toEqual({ available: 0, frozen: 0 });
    expect(await count('exchange.payment-asked')).toBe(asked);
  });

  test.each([0, -1, 0.5, Number.NaN, 1e15])('refuses %d fen', async (fen) => {
    await expect(topUp(ctx, wish(fen))).rejects.toThrow(Problem);
  });

  test('the statement tells every line with the balance after it', async () => {
    const lines = await readStatement(ctx, { since: new Date(0), until: new Date(8.64e15) });
    const available = lines.filter(({ purpose }) => purpose === 'available').reverse();
    let sum = 0;
    for (const line of available) {
      sum += line.fen;
      expect(line.balance).toBe(sum);
    }
    expect(sum).toBe((await balances())['available']);
  });

  test('whoever trades with nothing has no wallet', async () => {
    const stranger = testContext(pool, { actor: testActor('courier') });
    await expect(readWallet(stranger)).rejects.toThrow('this account may not do that');
  });
});

/** Goal: the books cannot be made wrong, not even past this program. Method: SQL of every kind straight at the tables. */
describe('the books', () => {
  const account = async () =>
    (await post(
      ctx,
      pool,
      entry('start', [
        ['a', 5],
        ['b', -5],
      ]),
    )) === 'posted';
  const entry = (key: string, lines: [string, number][]) => ({
    key,
    kind: 'fund' as const,
    subject: '00000000-0000-4000-8000-000000000001',
    lines: lines.map(([party, fen]) => ({ party, purpose: 'outside' as const, fen })),
  });

  test('refuse an entry that does not balance', async () => {
    await expect(
      post(
        ctx,
        pool,
        entry('bad', [
          ['a', 5],
          ['b', -4],
        ]),
      ),
    ).rejects.toThrow('an entry does not balance');
  });

  test.each([
    [
      'a posting alone',
      `insert into exchange.posting (party, purpose, place, entry, amount, balance) select 'a', 'outside', 99, id, 1, 1 from exchange.entry limit 1`,
    ],
    [
      'two that balance and no account that moves',
      `insert into exchange.posting (party, purpose, place, entry, amount, balance) select party, 'outside', 99, id, amount, amount from (select id from exchange.entry limit 1) as e, (values ('a', 1), ('b', -1)) as v (party, amount)`,
    ],
    ['a change of a posting', `update exchange.posting set amount = amount + 1`],
    ['its removal', `delete from exchange.posting`],
    ['a change of an entry', `update exchange.entry set kind = 'refund'`],
  ])('refuse %s', async (_, text) => {
    await account();
    await expect(pool.run({ text, values: [] } as never)).rejects.toThrow(/balance|differs|added to/);
    expect((await checkBooks(pool)).flaws).toEqual([]);
  });

  test('tell of an account that somebody changed', async () => {
    await account();
    await pool
      .transaction(async (tx) => {
        await tx.run(sql`update exchange.account set balance = balance + 1 where party = 'a'`);
        expect((await checkBooks(tx)).flaws).toEqual(['account a outside: 6 <> 5']);
        throw new Error('undone');
      })
      .catch((error: Error) => expect(error.message).toBe('undone'));
  });

  test('make an entry once, whoever asks and however many at once', async () => {
    const once = entry('once', [
      ['c', 7],
      ['d', -7],
    ]);
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => post(ctx, pool, once)));
    expect(outcomes.filter((outcome) => outcome === 'posted')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'known')).toHaveLength(9);
  });

  test('sum to nothing over all accounts', async () => {
    const { totals, flaws } = await checkBooks(pool);
    expect(flaws).toEqual([]);
    expect(totals.reduce((sum, { fen }) => sum + fen, 0)).toBe(0);
  });
});
