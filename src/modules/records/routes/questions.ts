import type { FastifyInstance } from 'fastify';
import type { Door } from '#kernel/http';
import { goneSignal } from '#kernel/lake';
import { Problem } from '#kernel/problem';
import {
  keepQuestion,
  listQuestions,
  listRuns,
  listVersions,
  removeQuestion,
  restoreQuestion,
  runQuestion,
  shareQuestion,
  showQuestion,
} from '../actions/index.ts';
import { parseCohort } from '../analytics/index.ts';
import type { Question } from '../model.ts';
import type { QuestionText } from '../store/index.ts';
import { bodyOf, parseReach } from './cohorts.ts';

const LONGEST_NAME = 120;
const LONGEST_ABOUT = 2_000;
const LONGEST_ADDRESS = 4_000;
const LONGEST_SEARCH = 100;
const MOST_LISTED = 200;

interface One {
  Params: { id: string };
}

/** Questions that were kept, and what they came to. */
export function questionRoutes(app: FastifyInstance, door: Door): void {
  app.get<{ Querystring: { q?: string } }>('/api/records/questions', async (request) => {
    const ctx = await door.context(request);
    const { q = '' } = request.query;
    if (q.length > LONGEST_SEARCH)
      throw new Problem('invalid', 'ask for 1 to 100 characters', { most: LONGEST_SEARCH });
    const questions = await listQuestions(ctx, { text: q.trim(), limit: MOST_LISTED });
    return { questions, cut: questions.length === MOST_LISTED };
  });

  app.post<{ Body: unknown }>('/api/records/questions', async (request, reply) => {
    const ctx = await door.context(request);
    return reply.code(201).send(await keepQuestion(ctx, parseText(request.body)));
  });

  app.get<One>('/api/records/questions/:id', async (request) =>
    showQuestion(await door.context(request), request.params.id),
  );

  app.put<One & { Body: unknown }>('/api/records/questions/:id', async (request) => {
    const ctx = await door.context(request);
    return keepQuestion(ctx, parseText(request.body), request.params.id);
  });

  app.delete<One>('/api/records/questions/:id', async (request, reply) => {
    await removeQuestion(await door.context(request), request.params.id);
    return reply.code(204).send();
  });

  app.post<One>('/api/records/questions/:id/restore', async (request, reply) => {
    await restoreQuestion(await door.context(request), request.params.id);
    return reply.code(204).send();
  });

  app.put<One & { Body: unknown }>('/api/records/questions/:id/shared', async (request, reply) => {
    const { shared } = bodyOf(request.body);
    if (typeof shared !== 'boolean') throw new Problem('invalid', 'the request is not as it should be');
    await shareQuestion(await door.context(request), request.params.id, shared);
    return reply.code(204).send();
  });

  app.get<One>('/api/records/questions/:id/versions', async (request) => ({
    versions: await listVersions(await door.context(request), request.params.id),
  }));

  app.get<One>('/api/records/questions/:id/runs', async (request) => ({
    runs: await listRuns(await door.context(request), request.params.id),
  }));

  app.post<One>('/api/records/questions/:id/runs', async (request, reply) =>
    runQuestion(await door.context(request), request.params.id, { lake: door.lake, signal: goneSignal(reply) }),
  );
}

function parseText(body: unknown): QuestionText {
  const { name, about = '', question } = bodyOf(body);
  if (typeof name !== 'string' || name.trim() === '' || name.length > LONGEST_NAME)
    throw new Problem('invalid', 'a question has a name of 1 to 120 characters');
  if (typeof about !== 'string' || about.length > LONGEST_ABOUT)
    throw new Problem('invalid', 'a description has at most 2000 characters');
  return { name: name.trim(), about: about.trim(), question: parseQuestion(question) };
}

function parseQuestion(data: unknown): Question {
  const { kind, cohort, reach, address } = bodyOf(data);
  if (kind === 'cohort') return { kind, cohort: parseCohort(cohort), reach: parseReach(reach) };
  // A path of this app and nothing else: a link that somebody shares must not lead away.
  if (
    kind === 'page' &&
    typeof address === 'string' &&
    /^\/[a-z][^\\\s]*$/.test(address) &&
    address.length <= LONGEST_ADDRESS
  )
    return { kind, address };
  throw new Problem('invalid', 'a question is a cohort or a page of this app');
}
