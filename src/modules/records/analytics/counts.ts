import type { Context } from '#kernel/context';
import { SMALLEST } from '#kernel/lake';
import type { Cohort, CohortCounts, Count, Reach, Sex } from '../model.ts';
import { type Asking, dayAt, optionsOf, withRows } from './ask.ts';
import { countQuery, viewsOf } from './compile.ts';

/** A person waits for it; what takes longer is asked of fewer. */
const COUNT_MS = 60_000;

interface CountRow {
  part: 'passed' | 'age' | 'place' | 'month';
  passed: number;
  sex: Sex | null;
  decade: number | null;
  place: string | null;
  month: string | null;
  persons: number;
}

/** How many persons each criterion leaves, and who the cohort's persons are by age, sex, place and month. */
export async function countCohort(ctx: Context, cohort: Cohort, asking: Asking): Promise<CohortCounts> {
  const { lake, reach } = asking;
  const began = performance.now();
  const today = dayAt(ctx.now());
  const ask = await withRows(ctx, asking, viewsOf(cohort), (relations) => countQuery(cohort, relations, today));
  const rows = await lake.rows<CountRow>(ask, {
    ...optionsOf(ctx, asking),
    timeoutMs: COUNT_MS,
    smallGroups: 'rounded',
  });
  const steps = cohort.include.length + cohort.exclude.length;
  return { ...toldOf(rows, steps, reach), today, tookMs: Math.round(performance.now() - began) };
}

/**
 * The counts as they may be shown.
 *
 * Of the population no exact number is told. Below SMALLEST it is `few`, with nobody among them: else the step from `few` to nobody would tell
 * of one person. Others are rounded to a multiple of SMALLEST, and who went is the difference of the rounded: so no sum or difference of
 * two told numbers gives a small group away. Groups below SMALLEST are left out of the lists, as are those of nobody.
 *
 * @param rows as `countQuery` gives them
 * @param steps criteria of the flow
 */
function toldOf(rows: readonly CountRow[], steps: number, reach: Reach): Omit<CohortCounts, 'today' | 'tookMs'> {
  const left = Array.from({ length: steps + 1 }, (_, step) =>
    sum(rows.filter(({ part, passed }) => part === 'passed' && passed >= step).map(({ persons }) => persons)),
  );
  const shown = left.map((persons) => told(persons, reach));
  const listed = <T extends { persons: number }>(groups: readonly T[]): T[] =>
    groups.flatMap((group) => {
      const persons = told(group.persons, reach);
      return persons === 'few' ? [] : [{ ...group, persons }];
    });
  return {
    reach,
    ...(reach === 'population' && { smallest: SMALLEST }),
    everybody: shown[0] ?? 0,
    steps: shown.slice(1).map((each, at) => ({ left: each, removed: differenceOf(shown[at] as Count, each, reach) })),
    ages: listed(
      rows.flatMap(({ part, sex, decade, persons }) =>
        part === 'age' && sex !== null ? [{ sex, from: decade, persons }] : [],
      ),
    ),
    places: listed(
      rows.flatMap(({ part, place, persons }) =>
        part === 'place' && place !== null ? [{ code: place, persons }] : [],
      ),
    ),
    months: listed(
      rows.flatMap(({ part, month, persons }) => (part === 'month' && month !== null ? [{ month, persons }] : [])),
    ),
  };
}

function told(persons: number, reach: Reach): Count {
  if (reach === 'rows') return persons;
  return persons < SMALLEST ? 'few' : Math.round(persons / SMALLEST) * SMALLEST;
}

/** Of two told numbers, so that it tells no more than they do. */
function differenceOf(before: Count, after: Count, reach: Reach): Count {
  const difference = (before === 'few' ? 0 : before) - (after === 'few' ? 0 : after);
  return reach === 'population' && difference < SMALLEST ? 'few' : difference;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
