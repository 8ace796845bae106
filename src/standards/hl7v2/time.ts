/** A point in time as precise as its sender gave it. Parts that were not given are undefined. */
export interface DateTime {
  year: number;
  month?: number;
  day?: number;
  hour?: number;
  minute?: number;
  second?: number;
  /** Digits after the point of the second, as sent. */
  fraction?: string;
  /** `+08:00`, `-05:00` or `Z`. */
  zone?: string;
}

const PATTERN =
  /^(\d{4})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:\.(\d{1,4}))?)?)?)?)?)?(?:([+-])(\d{2})(\d{2}))?$/;

/**
 * Reads a DTM, TS or DT value: YYYY[MM[DD[HH[MM[SS[.S[S[S[S]]]]]]]]][+/-ZZZZ].
 *
 * Undefined for anything that is no date of the calendar; zeros stand for a part not known ("0000", "20230000").
 */
export function parseDateTime(text: string | undefined): DateTime | undefined {
  const match = text === undefined ? null : PATTERN.exec(text.trim());
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, fraction, sign, zoneHours, zoneMinutes] = match;
  if (year === '0000') return undefined;

  const result: DateTime = { year: Number(year) };
  if (month === undefined || month === '00') return result;
  result.month = Number(month);
  if (result.month > 12) return undefined;
  if (day === undefined || day === '00') return result;
  result.day = Number(day);
  if (result.day > daysIn(result.year, result.month)) return undefined;
  if (hour === undefined) return result;
  result.hour = Number(hour);
  result.minute = Number(minute ?? '0');
  if (second !== undefined) result.second = Number(second);
  if (fraction !== undefined) result.fraction = fraction;
  if (result.hour > 23 || result.minute > 59 || (result.second ?? 0) > 59) return undefined;
  if (sign !== undefined) {
    if (Number(zoneHours) > 14 || Number(zoneMinutes) > 59) return undefined;
    result.zone = zoneHours === '00' && zoneMinutes === '00' ? 'Z' : `${sign}${zoneHours}:${zoneMinutes}`;
  }
  return result;
}

/** FHIR dateTime, with the given zone where the sender gave none: FHIR demands one beside a time. */
export function toFhirDateTime(time: DateTime, zone: string): string {
  const date = toFhirDate(time);
  if (time.hour === undefined) return date;
  const fraction = time.fraction === undefined ? '' : `.${time.fraction}`;
  return `${date}T${two(time.hour)}:${two(time.minute ?? 0)}:${two(time.second ?? 0)}${fraction}${time.zone ?? zone}`;
}

/** FHIR date: the day, or the month or year when no more is known. */
export function toFhirDate(time: DateTime): string {
  const year = String(time.year).padStart(4, '0');
  if (time.month === undefined) return year;
  return time.day === undefined ? `${year}-${two(time.month)}` : `${year}-${two(time.month)}-${two(time.day)}`;
}

/** FHIR instant; undefined when the day is not known, since an instant cannot be vaguer than that. */
export function toFhirInstant(time: DateTime, zone: string): string | undefined {
  return time.day === undefined ? undefined : toFhirDateTime({ ...time, hour: time.hour ?? 0 }, zone);
}

/** DTM with seconds in UTC. */
export function formatDateTime(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace(/[-:T]/g, '')}+0000`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}
