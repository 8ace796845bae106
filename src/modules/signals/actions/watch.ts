import { recordRead } from '#kernel/access';
import { type Context, onDb } from '#kernel/context';
import type { Job } from '#kernel/jobs';
import { type Lake, lagSeconds } from '#kernel/lake';
import { Problem } from '#kernel/problem';
import { type CellCount, countAges, countCells, countTypes } from '../analytics/index.ts';
import {
  type CaseDefinition,
  type ClusterFound,
  DETECTORS,
  type DetectorMethod,
  type DiseaseCurve,
  type DiseaseLine,
  EVERYWHERE,
  freshRule,
  type JudgedPoint,
  type Outlook,
  type ScanRule,
  spanOf,
  thresholdOf,
  type Unit,
  type Verdict,
  type WatchRule,
  type WatchRun,
} from '../model.ts';
import {
  centreOf,
  corrected,
  datesOf,
  dayNumber,
  dayOf,
  daysAfter,
  isWithin,
  judgeFixed,
  levelOf,
  type Raised,
  type Series,
  type SeriesSet,
  seriesOf,
} from '../rules/index.ts';
import { countOpen, type Finding, findRuns, noteRun, raiseAlarm } from '../store/index.ts';
import type { Computing } from './compute/index.ts';
import { findDefinitions, getDefinition } from './definitions.ts';
import { WATCH } from './permissions.ts';

/** What the watch works with. */
export interface Watching {
  lake: Lake;
  computing: Computing;
  signal?: AbortSignal;
}

/** Days, and weeks, of each series that a run judges: results come late, and an alarm of last week is still news. */
const JUDGED: Readonly<Record<Unit, number>> = { day: 7, week: 2 };
const DAYS_READ = 120;
/** Days before the first raising one from which on cases are counted to an alarm, however long the incubation. */
const LONGEST_BEFORE = 30;
const DAYS_A_YEAR = 366;
const WATCH_SECONDS = 60;

/** Judges everything again and again. */
export function watchJob(watching: Watching): Job {
  return {
    name: 'signals.watch',
    everySeconds: WATCH_SECONDS,
    async run(ctx) {
      const began = performance.now();
      const until = dayOf(ctx.now());
      try {
        await watchAll(ctx, watching);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        // The lake may be away, or just begin: the desk shows since when nobody has looked.
        const tookMs = Math.round(performance.now() - began);
        const none = { series: 0, raised: 0, updated: 0 };
        await noteRun(ctx.db, { at: ctx.now(), until, ...none, tookMs, trouble: error.message });
      }
    },
  };
}

/** Judges at once, because somebody asked. */
export async function watchNow(ctx: Context, watching: Watching): Promise<WatchRun> {
  ctx.require(WATCH);
  await recordRead(ctx, { act: 'signals.watch-asked' });
  return watchAll(ctx, watching);
}

/** Counts every disease in every place, judges the last counts by every rule, and raises what stands after correction. */
async function watchAll(ctx: Context, watching: Watching): Promise<WatchRun> {
  const began = performance.now();
  const until = dayOf(ctx.now());
  const verdicts: Raised[] = [];
  const totals = new Map<string, SeriesSet>();
  let series = 0;
  const definitions = await findDefinitions(ctx.db);
  for (const definition of definitions) {
    for (const found of await judgeDisease(ctx, watching, definition, { until, judge: JUDGED })) {
      verdicts.push(...found.verdicts);
      series += found.verdicts.length;
      for (const each of found.sets) totals.set(`${definition.id} ${each.level} ${each.set.unit}`, each.set);
    }
  }
  const findings = findingsOf(corrected(verdicts), { definitions, totals });
  let [raised, updated] = [0, 0];
  await ctx.db.transaction(async (tx) => {
    for (const finding of findings) {
      const what = await raiseAlarm(onDb(ctx, tx), tx, finding);
      if (what === 'raised') raised += 1;
      if (what === 'updated') updated += 1;
    }
  });
  const run = { until, series, raised, updated, tookMs: Math.round(performance.now() - began), trouble: null };
  await noteRun(ctx.db, { at: ctx.now(), ...run });
  return { at: ctx.now().toISOString(), ...run };
}

/** What every rule of a definition says of the last days, of each place; a scan, which looks at the present only, says what it says today. */
export async function tryRules(
  ctx: Context,
  watching: Watching,
  definition: CaseDefinition,
  { until, days }: { until: string; days: number },
): Promise<Verdict[]> {
  const judge = { day: days, week: Math.floor(days / 7) };
  const judged = await judgeDisease(ctx, watching, definition, { until, judge });
  return judged.flatMap(({ verdicts }) =>
    verdicts.map(({ rule, place, points, tooShort = false }) => ({ rule, place, points: [...points], tooShort })),
  );
}

interface JudgedDisease {
  verdicts: Raised[];
  sets: { level: string; set: SeriesSet }[];
}

async function judgeDisease(
  ctx: Context,
  watching: Watching,
  definition: CaseDefinition,
  { until, judge }: { until: string; judge: Readonly<Record<Unit, number>> },
): Promise<JudgedDisease[]> {
  const found: JudgedDisease[] = [];
  const read = new Map<string, CellCount[]>();
  for (const rule of definition.rules) {
    // The first of the judged ones needs as much past as the last.
    const more = rule.method === 'scan' ? 0 : (judge[rule.unit] - JUDGED[rule.unit]) * (rule.unit === 'day' ? 1 : 7);
    const since = daysAfter(until, -daysBack(rule) - more);
    const cells =
      read.get(since) ??
      (await countCells(ctx, watching.lake, definition, { since, until }, askOptions(ctx, watching)));
    read.set(since, cells);
    for (const level of rule.levels) {
      const set = seriesOf(cells, { unit: rule.unit, level, since, until });
      if (rule.method === 'scan') {
        const clusters = await scan(ctx, watching, { rule, cells, until });
        found.push({ verdicts: clusters.flatMap((cluster) => raisedBy(definition, rule, cluster)), sets: [] });
        continue;
      }
      const judged = await judgeSet(ctx, watching, { rule, set, judge: judge[rule.unit] });
      found.push({
        verdicts: judged.map((each) => ({ disease: definition.id, rule, ...each })),
        sets: [{ level, set }],
      });
    }
  }
  return found;
}

/** How far back counts are read, so that each judged one has the past that its rule looks at. */
function daysBack(rule: WatchRule): number {
  switch (rule.method) {
    case 'scan':
      return rule.days - 1;
    case 'fixed':
    case 'ears':
      return DAYS_READ;
    case 'farrington':
      return (rule.years + 1) * DAYS_A_YEAR;
    default: {
      const isDaily = rule.unit === 'day';
      const span = spanOf(rule.method, rule.options, isDaily ? 365 : 52) + JUDGED[rule.unit];
      return Math.max(DAYS_READ, isDaily ? span : 7 * span);
    }
  }
}

function askOptions(ctx: Context, { signal }: Watching) {
  return { actor: ctx.actor.id, timeoutMs: 60_000, ...(signal !== undefined && { signal }) };
}

interface SeriesAnswer {
  series: {
    tooShort: boolean;
    bound: (number | null)[];
    expected: (number | null)[];
    p: (number | null)[];
    statistic: (number | null)[];
    alarm: boolean[];
  }[];
}

interface JudgedSeries {
  place: string;
  points: JudgedPoint[];
  tooShort: boolean;
}

async function judgeSet(
  ctx: Context,
  { computing, signal }: Watching,
  { rule, set: { dates, series }, judge }: { rule: Exclude<WatchRule, ScanRule>; set: SeriesSet; judge: number },
): Promise<JudgedSeries[]> {
  if (series.length === 0) return [];
  const length = Math.min(judge, dates.length);
  if (rule.method === 'fixed')
    return series.map((each) => ({
      place: each.place,
      points: judgeFixed(rule, each, dates, length),
      tooShort: false,
    }));
  const input = {
    rule,
    judge: length,
    days: dates.map(dayNumber),
    series: series.map(({ cases }) => Array.from(cases)),
    tested: series.map(({ tested }) => Array.from(tested)),
  };
  const options = { actor: ctx.actor.id, ...(signal !== undefined && { signal }) };
  const answer = (await computing.run('watch-series', input, options)) as SeriesAnswer;
  return series.map(({ place, cases }, row) => {
    const said = answer.series[row]!;
    const points = dates.slice(-length).map((date, at) => ({
      date,
      cases: cases[dates.length - length + at]!,
      expected: said.expected[at] ?? null,
      bound: said.bound[at] ?? null,
      p: said.p[at] ?? null,
      alarm: said.alarm[at]!,
      ...(thresholdOf(rule) !== undefined && { statistic: said.statistic[at] ?? null }),
    }));
    return { place, points, tooShort: said.tooShort };
  });
}

interface ScanAnswer {
  clusters: {
    centre: number;
    members: number[];
    firstTime: number;
    lastTime: number;
    cases: number;
    expected: number;
    p: number;
    recurrenceTimes: number;
  }[];
}

/** Clusters among the districts that the map knows, the likeliest first. */
async function scan(
  ctx: Context,
  { computing, signal }: Watching,
  { rule, cells, until }: { rule: ScanRule; cells: readonly CellCount[]; until: string },
): Promise<ClusterFound[]> {
  const since = daysAfter(until, 1 - rule.days);
  const { series, dates } = seriesOf(cells, { unit: 'day', level: 'district', since, until });
  const known = series.filter(({ place }) => centreOf(place) !== undefined);
  const total = known.reduce((sum, { cases }) => sum + cases.reduce((all, each) => all + each, 0), 0);
  // One place has no neighbours to differ from.
  if (known.length < 2 || total < rule.leastCases) return [];
  const input = {
    latitude: known.map(({ place }) => centreOf(place)!.latitude),
    longitude: known.map(({ place }) => centreOf(place)!.longitude),
    counts: dates.map((_, at) => known.map(({ cases }) => cases[at]!)),
    replicates: rule.replicates,
    leastCases: rule.leastCases,
    // The same day's question has the same answer.
    seed: dayNumber(until),
  };
  const options = { actor: ctx.actor.id, ...(signal !== undefined && { signal }) };
  const { clusters } = (await computing.run('watch-scan', input, options)) as ScanAnswer;
  return clusters.map((cluster) => ({
    // The centre first: an alarm is about it.
    places: [cluster.centre, ...cluster.members.filter((each) => each !== cluster.centre)].map(
      (at) => known[at]!.place,
    ),
    from: dates[cluster.firstTime]!,
    until: dates[cluster.lastTime]!,
    cases: cluster.cases,
    expected: cluster.expected,
    p: cluster.p,
    recurrenceDays: cluster.recurrenceTimes,
  }));
}

function raisedBy(definition: CaseDefinition, rule: ScanRule, cluster: ClusterFound): Raised[] {
  if (cluster.p > rule.alpha) return [];
  const { from, until, cases, expected } = cluster;
  // Corrected for all cylinders already: its p-value does not enter the correction for series.
  const point = { cases, expected, bound: null, p: null, alarm: true };
  const points = [{ ...point, date: from }, ...(until === from ? [] : [{ ...point, date: until }])];
  return [{ disease: definition.id, place: cluster.places[0]!, rule, points }];
}

/** One finding for each disease and place; what is raised in a district is not raised again for its city or the region. */
function findingsOf(
  grounds: ReturnType<typeof corrected>,
  { definitions, totals }: { definitions: readonly CaseDefinition[]; totals: ReadonlyMap<string, SeriesSet> },
): Finding[] {
  const byKey = Map.groupBy(grounds, ({ verdict }) => `${verdict.disease}/${verdict.place}`);
  const all = [...byKey.values()].map((each) => each[0]!.verdict);
  return [...byKey.entries()].flatMap(([key, each]) => {
    const { disease, place } = each[0]!.verdict;
    const explained = all.some(
      (other) =>
        other.disease === disease &&
        other.place !== place &&
        other.place !== EVERYWHERE &&
        isWithin(other.place, place),
    );
    if (explained) return [];
    const { incubationDays } = definitions.find(({ id }) => id === disease)!;
    // Who was infected with the first of those that raised it belongs to it.
    const first = daysAfter(
      each.map(({ ground }) => ground.first).sort()[0]!,
      -Math.min(incubationDays[1], LONGEST_BEFORE),
    );
    return [
      {
        kind: 'outbreak' as const,
        key,
        subject: { disease, place },
        grounds: each.map(({ ground }) => ground),
        cases: casesSince(totals, { disease, place, first }) ?? Math.max(...each.map(({ ground }) => ground.cases)),
        quietDays: incubationDays[1],
      },
    ];
  });
}

function casesSince(
  totals: ReadonlyMap<string, SeriesSet>,
  { disease, place, first }: { disease: string; place: string; first: string },
): number | undefined {
  const set = totals.get(`${disease} ${levelOf(place)} day`) ?? totals.get(`${disease} ${levelOf(place)} week`);
  const series = set?.series.find((each) => each.place === place);
  if (set === undefined || series === undefined) return undefined;
  return set.dates.reduce((sum, date, at) => (date >= first ? sum + series.cases[at]! : sum), 0);
}

/** Every watched disease with its last weeks. */
export async function listDiseases(
  ctx: Context,
  watching: Watching,
): Promise<{ diseases: DiseaseLine[]; runs: WatchRun[]; lagSeconds: number }> {
  ctx.require(WATCH);
  const until = dayOf(ctx.now());
  const since = daysAfter(until, -27);
  const open = await countOpen(ctx.db, 'outbreak');
  const diseases: DiseaseLine[] = [];
  for (const definition of await findDefinitions(ctx.db)) {
    const cells = await countCells(ctx, watching.lake, definition, { since, until }, askOptions(ctx, watching));
    const { dates, series } = seriesOf(cells, { unit: 'day', level: 'region', since, until });
    const known = new Map(dates.map((date, at) => [date, series[0]?.cases[at] ?? 0]));
    const days = datesOf('day', since, until).map((date) => known.get(date) ?? 0);
    const sum = (from: number, to: number) => days.slice(from, to).reduce((all, each) => all + each, 0);
    diseases.push({
      definition,
      lastWeek: sum(21, 28),
      weekBefore: sum(14, 21),
      lastMonth: sum(0, 28),
      tested: cells.reduce((all, { tested }) => all + tested, 0),
      days,
      openAlarms: open.get(definition.id) ?? 0,
    });
  }
  await recordRead(ctx, { act: 'signals.diseases-listed' });
  return { diseases, runs: await findRuns(ctx.db, 5), lagSeconds: Math.round(await lagSeconds(ctx.db)) };
}

export interface CurveQuestion {
  disease: string;
  place: string;
  unit: Unit;
  since?: string | undefined;
  until?: string | undefined;
}

const MOST_POINTS = 600;

/** The first day that is shown unless one is asked for. */
export function sinceOf({ since, unit }: Pick<CurveQuestion, 'since' | 'unit'>, until: string): string {
  return since ?? daysAfter(until, unit === 'day' ? -59 : -7 * 103);
}

interface ReadSeries {
  set: SeriesSet;
  cells: CellCount[];
  since: string;
  until: string;
  /** Those that are shown. */
  dates: string[];
}

/** What a question shows, and so much before it as the rules look at. */
async function readSeries(
  ctx: Context,
  watching: Watching,
  definition: CaseDefinition,
  { question, rules }: { question: CurveQuestion; rules: readonly WatchRule[] },
): Promise<ReadSeries> {
  const { place, unit } = question;
  const until = question.until ?? dayOf(ctx.now());
  const since = sinceOf(question, until);
  const dates = datesOf(unit, since, until);
  checkPoints(dates);
  const from = daysAfter(since, -Math.max(0, ...rules.map((rule) => (rule.method === 'scan' ? 0 : daysBack(rule)))));
  const cells = await countCells(ctx, watching.lake, definition, { since: from, until }, askOptions(ctx, watching));
  return { set: seriesOf(cells, { unit, level: levelOf(place), since: from, until }), cells, since, until, dates };
}

export function checkPoints({ length }: readonly string[]): void {
  if (length > MOST_POINTS)
    throw new Problem('too-large', 'the period has too many points: choose weeks or a shorter one', {
      most: MOST_POINTS,
    });
}

/**
 * A series by a detector that its definition does not name, as it is set unless somebody sets it otherwise.
 *
 * @throws Problem `unprocessable` where the past is too short or the detector is not for days
 */
export async function judgeCurve(
  ctx: Context,
  watching: Watching,
  { judge, ...question }: CurveQuestion & { judge: DetectorMethod },
): Promise<Verdict> {
  ctx.require(WATCH);
  const definition = await getDefinition(ctx.db, question.disease);
  const { disease, place, unit } = question;
  if (!(DETECTORS[judge].units as readonly Unit[]).includes(unit))
    throw new Problem('unprocessable', 'this method judges weeks or days only: choose the other unit', { judge, unit });
  const rule = freshRule(judge, unit);
  const { set, dates } = await readSeries(ctx, watching, definition, { question, rules: [rule] });
  await recordRead(ctx, { act: 'signals.curve-judged', detail: { disease, place, unit, judge } });
  const [verdict] = await judgeOne(ctx, watching, { rules: [rule], set, place, dates });
  if (verdict === undefined || verdict.tooShort)
    throw new Problem('unprocessable', 'the past is too short or too empty for this method', {
      counts: set.dates.length,
    });
  return verdict;
}

/** A disease at a place over time: counts, what every rule says, who the cases are, where they are. */
export async function readCurve(ctx: Context, watching: Watching, question: CurveQuestion): Promise<DiseaseCurve> {
  ctx.require(WATCH);
  const definition = await getDefinition(ctx.db, question.disease);
  const { place, unit } = question;
  const rules = definition.rules.filter((rule) => rule.unit === unit && rule.levels.includes(levelOf(place)));
  const { set, cells, since, until, dates } = await readSeries(ctx, watching, definition, { question, rules });
  const own = set.series.find((each) => each.place === place);
  const casesAt = new Map(set.dates.map((date, at) => [date, own?.cases[at] ?? 0]));
  const verdicts = await judgeOne(ctx, watching, { rules, set, place, dates });
  const scanRule = rules.find((rule): rule is ScanRule => rule.method === 'scan');
  const inside = cells.filter(({ day, district }) => day >= since && isWithin(district, place));
  const there = { period: { since, until }, place };
  const curve: DiseaseCurve = {
    definition,
    place,
    unit,
    since,
    until,
    points: dates.map((date, at) => ({
      date,
      cases: casesAt.get(date) ?? 0,
      tested: testedBetween(inside, date, dates[at + 1]),
    })),
    verdicts,
    places: placesOf(inside),
    ages: await countAges(ctx, watching.lake, definition, there, askOptions(ctx, watching)),
    types: await countTypes(ctx, watching.lake, definition, there, askOptions(ctx, watching)),
    clusters: scanRule === undefined ? [] : await scan(ctx, watching, { rule: scanRule, cells, until }),
    lagSeconds: Math.round(await lagSeconds(ctx.db)),
  };
  await recordRead(ctx, { act: 'signals.curve-read', detail: { disease: definition.id, place, unit, since, until } });
  return curve;
}

/** What each rule says of one place, for all dates that are shown; where the series has not begun there is nothing to say. */
async function judgeOne(
  ctx: Context,
  watching: Watching,
  {
    rules,
    set,
    place,
    dates,
  }: { rules: readonly WatchRule[]; set: SeriesSet; place: string; dates: readonly string[] },
): Promise<Verdict[]> {
  const none = () => new Float64Array(set.dates.length);
  const empty: Series = { place, cases: none(), tested: none() };
  const own = { ...set, series: [set.series.find((each) => each.place === place) ?? empty] };
  const verdicts: Verdict[] = [];
  for (const rule of rules) {
    if (rule.method === 'scan') continue;
    const [judged] = await judgeSet(ctx, watching, { rule, set: own, judge: dates.length });
    const said = new Map(judged?.points.map((point) => [point.date, point]));
    const points = dates.map(
      (date) => said.get(date) ?? { date, cases: 0, expected: null, bound: null, p: null, alarm: false },
    );
    verdicts.push({ rule, place, points, tooShort: judged?.tooShort ?? true });
  }
  return verdicts;
}

function testedBetween(cells: readonly CellCount[], date: string, next = '9999'): number {
  return cells.reduce((sum, { day, tested }) => (day >= date && day < next ? sum + tested : sum), 0);
}

function placesOf(cells: readonly CellCount[]) {
  const places = Map.groupBy(cells, ({ district }) => district);
  return [...places.entries()]
    .map(([place, each]) => ({
      place,
      cases: each.reduce((sum, { cases }) => sum + cases, 0),
      tested: each.reduce((sum, { tested }) => sum + tested, 0),
    }))
    .sort((one, two) => two.cases - one.cases || (one.place < two.place ? -1 : 1));
}

/** Of the reproduction number. */
export const WINDOW_DAYS = 7;
/** Fewer cases say nothing of how fast it spreads. */
const LEAST_CASES = 5;

/**
 * How fast a disease spreads at a place; undefined where the definition has no serial interval or there are too few cases.
 *
 * Source: Cori, Ferguson, Fraser, Cauchemez, Am J Epidemiol 2013;178:1505.
 */
export async function readOutlook(
  ctx: Context,
  watching: Watching,
  question: CurveQuestion,
): Promise<{ outlook?: Outlook }> {
  ctx.require(WATCH);
  const { serialDays } = await getDefinition(ctx.db, question.disease);
  const { points } = await readCurve(ctx, watching, { ...question, unit: 'day' });
  const first = points.findIndex(({ cases }) => cases > 0);
  const since = points.slice(Math.max(0, first));
  const cases = since.map((point) => point.cases);
  if (
    serialDays === undefined ||
    first < 0 ||
    since.length <= WINDOW_DAYS ||
    cases.reduce((sum, each) => sum + each, 0) < LEAST_CASES
  )
    return {};
  const config = { mean_si: serialDays.mean, std_si: serialDays.sd, mean_prior: 5, std_prior: 5 };
  const options = { actor: ctx.actor.id, ...(watching.signal !== undefined && { signal: watching.signal }) };
  const run = (method: string, input: unknown) => watching.computing.run(method, input, options);
  const rt = (await run('rt', { method: 'parametric_si', incidence: cases, config })) as RtAnswer;
  const growth = (await run('growth-rate', { cases })) as GrowthAnswer;
  return {
    outlook: {
      dates: rt.t_end.map((day) => since[day - 1]!.date),
      r: { mean: rt.mean, low: rt.q025, high: rt.q975 },
      serialDays,
      doubling: {
        value: finite(growth.doublingDays.value),
        low: finite(growth.doublingDays.low),
        high: finite(growth.doublingDays.high),
      },
    },
  };
}

interface RtAnswer {
  t_end: number[];
  mean: (number | null)[];
  q025: (number | null)[];
  q975: (number | null)[];
}

/** Infinity, where the cases do not grow, is a text. */
interface GrowthAnswer {
  doublingDays: Record<'value' | 'low' | 'high', number | string | null>;
}

function finite(value: number | string | null): number | null {
  return typeof value === 'number' ? value : null;
}
