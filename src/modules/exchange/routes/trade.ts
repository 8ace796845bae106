import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Context, makeContext } from '#kernel/context';
import { type Door, languageOf } from '#kernel/http';
import { Problem } from '#kernel/problem';
import {
  call,
  deliver,
  keyHolder,
  linkTo,
  makeKey,
  noteFetched,
  openLink,
  question,
  setQuota,
  stopKey,
} from '../actions/delivery.ts';
import { listPayments, payOut, readRevenue, readStatement, readWallet, setTerms, topUp } from '../actions/money.ts';
import { declareRevenue, listOrders, moveOrder, openOrder, readOrder } from '../actions/orders.ts';
import { traceFile } from '../actions/tracing.ts';
import {
  type GateQuestion,
  ORDER_MOVES,
  ORDER_STATES,
  type OrderMove,
  type OrderSide,
  type OrderState,
  SANDBOX_OUTCOMES,
  type SandboxOutcome,
} from '../model.ts';
import { parseTableQuestion } from '../rules/index.ts';

type Body = Record<string, unknown> | undefined;
interface One {
  Params: { id: string };
  Body: Body;
  Querystring: Record<string, string>;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const LONGEST_WORDS = 2_000;
const LONGEST_KEY = 100;
const MOST_CSV_BYTES = 32 * 1024 * 1024;

/** Orders, money, deliveries. @param now the clock of those who come with a key or a link instead of a session */
export function tradeRoutes(app: FastifyInstance, door: Door, now = () => new Date()): void {
  orderRoutes(app, door);
  moneyRoutes(app, door);
  deliveryRoutes(app, door, now);
  callRoutes(app, door, now);
}

function orderRoutes(app: FastifyInstance, door: Door): void {
  app.post<{ Body: Body }>('/api/exchange/orders', async (request) => {
    const ctx = await door.context(request);
    const body = request.body ?? {};
    const order = await openOrder(ctx, {
      offering: idOf(body['offering']),
      price: wholeOf(body, 'price') ?? 0,
      purpose: textOf(body, 'purpose'),
      key: keyOf(body),
      ...defined({
        periods: wholeOf(body, 'periods'),
        budgetFen: wholeOf(body, 'budgetFen'),
        agreement: optionalText(body, 'agreement'),
      }),
    });
    return readOrder(ctx, order.id);
  });

  app.get<{ Querystring: Record<string, string> }>('/api/exchange/orders', async (request) => {
    const { side = 'buyer', state, offering, limit = '50', offset = '0' } = request.query;
    return listOrders(await door.context(request), {
      side: oneOf<OrderSide>(side, ['buyer', 'seller', 'operator'], 'side'),
      ...(state !== undefined && { state: oneOf<OrderState>(state, ORDER_STATES, 'state') }),
      ...(offering !== undefined && { offering }),
      limit: between(limit, 1, 200),
      offset: between(offset, 0, 1_000_000),
    });
  });

  app.get<One>('/api/exchange/orders/:id', async (request) =>
    readOrder(await door.context(request), idOf(request.params.id)),
  );

  app.post<{ Params: { id: string; move: string }; Body: Body }>(
    '/api/exchange/orders/:id/moves/:move',
    async (request) => {
      const ctx = await door.context(request);
      const body = request.body ?? {};
      const id = idOf(request.params.id);
      await moveOrder(ctx, id, oneOf<OrderMove>(request.params.move, ORDER_MOVES, 'move'), {
        revision: revisionOf(body),
        ...defined({ words: optionalText(body, 'words'), fen: wholeOf(body, 'fen') }),
      });
      return readOrder(ctx, id);
    },
  );

  app.post<One>('/api/exchange/orders/:id/revenue', async (request) => {
    const body = request.body ?? {};
    const fen = wholeOf(body, 'fen');
    if (fen === undefined) throw new Problem('invalid', 'say how much, in whole fen');
    return declareRevenue(await door.context(request), idOf(request.params.id), { fen, revision: revisionOf(body) });
  });

  app.put<One>('/api/exchange/orders/:id/quota', async (request) => {
    const body = request.body ?? {};
    return setQuota(await door.context(request), idOf(request.params.id), {
      callsAMinute: wholeOf(body, 'callsAMinute') ?? 0,
      callsAMonth: wholeOf(body, 'callsAMonth') ?? 0,
    });
  });
}

function moneyRoutes(app: FastifyInstance, door: Door): void {
  app.get('/api/exchange/wallet', async (request) => readWallet(await door.context(request)));

  app.post<{ Body: Body }>('/api/exchange/wallet/top-ups', async (request) => {
    const ctx = await door.context(request);
    await topUp(ctx, paymentOf(request.body ?? {}));
    return readWallet(ctx);
  });

  app.post<{ Body: Body }>('/api/exchange/wallet/pay-outs', async (request) => {
    const ctx = await door.context(request);
    const body = request.body ?? {};
    const purpose = oneOf(textOf(body, 'purpose'), ['available', 'revenue'] as const, 'purpose');
    await payOut(ctx, { ...paymentOf(body), purpose });
    return readWallet(ctx);
  });

  app.get<{ Querystring: Record<string, string> }>('/api/exchange/statement', async (request) => {
    const { since, until } = request.query;
    return {
      lines: await readStatement(await door.context(request), {
        since: since === undefined ? new Date(0) : timeOf(since),
        until: until === undefined ? new Date(8.64e15) : timeOf(until),
      }),
    };
  });

  app.get<{ Querystring: Record<string, string> }>('/api/exchange/revenue', async (request) => {
    const { since, all } = request.query;
    return readRevenue(await door.context(request), {
      since: since === undefined ? new Date(0) : timeOf(since),
      all: all === 'true',
    });
  });

  app.get('/api/exchange/payments', async (request) => listPayments(await door.context(request)));

  app.put<{ Body: Body }>('/api/exchange/terms', async (request) => {
    const body = request.body ?? {};
    return setTerms(await door.context(request), {
      feeBasisPoints: wholeOf(body, 'feeBasisPoints') ?? -1,
      acceptanceDays: wholeOf(body, 'acceptanceDays') ?? -1,
      fundingDays: wholeOf(body, 'fundingDays') ?? -1,
      revision: revisionOf(body),
    });
  });

  app.post<{ Body: Body }>('/api/exchange/traces', { bodyLimit: MOST_CSV_BYTES }, async (request) => {
    const body = request.body ?? {};
    const csv = body['csv'];
    if (typeof csv !== 'string')
      throw new Problem('invalid', 'the file comes as a text of comma separated values in the member csv');
    return traceFile(await door.context(request), { offering: idOf(body['offering']), csv });
  });
}

function deliveryRoutes(app: FastifyInstance, door: Door, now: () => Date): void {
  app.post<One>('/api/exchange/orders/:id/deliveries', async (request) => {
    const ctx = await door.context(request);
    const body = request.body ?? {};
    const id = idOf(request.params.id);
    const way = oneOf(textOf(body, 'way'), ['download', 'push'] as const, 'way');
    await deliver(ctx, id, { way, ...defined({ address: optionalText(body, 'address') }) }, { allowInside: false });
    return readOrder(ctx, id);
  });

  app.post<{ Params: { id: string; delivery: string } }>(
    '/api/exchange/orders/:id/deliveries/:delivery/link',
    async (request) => linkTo(await door.context(request), idOf(request.params.id), idOf(request.params.delivery)),
  );

  app.get<One>('/api/exchange/downloads/:id', async (request, reply) => {
    const { until = '', signature = '' } = request.query;
    const ctx = asKey(door, { id: 'link', name: 'Signed link', request, now });
    const found = await openLink(ctx, { delivery: idOf(request.params.id), until, signature });
    const range = rangeOf(request.headers.range, found.bytes);
    if (range === 'unsatisfiable') return reply.code(416).header('content-range', `bytes */${found.bytes}`).send();
    const { from, to } = range ?? { from: 0, to: found.bytes - 1 };
    return reply
      .code(range === undefined ? 200 : 206)
      .headers({
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': `attachment; filename="${found.name}"`,
        'content-length': to - from + 1,
        'accept-ranges': 'bytes',
        'cache-control': 'no-store',
        etag: `"${found.digest}"`,
        'repr-digest': `sha-256=:${Buffer.from(found.digest, 'hex').toString('base64')}:`,
        ...(range !== undefined && { 'content-range': `bytes ${from}-${to}/${found.bytes}` }),
      })
      .send(
        Readable.from(
          fetched(found.content(from, to), async () => {
            if (to === found.bytes - 1) await noteFetched(ctx, idOf(request.params.id));
          }),
        ),
      );
  });

  app.post<One>('/api/exchange/orders/:id/keys', async (request) => {
    const name = textOf(request.body ?? {}, 'name');
    return makeKey(await door.context(request), idOf(request.params.id), name.slice(0, LONGEST_KEY));
  });

  app.delete<{ Params: { id: string; key: string } }>('/api/exchange/orders/:id/keys/:key', async (request) =>
    stopKey(await door.context(request), idOf(request.params.id), idOf(request.params.key)),
  );
}

/** Calls by machines, with the key of a contract instead of a session. */
function callRoutes(app: FastifyInstance, door: Door, now: () => Date): void {
  const enter = async (request: FastifyRequest) => {
    const secret = /^Bearer (bx_[\w-]{43})$/.exec(String(request.headers['authorization'] ?? ''))?.[1];
    if (secret === undefined)
      throw new Problem('unauthenticated', 'send the key of your contract: Authorization: Bearer bx_…');
    const key = await keyHolder({ db: door.pool }, secret);
    return { key, ctx: asKey(door, { ...key, request, now }) };
  };

  app.get<One>('/api/exchange/data/:id', async (request, reply) => {
    const { key, ctx } = await enter(request);
    const answer = await call(ctx, {
      key,
      offering: idOf(request.params.id),
      question: parseTableQuestion(request.query),
    });
    return reply.header('cache-control', 'no-store').send(answer);
  });

  app.post<One>('/api/exchange/data/:id/questions', async (request, reply) => {
    const { key, ctx } = await enter(request);
    const answer = await question(ctx, door.lake, {
      key,
      offering: idOf(request.params.id),
      asked: gateQuestionOf(request.body ?? {}),
    });
    return reply.header('cache-control', 'no-store').send(answer);
  });
}

/** Whoever comes with a key or a link is nobody in particular, and may do nothing else. */
function asKey(
  { pool, log }: Door,
  { id, name, request, now }: { id: string; name: string; request: FastifyRequest; now: () => Date },
): Context {
  return makeContext({
    db: pool,
    log,
    now,
    language: languageOf(request),
    requestId: request.id,
    address: request.ip,
    actor: { id: `key/${id}`, name, roles: [], organizations: [], permissions: new Set(), purpose: 'HOPERAT' },
  });
}

/** The pieces, and then what is to be done when they are gone. */
async function* fetched(pieces: AsyncGenerator<Buffer>, gone: () => Promise<void>): AsyncGenerator<Buffer> {
  yield* pieces;
  await gone();
}

/** The one range that is asked for; undefined where the whole is. Several at once are answered with the whole, as RFC 9110 allows. */
function rangeOf(
  header: string | undefined,
  bytes: number,
): { from: number; to: number } | 'unsatisfiable' | undefined {
  const found = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (found === null || (found[1] === '' && found[2] === '')) return undefined;
  const [, first = '', last = ''] = found;
  const from = first === '' ? Math.max(0, bytes - Number(last)) : Number(first);
  const to = first === '' || last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1);
  return from > to || from >= bytes ? 'unsatisfiable' : { from, to };
}

function gateQuestionOf(body: Record<string, unknown>): GateQuestion {
  const { measure, by = [], where = [], milliRho } = body;
  const isMeasure = (value: unknown): value is GateQuestion['measure'] =>
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    (value.kind === 'count' || (value.kind === 'sum' && 'column' in value && typeof value.column === 'string'));
  const isTexts = (value: unknown): value is string[] =>
    Array.isArray(value) && value.every((each) => typeof each === 'string');
  const isFilter = (value: unknown): value is GateQuestion['where'][number] =>
    typeof value === 'object' &&
    value !== null &&
    'column' in value &&
    typeof value.column === 'string' &&
    'values' in value &&
    isTexts(value.values);
  const isSound =
    isMeasure(measure) &&
    isTexts(by) &&
    Array.isArray(where) &&
    where.every(isFilter) &&
    (milliRho === undefined || (typeof milliRho === 'number' && milliRho > 0));
  if (!isSound)
    throw new Problem(
      'invalid',
      'a question names a measure (count, or sum of a column), columns in by and values in where',
    );
  return { measure, by, where, ...(milliRho !== undefined && { milliRho }) };
}

function paymentOf(body: Record<string, unknown>): { fen: number; key: string; outcome: SandboxOutcome } {
  const fen = wholeOf(body, 'fen');
  if (fen === undefined) throw new Problem('invalid', 'say how much, in whole fen');
  const outcome = oneOf<SandboxOutcome>(optionalText(body, 'outcome') ?? 'succeeds', SANDBOX_OUTCOMES, 'outcome');
  return { fen, key: keyOf(body), outcome };
}

function idOf(value: unknown): string {
  if (typeof value !== 'string' || !UUID.test(value)) throw new Problem('not-found', 'there is no such thing');
  return value;
}

function keyOf(body: Record<string, unknown>): string {
  const key = textOf(body, 'key');
  if (key.length > LONGEST_KEY) throw new Problem('invalid', 'the key is too long', { most: LONGEST_KEY });
  return key;
}

function textOf(body: Record<string, unknown>, name: string): string {
  const text = optionalText(body, name);
  if (text === undefined || text === '') throw new Problem('invalid', 'a text is missing', { name });
  return text;
}

function optionalText(body: Record<string, unknown>, name: string): string | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value.length > LONGEST_WORDS)
    throw new Problem('invalid', 'a text is missing or too long', { name, most: LONGEST_WORDS });
  return value.trim();
}

function wholeOf(body: Record<string, unknown>, name: string): number | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw new Problem('invalid', 'a whole number from 0 is needed', { name });
  return value;
}

function revisionOf(body: Record<string, unknown>): number {
  const revision = wholeOf(body, 'revision');
  if (revision === undefined) throw new Problem('invalid', 'say which revision you saw');
  return revision;
}

function oneOf<T extends string>(value: string, known: readonly T[], name: string): T {
  const found = known.find((each) => each === value);
  if (found === undefined) throw new Problem('invalid', 'choose one of those that there are', { name, known });
  return found;
}

function between(text: string, least: number, most: number): number {
  const value = Number(text);
  if (!(Number.isInteger(value) && value >= least && value <= most))
    throw new Problem('invalid', 'limit is out of range', { least, most });
  return value;
}

function timeOf(text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw new Problem('invalid', 'a time is written as 2026-11-22T08:00:00Z', { text });
  return time;
}

/** Without the members that are undefined. */
function defined<T extends object>(parts: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
