import type { FastifyInstance } from 'fastify';
import { type Door, oneOf, textOf } from '#kernel/http';
import { goneSignal } from '#kernel/lake';
import { Problem } from '#kernel/problem';
import type { Computing } from '../actions/compute/index.ts';
import {
  endPlan,
  enterExposure,
  judgeSafety,
  listListed,
  listPlans,
  listSafetyLots,
  markListed,
  readPlan,
  readSafetyPair,
  readSafetyScreen,
  setListed,
  startPlan,
  strikeExposure,
} from '../actions/index.ts';
import { MONITOR_METHODS, type MonitorParameters, REPORT_KINDS, type SafetyFilter } from '../model.ts';

type Query = Record<string, string | undefined>;
type Body = Record<string, unknown>;
interface One {
  Params: { id: string; entry: string };
  Querystring: Query;
  Body: Body;
}

const PATH = '/api/signals/safety';
const PLANS = '/api/signals/monitoring';

/** The safety desk: pairs, lots, and plans of monitoring. */
export function safetyRoutes(app: FastifyInstance, door: Door, computing: Computing): void {
  app.get<One>(PATH, async (request) =>
    readSafetyScreen(await door.context(request), { computing }, filterOf(request.query)),
  );
  app.get<One>(`${PATH}/pair`, async (request, reply) => {
    const { product = '', reaction = '', without, stratified } = request.query;
    return readSafetyPair(
      await door.context(request),
      { computing, signal: goneSignal(reply) },
      { product, reaction, isStratified: stratified === 'true', ...(without && { without }) },
    );
  });
  app.get(`${PATH}/lots`, async (request, reply) =>
    listSafetyLots(await door.context(request), { computing, signal: goneSignal(reply) }),
  );
  app.post(`${PATH}/judge`, async (request, reply) =>
    judgeSafety(await door.context(request), { computing, signal: goneSignal(reply) }),
  );

  app.get<One>(`${PATH}/listed`, async (request) =>
    listListed(await door.context(request), request.query['product'] ?? ''),
  );
  app.put<One>(`${PATH}/listed`, async (request) => {
    const { product, reactions, source } = request.body ?? {};
    if (!Array.isArray(reactions)) throw new Problem('invalid', 'a product has a list of reactions');
    return setListed(await door.context(request), {
      product: textOf(product, 'product'),
      reactions: reactions.map((each: { name?: unknown; code?: unknown } | null) => ({
        name: textOf(each?.name, 'name'),
        ...(each?.code != null && { code: textOf(each.code, 'code') }),
      })),
      source: textOf(source, 'source'),
    });
  });
  app.put<One>(`${PATH}/listed/pair`, async (request) => {
    const { product, reaction, reactionName, listed, source } = request.body ?? {};
    if (typeof listed !== 'boolean') throw new Problem('invalid', 'say whether the reaction is listed: true or false');
    return markListed(await door.context(request), {
      product: textOf(product, 'product'),
      reaction: textOf(reaction, 'reaction'),
      reactionName: textOf(reactionName, 'reactionName'),
      listed,
      source: textOf(source, 'source'),
    });
  });

  app.get(PLANS, async (request) => listPlans(await door.context(request)));
  app.post<One>(PLANS, async (request, reply) => {
    const { product, reaction, method, since, parameters } = request.body ?? {};
    if (typeof parameters !== 'object' || parameters === null)
      throw new Problem('invalid', 'a plan has parameters', { name: 'parameters' });
    const page = await startPlan(
      await door.context(request),
      { computing, signal: goneSignal(reply) },
      {
        product: textOf(product, 'product'),
        reaction: textOf(reaction, 'reaction'),
        method: oneOf(textOf(method, 'method'), MONITOR_METHODS, 'method'),
        since: textOf(since, 'since'),
        parameters: parameters as MonitorParameters,
      },
    );
    return reply.code(201).send(page);
  });
  app.get<One>(`${PLANS}/:id`, async (request) =>
    readPlan(await door.context(request), { computing }, request.params.id),
  );
  app.post<One>(`${PLANS}/:id/entries`, async (request) => {
    const { day, exposed, events, risk, note } = request.body ?? {};
    return enterExposure(await door.context(request), { computing }, request.params.id, {
      day: textOf(day, 'day'),
      exposed: numberOf(exposed, 'exposed'),
      events: events == null ? null : numberOf(events, 'events'),
      risk: risk == null ? null : numberOf(risk, 'risk'),
      note: note == null ? '' : textOf(note, 'note'),
    });
  });
  app.post<One>(`${PLANS}/:id/entries/:entry/strike`, async (request) =>
    strikeExposure(
      await door.context(request),
      { computing },
      { plan: request.params.id, id: request.params.entry, why: textOf(request.body?.['why'], 'why') },
    ),
  );
  app.post<One>(`${PLANS}/:id/end`, async (request) =>
    endPlan(await door.context(request), { computing }, request.params.id, textOf(request.body?.['why'], 'why')),
  );
}

function filterOf({ until, sex, ageBand, kind, stratified }: Query): SafetyFilter {
  return {
    ...(until && { until }),
    ...(sex && { sex }),
    ...(ageBand && { ageBand }),
    ...(kind && { kind: oneOf(kind, REPORT_KINDS, 'kind') }),
    isStratified: stratified === 'true',
  };
}

function numberOf(value: unknown, name: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new Problem('invalid', 'this member is a number', { name });
  return value;
}
