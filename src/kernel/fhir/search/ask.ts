import { type Issue, Problem } from '#kernel/problem';
import { isResourceType } from '#standards/fhir';
import { type Parameter, parametersOf } from '../parameters.ts';

/** A search as it was asked, read but not answered. */
export interface Ask {
  type: string;
  criteria: Criterion[];
  sort: SortKey[];
  count: number;
  total: 'none' | 'estimate' | 'accurate';
  /** Only the number of matches is asked for. */
  countOnly: boolean;
  summary?: 'true' | 'text' | 'data';
  elements?: string[];
  includes: Include[];
  revincludes: Include[];
  cursor?: string;
  /** What was not understood and, as the caller asked for lenience, left out. */
  ignored: Issue[];
}

/** One condition; its values are alternatives. */
export type Criterion = Plain | Chained | Reverse;

export interface Plain {
  kind: 'plain';
  parameter: Parameter;
  modifier?: string;
  values: string[];
}

/** `subject:Patient.name=...`: the resource referred to meets a condition. */
export interface Chained {
  kind: 'chain';
  parameter: Parameter;
  /** One condition for each type that may be referred to; one of them is enough. */
  targets: { type: string; criterion: Criterion }[];
}

/** `_has:Observation:patient:code=...`: a resource that refers to this one meets a condition. */
export interface Reverse {
  kind: 'has';
  type: string;
  parameter: Parameter;
  criterion: Criterion;
}

export interface SortKey {
  parameter: Parameter;
  descending: boolean;
}

export interface Include {
  /** The type that holds the reference; undefined: any. */
  source?: string;
  /** undefined: every reference. */
  code?: string;
  target?: string;
  iterate: boolean;
}

export interface AskOptions {
  /** Unknown parameters are left out and named in `ignored`, as `Prefer: handling=lenient` asks. */
  lenient?: boolean;
  /** Parameters that belong to the caller, such as `_type`. */
  known?: readonly string[];
}

export const DEFAULT_COUNT = 20;
export const MOST_COUNT = 1000;
const MOST_CHAIN = 3;
const MOST_CRITERIA = 50;
const MOST_VALUES = 1000;
const MOST_CHAIN_TARGETS = 12;

/** @throws Problem `invalid` that names each parameter, modifier or value that is not understood */
export function readAsk(type: string, params: URLSearchParams, { lenient = false, known = [] }: AskOptions = {}): Ask {
  const ask: Ask = {
    type,
    criteria: [],
    sort: [],
    count: DEFAULT_COUNT,
    total: 'none',
    countOnly: false,
    includes: [],
    revincludes: [],
    ignored: [],
  };
  for (const [name, value] of params) {
    if (known.includes(name) || value === '') continue;
    try {
      readParameter(ask, name, value);
    } catch (error) {
      if (!(lenient && error instanceof Problem && error.issues.some((issue) => UNKNOWN.has(issue.code)))) throw error;
      ask.ignored.push(...error.issues.map((issue) => ({ ...issue, severity: 'warning' as const })));
    }
  }
  if (ask.criteria.length > MOST_CRITERIA)
    throw refuse('too-costly', 'there are too many search parameters', String(MOST_CRITERIA));
  return ask;
}

/** Issue codes of what lenient handling passes over. */
const UNKNOWN: ReadonlySet<string> = new Set(['not-found', 'not-supported']);

function readParameter(ask: Ask, name: string, value: string): void {
  switch (name) {
    case '_count':
      ask.count = readCount(value);
      if (ask.count === 0) ask.countOnly = true;
      return;
    case '_sort':
      ask.sort = value.split(',').map((key) => readSortKey(ask.type, key));
      return;
    case '_total':
      if (value !== 'none' && value !== 'estimate' && value !== 'accurate')
        throw bad('_total is none, estimate or accurate', value);
      ask.total = value;
      return;
    case '_summary':
      readSummary(ask, value);
      return;
    case '_elements':
      ask.elements = value.split(',');
      return;
    case '_cursor':
      ask.cursor = value;
      return;
    case '_format':
    case '_pretty':
      return;
    case '_include':
    case '_include:iterate':
    case '_include:recurse':
      ask.includes.push(readInclude(value, name !== '_include'));
      return;
    case '_revinclude':
    case '_revinclude:iterate':
    case '_revinclude:recurse':
      ask.revincludes.push(readInclude(value, name !== '_revinclude'));
      return;
    default:
      ask.criteria.push(readCriterion(ask.type, name, value, 0));
  }
}

/** A condition on resources of a type; `name` with its modifier, chain or `_has`. */
function readCriterion(type: string, name: string, value: string, depth: number): Criterion {
  if (depth > MOST_CHAIN) throw refuse('too-costly', 'the chain of references is too long', name);
  if (name.startsWith('_has:')) return readReverse(type, name, value, depth);
  const dot = name.indexOf('.');
  if (dot >= 0) return readChain(type, name.slice(0, dot), name.slice(dot + 1), value, depth);

  const colon = name.indexOf(':');
  const parameter = parameterNamed(type, colon < 0 ? name : name.slice(0, colon));
  const values = splitUnescaped(value, ',');
  if (values.length > MOST_VALUES) throw refuse('too-costly', 'there are too many values for one parameter', name);
  const criterion: Plain = { kind: 'plain', parameter, values };
  if (colon >= 0) criterion.modifier = readModifier(parameter, name.slice(colon + 1));
  return criterion;
}

/** @throws Problem that names the nearest known ones */
export function parameterNamed(type: string, code: string): Parameter {
  const known = parametersOf(type);
  const parameter = known.get(code);
  if (parameter === undefined) {
    const near = nearest(code, [...known.keys()]);
    const hint = near.length === 0 ? '' : `; did you mean ${near.join(', ')}?`;
    throw refuse('not-found', 'this search parameter is not known here', `${type}.${code}${hint}`);
  }
  if (parameter.plan.how === 'unsupported')
    throw refuse('not-supported', 'this search parameter is not supported here', `${type}.${code}`);
  return parameter;
}

const MODIFIERS: Readonly<Record<string, readonly string[]>> = {
  token: ['missing', 'not', 'text', 'of-type'],
  string: ['missing', 'exact', 'contains'],
  uri: ['missing', 'above', 'below'],
  reference: ['missing', 'identifier'],
};
const IN_FHIR_ONLY: ReadonlySet<string> = new Set(['in', 'not-in', 'above', 'below', 'text']);

function readModifier({ type, code }: Parameter, modifier: string): string {
  if ((MODIFIERS[type] ?? ['missing']).includes(modifier)) return modifier;
  if (type === 'reference' && isResourceType(modifier)) return modifier;
  const known = IN_FHIR_ONLY.has(modifier);
  throw refuse(
    'not-supported',
    known ? 'this modifier is not supported here' : 'this modifier does not go with the parameter',
    `${code}:${modifier}`,
  );
}

function readChain(type: string, link: string, rest: string, value: string, depth: number): Criterion {
  const [code = '', named] = link.split(':');
  const parameter = parameterNamed(type, code);
  if (parameter.type !== 'reference')
    throw refuse('invalid', 'only a reference can be followed by a dot', `${code}.${rest}`);
  if (named !== undefined && !isResourceType(named))
    throw refuse('invalid', 'FHIR R4 has no such resource type', named);
  const restCode = /^[^.:]+/.exec(rest)?.[0] ?? '';
  const candidates = named === undefined ? targetsOf(parameter) : [named];
  const fitting = candidates.filter((target) => restCode === '_has' || parametersOf(target).has(restCode));
  if (fitting.length === 0) parameterNamed(candidates[0] ?? type, restCode);
  if (fitting.length > MOST_CHAIN_TARGETS) {
    throw refuse('too-costly', 'name the type that is referred to, such as subject:Patient.name', `${code}.${rest}`);
  }
  const targets = fitting.map((target) => ({ type: target, criterion: readCriterion(target, rest, value, depth + 1) }));
  return { kind: 'chain', parameter, targets };
}

function readReverse(type: string, name: string, value: string, depth: number): Criterion {
  const [, source = '', code = '', ...rest] = name.split(':');
  if (!isResourceType(source)) throw refuse('invalid', 'FHIR R4 has no such resource type', source);
  const parameter = parameterNamed(source, code);
  const mayRefer =
    parameter.type === 'reference' && (parameter.targets === undefined || targetsOf(parameter).includes(type));
  if (!mayRefer)
    throw refuse('invalid', 'this parameter does not refer to the type that is searched', `${source}.${code}`);
  return { kind: 'has', type: source, parameter, criterion: readCriterion(source, rest.join(':'), value, depth + 1) };
}

/** The types a reference may point to; empty where any type will do. */
export function targetsOf({ plan, targets = [] }: Parameter): readonly string[] {
  return plan.how === 'other' && plan.target !== undefined ? [plan.target] : targets;
}

function readSortKey(type: string, text: string): SortKey {
  const descending = text.startsWith('-');
  return { parameter: parameterNamed(type, descending ? text.slice(1) : text), descending };
}

function readCount(value: string): number {
  const count = Number(value);
  if (!Number.isInteger(count) || count < 0) throw bad('_count is a whole number', value);
  return Math.min(count, MOST_COUNT);
}

function readSummary(ask: Ask, value: string): void {
  if (value === 'count') ask.countOnly = true;
  else if (value === 'true' || value === 'text' || value === 'data') ask.summary = value;
  else if (value !== 'false') throw bad('_summary is true, text, data, count or false', value);
}

function readInclude(value: string, iterate: boolean): Include {
  if (value === '*') return { iterate };
  const [source = '', code = '', target] = value.split(':');
  if (!isResourceType(source)) throw refuse('invalid', 'FHIR R4 has no such resource type', source);
  if (target !== undefined && !isResourceType(target))
    throw refuse('invalid', 'FHIR R4 has no such resource type', target);
  if (code !== '*' && parameterNamed(source, code).type !== 'reference')
    throw refuse('invalid', 'only references can be included', value);
  return { source, iterate, ...(code !== '*' && { code }), ...(target !== undefined && { target }) };
}

/** Splits at a separator that is not escaped by a backslash; the escapes stay for the next reader. */
export function splitUnescaped(text: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === separator) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

export function withoutEscapes(text: string): string {
  return text.replace(/\\([\\,$|])/g, '$1');
}

export function bad(message: string, value: string): Problem {
  return refuse('invalid', message, value);
}

/** A refusal of the question itself; the value is quoted to the caller only. */
export function refuse(
  code: 'invalid' | 'not-found' | 'not-supported' | 'too-costly',
  message: string,
  value: string,
): Problem {
  const issues: Issue[] = [{ severity: 'error', code, message: `${message}: ${value}` }];
  return new Problem(code === 'too-costly' ? 'too-costly' : 'invalid', message, {}, { issues });
}

function nearest(code: string, known: readonly string[]): string[] {
  const scored = known.map((other) => ({ other, distance: distanceOf(code.toLowerCase(), other.toLowerCase()) }));
  const close = scored.filter(
    ({ other, distance }) => distance <= Math.max(2, other.length / 3) || other.includes(code),
  );
  return close
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ other }) => other);
}

/** Levenshtein distance, bounded by cutting what is absurdly long. */
function distanceOf(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (const [at, sign] of [...one.slice(0, 64)].entries()) {
    const next = [at + 1];
    for (let place = 1; place <= other.length; place += 1) {
      const same = other[place - 1] === sign ? 0 : 1;
      next.push(Math.min(next[place - 1]! + 1, row[place]! + 1, row[place - 1]! + same));
    }
    row = next;
  }
  return row.at(-1)!;
}
