import { type Issue, Problem } from '#kernel/problem';
import facts from '../../../../facts/case-definitions.json' with { type: 'json' };
import {
  type CaseDefinition,
  DETECTORS,
  type DefinitionState,
  type DetectorMethod,
  type DetectorOption,
  type DetectorOptions,
  type DetectorRule,
} from '../model.ts';

const SHIPPED = facts.definitions as unknown as readonly CaseDefinition[];

/** What the program came with, and what was saved since, in the order of the facts; diseases of one's own come last. */
export function currentDefinitions(saved: readonly DefinitionState[]): DefinitionState[] {
  const newest = new Map(saved.map((state) => [state.definition.id, state]));
  const known = SHIPPED.map(
    (definition): DefinitionState => newest.get(definition.id) ?? { definition, version: 0, retired: false },
  );
  const ids = new Set(SHIPPED.map(({ id }) => id));
  return [...known, ...saved.filter(({ definition }) => !ids.has(definition.id))];
}

const ID = /^[a-z][a-z0-9-]{1,39}$/;
const ICD10 = /^[A-Z]\d{2}(\.\d{1,2})?$/;
const CODE = /^[\w.:-]{1,40}$/;
const LEVELS = ['district', 'city', 'region'];
const MOST = { findings: 20, codes: 50, rules: 12, text: 300 };

/**
 * A case definition from what was typed, with nothing in it that is not understood.
 *
 * @throws Problem `invalid`, an issue for each member that is wrong
 */
export function parseDefinition(given: unknown): CaseDefinition {
  const read = reader();
  const at = read.object(given, 'definition');
  const name = read.object(at['name'], 'name');
  const serial = at['serialDays'] === undefined ? undefined : read.object(at['serialDays'], 'serialDays');
  const [from, to] = read.list(at['incubationDays'], 'incubationDays', 2);
  const typing = at['typing'] === undefined ? [] : read.codes(at['typing'], 'typing', 0);
  const definition: CaseDefinition = {
    id: read.match(at['id'], 'id', ID),
    name: { en: read.text(name['en'], 'name.en'), zh: read.text(name['zh'], 'name.zh') },
    icd10: read.match(at['icd10'], 'icd10', ICD10),
    lawClass: at['lawClass'] === null ? null : (read.choice(at['lawClass'], 'lawClass', ['A', 'B', 'C']) as 'A'),
    reportWithinHours:
      at['reportWithinHours'] === null ? null : read.whole(at['reportWithinHours'], 'reportWithinHours', 1, 720),
    findings: read.list(at['findings'], 'findings', MOST.findings, 1).map((each, index) => finding(read, each, index)),
    ...(typing.length > 0 && { typing }),
    episodeDays: read.whole(at['episodeDays'], 'episodeDays', 1, 3_660),
    incubationDays: [read.whole(from, 'incubationDays[0]', 0, 3_660), read.whole(to, 'incubationDays[1]', 1, 3_660)],
    ...(serial !== undefined && {
      serialDays: {
        // Below 1 day Cori's method has no answer.
        mean: read.number(serial['mean'], 'serialDays.mean', 1.01, 366),
        sd: read.number(serial['sd'], 'serialDays.sd', 0.01, 366),
      },
    }),
    rules: read.list(at['rules'], 'rules', MOST.rules, 1).map((each, index) => rule(read, each, `rules[${index}]`)),
  };
  if (definition.incubationDays[0] > definition.incubationDays[1])
    read.blame('incubationDays', 'the shortest incubation is above the longest');
  read.done();
  return definition;
}

type Reader = ReturnType<typeof reader>;

function finding(read: Reader, given: unknown, index: number): CaseDefinition['findings'][number] {
  const path = `findings[${index}]`;
  const at = read.object(given, path);
  const values = at['values'] === undefined ? [] : read.codes(at['values'], `${path}.values`, 0);
  const isAbove = at['above'] !== undefined && at['above'] !== null;
  if (values.length === 0 && !isAbove) read.blame(path, 'a finding has positive values or a number to be above');
  return {
    codes: read.codes(at['codes'], `${path}.codes`, 1),
    ...(values.length > 0 && { values }),
    ...(isAbove && { above: read.number(at['above'], `${path}.above`, -1e12, 1e12) }),
  };
}

function rule(read: Reader, given: unknown, path: string): CaseDefinition['rules'][number] {
  const at = read.object(given, path);
  const levels = read
    .list(at['levels'], `${path}.levels`, LEVELS.length, 1)
    .map((each) => read.choice(each, `${path}.levels`, LEVELS) as 'district');
  const detectors = Object.keys(DETECTORS);
  const method = read.choice(at['method'], `${path}.method`, ['fixed', 'ears', 'scan', ...detectors]);
  const whole = (name: string, least: number, most: number): number =>
    read.whole(at[name], `${path}.${name}`, least, most);
  const number = (name: string, least: number, most: number): number =>
    read.number(at[name], `${path}.${name}`, least, most);
  switch (method) {
    case 'fixed':
      return {
        method,
        unit: 'day',
        levels,
        cases: whole('cases', 1, 100_000),
        days: whole('days', 1, 120),
        source: read.text(at['source'], `${path}.source`),
      };
    case 'ears':
      return {
        method,
        unit: 'day',
        levels,
        type: read.choice(at['type'], `${path}.type`, ['C1', 'C2', 'C3']) as 'C1',
        alpha: number('alpha', 1e-9, 0.5),
        minSigma: number('minSigma', 0, 1_000),
        leastCases: whole('leastCases', 0, 100_000),
      };
    case 'farrington':
      return {
        method,
        unit: 'week',
        levels,
        years: whole('years', 1, 10),
        alpha: number('alpha', 1e-9, 0.5),
        leastCases: whole('leastCases', 0, 100_000),
        ...(at['options'] !== undefined && { options: options(read, at['options'], method, path) }),
      };
    case 'scan':
      return {
        method: 'scan',
        unit: 'day',
        levels,
        days: whole('days', 2, 366),
        replicates: whole('replicates', 99, 9_999),
        alpha: number('alpha', 1e-9, 0.5),
        leastCases: whole('leastCases', 2, 100_000),
      };
    default: {
      const known = method as DetectorRule['method'];
      return {
        method: known,
        unit: read.choice(at['unit'], `${path}.unit`, DETECTORS[known].units) as 'day',
        levels,
        leastCases: whole('leastCases', 0, 100_000),
        options: options(read, at['options'], known, path),
      };
    }
  }
}

/** Every option of the detector and no other; one that is not given is the usual one. */
function options(read: Reader, given: unknown, method: DetectorMethod, path: string): DetectorOptions {
  const at = given === undefined ? {} : read.object(given, `${path}.options`);
  const known: readonly DetectorOption[] = DETECTORS[method].options;
  for (const name of Object.keys(at))
    if (!known.some((option) => option.name === name))
      read.blame(`${path}.options.${name}`, `one of these is expected: ${known.map((each) => each.name).join(', ')}`);
  return Object.fromEntries(
    known.map((option) => [option.name, optionValue(read, at[option.name] ?? option.fallback, option, path)]),
  );
}

function optionValue(read: Reader, value: unknown, option: DetectorOption, path: string): number | string | boolean {
  const at = `${path}.options.${option.name}`;
  const { fallback, choices, least = -1e12, most = 1e12 } = option;
  if (choices !== undefined) return read.choice(value, at, choices);
  if (typeof fallback === 'number')
    return option.whole === true ? read.whole(value, at, least, most) : read.number(value, at, least, most);
  return read.choice(String(value), at, ['true', 'false']) === 'true';
}

/** Reads members and gathers what is wrong, so that all of it is told at once. */
function reader() {
  const issues: Issue[] = [];
  const blame = (expression: string, message: string): void => {
    issues.push({ severity: 'error', code: 'value', message, expression });
  };
  const number = (value: unknown, path: string, least: number, most: number): number => {
    if (typeof value === 'number' && value >= least && value <= most) return value;
    blame(path, `a number from ${least} to ${most} is expected`);
    return least;
  };
  const text = (value: unknown, path: string): string => {
    const said = typeof value === 'string' ? value.trim() : '';
    if (said === '' || said.length > MOST.text) blame(path, `a text of 1 to ${MOST.text} characters is expected`);
    return said;
  };
  const list = (value: unknown, path: string, most: number, least = 0): unknown[] => {
    if (Array.isArray(value) && value.length >= least && value.length <= most) return value;
    blame(path, `a list of ${least} to ${most} is expected`);
    return [];
  };
  const match = (value: unknown, path: string, pattern: RegExp): string => {
    if (typeof value === 'string' && pattern.test(value)) return value;
    blame(path, `this is not written as expected: ${pattern.source}`);
    return '';
  };
  return {
    blame,
    number,
    text,
    list,
    match,
    whole(value: unknown, path: string, least: number, most: number): number {
      if (Number.isInteger(value)) return number(value, path, least, most);
      blame(path, `a whole number from ${least} to ${most} is expected`);
      return least;
    },
    choice(value: unknown, path: string, values: readonly string[]): string {
      const found = values.find((each) => each === value);
      if (found === undefined) blame(path, `one of these is expected: ${values.join(', ')}`);
      return found ?? values[0]!;
    },
    codes(value: unknown, path: string, least: number): string[] {
      return list(value, path, MOST.codes, least).map((each, at) => match(each, `${path}[${at}]`, CODE));
    },
    object(value: unknown, path: string): Record<string, unknown> {
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
      blame(path, 'members are expected');
      return {};
    },
    done(): void {
      if (issues.length > 0) throw new Problem('invalid', 'the case definition is not as it should be', {}, { issues });
    },
  };
}
