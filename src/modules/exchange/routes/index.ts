import type { FastifyInstance } from 'fastify';
import type { Door } from '#kernel/http';
import { partyOf } from '../actions/index.ts';
import { certificateRoutes } from './certificates.ts';
import { complianceRoutes } from './compliance.ts';
import { gateRoutes } from './gate.ts';
import { offeringRoutes } from './offerings.ts';
import { tradeRoutes } from './trade.ts';

/** A line for each part. */
export function exchangeRoutes(app: FastifyInstance, door: Door): void {
  app.get('/api/exchange/party', async (request) => partyOf(await door.context(request)));
  offeringRoutes(app, door);
  complianceRoutes(app, door);
  certificateRoutes(app, door);
  gateRoutes(app, door);
  tradeRoutes(app, door);
}
