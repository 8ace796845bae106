import type { Context, Db, Sql, Tx } from '#kernel/context';
import { all, isId, sql } from '#kernel/sql';
import type { Dispute, Order, OrderEvent, OrderLine, OrderMove, OrderState } from '../model.ts';

const ORDER = sql`
  id, offering, version, title, buyer_name as buyer, seller_name as seller, sources, price, periods, ways, purpose,
  fee_basis_points as "feeBasisPoints", acceptance_days as "acceptanceDays", state, revision, deposit, frozen, escrow, distributed, returned,
  refunded, calls, declared, settled_periods as "settledPeriods", agreement, negotiation, certificate, requested_at as "requestedAt",
  agreed_at as "agreedAt", funded_at as "fundedAt", delivered_at as "deliveredAt", ended_at as "endedAt", expires_at as "expiresAt", due_at as "dueAt"
`;

/** The order, its row locked until the transaction ends. @throws Problem `not-found` */
export async function holdOrder(tx: Tx, id: string): Promise<Order> {
  return plain(
    await tx.one<Order>(sql`select ${ORDER} from exchange.trade_order where ${isId(sql`id`, id)} for update`),
  );
}

/** @throws Problem `not-found` */
export async function getOrder(db: Db, id: string): Promise<Order> {
  return plain(await db.one<Order>(sql`select ${ORDER} from exchange.trade_order where ${isId(sql`id`, id)}`));
}

export async function findOrderBy(
  db: Db,
  by: { negotiation: string } | { agreement: string },
): Promise<Order | undefined> {
  const term = 'negotiation' in by ? sql`negotiation = ${by.negotiation}` : sql`agreement = ${by.agreement}`;
  const found = await db.maybe<Order>(sql`select ${ORDER} from exchange.trade_order where ${term}`);
  return found === undefined ? undefined : plain(found);
}

export async function findOrderByKey(db: Db, buyer: string, key: string): Promise<Order | undefined> {
  const found = await db.maybe<Order>(
    sql`select ${ORDER} from exchange.trade_order where buyer = ${buyer} and key = ${key}`,
  );
  return found === undefined ? undefined : plain(found);
}

const TIMES = ['requestedAt', 'agreedAt', 'fundedAt', 'deliveredAt', 'endedAt', 'expiresAt', 'dueAt'] as const;

/** Times as the model has them: text. */
function plain(order: Order): Order {
  const told = { ...order };
  for (const name of TIMES) {
    const value = told[name] as unknown;
    if (value instanceof Date) Object.assign(told, { [name]: value.toISOString() });
  }
  return told;
}

/** @returns false where the buyer has an order of that key already */
export async function insertOrder(tx: Tx, order: Order, key: string): Promise<boolean> {
  const touched = await tx.run(sql`
    insert into exchange.trade_order (
      id, key, offering, version, title, buyer, buyer_name, seller, seller_name, sources, price, periods, ways, purpose, fee_basis_points,
      acceptance_days, state, revision, deposit, agreement, negotiation, requested_at, agreed_at, due_at
    ) values (
      ${order.id}, ${key}, ${order.offering}, ${order.version}, ${JSON.stringify(order.title)}, ${order.buyer.id},
      ${JSON.stringify(order.buyer)}, ${order.seller.id}, ${JSON.stringify(order.seller)}, ${JSON.stringify(order.sources)},
      ${JSON.stringify(order.price)}, ${order.periods}, ${order.ways}, ${order.purpose}, ${order.feeBasisPoints}, ${order.acceptanceDays},
      ${order.state}, ${order.revision}, ${order.deposit}, ${order.agreement}, ${order.negotiation}, ${order.requestedAt}, ${order.agreedAt},
      ${order.dueAt}
    ) on conflict (buyer, key) do nothing
  `);
  return touched > 0;
}

/** Writes what moves change; the caller holds the row. */
export async function saveOrder(tx: Tx, order: Order): Promise<void> {
  await tx.run(sql`
    update exchange.trade_order set state = ${order.state}, revision = ${order.revision}, frozen = ${order.frozen}, escrow = ${order.escrow},
      distributed = ${order.distributed}, returned = ${order.returned}, refunded = ${order.refunded}, calls = ${order.calls},
      declared = ${order.declared}, settled_periods = ${order.settledPeriods}, agreement = ${order.agreement},
      negotiation = ${order.negotiation}, certificate = ${order.certificate}, agreed_at = ${order.agreedAt}, funded_at = ${order.fundedAt},
      delivered_at = ${order.deliveredAt}, ended_at = ${order.endedAt}, expires_at = ${order.expiresAt}, due_at = ${order.dueAt}
    where id = ${order.id}
  `);
}

export async function putOff(tx: Tx, id: string, until: Date): Promise<void> {
  await tx.run(sql`update exchange.trade_order set due_at = ${until} where id = ${id}`);
}

export type NewEvent = Pick<OrderEvent, 'revision' | 'move' | 'state' | 'words'>;

export async function insertEvents(ctx: Context, tx: Tx, order: string, events: readonly NewEvent[]): Promise<void> {
  await tx.run(sql`
    insert into exchange.order_event (order_id, revision, move, state, made_by, made_by_name, at, words)
    select ${order}::uuid, revision, move, state, ${ctx.actor.id}, ${ctx.actor.name}, ${ctx.now()}, words
    from unnest(
      ${events.map(({ revision }) => revision)}::int[], ${events.map(({ move }) => move)}::text[],
      ${events.map(({ state }) => state)}::text[], ${events.map(({ words }) => words)}::text[]
    ) as made (revision, move, state, words)
  `);
}

export function findOrderEvents(db: Db, order: string): Promise<OrderEvent[]> {
  return db.rows<OrderEvent>(sql`
    select revision, move, state, made_by_name as "madeByName", at, words from exchange.order_event
    where order_id = ${order} order by revision limit 1000
  `);
}

/** Whether this actor made the move right upon that revision: the same click again. */
export async function isRepeated(
  tx: Tx,
  { order, revision, move, actor }: { order: string; revision: number; move: OrderMove; actor: string },
): Promise<boolean> {
  const found = await tx.maybe(sql`
    select 1 from exchange.order_event
    where order_id = ${order} and revision = ${revision + 1} and move = ${move} and made_by = ${actor}
  `);
  return found !== undefined;
}

export interface OrderFilter {
  buyer?: string;
  seller?: string;
  offering?: string;
  state?: OrderState;
  limit: number;
  offset: number;
}

function termsOf({ buyer, seller, offering, state }: OrderFilter): Sql {
  const terms = [];
  if (buyer !== undefined) terms.push(sql`buyer = ${buyer}`);
  if (seller !== undefined) terms.push(sql`seller = ${seller}`);
  if (offering !== undefined) terms.push(sql`offering = ${offering}`);
  if (state !== undefined) terms.push(sql`state = ${state}`);
  return all(terms);
}

/** Newest first. */
export function findOrders(db: Db, filter: OrderFilter): Promise<OrderLine[]> {
  return db.rows<OrderLine>(sql`
    select id, offering, title, buyer_name as buyer, seller_name as seller, price, state, deposit, distributed, requested_at as "requestedAt",
      due_at as "dueAt", expires_at as "expiresAt"
    from exchange.trade_order where ${termsOf(filter)}
    order by requested_at desc, id limit ${filter.limit} offset ${filter.offset}
  `);
}

export async function countOrders(db: Db, filter: OrderFilter): Promise<number> {
  return (await db.one<{ n: number }>(sql`select count(*) as n from exchange.trade_order where ${termsOf(filter)}`)).n;
}

/** Orders for which the clock has something to do, the longest due first. */
export async function findDueOrders(db: Db, now: Date, limit: number): Promise<string[]> {
  const due = await db.rows<{ id: string }>(
    sql`select id from exchange.trade_order where due_at <= ${now} order by due_at, id limit ${limit}`,
  );
  return due.map(({ id }) => id);
}

const DISPUTE = sql`
  order_id as "orderId", opened_by_name as "openedByName", opened_at as "openedAt", words, decided_by_name as "decidedByName",
  decided_at as "decidedAt", decision, refund
`;

export async function findDispute(db: Db, order: string): Promise<Dispute | undefined> {
  return db.maybe<Dispute>(sql`select ${DISPUTE} from exchange.dispute where order_id = ${order}`);
}

export async function insertDispute(ctx: Context, tx: Tx, order: string, words: string): Promise<void> {
  await tx.run(sql`
    insert into exchange.dispute (order_id, opened_by, opened_by_name, opened_at, words)
    values (${order}, ${ctx.actor.id}, ${ctx.actor.name}, ${ctx.now()}, ${words})
  `);
}

export async function decideDisputeRow(
  ctx: Context,
  tx: Tx,
  { order, decision, refund }: { order: string; decision: string; refund: number },
): Promise<void> {
  await tx.run(sql`
    update exchange.dispute set decided_by_name = ${ctx.actor.name}, decided_at = ${ctx.now()}, decision = ${decision}, refund = ${refund}
    where order_id = ${order}
  `);
}

/** Calls of each month so far. */
export async function findMonths(db: Db, order: string): Promise<number[]> {
  const months = await db.rows<{ calls: number }>(sql`
    select calls from exchange.meter where order_id = ${order} and span = 'month' order by start limit 1200
  `);
  return months.map(({ calls }) => calls);
}
