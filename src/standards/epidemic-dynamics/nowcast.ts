import { logGamma, normal, Random } from '#standards/statistics';
import {
  type DelayCounts,
  type DelayWindow,
  delayCounts,
  type ReportingTriangle,
  reportedSoFar,
} from './reporting-triangle.ts';

/**
 * How a day's events are told from those reported so far.
 *
 * - `lawless`: divided by the probability of having been reported; normal.
 * - `bayes-trunc`: delays from the generalised Dirichlet that allows for what cannot have been reported yet; negative binomial counts.
 * - `bayes-notrunc`: the same, with delays from a Dirichlet that does not allow for it, so that they come out too short in a growing epidemic.
 * - `bayes-notrunc-bnb`: those delays, and each day by itself: beta-negative-binomial.
 * - `uniform`: anything up to the most; the worst forecast, to hold others against.
 */
export type NowcastMethod = 'lawless' | 'bayes-trunc' | 'bayes-notrunc' | 'bayes-notrunc-bnb' | 'uniform';

/** What is thought of a day's events before any report: a Poisson count with a gamma mean, a Poisson count, or anything up to a most. */
export type EventsPrior =
  | { kind: 'gamma'; mean: number; variance: number }
  | { kind: 'poisson'; mean: number }
  | { kind: 'uniform'; most: number };

export interface NowcastOptions {
  method: NowcastMethod;
  /** Rows of the triangle to answer; else those of the last days, for which a report may be outstanding. */
  days?: readonly number[] | undefined;
  /** The interval leaves so much outside, half on either side. */
  alpha?: number | undefined;
  /** The largest count of a day that is thought of; else ten times the largest reported, and at least 300. */
  most?: number | undefined;
  /** Of `bayes-trunc` and `bayes-notrunc`. */
  prior?: EventsPrior | undefined;
  /** Of the Dirichlet prior of the delays. */
  concentration?: number | undefined;
  window?: DelayWindow | undefined;
  /** Delay distributions drawn by `bayes-trunc` and `bayes-notrunc`. */
  samples?: number | undefined;
  seed?: number | undefined;
  /**
   * As surveillance 1.20: `lawless` without the variance of the estimated delays and with a truncated normal whose distribution begins above 0; a quantile
   * beyond the most is 0. Otherwise such a quantile is Infinity: it cannot be bounded.
   */
  rCompat?: boolean | undefined;
}

export interface NowcastDay {
  /** The row of the triangle. */
  day: number;
  reported: number;
  median: number;
  low: number;
  high: number;
  /** Of 0, 1, 2, ... events; their sum is below 1 by what lies beyond the most. */
  probabilities: Float64Array;
}

export interface Nowcast {
  days: NowcastDay[];
  /** The estimated probability of a delay of at most 0, 1, 2, ... days; absent for `uniform`. */
  reportedWithin?: Float64Array;
}

/**
 * How many events each recent day will turn out to have had once all reports are in.
 *
 * @throws RangeError when the window cannot show all delays (other than for `lawless`), or an option is out of its range
 *
 * Source: Hoehle and an der Heiden, Biometrics 2014;70:993; Lawless, Can J Stat 1994;22:15; Wong, Appl Math Comput 1998;97:165 (generalised Dirichlet).
 */
export function nowcast(triangle: ReportingTriangle, options: NowcastOptions): Nowcast {
  const { alpha = 0.05, rCompat = false } = options;
  const days = options.days ?? recentDays(triangle);
  check(triangle, options, days);
  const reported = reportedSoFar(triangle);
  const most = options.most ?? Math.max(300, 10 * reported.reduce((one, two) => Math.max(one, two), 0));
  const { predict, reportedWithin } = predictor(triangle, { ...options, most });
  const now = triangle.counts.length - 1;
  const answers = days.map((day): NowcastDay => {
    const seen = reported[day]!;
    const probabilities = predict(seen, now - day);
    const [low, median, high] = quantiles(probabilities, [alpha / 2, 0.5, 1 - alpha / 2], rCompat ? 0 : Infinity);
    return { day, reported: seen, median: median!, low: low!, high: high!, probabilities };
  });
  return reportedWithin === undefined ? { days: answers } : { days: answers, reportedWithin };
}

function recentDays({ counts, longest }: ReportingTriangle): number[] {
  return Array.from({ length: longest }, (_, at) => counts.length - longest + at);
}

function check({ counts }: ReportingTriangle, options: NowcastOptions, days: readonly number[]): void {
  const { alpha = 0.05, most = 1, concentration = 0.1, samples = 1, window } = options;
  if (!days.every((day) => Number.isInteger(day) && day >= 0 && day < counts.length))
    throw new RangeError('a day to be told lies outside the triangle');
  if (!(alpha > 0 && alpha < 1)) throw new RangeError('alpha must lie between 0 and 1');
  if (!Number.isInteger(most) || most < 1) throw new RangeError('the largest count must be a whole number above 0');
  if (!(concentration > 0)) throw new RangeError('the concentration of the delays must be above 0');
  if (!Number.isInteger(samples) || samples < 1) throw new RangeError('at least one sample must be drawn');
  if (window !== undefined && !(Number.isInteger(window.size) && window.size >= 1))
    throw new RangeError('the window must be 1 day or more');
}

/** Probabilities of 0, 1, 2, ... events on a day, given those reported and the days gone by since. */
type Predict = (reported: number, age: number) => Float64Array;

interface Predictor {
  predict: Predict;
  reportedWithin?: Float64Array;
}

type Settled = NowcastOptions & { most: number };

function predictor(triangle: ReportingTriangle, options: Settled): Predictor {
  const counts = delayCounts(triangle, options.window);
  switch (options.method) {
    case 'lawless':
      return lawless(counts, options);
    case 'bayes-trunc':
    case 'bayes-notrunc':
      return sampled(counts, options);
    case 'bayes-notrunc-bnb':
      return betaNegativeBinomial(counts, options);
    case 'uniform':
      return { predict: (reported) => anythingFrom(reported, options.most) };
  }
}

/** Inverse-probability weights, with the hazards of Lawless 1994 (2.9) to (2.16). */
function lawless({ exact, atMost }: DelayCounts, { most, rCompat = false }: Settled): Predictor {
  const longest = exact.length - 1;
  const hazard = exact.map((count, delay) => (delay === 0 ? 1 : atMost[delay]! > 0 ? count / atMost[delay]! : 0));
  const reportedWithin = new Float64Array(longest + 1).fill(1);
  /** The variance of each, relative to its square. */
  const spread = new Float64Array(longest + 1);
  for (let delay = longest - 1; delay >= 0; delay -= 1) {
    const next = hazard[delay + 1]!;
    reportedWithin[delay] = reportedWithin[delay + 1]! * (1 - next);
    spread[delay] = spread[delay + 1]! + (next > 0 ? next / (atMost[delay + 1]! * (1 - next)) : 0);
  }
  const predict: Predict = (reported, age) => {
    if (age >= longest) return exactly(reported, most);
    const share = reportedWithin[age]!;
    const ofDelays = rCompat ? 0 : (reported * (reported + 1) * spread[age]!) / share ** 2;
    const variance = (reported * (1 - share)) / share ** 2 + ofDelays;
    if (!(share > 0))
      throw new RangeError('no report of the window came as early: widen it or leave the last days out');
    if (!(variance > 0)) return exactly(reported / share, most);
    return truncatedNormal(reported, reported / share, Math.sqrt(variance), most, rCompat);
  };
  return { predict, reportedWithin };
}

function exactly(count: number, most: number): Float64Array {
  const probabilities = new Float64Array(most + 1);
  if (Number.isInteger(count) && count <= most) probabilities[count] = 1;
  return probabilities;
}

function anythingFrom(reported: number, most: number): Float64Array {
  return new Float64Array(most + 1).fill(1 / Math.max(1, most - reported + 1), Math.min(reported, most));
}

/** In whole numbers: all below `least` counts as `least`. */
function truncatedNormal(least: number, mean: number, sd: number, most: number, rCompat: boolean): Float64Array {
  const cut = normal.cdf(least, mean, sd);
  const rest = normal.cdf(least, mean, sd, { upper: true });
  const probabilities = new Float64Array(most + 1);
  let before = 0;
  for (let count = least; count <= most; count += 1) {
    const below = normal.cdf(count, mean, sd);
    // The distribution of a truncated normal begins at 0; surveillance leaves the cut part in.
    const cumulated = rCompat ? below / rest : (below - cut) / rest;
    probabilities[count] = cumulated - before;
    before = cumulated;
  }
  return probabilities;
}

/** The posterior Dirichlet of the delays as if nothing were outstanding: prior and counts of each. */
function dirichlet(counts: Float64Array, concentration: number): Float64Array {
  return counts.map((count) => count + concentration);
}

function checkShown({ exact }: DelayCounts): void {
  if (exact.some((count) => Number.isNaN(count)))
    throw new RangeError('the window must be at least as long as the longest delay');
}

function betaNegativeBinomial(counts: DelayCounts, { most, concentration = 0.1 }: Settled): Predictor {
  checkShown(counts);
  const known = cumulated(dirichlet(counts.exact, concentration));
  const sum = known.at(-1)!;
  const longest = known.length - 1;
  const predict: Predict = (reported, age) =>
    age >= longest ? exactly(reported, most) : missingCounts(reported, known[age]!, sum - known[age]!, most);
  return { predict, reportedWithin: known.map((each) => each / sum) };
}

function cumulated(values: Float64Array): Float64Array {
  let sum = 0;
  return values.map((value) => {
    sum += value;
    return sum;
  });
}

/** Beta-negative-binomial: how many are missing when each report is in with a probability from Beta(a, b). */
function missingCounts(reported: number, a: number, b: number, most: number): Float64Array {
  const n = reported + 1;
  const probabilities = new Float64Array(most + 1);
  let probability = Math.exp(logGamma(n + a) - logGamma(a) + logGamma(a + b) - logGamma(n + a + b));
  for (let missing = 0; reported + missing <= most; missing += 1) {
    probabilities[reported + missing] = probability;
    probability *= ((missing + b) * (n + missing)) / ((n + missing + a + b) * (missing + 1));
  }
  return probabilities;
}

/** The mean prediction over delay distributions that are drawn from their posterior. */
function sampled(counts: DelayCounts, options: Settled): Predictor {
  checkShown(counts);
  const { concentration = 0.1, method, most, samples = 1000, seed = 1, prior } = options;
  if (prior === undefined) throw new RangeError('this method needs a prior of the events');
  const { shown, hidden } = posteriorDelays(counts, concentration, method === 'bayes-trunc');
  const longest = shown.length - 1;
  const reportedWithin = productFromEnd(shown.map((a, delay) => (delay === 0 ? 1 : 1 - a / (a + hidden[delay]!))));
  const random = new Random(seed);
  const drawn = Array.from({ length: samples }, () =>
    productFromEnd(shown.map((a, delay) => (delay === 0 ? 1 : drawBeta(hidden[delay]!, a, random)))),
  );
  const rate = missingRate(prior);
  const predict: Predict = (reported, age) => {
    if (age >= longest) return exactly(reported, most);
    const mixture = new Float64Array(most + 1);
    const limit = prior.kind === 'uniform' ? Math.min(prior.most, most) : most;
    for (const within of drawn) addMissing(mixture, reported, limit, rate(reported, 1 - within[age]!));
    return mixture.map((sum) => sum / samples);
  };
  return { predict, reportedWithin };
}

/** By delay: the Beta posterior of its hazard looking back, the probability of that delay among those at most as long. */
function posteriorDelays(
  { exact, atMost }: DelayCounts,
  concentration: number,
  allowing: boolean,
): { shown: Float64Array; hidden: Float64Array } {
  const shorter = cumulated(exact);
  return {
    shown: dirichlet(exact, concentration),
    hidden: exact.map((count, delay) => {
      const rest = allowing ? atMost[delay]! - count : shorter[delay]! - count;
      return delay * concentration + rest;
    }),
  };
}

/** Entry d is the product of all factors after d. */
function productFromEnd(factors: Float64Array): Float64Array {
  const products = new Float64Array(factors.length).fill(1);
  for (let at = factors.length - 2; at >= 0; at -= 1) products[at] = products[at + 1]! * factors[at + 1]!;
  return products;
}

function drawBeta(a: number, b: number, random: Random): number {
  const drawn = random.beta(a, b);
  // Both gammas of tiny shapes may be too small for a double: then all lies at one end.
  return Number.isNaN(drawn) ? Number(random.next() * (a + b) < a) : drawn;
}

/** The weight of one missing event more: times `constant + step * missing`, divided by `missing + 1`. */
interface MissingRate {
  constant: number;
  step: number;
}

/** @throws RangeError when the prior's variance is not above its mean, or its mean not above 0 */
function missingRate(prior: EventsPrior): (reported: number, outstanding: number) => MissingRate {
  if (prior.kind === 'uniform')
    return (reported, outstanding) => ({ constant: (reported + 1) * outstanding, step: outstanding });
  if (!(prior.mean > 0)) throw new RangeError('the prior mean of the events must be above 0');
  if (prior.kind === 'poisson') return (_, outstanding) => ({ constant: prior.mean * outstanding, step: 0 });
  if (!(prior.variance > prior.mean)) throw new RangeError('the prior variance of the events must be above their mean');
  const size = prior.mean ** 2 / (prior.variance - prior.mean);
  const odds = prior.mean / (prior.mean + size);
  return (reported, outstanding) => ({ constant: (size + reported) * outstanding * odds, step: outstanding * odds });
}

/** Terms this small beside the largest change no sum. */
const NEGLIGIBLE = 1e-20;

/** Adds the distribution of the events, cut at `limit`, with weight 1. */
function addMissing(mixture: Float64Array, reported: number, limit: number, { constant, step }: MissingRate): void {
  const most = limit - reported;
  if (most < 0) return;
  // From the mode outward, so that nothing overflows.
  const mode = step < 1 ? Math.min(most, Math.max(0, Math.floor((constant - 1) / (1 - step)) + 1)) : most;
  const terms = new Float64Array(most + 1);
  terms[mode] = 1;
  let sum = 1;
  for (let missing = mode, term = 1; missing < most && term > NEGLIGIBLE; missing += 1) {
    term *= (constant + step * missing) / (missing + 1);
    terms[missing + 1] = term;
    sum += term;
  }
  for (let missing = mode, term = 1; missing > 0 && term > NEGLIGIBLE; missing -= 1) {
    term *= missing / (constant + step * (missing - 1));
    terms[missing - 1] = term;
    sum += term;
  }
  for (let missing = 0; missing <= most; missing += 1) mixture[reported + missing]! += terms[missing]! / sum;
}

/** For each probability, ascending, the first count whose cumulated probability is above it. */
function quantiles(probabilities: Float64Array, wanted: readonly number[], beyond: number): number[] {
  const found: number[] = [];
  let sum = 0;
  for (let count = 0; count < probabilities.length && found.length < wanted.length; count += 1) {
    sum += probabilities[count]!;
    while (found.length < wanted.length && sum > wanted[found.length]!) found.push(count);
  }
  while (found.length < wanted.length) found.push(beyond);
  return found;
}
