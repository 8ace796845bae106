import type { FastifyInstance } from 'fastify';
import { type Door, oneOf } from '#kernel/http';
import { enterProduct, readCatalogue } from '../actions/index.ts';
import { CATALOGUE_LISTS, type CatalogueList, PRODUCT_CLASSES } from '../model.ts';
import { Given } from './given.ts';

interface Asked {
  Querystring: { of?: string; gap?: string; examples?: string };
}

const OF = [...PRODUCT_CLASSES, 'application'] as const;
const LISTS = Object.keys(CATALOGUE_LISTS) as CatalogueList[];

/** Drugs, devices and equipment with their standing in lists, and clinical applications. */
export function catalogueRoutes(app: FastifyInstance, door: Door): void {
  app.get<Asked>('/api/cluster/catalogues', async (request) => {
    const { of = 'drug', gap, examples } = request.query;
    return readCatalogue(await door.context(request), {
      of: oneOf(of, OF, 'of'),
      ...(gap !== undefined && { gap: oneOf(gap, LISTS, 'gap') }),
      examples: examples === 'yes',
    });
  });

  app.post<{ Body: unknown }>('/api/cluster/catalogues', async (request) => {
    const ctx = await door.context(request);
    const given = new Given(request.body);
    return {
      id: await enterProduct(ctx, {
        name: given.text('name'),
        nameZh: given.optional('nameZh'),
        class: given.oneOf('class', PRODUCT_CLASSES),
        approvalNumber: given.optional('approvalNumber'),
        approved: given.day('approved'),
        maker: given.optional('maker', 80),
      }),
    };
  });
}
