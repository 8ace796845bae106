import type { FastifyInstance } from 'fastify';
import { sendPdf } from '#kernel/document';
import { type Door, dayOf, textOf } from '#kernel/http';
import {
  askLead,
  enterTargetValue,
  listTargets,
  printReport,
  readLadder,
  readReport,
  readTarget,
  setLadder,
} from '../actions/index.ts';
import { sendWorkbook } from './funds.ts';

interface One {
  Params: { id: string };
  Body: Record<string, unknown> | undefined;
  Querystring: Record<string, string | undefined>;
}

/** Targets with their values, and the ladder of enterprises. */
export function targetRoutes(app: FastifyInstance, door: Door): void {
  app.get<One>('/api/cluster/targets', async (request) =>
    listTargets(await door.context(request), { examples: request.query['examples'] === 'yes' }),
  );

  app.get<One>('/api/cluster/targets/:id', async (request) =>
    readTarget(await door.context(request), request.params.id),
  );

  app.post<One>('/api/cluster/targets/:id/values', async (request) => {
    const { year, value, source, quote, department, corrects, reason } = request.body ?? {};
    return enterTargetValue(await door.context(request), request.params.id, {
      year: Number(year),
      value: typeof value === 'number' ? value : Number.NaN,
      source: textOf(source, 'source'),
      ...(quote !== undefined && { quote: textOf(quote, 'quote') }),
      ...(department !== undefined && { department: textOf(department, 'department') }),
      ...(corrects !== undefined && { corrects: textOf(corrects, 'corrects') }),
      ...(reason !== undefined && { reason: textOf(reason, 'reason') }),
    });
  });

  app.post<One>('/api/cluster/targets/:id/asks', async (request) => {
    const { year, words = '' } = request.body ?? {};
    return askLead(await door.context(request), request.params.id, {
      year: Number(year),
      words: textOf(words, 'words'),
    });
  });

  app.get<One>('/api/cluster/ladder', async (request) =>
    readLadder(await door.context(request), { examples: request.query['examples'] === 'yes' }),
  );

  app.get<One>('/api/cluster/report', async (request, reply) => {
    const ctx = await door.context(request);
    const { format } = request.query;
    if (format === 'pdf') return sendPdf(reply, 'cluster-report', await printReport(ctx, 'pdf'));
    if (format === 'xlsx') return sendWorkbook(reply, 'cluster-report', await printReport(ctx, 'xlsx'));
    return readReport(ctx);
  });

  app.post<One>('/api/cluster/ladder/settings', async (request, reply) => {
    const { rung, criterion, value, source, validFrom } = request.body ?? {};
    await setLadder(await door.context(request), {
      rung: textOf(rung, 'rung'),
      criterion: textOf(criterion, 'criterion'),
      value: typeof value === 'number' ? value : Number.NaN,
      source: textOf(source, 'source'),
      validFrom: dayOf(textOf(validFrom, 'validFrom'), 'validFrom'),
    });
    return reply.code(204).send();
  });
}
