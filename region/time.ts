/** The region keeps one civil time, UTC+8, without summer time. Instants are milliseconds since 1970, days `yyyy-mm-dd`. */
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
const OFFSET = 8 * HOUR;

export function dayOf(at: number): string {
  return new Date(at + OFFSET).toISOString().slice(0, 10);
}

export function startOfDay(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) - OFFSET;
}

export function dayAfter(day: string, days = 1): string {
  return dayOf(startOfDay(day) + days * DAY + HOUR);
}

/** Hours since local midnight, with fraction. */
export function hourOf(at: number): number {
  return ((((at + OFFSET) % DAY) + DAY) % DAY) / HOUR;
}

export function isWeekend(day: string): boolean {
  return [0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay());
}

/** HL7 v2 DTM with zone: 20261122101530+0800. */
export function hl7Time(at: number): string {
  return `${new Date(at + OFFSET).toISOString().slice(0, 19).replace(/[-:T]/g, '')}+0800`;
}

/** ISO 8601 with the region's offset: 2026-11-22T10:15:30+08:00. */
export function isoTime(at: number): string {
  return `${new Date(at + OFFSET).toISOString().slice(0, 19)}+08:00`;
}

export function utcTime(at: number): string {
  return new Date(at).toISOString();
}
