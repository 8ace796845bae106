import { adjusted } from '#standards/statistics';
import type { CellCount } from '../analytics/index.ts';
import type { AlarmGround, FixedRule, JudgedPoint, Level, RuleTrial, Unit, Verdict, WatchRule } from '../model.ts';
import { datesOf, dayNumber, stepDays } from './calendar.ts';
import { placeAt } from './places.ts';

/** One place's counts in the order of time. */
export interface Series {
  place: string;
  cases: Float64Array;
  /** Persons. */
  tested: Float64Array;
}

export interface SeriesSet {
  unit: Unit;
  dates: string[];
  series: Series[];
}

/**
 * The counts of every place of a level, by day or week; places without a case are left out.
 *
 * The series begin with the first test for the disease: days before it had no cases because nobody looked, and are no baseline.
 */
export function seriesOf(
  cells: readonly CellCount[],
  { unit, level, since, until }: { unit: Unit; level: Level; since: string; until: string },
): SeriesSet {
  const looked = cells.reduce((first, { day, tested }) => (tested > 0 && day < first ? day : first), until);
  const dates = datesOf(unit, looked > since ? looked : since, until);
  const first = dayNumber(dates[0] ?? since);
  const step = stepDays(unit);
  const places = new Map<string, Series>();
  for (const { day, district, cases, tested } of cells) {
    const place = placeAt(level, district);
    const at = Math.floor((dayNumber(day) - first) / step);
    if (place === undefined || at < 0 || at >= dates.length) continue;
    let series = places.get(place);
    if (series === undefined) {
      series = { place, cases: new Float64Array(dates.length), tested: new Float64Array(dates.length) };
      places.set(place, series);
    }
    series.cases[at]! += cases;
    series.tested[at]! += tested;
  }
  const series = [...places.values()].filter(({ cases }) => cases.some((each) => each > 0));
  return { unit, dates, series: series.sort((one, two) => (one.place < two.place ? -1 : 1)) };
}

/** So many cases within so many days, the judged one the last of them. */
export function judgeFixed(
  { cases, days }: FixedRule,
  series: Series,
  dates: readonly string[],
  judge: number,
): JudgedPoint[] {
  return dates.slice(-judge).map((date, index) => {
    const at = dates.length - Math.min(judge, dates.length) + index;
    let within = 0;
    for (let back = Math.max(0, at - days + 1); back <= at; back += 1) within += series.cases[back]!;
    const counted = series.cases[at]!;
    // As a bound on the day's own count, so that it can be drawn beside the others.
    const bound = Math.max(0, cases - 1 - (within - counted));
    return { date, cases: counted, expected: null, bound, p: null, alarm: within >= cases && counted > 0 };
  });
}

/** What a rule said of a place in one run. */
export interface Raised {
  disease: string;
  place: string;
  rule: WatchRule;
  points: readonly JudgedPoint[];
  tooShort?: boolean;
}

/** At most this share of the alarms that rest on a p-value may be false, over all series of a run. */
const FALSE_DISCOVERY_RATE = 0.05;

/**
 * What stands after correction for the number of series: every judged count with a p-value enters, and an alarm stays when its q-value does.
 *
 * Alarms without a p-value (fixed thresholds) stand as they are.
 *
 * Source: Benjamini and Hochberg, J R Stat Soc B 1995;57:289.
 */
export function corrected(verdicts: readonly Raised[]): { verdict: Raised; ground: AlarmGround }[] {
  const { q, stands } = correction(verdicts);
  return verdicts.flatMap((verdict) => {
    const alarms = verdict.points.filter(stands);
    const last = alarms.at(-1);
    if (last === undefined) return [];
    const { method, ...rule } = verdict.rule;
    const ground: AlarmGround = {
      method,
      rule: { ...rule },
      first: alarms[0]!.date,
      last: last.date,
      cases: alarms.reduce((sum, { cases }) => sum + cases, 0),
      expected: last.expected,
      bound: last.bound,
      p: last.p,
      q: last.p === null ? null : q.get(last)!,
    };
    return [{ verdict, ground }];
  });
}

function correction(verdicts: readonly Pick<Raised, 'points'>[]) {
  const tests = verdicts.flatMap(({ points }) =>
    points.flatMap((point) => (point.p === null ? [] : [{ point, p: point.p }])),
  );
  const adjustedP = adjusted.benjaminiHochberg(tests.map(({ p }) => p));
  const q = new Map(Array.from(adjustedP, (each, at) => [tests[at]!.point, each] as const));
  const stands = (point: JudgedPoint): boolean =>
    point.alarm && (point.p === null || q.get(point)! <= FALSE_DISCOVERY_RATE);
  return { q, stands };
}

const MOST_LATEST = 10;

/** What each rule of a definition would have raised. */
export function trialOf(rules: readonly WatchRule[], verdicts: readonly Verdict[]): RuleTrial[] {
  const { stands } = correction(verdicts);
  return rules.map((rule) => {
    const own = verdicts.filter((verdict) => verdict.rule === rule);
    const kept = own.flatMap(({ place, points }) =>
      points.filter(stands).map(({ date, cases, expected, p }) => ({ place, date, cases, expected, p })),
    );
    return {
      rule,
      series: own.length,
      tooShort: own.filter(({ tooShort }) => tooShort).length,
      alarms: own.reduce((sum, { points }) => sum + points.filter(({ alarm }) => alarm).length, 0),
      kept: kept.length,
      latest: kept.sort((one, two) => (one.date > two.date ? -1 : 1)).slice(0, MOST_LATEST),
    };
  });
}

/** What an alarm already knew, and what a run adds: a rule that raises again keeps its first day. */
export function mergeGrounds(known: readonly AlarmGround[], found: readonly AlarmGround[]): AlarmGround[] {
  const merged = new Map(known.map((ground) => [keyOf(ground), ground]));
  for (const ground of found) {
    const before = merged.get(keyOf(ground));
    const first = before !== undefined && before.first < ground.first ? before.first : ground.first;
    const last = before !== undefined && before.last > ground.last ? before.last : ground.last;
    merged.set(keyOf(ground), { ...ground, first, last });
  }
  return [...merged.values()].sort((one, two) => (one.first < two.first ? -1 : one.first > two.first ? 1 : 0));
}

function keyOf({ method, rule }: AlarmGround): string {
  return `${method} ${String(rule['type'] ?? '')} ${String(rule['unit'] ?? '')} ${JSON.stringify(rule['options'] ?? '')}`;
}
