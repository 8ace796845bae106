import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Context } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { instantsOf, isResourceType, RESOURCE_TYPES } from '#standards/fhir';
import { type HistoryAsk, type HistoryKey, history } from '../read.ts';
import { bad, DEFAULT_COUNT, MOST_COUNT } from '../search/ask.ts';
import { paramsOf, send } from './answer.ts';
import { historyBundle } from './bundles.ts';
import type { FhirDoor } from './routes.ts';

/** History of a resource, a type, and everything. */
export function historyRoutes(app: FastifyInstance, door: FhirDoor, base: () => string): void {
  const answer = async (
    ctx: Context,
    request: FastifyRequest,
    place: { type?: string; id?: string },
    types: readonly string[],
  ): Promise<string> => {
    const params = paramsOf(request);
    const ask = readHistoryAsk(params, place);
    const versions = await history(ctx, { ...ask, count: ask.count + 1 }, types);
    const page = versions.slice(0, ask.count);
    const last = page.at(-1);
    const next = versions.length > page.length && last !== undefined ? writeKey(last) : undefined;
    const path = [place.type, place.id, '_history'].filter((part) => part !== undefined).join('/');
    return historyBundle(base(), path, params, page, next, ctx.now());
  };

  app.get('/fhir/_history', async (request, reply) => {
    const ctx = await door.context(request);
    const types = paramsOf(request).get('_type')?.split(',') ?? RESOURCE_TYPES;
    types.forEach(requireType);
    return send(reply, await answer(ctx, request, {}, types));
  });
  app.get<{ Params: { type: string } }>('/fhir/:type/_history', async (request, reply) => {
    const ctx = await door.context(request);
    const { type } = request.params;
    requireType(type);
    return send(reply, await answer(ctx, request, { type }, [type]));
  });
  app.get<{ Params: { type: string; id: string } }>('/fhir/:type/:id/_history', async (request, reply) => {
    const ctx = await door.context(request);
    const { type, id } = request.params;
    requireType(type);
    return send(reply, await answer(ctx, request, { type, id }, [type]));
  });
}

function requireType(type: string): void {
  if (!isResourceType(type)) throw new Problem('not-found', 'FHIR R4 has no such resource type', { type });
}

function readHistoryAsk(params: URLSearchParams, place: { type?: string; id?: string }): HistoryAsk {
  const ask: HistoryAsk = { ...place, count: DEFAULT_COUNT };
  for (const [name, value] of params) {
    if (name === '_count') {
      const count = Number(value);
      if (!(Number.isInteger(count) && count >= 1)) throw bad('_count is a whole number above 0', value);
      ask.count = Math.min(count, MOST_COUNT);
    } else if (name === '_since') ask.since = new Date(instantOf(value).lo);
    else if (name === '_at') {
      const { lo, hi } = instantOf(value);
      ask.since = new Date(lo);
      ask.until = new Date(hi);
    } else if (name === '_cursor') ask.after = readKey(value);
    else if (name !== '_format' && name !== '_pretty' && name !== '_type')
      throw bad('this parameter is not known to a history', name);
  }
  return ask;
}

function instantOf(value: string): { lo: number; hi: number } {
  const found = instantsOf(value);
  if (found === undefined) throw bad('this is no date', value);
  return found;
}

function writeKey({ updated, type, id, version }: HistoryKey): string {
  return Buffer.from(JSON.stringify([updated.toISOString(), type, id, version])).toString('base64url');
}

function readKey(text: string): HistoryKey {
  try {
    const [updated, type, id, version] = JSON.parse(Buffer.from(text, 'base64url').toString()) as [
      string,
      string,
      string,
      number,
    ];
    const at = new Date(updated);
    if (!Number.isNaN(at.getTime()) && isResourceType(type) && typeof id === 'string' && Number.isInteger(version)) {
      return { updated: at, type, id, version };
    }
  } catch {
    // Told below: the text was not made here.
  }
  throw bad('this is no page of this history', text);
}
