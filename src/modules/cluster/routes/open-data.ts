import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Door } from '#kernel/http';
import { Problem } from '#kernel/problem';
import {
  catalogue,
  jsonLd,
  listedThings,
  openChains,
  openMap,
  openSpace,
  readOpenThing,
  statementRows,
} from '../actions/index.ts';
import { isKind } from '../model.ts';

type Query = Record<string, string | undefined>;

/** Things in one answer at the most; `Link: rel="next"` leads on. */
const PAGE = 500;
const TAGS = ['Industry map: open data'];
const PAGED = {
  type: 'object',
  properties: {
    after: { type: 'string', description: 'The id after which the answer begins; the Link header names the next one' },
    limit: { type: 'string', pattern: '^[1-9]\\d{0,2}$', description: 'Things in one answer, 500 at the most' },
    kind: { type: 'string', description: 'Only things of this kind, e.g. enterprise, park, policy' },
  },
} as const;

/** What everybody may read and take away: no account, no examples, no persons; licence and sources said in each answer. */
export function openDataRoutes(app: FastifyInstance, door: Door): void {
  const open = { db: door.pool };

  app.get(
    '/api/open/cluster',
    {
      schema: { tags: TAGS, summary: 'The data set in DCAT 3 (JSON-LD): licence, attribution and where its parts are' },
    },
    async (request, reply) => send(request, reply, await catalogue(open, door.publicUrl()), LD),
  );

  app.get<{ Querystring: Query }>(
    '/api/open/cluster/things',
    { schema: { tags: TAGS, summary: 'Things in the order of their ids', querystring: PAGED } },
    async (request, reply) => {
      const page = await listedThings(open, pageOf(request.query));
      return send(request, next(reply, page.next, request.query, 'things'), { ...page.said, things: page.things });
    },
  );

  app.get<{ Params: { id: string } }>(
    '/api/open/cluster/things/:id',
    { schema: { tags: TAGS, summary: 'One thing: every statement and relation with its date, source and quote' } },
    async (request, reply) => send(request, reply, await readOpenThing(open, request.params.id)),
  );

  app.get<{ Querystring: Query }>(
    '/api/open/cluster/statements.csv',
    { schema: { tags: TAGS, summary: 'Statements and relations as comma separated values', querystring: PAGED } },
    async (request, reply) => {
      const { text, next: after } = await statementRows(open, pageOf(request.query));
      return send(request, next(reply, after, request.query, 'statements.csv'), text, 'text/csv; charset=utf-8');
    },
  );

  app.get<{ Querystring: Query }>(
    '/api/open/cluster/things.jsonld',
    { schema: { tags: TAGS, summary: 'Things in the words of schema.org (JSON-LD)', querystring: PAGED } },
    async (request, reply) => {
      const { graph, next: after } = await jsonLd(open, door.publicUrl(), pageOf(request.query));
      return send(request, next(reply, after, request.query, 'things.jsonld'), graph, LD);
    },
  );

  app.get(
    '/api/open/cluster/map.geojson',
    {
      schema: {
        tags: TAGS,
        summary: 'Things as GeoJSON: a point only where a source says one, else the division by its code',
      },
    },
    async (request, reply) => send(request, reply, await openMap(open), 'application/geo+json'),
  );

  app.get(
    '/api/open/cluster/space.csv',
    { schema: { tags: TAGS, summary: 'Space to let that its parks tell everybody of, as comma separated values' } },
    async (request, reply) =>
      send(request, reply, await openSpace({ ...open, now: () => new Date() }), 'text/csv; charset=utf-8'),
  );

  app.get(
    '/api/open/cluster/chains.csv',
    { schema: { tags: TAGS, summary: 'Industry chains with who stands on each link, as comma separated values' } },
    async (request, reply) => send(request, reply, await openChains(open), 'text/csv; charset=utf-8'),
  );
}

const LD = 'application/ld+json';

function pageOf({ after = '', kind, limit = String(PAGE) }: Query) {
  if (kind !== undefined && !isKind(kind)) throw new Problem('invalid', 'there is no such kind of thing', { kind });
  return { after: after.slice(0, 80), limit: Math.min(Number(limit), PAGE), ...(kind !== undefined && { kind }) };
}

function next(reply: FastifyReply, after: string | undefined, { kind, limit }: Query, name: string): FastifyReply {
  if (after === undefined) return reply;
  const query = new URLSearchParams({
    after,
    ...(kind !== undefined && { kind }),
    ...(limit !== undefined && { limit }),
  });
  return reply.header('link', `</api/open/cluster/${name}?${query}>; rel="next"`);
}

/** The same content has the same tag, and is not sent twice to who has it. */
function send(
  request: FastifyRequest,
  reply: FastifyReply,
  body: string | object,
  type = 'application/json; charset=utf-8',
): FastifyReply {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const tag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`;
  reply.header('cache-control', 'public, max-age=60').header('access-control-allow-origin', '*').header('etag', tag);
  if (request.headers['if-none-match']?.split(/\s*,\s*/).includes(tag) === true) return reply.code(304).send();
  return reply.type(type).send(text);
}
