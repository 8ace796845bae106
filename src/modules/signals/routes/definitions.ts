import type { FastifyInstance } from 'fastify';
import { type Door, textOf } from '#kernel/http';
import { goneSignal } from '#kernel/lake';
import { Problem } from '#kernel/problem';
import type { Computing } from '../actions/compute/index.ts';
import { listDefinitions, previewDefinition, readDefinition, saveDefinition } from '../actions/index.ts';

interface One {
  Params: { id: string };
  Body: Record<string, unknown>;
}

/** What counts as a case of which disease. */
export function definitionRoutes(app: FastifyInstance, door: Door, computing: Computing): void {
  app.get('/api/signals/definitions', async (request) => listDefinitions(await door.context(request)));

  app.get<One>('/api/signals/definitions/:id', async (request) =>
    readDefinition(await door.context(request), request.params.id),
  );

  app.post<One>('/api/signals/definitions/preview', async (request, reply) =>
    previewDefinition(
      await door.context(request),
      { lake: door.lake, computing, signal: goneSignal(reply) },
      request.body?.['definition'],
    ),
  );

  app.put<One>('/api/signals/definitions/:id', async (request) => {
    const { definition, retired = false, why, version } = request.body ?? {};
    if (typeof version !== 'number') throw new Problem('invalid', 'say which version of the definition you saw');
    return saveDefinition(await door.context(request), request.params.id, {
      definition,
      retired: retired === true,
      why: textOf(why, 'why'),
      version,
    });
  });
}
