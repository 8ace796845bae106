import { fromNumber } from './decimal.ts';
import {
  DAY,
  DaysDuration,
  FeelDate,
  FeelDateTime,
  FeelTime,
  HOUR,
  MINUTE,
  MonthsDuration,
  NANOS,
  offsetAt,
  SECOND,
  weekdayOf,
} from './temporal.ts';
import { isContext, Range, type Value } from './values.ts';

/** A context's entry, or a property of a date, time, duration or range (DMN 1.5, table 65). Undefined when there is none. */
export function propertyOf(value: Value, name: string): Value | undefined {
  if (isContext(value)) return value.get(name);
  if (value instanceof FeelDate) return datePart(value, name);
  if (value instanceof FeelDateTime) return datePart(value.date, name) ?? timePart(value.time, value, name);
  if (value instanceof FeelTime) return timePart(value, new FeelDateTime(new FeelDate(1970, 1, 1), value), name);
  if (value instanceof DaysDuration) return daysPart(value.nanos, name);
  if (value instanceof MonthsDuration) {
    if (name === 'years') return Math.trunc(value.months / 12) + 0;
    return name === 'months' ? (value.months % 12) + 0 : undefined;
  }
  return value instanceof Range ? rangePart(value, name) : undefined;
}

function datePart(date: FeelDate, name: string): Value | undefined {
  if (name === 'year') return date.year;
  if (name === 'month') return date.month;
  if (name === 'day') return date.day;
  return name === 'weekday' ? weekdayOf(date) : undefined;
}

function timePart(time: FeelTime, moment: FeelDateTime, name: string): Value | undefined {
  const seconds = Math.floor(time.nanos / NANOS);
  if (name === 'hour') return Math.floor(seconds / 3600);
  if (name === 'minute') return Math.floor(seconds / 60) % 60;
  if (name === 'second') return seconds % 60;
  if (name === 'time offset') {
    const offset = offsetAt(moment);
    return offset === undefined ? null : new DaysDuration(BigInt(offset) * SECOND);
  }
  if (name === 'timezone') return time.zone !== undefined && 'name' in time.zone ? time.zone.name : null;
  return undefined;
}

function daysPart(nanos: bigint, name: string): Value | undefined {
  const part = (value: bigint) => fromNumber(Number(value)) ?? null;
  if (name === 'days') return part(nanos / DAY);
  if (name === 'hours') return part((nanos / HOUR) % 24n);
  if (name === 'minutes') return part((nanos / MINUTE) % 60n);
  return name === 'seconds' ? part((nanos / SECOND) % 60n) : undefined;
}

function rangePart(range: Range, name: string): Value | undefined {
  if (name === 'start') return range.start ?? null;
  if (name === 'end') return range.end ?? null;
  if (name === 'start included') return range.startIncluded;
  return name === 'end included' ? range.endIncluded : undefined;
}
