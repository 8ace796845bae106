import { record, recordRead } from '#kernel/access';
import { type Context, onDb } from '#kernel/context';
import { Problem } from '#kernel/problem';
import type {
  BayesParameters,
  CusumParameters,
  MaxsprtParameters,
  MonitorEntry,
  MonitorPage,
  MonitorParameters,
  MonitorPlan,
  MonitorPoint,
  NewMonitorPlan,
} from '../model.ts';
import { countedEntries, dayOf } from '../rules/index.ts';
import {
  type Finding,
  findEntries,
  findNames,
  findPairDays,
  findPlans,
  getPlan,
  holdPlan,
  insertEntry,
  insertPlan,
  movePlan,
  strikeEntry,
} from '../store/index.ts';
import type { Computing } from './compute/index.ts';

const WORK = 'signals.safety.work';
const QUIET_DAYS = 90;
const SHORTEST_REASON = 5;
const LONGEST_TEXT = 2_000;

interface Watching {
  computing: Computing;
  signal?: AbortSignal;
}

/** Where each method is from. */
const SOURCES: Readonly<Record<MonitorPlan['method'], string>> = {
  maxsprt: 'Poisson MaxSPRT, exact critical value: Kulldorff et al., Sequential Analysis 2011;30:58',
  cusum: 'Risk-adjusted CUSUM: Steiner, Cook, Farewell, Treasure, Biostatistics 2000;1:441',
  bayes: 'Posterior probability with a gamma prior, stopping rule of Thall and Simon, Biometrics 1994;50:337',
};

export async function listPlans(
  ctx: Context,
): Promise<{ plans: (MonitorPlan & { productName: string; reactionName: string })[] }> {
  ctx.require(WORK);
  const { products, reactions } = await findNames(ctx.db);
  const plans = await findPlans(ctx.db);
  await recordRead(ctx, { act: 'signals.monitor-plans-listed' });
  return {
    plans: plans.map((plan) => ({
      ...plan,
      productName: products.get(plan.product) ?? plan.product,
      reactionName: reactions.get(plan.reaction) ?? plan.reaction,
    })),
  };
}

/** Fixes what is watched and how, before anything is seen; the critical value is computed here, once. */
export async function startPlan(ctx: Context, watching: Watching, plan: NewMonitorPlan): Promise<MonitorPage> {
  ctx.require(WORK);
  if (plan.product.trim() === '' || plan.reaction.trim() === '')
    throw new Problem('invalid', 'a plan is about a product and a reaction');
  checkDay(plan.since);
  const parameters = await completed(ctx, watching, plan);
  const id = ctx.newId();
  await ctx.db.transaction(async (tx) => {
    await insertPlan(ctx, tx, id, { ...plan, parameters });
    await record(ctx, tx, { act: 'signals.monitor-plan-started', subject: id, detail: { ...plan, parameters } });
  });
  return readPlan(ctx, watching, id);
}

async function completed(
  ctx: Context,
  { computing, signal }: Watching,
  { method, parameters }: NewMonitorPlan,
): Promise<MonitorParameters> {
  checkParameters(method, parameters);
  if (method !== 'maxsprt') return parameters;
  const { rate, alpha, upperLimit, leastEvents } = parameters as MaxsprtParameters;
  const input = { T: upperLimit, alpha, M: leastEvents };
  const options = { actor: ctx.actor.id, ...(signal !== undefined && { signal }) };
  const { cv, typeI } = (await computing.run('maxsprt-poisson-cv', input, options)) as {
    cv: number[];
    typeI: number[];
  };
  return { rate, alpha, upperLimit, leastEvents, criticalValue: cv[0]!, level: typeI[0]! };
}

const RANGES: Readonly<
  Record<MonitorPlan['method'], Readonly<Record<string, readonly [above: number, most: number]>>>
> = {
  maxsprt: { rate: [0, 1e6], alpha: [1e-7, 0.5], upperLimit: [0, 1_000], leastEvents: [0, 100] },
  cusum: { oddsRatio: [1, 100], limit: [0, 1_000] },
  bayes: { priorEvents: [0, 1e6], priorExposure: [0, 1e9], limit: [0, 1e6], certainty: [0.5, 0.999999] },
};

function checkParameters(method: MonitorPlan['method'], parameters: MonitorParameters): void {
  const given = parameters as unknown as Record<string, unknown>;
  for (const [name, [above, most]] of Object.entries(RANGES[method])) {
    const value = given[name];
    if (typeof value !== 'number' || !(value > above && value <= most))
      throw new Problem('invalid', 'a parameter of the plan is out of its range', { name, value, above, most });
  }
  if (method === 'maxsprt' && !Number.isInteger(given['leastEvents']))
    throw new Problem('invalid', 'the fewest events that may signal are a whole number', { name: 'leastEvents' });
}

export type NewEntry = Pick<MonitorEntry, 'day' | 'exposed' | 'events' | 'risk' | 'note'>;

/** Exposure since the entry before. */
export async function enterExposure(
  ctx: Context,
  watching: Watching,
  id: string,
  entry: NewEntry,
): Promise<MonitorPage> {
  ctx.require(WORK);
  checkDay(entry.day);
  if (!(entry.exposed > 0 && entry.exposed <= 1e12)) throw new Problem('invalid', 'the exposure is a number above 0');
  if (entry.events !== null && !(Number.isInteger(entry.events) && entry.events >= 0 && entry.events < 1e6))
    throw new Problem('invalid', 'events are a whole number, or left out and counted from the reports');
  if (entry.note.length > LONGEST_TEXT) throw new Problem('invalid', 'the note is too long', { most: LONGEST_TEXT });
  await ctx.db.transaction(async (tx) => {
    const plan = await holdPlan(tx, id);
    if (plan.state === 'ended') throw new Problem('conflict', 'this plan has ended: nothing can be entered any more');
    if (entry.day < plan.since || entry.day > dayOf(ctx.now()))
      throw new Problem('invalid', 'the day lies outside of the plan', { since: plan.since, until: dayOf(ctx.now()) });
    const entries = await findEntries(tx, id);
    const last = entries.filter(({ struckWhy }) => struckWhy === null).at(-1);
    if (last !== undefined && entry.day < last.day)
      throw new Problem('conflict', 'entries follow each other: strike the later ones first', { last: last.day });
    if (
      plan.method === 'cusum' &&
      !(entry.risk !== null && entry.risk > 0 && entry.risk < 1 && (entry.events === 0 || entry.events === 1))
    )
      throw new Problem(
        'invalid',
        'each entry of a risk-adjusted chart is one patient: a risk between 0 and 1, and 0 or 1 event',
      );
    await insertEntry(ctx, tx, id, entry);
    await record(ctx, tx, { act: 'signals.monitor-exposure-entered', subject: id, detail: { ...entry } });
  });
  return readPlan(ctx, watching, id);
}

export async function strikeExposure(
  ctx: Context,
  watching: Watching,
  { plan, id, why }: { plan: string; id: string; why: string },
): Promise<MonitorPage> {
  ctx.require(WORK);
  const reason = checkedReason(why);
  await ctx.db.transaction(async (tx) => {
    await holdPlan(tx, plan);
    await strikeEntry(ctx, tx, { plan, id, why: reason });
    await record(ctx, tx, {
      act: 'signals.monitor-exposure-struck',
      subject: plan,
      detail: { entry: id, why: reason },
    });
  });
  return readPlan(ctx, watching, plan);
}

export async function endPlan(ctx: Context, watching: Watching, id: string, why: string): Promise<MonitorPage> {
  ctx.require(WORK);
  const reason = checkedReason(why);
  await ctx.db.transaction(async (tx) => {
    const { state } = await holdPlan(tx, id);
    if (state === 'ended') throw new Problem('conflict', 'this plan has ended already');
    await movePlan(tx, id, 'ended', reason);
    await record(ctx, tx, { act: 'signals.monitor-plan-ended', subject: id, detail: { why: reason } });
  });
  return readPlan(ctx, watching, id);
}

function checkedReason(why: string): string {
  const said = why.trim();
  if (said.length < SHORTEST_REASON || said.length > LONGEST_TEXT)
    throw new Problem('invalid', 'the reason is too short or too long', { least: SHORTEST_REASON, most: LONGEST_TEXT });
  return said;
}

function checkDay(day: string): void {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || Number.isNaN(Date.parse(day)))
    throw new Problem('invalid', 'a day is written like 2026-03-02', { day });
}

export async function readPlan(ctx: Context, watching: Watching, id: string): Promise<MonitorPage> {
  ctx.require(WORK);
  const plan = await getPlan(ctx.db, id);
  await recordRead(ctx, { act: 'signals.monitor-plan-read', subject: id });
  return followPlan(ctx, watching, plan);
}

/** The path of a plan against its limit. */
async function followPlan(ctx: Context, { computing, signal }: Watching, plan: MonitorPlan): Promise<MonitorPage> {
  const entries = await findEntries(ctx.db, plan.id);
  const counted = countedEntries(entries, await findPairDays(ctx.db, plan));
  const options = { actor: ctx.actor.id, ...(signal !== undefined && { signal }) };
  const { statistic, expected, limit, first } =
    counted.length === 0
      ? { statistic: [], expected: [], limit: limitOf(plan), first: undefined }
      : await METHODS[plan.method]((method, input) => computing.run(method, input, options), plan, counted);
  let [events, exposed] = [0, 0];
  const points = counted.map((entry, at): MonitorPoint => {
    events += entry.events;
    exposed += entry.exposed;
    return { day: entry.day, events, exposed, expected: expected[at] ?? null, statistic: statistic[at] ?? null };
  });
  const signalled = first === undefined ? null : (counted[first]?.day ?? null);
  return { plan, entries, points, limit, signal: signalled, source: SOURCES[plan.method] };
}

function limitOf({ method, parameters }: MonitorPlan): number {
  if (method === 'maxsprt') return (parameters as MaxsprtParameters).criticalValue ?? 0;
  return method === 'cusum' ? (parameters as CusumParameters).limit : (parameters as BayesParameters).certainty;
}

type Counted = ReturnType<typeof countedEntries>;
type Run = (method: string, input: object) => Promise<unknown>;
interface Path {
  statistic: (number | null)[];
  expected: (number | null)[];
  limit: number;
  first: number | undefined;
}

const METHODS: Readonly<
  Record<MonitorPlan['method'], (run: Run, plan: MonitorPlan, entries: Counted) => Promise<Path>>
> = {
  maxsprt: followMaxsprt,
  cusum: followCusum,
  bayes: followBayes,
};

async function followMaxsprt(run: Run, plan: MonitorPlan, entries: Counted): Promise<Path> {
  const { rate, upperLimit, leastEvents } = plan.parameters as MaxsprtParameters;
  const limit = limitOf(plan);
  const each = entries.map(({ exposed }) => exposed * rate);
  const { llr } = (await run('monitor-poisson-path', {
    count: entries.map(({ events }) => events),
    expected: each,
    cv: limit,
  })) as { llr: number[] };
  let [events, sum] = [0, 0];
  let first: number | undefined;
  const expected: number[] = [];
  for (const [at, entry] of entries.entries()) {
    events += entry.events;
    // What is beyond the upper limit was not planned for: it may be seen, but signals nothing.
    const isOpen = sum < upperLimit;
    sum += each[at]!;
    expected.push(sum);
    if (first === undefined && isOpen && events >= leastEvents && llr[at]! >= limit) first = at;
  }
  return { statistic: llr, expected, limit, first };
}

async function followCusum(run: Run, plan: MonitorPlan, entries: Counted): Promise<Path> {
  const { oddsRatio, limit } = plan.parameters as CusumParameters;
  const input = { y: entries.map(({ events }) => events), p: entries.map(({ risk }) => risk), R: oddsRatio, h: limit };
  const { cusum, firstSignal1 } = (await run('risk-adjusted-cusum', input)) as {
    cusum: number[];
    firstSignal1?: number | null;
  };
  let sum = 0;
  const expected = entries.map(({ risk }) => {
    sum += risk ?? 0;
    return sum;
  });
  return { statistic: cusum, expected, limit, first: zeroBased(firstSignal1) };
}

async function followBayes(run: Run, plan: MonitorPlan, entries: Counted): Promise<Path> {
  const { priorEvents, priorExposure, limit, certainty } = plan.parameters as BayesParameters;
  const input = {
    count: entries.map(({ events }) => events),
    exposure: entries.map(({ exposed }) => exposed),
    prior: { a: priorEvents, b: priorExposure },
    limit,
    certainty,
  };
  const { probability, firstStop1 } = (await run('stopping-gamma-poisson', input)) as {
    probability: number[];
    firstStop1?: number | null;
  };
  return { statistic: probability, expected: [], limit: certainty, first: zeroBased(firstStop1) };
}

function zeroBased(at: number | null | undefined): number | undefined {
  return at == null ? undefined : at - 1;
}

/** What running plans say: a signal is kept in the plan, and is a finding for an alarm. */
export async function judgePlans(ctx: Context, watching: Watching): Promise<{ judged: number; findings: Finding[] }> {
  const plans = (await findPlans(ctx.db)).filter(({ state }) => state !== 'ended');
  const { products, reactions } = await findNames(ctx.db);
  const findings: Finding[] = [];
  for (const plan of plans) {
    const { points, signal, source } = await followPlan(ctx, watching, plan);
    const state = signal === null ? 'running' : 'signalled';
    if (state !== plan.state) await ctx.db.transaction((tx) => movePlan(onDb(ctx, tx).db, plan.id, state));
    const at = points.find(({ day }) => day === signal);
    if (signal === null || at === undefined) continue;
    const { product, reaction, method, parameters } = plan;
    const names = { productName: products.get(product) ?? product, reactionName: reactions.get(reaction) ?? reaction };
    findings.push({
      kind: 'safety',
      key: `${product}/${reaction}/plan/${plan.id}`,
      subject: { product, reaction, ...names, plan: plan.id },
      grounds: [
        {
          method,
          rule: { name: method, text: '', source, ...parameters },
          first: signal,
          last: signal,
          cases: at.events,
          expected: at.expected,
          bound: null,
          p: null,
          q: null,
        },
      ],
      cases: at.events,
      quietDays: QUIET_DAYS,
    });
  }
  return { judged: plans.length, findings };
}
