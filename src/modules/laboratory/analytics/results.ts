import type { Context, Sql } from '#kernel/context';
import { lakeRelation } from '#kernel/lake';
import { all, sql } from '#kernel/sql';
import type { Fences } from '#standards/reference-intervals';
import type { ResultFilter, TestFilter, Told } from '../model.ts';

/** An answer without what only its asking shows. */
export type Answer<T> = Omit<T, Exclude<keyof Told, 'smallest'>>;

/** Results that stand: FHIR R4 observation-status. */
const FINISHED = sql`ifNull(status, '') in ('final', 'amended', 'corrected')`;

/** What counts as use: everything that was really measured, finished or not. */
export const USED = sql`ifNull(status, '') not in ('entered-in-error', 'cancelled')`;

/** The start of a day in Asia/Shanghai, which has no summer time since 1991. @param day `2026-03-01` */
export function startOfDay(day: string): Date {
  return new Date(`${day}T00:00:00+08:00`);
}

const DAY_MS = 86_400_000;

/** The terms of a filter that every question shares, over the columns of the view. */
export function filterTerms({ sex, ageFrom, ageTo, district, organization, since, until }: ResultFilter): Sql[] {
  const age = sql`age('year', birth_date, toDate32(time, 'Asia/Shanghai'))`;
  return [
    ...(sex === undefined ? [] : [sql`sex = ${sex}`]),
    ...(ageFrom === undefined ? [] : [sql`${age} >= ${ageFrom}`]),
    ...(ageTo === undefined ? [] : [sql`${age} <= ${ageTo}`]),
    ...(district === undefined ? [] : [sql`district = ${district}`]),
    ...(organization === undefined ? [] : [sql`organization = ${organization}`]),
    ...(since === undefined ? [] : [sql`time >= ${startOfDay(since)}`]),
    ...(until === undefined ? [] : [sql`time < ${new Date(startOfDay(until).getTime() + DAY_MS)}`]),
  ];
}

/** Every row of a view that may enter the actor's question. */
export function rowsOf(ctx: Context, { reach }: Pick<ResultFilter, 'reach'>, view = 'laboratory_result'): Promise<Sql> {
  return lakeRelation(ctx, view, { reach });
}

/**
 * The measured values of one test in one unit: finished, with a number, not "below" or "above" one; with what groups them.
 *
 * @param fences only values between them
 */
export function measuredOf(relation: Sql, filter: TestFilter, fences?: Fences): Sql {
  const terms = [
    sql`code = ${filter.code}`,
    sql`ifNull(unit, '') = ${filter.unit}`,
    sql`isNotNull(value)`,
    sql`isNull(comparator)`,
    FINISHED,
    ...filterTerms(filter),
  ];
  const chosen = sql`
    select _patient, time, assumeNotNull(value) as measured, ifNull(sex, 'unknown') as of_sex, ifNull(district, '') as of_district,
      ifNull(organization, '') as of_organization, ifNull(flag, '') as of_flag, age('year', birth_date, toDate32(time, 'Asia/Shanghai')) as of_age, _resource
    from ${relation} where ${all(terms)}`;
  const once = filter.first ? sql`${chosen} order by time, _resource limit 1 by _patient` : chosen;
  if (fences === undefined) return sql`(${once})`;
  return sql`(select * from (${once}) where measured >= ${fences.low} and measured <= ${fences.high})`;
}

/** What was left out of a test's results before anything was measured, by reason. */
export function leftOut(relation: Sql, filter: TestFilter): Sql {
  const others = sql`isNotNull(value) and ifNull(unit, '') != ${filter.unit}`;
  return sql`
    select countIf(isNotNull(comparator) and ifNull(unit, '') = ${filter.unit}) as "belowOrAbove",
      countIf(not (${FINISHED}) and ifNull(unit, '') = ${filter.unit}) as unfinished, countIf(${others}) as "otherUnits"
    from ${relation} where ${all([sql`code = ${filter.code}`, ...filterTerms(filter)])}`;
}

/** FHIR R4 observation-interpretation: what is outside its interval or positive. */
export const FLAGGED = sql`in ('L', 'LL', 'H', 'HH', 'A', 'AA', 'POS', 'DET')`;
