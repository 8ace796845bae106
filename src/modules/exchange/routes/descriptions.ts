import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Door } from '#kernel/http';
import { Problem } from '#kernel/problem';
import {
  catalogueGraph,
  croissant,
  dataContract,
  dataProduct,
  type GraphNode,
  healthGraph,
  type ProductDescription,
  productGraph,
  writeJsonLd,
  writeTurtle,
} from '#standards/data-catalogue';
import { readOffering, searchOfferings } from '../actions/index.ts';
import { describeOffering, operatorOf } from '../rules/descriptions.ts';

/** Products in one answer; `offset` leads on. */
const PAGE = 50;

/** The law under which health data of persons are held here. */
const LEGISLATION = {
  iri: 'https://banyan.health/id/law/pipl',
  title: {
    en: 'Personal Information Protection Law of the People’s Republic of China',
    zh: '中华人民共和国个人信息保护法',
  },
};
const POPULATION = {
  en: 'Persons whose specimens or records reached the laboratories and hospitals of the region.',
  zh: '标本或记录进入本区域检验机构与医院的人群。',
};

type Profile = (product: ProductDescription) => object | GraphNode[];
const PROFILES: Readonly<Record<string, Profile>> = {
  'dcat-ap': productGraph,
  'healthdcat-ap': (product) => healthGraph({ product, legislation: LEGISLATION, population: POPULATION }),
  odps: dataProduct,
  odcs: dataContract,
  croissant,
};

/** What is listed, in the words of public standards, for everybody. */
export function descriptionRoutes(app: FastifyInstance, door: Door): void {
  const open = { db: door.pool };

  for (const [ending, isTurtle] of [
    ['jsonld', false],
    ['ttl', true],
  ] as const) {
    app.get<{ Querystring: { offset?: string } }>(`/api/exchange/catalogue.${ending}`, async (request, reply) => {
      const offset = /^\d{1,6}$/.test(request.query.offset ?? '0') ? Number(request.query.offset ?? 0) : 0;
      const { offerings, total } = await searchOfferings(open, { limit: PAGE, offset });
      const products = [];
      for (const { id } of offerings) products.push(describeOffering(await readOffering(open, id), door.publicUrl()));
      if (offset + PAGE < total)
        reply.header('link', `</api/exchange/catalogue.${ending}?offset=${offset + PAGE}>; rel="next"`);
      return sendGraph(reply, catalogueOf(door.publicUrl(), products), isTurtle);
    });
  }

  app.get<{ Params: { id: string }; Querystring: { profile?: string } }>(
    '/api/exchange/catalogue/:id/description',
    async (request, reply) => {
      const { profile = 'dcat-ap' } = request.query;
      const write = Object.hasOwn(PROFILES, profile) ? PROFILES[profile] : undefined;
      if (write === undefined)
        throw new Problem('invalid', 'there is no such profile', { profiles: Object.keys(PROFILES).join(' ') });
      const product = describeOffering(await readOffering(open, request.params.id), door.publicUrl());
      const told = write(product);
      if (!Array.isArray(told)) return reply.type(profile === 'croissant' ? LD : JSON_TYPE).send(JSON.stringify(told));
      return sendGraph(reply.header('vary', 'accept'), told, prefersTurtle(request.headers.accept));
    },
  );
}

const LD = 'application/ld+json';
const JSON_TYPE = 'application/json; charset=utf-8';

function catalogueOf(publicUrl: string, products: readonly ProductDescription[]): GraphNode[] {
  const modified = products
    .map((product) => product.modified)
    .toSorted()
    .at(-1);
  return catalogueGraph(
    {
      iri: `${publicUrl}/api/exchange/catalogue`,
      page: `${publicUrl}/exchange/catalogue`,
      title: { en: 'Catalogue of the regional data exchange', zh: '区域数据交易目录' },
      about: { en: 'Data products that are listed and can be contracted.', zh: '已上架、可签约的数据产品。' },
      publisher: operatorOf(publicUrl),
      ...(modified !== undefined && { modified }),
    },
    products,
  );
}

function sendGraph(reply: FastifyReply, nodes: readonly GraphNode[], isTurtle: boolean): FastifyReply {
  reply.header('cache-control', 'public, max-age=60').header('access-control-allow-origin', '*');
  if (isTurtle) return reply.type('text/turtle; charset=utf-8').send(writeTurtle(nodes));
  return reply.type(LD).send(JSON.stringify(writeJsonLd(nodes)));
}

/** Of the two that there are, the one that stands first in what is accepted; JSON-LD when neither does. */
function prefersTurtle(accept: string | undefined): boolean {
  const [turtle, ld] = ['text/turtle', LD].map((type) => (accept ?? '').indexOf(type)) as [number, number];
  return turtle >= 0 && (ld < 0 || turtle < ld);
}
