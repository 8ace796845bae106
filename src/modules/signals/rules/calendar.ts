import type { Unit } from '../model.ts';

const DAY_MS = 86_400_000;

/** The calendar day in Asia/Shanghai, which has no summer time since 1991. */
export function dayOf(at: Date): string {
  return new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 10);
}

/** Days since 1970-01-01. @param day `2026-03-02` */
export function dayNumber(day: string): number {
  return Math.floor(Date.parse(`${day}T00:00:00Z`) / DAY_MS);
}

export function dayText(number: number): string {
  return new Date(number * DAY_MS).toISOString().slice(0, 10);
}

export function daysAfter(day: string, days: number): string {
  return dayText(dayNumber(day) + days);
}

/** The Monday of the week (ISO 8601) of this day. */
function mondayOf(day: string): string {
  const number = dayNumber(day);
  // 1970-01-01 was a Thursday.
  return dayText(number - ((((number + 3) % 7) + 7) % 7));
}

export function stepDays(unit: Unit): number {
  return unit === 'day' ? 1 : 7;
}

/** The days, or the Mondays, from the first to the last, both included. */
export function datesOf(unit: Unit, since: string, until: string): string[] {
  const step = stepDays(unit);
  const first = dayNumber(unit === 'day' ? since : mondayOf(since));
  const last = dayNumber(unit === 'day' ? until : mondayOf(until));
  return Array.from({ length: Math.max(0, Math.floor((last - first) / step) + 1) }, (_, at) =>
    dayText(first + at * step),
  );
}
