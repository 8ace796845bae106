import Fastify, { type FastifyInstance } from 'fastify';
import { Parser } from 'n3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Door } from '#kernel/http';
import { Problem } from '#kernel/problem';
import type { Pool } from '#kernel/sql';
import { findViolations, hasShapes } from '../../../../tests/support/dcat.ts';
import { plantOffering } from '../../../../tests/support/exchange.ts';
import { testDatabase } from '../../../../tests/support/postgres.ts';
import { descriptionRoutes } from './descriptions.ts';

/**
 * Goal: what is listed is described to everybody in the words of public standards, and nothing else is.
 * Method: planted offerings in a real database, asked for by HTTP without an account; the answers are read by other people's parsers and shapes.
 */
let pool: Pool;
let app: FastifyInstance;
let listed: string;
let draft: string;

beforeAll(async () => {
  pool = await testDatabase();
  listed = await plantOffering(pool, { prices: [{ kind: 'flat', fen: 120_000 }], ways: ['download', 'api', 'query'] });
  draft = await plantOffering(pool, { prices: [], state: 'draft' });
  app = Fastify();
  app.setErrorHandler((error, _, reply) => {
    if (!(error instanceof Problem)) throw error;
    return reply.code(error.status).send({ kind: error.kind, message: error.message });
  });
  descriptionRoutes(app, { pool, publicUrl: () => 'https://banyan.example' } as unknown as Door);
});
afterAll(() => app?.close());

async function get(path: string, headers: Record<string, string> = {}, status = 200) {
  const answer = await app.inject({ method: 'GET', url: `/api/exchange/${path}`, headers });
  expect(answer.statusCode, answer.body).toBe(status);
  return answer;
}
const TITLE = 'http://purl.org/dc/terms/title';

describe('the catalogue', () => {
  test('is DCAT-AP in both forms, with what is listed and nothing else', async () => {
    const turtle = await get('catalogue.ttl');
    expect(turtle.headers['content-type']).toContain('text/turtle');
    expect(turtle.body).toContain(listed);
    expect(turtle.body).not.toContain(draft);
    const titles = new Parser().parse(turtle.body).filter(({ predicate }) => predicate.value === TITLE);
    expect(titles.map(({ object }) => object.value)).toEqual(
      expect.arrayContaining(['Molecular subtypes', '分子分型']),
    );
    const ld = (await get('catalogue.jsonld')).json<{ '@graph': { '@id': string }[] }>();
    expect(ld['@graph'].map((node) => node['@id'])).toContain(
      `https://banyan.example/api/exchange/catalogue/${listed}`,
    );
  });

  test.skipIf(!hasShapes)('breaks no shape', async () => {
    expect(await findViolations((await get('catalogue.ttl')).body)).toEqual([]);
  });
});

describe('one product', () => {
  const path = (profile = '') => `catalogue/${listed}/description${profile && `?profile=${profile}`}`;

  test.each([
    ['text/turtle', 'text/turtle'],
    ['application/ld+json', 'application/ld+json'],
    ['application/ld+json, text/turtle;q=0.5', 'application/ld+json'],
    ['*/*', 'application/ld+json'],
  ])('asked for as %s comes as %s', async (accept, type) => {
    expect((await get(path(), { accept })).headers['content-type']).toContain(type);
  });

  test.skipIf(!hasShapes).each(['dcat-ap', 'healthdcat-ap'])('as %s breaks no shape', async (profile) => {
    expect(await findViolations((await get(path(profile), { accept: 'text/turtle' })).body)).toEqual([]);
  });

  test('has a product descriptor, a contract with its price, and a data set for learning', async () => {
    expect((await get(path('odps'))).json()).toMatchObject({ kind: 'DataProduct', id: listed, status: 'active' });
    const contract = (await get(path('odcs'))).json();
    expect(contract).toMatchObject({ kind: 'DataContract', price: { priceAmount: 1_200, priceCurrency: 'CNY' } });
    expect(contract.schema[0].properties.map(({ name }: { name: string }) => name)).toEqual([
      'district',
      'subtype',
      'persons',
      'mean',
    ]);
    expect((await get(path('croissant'))).json()).toMatchObject({ '@type': 'sc:Dataset', name: 'Molecular subtypes' });
  });

  test('tells no query and no row', async () => {
    for (const profile of ['dcat-ap', 'healthdcat-ap', 'odps', 'odcs', 'croissant'])
      expect((await get(path(profile))).body).not.toMatch(/select 1|district 3/);
  });

  test('that never was, or has another profile, is refused', async () => {
    await get('catalogue/00000000-0000-4000-8000-000000000000/description', {}, 404);
    await get(path('rss'), {}, 400);
    await get(path('constructor'), {}, 400);
  });
});
