import type { FastifyInstance } from 'fastify';
import type { Door } from '#kernel/http';
import {
  addCounterparty,
  authorizeCounterparty,
  listCounterparties,
  listElsewhere,
  type NewCounterparty,
  openTransfer,
  readElsewhere,
  stepTransfer,
  stopCounterparty,
  testCounterparty,
} from '../actions/index.ts';

const ROOT = '/api/exchange/connectors';
const MOST_BYTES = 256 * 1024;

interface One {
  Params: { id: string };
}

const text = (maxLength: number) => ({ type: 'string', minLength: 1, maxLength }) as const;

/** Other connectors: the operator lets them in, and buyers look at what they offer and fetch it. */
export function connectorRoutes(app: FastifyInstance, door: Door): void {
  app.get(ROOT, async (request) => ({ connectors: await listCounterparties(await door.context(request)) }));
  const body = {
    type: 'object',
    additionalProperties: false,
    required: ['name', 'address'],
    properties: {
      name: text(200),
      address: text(1_000),
      party: { type: 'string', pattern: '^(Organization|account)/.+$', maxLength: 200 },
      authorization: text(4_000),
      scripts: { type: 'object', maxProperties: 1_000 },
    },
  };
  app.post<{ Body: NewCounterparty }>(ROOT, { bodyLimit: MOST_BYTES, schema: { body } }, async (request, reply) => {
    const entered = await addCounterparty(await door.context(request), request.body);
    return reply.code(201).header('cache-control', 'no-store').send(entered);
  });
  app.delete<One>(`${ROOT}/:id`, async (request, reply) => {
    await stopCounterparty(await door.context(request), request.params.id);
    return reply.code(204).send();
  });
  const authorization = { type: 'object', properties: { authorization: { ...text(4_000), nullable: true } } };
  app.put<One & { Body: { authorization?: string | null } }>(
    `${ROOT}/:id/authorization`,
    { schema: { body: authorization } },
    async (request, reply) => {
      const { authorization: wanted = null } = request.body;
      await authorizeCounterparty(await door.context(request), request.params.id, wanted);
      return reply.code(204).send();
    },
  );
  app.post<One>(`${ROOT}/:id/test`, async (request) =>
    testCounterparty(await door.context(request), request.params.id),
  );

  app.get('/api/exchange/elsewhere', async (request) => ({
    connectors: await listElsewhere(await door.context(request)),
  }));
  const search = { type: 'object', properties: { text: { type: 'string', maxLength: 200 } } };
  app.get<One & { Querystring: { text?: string } }>(
    '/api/exchange/elsewhere/:id',
    { schema: { querystring: search } },
    async (request) => {
      const wanted = request.query.text?.trim() ?? '';
      const filter = wanted === '' ? [] : [{ text: wanted }];
      return readElsewhere(await door.context(request), request.params.id, filter);
    },
  );

  app.post<One>('/api/exchange/negotiations/:id/transfers', async (request, reply) =>
    reply.code(201).send(await openTransfer(await door.context(request), request.params.id)),
  );
  const stepping = {
    type: 'object',
    additionalProperties: false,
    required: ['step', 'revision'],
    properties: { step: { enum: ['complete', 'terminate'] }, revision: { type: 'integer', minimum: 1 } },
  };
  app.post<{
    Params: { id: string; transfer: string };
    Body: { step: 'complete' | 'terminate'; revision: number };
  }>('/api/exchange/negotiations/:id/transfers/:transfer/steps', { schema: { body: stepping } }, async (request) => {
    const { id, transfer } = request.params;
    return stepTransfer(await door.context(request), id, { transfer, ...request.body });
  });
}
