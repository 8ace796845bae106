import type { Context, Sql } from '#kernel/context';
import { type AskOptions, type Lake, smallestOf } from '#kernel/lake';
import { sql, trusted } from '#kernel/sql';
import { type Fences, hornFences, LEAST_NONPARAMETRIC, type Sample, tukeyFences } from '#standards/reference-intervals';
import type { AgeGroup, By, Groups, TestFilter, TestGroup, TestSummary } from '../model.ts';
import { publishedIntervals } from '../rules.ts';
import { AGE_BANDS, barStep, binsOf, type CountedBin, roundingOf, tellable, WIDE_AGE_BANDS } from './groups.ts';
import type { Answer } from './results.ts';
import { FLAGGED, leftOut, measuredOf, rowsOf } from './results.ts';

const MOST_GROUPS = 2000;

/** More distinct values than this come rounded to five digits. */
const MOST_VALUES = 100_000;

export interface Chosen {
  /** Every row that may enter the question. */
  relation: Sql;
  /** A relation with `measured`, `_patient`, `time` and the columns that group. */
  measured: Sql;
  sample: Sample;
  fences?: Fences;
  /** How many the fences cut. */
  cut: number;
}

/** The results that a filter chooses, after outliers went as it asks. */
export async function chosenResults(
  ctx: Context,
  lake: Lake,
  filter: TestFilter,
  options: AskOptions,
): Promise<Chosen> {
  const relation = await rowsOf(ctx, filter);
  const whole = measuredOf(relation, filter);
  const all = await sampleOfResults(lake, whole, options);
  if (filter.outliers === 'kept') return { relation, measured: whole, sample: all, cut: 0 };
  const fences = bounded(filter.outliers === 'horn' ? hornFences(all) : tukeyFences(all), all);
  const measured = measuredOf(relation, filter, fences);
  const sample = await sampleOfResults(lake, measured, options);
  return { relation, measured, sample, fences, cut: all.n - sample.n };
}

async function measuredBy(ctx: Context, lake: Lake, filter: TestFilter, options: AskOptions): Promise<Sql> {
  if (filter.outliers !== 'kept') return (await chosenResults(ctx, lake, filter, options)).measured;
  return measuredOf(await rowsOf(ctx, filter), filter);
}

/** An open side ends at the outermost value, because a number must travel to the engine. */
function bounded({ low, high }: Fences, { values }: Sample): Fences {
  return {
    low: Number.isFinite(low) ? low : (values[0] ?? 0),
    high: Number.isFinite(high) ? high : (values.at(-1) ?? 0),
  };
}

/** The distinct values with their counts: all results, however many there are. */
export async function sampleOfResults(
  lake: Lake,
  measured: Sql,
  options: AskOptions,
  only: Sql = sql`true`,
): Promise<Sample> {
  const ask = (value: Sql) => sql`
    select ${value} as value, count() as results from ${measured} where ${only}
    group by value order by value limit ${MOST_VALUES + 1}`;
  type Row = { value: number; results: number };
  let rows = await lake.rows<Row>(ask(sql`measured`), { ...options, mostRows: MOST_VALUES + 1 });
  if (rows.length > MOST_VALUES) {
    const rounded = sql`if(measured = 0, 0, round(measured, 4 - toInt32(floor(log10(abs(measured))))))`;
    rows = await lake.rows<Row>(ask(rounded), { ...options, mostRows: MOST_VALUES + 1 });
  }
  const counts = Float64Array.from(rows, ({ results }) => results);
  return {
    values: Float64Array.from(rows, ({ value }) => value),
    counts,
    n: counts.reduce((sum, one) => sum + one, 0),
  };
}

const PERCENTILES = [0.5, 1, 2.5, 5, 10, 25, 50, 75, 90, 95, 97.5, 99, 99.5] as const;

interface SummaryRow {
  results: number;
  persons: number;
  from: string;
  until: string;
  mean: number;
  deviation: number | null;
  percentiles: number[];
  flagged: number;
  ofFlagged: number;
}

/** Everything about the distribution of one test's results. Percentiles are exact, by rank p (n + 1). */
export async function summarize(
  ctx: Context,
  lake: Lake,
  filter: TestFilter,
  options: AskOptions,
): Promise<Answer<TestSummary>> {
  const smallest = smallestOf(filter.reach);
  const { relation, measured, sample, fences, cut } = await chosenResults(ctx, lake, filter, options);
  const levels = trusted(PERCENTILES.map((p) => p / 100).join(', '));
  const [[row], [excluded]] = await Promise.all([
    lake.rows<SummaryRow>(
      sql`
        select count() as results, uniqExact(_patient) as persons, formatDateTime(min(time), '%Y-%m-%dT%H:%i:%SZ', 'UTC') as "from", formatDateTime(max(time), '%Y-%m-%dT%H:%i:%SZ', 'UTC') as "until",
          avg(measured) as mean, if(count() > 1, stddevSamp(measured), null) as deviation, quantilesExactExclusive(${levels})(measured) as percentiles,
          countIf(of_flag ${FLAGGED}) as flagged, countIf(of_flag != '') as "ofFlagged"
        from ${measured} having count() > 0`,
      options,
    ),
    lake.rows<{ belowOrAbove: number; unfinished: number; otherUnits: number }>(leftOut(relation, filter), options),
  ]);
  const published = publishedIntervals(filter);
  const told = smallest > 1 ? { smallest } : {};
  if (row === undefined || row.persons < smallest)
    return {
      ...told,
      enough: false,
      results: 0,
      persons: 0,
      percentiles: [],
      bins: [],
      excluded: { belowOrAbove: 0, unfinished: 0, otherUnits: 0, outliers: 0 },
      published,
    };
  return {
    ...told,
    enough: true,
    results: row.results,
    persons: row.persons,
    from: row.from,
    until: row.until,
    mean: row.mean,
    ...(row.deviation !== null && { deviation: row.deviation }),
    percentiles: tellablePercentiles(row, smallest),
    bins: await histogram(lake, measured, sample, row.percentiles, smallest, options),
    ...(row.ofFlagged > 0 && { flagged: { flagged: row.flagged, of: row.ofFlagged } }),
    excluded: { ...(excluded ?? { belowOrAbove: 0, unfinished: 0, otherUnits: 0 }), outliers: cut },
    ...(fences !== undefined && { fences }),
    published,
  };
}

/** A percentile stands only where at least `smallest` results lie beyond it: the outermost values are single persons. */
function tellablePercentiles({ results, percentiles }: SummaryRow, smallest: number): TestSummary['percentiles'] {
  return PERCENTILES.flatMap((p, at) =>
    (Math.min(p, 100 - p) / 100) * results >= smallest || (smallest === 1 && results > 1)
      ? [{ p, value: percentiles[at]! }]
      : [],
  );
}

async function histogram(
  lake: Lake,
  measured: Sql,
  { values }: Sample,
  percentiles: readonly number[],
  smallest: number,
  options: AskOptions,
): Promise<TestSummary['bins']> {
  const [low, high] = [percentiles[0]!, percentiles.at(-1)!];
  const rounding = roundingOf([...values]);
  const step = barStep(low, high, rounding);
  // Half a rounding step below a value that occurs, so that no value lies on a border.
  const from = Math.floor(low / step) * step - rounding / 2;
  const most = Math.max(0, Math.floor((high - from) / step));
  const counted = await lake.rows<CountedBin>(
    sql`
      select least(greatest(toInt64(floor((measured - ${from}) / ${step})), 0), ${most}) as bin, count() as results, uniqExact(_patient) as persons
      from ${measured} group by bin order by bin limit 500`,
    options,
  );
  return binsOf(counted, { from, step, smallest });
}

/** The spread in a group: limits, quartiles and median. */
const SPREAD = sql`
  count() as results, uniqExact(_patient) as persons, quantilesExactExclusive(0.025, 0.25, 0.5, 0.75, 0.975)(measured) as spread,
  countIf(of_flag ${FLAGGED}) as flagged, countIf(of_flag != '') as "ofFlagged"`;

interface GroupRow {
  key: string;
  results: number;
  persons: number;
  spread: [number, number, number, number, number];
  flagged: number;
  ofFlagged: number;
}

const KEYS: Record<By, Sql> = {
  sex: sql`of_sex`,
  district: sql`of_district`,
  organization: sql`of_organization`,
  month: sql`formatDateTime(toStartOfMonth(time, 'Asia/Shanghai'), '%Y-%m-%d')`,
  week: sql`formatDateTime(toStartOfWeek(time, 1, 'Asia/Shanghai'), '%Y-%m-%d')`,
};

/** The results in groups: by sex, place, organization or time. */
export async function grouped(
  ctx: Context,
  lake: Lake,
  filter: TestFilter,
  by: By,
  options: AskOptions,
): Promise<Answer<Groups<TestGroup>>> {
  const measured = await measuredBy(ctx, lake, filter, options);
  const byTime = by === 'month' || by === 'week';
  const rows = await lake.rows<GroupRow>(
    sql`
      select ${KEYS[by]} as key, ${SPREAD} from ${measured} group by key
      order by ${byTime ? sql`key desc` : sql`results desc, key`} limit ${MOST_GROUPS}`,
    options,
  );
  const smallest = smallestOf(filter.reach);
  const { groups, hidden } = tellable(byTime ? rows.reverse() : rows, smallest);
  return { groups: groups.map(groupOf), hidden, ...(smallest > 1 && { smallest }) };
}

/** The results by sex and band of age. */
export async function groupedByAge(
  ctx: Context,
  lake: Lake,
  filter: TestFilter,
  options: AskOptions,
): Promise<Answer<Groups<AgeGroup>>> {
  const measured = await measuredBy(ctx, lake, filter, options);
  const smallest = smallestOf(filter.reach);
  const ask = async (bands: readonly number[]) => {
    const rows = await lake.rows<GroupRow & { sex: string; band: number }>(
      sql`
        select of_sex as sex, roundDown(assumeNotNull(of_age), [${trusted(bands.join(', '))}]) as band, concat(sex, ' ', toString(band)) as key, ${SPREAD}
        from ${measured} where of_age >= 0 and of_sex in ('male', 'female') group by sex, band order by sex, band limit ${MOST_GROUPS}`,
      options,
    );
    const { groups, hidden } = tellable(rows, smallest);
    return {
      groups: groups.map((row) => {
        const next = bands.find((from) => from > row.band);
        return { ...groupOf(row), sex: row.sex, ageFrom: row.band, ...(next !== undefined && { ageTo: next }) };
      }),
      hidden,
      ...(smallest > 1 && { smallest }),
    };
  };
  const narrow = await ask(AGE_BANDS);
  return narrow.hidden > narrow.groups.length / 2 ? ask(WIDE_AGE_BANDS) : narrow;
}

function groupOf({ key, results, persons, spread, flagged, ofFlagged }: GroupRow): TestGroup {
  const [low, quarter, median, threeQuarters, high] = spread;
  const limits = results >= LEAST_NONPARAMETRIC && { low, high };
  return { key, results, persons, quarter, median, threeQuarters, ...limits, flagged, ofFlagged };
}
