import { type Curvature, digamma, logGamma, trigamma } from '../statistics/index.ts';
import type { Points } from './squash.ts';

/** Two gamma distributions of the true ratio of observed to expected, and the share of the first. */
export interface Prior {
  alpha1: number;
  beta1: number;
  alpha2: number;
  beta2: number;
  share: number;
}

const PARAMETERS = 5;

/**
 * Minus the log likelihood of counts under a mixture of two negative binomials, each cut off below `least` on its own.
 *
 * @param least counts below this are not in the data; 0 when all are
 *
 * Source: DuMouchel, Am Stat 1999;53:177, equations 3 to 5; the truncation as in DuMouchel and Pregibon 2001 and openEBGM's negLLsquash.
 */
export function negLogLikelihood(points: Points, prior: Prior, least: number): number {
  return new Mixture(points, least).at(logarithms(prior), false).value;
}

export function logarithms({ alpha1, beta1, alpha2, beta2, share }: Prior): number[] {
  return [Math.log(alpha1), Math.log(beta1), Math.log(alpha2), Math.log(beta2), Math.log(share / (1 - share))];
}

export function priorOf([a1, b1, a2, b2, logit]: readonly number[]): Prior {
  return {
    alpha1: Math.exp(a1!),
    beta1: Math.exp(b1!),
    alpha2: Math.exp(a2!),
    beta2: Math.exp(b2!),
    share: 1 / (1 + Math.exp(-logit!)),
  };
}

/** The likelihood of one set of points, prepared once. */
export class Mixture {
  readonly #points: Points;
  readonly #least: number;
  readonly #logExpected: Float64Array;
  /** Distinct counts, and which of them each point has. */
  readonly #counts: Float64Array;
  readonly #which: Int32Array;
  readonly #logFactorials: Float64Array;

  constructor(points: Points, least: number) {
    this.#points = points;
    this.#least = least;
    this.#logExpected = points.expected.map(Math.log);
    this.#counts = Float64Array.from(new Set(points.observed)).sort();
    const places = new Map(Array.from(this.#counts, (count, at) => [count, at]));
    this.#which = Int32Array.from(points.observed, (count) => places.get(count)!);
    this.#logFactorials = this.#counts.map((count) => logGamma(count + 1));
  }

  /** Minus the log likelihood, with its derivatives by the logarithms of alpha and beta and the logit of the share. */
  at(parameters: readonly number[], withCurvature = true): Curvature {
    const { alpha1, beta1, alpha2, beta2, share } = priorOf(parameters);
    const [first, second] = [this.#component(alpha1, beta1), this.#component(alpha2, beta2)];
    const logit = parameters[4]!;
    const { observed, expected, weight } = this.#points;
    const sums = new Float64Array(1 + PARAMETERS + PARAMETERS * PARAMETERS);
    const logShare = -Math.log1p(Math.exp(-logit));
    for (let at = 0; at < observed.length; at += 1) {
      const place = this.#which[at]!;
      first.see(place, observed[at]!, expected[at]!, this.#logExpected[at]!, withCurvature);
      second.see(place, observed[at]!, expected[at]!, this.#logExpected[at]!, withCurvature);
      // log(P f1 + (1 - P) f2), from the larger term.
      const odds = logit + first.log - second.log;
      const small = Math.exp(-Math.abs(odds));
      const w = weight[at]!;
      const log =
        odds > 0 ? logShare + first.log + Math.log1p(small) : logShare - logit + second.log + Math.log1p(small);
      sums[0] = sums[0]! + w * log;
      if (withCurvature) addCurvature(sums, first, second, odds > 0 ? 1 / (1 + small) : small / (1 + small), share, w);
    }
    return curvatureOf(sums);
  }

  #component(alpha: number, beta: number): Component {
    return new Component(alpha, beta, this.#least, this.#counts, this.#logFactorials);
  }
}

/** One negative binomial: its log density at a point, and the derivatives by log alpha and log beta. */
class Component {
  readonly #alpha: number;
  readonly #beta: number;
  readonly #logBeta: number;
  readonly #least: number;
  readonly #logs: Float64Array;
  readonly #slopes: Float64Array;
  readonly #bends: Float64Array;
  /** The same for the counts below `least`, which are cut off. */
  readonly #cut: Component | undefined;
  log = 0;
  byAlpha = 0;
  byBeta = 0;
  alphaAlpha = 0;
  alphaBeta = 0;
  betaBeta = 0;

  constructor(alpha: number, beta: number, least: number, counts: Float64Array, logFactorials: Float64Array) {
    this.#alpha = alpha;
    this.#beta = beta;
    this.#logBeta = Math.log(beta);
    this.#least = least;
    const [log0, slope0, bend0] = [logGamma(alpha), digamma(alpha), trigamma(alpha)];
    this.#logs = counts.map((count, at) => (count === 0 ? 0 : logGamma(alpha + count) - log0 - logFactorials[at]!));
    this.#slopes = counts.map((count) => (count === 0 ? 0 : digamma(alpha + count) - slope0));
    this.#bends = counts.map((count) => (count === 0 ? 0 : trigamma(alpha + count) - bend0));
    if (least > 1) {
      const below = Float64Array.from({ length: least }, (_, at) => at);
      this.#cut = new Component(
        alpha,
        beta,
        0,
        below,
        below.map((count) => logGamma(count + 1)),
      );
    }
  }

  see(place: number, observed: number, expected: number, logExpected: number, withCurvature: boolean): void {
    const [alpha, beta] = [this.#alpha, this.#beta];
    const rate = beta + expected;
    const logZero = -Math.log1p(expected / beta);
    const shape = alpha + observed;
    this.log =
      this.#logs[place]! + alpha * logZero + (observed === 0 ? 0 : observed * (logExpected - this.#logBeta + logZero));
    if (withCurvature) {
      const [byAlpha, byBeta] = [this.#slopes[place]! + logZero, alpha / beta - shape / rate];
      this.byAlpha = alpha * byAlpha;
      this.byBeta = beta * byBeta;
      this.alphaAlpha = alpha * (alpha * this.#bends[place]! + byAlpha);
      this.alphaBeta = alpha * (expected / rate);
      this.betaBeta = beta * (byBeta + beta * (shape / (rate * rate)) - alpha / beta);
    }
    if (this.#least === 1) this.#cutZero(logZero, alpha, expected / rate, withCurvature);
    else if (this.#cut !== undefined) this.#cutBelow(this.#cut, expected, logExpected, withCurvature);
  }

  /** Conditions on a count above 0: minus log(1 - F(0)) with F(0) = (beta / (beta + E))^alpha. */
  #cutZero(logZero: number, alpha: number, part: number, withCurvature: boolean): void {
    const exponent = alpha * logZero;
    const above = -Math.expm1(exponent);
    this.log -= Math.log(above);
    if (!withCurvature) return;
    const odds = (1 - above) / above;
    // By log alpha and log beta, log F(0) has the slopes `exponent` and `alpha * part`.
    this.#addCut(odds, exponent, alpha * part, exponent, alpha * part, -alpha * part * (1 - part));
  }

  #cutBelow(cut: Component, expected: number, logExpected: number, withCurvature: boolean): void {
    let [below, alpha, beta, alphaAlpha, alphaBeta, betaBeta] = [0, 0, 0, 0, 0, 0];
    for (let count = 0; count < this.#least; count += 1) {
      cut.see(count, count, expected, logExpected, withCurvature);
      const mass = Math.exp(cut.log);
      below += mass;
      alpha += mass * cut.byAlpha;
      beta += mass * cut.byBeta;
      alphaAlpha += mass * (cut.alphaAlpha + cut.byAlpha ** 2);
      alphaBeta += mass * (cut.alphaBeta + cut.byAlpha * cut.byBeta);
      betaBeta += mass * (cut.betaBeta + cut.byBeta ** 2);
    }
    const above = 1 - below;
    this.log -= Math.log(above);
    if (!withCurvature) return;
    this.byAlpha += alpha / above;
    this.byBeta += beta / above;
    this.alphaAlpha += alphaAlpha / above + (alpha / above) ** 2;
    this.alphaBeta += alphaBeta / above + (alpha / above) * (beta / above);
    this.betaBeta += betaBeta / above + (beta / above) ** 2;
  }

  /** Adds the derivatives of -log(1 - F) given those of log F. */
  #addCut(odds: number, alpha: number, beta: number, alphaAlpha: number, alphaBeta: number, betaBeta: number): void {
    const square = odds * (1 + odds);
    this.byAlpha += odds * alpha;
    this.byBeta += odds * beta;
    this.alphaAlpha += odds * alphaAlpha + square * alpha * alpha;
    this.alphaBeta += odds * alphaBeta + square * alpha * beta;
    this.betaBeta += odds * betaBeta + square * beta * beta;
  }
}

/** Adds one point's gradient and the upper triangle of its Hessian; `first` holds the chance that it is of the first component. */
function addCurvature(
  sums: Float64Array,
  one: Component,
  two: Component,
  first: number,
  share: number,
  w: number,
): void {
  const second = 1 - first;
  const both = w * first * second;
  const [r1, r2] = [w * first, w * second];
  const [a1, b1, a2, b2] = [one.byAlpha, one.byBeta, two.byAlpha, two.byBeta];
  add(sums, 1, r1 * a1);
  add(sums, 2, r1 * b1);
  add(sums, 3, r2 * a2);
  add(sums, 4, r2 * b2);
  add(sums, 5, w * (first - share));
  add(sums, 6, r1 * one.alphaAlpha + both * a1 * a1);
  add(sums, 7, r1 * one.alphaBeta + both * a1 * b1);
  add(sums, 8, -both * a1 * a2);
  add(sums, 9, -both * a1 * b2);
  add(sums, 10, both * a1);
  add(sums, 12, r1 * one.betaBeta + both * b1 * b1);
  add(sums, 13, -both * b1 * a2);
  add(sums, 14, -both * b1 * b2);
  add(sums, 15, both * b1);
  add(sums, 18, r2 * two.alphaAlpha + both * a2 * a2);
  add(sums, 19, r2 * two.alphaBeta + both * a2 * b2);
  add(sums, 20, -both * a2);
  add(sums, 24, r2 * two.betaBeta + both * b2 * b2);
  add(sums, 25, -both * b2);
  add(sums, 30, both - w * share * (1 - share));
}

function add(sums: Float64Array, at: number, value: number): void {
  sums[at] = sums[at]! + value;
}

function curvatureOf(sums: Float64Array): Curvature {
  const entry = (row: number, column: number) =>
    -sums[1 + PARAMETERS + Math.min(row, column) * PARAMETERS + Math.max(row, column)]!;
  return {
    value: -sums[0]!,
    gradient: sums.slice(1, 1 + PARAMETERS).map((value) => -value),
    hessian: Array.from({ length: PARAMETERS }, (_, row) =>
      Float64Array.from({ length: PARAMETERS }, (_, column) => entry(row, column)),
    ),
  };
}
