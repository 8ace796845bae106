import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Lake } from '#kernel/lake';
import { identifier, sql } from '#kernel/sql';
import { testLake } from '../../../../tests/support/lake.ts';
import type {
  Bounds,
  Cohort,
  Criterion,
  EventCriterion,
  EventPattern,
  PersonCriterion,
  Sex,
  Step,
  Times,
  Years,
} from '../model.ts';
import { countQuery, membersQuery } from './compile.ts';
import { parseCohort } from './definition.ts';

/**
 * Goal: a cohort's query finds exactly the persons whom the words of docs/cohort.md describe.
 * Method: random persons and events in the real engine, random definitions; each is judged by a second reading of those words over plain
 * arrays, which tries every chain of events and shares no code with the compiler. Few codes, values and days, so that
 * boundaries are met all the time. Seeds are printed by fast-check.
 */
const CASES = Number(process.env['COHORT_CASES'] ?? 2_000);
/** On a busy machine fewer cases are tried rather than the others' tests held up; who names a number gets it. */
const LONGEST_MS = process.env['COHORT_CASES'] === undefined ? 200_000 : 3_600_000;
const TODAY = '2026-11-22';
const SYSTEM = 'http://loinc.org';

interface Someone {
  id: string;
  sex: Sex | null;
  birth: string | null;
  district: string | null;
  organization: string | null;
  deceased: boolean | null;
  /** The record was merged into this one. */
  replacedBy: string | null;
}

interface Happening {
  source: 'result' | 'condition';
  /** The lake's number of the resource: decides which of two at one time is the first. */
  id: number;
  patient: string;
  code: string;
  system: string;
  at: Date;
  value: number | null;
  unit: string | null;
  comparator: string | null;
  flag: string | null;
  low: number | null;
  high: number | null;
  status: string | null;
}

const { people, happenings } = makeWorld(20_261_122);
const living = people.filter(({ replacedBy }) => replacedBy === null).length;
let lake: Lake;

beforeAll(async () => {
  lake = await testLake();
  await lake.run(sql`
    create table person (id String, sex Nullable(String), birth_date Nullable(Date32), district Nullable(String), organization Nullable(String),
      deceased Nullable(Bool), deceased_at Nullable(DateTime64(3, 'UTC')), replaced_by Nullable(String)) engine = MergeTree order by id`);
  await lake.run(sql`
    create table laboratory_result (patient String, _patient UInt64 default cityHash64(patient), _resource UInt64, code String, code_system String, time DateTime64(3, 'UTC'), value Nullable(Float64),
      unit Nullable(String), comparator Nullable(String), flag Nullable(String), low Nullable(Float64), high Nullable(Float64), status Nullable(String))
    engine = MergeTree order by (code, time)`);
  await lake.run(sql`
    create table condition (patient String, _patient UInt64 default cityHash64(patient), _resource UInt64, code String, code_system String, time DateTime64(3, 'UTC'), verification_status Nullable(String))
    engine = MergeTree order by code`);
  for (const view of ['laboratory_result', 'condition'])
    await lake.run(sql`create view ${identifier(`${view}_by_patient`)} as select * from ${identifier(view)}`);
  const lines = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).join('\n');
  await lake.insert(
    'person',
    lines(people.map(({ birth, replacedBy, ...rest }) => ({ ...rest, birth_date: birth, replaced_by: replacedBy }))),
  );
  const of = (source: Happening['source']) => happenings.filter((each) => each.source === source);
  await lake.insert(
    'laboratory_result',
    lines(
      of('result').map(({ source: _, id, at, system, ...rest }) => ({
        ...rest,
        _resource: id,
        time: at.toISOString(),
        code_system: system,
      })),
    ),
  );
  await lake.insert(
    'condition',
    lines(
      of('condition').map(({ id, patient, code, system, at, status }) => ({
        _resource: id,
        patient,
        code,
        code_system: system,
        time: at.toISOString(),
        verification_status: status,
      })),
    ),
  );
});

const relations = (view: string) => identifier(view);

describe('a cohort', () => {
  test(`is, in ${CASES} random cases, what its words say`, async () => {
    const tally = { empty: 0, all: 0, some: 0 };
    const cohorts = fc.record({
      form: fc.constant(1 as const),
      include: fc.array(criteria(1), { maxLength: 2 }),
      exclude: fc.array(criteria(1), { maxLength: 1 }),
    });
    await fc.assert(
      fc.asyncProperty(cohorts, async (drawn) => {
        const cohort = parseCohort(JSON.parse(JSON.stringify(drawn)));
        const expected = judge(cohort);
        const members = await lake.rows<{ patient: string; first_day: string | null }>(
          membersQuery(cohort, relations, TODAY),
        );
        expect(members.map(({ patient, first_day }) => `${patient} ${first_day}`).sort()).toEqual(
          expected.members
            .map(({ id, firstDay }) => `${id} ${firstDay === undefined ? null : textOf(firstDay)}`)
            .sort(),
        );
        tally[members.length === 0 ? 'empty' : members.length === living ? 'all' : 'some'] += 1;
        // Built on the same parts, and dearer to ask.
        if ((tally.empty + tally.all + tally.some) % 5 !== 0) return;
        const counted = await lake.rows<{ part: string; passed: number; persons: number }>(
          countQuery(cohort, relations, TODAY),
        );
        const passed = counted.filter(({ part }) => part === 'passed').map((row) => [row.passed, row.persons]);
        expect(passed).toEqual([...expected.passed].sort(([one], [other]) => one - other));
        for (const part of ['age', 'place', 'month']) {
          const persons = counted.filter((row) => row.part === part).reduce((sum, row) => sum + row.persons, 0);
          expect(persons).toBe(members.length);
        }
      }),
      { numRuns: CASES, interruptAfterTimeLimit: LONGEST_MS },
    );
    // A test of empty cohorts would prove little.
    expect(tally.some).toBeGreaterThan((tally.empty + tally.all + tally.some) / 4);
  }, 3_700_000);
});

/** What the words say, person by person and event by event. */
function judge({ include, exclude }: Cohort) {
  const index = firstEvent(include);
  const passed = new Map<number, number>();
  const members: { id: string; firstDay: number | undefined }[] = [];
  for (const person of people.filter(({ replacedBy }) => replacedBy === null)) {
    const records = people.filter(({ id, replacedBy }) => id === person.id || replacedBy === person.id);
    const own = happenings.filter(({ patient }) => records.some(({ id }) => id === patient));
    const steps = [
      ...include.map((criterion) => isMet(criterion, person, own)),
      ...exclude.map((criterion) => !isMet(criterion, person, own)),
    ];
    const failed = steps.indexOf(false);
    const met = failed < 0 ? steps.length : failed;
    passed.set(met, (passed.get(met) ?? 0) + 1);
    if (failed < 0) {
      const days = index === undefined ? [] : daysOf(index, person, own);
      members.push({ id: person.id, firstDay: days.length === 0 ? undefined : Math.min(...days) });
    }
  }
  return { passed, members };
}

function firstEvent(criteria: readonly Criterion[]): EventCriterion | undefined {
  for (const criterion of criteria) {
    if (criterion.kind === 'event') return criterion;
    const found = criterion.kind === 'group' ? firstEvent(criterion.criteria) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function isMet(criterion: Criterion, person: Someone, own: readonly Happening[]): boolean {
  if (criterion.kind === 'group') {
    const met = criterion.criteria.map((each) => isMet(each, person, own));
    return criterion.match === 'all' ? !met.includes(false) : met.includes(true);
  }
  if (criterion.kind === 'event') return daysOf(criterion, person, own).length > 0;
  const { sexes, age, places, organizations, deceased } = criterion;
  if (sexes !== undefined && !sexes.includes(person.sex ?? 'unknown')) return false;
  if (age !== undefined && !isOfAge(person, age, age.on ?? TODAY)) return false;
  if (places !== undefined && !places.some((code) => person.district?.slice(0, code.length) === code)) return false;
  if (organizations !== undefined && !organizations.includes(person.organization ?? '')) return false;
  return deceased === undefined || deceased === (person.deceased ?? false);
}

/** The days from which on the event happened as the criterion says. */
function daysOf(
  { event, pick, age, times, steps = [] }: EventCriterion,
  person: Someone,
  own: readonly Happening[],
): number[] {
  let candidates = own.filter((each) => isWanted(each, event));
  if (pick !== undefined && candidates.length > 0) {
    const order = (one: Happening, other: Happening) => one.at.getTime() - other.at.getTime() || one.id - other.id;
    candidates = [candidates.toSorted(order).at(pick === 'first' ? 0 : -1) as Happening];
  }
  const found = candidates.filter(
    (each) => fulfils(each, event) && (age === undefined || isOfAge(person, age, textOf(dayOf(each)))),
  );
  if (times !== undefined) return found.map(dayOf).filter((start) => hasRun(start, found.map(dayOf), times));
  return found.filter((each) => hasChain(each, steps, own)).map(dayOf);
}

/** Tries every choice of further events, in no clever order. */
function hasRun(
  start: number,
  days: readonly number[],
  { atLeast, withinDays = Infinity, apartDays = 0 }: Times,
): boolean {
  const rest = days.filter((day) => day >= start && day <= start + withinDays).sort((one, other) => one - other);
  rest.splice(rest.indexOf(start), 1);
  const best = (last: number, from: number): number => {
    let most = 0;
    for (let at = from; at < rest.length; at += 1)
      if ((rest[at] as number) - last >= apartDays) most = Math.max(most, 1 + best(rest[at] as number, at + 1));
    return most;
  };
  return 1 + best(start, 0) >= atLeast;
}

function hasChain(anchor: Happening, steps: readonly Step[], own: readonly Happening[]): boolean {
  const [step, ...rest] = steps;
  if (step === undefined) return true;
  const beside = own.filter((each) => {
    const apart = dayOf(each) - dayOf(anchor);
    return (
      each !== anchor &&
      isWanted(each, step.event) &&
      fulfils(each, step.event) &&
      apart >= step.fromDays &&
      apart <= step.toDays
    );
  });
  if (step.absent === true) return beside.length === 0 && hasChain(anchor, rest, own);
  return beside.some((each) => hasChain(each, rest, own));
}

const VOID: Record<Happening['source'], readonly string[]> = {
  result: ['entered-in-error', 'cancelled', 'registered'],
  condition: ['entered-in-error', 'refuted'],
};

function isWanted(each: Happening, { source, codes, unit, since, until }: EventPattern): boolean {
  if (each.source !== source || VOID[each.source].includes(each.status ?? '')) return false;
  if (
    codes !== undefined &&
    !codes.some(({ code, system = each.system }) => code === each.code && system === each.system)
  )
    return false;
  if (unit !== undefined && (each.unit ?? '') !== unit) return false;
  const day = textOf(dayOf(each));
  return (since === undefined || day >= since) && (until === undefined || day <= until);
}

function fulfils(
  { value, comparator, low, high, flag: said }: Happening,
  { value: bounds, flag }: EventPattern,
): boolean {
  if (bounds !== undefined && !isWithin(value, comparator, bounds)) return false;
  if (flag === undefined) return true;
  let where: string | undefined;
  if (value !== null && comparator === null && (low !== null || high !== null)) {
    where = low !== null && value < low ? 'below' : high !== null && value > high ? 'above' : 'within';
  } else
    where = { L: 'below', LL: 'below', '<': 'below', H: 'above', HH: 'above', '>': 'above', N: 'within' }[said ?? ''];
  return flag === 'outside' ? where === 'below' || where === 'above' : where === flag;
}

/** True when every number that the result may stand for lies within. */
function isWithin(value: number | null, comparator: string | null, { least, above, most, below }: Bounds): boolean {
  if (value === null) return false;
  const [from, fromIn, to, toIn] = {
    '': [value, true, value, true],
    '<': [-Infinity, false, value, false],
    '<=': [-Infinity, false, value, true],
    '>': [value, false, Infinity, false],
    '>=': [value, true, Infinity, false],
  }[comparator ?? ''] as [number, boolean, number, boolean];
  return (
    (least === undefined || from >= least) &&
    (above === undefined || from > above || (from === above && !fromIn)) &&
    (most === undefined || to <= most) &&
    (below === undefined || to < below || (to === below && !toIn))
  );
}

function isOfAge({ birth }: Someone, { from = 0, to = 1_000 }: Years, on: string): boolean {
  if (birth === null || birth > on) return false;
  const [year = 0, month = 0, day = 0] = birth.split('-').map(Number);
  const [onYear = 0, onMonth = 0, onDay = 0] = on.split('-').map(Number);
  const years = onYear - year - (onMonth < month || (onMonth === month && onDay < day) ? 1 : 0);
  return years >= from && years <= to;
}

const clock = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai', dateStyle: 'short' });

function dayOf({ at }: Happening): number {
  return Date.parse(`${clock.format(at)}T00:00:00Z`) / 86_400_000;
}

function textOf(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}

/** Some two hundred persons with up to a dozen events each, close together. */
function makeWorld(seed: number): { people: Someone[]; happenings: Happening[] } {
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
  const people: Someone[] = [];
  const happenings: Happening[] = [];
  for (let at = 0; at < 200; at += 1) {
    const id = `p${at}`;
    const sex = pick(['male', 'female', 'other', 'unknown', null] as const);
    const birth = pick([
      null,
      '1931-11-22',
      '1980-02-29',
      '1981-03-01',
      '1980-02-28',
      '2000-11-22',
      '2000-11-23',
      '1999-06-15',
      '2021-12-31',
    ]);
    const district = pick([null, '440104', '440105', '440300', '440301', '810000']);
    people.push({
      id,
      sex,
      birth,
      district,
      organization: pick([null, 'o1', 'o2']),
      deceased: pick([null, true, false, false]),
      replacedBy: at % 7 === 3 ? `p${at - 1}` : null,
    });
    // Daylight saving time held in the summers of 1986 to 1991.
    const began = pick([Date.UTC(2021, 0, 1), Date.UTC(1988, 3, 1), Date.UTC(2020, 1, 25)]);
    for (let events = Math.floor(random() * 12); events > 0; events -= 1) {
      const isResult = random() < 0.75;
      const time = new Date(
        began + Math.floor(random() * 40) * 86_400_000 + pick([0, 57_599_999, 57_600_000, 54_000_000, 43_200_000]),
      );
      happenings.push({
        source: isResult ? 'result' : 'condition',
        id: happenings.length,
        patient: id,
        code: pick(['A', 'A', 'B', 'C']),
        system: pick([SYSTEM, SYSTEM, 'urn:other']),
        at: time,
        ...(isResult
          ? {
              value: pick([null, 4, 5, 6.5, 7.1]),
              unit: pick(['mmol/L', 'mmol/L', '%', null]),
              comparator: pick([null, null, null, '<', '<=', '>', '>=']),
              flag: pick([null, 'N', 'H', 'LL', 'A']),
              low: pick([null, 4.5]),
              high: pick([null, 6.5]),
            }
          : { value: null, unit: null, comparator: null, flag: null, low: null, high: null }),
        status: pick(['final', 'final', 'final', null, 'entered-in-error', 'refuted', 'registered']),
      } as Happening);
    }
  }
  return { people, happenings };
}

/** Mostly absent: a definition that asks for everything finds nobody. */
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });

function criteria(depth: number): fc.Arbitrary<Criterion> {
  const leaves = [
    {
      arbitrary: personCriteria().filter((each) =>
        Object.values(each).some((part) => part !== undefined && part !== 'person'),
      ),
      weight: 2,
    },
    { arbitrary: eventCriteria(), weight: 5 },
  ];
  if (depth === 0) return fc.oneof(...leaves);
  const groups = fc.record({
    kind: fc.constant('group' as const),
    match: fc.constantFrom('all' as const, 'any' as const),
    criteria: fc.array(criteria(0), { minLength: 1, maxLength: 3 }),
  });
  return fc.oneof(...leaves, { arbitrary: groups, weight: 1 });
}

function personCriteria(): fc.Arbitrary<PersonCriterion> {
  return fc.record({
    kind: fc.constant('person' as const),
    sexes: optional(fc.subarray(['male', 'female', 'other', 'unknown'] as Sex[], { minLength: 1 })),
    age: optional(
      fc.tuple(years(), fc.constantFrom(undefined, '2001-02-28', '2018-03-01')).map(([age, on]) => ({ ...age, on })),
    ),
    places: optional(fc.subarray(['440104', '4403', '44', '81'], { minLength: 1 })),
    organizations: optional(fc.subarray(['o1', 'o2', 'o3'], { minLength: 1 })),
    deceased: optional(fc.boolean()),
  }) as fc.Arbitrary<PersonCriterion>;
}

function eventCriteria(): fc.Arbitrary<EventCriterion> {
  const times = fc.record({
    atLeast: fc.integer({ min: 1, max: 4 }),
    withinDays: optional(fc.integer({ min: 0, max: 20 })),
    apartDays: optional(fc.integer({ min: 0, max: 8 })),
  });
  const one = fc.record({
    event: patterns(),
    span: fc.tuple(fc.integer({ min: -6, max: 6 }), fc.integer({ min: 0, max: 12 })),
    absent: fc.constantFrom(undefined, undefined, true as const),
  });
  const steps = fc.array(
    one.map(({ event, span: [from, length], absent }) => ({ event, fromDays: from, toDays: from + length, absent })),
    { minLength: 1, maxLength: 3 },
  );
  const base = { kind: fc.constant('event' as const), event: patterns(), age: optional(years()) };
  const pick = fc.constantFrom(undefined, 'first' as const, 'last' as const);
  return fc.oneof(
    fc.record({ ...base, pick }),
    fc.record({ ...base, times }),
    fc.record({ ...base, pick, steps }),
  ) as fc.Arbitrary<EventCriterion>;
}

function years(): fc.Arbitrary<Years> {
  return fc.oneof(
    fc.constantFrom<Years>({ from: 40 }, { to: 45 }, { from: 25, to: 95 }),
    fc
      .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 40 }))
      .map(([from, more]) => ({ from, to: from + more })),
  );
}

function patterns(): fc.Arbitrary<EventPattern> {
  const codes = fc.subarray(
    [
      { code: 'A' },
      { code: 'B', system: SYSTEM },
      { code: 'A', system: 'urn:other' },
      { code: 'C' },
      { code: 'nothing' },
    ],
    { minLength: 1, maxLength: 3 },
  );
  const bound = fc.constantFrom(4, 5, 6.5, 7, 7.1);
  const period = {
    since: fc.constantFrom(undefined, undefined, '2021-01-10', '1988-04-10'),
    until: fc.constantFrom(undefined, undefined, '2021-02-01', '2020-03-10'),
  };
  const value = fc.oneof(
    fc.record({ least: bound }),
    fc.record({ above: bound }),
    fc.record({ most: bound }),
    fc.record({ below: bound }),
    fc.record({ least: bound, below: bound }),
  );
  const flag = fc.constantFrom(
    undefined,
    undefined,
    'below' as const,
    'within' as const,
    'above' as const,
    'outside' as const,
  );
  const unit = fc.constantFrom('mmol/L', '%', '');
  return fc
    .oneof(
      fc.record({ source: fc.constant('result' as const), codes, flag, ...period }),
      fc.record({ source: fc.constant('result' as const), codes, unit, value, flag, ...period }),
      fc.record({ source: fc.constant('condition' as const), codes: optional(codes), ...period }),
    )
    .filter(
      ({ since, until }) => since === undefined || until === undefined || since <= until,
    ) as fc.Arbitrary<EventPattern>;
}
