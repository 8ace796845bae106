import type { FastifyInstance } from 'fastify';
import type { Door } from '#kernel/http';
import { bookingRoutes } from './booking.ts';
import { catalogueRoutes } from './catalogues.ts';
import { decisionRoutes } from './decisions.ts';
import { fundRoutes } from './funds.ts';
import { matchingRoutes } from './matching.ts';
import { meetingRoutes } from './meeting.ts';
import { noticeRoutes } from './notices.ts';
import { openDataRoutes } from './open-data.ts';
import { policyRoutes } from './policies.ts';
import { portalRoutes } from './portal.ts';
import { projectRoutes } from './projects.ts';
import { publicationRoutes } from './publications.ts';
import { recordRoutes } from './record.ts';
import { relayRoutes } from './relay.ts';
import { spaceRoutes } from './space.ts';
import { targetRoutes } from './targets.ts';
import { upkeepRoutes } from './upkeep.ts';
import { viewRoutes } from './views.ts';

const OPEN = '/api/open/';

/** A line for each part. */
export async function clusterRoutes(app: FastifyInstance, door: Door): Promise<void> {
  // Who is nobody learns nothing of what a body should be.
  app.addHook('onRequest', async (request) => {
    if (!request.url.startsWith(OPEN)) await door.context(request);
  });
  recordRoutes(app, door);
  matchingRoutes(app, door);
  upkeepRoutes(app, door);
  openDataRoutes(app, door);
  viewRoutes(app, door);
  policyRoutes(app, door);
  decisionRoutes(app, door);
  fundRoutes(app, door);
  targetRoutes(app, door);
  projectRoutes(app, door);
  spaceRoutes(app, door);
  portalRoutes(app, door);
  relayRoutes(app, door);
  meetingRoutes(app, door);
  noticeRoutes(app, door);
  catalogueRoutes(app, door);
  bookingRoutes(app, door);
  publicationRoutes(app, door);
}
