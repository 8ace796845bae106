import type { FastifyInstance } from 'fastify';
import { type Door, limitOf, oneOf, textOf } from '#kernel/http';
import { Problem } from '#kernel/problem';
import {
  listHoldings,
  listMovements,
  moveStock,
  readProjection,
  readStocks,
  takeCounts,
  undoMovement,
} from '../actions/index.ts';
import {
  type MovementTold,
  SCENARIO_BOUNDS,
  SCENARIO_KINDS,
  type Scenario,
  TOLD_MOVEMENTS,
  USUAL_SCENARIO,
} from '../model.ts';

type Query = Record<string, string | undefined>;
type Body = Record<string, unknown>;

const PATH = '/api/signals/stocks';
const MOST_BYTES = 2 * 1024 * 1024;
const ROWS = 100;
const MOST_ROWS = 1_000;

/** The emergency stockpile. */
export function stockRoutes(app: FastifyInstance, door: Door): void {
  app.register(async (part) => {
    part.addContentTypeParser('text/csv', { parseAs: 'string', bodyLimit: MOST_BYTES }, (_, body, done) =>
      done(null, body),
    );
    part.put<{ Querystring: Query; Body: unknown }>(
      `${PATH}/counts`,
      { bodyLimit: MOST_BYTES },
      async (request, reply) => {
        const { body, query } = request;
        const organization = typeof body === 'string' ? query['organization'] : bodyOf(body)['organization'];
        const isPreview = query['preview'] === 'true';
        const answer = await takeCounts(await door.context(request), {
          ...(organization !== undefined &&
            organization !== '' && { organization: textOf(organization, 'organization') }),
          counts: typeof body === 'string' ? body : countsOf(bodyOf(body)),
          isPreview,
        });
        return reply.code(answer.faults.length > 0 && !isPreview ? 422 : 200).send(answer);
      },
    );
  });

  app.get<{ Querystring: Query }>(PATH, async (request) =>
    readStocks(await door.context(request), scenarioOf(request.query)),
  );
  app.get<{ Params: { item: string }; Querystring: Query }>(`${PATH}/items/:item`, async (request) => {
    const { item } = request.params;
    const { city = 'region' } = request.query;
    return readProjection(await door.context(request), { item, city }, scenarioOf(request.query));
  });
  app.get<{ Querystring: Query }>(`${PATH}/holdings`, async (request) => {
    const { item } = request.query;
    return listHoldings(await door.context(request), { ...(item && { item }) });
  });
  app.get<{ Querystring: Query }>(`${PATH}/movements`, async (request) => {
    const { item, site, limit } = request.query;
    const rows = limitOf(limit, ROWS, MOST_ROWS);
    return listMovements(await door.context(request), { limit: rows, ...(item && { item }), ...(site && { site }) });
  });
  app.post<{ Body: Body }>(`${PATH}/movements`, async (request, reply) => {
    const made = await moveStock(await door.context(request), movementOf(bodyOf(request.body)));
    return reply.code(201).send(made);
  });
  app.post<{ Params: { id: string }; Body: Body }>(`${PATH}/movements/:id/undo`, async (request, reply) => {
    const reason = textOf(bodyOf(request.body)['reason'], 'reason');
    return reply.code(201).send(await undoMovement(await door.context(request), request.params.id, reason));
  });
}

/** The scenario as the address holds it; what is not said is as usual. */
function scenarioOf(query: Query): Scenario {
  const numberOf = (name: keyof typeof SCENARIO_BOUNDS): number => {
    const text = query[name];
    if (text === undefined || text === '') return USUAL_SCENARIO[name];
    const value = Number(text);
    const [least, most] = SCENARIO_BOUNDS[name];
    const isWhole = !name.endsWith('Days') || Number.isInteger(value);
    if (!(value >= least && value <= most && isWhole))
      throw new Problem('invalid', 'this number of the scenario is out of range', { name, least, most });
    return value;
  };
  const kind = query['kind'] ? oneOf(query['kind'], SCENARIO_KINDS, 'kind') : USUAL_SCENARIO.kind;
  if (kind === 'disease' && !query['disease'])
    throw new Problem('invalid', 'say which disease the scenario is about', { name: 'disease' });
  return {
    kind,
    peak: numberOf('peak'),
    durationDays: numberOf('durationDays'),
    disease: kind === 'disease' ? (query['disease'] ?? null) : null,
    reproduction: numberOf('reproduction'),
    leadDays: numberOf('leadDays'),
    horizonDays: numberOf('horizonDays'),
    service: numberOf('service'),
    withOrders: query['withOrders'] !== 'false',
  };
}

function movementOf(body: Body): MovementTold {
  const { quantity, to } = body;
  if (typeof quantity !== 'number') throw new Problem('invalid', 'the quantity is a number', { name: 'quantity' });
  const optional = (name: 'organization' | 'lot' | 'day' | 'note' | 'expires' | 'due' | 'order') =>
    body[name] !== undefined && body[name] !== null && body[name] !== '' && { [name]: textOf(body[name], name) };
  const target = to === undefined || to === null ? undefined : bodyOf(to);
  return {
    kind: oneOf(textOf(body['kind'], 'kind'), TOLD_MOVEMENTS, 'kind'),
    site: textOf(body['site'], 'site'),
    item: textOf(body['item'], 'item'),
    quantity,
    ...optional('organization'),
    ...optional('lot'),
    ...optional('day'),
    ...optional('note'),
    ...optional('expires'),
    ...optional('due'),
    ...optional('order'),
    ...(target !== undefined && {
      to: {
        site: textOf(target['site'], 'to.site'),
        ...(target['organization'] !== undefined && {
          organization: textOf(target['organization'], 'to.organization'),
        }),
      },
    }),
  };
}

/** Lines, or CSV as a text. */
function countsOf(body: Body): string | Record<string, unknown>[] {
  if (body['csv'] !== undefined) return textOf(body['csv'], 'csv');
  const counts = body['counts'];
  if (!Array.isArray(counts)) throw new Problem('invalid', 'the counts are a list', { name: 'counts' });
  return counts.map((each) => bodyOf(each));
}

function bodyOf(body: unknown): Body {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new Problem('invalid', 'an object is expected here');
  return body as Body;
}
