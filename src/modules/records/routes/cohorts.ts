import type { FastifyInstance } from 'fastify';
import type { Door } from '#kernel/http';
import { goneSignal } from '#kernel/lake';
import { Problem } from '#kernel/problem';
import { askCodes, askCohort, downloadCohort, reachesOf, showHistory } from '../actions/index.ts';
import { parseCohort } from '../analytics/index.ts';
import { DOWNLOAD_FORMATS, type Download, EVENT_SOURCES, type EventSource, type Reach } from '../model.ts';

const LONGEST_TEXT = 100;
const TYPES = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
} as const;

/** Questions about many persons, and one person's results from the lake. */
export function cohortRoutes(app: FastifyInstance, door: Door): void {
  app.get('/api/records/cohorts/reach', async (request) => ({ reaches: reachesOf(await door.context(request)) }));

  app.post<{ Body: { cohort?: unknown; reach?: unknown } }>('/api/records/cohorts/count', async (request, reply) => {
    const ctx = await door.context(request);
    const { cohort, reach } = bodyOf(request.body);
    return askCohort(
      ctx,
      { cohort: parseCohort(cohort), reach: parseReach(reach) },
      { lake: door.lake, signal: goneSignal(reply) },
    );
  });

  app.get<{ Querystring: { source?: string; q?: string; reach?: string } }>(
    '/api/records/cohorts/codes',
    async (request, reply) => {
      const ctx = await door.context(request);
      const { source, q = '', reach } = request.query;
      if (q.length > LONGEST_TEXT) throw new Problem('invalid', 'ask for 1 to 100 characters', { most: LONGEST_TEXT });
      const question = { source: parseSource(source), text: q.trim(), reach: parseReach(reach) };
      return { codes: await askCodes(ctx, question, { lake: door.lake, signal: goneSignal(reply) }) };
    },
  );

  app.post<{ Body: unknown }>('/api/records/cohorts/rows', async (request, reply) => {
    const ctx = await door.context(request);
    const download = parseDownload(request.body);
    const { persons, rows, bytes } = await downloadCohort(ctx, download, {
      lake: door.lake,
      signal: goneSignal(reply),
    });
    return reply
      .type(TYPES[download.format])
      .header('content-disposition', `attachment; filename="cohort-${download.what}.${download.format}"`)
      .header('cache-control', 'no-store')
      .header('x-persons', persons)
      .header('x-rows', rows)
      .send(bytes);
  });

  app.get<{ Params: { id: string } }>('/api/records/people/:id/history', async (request, reply) =>
    showHistory(await door.context(request), request.params.id, { lake: door.lake, signal: goneSignal(reply) }),
  );
}

function parseDownload(body: unknown): Download {
  const { cohort, what, named, format, purpose } = bodyOf(body);
  const form = DOWNLOAD_FORMATS.find((each) => each === format);
  if (form === undefined) throw new Problem('invalid', 'a download is csv, ndjson or parquet');
  if (typeof purpose !== 'string')
    throw new Problem('invalid', 'say in 10 to 500 characters what the rows are needed for');
  return {
    cohort: parseCohort(cohort),
    what: what === 'person' ? what : parseSource(what),
    named: named === true,
    format: form,
    purpose,
  };
}

export function bodyOf(body: unknown): Record<string, unknown> {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Record<string, unknown>;
  throw new Problem('invalid', 'the request is not as it should be');
}

export function parseReach(reach: unknown): Reach {
  if (reach === 'rows' || reach === 'population') return reach;
  throw new Problem('invalid', 'the reach is rows or population');
}

function parseSource(text: unknown): EventSource {
  const source = EVENT_SOURCES.find((each) => each === text);
  if (source !== undefined) return source;
  throw new Problem('invalid', 'there is no such source of events', { sources: [...EVENT_SOURCES] });
}
