import type { FastifyInstance } from 'fastify';
import type { Door } from '#kernel/http';
import { Problem } from '#kernel/problem';
import {
  answerAsk,
  answerItem,
  askResource,
  beginRelay,
  decideRelay,
  listRelays,
  readRelay,
} from '../actions/index.ts';
import { ASKED_STATES, RELAY_DECISIONS, RELAY_SECTORS, RELAY_STAGES } from '../model.ts';
import { Given } from './given.ts';

interface One {
  Params: { id: string };
  Body: unknown;
}

const ROOT = '/api/cluster/relay';
const LONGEST_WORDS = 4_000;

/** From idea to market. */
export function relayRoutes(app: FastifyInstance, door: Door): void {
  app.get(ROOT, async (request) => listRelays(await door.context(request)));

  app.post<{ Body: unknown }>(ROOT, async (request) => {
    const ctx = await door.context(request);
    const given = new Given(request.body);
    const id = given.optional('id');
    if (id !== null && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id))
      throw new Problem('invalid', 'this id is a uuid', { id });
    const begun = await beginRelay(ctx, {
      ...(id !== null && { id }),
      name: given.text('name', 200),
      nameZh: given.optional('nameZh', 200),
      words: given.optional('words', LONGEST_WORDS) ?? '',
      sector: given.oneOf('sector', RELAY_SECTORS),
      stage: given.oneOf('stage', RELAY_STAGES),
      place: given.optional('place', 80),
      owner: given.optional('owner', 80),
    });
    return readRelay(ctx, begun);
  });

  app.get<One>(`${ROOT}/:id`, async (request) => readRelay(await door.context(request), request.params.id));

  app.put<{ Params: { id: string; item: string }; Body: unknown }>(`${ROOT}/:id/items/:item`, async (request) => {
    const ctx = await door.context(request);
    const { id, item } = request.params;
    await answerItem(ctx, id, { item, evidence: new Given(request.body).optional('evidence', LONGEST_WORDS) });
    return readRelay(ctx, id);
  });

  app.post<One>(`${ROOT}/:id/decisions`, async (request) => {
    const ctx = await door.context(request);
    const given = new Given(request.body);
    await decideRelay(ctx, request.params.id, {
      decision: given.oneOf('decision', RELAY_DECISIONS),
      reason: given.optional('reason', LONGEST_WORDS) ?? '',
      revision: given.revision(),
    });
    return readRelay(ctx, request.params.id);
  });

  app.post<One>(`${ROOT}/:id/requests`, async (request) => {
    const ctx = await door.context(request);
    const given = new Given(request.body);
    await askResource(ctx, request.params.id, {
      resource: given.text('resource', 80),
      words: given.text('words', LONGEST_WORDS),
    });
    return readRelay(ctx, request.params.id);
  });

  app.post<{ Params: { id: string; ask: string }; Body: unknown }>(`${ROOT}/:id/requests/:ask`, async (request) => {
    const ctx = await door.context(request);
    const given = new Given(request.body);
    await answerAsk(ctx, request.params.id, request.params.ask, {
      state: given.oneOf('state', ASKED_STATES),
      answer: given.optional('answer', LONGEST_WORDS) ?? '',
    });
    return readRelay(ctx, request.params.id);
  });
}
