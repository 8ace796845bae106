import { parseDate, parseDateTime, parseDuration, parseTime } from './temporal.ts';
import type { Value } from './values.ts';

/** What @"..." stands for; undefined when it is neither date, time nor duration. */
export function parseAt(text: string): Value | undefined {
  if (/^-?P/.test(text)) return parseDuration(text);
  if (/^-?\d+-\d\d-\d\dT/.test(text)) return parseDateTime(text);
  return /^\d\d:/.test(text) ? parseTime(text) : parseDate(text);
}
