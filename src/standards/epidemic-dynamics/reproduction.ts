import { gamma, mean, Random, variance } from '#standards/statistics';
import { checkWindows, type Incidence, infectiousness, totalCases, type Window, windowSum } from './incidence.ts';
import { quantilesOf } from './quantiles.ts';
import { checkInterval, discreteSerialInterval, intervalMoments } from './serial-interval.ts';

/** Gamma distribution of a reproduction number before any case is seen. */
export interface ReproductionPrior {
  mean: number;
  sd: number;
}

/** One entry per window; NaN where the window ends before a mean serial interval has passed. */
export interface ReproductionEstimate {
  mean: Float64Array;
  sd: Float64Array;
  /** For each of `REPRODUCTION_QUANTILES`. */
  quantiles: Float64Array[];
}

export const REPRODUCTION_QUANTILES = [0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975] as const;

/** High and wide: an estimate below 1 is then the data's own. */
const PRIOR: ReproductionPrior = { mean: 5, sd: 5 };

/**
 * The instantaneous reproduction number in each window, by the renewal equation with a gamma prior.
 *
 * @param interval probabilities of a serial interval of 0, 1, 2, ... days, which may be cut at the end of the series
 * @throws RangeError for a window outside the days, or a prior without spread
 *
 * Source: Cori et al., Am J Epidemiol 2013;178:1505; local cases only are explained, all cases infect (Thompson et al., Epidemics 2019;29:100356).
 */
export function reproductionNumber(
  incidence: Incidence,
  interval: ArrayLike<number>,
  windows: readonly Window[],
  prior: ReproductionPrior = PRIOR,
): ReproductionEstimate {
  const { shape, scale } = posterior(incidence, interval, windows, prior);
  return {
    mean: shape.map((a, at) => a * scale[at]!),
    sd: shape.map((a, at) => Math.sqrt(a) * scale[at]!),
    quantiles: REPRODUCTION_QUANTILES.map((p) =>
      shape.map((a, at) => (Number.isNaN(a) ? a : gamma.quantile(p, a, 1) * scale[at]!)),
    ),
  };
}

function posterior(
  incidence: Incidence,
  interval: ArrayLike<number>,
  windows: readonly Window[],
  prior: ReproductionPrior,
): { shape: Float64Array; scale: Float64Array } {
  checkPrior(prior);
  checkWindows(windows, incidence.local.length);
  const infecting = infectiousness(totalCases(incidence), interval);
  const { mean } = intervalMoments(interval);
  const shape = new Float64Array(windows.length).fill(Number.NaN);
  const scale = new Float64Array(windows.length).fill(Number.NaN);
  for (const [at, window] of windows.entries()) {
    // Day `to` is the (to + 1)th.
    if (!(window.to + 1 > mean)) continue;
    shape[at] = (prior.mean / prior.sd) ** 2 + windowSum(incidence.local, window);
    scale[at] = 1 / (prior.mean / prior.sd ** 2 + windowSum(infecting, window));
  }
  return { shape, scale };
}

function checkPrior({ mean, sd }: ReproductionPrior): void {
  if (!(mean > 0) || !(sd > 0)) throw new RangeError('the prior needs a mean and a standard deviation above 0');
}

/** A normal distribution cut at both ends. */
export interface CutNormal {
  mean: number;
  sd: number;
  least: number;
  most: number;
}

export interface UncertainInterval {
  mean: CutNormal;
  sd: CutNormal;
}

export interface UncertainReproduction extends ReproductionEstimate {
  /** The serial intervals that were drawn, each over 0, 1, 2, ... days. */
  intervals: Float64Array[];
  /** The mean and sd that each was drawn with. */
  moments: { mean: number; sd: number }[];
}

interface Draws {
  prior?: ReproductionPrior | undefined;
  /** Reproduction numbers drawn for each serial interval. */
  perInterval?: number | undefined;
  seed?: number | undefined;
}

/**
 * The reproduction number when the serial interval's mean and sd are themselves uncertain.
 *
 * @param intervals how many serial intervals are drawn
 * @throws RangeError as `reproductionNumber`, and where hardly any draw could fall between the cuts
 *
 * Source: Cori et al. 2013, web appendix 4.
 */
export function uncertainReproduction(
  incidence: Incidence,
  uncertain: UncertainInterval,
  windows: readonly Window[],
  { intervals = 500, seed = 1, ...rest }: Draws & { intervals?: number | undefined } = {},
): UncertainReproduction {
  const random = new Random(seed);
  const days = incidence.local.length;
  const moments = Array.from({ length: intervals }, () => ({
    mean: drawCut(uncertain.mean, random),
    sd: drawCut(uncertain.sd, random),
  }));
  const drawn = moments.map((each) => discreteSerialInterval(each, days - 1));
  return { ...mixture(incidence, drawn, moments, windows, rest, random), intervals: drawn, moments };
}

/**
 * The reproduction number over a sample of possible serial intervals.
 *
 * @throws RangeError as `reproductionNumber`
 */
export function reproductionOverIntervals(
  incidence: Incidence,
  intervals: readonly ArrayLike<number>[],
  windows: readonly Window[],
  { seed = 1, ...rest }: Draws = {},
): UncertainReproduction {
  for (const interval of intervals) checkInterval(interval);
  const moments = intervals.map((interval) => {
    const { mean } = intervalMoments(interval);
    let square = 0;
    for (let day = 0; day < interval.length; day += 1) square += interval[day]! * (day - mean) ** 2;
    return { mean, sd: Math.sqrt(square) };
  });
  const drawn = intervals.map((interval) => Float64Array.from(interval));
  return { ...mixture(incidence, drawn, moments, windows, rest, new Random(seed)), intervals: drawn, moments };
}

const MOST_TRIES = 100_000;

function drawCut({ mean, sd, least, most }: CutNormal, random: Random): number {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const drawn = mean + sd * random.normal();
    if (drawn >= least && drawn < most) return drawn;
  }
  throw new RangeError('hardly any serial interval of this distribution lies between its least and its most');
}

/** The pooled draws of all serial intervals, summed up window by window. */
function mixture(
  incidence: Incidence,
  intervals: readonly Float64Array[],
  moments: readonly { mean: number }[],
  windows: readonly Window[],
  { prior = PRIOR, perInterval = 50 }: Draws,
  random: Random,
): ReproductionEstimate {
  const posteriors = intervals.map((interval) => posterior(incidence, interval, windows, prior));
  const estimate: ReproductionEstimate = {
    mean: new Float64Array(windows.length).fill(Number.NaN),
    sd: new Float64Array(windows.length).fill(Number.NaN),
    quantiles: REPRODUCTION_QUANTILES.map(() => new Float64Array(windows.length).fill(Number.NaN)),
  };
  const pool = new Float64Array(intervals.length * perInterval);
  for (const [at, window] of windows.entries()) {
    let size = 0;
    for (const [which, { shape, scale }] of posteriors.entries()) {
      if (Number.isNaN(shape[at]!) || !(window.to + 1 > moments[which]!.mean)) continue;
      for (let draw = 0; draw < perInterval; draw += 1) pool[size + draw] = random.gamma(shape[at]!) * scale[at]!;
      size += perInterval;
    }
    if (size > 0) describe(pool.subarray(0, size), estimate, at);
  }
  return estimate;
}

function describe(draws: Float64Array, estimate: ReproductionEstimate, at: number): void {
  estimate.mean[at] = mean(draws);
  estimate.sd[at] = Math.sqrt(variance(draws));
  for (const [which, value] of quantilesOf(draws, REPRODUCTION_QUANTILES).entries())
    estimate.quantiles[which]![at] = value;
}
