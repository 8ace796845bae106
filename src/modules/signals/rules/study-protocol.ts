import { Problem } from '#kernel/problem';
import {
  ADJUSTMENTS,
  type Better,
  ENDPOINT_KINDS,
  type Endpoint,
  ESTIMANDS,
  type LakeEvent,
  type LakeMeasure,
  type LakeSource,
  MISSING_PLANS,
  STUDY_DESIGNS,
  type StudyDimension,
  type StudyPlan,
  type StudyProtocol,
  TARGET_TRIAL_PARTS,
  type TargetTrial,
} from '../model.ts';
import { isDay } from './stocks.ts';

const MOST_TEXT = 2_000;
const MOST_NAME = 200;
const MOST_ENDPOINTS = 12;
const MOST_COLUMNS = 30;
const MOST_VALUES = 50;
const MOST_MEASURES = 12;
const MOST_CODES = 100;
const MOST_DAYS = 36_525;

/**
 * Reads a protocol from data that came in; what it does not know it refuses, so that nothing is analysed that was not meant.
 *
 * @throws Problem `invalid` with the place, e.g. `endpoints[0].time`
 */
export function parseProtocol(data: unknown): StudyProtocol {
  const found = objectOf(data, 'protocol', [
    ...['form', 'title', 'question', 'design', 'population', 'treatment', 'endpoints', 'adjustment', 'subgroups'],
    ...['missing', 'dimensions', 'level', 'seed', 'lake', 'plan'],
  ]);
  if (found['form'] !== 1) throw wrong('form', 'this form of a protocol is not known');
  const treatment = objectOf(found['treatment'], 'treatment', ['column', 'treated', 'control']);
  const adjustment = objectOf(found['adjustment'], 'adjustment', ['method', 'columns', 'estimand', 'caliper']);
  const endpoints = listOf(found['endpoints'], 'endpoints', MOST_ENDPOINTS).map(endpointOf);
  if (new Set(endpoints.map(({ id }) => id)).size < endpoints.length)
    throw wrong('endpoints', 'each endpoint has an id of its own');
  const parsed: StudyProtocol = {
    form: 1,
    title: textOf(found['title'], 'title', MOST_NAME),
    question: textOf(found['question'], 'question', MOST_TEXT, 0),
    design: oneOf(found['design'], 'design', STUDY_DESIGNS),
    population: textOf(found['population'], 'population', MOST_TEXT, 0),
    treatment: {
      column: textOf(treatment['column'], 'treatment.column', MOST_NAME, 0),
      treated: textOf(treatment['treated'], 'treatment.treated', MOST_NAME, 0),
      control: textOf(treatment['control'], 'treatment.control', MOST_NAME, 0),
    },
    endpoints,
    adjustment: {
      method: oneOf(adjustment['method'], 'adjustment.method', ADJUSTMENTS),
      columns: columnsOf(adjustment['columns'], 'adjustment.columns'),
      estimand: oneOf(adjustment['estimand'], 'adjustment.estimand', ESTIMANDS),
      caliper: numberOf(adjustment['caliper'], 'adjustment.caliper', 0.01, 10),
    },
    subgroups: columnsOf(found['subgroups'], 'subgroups'),
    missing: oneOf(found['missing'], 'missing', MISSING_PLANS),
    dimensions: listOf(found['dimensions'], 'dimensions', MOST_ENDPOINTS).map(dimensionOf),
    level: numberOf(found['level'], 'level', 0.5, 0.999),
    seed: wholeOf(found['seed'], 'seed', 0, 2 ** 32 - 1),
  };
  return {
    ...parsed,
    ...(found['lake'] !== undefined && { lake: lakeOf(found['lake']) }),
    ...(found['plan'] !== undefined && { plan: planOf(found['plan'], endpoints) }),
  };
}

function planOf(data: unknown, endpoints: readonly Endpoint[]): StudyPlan {
  const found = objectOf(data, 'plan', [
    ...['exposure', 'comparator', 'outcomes', 'covariates', 'analysisSets', 'sensitivity'],
    ...['sizes', 'registration', 'targetTrial'],
  ]);
  const text = (name: string): string => textOf(found[name], `plan.${name}`, MOST_TEXT, 0);
  const { sizes, registration, targetTrial } = found;
  return {
    exposure: text('exposure'),
    comparator: text('comparator'),
    outcomes: listOf(found['outcomes'], 'plan.outcomes', MOST_ENDPOINTS).map((each, at) => {
      const path = `plan.outcomes[${at}]`;
      const outcome = objectOf(each, path, ['endpoint', 'primary', 'fromDays', 'toDays']);
      const [fromDays, toDays] = [
        wholeOf(outcome['fromDays'], `${path}.fromDays`, -MOST_DAYS, MOST_DAYS),
        wholeOf(outcome['toDays'], `${path}.toDays`, -MOST_DAYS, MOST_DAYS),
      ];
      if (fromDays > toDays) throw wrong(path, 'a span of days begins before it ends');
      const endpoint = oneOf(
        outcome['endpoint'],
        `${path}.endpoint`,
        endpoints.map(({ id }) => id),
      );
      return { endpoint, primary: outcome['primary'] === true, fromDays, toDays };
    }),
    covariates: text('covariates'),
    analysisSets: listOf(found['analysisSets'], 'plan.analysisSets', MOST_ENDPOINTS).map((each, at) => {
      const path = `plan.analysisSets[${at}]`;
      const set = objectOf(each, path, ['name', 'definition']);
      const name = textOf(set['name'], `${path}.name`, MOST_NAME);
      return { name, definition: textOf(set['definition'], `${path}.definition`, MOST_TEXT, 0) };
    }),
    sensitivity: listOf(found['sensitivity'], 'plan.sensitivity', MOST_COLUMNS).map((each, at) =>
      textOf(each, `plan.sensitivity[${at}]`, MOST_TEXT),
    ),
    ...(sizes !== undefined && { sizes: sizesOf(sizes) }),
    ...(registration !== undefined && { registration: registrationOf(registration) }),
    ...(targetTrial !== undefined && { targetTrial: targetTrialOf(targetTrial) }),
  };
}

function sizesOf(data: unknown): NonNullable<StudyPlan['sizes']> {
  const found = objectOf(data, 'plan.sizes', ['treated', 'control', 'why']);
  return {
    treated: wholeOf(found['treated'], 'plan.sizes.treated', 1, 1e9),
    control: wholeOf(found['control'], 'plan.sizes.control', 1, 1e9),
    why: textOf(found['why'], 'plan.sizes.why', MOST_TEXT, 0),
  };
}

function registrationOf(data: unknown): NonNullable<StudyPlan['registration']> {
  const found = objectOf(data, 'plan.registration', ['registry', 'id', 'day']);
  const day = textOf(found['day'], 'plan.registration.day', 10, 10);
  if (!isDay(day)) throw wrong('plan.registration.day', 'this is a day, as 2026-11-22');
  return {
    registry: textOf(found['registry'], 'plan.registration.registry', MOST_NAME),
    id: textOf(found['id'], 'plan.registration.id', MOST_NAME),
    day,
  };
}

function targetTrialOf(data: unknown): TargetTrial {
  const found = objectOf(data, 'plan.targetTrial', TARGET_TRIAL_PARTS);
  return Object.fromEntries(
    TARGET_TRIAL_PARTS.map((part) => [part, textOf(found[part] ?? '', `plan.targetTrial.${part}`, MOST_TEXT, 0)]),
  ) as TargetTrial;
}

function endpointOf(data: unknown, at: number): Endpoint {
  const path = `endpoints[${at}]`;
  const kind = oneOf((data as { kind?: unknown } | null)?.kind, `${path}.kind`, ENDPOINT_KINDS);
  const common = ['kind', 'id', 'name', 'better', 'unit'];
  const read = (names: readonly string[]) => objectOf(data, path, [...common, ...names]);
  const base = (found: Record<string, unknown>) => ({
    id: textOf(found['id'], `${path}.id`, 40),
    name: textOf(found['name'], `${path}.name`, MOST_NAME),
    better: betterOf(found['better'], `${path}.better`),
    ...(found['unit'] === undefined ? {} : { unit: textOf(found['unit'], `${path}.unit`, 40, 0) }),
  });
  const column = (found: Record<string, unknown>, name: string): string =>
    textOf(found[name], `${path}.${name}`, MOST_NAME);
  switch (kind) {
    case 'time': {
      const found = read(['time', 'event', 'events', 'competing', 'tau']);
      return {
        ...base(found),
        kind,
        time: column(found, 'time'),
        event: column(found, 'event'),
        events: valuesOf(found['events'], `${path}.events`, 1),
        competing: valuesOf(found['competing'], `${path}.competing`, 0),
        ...(found['tau'] === undefined ? {} : { tau: numberOf(found['tau'], `${path}.tau`, 1e-9, 1e9) }),
      };
    }
    case 'responder': {
      const found = read(['column', 'yes', 'margin']);
      const margin = found['margin'];
      return {
        ...base(found),
        kind,
        column: column(found, 'column'),
        yes: column(found, 'yes'),
        ...(margin === undefined ? {} : { margin: numberOf(margin, `${path}.margin`, 0, 0.999) }),
      };
    }
    case 'change': {
      const found = read(['baseline', 'column']);
      return { ...base(found), kind, baseline: column(found, 'baseline'), column: column(found, 'column') };
    }
    case 'repeated': {
      const found = read(['baseline', 'visits', 'model']);
      const visits = listOf(found['visits'], `${path}.visits`, MOST_VALUES).map((visit, place) => {
        const here = `${path}.visits[${place}]`;
        const each = objectOf(visit, here, ['column', 'at']);
        return {
          column: textOf(each['column'], `${here}.column`, MOST_NAME),
          at: numberOf(each['at'], `${here}.at`, -1e6, 1e6),
        };
      });
      if (visits.length < 2) throw wrong(`${path}.visits`, 'a repeated measure has two visits or more');
      return {
        ...base(found),
        kind,
        ...(found['baseline'] === undefined ? {} : { baseline: column(found, 'baseline') }),
        visits,
        model: oneOf(found['model'], `${path}.model`, ['mmrm', 'gee', 'lmm'] as const),
      };
    }
    case 'composite': {
      const found = read(['parts']);
      const parts = listOf(found['parts'], `${path}.parts`, MOST_COLUMNS).map((part, place) => {
        const here = `${path}.parts[${place}]`;
        const each = objectOf(part, here, ['column', 'better', 'weight']);
        return {
          column: textOf(each['column'], `${here}.column`, MOST_NAME),
          better: betterOf(each['better'], `${here}.better`),
          weight: numberOf(each['weight'], `${here}.weight`, 0, 1e6),
        };
      });
      if (parts.length < 2) throw wrong(`${path}.parts`, 'a composite has two parts or more');
      return { ...base(found), kind, parts };
    }
    case 'hierarchy': {
      const found = read(['parts']);
      const parts = listOf(found['parts'], `${path}.parts`, 5).map((part, place) => {
        const here = `${path}.parts[${place}]`;
        const each = objectOf(part, here, ['time', 'event', 'events']);
        return {
          time: textOf(each['time'], `${here}.time`, MOST_NAME),
          event: textOf(each['event'], `${here}.event`, MOST_NAME),
          events: valuesOf(each['events'], `${here}.events`, 1),
        };
      });
      if (parts.length === 0) throw wrong(`${path}.parts`, 'a hierarchy has a part at least');
      return { ...base(found), kind, parts };
    }
  }
}

function dimensionOf(data: unknown, at: number): StudyDimension {
  const path = `dimensions[${at}]`;
  const found = objectOf(data, path, ['name', 'column', 'kind', 'yes', 'baseline', 'better', 'weight']);
  const kind = oneOf(found['kind'], `${path}.kind`, ['measured', 'yes-no'] as const);
  return {
    name: textOf(found['name'], `${path}.name`, MOST_NAME),
    column: textOf(found['column'], `${path}.column`, MOST_NAME),
    kind,
    ...(kind === 'yes-no' && { yes: textOf(found['yes'], `${path}.yes`, MOST_NAME) }),
    ...(kind === 'measured' &&
      found['baseline'] !== undefined && { baseline: textOf(found['baseline'], `${path}.baseline`, MOST_NAME) }),
    better: betterOf(found['better'], `${path}.better`),
    weight: numberOf(found['weight'], `${path}.weight`, 1e-6, 1e6),
  };
}

function lakeOf(data: unknown): LakeSource {
  const found = objectOf(data, 'lake', ['cohort', 'reach', 'treatment', 'comparator', 'followDays', 'measures']);
  const measures = listOf(found['measures'], 'lake.measures', MOST_MEASURES).map((measure, at): LakeMeasure => {
    const path = `lake.measures[${at}]`;
    const each = objectOf(measure, path, ['name', 'codes', 'unit', 'fromDays', 'toDays']);
    const [fromDays, toDays] = [
      wholeOf(each['fromDays'], `${path}.fromDays`, -MOST_DAYS, MOST_DAYS),
      wholeOf(each['toDays'], `${path}.toDays`, -MOST_DAYS, MOST_DAYS),
    ];
    if (fromDays > toDays) throw wrong(path, 'a span of days begins before it ends');
    const name = textOf(each['name'], `${path}.name`, 60);
    if (['group', 'days', 'event', 'age', 'sex'].includes(name))
      throw wrong(`${path}.name`, 'this column is there already');
    return {
      name,
      codes: codesOf(each['codes'], `${path}.codes`),
      unit: textOf(each['unit'], `${path}.unit`, 60, 0),
      fromDays,
      toDays,
    };
  });
  return {
    cohort: found['cohort'],
    reach: oneOf(found['reach'], 'lake.reach', ['rows', 'population'] as const),
    treatment: eventOf(found['treatment'], 'lake.treatment'),
    comparator: eventOf(found['comparator'], 'lake.comparator'),
    followDays: wholeOf(found['followDays'], 'lake.followDays', 1, MOST_DAYS),
    measures,
  };
}

function eventOf(data: unknown, path: string): LakeEvent {
  const found = objectOf(data, path, ['source', 'codes']);
  return {
    source: oneOf(found['source'], `${path}.source`, ['medication', 'procedure'] as const),
    codes: codesOf(found['codes'], `${path}.codes`),
  };
}

function codesOf(data: unknown, path: string): { system?: string; code: string }[] {
  const codes = listOf(data, path, MOST_CODES).map((each, at) => {
    const found = objectOf(each, `${path}[${at}]`, ['system', 'code']);
    const code = textOf(found['code'], `${path}[${at}].code`, MOST_NAME);
    return found['system'] === undefined
      ? { code }
      : { system: textOf(found['system'], `${path}[${at}].system`, MOST_NAME), code };
  });
  if (codes.length === 0) throw wrong(path, 'name a code at least');
  return codes;
}

function columnsOf(data: unknown, path: string): string[] {
  return listOf(data, path, MOST_COLUMNS).map((each, at) => textOf(each, `${path}[${at}]`, MOST_NAME));
}

function valuesOf(data: unknown, path: string, least: number): string[] {
  const values = listOf(data, path, MOST_VALUES).map((each, at) => textOf(each, `${path}[${at}]`, MOST_NAME));
  if (values.length < least) throw wrong(path, 'name a value at least');
  return values;
}

function betterOf(data: unknown, path: string): Better {
  if (data === 1 || data === -1) return data;
  throw wrong(path, 'this is 1 (more is better) or -1 (less is)');
}

function numberOf(data: unknown, path: string, least: number, most: number): number {
  if (typeof data === 'number' && data >= least && data <= most) return data;
  throw wrong(path, 'a number is out of range', { least, most });
}

function wholeOf(data: unknown, path: string, least: number, most: number): number {
  if (Number.isInteger(data)) return numberOf(data, path, least, most);
  throw wrong(path, 'a whole number is out of range', { least, most });
}

function textOf(data: unknown, path: string, most: number, least = 1): string {
  if (typeof data === 'string' && data.length >= least && data.length <= most && !data.includes('\0')) return data;
  throw wrong(path, 'a text is too short or too long', { least, most });
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

function objectOf(data: unknown, path: string, names: readonly string[]): Record<string, unknown> {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) throw wrong(path, 'this is an object');
  const unknown = Object.keys(data).find((name) => !names.includes(name));
  if (unknown !== undefined) throw wrong(`${path}.${unknown.slice(0, 50)}`, 'this part of a protocol is not known');
  return data as Record<string, unknown>;
}

function wrong(path: string, message: string, facts: Record<string, unknown> = {}): Problem {
  return new Problem('invalid', message, { path, ...facts });
}
