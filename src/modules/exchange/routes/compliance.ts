import type { FastifyInstance } from 'fastify';
import type { Door } from '#kernel/http';
import {
  addEvidence,
  answerItems,
  approveOffering,
  judgeItems,
  listAssessments,
  listNotices,
  objectTo,
  readCompliance,
  readEvidence,
  readNotice,
  removeEvidence,
  returnOffering,
  settleObjection,
} from '../actions/index.ts';
import { type Answers, VERDICTS, type Verdict } from '../model.ts';
import { bodyOf, REVISION, text } from './offerings.ts';

interface One {
  Params: { id: string };
}

const ROOT = '/api/exchange/compliance';
/** A file of 10 MB in base64, and its name. */
const MOST_BYTES = 15 * 1024 * 1024;

/** What is declared, proved, assessed, made public, objected to. */
export function complianceRoutes(app: FastifyInstance, door: Door): void {
  app.get<One & { Querystring: { version?: string } }>(`${ROOT}/:id`, async (request) => {
    const { version } = request.query;
    return readCompliance(
      await door.context(request),
      request.params.id,
      version === undefined ? undefined : Number(version) || 0,
    );
  });
  app.put<One & { Body: { answers: Answers; revision: number } }>(
    `${ROOT}/:id`,
    { schema: { body: bodyOf({ answers: ANSWERS, revision: REVISION }) } },
    async (request) => answerItems(await door.context(request), request.params.id, request.body),
  );
  app.post<One & { Body: { item: string; name: string; media: string; base64: string } }>(
    `${ROOT}/:id/evidence`,
    {
      bodyLimit: MOST_BYTES,
      schema: { body: bodyOf({ item: text(64), name: text(200), media: MEDIA, base64: BASE64 }) },
    },
    async (request) => {
      const { base64, ...file } = request.body;
      const content = Buffer.from(base64, 'base64');
      return addEvidence(await door.context(request), request.params.id, { ...file, content });
    },
  );
  app.get<{ Params: { id: string; file: string } }>(`${ROOT}/:id/evidence/:file`, async (request, reply) => {
    const { name, content } = await readEvidence(await door.context(request), request.params.id, request.params.file);
    // Whatever it says it is, a browser only keeps it.
    return reply
      .type('application/octet-stream')
      .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(name)}`)
      .header('cache-control', 'no-store')
      .send(content);
  });
  app.delete<{ Params: { id: string; file: string } }>(`${ROOT}/:id/evidence/:file`, async (request) =>
    removeEvidence(await door.context(request), request.params.id, request.params.file),
  );

  app.get<{ Querystring: { state?: 'open' | 'seconded' | 'approved' | 'returned' } }>(
    '/api/exchange/assessments',
    {
      schema: {
        querystring: { type: 'object', properties: { state: { enum: ['open', 'seconded', 'approved', 'returned'] } } },
      },
    },
    async (request) => listAssessments(await door.context(request), request.query.state),
  );
  app.post<One & { Body: { verdicts: Record<string, { verdict: Verdict; words: string }>; revision: number } }>(
    `${ROOT}/:id/verdicts`,
    { schema: { body: bodyOf({ verdicts: JUDGED, revision: REVISION }) } },
    async (request) => judgeItems(await door.context(request), request.params.id, request.body),
  );
  app.post<One & { Body: { words: string; revision: number } }>(
    `${ROOT}/:id/approve`,
    { schema: { body: bodyOf({ words: text(4_000), revision: REVISION }) } },
    async (request) =>
      approveOffering(await door.context(request), request.params.id, {
        ...request.body,
        noticeDays: door.config.noticeDays,
      }),
  );
  app.post<One & { Body: { words: string; revision: number } }>(
    `${ROOT}/:id/return`,
    { schema: { body: bodyOf({ words: text(4_000), revision: REVISION }) } },
    async (request) => returnOffering(await door.context(request), request.params.id, request.body),
  );

  app.get<{ Querystring: { open?: string } }>('/api/exchange/notices', (request) => {
    const { open } = request.query;
    return listNotices({ db: door.pool }, open === undefined ? undefined : open === 'true');
  });
  app.get<{ Params: { id: string; version: string } }>('/api/exchange/notices/:id/:version', (request) =>
    readNotice({ db: door.pool }, request.params.id, Number(request.params.version) || 0),
  );
  app.post<One & { Body: { version: number; grounds: string } }>(
    '/api/exchange/notices/:id/objections',
    { schema: { body: bodyOf({ version: REVISION, grounds: text(4_000) }) } },
    async (request) => objectTo(await door.context(request), request.params.id, request.body),
  );
  app.post<One & { Body: { state: 'upheld' | 'rejected'; words: string } }>(
    '/api/exchange/objections/:id',
    { schema: { body: bodyOf({ state: { enum: ['upheld', 'rejected'] }, words: text(4_000) }) } },
    async (request) => settleObjection(await door.context(request), request.params.id, request.body),
  );
}

const MEDIA = { type: 'string', pattern: '^[a-z]+/[A-Za-z0-9.+-]{1,100}$' };
const BASE64 = { type: 'string', pattern: '^[A-Za-z0-9+/]*={0,2}$' };
const ANSWERS = {
  type: 'object',
  maxProperties: 50,
  additionalProperties: {
    type: 'object',
    additionalProperties: false,
    required: ['words'],
    properties: {
      choice: text(64),
      words: text(4_000),
      export: bodyOf({
        persons: { type: 'integer', minimum: 0, maximum: 2_000_000_000 },
        sensitive: { type: 'boolean' },
        critical: { type: 'boolean' },
      }),
    },
  },
};
const JUDGED = {
  type: 'object',
  maxProperties: 50,
  additionalProperties: bodyOf({ verdict: { enum: VERDICTS }, words: text(4_000) }),
};
