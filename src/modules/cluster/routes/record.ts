import type { FastifyInstance } from 'fastify';
import { type Door, textOf } from '#kernel/http';
import { Problem } from '#kernel/problem';
import { correct, enterThing, findThings, getProfile, relate, state, withdraw } from '../actions/index.ts';
import { isKind, type ThingKind } from '../model.ts';
import type { NewRelation, NewStatement } from '../rules/index.ts';
import type { ThingFilter } from '../store/index.ts';
import { pageOf } from './given.ts';

interface One {
  Params: { id: string };
  Body: Record<string, unknown> | undefined;
}
type Query = Record<string, string | undefined>;

const MOST_A_PAGE = 500;

/** Things, what is said of them, and how they hang together. */
export function recordRoutes(app: FastifyInstance, door: Door): void {
  app.get<{ Querystring: Query }>('/api/cluster/things', async (request) =>
    findThings(await door.context(request), parseFilter(request.query)),
  );

  app.post<One>('/api/cluster/things', async (request) => {
    const ctx = await door.context(request);
    const { kind, name, nameZh, example } = request.body ?? {};
    const thing = {
      kind: parseKind(textOf(kind, 'kind')),
      name: textOf(name, 'name'),
      ...(nameZh !== undefined && { nameZh: textOf(nameZh, 'nameZh') }),
      example: example === true,
    };
    return { id: await ctx.db.transaction((tx) => enterThing(ctx, tx, thing)) };
  });

  app.get<One>('/api/cluster/things/:id', async (request) =>
    getProfile(await door.context(request), request.params.id),
  );

  app.post<One>('/api/cluster/things/:id/statements', async (request) => {
    const ctx = await door.context(request);
    const statement = { ...request.body, thing: request.params.id } as unknown as NewStatement;
    return { id: await ctx.db.transaction((tx) => state(ctx, tx, onlyEntry(statement))) };
  });

  app.post<One>('/api/cluster/things/:id/relations', async (request) => {
    const ctx = await door.context(request);
    const ends = { subject: request.params.id, object: textOf(request.body?.['object'], 'object') };
    const relation = { ...request.body, ...ends } as unknown as NewRelation;
    return { id: await ctx.db.transaction((tx) => relate(ctx, tx, onlyEntry(relation))) };
  });

  app.post<One>('/api/cluster/statements/:id/correct', async (request) => {
    const ctx = await door.context(request);
    const { value, op, asOf, note, reason } = (request.body ?? {}) as unknown as NewStatement & { reason?: unknown };
    const corrected = {
      statement: request.params.id,
      reason: textOf(reason, 'reason'),
      value,
      ...(op !== undefined && { op }),
      ...(asOf !== undefined && { asOf }),
      ...(note !== undefined && { note }),
    };
    return { id: await ctx.db.transaction((tx) => correct(ctx, tx, corrected)) };
  });

  for (const what of ['statement', 'relation'] as const)
    app.post<One>(`/api/cluster/${what}s/:id/withdraw`, async (request, reply) => {
      const ctx = await door.context(request);
      const reason = textOf(request.body?.['reason'], 'reason');
      await ctx.db.transaction((tx) => withdraw(ctx, tx, { [what]: request.params.id, reason } as never));
      return reply.code(204).send();
    });
}

/** What comes in over HTTP is an entry of who sends it: it names no document. */
function onlyEntry<T extends NewStatement | NewRelation>(given: T): T {
  const { source: _, fact: __, ...rest } = given;
  return rest as T;
}

function parseKind(text: string): ThingKind {
  if (!isKind(text)) throw new Problem('invalid', 'there is no such kind of thing', { kind: text });
  return text;
}

function parseFilter({ kind, text, place, sector, examples, order, ...page }: Query): ThingFilter {
  return {
    ...(kind !== undefined && kind !== '' && { kinds: kind.split(',').map(parseKind) }),
    ...(text !== undefined && { text: text.slice(0, 100) }),
    ...(place !== undefined && place !== '' && { place }),
    ...(sector !== undefined && sector !== '' && { sector }),
    examples: examples === 'yes',
    order: order === 'changed' || order === 'due' ? order : 'name',
    ...pageOf(page, MOST_A_PAGE),
  };
}
