import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '#kernel/context';
import { type Door, dayOf, oneOf } from '#kernel/http';
import { goneSignal } from '#kernel/lake';
import { Problem } from '#kernel/problem';
import {
  beginIntervals,
  chosenReach,
  listTests,
  type Question,
  readRepeats,
  readTestByAge,
  readTestGroups,
  readTestSummary,
  readTurnarounds,
  readUse,
} from '../actions/index.ts';
import { makeIntervals, type PeriodFilter } from '../analytics/index.ts';
import { type By, OUTLIERS, REACHES, type ResultFilter, SEXES, type TestFilter } from '../model.ts';

type Query = Record<string, string | undefined>;
type Asked = FastifyRequest<{ Querystring: Query }>;

const GROUPS: readonly By[] = ['sex', 'district', 'organization', 'month', 'week'];

/** Questions to the lake about tests. A question ends when who asked it goes away. */
export function exploreRoutes(app: FastifyInstance, door: Door): void {
  const intervals = makeIntervals();
  app.addHook('onClose', () => intervals.stop());
  const ask = async (request: Asked, reply: FastifyReply): Promise<[Context, Question]> => [
    await door.context(request),
    { lake: door.lake, signal: goneSignal(reply) },
  ];
  const get = <T>(url: string, answer: (ctx: Context, question: Question, query: Query) => Promise<T>): void => {
    app.get<{ Querystring: Query }>(`/api/laboratory/${url}`, async (request, reply) =>
      answer(...(await ask(request, reply)), request.query),
    );
  };

  get('tests', (ctx, { lake }, query) => listTests(ctx, lake, reachOf(ctx, query)));
  get('explore/summary', (ctx, question, query) => readTestSummary(ctx, question, testFilter(ctx, query)));
  get('explore/ages', (ctx, question, query) => readTestByAge(ctx, question, testFilter(ctx, query)));
  for (const by of GROUPS)
    get(`explore/groups/${by}`, (ctx, question, query) => readTestGroups(ctx, question, testFilter(ctx, query), by));
  get('use', (ctx, question, query) => readUse(ctx, question, periodFilter(ctx, query)));
  get('use/repeats', (ctx, question, query) =>
    readRepeats(ctx, question, periodFilter(ctx, query), numberOf(query['days'], 'days', { least: 1, most: 3660 })),
  );
  get('use/turnarounds', (ctx, question, query) => readTurnarounds(ctx, question, periodFilter(ctx, query)));

  app.post<{ Querystring: Query }>('/api/laboratory/explore/intervals', async (request, reply) => {
    const [ctx, question] = await ask(request, reply);
    return beginIntervals(ctx, question, intervals, testFilter(ctx, request.query));
  });
  app.get<{ Params: { id: string } }>('/api/laboratory/explore/intervals/:id', async (request) => {
    const ctx = await door.context(request);
    ctx.require('laboratory.explore');
    return intervals.look(ctx.actor.id, request.params.id);
  });
  app.delete<{ Params: { id: string } }>('/api/laboratory/explore/intervals/:id', async (request, reply) => {
    const ctx = await door.context(request);
    ctx.require('laboratory.explore');
    intervals.cancel(ctx.actor.id, request.params.id);
    return reply.code(204).send();
  });
}

function reachOf(ctx: Context, query: Query): ResultFilter['reach'] {
  return chosenReach(
    ctx,
    asked(query['reach'], (text) => oneOf(text, REACHES, 'reach')),
  );
}

const OLDEST_YEARS = 150;
const MOST_CHARACTERS = 200;

function resultFilter(ctx: Context, query: Query): ResultFilter {
  const years = { least: 0, most: OLDEST_YEARS };
  const filter = {
    reach: reachOf(ctx, query),
    sex: asked(query['sex'], (text) => oneOf(text, SEXES, 'sex')),
    ageFrom: numberOf(query['ageFrom'], 'ageFrom', years),
    ageTo: numberOf(query['ageTo'], 'ageTo', years),
    district: textOf(query['district'], 'district'),
    organization: textOf(query['organization'], 'organization'),
    since: asked(query['since'], (text) => dayOf(text, 'since')),
    until: asked(query['until'], (text) => dayOf(text, 'until')),
  };
  return Object.fromEntries(
    Object.entries(filter).filter(([, value]) => value !== undefined),
  ) as unknown as ResultFilter;
}

function testFilter(ctx: Context, query: Query): TestFilter {
  const code = textOf(query['code'], 'code');
  if (code === undefined) throw new Problem('invalid', 'name the test: its code is missing');
  return {
    ...resultFilter(ctx, query),
    code,
    unit: textOf(query['unit'], 'unit') ?? '',
    first: query['first'] === 'true',
    outliers: asked(query['outliers'], (text) => oneOf(text, OUTLIERS, 'outliers')) ?? 'kept',
  };
}

const LONGEST_PERIOD_DAYS = 3 * 366;

function periodFilter(ctx: Context, query: Query): PeriodFilter {
  const { since, until, ...filter } = resultFilter(ctx, query);
  if (since === undefined || until === undefined || since > until)
    throw new Problem('invalid', 'give a period: its first and its last day');
  if ((Date.parse(until) - Date.parse(since)) / 86_400_000 > LONGEST_PERIOD_DAYS)
    throw new Problem('too-costly', 'the period is too long', { mostDays: LONGEST_PERIOD_DAYS });
  return { ...filter, since, until };
}

function textOf(text: string | undefined, name: string): string | undefined {
  if (text === undefined || text === '') return undefined;
  if (text.length > MOST_CHARACTERS) throw new Problem('invalid', 'a parameter is too long', { name });
  return text;
}

/** What is absent or empty is not asked. */
function asked<T>(text: string | undefined, read: (text: string) => T): T | undefined {
  return text === undefined || text === '' ? undefined : read(text);
}

function numberOf(
  text: string | undefined,
  name: string,
  { least, most }: { least: number; most: number },
): number | undefined {
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most)
    throw new Problem('invalid', 'this parameter is a whole number in a range', { name, least, most });
  return value;
}
