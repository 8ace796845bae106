import type { FastifyInstance } from 'fastify';
import type { Door } from '#kernel/http';
import { fundRoutes } from './funds.ts';
import { openDataRoutes } from './open-data.ts';
import { recordRoutes } from './record.ts';
import { upkeepRoutes } from './upkeep.ts';

/** A line for each part. */
export async function clusterRoutes(app: FastifyInstance, door: Door): Promise<void> {
  recordRoutes(app, door);
  upkeepRoutes(app, door);
  openDataRoutes(app, door);
  fundRoutes(app, door);
}
