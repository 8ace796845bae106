import { lookup as resolve } from 'node:dns';
import { request as askHttp } from 'node:http';
import { request as askHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { record } from '#kernel/access';
import type { Context, Tx } from '#kernel/context';
import { beginTurn, isOutside, requireInForce } from '../rules/index.ts';
import { claimPush, finishDelivery, getOrder, type HeldDelivery, holdOrder, retryDelivery } from '../store/index.ts';
import { readFile } from './delivery.ts';
import { keep, noteDelivered } from './orders.ts';

const MOST_ATTEMPTS = 8;
const FIRST_WAIT_MS = 30_000;
const TIMEOUT_MS = 20_000;
/** Whoever sends has so long until another one may try. */
const LEASE_MS = 120_000;

const MOST_PUSHES = 20;

/**
 * Sends the files that wait to where their buyers want them. One may arrive twice, where an answer was lost: the header
 * `idempotency-key` says that it is the same.
 */
export async function sendDuePushes(ctx: Context, { allowInside }: { allowInside: boolean }): Promise<void> {
  for (let sent = 0; sent < MOST_PUSHES; sent += 1) {
    const leaseEnds = new Date(ctx.now().getTime() + LEASE_MS);
    const push = await claimPush(ctx.db, ctx.now(), leaseEnds);
    if (push === undefined) return;
    const trouble = await attempt(ctx, push, allowInside).then(
      () => null,
      (error: Error) => error.message.slice(0, 500),
    );
    await ctx.db.transaction((tx) => noteAttempt(ctx, tx, push, trouble));
  }
}

async function noteAttempt(ctx: Context, tx: Tx, push: HeldDelivery, trouble: string | null): Promise<void> {
  const { id, orderId, attempts, digest } = push;
  if (trouble !== null && attempts < MOST_ATTEMPTS) {
    const nextAt = new Date(ctx.now().getTime() + FIRST_WAIT_MS * 2 ** (attempts - 1));
    return retryDelivery(tx, { id, trouble, nextAt });
  }
  const turn = beginTurn(await holdOrder(tx, orderId));
  await finishDelivery(tx, { id, state: trouble === null ? 'done' : 'failed', trouble, now: ctx.now() });
  await record(ctx, tx, {
    act: trouble === null ? 'exchange.delivery-fetched' : 'exchange.delivery-failed',
    subject: `order/${orderId}`,
    detail: { delivery: id, digest, ...(trouble !== null && { trouble }) },
  });
  if (trouble === null) await noteDelivered(ctx, tx, turn);
  await keep(ctx, tx, turn);
}

async function attempt(ctx: Context, push: HeldDelivery, allowInside: boolean): Promise<void> {
  requireInForce(await getOrder(ctx.db, push.orderId), ctx.now());
  const content = await readFile(ctx, push);
  const status = await put(new URL(push.address as string), content, {
    allowInside,
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-length': String(content.length),
      'repr-digest': `sha-256=:${Buffer.from(push.digest as string, 'hex').toString('base64')}:`,
      'idempotency-key': push.id,
    },
  });
  if (status < 200 || status > 299) throw new Error(`the receiver answered ${status}`);
}

/** Addresses are judged when they are connected to, whatever the name said before; nobody is sent on to another one. */
function put(
  url: URL,
  content: Buffer,
  { allowInside, headers }: { allowInside: boolean; headers: Record<string, string> },
): Promise<number> {
  const lookup: LookupFunction = (host, options, done) =>
    resolve(host, { ...options, all: true }, (error, found) => {
      const inside = error === null && !allowInside && !found.every(({ address }) => isOutside(address));
      if (error !== null || inside)
        return done(error ?? new Error('the address is not one of the open Internet'), '', 0);
      if (options.all === true) return done(null, found);
      const [first] = found;
      done(null, first?.address ?? '', first?.family ?? 0);
    });
  return new Promise((answer, refuse) => {
    const ask = url.protocol === 'https:' ? askHttps : askHttp;
    const request = ask(url, { method: 'PUT', headers, lookup, timeout: TIMEOUT_MS }, (response) => {
      response.resume();
      answer(response.statusCode ?? 0);
    });
    request.on('timeout', () => request.destroy(new Error('the receiver does not answer in time')));
    request.on('error', refuse);
    request.end(content);
  });
}
