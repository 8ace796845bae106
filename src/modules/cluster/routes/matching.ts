import type { FastifyInstance } from 'fastify';
import { type Door, limitOf, oneOf, textOf } from '#kernel/http';
import { Problem } from '#kernel/problem';
import {
  applyImport,
  continueImport,
  decideImport,
  keepApart,
  listDuplicates,
  listImports,
  mapImport,
  mergeThings,
  readImport,
  readImportRows,
  type Searching,
  searchThings,
  startImport,
  startSearching,
  undoImport,
  undoMerge,
} from '../actions/index.ts';
import { type ImportKind, isKind, type Mapping, MOST_IMPORT_BYTES, ROW_DECISIONS, ROW_VERDICTS } from '../model.ts';

interface One {
  Params: { id: string };
  Querystring: Record<string, string | undefined>;
  Body: Record<string, unknown> | undefined;
}

const MOST_ROWS = 200;
const MOST_FOUND = 100;

/** Search, files of things, and what may be one thing. */
export function matchingRoutes(app: FastifyInstance, door: Door): void {
  let searching: Searching | undefined;
  app.addHook('onListen', () => {
    searching = startSearching(door.pool, door.log);
  });
  app.addHook('onClose', () => searching?.stop());

  app.get<One>('/api/cluster/search', async (request) => {
    const { q = '', kind = '', place = '', examples, limit, skip = '0' } = request.query;
    if (!/^\d{1,3}$/.test(skip)) throw new Problem('invalid', 'limit is out of range', { most: 300 });
    return searchThings(await door.context(request), searching, {
      text: q,
      kinds: kind.split(',').filter(isKind),
      ...(place !== '' && { place }),
      examples: examples === 'yes',
      most: limitOf(limit, 20, MOST_FOUND),
      skip: Number(skip),
    });
  });

  app.get('/api/cluster/imports', async (request) => listImports(await door.context(request)));

  // Base64 is four thirds of the bytes.
  app.post<One>(
    '/api/cluster/imports',
    { bodyLimit: Math.ceil((MOST_IMPORT_BYTES * 4) / 3) + 4_096 },
    async (request) => {
      const { kind, fileName, file } = request.body ?? {};
      return startImport(await door.context(request), {
        kind: textOf(kind, 'kind') as ImportKind,
        fileName: textOf(fileName, 'fileName'),
        file: Buffer.from(textOf(file, 'file'), 'base64'),
      });
    },
  );

  app.get<One>('/api/cluster/imports/:id', async (request) =>
    readImport(await door.context(request), request.params.id),
  );

  app.get<One>('/api/cluster/imports/:id/rows', async (request) => {
    const { verdict, open, after = '0', limit } = request.query;
    if (!/^\d{1,6}$/.test(after)) throw new Problem('invalid', 'limit is out of range', { most: MOST_ROWS });
    return readImportRows(await door.context(request), request.params.id, {
      ...(verdict !== undefined && verdict !== '' && { verdict: oneOf(verdict, ROW_VERDICTS, 'verdict') }),
      ...(open === 'yes' && { isOpen: true }),
      after: Number(after),
      limit: limitOf(limit, 50, MOST_ROWS),
    });
  });

  app.put<One>('/api/cluster/imports/:id/mapping', async (request, reply) => {
    const mapping = request.body?.['mapping'];
    if (!Array.isArray(mapping) || !mapping.every((meaning) => meaning === null || typeof meaning === 'string'))
      throw new Problem('invalid', 'every column has one meaning or none, and no two the same');
    await mapImport(await door.context(request), request.params.id, mapping as Mapping);
    return reply.code(204).send();
  });

  app.post<One>('/api/cluster/imports/:id/decide', async (request) => {
    const { rows, verdict, decision, target } = request.body ?? {};
    if (
      rows !== undefined &&
      (!Array.isArray(rows) || rows.length > MOST_ROWS || !rows.every((row) => Number.isInteger(row)))
    )
      throw new Problem('invalid', 'rows are decided one by one, or all of a verdict');
    return decideImport(await door.context(request), request.params.id, {
      ...(rows !== undefined && { rows: rows as number[] }),
      ...(verdict !== undefined && { verdict: oneOf(textOf(verdict, 'verdict'), ROW_VERDICTS, 'verdict') }),
      decision: oneOf(textOf(decision, 'decision'), ROW_DECISIONS, 'decision'),
      ...(target !== undefined && { target: textOf(target, 'target') }),
    });
  });

  app.post<One>('/api/cluster/imports/:id/continue', async (request) =>
    continueImport(await door.context(request), request.params.id),
  );

  app.post<One>('/api/cluster/imports/:id/apply', async (request, reply) => {
    await applyImport(await door.context(request), request.params.id);
    return reply.code(204).send();
  });

  app.post<One>('/api/cluster/imports/:id/undo', async (request, reply) => {
    await undoImport(await door.context(request), request.params.id, textOf(request.body?.['reason'], 'reason'));
    return reply.code(204).send();
  });

  app.get('/api/cluster/duplicates', async (request) => listDuplicates(await door.context(request)));

  app.post<One>('/api/cluster/merges', async (request) => {
    const { thing, into, reason } = request.body ?? {};
    const merge = { thing: textOf(thing, 'thing'), into: textOf(into, 'into'), reason: textOf(reason, 'reason') };
    return { id: await mergeThings(await door.context(request), merge) };
  });

  app.post<One>('/api/cluster/merges/:id/undo', async (request, reply) => {
    await undoMerge(await door.context(request), request.params.id, textOf(request.body?.['reason'], 'reason'));
    return reply.code(204).send();
  });

  app.post<One>('/api/cluster/apart', async (request, reply) => {
    const { one, other, reason } = request.body ?? {};
    const pair = { one: textOf(one, 'one'), other: textOf(other, 'other'), reason: textOf(reason, 'reason') };
    await keepApart(await door.context(request), pair);
    return reply.code(204).send();
  });
}
