import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { grantsFor, reachOf, record } from '#kernel/access';
import type { Context } from '#kernel/context';
import type { ParameterType } from '#kernel/fhir';
import { Problem } from '#kernel/problem';
import { catalogueOf, lakeOverview, tablesFor, viewAddresses } from './catalogue.ts';
import { type CheckReport, checkLake } from './check.ts';
import { findGenerations } from './generations.ts';
import { askRebuild, type KeeperParts } from './keeper.ts';
import { describe, goneSignal, type LakeDoor, note, questionOfText } from './operations/index.ts';

/** How a check goes, or went; kept until the next one, in the program that did it. */
interface Check {
  startedAt: Date;
  /** What it is at. */
  at: string;
  endedAt?: Date;
  report?: CheckReport;
  problem?: string;
}

interface Asked {
  sql: string;
  parameters: { name: string; type: ParameterType; value: unknown }[];
  limit: number;
}

/** Whose holders ask or keep the lake; those of `lake.export` alone take their own record along. */
const ASKERS = ['lake.sql.ask', 'lake.view.manage'];
const READERS = [...ASKERS, 'lake.export'];
/** Rows that a page shows; more are downloaded. */
const MOST_SHOWN = 10_000;
const MOST_MS = 60_000;
const MOST_DIFFERENCES = 200;

/** What the lake's own pages need beside the operations of SQL-on-FHIR. */
export function lakePageRoutes(app: FastifyInstance, door: LakeDoor, parts: KeeperParts): void {
  const { lake, db } = parts;
  let check: Check | undefined;
  const isChecking = () => check !== undefined && check.endedAt === undefined;

  app.get('/api/lake/status', { schema: schema('How the lake is, and what it holds') }, async (request) => {
    await oneOf(request, ASKERS);
    return { ...(await lakeOverview(lake, db, parts.tables)), now: new Date() };
  });

  app.get('/api/lake/views', { schema: schema('The catalogue of views with their columns') }, async (request) => {
    const ctx = await oneOf(request, READERS);
    // A question is kept as a Library.
    return {
      views: await catalogueOf(ctx),
      tables: tablesFor(ctx, parts.tables),
      mayKeep: grantsFor(ctx.actor, 'c', 'Library').length > 0,
    };
  });

  app.post<{ Body: Asked }>('/api/lake/ask', { schema: ASK }, async (request, reply) => {
    const ctx = await door.context(request);
    ctx.require('lake.sql.ask');
    return ask(ctx, reply, request.body);
  });

  app.post('/api/lake/rebuild', { schema: schema('Makes the lake anew beside the present one') }, async (request) => {
    const ctx = await door.context(request);
    ctx.require('lake.view.manage');
    // A check reads the present generation to its end.
    if (isChecking()) throw new Problem('conflict', 'the lake is being checked: wait until that is done');
    const generation = await askRebuild(ctx, parts);
    await ctx.db.transaction((tx) =>
      record(ctx, tx, { act: 'lake.rebuild-asked', subject: String(generation), detail: {} }),
    );
    return { generation };
  });

  app.get('/api/lake/check', { schema: schema('How the last check of the lake goes, or went') }, async (request) => {
    const ctx = await door.context(request);
    ctx.require('lake.view.manage');
    return { check: check === undefined ? null : shown(check) };
  });

  app.post(
    '/api/lake/check',
    { schema: schema('Compares the lake, row for row, with the record') },
    async (request, reply) => {
      const ctx = await door.context(request);
      ctx.require('lake.view.manage');
      if (isChecking()) throw new Problem('conflict', 'the lake is being checked: wait until that is done');
      if ((await findGenerations(db)).some(({ state }) => state === 'building'))
        throw new Problem('conflict', 'the lake is being built: wait until that is done');
      const begun: Check = { startedAt: ctx.now(), at: '' };
      check = begun;
      await ctx.db.transaction((tx) => record(ctx, tx, { act: 'lake.check-asked', subject: 'lake', detail: {} }));
      checkLake(lake, db, parts.tables, (text) => Object.assign(begun, { at: text })).then(
        (report) => Object.assign(begun, { report, endedAt: new Date() }),
        (error: Error) => {
          if (!(error instanceof Problem)) ctx.log.error({ error }, 'the lake could not be checked');
          Object.assign(begun, { problem: error.message, endedAt: new Date() });
        },
      );
      return reply.code(202).send({ check: shown(begun) });
    },
  );

  /** @throws Problem `forbidden` for whoever holds none of the acts */
  async function oneOf(request: FastifyRequest, acts: readonly string[]): Promise<Context> {
    const ctx = await door.context(request);
    if (!acts.some((act) => reachOf(ctx.actor, act) !== undefined)) ctx.require('lake.sql.ask');
    return ctx;
  }

  async function ask(ctx: Context, reply: FastifyReply, { sql: text, parameters, limit }: Asked) {
    const addresses = await viewAddresses(db);
    const types = new Map(parameters.map(({ name, type }) => [name, type]));
    const began = performance.now();
    const { question, tables } = await questionOfText(ctx, lake, text, parameters, {
      views: addresses,
      own: parts.tables,
      types,
      // One more tells that there are more.
      limit: limit + 1,
    });
    const options = { actor: ctx.actor.id, signal: goneSignal(reply), timeoutMs: MOST_MS };
    const columns = await describe(lake, question, options);
    const rows = await lake.rows<Record<string, unknown>>(question, {
      ...options,
      mostRows: MOST_SHOWN + 1,
      settings: { date_time_output_format: 'iso' },
    });
    const ms = performance.now() - began;
    const views = [...tables].map(([name, address]) => ({ name, address }));
    await note(
      ctx,
      {
        act: 'lake.sql-asked',
        subject: 'a query that came with the question',
        detail: { sql: text.slice(0, 5_000), views: views.map(({ address }) => address), format: 'page' },
      },
      { rows: Math.min(rows.length, limit) },
    );
    return {
      columns: columns.map(({ name, type }) => ({ name, type })),
      rows: rows.slice(0, limit).map((row) => columns.map(({ name }) => row[name])),
      more: rows.length > limit,
      ms,
      views,
    };
  }
}

function shown({ report, ...check }: Check) {
  if (report === undefined) return check;
  const { views, differences, more } = report;
  return {
    ...check,
    report: {
      views,
      differences: differences.slice(0, MOST_DIFFERENCES),
      count: differences.length,
      more: more || differences.length > MOST_DIFFERENCES,
    },
  };
}

function schema(summary: string): object {
  return { tags: ['Lake'], summary };
}

const ASK = {
  ...schema('Asks the lake in SQL, in which each table is a view with the rows that the caller may see'),
  body: {
    type: 'object',
    required: ['sql'],
    additionalProperties: false,
    properties: {
      sql: { type: 'string', minLength: 1, maxLength: 100_000 },
      parameters: {
        type: 'array',
        maxItems: 100,
        default: [],
        items: {
          type: 'object',
          required: ['name', 'type', 'value'],
          additionalProperties: false,
          properties: {
            name: { type: 'string', pattern: '^[A-Za-z][A-Za-z0-9_]{0,63}$' },
            type: { enum: ['string', 'code', 'id', 'uri', 'integer', 'date', 'dateTime', 'boolean', 'decimal'] },
            value: {},
          },
        },
      },
      limit: { type: 'integer', minimum: 1, maximum: MOST_SHOWN, default: 1_000 },
    },
  },
};
