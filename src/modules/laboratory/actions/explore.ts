import { recordRead } from '#kernel/access';
import type { Context } from '#kernel/context';
import { type AskOptions, type Lake, lagSeconds, reachOf, smallestOf } from '#kernel/lake';
import { Problem } from '#kernel/problem';
import { sql } from '#kernel/sql';
import {
  type Choices,
  chosenResults,
  findChoices,
  grouped,
  groupedByAge,
  type Intervals,
  type PeriodFilter,
  repeatsOf,
  sampleOfResults,
  summarize,
  turnaroundsOf,
  useOf,
} from '../analytics/index.ts';
import type {
  AgeGroup,
  By,
  Groups,
  IntervalAnswer,
  Reach,
  Repeat,
  TestFilter,
  TestGroup,
  TestSummary,
  Told,
  Turnaround,
  Use,
} from '../model.ts';

/** The lake, and who may stop waiting for it. */
export interface Question {
  lake: Lake;
  signal?: AbortSignal;
}

/**
 * May the actor look, and at what: results one by one, or groups of everybody's? Rows come first: who has both reaches the population of the own organization, which is
 * among those rows.
 */
function reachesOf(ctx: Context): Reach[] {
  ctx.require('laboratory.explore');
  const reaches = reachOf(ctx);
  return (['rows', 'population'] as const).filter((reach) => reaches.includes(reach));
}

/** What is found is sifted by `smallestOf` before it is told. */
function optionsOf(ctx: Context, { signal }: Question): AskOptions {
  return { actor: ctx.actor.id, smallGroups: 'left-out', ...(signal !== undefined && { signal }) };
}

/** The answer with how long it took, and how far the lake was behind when it was given. */
async function timed<T extends object>(ctx: Context, ask: () => Promise<T>): Promise<T & Omit<Told, 'smallest'>> {
  const began = performance.now();
  const lag = await lagSeconds(ctx.db);
  const answer = await ask();
  return { ...answer, tookMs: Math.round(performance.now() - began), lagSeconds: Math.round(lag) };
}

/** The tests and places there are, for choosing. */
export async function listTests(ctx: Context, lake: Lake, reach: Reach): Promise<Choices & { reaches: Reach[] }> {
  const reaches = reachesOf(ctx);
  return { ...(await findChoices(ctx, lake, { reach })), reaches };
}

/** The distribution of a test's results. The look is written into the trail here, once for all parts of a page. */
export async function readTestSummary(ctx: Context, question: Question, filter: TestFilter): Promise<TestSummary> {
  ctx.require('laboratory.explore');
  const summary = await timed(ctx, () => summarize(ctx, question.lake, filter, optionsOf(ctx, question)));
  await recordRead(ctx, {
    act: 'laboratory.test-explored',
    subject: `test/${filter.code}`,
    detail: { ...filter, results: summary.results, persons: summary.persons },
  });
  return summary;
}

export function readTestGroups(
  ctx: Context,
  question: Question,
  filter: TestFilter,
  by: By,
): Promise<Groups<TestGroup>> {
  ctx.require('laboratory.explore');
  return timed(ctx, () => grouped(ctx, question.lake, filter, by, optionsOf(ctx, question)));
}

export function readTestByAge(ctx: Context, question: Question, filter: TestFilter): Promise<Groups<AgeGroup>> {
  ctx.require('laboratory.explore');
  return timed(ctx, () => groupedByAge(ctx, question.lake, filter, optionsOf(ctx, question)));
}

/** Fewer persons than this cannot carry an interval by any method. */
const LEAST_PERSONS = 20;

/** Begins to estimate reference intervals; `intervals.look` tells how far it is. */
export async function beginIntervals(
  ctx: Context,
  question: Question,
  intervals: Intervals,
  filter: TestFilter,
): Promise<IntervalAnswer> {
  ctx.require('laboratory.explore');
  const options = optionsOf(ctx, question);
  const { lake } = question;
  const { measured, sample } = await chosenResults(ctx, lake, filter, options);
  const [persons] = await lake.rows<{ persons: number }>(
    sql`select uniqExact(_patient) as persons from ${measured}`,
    options,
  );
  const count = persons?.persons ?? 0;
  await recordRead(ctx, {
    act: 'laboratory.interval-estimated',
    subject: `test/${filter.code}`,
    detail: { ...filter, results: sample.n, persons: count },
  });
  if (count < Math.max(LEAST_PERSONS, smallestOf(filter.reach)))
    return {
      id: '',
      state: 'done',
      done: 0,
      of: 0,
      estimates: [],
      results: 0,
      persons: 0,
      enough: false,
      tookMs: 0,
    };
  const bySex = filter.sex === undefined;
  const [male, female] = bySex
    ? await Promise.all(['male', 'female'].map((sex) => sampleOfResults(lake, measured, options, sql`of_sex = ${sex}`)))
    : [];
  const both = male !== undefined && female !== undefined && male.n >= LEAST_PERSONS && female.n >= LEAST_PERSONS;
  return intervals.begin(
    ctx.actor.id,
    { all: sample, ...(both && { male, female }) },
    { results: sample.n, persons: count },
  );
}

/** How tests are used in a period. */
export async function readUse(ctx: Context, question: Question, filter: PeriodFilter): Promise<Use> {
  ctx.require('laboratory.explore');
  const use = await timed(ctx, () => useOf(ctx, question.lake, filter, optionsOf(ctx, question)));
  await recordRead(ctx, { act: 'laboratory.use-explored', detail: { ...filter, results: use.results } });
  return use;
}

export function readRepeats(
  ctx: Context,
  question: Question,
  filter: PeriodFilter,
  days: number | undefined,
): Promise<Told & { repeats: Repeat[] }> {
  ctx.require('laboratory.explore');
  return timed(ctx, async () => ({
    repeats: await repeatsOf(ctx, question.lake, filter, optionsOf(ctx, question), days),
  }));
}

export function readTurnarounds(
  ctx: Context,
  question: Question,
  filter: PeriodFilter,
): Promise<Told & { turnarounds: Turnaround[] }> {
  ctx.require('laboratory.explore');
  return timed(ctx, async () => ({
    turnarounds: await turnaroundsOf(ctx, question.lake, filter, optionsOf(ctx, question)),
  }));
}

/** The reach that was asked for, or the first there is. @throws Problem `forbidden` */
export function chosenReach(ctx: Context, asked: Reach | undefined): Reach {
  const reaches = reachesOf(ctx);
  const reach = asked ?? reaches[0];
  if (reach === undefined || !reaches.includes(reach))
    throw new Problem('forbidden', 'this account may not ask about these results', { reach: asked });
  return reach;
}
