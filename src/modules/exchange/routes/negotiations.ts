import type { FastifyInstance } from 'fastify';
import type { Door } from '#kernel/http';
import { NEGOTIATION_STATES, type NegotiationStep } from '#standards/dataspace';
import {
  listNegotiations,
  openNegotiation,
  readNegotiation,
  type Stepping,
  stepNegotiation,
} from '../actions/index.ts';
import type { PolicyJson, Words } from '../model.ts';

const ROOT = '/api/exchange/negotiations';
const MOST_BYTES = 256 * 1024;
const STEPS: readonly NegotiationStep[] = ['request', 'offer', 'accept', 'agree', 'terminate'];

const text = (maxLength: number) => ({ type: 'string', minLength: 1, maxLength }) as const;

/** Negotiations for people. */
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
    properties: {
      offering: text(1_000),
      offer: { type: 'object' },
      counterparty: text(64),
      title: { type: 'object', required: ['en', 'zh'], properties: { en: text(300), zh: text(300) } },
    },
  };
  app.post<{ Body: { offering: string; offer?: PolicyJson; counterparty?: string; title?: Words } }>(
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
}
