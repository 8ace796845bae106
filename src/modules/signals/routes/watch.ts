import type { FastifyInstance } from 'fastify';
import { type Door, dayOf, oneOf } from '#kernel/http';
import { goneSignal } from '#kernel/lake';
import { Problem } from '#kernel/problem';
import type { Computing } from '../actions/compute/index.ts';
import {
  type CurveQuestion,
  judgeCurve,
  listDiseases,
  readCurve,
  readLayer,
  readOutlook,
  watchNow,
} from '../actions/index.ts';
import { DETECTORS, type DetectorMethod, EVERYWHERE, LAYERS, NOWCAST_METHODS, UNITS } from '../model.ts';

const METHODS = Object.keys(DETECTORS) as DetectorMethod[];

type Query = Record<string, string | undefined>;

/** Counts of watched diseases, and what the rules say of them. */
export function watchRoutes(app: FastifyInstance, door: Door, computing: Computing): void {
  app.get('/api/signals/diseases', async (request, reply) =>
    listDiseases(await door.context(request), { lake: door.lake, computing, signal: goneSignal(reply) }),
  );

  app.get<Asked>('/api/signals/diseases/:disease', async (request, reply) =>
    readCurve(
      await door.context(request),
      { lake: door.lake, computing, signal: goneSignal(reply) },
      questionOf(request),
    ),
  );

  app.get<Asked>('/api/signals/diseases/:disease/outlook', async (request, reply) =>
    readOutlook(
      await door.context(request),
      { lake: door.lake, computing, signal: goneSignal(reply) },
      questionOf(request),
    ),
  );

  app.get<Asked>('/api/signals/diseases/:disease/layer', async (request, reply) => {
    const { unit: _, ...question } = questionOf(request);
    const { layer = '', by = 'lawless' } = request.query;
    return readLayer(
      await door.context(request),
      { lake: door.lake, computing, signal: goneSignal(reply) },
      { ...question, layer: oneOf(layer, LAYERS, 'layer'), by: oneOf(by, NOWCAST_METHODS, 'by') },
    );
  });

  app.get<Asked>('/api/signals/diseases/:disease/judged', async (request, reply) =>
    judgeCurve(
      await door.context(request),
      { lake: door.lake, computing, signal: goneSignal(reply) },
      { ...questionOf(request), judge: oneOf(request.query['judge'] ?? '', METHODS, 'judge') },
    ),
  );

  app.post('/api/signals/watch', async (request, reply) =>
    watchNow(await door.context(request), { lake: door.lake, computing, signal: goneSignal(reply) }),
  );
}

interface Asked {
  Params: { disease: string };
  Querystring: Query;
}

function questionOf({ params, query }: { params: { disease: string }; query: Query }): CurveQuestion {
  const { place = EVERYWHERE, unit = 'day', since, until } = query;
  return {
    disease: params.disease,
    place: placeOf(place),
    unit: oneOf(unit, UNITS, 'unit'),
    since: since ? dayOf(since, 'since') : undefined,
    until: until ? dayOf(until, 'until') : undefined,
  };
}

function placeOf(text: string): string {
  if (text !== EVERYWHERE && !/^\d{6}$/.test(text))
    throw new Problem('invalid', 'a place is a code of six digits, or region', { place: text });
  return text;
}
