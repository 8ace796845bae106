import { normal } from '../statistics/index.ts';
import { type Curve, productLimit } from './kaplan-meier.ts';
import type { Observations } from './model.ts';

type RightCensored = Pick<Observations, 'time' | 'event'>;

/** The two arms of a comparison; arm 1 is compared with arm 0. */
export interface Arms extends RightCensored {
  /** 1 or 0. */
  arm: Uint8Array;
}

export interface Estimate {
  value: number;
  standardError: number;
  lower: number;
  upper: number;
}

export interface Contrast {
  value: number;
  lower: number;
  upper: number;
  p: number;
}

export interface RestrictedMean {
  /** Of the time until the event or tau. */
  mean: Estimate;
  /** Of the time lost: tau less it. */
  lost: Estimate;
}

/**
 * The mean time until the event, restricted to tau: the area below the survival curve up to there.
 *
 * @param tau above 0, no later than the curve is known
 *
 * Source: Irwin 1949; Andersen et al. 1993; R's survRM2: the variance is the sum of (area after t)^2 d/(n(n-d)).
 */
export function restrictedMean(rows: RightCensored, tau: number, confidence = 0.95): RestrictedMean {
  const { area, variance } = areaBelow(productLimit(rows), tau);
  const reach = normal.quantile((1 + confidence) / 2) * Math.sqrt(variance);
  const common = { standardError: Math.sqrt(variance) };
  return {
    mean: { value: area, ...common, lower: area - reach, upper: area + reach },
    lost: { value: tau - area, ...common, lower: tau - (area + reach), upper: tau - (area - reach) },
  };
}

function areaBelow(
  { time, atRisk, events, survival }: Pick<Curve, 'time' | 'atRisk' | 'events' | 'survival'>,
  tau: number,
): { area: number; variance: number } {
  let last = time.length;
  while (last > 0 && time[last - 1]! > tau) last -= 1;
  let [area, variance, end] = [0, 0, tau];
  for (let k = last - 1; k >= 0; k -= 1) {
    area += (end - time[k]!) * survival[k]!;
    end = time[k]!;
    const [n, d] = [atRisk[k]!, events[k]!];
    if (n > d) variance += (area * area * d) / (n * (n - d));
  }
  return { area: area + end, variance };
}

/**
 * The latest tau to which both arms are known: the end of the shorter arm, or of the longer one where the shorter ends with an event.
 *
 * @throws RangeError when an arm is empty
 */
export function latestRestriction(rows: Arms): number {
  const [zero, one] = [lastOf(rows, 0), lastOf(rows, 1)];
  const [shorter, longer] = zero.time < one.time ? [zero, one] : [one, zero];
  const known = zero.time === one.time ? zero.ends || one.ends : shorter.ends;
  return known ? longer.time : shorter.time;
}

function lastOf({ time, event, arm }: Arms, which: 0 | 1): { time: number; ends: boolean } {
  let last = { time: -Infinity, ends: true };
  for (let row = 0; row < time.length; row += 1) {
    if (arm[row] !== which) continue;
    const now = time[row]!;
    // Who is censored at the last time is known to outlive it.
    if (now > last.time) last = { time: now, ends: event[row] === 1 };
    else if (now === last.time) last.ends &&= event[row] === 1;
  }
  if (last.time === -Infinity) throw new RangeError(`arm ${which} has no rows`);
  return last;
}

/** @throws RangeError when an arm is empty, or not known up to tau */
export function refuseRestriction(rows: Arms, tau: number): void {
  const latest = latestRestriction(rows);
  if (!(tau > 0)) throw new RangeError('tau must be above 0');
  if (!(tau <= latest)) throw new RangeError(`both arms are known up to ${latest} only: tau must not be later`);
}

export interface RestrictedComparison {
  arms: [RestrictedMean, RestrictedMean];
  /** Of the means, arm 1 less arm 0. */
  difference: Contrast;
  /** Of the means, and of the times lost: arm 1 over arm 0. */
  ratio: Contrast;
  lostRatio: Contrast;
}

/**
 * The restricted means of two arms and their contrasts.
 *
 * @throws RangeError when an arm is empty, or not known up to tau
 *
 * Source: Uno et al., J Clin Oncol 2014;32:2380.
 */
export function compareRestrictedMeans(rows: Arms, tau: number, confidence = 0.95): RestrictedComparison {
  refuseRestriction(rows, tau);
  const of = (which: 0 | 1): RestrictedMean => restrictedMean(armOf(rows, which), tau, confidence);
  const [zero, one] = [of(0), of(1)];
  const z = normal.quantile((1 + confidence) / 2);
  const error = Math.hypot(one.mean.standardError, zero.mean.standardError);
  return {
    arms: [zero, one],
    difference: contrast(one.mean.value - zero.mean.value, error, z),
    ratio: ratioOf(one.mean, zero.mean, z),
    lostRatio: ratioOf(one.lost, zero.lost, z),
  };
}

function armOf({ time, event, arm }: Arms, which: 0 | 1): RightCensored {
  let rows = 0;
  for (let row = 0; row < arm.length; row += 1) if (arm[row] === which) rows += 1;
  const own = { time: new Float64Array(rows), event: new Uint8Array(rows) };
  for (let row = arm.length - 1; row >= 0; row -= 1) {
    if (arm[row] !== which) continue;
    rows -= 1;
    own.time[rows] = time[row]!;
    own.event[rows] = event[row]!;
  }
  return own;
}

function contrast(value: number, error: number, z: number): Contrast {
  return { value, lower: value - z * error, upper: value + z * error, p: 2 * normal.cdf(-Math.abs(value) / error) };
}

function ratioOf(above: Estimate, below: Estimate, z: number): Contrast {
  const error = Math.hypot(above.standardError / above.value, below.standardError / below.value);
  return exponential(contrast(Math.log(above.value) - Math.log(below.value), error, z));
}

/** A contrast of logarithms told as a ratio. */
export function exponential({ value, lower, upper, p }: Contrast): Contrast {
  return { value: Math.exp(value), lower: Math.exp(lower), upper: Math.exp(upper), p };
}
