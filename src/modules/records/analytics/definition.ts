import { Problem } from '#kernel/problem';
import {
  type Bounds,
  type Code,
  type Cohort,
  type Criterion,
  EVENT_SOURCES,
  type EventCriterion,
  type EventPattern,
  FLAGS,
  type PersonCriterion,
  SEXES,
  type Step,
  type Times,
  type Years,
} from '../model.ts';

/** Enough for every study protocol that was read for this, little enough for one query. */
const MOST_CRITERIA = 40;
const DEEPEST = 3;
const MOST_STEPS = 6;
const MOST_CHOICES = 200;
const MOST_TIMES = 100;
/** A hundred years. */
const MOST_DAYS = 36_525;
const LONGEST_TEXT = 200;

/**
 * Reads a cohort from data that came in; what it does not know it refuses, so that nothing is asked that was not meant.
 *
 * @throws Problem `invalid` with the place, e.g. `include[0].event.value`
 */
export function parseCohort(data: unknown): Cohort {
  const cohort = objectOf(data, 'cohort', ['form', 'include', 'exclude']);
  if (cohort['form'] !== 1) throw wrong('cohort.form', 'this form of a cohort is not known');
  const count = { left: MOST_CRITERIA };
  const read = (name: 'include' | 'exclude') =>
    listOf(cohort[name], name, MOST_CRITERIA).map((each, at) => criterionOf(each, `${name}[${at}]`, count, 1));
  return { form: 1, include: read('include'), exclude: read('exclude') };
}

function criterionOf(data: unknown, path: string, count: { left: number }, depth: number): Criterion {
  count.left -= 1;
  if (count.left < 0) throw wrong(path, 'a cohort has too many criteria', { most: MOST_CRITERIA });
  const kind = (data as { kind?: unknown } | null)?.kind;
  if (kind === 'person') return personOf(data, path);
  if (kind === 'event') return eventOf(data, path);
  if (kind !== 'group') throw wrong(`${path}.kind`, 'a criterion is about a person, an event or a group');

  const group = objectOf(data, path, ['kind', 'match', 'criteria']);
  if (depth >= DEEPEST) throw wrong(path, 'groups of criteria lie too deep in each other', { most: DEEPEST });
  const criteria = listOf(group['criteria'], `${path}.criteria`, MOST_CRITERIA);
  if (criteria.length === 0) throw wrong(`${path}.criteria`, 'a group has at least one criterion');
  return {
    kind,
    match: oneOf(group['match'], `${path}.match`, ['all', 'any'] as const),
    criteria: criteria.map((each, at) => criterionOf(each, `${path}.criteria[${at}]`, count, depth + 1)),
  };
}

function personOf(data: unknown, path: string): PersonCriterion {
  const person = objectOf(data, path, ['kind', 'sexes', 'age', 'places', 'organizations', 'deceased']);
  const age = maybe(person['age'], (each) => {
    const { on } = objectOf(each, `${path}.age`, ['from', 'to', 'on']);
    return {
      ...yearsOf(each, `${path}.age`),
      ...named(
        'on',
        maybe(on, (day) => dayOf(day, `${path}.age.on`)),
      ),
    };
  });
  const texts = (name: 'places' | 'organizations') =>
    maybe(person[name], (each) =>
      someOf(each, `${path}.${name}`).map((one, at) => textOf(one, `${path}.${name}[${at}]`)),
    );
  const places = texts('places');
  if (places?.some((place) => !/^\d{2}(\d{2}){0,2}$/.test(place)))
    throw wrong(`${path}.places`, 'a place is an administrative code of two, four or six digits');
  const sexes = maybe(person['sexes'], (each) =>
    someOf(each, `${path}.sexes`).map((one, at) => oneOf(one, `${path}.sexes[${at}]`, SEXES)),
  );
  const deceased = maybe(person['deceased'], (each) => booleanOf(each, `${path}.deceased`));
  const criterion: PersonCriterion = {
    kind: 'person',
    ...named('sexes', sexes),
    ...named('age', age),
    ...named('places', places),
    ...named('organizations', texts('organizations')),
    ...named('deceased', deceased),
  };
  if (Object.keys(criterion).length === 1) throw wrong(path, 'a criterion asks for something');
  return criterion;
}

function eventOf(data: unknown, path: string): EventCriterion {
  const found = objectOf(data, path, ['kind', 'event', 'pick', 'age', 'times', 'steps']);
  const pick = maybe(found['pick'], (each) => oneOf(each, `${path}.pick`, ['first', 'last'] as const));
  const times = maybe(found['times'], (each) => timesOf(each, `${path}.times`));
  const steps = maybe(found['steps'], (each) =>
    listOf(each, `${path}.steps`, MOST_STEPS).map((one, at) => stepOf(one, `${path}.steps[${at}]`)),
  );
  if (times !== undefined && (pick !== undefined || steps !== undefined))
    throw wrong(`${path}.times`, 'an event that is counted is neither the first one nor followed by others');
  return {
    kind: 'event',
    event: patternOf(found['event'], `${path}.event`),
    ...named('pick', pick),
    ...named(
      'age',
      maybe(found['age'], (each) => yearsOf(each, `${path}.age`)),
    ),
    ...named('times', times),
    ...named('steps', steps !== undefined && steps.length > 0 ? steps : undefined),
  };
}

function timesOf(data: unknown, path: string): Times {
  const times = objectOf(data, path, ['atLeast', 'withinDays', 'apartDays']);
  const days = (name: 'withinDays' | 'apartDays') =>
    named(
      name,
      maybe(times[name], (each) => integerOf(each, `${path}.${name}`, 0, MOST_DAYS)),
    );
  return {
    atLeast: integerOf(times['atLeast'], `${path}.atLeast`, 1, MOST_TIMES),
    ...days('withinDays'),
    ...days('apartDays'),
  };
}

function stepOf(data: unknown, path: string): Step {
  const step = objectOf(data, path, ['event', 'fromDays', 'toDays', 'absent']);
  const fromDays = integerOf(step['fromDays'], `${path}.fromDays`, -MOST_DAYS, MOST_DAYS);
  const toDays = integerOf(step['toDays'], `${path}.toDays`, -MOST_DAYS, MOST_DAYS);
  if (fromDays > toDays) throw wrong(path, 'a span of days begins before it ends');
  const absent = maybe(step['absent'], (each) => booleanOf(each, `${path}.absent`));
  return { event: patternOf(step['event'], `${path}.event`), fromDays, toDays, ...(absent === true && { absent }) };
}

function patternOf(data: unknown, path: string): EventPattern {
  const found = objectOf(data, path, ['source', 'codes', 'unit', 'value', 'flag', 'since', 'until']);
  const source = oneOf(found['source'], `${path}.source`, EVENT_SOURCES);
  const unit = maybe(found['unit'], (each) => textOf(each, `${path}.unit`, 0));
  const value = maybe(found['value'], (each) => boundsOf(each, `${path}.value`));
  const flag = maybe(found['flag'], (each) => oneOf(each, `${path}.flag`, FLAGS));
  const days = (name: 'since' | 'until') =>
    named(
      name,
      maybe(found[name], (each) => dayOf(each, `${path}.${name}`)),
    );
  const pattern: EventPattern = {
    source,
    ...named(
      'codes',
      maybe(found['codes'], (each) => codesOf(each, `${path}.codes`)),
    ),
    ...named('unit', unit),
    ...named('value', value),
    ...named('flag', flag),
    ...days('since'),
    ...days('until'),
  };
  if (source !== 'result' && (unit ?? value ?? flag) !== undefined)
    throw wrong(path, 'only results have values, units and flags');
  if (value !== undefined && unit === undefined) throw wrong(`${path}.unit`, 'a value needs its unit');
  if (value !== undefined && pattern.codes === undefined) throw wrong(`${path}.codes`, 'a value needs its test');
  if (pattern.since !== undefined && pattern.until !== undefined && pattern.since > pattern.until)
    throw wrong(path, 'a period begins before it ends');
  return pattern;
}

function codesOf(data: unknown, path: string): Code[] {
  return someOf(data, path).map((each, at) => {
    const here = `${path}[${at}]`;
    const { code, ...rest } = objectOf(each, here, ['system', 'code', 'name', 'nameZh']);
    const text = (name: 'system' | 'name' | 'nameZh') =>
      named(
        name,
        maybe(rest[name], (some) => textOf(some, `${here}.${name}`)),
      );
    return { code: textOf(code, `${here}.code`), ...text('system'), ...text('name'), ...text('nameZh') };
  });
}

function boundsOf(data: unknown, path: string): Bounds {
  const found = objectOf(data, path, ['least', 'above', 'most', 'below']);
  const bounds: Bounds = {};
  for (const name of ['least', 'above', 'most', 'below'] as const) {
    const bound = found[name];
    if (bound === undefined) continue;
    if (typeof bound !== 'number' || !Number.isFinite(bound)) throw wrong(`${path}.${name}`, 'a bound is a number');
    bounds[name] = bound;
  }
  if (Object.keys(bounds).length === 0) throw wrong(path, 'a criterion asks for something');
  return bounds;
}

function yearsOf(data: unknown, path: string): Years {
  const { from, to } = objectOf(data, path, ['from', 'to', 'on']);
  const year = (value: unknown, name: string) => maybe(value, (each) => integerOf(each, `${path}.${name}`, 0, 150));
  const years = { ...named('from', year(from, 'from')), ...named('to', year(to, 'to')) };
  if (years.from === undefined && years.to === undefined) throw wrong(path, 'a criterion asks for something');
  if (years.from !== undefined && years.to !== undefined && years.from > years.to)
    throw wrong(path, 'a span of years begins before it ends');
  return years;
}

function dayOf(data: unknown, path: string): string {
  const found = typeof data === 'string' ? /^(19|20|21)\d\d-\d\d-\d\d$/.exec(data) : null;
  const day = found === null ? Number.NaN : Date.parse(`${data}T00:00:00Z`);
  if (!Number.isNaN(day) && new Date(day).toISOString().slice(0, 10) === data) return data;
  throw wrong(path, 'a day is written as 2026-01-31, from 1900 to 2199');
}

function integerOf(data: unknown, path: string, least: number, most: number): number {
  if (typeof data === 'number' && Number.isInteger(data) && data >= least && data <= most) return data;
  throw wrong(path, 'a whole number is out of range', { least, most });
}

function booleanOf(data: unknown, path: string): boolean {
  if (typeof data === 'boolean') return data;
  throw wrong(path, 'this is yes or no');
}

function textOf(data: unknown, path: string, least = 1): string {
  if (typeof data === 'string' && data.length >= least && data.length <= LONGEST_TEXT && !data.includes('\0'))
    return data;
  throw wrong(path, 'a text is too short or too long', { least, most: LONGEST_TEXT });
}

function oneOf<T extends string>(data: unknown, path: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === data);
  if (found !== undefined) return found;
  throw wrong(path, 'this is none of the choices', { choices: [...choices] });
}

function listOf(data: unknown, path: string, most: number): unknown[] {
  if (Array.isArray(data) && data.length <= most) return data;
  throw wrong(path, 'this is a list, and not too long', { most });
}

function someOf(data: unknown, path: string): unknown[] {
  const list = listOf(data, path, MOST_CHOICES);
  if (list.length > 0) return list;
  throw wrong(path, 'a criterion asks for something');
}

function objectOf(data: unknown, path: string, names: readonly string[]): Record<string, unknown> {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) throw wrong(path, 'this is an object');
  const unknown = Object.keys(data).find((name) => !names.includes(name));
  if (unknown !== undefined) throw wrong(`${path}.${unknown.slice(0, 50)}`, 'this part of a cohort is not known');
  return data as Record<string, unknown>;
}

function maybe<T>(data: unknown, read: (data: unknown) => T): T | undefined {
  return data === undefined ? undefined : read(data);
}

function named<N extends string, T>(name: N, value: T | undefined): { [K in N]?: T } {
  return (value === undefined ? {} : { [name]: value }) as { [K in N]?: T };
}

function wrong(path: string, message: string, facts: Record<string, unknown> = {}): Problem {
  return new Problem('invalid', message, { ...facts, path });
}
