import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { Routes } from './door.ts';

/** Addresses that belong to programs: an unknown one among them is an error, not a page. */
const NOT_PAGES = /^\/(api|fhir|ledger|epcis|oidc|metrics|health|assets|\.well-known)(\/|$|\?)/;

/**
 * Serves the built app. Its files carry their hash in the name and may be kept for ever; the page itself is asked for anew.
 * Every address that is no file and belongs to no program is the app's own, which shows it or says that it does not exist.
 */
export function servePages(folder: string): Routes {
  return async (app) => {
    // A route for each file; what has its hash in the name lies in assets.
    const setHeaders = (reply: { header(name: string, value: string): unknown }, path: string): void => {
      const cache = path.startsWith(join(folder, 'assets')) ? 'public, max-age=31536000, immutable' : 'no-cache';
      reply.header('cache-control', cache);
    };
    await app.register(fastifyStatic, { root: folder, wildcard: false, index: false, cacheControl: false, setHeaders });
    const page = await readFile(join(folder, 'index.html'), 'utf8');
    app.get('/*', { schema: { hide: true } }, async (request, reply) => {
      if (NOT_PAGES.test(request.url)) return reply.callNotFound();
      return reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache').send(page);
    });
  };
}
