import { type Context, holds } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { type CohortCounts, membersOf, type QuestionRun, type SavedQuestion } from '../model.ts';
import {
  countQuestions,
  findQuestions,
  findRuns,
  findVersions,
  getQuestion,
  insertRun,
  purgeQuestions,
  putQuestion,
  type QuestionText,
  type QuestionVersion,
  type Scopes,
  setDeleted,
  setShared,
} from '../store/index.ts';
import { type Asked, askCohort } from './cohorts.ts';

const ASK = 'records.cohort.ask';
const MOST_QUESTIONS = 1_000;
const MOST_VERSIONS = 200;
const MOST_RUNS = 200;
/** So long a question that was taken away can be brought back. */
const KEPT_DAYS = 30;
const DAY_MS = 86_400_000;

export async function listQuestions(
  ctx: Context,
  { text, limit }: { text: string; limit: number },
): Promise<SavedQuestion[]> {
  ctx.require(ASK);
  return findQuestions(ctx, { text, limit, scopes: scopesOf(ctx) });
}

export async function showQuestion(ctx: Context, id: string): Promise<SavedQuestion> {
  ctx.require(ASK);
  return getQuestion(ctx, id, scopesOf(ctx));
}

/** Keeps a new question, or with its id a new version of one's own. */
export async function keepQuestion(ctx: Context, text: QuestionText, id?: string): Promise<SavedQuestion> {
  ctx.require(ASK);
  await (id === undefined ? requireRoom(ctx) : showQuestion(ctx, id));
  const kept = id ?? ctx.newId();
  await ctx.db.transaction((tx) => putQuestion(ctx, tx, kept, text));
  return getQuestion(ctx, kept, scopesOf(ctx));
}

async function requireRoom(ctx: Context): Promise<void> {
  const { count } = await countQuestions(ctx);
  if (count >= MOST_QUESTIONS)
    throw new Problem('too-costly', 'this account keeps too many questions: delete some first', {
      most: MOST_QUESTIONS,
    });
}

/** Shows it to the actor's own organizations, or to nobody else. */
export async function shareQuestion(ctx: Context, id: string, shared: boolean): Promise<void> {
  ctx.require(ASK);
  if (shared && ctx.actor.organizations.length === 0)
    throw new Problem('invalid', 'this account belongs to no organization to share with');
  await ctx.db.transaction((tx) => setShared(ctx, tx, id, shared ? ctx.actor.organizations : []));
}

export async function removeQuestion(ctx: Context, id: string): Promise<void> {
  ctx.require(ASK);
  await ctx.db.transaction(async (tx) => {
    await purgeQuestions(ctx, tx, new Date(ctx.now().getTime() - KEPT_DAYS * DAY_MS));
    await setDeleted(ctx, tx, id, ctx.now());
  });
}

export async function restoreQuestion(ctx: Context, id: string): Promise<void> {
  ctx.require(ASK);
  await ctx.db.transaction((tx) => setDeleted(ctx, tx, id, null));
}

export async function listVersions(ctx: Context, id: string): Promise<QuestionVersion[]> {
  await showQuestion(ctx, id);
  return findVersions(ctx.db, id, MOST_VERSIONS);
}

/** Asks it again and notes what it comes to. */
export async function runQuestion(ctx: Context, id: string, asked: Asked): Promise<CohortCounts> {
  const { question, version } = await showQuestion(ctx, id);
  if (question.kind !== 'cohort') throw new Problem('invalid', 'only a cohort is counted: open the page instead');
  const { cohort, reach } = question;
  const counts = await askCohort(ctx, { cohort, reach }, asked);
  const count = membersOf(counts);
  await ctx.db.transaction((tx) =>
    insertRun(ctx, tx, { question: id, version, scope: scopesOf(ctx)[reach], count, most: MOST_RUNS }),
  );
  return counts;
}

/** How it went over time, as far as the actor's own reach: counts of another reach are not comparable, nor the actor's to see. */
export async function listRuns(ctx: Context, id: string): Promise<QuestionRun[]> {
  const { question } = await showQuestion(ctx, id);
  if (question.kind !== 'cohort') return [];
  return findRuns(ctx.db, id, scopesOf(ctx)[question.reach], MOST_RUNS);
}

/** Who else sees the same persons: whoever reaches as far in the population, nobody else one's own rows. */
function scopesOf({ actor }: Context): Scopes {
  const isWide = holds(actor, 'lake.population.ask');
  return {
    rows: `rows ${actor.id}`,
    population: isWide ? 'population' : `population ${[...actor.organizations].sort().join(' ')}`,
  };
}
