import { normal } from '#standards/statistics';
import {
  fitLifetime,
  type Knowledge,
  LIFETIMES,
  type Lifetime,
  summariseOnset,
  weibullLimits,
} from '#standards/time-to-onset';
import type { Input } from './input.ts';

/**
 * R: survival::survreg, of one Weibull distribution or another law, with covariates if there are.
 *
 * `shape` is 1 / sigma and `scale` exp(intercept), as for a Weibull time without covariates. Statuses are R's: 1 event, 0 censored (or 2 and 1); with `time2` also 2 left and 3 interval.
 */
export function weibull(input: Input): object {
  input.only(['time', 'time2', 'status', 'X', 'colnames', 'weights', 'strata', 'dist', 'scale', 'level']);
  if (input.has('strata')) throw input.field('strata').wrong('one scale for all only: leave strata out');
  const times = input.field('time').numbers();
  const length = times.length;
  const distribution = input
    .field('dist')
    .or<Lifetime, Lifetime>('weibull', (value) => value.choice(Object.keys(LIFETIMES) as Lifetime[]));
  const rows = input.field('X').or(undefined, (value) => value.matrix());
  if (rows !== undefined && rows.length !== length) throw input.field('X').wrong('one row for each time', { length });
  const covariates = rows?.[0]?.map((_, column) => Float64Array.from(rows, (row) => row[column]!)) ?? [];
  const weights = input.field('weights').or(undefined, (value) => value.numbers({ least: 0, length }));
  const scale = input.field('scale').or(0, (value) => value.number({ least: 0 }));
  const until = untilOf(input, times);
  const fit = fitLifetime({
    times,
    known: statusOf(input, length),
    covariates,
    distribution,
    ...(until === undefined ? {} : { until }),
    ...(weights === undefined ? {} : { weights }),
    ...(scale > 0 ? { scale } : {}),
  });
  const level = input.field('level').or(0.95, (value) => value.number({ above: 0, below: 1 }));
  const limits = weibullLimits(fit, level);
  const z = fit.coefficients.map((coefficient, at) => coefficient / fit.standardErrors[at]!);
  const isOfLog = LIFETIMES[distribution].logTime;
  return {
    ...(isOfLog
      ? {
          shape: limits.shape,
          scale: limits.scale,
          shapeLo: limits.shapeLow,
          shapeHi: limits.shapeHigh,
          scaleLo: limits.scaleLow,
          scaleHi: limits.scaleHigh,
        }
      : {}),
    loglik: fit.logLikelihood,
    loglikNull: fit.nullLogLikelihood,
    coef: fit.coefficients,
    se: fit.standardErrors,
    z,
    p: z.map((value) => 2 * normal.cdf(Math.abs(value), 0, 1, { upper: true })),
    sigma: fit.scale,
    logScale: Math.log(fit.scale),
    logScaleSe: fit.logScaleError,
    vcov: fit.covariance,
  };
}

function untilOf(input: Input, times: readonly number[]): number[] | undefined {
  const given = input.field('time2').or(undefined, (value) => value.items());
  if (given !== undefined && given.length !== times.length)
    throw input.field('time2').wrong('a list of another length is expected', { length: times.length });
  return given?.map((value, at) => (value.isAbsent ? times[at]! : value.number()));
}

function statusOf(input: Input, length: number): Knowledge[] | Knowledge {
  const status = input.field('status');
  if (status.isAbsent) return 'event';
  const given = status.items({ least: length, most: length });
  if (input.has('time2')) return given.map((value) => KNOWN[value.whole({ least: 0, most: 3 })]!);
  const codes = given.map((value) =>
    typeof value.value === 'boolean' ? Number(value.value) : value.whole({ least: 0, most: 2 }),
  );
  // R takes 1 and 2 as censored and dead.
  const event = Math.max(...codes) === 2 ? 2 : 1;
  if (event === 2 && codes.includes(0)) throw status.wrong('statuses are 0 and 1, or 1 and 2');
  return codes.map((code) => (code === event ? 'event' : 'right'));
}

const KNOWN = ['right', 'event', 'left', 'interval'] as const;

/** Times from first dose to reaction: quartiles, Weibull shape and what it says of when reactions begin. */
export function onsetSummary(input: Input): object {
  input.only(['days', 'level']);
  const level = input.field('level').or(0.95, (value) => value.number({ above: 0, below: 1 }));
  return summariseOnset(input.field('days').numbers({ least: 0, below: Infinity }), level);
}
