import type { FastifyInstance } from 'fastify';
import type { Door } from '#kernel/http';
import { Problem } from '#kernel/problem';
import {
  answerRequest,
  closeRequest,
  giveFigures,
  openRequest,
  postNotice,
  readParkDesk,
  readPortal,
  readRequest,
} from '../actions/index.ts';
import { REQUEST_KINDS } from '../model.ts';
import { Given } from './given.ts';

interface One {
  Params: { id: string };
  Body: unknown;
}

const LONGEST_WORDS = 4_000;

/** Between a park and its tenants; each side sees its own. */
export function portalRoutes(app: FastifyInstance, door: Door): void {
  app.get('/api/cluster/portal', async (request) => readPortal(await door.context(request)));

  app.post<One>('/api/cluster/portal/:id/figures', async (request) => {
    const ctx = await door.context(request);
    const given = new Given(request.body);
    const quarter = given.text('quarter');
    if (!/^20\d{2}Q[1-4]$/.test(quarter)) throw new Problem('invalid', 'a quarter is written 2026Q3', { quarter });
    await giveFigures(ctx, request.params.id, {
      quarter,
      revenueFen: given.needWhole('revenueFen'),
      jobs: given.needWhole('jobs', { most: 10_000_000 }),
      rdFen: given.needWhole('rdFen'),
    });
    return readPortal(ctx);
  });

  app.post<{ Body: unknown }>('/api/cluster/requests', async (request) => {
    const ctx = await door.context(request);
    const given = new Given(request.body);
    const id = await openRequest(ctx, {
      park: given.text('park', 80),
      tenant: given.text('tenant', 80),
      kind: given.oneOf('kind', REQUEST_KINDS),
      title: given.text('title', 200),
      words: given.text('words', LONGEST_WORDS),
    });
    return readRequest(ctx, id);
  });

  app.get<One>('/api/cluster/requests/:id', async (request) =>
    readRequest(await door.context(request), request.params.id),
  );

  app.post<One>('/api/cluster/requests/:id/messages', async (request) => {
    const ctx = await door.context(request);
    const given = new Given(request.body);
    await answerRequest(ctx, request.params.id, {
      words: given.text('words', LONGEST_WORDS),
      revision: given.revision(),
    });
    return readRequest(ctx, request.params.id);
  });

  app.post<One>('/api/cluster/requests/:id/close', async (request) => {
    const ctx = await door.context(request);
    const given = new Given(request.body);
    await closeRequest(ctx, request.params.id, {
      mark: given.whole('mark', { least: 1, most: 5 }),
      revision: given.revision(),
    });
    return readRequest(ctx, request.params.id);
  });

  app.get<One>('/api/cluster/parks/:id/desk', async (request) =>
    readParkDesk(await door.context(request), request.params.id),
  );

  app.post<One>('/api/cluster/parks/:id/notices', async (request) => {
    const ctx = await door.context(request);
    const given = new Given(request.body);
    await postNotice(ctx, request.params.id, {
      title: given.text('title', 200),
      words: given.text('words', LONGEST_WORDS),
      until: given.day('until'),
    });
    return readParkDesk(ctx, request.params.id);
  });
}
