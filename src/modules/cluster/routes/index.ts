import type { FastifyInstance } from 'fastify';
import type { Door } from '#kernel/http';
import { fundRoutes } from './funds.ts';
import { recordRoutes } from './record.ts';
import { targetRoutes } from './targets.ts';

/** A line for each part. */
export async function clusterRoutes(app: FastifyInstance, door: Door): Promise<void> {
  recordRoutes(app, door);
  fundRoutes(app, door);
  targetRoutes(app, door);
}
