/** FEEL's dates, times and durations: proleptic Gregorian calendar, nanoseconds, ISO 8601 texts, offsets and IANA zones. */

export class FeelDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;

  constructor(year: number, month: number, day: number) {
    this.year = year;
    this.month = month;
    this.day = day;
  }

  toString(): string {
    const size = String(Math.abs(this.year)).padStart(4, '0');
    return `${this.year < 0 ? '-' : ''}${size}-${two(this.month)}-${two(this.day)}`;
  }
}

/** Seconds east of Greenwich, or the name of a zone. */
export type Zone = { readonly offset: number } | { readonly name: string };

export class FeelTime {
  /** Since midnight. */
  readonly nanos: number;
  readonly zone: Zone | undefined;

  constructor(nanos: number, zone: Zone | undefined) {
    this.nanos = nanos;
    this.zone = zone;
  }

  toString(): string {
    const seconds = Math.floor(this.nanos / NANOS);
    const fraction = this.nanos % NANOS;
    const tail = fraction === 0 ? '' : `.${String(fraction).padStart(9, '0').replace(/0+$/, '')}`;
    return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}${tail}${formatZone(this.zone)}`;
  }
}

export class FeelDateTime {
  readonly date: FeelDate;
  readonly time: FeelTime;

  constructor(date: FeelDate, time: FeelTime) {
    this.date = date;
    this.time = time;
  }

  toString(): string {
    return `${this.date}T${this.time}`;
  }
}

export class DaysDuration {
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    this.nanos = nanos;
  }

  toString(): string {
    const size = this.nanos < 0n ? -this.nanos : this.nanos;
    if (size === 0n) return 'PT0S';
    const days = size / DAY;
    const hours = (size / HOUR) % 24n;
    const minutes = (size / MINUTE) % 60n;
    const seconds = (size / SECOND) % 60n;
    const fraction = size % SECOND;
    const tail = fraction === 0n ? '' : `.${String(fraction).padStart(9, '0').replace(/0+$/, '')}`;
    const clock = [
      hours === 0n ? '' : `${hours}H`,
      minutes === 0n ? '' : `${minutes}M`,
      seconds === 0n && fraction === 0n ? '' : `${seconds}${tail}S`,
    ].join('');
    return `${this.nanos < 0n ? '-' : ''}P${days === 0n ? '' : `${days}D`}${clock === '' ? '' : `T${clock}`}`;
  }
}

export class MonthsDuration {
  readonly months: number;

  constructor(months: number) {
    this.months = months;
  }

  toString(): string {
    const size = Math.abs(this.months);
    const years = Math.floor(size / 12);
    const rest = size % 12;
    const text = `${years === 0 ? '' : `${years}Y`}${rest === 0 && years !== 0 ? '' : `${rest}M`}`;
    return `${this.months < 0 ? '-' : ''}P${text}`;
  }
}

export type Duration = DaysDuration | MonthsDuration;

export const NANOS = 1_000_000_000;
export const SECOND = BigInt(NANOS);
export const MINUTE = 60n * SECOND;
export const HOUR = 60n * MINUTE;
export const DAY = 24n * HOUR;
const MOST_YEAR = 999_999_999;
export const UTC: Zone = { offset: 0 };

function two(value: number): string {
  return String(value).padStart(2, '0');
}

function formatZone(zone: Zone | undefined): string {
  if (zone === undefined) return '';
  if ('name' in zone) return `@${zone.name}`;
  if (zone.offset === 0) return 'Z';
  const size = Math.abs(zone.offset);
  const seconds = size % 60 === 0 ? '' : `:${two(size % 60)}`;
  return `${zone.offset < 0 ? '-' : '+'}${two(Math.floor(size / 3600))}:${two(Math.floor(size / 60) % 60)}${seconds}`;
}

// Making ------------------------------------------------------------------------------------------------------------

export function makeDate(year: number, month: number, day: number): FeelDate | undefined {
  if (!Number.isInteger(year) || Math.abs(year) > MOST_YEAR) return undefined;
  if (!(Number.isInteger(month) && month >= 1 && month <= 12)) return undefined;
  if (!(Number.isInteger(day) && day >= 1 && day <= daysOfMonth(year, month))) return undefined;
  return new FeelDate(year, month, day);
}

function daysOfMonth(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** @param seconds with up to nine digits after the point, as text, so that no digit is lost */
export function makeTime(hour: number, minute: number, seconds: string, zone: Zone | undefined): FeelTime | undefined {
  const [whole = '', fraction = ''] = seconds.split('.');
  const second = Number(whole);
  if (!(Number.isInteger(hour) && hour >= 0 && hour <= 23)) return undefined;
  if (!(Number.isInteger(minute) && minute >= 0 && minute <= 59)) return undefined;
  if (!(Number.isInteger(second) && second >= 0 && second <= 59)) return undefined;
  const nanos = Number(fraction.slice(0, 9).padEnd(9, '0'));
  return new FeelTime((hour * 3600 + minute * 60 + second) * NANOS + nanos, zone);
}

const MOST_OFFSET = 18 * 3600;

export function makeOffset(seconds: number): Zone | undefined {
  return Number.isInteger(seconds) && Math.abs(seconds) <= MOST_OFFSET ? { offset: seconds } : undefined;
}

// Reading -----------------------------------------------------------------------------------------------------------

const DATE = /^(-?)([1-9]\d{4,8}|\d{4})-(\d{2})-(\d{2})$/;
const TIME = /^(\d{2}):(\d{2}):(\d{2}(?:\.\d{1,12})?)(Z|[+-]\d{2}:\d{2}(?::\d{2})?|@[A-Za-z][\w+/-]{0,63})?$/;

export function parseDate(text: string): FeelDate | undefined {
  const found = DATE.exec(text);
  if (found === null) return undefined;
  const [, sign, year, month, day] = found;
  return makeDate(Number(year) * (sign === '-' ? -1 : 1), Number(month), Number(day));
}

export function parseTime(text: string): FeelTime | undefined {
  const found = TIME.exec(text);
  if (found === null) return undefined;
  const [, hour, minute, second = '', zoneText] = found;
  const zone = zoneText === undefined ? undefined : parseZone(zoneText);
  if (zoneText !== undefined && zone === undefined) return undefined;
  // The end of a day is the beginning of the next: as a time it is midnight.
  if (hour === '24') return minute === '00' && Number(second) === 0 ? new FeelTime(0, zone) : undefined;
  return makeTime(Number(hour), Number(minute), second, zone);
}

export function parseDateTime(text: string): FeelDateTime | undefined {
  const split = text.indexOf('T');
  const date = parseDate(split < 0 ? text : text.slice(0, split));
  const time = split < 0 ? new FeelTime(0, undefined) : parseTime(text.slice(split + 1));
  if (date === undefined || time === undefined) return undefined;
  if (split < 0 || !text.startsWith('24', split + 1)) return new FeelDateTime(date, time);
  const next = addDays(date, 1);
  return next === undefined ? undefined : new FeelDateTime(next, time);
}

function parseZone(text: string): Zone | undefined {
  if (text === 'Z') return UTC;
  if (text.startsWith('@')) {
    const name = text.slice(1);
    return isZone(name) ? { name } : undefined;
  }
  const [hours = 0, minutes = 0, seconds = 0] = text.slice(1).split(':').map(Number);
  if (minutes > 59 || seconds > 59) return undefined;
  return makeOffset((hours * 3600 + minutes * 60 + seconds) * (text.startsWith('-') ? -1 : 1) || 0);
}

const DURATION =
  /^(-?)P(?:(\d{1,12})Y)?(?:(\d{1,12})M)?(?:(\d{1,16})D)?(T(?:(\d{1,18})H)?(?:(\d{1,18})M)?(?:(\d{1,20}(?:\.\d{0,12})?)S)?)?$/;

export function parseDuration(text: string): Duration | undefined {
  const found = DURATION.exec(text);
  if (found === null) return undefined;
  const [, sign, years, months, days, clock, hours, minutes, seconds] = found;
  const minus = sign === '-';
  if (years !== undefined || months !== undefined) {
    if (days !== undefined || clock !== undefined) return undefined;
    const size = Number(years ?? 0) * 12 + Number(months ?? 0);
    return makeMonths(minus ? -size : size);
  }
  if (clock === 'T' || (days === undefined && clock === undefined)) return undefined;
  const [whole = '0', fraction = ''] = (seconds ?? '0').split('.');
  const nanos =
    BigInt(days ?? 0) * DAY +
    BigInt(hours ?? 0) * HOUR +
    BigInt(minutes ?? 0) * MINUTE +
    BigInt(whole) * SECOND +
    BigInt(fraction.slice(0, 9).padEnd(9, '0'));
  return new DaysDuration(minus ? -nanos : nanos);
}

export function makeMonths(months: number): MonthsDuration | undefined {
  return Number.isSafeInteger(months) ? new MonthsDuration(months === 0 ? 0 : months) : undefined;
}

// The calendar ------------------------------------------------------------------------------------------------------

/** Days since 1970-01-01. Source: H. Hinnant, "chrono-compatible low-level date algorithms", days_from_civil. */
export function dayNumber({ year, month, day }: FeelDate): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return (
    era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
  );
}

/** Undefined beyond the years that FEEL knows. Source: as above, civil_from_days. */
function dateOfDay(number: number): FeelDate | undefined {
  const z = number + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return makeDate(year, month, dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1);
}

export function addDays(date: FeelDate, days: number): FeelDate | undefined {
  return dateOfDay(dayNumber(date) + days);
}

/** A day that the month does not have becomes its last. */
export function addMonths(date: FeelDate, months: number): FeelDate | undefined {
  const at = date.year * 12 + date.month - 1 + months;
  const year = Math.floor(at / 12);
  const month = at - year * 12 + 1;
  return makeDate(year, month, Math.min(date.day, daysOfMonth(year, month)));
}

/** 1 is Monday. */
export function weekdayOf(date: FeelDate): number {
  return ((((dayNumber(date) + 3) % 7) + 7) % 7) + 1;
}

export function dayOfYear(date: FeelDate): number {
  return dayNumber(date) - dayNumber(new FeelDate(date.year, 1, 1)) + 1;
}

/** ISO 8601: week 1 holds the year's first Thursday. */
export function weekOfYear(date: FeelDate): number {
  const thursday = dayNumber(date) + 4 - weekdayOf(date);
  const year = dateOfDay(thursday)?.year ?? date.year;
  return Math.floor((thursday - dayNumber(new FeelDate(year, 1, 1))) / 7) + 1;
}

/** Whole months from one date to the other, towards zero. */
export function monthsBetween(from: FeelDate, to: FeelDate): number {
  const months = (to.year - from.year) * 12 + to.month - from.month;
  const rest = to.day - from.day;
  if (months > 0 && rest < 0) return months - 1;
  return months < 0 && rest > 0 ? months + 1 : months;
}

// Moments -----------------------------------------------------------------------------------------------------------

/** Nanoseconds since 1970-01-01T00:00 on the clock that shows the time, without its zone. */
export function localNanos({ date, time }: FeelDateTime): bigint {
  return BigInt(dayNumber(date)) * DAY + BigInt(time.nanos);
}

/** Nanoseconds since 1970-01-01T00:00Z; undefined without a zone. */
export function instantOf(moment: FeelDateTime): bigint | undefined {
  const offset = offsetAt(moment);
  return offset === undefined ? undefined : localNanos(moment) - BigInt(offset) * SECOND;
}

/** Of a time alone: its zone's offset on 1970-01-01, unless it is a fixed one. */
export function instantOfTime(time: FeelTime): bigint | undefined {
  return instantOf(new FeelDateTime(EPOCH, time));
}

const EPOCH = new FeelDate(1970, 1, 1);

function dateTimeOf(nanos: bigint, zone: Zone | undefined): FeelDateTime | undefined {
  const day = nanos >= 0n ? nanos / DAY : -((-nanos + DAY - 1n) / DAY);
  const date = dateOfDay(Number(day));
  return date === undefined ? undefined : new FeelDateTime(date, new FeelTime(Number(nanos - day * DAY), zone));
}

export function timeOf(nanos: bigint, zone: Zone | undefined): FeelTime {
  return new FeelTime(Number(((nanos % DAY) + DAY) % DAY), zone);
}

/** The moment that many nanoseconds later, in the same zone. */
export function addNanos(moment: FeelDateTime, nanos: bigint): FeelDateTime | undefined {
  const { zone } = moment.time;
  const instant = instantOf(moment);
  if (instant === undefined || zone === undefined) return dateTimeOf(localNanos(moment) + nanos, zone);
  const offset = offsetAtInstant(zone, instant + nanos);
  return dateTimeOf(instant + nanos + BigInt(offset) * SECOND, zone);
}

export function atMidnight(date: FeelDate, zone?: Zone): FeelDateTime {
  return new FeelDateTime(date, new FeelTime(0, zone));
}

/** The instant as a date and time in the zone. */
export function momentIn(instant: bigint, zone: Zone): FeelDateTime | undefined {
  return dateTimeOf(instant + BigInt(offsetAtInstant(zone, instant)) * SECOND, zone);
}

/** Seconds east of Greenwich at a local time. In the hour that comes twice it is the former of both. */
export function offsetAt(moment: FeelDateTime): number | undefined {
  const { zone } = moment.time;
  if (zone === undefined) return undefined;
  if ('offset' in zone) return zone.offset;
  const local = localNanos(moment);
  const first = offsetAtInstant(zone, local - DAY);
  if (offsetAtInstant(zone, local - BigInt(first) * SECOND) === first) return first;
  return offsetAtInstant(zone, local - BigInt(first) * SECOND);
}

const FORMATS = new Map<string, Intl.DateTimeFormat>();
/** There are about 600 zones; their names may be written in any case. */
const MOST_FORMATS = 2000;

function formatOf(name: string): Intl.DateTimeFormat | undefined {
  const known = FORMATS.get(name);
  if (known !== undefined) return known;
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
    if (FORMATS.size < MOST_FORMATS) FORMATS.set(name, format);
    return format;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

export function isZone(name: string): boolean {
  return formatOf(name) !== undefined;
}

/** 400 years have the same calendar: beyond what JavaScript's Date holds, a zone is asked about a year within. */
const CYCLE = 146_097n * DAY;
const MOST_INSTANT = 8_000_000_000_000n * 1_000_000n * 1000n;

function offsetAtInstant(zone: Zone, instant: bigint): number {
  if ('offset' in zone) return zone.offset;
  const inside = instant > MOST_INSTANT || instant < -MOST_INSTANT ? instant % CYCLE : instant;
  const ms = Number(inside / 1_000_000n);
  const parts = formatOf(zone.name)?.formatToParts(ms) ?? [];
  const text = parts.find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
  const found = /^GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/.exec(text);
  if (found?.[1] === undefined) return 0;
  const size = Number(found[2]) * 3600 + Number(found[3]) * 60 + Number(found[4] ?? 0);
  return found[1] === '-' ? -size : size;
}
