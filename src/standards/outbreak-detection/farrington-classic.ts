import { normal, student } from '#standards/statistics';
import { type Calendar, DAYS_A_WEEK, dayOfMonth, monthsAfter, weekdayOf, yearsBefore } from './calendar.ts';
import { type FarringtonSeries, hasEnough, LEAST_YEARS_OF_TREND, mostOf } from './farrington.ts';
import { reweight } from './reweight.ts';
import { SeasonFit } from './season-fit.ts';
import { deltaThreshold, type Power } from './threshold.ts';

export interface ClassicOptions {
  /** How many years back the baseline reaches (5). */
  years?: number | undefined;
  /** Half the width of the window in each of them (3). */
  halfWidth?: number | undefined;
  /** Whether past outbreaks count less (true). */
  reweight?: boolean | undefined;
  /** Two-sided (0.05). */
  alpha?: number | undefined;
  trend?: boolean | undefined;
  /** Fewer than `cases` (5) in the last `counts` (4), the judged one among them, are never an alarm. */
  least?: { cases: number; counts: number } | undefined;
  power?: Power | undefined;
  /** Whether a regression that does not converge is used all the same, as R's fast way of fitting does (false). */
  unconverged?: boolean | undefined;
}

export interface ClassicJudgement {
  expected: number;
  /** 0 where there were too few cases lately. */
  bound: number;
  /** Of a count as large as this one or larger. */
  pValue: number;
  /** Undefined where it cannot be said. */
  alarm: boolean | undefined;
  trend: boolean;
  dispersion: number;
}

/** Residuals above this mark a past outbreak. Source: Farrington 1996, 3.5. */
const OUTBREAK = 1;
const P_OF_TREND = 0.05;

/**
 * Judges a count by Farrington's method of 1996: windows in the years before, a trend where it is significant, and weights that make past outbreaks count less.
 *
 * Years that the series does not reach are left out.
 *
 * @param at which count, 0-based
 * @throws RangeError where no count of the past is there, or the regression does not converge
 *
 * Source: Farrington, Andrews, Beale, Catchpole, J R Stat Soc A 1996;159:547-563; R surveillance 1.20.3 `algo.farrington` for what it leaves open.
 */
export function farringtonClassic(
  series: FarringtonSeries,
  at: number,
  options: ClassicOptions = {},
): ClassicJudgement {
  const { counts, population } = series;
  const { years = 5, trend = true, alpha = 0.05, power = '2/3', least = { cases: 5, counts: 4 } } = options;
  if (!(least.cases >= 0 && least.counts > 0))
    throw new RangeError('enough is 0 or more cases in the last 1 or more counts');
  const fit = load(series, references(series.calendar, at, options));
  const offset = population === undefined ? 0 : Math.log(population[at]!);
  estimate(fit, trend, options);
  const now = at + 1;
  let kept = fit.hasTrend;
  if (kept) {
    const t = fit.slope / Math.sqrt(fit.dispersion * fit.slopeVariance);
    kept =
      years >= LEAST_YEARS_OF_TREND &&
      2 * student.cdf(-Math.abs(t), fit.df) < P_OF_TREND &&
      Math.exp(fit.linearAt(now, 0) + offset) <= mostOf(fit);
    if (!kept) estimate(fit, false, options);
  }
  const dispersion = Math.max(1, fit.dispersion);
  const expected = Math.exp(fit.linearAt(now, 0) + offset);
  const logError = Math.sqrt(dispersion * fit.varianceAt(now, 0));
  const z = normal.quantile(alpha / 2, 0, 1, { upper: true });
  const { bound, pValue, score } = deltaThreshold(counts[at]!, { mu: expected, logError, dispersion }, power, z);
  const enough = hasEnough(counts, at, least);
  return {
    expected,
    bound: enough === undefined ? Number.NaN : enough ? bound : 0,
    pValue,
    alarm: enough === undefined || Number.isNaN(score) ? undefined : enough && score > 1,
    trend: kept,
    dispersion,
  };
}

function load({ counts, population }: FarringtonSeries, places: readonly number[]): SeasonFit {
  const known = places.filter((place) => !Number.isNaN(counts[place]!));
  if (known.length === 0) throw new RangeError('the series is too short for the years and the window asked for');
  const fit = new SeasonFit(known.length, 1);
  fit.points = known.length;
  for (const [point, place] of known.entries()) {
    fit.y[point] = counts[place]!;
    // Positions count from 1, as in R.
    fit.time[point] = place + 1;
    fit.offset[point] = population === undefined ? 0 : Math.log(population[place]!);
  }
  return fit;
}

function estimate(fit: SeasonFit, trend: boolean, options: ClassicOptions): void {
  fit.prior.fill(1);
  fit.fit(trend);
  if (!fit.converged && trend) fit.fit(false);
  if (!fit.converged && options.unconverged !== true) throw new RangeError('the regression does not converge');
  if (options.reweight === false) return;
  reweight(fit, OUTBREAK);
  fit.fit(fit.hasTrend);
}

/** The places of the windows in the years before that the series has. */
function references(calendar: Calendar, at: number, { years = 5, halfWidth = 3 }: ClassicOptions): number[] {
  if (!(at >= 0 && at < calendar.length)) throw new RangeError('the count to be judged is not in the series');
  const places: number[] = [];
  for (let year = years; year >= 1; year -= 1)
    for (let step = -halfWidth; step <= halfWidth; step += 1) places.push(placeOf(calendar, at, year, step));
  return places.filter((place) => place >= 0 && place < calendar.length);
}

function placeOf({ days, frequency }: Calendar, at: number, year: number, step: number): number {
  if (days === undefined) return at - year * frequency + step;
  const now = days[at]!;
  const earlier = yearsBefore(now, year);
  if (frequency === 12) {
    const month = monthsAfter(earlier, step);
    return days.indexOf(month - (dayOfMonth(month) - dayOfMonth(now)));
  }
  if (frequency !== 52) return days.indexOf(earlier + step);
  return days.indexOf(nearestWeekday(earlier + step * DAYS_A_WEEK, weekdayOf(now)));
}

/** The nearest day of that name. */
function nearestWeekday(day: number, weekday: number): number {
  const forward = (weekday - weekdayOf(day) + DAYS_A_WEEK) % DAYS_A_WEEK;
  const backward = (DAYS_A_WEEK - forward) % DAYS_A_WEEK;
  return day + (forward < backward ? forward : -backward);
}
