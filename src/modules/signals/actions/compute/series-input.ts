import type { Calendar } from '#standards/outbreak-detection';
import type { Input } from './input.ts';

/** What R's classes of series hold; a method may look at less. */
const SERIES = [
  'observed',
  'freq',
  'start',
  'epoch',
  'week',
  'epochAsDate',
  'population',
  'populationFrac',
  'state',
  'control',
];

/** The counts of a series, oldest first; null is NaN. Members beside those of a series and the method's own are refused. */
export function readCounts(input: Input, own: readonly string[] = []): Float64Array {
  input.only([...SERIES, ...own]);
  return Float64Array.from(input.field('observed').numbersOrNaN({ least: 0 }));
}

/** The method's options: an object, or nothing. Names that the method does not know are refused, because they could change its answer. */
export function readControl(input: Input, known: readonly string[]): (name: string) => Input {
  const control = input.field('control');
  if (control.isAbsent) return () => control;
  for (const name of control.names())
    if (!known.includes(name) && !WITHOUT_EFFECT.includes(name) && control.has(name))
      throw control.field(name).wrong('the method has no such option', { options: known });
  return (name) => control.field(name);
}

/** What the R functions take and what changes no number of their answer. */
const WITHOUT_EFFECT = ['verbose', 'plot', 'glmWarnings', 'name', 'data'];

/** `[first, last]` from 1 on, both included; a longer list is the places themselves. The answer counts from 0. */
export function readRange(range: Input, length: number, first: number): number[] {
  if (range.isAbsent && first >= length) throw new RangeError('the series is too short for what is asked for');
  if (range.isAbsent) return between(first, length - 1);
  const places = range.items({ least: 1 }).map((place) => place.whole({ least: 1, most: length }) - 1);
  const [from, to, more] = places;
  if (from === undefined || to === undefined || more !== undefined) return places;
  if (to < from) throw range.wrong('the last place lies before the first');
  return between(from, to);
}

function between(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, step) => from + step);
}

export function readFrequency(input: Input): number {
  return input.field('freq').or(52, (freq) => freq.whole({ least: 1 }));
}

/** Where the counts stand in time: by dates if the series says so, else by its number of counts in a year. */
export function readCalendar(input: Input, length: number): Calendar {
  const frequency = readFrequency(input);
  if (!input.field('epochAsDate').or(false, (flag) => flag.flag())) return { length, frequency };
  const dates = input.has('epoch') ? input.field('epoch') : input.field('week');
  if (![12, 52, 365].includes(frequency))
    throw input.field('freq').wrong('dated series have 12, 52 or 365 counts a year');
  const days = Int32Array.from(readDays(dates));
  if (days.length !== length) throw dates.wrong('a date for each count is expected', { length });
  return { length, frequency, days };
}

const MS_A_DAY = 86_400_000;

/** Days since 1970-01-01, given as such or as dates. */
export function readDays(input: Input): number[] {
  return input.items().map(readDay);
}

export function readDay(input: Input): number {
  if (typeof input.value === 'number') return input.whole();
  const day = Date.parse(`${input.text()}T00:00:00Z`) / MS_A_DAY;
  if (!Number.isInteger(day)) throw input.wrong('a date is expected, as 2024-12-31');
  return day;
}

/** 1 is an alarm, 0 none, NaN unknown. */
export function told(alarm: readonly (boolean | undefined)[]): { alarm: number[]; nAlarms: number } {
  return {
    alarm: alarm.map((each) => (each === undefined ? Number.NaN : Number(each))),
    nAlarms: alarm.filter((each) => each === true).length,
  };
}
