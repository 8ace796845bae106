import type { FastifyInstance } from 'fastify';
import type { Door } from '#kernel/http';
import { goneSignal } from '#kernel/lake';
import type { Computing } from '../actions/compute/index.ts';
import { compute, listMethods } from '../actions/index.ts';
import { definitionRoutes } from './definitions.ts';
import { deskRoutes } from './desk.ts';
import { reportRoutes } from './reports.ts';
import { safetyRoutes } from './safety.ts';
import { stockRoutes } from './stocks.ts';
import { studyRoutes } from './studies.ts';
import { watchRoutes } from './watch.ts';

const MOST_BYTES = 32 * 1024 * 1024;

export function signalsRoutes(app: FastifyInstance, door: Door, computing: Computing): void {
  app.get('/api/signals/compute', async (request) => listMethods(await door.context(request)));
  app.post<{ Params: { method: string } }>(
    '/api/signals/compute/:method',
    { bodyLimit: MOST_BYTES },
    async (request, reply) =>
      compute(await door.context(request), computing, {
        method: request.params.method,
        input: request.body,
        signal: goneSignal(reply),
      }),
  );
  watchRoutes(app, door, computing);
  definitionRoutes(app, door, computing);
  deskRoutes(app, door, computing);
  studyRoutes(app, door);
  safetyRoutes(app, door, computing);
  reportRoutes(app, door);
  stockRoutes(app, door);
}
