import type { FastifyInstance } from 'fastify';
import { type Door, dayOf, languageOf, limitOf, oneOf, textOf } from '#kernel/http';
import { Problem } from '#kernel/problem';
import {
  assessReport,
  decideDuplicate,
  findPossibleDuplicates,
  listDue,
  listReports,
  nullifyReport,
  readRawBatch,
  readReportPage,
  saveReport,
  settleDue,
  startReport,
  type Typed,
  voidReport,
  writeReport,
} from '../actions/index.ts';
import { receiveBatch } from '../intake/index.ts';
import { ASSESSMENT_METHODS, MOST_BATCH_BYTES, REPORT_KINDS, REPORT_STATES, type ReportQuery } from '../model.ts';

type Query = Record<string, string | undefined>;
type Body = Record<string, unknown>;
interface One {
  Params: { id: string };
  Querystring: Query;
  Body: Body;
}

const XML = 'application/xml; charset=utf-8';
const MOST_FORM_BYTES = 4 * 1024 * 1024;
const ROWS = 50;
const MOST_ROWS = 500;
const PATH = '/api/signals/reports';

/** Case reports: in and out as E2B(R3), typed, compared and judged. */
export function reportRoutes(app: FastifyInstance, door: Door): void {
  app.register(async (part) => {
    part.addContentTypeParser(
      ['application/xml', 'text/xml', 'application/octet-stream'],
      { parseAs: 'buffer', bodyLimit: MOST_BATCH_BYTES },
      (_, body, done) => done(null, body),
    );
    part.post(`${PATH}/e2b`, { bodyLimit: MOST_BATCH_BYTES }, async (request, reply) => {
      if (!Buffer.isBuffer(request.body))
        throw new Problem('unsupported', 'send the batch as application/xml', {
          contentType: request.headers['content-type'],
        });
      const { answer } = await receiveBatch(await door.context(request), request.body);
      return reply.type(XML).header('content-language', languageOf(request)).send(answer);
    });
  });

  app.get<One>(PATH, async (request) => listReports(await door.context(request), queryOf(request.query)));
  app.get(`${PATH}/due`, async (request) => listDue(await door.context(request)));
  app.post<One>(PATH, { bodyLimit: MOST_FORM_BYTES }, async (request, reply) => {
    const made = await startReport(await door.context(request), typedOf(request.body));
    return reply.code(201).send(made);
  });
  app.put<One>(`${PATH}/:id`, { bodyLimit: MOST_FORM_BYTES }, async (request) =>
    saveReport(await door.context(request), request.params.id, typedOf(request.body)),
  );
  app.get<One>(`${PATH}/:id`, async (request) =>
    readReportPage(await door.context(request), request.params.id, versionOf(request.query)),
  );
  app.get<One>(`${PATH}/:id/xml`, async (request, reply) => {
    const ctx = await door.context(request);
    const { id } = request.params;
    const version = versionOf(request.query);
    if (request.query['raw'] !== undefined) {
      const raw = await readRawBatch(ctx, id, version ?? 1);
      return reply.type(XML).header('content-disposition', 'attachment; filename="batch.xml"').send(raw);
    }
    const { name, xml } = await writeReport(ctx, id, version);
    const disposition = `attachment; filename*=UTF-8''${encodeURIComponent(name)}`;
    return reply.type(XML).header('content-disposition', disposition).send(xml);
  });
  app.post<One>(`${PATH}/:id/nullify`, async (request) =>
    nullifyReport(await door.context(request), request.params.id, textOf(request.body?.['reason'], 'reason')),
  );
  app.post<One>(`${PATH}/:id/void`, async (request, reply) => {
    await voidReport(await door.context(request), request.params.id, textOf(request.body?.['reason'], 'reason'));
    return reply.code(204).send();
  });
  judgementRoutes(app, door);
}

/** What people decide about a report. */
function judgementRoutes(app: FastifyInstance, door: Door): void {
  app.post<One>(`${PATH}/:id/due`, async (request) => {
    const { version } = request.body ?? {};
    if (typeof version !== 'number') throw new Problem('invalid', 'say of which version the limit is');
    return settleDue(await door.context(request), request.params.id, {
      rule: textOf(request.body?.['rule'], 'rule'),
      version,
      note: textOf(request.body?.['note'], 'note'),
    });
  });
  app.post<One>(`${PATH}/:id/assessments`, async (request) => {
    const { drug, reaction, answers, note } = request.body ?? {};
    if (typeof answers !== 'object' || answers === null || Array.isArray(answers))
      throw new Problem('invalid', 'the answers are an object', { name: 'answers' });
    return assessReport(await door.context(request), request.params.id, {
      method: oneOf(textOf(request.body?.['method'], 'method'), ASSESSMENT_METHODS, 'method'),
      answers: answers as Body,
      note: note === undefined ? '' : textOf(request.body?.['note'], 'note'),
      ...(drug !== undefined && { drug: textOf(request.body?.['drug'], 'drug') }),
      ...(reaction !== undefined && { reaction: textOf(request.body?.['reaction'], 'reaction') }),
    });
  });
  app.get<One>(`${PATH}/:id/duplicates`, async (request) =>
    findPossibleDuplicates(await door.context(request), request.params.id),
  );
  app.post<One>(`${PATH}/:id/duplicates`, async (request) =>
    decideDuplicate(await door.context(request), request.params.id, {
      other: textOf(request.body?.['other'], 'other'),
      decision: oneOf(textOf(request.body?.['decision'], 'decision'), ['confirmed', 'refused'] as const, 'decision'),
      reason: textOf(request.body?.['reason'], 'reason'),
    }),
  );
}

function queryOf(query: Query): ReportQuery {
  const { search, state, kind, product, lot, reaction, serious, since, until, after, limit } = query;
  return {
    limit: limitOf(limit, ROWS, MOST_ROWS),
    ...(search && { search }),
    ...(state && { state: oneOf(state, REPORT_STATES, 'state') }),
    ...(kind && { kind: oneOf(kind, REPORT_KINDS, 'kind') }),
    ...(product && { product }),
    ...(lot && { lot }),
    ...(reaction && { reaction }),
    ...(serious && { serious: oneOf(serious, ['true', 'false'] as const, 'serious') === 'true' }),
    ...(since && { since: dayOf(since, 'since') }),
    ...(until && { until: dayOf(until, 'until') }),
    ...(after && { after }),
  };
}

function typedOf(body: Body | null): Typed {
  const { report, kind, revision, submit, as, reason } = body ?? {};
  return {
    report,
    ...(kind !== undefined && { kind: oneOf(textOf(body?.['kind'], 'kind'), REPORT_KINDS, 'kind') }),
    ...(typeof revision === 'number' && { revision }),
    ...(submit === true && { submit }),
    ...(as !== undefined && { as: oneOf(textOf(body?.['as'], 'as'), ['follow-up', 'amendment'] as const, 'as') }),
    ...(reason !== undefined && { reason: textOf(body?.['reason'], 'reason') }),
  };
}

function versionOf({ version }: Query): number | undefined {
  if (version === undefined || version === '') return undefined;
  if (!/^[1-9]\d{0,5}$/.test(version)) throw new Problem('invalid', 'a version is a number from 1', { version });
  return Number(version);
}
