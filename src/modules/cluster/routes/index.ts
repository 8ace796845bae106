import type { FastifyInstance } from 'fastify';
import type { Door } from '#kernel/http';
import { fundRoutes } from './funds.ts';
import { matchingRoutes } from './matching.ts';
import { recordRoutes } from './record.ts';

/** A line for each part. */
export async function clusterRoutes(app: FastifyInstance, door: Door): Promise<void> {
  recordRoutes(app, door);
  matchingRoutes(app, door);
  fundRoutes(app, door);
}
