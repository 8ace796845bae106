import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Door } from '#kernel/http';
import { Problem } from '#kernel/problem';
import {
  captureDocument,
  captureEvent,
  handOver,
  listAlarms,
  listAnomalies,
  listBoxes,
  listJobs,
  listSites,
  listVehicles,
  MOST_EVENTS,
  queryEvents,
  readBox,
  readChain,
  readEvent,
  readJob,
  settle,
} from './actions/index.ts';
import type { Alarm, Condition } from './model.ts';
import type { CaptureJob } from './store/index.ts';

type Query = Record<string, string | undefined>;

/** EPCIS 2.0 under /epcis, and what the pages need under /api/custody. */
export function custodyRoutes(app: FastifyInstance, door: Door): void {
  app.addContentTypeParser(
    ['application/ld+json', 'application/vnd.gs1.epcis+json'],
    { parseAs: 'string' },
    (_, body, done) => {
      try {
        done(null, JSON.parse(body as string));
      } catch {
        done(new Problem('invalid', 'the body is no JSON'));
      }
    },
  );
  epcisRoutes(app, door);
  boxRoutes(app, door);
}

function epcisRoutes(app: FastifyInstance, door: Door): void {
  app.post('/epcis/capture', async (request, reply) => {
    const ctx = await door.context(request);
    const behaviour = request.headers['gs1-capture-error-behaviour'] ?? 'rollback';
    if (behaviour !== 'rollback' && behaviour !== 'proceed')
      throw new Problem('invalid', 'GS1-Capture-Error-Behaviour is rollback or proceed');
    const job = await captureDocument(ctx, request.body, behaviour);
    return versioned(reply)
      .code(202)
      .header('location', `/epcis/capture/${job.id}`)
      .header('gs1-epcis-capture-limit', MOST_EVENTS)
      .send(writtenJob(job));
  });

  app.get<{ Params: { id: string } }>('/epcis/capture/:id', async (request, reply) => {
    return versioned(reply).send(writtenJob(await readJob(await door.context(request), request.params.id)));
  });

  app.get<{ Querystring: Query }>('/epcis/capture', async (request, reply) => {
    const limit = wholeOf(request.query.perPage ?? '30', 'perPage', 1000);
    const before = keyOf(request.query.nextPageToken);
    const jobs = await listJobs(await door.context(request), {
      ...(before !== undefined && { before }),
      limit: limit + 1,
    });
    const shown = jobs.slice(0, limit);
    const last = shown.at(-1);
    if (jobs.length > limit && last !== undefined) linkNext(reply, request.url, writeKey(last.createdAt, last.id));
    return versioned(reply).send(shown.map(writtenJob));
  });

  app.post('/epcis/events', async (request, reply) => {
    const id = await captureEvent(await door.context(request), request.body);
    return versioned(reply)
      .code(201)
      .header('location', `/epcis/events/${encodeURIComponent(id)}`)
      .send();
  });

  app.get('/epcis/events', async (request, reply) => {
    const url = new URL(request.url, 'http://epcis');
    const { document, next } = await queryEvents(await door.context(request), url.searchParams);
    if (next !== undefined) linkNext(reply, request.url, next);
    return versioned(reply).send(document);
  });

  app.get<{ Params: { id: string } }>('/epcis/events/:id', async (request, reply) => {
    return versioned(reply).send(await readEvent(await door.context(request), request.params.id));
  });
}

function boxRoutes(app: FastifyInstance, door: Door): void {
  app.get<{ Querystring: Query }>('/api/custody/boxes', async (request) => {
    const { state, holder, place, q, after, limit: asked = '50' } = request.query;
    const limit = wholeOf(asked, 'limit', 500);
    const key = keyOf(after);
    const { boxes, names } = await listBoxes(await door.context(request), {
      ...(state && { state }),
      ...(holder && { holder }),
      ...(place && { place }),
      ...(q && { text: q }),
      ...(key !== undefined && { after: { seenAt: key.at, part: key.id } }),
      limit: limit + 1,
    });
    const shown = boxes.slice(0, limit);
    const last = shown.at(-1);
    return {
      boxes: shown,
      names,
      ...(boxes.length > limit && last !== undefined && { next: writeKey(last.seenAt, last.part) }),
    };
  });

  app.get<{ Params: { id: string }; Querystring: Query }>('/api/custody/boxes/:id', async (request) => {
    const since = timeOf(request.query.since, 'since');
    const until = timeOf(request.query.until, 'until');
    return readBox(await door.context(request), request.params.id, {
      ...(since !== undefined && { since }),
      ...(until !== undefined && { until }),
    });
  });

  app.get('/api/custody/vehicles', async (request) => ({
    vehicles: await listVehicles(await door.context(request), 5000),
  }));

  app.get<{ Params: { accession: string } }>('/api/custody/specimens/:accession', async (request) =>
    readChain(await door.context(request), request.params.accession),
  );

  app.get('/api/custody/sites', async (request) => ({ sites: await listSites(await door.context(request)) }));

  app.post<{ Body: Query | null }>('/api/custody/hand-overs', async (request, reply) => {
    const {
      box,
      thing = box,
      from,
      to,
      condition,
      step = 'accepting',
      place,
      note,
      at: told,
      key = request.headers['idempotency-key'] as string,
    } = request.body ?? {};
    const at = timeOf(told, 'at');
    const done = await handOver(await door.context(request), {
      thing: textOf(thing, 'box'),
      to: textOf(to, 'to'),
      condition: textOf(condition, 'condition') as Condition,
      step: step as 'accepting' | 'receiving',
      key: textOf(key, 'key'),
      ...(from && { from: textOf(from, 'from') }),
      ...(place && { place: textOf(place, 'place') }),
      ...(note && { note: textOf(note, 'note') }),
      ...(at !== undefined && { at }),
    });
    return reply.code(done.repeated ? 200 : 201).send(done);
  });

  app.get<{ Querystring: Query }>('/api/custody/alarms', async (request) => {
    const { state, after, limit: asked = '50' } = request.query;
    const limit = wholeOf(asked, 'limit', 500);
    const before = keyOf(after);
    const alarms = await listAlarms(await door.context(request), {
      ...(state !== undefined && { state: alarmState(state) }),
      ...(before !== undefined && { before }),
      limit: limit + 1,
    });
    const shown = alarms.slice(0, limit);
    const last = shown.at(-1);
    return {
      alarms: shown,
      ...(alarms.length > limit && last !== undefined && { next: writeKey(last.raisedAt, last.id) }),
    };
  });

  app.post<{ Params: { id: string } }>('/api/custody/alarms/:id/acknowledge', async (request) =>
    settle(await door.context(request), request.params.id),
  );

  app.post<{ Params: { id: string }; Body: { why?: string } | null }>(
    '/api/custody/alarms/:id/close',
    async (request) =>
      settle(await door.context(request), request.params.id, { why: textOf(request.body?.why, 'why') }),
  );

  app.get('/api/custody/anomalies', async (request) => ({
    anomalies: await listAnomalies(await door.context(request), 200),
  }));
}

function versioned(reply: FastifyReply): FastifyReply {
  return reply
    .header('gs1-epcis-version', '2.0.0')
    .header('gs1-cbv-version', '2.0.0')
    .header('gs1-epc-format', 'No_Preference');
}

function writtenJob(job: CaptureJob): object {
  return {
    captureID: job.id,
    createdAt: job.createdAt,
    finishedAt: job.finishedAt,
    running: false,
    success: job.success,
    captureErrorBehaviour: job.behaviour,
    events: job.events,
    captured: job.captured,
    duplicates: job.duplicates,
    errors: job.errors.map(({ place, message }) => ({
      type: 'epcisException:ValidationException',
      title: message,
      instance: place,
      status: 400,
    })),
  };
}

function linkNext(reply: FastifyReply, address: string, token: string): void {
  const url = new URL(address, 'http://here');
  url.searchParams.set('nextPageToken', token);
  reply.header('link', `<${url.pathname}${url.search}>; rel="next"`);
}

function writeKey(at: Date, id: string): string {
  return Buffer.from(JSON.stringify([at.toISOString(), id])).toString('base64url');
}

function keyOf(text: string | undefined): { at: Date; id: string } | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    const [time, id] = JSON.parse(Buffer.from(text, 'base64url').toString()) as [string, string];
    const at = new Date(time);
    if (typeof id === 'string' && !Number.isNaN(at.getTime())) return { at, id };
  } catch {
    // Told below.
  }
  throw new Problem('invalid', 'this page token was not made here');
}

function wholeOf(text: string, name: string, most: number): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > most)
    throw new Problem('invalid', 'this parameter is a whole number in a range', { name, least: 1, most });
  return number;
}

function timeOf(text: unknown, name: string): Date | undefined {
  if (text === undefined || text === '') return undefined;
  const at = typeof text === 'string' ? new Date(text) : new Date(Number.NaN);
  if (Number.isNaN(at.getTime()))
    throw new Problem('invalid', 'this parameter is a date and time with a zone', { name });
  return at;
}

function textOf(value: unknown, name: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new Problem('invalid', 'this field is needed', { name });
}

function alarmState(text: string): Alarm['state'] {
  if (text === 'open' || text === 'acknowledged' || text === 'closed') return text;
  throw new Problem('invalid', 'state is open, acknowledged or closed');
}
