import type { Context, Sql } from '#kernel/context';
import { type AskOptions, type Lake, lakeRelation } from '#kernel/lake';
import { all, any, sql } from '#kernel/sql';
import type { CaseDefinition, Finding } from '../model.ts';
import { levelOf } from '../rules/index.ts';

/** Cases and persons tested of one day in one district. */
export interface CellCount {
  /** `2026-03-02`, in Asia/Shanghai. */
  day: string;
  /** The person's home; empty: unknown. */
  district: string;
  cases: number;
  tested: number;
}

/** Days, both included. */
interface Period {
  since: string;
  until: string;
}

const MOST_CELLS = 500_000;

/** Whoever may do `signals.watch` or `signals.case.read` answers for public health and sees every case, which is what early warning is made of. */
const BY_LAW = { smallGroups: 'under-law' } as const;

/** Results that stand, and preliminary ones: waiting for the signature would cost the days that early warning is for. */
const STANDS = sql`ifNull(status, '') in ('preliminary', 'final', 'amended', 'corrected')`;
const DAY = sql`toInt32(toDate32(time, 'Asia/Shanghai'))`;

function isPositive({ codes, values = [], above }: Finding): Sql {
  const ways = [
    ...(values.length === 0
      ? []
      : [
          sql`has(${[...values]}, ifNull(value_code, ''))`,
          sql`has(${[...values]}, ifNull(flag, ''))`,
          sql`has(${[...values]}, ifNull(value_text, ''))`,
        ]),
    ...(above === undefined ? [] : [sql`value > ${above}`]),
  ];
  return all([sql`has(${[...codes]}, code)`, any(ways)]);
}

function codesOf({ findings }: CaseDefinition): string[] {
  return [...new Set(findings.flatMap(({ codes }) => codes))];
}

/**
 * A relation with a row for each case: patient, start (days since 1970-01-01), of_district, of_sex, birth.
 *
 * A person's first positive result begins a case; later ones belong to it until the episode is over, and then begin the next. The whole past is read, because where an episode
 * ends follows from where it began.
 */
function casesOf(relation: Sql, definition: CaseDefinition, { since, until }: Period): Sql {
  return sql`
    select patient, start, of_district, of_sex, birth
    from (
      select patient, any(ifNull(district, '')) as of_district, any(ifNull(sex, 'unknown')) as of_sex, any(birth_date) as birth,
        arrayFold((starts, day) -> if(empty(starts) or day >= starts[-1] + ${definition.episodeDays}, arrayPushBack(starts, day), starts),
          arraySort(groupUniqArray(${DAY})), emptyArrayInt32()) as starts
      from ${relation}
      where code in ${listOf(codesOf(definition))} and ${STANDS} and ${any(definition.findings.map(isPositive))}
        and ${DAY} <= toInt32(toDate32(${until}))
      group by patient
    )
    array join starts as start
    where start >= toInt32(toDate32(${since}))`;
}

function listOf(values: readonly string[]): Sql {
  return sql`(${sql`select arrayJoin(cast(${[...values]} as Array(String)))`})`;
}

/** Cases and persons tested by day and district; cells without either are left out. */
export async function countCells(
  ctx: Context,
  lake: Lake,
  definition: CaseDefinition,
  period: Period,
  options: AskOptions = {},
): Promise<CellCount[]> {
  const relation = await lakeRelation(ctx, 'laboratory_result', { reach: 'population' });
  const { since, until } = period;
  return lake.rows<CellCount>(
    sql`
      select toString(toDate32(cell)) as day, of_district as district, toUInt32(sum(case)) as cases, toUInt32(sum(test)) as tested
      from (
        select start as cell, of_district, 1 as case, 0 as test from (${casesOf(relation, definition, period)})
        union all
        select ${DAY} as cell, any(ifNull(district, '')) as of_district, 0 as case, 1 as test
        from ${relation}
        where code in ${listOf(codesOf(definition))} and ${STANDS} and ${DAY} between toInt32(toDate32(${since})) and toInt32(toDate32(${until}))
        group by cell, patient
      )
      group by cell, of_district order by cell, of_district limit ${MOST_CELLS + 1}`,
    { ...BY_LAW, ...options, mostRows: MOST_CELLS },
  );
}

interface CaseGroup {
  /** Lower end of the band; null: unknown. */
  from: number | null;
  sex: string;
  cases: number;
}

const BANDS = [0, 1, 5, 10, 15, 20, 30, 40, 50, 60, 70, 80];

/** Cases by age at the start and sex, of one place. */
export async function countAges(
  ctx: Context,
  lake: Lake,
  definition: CaseDefinition,
  { period, place }: { period: Period; place: string },
  options: AskOptions = {},
): Promise<CaseGroup[]> {
  const relation = await lakeRelation(ctx, 'laboratory_result', { reach: 'population' });
  const there = isAt(sql`of_district`, place);
  return lake.rows<CaseGroup>(
    sql`
      select if(isNull(birth), null, arrayMax(arrayFilter(low -> low <= age('year', assumeNotNull(birth), toDate32(start)), cast(${BANDS} as Array(Int32))))) as "from",
        of_sex as sex, toUInt32(count()) as cases
      from (${casesOf(relation, definition, period)}) where ${there}
      group by "from", sex order by "from", sex limit 200`,
    { ...BY_LAW, ...options },
  );
}

/** What the typing tests say of the cases' persons in the period. */
export async function countTypes(
  ctx: Context,
  lake: Lake,
  definition: CaseDefinition,
  { period, place }: { period: Period; place: string },
  options: AskOptions = {},
): Promise<{ type: string; cases: number }[]> {
  if (definition.typing === undefined) return [];
  const relation = await lakeRelation(ctx, 'laboratory_result', { reach: 'population' });
  const there = isAt(sql`ifNull(district, '')`, place);
  return lake.rows(
    sql`
      select coalesce(value_text, value_code, '') as type, toUInt32(uniqExact(patient)) as cases
      from ${relation}
      where code in ${listOf(definition.typing)} and ${STANDS} and ${there}
        and ${DAY} between toInt32(toDate32(${period.since})) and toInt32(toDate32(${period.until}))
      group by type having type != '' order by cases desc, type limit 50`,
    { ...BY_LAW, ...options },
  );
}

/** Whether a district lies in a place. */
function isAt(district: Sql, place: string): Sql {
  const level = levelOf(place);
  if (level === 'region') return sql`true`;
  // GB/T 2260: the first four digits are the city's.
  return level === 'city' ? sql`startsWith(${district}, ${place.slice(0, 4)})` : sql`${district} = ${place}`;
}

/** A case in the line list. */
interface CaseRow {
  patient: string;
  day: string;
  district: string;
  sex: string;
  birthDate: string | null;
}

/** The persons behind the counts, newest first; whoever asks must be allowed to see them one by one, and be noted. */
export async function listCases(
  ctx: Context,
  lake: Lake,
  definition: CaseDefinition,
  { period, place, limit }: { period: Period; place: string; limit: number },
  options: AskOptions = {},
): Promise<CaseRow[]> {
  const relation = await lakeRelation(ctx, 'laboratory_result', { reach: 'population' });
  const there = isAt(sql`of_district`, place);
  return lake.rows<CaseRow>(
    sql`
      select patient, toString(toDate32(start)) as day, of_district as district, of_sex as sex, if(isNull(birth), null, toString(birth)) as "birthDate"
      from (${casesOf(relation, definition, period)}) where ${there}
      order by start desc, patient limit ${limit}`,
    { ...BY_LAW, ...options },
  );
}

interface CaseResultRow {
  patient: string;
  /** Id of the Observation. */
  result: string;
  code: string;
  day: string;
  /** Ids of the Specimen and the ServiceRequest; empty: not told. */
  specimen: string;
  order: string;
  /** What a typing test named; empty: no typing test. */
  type: string;
}

/** The positive and typing results of the persons who have a case in the period, oldest first. */
export async function listCaseResults(
  ctx: Context,
  lake: Lake,
  definition: CaseDefinition,
  { period, place, limit }: { period: Period; place: string; limit: number },
  options: AskOptions = {},
): Promise<CaseResultRow[]> {
  const relation = await lakeRelation(ctx, 'laboratory_result', { reach: 'population' });
  const isTyping = sql`has(cast(${[...(definition.typing ?? [])]} as Array(String)), code)`;
  const asked = [...codesOf(definition), ...(definition.typing ?? [])];
  return lake.rows<CaseResultRow>(
    sql`
      select patient, id as "result", code, toString(toDate32(time, 'Asia/Shanghai')) as day, ifNull(specimen, '') as "specimen",
        ifNull(service_request, '') as "order", if(${isTyping}, coalesce(value_text, value_code, ''), '') as "type"
      from ${relation}
      where code in ${listOf(asked)} and ${STANDS} and ${any([isTyping, ...definition.findings.map(isPositive)])}
        and ${DAY} between toInt32(toDate32(${period.since})) and toInt32(toDate32(${period.until}))
        and patient in (select patient from (${casesOf(relation, definition, period)}) where ${isAt(sql`of_district`, place)})
      order by time, id limit ${limit}`,
    { ...BY_LAW, ...options },
  );
}
