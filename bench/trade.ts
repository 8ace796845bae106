import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpuUsage } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Context, makeContext } from '#kernel/context';
import { silentLog } from '#kernel/log';
import { MIGRATIONS, migrate, openPool, type Pool, sql, startEmbedded } from '#kernel/sql';
import { deliver } from '../src/modules/exchange/actions/delivery.ts';
import { hearDueNotices, topUp } from '../src/modules/exchange/actions/money.ts';
import { moveOrder, openOrder } from '../src/modules/exchange/actions/orders.ts';
import { checkBooks } from '../src/modules/exchange/store/money.ts';
import { getOrder } from '../src/modules/exchange/store/orders.ts';
import { testActor, testContext } from '../tests/support/context.ts';
import { plantOffering, SELLER } from '../tests/support/exchange.ts';
import { type Bench, optionOf } from './bench.ts';

const BUYERS = 25;
const FEN = 9_999;
/** Ordered, funded, delivered, accepted; the last pays three sources, writes the invoice and certifies. */
const MOVES = 4;

/** Whole trades on a database that syncs, beside transactions that insert as many rows into a bare table. */
export const bench: Bench = {
  name: 'trade',
  summary: 'trades from order to certificate, beside bare inserts of as many rows',
  options: '[--seconds 20] [--side-by-side 8]',
  async run(args, say) {
    const seconds = Number(optionOf(args, '--seconds') ?? 20);
    const sideBySide = Number(optionOf(args, '--side-by-side') ?? 8);
    const folder = await mkdtemp(join(tmpdir(), 'banyan-trade-bench-'));
    const server = await startEmbedded({ folder: join(folder, 'pg') });
    const pool = openPool(server.url, { size: sideBySide + 2 });
    try {
      await migrate(pool, MIGRATIONS);
      const market = await prepare(pool);
      say('warming up for 3 s');
      await trades(market, { seconds: 3, sideBySide });
      say(`trading for ${seconds} s, ${sideBySide} at once`);
      const before = await inserted(pool);
      const cpu = cpuUsage();
      const traded = await trades(market, { seconds, sideBySide });
      const used = cpuUsage(cpu);
      const rows = ((await inserted(pool)) - before) / traded.done;
      const { flaws } = await checkBooks(pool);
      if (flaws.length > 0) throw new Error(`the books do not balance: ${flaws.join('; ')}`);
      say('inserting as many rows into a bare table');
      const bare = await inserts(pool, { seconds: seconds / 2, sideBySide, rows: Math.round(rows / MOVES) });
      const line = (name: string, { done, took }: Measured) => ({
        what: name,
        'a second': (done / took).toFixed(0),
        'rows each': rows.toFixed(0),
        ratio: (done / took / (bare.done / bare.took)).toFixed(3),
      });
      return {
        rows: [line('trades, order to certificate', traded), line('bare inserts, as many transactions and rows', bare)],
        notes: [
          `${traded.done} trades in ${traded.took.toFixed(1)} s; the books balance afterwards, every trade has its certificate`,
          `${((used.user + used.system) / 1_000 / traded.done).toFixed(1)} ms CPU a trade in this process`,
          `a trade is ${MOVES} transactions; each is decided, audited, in the ledger and told; bare inserts write ${ROW_BYTES} bytes a row without index or check`,
        ],
      };
    } finally {
      await pool.end();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

interface Market {
  pool: Pool;
  buyers: Context[];
  offering: string;
}

async function prepare(pool: Pool): Promise<Market> {
  let now = Date.now();
  const buyers = Array.from({ length: BUYERS }, (_, at) =>
    makeContext({
      actor: testActor('data-buyer', { id: `buyer-${at}`, permissions: new Set(['exchange.buy']) }),
      db: pool,
      log: silentLog,
    }),
  );
  const sources: [string, number][] = [
    [SELLER, 5_001],
    ['Organization/hospital-1', 3_333],
    ['Organization/hospital-2', 1_666],
  ];
  const offering = await plantOffering(pool, { prices: [{ kind: 'flat', fen: FEN }], sources });
  for (const buyer of buyers) await topUp(buyer, { fen: 10_000_000_000, key: 'start', outcome: 'succeeds' });
  now += 10_000;
  await hearDueNotices(testContext(pool, { now: () => new Date(now) }));
  return { pool, buyers, offering };
}

interface Measured {
  done: number;
  took: number;
}

async function during(
  { seconds, sideBySide }: { seconds: number; sideBySide: number },
  one: (worker: number) => Promise<void>,
): Promise<Measured> {
  const began = performance.now();
  const elapsed = () => (performance.now() - began) / 1_000;
  let done = 0;
  await Promise.all(
    Array.from({ length: sideBySide }, async (_, worker) => {
      while (elapsed() < seconds) {
        await one(worker);
        done += 1;
      }
    }),
  );
  return { done, took: elapsed() };
}

let serial = 0;

function trades({ pool, buyers, offering }: Market, how: { seconds: number; sideBySide: number }): Promise<Measured> {
  return during(how, async () => {
    serial += 1;
    const buyer = buyers[serial % BUYERS]!;
    const { id, revision } = await openOrder(buyer, {
      offering,
      price: 0,
      purpose: 'research',
      key: `trade ${serial}`,
    });
    await moveOrder(buyer, id, 'fund', { revision });
    await deliver(buyer, id, { way: 'download' }, { allowInside: false });
    await moveOrder(buyer, id, 'accept', { revision: (await getOrder(pool, id)).revision });
    const { state, certificate } = await getOrder(pool, id);
    if (state !== 'certified' || certificate === null) throw new Error(`a trade ended as ${state}`);
  });
}

const ROW_BYTES = 300;

async function inserts(
  pool: Pool,
  { rows, ...how }: { seconds: number; sideBySide: number; rows: number },
): Promise<Measured> {
  await pool.run(sql`create table bare (at int not null, body text not null)`);
  const body = 'x'.repeat(ROW_BYTES);
  return during(how, async (worker) => {
    for (let move = 0; move < MOVES; move += 1)
      await pool.transaction(async (tx) => {
        for (let row = 0; row < rows; row += 1)
          await tx.run(sql`insert into bare (at, body) values (${worker}, ${body})`);
      });
  });
}

/** Rows that were ever inserted; the statistics come a moment late. */
async function inserted(pool: Pool): Promise<number> {
  await sleep(1_500);
  const { n } = await pool.one<{ n: number }>(
    sql`select tup_inserted::float8 as n from pg_stat_database where datname = current_database()`,
  );
  return n;
}
