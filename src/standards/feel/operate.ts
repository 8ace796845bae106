/** Comparison and arithmetic of FEEL values (DMN 1.5, tables 50 to 57). Undefined: not defined for such values. */
import {
  add,
  coefficientOf,
  compareNums,
  divide,
  isNum,
  makeNum,
  multiply,
  type Num,
  power,
  roundTo,
  subtract,
  toNumber,
} from './decimal.ts';
import type { Arithmetic, Comparison } from './syntax.ts';
import {
  addDays,
  addMonths,
  addNanos,
  atMidnight,
  DAY,
  DaysDuration,
  dayNumber,
  FeelDate,
  FeelDateTime,
  FeelTime,
  instantOf,
  instantOfTime,
  localNanos,
  MonthsDuration,
  makeMonths,
  NANOS,
  SECOND,
  timeOf,
  UTC,
} from './temporal.ts';
import { type Context, isContext, isList, Range, type Value } from './values.ts';

// Equality ----------------------------------------------------------------------------------------------------------

/** Undefined when the two are of different kinds: FEEL then answers null. */
export function areEqual(a: Value, b: Value): boolean | undefined {
  if (a === null || b === null) return a === b;
  if (typeof a === 'string') return typeof b === 'string' ? a === b : undefined;
  if (typeof a === 'boolean') return typeof b === 'boolean' ? a === b : undefined;
  if (isNum(a)) return isNum(b) ? compareNums(a, b) === 0 : undefined;
  if (isList(a)) return isList(b) ? listsAreEqual(a, b) : undefined;
  if (isContext(a)) return isContext(b) ? contextsAreEqual(a, b) : undefined;
  if (a instanceof Range) return b instanceof Range ? rangesAreEqual(a, b) : undefined;
  // The standard compares hour, minute, second and offset: parts of a second do not count (table 53).
  if (a instanceof FeelTime) return b instanceof FeelTime ? secondsOf(a) === secondsOf(b) : undefined;
  if (a instanceof FeelDateTime) return b instanceof FeelDateTime ? momentSeconds(a) === momentSeconds(b) : undefined;
  const order = compareValues(a, b);
  return order === undefined ? undefined : order === 0;
}

function listsAreEqual(a: readonly Value[], b: readonly Value[]): boolean {
  return a.length === b.length && a.every((item, index) => areEqual(item, b[index] as Value) === true);
}

function contextsAreEqual(a: Context, b: Context): boolean {
  if (a.size !== b.size) return false;
  for (const [key, entry] of a) {
    const other = b.get(key);
    if (other === undefined || areEqual(entry, other) !== true) return false;
  }
  return true;
}

function rangesAreEqual(a: Range, b: Range): boolean {
  const same = (left: Value | undefined, right: Value | undefined) =>
    left === undefined || right === undefined ? left === right : areEqual(left, right) === true;
  return (
    a.op === b.op &&
    a.startIncluded === b.startIncluded &&
    a.endIncluded === b.endIncluded &&
    same(a.start, b.start) &&
    same(a.end, b.end)
  );
}

function secondsOf(time: FeelTime): string {
  const instant = instantOfTime(time);
  return instant === undefined ? `local ${Math.floor(time.nanos / NANOS)}` : `${floorSeconds(instant)}`;
}

function momentSeconds(moment: FeelDateTime): string {
  const instant = instantOf(moment);
  return instant === undefined ? `local ${floorSeconds(localNanos(moment))}` : `${floorSeconds(instant)}`;
}

function floorSeconds(nanos: bigint): bigint {
  return (nanos - (((nanos % SECOND) + SECOND) % SECOND)) / SECOND;
}

// Order -------------------------------------------------------------------------------------------------------------

/** Below, at or above 0; undefined when the two have no order. */
export function compareValues(a: Value, b: Value): number | undefined {
  if (isNum(a)) return isNum(b) ? compareNums(a, b) : undefined;
  if (typeof a === 'string') return typeof b === 'string' ? compareTexts(a, b) : undefined;
  if (a instanceof FeelDate && b instanceof FeelDate) return dayNumber(a) - dayNumber(b);
  if (a instanceof FeelTime) return b instanceof FeelTime ? compareTimes(a, b) : undefined;
  if (a instanceof DaysDuration) return b instanceof DaysDuration ? order(a.nanos, b.nanos) : undefined;
  if (a instanceof MonthsDuration) return b instanceof MonthsDuration ? a.months - b.months : undefined;
  const from = momentOf(a);
  const to = momentOf(b);
  return from === undefined || to === undefined ? undefined : compareMoments(from, to);
}

function order(a: bigint, b: bigint): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** By code points: JavaScript's own order takes what lies beyond the first plane for smaller than it is. */
function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const x = a.charCodeAt(at);
    const y = b.charCodeAt(at);
    if (x !== y) return surrogatesLast(x) - surrogatesLast(y);
  }
  return a.length - b.length;
}

function surrogatesLast(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

function compareTimes(a: FeelTime, b: FeelTime): number | undefined {
  const x = instantOfTime(a);
  const y = instantOfTime(b);
  if (x !== undefined && y !== undefined) return order(x, y);
  return x === undefined && y === undefined ? a.nanos - b.nanos : undefined;
}

function compareMoments(a: FeelDateTime, b: FeelDateTime): number | undefined {
  const x = instantOf(a);
  const y = instantOf(b);
  if (x !== undefined && y !== undefined) return order(x, y);
  return x === undefined && y === undefined ? order(localNanos(a), localNanos(b)) : undefined;
}

/** A date is the beginning of its day, in UTC. */
function momentOf(value: Value): FeelDateTime | undefined {
  if (value instanceof FeelDateTime) return value;
  return value instanceof FeelDate ? atMidnight(value, UTC) : undefined;
}

export function compareBy(op: Comparison, a: Value, b: Value): boolean | undefined {
  if (op === '=') return areEqual(a, b);
  if (op === '!=') {
    const equal = areEqual(a, b);
    return equal === undefined ? undefined : !equal;
  }
  const found = compareValues(a, b);
  if (found === undefined) return undefined;
  if (op === '<') return found < 0;
  if (op === '<=') return found <= 0;
  return op === '>' ? found > 0 : found >= 0;
}

/** Whether the range holds the value. */
export function rangeHolds(range: Range, value: Value): boolean | undefined {
  if (range.op !== undefined) return compareBy(range.op, value, range.start ?? null);
  const above = range.start === undefined ? true : compareBy(range.startIncluded ? '>=' : '>', value, range.start);
  const below = range.end === undefined ? true : compareBy(range.endIncluded ? '<=' : '<', value, range.end);
  if (above === undefined || below === undefined) return undefined;
  return above && below;
}

// Arithmetic --------------------------------------------------------------------------------------------------------

export function calculate(op: Arithmetic, a: Value, b: Value): Value | undefined {
  if (isNum(a) && isNum(b)) {
    if (op === '+') return add(a, b);
    if (op === '-') return subtract(a, b);
    if (op === '*') return multiply(a, b);
    return op === '/' ? divide(a, b) : power(a, b);
  }
  if (op === '+') return sumOf(a, b);
  if (op === '-') return differenceOf(a, b);
  if (op === '*') return productOf(a, b);
  return op === '/' ? quotientOf(a, b) : undefined;
}

function sumOf(a: Value, b: Value): Value | undefined {
  if (typeof a === 'string' && typeof b === 'string') return a + b;
  if (a instanceof DaysDuration || a instanceof MonthsDuration) {
    if (a instanceof DaysDuration && b instanceof DaysDuration) return new DaysDuration(a.nanos + b.nanos);
    if (a instanceof MonthsDuration && b instanceof MonthsDuration) return makeMonths(a.months + b.months);
    return isTemporal(b) ? later(b, a, 1) : undefined;
  }
  return isTemporal(a) && (b instanceof DaysDuration || b instanceof MonthsDuration) ? later(a, b, 1) : undefined;
}

function isTemporal(value: Value): value is FeelDate | FeelTime | FeelDateTime {
  return value instanceof FeelDate || value instanceof FeelTime || value instanceof FeelDateTime;
}

function later(from: FeelDate | FeelTime | FeelDateTime, by: DaysDuration | MonthsDuration, sign: 1 | -1) {
  if (by instanceof MonthsDuration) {
    if (from instanceof FeelTime) return undefined;
    if (from instanceof FeelDate) return addMonths(from, sign * by.months);
    const date = addMonths(from.date, sign * by.months);
    return date === undefined ? undefined : new FeelDateTime(date, from.time);
  }
  const nanos = BigInt(sign) * by.nanos;
  if (from instanceof FeelTime) return timeOf(BigInt(from.nanos) + nanos, from.zone);
  if (from instanceof FeelDateTime) return addNanos(from, nanos);
  const days = (nanos - (((nanos % DAY) + DAY) % DAY)) / DAY;
  return addDays(from, Number(days));
}

function differenceOf(a: Value, b: Value): Value | undefined {
  if (a instanceof DaysDuration && b instanceof DaysDuration) return new DaysDuration(a.nanos - b.nanos);
  if (a instanceof MonthsDuration && b instanceof MonthsDuration) return makeMonths(a.months - b.months);
  if (!isTemporal(a)) return undefined;
  if (b instanceof DaysDuration || b instanceof MonthsDuration) return later(a, b, -1);
  if (a instanceof FeelTime && b instanceof FeelTime)
    return between(instantOfTime(a), instantOfTime(b), BigInt(a.nanos), BigInt(b.nanos));
  const from = momentOf(a);
  const to = momentOf(b);
  if (from === undefined || to === undefined) return undefined;
  return between(instantOf(from), instantOf(to), localNanos(from), localNanos(to));
}

/** Both with a zone, or both without. */
function between(x: bigint | undefined, y: bigint | undefined, localX: bigint, localY: bigint) {
  if (x !== undefined && y !== undefined) return new DaysDuration(x - y);
  return x === undefined && y === undefined ? new DaysDuration(localX - localY) : undefined;
}

function productOf(a: Value, b: Value): Value | undefined {
  if (isNum(a)) return isNum(b) ? undefined : productOf(b, a);
  if (!isNum(b)) return undefined;
  if (a instanceof DaysDuration) return daysTimes(a, b, multiply);
  return a instanceof MonthsDuration ? monthsTimes(a, b, multiply) : undefined;
}

function quotientOf(a: Value, b: Value): Value | undefined {
  if (a instanceof DaysDuration) {
    if (isNum(b)) return daysTimes(a, b, divide);
    return b instanceof DaysDuration ? divideWhole(a.nanos, b.nanos) : undefined;
  }
  if (!(a instanceof MonthsDuration)) return undefined;
  if (isNum(b)) return monthsTimes(a, b, divide);
  return b instanceof MonthsDuration ? divide(a.months, b.months) : undefined;
}

function divideWhole(a: bigint, b: bigint): Num | undefined {
  const x = makeNum(a, 0);
  const y = makeNum(b, 0);
  return x === undefined || y === undefined ? undefined : divide(x, y);
}

type Operation = (a: Num, b: Num) => Num | undefined;

/** Rounded to the nanosecond, towards zero. */
function daysTimes(duration: DaysDuration, by: Num, operation: Operation): DaysDuration | undefined {
  const nanos = makeNum(duration.nanos, 0);
  const product = nanos === undefined ? undefined : operation(nanos, by);
  const whole = product === undefined ? undefined : roundTo(product, 0, 'down');
  if (whole === undefined) return undefined;
  const exponent = typeof whole === 'number' ? 0 : whole.exponent;
  return exponent > 40 ? undefined : new DaysDuration(coefficientOf(whole) * 10n ** BigInt(exponent));
}

/** Rounded to the month, towards zero. */
function monthsTimes(duration: MonthsDuration, by: Num, operation: Operation): MonthsDuration | undefined {
  const product = operation(duration.months, by);
  const whole = product === undefined ? undefined : roundTo(product, 0, 'down');
  return whole === undefined ? undefined : makeMonths(toNumber(whole));
}
