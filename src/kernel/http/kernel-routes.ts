import type { FastifyInstance } from 'fastify';
import { type DeadLetter, dismissDeadLetter, findDeadLetters, replayDeadLetter } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import type { Door } from './door.ts';
import { translate } from './problems.ts';
import { limitOf } from './read.ts';

const MOST = 200;

/** The dead-letter desk. */
export function kernelRoutes(app: FastifyInstance, door: Door): void {
  app.get<{ Querystring: { state?: string; before?: string; limit?: string } }>(
    '/api/kernel/dead-letters',
    async (request) => {
      const ctx = await door.context(request);
      ctx.require('kernel.dead-letter.read');
      const { state, before, limit } = request.query;
      const most = limitOf(limit, 50, MOST);
      const letters = await findDeadLetters(ctx.db, {
        ...(state === undefined ? {} : { state: parseState(state) }),
        ...(before === undefined ? {} : { before: idOf(before) }),
        limit: most,
      });
      const told = letters.map((letter) => ({ ...letter, reason: translate(letter.reason, ctx.language) }));
      return { letters: told, next: letters.length === most ? letters.at(-1)?.id : undefined };
    },
  );

  app.post<{ Params: { id: string } }>('/api/kernel/dead-letters/:id/replay', async (request, reply) => {
    await replayDeadLetter(await door.context(request), idOf(request.params.id));
    return reply.code(204).send();
  });

  app.post<{ Params: { id: string }; Body: { why?: string } | null }>(
    '/api/kernel/dead-letters/:id/dismiss',
    async (request, reply) => {
      await dismissDeadLetter(await door.context(request), idOf(request.params.id), request.body?.why ?? '');
      return reply.code(204).send();
    },
  );
}

function idOf(text: string): number {
  const id = Number(text);
  if (!Number.isSafeInteger(id) || id < 1) throw new Problem('invalid', 'this is no number of a dead letter');
  return id;
}

function parseState(text: string): DeadLetter['state'] {
  if (text === 'open' || text === 'replayed' || text === 'dismissed') return text;
  throw new Problem('invalid', 'state is open, replayed or dismissed');
}
