import { env } from 'node:process';
import { describe, expect, test } from 'vitest';
import { type Context, type Db, makeContext, type Tx } from '#kernel/context';
import { seal } from '#kernel/ledger';
import { silentLog } from '#kernel/log';
import { Problem } from '#kernel/problem';
import { sql } from '#kernel/sql';
import { openBundle, verifyCertificate } from '#standards/credentials';
import { formatVerifier, signerFromSeed } from '#standards/merkle';
import { Random } from '#standards/statistics';
import { testActor, testContext } from '../../../../tests/support/context.ts';
import { plantOffering, SELLER } from '../../../../tests/support/exchange.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import type { Order, OrderMove } from '../model.ts';
import { checkBooks } from '../store/money.ts';
import { getOrder } from '../store/orders.ts';
import { signCertificates } from './certificate-signing.ts';
import { readBundle, readController } from './certificates.ts';
import { call, deliver, keyHolder, makeKey } from './delivery.ts';
import { hearDueNotices, topUp } from './money.ts';
import { clockDueOrders, moveOrder, openOrder } from './orders.ts';

/**
 * Goal: whatever happens in whatever order, money balances to the fen, nothing is delivered without a contract in force that is
 * funded, no contract is made without an approved assessment, every certificate verifies and every revoked one does not.
 * Method: so many trades at once on a real database, each a random course of both sides, the operator and the clock; any
 * transaction may die at any statement, or after it committed with its answer lost; whoever got no answer asks again; clicks come
 * twice and at once; jobs run anywhere and together. The books are held against themselves all the while, and at the end everything is.
 */
/** Ten thousand take minutes: BANYAN_TRADES=10000. */
const TRADES = Number(env['BANYAN_TRADES'] ?? 1_000);
const SEED = Number(env['BANYAN_SEED'] ?? Date.now() % 1_000_000);
const SIDE_BY_SIDE = 8;
const BUYERS = 25;
const HOUR_MS = 3_600_000;
/** Verified with all of their proofs; of the others, that the list says what the register says. */
const VERIFIED = 250;

class Crash extends Error {}

const pool = await testDatabase();
const ledgerKey = signerFromSeed('banyan.health/trades', new Uint8Array(32).fill(9));
let now = Date.parse('2026-01-01T00:00:00Z');
const clock = () => new Date(now);

/** A database whose transactions die: before one of their statements, or with the answer to their commit. */
function dying(random: Random, share: number): Db {
  const wrap = (tx: Tx, left: { steps: number }): Tx => {
    const step =
      <A extends unknown[], R>(work: (...given: A) => Promise<R>) =>
      async (...given: A): Promise<R> => {
        left.steps -= 1;
        if (left.steps === 0) throw new Crash('the process died');
        return work(...given);
      };
    return {
      rows: step(tx.rows) as Tx['rows'],
      maybe: step(tx.maybe) as Tx['maybe'],
      one: step(tx.one) as Tx['one'],
      run: step(tx.run),
      copy: step(tx.copy),
      transaction: (work) => tx.transaction((inner) => work(wrap(inner, left))),
    };
  };
  return {
    ...pool,
    async transaction(work) {
      const dies = random.next() < share;
      const isAnswerLost = dies && random.next() < 0.3;
      const steps = dies && !isAnswerLost ? 1 + random.whole(25) : 0;
      const result = await pool.transaction((tx) => work(steps > 0 ? wrap(tx, { steps }) : tx));
      if (isAnswerLost) throw new Crash('the answer was lost');
      return result;
    },
  };
}

const permissions = new Map([
  ['buyer', new Set(['exchange.buy', 'exchange.research'])],
  ['seller', new Set(['exchange.sell@organization'])],
  ['operator', new Set(['exchange.operate'])],
]);

function contextOf(side: 'buyer' | 'seller' | 'operator', who: string, random: Random): Context {
  const actor = testActor('data-buyer', {
    id: who,
    permissions: permissions.get(side) as Set<string>,
    organizations: side === 'seller' ? [SELLER.slice('Organization/'.length)] : [],
  });
  return makeContext({ actor, db: dying(random, 0.08), log: silentLog, now: clock });
}

const counted = { crashes: 0, refusals: 0, deliveries: 0, calls: 0 };

/** As a person does it: who gets no answer asks again, and what is refused is refused. */
async function insist<T>(work: () => Promise<T>): Promise<T | undefined> {
  for (let attempt = 0; attempt < 30; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Crash) counted.crashes += 1;
      else if (error instanceof Problem && error.kind !== 'unavailable') {
        counted.refusals += 1;
        return undefined;
      } else throw error;
    }
  }
  throw new Error('nobody is that unlucky');
}

/** One click, or two at once, or one more later with what was seen before. */
async function click(
  random: Random,
  ctx: Context,
  { id, revision }: Order,
  move: OrderMove,
  fen?: number,
): Promise<Order> {
  const once = () =>
    insist(() => moveOrder(ctx, id, move, { revision, words: 'a reason', ...(fen !== undefined && { fen }) }));
  if (random.next() < 0.1) await Promise.all([once(), once()]);
  else await once();
  if (random.next() < 0.05) await once();
  return getOrder(pool, id);
}

const MAY_DELIVER = new Set(['funded', 'delivering', 'delivered', 'accepted', 'settled', 'certified']);

/** Tries to get what is sold, at any time. It is given if, and only if, the contract is in force. */
async function fetch(random: Random, buyer: Context, order: Order): Promise<Order> {
  const given = await insist(() => deliver(buyer, order.id, { way: 'download' }, { allowInside: false }));
  const after = await getOrder(pool, order.id);
  if (given !== undefined) {
    counted.deliveries += 1;
    // It was in force at the latest state before; nothing leads back from where nothing is given.
    expect(MAY_DELIVER.has(order.state), `delivered from ${order.state}`).toBe(true);
    expect(after.fundedAt).not.toBeNull();
  }
  if (order.price.kind === 'per-call' && random.next() < 0.5) {
    const made = await insist(() => makeKey(buyer, order.id, 'key'));
    for (let calls = random.whole(4); made !== undefined && calls > 0; calls -= 1) {
      const asked = { filters: [], limit: 1, offset: 0 };
      const got = await insist(async () =>
        call(buyer, { key: await keyHolder(buyer, made.key), offering: order.offering, question: asked }),
      );
      if (got !== undefined) counted.calls += 1;
    }
  }
  return getOrder(pool, order.id);
}

interface Market {
  good: string[];
  bad: string[];
}

async function trade(seed: number, at: number, { good, bad }: Market): Promise<void> {
  const random = new Random(seed);
  const of = <T>(things: readonly T[]) => things[random.whole(things.length)] as T;
  const chance = (share: number) => random.next() < share;
  const buyer = contextOf('buyer', `buyer-${random.whole(BUYERS)}`, random);
  const seller = contextOf('seller', 'seller', random);
  const operator = contextOf('operator', 'operator', random);
  const wish = {
    price: 0,
    purpose: 'research',
    key: `trade ${at}`,
    budgetFen: 100 + random.whole(5_000),
    periods: 1 + random.whole(3),
  };

  if (chance(0.1)) expect(await insist(() => openOrder(buyer, { ...wish, offering: of(bad) }))).toBeUndefined();
  const open = () => insist(() => openOrder(buyer, { ...wish, offering }));
  const offering = of(good);
  const [made, again] = chance(0.1) ? await Promise.all([open(), open()]) : [await open(), undefined];
  if (made === undefined) throw new Error('a good offering was not sold');
  if (again !== undefined) expect(again.id).toBe(made.id);
  let order: Order = made;

  for (let step = 0; step < 12; step += 1) {
    const draw = random.next();
    if (draw < 0.04) await insist(() => clockDueOrders(testContext(dying(random, 0.3), { now: clock })));
    else if (draw < 0.08)
      order = await click(
        random,
        of([buyer, seller, operator]),
        order,
        of(['cancel', 'accept', 'refund', 'revoke', 'settle', 'dispute']),
      );
    else if (draw < 0.1 || (draw < 0.45 && MAY_DELIVER.has(order.state) && order.state !== 'certified'))
      order = await fetch(random, buyer, order);
    else if (order.state === 'agreed') order = await click(random, buyer, order, 'fund');
    else if (order.state === 'delivering') order = await click(random, buyer, order, 'deliver');
    else if (order.state === 'delivered') order = await click(random, buyer, order, chance(0.8) ? 'accept' : 'dispute');
    else if (order.state === 'disputed')
      order = await click(random, operator, order, 'settle', of([0, order.escrow, Math.floor(order.escrow / 3)]));
    else if (order.state === 'certified' && chance(0.12))
      order = await click(random, of([seller, operator]), order, of(['refund', 'revoke']), chance(0.5) ? 7 : undefined);
    else if (['cancelled', 'refunded', 'revoked', 'certified'].includes(order.state)) break;
    else order = await getOrder(pool, order.id);
  }
  if (at % 50 === 0) now += random.whole(12 * HOUR_MS);
  const { sum } = await pool.one<{ sum: number }>(sql`select sum(balance)::bigint as sum from exchange.account`);
  expect(sum).toBe(0);
  if (at % 1_000 === 999) expect((await checkBooks(pool)).flaws).toEqual([]);
}

describe(`${TRADES} trades, seed ${SEED}`, () => {
  test(
    'go through anything, and everything adds up',
    async () => {
      process.stdout.write(`trades: BANYAN_SEED=${SEED}\n`);
      const sources: [string, number][] = [
        [SELLER, 5_001],
        ['Organization/hospital-1', 3_333],
        ['Organization/hospital-2', 1_666],
      ];
      const good: string[] = [];
      for (const prices of [
        [{ kind: 'flat', fen: 9_999 }],
        [{ kind: 'flat', fen: 1 }],
        [{ kind: 'subscription', fen: 333, every: 'month' }],
        [{ kind: 'per-call', fenPerTenThousand: 3_333_333 }],
        [{ kind: 'free-research' }],
      ] as const)
        good.push(await plantOffering(pool, { prices: [...prices], sources }));
      const flat = [{ kind: 'flat', fen: 1_000 }] as const;
      const bad = [
        await plantOffering(pool, { prices: [...flat], assessed: false }),
        await plantOffering(pool, { prices: [...flat], state: 'suspended' }),
        await plantOffering(pool, { prices: [...flat], state: 'registered' }),
      ];
      for (let at = 0; at < BUYERS; at += 1) {
        const buyer = contextOf('buyer', `buyer-${at}`, new Random(SEED + at));
        await insist(() => topUp(buyer, { fen: 1_000_000_000, key: 'start', outcome: 'twice' }));
      }
      now += 10_000;
      await hearDueNotices(testContext(pool, { now: clock }));

      const began = performance.now();
      let next = 0;
      await Promise.all(
        Array.from({ length: SIDE_BY_SIDE }, async () => {
          for (let at = next++; at < TRADES; at = next++) await trade(SEED * 100_003 + at, at, { good, bad });
        }),
      );
      const seconds = (performance.now() - began) / 1_000;

      // Time passes until nothing is due any more.
      for (let month = 0; month < 15; month += 1) {
        now += 31 * 24 * HOUR_MS;
        while (
          (
            await pool.one<{ n: number }>(
              sql`select count(*) as n from exchange.trade_order where due_at <= ${clock()}`,
            )
          ).n > 0
        )
          await clockDueOrders(testContext(pool, { now: clock }));
      }

      const books = await checkBooks(pool);
      expect(books.flaws).toEqual([]);
      expect(books.totals.reduce((sum, { fen }) => sum + fen, 0)).toBe(0);
      const states = await pool.rows<{ state: string; n: number }>(
        sql`select state, count(*) as n from exchange.trade_order group by state order by state`,
      );
      process.stdout.write(
        `trades: ${TRADES} in ${seconds.toFixed(1)} s, ${(TRADES / seconds).toFixed(0)} a second; ${JSON.stringify(counted)}; ${states.map(({ state, n }) => `${state} ${n}`).join(', ')}\n`,
      );
      expect(counted.crashes).toBeGreaterThan(TRADES / 10);

      const offences = await pool.rows<{ offence: string; id: string }>(sql`
      select 'ordered twice' as offence, key as id from exchange.trade_order group by buyer, key having count(*) > 1
      union all
      select 'no approved assessment', o.id::text from exchange.trade_order o where not exists (
        select 1 from exchange.assessment a where a.offering::text = o.offering and a.version = o.version and a.state = 'approved'
      )
      union all
      select 'delivered without funding, or after the end', d.id::text from exchange.delivery d join exchange.trade_order o on o.id = d.order_id
      where o.funded_at is null or d.asked_at < o.funded_at or d.asked_at > coalesce(o.ended_at, o.expires_at, 'infinity')
      union all
      select 'money of a finished order is left', id::text from exchange.trade_order
      where state not in ('agreed', 'funded', 'delivering', 'delivered', 'disputed') and frozen + escrow <> 0
      union all
      select 'calls were not all counted', o.id::text from exchange.trade_order o
      where o.calls <> coalesce((select sum(calls) from exchange.meter m where m.order_id = o.id and m.span = 'month'), 0)
      union all
      select 'paid more than the use costs', id::text from exchange.trade_order
      where price ->> 'kind' = 'per-call' and distributed > calls * 3333333 / 10000
      union all
      select 'certificate ' || coalesce(c.state, 'missing'), o.id::text from exchange.trade_order o
      left join exchange.certificate c on c.id::text = o.certificate
      where (o.certificate is not null or o.state in ('certified', 'expired', 'revoked'))
        and c.state is distinct from case when o.state in ('revoked', 'refunded') then 'revoked' else 'in-force' end
      union all
      select 'two certificates', subject from exchange.certificate where kind = 'transaction' group by subject having count(*) > 1
      union all
      select 'invoices ' || coalesce(sum(amount), 0), o.id::text from exchange.trade_order o
      left join exchange.invoice i on i.order_id = o.id and i.kind = 'invoice'
      group by o.id having coalesce(sum(amount), 0) <> o.distributed
      union all
      select 'a number is missing', issuer from exchange.invoice group by issuer, year having max(number) <> count(*)
      union all
      select 'an act is not in the trail', e.order_id || ' ' || e.revision from exchange.order_event e where not exists (
        select 1 from access.audit a where a.subject = 'order/' || e.order_id and (a.detail ->> 'revision')::int = e.revision
      )
      limit 20
    `);
      expect(offences).toEqual([]);
      await checkCertificates();
    },
    120_000 + 1_000 * TRADES,
  );
});

/** Sealed and signed by the very jobs, then verified as a stranger does. */
async function checkCertificates(): Promise<void> {
  const kept = sql`
    (select id from exchange.certificate where state = 'revoked' order by id limit ${VERIFIED / 2})
    union all (select id from exchange.certificate where state = 'in-force' order by id limit ${VERIFIED / 2})
  `;
  await pool.run(sql`delete from exchange.certificate_event where certificate not in (${kept})`);
  await pool.run(sql`
    delete from exchange.certificate where id not in (select certificate from exchange.certificate_event)
  `);
  const publicUrl = () => 'https://banyan.example';
  while ((await seal(pool, ledgerKey, clock())) > 0);
  const ids = await pool.rows<{ id: string; state: string }>(sql`select id, state from exchange.certificate`);
  for (let round = 0; round <= ids.length / 50 + 1; round += 1)
    await pool.transaction((tx) => signCertificates(testContext(tx, { now: clock }), { ledgerKey, publicUrl }));
  const ctx = testContext(pool, { now: clock });
  const { alsoKnownAs } = (await readController(ctx, publicUrl())) as { alsoKnownAs: string[] };
  for (const { id, state } of ids) {
    const { certificate, lists } = openBundle(await readBundle(ctx, id));
    const verdict = await verifyCertificate(certificate, {
      now: clock(),
      issuers: alsoKnownAs,
      logKeys: [formatVerifier(ledgerKey)],
      lists,
    });
    expect(verdict.outcome, `${id} ${state}`).toBe(state === 'in-force' ? 'valid' : 'refused');
  }
}
