import type { FastifyInstance } from 'fastify';
import { type Door, oneOf } from '#kernel/http';
import { Problem } from '#kernel/problem';
import {
  introduce,
  listIntroductions,
  listWishes,
  moveIntroduction,
  readIntroduction,
  readWish,
  stateWish,
  withdrawWish,
} from '../actions/index.ts';
import { INTRODUCTION_STATES, PROJECT_SECTORS, WISH_KINDS, WISH_SIDES } from '../model.ts';
import { Given } from './given.ts';

interface One {
  Params: { id: string };
  Body: unknown;
}
interface Asked {
  Querystring: { side?: string; kind?: string; text?: string; mine?: string; examples?: string; after?: string };
}

const LONGEST_WORDS = 1_000;

/** Needs and offers, and the introductions that come of them. */
export function meetingRoutes(app: FastifyInstance, door: Door): void {
  app.get<Asked>('/api/cluster/needs', async (request) => {
    const { side, kind, text, mine, examples, after } = request.query;
    return listWishes(await door.context(request), {
      ...(side !== undefined && { side: oneOf(side, WISH_SIDES, 'side') }),
      ...(kind !== undefined && { kind: oneOf(kind, WISH_KINDS, 'kind') }),
      ...(text !== undefined && { text: text.slice(0, 200) }),
      ...(after !== undefined && { after }),
      mine: mine === 'yes',
      ...(examples !== undefined && { examples: examples === 'yes' }),
    });
  });

  app.post<{ Body: unknown }>('/api/cluster/needs', async (request) => {
    const ctx = await door.context(request);
    const given = new Given(request.body);
    const id = given.optional('id');
    if (id !== null && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id))
      throw new Problem('invalid', 'this id is a uuid', { id });
    const sector = given.optional('sector');
    const stated = await stateWish(ctx, {
      ...(id !== null && { id }),
      side: given.oneOf('side', WISH_SIDES),
      kind: given.oneOf('kind', WISH_KINDS),
      thing: given.text('thing', 80),
      words: given.text('words', LONGEST_WORDS),
      wordsZh: given.optional('wordsZh', LONGEST_WORDS),
      sector: sector === null ? null : oneOf(sector, PROJECT_SECTORS, 'sector'),
      place: given.optional('place', 80),
      quantity: given.number('quantity', { least: 1e-6, most: 1e12 }),
      unit: given.optional('unit', 40),
      from: given.day('from'),
      to: given.day('to'),
      expiresOn: given.day('expiresOn'),
      confidential: given.optional('confidential') === 'yes',
      contact: given.text('contact'),
    });
    return readWish(ctx, stated);
  });

  app.get<One>('/api/cluster/needs/:id', async (request) => readWish(await door.context(request), request.params.id));

  app.post<One>('/api/cluster/needs/:id/withdraw', async (request) => {
    const ctx = await door.context(request);
    await withdrawWish(ctx, request.params.id);
    return readWish(ctx, request.params.id);
  });

  app.get<{ Querystring: { over?: string; after?: string } }>('/api/cluster/introductions', async (request) => {
    const { over, after } = request.query;
    return listIntroductions(await door.context(request), {
      over: over !== 'no',
      ...(after !== undefined && { after }),
    });
  });

  app.post<{ Body: unknown }>('/api/cluster/introductions', async (request) => {
    const ctx = await door.context(request);
    const given = new Given(request.body);
    await introduce(ctx, {
      one: given.text('one', 40),
      other: given.text('other', 40),
      words: given.text('words', LONGEST_WORDS),
    });
    return { asked: true };
  });

  app.post<One>('/api/cluster/introductions/:id', async (request) => {
    const ctx = await door.context(request);
    const given = new Given(request.body);
    await moveIntroduction(ctx, request.params.id, {
      state: given.oneOf('state', INTRODUCTION_STATES),
      reason: given.optional('reason', LONGEST_WORDS) ?? '',
      revision: given.revision(),
    });
    return { introduction: await readIntroduction(ctx, request.params.id) };
  });
}
