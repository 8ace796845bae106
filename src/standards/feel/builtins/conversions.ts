import { formatNum, isWhole, type Num, parseNum, toNumber } from '../decimal.ts';
import { parseAt } from '../literals.ts';
import { areEqual, compareValues } from '../operate.ts';
import {
  atMidnight,
  type DaysDuration,
  FeelDate,
  FeelDateTime,
  FeelTime,
  instantOf,
  isZone,
  makeDate,
  makeMonths,
  makeOffset,
  makeTime,
  momentIn,
  monthsBetween,
  parseDate,
  parseDateTime,
  parseDuration,
  parseTime,
  SECOND,
  UTC,
  type Zone,
} from '../temporal.ts';
import { formatValue, isContext, isList, note, Range, spend, typeOf, type Value } from '../values.ts';
import { define } from './define.ts';

export const CONVERSIONS = [
  define('not', [
    'negand: any~',
    ([negand], act) => (typeof negand === 'boolean' ? !negand : note(act, 'not-a-boolean')),
  ]),
  define(
    'date',
    ['from: string', ([from], act) => parseDate(from) ?? note(act, 'malformed')],
    ['from: date|moment', ([from]) => (from instanceof FeelDate ? from : from.date)],
    [
      'year: number, month: number, day: number',
      ([year, month, day]) =>
        wholes(year, month, day) ? makeDate(toNumber(year), toNumber(month), toNumber(day)) : undefined,
    ],
  ),
  define(
    'time',
    ['from: string', ([from], act) => parseTime(from) ?? note(act, 'malformed')],
    ['from: time|moment|date', ([from]) => timeOfValue(from)],
    [
      'hour: number, minute: number, second: number, offset?: days~',
      ([hour, minute, second, offset]) => makeTimeOf(hour, minute, second, offset),
    ],
  ),
  define(
    'date and time',
    ['from: string', ([from], act) => parseDateTime(from) ?? note(act, 'malformed')],
    ['from: moment', ([from]) => from],
    ['from: date', ([from]) => atMidnight(from, UTC)],
    [
      'date: date|moment, time: time',
      ([date, time]) => new FeelDateTime(date instanceof FeelDate ? date : date.date, time),
    ],
    ['date: moment, timezone: string', ([moment, timezone]) => inZone(moment, timezone)],
    [
      'year: number, month: number, day: number, hour: number, minute: number, second: number',
      (args) => momentOfParts(args, undefined),
    ],
    [
      'year: number, month: number, day: number, hour: number, minute: number, second: number, offset: days~',
      (args) => momentOfParts(args, args[6] === null ? undefined : zoneOf(args[6])),
    ],
    [
      'year: number, month: number, day: number, hour: number, minute: number, second: number, timezone: string',
      (args) => (isZone(args[6]) ? momentOfParts(args, { name: args[6] }) : undefined),
    ],
  ),
  define('duration', [
    'from: string|days|months',
    ([from], act) => (typeof from === 'string' ? (parseDuration(from) ?? note(act, 'malformed')) : from),
  ]),
  define('years and months duration', [
    'from: date|moment, to: date|moment',
    ([from, to]) => makeMonths(monthsBetween(asDate(from), asDate(to))),
  ]),
  define(
    'number',
    ['from: number', ([from]) => from],
    ['from: string', ([from], act) => readNumber(from, null, null) ?? note(act, 'malformed')],
    [
      'from: string, grouping separator: string~, decimal separator: string~',
      ([from, grouping, decimal], act) => readNumber(from, grouping, decimal) ?? note(act, 'malformed'),
    ],
  ),
  define('string', ['from: any', ([from]) => formatValue(from)]),
  define('context', ['entries: list', ([entries], act) => contextOf(entries, (steps) => spend(act, steps))]),
  define('range', ['from: string', ([from], act) => parseRange(from) ?? note(act, 'malformed')]),
  define('is', ['value1?: any~, value2?: any~', ([one, other]) => isSame(one ?? null, other ?? null)]),
];

function wholes(...numbers: readonly Num[]): boolean {
  return numbers.every((number) => isWhole(number) && Math.abs(toNumber(number)) <= 999_999_999);
}

function timeOfValue(from: FeelTime | FeelDateTime | FeelDate): FeelTime {
  if (from instanceof FeelTime) return from;
  return from instanceof FeelDateTime ? from.time : new FeelTime(0, UTC);
}

function zoneOf(offset: DaysDuration | null | undefined): Zone | undefined {
  if (offset === null || offset === undefined || offset.nanos % SECOND !== 0n) return undefined;
  return makeOffset(Number(offset.nanos / SECOND));
}

function makeTimeOf(hour: Num, minute: Num, second: Num, offset?: DaysDuration | null): FeelTime | undefined {
  if (!wholes(hour, minute)) return undefined;
  const zone = zoneOf(offset);
  if (offset !== null && offset !== undefined && zone === undefined) return undefined;
  return makeTime(toNumber(hour), toNumber(minute), formatNum(second), zone);
}

function momentOfParts([year, month, day, hour, minute, second]: readonly Num[], zone: Zone | undefined) {
  const parts = [year, month, day, hour, minute] as Num[];
  if (!wholes(...parts)) return undefined;
  const date = makeDate(toNumber(parts[0] as Num), toNumber(parts[1] as Num), toNumber(parts[2] as Num));
  const time = makeTime(toNumber(parts[3] as Num), toNumber(parts[4] as Num), formatNum(second as Num), zone);
  return date === undefined || time === undefined ? undefined : new FeelDateTime(date, time);
}

function inZone(moment: FeelDateTime, name: string): FeelDateTime | undefined {
  if (!isZone(name)) return undefined;
  const instant = instantOf(moment);
  return instant === undefined
    ? new FeelDateTime(moment.date, new FeelTime(moment.time.nanos, { name }))
    : momentIn(instant, { name });
}

function asDate(value: FeelDate | FeelDateTime): FeelDate {
  return value instanceof FeelDate ? value : value.date;
}

function readNumber(from: string, grouping: string | null, decimal: string | null): Num | undefined {
  if (grouping !== null && ![' ', ',', '.'].includes(grouping)) return undefined;
  if (decimal !== null && ![',', '.'].includes(decimal)) return undefined;
  if (grouping !== null && grouping === decimal) return undefined;
  let text = grouping === null ? from : from.replaceAll(grouping, '');
  if (decimal !== null && decimal !== '.') {
    if (text.includes('.')) return undefined;
    text = text.replace(decimal, '.');
  }
  return parseNum(text);
}

function contextOf(entries: readonly Value[], pay: (steps: number) => void): Value | undefined {
  pay(entries.length);
  const context = new Map<string, Value>();
  for (const entry of entries) {
    if (!isContext(entry)) return undefined;
    const key = entry.get('key');
    const value = entry.get('value');
    if (typeof key !== 'string' || value === undefined || context.has(key)) return undefined;
    context.set(key, value);
  }
  return context;
}

const RANGE = /^\s*([[(\]])\s*(.*?)\s*\.\.\s*(.*?)\s*([\])[])\s*$/s;
const END =
  /^(?:-?\d[\d.eE+-]*|"(?:[^"\\]|\\.)*"|@"[^"]*"|(?:date|time|date and time|duration)\s*\(\s*"[^"]*"\s*\)|)$/s;

/** Ends are literals only, as the standard asks. */
function parseRange(text: string): Range | undefined {
  const found = RANGE.exec(text);
  if (found === null) return undefined;
  const [, open, low = '', high = '', close] = found;
  const start = rangeEnd(low);
  const end = rangeEnd(high);
  if (start === undefined || end === undefined || (low === '' && high === '')) return undefined;
  if ((low === '' && open === '[') || (high === '' && close === ']')) return undefined;
  // Ends of one kind, the lower first.
  if (start === null ? end === null : end !== null && !((compareValues(start, end) ?? 1) <= 0)) return undefined;
  return new Range(low === '' ? null : start, open === '[', high === '' ? null : end, close === ']');
}

function rangeEnd(text: string): Value | undefined {
  if (text === '' || text === 'null') return null;
  if (!END.test(text)) return undefined;
  if (text.startsWith('"')) return text.slice(1, -1);
  const quoted = /"([^"]*)"/.exec(text)?.[1];
  if (quoted === undefined) return parseNum(text);
  if (text.startsWith('@')) return parseAt(quoted);
  if (/^date\s*\(/.test(text)) return parseDate(quoted);
  if (/^time\s*\(/.test(text)) return parseTime(quoted);
  return text.startsWith('duration') ? parseDuration(quoted) : parseDateTime(quoted);
}

/** The same in every part: of one type, and times with the same zone (table 73). */
function isSame(one: Value, other: Value): boolean {
  if (one instanceof FeelDateTime && other instanceof FeelDateTime) {
    return isSame(one.date, other.date) && isSame(one.time, other.time);
  }
  if (one instanceof FeelTime && other instanceof FeelTime) {
    return one.nanos === other.nanos && JSON.stringify(one.zone) === JSON.stringify(other.zone);
  }
  if (isList(one) && isList(other)) {
    return one.length === other.length && one.every((item, index) => isSame(item, other[index] as Value));
  }
  return typeOf(one) === typeOf(other) && areEqual(one, other) === true;
}
