import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '#kernel/context';
import { readCurrent } from '#kernel/fhir';
import { Problem } from '#kernel/problem';
import { patientsOf, stringifyFhirJson } from '#standards/fhir';
import { losslessJson } from '#standards/sql-on-fhir';
import type { Lake } from '../client.ts';
import type { LakeTable } from '../module-tables.ts';
import { type Answer, csvOf, linesOf, MOST_ROWS, sendAsFhir, sendFromLake, sendRows } from './answer.ts';
import { formatOf, isText } from './formats.ts';
import {
  bad,
  booleanOf,
  type Given,
  givenIn,
  instantOf,
  integerOf,
  jsonOf,
  oneOf,
  readParameters,
  textOf,
} from './given.ts';
import { MOST_RESOURCES, rowsOfTexts } from './record-select.ts';
import { findQuery, questionOf, readQuery } from './sql-select.ts';
import {
  type Definition,
  findDefinition,
  patientsIn,
  readDefinition,
  selectFromTexts,
  selectOf,
} from './view-select.ts';

/** How long the engine may work for an answer at once; what takes longer is exported. */
const MOST_MS = 60_000;

/** What the routes need of the server; its Door has it. */
export interface LakeDoor {
  publicUrl(): string;
  context(request: FastifyRequest): Promise<Context>;
}

type Named = { Params: { id: string } };

const RUN = [
  '_format',
  'header',
  'viewReference',
  'viewResource',
  'patient',
  'group',
  'source',
  'resource',
  '_limit',
  '_since',
];
const ASK = ['_format', 'header', 'queryReference', 'queryResource', 'parameters', 'source', '_limit'];

/**
 * The operations of SQL-on-FHIR that answer at once.
 *
 * Source: https://sql-on-fhir.org/ig, OperationDefinition ViewDefinitionRun and SQLQueryRun, May 2026.
 */
export function operationRoutes(
  app: FastifyInstance,
  door: LakeDoor,
  lake: Lake,
  { mostMs = MOST_MS, tables = [] }: { mostMs?: number; tables?: readonly LakeTable[] } = {},
): void {
  readBodiesAsText(app);
  for (const path of ['/fhir/$viewdefinition-run', '/fhir/ViewDefinition/$viewdefinition-run']) {
    app.get(path, { schema: RUN_SCHEMA }, (request, reply) => run(request, reply));
    app.post(path, { schema: RUN_SCHEMA }, (request, reply) => run(request, reply));
  }
  const instance = '/fhir/ViewDefinition/:id/$viewdefinition-run';
  app.get<Named>(instance, { schema: RUN_SCHEMA }, (request, reply) => run(request, reply, request.params.id));
  app.post<Named>(instance, { schema: RUN_SCHEMA }, (request, reply) => run(request, reply, request.params.id));

  for (const path of ['/fhir/$sqlquery-run', '/fhir/Library/$sqlquery-run'])
    app.post(path, { schema: ASK_SCHEMA }, (request, reply) => ask(request, reply).catch(throwOfSql));
  app.post<Named>('/fhir/Library/:id/$sqlquery-run', { schema: ASK_SCHEMA }, (request, reply) =>
    ask(request, reply, request.params.id).catch(throwOfSql),
  );

  async function run(request: FastifyRequest, reply: FastifyReply, id?: string): Promise<FastifyReply> {
    const ctx = await door.context(request);
    const given = givenIn(request, RUN);
    const definition = await definitionIn(ctx, given, id, 'viewReference', 'viewResource');
    const format = formatOf(textOf(given, '_format'), request.headers.accept);
    oneOf(given, 'patient');
    const patients = await patientsIn(ctx, given);
    const since = instantOf(given, '_since');
    const limit = integerOf(given, '_limit', MOST_ROWS);
    const limits = {
      ...(patients === undefined ? {} : { patients }),
      ...(since === undefined ? {} : { since }),
      ...(limit === undefined ? {} : { limit }),
    };
    const source = sourceOf(given);
    const answer: Answer = {
      format,
      mostMs,
      header: booleanOf(given, 'header') ?? true,
      name: definition.name,
      asked: {
        act: 'lake.view-run',
        subject: definition.subject,
        ...(patients === undefined ? {} : { patients }),
        detail: { view: definition.name, resource: definition.view.resource, format, source, ...(since && { since }) },
      },
    };
    if (given.some(({ name }) => name === 'resource')) {
      const contents = contentsIn(given, definition, limits);
      answer.asked = { ...answer.asked, detail: { ...answer.asked.detail, source: 'request' } };
      return sendFromTexts(ctx, reply, lake, definition, contents, limit, answer);
    }
    if (source === 'lake') return sendFromLake(ctx, reply, lake, await selectOf(ctx, lake, definition, limits), answer);
    const { resource } = definition.view;
    const contents = await readCurrent(ctx, resource, { ...limits, limit: MOST_RESOURCES + 1 });
    return sendFromTexts(ctx, reply, lake, definition, contents, limit, answer);
  }

  async function ask(request: FastifyRequest, reply: FastifyReply, id?: string): Promise<FastifyReply> {
    const ctx = await door.context(request);
    ctx.require('lake.sql.ask');
    const given = givenIn(request, ASK);
    const resource = oneOf(given, 'queryResource')?.resource;
    const reference = textOf(given, 'queryReference');
    requireOne(id, reference, resource, 'queryReference or queryResource');
    const { query, subject } =
      resource === undefined
        ? await findQuery(ctx, id === undefined ? reference! : `Library/${id}`)
        : { query: readQuery(resource), subject: 'a query that came with the question' };
    if (sourceOf(given) !== 'lake') throw bad('a query is asked of the lake only', 'source', 'not-supported');
    const named = textOf(given, '_format');
    const format = named === 'fhir' ? named : formatOf(named, request.headers.accept);
    const limit = integerOf(given, '_limit', MOST_ROWS);
    const values = readParameters(oneOf(given, 'parameters')?.resource ?? {});
    const question = await questionOf(ctx, lake, query, values, { own: tables, limit });
    const asked = {
      act: 'lake.sql-asked' as const,
      subject,
      detail: { query: query.name, sql: query.text.slice(0, 5_000), views: [...query.tables.values()], format },
    };
    if (format === 'fhir') return sendAsFhir(ctx, reply, lake, question, { asked, mostMs });
    const header = booleanOf(given, 'header') ?? true;
    return sendFromLake(ctx, reply, lake, question, { format, mostMs, header, name: query.name, asked });
  }
}

/** SQL that the engine cannot carry out is no mistake of the request, which the specification tells apart: 422, not 400. */
function throwOfSql(error: unknown): never {
  if (!(error instanceof Problem && error.kind === 'invalid' && error.facts['code'] !== undefined)) throw error;
  throw new Problem('unprocessable', error.message, error.facts, { issues: error.issues, cause: error });
}

/** The view that an operation is about: of the address, by reference, or given itself. */
export async function definitionIn(
  ctx: Context,
  given: readonly Given[],
  id: string | undefined,
  byReference: string,
  byResource: string,
): Promise<Definition> {
  const reference = textOf(given, byReference);
  const resource = oneOf(given, byResource)?.resource;
  requireOne(id, reference, resource, `${byReference} or ${byResource}`);
  if (resource !== undefined) return readDefinition(resource);
  return findDefinition(ctx, id === undefined ? reference! : `ViewDefinition/${id}`);
}

function requireOne(id: string | undefined, reference: string | undefined, resource: unknown, names: string): void {
  const given = [id, reference, resource].filter((each) => each !== undefined);
  if (given.length === 1) return;
  throw given.length === 0
    ? bad('the operation needs to know what to run', names, 'required')
    : bad('the operation is told twice what to run', names);
}

/** `lake` unless said; `record` is PostgreSQL as it is this moment, for what is small. */
function sourceOf(given: readonly Given[]): 'lake' | 'record' {
  const source = textOf(given, 'source') ?? 'lake';
  if (source === 'lake' || source === 'record') return source;
  throw bad('source is lake or record: others are not read', 'source', 'not-supported');
}

/** The texts of the resources that came with the question, of the view's type, of these patients, changed after that instant. */
function contentsIn(
  given: readonly Given[],
  { view }: Definition,
  { patients, since }: { patients?: readonly string[]; since?: Date },
): string[] {
  const resources = given.filter(({ name }) => name === 'resource');
  if (resources.length > MOST_RESOURCES)
    throw new Problem('too-costly', 'too many resources came with the question', { most: MOST_RESOURCES });
  return resources.flatMap(({ resource, value }) => {
    const content = resource ?? value;
    // A text of JSON is how other servers take a resource.
    const found = typeof content === 'string' ? jsonOf(content) : content;
    if (typeof found !== 'object' || found === null) throw bad('the parameter holds a resource', 'resource');
    const { resourceType, meta } = found as { resourceType?: unknown; meta?: { lastUpdated?: string } };
    const isWanted =
      resourceType === view.resource &&
      (since === undefined || new Date(meta?.lastUpdated ?? 0) > since) &&
      (patients === undefined || patientsOf(found).some((patient) => patients.includes(patient)));
    return isWanted ? [stringifyFhirJson(found)] : [];
  });
}

async function sendFromTexts(
  ctx: Context,
  reply: FastifyReply,
  lake: Lake,
  { view }: Definition,
  contents: readonly string[],
  limit: number | undefined,
  answer: Answer,
): Promise<FastifyReply> {
  if (!isText(answer.format)) {
    if (contents.length > MOST_RESOURCES)
      throw new Problem('too-costly', 'too many resources for one question of the record: ask the lake', {
        most: MOST_RESOURCES,
      });
    return sendFromLake(ctx, reply, lake, selectFromTexts(view, contents.map(losslessJson), limit), answer);
  }
  const { columns, rows } = await rowsOfTexts(ctx, view, contents, limit);
  return sendRows(ctx, reply, answer.format === 'csv' ? csvOf(columns, rows) : linesOf(rows), answer);
}

/** Decimals must keep their digits, so that bodies are read by our own reader. */
export function readBodiesAsText(app: FastifyInstance): void {
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser(
    ['application/json', 'application/fhir+json', 'text/json'],
    { parseAs: 'string' },
    (_, body, done) => done(null, body),
  );
}

const TAGS = ['SQL on FHIR'];
const PARAMETERS = {
  type: 'object',
  additionalProperties: { type: 'string' },
  properties: {
    _format: { type: 'string', description: 'json, ndjson, csv, parquet or arrow; otherwise by Accept' },
    header: { type: 'string', description: 'whether CSV begins with the names of its columns' },
    _limit: { type: 'string', description: 'rows at the most' },
    source: {
      type: 'string',
      description: 'lake (as written down a moment ago) or record (this moment, small questions)',
    },
  },
} as const;

const RUN_SCHEMA = {
  tags: TAGS,
  summary: 'Runs a ViewDefinition over what the caller may see, or over resources that come with the question',
  querystring: {
    ...PARAMETERS,
    properties: {
      ...PARAMETERS.properties,
      viewReference: { type: 'string', description: 'ViewDefinition/<id> or a canonical address' },
      patient: { type: 'string', description: 'Patient/<id>: only what belongs to this patient' },
      group: { description: 'Group/<id>: only what belongs to its patients; may be given several times' },
      _since: { type: 'string', description: 'only from resources that changed after this instant' },
    },
  },
};

const ASK_SCHEMA = {
  tags: TAGS,
  summary: 'Asks a Library of SQL, of which each table is a view with the rows that the caller may see',
  querystring: PARAMETERS,
};
