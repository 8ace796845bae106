import { createHash } from 'node:crypto';
import { reachOf, record } from '#kernel/access';
import { inThread } from '#kernel/child';
import type { Context, Db } from '#kernel/context';
import type { Job } from '#kernel/jobs';
import { tell } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import { addWorkingDays } from '#modules/exchange';
import type {
  Eligibility,
  EligibleLine,
  Policy,
  PolicyPage,
  PolicyReach,
  PolicyVersion,
  Simulation,
} from '../../model.ts';
import { todayOf } from '../../rules/index.ts';
import {
  DESK,
  getPolicy,
  type Match,
  modelKey,
  parseAmendment,
  parseClause,
  type Subject,
  shownPolicy,
  standingOf,
  VARIABLES,
  VOCABULARY,
  valuesByName,
  versionAt,
  withAmendments,
} from '../../rules/policies/index.ts';
import { getDecision, getDecisionContent } from '../../store/index.ts';
import {
  findAmendments,
  findEligible,
  findEnterpriseIds,
  findMatchRun,
  findSpokenEnterprises,
  insertAmendment,
  markGuide,
  replaceMatches,
} from '../../store/policies.ts';
import { READ } from '../record.ts';
import { DECIDE, knownAnswers, openBook, WRITE } from './answers.ts';
import { type EnterpriseTotal, tellDueApplications, tellMatches } from './tell.ts';
import type { MatchTask, SimulateTask } from './thread.ts';

const THREAD = new URL('./thread.ts', import.meta.url);
const LONGEST_WORDS = 2_000;
const PAGE = 5_000;
const MOST_SUBJECTS = 100_000;

export async function readPolicy(ctx: Context, id: string, day = todayOf(ctx.now())): Promise<PolicyPage> {
  ctx.require(READ);
  const amendments = await findAmendments(ctx.db);
  const policy = getPolicy(withAmendments(amendments), id);
  const version = versionAt(policy.versions, day);
  const mayLook = reachOf(ctx.actor, DECIDE) !== undefined;
  const run = mayLook ? await findMatchRun(ctx.db) : undefined;
  return {
    policy: shownPolicy(policy),
    day,
    version: version.version,
    standing: standingOf(version, day),
    variables: [...VARIABLES],
    reach: run === undefined ? null : only(run, id),
    amendments: amendments.filter((each) => each.policy === id).map(({ policy: _, content: __, ...told }) => told),
    mayWrite: reachOf(ctx.actor, WRITE) !== undefined,
  };
}

function only({ ranAt, day, enterprises, tookMs, clauses }: PolicyReach, policy: string): PolicyReach {
  const own = Object.entries(clauses).filter(([key]) => key.startsWith(`${policy}/`));
  return { ranAt, day, enterprises, tookMs, clauses: Object.fromEntries(own) };
}

/** The reach of every clause by the newest matching. */
export async function readReach(ctx: Context): Promise<{ reach: PolicyReach | null }> {
  ctx.require(DECIDE);
  const run = await findMatchRun(ctx.db);
  if (run === undefined) return { reach: null };
  const { hash: _, ...reach } = run;
  return { reach };
}

export async function listEligible(
  ctx: Context,
  given: { policy: string; clause: string; verdict: Eligibility; limit: number; offset: number },
): Promise<{ enterprises: EligibleLine[] }> {
  ctx.require(DECIDE);
  const { policy, clause, ...rest } = given;
  const { policies } = await openBook(ctx.db, todayOf(ctx.now()));
  if (!getPolicy(policies, policy).versions.some(({ clauses }) => clauses.some(({ id }) => id === clause)))
    throw new Problem('not-found', 'there is no such clause');
  return { enterprises: await findEligible(ctx.db, { key: `${policy}/${clause}`, ...rest }) };
}

/** What a draft of a clause would cost over the enterprises on file, beside the clause that holds now. Nothing is kept of it but the audit trail. */
export async function simulateDraft(
  ctx: Context,
  id: string,
  { clause, examples }: { clause: unknown; examples: boolean },
): Promise<Simulation> {
  ctx.require(WRITE);
  const day = todayOf(ctx.now());
  const { policies } = await openBook(ctx.db, day);
  const version = await withModels(ctx.db, versionAt(getPolicy(policies, id).versions, day), [clause]);
  const draft = parseClause(clause, version, VOCABULARY);
  const subjects = await readSubjects(ctx.db, examples);
  const began = performance.now();
  const task: SimulateTask = { kind: 'simulate', policy: id, version, draft, subjects };
  const found = await inThread<Pick<Simulation, 'now' | 'draft' | 'by' | 'missing'>>(THREAD, task);
  await ctx.db.transaction((tx) =>
    record(ctx, tx, {
      act: 'cluster.policy-simulated',
      subject: `policy/${id}`,
      detail: { clause: draft.id, when: draft.when ?? null, amount: draft.amount, enterprises: subjects.length },
    }),
  );
  return { day, enterprises: subjects.length, examples, tookMs: Math.round(performance.now() - began), ...found };
}

const LONGEST_MODEL = 200_000;
const MOST_MODELS = 10;

/** The version with the decision models that these clauses name, as they are now. What they name is not yet checked further. */
async function withModels(db: Db, version: PolicyVersion, clauses: readonly unknown[]): Promise<PolicyVersion> {
  const models = { ...version.models };
  for (const clause of clauses) {
    const { decision } = (clause ?? {}) as { decision?: { model?: unknown; version?: unknown } };
    if (typeof decision?.model !== 'string' || !Number.isSafeInteger(decision.version)) continue;
    const named = { model: decision.model, version: decision.version as number };
    if (models[modelKey(named)]?.content !== undefined) continue;
    const { name, example } = await getDecision(db, named.model);
    if (example) throw new Problem('invalid', 'an example decides nothing in a policy');
    const content = await getDecisionContent(db, named.model, named.version);
    if (content.length > LONGEST_MODEL || Object.keys(models).length >= MOST_MODELS)
      throw new Problem('too-large', 'the decision model is too long', { most: LONGEST_MODEL, models: MOST_MODELS });
    models[modelKey(named)] = { name, content, hash: createHash('sha256').update(content).digest('hex') };
  }
  return Object.keys(models).length === 0 ? version : { ...version, models };
}

/** Another version of a policy, from a day on; the ones before stay as they were. */
export async function amendPolicy(
  ctx: Context,
  id: string,
  given: { from?: unknown; to?: unknown; clauses?: unknown; words: string; version: number },
): Promise<PolicyPage> {
  ctx.require(WRITE);
  if (given.words.trim() === '' || given.words.length > LONGEST_WORDS)
    throw new Problem('invalid', 'say why, in at most 2000 characters');
  await ctx.db.transaction(async (tx) => {
    const { versions } = getPolicy(withAmendments(await findAmendments(tx)), id);
    const newest = versions.reduce((last, each) => (each.version > last.version ? each : last));
    if (newest.version !== given.version)
      throw new Problem('conflict', 'the policy has changed since you looked at it: read it again', {
        version: newest.version,
      });
    const before = await withModels(tx, newest, Array.isArray(given.clauses) ? given.clauses : []);
    const content = parseAmendment(given, before, newest.version + 1, VOCABULARY);
    const { until } = addWorkingDays(ctx.now(), DESK.guideDays);
    if (!(await insertAmendment(ctx, tx, { policy: id, content, words: given.words, guideDueAt: until })))
      throw new Problem('conflict', 'the policy has changed since you looked at it: read it again', {
        version: content.version,
      });
    await record(ctx, tx, {
      act: 'cluster.policy-amended',
      subject: `policy/${id}`,
      detail: { version: content.version, from: content.from, words: given.words },
    });
    await tell(tx, { type: 'cluster.policy-amended', subject: id, data: { version: content.version } });
  });
  return readPolicy(ctx, id);
}

/** The guide of a version is online. Again it changes nothing. */
export async function publishGuide(ctx: Context, id: string, version: number): Promise<PolicyPage> {
  ctx.require(WRITE);
  await ctx.db.transaction(async (tx) => {
    if (await markGuide(ctx, tx, id, version))
      await record(ctx, tx, { act: 'cluster.policy-guide-online', subject: `policy/${id}`, detail: { version } });
  });
  const page = await readPolicy(ctx, id);
  if (!page.amendments.some((each) => each.version === version))
    throw new Problem('not-found', 'no department added such a version');
  return page;
}

/** Enterprises with their answers, examples only where asked for. @throws Problem `too-costly` beyond what one run reads */
function readSubjects(db: Db, examples: boolean): Promise<Subject[]> {
  return readPages(db, (after) => findEnterpriseIds(db, { after, examples, limit: PAGE }));
}

async function readPages(db: Db, page: (after: string) => Promise<{ id: string }[]>): Promise<Subject[]> {
  const subjects: Subject[] = [];
  for (let after = ''; ; ) {
    const ids = (await page(after)).map(({ id }) => id);
    const known = await knownAnswers(db, ids);
    for (const id of ids) subjects.push({ id, answers: valuesByName(known.get(id)!) });
    if (subjects.length > MOST_SUBJECTS)
      throw new Problem('too-costly', 'there are too many enterprises for one run', { most: MOST_SUBJECTS });
    if (ids.length < PAGE) return subjects;
    after = ids.at(-1)!;
  }
}

/** Matches every enterprise with every clause, keeps what it found and tells whom it reaches, unless nothing has changed since. Examples are told and not kept. */
async function matchPolicies(ctx: Context): Promise<PolicyReach> {
  const day = todayOf(ctx.now());
  const { policies, clauses } = await openBook(ctx.db, day);
  const subjects = await readSubjects(ctx.db, false);
  const spoken = await readPages(ctx.db, (after) => findSpokenEnterprises(ctx.db, { after, limit: PAGE }));
  const hash = hashOf(day, policies, [...subjects, ...spoken]);
  const before = await findMatchRun(ctx.db);
  if (before?.hash === hash) return before;
  const began = performance.now();
  const task: MatchTask = { kind: 'match', day, policies, subjects, spoken };
  const found = await inThread<{
    clauses: PolicyReach['clauses'];
    rows: Match[];
    spoken: { rows: Match[]; totals: EnterpriseTotal[] };
  }>(THREAD, task, { mostMs: 300_000 });
  const run = {
    day,
    hash,
    enterprises: subjects.length,
    tookMs: Math.round(performance.now() - began),
    clauses: found.clauses,
  };
  await ctx.db.transaction(async (tx) => {
    await replaceMatches(ctx, tx, found.rows, run);
    await tellMatches(ctx, tx, { day, policies, clauses, ...found.spoken });
    await record(ctx, tx, {
      act: 'cluster.policies-matched',
      subject: 'policies',
      detail: { enterprises: subjects.length, clauses: Object.keys(found.clauses).length },
    });
  });
  return { ranAt: ctx.now().toISOString(), ...run };
}

/** Asked for by a person. */
export async function matchNow(ctx: Context): Promise<{ reach: PolicyReach }> {
  ctx.require(DECIDE);
  return { reach: await matchPolicies(ctx) };
}

function hashOf(day: string, policies: readonly Policy[], subjects: readonly Subject[]): string {
  const hash = createHash('sha256').update(day).update(JSON.stringify(policies));
  for (const { id, answers } of subjects) hash.update(`${id}${JSON.stringify(answers)}`);
  return hash.digest('hex');
}

const MATCH_SECONDS = 300;

export const matchJob: Job = {
  name: 'cluster.policy-match',
  everySeconds: MATCH_SECONDS,
  async run(ctx) {
    await matchPolicies(ctx);
    await tellDueApplications(ctx);
  },
};
