import { Problem } from '#kernel/problem';
import { student } from '#standards/statistics';
import type { Forecast, TargetPoint, TargetState } from '../model.ts';

const LEVEL = 0.95;
/** Fewer than this many values carry no trend. */
const TREND_POINTS = 4;

type Point = Pick<TargetPoint, 'year' | 'value'>;

/**
 * The value of the target year with its prediction interval.
 *
 * One value: none. Two or three: a random walk, the last value, whose variance grows by the mean square of the steps so far a year. Four or more: a
 * random walk with drift, of the logarithms where all values are above 0, as what grows does so by shares. Student's t on the degrees of freedom that
 * are left. A straight line by least squares was tried: totals of an industry keep what a year added, and its 95 % held 63 % of such series.
 * Source: Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd edition, 5.2 (naive and drift method), 5.5 (prediction intervals).
 *
 * @param points a year each, ascending
 */
export function forecastOf(points: readonly Point[], year: number, target: number): Forecast {
  const last = points.at(-1);
  if (last === undefined || points.length < 2 || year <= last.year) return { method: 'none', points: points.length };
  if (points.length < TREND_POINTS) return told('random-walk', points, { year, target, ...walkOf(points, year) });
  if (points.some(({ value }) => value <= 0)) return told('drift', points, { year, target, ...driftOf(points, year) });

  const logs = points.map((point) => ({ ...point, value: Math.log(point.value) }));
  const found = told('drift', points, { year, target: Math.log(Math.max(target, 0)), ...driftOf(logs, year) });
  return { ...found, value: Math.exp(found.value), low: Math.exp(found.low), high: Math.exp(found.high) };
}

interface Ahead {
  value: number;
  spread: number;
  df: number;
}

function walkOf(points: readonly Point[], year: number): Ahead {
  const last = points.at(-1)!;
  const squares = stepsOf(points).reduce((sum, { years, added }) => sum + added ** 2 / years, 0);
  const df = points.length - 1;
  return { value: last.value, spread: Math.sqrt((squares / df) * (year - last.year)), df };
}

function driftOf(points: readonly Point[], year: number): Ahead {
  const [first, last] = [points[0]!, points.at(-1)!];
  const [behind, ahead] = [last.year - first.year, year - last.year];
  const drift = (last.value - first.value) / behind;
  const squares = stepsOf(points).reduce((sum, { years, added }) => sum + (added - drift * years) ** 2 / years, 0);
  const df = points.length - 2;
  return {
    value: last.value + drift * ahead,
    spread: Math.sqrt((squares / df) * (ahead + ahead ** 2 / behind)),
    df,
  };
}

function stepsOf(points: readonly Point[]): { years: number; added: number }[] {
  return points
    .slice(1)
    .map(({ year, value }, at) => ({ years: year - points[at]!.year, added: value - points[at]!.value }));
}

function told(
  method: 'random-walk' | 'drift',
  { length }: readonly Point[],
  { year, value, spread, df, target }: Ahead & { year: number; target: number },
) {
  const width = student.quantile(0.5 + LEVEL / 2, df) * spread;
  const chance = spread === 0 ? Number(value >= target) : student.cdf((value - target) / spread, df);
  return { method, points: length, year, value, low: value - width, high: value + width, level: LEVEL, chance };
}

export interface Standing {
  state: TargetState;
  neededAYear: number | null;
  addedAYear: number | null;
}

/** How the target stands in a year: behind is what lies under the straight line from the first value to the target. */
export function targetStanding(
  points: readonly Pick<TargetPoint, 'year' | 'value'>[],
  { value: target, year }: { value: number; year: number | null },
  thisYear: number,
): Standing {
  const [first, last] = [points[0], points.at(-1)];
  const addedAYear =
    first !== undefined && last !== undefined && last.year > first.year
      ? (last.value - first.value) / (last.year - first.year)
      : null;
  const open = year !== null && last !== undefined && last.year < year && last.value < target && thisYear <= year;
  // What is left is spread over the years that are still to come.
  const left = open ? year - Math.max(last.year, thisYear - 1) : 0;
  return {
    state: stateOf(points, { target, year }, thisYear),
    addedAYear,
    neededAYear: left > 0 ? (target - last!.value) / left : null,
  };
}

function stateOf(
  points: readonly Pick<TargetPoint, 'year' | 'value'>[],
  { target, year }: { target: number; year: number | null },
  thisYear: number,
): TargetState {
  const [first, last] = [points[0], points.at(-1)];
  if (last !== undefined && last.value >= target) return 'reached';
  if (year === null) return 'unknown';
  if (last !== undefined && last.year >= year) return 'missed';
  if (thisYear > year) return 'over-unknown';
  if (first === undefined || last === undefined || last.year === first.year) return 'unknown';
  const due = first.value + ((target - first.value) * (last.year - first.year)) / (year - first.year);
  return last.value >= due ? 'on-track' : 'behind';
}

const LONGEST = 1000;

/** @throws Problem `invalid` */
export function checkTargetValue(
  given: { year: number; value: number; source: string; quote?: string; unit: string },
  thisYear: number,
): void {
  const { year, value, source, quote = '', unit } = given;
  if (!(Number.isInteger(year) && year >= 1990 && year <= thisYear))
    throw new Problem('invalid', 'a value belongs to a year from 1990 to this one');
  if (!(Number.isFinite(value) && Math.abs(value) < 1e18 && (unit !== 'fen' || Number.isSafeInteger(value))))
    throw new Problem('invalid', 'a value is a number, of money a whole number of fen');
  if (source.trim() === '' || source.length > LONGEST || quote.length > LONGEST)
    throw new Problem('invalid', 'a value names its source, in at most 1000 characters');
}
