/** Where the counts stand in time. */
export interface Calendar {
  /** How many counts there are. */
  length: number;
  /** Counts in a year: 12, 52, 365 or another number. */
  frequency: number;
  /** Days since 1970-01-01 of each count, ascending; absent when years are counted off by `frequency`. */
  days?: Int32Array | undefined;
}

export const DAYS_A_WEEK = 7;

/** The same date some years earlier; of weekly counts the nearest day of the same weekday. */
export function sameDay(day: number, back: number, frequency: number): number {
  const earlier = yearsBefore(day, back);
  if (frequency !== 52) return earlier;
  // As R does it: the day of that name in the calendar week that begins on Sunday, or its neighbour on the other side, whichever is nearer.
  const inWeek = earlier - (weekdayOf(earlier) - weekdayOf(day));
  const other = inWeek + (inWeek > earlier ? -DAYS_A_WEEK : DAYS_A_WEEK);
  return Math.abs(inWeek - earlier) > Math.abs(other - earlier) ? other : inWeek;
}

/** 0 is Sunday. */
export function weekdayOf(day: number): number {
  return (((day + 4) % DAYS_A_WEEK) + DAYS_A_WEEK) % DAYS_A_WEEK;
}

const MS_A_DAY = 86_400_000;

/** A 29 February becomes 1 March where there is none. */
export function yearsBefore(day: number, years: number): number {
  const date = new Date(day * MS_A_DAY);
  return Date.UTC(date.getUTCFullYear() - years, date.getUTCMonth(), date.getUTCDate()) / MS_A_DAY;
}

/** Steps of a month from a date; a day that the month lacks runs over into the next. */
export function monthsAfter(day: number, months: number): number {
  const date = new Date(day * MS_A_DAY);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, date.getUTCDate()) / MS_A_DAY;
}

export function dayOfMonth(day: number): number {
  return new Date(day * MS_A_DAY).getUTCDate();
}
