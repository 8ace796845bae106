import type { FastifyInstance } from 'fastify';
import type { Door } from '#kernel/http';
import { readChains, readMap } from '../actions/index.ts';

type Query = Record<string, string | undefined>;

/** The record as a map and as chains. */
export function viewRoutes(app: FastifyInstance, door: Door): void {
  app.get<{ Querystring: Query }>('/api/cluster/map', async (request) =>
    readMap(await door.context(request), { examples: request.query['examples'] === 'yes' }),
  );

  app.get<{ Querystring: Query }>('/api/cluster/chains', async (request) => {
    const { place, examples } = request.query;
    return readChains(await door.context(request), {
      examples: examples === 'yes',
      ...(place !== undefined && place !== '' && { place: place.slice(0, 80) }),
    });
  });
}
