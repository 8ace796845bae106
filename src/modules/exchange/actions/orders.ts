import { reachOf, recordAll } from '#kernel/access';
import type { Context, Tx } from '#kernel/context';
import { tell } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import type {
  Agreement,
  Order,
  OrderEvent,
  OrderLine,
  OrderMove,
  OrderPage,
  OrderSide,
  OrderState,
  Party,
  Tradable,
} from '../model.ts';
import {
  agreementEnd,
  beginTurn,
  chargeOf,
  daysAfterTime,
  depositOf,
  endOf,
  freeze,
  giveBack,
  goesByTime,
  movesOf,
  noteMove,
  owe,
  payOff,
  payPeriod,
  purposeOf,
  refund,
  type Turn,
  take,
  thaw,
  type Wanted,
} from '../rules/index.ts';
import {
  countOrders,
  decideDisputeRow,
  endKeys,
  findDays,
  findDeliveries,
  findDispute,
  findDueOrders,
  findInvoices,
  findKeys,
  findOrderBy,
  findOrderByKey,
  findOrderEvents,
  findOrders,
  findQuota,
  findReceived,
  getOrder,
  getTerms,
  holdOrder,
  insertDispute,
  insertEvents,
  insertOrder,
  isRepeated,
  issueInvoice,
  putOff,
  saveOrder,
} from '../store/index.ts';
import { endAgreement, getAgreement, makeAgreement, noteDuties } from './agreements.ts';
import { issueCertificate, revokeCertificate } from './certificates.ts';
import { mustPost } from './money.ts';
import { tradable } from './offerings.ts';
import { partyIdOf, partyOf } from './parties.ts';
import { usageOf } from './usage.ts';

export interface OrderWish extends Wanted {
  offering: string;
  /** Which of the offering's prices. */
  price: number;
  purpose: string;
  /** Chosen by the buyer: asked for twice, it is one order. */
  key: string;
  /** One that was negotiated; else the listed terms are agreed on. */
  agreement?: string;
}

/**
 * Orders as the offering says. What is listed is an offer that binds its holder: with the order the contract is made, and is in
 * force once it is funded.
 *
 * @throws Problem `conflict` unless the offering is listed and assessed
 */
export async function openOrder(ctx: Context, wish: OrderWish): Promise<Order> {
  ctx.require('exchange.buy');
  const buyer = await partyOf(ctx);
  return ctx.db.transaction(async (tx) => {
    const known = await findOrderByKey(tx, buyer.id, wish.key);
    if (known !== undefined) return known;
    const offered = await tradable(ctx, tx, wish.offering);
    const turn = beginOrder(await requestOf(ctx, tx, { wish, offered, buyer }));
    const { id } = await contractFor(ctx, tx, { wish, offered, buyer });
    return (
      (await keepNew(ctx, tx, turn, { agreement: id, key: wish.key })) ??
      ((await findOrderByKey(tx, buyer.id, wish.key)) as Order)
    );
  });
}

/** The agreement that was negotiated, where the wish names it, for one order; else one on the listed terms. */
async function contractFor(
  ctx: Context,
  tx: Tx,
  { wish, offered, buyer }: { wish: OrderWish; offered: Tradable; buyer: Party },
): Promise<Agreement> {
  const { offeringId, version, holder: assigner, policy } = offered;
  if (wish.agreement === undefined)
    return makeAgreement(ctx, tx, { offeringId, version, assigner, assignee: buyer, policy });
  const negotiated = await getAgreement(tx, wish.agreement);
  if (negotiated.assignee.id !== buyer.id || negotiated.offeringId !== offeringId)
    throw new Problem('not-found', 'there is no such agreement');
  const isTaken = (await findOrderBy(tx, { agreement: negotiated.id })) !== undefined;
  if (isTaken || negotiated.ended !== null || negotiated.version !== version)
    throw new Problem('conflict', 'this agreement has its order already, has ended, or is on an earlier version');
  return negotiated;
}

function beginOrder(order: Order): Turn {
  return beginTurn(order, [{ revision: 0, move: 'request', state: 'requested', words: null }]);
}

/** @returns undefined where the buyer has an order of that key already */
async function keepNew(
  ctx: Context,
  tx: Tx,
  turn: Turn,
  { agreement, key }: { agreement: string; key: string },
): Promise<Order | undefined> {
  take(turn, 'agree', { by: 'buyer', at: ctx.now(), agreement, agreedAt: ctx.now().toISOString() });
  if (!(await insertOrder(tx, turn.order, key))) return undefined;
  // Nothing is to be paid: the contract is in force at once.
  if (turn.order.deposit === 0) await fund(ctx, tx, turn);
  await keep(ctx, tx, turn);
  return turn.order;
}

async function requestOf(
  ctx: Context,
  tx: Tx,
  { wish, offered, buyer }: { wish: OrderWish; offered: Tradable; buyer: Party },
): Promise<Order> {
  const price = offered.prices[wish.price];
  if (price === undefined) throw new Problem('invalid', 'choose one of the prices of the offering');
  if (price.kind === 'free-research') {
    ctx.require('exchange.research');
    if (wish.purpose !== 'research') throw new Problem('invalid', 'it is free for research only');
  }
  if (offered.holder.id === buyer.id) throw new Problem('conflict', 'nobody buys from themselves');
  const { feeBasisPoints, acceptanceDays, fundingDays } = await getTerms(tx);
  return {
    id: ctx.newId(),
    offering: offered.offeringId,
    version: offered.version,
    title: offered.title,
    buyer,
    seller: offered.holder,
    price,
    ways: offered.ways,
    purpose: wish.purpose,
    sources: offered.sources.length > 0 ? offered.sources : [{ party: offered.holder, share: 10_000 }],
    periods: price.kind === 'subscription' ? (wish.periods ?? 1) : 1,
    feeBasisPoints,
    acceptanceDays,
    state: 'requested',
    revision: 0,
    deposit: depositOf(price, wish),
    frozen: 0,
    escrow: 0,
    distributed: 0,
    returned: 0,
    refunded: 0,
    calls: 0,
    declared: 0,
    settledPeriods: 0,
    agreement: null,
    negotiation: null,
    certificate: null,
    agreedAt: null,
    fundedAt: null,
    deliveredAt: null,
    endedAt: null,
    expiresAt: null,
    requestedAt: ctx.now().toISOString(),
    dueAt: daysAfterTime(ctx.now(), fundingDays).toISOString(),
  };
}

/** What somebody wants of an order, and which state of it they saw. */
export interface MoveWish {
  revision: number;
  /** A reason, where one is needed. */
  words?: string;
  /** Of a decision or a refund. */
  fen?: number;
}

const NEEDS_WORDS: readonly OrderMove[] = ['dispute', 'settle', 'refund', 'revoke'];

/** Makes a move by hand. The same click again changes nothing and is answered as the first. */
export async function moveOrder(ctx: Context, id: string, move: OrderMove, wish: MoveWish): Promise<void> {
  const { words = '' } = wish;
  if (NEEDS_WORDS.includes(move) && words.trim() === '') throw new Problem('invalid', 'say why');
  await ctx.db.transaction(async (tx) => {
    const order = await holdOrder(tx, id);
    const side = sideOf(ctx, order, move);
    if (order.revision !== wish.revision) {
      if (await isRepeated(tx, { order: order.id, revision: wish.revision, move, actor: ctx.actor.id })) return;
      throw new Problem('conflict', 'the order has changed since you looked at it: read it again', {
        revision: order.revision,
      });
    }
    const turn = beginTurn(order);
    if (!movesOf(order, side).includes(move))
      throw new Problem('conflict', 'the order does not allow that as it stands', { state: order.state, move });
    await BY_HAND[move]?.(ctx, tx, turn, { side, words: words.trim(), fen: wish.fen });
    await keep(ctx, tx, turn);
  });
}

interface ByHand {
  side: OrderSide;
  words: string;
  fen: number | undefined;
}

const BY_HAND: Partial<Record<OrderMove, (ctx: Context, tx: Tx, turn: Turn, given: ByHand) => Promise<void>>> = {
  cancel: (ctx, tx, turn, { side, words }) => cancel(ctx, tx, turn, { by: side, words: words || null }),
  fund,
  deliver: (ctx, tx, turn, { side }) => end(ctx, tx, turn, side),
  accept: (ctx, tx, turn) => accept(ctx, tx, turn, 'buyer'),
  async dispute(ctx, tx, turn, { words }) {
    await insertDispute(ctx, tx, turn.order.id, words);
    take(turn, 'dispute', { by: 'buyer', at: ctx.now(), words });
  },
  settle: decide,
  refund: giveMoneyBack,
  async revoke(ctx, tx, turn, { side, words }) {
    await endAccess(ctx, tx, turn.order, words);
    take(turn, 'revoke', { by: side, at: ctx.now(), words, endedAt: turn.order.endedAt ?? ctx.now().toISOString() });
  },
};

async function cancel(
  ctx: Context,
  tx: Tx,
  turn: Turn,
  { by, words }: { by: OrderSide | 'clock'; words: string | null },
): Promise<void> {
  const { agreement } = turn.order;
  if (agreement !== null) await endAgreement(ctx, tx, agreement, 'the order was cancelled');
  take(turn, 'cancel', { by, at: ctx.now(), words });
}

async function fund(ctx: Context, tx: Tx, turn: Turn): Promise<void> {
  const { order } = turn;
  const agreement = await getAgreement(tx, order.agreement as string);
  await noteDuties(ctx, tx, agreement.id, {
    action: 'compensate',
    performance: 'performed',
    note: 'the order is funded',
  });
  const fundedAt = ctx.now().toISOString();
  const expiresAt = endOf(order, ctx.now(), agreementEnd(agreement))?.toISOString() ?? null;
  freeze(turn);
  take(turn, 'fund', { by: 'buyer', at: ctx.now(), fundedAt, expiresAt });
}

/** Something was given to the buyer: one that is bought as a whole is delivered with it, and waits for acceptance. */
export async function noteDelivered(ctx: Context, tx: Tx, turn: Turn): Promise<void> {
  if (turn.order.state === 'funded') take(turn, 'begin', { by: 'clock', at: ctx.now() });
  if (turn.order.state === 'delivering' && !goesByTime(turn.order.price)) await finish(ctx, tx, turn, 'clock');
}

/** The contract ends: what was used is counted and owed. */
async function end(ctx: Context, tx: Tx, turn: Turn, by: OrderSide | 'clock'): Promise<void> {
  if (turn.order.state === 'funded') take(turn, 'begin', { by: 'clock', at: ctx.now() });
  turn.order = { ...turn.order, endedAt: ctx.now().toISOString() };
  await finish(ctx, tx, turn, by);
  await endKeys(tx, turn.order.id, ctx.now());
}

async function finish(ctx: Context, tx: Tx, turn: Turn, by: OrderSide | 'clock'): Promise<void> {
  owe(turn, await usageOf(tx, turn.order, ctx.now()));
  take(turn, 'deliver', { by, at: ctx.now(), deliveredAt: ctx.now().toISOString() });
}

async function accept(ctx: Context, tx: Tx, turn: Turn, by: 'buyer' | 'clock'): Promise<void> {
  take(turn, 'accept', { by, at: ctx.now() });
  await settle(ctx, tx, turn, { by: 'clock', words: null });
}

async function settle(
  ctx: Context,
  tx: Tx,
  turn: Turn,
  { by, words }: { by: 'operator' | 'clock'; words: string | null },
): Promise<void> {
  payOff(turn, await usageOf(tx, turn.order, ctx.now()));
  take(turn, 'settle', { by, at: ctx.now(), words });
  const { id } = await issueCertificate(ctx, tx, certificateOf(turn.order));
  take(turn, 'certify', { by: 'clock', at: ctx.now(), certificate: id });
}

/** What is stated of the trade for everybody: that it was made, between whom and of what; never for how much. */
function certificateOf({ id, title, buyer, seller, offering, version, agreement, agreedAt, purpose, price }: Order) {
  return {
    kind: 'transaction' as const,
    subject: { id: `order/${id}`, title },
    holder: buyer,
    claims: {
      order: id,
      offering,
      version,
      agreement,
      agreedAt,
      purpose,
      priceModel: price.kind,
      seller: { id: seller.id, name: seller.name },
    },
  };
}

/** The operator decides a dispute: a part of what waits, all of it or nothing goes back, and the rest is settled. */
async function decide(ctx: Context, tx: Tx, turn: Turn, { words, fen = 0 }: ByHand): Promise<void> {
  const { id, escrow } = turn.order;
  if (!(Number.isSafeInteger(fen) && fen >= 0 && fen <= escrow))
    throw new Problem('invalid', 'the amount is out of range', { most: escrow });
  await decideDisputeRow(ctx, tx, { order: id, decision: words, refund: fen });
  giveBack(turn, fen);
  if (fen === escrow && escrow > 0) {
    await endAccess(ctx, tx, turn.order, words);
    return take(turn, 'refund', {
      by: 'operator',
      at: ctx.now(),
      words,
      endedAt: turn.order.endedAt ?? ctx.now().toISOString(),
    });
  }
  await settle(ctx, tx, turn, { by: 'operator', words });
}

/** The seller or the operator gives back what was paid; with all of it the contract ends, and its certificate holds no more. */
async function giveMoneyBack(ctx: Context, tx: Tx, turn: Turn, { side, words, fen }: ByHand): Promise<void> {
  const { order } = turn;
  const at = ctx.now();
  const endedAt = order.endedAt ?? at.toISOString();
  if (order.state === 'funded') {
    await endAccess(ctx, tx, order, words);
    thaw(turn);
    return take(turn, 'refund', { by: side, at, words, endedAt });
  }
  const left = order.distributed - order.refunded;
  const back = fen ?? left;
  if (!(Number.isSafeInteger(back) && back > 0 && back <= left))
    throw new Problem('invalid', 'the amount is out of range', { most: left });
  refund(turn, { fen: back, usage: await usageOf(tx, order, at), received: await findReceived(tx, order.id) });
  if (back < left) return noteMove(turn, 'refund', { at, words });
  await endAccess(ctx, tx, order, words);
  take(turn, 'refund', { by: side, at, words, endedAt });
}

async function endAccess(ctx: Context, tx: Tx, { id, certificate, agreement }: Order, reason: string): Promise<void> {
  await endKeys(tx, id, ctx.now());
  await endAgreement(ctx, tx, agreement as string, reason);
  if (certificate !== null) await revokeCertificate(ctx, tx, certificate, reason);
}

/** Writes the order as its moves left it, with them, their audit and their facts. */
export async function keep(ctx: Context, tx: Tx, turn: Turn): Promise<void> {
  if (turn.events.length === 0) return;
  await saveOrder(tx, turn.order);
  await tellMoves(ctx, tx, turn);
  // Last, because many orders wait for the same accounts and the same numbers.
  for (const invoice of turn.invoices) await issueInvoice(ctx, tx, invoice);
  for (const entry of turn.entries) await mustPost(ctx, tx, entry);
}

const PAST: Record<OrderMove, string> = {
  request: 'requested',
  negotiate: 'negotiated',
  agree: 'agreed',
  fund: 'funded',
  begin: 'begun',
  deliver: 'delivered',
  accept: 'accepted',
  dispute: 'disputed',
  settle: 'settled',
  certify: 'certified',
  refund: 'refunded',
  expire: 'expired',
  revoke: 'revoked',
  cancel: 'cancelled',
};

async function tellMoves(ctx: Context, tx: Tx, { order, events }: Turn): Promise<void> {
  const { id, offering, buyer, seller, agreement, frozen, escrow, distributed, returned, refunded } = order;
  await insertEvents(ctx, tx, id, events);
  await recordAll(
    ctx,
    tx,
    events.map(({ move, state, revision, words }) => ({
      act: `exchange.order-${PAST[move]}`,
      subject: `order/${id}`,
      detail: {
        offering,
        buyer: buyer.id,
        seller: seller.id,
        agreement,
        state,
        revision,
        ...(words !== null && { words }),
        ...(revision === order.revision && { money: { frozen, escrow, distributed, returned, refunded } }),
      },
    })),
  );
  const last = events.at(-1) as OrderEvent;
  await tell(tx, {
    type: 'exchange.order-moved',
    subject: id,
    data: { move: last.move, state: last.state, agreement },
  });
}

/** On which side of the contract the actor stands for a move, or looks at it. @throws Problem `not-found` for strangers */
function sideOf(ctx: Context, order: Order, move?: OrderMove): OrderSide {
  const party = partyIdOf(ctx.actor);
  const sides: OrderSide[] = [];
  if (order.buyer.id === party && reachOf(ctx.actor, 'exchange.buy') !== undefined) sides.push('buyer');
  if (order.seller.id === party && reachOf(ctx.actor, 'exchange.sell') !== undefined) sides.push('seller');
  if (reachOf(ctx.actor, 'exchange.operate') !== undefined) sides.push('operator');
  const side = sides.find((each) => move === undefined || movesOf(order, each).includes(move)) ?? sides[0];
  if (side === undefined) throw new Problem('not-found', 'there is no such order');
  return side;
}

/** The order for whoever takes part in it. @throws Problem `not-found` for others */
export async function holdOwnOrder(ctx: Context, tx: Tx, id: string): Promise<{ order: Order; side: OrderSide }> {
  const order = await holdOrder(tx, id);
  return { order, side: sideOf(ctx, order) };
}

const DAYS_SHOWN = 90;

export async function readOrder(ctx: Context, id: string): Promise<OrderPage> {
  const order = await getOrder(ctx.db, id);
  const side = sideOf(ctx, order);
  const usage = await usageOf(ctx.db, order, ctx.now());
  return {
    order,
    side,
    usage,
    may: movesOf(order, side),
    charge: chargeOf(order.price, usage),
    events: await findOrderEvents(ctx.db, order.id),
    dispute: (await findDispute(ctx.db, order.id)) ?? null,
    deliveries: await findDeliveries(ctx.db, order.id),
    keys: side === 'buyer' ? await findKeys(ctx.db, order.id) : [],
    quota: await findQuota(ctx.db, order.id, ctx.now()),
    days: await findDays(ctx.db, order.id, daysAfterTime(ctx.now(), -DAYS_SHOWN)),
    invoices: await findInvoices(ctx.db, order.id),
    policy: order.agreement === null ? null : (await getAgreement(ctx.db, order.agreement)).policy,
  };
}

export interface OrderQuestion {
  side: OrderSide;
  state?: OrderState;
  offering?: string;
  limit: number;
  offset: number;
}

export async function listOrders(
  ctx: Context,
  { side, ...question }: OrderQuestion,
): Promise<{ orders: OrderLine[]; total: number }> {
  const act = { buyer: 'exchange.buy', seller: 'exchange.sell', operator: 'exchange.operate' }[side];
  if (reachOf(ctx.actor, act) === undefined) ctx.require(act);
  const filter = { ...question, ...(side !== 'operator' && { [side]: partyIdOf(ctx.actor) }) };
  return { orders: await findOrders(ctx.db, filter), total: await countOrders(ctx.db, filter) };
}

/** The buyer tells what was earned, where the price is a share of that; never less than was told before. */
export async function declareRevenue(
  ctx: Context,
  id: string,
  { fen, revision }: { fen: number; revision: number },
): Promise<OrderPage> {
  await ctx.db.transaction(async (tx) => {
    const { order, side } = await holdOwnOrder(ctx, tx, id);
    if (side !== 'buyer' || order.price.kind !== 'revenue-share')
      throw new Problem('conflict', 'the order does not allow that as it stands', { state: order.state });
    if (order.declared === fen) return;
    if (order.revision !== revision)
      throw new Problem('conflict', 'the order has changed since you looked at it: read it again');
    if (!['funded', 'delivering'].includes(order.state))
      throw new Problem('conflict', 'the order does not allow that as it stands', { state: order.state });
    if (!(Number.isSafeInteger(fen) && fen > order.declared))
      throw new Problem('invalid', 'what was earned only grows');
    if (chargeOf(order.price, { periods: 0, calls: 0, callsByMonth: [], declared: fen }) > order.deposit)
      throw new Problem('conflict', 'the share of that is more than the contract may cost', { deposit: order.deposit });
    await saveOrder(tx, { ...order, declared: fen });
    await recordAll(ctx, tx, [{ act: 'exchange.revenue-declared', subject: `order/${order.id}`, detail: { fen } }]);
  });
  return readOrder(ctx, id);
}

/** What is due by itself: an order that nobody funds lapses, periods are paid, deliveries accepted, contracts expire. */
async function clockOrder(ctx: Context, id: string): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const order = await holdOrder(tx, id);
    if (order.dueAt === null || new Date(order.dueAt) > ctx.now()) return;
    const turn = beginTurn(order);
    await strike(ctx, tx, turn);
    await keep(ctx, tx, turn);
  });
}

async function strike(ctx: Context, tx: Tx, turn: Turn): Promise<void> {
  const at = ctx.now();
  switch (turn.order.state) {
    case 'requested':
    case 'negotiating':
    case 'agreed':
      return cancel(ctx, tx, turn, { by: 'clock', words: null });
    case 'funded':
    case 'delivering':
      return turn.order.expiresAt !== null && new Date(turn.order.expiresAt) <= at
        ? end(ctx, tx, turn, 'clock')
        : closePeriod(ctx, tx, turn);
    case 'delivered':
      return accept(ctx, tx, turn, 'clock');
    case 'certified':
      await endKeys(tx, turn.order.id, at);
      return take(turn, 'expire', { by: 'clock', at });
    default:
      throw new Error(`nothing is ever due of an order that is ${turn.order.state}`);
  }
}

async function closePeriod(ctx: Context, tx: Tx, turn: Turn): Promise<void> {
  if (turn.order.state === 'funded') take(turn, 'begin', { by: 'clock', at: ctx.now() });
  const period = turn.order.settledPeriods + 1;
  const usage = await usageOf(tx, turn.order, ctx.now());
  const isSubscription = turn.order.price.kind === 'subscription';
  payPeriod(turn, { period, usage: isSubscription ? { ...usage, periods: period } : usage });
  noteMove(turn, 'settle', { at: ctx.now() });
}

const MOST_DUE = 500;
const PUT_OFF_MS = 3_600_000;

/** Does what is due; an order that fails is tried again in an hour, and holds up no other. */
export async function clockDueOrders(ctx: Context): Promise<void> {
  for (const id of await findDueOrders(ctx.db, ctx.now(), MOST_DUE)) {
    await clockOrder(ctx, id).catch(async (error) => {
      ctx.log.error({ error, order: id }, 'what was due of an order failed and is tried again in an hour');
      await putOff(ctx.db, id, new Date(ctx.now().getTime() + PUT_OFF_MS));
    });
  }
}

/** A use of ten thousand calls: what is frozen of a contract by use that was made elsewhere, where nobody could say how much. */
const USUAL_CALLS = 10_000;

interface Finalized {
  role: 'provider' | 'consumer' | 'both';
  offering: string;
  consumer: Party;
  agreementId: string | null;
}

/**
 * A contract that was negotiated becomes an order, at the first price of its offering, to be funded as any other. Heard twice it is one.
 */
export async function hearAgreement(ctx: Context, negotiation: string, data: Finalized): Promise<void> {
  const { role, offering, consumer: buyer, agreementId } = data;
  if (role === 'consumer' || agreementId === null) return;
  await ctx.db.transaction(async (tx) => {
    if ((await findOrderBy(tx, { agreement: agreementId })) !== undefined) return;
    const offered = await tradable(ctx, tx, offering);
    const price = offered.prices.findIndex(({ kind }) => kind !== 'free-research');
    const calls = { periods: 1, calls: USUAL_CALLS, callsByMonth: [USUAL_CALLS], declared: 0 };
    const first = offered.prices[Math.max(0, price)];
    const budgetFen = first === undefined ? 1 : Math.max(1, chargeOf(first, calls));
    const purpose = purposeOf(await getAgreement(tx, agreementId));
    const wish = { offering, price: Math.max(0, price), purpose, key: negotiation, budgetFen };
    const order = await requestOf(ctx, tx, { wish, offered, buyer });
    const turn = beginOrder({ ...order, negotiation });
    take(turn, 'negotiate', { by: 'buyer', at: ctx.now() });
    await keepNew(ctx, tx, turn, { agreement: agreementId, key: negotiation });
  });
}

/** An agreement was ended elsewhere: an order of it that nobody has funded ends too. Whoever has paid is refused further deliveries by its terms. */
export async function hearAgreementEnd(ctx: Context, agreement: string): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const found = await findOrderBy(tx, { agreement });
    if (found === undefined) return;
    const turn = beginTurn(await holdOrder(tx, found.id));
    if (turn.order.state !== 'agreed') return;
    take(turn, 'cancel', { by: 'clock', at: ctx.now(), words: 'the agreement was ended' });
    await keep(ctx, tx, turn);
  });
}
