import type { FastifyInstance } from 'fastify';
import { type Door, dayOf, oneOf, textOf } from '#kernel/http';
import { Problem } from '#kernel/problem';
import {
  actOn,
  addFile,
  amendPolicy,
  answerQuestion,
  beginApplication,
  listApplications,
  listEligible,
  matchNow,
  navigate,
  parseAct,
  publishGuide,
  readApplication,
  readFile,
  readPolicy,
  readReach,
  simulateDraft,
} from '../actions/policies/index.ts';
import { APPLICATION_STATES } from '../model.ts';
import { pageOf } from './given.ts';

interface One {
  Params: { id: string };
  Querystring: Query;
  Body: Record<string, unknown> | undefined;
}
type Query = Record<string, string | undefined>;

const MOST_A_PAGE = 200;
const MOST_BYTES = 15 * 1024 * 1024;

/** The policy navigator: what holds for an enterprise, what a rule would cost, applications to their end. */
export function policyRoutes(app: FastifyInstance, door: Door): void {
  app.get<One>('/api/cluster/policies', async (request) => {
    const { enterprise, day, text } = request.query;
    return navigate(await door.context(request), {
      ...(enterprise !== undefined && { enterprise }),
      ...(day !== undefined && { day: dayOf(day, 'day') }),
      ...(text !== undefined && { text: text.slice(0, 100) }),
    });
  });

  app.post<One>('/api/cluster/policies/answers', async (request) => {
    const { enterprise, name, value = null } = request.body ?? {};
    return answerQuestion(await door.context(request), {
      enterprise: textOf(enterprise, 'enterprise'),
      name: textOf(name, 'name'),
      value,
    });
  });

  app.get('/api/cluster/policies/reach', async (request) => readReach(await door.context(request)));
  app.post('/api/cluster/policies/match', async (request) => matchNow(await door.context(request)));

  app.get<One>('/api/cluster/policies/:id', async (request) =>
    readPolicy(await door.context(request), request.params.id),
  );

  app.get<{ Params: { id: string; clause: string }; Querystring: Query }>(
    '/api/cluster/policies/:id/:clause/enterprises',
    async (request) => {
      const { id: policy, clause } = request.params;
      const verdict = oneOf(request.query['verdict'] ?? 'yes', ['yes', 'unknown'] as const, 'verdict');
      return listEligible(await door.context(request), {
        policy,
        clause,
        verdict,
        ...pageOf(request.query, MOST_A_PAGE),
      });
    },
  );

  app.post<One>('/api/cluster/policies/:id/simulate', async (request) => {
    const { clause, examples } = request.body ?? {};
    return simulateDraft(await door.context(request), request.params.id, { clause, examples: examples === true });
  });

  app.post<One>('/api/cluster/policies/:id/versions', async (request) => {
    const { from, to, clauses, words = '', version } = request.body ?? {};
    if (typeof version !== 'number') throw new Problem('invalid', 'say which version of the policy you saw');
    return amendPolicy(await door.context(request), request.params.id, {
      from,
      clauses,
      version,
      words: textOf(words, 'words'),
      ...(to !== undefined && to !== null && { to }),
    });
  });

  app.post<{ Params: { id: string; version: string } }>(
    '/api/cluster/policies/:id/versions/:version/guide',
    async (request) => {
      const { id, version } = request.params;
      // Any other text is a version that there is not.
      return publishGuide(await door.context(request), id, /^\d{1,6}$/.test(version) ? Number(version) : 0);
    },
  );

  app.get<One>('/api/cluster/applications', async (request) => {
    const { state, policy, overdue } = request.query;
    return listApplications(await door.context(request), {
      ...(state !== undefined &&
        state !== '' && { states: state.split(',').map((each) => oneOf(each, APPLICATION_STATES, 'state')) }),
      ...(policy !== undefined && policy !== '' && { policy }),
      overdue: overdue === 'yes',
      ...pageOf(request.query, MOST_A_PAGE),
    });
  });

  app.post<One>('/api/cluster/applications', async (request) => {
    const { enterprise, policy, clause, matter = '' } = request.body ?? {};
    return beginApplication(await door.context(request), {
      enterprise: textOf(enterprise, 'enterprise'),
      policy: textOf(policy, 'policy'),
      clause: textOf(clause, 'clause'),
      matter: textOf(matter, 'matter'),
    });
  });

  app.get<One>('/api/cluster/applications/:id', async (request) =>
    readApplication(await door.context(request), request.params.id),
  );

  app.post<One>('/api/cluster/applications/:id/acts', async (request) =>
    actOn(await door.context(request), request.params.id, parseAct(request.body)),
  );

  app.post<One>('/api/cluster/applications/:id/files', { bodyLimit: MOST_BYTES }, async (request) => {
    const { name, fileName, media = 'application/octet-stream', content } = request.body ?? {};
    return addFile(await door.context(request), request.params.id, {
      name: textOf(name, 'name'),
      fileName: textOf(fileName, 'fileName').slice(0, 200),
      media: textOf(media, 'media').slice(0, 100),
      content: Buffer.from(textOf(content, 'content'), 'base64'),
    });
  });

  app.get<{ Params: { id: string; file: string } }>(
    '/api/cluster/applications/:id/files/:file',
    async (request, reply) => {
      const { fileName, content } = await readFile(await door.context(request), request.params.id, request.params.file);
      return reply
        .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(fileName)}`)
        .header('cache-control', 'no-store')
        .type('application/octet-stream')
        .send(content);
    },
  );
}
