import type { FastifyInstance } from 'fastify';
import { type Door, dayOf } from '#kernel/http';
import { Problem } from '#kernel/problem';
import {
  addFile,
  addNote,
  bookProjects,
  changeProject,
  createProject,
  listProjects,
  moveProject,
  type ProjectFilter,
  readFile,
  readForecast,
  readFunnel,
  readProject,
  solveProblem,
} from '../actions/index.ts';
import { ALL_STAGES, NOTE_KINDS, PROJECT_SECTORS, PROJECT_STAGES, type ProjectFields } from '../model.ts';
import { Given } from './given.ts';

interface One {
  Params: { id: string };
  Body: unknown;
}
type Query = Record<string, string | undefined>;

const ROOT = '/api/cluster/projects';
const ID = /^[a-z0-9][a-z0-9-]{0,79}$/;
const MOST_FILE_BYTES = 10 * 1024 * 1024;
const LONGEST_WORDS = 4_000;
/** The same figures are asked for again with the same answer. */
const SEED = 20_261_122;

/** Projects on their way to a park. */
export function projectRoutes(app: FastifyInstance, door: Door): void {
  app.get<{ Querystring: Query }>(ROOT, async (request) =>
    listProjects(await door.context(request), filterOf(request.query)),
  );

  app.get<{ Querystring: Query }>(`${ROOT}/funnel`, async (request) =>
    readFunnel(await door.context(request), filterOf(request.query)),
  );

  app.get<{ Querystring: Query }>(`${ROOT}/forecast`, async (request) => {
    const { date = '', seed = String(SEED) } = request.query;
    if (!/^\d{1,9}$/.test(seed)) throw new Problem('invalid', 'this member is a whole number', { name: 'seed' });
    return readForecast(await door.context(request), filterOf(request.query), {
      date: dayOf(date, 'date'),
      seed: Number(seed),
    });
  });

  app.get<{ Querystring: Query }>(`${ROOT}.xlsx`, async (request, reply) =>
    reply
      .header('content-type', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
      .header('content-disposition', 'attachment; filename="projects.xlsx"')
      .header('cache-control', 'no-store')
      .send(await bookProjects(await door.context(request), filterOf(request.query))),
  );

  app.post<One>(ROOT, async (request) => {
    const ctx = await door.context(request);
    const given = new Given(request.body);
    const [id, since] = [given.optional('id'), given.day('since')];
    if (id !== null && !ID.test(id))
      throw new Problem('invalid', 'an id has 1 to 80 small letters, digits and hyphens', { id });
    const made = await createProject(ctx, {
      ...(id !== null && { id }),
      ...(since !== null && { since }),
      fields: fieldsOf(given),
      stage: given.oneOf('stage', PROJECT_STAGES),
    });
    return readProject(ctx, made);
  });

  app.get<One>(`${ROOT}/:id`, async (request) => readProject(await door.context(request), request.params.id));

  app.put<One>(`${ROOT}/:id`, async (request) => {
    const ctx = await door.context(request);
    const given = new Given(request.body);
    await changeProject(ctx, request.params.id, { fields: fieldsOf(given), revision: given.revision() });
    return readProject(ctx, request.params.id);
  });

  app.post<One>(`${ROOT}/:id/moves`, async (request) => {
    const ctx = await door.context(request);
    const given = new Given(request.body);
    const [on, reason] = [given.day('on'), given.optional('reason', LONGEST_WORDS)];
    await moveProject(ctx, request.params.id, {
      to: given.oneOf('to', ALL_STAGES),
      ...(on !== null && { on }),
      ...(reason !== null && { reason }),
      revision: given.revision(),
    });
    return readProject(ctx, request.params.id);
  });

  app.post<One>(`${ROOT}/:id/notes`, async (request) => {
    const ctx = await door.context(request);
    const given = new Given(request.body);
    await addNote(ctx, request.params.id, {
      kind: given.oneOf('kind', NOTE_KINDS),
      words: given.text('words', LONGEST_WORDS),
      who: given.optional('who') ?? '',
    });
    return readProject(ctx, request.params.id);
  });

  app.post<{ Params: { id: string; note: string }; Body: unknown }>(
    `${ROOT}/:id/notes/:note/solve`,
    async (request) => {
      const ctx = await door.context(request);
      const { id, note } = request.params;
      await solveProblem(ctx, id, { note, solution: new Given(request.body).text('solution', LONGEST_WORDS) });
      return readProject(ctx, id);
    },
  );

  app.post<One>(`${ROOT}/:id/files`, { bodyLimit: 2 * MOST_FILE_BYTES }, async (request) => {
    const ctx = await door.context(request);
    const given = new Given(request.body);
    const content = Buffer.from(given.text('content', 2 * MOST_FILE_BYTES), 'base64');
    if (content.length === 0 || content.length > MOST_FILE_BYTES)
      throw new Problem('invalid', 'a file has 1 byte to 10 MB', { most: MOST_FILE_BYTES });
    await addFile(ctx, request.params.id, { name: given.text('name', 200), media: given.text('media', 100), content });
    return readProject(ctx, request.params.id);
  });

  app.get<{ Params: { id: string; file: string } }>(`${ROOT}/:id/files/:file`, async (request, reply) => {
    const { name, content } = await readFile(await door.context(request), request.params.id, request.params.file);
    // Never shown in the page: what somebody uploaded is only handed on.
    return reply
      .header('content-type', 'application/octet-stream')
      .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(name)}`)
      .header('cache-control', 'no-store')
      .send(content);
  });
}

function filterOf({ park, examples }: Query): ProjectFilter {
  return {
    ...(park !== undefined && park !== '' && { park }),
    examples: examples === 'yes' ? true : examples === 'no' ? false : undefined,
  };
}

function fieldsOf(given: Given): ProjectFields {
  return {
    name: given.text('name', 200),
    nameZh: given.optional('nameZh', 200),
    sector: given.oneOf('sector', PROJECT_SECTORS),
    park: given.optional('park', 80),
    probability: given.number('probability', { most: 1 }),
    nextStep: given.optional('nextStep'),
    nextOwner: given.optional('nextOwner'),
    nextDue: given.day('nextDue'),
    investmentFen: given.whole('investmentFen'),
    outputFen: given.whole('outputFen'),
    landM2: given.number('landM2'),
    powerKw: given.number('powerKw'),
    energyMwh: given.number('energyMwh'),
    jobs: given.whole('jobs', { most: 10_000_000 }),
  };
}
