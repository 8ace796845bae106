import type { Context } from '#kernel/context';
import { type AskOptions, type Lake, smallestOf } from '#kernel/lake';
import { all, sql } from '#kernel/sql';
import retest from '../../../../facts/retest-intervals.json' with { type: 'json' };
import type { Repeat, ResultFilter, TestUse, Turnaround, Use } from '../model.ts';
import { nameOfTest } from '../rules.ts';
import { largeEnough, tellable } from './groups.ts';
import { type Answer, FLAGGED, filterTerms, rowsOf, startOfDay, USED } from './results.ts';

/** A filter with its period: what is used is always used in some time. */
export type PeriodFilter = ResultFilter & { since: string; until: string };

const MOST_TESTS = 5000;
const MOST_ORGANIZATIONS = 500;
const DAY_MS = 86_400_000;

/** A year of a region's results is counted, by persons too: a minute on two cores where there are billions. */
function patiently(options: AskOptions): AskOptions {
  return { ...options, timeoutMs: 60_000 };
}

/** The period of the same length that ended the day before. */
function periodBefore({ since, until }: { since: string; until: string }): { since: string; until: string } {
  const days = (startOfDay(until).getTime() - startOfDay(since).getTime()) / DAY_MS + 1;
  const shifted = (day: string, by: number) =>
    new Date(Date.parse(`${day}T00:00:00Z`) + by * DAY_MS).toISOString().slice(0, 10);
  return { since: shifted(since, -days), until: shifted(since, -1) };
}

type UseRow = Omit<TestUse, 'name'> & { text: string };

/** How often each test was used in a period, where, when, and how that differs from the period before. */
export async function useOf(ctx: Context, lake: Lake, filter: PeriodFilter, options: AskOptions): Promise<Answer<Use>> {
  const relation = await rowsOf(ctx, filter);
  const smallest = smallestOf(filter.reach);
  const now = all([USED, ...filterTerms(filter)]);
  const both = all([USED, ...filterTerms({ ...filter, since: periodBefore(filter).since })]);
  const current = sql`time >= ${startOfDay(filter.since)}`;
  const [rows, [whole], organizations, months] = await Promise.all([
    lake.rows<UseRow>(
      sql`
        select code, ifNull(anyLast(code_text), '') as text, countIf(${current}) as results, uniqExactIf(_patient, ${current}) as persons,
          uniqExactIf(organization, ${current}) as organizations, countIf(not ${current}) as before,
          countIf(${current} and ifNull(flag, '') ${FLAGGED}) as flagged, countIf(${current} and ifNull(flag, '') != '') as "ofFlagged"
        from ${relation} where ${both} and code != '' group by code having results > 0 order by results desc, code limit ${MOST_TESTS}`,
      patiently(options),
    ),
    lake.rows<{ results: number; persons: number }>(
      sql`select count() as results, uniqExact(_patient) as persons from ${relation} where ${now}`,
      patiently(options),
    ),
    lake.rows<Use['organizations'][number]>(
      sql`
        select ifNull(organization, '') as key, count() as results, uniqExact(_patient) as persons, uniqExact(code) as tests
        from ${relation} where ${now} group by key order by results desc, key limit ${MOST_ORGANIZATIONS}`,
      patiently(options),
    ),
    lake.rows<Use['months'][number]>(
      sql`
        select formatDateTime(toStartOfMonth(time, 'Asia/Shanghai'), '%Y-%m-%d') as month, count() as results, uniqExact(_patient) as persons
        from ${relation} where ${now} group by month order by month limit 1200`,
      patiently(options),
    ),
  ]);
  const { persons = 0, results = 0 } = whole ?? {};
  const told = smallest > 1 ? { smallest } : {};
  const { since, until } = filter;
  if (persons < smallest)
    return { ...told, enough: false, since, until, results: 0, tests: [], hidden: 0, organizations: [], months: [] };
  const tests = largeEnough(rows, smallest);
  return {
    ...told,
    enough: true,
    since,
    until,
    results,
    tests: tests.map(({ text, ...row }) => ({ ...row, name: nameOfTest(row.code, text) })),
    hidden: rows.length - tests.length,
    organizations: tellable(organizations, smallest).groups,
    months: tellable(months, smallest).groups,
  };
}

const RETEST = retest.intervals.flatMap(({ loinc, hours, source }) =>
  loinc.map((code) => ({ code, hours, source: retest.sources[source as keyof typeof retest.sources] })),
);

/** What a number of days that the reader chose is called as a source. */
const CHOSEN = { en: 'chosen by the reader', zh: '由读者选定' };

/**
 * Results of a person that came earlier after the one before than makes sense. Two at one time are one; the first in the period has none before it.
 *
 * @param days for every test alike, instead of the published intervals
 */
export async function repeatsOf(
  ctx: Context,
  lake: Lake,
  filter: PeriodFilter,
  options: AskOptions,
  days?: number,
): Promise<Repeat[]> {
  const relation = await rowsOf(ctx, filter);
  const smallest = smallestOf(filter.reach);
  const known = RETEST.map(({ code }) => code);
  const hours =
    days === undefined
      ? sql`transform(code, ${known}, ${RETEST.map((each) => each.hours)}, 0)`
      : sql`toInt64(${days * 24})`;
  const which = days === undefined ? sql`code in ${known}` : sql`code != ''`;
  const rows = await lake.rows<Omit<Repeat, 'name' | 'source'> & { text: string }>(
    sql`
      select code, any(of_text) as text, sum(length(gaps)) as repeats, sum(arrayCount(gap -> gap < of_hours * 3600, gaps)) as early, count() as persons, any(of_hours) as hours,
        ifNull(quantileExactArray(0.5)(gaps) / 86400, 0) as "medianDays"
      from (
        select code, _patient, any(ifNull(code_text, '')) as of_text, ${hours} as of_hours,
          arrayPopFront(arrayDifference(arraySort(arrayDistinct(groupArray(toInt64(toUnixTimestamp(time))))))) as gaps
        from ${relation} where ${all([which, USED, ...filterTerms(filter)])} group by code, _patient
      ) where notEmpty(gaps)
      group by code order by early desc, code limit ${MOST_TESTS}`,
    patiently(options),
  );
  const sources = new Map(RETEST.map(({ code, source }) => [code, source]));
  return largeEnough(rows, smallest).map(({ text, ...row }) => ({
    ...row,
    name: nameOfTest(row.code, text),
    source: days === undefined ? (sources.get(row.code) ?? CHOSEN) : CHOSEN,
  }));
}

/**
 * Minutes from the time of the result's specimen (the Observation's effective time) to the first report on that person's specimens of that time. Results seldom name
 * their order, reports and results always name the person and the time.
 *
 * Results without such a report are not counted, nor is a report that came before the specimen.
 */
export async function turnaroundsOf(
  ctx: Context,
  lake: Lake,
  filter: PeriodFilter,
  options: AskOptions,
): Promise<Turnaround[]> {
  const [results, reports] = [await rowsOf(ctx, filter), await rowsOf(ctx, filter, 'diagnostic_report')];
  const { since, until } = filter;
  const rows = await lake.rows<Omit<Turnaround, 'name'> & { text: string; spread: [number, number] }>(
    sql`
      select code, any(ifNull(code_text, '')) as text, count() as results, uniqExact(_patient) as persons,
        quantilesExactExclusive(0.5, 0.9)(dateDiff('second', time, reported) / 60) as spread
      from (select code, code_text, _patient, time from ${results} where ${all([USED, ...filterTerms(filter)])}) as r
      inner join (select _patient, time, min(assumeNotNull(issued)) as reported from ${reports}
        where ${all([sql`isNotNull(issued)`, ...filterTerms({ reach: filter.reach, since, until })])} group by _patient, time) as d
      on r._patient = d._patient and r.time = d.time
      where reported >= time group by code order by results desc, code limit ${MOST_TESTS}`,
    patiently(options),
  );
  return largeEnough(rows, smallestOf(filter.reach)).map(({ text, spread, ...row }) => ({
    ...row,
    name: nameOfTest(row.code, text),
    medianMin: spread[0],
    p90Min: spread[1],
  }));
}
