import { recordRead } from '#kernel/access';
import { type Context, holds, onDb } from '#kernel/context';
import type { Job } from '#kernel/jobs';
import { SMALLEST } from '#kernel/lake';
import { Problem } from '#kernel/problem';
import {
  AGE_BANDS,
  type SafetyFilter,
  type SafetyLot,
  type SafetyPair,
  type SafetyPairPage,
  type SafetyPrior,
  type SafetyQuarter,
  type SafetyRun,
  type SafetyScreen,
  type SafetySubgroups,
  type SafetyTable,
} from '../model.ts';
import {
  changesOf,
  crossedBy,
  dayOf,
  daysAfter,
  lotGround,
  pairGrounds,
  RECENT_DAYS,
  raisesLot,
  raisesPair,
} from '../rules/index.ts';
import {
  type Finding,
  findAlarms,
  findListed,
  findNames,
  findPairReports,
  findReportRows,
  findSafetyRuns,
  fingerprintOf,
  MOST_ROWS,
  noteSafetyRun,
  type ReportRow,
  raiseAlarm,
} from '../store/index.ts';
import type { Computing } from './compute/index.ts';
import { judgePlans } from './monitoring.ts';

const READ = 'signals.safety.read';
const WORK = 'signals.safety.work';
const SECONDS = 60;
const QUIET_DAYS = 90;

export interface SafetyDesk {
  computing: Computing;
  signal?: AbortSignal;
}

/** Judges all pairs, lots and plans when a report or an entry has changed since. */
export function safetyJob(desk: SafetyDesk): Job {
  return {
    name: 'signals.safety',
    everySeconds: SECONDS,
    async run(ctx) {
      const [last] = await findSafetyRuns(ctx.db, 1);
      if (last !== undefined && last.trouble === null && last.fingerprint === (await fingerprintOf(ctx.db))) return;
      const began = performance.now();
      try {
        await judgeAll(ctx, desk);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        const none = { reports: 0, pairs: 0, lots: 0, plans: 0, raised: 0, updated: 0 };
        const tookMs = Math.round(performance.now() - began);
        await noteSafetyRun(ctx.db, { at: ctx.now(), ...none, tookMs, trouble: error.message }, '');
      }
    },
  };
}

/** Judges at once, because somebody asked. */
export async function judgeSafety(ctx: Context, desk: SafetyDesk): Promise<SafetyRun> {
  ctx.require(WORK);
  await recordRead(ctx, { act: 'signals.safety-judged' });
  return judgeAll(ctx, desk);
}

async function judgeAll(ctx: Context, desk: SafetyDesk): Promise<SafetyRun> {
  const began = performance.now();
  // Before the rows: what comes meanwhile is judged next time.
  const fingerprint = await fingerprintOf(ctx.db);
  const rows = await findReportRows(ctx.db);
  const { pairs, reports } = await screenOf(ctx, desk, { isStratified: false });
  const lots = await judgeLots(ctx, desk, rows);
  const plans = await judgePlans(ctx, desk);
  const findings = [...pairFindings(pairs, rows), ...lotFindings(lots), ...plans.findings];
  let [raised, updated] = [0, 0];
  await ctx.db.transaction(async (tx) => {
    const known = await knownCases(onDb(ctx, tx));
    for (const finding of findings) {
      // P-values move with every report of anything: an open alarm changes only when its own reports do.
      if (known.get(finding.key) === markOf(finding)) continue;
      const what = await raiseAlarm(onDb(ctx, tx), tx, finding);
      if (what === 'raised') raised += 1;
      if (what === 'updated') updated += 1;
    }
  });
  const tookMs = Math.round(performance.now() - began);
  const run = {
    reports,
    pairs: pairs.length,
    lots: lots.length,
    plans: plans.judged,
    raised,
    updated,
    tookMs,
    trouble: null,
  };
  await noteSafetyRun(ctx.db, { at: ctx.now(), ...run }, fingerprint);
  return { at: ctx.now().toISOString(), ...run };
}

const MOST_OPEN = 10_000;

async function knownCases(ctx: Context): Promise<Map<string, string>> {
  const states = ['new', 'triage', 'verified', 'escalated'] as const;
  const open = await findAlarms(ctx.db, { kind: 'safety', states, limit: MOST_OPEN });
  return new Map(open.map((alarm) => [alarm.key, markOf(alarm)]));
}

function markOf({ cases, grounds }: Pick<Finding, 'cases' | 'grounds'>): string {
  return [cases, ...grounds.map(({ method, last }) => `${method} ${last}`).sort()].join(' ');
}

function pairFindings(pairs: readonly SafetyPair[], rows: readonly ReportRow[]): Finding[] {
  const days = spans(rows, ({ product, reaction }) => [keyOf(product, reaction)]);
  return pairs
    .filter(({ raises }) => raises)
    .map((pair) => {
      const { product, reaction, productName, reactionName } = pair;
      const key = keyOf(product, reaction);
      return {
        kind: 'safety' as const,
        key,
        subject: { product, reaction, productName, reactionName },
        grounds: pairGrounds(pair, days.get(key)!),
        cases: pair.n,
        quietDays: QUIET_DAYS,
      };
    });
}

function lotFindings(lots: readonly SafetyLot[]): Finding[] {
  return lots
    .filter(({ raises }) => raises)
    .map((lot) => {
      const { product, reaction, productName, reactionName } = lot;
      return {
        kind: 'safety' as const,
        key: `${keyOf(product, reaction)}/lot/${lot.lot}`,
        subject: { product, reaction, productName, reactionName, lot: lot.lot },
        grounds: [lotGround(lot)],
        cases: lot.n,
        quietDays: QUIET_DAYS,
      };
    });
}

function keyOf(product: string, reaction: string): string {
  return `${product}/${reaction}`;
}

/** First and last day of each key's reports. */
function spans(
  rows: readonly ReportRow[],
  keysOf: (row: ReportRow) => string[],
): Map<string, { first: string; last: string }> {
  const found = new Map<string, { first: string; last: string }>();
  for (const row of rows)
    for (const key of keysOf(row)) {
      const known = found.get(key);
      if (known === undefined) found.set(key, { first: row.day, last: row.day });
      else if (row.day < known.first) known.first = row.day;
      else if (row.day > known.last) known.last = row.day;
    }
  return found;
}

type Numbers = (number | string | null)[];

interface PairsAnswer {
  nReports: number;
  theta: [number, number, number, number, number];
  isFitted: boolean;
  product: string[];
  event: string[];
  N: number[];
  n1: number[];
  n2: number[];
  E: number[];
  prr: Numbers;
  prrLo: Numbers;
  prrHi: Numbers;
  ror: Numbers;
  rorLo: Numbers;
  rorHi: Numbers;
  ic: Numbers;
  icLo: Numbers;
  icHi: Numbers;
  ebgm: Numbers;
  eb05: Numbers;
  eb95: Numbers;
  chi2Yates: Numbers;
  p: number[];
  q: number[];
}

interface Screened {
  reports: number;
  isCut: boolean;
  pairs: SafetyPair[];
  prior: SafetyPrior | null;
}

/** Infinite and undefined values are not numbers. */
function finite(value: number | string | null | undefined): number | null {
  return typeof value === 'number' ? value : null;
}

function columnsOf(rows: readonly ReportRow[]) {
  return {
    report: rows.map(({ report }) => report),
    product: rows.map(({ product }) => product),
    event: rows.map(({ reaction }) => reaction),
  };
}

function optionsOf(ctx: Context, { signal }: SafetyDesk) {
  return { actor: ctx.actor.id, ...(signal !== undefined && { signal }) };
}

async function screen(
  ctx: Context,
  desk: SafetyDesk,
  { rows, isStratified }: { rows: readonly ReportRow[]; isStratified: boolean },
): Promise<Screened> {
  if (rows.length === 0) return { reports: 0, isCut: false, pairs: [], prior: null };
  const strata = isStratified && {
    strat_sex: rows.map(({ sex }) => sex),
    strat_age: rows.map(({ ageBand }) => ageBand),
  };
  const input = { ...columnsOf(rows), ...strata };
  const found = (await desk.computing.run('safety-pairs', input, optionsOf(ctx, desk))) as PairsAnswer;
  const { products, reactions } = await findNames(ctx.db);
  const listed = await findListed(ctx.db);
  const isListed = new Set(listed.map((each) => keyOf(each.product, each.reaction)));
  const changes = changesOf(rows, listed, daysAfter(dayOf(ctx.now()), 1 - RECENT_DAYS));
  const [alpha1, beta1, alpha2, beta2, share] = found.theta;
  const pairs = found.product.map((product, at) => {
    const measures = {
      n: found.N[at]!,
      n1: found.n1[at]!,
      n2: found.n2[at]!,
      expected: found.E[at]!,
      prr: finite(found.prr[at]),
      prrLow: finite(found.prrLo[at]),
      prrHigh: finite(found.prrHi[at]),
      ror: finite(found.ror[at]),
      rorLow: finite(found.rorLo[at]),
      rorHigh: finite(found.rorHi[at]),
      chi2Yates: finite(found.chi2Yates[at]),
      ic: finite(found.ic[at]),
      ic025: finite(found.icLo[at]),
      ic975: finite(found.icHi[at]),
      ebgm: finite(found.ebgm[at]),
      eb05: finite(found.eb05[at]),
      eb95: finite(found.eb95[at]),
      p: found.p[at]!,
      q: found.q[at]!,
    };
    const reaction = found.event[at]!;
    const crossed = crossedBy(measures, found.isFitted);
    const key = keyOf(product, reaction);
    const known = { isListed: isListed.has(key), change: changes.get(key) ?? null };
    return {
      product,
      reaction,
      productName: products.get(product) ?? product,
      reactionName: reactions.get(reaction) ?? reaction,
      ...measures,
      crossed,
      ...known,
      raises: raisesPair({ ...measures, crossed, ...known }),
    };
  });
  const isCut = rows.length >= MOST_ROWS;
  return {
    reports: found.nReports,
    isCut,
    pairs,
    prior: { alpha1, beta1, alpha2, beta2, share, isFitted: found.isFitted },
  };
}

interface LotsAnswer {
  lots: {
    product: string;
    lot: string;
    event: string;
    n: number;
    n1: number;
    n2: number;
    all: number;
    expected: number;
    p: number;
    q: number;
  }[];
}

async function judgeLots(ctx: Context, desk: SafetyDesk, rows: readonly ReportRow[]): Promise<SafetyLot[]> {
  const each = rows.flatMap((row) => row.lots.map((lot) => ({ ...row, lot })));
  if (each.length === 0) return [];
  const input = { ...columnsOf(each), lot: each.map(({ lot }) => lot) };
  const { lots } = (await desk.computing.run('safety-lots', input, optionsOf(ctx, desk))) as LotsAnswer;
  const { products, reactions } = await findNames(ctx.db);
  const days = spans(rows, (row) => row.lots.map((lot) => `${keyOf(row.product, row.reaction)}/${lot}`));
  return lots.map(({ event, ...lot }) => ({
    ...lot,
    reaction: event,
    productName: products.get(lot.product) ?? lot.product,
    reactionName: reactions.get(event) ?? event,
    ...days.get(`${keyOf(lot.product, event)}/${lot.lot}`)!,
    raises: raisesLot(lot),
  }));
}

/** Who does not work on safety sees no pair of fewer reports. */
function smallestFor({ actor }: Context): number {
  return holds(actor, WORK) ? 1 : SMALLEST;
}

/** How many came lately may be fewer than may be told. */
function toldOf({ actor }: Context, pair: SafetyPair): SafetyPair {
  return holds(actor, WORK) ? pair : { ...pair, change: null };
}

/** The newest answers: many people look at the same screen while nothing changes. */
const kept = new WeakMap<Computing, Map<string, Promise<Screened>>>();
const MOST_KEPT = 8;

async function screenOf(ctx: Context, desk: SafetyDesk, filter: SafetyFilter): Promise<Screened> {
  const known = kept.get(desk.computing) ?? new Map<string, Promise<Screened>>();
  kept.set(desk.computing, known);
  const key = JSON.stringify([await fingerprintOf(ctx.db), filter]);
  const before = known.get(key);
  if (before !== undefined) return before;
  // Without the asker's signal: who asks next waits for the same answer.
  const answer = findReportRows(ctx.db, filter).then((rows) =>
    screen(ctx, { computing: desk.computing }, { rows, isStratified: filter.isStratified ?? false }),
  );
  known.set(key, answer);
  answer.catch(() => known.delete(key));
  for (const old of [...known.keys()].slice(0, -MOST_KEPT)) known.delete(old);
  return answer;
}

/** All pairs with all measures. */
export async function readSafetyScreen(ctx: Context, desk: SafetyDesk, filter: SafetyFilter): Promise<SafetyScreen> {
  ctx.require(READ);
  checkFilter(filter);
  const began = performance.now();
  const smallest = smallestFor(ctx);
  const { pairs, reports, prior, isCut } = await screenOf(ctx, desk, filter);
  await recordRead(ctx, { act: 'signals.safety-screened', detail: { ...filter } });
  const told = pairs.filter(({ n }) => n >= smallest).map((pair) => toldOf(ctx, pair));
  const runs = (await findSafetyRuns(ctx.db, 5)).map(({ fingerprint: _, ...run }) => run);
  return {
    reports: reports >= smallest ? reports : 0,
    pairs: told,
    prior,
    smallest,
    hidden: pairs.length - told.length,
    isCut,
    runs,
    tookMs: Math.round(performance.now() - began),
  };
}

function checkFilter({ ageBand, until }: SafetyFilter): void {
  if (ageBand !== undefined && !(AGE_BANDS as readonly string[]).includes(ageBand))
    throw new Problem('invalid', 'there is no such age band', { ageBand, bands: [...AGE_BANDS] });
  if (until !== undefined && (!/^\d{4}-\d{2}-\d{2}$/.test(until) || Number.isNaN(Date.parse(until))))
    throw new Problem('invalid', 'until is a day', { until, example: '2026-09-30' });
}

export interface PairQuestion {
  product: string;
  reaction: string;
  /** Another product whose reports are left out. */
  without?: string;
  isStratified?: boolean;
}

const MOST_REPORTS = 200;
const MOST_MASKING = 10;

/** One pair: every measure, by subgroup, over time, what masks it, its lots and reports. */
export async function readSafetyPair(ctx: Context, desk: SafetyDesk, question: PairQuestion): Promise<SafetyPairPage> {
  ctx.require(READ);
  const { product, reaction, without } = question;
  const smallest = smallestFor(ctx);
  const { pairs, prior, reports } = await screenOf(ctx, desk, { isStratified: question.isStratified ?? false });
  const pair = pairs.find((each) => each.product === product && each.reaction === reaction);
  if (pair === undefined || pair.n < smallest)
    throw new Problem('not-found', 'there are no such reports, or too few to be told', { product, reaction, smallest });
  const works = holds(ctx.actor, WORK);
  const rows = await findReportRows(ctx.db);
  await recordRead(ctx, { act: 'signals.safety-pair-read', subject: keyOf(product, reaction) });
  const { products } = await findNames(ctx.db);
  const masking = await maskingOf(ctx, desk, rows, question);
  return {
    pair: toldOf(ctx, pair),
    all: reports,
    more: await moreMeasures(ctx, desk, pair, reports),
    prior,
    subgroups: works
      ? [
          await subgroups(ctx, desk, rows, { ...question, by: 'sex' }),
          await subgroups(ctx, desk, rows, { ...question, by: 'ageBand' }),
        ]
      : [],
    quarters: (await overTime(ctx, desk, rows, question)).filter(({ n }) => n >= smallest),
    masking: masking.products
      .filter(({ product: other, observed }) => other !== product && observed >= smallest)
      .map(({ product: other, ratio, observed }) => ({
        product: other,
        productName: products.get(other) ?? other,
        ratio: finite(ratio) ?? 0,
        n: observed,
      })),
    without:
      without === undefined || masking.after === undefined || masking.after.n < smallest
        ? null
        : { product: without, productName: products.get(without) ?? without, ...masking.after },
    lots: works
      ? (await judgeLots(ctx, desk, rows)).filter((lot) => lot.product === product && lot.reaction === reaction)
      : [],
    reports: works ? await findPairReports(ctx.db, { product, reaction, limit: MOST_REPORTS }) : [],
    alarms: works
      ? (await findAlarms(ctx.db, { kind: 'safety', about: keyOf(product, reaction), limit: 50 }))
          .filter(({ key }) => key === keyOf(product, reaction) || key.startsWith(`${keyOf(product, reaction)}/`))
          .map(({ id, state, key, grounds }) => ({ id, state, key, grounds }))
      : [],
    smallest,
  };
}

async function moreMeasures(
  ctx: Context,
  desk: SafetyDesk,
  { n, n1, n2 }: SafetyPair,
  all: number,
): Promise<SafetyPairPage['more']> {
  const table = { a: [n], n1: [n1], n2: [n2], N: [all] };
  const found = (await desk.computing.run('disproportionality', table, optionsOf(ctx, desk))) as Record<
    string,
    Numbers
  >;
  const of = (name: string) => finite(found[name]?.[0]);
  return { chi2: of('chi2'), icBcpnn: of('icBcpnn'), icBcpnn025: of('icBcpnn025'), fisherMidP: of('fisherMidP') };
}

async function subgroups(
  ctx: Context,
  desk: SafetyDesk,
  rows: readonly ReportRow[],
  { product, reaction, by }: PairQuestion & { by: SafetySubgroups['by'] },
): Promise<SafetySubgroups> {
  const tables = [...Map.groupBy(rows, (row) => row[by]).entries()]
    .map(([group, members]) => ({ group, ...tableOf(members, { product, reaction }) }))
    .filter(({ n1, n2 }) => n1 > 0 && n2 > 0)
    .sort((one, other) => placeOf(by, one.group) - placeOf(by, other.group));
  if (tables.length === 0) return { by, groups: [], common: null };
  const input = {
    a: tables.map(({ n }) => n),
    n1: tables.map(({ n1 }) => n1),
    n2: tables.map(({ n2 }) => n2),
    N: tables.map(({ all }) => all),
  };
  const said = (await desk.computing.run('disproportionality', input, optionsOf(ctx, desk))) as Record<string, Numbers>;
  const groups: SafetyTable[] = tables.map((table, at) => ({
    ...table,
    ror: finite(said['ror']?.[at]),
    rorLow: finite(said['rorLo']?.[at]),
    rorHigh: finite(said['rorHi']?.[at]),
    ic: finite(said['ic']?.[at]),
    ic025: finite(said['ic025']?.[at]),
  }));
  return { by, groups, common: await commonOdds(ctx, desk, input) };
}

function placeOf(by: SafetySubgroups['by'], group: string): number {
  return by === 'ageBand' ? (AGE_BANDS as readonly string[]).indexOf(group) : Number(group) || 9;
}

async function commonOdds(ctx: Context, desk: SafetyDesk, input: object): Promise<SafetySubgroups['common']> {
  try {
    const said = (await desk.computing.run('stratified-odds', input, optionsOf(ctx, desk))) as {
      ratio: number | string | null;
      low: number | string | null;
      high: number | string | null;
      homogeneity: { p: number | null };
    };
    const [ratio, low, high] = [finite(said.ratio), finite(said.low), finite(said.high)];
    if (ratio === null || low === null || high === null) return null;
    return { ratio, low, high, homogeneityP: finite(said.homogeneity.p) };
  } catch (error) {
    // No subgroup has reports on both sides: then there is nothing in common.
    if (error instanceof Problem && error.kind === 'unprocessable') return null;
    throw error;
  }
}

function tableOf(
  rows: readonly ReportRow[],
  { product, reaction }: PairQuestion,
): { n: number; n1: number; n2: number; all: number } {
  const [all, ofProduct, ofReaction, both] = [
    new Set<string>(),
    new Set<string>(),
    new Set<string>(),
    new Set<string>(),
  ];
  for (const row of rows) {
    all.add(row.report);
    if (row.product === product) ofProduct.add(row.report);
    if (row.reaction === reaction) ofReaction.add(row.report);
    if (row.product === product && row.reaction === reaction) both.add(row.report);
  }
  return { n: both.size, n1: ofProduct.size, n2: ofReaction.size, all: all.size };
}

async function overTime(
  ctx: Context,
  desk: SafetyDesk,
  rows: readonly ReportRow[],
  { product, reaction }: PairQuestion,
): Promise<SafetyQuarter[]> {
  const input = { ...columnsOf(rows), period: rows.map(({ quarter }) => quarter), pairs: [[product, reaction]] };
  const { periods, pairs } = (await desk.computing.run('pv-over-time', input, optionsOf(ctx, desk))) as {
    periods: string[];
    pairs: Record<string, Numbers>[];
  };
  const found = pairs[0]!;
  const of = (name: string, at: number) => finite(found[name]?.[at]);
  return periods.map((quarter, at) => ({
    quarter,
    n: of('N', at) ?? 0,
    n1: of('n1', at) ?? 0,
    n2: of('n2', at) ?? 0,
    all: of('all', at) ?? 0,
    prr: of('prr', at),
    prrLow: of('prrLo', at),
    ror: of('ror', at),
    rorLow: of('rorLo', at),
    rorHigh: of('rorHi', at),
    ic: of('ic', at),
    ic025: of('icLo', at),
    ic975: of('icHi', at),
  }));
}

interface MaskingAnswer {
  masking: { product: string; ratio: number | string; observed: number }[];
  after?: Record<string, Numbers> & { product: string[] };
}

async function maskingOf(
  ctx: Context,
  desk: SafetyDesk,
  rows: readonly ReportRow[],
  { product, reaction, without }: PairQuestion,
) {
  const input = {
    ...columnsOf(rows),
    of: reaction,
    most: MOST_MASKING,
    ...(without !== undefined && { unmask: without }),
  };
  const { masking, after } = (await desk.computing.run('pv-masking', input, optionsOf(ctx, desk))) as MaskingAnswer;
  const at = after?.product.indexOf(product) ?? -1;
  if (after === undefined || at < 0) return { products: masking, after: undefined };
  const of = (name: string) => finite(after[name]?.[at]);
  return {
    products: masking,
    after: {
      n: of('N') ?? 0,
      n1: of('n1') ?? 0,
      n2: of('n2') ?? 0,
      expected: of('E') ?? 0,
      ror: of('ror'),
      rorLow: of('rorLo'),
      ic: of('ic'),
      ic025: of('icLo'),
    },
  };
}

/** Lots that stand out, and the others, the least likely first. */
export async function listSafetyLots(ctx: Context, desk: SafetyDesk): Promise<{ lots: SafetyLot[]; day: string }> {
  ctx.require(WORK);
  const lots = await judgeLots(ctx, desk, await findReportRows(ctx.db));
  await recordRead(ctx, { act: 'signals.safety-lots-read' });
  const MOST = 500;
  return { lots: lots.sort((one, other) => one.p - other.p).slice(0, MOST), day: dayOf(ctx.now()) };
}
