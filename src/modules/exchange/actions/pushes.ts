import { lookup as resolve } from 'node:dns';
import { request as askHttp } from 'node:http';
import { request as askHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { record } from '#kernel/access';
import type { Context } from '#kernel/context';
import type { Job } from '#kernel/jobs';
import { beginTurn, isOutside, requireInForce } from '../rules/index.ts';
import { claimPushes, finishDelivery, type HeldDelivery, holdOrder, retryDelivery } from '../store/index.ts';
import { readFile } from './delivery.ts';
import { keep, noteDelivered } from './orders.ts';

const MOST_ATTEMPTS = 8;
const FIRST_WAIT_MS = 30_000;
const TIMEOUT_MS = 20_000;

/**
 * Sends the file that has waited longest to where its buyer wants it. It may arrive twice, where the answer was lost: the header
 * `idempotency-key` says that it is the same.
 */
export function pushesJob({ allowInside }: { allowInside: boolean }): Job {
  return {
    name: 'exchange pushes',
    everySeconds: 2,
    async run(ctx) {
      const [push] = await claimPushes(ctx.db, ctx.now(), 1);
      if (push !== undefined) await send(ctx, push, allowInside);
    },
  };
}

async function send(ctx: Context, push: HeldDelivery, allowInside: boolean): Promise<void> {
  const trouble = await attempt(ctx, push, allowInside).then(
    () => null,
    (error: Error) => error.message.slice(0, 500),
  );
  const { id, orderId, attempts, digest } = push;
  if (trouble !== null && attempts + 1 < MOST_ATTEMPTS) {
    const nextAt = new Date(ctx.now().getTime() + FIRST_WAIT_MS * 2 ** attempts);
    return retryDelivery(ctx.db, { id, trouble, nextAt });
  }
  const state = trouble === null ? 'done' : 'failed';
  await finishDelivery(ctx.db, { id, state, trouble, now: ctx.now() });
  await record(ctx, ctx.db, {
    act: trouble === null ? 'exchange.delivery-fetched' : 'exchange.delivery-failed',
    subject: `order/${orderId}`,
    detail: { delivery: id, digest, ...(trouble !== null && { trouble }) },
  });
  if (trouble !== null) return;
  const turn = beginTurn(await holdOrder(ctx.db, orderId));
  await noteDelivered(ctx, ctx.db, turn);
  await keep(ctx, ctx.db, turn);
}

async function attempt(ctx: Context, push: HeldDelivery, allowInside: boolean): Promise<void> {
  requireInForce(await holdOrder(ctx.db, push.orderId), ctx.now());
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
