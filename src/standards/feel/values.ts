/** What a FEEL expression can be worth, its type's name, and its way from and to JavaScript. */
import { formatNum, fromNumber, isNum, type Num, toNumber } from './decimal.ts';
import { DaysDuration, FeelDate, FeelDateTime, FeelTime, MonthsDuration } from './temporal.ts';

export type Value =
  | null
  | boolean
  | string
  | Num
  | FeelDate
  | FeelTime
  | FeelDateTime
  | DaysDuration
  | MonthsDuration
  | Range
  | FeelFunction
  | Context
  | readonly Value[];

export type Context = ReadonlyMap<string, Value>;

/** From start to end; an end that is not there (undefined) is open to infinity. `op` tells (= x) and (!= x), whose both ends are x. */
export class Range {
  readonly start: Value | undefined;
  readonly startIncluded: boolean;
  readonly end: Value | undefined;
  readonly endIncluded: boolean;
  readonly op: '=' | '!=' | undefined;

  constructor(
    start: Value | undefined,
    startIncluded: boolean,
    end: Value | undefined,
    endIncluded: boolean,
    op?: '=' | '!=',
  ) {
    this.op = op;
    this.start = start;
    this.startIncluded = startIncluded;
    this.end = end;
    this.endIncluded = endIncluded;
  }

  toString(): string {
    const end = (value: Value | undefined) => (value === undefined ? '' : formatValue(value, true));
    if (this.op !== undefined) return `(${this.op} ${end(this.start)})`;
    if (this.start === undefined) return `(${this.endIncluded ? '<=' : '<'} ${end(this.end)})`;
    if (this.end === undefined) return `(${this.startIncluded ? '>=' : '>'} ${end(this.start)})`;
    return `${this.startIncluded ? '[' : '('}${end(this.start)}..${end(this.end)}${this.endIncluded ? ']' : ')'}`;
  }
}

/** What has names only as variables of a call do not: overloads have several lists of names. */
export class FeelFunction {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly call: Call;
  readonly named: NamedCall;
  readonly type: { readonly parameters: readonly unknown[]; readonly result: unknown } | undefined;

  constructor(
    name: string,
    parameters: readonly string[],
    call: Call,
    named: NamedCall,
    type?: { readonly parameters: readonly unknown[]; readonly result: unknown },
  ) {
    this.name = name;
    this.parameters = parameters;
    this.call = call;
    this.named = named;
    this.type = type;
  }
}

export type Call = (args: readonly Value[], act: Act) => Value;
export type NamedCall = (args: Context, act: Act) => Value;

/** One evaluation: its clock, what it has left to spend, and why something became null. */
export interface Act {
  readonly now: FeelDateTime;
  fuel: number;
  depth: number;
  /** The element of the model whose expression is evaluated. */
  where?: string;
  readonly notes: Note[];
}

/** Why a value is null, or was changed. */
export interface Note {
  readonly reason: Reason;
  /** Characters from the expression's beginning. */
  readonly at?: number;
  /** The element of the model in whose expression it happened. */
  readonly where?: string;
  readonly facts?: Readonly<Record<string, string | number>>;
}

export type Reason =
  | 'unknown-name'
  | 'unknown-property'
  | 'not-a-function'
  | 'wrong-arguments'
  | 'wrong-type'
  | 'not-comparable'
  | 'out-of-range'
  | 'division-by-zero'
  | 'not-a-boolean'
  | 'malformed'
  | 'malformed-pattern'
  | 'pattern-too-costly'
  | 'external-function'
  | 'does-not-conform'
  | 'hit-policy-violated'
  | 'no-rule-matches'
  | 'missing-input'
  | 'not-allowed'
  | 'invalid-expression'
  | 'no-logic';

const MOST_NOTES = 100;

/** @returns null, so that a failing operation can say why and be null in one go */
export function note(act: Act, reason: Reason, at?: number, facts?: Note['facts']): null {
  if (act.notes.length < MOST_NOTES) {
    act.notes.push({
      reason,
      ...(at === undefined ? {} : { at }),
      ...(act.where === undefined ? {} : { where: act.where }),
      ...(facts === undefined ? {} : { facts }),
    });
  }
  return null;
}

/** The evaluation has spent what it may: it ends without a value. */
export class FeelLimitError extends Error {
  readonly limit: 'steps' | 'depth' | 'length';

  constructor(limit: 'steps' | 'depth' | 'length') {
    super(`the evaluation needs more ${limit} than it may take`);
    this.limit = limit;
  }
}

export function spend(act: Act, steps: number): void {
  act.fuel -= steps;
  if (act.fuel < 0) throw new FeelLimitError('steps');
}

/** Items of a list, and characters of a text. */
const MOST_LENGTH = 1_000_000;

export function bounded(length: number): void {
  if (length > MOST_LENGTH) throw new FeelLimitError('length');
}

export function isList(value: unknown): value is readonly Value[] {
  return Array.isArray(value);
}

export function isContext(value: unknown): value is Context {
  return value instanceof Map;
}

export type TypeName =
  | 'null'
  | 'boolean'
  | 'string'
  | 'number'
  | 'date'
  | 'time'
  | 'date and time'
  | 'days and time duration'
  | 'years and months duration'
  | 'range'
  | 'function'
  | 'context'
  | 'list';

export function typeOf(value: Value): TypeName {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'string') return 'string';
  if (isNum(value)) return 'number';
  if (isList(value)) return 'list';
  if (isContext(value)) return 'context';
  if (value instanceof FeelDate) return 'date';
  if (value instanceof FeelDateTime) return 'date and time';
  if (value instanceof FeelTime) return 'time';
  if (value instanceof DaysDuration) return 'days and time duration';
  if (value instanceof MonthsDuration) return 'years and months duration';
  return value instanceof Range ? 'range' : 'function';
}

/** Lists and contexts in each other, as they come in and go out. */
const MOST_DEPTH = 500;

/** As string() writes it; a text within a list or context is quoted. */
export function formatValue(value: Value, inside = false, depth = 0): string {
  if (depth > MOST_DEPTH) throw new FeelLimitError('depth');
  if (value === null) return 'null';
  if (typeof value === 'string') return inside ? JSON.stringify(value) : value;
  if (typeof value === 'boolean') return String(value);
  if (isNum(value)) return formatNum(value);
  let text: string;
  if (isList(value)) {
    bounded(value.length);
    const parts: string[] = [];
    let length = 0;
    for (const item of value) {
      const part = formatValue(item, true, depth + 1);
      length += part.length + 2;
      bounded(length);
      parts.push(part);
    }
    text = `[${parts.join(', ')}]`;
  } else if (isContext(value)) {
    const parts: string[] = [];
    let length = 0;
    for (const [key, entry] of value) {
      const part = `${/^[\p{L}_][\p{L}\p{N}_ ]*$/u.test(key) ? key : JSON.stringify(key)}: ${formatValue(entry, true, depth + 1)}`;
      length += part.length + 2;
      bounded(length);
      parts.push(part);
    }
    text = `{${parts.join(', ')}}`;
  } else if (value instanceof FeelFunction) text = `function(${value.parameters.join(', ')})`;
  else text = String(value);
  return text;
}

/** Plain data of a JSON document (or numbers, texts, arrays, objects of a program) as FEEL sees it. Depth is bounded by the reader. */
export function fromHost(value: unknown, depth = 0): Value {
  if (depth > MOST_DEPTH) throw new FeelLimitError('depth');
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return fromNumber(value) ?? null;
  if (Array.isArray(value)) return value.map((item) => fromHost(item, depth + 1));
  if (value instanceof Map || isFeel(value)) return value as Value;
  if (typeof value === 'object') {
    return new Map(Object.entries(value).map(([key, entry]) => [key, fromHost(entry, depth + 1)]));
  }
  return null;
}

function isFeel(value: unknown): boolean {
  return (
    isNum(value) ||
    value instanceof FeelDate ||
    value instanceof FeelTime ||
    value instanceof FeelDateTime ||
    value instanceof DaysDuration ||
    value instanceof MonthsDuration ||
    value instanceof Range ||
    value instanceof FeelFunction
  );
}

/**
 * As plain data: dates, times, durations and ranges as their texts.
 *
 * @param number what becomes of a number: by default the nearest JavaScript number; `JSON.rawJSON` of its text loses no digit
 */
export function toHost(value: Value, number: (num: Num) => unknown = toNumber, depth = 0): unknown {
  if (depth > MOST_DEPTH) throw new FeelLimitError('depth');
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (isNum(value)) return number(value);
  if (isList(value)) return value.map((item) => toHost(item, number, depth + 1));
  if (!isContext(value)) return formatValue(value);
  // Without a prototype, "__proto__" is a key like any other.
  const object: Record<string, unknown> = Object.create(null);
  for (const [key, entry] of value) object[key] = toHost(entry, number, depth + 1);
  return object;
}
