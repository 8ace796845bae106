const PRECISIONS = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const;
/** How much of a time stamp is said. */
export type Precision = (typeof PRECISIONS)[number];

const STAMP =
  /^(\d{4})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:\.\d+)?)?)?)?)?)?(?:([+-])(\d{2})(\d{2})?)?$/;

/** An HL7 time stamp taken apart, or undefined when it is none. */
export interface Stamp {
  precision: Precision;
  /** what is written, without zone and fraction: two stamps compare by their common beginning */
  digits: string;
}

/** Reads `CCYY[MM[DD[hh[mm[ss[.s]]]]]][+-zz[zz]]`, and no date that the calendar does not have. */
export function parseStamp(text: string): Stamp | undefined {
  const [, year, month, day, hour, minute, second, , zoneHour, zoneMinute] = STAMP.exec(text) ?? [];
  if (year === undefined) return undefined;
  const isZoned = zoneHour !== undefined;
  // A zone says something of a time of day only.
  if (isZoned && hour === undefined) return undefined;
  if (Number(zoneHour ?? 0) > 14 || Number(zoneMinute ?? 0) > 59) return undefined;
  if (Number(hour ?? 0) > 23 || Number(minute ?? 0) > 59 || Number(second ?? 0) > 59) return undefined;
  if (month !== undefined && !isDate(Number(year), Number(month), Number(day ?? 1))) return undefined;
  const parts = [year, month, day, hour, minute, second].filter((part) => part !== undefined);
  return { precision: PRECISIONS[parts.length - 1] ?? 'year', digits: parts.join('') };
}

function isDate(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  date.setUTCFullYear(year);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** Whether a stamp says at least as much as is asked for. */
export function isPreciseTo(stamp: Stamp, least: Precision): boolean {
  return PRECISIONS.indexOf(stamp.precision) >= PRECISIONS.indexOf(least);
}

/** Whether `a` is surely before `b`, judged on what both say; as written, whatever their zones. */
export function isBefore(a: Stamp, b: Stamp): boolean {
  const common = Math.min(a.digits.length, b.digits.length);
  return a.digits.slice(0, common) < b.digits.slice(0, common);
}
