/**
 * What instants a FHIR date, dateTime or instant covers: a partial date stands for the whole year, month or day (in UTC), a time
 * for its second or the fraction written. Source: FHIR R4 datatypes.html#dateTime and search.html#date.
 */

/** First and last millisecond, both included. */
export interface Instants {
  lo: number;
  hi: number;
}

const DATE_TIME =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?(Z|[+-]\d{2}:\d{2})?)?)?)?$/;

/** Nothing when the text is no date or names a day that the calendar does not have. Without a zone a time is taken as UTC. */
export function instantsOf(text: string): Instants | undefined {
  const parts = DATE_TIME.exec(text);
  if (!parts) return undefined;
  const [, year, month, day, hour, minute, second, fraction, zone] = parts;
  const y = Number(year);
  if (month === undefined) return { lo: utc(y, 0, 1), hi: utc(y + 1, 0, 1) - 1 };
  const m = Number(month) - 1;
  if (m < 0 || m > 11) return undefined;
  if (day === undefined) return { lo: utc(y, m, 1), hi: utc(y, m + 1, 1) - 1 };
  const d = Number(day);
  if (d < 1 || d > daysOf(y, m)) return undefined;
  const midnight = utc(y, m, d);
  if (hour === undefined) return { lo: midnight, hi: midnight + 86_400_000 - 1 };

  const [h, min, s] = [Number(hour), Number(minute), Number(second ?? 0)];
  if (h > 23 || min > 59 || s > 60) return undefined;
  const offset = offsetMs(zone ?? 'Z');
  const ms = fraction === undefined ? 0 : Number(fraction.slice(0, 3).padEnd(3, '0'));
  const lo = midnight + h * 3_600_000 + min * 60_000 + s * 1000 + ms - offset;
  const width = second === undefined ? 60_000 : fraction === undefined ? 1000 : 10 ** Math.max(0, 3 - fraction.length);
  return { lo, hi: lo + width - 1 };
}

/** Like Date.UTC, which takes the years 0 to 99 for 1900 to 1999. */
function utc(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  return date.getTime();
}

export function daysOf(year: number, month: number): number {
  if (month === 1) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 3 || month === 5 || month === 8 || month === 10 ? 30 : 31;
}

function offsetMs(zone: string): number {
  if (zone === 'Z') return 0;
  const ms = Number(zone.slice(1, 3)) * 3_600_000 + Number(zone.slice(4)) * 60_000;
  return zone.startsWith('-') ? -ms : ms;
}
