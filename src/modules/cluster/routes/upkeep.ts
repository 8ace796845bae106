import type { FastifyInstance } from 'fastify';
import { type Door, oneOf, textOf } from '#kernel/http';
import { Problem } from '#kernel/problem';
import {
  claimThing,
  decideClaim,
  endClaim,
  giveToOwner,
  listClaims,
  listDueThings,
  listFacts,
  readGraph,
  readOverview,
  readPath,
  reviewThing,
} from '../actions/index.ts';

interface One {
  Params: { id: string };
  Body: Record<string, unknown> | undefined;
}
type Query = Record<string, string | undefined>;

const MOST_DAYS = 3650;

/** Keeping the record true: its figures, what is due and whose, who speaks for what, how things hang together. */
export function upkeepRoutes(app: FastifyInstance, door: Door): void {
  app.get('/api/cluster/overview', async (request) => readOverview(await door.context(request)));
  app.get('/api/cluster/facts', async (request) => listFacts(await door.context(request)));

  app.get<{ Querystring: Query }>('/api/cluster/due', async (request) =>
    listDueThings(await door.context(request), {
      withinDays: numberOf(request.query['within'] ?? '0', MOST_DAYS),
      offset: numberOf(request.query['offset'] ?? '0', 1e6),
    }),
  );

  app.post<One>('/api/cluster/things/:id/review', async (request, reply) => {
    const everyDays = request.body?.['everyDays'];
    if (everyDays !== undefined && typeof everyDays !== 'number')
      throw new Problem('invalid', 'a thing is looked at again within 1 to 3650 days');
    await reviewThing(await door.context(request), request.params.id, everyDays === undefined ? {} : { everyDays });
    return reply.code(204).send();
  });

  app.post<One>('/api/cluster/things/:id/owner', async (request, reply) => {
    await giveToOwner(await door.context(request), request.params.id, textOf(request.body?.['owner'], 'owner'));
    return reply.code(204).send();
  });

  app.get('/api/cluster/claims', async (request) => listClaims(await door.context(request)));

  app.post<One>('/api/cluster/things/:id/claims', async (request) =>
    claimThing(await door.context(request), request.params.id, textOf(request.body?.['words'] ?? '', 'words')),
  );

  app.post<One>('/api/cluster/claims/:id/decision', async (request, reply) => {
    const decision = oneOf(
      textOf(request.body?.['decision'], 'decision'),
      ['confirmed', 'refused'] as const,
      'decision',
    );
    const reason = textOf(request.body?.['reason'] ?? '', 'reason');
    await decideClaim(await door.context(request), request.params.id, { decision, reason });
    return reply.code(204).send();
  });

  app.post<One>('/api/cluster/claims/:id/end', async (request, reply) => {
    await endClaim(await door.context(request), request.params.id, textOf(request.body?.['reason'] ?? '', 'reason'));
    return reply.code(204).send();
  });

  app.get<{ Querystring: Query }>('/api/cluster/graph', async (request) => {
    const ctx = await door.context(request);
    const { thing = '', to, steps = '1' } = request.query;
    if (to !== undefined && to !== '') return readPath(ctx, thing, to);
    return readGraph(ctx, thing, Math.max(1, numberOf(steps, 3)));
  });
}

function numberOf(text: string, most: number): number {
  if (!/^\d{1,7}$/.test(text) || Number(text) > most) throw new Problem('invalid', 'limit is out of range', { most });
  return Number(text);
}
