import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { definitions, FhirJsonError, isResourceType, parseFhirJson } from '#standards/fhir';
import { create, type Precondition, patch, patchWhere, remove, removeWhere, update, updateWhere } from '../actions.ts';
import { processBundle } from '../bundle.ts';
import { read, readVersion } from '../read.ts';
import { bad, readAsk } from '../search/ask.ts';
import { tokens } from '../search/conditions.ts';
import { type SearchOptions, search, searchTypes } from '../search/search.ts';
import { inCompartment } from '../tokens.ts';
import { changeOf, type Resource, requireValid } from '../write.ts';
import {
  ifMatchOf,
  outcome,
  outcomeOf,
  paramsOf,
  preferencesOf,
  requireJson,
  send,
  sendObject,
  sendVersion,
  sendWritten,
} from './answer.ts';
import { bundleAnswer } from './bundle-answer.ts';
import { partOf, searchset } from './bundles.ts';
import { capabilities } from './capabilities.ts';
import { historyRoutes } from './history.ts';

type Typed = { Params: { type: string } };
type Named = { Params: { type: string; id: string } };

/** What the routes need of the server; its Door has it. */
export interface FhirDoor {
  publicUrl(): string;
  context(request: FastifyRequest): Promise<Context>;
}

/** The R4 RESTful API under /fhir. Source: FHIR R4 http.html. */
export function fhirRoutes(app: FastifyInstance, door: FhirDoor): void {
  const base = () => `${door.publicUrl()}/fhir`;
  readBodiesAsText(app);
  app.addHook('preHandler', async (request) => requireJson(request));

  app.get('/fhir/metadata', async (_, reply) => sendObject(reply, capabilities(base(), new Date())));

  app.get('/fhir', async (request, reply) =>
    searchAll(await door.context(request), request, reply, base(), paramsOf(request)),
  );
  app.post('/fhir', async (request, reply) => {
    const ctx = await door.context(request);
    const bundle = jsonIn(request) as { type?: 'batch' | 'transaction' };
    const results = await processBundle(ctx, bundle, { base: base() });
    const whole = preferencesOf(request).get('return') === 'representation';
    return send(reply, bundleAnswer(base(), bundle.type!, results, whole, ctx.now()));
  });
  app.post('/fhir/_search', async (request, reply) =>
    searchAll(await door.context(request), request, reply, base(), searchParams(request)),
  );
  app.get<Typed>('/fhir/:type', async (request, reply) =>
    searchType(await door.context(request), request, reply, base(), paramsOf(request)),
  );
  app.post<Typed>('/fhir/:type/_search', async (request, reply) =>
    searchType(await door.context(request), request, reply, base(), searchParams(request)),
  );
  app.get<{ Params: { type: string; id: string; within: string } }>(
    '/fhir/:type/:id/:within',
    async (request, reply) => {
      const ctx = await door.context(request);
      const { type, id, within } = request.params;
      requireType(type);
      if (type !== 'Patient') throw new Problem('not-found', 'only patients have a compartment here', { type });
      const types = within === '*' ? compartmentTypes() : [within];
      types.forEach(requireType);
      const options = { ...optionsOf(request, base()), within: ofPatient(id) };
      const page = await searchTypes(ctx, types, paramsOf(request), options);
      return send(reply, searchset(base(), `${type}/${id}/${within}`, paramsOf(request), page, ctx.now()));
    },
  );
  app.get<Named>('/fhir/:type/:id/$everything', async (request, reply) => {
    const ctx = await door.context(request);
    const { type, id } = request.params;
    if (type !== 'Patient') throw new Problem('not-found', '$everything is known of patients only', { type });
    await read(ctx, type, id);
    const { params, types } = everything(paramsOf(request));
    const options = {
      ...optionsOf(request, base()),
      within: ofPatient(id),
      known: ['_type', '_since', 'start', 'end'],
    };
    const page = await searchTypes(ctx, types, params, options);
    return send(reply, searchset(base(), `${type}/${id}/$everything`, params, page, ctx.now()));
  });

  app.post<Typed>('/fhir/:type', async (request, reply) => {
    const ctx = await door.context(request);
    const resource = resourceIn(request);
    const ifNoneExist = request.headers['if-none-exist'];
    return sendWritten(
      request,
      reply,
      base(),
      await create(ctx, resource, ifNoneExist === undefined ? {} : { ifNoneExist: String(ifNoneExist) }),
    );
  });
  app.get<Named>('/fhir/:type/:id', async (request, reply) => {
    const ctx = await door.context(request);
    const { type, id } = request.params;
    requireType(type);
    const stored = await read(ctx, type, id);
    const shown = new URLSearchParams(
      [...paramsOf(request)].filter(([name]) => name === '_summary' || name === '_elements'),
    );
    return sendVersion(request, reply, stored, partOf(stored.content!, readAsk(type, shown)));
  });
  app.get<{ Params: { type: string; id: string; version: string } }>(
    '/fhir/:type/:id/_history/:version',
    async (request, reply) => {
      const ctx = await door.context(request);
      const { type, id, version } = request.params;
      requireType(type);
      if (!/^\d{1,9}$/.test(version))
        throw new Problem('not-found', 'there is no such resource', { type, id, version });
      return sendVersion(request, reply, await readVersion(ctx, type, id, Number(version)));
    },
  );
  app.put<Named>('/fhir/:type/:id', async (request, reply) => {
    const ctx = await door.context(request);
    const resource = resourceIn(request);
    if (resource.id !== request.params.id) {
      throw new Problem('invalid', 'the resource carries another id than the address', { address: request.params.id });
    }
    return sendWritten(request, reply, base(), await update(ctx, resource, preconditionOf(request)));
  });
  app.put<Typed>('/fhir/:type', async (request, reply) => {
    const ctx = await door.context(request);
    const resource = resourceIn(request);
    return sendWritten(
      request,
      reply,
      base(),
      await updateWhere(ctx, resource, `?${paramsOf(request)}`, preconditionOf(request)),
    );
  });
  app.patch<Named>('/fhir/:type/:id', async (request, reply) => {
    const ctx = await door.context(request);
    const { type, id } = request.params;
    requireType(type);
    return sendWritten(request, reply, base(), await patch(ctx, type, id, patchIn(request), preconditionOf(request)));
  });
  app.patch<Typed>('/fhir/:type', async (request, reply) => {
    const ctx = await door.context(request);
    const { type } = request.params;
    requireType(type);
    return sendWritten(request, reply, base(), await patchWhere(ctx, type, `?${paramsOf(request)}`, patchIn(request)));
  });
  app.delete<Named>('/fhir/:type/:id', async (request, reply) => {
    const ctx = await door.context(request);
    const { type, id } = request.params;
    requireType(type);
    return sendWritten(request, reply, base(), await remove(ctx, type, id, preconditionOf(request)));
  });
  app.delete<Typed>('/fhir/:type', async (request, reply) => {
    const ctx = await door.context(request);
    const { type } = request.params;
    requireType(type);
    await removeWhere(ctx, type, `?${paramsOf(request)}`);
    return reply.code(204).send();
  });

  for (const path of ['/fhir/:type/$validate', '/fhir/:type/:id/$validate']) {
    app.post<Typed>(path, async (request, reply) => {
      await door.context(request);
      return sendObject(reply, validated(request));
    });
  }
  app.get<Named>('/fhir/:type/:id/$meta', async (request, reply) => {
    const ctx = await door.context(request);
    const { type, id } = request.params;
    requireType(type);
    const { content } = await read(ctx, type, id);
    const { meta } = parseFhirJson(content!) as Resource;
    return sendObject(reply, { resourceType: 'Parameters', parameter: [{ name: 'return', valueMeta: meta }] });
  });
  historyRoutes(app, door, base);
}

/** Decimals must keep their text, so the body is read by our own reader. */
function readBodiesAsText(app: FastifyInstance): void {
  app.removeContentTypeParser(['application/json', 'application/x-www-form-urlencoded', 'text/plain']);
  const types = [
    'application/json',
    'application/fhir+json',
    'text/json',
    'application/json-patch+json',
    'application/x-www-form-urlencoded',
  ];
  app.addContentTypeParser(types, { parseAs: 'buffer' }, (_, body, done) => {
    try {
      done(null, UTF8.decode(body as Buffer));
    } catch (cause) {
      done(new Problem('invalid', 'the body is not UTF-8', {}, { cause }));
    }
  });
}

/** Bytes that are no UTF-8 are refused, never replaced by a sign that nobody sent. */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function jsonIn(request: FastifyRequest): unknown {
  if (typeof request.body !== 'string' || request.body === '') throw new Problem('invalid', 'the request has no body');
  try {
    return parseFhirJson(request.body);
  } catch (error) {
    if (!(error instanceof FhirJsonError)) throw error;
    const issues = [{ severity: 'fatal' as const, code: 'structure', message: error.message }];
    throw new Problem('invalid', 'the body is not FHIR JSON', {}, { issues, cause: error });
  }
}

function resourceIn(request: FastifyRequest): Resource {
  const { type } = request.params as { type: string };
  requireType(type);
  const { resource } = changeOf(jsonIn(request));
  if (resource.resourceType !== type) {
    throw new Problem('invalid', 'the resource is of another type than the address', {
      address: type,
      resource: resource.resourceType,
    });
  }
  return resource;
}

function patchIn(request: FastifyRequest): unknown {
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('application/json-patch+json')) {
    throw new Problem('unsupported', 'a patch is a JSON Patch: send application/json-patch+json');
  }
  return jsonIn(request);
}

function requireType(type: string): void {
  if (!isResourceType(type)) throw new Problem('not-found', 'FHIR R4 has no such resource type', { type });
}

function preconditionOf(request: FastifyRequest): Precondition {
  const ifMatch = ifMatchOf(request);
  return ifMatch === undefined ? {} : { ifMatch };
}

function optionsOf(request: FastifyRequest, base: string): SearchOptions {
  return { base, lenient: preferencesOf(request).get('handling') === 'lenient' };
}

/** Of POST _search: those of the address and those of the body. */
function searchParams(request: FastifyRequest): URLSearchParams {
  const body = typeof request.body === 'string' ? request.body : '';
  return new URLSearchParams([...paramsOf(request), ...new URLSearchParams(body)]);
}

async function searchType(
  ctx: Context,
  request: FastifyRequest,
  reply: FastifyReply,
  base: string,
  params: URLSearchParams,
): Promise<FastifyReply> {
  const { type } = request.params as { type: string };
  requireType(type);
  const page = await search(ctx, type, params, optionsOf(request, base));
  return send(reply, searchset(base, type, params, page, ctx.now()));
}

/** Over several types only what all of them can be asked. */
async function searchAll(
  ctx: Context,
  request: FastifyRequest,
  reply: FastifyReply,
  base: string,
  params: URLSearchParams,
): Promise<FastifyReply> {
  const types = params.get('_type')?.split(',') ?? [];
  if (types.length === 0) throw bad('a search over the whole record names its types', '_type=Patient,Observation');
  types.forEach(requireType);
  const page = await searchTypes(ctx, types, params, { ...optionsOf(request, base), known: ['_type'] });
  return send(reply, searchset(base, '', params, page, ctx.now()));
}

const ofPatient = (id: string) => (alias: string) => tokens({ alias }, [inCompartment(id)]);

/** Patient first; all that the compartment definition names. */
function compartmentTypes(): string[] {
  const types = Object.keys(definitions.patientCompartment).filter(
    (type) => (definitions.patientCompartment[type]?.length ?? 0) > 0,
  );
  return ['Patient', ...types.filter((type) => type !== 'Patient').sort()];
}

/** `_type` limits the types, `_since` the versions. */
function everything(given: URLSearchParams): { params: URLSearchParams; types: string[] } {
  const params = new URLSearchParams(given);
  const wanted = params.get('_type')?.split(',');
  const since = params.get('_since');
  if (since !== null) params.append('_lastUpdated', `ge${since}`);
  const types = compartmentTypes().filter((type) => wanted === undefined || wanted.includes(type));
  if (types.length === 0) throw bad('_type names no type of the patient compartment', wanted?.join(',') ?? '');
  if (params.get('_count') === null) params.set('_count', '200');
  return { params, types };
}

/** The findings about a resource, given as it is or as the parameter `resource`; never an error for what they say. */
function validated(request: FastifyRequest): object {
  const body = jsonIn(request) as Resource & { parameter?: { name?: string; resource?: unknown }[] };
  const wrapped =
    body?.resourceType === 'Parameters' ? body.parameter?.find(({ name }) => name === 'resource')?.resource : undefined;
  try {
    const { resource } = changeOf(wrapped ?? body);
    requireType((request.params as { type: string }).type);
    requireValid(resource);
  } catch (error) {
    if (!(error instanceof Problem) || (error.kind !== 'unprocessable' && error.kind !== 'invalid')) throw error;
    return outcomeOf(error);
  }
  return outcome([
    { severity: 'information', code: 'informational', message: 'the resource keeps the rules of FHIR R4' },
  ]);
}
