import { digamma, gamma, logGamma } from '../statistics/index.ts';
import type { Prior } from './mixture.ts';

/** What is believed of each pair's true ratio of observed to expected after its count is seen. */
export interface Posterior {
  /** The chance that it is of the prior's first component. */
  first: Float64Array;
  /** Empirical Bayes geometric mean. */
  ebgm: Float64Array;
  /** One for each asked probability, e.g. EB05 and EB95. */
  quantiles: Float64Array[];
}

/**
 * The gamma-Poisson shrinker: geometric mean and exact quantiles of the posterior mixture of two gamma distributions.
 *
 * Pairs of one count are taken together in the order of their expectation, so that the tables of the count are made once and each quantile starts from its neighbour's.
 *
 * @param observed whole counts, 0 or more
 * @param expected above 0
 * @param at       probabilities of the quantiles, between 0 and 1
 *
 * Source: DuMouchel, Am Stat 1999;53:177-190, equations 6 to 11. openEBGM rounds to 2 digits; here nothing is rounded.
 */
export function posterior(
  prior: Prior,
  observed: Float64Array | readonly number[],
  expected: Float64Array | readonly number[],
  at: readonly number[] = [0.05, 0.95],
): Posterior {
  checkArguments(prior, observed, expected, at);
  const n = observed.length;
  const result: Posterior = {
    first: new Float64Array(n),
    ebgm: new Float64Array(n),
    quantiles: at.map(() => new Float64Array(n)),
  };
  const order = byCountAndExpected(observed, expected);
  for (let from = 0; from < n; ) {
    let to = from;
    const count = observed[order[from]!]!;
    while (to < n && observed[order[to]!] === count) to += 1;
    new CountGroup(prior, count).fill(order.subarray(from, to), expected, at, result);
    from = to;
  }
  return result;
}

/** All pairs with one count: the shapes of their posterior gammas are the same. */
class CountGroup {
  readonly #prior: Prior;
  readonly #count: number;
  readonly #one: Shape;
  readonly #two: Shape;

  constructor(prior: Prior, count: number) {
    this.#prior = prior;
    this.#count = count;
    this.#one = new Shape(prior.alpha1 + count);
    this.#two = new Shape(prior.alpha2 + count);
  }

  fill(members: Int32Array, expected: ArrayLike<number>, at: readonly number[], result: Posterior): void {
    const { alpha1, beta1, alpha2, beta2, share } = this.#prior;
    const count = this.#count;
    const [one, two] = [this.#one, this.#two];
    const [mean1, mean2] = [digamma(one.shape), digamma(two.shape)];
    const ascents = logAscent(alpha1, count) - logAscent(alpha2, count);
    const odds = Math.log(share / (1 - share)) + ascents + alpha1 * Math.log(beta1) - alpha2 * Math.log(beta2);
    const solvers = at.map((p) => new QuantileSolver(one, two, p));
    for (const member of members) {
      const E = expected[member]!;
      const [rate1, rate2] = [beta1 + E, beta2 + E];
      const [log1, log2] = [Math.log(rate1), Math.log(rate2)];
      const first = 1 / (1 + Math.exp(one.difference(odds, log1, two, log2)));
      result.first[member] = first;
      result.ebgm[member] = Math.exp(first * (mean1 - log1) + (1 - first) * (mean2 - log2));
      for (let each = 0; each < solvers.length; each += 1)
        result.quantiles[each]![member] = solvers[each]!.solve(first, rate1, rate2, log1, log2);
    }
  }
}

/** log gamma(alpha + n) / gamma(alpha). */
function logAscent(alpha: number, n: number): number {
  if (n > 40) return logGamma(alpha + n) - logGamma(alpha);
  let product = 1;
  for (let step = 0; step < n; step += 1) product *= alpha + step;
  return Math.log(product);
}

const TABLE = 64;
/** Of larger shapes the series is too long. */
const MOST_SERIES = 20_000;

/** What a gamma distribution needs again and again, whatever its rate. */
class Shape {
  readonly shape: number;
  /** log gamma(shape + 1). */
  readonly logNorm: number;
  /** 1 / (shape + 1), 1 / (shape + 2), ... */
  readonly inverses: Float64Array;

  constructor(shape: number) {
    this.shape = shape;
    this.logNorm = logGamma(shape + 1);
    this.inverses = Float64Array.from({ length: TABLE }, (_, at) => 1 / (shape + at + 1));
  }

  /** Minus the log odds of the first component, for `exp`. */
  difference(odds: number, log: number, other: Shape, otherLog: number): number {
    return this.shape * log - other.shape * otherLog - odds;
  }

  /** P(shape, y), given y^shape exp(-y) / gamma(shape + 1). */
  below(y: number, mass: number): number {
    return this.shape > MOST_SERIES ? gamma.cdf(y, this.shape) : mass * this.#sum(y);
  }

  /** The sum in P(shape, y) = y^shape exp(-y) / gamma(shape + 1) * (1 + y/(shape+1) + y^2/((shape+1)(shape+2)) + ...). DLMF 8.7.1. */
  #sum(y: number): number {
    const inverses = this.inverses;
    let term = 1;
    let sum = 1;
    for (let at = 0; at < TABLE; at += 1) {
      term *= y * inverses[at]!;
      sum += term;
      if (term < sum * 1e-17) return sum;
    }
    for (let at = TABLE; term > sum * 1e-17; at += 1) {
      term *= y / (this.shape + at + 1);
      sum += term;
    }
    return sum;
  }
}

const MOST_STEPS = 200;

/** Solves one quantile for pair after pair, starting from where the last one was. */
class QuantileSolver {
  readonly #one: Shape;
  readonly #two: Shape;
  readonly #p: number;
  /** A step this short leaves an error of its third power. */
  readonly #short: number;
  /** Of the last pair: log of the quantile, log of the rates' mean, and how the one moved with the other. */
  #u = Number.NaN;
  #rate = 0;
  #slope = -1;

  constructor(one: Shape, two: Shape, p: number) {
    this.#one = one;
    this.#two = two;
    this.#p = p;
    this.#short = 1e-4 / Math.sqrt(1 + Math.max(one.shape, two.shape));
  }

  solve(first: number, rate1: number, rate2: number, log1: number, log2: number): number {
    const rate = first * log1 + (1 - first) * log2;
    const start = Number.isNaN(this.#u) ? this.#guess(first, log1, log2) : this.#u + this.#slope * (rate - this.#rate);
    const u = this.#search(start, first, rate1, rate2, log1, log2);
    if (Math.abs(rate - this.#rate) > 1e-7 && !Number.isNaN(this.#u)) {
      const slope = (u - this.#u) / (rate - this.#rate);
      this.#slope = slope > -4 && slope < 1 ? slope : -1;
    }
    this.#u = u;
    this.#rate = rate;
    return Math.exp(u);
  }

  /**
   * Halley's steps over the logarithm of the ratio, kept inside what is known to hold the root. Below the middle it is the logarithm of the distribution function that is solved, since its lower end is a
   * power of the ratio.
   */
  #search(start: number, first: number, rate1: number, rate2: number, log1: number, log2: number): number {
    const [one, two, p] = [this.#one, this.#two, this.#p];
    let [low, high] = [-Infinity, Infinity];
    let u = start;
    for (let step = 0; step < MOST_STEPS; step += 1) {
      const x = Math.exp(u);
      const [y1, y2] = [x * rate1, x * rate2];
      let [below, slope, bend] = [0, 0, 0];
      if (first > 0) {
        const mass = Math.exp(one.shape * (u + log1) - y1 - one.logNorm);
        const density = first * mass * one.shape;
        below += first * (isBeyond(one, y1, mass) ? 1 : one.below(y1, mass));
        slope += density;
        bend += density * (one.shape - y1);
      }
      if (first < 1) {
        const mass = Math.exp(two.shape * (u + log2) - y2 - two.logNorm);
        const density = (1 - first) * mass * two.shape;
        below += (1 - first) * (isBeyond(two, y2, mass) ? 1 : two.below(y2, mass));
        slope += density;
        bend += density * (two.shape - y2);
      }
      if (below > p) high = Math.min(high, u);
      else low = Math.max(low, u);
      const move = p < 0.5 ? logarithmicStep(below, p, slope, bend) : halleyStep(below - p, slope, bend);
      if (Math.abs(move) < this.#short) return u + move;
      const next = u + Math.min(LONGEST_STEP, Math.max(-LONGEST_STEP, move));
      // A step that is no number, or leads out of the bracket, halves it; while one end is open it goes on by units.
      if (next > low && next < high) u = next;
      else u = high === Infinity ? u + 1 : low === -Infinity ? u - 1 : (low + high) / 2;
      if (high - low < 1e-15 * Math.max(1, Math.abs(u))) return u;
    }
    return u;
  }

  /** Between the components' own quantiles, by Wilson and Hilferty. */
  #guess(first: number, log1: number, log2: number): number {
    const z = this.#p < 0.5 ? -1.64 : 1.64;
    const of = ({ shape }: Shape, log: number) => {
      const cube = 1 - 1 / (9 * shape) + z / (3 * Math.sqrt(shape));
      return Math.log(shape) + 3 * Math.log(Math.max(cube, 0.1)) - log;
    };
    return first * of(this.#one, log1) + (1 - first) * of(this.#two, log2);
  }
}

const LONGEST_STEP = 64;

function halleyStep(error: number, slope: number, bend: number): number {
  const newton = -error / slope;
  const halley = 1 + (newton * bend) / (2 * slope);
  return halley > 0.3 && halley < 3 ? newton / halley : newton;
}

function logarithmicStep(below: number, p: number, slope: number, bend: number): number {
  const rise = slope / below;
  return halleyStep(Math.log(below / p), rise, bend / below - rise * rise);
}

/** Whether nothing that counts of a component lies above: its upper tail is at most mass * y / (y - shape). */
function isBeyond({ shape }: Shape, y: number, mass: number): boolean {
  return y > 2 * shape + 2 && mass * shape * 2 < 1e-18;
}

/** Members by count, and within a count in the order of their expectation, as near as a start needs it. */
function byCountAndExpected(observed: ArrayLike<number>, expected: ArrayLike<number>): Int32Array {
  const n = observed.length;
  const ranks = new Map<number, number>();
  for (let at = 0; at < n; at += 1) ranks.set(observed[at]!, 0);
  for (const [rank, count] of [...ranks.keys()].sort((one, other) => one - other).entries()) ranks.set(count, rank);
  const byExpected = sortedBy(n, Math.min(1 << 16, n + 1), (scale) => {
    let [low, high] = [Infinity, -Infinity];
    const logs = Float64Array.from({ length: n }, (_, at) => Math.log(expected[at]!));
    for (const log of logs) [low, high] = [Math.min(low, log), Math.max(high, log)];
    const width = high > low ? (scale - 1) / (high - low) : 0;
    return (at) => Math.floor((logs[at]! - low) * width);
  });
  const byCount = sortedBy(n, ranks.size, () => (at) => ranks.get(observed[byExpected[at]!]!)!);
  return byCount.map((at) => byExpected[at]!);
}

/** A stable counting sort of 0 to n - 1 by a key from 0 to below `size`. */
function sortedBy(n: number, size: number, prepare: (size: number) => (at: number) => number): Int32Array {
  const key = prepare(size);
  const keys = new Int32Array(n);
  const starts = new Int32Array(size + 1);
  for (let at = 0; at < n; at += 1) {
    keys[at] = key(at);
    starts[keys[at]! + 1] = starts[keys[at]! + 1]! + 1;
  }
  for (let each = 0; each < size; each += 1) starts[each + 1] = starts[each + 1]! + starts[each]!;
  const order = new Int32Array(n);
  for (let at = 0; at < n; at += 1) {
    order[starts[keys[at]!]!] = at;
    starts[keys[at]!] = starts[keys[at]!]! + 1;
  }
  return order;
}

const LARGEST = 1e9;

function checkArguments(
  { alpha1, beta1, alpha2, beta2, share }: Prior,
  observed: ArrayLike<number>,
  expected: ArrayLike<number>,
  at: readonly number[],
): void {
  if (![alpha1, beta1, alpha2, beta2].every((value) => value > 0 && value <= LARGEST))
    throw new RangeError(`alphas and betas of the prior must be above 0 and at most ${LARGEST}`);
  if (!(share >= 0 && share <= 1)) throw new RangeError('the share of the first component must be from 0 to 1');
  if (observed.length !== expected.length) throw new RangeError('observed and expected must be as long');
  for (let each = 0; each < observed.length; each += 1) {
    if (!(observed[each]! >= 0 && observed[each]! <= LARGEST))
      throw new RangeError(`counts must be from 0 to ${LARGEST}`);
    if (!(expected[each]! > 0 && expected[each]! <= LARGEST))
      throw new RangeError(`every expected count must be above 0 and at most ${LARGEST}`);
  }
  if (!at.every((p) => p > 0 && p < 1)) throw new RangeError('probabilities of quantiles must be between 0 and 1');
}
