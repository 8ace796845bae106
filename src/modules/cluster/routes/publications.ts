import type { FastifyInstance } from 'fastify';
import { type Door, oneOf } from '#kernel/http';
import { exportPublications, readPublications } from '../actions/index.ts';
import { PUBLICATION_FORMS } from '../model.ts';
import { pageOf } from './given.ts';

const MEDIA = { bib: 'application/x-bibtex', ris: 'application/x-research-info-systems', csv: 'text/csv' } as const;

/** Papers and patents, on a thing's page and as files of references. */
export function publicationRoutes(app: FastifyInstance, door: Door): void {
  app.get<{ Params: { id: string }; Querystring: { after?: string } }>(
    '/api/cluster/things/:id/publications',
    async (request) => {
      const { offset } = pageOf({ offset: request.query.after }, 50);
      return readPublications(await door.context(request), request.params.id, offset);
    },
  );

  app.get<{ Querystring: { thing?: string; form?: string } }>('/api/cluster/publications', async (request, reply) => {
    const { thing, form = 'bib' } = request.query;
    const chosen = oneOf(form, PUBLICATION_FORMS, 'form');
    const file = await exportPublications(await door.context(request), {
      ...(thing !== undefined && { thing }),
      form: chosen,
    });
    return reply
      .type(`${MEDIA[chosen]}; charset=utf-8`)
      .header('content-disposition', `attachment; filename="publications.${chosen}"`)
      .send(file);
  });
}
