import type { Expr } from './algebra.ts';

/**
 * The key of a date, dateTime or time: text that sorts as the moment does and is as long as the moment is precise. Zoned moments
 * are told in UTC; those without a zone are taken as UTC. Seconds and their fraction are one precision, nine digits long.
 *
 * @param text  as in FHIR's JSON or a literal of FHIRPath without its `@` and `T`
 */
export function momentText(text: string, isClock: boolean): string {
  if (isClock) return clock(text);
  const found = /^(\d{4}(?:-\d\d(?:-\d\d)?)?)(?:T([\d:.]+)(Z|[+-]\d\d:\d\d)?)?$/.exec(text);
  if (found === null) return text;
  const [, date = '', time, zone] = found;
  if (time === undefined) return date;
  if (zone === undefined || zone === 'Z') return `${date}T${clock(time)}`;
  const [hours = '00', minutes = '00', seconds] = time.split(':');
  const offset = (zone.startsWith('-') ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6)));
  const utc = new Date(Date.parse(`${date}T${hours}:${minutes}:00Z`) - offset * 60_000).toISOString();
  return `${utc.slice(0, 16)}${seconds === undefined ? '' : clock(`00:00:${seconds}`).slice(5)}`;
}

function clock(text: string): string {
  const [whole = '', fraction = ''] = text.split('.');
  return whole.length < 8 ? whole : `${whole}.${fraction.padEnd(9, '0').slice(0, 9)}`;
}

/** How many of what a duration of the calendar adds to a moment, by how precise the moment is. */
export interface Shift {
  years: number;
  months: number;
  days: number;
  /** To what has a time of day: months of the calendar, or seconds. */
  full: { months: number; seconds?: undefined } | { months?: undefined; seconds: number };
}

/**
 * A duration that is finer than the moment counts by 12 months, 30 days or 365 days, cut off to whole ones.
 *
 * Source: FHIRPath 2.0.0, "Date/Time Arithmetic".
 */
export function shiftOf(count: number, unit: string): Shift {
  if (unit === 'year' || unit === 'month') {
    const months = unit === 'year' ? 12 * count : count;
    return { years: whole(months / 12), months, days: 0, full: { months } };
  }
  const seconds = count * (SECONDS[unit] ?? 1);
  const days = whole(seconds / DAY_SECONDS);
  return { years: whole(days / 365), months: whole(days / 30), days, full: { seconds } };
}

/** What the arguments of a shift say; both are literals. */
export function shiftSaid(count: Expr | undefined, unit: Expr | undefined): [count: number, unit: string] {
  const said = (of: Expr | undefined): string => (of?.op === 'literal' ? (of.text ?? '') : '');
  return [Number(said(count)), said(unit)];
}

/** Not -0, which is no number in SQL. */
function whole(value: number): number {
  return Math.trunc(value) + 0;
}

const DAY_SECONDS = 86_400;
const SECONDS: Readonly<Record<string, number>> = { week: 7 * DAY_SECONDS, day: DAY_SECONDS, hour: 3_600, minute: 60 };
