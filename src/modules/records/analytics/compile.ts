import type { Sql } from '#kernel/context';
import { all, any, join, sql, trusted } from '#kernel/sql';
import type {
  Bounds,
  Code,
  Cohort,
  Criterion,
  Day,
  EventCriterion,
  EventPattern,
  EventSource,
  Flag,
  PersonCriterion,
  Step,
  Times,
  Years,
} from '../model.ts';
import { EVENTS, PERSON, REGION_ZONE } from './views.ts';

/** The part of a view that may be asked, to stand after FROM. */
export type Relations = (view: string) => Sql;

/** The views that a cohort asks, so that the actor's part of each can be fetched before. */
export function viewsOf({ include, exclude }: Cohort): string[] {
  const events = [...include, ...exclude].flatMap(eventsOf);
  const views = events.flatMap(({ event, steps = [] }) => [
    EVENTS[event.source].view,
    ...steps.map((step) => viewOfStep(step.event)),
  ]);
  return [...new Set([PERSON, ...views])];
}

/**
 * Counts a cohort in one query. `part` says what a row counts by: `passed` is how many criteria of the flow, included ones first, a person met
 * in turn; the others count those who met all, by sex and decade of age, by place, by month of the index event. Empty text: not known.
 */
export function countQuery(cohort: Cohort, relations: Relations, today: Day): Sql {
  const { steps, persons } = askedOf(cohort, relations, today);
  const count = trusted(String(steps.length));
  return sql`
    select multiIf(grouping(passed) = 0, 'passed', grouping(sex) = 0, 'age', grouping(place) = 0, 'place', 'month') as part,
      passed, sex, decade, place, month, count() as persons
    from (
      select passed,
        if(passed = ${count}, sex, null) as sex,
        if(passed = ${count} and birth <= age_day, toInt16(intDiv(age('year', birth, age_day), 10) * 10), null) as decade,
        if(passed = ${count}, place, null) as place,
        if(passed = ${count}, ifNull(formatDateTime(first_day, '%Y-%m'), ''), null) as month
      from (select *, ${passedOf(steps)} as passed, coalesce(first_day, ${date(today)}) as age_day from ${persons})
    )
    group by grouping sets ((passed), (sex, decade), (place), (month))
    having part = 'passed' or sex is not null or place is not null or month is not null
    order by part, passed, sex, decade, place, month
  `;
}

/** The cohort's persons: `patient`, `sex`, `birth`, `place`, `organization`, `first_day` of the index event. */
export function membersQuery(cohort: Cohort, relations: Relations, today: Day): Sql {
  const { steps, persons } = askedOf(cohort, relations, today);
  return sql`select patient, sex, birth, place, organization, deceased, first_day from ${persons} where ${all(steps)}`;
}

interface Asked {
  /** What a person must meet, in the order of the flow. */
  steps: Sql[];
  /** Everybody, with `first_day` of the index event where there is one. */
  persons: Sql;
}

function askedOf({ include, exclude }: Cohort, relations: Relations, today: Day): Asked {
  const index = include.flatMap(eventsOf)[0];
  const compiler = { relations, today, index };
  const steps = [
    ...include.map((criterion) => metBy(criterion, compiler)),
    ...exclude.map((criterion) => sql`not ${metBy(criterion, compiler)}`),
  ];
  const everybody = personsOf(relations);
  const persons =
    index === undefined
      ? sql`(select *, CAST(null, 'Nullable(Date32)') as first_day from ${everybody})`
      : sql`(
          select * from ${everybody} as person
          left any join (${happened(index, relations)}) as happened on person.person = happened.person
        )`;
  return { steps, persons };
}

/** How many of the steps hold before the first one that does not. */
function passedOf(steps: readonly Sql[]): Sql {
  if (steps.length === 0) return sql`0`;
  const branches = steps.map((met, at) => sql`not ${met}, ${trusted(String(at))}`);
  return sql`multiIf(${join(branches)}, ${trusted(String(steps.length))})`;
}

interface Compiler {
  relations: Relations;
  today: Day;
  /** Joined to the persons as `first_day`, so that it is asked once. */
  index: EventCriterion | undefined;
}

function metBy(criterion: Criterion, compiler: Compiler): Sql {
  if (criterion.kind === 'person') return isSuch(criterion, compiler.today);
  if (criterion.kind === 'event') {
    if (criterion === compiler.index) return sql`(first_day is not null)`;
    return sql`(person in (select person from (${happened(criterion, compiler.relations)})))`;
  }
  const terms = criterion.criteria.map((each) => metBy(each, compiler));
  return criterion.match === 'all' ? all(terms) : any(terms);
}

function isSuch({ sexes, age, places, organizations, deceased }: PersonCriterion, today: Day): Sql {
  const terms: Sql[] = [];
  if (sexes !== undefined) terms.push(sql`sex in (${join(sexes.map((sex) => sql`${sex}`))})`);
  if (age !== undefined) terms.push(isAged(age, date(age.on ?? today)));
  if (places !== undefined) terms.push(any(places.map((code) => sql`startsWith(place, ${code})`)));
  if (organizations !== undefined) terms.push(sql`organization in (${join(organizations.map((id) => sql`${id}`))})`);
  if (deceased !== undefined) terms.push(deceased ? sql`deceased` : sql`not deceased`);
  return all(terms);
}

/** False where the birth date is not known or lies after the day. */
function isAged({ from, to }: Years, day: Sql): Sql {
  const terms = [sql`birth is not null`, sql`birth <= ${day}`];
  if (from !== undefined) terms.push(sql`age('year', birth, ${day}) >= ${from}`);
  if (to !== undefined) terms.push(sql`age('year', birth, ${day}) <= ${to}`);
  return sql`ifNull(${all(terms)}, false)`;
}

/** Persons to whom the event happened as the criterion says: `person` and `first_day`, when it first did. */
function happened(criterion: EventCriterion, relations: Relations): Sql {
  const { times, steps } = criterion;
  const anchors = anchorsOf(criterion, relations);
  if (steps !== undefined) return followed(criterion, steps, anchors, relations);
  if (times !== undefined && times.atLeast > 1) return repeated(times, anchors);
  return sql`select person, ${asDate(sql`min(day)`)} as first_day from (${anchors}) group by person`;
}

/** Events that count for the criterion: `person`, `day`, and `key`, which tells events of one day apart. */
function anchorsOf(criterion: EventCriterion, relations: Relations): Sql {
  const { event, pick, age } = criterion;
  const { wanted, met } = termsOf(event);
  const key = needsKey(criterion) ? KEY : NO_KEY;
  const terms = pick === undefined ? [...wanted, ...met] : wanted;
  const columns = [
    sql`${DAY} as day`,
    sql`${key} as key`,
    ...(pick === undefined ? [] : [sql`ifNull(${all(met)}, false) as met`, sql`(time, _resource) as place`]),
  ];
  const events = ownedRows(event, relations, columns, terms);
  const aged =
    age === undefined
      ? events
      : sql`(
          select *, ${isAged(age, asDate(sql`day`))} as is_aged
          from ${events} as event inner join (select person, birth from ${personsOf(relations)}) as born on event.person = born.person
        )`;
  const isAgedTerm = age === undefined ? sql`true` : sql`is_aged`;
  if (pick === undefined) return sql`select person, day, key from ${aged} where ${isAgedTerm}`;
  const choose = pick === 'first' ? sql`argMin` : sql`argMax`;
  return sql`
    select person, one.2 as day, one.3 as key
    from (select person, ${choose}((met and ${isAgedTerm}, day, key), place) as one from ${aged} group by person)
    where one.1
  `;
}

/**
 * Rows of a view's events with their person: what was recorded under a record that was merged into another belongs to the other. The records that
 * were merged are few beside the events, so they are looked up after the events are chosen.
 */
function ownedRows(
  { source }: EventPattern,
  relations: Relations,
  columns: readonly Sql[],
  terms: readonly Sql[],
  view = EVENTS[source].view,
): Sql {
  return sql`(
    select ifNull(heir, found) as person, *
    from (select _patient as found, ${join(columns)} from ${relations(view)} where ${all(terms)}) as chosen
    left any join ${mergedNumbers(relations)} as merged on chosen.found = merged.gone
  )`;
}

/**
 * The lake's number of a patient, `_patient` in events' views: joined, grouped and looked up many times as fast as the id. Two of a hundred million persons share one
 * with a probability of 1 to 3,700.
 */
function numberOf(id: Sql): Sql {
  return sql`cityHash64(${id})`;
}

function mergedNumbers(relations: Relations): Sql {
  return sql`(select ${numberOf(sql`gone`)} as gone, ${numberOf(sql`heir`)} as heir from ${mergedRecords(relations)})`;
}

/** Records that were merged into others, `gone` into `heir`. */
export function mergedRecords(relations: Relations): Sql {
  return sql`(select id as gone, replaced_by as heir from ${relations(PERSON)} where replaced_by is not null)`;
}

/** Persons with so many events. A run begins at an event and takes the next one that is far enough, so that no other run has more. */
function repeated({ atLeast, withinDays, apartDays = 0 }: Times, anchors: Sql): Sql {
  const span =
    withinDays === undefined ? sql`days` : sql`arrayFilter(d -> d between start and start + ${withinDays}, days)`;
  const run =
    apartDays === 0
      ? sql`length(${span})`
      : sql`arrayFold(
          (run, d) -> if(d >= run.1, (toInt32(d + ${apartDays}), toUInt32(run.2 + 1)), run), ${span}, (toInt32(-1000000), toUInt32(0))
        ).2`;
  // Without a limit to the span no run is longer than the one that begins first.
  const starts = withinDays === undefined ? sql`[days[1]]` : sql`arrayDistinct(days)`;
  return sql`
    select person, ${asDate(sql`runs[1]`)} as first_day
    from (
      select person, arrayFilter(start -> ${run} >= ${atLeast}, ${starts}) as runs
      from (select person, arraySort(groupArray(day)) as days from (${anchors}) group by person having count() >= ${atLeast})
    )
    where notEmpty(runs)
  `;
}

/** Persons with the chain of events. From its end: an event stays when the next one of the chain is found beside it. */
function followed(criterion: EventCriterion, steps: readonly Step[], anchors: Sql, relations: Relations): Sql {
  const key = needsKey(criterion) ? KEY : NO_KEY;
  const others = steps.map(({ event }, at) => {
    const { wanted, met } = termsOf(event);
    const terms = [...wanted, ...met];
    // Events of chosen codes are few and lie together; of all events only those of the persons in question are read, by their ids because rows lie so.
    if (event.codes === undefined)
      terms.push(
        sql`patient in (select id from ${relations(PERSON)} where ${numberOf(sql`ifNull(replaced_by, id)`)} in (select person from (${anchors})))`,
      );
    const rows = ownedRows(event, relations, [sql`${DAY} as day`, sql`${key} as key`], terms, viewOfStep(event));
    return sql`select ${step(at + 1)} as step, person, day, key from ${rows}`;
  });
  const lists = [0, ...steps.keys()].map(
    (_, at) => sql`groupUniqArrayIf((day, key), step = ${step(at)}) as ${listName(at)}`,
  );
  return sql`
    select person, ${asDate(sql`arrayMin(event -> event.1, chain)`)} as first_day
    from (
      select person, ${chainOf([{ event: criterion.event }, ...steps], 0)} as chain
      from (
        select person, ${join(lists)}
        from (select ${step(0)} as step, person, day, key from (${anchors}) union all ${join(others, ' union all ')})
        group by person
      )
    )
    where notEmpty(chain)
  `;
}

/** Where a step's events are read: those of chosen codes where rows lie by code, all of some persons where they lie by patient. */
function viewOfStep({ source, codes }: EventPattern): string {
  const { view } = EVENTS[source];
  return codes === undefined ? `${view}_by_patient` : view;
}

type Link = Pick<Step, 'event'> & Partial<Step>;

/** The events of the link at the place that have all that must be found, and nothing that must be absent, in the chain after them. */
function chainOf(links: readonly Link[], at: number): Sql {
  const next = links.findIndex(({ absent }, other) => other > at && absent !== true);
  const ends = next < 0 ? links.length : next;
  const terms: Sql[] = [];
  for (let other = at + 1; other < ends; other += 1)
    terms.push(sql`not ${isBeside(links, at, other, listName(other))}`);
  if (next >= 0) terms.push(isBeside(links, at, next, chainOf(links, next)));
  if (terms.length === 0) return listName(at);
  return sql`arrayFilter(${name(at)} -> ${all(terms)}, ${listName(at)})`;
}

/** No event is its own follower. */
function isBeside(links: readonly Link[], at: number, other: number, list: Sql): Sql {
  const { event, fromDays = 0, toDays = 0 } = links[other] as Link;
  const [one, two] = [name(at), name(other)];
  const terms = [sql`${two}.1 - ${one}.1 between ${fromDays} and ${toDays}`];
  if (isSameDay(fromDays, toDays) && event.source === links[at]?.event.source) terms.push(sql`${two}.2 != ${one}.2`);
  return sql`arrayExists(${two} -> ${all(terms)}, ${list})`;
}

/** Events of one day must be told apart only where an event could be found beside itself. */
function needsKey({ steps = [] }: EventCriterion): boolean {
  return steps.some(({ fromDays, toDays }) => isSameDay(fromDays, toDays));
}

function isSameDay(fromDays: number, toDays: number): boolean {
  return fromDays <= 0 && toDays >= 0;
}

/** `wanted` chooses among events, `met` is what the chosen one must fulfil. */
function termsOf(pattern: EventPattern): { wanted: Sql[]; met: Sql[] } {
  const { source, codes, unit, value, flag, since, until } = pattern;
  const wanted = [EVENTS[source].counts];
  if (codes !== undefined) wanted.push(hasCode(source, codes));
  if (since !== undefined) wanted.push(sql`time >= ${beginOf(since)}`);
  if (until !== undefined) wanted.push(sql`time < ${beginOf(until)} + interval 1 day`);
  if (unit !== undefined) wanted.push(sql`ifNull(unit, '') = ${unit}`);
  const met: Sql[] = [];
  if (value !== undefined) met.push(...boundTerms(value));
  if (flag !== undefined) met.push(flagTerm(flag));
  return { wanted, met };
}

/** Events of any of the codes; a code without system is meant whatever its system. */
export function hasCode(source: EventSource, codes: readonly Code[]): Sql {
  const { code, system } = EVENTS[source];
  const bySystem = Map.groupBy(codes, (each) => each.system);
  return any(
    [...bySystem].map(([asked, some]) => {
      const term = sql`${code} in (${join(some.map((each) => sql`${each.code}`))})`;
      return asked === undefined || system === undefined ? term : sql`(${term} and ${system} = ${asked})`;
    }),
  );
}

/** A result such as "< 0.5" counts only where the bound holds whatever the true value is. */
function boundTerms({ least, above, most, below }: Bounds): Sql[] {
  const more = sql`ifNull(comparator, '') in ('>', '>=', '')`;
  const less = sql`ifNull(comparator, '') in ('<', '<=', '')`;
  const terms: Sql[] = [];
  if (least !== undefined) terms.push(sql`(value >= ${least} and ${more})`);
  if (above !== undefined) terms.push(sql`((value > ${above} and ${more}) or (value = ${above} and comparator = '>'))`);
  if (most !== undefined) terms.push(sql`(value <= ${most} and ${less})`);
  if (below !== undefined) terms.push(sql`((value < ${below} and ${less}) or (value = ${below} and comparator = '<'))`);
  return terms;
}

/** By the limits that came with the result where it is a plain number and has any, else by the sender's flag (HL7 table 0078). */
function flagTerm(flag: Flag): Sql {
  const limited = sql`(value is not null and ifNull(comparator, '') = '' and (low is not null or high is not null))`;
  const below = sql`if(${limited}, ifNull(value < low, false), ifNull(flag, '') in ('L', 'LL', '<'))`;
  const above = sql`if(${limited}, ifNull(value > high, false), ifNull(flag, '') in ('H', 'HH', '>'))`;
  switch (flag) {
    case 'below':
      return below;
    case 'above':
      return above;
    case 'outside':
      return sql`(${below} or ${above})`;
    case 'within':
      return sql`if(${limited}, not (${below} or ${above}), ifNull(flag, '') = 'N')`;
  }
}

function eventsOf(criterion: Criterion): EventCriterion[] {
  if (criterion.kind === 'event') return [criterion];
  return criterion.kind === 'group' ? criterion.criteria.flatMap(eventsOf) : [];
}

/** Persons with what is asked about them, absent texts as empty ones; a record that was merged into another is no person. */
function personsOf(relations: Relations): Sql {
  return sql`(
    select id as patient, ${numberOf(sql`id`)} as person, ifNull(sex, 'unknown') as sex, birth_date as birth, ifNull(district, '') as place,
      ifNull(organization, '') as organization, ifNull(deceased, false) or deceased_at is not null as deceased
    from ${relations(PERSON)} where replaced_by is null
  )`;
}

function asDate(day: Sql): Sql {
  return sql`toNullable(addDays(toDate32('1970-01-01'), ${day}))`;
}

function date(day: Day): Sql {
  return sql`toDate32(${day})`;
}

function beginOf(day: Day): Sql {
  return sql`toDateTime64(${`${day} 00:00:00`}, 3, ${REGION_ZONE})`;
}

/** Days since 1970 of the region's clock. */
const DAY = sql`toInt32(toDate32(time, ${trusted(`'${REGION_ZONE}'`)}))`;
/** The lake's own number of the resource that the row is from; not every copy of a view has its id. */
const KEY = sql`_resource`;
const NO_KEY = sql`toUInt64(0)`;

function step(at: number): Sql {
  return trusted(`toUInt8(${at})`);
}

function listName(at: number): Sql {
  return trusted(`list_${at}`);
}

function name(at: number): Sql {
  return trusted(`event_${at}`);
}
