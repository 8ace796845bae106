import type { FastifyInstance } from 'fastify';
import type { Door } from '#kernel/http';
import { endPassages, listPassages, listReports, readBudget, readReport } from '../actions/index.ts';

interface OfOffering {
  Params: { id: string };
}

/** Reports of the release gate, what is on its way through it, and the budget of noise. */
export function gateRoutes(app: FastifyInstance, door: Door): void {
  app.get<{ Querystring: { offering?: string } }>('/api/exchange/gate-reports', async (request) =>
    listReports(await door.context(request), request.query.offering),
  );

  app.get<OfOffering>('/api/exchange/gate-reports/:id', async (request) =>
    readReport(await door.context(request), request.params.id),
  );

  app.get<OfOffering>('/api/exchange/offerings/:id/passages', async (request) =>
    listPassages(await door.context(request), request.params.id),
  );

  app.delete<OfOffering>('/api/exchange/offerings/:id/passages', async (request) =>
    endPassages(await door.context(request), request.params.id),
  );

  app.get<OfOffering>('/api/exchange/offerings/:id/budget', async (request) =>
    readBudget(await door.context(request), request.params.id),
  );
}
