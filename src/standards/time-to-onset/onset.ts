import { normal, quantile } from '../statistics/index.ts';
import { fitLifetime } from './fit.ts';

export interface WeibullFit {
  shape: number;
  scale: number;
  shapeLow: number;
  shapeHigh: number;
  scaleLow: number;
  scaleHigh: number;
  logLikelihood: number;
}

/** A Weibull distribution's shape and scale with limits on their logarithms, from a fit without covariates. */
export function weibullLimits(
  { coefficients, standardErrors, scale, logScaleError, logLikelihood }: ReturnType<typeof fitLifetime>,
  level = 0.95,
): WeibullFit {
  const z = normal.quantile((1 + level) / 2);
  const [shape, centre] = [1 / scale, coefficients[0]!];
  return {
    shape,
    scale: Math.exp(centre),
    shapeLow: shape * Math.exp(-z * logScaleError),
    shapeHigh: shape * Math.exp(z * logScaleError),
    scaleLow: Math.exp(centre - z * standardErrors[0]!),
    scaleHigh: Math.exp(centre + z * standardErrors[0]!),
    logLikelihood,
  };
}

/** When reactions begin: early when the hazard falls, late when it rises, by the limits of the Weibull shape. */
export type OnsetPattern = 'early' | 'constant' | 'late' | 'unclear';

export interface OnsetSummary {
  n: number;
  mean: number;
  least: number;
  lowerQuartile: number;
  median: number;
  upperQuartile: number;
  most: number;
  /** Not with fewer than two distinct times. */
  weibull: WeibullFit | undefined;
  pattern: OnsetPattern;
}

/** With fewer times no pattern is told. */
const LEAST_FOR_PATTERN = 10;
/** A reaction on the day of the first dose is taken as half a day after it. */
const SAME_DAY = 0.5;

/**
 * Time to onset of one product's reactions.
 *
 * @param days from the first dose to the reaction, 0 or more
 * @throws RangeError for no times or one below 0
 *
 * Source: the Weibull shape parameter as a signal: Cornelius, Sauzet and Evans, Drug Saf 2012;35:599-610.
 */
export function summariseOnset(days: readonly number[], level = 0.95): OnsetSummary {
  if (days.length === 0 || !days.every((day) => day >= 0 && day < Infinity))
    throw new RangeError('times to onset must be 0 or more, and there must be one');
  const sorted = Float64Array.from(days).sort();
  const times = sorted.map((day) => Math.max(day, SAME_DAY));
  const weibull = times[0] === times.at(-1) ? undefined : weibullLimits(fitLifetime({ times, known: 'event' }), level);
  return {
    n: days.length,
    mean: days.reduce((sum, day) => sum + day, 0) / days.length,
    least: sorted[0]!,
    lowerQuartile: quantile(sorted, 0.25),
    median: quantile(sorted, 0.5),
    upperQuartile: quantile(sorted, 0.75),
    most: sorted.at(-1)!,
    weibull,
    pattern: patternOf(weibull, days.length),
  };
}

function patternOf(weibull: WeibullFit | undefined, n: number): OnsetPattern {
  if (weibull === undefined || n < LEAST_FOR_PATTERN) return 'unclear';
  if (weibull.shapeHigh < 1) return 'early';
  return weibull.shapeLow > 1 ? 'late' : 'constant';
}
