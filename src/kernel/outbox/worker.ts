import { setTimeout as sleep } from 'node:timers/promises';
import { type Context, onDb, type Tx } from '#kernel/context';
import { meter, traced } from '#kernel/metrics';
import { Problem } from '#kernel/problem';
import { type Pool, sql } from '#kernel/sql';
import { CHANNEL, type DeliveredFact, type Hearer, LANES } from './tell.ts';

/** Tries at the most; the waits between them add up to about half an hour. */
const MOST_ATTEMPTS = 12;
const POLL_MS = 1_000;

const heard = meter.createCounter('banyan_facts_heard', { description: 'Facts that took effect' });
const deaths = meter.createCounter('banyan_dead_letters', { description: 'Facts that became dead letters' });

export interface Deliveries {
  /** Resolves when no delivery is due; for tests and orderly imports. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

export interface DeliveryOptions {
  /** Lanes worked at once by this process, over all hearers. */
  workers?: number;
  /**
   * After a batch, waits for the next one to grow: four times as long as the batch took, at the most so long (ms). 0 unless said.
   * For hearers whose batches cost much however small they are.
   */
  restMs?: number;
  /** Whoever goes first. */
  giveWay?: GiveWay;
}

/** Who is in arrears with urgent work is let go first: these hearers rest longer, unless they themselves are too late. */
interface GiveWay {
  /** The hearers that go first. */
  to: readonly string[];
  /** Facts that wait for them when they count as in arrears. */
  waiting: number;
  restMs: number;
  /** From this age of one's own oldest fact on nobody is given way. */
  mostLateMs: number;
}

/** Hears until it is stopped. Any number of processes may do so at once: a lane is held by one at a time. */
export async function startDeliveries(
  ctx: Context,
  pool: Pool,
  hearers: readonly Hearer[],
  { workers = 4, restMs = 0, giveWay }: DeliveryOptions = {},
): Promise<Deliveries> {
  await prepareLanes(pool, hearers);
  let stopped = false;
  let wake = (): void => {};
  let woken = new Promise<void>((done) => {
    wake = done;
  });
  const ring = (): void => {
    const resolve = wake;
    woken = new Promise((done) => {
      wake = done;
    });
    resolve();
  };
  let stopRest = (): void => {};
  const stopping = new Promise<void>((done) => {
    stopRest = done;
  });
  const unlisten = await pool.listen(CHANNEL, ring);

  const worker = async (): Promise<void> => {
    while (!stopped) {
      const rung = woken;
      const began = performance.now();
      const worked = await workOnce(ctx, pool, hearers).catch(async (error) => {
        ctx.log.warn({ error }, 'deliveries pause: the database or the lake does not answer');
        await sleep(POLL_MS);
        return false;
      });
      // A database that is away is told by the next batch.
      const gives = worked && giveWay !== undefined && (await mustGiveWay(pool, hearers, giveWay).catch(() => false));
      const rest = gives ? giveWay.restMs : Math.min(restMs, 4 * (performance.now() - began));
      if (worked && rest > 0) await Promise.race([stopping, sleep(rest, undefined, { ref: false })]);
      if (!worked && !stopped) await Promise.race([rung, sleep(POLL_MS, undefined, { ref: false })]);
    }
  };
  const running = Promise.all(Array.from({ length: workers }, worker));

  return {
    async idle() {
      const names = hearers.map(({ name }) => name);
      const due = sql`
        select 1 from kernel.delivery
        where hearer = any(${names}::text[]) and (next_at is null or next_at <= now()) limit 1
      `;
      while ((await pool.maybe(due)) !== undefined) await sleep(20);
    },
    async stop() {
      stopped = true;
      stopRest();
      ring();
      await running;
      await unlisten();
    },
  };
}

async function prepareLanes(pool: Pool, hearers: readonly Hearer[]): Promise<void> {
  const names = hearers.map((hearer) => hearer.name);
  await pool.run(sql`
    insert into kernel.lane (hearer, lane)
    select name, lane from unnest(${names}::text[]) as name, generate_series(0, ${LANES - 1}) as lane
    on conflict do nothing
  `);
}

async function mustGiveWay(
  pool: Pool,
  hearers: readonly Hearer[],
  { to, waiting, mostLateMs }: GiveWay,
): Promise<boolean> {
  const own = hearers.map(({ name }) => name);
  const found = await pool.maybe<{ gives: boolean }>(sql`
    select exists (select from kernel.delivery where hearer = any(${to}::text[]) offset ${waiting - 1} limit 1)
      and not exists (select from kernel.delivery where hearer = any(${own}::text[]) and told_at < now() - ${mostLateMs} * interval '1 ms') as gives
  `);
  return found?.gives ?? false;
}

/** One batch of one lane of each hearer that has work; false when nobody had any. */
async function workOnce(ctx: Context, pool: Pool, hearers: readonly Hearer[]): Promise<boolean> {
  let worked = false;
  for (const hearer of hearers) {
    if (await deliver(ctx, pool, hearer, hearer.batch ?? 1)) worked = true;
  }
  return worked;
}

async function deliver(ctx: Context, pool: Pool, hearer: Hearer, most: number): Promise<boolean> {
  let taken: DeliveredFact[] = [];
  try {
    await pool.transaction(async (tx) => {
      taken = await takeBatch(tx, hearer.name, most);
      if (taken.length === 0) return;
      await hearTraced(ctx, tx, hearer, taken);
      await forget(tx, hearer.name, taken);
    });
    heard.add(taken.length, { hearer: hearer.name });
    return taken.length > 0;
  } catch (error) {
    const [first] = taken;
    if (first === undefined) throw error;
    if (error instanceof Problem && error.kind === 'unavailable') throw error;
    // One bad fact must not hold up its companions: the batch is heard again one by one.
    if (taken.length > 1) await deliverSingly(ctx, pool, hearer, taken);
    else await setBack(ctx, pool, hearer, first, error);
    return true;
  }
}

function hearTraced(ctx: Context, tx: Tx, hearer: Hearer, facts: readonly DeliveredFact[]): Promise<void> {
  return traced(`hear ${hearer.name}`, { facts: facts.length }, () => hearer.hear(onDb(ctx, tx), facts));
}

async function deliverSingly(ctx: Context, pool: Pool, hearer: Hearer, facts: readonly DeliveredFact[]): Promise<void> {
  const waiting = new Set<string>();
  for (const fact of facts) {
    if (waiting.has(fact.subject)) continue;
    try {
      await pool.transaction(async (tx) => {
        if (!(await hold(tx, hearer.name, fact))) return;
        await hearTraced(ctx, tx, hearer, [fact]);
        await forget(tx, hearer.name, [fact]);
      });
    } catch (error) {
      if (error instanceof Problem && error.kind === 'unavailable') throw error;
      await setBack(ctx, pool, hearer, fact, error);
      waiting.add(fact.subject);
    }
  }
}

/**
 * Takes a free lane that has due facts and its first facts; a subject one of whose facts waits for its next try waits as a whole.
 * The lane's row stays locked until the transaction ends. Its commit does not wait for the disk: a crash that loses it loses the
 * effect and the acknowledgement together, and the fact, which was committed before, is heard again.
 */
async function takeBatch(tx: Tx, hearer: string, most: number): Promise<DeliveredFact[]> {
  const lane = await tx.maybe<{ lane: number }>(sql`
    select lane, set_config('synchronous_commit', 'off', true) from kernel.lane
    where hearer = ${hearer} and exists (
      select 1 from kernel.delivery due
      where due.hearer = lane.hearer and due.lane = lane.lane and (due.next_at is null or due.next_at <= now())
        and not exists (
          select 1 from kernel.delivery earlier
          where earlier.hearer = due.hearer and earlier.lane = due.lane and earlier.subject = due.subject
            and earlier.id < due.id and earlier.next_at > now()
        )
    )
    order by random()
    limit 1
    for update skip locked
  `);
  if (lane === undefined) return [];
  return tx.rows<DeliveredFact>(sql`
    select id, type, subject, data, told_at as "toldAt", attempts
    from kernel.delivery due
    where hearer = ${hearer} and lane = ${lane.lane} and (next_at is null or next_at <= now())
      and not exists (
        select 1 from kernel.delivery earlier
        where earlier.hearer = due.hearer and earlier.lane = due.lane and earlier.subject = due.subject
          and earlier.id < due.id and earlier.next_at > now()
      )
    order by id
    limit ${most}
  `);
}

/** Takes one fact of a batch that failed as a whole; false when another worker has settled it meanwhile. */
async function hold(tx: Tx, hearer: string, fact: DeliveredFact): Promise<boolean> {
  const row = await tx.maybe(sql`
    select 1 from kernel.lane join kernel.delivery using (hearer, lane)
    where hearer = ${hearer} and id = ${fact.id}
      and not exists (
        select 1 from kernel.delivery earlier
        where earlier.hearer = delivery.hearer and earlier.lane = delivery.lane
          and earlier.subject = delivery.subject and earlier.id < delivery.id
      )
    for update of lane
  `);
  return row !== undefined;
}

async function forget(tx: Tx, hearer: string, facts: readonly DeliveredFact[]): Promise<void> {
  const lanes = sql`hearer = ${hearer} and lane between 0 and ${LANES - 1}`;
  await tx.run(sql`delete from kernel.delivery where ${lanes} and id = any(${facts.map((fact) => fact.id)}::bigint[])`);
}

/** Notes a failed try: the next one later, or the dead letters when no try can help. */
async function setBack(ctx: Context, pool: Pool, hearer: Hearer, fact: DeliveredFact, error: unknown): Promise<void> {
  const attempts = fact.attempts + 1;
  const hopeless = error instanceof Problem && (error.kind === 'invalid' || error.kind === 'unprocessable');
  const { kind, reason, facts } = describe(error);
  if (!hopeless && attempts < MOST_ATTEMPTS) {
    ctx.log.warn(
      { hearer: hearer.name, type: fact.type, attempts, error },
      'a fact could not be heard and will be tried again',
    );
    const waitSeconds = Math.min(600, 2 ** (attempts - 1)) * (0.75 + Math.random() / 2);
    await pool.run(sql`
      update kernel.delivery
      set attempts = ${attempts}, next_at = now() + make_interval(secs => ${waitSeconds})
      where hearer = ${hearer.name} and lane between 0 and ${LANES - 1} and id = ${fact.id}
    `);
    return;
  }
  // The lane was free since it failed: another worker may have failed at it too. Whoever takes it away writes the letter.
  const letters = await pool.run(sql`
    with dead as (
      delete from kernel.delivery where hearer = ${hearer.name} and lane between 0 and ${LANES - 1} and id = ${fact.id}
      returning hearer, type, subject, data, told_at
    )
    insert into kernel.dead_letter (hearer, type, subject, data, told_at, died_at, attempts, kind, reason, facts)
    select hearer, type, subject, data, told_at, now(), ${attempts}, ${kind}, ${reason}, ${JSON.stringify(facts)}::json from dead
  `);
  if (letters === 0) return;
  ctx.log.error({ hearer: hearer.name, type: fact.type, attempts, error }, 'a fact became a dead letter');
  deaths.add(1, { hearer: hearer.name, kind });
}

function describe(error: unknown): { kind: string; reason: string; facts: object } {
  if (error instanceof Problem)
    return { kind: error.kind, reason: error.message, facts: { ...error.facts, issues: error.issues } };
  const { code, message = 'unknown' } = error as { code?: string; message?: string };
  return { kind: 'bug', reason: message, facts: code === undefined ? {} : { code } };
}
