import { mean, quantile, Random } from '#standards/statistics';

export interface BackProjection {
  /** How many are expected to have been infected on each day, as far as they have fallen ill by the last. */
  infected: Float64Array;
  steps: number;
  /** False when the most steps were taken before the change was small enough. */
  converged: boolean;
}

export interface BackProjectionOptions {
  /** How many neighbouring days are averaged after each step: even, 0 for none. */
  smoothing?: number | undefined;
  /** Stops when a step changes the curve by less than this share of its length. */
  tolerance?: number | undefined;
  mostSteps?: number | undefined;
  /** The curve to begin with; else the mean of the cases on each day. */
  start?: ArrayLike<number> | undefined;
  /**
   * As the compiled form of surveillance 1.20 does: nobody falls ill on the day of infection whatever the probabilities say, and everybody has fallen ill
   * after the longest incubation. The two forms agree where the probabilities begin with 0 and add up to 1.
   */
  compiled?: boolean | undefined;
}

const SMOOTHING = 2;
const TOLERANCE = 0.005;
const MOST_STEPS = 250;

/**
 * The curve of infections behind a curve of illness, by expectation, maximisation and smoothing.
 *
 * Without smoothing each step keeps the sum: the infected, each weighted by the probability of having fallen ill by the last day, are the cases.
 *
 * @param cases      by day of falling ill
 * @param incubation probabilities of an incubation of 0, 1, 2, ... days
 * @throws RangeError for an odd smoothing, negative cases or probabilities, or a start of another length
 *
 * Source: Becker, Watson and Carlin, Stat Med 1991;10:1527, equations 3a and 3b; at the ends the smoothing weights are divided by their sum.
 */
export function backProjection(
  cases: ArrayLike<number>,
  incubation: ArrayLike<number>,
  options: BackProjectionOptions = {},
): BackProjection {
  const { smoothing = SMOOTHING, tolerance = TOLERANCE, mostSteps = MOST_STEPS, start, compiled = false } = options;
  const seen = counts(cases, 'cases');
  const course = courseOf(counts(incubation, 'probabilities of the incubation'), seen.length, compiled);
  const weights = smoothingWeights(smoothing);
  if (start !== undefined && start.length !== seen.length)
    throw new RangeError('the curve to begin with must be as long as the cases');
  let infected = start === undefined ? new Float64Array(seen.length).fill(mean(seen)) : counts(start, 'rates');
  // At least one step more than the most, as surveillance 1.20 counts them.
  for (let steps = 1; ; steps += 1) {
    const next = smoothed(expected(infected, seen, course), weights);
    const change = relativeChange(infected, next);
    infected = next;
    if (!(change >= tolerance)) return { infected, steps, converged: true };
    if (steps > mostSteps) return { infected, steps, converged: false };
  }
}

function counts(values: ArrayLike<number>, what: string): Float64Array {
  const read = Float64Array.from(values);
  if (!read.every((value) => value >= 0 && value < Infinity))
    throw new RangeError(`${what} must be known and not negative`);
  return read;
}

/** The incubation and its cumulated probabilities, both no longer than the series. */
interface Course {
  density: Float64Array;
  cumulated: Float64Array;
}

function courseOf(incubation: Float64Array, days: number, compiled: boolean): Course {
  if (!(days > 0)) throw new RangeError('there are no days');
  if (!(incubation.length > 0)) throw new RangeError('the incubation has no probabilities');
  const density = incubation.slice(0, days);
  if (compiled) density[0] = 0;
  let sum = 0;
  const cumulated = Float64Array.from({ length: days }, (_, delay) => {
    sum += density[delay] ?? 0;
    return compiled && delay >= incubation.length ? 1 : sum;
  });
  let reach = density.length;
  while (reach > 1 && density[reach - 1] === 0) reach -= 1;
  return { density: density.subarray(0, reach), cumulated };
}

/** Equation 3a: what each day of infection is expected to have given, of the cases that were seen. */
function expected(infected: Float64Array, cases: Float64Array, { density, cumulated }: Course): Float64Array {
  const days = cases.length;
  // Cases of a day per expected case of it.
  const ratios = new Float64Array(days);
  for (let day = 0; day < days; day += 1) {
    const reach = Math.min(day, density.length - 1);
    let ill = 0;
    for (let delay = 0; delay <= reach; delay += 1) ill += infected[day - delay]! * density[delay]!;
    const ratio = cases[day]! / ill;
    ratios[day] = ratio < Infinity ? ratio : 0;
  }
  const next = new Float64Array(days);
  for (let day = 0; day < days; day += 1) {
    const left = days - 1 - day;
    const fallenIll = cumulated[left]!;
    if (!(fallenIll > 0)) continue;
    const reach = Math.min(left, density.length - 1);
    let sum = 0;
    for (let delay = 0; delay <= reach; delay += 1) sum += ratios[day + delay]! * density[delay]!;
    next[day] = (infected[day]! / fallenIll) * sum;
  }
  return next;
}

function smoothingWeights(smoothing: number): Float64Array {
  if (!Number.isInteger(smoothing) || smoothing < 0 || smoothing % 2 !== 0)
    throw new RangeError('the smoothing must be an even number of days');
  const weights = new Float64Array(smoothing + 1);
  weights[0] = 2 ** -smoothing;
  for (let at = 1; at <= smoothing; at += 1) weights[at] = (weights[at - 1]! * (smoothing + 1 - at)) / at;
  return weights;
}

/** Equation 3b: binomial weights around each day. */
function smoothed(values: Float64Array, weights: Float64Array): Float64Array {
  if (weights.length === 1) return values;
  const half = (weights.length - 1) / 2;
  return values.map((_, day) => {
    let sum = 0;
    let weight = 0;
    const last = Math.min(values.length - 1, day + half);
    for (let near = Math.max(0, day - half); near <= last; near += 1) {
      const share = weights[near - day + half]!;
      sum += share * values[near]!;
      weight += share;
    }
    return sum / weight;
  });
}

/** NaN for a curve of zeros. */
function relativeChange(before: Float64Array, after: Float64Array): number {
  let change = 0;
  let length = 0;
  for (let day = 0; day < before.length; day += 1) {
    change += (after[day]! - before[day]!) ** 2;
    length += before[day]! ** 2;
  }
  return Math.sqrt(change) / Math.sqrt(length);
}

export interface BackProjectionBand {
  low: Float64Array;
  high: Float64Array;
}

interface BandOptions extends BackProjectionOptions {
  samples: number;
  alpha?: number | undefined;
  seed?: number | undefined;
  /** Of the unsmoothed curve that the samples are drawn from. */
  unsmoothed?: Pick<BackProjectionOptions, 'tolerance' | 'mostSteps'> | undefined;
}

/**
 * Bounds of a back-projected curve from a parametric bootstrap: cases are drawn from the unsmoothed curve and projected back, with the smoothing, each time.
 *
 * @throws RangeError as `backProjection`
 *
 * Source: Becker and Marschner, Biometrika 1993;80:165; Yip et al., Commun Stat Simul Comput 2011;37:425.
 */
export function backProjectionBand(
  cases: ArrayLike<number>,
  incubation: ArrayLike<number>,
  { samples, alpha = 0.05, seed = 1, unsmoothed, ...options }: BandOptions,
): BackProjectionBand {
  const start = backProjection(cases, incubation, options).infected;
  const source = backProjection(cases, incubation, { ...unsmoothed, start: options.start, smoothing: 0 }).infected;
  const means = convolved(source, incubation);
  const random = new Random(seed);
  const drawn = Array.from(means, () => new Float64Array(samples));
  for (let sample = 0; sample < samples; sample += 1) {
    const again = means.map((each) => (each > 0 ? random.poisson(each) : 0));
    const { infected } = backProjection(again, incubation, { ...options, start });
    for (const [day, value] of infected.entries()) drawn[day]![sample] = value;
  }
  for (const values of drawn) values.sort();
  return {
    low: Float64Array.from(drawn, (values) => quantile(values, alpha / 2)),
    high: Float64Array.from(drawn, (values) => quantile(values, 1 - alpha / 2)),
  };
}

/** The cases to be expected from infections. */
function convolved(infected: Float64Array, incubation: ArrayLike<number>): Float64Array {
  return infected.map((_, day) => {
    let sum = 0;
    for (let delay = 0; delay <= Math.min(day, incubation.length - 1); delay += 1)
      sum += infected[day - delay]! * incubation[delay]!;
    return sum;
  });
}
