import { Problem } from '#kernel/problem';
import { leastSquares, student } from '#standards/statistics';
import type { Forecast, TargetPoint, TargetState } from '../model.ts';

const LEVEL = 0.95;
/** Fewer than this many values carry no trend. */
const TREND_POINTS = 4;

/**
 * The value of the target year with its prediction interval.
 *
 * One value: none. Two or three, and more whose slope cannot be told from 0: a random walk, the last value, whose variance grows by the
 * mean square of the steps so far a year. Four or more: a straight line by least squares. Student's t on the degrees of freedom that are left.
 * Source: Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd edition, 5.5 (naive method) and 7.6 (prediction intervals).
 *
 * @param points a year each, ascending
 */
export function forecastOf(
  points: readonly Pick<TargetPoint, 'year' | 'value'>[],
  year: number,
  target: number,
): Forecast {
  const last = points.at(-1);
  if (last === undefined || points.length < 2 || year <= last.year) return { method: 'none', points: points.length };
  return trendOf(points, year, target) ?? walkOf(points, year, target);
}

function walkOf(points: readonly Pick<TargetPoint, 'year' | 'value'>[], year: number, target: number): Forecast {
  const last = points.at(-1)!;
  const steps = points
    .slice(1)
    .map(({ year: to, value }, at) => (value - points[at]!.value) ** 2 / (to - points[at]!.year));
  const spread = Math.sqrt((steps.reduce((sum, step) => sum + step, 0) / steps.length) * (year - last.year));
  return told('random-walk', points.length, { year, value: last.value, spread, df: steps.length, target });
}

function trendOf(
  points: readonly Pick<TargetPoint, 'year' | 'value'>[],
  year: number,
  target: number,
): Forecast | undefined {
  if (points.length < TREND_POINTS) return undefined;
  const centre = points.reduce((sum, point) => sum + point.year, 0) / points.length;
  const ones = Float64Array.from(points, () => 1);
  const years = Float64Array.from(points, (point) => point.year - centre);
  const fit = leastSquares(
    [ones, years],
    points.map(({ value }) => value),
  );
  const [mean, slope] = [fit.coefficients[0]!, fit.coefficients[1]!];
  const residual = fit.sumOfSquares / fit.df;
  const slopeError = Math.sqrt(residual * fit.covarianceUnscaled[1]![1]!);
  if (slopeError > 0 && Math.abs(slope / slopeError) < student.quantile(0.5 + LEVEL / 2, fit.df)) return undefined;
  const ahead = year - centre;
  const spread = Math.sqrt(residual * (1 + 1 / points.length + ahead ** 2 * fit.covarianceUnscaled[1]![1]!));
  return told('linear-trend', points.length, { year, value: mean + slope * ahead, spread, df: fit.df, target });
}

function told(
  method: 'random-walk' | 'linear-trend',
  points: number,
  { year, value, spread, df, target }: { year: number; value: number; spread: number; df: number; target: number },
): Forecast {
  const width = student.quantile(0.5 + LEVEL / 2, df) * spread;
  const chance = spread === 0 ? Number(value >= target) : student.cdf((value - target) / spread, df);
  return { method, points, year, value, low: value - width, high: value + width, level: LEVEL, chance };
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
