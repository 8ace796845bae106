import type { FastifyInstance } from 'fastify';
import type { Door } from '#kernel/http';
import { goneSignal } from '#kernel/lake';
import { Problem } from '#kernel/problem';
import {
  askAnalysis,
  bundleRun,
  changeStudy,
  createExample,
  createStudy,
  listStudies,
  makeData,
  readRun,
  readStudy,
  signStudy,
  uploadData,
} from '../actions/index.ts';
import { parseProtocol } from '../rules/index.ts';

const MOST_BYTES = 48 * 1024 * 1024;
const LONGEST_NAME = 200;

interface One {
  Params: { id: string };
  Body: Record<string, unknown> | undefined;
}
interface OneRun {
  Params: { id: string; run: string };
}

function versionOf(body: Record<string, unknown> | undefined): number {
  const version = body?.['version'];
  if (typeof version !== 'number') throw new Problem('invalid', 'say which version of the study you saw');
  return version;
}

/** Studies of efficacy: protocols, their rows, their analyses. */
export function studyRoutes(app: FastifyInstance, door: Door): void {
  app.get('/api/signals/studies', async (request) => listStudies(await door.context(request)));

  app.post<{ Body: Record<string, unknown> | undefined }>('/api/signals/studies', async (request) => {
    const ctx = await door.context(request);
    return createStudy(ctx, parseProtocol(request.body?.['protocol']));
  });

  app.post('/api/signals/studies/example', async (request) => createExample(await door.context(request)));

  app.get<One>('/api/signals/studies/:id', async (request) =>
    readStudy(await door.context(request), request.params.id),
  );

  app.put<One>('/api/signals/studies/:id', async (request) => {
    const ctx = await door.context(request);
    const version = versionOf(request.body);
    const { protocol, why } = request.body ?? {};
    return changeStudy(ctx, request.params.id, {
      protocol: parseProtocol(protocol),
      version,
      why: typeof why === 'string' ? why : '',
    });
  });

  app.post<One>('/api/signals/studies/:id/sign-off', async (request) => {
    const ctx = await door.context(request);
    return signStudy(ctx, request.params.id, versionOf(request.body));
  });

  app.post<One>('/api/signals/studies/:id/data', { bodyLimit: MOST_BYTES }, async (request) => {
    const ctx = await door.context(request);
    const { csv, file = '' } = request.body ?? {};
    if (typeof csv !== 'string' || typeof file !== 'string')
      throw new Problem('invalid', 'the rows come as a text of comma separated values in the member csv');
    return uploadData(ctx, request.params.id, { csv, file: file.slice(0, LONGEST_NAME) });
  });

  app.post<One>('/api/signals/studies/:id/data/lake', async (request, reply) =>
    makeData(await door.context(request), request.params.id, { lake: door.lake, signal: goneSignal(reply) }),
  );

  app.post<One>('/api/signals/studies/:id/runs', async (request) =>
    askAnalysis(await door.context(request), request.params.id),
  );

  app.get<OneRun>('/api/signals/studies/:id/runs/:run', async (request) =>
    readRun(await door.context(request), request.params.id, request.params.run),
  );

  app.get<OneRun>('/api/signals/studies/:id/runs/:run/bundle', async (request, reply) => {
    const bundle = await bundleRun(await door.context(request), request.params.id, request.params.run);
    return reply
      .header('content-disposition', 'attachment; filename="study-analysis.json"')
      .header('cache-control', 'no-store')
      .send(bundle);
  });
}
