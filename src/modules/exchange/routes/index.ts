import type { FastifyInstance } from 'fastify';
import type { Door } from '#kernel/http';
import { partyOf } from '../actions/index.ts';
import { certificateRoutes } from './certificates.ts';
import { complianceRoutes } from './compliance.ts';
import { connectorRoutes } from './connectors.ts';
import { dataspaceRoutes } from './dataspace.ts';
import { descriptionRoutes } from './descriptions.ts';
import { gateRoutes } from './gate.ts';
import { negotiationRoutes } from './negotiations.ts';
import { offeringRoutes } from './offerings.ts';
import { tradeRoutes } from './trade.ts';

/** A line for each part. */
export async function exchangeRoutes(app: FastifyInstance, door: Door): Promise<void> {
  app.get('/api/exchange/party', async (request) => partyOf(await door.context(request)));
  offeringRoutes(app, door);
  complianceRoutes(app, door);
  certificateRoutes(app, door);
  gateRoutes(app, door);
  descriptionRoutes(app, door);
  negotiationRoutes(app, door);
  connectorRoutes(app, door);
  await dataspaceRoutes(app, door);
  tradeRoutes(app, door);
}
