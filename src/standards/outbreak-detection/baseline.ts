import { type Calendar, sameDay } from './calendar.ts';

/** Which counts of the past a count is compared with, and which season each belongs to. */
export interface Baseline {
  /** 0-based, ascending. */
  at: Int32Array;
  /** Season of each; seasons are numbered without gaps from 0. */
  season: Uint16Array;
  time: Float64Array;
  seasons: number;
  /** The judged count's own season and time. */
  nowSeason: number;
  nowTime: number;
}

export interface BaselineOptions {
  years: number;
  halfWidth: number;
  /** Into how many seasons a year is cut; 1 means that only the windows are used. */
  periods: number;
  /** How many counts just before the judged one are left out. */
  left: number;
}

/**
 * The windows around the same week of the years before, and the seasons between them.
 *
 * @throws RangeError where a year before is not in the series, or a year has fewer counts than seasons
 *
 * Source: Noufaily, Enki, Farrington, Garthwaite, Andrews, Charlett, Stat Med 2013;32:1206-1222, section 3.4; how a year's rest is shared out: R surveillance 1.20.3, `farringtonFlexible`.
 */
export function baselineOf(calendar: Calendar, now: number, options: BaselineOptions): Baseline {
  const { years, halfWidth, periods, left } = options;
  if (!(now >= 0 && now < calendar.length)) throw new RangeError('the count to be judged is not in the series');
  const references = sameWeeks(calendar, now, years);
  if (references.at(-1)! - halfWidth < -1)
    throw new RangeError('the series is too short for the years and the window asked for');
  const seasons = new Uint16Array(calendar.length);
  mark(seasons, now - halfWidth, now, periods);
  for (let year = 1; year <= years; year += 1) {
    const centre = references[year]!;
    mark(seasons, centre - halfWidth, centre + halfWidth, periods);
    if (periods > 1) shareOut(seasons, centre + halfWidth + 1, references[year - 1]! - halfWidth, options);
  }
  seasons.fill(0, Math.max(0, now - left), now + 1);
  return collect(seasons, calendar, now, periods);
}

/** Cuts the counts from `from` up to `to` into blocks of nearly equal length, the first ones longer by one where it does not come out even. */
function shareOut(seasons: Uint16Array, from: number, to: number, { periods, halfWidth }: BaselineOptions): void {
  const gap = to - from;
  if (gap < 0) throw new RangeError('the windows of neighbouring years overlap');
  if (gap < periods - (2 * halfWidth + 1)) throw new RangeError('a year has fewer counts than the seasons asked for');
  const length = Math.floor(gap / (periods - 1));
  const longer = gap % (periods - 1);
  let start = from;
  for (let period = 1; period < periods; period += 1) {
    const size = length + (period <= longer ? 1 : 0);
    mark(seasons, start, start + size - 1, period);
    start += size;
  }
}

/** Both ends belong to it. As in R, a block of no length runs backwards over its border. */
function mark(seasons: Uint16Array, from: number, to: number, period: number): void {
  for (let at = Math.max(0, Math.min(from, to)); at <= Math.max(from, to); at += 1) seasons[at] = period;
}

function collect(seasons: Uint16Array, calendar: Calendar, now: number, periods: number): Baseline {
  const number = new Map<number, number>();
  const at: number[] = [];
  for (let index = 0; index < seasons.length; index += 1)
    if (seasons[index] !== 0) {
      at.push(index);
      number.set(seasons[index]!, 0);
    }
  for (const [order, period] of [...number.keys()].sort((one, two) => one - two).entries()) number.set(period, order);
  const first = at[0] ?? 0;
  return {
    at: Int32Array.from(at),
    season: Uint16Array.from(at, (index) => number.get(seasons[index]!)!),
    time: Float64Array.from(at, (index) => timeOf(calendar, index, first)),
    seasons: number.size,
    nowSeason: number.get(periods)!,
    nowTime: timeOf(calendar, now, first),
  };
}

/** Positions count from 1, as in R; dates in steps of the first two dates' distance. */
function timeOf({ days }: Calendar, index: number, first: number): number {
  return days === undefined ? index + 1 : (days[index]! - days[first]!) / (days[1]! - days[0]!);
}

/** The judged count and the same week (month, day) of the years before, newest first. */
function sameWeeks(calendar: Calendar, now: number, years: number): number[] {
  const { days, frequency } = calendar;
  return Array.from({ length: years + 1 }, (_, back) => {
    const found = days === undefined ? now - back * frequency : days.indexOf(sameDay(days[now]!, back, frequency));
    if (found < 0) throw new RangeError('a year that the baseline needs is not in the series');
    return found;
  });
}
