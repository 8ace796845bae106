import { reachOf, record } from '#kernel/access';
import type { Context, Tx } from '#kernel/context';
import type { Job } from '#kernel/jobs';
import { tell } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import type { Pool } from '#kernel/sql';
import type {
  Relation,
  Statement,
  TargetAsk,
  TargetLine,
  TargetPage,
  TargetPoint,
  TargetValue,
  ThingName,
} from '../model.ts';
import { checkTargetValue, DAY_MS, dayAfter, forecastOf, sortSaid, targetStanding, todayOf } from '../rules/index.ts';
import {
  countReaching,
  countValidInventions,
  findRelations,
  findSources,
  findStatements,
  findTargetAsks,
  findTargetValues,
  findThingLines,
  holdTargetValue,
  insertTargetAsk,
  insertTargetValue,
  namesOf,
  takeDueAsks,
} from '../store/index.ts';
import { notify } from './notices.ts';

const [READ, WRITE] = ['cluster.read', 'cluster.target.write'];
const MOST_TARGETS = 500;
const ANSWER_DAYS = 30;
const REMIND_DAYS = 7;
const SAID = ['metric', 'target-value', 'target-year', 'baseline-value', 'departments-basis', 'subkind'];

/** Targets whose metric the record itself can count: things of a kind whose newest number is so much or more, in fen. */
const COUNTED: Readonly<Record<string, { kind: string; property: string; least: number }>> = {
  ent100: { kind: 'enterprise', property: 'revenue', least: 100e9 * 100 },
  ent50: { kind: 'enterprise', property: 'revenue', least: 50e9 * 100 },
  ent10: { kind: 'enterprise', property: 'revenue', least: 10e9 * 100 },
  parks100: { kind: 'park', property: 'annual-output', least: 100e9 * 100 },
};

/** Every target with how it stands. */
export async function listTargets(
  ctx: Context,
  { examples }: { examples: boolean },
): Promise<{ targets: TargetLine[]; mayWrite: boolean }> {
  ctx.require(READ);
  const things = await findThingLines(ctx.db, { kinds: ['target'], examples, limit: MOST_TARGETS });
  const pages = await readTargets(ctx, things);
  const targets = pages.map(
    ({ points: _, forecast: __, values: ___, asks: ____, quote: _____, source: ______, ...line }) => line,
  );
  return { targets, mayWrite: reachOf(ctx.actor, WRITE) !== undefined };
}

export async function readTarget(ctx: Context, id: string): Promise<TargetPage> {
  ctx.require(READ);
  const names = await namesOf(ctx.db, [id]);
  const [page] = await readTargets(ctx, [...names.values()]);
  if (page === undefined) throw new Problem('not-found', 'there is no such target');
  return { ...page, mayWrite: reachOf(ctx.actor, WRITE) !== undefined };
}

async function readTargets(ctx: Context, things: readonly ThingName[]): Promise<Omit<TargetPage, 'mayWrite'>[]> {
  const ids = things.map(({ id }) => id);
  const said = Map.groupBy(await findStatements(ctx.db, ids, { properties: SAID }), ({ thing }) => thing);
  const own = things.filter(({ id }) => said.get(id)?.some(({ property }) => property === 'target-value'));
  const targets = own.map(({ id }) => id);
  const relations = (await findRelations(ctx.db, targets)).filter(({ predicate }) =>
    ['leads', 'shares'].includes(predicate),
  );
  const values = Map.groupBy(await findTargetValues(ctx.db, targets), ({ target }) => target);
  const asks = Map.groupBy(await findTargetAsks(ctx.db, targets), ({ target }) => target);
  const names = await namesOf(
    ctx.db,
    relations.map(({ subject }) => subject),
  );
  const sources = await findSources(
    ctx.db,
    [...said.values()].flat().map(({ source }) => source),
  );
  const thisYear = ctx.now().getUTCFullYear();
  const pages: Omit<TargetPage, 'mayWrite'>[] = [];
  for (const thing of own) {
    const statements = said.get(thing.id) ?? [];
    const counted = COUNTED[thing.id];
    pages.push(
      pageOf(thing, {
        statements,
        relations: relations.filter(({ object }) => object === thing.id),
        values: (values.get(thing.id) ?? []).map(({ target: _, ...value }) => value),
        asks: asks.get(thing.id) ?? [],
        names,
        titleOf: (source) => sources.get(source)?.title ?? source,
        thisYear,
        counted: counted !== undefined ? await countReaching(ctx.db, counted) : await countedWords(ctx, thing.id),
      }),
    );
  }
  return pages;
}

/** Patents that a source says are valid, and that their number says are inventions. */
function countedWords(ctx: Context, target: string): Promise<TargetLine['counted']> {
  return target === 'patents' ? countValidInventions(ctx.db) : Promise.resolve(null);
}

interface Known {
  statements: readonly Statement[];
  relations: readonly Relation[];
  values: TargetValue[];
  asks: TargetAsk[];
  names: ReadonlyMap<string, ThingName>;
  titleOf: (source: string) => string;
  thisYear: number;
  counted: TargetLine['counted'];
}

function pageOf(thing: ThingName, known: Known): Omit<TargetPage, 'mayWrite'> {
  const { statements, relations, values, asks, names, titleOf, thisYear, counted } = known;
  const first = (property: string): Statement | undefined =>
    sortSaid(statements.filter((each) => each.property === property))[0];
  const goal = first('target-value')!;
  const year = first('target-year')?.value;
  const target = { value: Number(goal.value), year: year === undefined ? null : Number(String(year).slice(0, 4)) };
  const base = first('baseline-value');
  const baseline = base === undefined || base.asOf === null ? null : baselineOf(base, titleOf);
  const points = pointsOf(baseline, values);
  const { id, kind, name, nameZh, example } = thing;
  const basis = first('departments-basis')?.value;
  const departments = (predicate: string): ThingName[] =>
    relations.flatMap((relation) => (relation.predicate === predicate ? (names.get(relation.subject) ?? []) : []));
  return {
    id,
    kind,
    name,
    nameZh,
    example,
    metric: String(first('metric')?.value ?? name),
    value: target.value,
    op: goal.op,
    unit: goal.unit ?? '1',
    year: target.year,
    isPromise: basis === 'project promise',
    leads: departments('leads'),
    shares: departments('shares'),
    basis: basis === undefined ? null : String(basis),
    isInferred: relations.some(({ confidence }) => confidence === 'inferred'),
    baseline,
    last: points.at(-1) ?? null,
    counted,
    ...targetStanding(points, target, thisYear),
    openAsk: asks.find(({ answeredAt }) => answeredAt === null) ?? null,
    points,
    forecast:
      target.year === null ? { method: 'none', points: points.length } : forecastOf(points, target.year, target.value),
    values,
    asks,
    quote: goal.quote,
    source: titleOf(goal.source),
  };
}

function baselineOf(said: Statement, titleOf: (source: string) => string): TargetPoint {
  const { value, op, asOf, source, quote } = said;
  return {
    year: Number(asOf!.slice(0, 4)),
    value: Number(value),
    op,
    from: 'baseline',
    source: titleOf(source),
    quote,
  };
}

/** A point for each year: what was entered and not corrected since; the baseline where nothing was. */
function pointsOf(baseline: TargetPoint | null, values: readonly TargetValue[]): TargetPoint[] {
  const corrected = new Set(values.map(({ corrects }) => corrects));
  const points = new Map<number, TargetPoint>(baseline === null ? [] : [[baseline.year, baseline]]);
  for (const { id, year, value, source, quote } of values.toReversed())
    if (!corrected.has(id)) points.set(year, { year, value, op: null, from: 'entered', source, quote });
  return [...points.values()].toSorted((one, two) => one.year - two.year);
}

export interface NewTargetValue {
  year: number;
  value: number;
  source: string;
  quote?: string;
  department?: string;
  /** The value that this one corrects, and why. */
  corrects?: string;
  reason?: string;
}

/** Enters what the metric came to in a year; one that stands for that year already is only corrected, with a reason. */
export async function enterTargetValue(ctx: Context, id: string, given: NewTargetValue): Promise<TargetPage> {
  ctx.require(WRITE);
  const page = await readTarget(ctx, id);
  const { year, value, source, quote, department, corrects, reason = '' } = given;
  checkTargetValue(
    { year, value, source, ...(quote !== undefined && { quote }), unit: page.unit },
    ctx.now().getUTCFullYear(),
  );
  if (department !== undefined && ![...page.leads, ...page.shares].some((each) => each.id === department))
    throw new Problem('invalid', 'this department answers for another target');
  if ((corrects !== undefined) !== (reason.trim() !== '') || reason.length > 1000)
    throw new Problem('invalid', 'a correction names the value that it corrects, and why');
  await ctx.db.transaction(async (tx) => {
    const before = corrects === undefined ? undefined : await holdTargetValue(tx, id, corrects);
    if (corrects !== undefined && (before === undefined || before.year !== year))
      throw new Problem('not-found', 'there is no such value of that year');
    const standing = (await findTargetValues(tx, [id])).filter(
      (each, _, all) => each.year === year && !all.some((other) => other.corrects === each.id),
    );
    if (standing.some((each) => each.id !== corrects))
      throw new Problem('conflict', 'the year has a value already: correct it');
    if (corrects !== undefined && standing.length === 0)
      throw new Problem('conflict', 'the value was corrected already');
    const row = { year, value, source: source.trim(), quote: quote ?? null, department: department ?? null };
    const made = await insertTargetValue(ctx, tx, id, {
      ...row,
      corrects: corrects ?? null,
      reason: corrects === undefined ? null : reason.trim(),
    });
    await record(ctx, tx, {
      act: corrects === undefined ? 'cluster.target-value-entered' : 'cluster.target-value-corrected',
      subject: `thing/${id}`,
      detail: { value: made, year, amount: value, ...(corrects !== undefined && { corrects, reason: reason.trim() }) },
    });
    await tell(tx, { type: 'cluster.thing-changed', subject: id, data: { thing: id } });
  });
  return readTarget(ctx, id);
}

/** Asks the lead for the value of a year. Asked already it changes nothing. */
export async function askLead(
  ctx: Context,
  id: string,
  { year, words }: { year: number; words: string },
): Promise<TargetPage> {
  ctx.require(WRITE);
  const page = await readTarget(ctx, id);
  if (!(Number.isInteger(year) && year >= 1990 && year <= ctx.now().getUTCFullYear()))
    throw new Problem('invalid', 'a value belongs to a year from 1990 to this one');
  if (page.points.some((point) => point.year === year && point.from === 'entered'))
    throw new Problem('conflict', 'the year has a value already: correct it');
  if (words.length > 1000) throw new Problem('invalid', 'a text is too long', { most: 1000 });
  const due = dayAfter(todayOf(ctx.now()), ANSWER_DAYS);
  await ctx.db.transaction(async (tx) => {
    const ask = { target: id, year, department: page.leads[0]?.id ?? null, words: words.trim(), due };
    if (!(await insertTargetAsk(ctx, tx, ask))) return;
    await record(ctx, tx, {
      act: 'cluster.target-lead-asked',
      subject: `thing/${id}`,
      detail: { year, due, department: ask.department },
    });
    await tellAsked(ctx, tx, { target: id, year, department: ask.department, due, cause: due });
  });
  return readTarget(ctx, id);
}

/** Who speaks for the lead hears of it, and the department that works the targets. */
async function tellAsked(
  ctx: Context,
  tx: Tx,
  {
    target,
    year,
    department,
    due,
    cause,
  }: Pick<TargetAsk, 'target' | 'year' | 'department' | 'due'> & { cause: string },
): Promise<void> {
  const { name, nameZh } = (await namesOf(tx, [target])).get(target)!;
  await notify(ctx, tx, {
    cause: `target/${target}/${year}/${cause}`,
    kind: 'target-asked',
    path: `/cluster/targets/${target}`,
    to: ['role/regulator', ...(department === null ? [] : [`thing/${department}`])],
    facts: { target: { en: name, zh: nameZh ?? name }, year, dayOn: due },
  });
}

/** Reminds of values that are due, once a week each, until they come. */
export function targetReminderJob(pool: Pool): Job {
  return {
    name: 'cluster.target-reminders',
    everySeconds: 3600,
    run: async (ctx) => {
      await pool.transaction((tx) => remindOfDueAsks({ ...ctx, db: tx }));
    },
  };
}

export async function remindOfDueAsks(ctx: Context): Promise<number> {
  const now = ctx.now();
  const due = await takeDueAsks(ctx.db, { now, since: new Date(now.getTime() - REMIND_DAYS * DAY_MS) });
  for (const { target, year, department, reminders, due: at } of due) {
    await record(ctx, ctx.db, {
      act: 'cluster.target-lead-reminded',
      subject: `thing/${target}`,
      detail: { year, department, reminders },
    });
    await tellAsked(ctx, ctx.db, { target, year, department, due: at, cause: `${at}/${reminders}` });
  }
  return due.length;
}
