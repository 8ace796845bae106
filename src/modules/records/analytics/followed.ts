import type { Context, Sql } from '#kernel/context';
import { join, sql, trusted } from '#kernel/sql';
import type { Code, Cohort } from '../model.ts';
import { type Asking, dayAt, optionsOf, withRows } from './ask.ts';
import { hasCode, membersQuery, mergedRecords, type Relations, viewsOf } from './compile.ts';
import { EVENTS, PERSON, REGION_ZONE } from './views.ts';

/** Enough for a study of a province's patients, and for a table that a browser can show. */
const MOST_PERSONS = 100_000;
const ASK_MS = 60_000;

interface Exposure {
  source: 'medication' | 'procedure';
  codes: readonly Code[];
}

/** Members of a cohort, followed from the first day of a treatment or of what it is compared with. */
export interface Following {
  cohort: Cohort;
  treatment: Exposure;
  comparator: Exposure;
  followDays: number;
  /** Results between these days after the first one; the last of them. */
  measures: readonly { codes: readonly Code[]; unit: string; fromDays: number; toDays: number }[];
}

interface Followed {
  treated: boolean;
  age: number | null;
  sex: string;
  /** Until death, or the end of the follow-up, or today. */
  days: number | null;
  died: boolean;
  measures: (number | null)[];
}

export interface FollowedPersons {
  members: number;
  /** Who had both on the same first day, so that nobody knows which was meant. */
  both: number;
  /** Who had neither. */
  neither: number;
  persons: Followed[];
}

/**
 * Rows without a name or an id: whose they are is not told.
 *
 * @throws Problem `forbidden`, `too-costly`
 */
export async function findFollowed(ctx: Context, following: Following, asking: Asking): Promise<FollowedPersons> {
  const { cohort, treatment, comparator, followDays, measures } = following;
  const sources = [treatment, comparator].map(({ source }) => EVENTS[source].view);
  const views = [...new Set([...viewsOf(cohort), ...sources, ...(measures.length > 0 ? [EVENTS.result.view] : [])])];
  const today = dayAt(ctx.now());
  const ask = await withRows(ctx, asking, views, (relations) => {
    const begun = sql`
      select member.patient as patient, sex, birth, deceased,
        ifNull(treated_day, toDate32('2299-12-31')) as one, ifNull(compared_day, toDate32('2299-12-31')) as other,
        least(one, other) as index_day
      from (${membersQuery(cohort, relations, today)}) as member
      left any join (${firstOf(treatment, relations, 'treated_day')}) as treated on member.patient = treated.patient
      left any join (${firstOf(comparator, relations, 'compared_day')}) as compared on member.patient = compared.patient`;
    const death = sql`select id as patient, min(toDate32(toTimeZone(deceased_at, ${REGION_ZONE}))) as death_day from ${relations(PERSON)} where deceased_at is not null group by id`;
    const columns = measures.map((_, at) => sql`${valueName(at)} as ${trusted(`m${at}`)}`);
    const joins = measures.map(
      (measure, at) =>
        sql`left any join (${measured(measure, relations, at)}) as ${trusted(`t${at}`)} on begun.patient = ${trusted(`t${at}`)}.patient`,
    );
    return sql`
      select one < other as treated, one = other and one < toDate32('2299-12-31') as both, one = other and not both as neither, sex,
        if(birth is null or neither, null, age('year', assumeNotNull(birth), index_day)) as age,
        least(index_day + ${followDays}, toDate32(${today})) as until,
        ifNull(death_day between index_day and until, false) as died,
        if((deceased and death_day is null) or neither, null, toInt32(if(died, assumeNotNull(death_day), until)) - toInt32(index_day)) as days${columns.length === 0 ? sql`` : sql`, ${join(columns)}`}
      from (${begun}) as begun
      left any join (${death}) as death on begun.patient = death.patient
      ${join(joins, ' ')}
      order by cityHash64(begun.patient)
      limit ${MOST_PERSONS + 1}`;
  });
  const rows = await asking.lake.rows<Record<string, unknown>>(ask, {
    ...optionsOf(ctx, asking),
    smallGroups: 'left-out',
    timeoutMs: ASK_MS,
    mostRows: MOST_PERSONS,
  });
  const taken = rows.filter(({ both, neither }) => !isTrue(both) && !isTrue(neither));
  return {
    members: rows.length,
    both: rows.filter(({ both }) => isTrue(both)).length,
    neither: rows.filter(({ neither }) => isTrue(neither)).length,
    persons: taken.map((row) => ({
      treated: isTrue(row['treated']),
      age: numberOf(row['age']),
      sex: String(row['sex'] ?? ''),
      days: numberOf(row['days']),
      died: isTrue(row['died']),
      measures: measures.map((_, at) => numberOf(row[`m${at}`])),
    })),
  };

  /** The last value of a measure within its days. */
  function measured(measure: Following['measures'][number], relations: Relations, at: number): Sql {
    const { codes, unit, fromDays, toDays } = measure;
    const rows = sql`(
      select ifNull(heir, found) as patient, time, value
      from (
        select patient as found, time, value from ${relations(EVENTS.result.view)}
        where ${hasCode('result', codes)} and ${EVENTS.result.counts} and value is not null and ifNull(unit, '') = ${unit} and ifNull(comparator, '') = ''
      ) as chosen
      left any join ${mergedRecords(relations)} as merged on chosen.found = merged.gone
    )`;
    return sql`
      select seen.patient as patient, argMax(value, time) as ${valueName(at)}
      from ${rows} as seen
      inner join (
        select patient, min(first_day) as index_day
        from (${firstOf(treatment, relations, 'first_day')} union all ${firstOf(comparator, relations, 'first_day')})
        group by patient
      ) as start on seen.patient = start.patient
      where ${dayOfTime} between index_day + ${fromDays} and index_day + ${toDays}
      group by seen.patient`;
  }
}

const dayOfTime = sql`toDate32(toTimeZone(time, ${REGION_ZONE}))`;

function valueName(at: number): Sql {
  return trusted(`value_${at}`);
}

/** The first day on which each person had it. */
function firstOf({ source, codes }: Exposure, relations: Relations, name: string): Sql {
  const { view, counts } = EVENTS[source];
  return sql`
    select ifNull(heir, found) as patient, min(day) as ${trusted(name)}
    from (
      select patient as found, CAST(${dayOfTime}, 'Nullable(Date32)') as day from ${relations(view)} where ${hasCode(source, codes)} and ${counts}
    ) as chosen
    left any join ${mergedRecords(relations)} as merged on chosen.found = merged.gone
    group by patient`;
}

function isTrue(value: unknown): boolean {
  return value === true || value === 1;
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
