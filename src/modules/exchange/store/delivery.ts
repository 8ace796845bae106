import type { Context, Db, Tx } from '#kernel/context';
import { sql } from '#kernel/sql';
import type { ApiKey, Delivery, Quota } from '../model.ts';

/** What every contract may ask, where none of its own was set. */
const USUAL_QUOTA = { callsAMinute: 60, callsAMonth: 100_000 } as const;

const DELIVERY = sql`
  id, order_id as "orderId", way, state, release, asked_by_name as "askedByName", asked_at as "askedAt", done_at as "doneAt", rows, bytes, digest,
  address, trouble
`;

export type NewDelivery = Pick<
  Delivery,
  'id' | 'orderId' | 'way' | 'state' | 'release' | 'rows' | 'bytes' | 'digest'
> & {
  secret?: Uint8Array;
  address?: string;
  nextAt?: Date;
};

export async function insertDelivery(ctx: Context, tx: Tx, delivery: NewDelivery): Promise<void> {
  const {
    id,
    orderId,
    way,
    state,
    release,
    rows,
    bytes,
    digest,
    secret = null,
    address = null,
    nextAt = null,
  } = delivery;
  await tx.run(sql`
    insert into exchange.delivery (
      order_id, id, way, state, release, asked_by, asked_by_name, asked_at, done_at, rows, bytes, digest, secret, address, next_at
    ) values (
      ${orderId}, ${id}, ${way}, ${state}, ${release}, ${ctx.actor.id}, ${ctx.actor.name}, ${ctx.now()},
      ${state === 'done' ? ctx.now() : null}, ${rows}, ${bytes}, ${digest}, ${secret}, ${address}, ${nextAt}
    )
  `);
}

/** Newest first. */
export function findDeliveries(db: Db, order: string): Promise<Delivery[]> {
  return db.rows<Delivery>(
    sql`select ${DELIVERY} from exchange.delivery where order_id = ${order} order by asked_at desc, id limit 200`,
  );
}

export type HeldDelivery = Delivery & { secret: Buffer | null; attempts: number };

export function findDelivery(db: Db, id: string): Promise<HeldDelivery | undefined> {
  return db.maybe<HeldDelivery>(
    sql`select ${DELIVERY}, secret, attempts from exchange.delivery where id = ${id}::uuid`,
  );
}

export function holdDelivery(tx: Tx, id: string): Promise<HeldDelivery | undefined> {
  return tx.maybe<HeldDelivery>(
    sql`select ${DELIVERY}, secret, attempts from exchange.delivery where id = ${id}::uuid for update`,
  );
}

export async function finishDelivery(
  tx: Tx,
  { id, state, trouble, now }: { id: string; state: 'done' | 'failed'; trouble: string | null; now: Date },
): Promise<void> {
  await tx.run(sql`
    update exchange.delivery set state = ${state}, trouble = ${trouble}, done_at = ${now}, next_at = null where id = ${id}::uuid
  `);
}

export async function retryDelivery(
  tx: Tx,
  { id, trouble, nextAt }: { id: string; trouble: string; nextAt: Date },
): Promise<void> {
  await tx.run(sql`
    update exchange.delivery set trouble = ${trouble}, next_at = ${nextAt} where id = ${id}::uuid
  `);
}

/** The push that has waited longest, for whoever sends it until the lease ends; each claim is an attempt. */
export function claimPush(db: Db, now: Date, leaseEnds: Date): Promise<HeldDelivery | undefined> {
  return db.maybe<HeldDelivery>(sql`
    update exchange.delivery set next_at = ${leaseEnds}, attempts = attempts + 1
    where id = (
      select id from exchange.delivery where next_at <= ${now} order by next_at, id limit 1 for update skip locked
    )
    returning ${DELIVERY}, secret, attempts
  `);
}

export interface Copy {
  digest: string;
  bytes: number;
  rows: number;
}

export function findCopy(db: Db, order: string, release: string): Promise<Copy | undefined> {
  return db.maybe<Copy>(
    sql`select digest, bytes, rows from exchange.copy where order_id = ${order} and release = ${release}`,
  );
}

/** Kept once; a copy has the same bytes whenever it is made. */
export async function insertCopy(
  ctx: Context,
  tx: Tx,
  { order, release, digest, bytes, rows, pieces }: Copy & { order: string; release: string; pieces: readonly Buffer[] },
): Promise<void> {
  const touched = await tx.run(sql`
    insert into exchange.copy (order_id, release, digest, bytes, rows, made_at)
    values (${order}, ${release}, ${digest}, ${bytes}, ${rows}, ${ctx.now()}) on conflict do nothing
  `);
  if (touched === 0) return;
  for (const [place, content] of pieces.entries())
    await tx.run(sql`
      insert into exchange.copy_piece (order_id, release, place, content) values (${order}, ${release}, ${place}, ${content})
    `);
}

export const PIECE_BYTES = 1024 * 1024;

export async function readPiece(
  db: Db,
  { order, release, place }: { order: string; release: string; place: number },
): Promise<Buffer> {
  return (
    await db.one<{ content: Buffer }>(sql`
      select content from exchange.copy_piece where order_id = ${order} and release = ${release} and place = ${place}
    `)
  ).content;
}

/** The key that marks the copies of an order, made with the first. */
export async function keyOf(
  tx: Tx,
  { order, offering, fresh }: { order: string; offering: string; fresh: Uint8Array },
): Promise<Buffer> {
  await tx.run(sql`
    insert into exchange.mark (order_id, offering, key) values (${order}, ${offering}, ${fresh}) on conflict (order_id) do nothing
  `);
  return (await tx.one<{ key: Buffer }>(sql`select key from exchange.mark where order_id = ${order}`)).key;
}

/** What picks the cells that copies of an offering may withhold, made with the first copy. */
export async function planKeyOf(tx: Tx, offering: string, fresh: Uint8Array): Promise<Buffer> {
  await tx.run(
    sql`insert into exchange.mark_plan (offering, key) values (${offering}, ${fresh}) on conflict (offering) do nothing`,
  );
  return (await tx.one<{ key: Buffer }>(sql`select key from exchange.mark_plan where offering = ${offering}`)).key;
}

export interface MarkedOrder {
  orderId: string;
  key: Buffer;
  buyer: { id: string; name: string; nameZh?: string };
}

export function findMarks(db: Db, offering: string, limit: number): Promise<MarkedOrder[]> {
  return db.rows<MarkedOrder>(sql`
    select mark.order_id as "orderId", mark.key, trade_order.buyer_name as buyer
    from exchange.mark as mark join exchange.trade_order as trade_order on trade_order.id = mark.order_id
    where mark.offering = ${offering} order by trade_order.requested_at desc, mark.order_id limit ${limit}
  `);
}

/** Releases that copies were made of, the newest first. */
export async function findCopiedReleases(db: Db, offering: string, limit: number): Promise<string[]> {
  const found = await db.rows<{ release: string }>(sql`
    select copy.release, max(copy.made_at) as at
    from exchange.copy as copy join exchange.trade_order as trade_order on trade_order.id = copy.order_id
    where trade_order.offering = ${offering} group by copy.release order by at desc, copy.release limit ${limit}
  `);
  return found.map(({ release }) => release);
}

const KEY = sql`id, start, name, made_by_name as "madeByName", made_at as "madeAt", used_at as "usedAt", ended_at as "endedAt"`;

export function findKeys(db: Db, order: string): Promise<ApiKey[]> {
  return db.rows<ApiKey>(
    sql`select ${KEY} from exchange.api_key where order_id = ${order} order by made_at desc, id limit 100`,
  );
}

export async function insertKey(
  ctx: Context,
  tx: Tx,
  { id, order, hash, start, name }: { id: string; order: string; hash: Uint8Array; start: string; name: string },
): Promise<void> {
  await tx.run(sql`
    insert into exchange.api_key (id, order_id, hash, start, name, made_by_name, made_at)
    values (${id}, ${order}, ${hash}, ${start}, ${name}, ${ctx.actor.name}, ${ctx.now()})
  `);
}

/** The order whose key it is, while the key is valid. */
export function findKeyed(db: Db, hash: Uint8Array): Promise<{ id: string; order: string; name: string } | undefined> {
  return db.maybe(sql`
    select id, order_id as "order", name from exchange.api_key where hash = ${hash} and ended_at is null
  `);
}

export async function endKey(tx: Tx, { order, id, now }: { order: string; id: string; now: Date }): Promise<boolean> {
  const touched = await tx.run(sql`
    update exchange.api_key set ended_at = ${now} where order_id = ${order} and id = ${id}::uuid and ended_at is null
  `);
  return touched > 0;
}

export async function endKeys(tx: Tx, order: string, now: Date): Promise<void> {
  await tx.run(sql`update exchange.api_key set ended_at = ${now} where order_id = ${order} and ended_at is null`);
}

export async function noteKeyUsed(tx: Tx, id: string, now: Date): Promise<void> {
  await tx.run(sql`update exchange.api_key set used_at = ${now} where id = ${id}`);
}

/** Counts a call, by minute, day and month of China. The caller holds the order's row. */
export async function countCall(
  tx: Tx,
  { order, rows, now }: { order: string; rows: number; now: Date },
): Promise<void> {
  await tx.run(sql`
    insert into exchange.meter as meter (order_id, span, start, calls, rows)
    select ${order}::uuid, span, date_trunc(span, ${now}::timestamptz, 'Asia/Shanghai'), 1, ${rows}::bigint
    from unnest(array['minute', 'day', 'month']) as span
    on conflict (order_id, span, start) do update set calls = meter.calls + 1, rows = meter.rows + excluded.rows
  `);
}

export function findQuota(db: Db, order: string, now: Date): Promise<Quota> {
  const { callsAMinute, callsAMonth } = USUAL_QUOTA;
  const calls = (span: string) => sql`
    coalesce((
      select calls from exchange.meter
      where order_id = ${order} and span = ${span} and start = date_trunc(${span}, ${now}::timestamptz, 'Asia/Shanghai')
    ), 0)
  `;
  return db.one<Quota>(sql`
    select coalesce(max(calls_a_minute), ${callsAMinute}) as "callsAMinute", coalesce(max(calls_a_month), ${callsAMonth}) as "callsAMonth",
      ${calls('minute')} as "callsThisMinute", ${calls('month')} as "callsThisMonth"
    from exchange.quota where order_id = ${order}
  `);
}

export async function setQuotaRow(
  ctx: Context,
  tx: Tx,
  { order, callsAMinute, callsAMonth }: { order: string } & Pick<Quota, 'callsAMinute' | 'callsAMonth'>,
): Promise<void> {
  await tx.run(sql`
    insert into exchange.quota as quota (order_id, calls_a_minute, calls_a_month, set_by_name, set_at)
    values (${order}, ${callsAMinute}, ${callsAMonth}, ${ctx.actor.name}, ${ctx.now()})
    on conflict (order_id) do update set calls_a_minute = excluded.calls_a_minute, calls_a_month = excluded.calls_a_month,
      set_by_name = excluded.set_by_name, set_at = excluded.set_at
  `);
}

export function findDays(db: Db, order: string, since: Date): Promise<{ day: string; calls: number; rows: number }[]> {
  return db.rows(sql`
    select to_char(start at time zone 'Asia/Shanghai', 'YYYY-MM-DD') as day, calls, rows from exchange.meter
    where order_id = ${order} and span = 'day' and start >= ${since} order by start limit 400
  `);
}

/** Minutes are of no use once they are over. */
export async function dropMinutes(tx: Tx, before: Date): Promise<void> {
  await tx.run(sql`delete from exchange.meter where span = 'minute' and start < ${before}`);
}
