import type { FastifyInstance } from 'fastify';
import type { Door } from '#kernel/http';
import { partyOf } from '../actions/index.ts';
import { certificateRoutes } from './certificates.ts';
import { tradeRoutes } from './trade.ts';

export function exchangeRoutes(app: FastifyInstance, door: Door): void {
  app.get('/api/exchange/party', async (request) => partyOf(await door.context(request)));
  certificateRoutes(app, door);
  tradeRoutes(app, door);
}
