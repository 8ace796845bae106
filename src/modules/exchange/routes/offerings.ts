import type { FastifyInstance } from 'fastify';
import { type Door, oneOf } from '#kernel/http';
import { goneSignal } from '#kernel/lake';
import { Problem } from '#kernel/problem';
import {
  askContent,
  changeOffering,
  createOffering,
  delistOffering,
  listStudio,
  openVersion,
  previewCandidate,
  readBoard,
  readListing,
  readOffering,
  readStudio,
  requestListing,
  resumeOffering,
  searchOfferings,
  submitOffering,
  suspendOffering,
  tryContent,
  withdrawListing,
} from '../actions/index.ts';
import {
  COLUMN_ROLES,
  COLUMN_TYPES,
  DELIVERY_WAYS,
  OFFERING_KINDS,
  type OfferingDefinition,
  type OfferingSearch,
  PRICE_KINDS,
  PURPOSES,
  TOPICS,
} from '../model.ts';

interface One {
  Params: { id: string };
}
interface WithWords extends One {
  Body: { words: string };
}

const MOST_FOUND = 100;
const ROOT = '/api/exchange/offerings';

/** Offerings: the holder's studio, the public catalogue, the venues. */
export function offeringRoutes(app: FastifyInstance, door: Door): void {
  app.get<{ Querystring: Partial<Record<string, string>> }>('/api/exchange/catalogue', (request) =>
    searchOfferings({ db: door.pool }, searchOf(request.query)),
  );
  app.get<One>('/api/exchange/catalogue/:id', (request) => readOffering({ db: door.pool }, request.params.id));

  app.get(ROOT, async (request) => listStudio(await door.context(request)));
  app.post<{ Body: { definition: OfferingDefinition } }>(
    ROOT,
    { schema: { body: bodyOf({ definition: DEFINITION }) } },
    async (request) => createOffering(await door.context(request), request.body.definition),
  );
  app.get<One & { Querystring: { version?: string } }>(`${ROOT}/:id`, async (request) =>
    readStudio(await door.context(request), request.params.id, versionOf(request.query.version)),
  );
  app.put<One & { Body: { definition: OfferingDefinition; revision: number } }>(
    `${ROOT}/:id`,
    { schema: { body: bodyOf({ definition: DEFINITION, revision: REVISION }) } },
    async (request) => changeOffering(await door.context(request), request.params.id, request.body),
  );
  app.post<One>(`${ROOT}/:id/versions`, async (request) => openVersion(await door.context(request), request.params.id));
  app.post<One>(`${ROOT}/:id/content`, async (request) =>
    askContent(await door.context(request), door.lake, request.params.id),
  );
  app.post<One>(`${ROOT}/:id/gate-trial`, async (request, reply) =>
    tryContent(await door.context(request), door.lake, request.params.id, goneSignal(reply)),
  );
  app.post<{ Body: Pick<OfferingDefinition, 'query' | 'columns' | 'quality'> }>(
    '/api/exchange/preview',
    { schema: { body: bodyOf(PREVIEWED) } },
    async (request, reply) => previewCandidate(await door.context(request), door.lake, request.body, goneSignal(reply)),
  );
  app.post<One & { Body: { revision: number } }>(
    `${ROOT}/:id/submit`,
    { schema: { body: bodyOf({ revision: REVISION }) } },
    async (request) => submitOffering(await door.context(request), request.params.id, request.body.revision),
  );

  app.post<One & { Body: { venues: { venue: string; fields: Record<string, string> }[] } }>(
    `${ROOT}/:id/listings`,
    { schema: { body: bodyOf({ venues: listOf(ONE_VENUE, 20) }) } },
    async (request) => requestListing(await door.context(request), request.params.id, request.body.venues),
  );
  for (const [verb, act] of [
    ['suspend', suspendOffering],
    ['resume', resumeOffering],
    ['delist', delistOffering],
  ] as const)
    app.post<WithWords>(`${ROOT}/:id/${verb}`, { schema: { body: bodyOf({ words: text(2_000) }) } }, async (request) =>
      act(await door.context(request), request.params.id, request.body.words),
    );
  app.get('/api/exchange/venues', async (request) => readBoard(await door.context(request)));
  app.get<One>('/api/exchange/listings/:id', async (request) =>
    readListing(await door.context(request), request.params.id),
  );
  app.post<One>('/api/exchange/listings/:id/withdraw', async (request) =>
    withdrawListing(await door.context(request), request.params.id),
  );
}

function searchOf(query: Partial<Record<string, string>>): OfferingSearch {
  const { text: words, kind, topic, venue, price, holder, limit, offset } = query;
  return {
    ...(words !== undefined && { text: words.slice(0, 200) }),
    ...(kind !== undefined && { kind: oneOf(kind, OFFERING_KINDS, 'kind') }),
    ...(topic !== undefined && { topic: oneOf(topic, TOPICS, 'topic') }),
    ...(price !== undefined && { price: oneOf(price, PRICE_KINDS, 'price') }),
    ...(venue !== undefined && { venue: venue.slice(0, 100) }),
    ...(holder !== undefined && { holder: holder.slice(0, 200) }),
    limit: numberOf(limit, MOST_FOUND, 24),
    offset: numberOf(offset, 10_000, 0),
  };
}

function numberOf(given: string | undefined, most: number, standard: number): number {
  if (given === undefined) return standard;
  const number = Number(given);
  if (!(Number.isInteger(number) && number >= 0 && number <= most))
    throw new Problem('invalid', 'this parameter is a whole number within its bounds', { most });
  return number;
}

function versionOf(given: string | undefined): number | undefined {
  return given === undefined ? undefined : numberOf(given, 1_000_000, 1);
}

/** A body with exactly these members. */
export function bodyOf(properties: Record<string, object>): object {
  return object(properties);
}

function object(properties: Record<string, object>, optional: readonly string[] = []): object {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', additionalProperties: false, required, properties };
}

export function text(maxLength: number): object {
  return { type: 'string', maxLength };
}

function listOf(items: object, maxItems: number): object {
  return { type: 'array', items, maxItems };
}

function whole(minimum: number, maximum: number): object {
  return { type: 'integer', minimum, maximum };
}

export const REVISION = whole(0, 1_000_000);
const NAME = { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]{0,63}$' };
const WORDS = object({ en: text(4_000), zh: text(4_000) });
const FEN = whole(0, 1e12);
const NUMBER = { type: 'number' };

/** The members of each kind; what no kind has is taken out, and branches do not take out what another needs. */
const PRICE = {
  ...object(
    {
      kind: { enum: PRICE_KINDS },
      fen: FEN,
      every: { enum: ['month', 'year'] },
      fenPerTenThousand: FEN,
      capFenPerMonth: FEN,
      tiers: listOf(
        object({ upToCalls: { type: ['integer', 'null'], minimum: 0, maximum: 1e12 }, fenPerTenThousand: FEN }),
        20,
      ),
      basisPoints: whole(1, 10_000),
    },
    ['fen', 'every', 'fenPerTenThousand', 'capFenPerMonth', 'tiers', 'basisPoints'],
  ),
  oneOf: [
    kindOf('flat', ['fen']),
    kindOf('subscription', ['fen', 'every']),
    kindOf('per-call', ['fenPerTenThousand']),
    kindOf('tiered', ['tiers']),
    kindOf('revenue-share', ['basisPoints']),
    kindOf('free-research', []),
  ],
};

function kindOf(kind: (typeof PRICE_KINDS)[number], required: readonly string[]): object {
  return { properties: { kind: { const: kind } }, required };
}

const COLUMN = object(
  {
    name: NAME,
    label: WORDS,
    type: { enum: COLUMN_TYPES },
    role: { enum: COLUMN_ROLES },
    hierarchy: text(64),
    unit: text(64),
    meaning: WORDS,
    codes: listOf(object({ code: text(200), label: WORDS }), 500),
  },
  ['hierarchy', 'unit', 'codes'],
);

const PARAMETER = object({
  name: NAME,
  type: { enum: ['string', 'integer', 'decimal', 'date', 'boolean'] },
  // The lake holds it against its type.
  value: {},
});

const PREVIEWED = {
  query: object({ sql: text(50_000), parameters: listOf(PARAMETER, 50) }),
  columns: listOf(COLUMN, 100),
  quality: object(
    {
      time: NAME,
      freshDays: whole(1, 100_000),
      ranges: listOf(object({ column: NAME, low: NUMBER, high: NUMBER }, ['low', 'high']), 100),
    },
    ['time', 'freshDays'],
  ),
};

const PARTY = object({ id: text(200), name: text(400), nameZh: text(400) }, ['nameZh']);

const DEFINITION = object({
  form: { const: 1 },
  kind: { enum: OFFERING_KINDS },
  title: WORDS,
  summary: WORDS,
  topic: { enum: TOPICS },
  keywords: listOf(text(100), 30),
  ...PREVIEWED,
  gate: { type: 'object', maxProperties: 30 },
  prices: listOf(PRICE, 10),
  pricingBasis: WORDS,
  sources: listOf(object({ party: PARTY, share: whole(0, 10_000) }), 50),
  terms: object(
    {
      purposes: listOf({ enum: PURPOSES }, PURPOSES.length),
      days: whole(1, 36_500),
      mostUses: whole(1, 1e9),
      attribution: { type: 'boolean' },
      mayPassOn: { type: 'boolean' },
      deleteAfter: { type: 'boolean' },
    },
    ['days', 'mostUses'],
  ),
  ways: listOf({ enum: DELIVERY_WAYS }, DELIVERY_WAYS.length),
  refresh: { enum: ['never', 'daily', 'weekly', 'monthly', 'quarterly'] },
});

const ONE_VENUE = object({
  venue: text(100),
  fields: { type: 'object', maxProperties: 50, additionalProperties: text(500) },
});
