import type { FastifyInstance } from 'fastify';
import type { Door } from '#kernel/http';
import { Problem } from '#kernel/problem';
import {
  addDecision,
  addExampleDecision,
  changeDecision,
  listDecisions,
  readDecision,
  readDecisionFile,
  tryDecision,
} from '../actions/decisions.ts';
import { Given } from './given.ts';

interface One {
  Params: { id: string };
  Querystring: { version?: string };
}

const MOST_BYTES = 4 * 1024 * 1024;
const MOST_CHARACTERS = 1024 * 1024;

/** Decision models: read, drawn, tried out by everybody; brought by the department. */
export function decisionRoutes(app: FastifyInstance, door: Door): void {
  app.get('/api/cluster/decisions', async (request) => listDecisions(await door.context(request)));

  app.post('/api/cluster/decisions', { bodyLimit: MOST_BYTES }, async (request) =>
    addDecision(await door.context(request), contentOf(new Given(request.body))),
  );

  app.post('/api/cluster/decisions/example', async (request) => addExampleDecision(await door.context(request)));

  app.get<One>('/api/cluster/decisions/:id', async (request) =>
    readDecision(await door.context(request), request.params.id, versionOf(request.query.version)),
  );

  app.get<One>('/api/cluster/decisions/:id/file', async (request, reply) => {
    const content = await readDecisionFile(
      await door.context(request),
      request.params.id,
      versionOf(request.query.version),
    );
    return reply
      .type('application/xml; charset=utf-8')
      .header('content-disposition', `attachment; filename="decision-${request.params.id}.dmn"`)
      .send(content);
  });

  app.post<One>('/api/cluster/decisions/:id/versions', { bodyLimit: MOST_BYTES }, async (request) => {
    const given = new Given(request.body);
    const version = given.needWhole('version', { least: 1 });
    return changeDecision(await door.context(request), request.params.id, { ...contentOf(given), version });
  });

  app.post<One>('/api/cluster/decisions/:id/try', async (request) => {
    const { inputs } = (request.body ?? {}) as { inputs?: unknown };
    if (typeof inputs !== 'object' || inputs === null || Array.isArray(inputs))
      throw new Problem('invalid', 'the inputs are a JSON object with a member for each');
    const version = new Given(request.body).whole('version', { least: 1 });
    return tryDecision(await door.context(request), request.params.id, {
      inputs: inputs as Record<string, unknown>,
      ...(version !== null && { version }),
    });
  });
}

function contentOf(given: Given): { content: string; words: string } {
  return { content: given.text('content', MOST_CHARACTERS), words: given.optional('words', 500) ?? '' };
}

function versionOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new Problem('invalid', 'the version is a whole number from 1');
  return Number(text);
}
