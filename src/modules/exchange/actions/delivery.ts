import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { hashSecret, makeSecret, record } from '#kernel/access';
import { type Context, onDb, type Tx } from '#kernel/context';
import type { Lake } from '#kernel/lake';
import { Problem } from '#kernel/problem';
import type {
  ApiKey,
  CandidateColumn,
  Cell,
  Delivery,
  DeliveryWay,
  GatedAnswer,
  GateQuestion,
  Order,
  OrderPage,
  Quota,
} from '../model.ts';
import {
  beginTurn,
  chargeOf,
  MOST_CALLS,
  parseAddress,
  requireInForce,
  selectRows,
  type TableQuestion,
} from '../rules/index.ts';
import {
  countCall,
  endKey,
  findDelivery,
  findKeyed,
  findKeys,
  findQuota,
  finishDelivery,
  getOrder,
  holdDelivery,
  holdOrder,
  insertDelivery,
  insertKey,
  noteKeyUsed,
  PIECE_BYTES,
  readPiece,
  saveOrder,
  setQuotaRow,
} from '../store/index.ts';
import { decideUse } from './agreements.ts';
import { contentFor, releaseFor, requireNotSuspended } from './contents-of.ts';
import { prepareCopy, tableFor } from './copies.ts';
import { answerThroughGate } from './gate.ts';
import { holdOwnOrder, keep, noteDelivered, readOrder } from './orders.ts';
import { usageOf } from './usage.ts';

const LINK_MS = 15 * 60_000;
const MOST_KEYS = 20;

/** What must be so before anything is given: the contract in force and funded, this way agreed on, the offering not suspended, the use permitted by its terms. */
async function permit(ctx: Context, tx: Tx, order: Order, way: DeliveryWay): Promise<void> {
  requireInForce(order, ctx.now());
  if (!order.ways.includes(way))
    throw new Problem('conflict', 'the contract does not offer that way of delivery', { way });
  await requireNotSuspended(tx, order);
  const { permitted, reasons } = await decideUse(ctx, tx, order.agreement as string, {
    action: 'use',
    purpose: order.purpose,
    recipient: order.buyer.id,
    at: ctx.now(),
  });
  if (!permitted) throw new Problem('forbidden', 'the terms of the contract do not permit this use', { reasons });
}

export interface DeliveryWish {
  way: 'download' | 'push';
  /** Of a push: where to. */
  address?: string;
}

/**
 * The one way in which files get to a buyer. Each delivery is decided on, counted, and in the ledger with the hash of what is given,
 * before it is.
 *
 * @throws Problem `conflict` unless the contract is in force, `forbidden` where its terms do not permit it
 */
export async function deliver(
  ctx: Context,
  id: string,
  { way, address }: DeliveryWish,
  { allowInside }: { allowInside: boolean },
): Promise<Delivery> {
  ctx.require('exchange.buy');
  const url = way === 'push' ? parseAddress(address ?? '', allowInside).href : undefined;
  const before = await getOrder(ctx.db, id);
  requireInForce(before, ctx.now());
  const release = await releaseFor(ctx.db, before);
  const copy = await prepareCopy(ctx, before, release);
  const delivery = ctx.newId();
  await ctx.db.transaction(async (tx) => {
    const { order, side } = await holdOwnOrder(ctx, tx, id);
    if (side !== 'buyer') throw new Problem('forbidden', 'that is not for this side of the contract', { side });
    await permit(ctx, tx, order, way);
    await insertDelivery(ctx, tx, {
      id: delivery,
      orderId: order.id,
      way,
      release,
      ...copy,
      secret: randomBytes(32),
      ...(url === undefined ? { state: 'open' } : { state: 'waiting', address: url, nextAt: ctx.now() }),
    });
    await record(ctx, tx, {
      act: 'exchange.delivery-opened',
      subject: `order/${order.id}`,
      detail: { delivery, way, release, digest: copy.digest, rows: copy.rows, to: order.buyer.id },
    });
    const turn = beginTurn(order);
    if (way === 'download') await noteDelivered(ctx, tx, turn);
    await keep(ctx, tx, turn);
  });
  const { secret: _secret, attempts: _attempts, ...made } = (await findDelivery(ctx.db, delivery))!;
  return made;
}

/** A link to a download that is open, good for a quarter of an hour. */
export async function linkTo(ctx: Context, order: string, delivery: string): Promise<{ path: string; until: string }> {
  const { order: held } = await ctx.db.transaction((tx) => holdOwnOrder(ctx, tx, order));
  requireInForce(held, ctx.now());
  const found = await findDelivery(ctx.db, delivery);
  if (found === undefined || found.orderId !== held.id || found.way !== 'download' || found.secret === null)
    throw new Problem('not-found', 'there is no such delivery');
  const until = ctx.now().getTime() + LINK_MS;
  const signature = sign(found.secret, delivery, until);
  return {
    path: `/api/exchange/downloads/${delivery}?until=${until}&signature=${signature}`,
    until: new Date(until).toISOString(),
  };
}

function sign(secret: Uint8Array, delivery: string, until: number): string {
  return createHmac('sha256', secret).update(`${delivery} ${until}`).digest('base64url');
}

export interface Fetched {
  digest: string;
  bytes: number;
  name: string;
  /** From and to, both included. */
  content(from: number, to: number): AsyncGenerator<Buffer>;
}

/** What a signed link leads to; whoever has the link has it. @throws Problem `forbidden` where it is not ours or too old, `conflict` where the contract has ended */
export async function openLink(
  ctx: Pick<Context, 'db' | 'now'>,
  { delivery: id, until, signature }: { delivery: string; until: string; signature: string },
): Promise<Fetched> {
  const delivery = await findDelivery(ctx.db, id);
  if (delivery?.secret == null || delivery.release === null)
    throw new Problem('not-found', 'there is no such delivery');
  const expected = Buffer.from(sign(delivery.secret, delivery.id, Number(until)));
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected) || !(Number(until) > ctx.now().getTime()))
    throw new Problem('forbidden', 'the link is not valid any more: ask for another one');
  const order = await getOrder(ctx.db, delivery.orderId);
  requireInForce(order, ctx.now());
  const { digest, bytes, release } = delivery;
  return {
    digest: digest as string,
    bytes,
    name: `banyan-${order.offering}-${release}.csv`,
    content: (from, to) => piecesOf(ctx, { order: order.id, release, from, to }),
  };
}

async function* piecesOf(
  { db }: Pick<Context, 'db'>,
  { order, release, from, to }: { order: string; release: string; from: number; to: number },
): AsyncGenerator<Buffer> {
  for (let place = Math.floor(from / PIECE_BYTES); place * PIECE_BYTES <= to; place += 1) {
    const piece = await readPiece(db, { order, release, place });
    const start = place * PIECE_BYTES;
    yield piece.subarray(Math.max(0, from - start), Math.min(piece.length, to + 1 - start));
  }
}

/** The whole file was fetched once. */
export async function noteFetched(ctx: Context, id: string): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const delivery = await holdDelivery(tx, id);
    if (delivery?.state !== 'open') return;
    await finishDelivery(tx, { id, state: 'done', trouble: null, now: ctx.now() });
    await record(ctx, tx, {
      act: 'exchange.delivery-fetched',
      subject: `order/${delivery.orderId}`,
      detail: { delivery: id, digest: delivery.digest },
    });
  });
}

/** Everything that pushes send, for the pushes' own loop. */
export async function readFile(
  { db }: Pick<Context, 'db'>,
  { orderId, release, bytes }: Pick<Delivery, 'orderId' | 'release' | 'bytes'>,
): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of piecesOf({ db }, { order: orderId, release: release as string, from: 0, to: bytes - 1 }))
    pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Makes a key for calls; it is told now and never again. */
export async function makeKey(ctx: Context, id: string, name: string): Promise<{ key: string; keys: ApiKey[] }> {
  ctx.require('exchange.buy');
  const secret = `bx_${makeSecret()}`;
  const keys = await ctx.db.transaction(async (tx) => {
    const { order, side } = await holdOwnOrder(ctx, tx, id);
    if (side !== 'buyer') throw new Problem('forbidden', 'that is not for this side of the contract', { side });
    requireInForce(order, ctx.now());
    if (!order.ways.some((way) => way === 'api' || way === 'query'))
      throw new Problem('conflict', 'the contract does not offer that way of delivery', { way: 'api' });
    const known = await findKeys(tx, order.id);
    if (known.filter(({ endedAt }) => endedAt === null).length >= MOST_KEYS)
      throw new Problem('too-many', 'end a key before you make another one', { most: MOST_KEYS });
    const key = ctx.newId();
    await insertKey(ctx, tx, { id: key, order: order.id, hash: hashSecret(secret), start: secret.slice(0, 8), name });
    await record(ctx, tx, { act: 'exchange.key-made', subject: `order/${order.id}`, detail: { key, name } });
    return findKeys(tx, order.id);
  });
  return { key: secret, keys };
}

export async function stopKey(ctx: Context, id: string, key: string): Promise<{ keys: ApiKey[] }> {
  ctx.require('exchange.buy');
  return ctx.db.transaction(async (tx) => {
    const { order, side } = await holdOwnOrder(ctx, tx, id);
    if (side !== 'buyer') throw new Problem('forbidden', 'that is not for this side of the contract', { side });
    if (await endKey(tx, { order: order.id, id: key, now: ctx.now() }))
      await record(ctx, tx, { act: 'exchange.key-ended', subject: `order/${order.id}`, detail: { key } });
    return { keys: await findKeys(tx, order.id) };
  });
}

/** The seller sets how often this contract may be called. */
export async function setQuota(
  ctx: Context,
  id: string,
  { callsAMinute, callsAMonth }: Pick<Quota, 'callsAMinute' | 'callsAMonth'>,
): Promise<OrderPage> {
  const fits = (calls: number, most: number) => Number.isInteger(calls) && calls >= 1 && calls <= most;
  if (!(fits(callsAMinute, 100_000) && fits(callsAMonth, MOST_CALLS)))
    throw new Problem('invalid', 'a quota is a whole number of calls from 1');
  await ctx.db.transaction(async (tx) => {
    const { order, side } = await holdOwnOrder(ctx, tx, id);
    if (side === 'buyer') throw new Problem('forbidden', 'that is not for this side of the contract', { side });
    await setQuotaRow(ctx, tx, { order: order.id, callsAMinute, callsAMonth });
    await record(ctx, tx, {
      act: 'exchange.quota-set',
      subject: `order/${order.id}`,
      detail: { callsAMinute, callsAMonth },
    });
  });
  return readOrder(ctx, id);
}

/** Whom a key belongs to. @throws Problem `unauthenticated` */
export async function keyHolder(
  { db }: Pick<Context, 'db'>,
  secret: string,
): Promise<{ id: string; order: string; name: string }> {
  const found = await findKeyed(db, hashSecret(secret));
  if (found === undefined) throw new Problem('unauthenticated', 'this key is not known or was ended');
  return found;
}

type Key = { id: string; order: string };

export interface Answered {
  columns: CandidateColumn[];
  rows: Cell[][];
  total: number;
  release: string;
}

/**
 * Answers a call by key from the newest release. It is counted, and its price known to be within what is frozen, before it is
 * answered; of concurrent calls none gets what another has used up.
 *
 * @param ctx of the key: its actor is the contract's buyer
 */
export async function call(
  ctx: Context,
  { key, offering, question }: { key: Key; offering: string; question: TableQuestion },
): Promise<Answered> {
  const before = await getOrder(ctx.db, key.order);
  requireOf(before, offering);
  const release = await releaseFor(ctx.db, before);
  requireInForce(before, ctx.now());
  const table = await tableFor(ctx, before, release);
  const answer = selectRows(table, question);
  await ctx.db.transaction((tx) =>
    meterCall(ctx, tx, { key, way: 'api', rows: answer.rows.length, release, offering }),
  );
  return { ...answer, release };
}

/** A key is for what was contracted. */
function requireOf({ offering }: Order, asked: string): void {
  if (offering !== asked) throw new Problem('not-found', 'the key is not for this offering');
}

async function meterCall(
  ctx: Context,
  tx: Tx,
  {
    key,
    way,
    rows,
    release,
    offering,
  }: { key: Key; way: 'api' | 'query'; rows: number; release: string | null; offering: string },
): Promise<Order> {
  const order = await holdOrder(tx, key.order);
  requireOf(order, offering);
  const quota = await findQuota(tx, order.id, ctx.now());
  if (quota.callsThisMinute >= quota.callsAMinute)
    throw new Problem('too-many', 'so many calls a minute are not agreed on', { most: quota.callsAMinute });
  if (quota.callsThisMonth >= quota.callsAMonth)
    throw new Problem('too-many', 'the calls of this month are used up', { most: quota.callsAMonth });
  await permit(ctx, tx, order, way);
  await countCall(tx, { order: order.id, rows, now: ctx.now() });
  const turn = beginTurn({ ...order, calls: order.calls + 1 });
  const usage = await usageOf(tx, turn.order, ctx.now());
  if (chargeOf(order.price, usage) > order.deposit)
    throw new Problem('conflict', 'the budget of the contract is used up', { budget: order.deposit });
  await noteKeyUsed(tx, key.id, ctx.now());
  await record(ctx, tx, {
    act: 'exchange.call-answered',
    subject: `order/${order.id}`,
    detail: { key: key.id, way, rows, release },
  });
  await noteDelivered(ctx, tx, turn);
  await (turn.events.length > 0 ? keep(ctx, tx, turn) : saveOrder(tx, turn.order));
  return order;
}

/**
 * A question to rows that never leave, answered with noise through the gate. The call, the budget of noise and the answer are one
 * transaction: a question that the gate refuses costs nothing.
 */
export async function question(
  ctx: Context,
  lake: Lake,
  { key, offering: asksOf, asked }: { key: Key; offering: string; asked: GateQuestion },
): Promise<GatedAnswer> {
  return ctx.db.transaction(async (tx) => {
    const { offering, version, agreement } = await meterCall(ctx, tx, {
      key,
      way: 'query',
      rows: 0,
      release: null,
      offering: asksOf,
    });
    return answerThroughGate(onDb(ctx, tx), {
      offeringId: offering,
      version,
      agreementId: agreement as string,
      question: asked,
      content: () => contentFor(ctx, lake, { offering, version }),
    });
  });
}
