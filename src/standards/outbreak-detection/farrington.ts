import { normal, student } from '#standards/statistics';
import { type Baseline, baselineOf } from './baseline.ts';
import type { Calendar } from './calendar.ts';
import { reweight } from './reweight.ts';
import { SeasonFit } from './season-fit.ts';
import { countThreshold, deltaThreshold, type Power, type Threshold } from './threshold.ts';

/** Absent is the value in brackets. */
export interface FarringtonOptions {
  /** How many years back the baseline reaches (5). */
  years?: number | undefined;
  /** Half the width of the window in each of them (3). */
  halfWidth?: number | undefined;
  /** Whether past outbreaks count less (true), */
  reweight?: boolean | undefined;
  /** namely points whose standardised Anscombe residual is above this (2.58). */
  weightsThreshold?: number | undefined;
  /** One-sided (0.05). */
  alpha?: number | undefined;
  /** Whether a trend may be part of the model (true), */
  trend?: boolean | undefined;
  /** namely when its p-value is below this (0.05). */
  pThresholdTrend?: number | undefined;
  /** Fewer than `cases` (5) in the last `counts` (4), the judged one among them, are never an alarm. */
  least?: { cases: number; counts: number } | undefined;
  /** For the method `delta` (2/3). */
  power?: Power | undefined;
  /** Into how many seasons a year is cut; 1 uses the windows only (1). */
  periods?: number | undefined;
  /** How many counts just before the judged one are left out (as many as half the window). */
  left?: number | undefined;
  /**
   * How the bound follows from the expected count (delta). `nbPlugin` takes the estimates for the truth: with alpha 0.05 and five years it errs in 4 % of Poisson and up to 6 % of overdispersed
   * series; `muan` allows for their uncertainty and stays below alpha.
   */
  threshold?: 'delta' | 'nbPlugin' | 'muan' | undefined;
  /**
   * As the R package has it, where it departs from the papers (false): the precision of the expected count rests on the weights of the past outbreaks alone instead of the dispersion; the score of
   * `nbPlugin` and `muan` sets the count against the logarithm of the expected one; and the time of dated series is off where their first counts are missing.
   */
  rCompat?: boolean | undefined;
}

export interface FarringtonSeries {
  /** Oldest first; NaN is missing. */
  counts: Float64Array;
  calendar: Calendar;
  /** People at risk at each time; absent where they do not matter. */
  population?: Float64Array | undefined;
}

/** What is said of one count. */
export interface FarringtonJudgement extends Threshold {
  expected: number;
  /** Whether there were enough cases lately for an alarm; undefined where some of those counts are missing. */
  enough: boolean | undefined;
  /** Undefined where it cannot be said. */
  alarm: boolean | undefined;
  /** Variance over mean. */
  dispersion: number;
  /** Of the logarithm, per unit of time; absent where the model has no trend. */
  trend: number | undefined;
  /** The mean of the distribution that `nbPlugin` and `muan` take the bound from. */
  mean: number;
}

/**
 * Judges counts by the improved Farrington method: a quasi-Poisson regression on the same season of past years, in which past outbreaks count less.
 *
 * Made once and then asked for many series: it keeps its working memory.
 *
 * Source: Farrington et al., J R Stat Soc A 1996;159:547-563; Noufaily et al., Stat Med 2013;32:1206-1222; R surveillance 1.20.3 `farringtonFlexible` for what they leave open.
 */
export class Farrington {
  /** The last fit, to be explained: its points are those of the baseline that are known. */
  fit: SeasonFit;
  private readonly options: Settled;
  private readonly z: number;

  constructor(options: FarringtonOptions = {}) {
    this.options = settle(options);
    this.z = normal.quantile(this.options.alpha, 0, 1, { upper: true });
    this.fit = new SeasonFit(0, 0);
  }

  /** @throws RangeError where the series does not reach back so far */
  baselineOf(calendar: Calendar, at: number): Baseline {
    return baselineOf(calendar, at, this.options);
  }

  /**
   * @param at       which count, 0-based
   * @param baseline made by `baselineOf` for this place; may be shared by series of one calendar
   * @returns        undefined where the regression does not converge, or nothing is known of this season
   */
  judge(series: FarringtonSeries, at: number, baseline: Baseline): FarringtonJudgement | undefined {
    const { options } = this;
    const nowTime = this.load(series, baseline);
    const now = { time: nowTime, season: baseline.nowSeason, offset: offsetOf(series, at) };
    if (!this.estimate(options.trend)) return undefined;
    let trend = this.fit.hasTrend;
    if (trend && !this.isTrendWanted(now)) {
      trend = false;
      if (!this.estimate(false)) return undefined;
    }
    return this.conclude(series.counts, at, now, trend);
  }

  /** Puts the known points where the fit reads them; the answer is the judged count's own time. */
  private load({ counts, population, calendar }: FarringtonSeries, baseline: Baseline): number {
    if (this.fit.y.length < baseline.at.length || this.fit.level.length !== baseline.seasons)
      this.fit = new SeasonFit(baseline.at.length, baseline.seasons);
    const { fit } = this;
    let point = 0;
    for (let row = 0; row < baseline.at.length; row += 1) {
      const at = baseline.at[row]!;
      const count = counts[at]!;
      if (Number.isNaN(count)) continue;
      fit.y[point] = count;
      fit.time[point] = baseline.time[row]!;
      fit.season[point] = baseline.season[row]!;
      fit.offset[point] = population === undefined ? 0 : Math.log(population[at]!);
      point += 1;
    }
    fit.points = point;
    const shifted = this.options.rCompat && calendar.days !== undefined && point > 0;
    return shifted ? baseline.nowTime - fit.time[0]! : baseline.nowTime;
  }

  /** First with equal weights, then with less weight on past outbreaks. */
  private estimate(trend: boolean): boolean {
    const { fit, options } = this;
    fit.prior.fill(1, 0, fit.points);
    fit.fit(trend);
    if (!fit.converged && trend) fit.fit(false);
    if (!fit.converged) return false;
    if (options.reweight) {
      reweight(fit, options.weightsThreshold);
      fit.fit(fit.hasTrend);
    }
    return true;
  }

  /** The dispersion by which the precision of an estimate is told. */
  private get errorDispersion(): number {
    const { fit, options } = this;
    if (options.rCompat) return fit.scaledSquares(options.reweight ? fit.prior : fit.working);
    return Math.max(1, fit.dispersion);
  }

  private isTrendWanted(now: Now): boolean {
    const { fit, options } = this;
    const t = fit.slope / Math.sqrt(this.errorDispersion * fit.slopeVariance);
    if (!(options.years >= LEAST_YEARS_OF_TREND)) return false;
    if (!(2 * student.cdf(-Math.abs(t), fit.df) < options.pThresholdTrend)) return false;
    return Math.exp(fit.linearAt(now.time, now.season) + now.offset) <= mostOf(fit);
  }

  private conclude(counts: Float64Array, at: number, now: Now, trend: boolean): FarringtonJudgement | undefined {
    const { fit, options } = this;
    const count = counts[at]!;
    const eta = fit.linearAt(now.time, now.season) + now.offset;
    if (Number.isNaN(eta)) return undefined;
    const logError = Math.sqrt(this.errorDispersion * fit.varianceAt(now.time, now.season));
    const dispersion = Math.max(1, fit.dispersion);
    const mu = Math.exp(eta);
    const mean = options.threshold === 'muan' ? Math.exp(eta + this.z * logError) : mu;
    const threshold =
      options.threshold === 'delta'
        ? deltaThreshold(count, { mu, logError, dispersion }, options.power, this.z)
        : this.scored(countThreshold(count, mean, dispersion, options.alpha), count, eta);
    const enough = hasEnough(counts, at, options.least);
    return {
      ...threshold,
      expected: mu,
      enough,
      alarm:
        enough === undefined || Number.isNaN(threshold.score) ? undefined : enough && threshold.score > 1 && count > 0,
      dispersion,
      trend: trend ? fit.slope : undefined,
      mean,
    };
  }

  private scored(threshold: Pick<Threshold, 'bound' | 'pValue'>, count: number, eta: number): Threshold {
    const from = this.options.rCompat ? eta : Math.exp(eta);
    return { ...threshold, score: (count - from) / (threshold.bound - from) };
  }
}

interface Now {
  time: number;
  season: number;
  /** Logarithm of the people at risk. */
  offset: number;
}

type Settled = Required<{ [Name in keyof FarringtonOptions]: Exclude<FarringtonOptions[Name], undefined> }>;

function settle(options: FarringtonOptions): Settled {
  const { halfWidth = 3, least = { cases: 5, counts: 4 } } = options;
  if (!(least.cases >= 0 && least.counts > 0))
    throw new RangeError('enough is 0 or more cases in the last 1 or more counts');
  return {
    years: options.years ?? 5,
    halfWidth,
    reweight: options.reweight ?? true,
    weightsThreshold: options.weightsThreshold ?? 2.58,
    alpha: options.alpha ?? 0.05,
    trend: options.trend ?? true,
    pThresholdTrend: options.pThresholdTrend ?? 0.05,
    least,
    power: options.power ?? '2/3',
    periods: options.periods ?? 1,
    left: options.left ?? halfWidth,
    threshold: options.threshold ?? 'delta',
    rCompat: options.rCompat ?? false,
  };
}

/** Farrington 1996, 3.4: over fewer years a trend says nothing. */
export const LEAST_YEARS_OF_TREND = 3;

function offsetOf({ population }: FarringtonSeries, at: number): number {
  return population === undefined ? 0 : Math.log(population[at]!);
}

export function mostOf({ y, points }: SeasonFit): number {
  let most = -Infinity;
  for (let at = 0; at < points; at += 1) most = Math.max(most, y[at]!);
  return most;
}

/** Undefined where one of the counts is missing. */
export function hasEnough(
  counts: Float64Array,
  at: number,
  least: { cases: number; counts: number },
): boolean | undefined {
  let sum = 0;
  for (let index = Math.max(0, at - least.counts + 1); index <= at; index += 1) sum += counts[index]!;
  return Number.isNaN(sum) ? undefined : sum >= least.cases;
}
