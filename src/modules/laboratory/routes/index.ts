import type { FastifyInstance, FastifyReply } from 'fastify';
import { type Door, limitOf, oneOf } from '#kernel/http';
import { Problem } from '#kernel/problem';
import {
  listOrders,
  makeOperations,
  type OperationsFeed,
  readOrder,
  readReport,
  readSpecimen,
} from '../actions/index.ts';
import { PRIORITIES, type Priority, WORK_STATES, type WorkState } from '../model.ts';
import { exploreRoutes } from './explore.ts';

type Query = Record<string, string | undefined>;

const MOST_ROWS = 500;
const PULSE_MS = 15_000;
/** A stream ends and is opened again by the browser, so that a session that is over does not go on listening. */
const STREAM_MS = 10 * 60_000;

export function laboratoryRoutes(app: FastifyInstance, door: Door): void {
  app.get<{ Querystring: Query }>('/api/laboratory/orders', async (request) => {
    const { state, priority, site, since, until, q, after, limit: asked } = request.query;
    const limit = limitOf(asked, 50, MOST_ROWS);
    const key = keyOf(after);
    const [from, to] = [timeOf(since, 'since'), timeOf(until, 'until')];
    const { orders, names } = await listOrders(await door.context(request), {
      ...(state && { state: oneOf<WorkState>(state, WORK_STATES, 'state') }),
      ...(priority && { priority: oneOf<Priority>(priority, PRIORITIES, 'priority') }),
      ...(site && { site: /^\d{13}$/.test(site) ? `https://id.gs1.org/414/${site}` : site }),
      ...(from !== undefined && { since: from }),
      ...(to !== undefined && { until: to }),
      ...(q && { text: q.trim() }),
      ...(key !== undefined && { after: key }),
      limit: limit + 1,
    });
    const shown = orders.slice(0, limit);
    const last = shown.at(-1);
    const next = orders.length > limit && last !== undefined ? writeKey(last) : undefined;
    return { orders: shown, names, ...(next !== undefined && { next }) };
  });

  app.get<{ Params: { id: string } }>('/api/laboratory/orders/:id', async (request) =>
    readOrder(await door.context(request), request.params.id),
  );

  app.get<{ Params: { accession: string } }>('/api/laboratory/specimens/:accession', async (request) =>
    readSpecimen(await door.context(request), request.params.accession),
  );

  app.get<{ Params: { id: string } }>('/api/laboratory/reports/:id', async (request) =>
    readReport(await door.context(request), request.params.id),
  );

  const feed = makeOperations({ db: door.pool, now: () => new Date(), log: door.log });
  app.addHook('onClose', async () => feed.stop());
  operationsRoutes(app, door, feed);
  exploreRoutes(app, door);
}

function operationsRoutes(app: FastifyInstance, door: Door, feed: OperationsFeed): void {
  const open = new Set<() => void>();
  app.addHook('preClose', async () => {
    for (const close of [...open]) close();
  });

  app.get('/api/laboratory/operations', async (request) => {
    (await door.context(request)).require('laboratory.operations.read');
    return feed.snapshot();
  });

  app.get('/api/laboratory/operations/stream', async (request, reply) => {
    (await door.context(request)).require('laboratory.operations.read');
    const stop = feed.listen(({ event, data }) => write(reply, `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`));
    if (stop === undefined) throw new Problem('unavailable', 'too many screens listen already');
    const close = (): void => {
      open.delete(close);
      stop();
      clearInterval(pulse);
      clearTimeout(end);
      reply.raw.end();
    };
    const pulse = setInterval(() => write(reply, ': pulse\n\n'), PULSE_MS);
    const end = setTimeout(close, STREAM_MS);
    open.add(close);
    reply.hijack();
    reply.raw.on('close', close);
    reply.raw.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    reply.raw.write('retry: 2000\n\n');
  });
}

/** A screen that does not keep up is let go: it opens the stream again and begins with a whole snapshot. */
const MOST_UNSENT = 8 * 1024 * 1024;
function write(reply: FastifyReply, text: string): void {
  if (reply.raw.destroyed) return;
  if (reply.raw.writableLength > MOST_UNSENT) reply.raw.destroy();
  else reply.raw.write(text);
}

function writeKey({ listedAt, id }: { listedAt: Date; id: string }): string {
  return Buffer.from(JSON.stringify([listedAt.toISOString(), id])).toString('base64url');
}

function keyOf(text: string | undefined): { listedAt: Date; id: string } | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    const [time, id] = JSON.parse(Buffer.from(text, 'base64url').toString()) as [string, string];
    const listedAt = new Date(time);
    if (typeof id === 'string' && !Number.isNaN(listedAt.getTime())) return { listedAt, id };
  } catch {
    // Told below.
  }
  throw new Problem('invalid', 'this page token was not made here');
}

function timeOf(text: string | undefined, name: string): Date | undefined {
  if (text === undefined || text === '') return undefined;
  const at = new Date(text);
  if (Number.isNaN(at.getTime()))
    throw new Problem('invalid', 'this parameter is a date and time with a zone', { name });
  return at;
}
