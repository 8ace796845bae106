import type { FastifyInstance } from 'fastify';
import { type Door, dayOf, textOf } from '#kernel/http';
import { Problem } from '#kernel/problem';
import {
  createFund,
  enterFundEntries,
  handBooks,
  importFundEntries,
  keepIndex,
  listFunds,
  printIlpa,
  readFund,
  readIlpa,
  reverseFundEntry,
} from '../actions/index.ts';
import type { FundKind, NewFundEntry, Purpose, Valuation } from '../model.ts';

interface One {
  Params: { id: string };
  Body: Record<string, unknown> | undefined;
  Querystring: Record<string, string | undefined>;
}

const MOST_BYTES = 8 * 1024 * 1024;
const MOST_AT_ONCE = 500;

/** Funds: their books, figures and forms. */
export function fundRoutes(app: FastifyInstance, door: Door): void {
  app.get<{ Querystring: Record<string, string | undefined> }>('/api/cluster/funds', async (request) =>
    listFunds(await door.context(request), { examples: request.query['examples'] === 'yes' }),
  );

  app.post<One>('/api/cluster/funds', async (request) => {
    const { name, nameZh, mother } = request.body ?? {};
    const id = await createFund(await door.context(request), {
      name: textOf(name, 'name'),
      ...(nameZh !== undefined && { nameZh: textOf(nameZh, 'nameZh') }),
      ...(mother !== undefined && { mother: textOf(mother, 'mother') }),
    });
    return { id };
  });

  app.get<One>('/api/cluster/funds/:id', async (request) => {
    const { at, index, through } = request.query;
    return readFund(await door.context(request), request.params.id, {
      ...(at !== undefined && at !== '' && { at: dayOf(at, 'at') }),
      ...(index !== undefined && index !== '' && { index }),
      through: through === 'yes',
    });
  });

  app.put<One>('/api/cluster/funds/:id/keeper', async (request, reply) => {
    const { party, name } = request.body ?? {};
    const keeper = { party: textOf(party, 'party'), name: textOf(name, 'name').slice(0, 200) };
    await handBooks(await door.context(request), request.params.id, keeper);
    return reply.code(204).send();
  });

  app.post<One>('/api/cluster/funds/:id/entries', async (request) => {
    const { entries } = request.body ?? {};
    if (!Array.isArray(entries) || entries.length === 0 || entries.length > MOST_AT_ONCE)
      throw new Problem('invalid', 'one to 500 entries are entered at once', { most: MOST_AT_ONCE });
    const ids = await enterFundEntries(await door.context(request), request.params.id, entries.map(parseEntry));
    return { ids };
  });

  app.post<One & { Params: { id: string; entry: string } }>(
    '/api/cluster/funds/:id/entries/:entry/reverse',
    async (request, reply) => {
      const { id, entry } = request.params;
      const reason = textOf(request.body?.['reason'], 'reason');
      await reverseFundEntry(await door.context(request), id, { entry, reason });
      return reply.code(204).send();
    },
  );

  app.post<One>('/api/cluster/funds/:id/import', { bodyLimit: MOST_BYTES }, async (request) => {
    const { file, commit } = request.body ?? {};
    const bytes = Buffer.from(textOf(file, 'file'), 'base64');
    return importFundEntries(await door.context(request), request.params.id, { file: bytes, commit: commit === true });
  });

  app.put<One>('/api/cluster/fund-indices/:id', async (request, reply) => {
    const { name, nameZh, source, levels } = request.body ?? {};
    if (!Array.isArray(levels)) throw new Problem('invalid', 'an index has 1 to 5000 levels, one a day');
    await keepIndex(await door.context(request), {
      id: request.params.id,
      name: textOf(name, 'name'),
      ...(nameZh !== undefined && { nameZh: textOf(nameZh, 'nameZh') }),
      source: textOf(source, 'source'),
      levels: levels.map((each: Record<string, unknown> | null) => ({
        date: textOf(each?.['date'], 'date'),
        level: Number(each?.['level']),
      })),
    });
    return reply.code(204).send();
  });

  app.get<One>('/api/cluster/funds/:id/ilpa', async (request, reply) => {
    const ctx = await door.context(request);
    const { quarter = '', format } = request.query;
    if (format !== 'xlsx') return readIlpa(ctx, request.params.id, quarter);
    const file = await printIlpa(ctx, request.params.id, quarter);
    return sendWorkbook(reply, `fund-${quarter}`, file);
  });
}

/** Hands a workbook to whoever asked. */
export function sendWorkbook<
  R extends { header(name: string, value: string): R; type(media: string): R; send(file: Buffer): R },
>(reply: R, name: string, file: Buffer): R {
  return reply
    .header('content-disposition', `attachment; filename="${name}.xlsx"`)
    .header('cache-control', 'no-store')
    .type('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
    .send(file);
}

function parseEntry(given: Record<string, unknown> | null): NewFundEntry {
  const { kind, day, fen, source, holding, investor, purpose, recallable, stakePpm, method, note } = given ?? {};
  const optional = <T extends string>(value: unknown, name: string): T | null =>
    value === undefined || value === null || value === '' ? null : (textOf(value, name) as T);
  return {
    kind: textOf(kind, 'kind') as FundKind,
    day: dayOf(textOf(day, 'day'), 'day'),
    fen: typeof fen === 'number' ? fen : Number.NaN,
    source: textOf(source, 'source'),
    holding: optional(holding, 'holding'),
    investor: optional(investor, 'investor'),
    purpose: optional<Purpose>(purpose, 'purpose'),
    recallable: recallable === true,
    stakePpm: typeof stakePpm === 'number' ? stakePpm : null,
    method: optional<Valuation>(method, 'method'),
    note: optional(note, 'note'),
  };
}
