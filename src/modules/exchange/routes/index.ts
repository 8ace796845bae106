import type { FastifyInstance } from 'fastify';
import type { Door } from '#kernel/http';
import { partyOf } from '../actions/index.ts';

export function exchangeRoutes(app: FastifyInstance, door: Door): void {
  app.get('/api/exchange/party', async (request) => partyOf(await door.context(request)));
}
