import type { FastifyInstance } from 'fastify';
import type { Door } from '#kernel/http';
import { NEGOTIATION_STATES, type NegotiationStep } from '#standards/dataspace';
import {
  addCounterparty,
  listCounterparties,
  listNegotiations,
  type NewCounterparty,
  openNegotiation,
  readNegotiation,
  type Stepping,
  stepNegotiation,
  stopCounterparty,
} from '../actions/index.ts';
import type { PolicyJson } from '../model.ts';

const ROOT = '/api/exchange/negotiations';
const MOST_BYTES = 256 * 1024;
const STEPS: readonly NegotiationStep[] = ['request', 'offer', 'accept', 'agree', 'terminate'];

const text = (maxLength: number) => ({ type: 'string', minLength: 1, maxLength }) as const;

/** Negotiations for people, and the connectors that the operator lets in. */
export function negotiationRoutes(app: FastifyInstance, door: Door): void {
  app.get<{ Querystring: { state?: string } }>(
    ROOT,
    { schema: { querystring: { type: 'object', properties: { state: { enum: [...NEGOTIATION_STATES] } } } } },
    async (request) => {
      const { state } = request.query;
      const ctx = await door.context(request);
      return { negotiations: await listNegotiations(ctx, state === undefined ? {} : { state }) };
    },
  );

  const opening = {
    type: 'object',
    additionalProperties: false,
    required: ['offering'],
    properties: { offering: text(200), offer: { type: 'object' }, counterparty: text(64) },
  };
  app.post<{ Body: { offering: string; offer?: PolicyJson; counterparty?: string } }>(
    ROOT,
    { bodyLimit: MOST_BYTES, schema: { body: opening } },
    async (request, reply) => reply.code(201).send(await openNegotiation(await door.context(request), request.body)),
  );

  app.get<{ Params: { id: string } }>(`${ROOT}/:id`, async (request) =>
    readNegotiation(await door.context(request), request.params.id),
  );

  const stepping = {
    type: 'object',
    additionalProperties: false,
    required: ['step', 'revision'],
    properties: {
      step: { enum: [...STEPS] },
      revision: { type: 'integer', minimum: 1 },
      offer: { type: 'object' },
      reason: text(2_000),
    },
  };
  app.post<{ Params: { id: string }; Body: Stepping }>(
    `${ROOT}/:id/steps`,
    { bodyLimit: MOST_BYTES, schema: { body: stepping } },
    async (request) => stepNegotiation(await door.context(request), request.params.id, request.body),
  );

  connectorRoutes(app, door);
}

function connectorRoutes(app: FastifyInstance, door: Door): void {
  app.get('/api/exchange/connectors', async (request) => ({
    connectors: await listCounterparties(await door.context(request)),
  }));
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
  app.post<{ Body: NewCounterparty }>(
    '/api/exchange/connectors',
    { bodyLimit: MOST_BYTES, schema: { body } },
    async (request, reply) => {
      const entered = await addCounterparty(await door.context(request), request.body);
      return reply.code(201).header('cache-control', 'no-store').send(entered);
    },
  );
  app.delete<{ Params: { id: string } }>('/api/exchange/connectors/:id', async (request, reply) => {
    await stopCounterparty(await door.context(request), request.params.id);
    return reply.code(204).send();
  });
}
