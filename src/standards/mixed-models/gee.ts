import { type Columns, chiSquare, glm } from '#standards/statistics';
import { addOuter, addTo, diagonal, dot, invert, type Matrix, multiply, zeros } from './dense.ts';
import { DEFAULT_LINK, type Family, LINKS, type Link, VARIANCES } from './mean.ts';
import {
  type Cluster,
  correlationMatrix,
  type Structure,
  structureOf,
  type WorkingCorrelation,
} from './working-correlation.ts';

export interface GeeRequest {
  /** The design, with its intercept. */
  x: Columns;
  y: ArrayLike<number>;
  /** Whose observation each row is; rows of one cluster need not stand together. */
  cluster: readonly (string | number)[];
  /** When each row was observed within its cluster; without it the rows' own order. */
  occasions?: ArrayLike<number>;
  family: Family;
  link?: Link;
  correlation: WorkingCorrelation;
  /** For `userdefined` and `fixed`: see structureOf. */
  correlationDesign?: readonly (readonly number[])[];
  weights?: ArrayLike<number>;
  offset?: ArrayLike<number>;
  /** The scale is kept at the mean squared Pearson residual of independent observations, as geepack does, or at the value given. */
  fixedScale?: boolean | number;
  /** `robust` is the sandwich; the jackknives leave out each cluster: approximately, with one step, or until it converges. */
  variance?: 'robust' | 'jackknife' | 'jackknife-one-step' | 'jackknife-iterated';
  /** The most that any parameter moves in the last step. */
  epsilon?: number;
  mostIterations?: number;
}

export interface GeeFit {
  coefficients: Float64Array;
  standardErrors: Float64Array;
  covariance: Matrix;
  /** As if the working correlation were the true one. */
  naiveCovariance: Matrix;
  wald: Float64Array;
  pValues: Float64Array;
  alpha: Float64Array;
  scale: number;
  iterations: number;
  converged: boolean;
  clusters: number;
  largestCluster: number;
}

/**
 * Marginal models for correlated observations by generalised estimating equations, with the sandwich variance.
 *
 * The steps (mean, then scale, then correlations, each by one scoring step) and their stopping rule are geepack's. It stops early by default (epsilon 1e-4, 25 steps), this
 * function at the end.
 *
 * @throws RangeError where the design is singular, a pair of occasions is never seen together, or the working correlation cannot be inverted
 *
 * Source: Liang and Zeger, Biometrika 1986;73:13; Yan and Fine, Stat Med 2004;23:859 (scale and correlations, jackknives).
 */
export function gee(request: GeeRequest): GeeFit {
  const { mostIterations = 100, epsilon = 1e-10 } = request;
  const equations = new Equations(request);
  const state = equations.start();
  const { iterations, converged } = equations.iterate(state, { mostIterations, epsilon });
  const { covariance, naive } = equations.variance(state, request.variance ?? 'robust', { mostIterations, epsilon });
  const standardErrors = diagonal(covariance).map(Math.sqrt);
  const wald = state.beta.map((value, at) => (value / standardErrors[at]!) ** 2);
  return {
    coefficients: state.beta,
    standardErrors,
    covariance,
    naiveCovariance: naive,
    wald,
    // R takes 1 - pchisq(): what is below 1e-16 is rounded to its grid.
    pValues: wald.map((value) => 1 - (1 - chiSquare.cdf(value, 1, { upper: true }))),
    alpha: state.alpha,
    scale: state.scale,
    iterations,
    converged,
    clusters: equations.clusters.length,
    largestCluster: Math.max(...equations.clusters.map(({ rows }) => rows.length)),
  };
}

interface State {
  beta: Float64Array;
  alpha: Float64Array;
  scale: number;
}

interface Stopping {
  mostIterations: number;
  epsilon: number;
}

/** Moves below this share of the largest parameter are rounding. */
const ROUNDING = 1e-13;

/** One cluster's observations, standardised by the root of their variances: residuals and derivatives. */
interface Standardised {
  residuals: Float64Array;
  derivatives: Matrix;
}

class Equations {
  readonly clusters: readonly Cluster[];
  readonly #request: GeeRequest;
  readonly #link: Link;
  readonly #rows: Matrix;
  readonly #structure: Structure;
  readonly #derivatives: (alpha: Float64Array, at: number) => Matrix;

  constructor(request: GeeRequest) {
    const { x, y, family, link = DEFAULT_LINK[family], correlation, correlationDesign } = request;
    this.#request = request;
    this.#link = link;
    this.#rows = Array.from({ length: y.length }, (_, row) => Float64Array.from(x, (column) => column[row]!));
    this.clusters = clustersOf(request);
    this.#structure = structureOf(correlation, this.clusters, correlationDesign);
    this.#derivatives = (alpha, at) => this.#structure.derivatives(alpha, this.clusters[at]!, at);
  }

  /** Independent observations, and the mean square of their Pearson residuals. */
  start(): State {
    const { x, y, family, weights, offset, fixedScale } = this.#request;
    const fit = glm({
      x,
      y,
      family: family === 'binomial' ? 'quasibinomial' : family === 'poisson' ? 'quasipoisson' : family,
      link: this.#link,
      ...(weights === undefined ? {} : { weights }),
      ...(offset === undefined ? {} : { offset }),
    });
    if (fit.rank < x.length) throw new RangeError('the columns of the design depend on each other');
    const beta = Float64Array.from(fit.coefficients);
    // geepack leaves the offset out here.
    const squares = this.#rows.map((row, at) => {
      const mean = LINKS[this.#link].mean(dot(row, beta));
      return (y[at]! - mean) ** 2 / VARIANCES[family].variance(mean);
    });
    const pearson = squares.reduce((sum, square) => sum + square, 0) / squares.length;
    const scale = typeof fixedScale === 'number' ? fixedScale : pearson;
    return { beta, alpha: new Float64Array(this.#structure.parameters), scale };
  }

  /** Steps until nothing moves; the state is changed in place. */
  iterate(state: State, { mostIterations, epsilon }: Stopping, left = -1): { iterations: number; converged: boolean } {
    for (let iterations = 1; iterations <= mostIterations; iterations += 1) {
      const moved = Math.max(
        this.#moveMean(state, left),
        this.#moveScale(state, left),
        this.#moveCorrelation(state, left),
      );
      if (!Number.isFinite(moved))
        throw new RangeError('the estimating equations diverge: the model is too rich for the data');
      const size = Math.max(largest(state.beta), largest(state.alpha), state.scale);
      if (moved <= Math.max(epsilon, ROUNDING * size)) return { iterations, converged: true };
    }
    return { iterations: mostIterations, converged: false };
  }

  variance(
    state: State,
    kind: NonNullable<GeeRequest['variance']>,
    stopping: Stopping,
  ): { covariance: Matrix; naive: Matrix } {
    const p = state.beta.length;
    const scores: Float64Array[] = [];
    const informations: Matrix[] = [];
    const information = zeros(p, p);
    const inverses = this.#inverses(state);
    for (const at of this.clusters.keys()) {
      const own = zeros(p, p);
      const score = new Float64Array(p);
      this.#addScore(state, at, inverses, own, score);
      for (const [row, values] of own.entries()) addTo(information[row]!, values);
      scores.push(score);
      informations.push(own);
    }
    const naive = invertOrRefuse(information);
    if (kind === 'robust') {
      const meat = zeros(p, p);
      for (const score of scores) addOuter(meat, score, score);
      return { covariance: multiply(multiply(naive, meat), naive), naive };
    }
    const moves = this.clusters.map((_, at) => {
      if (kind === 'jackknife') return times(invertOrRefuse(less(information, informations[at]!)), scores[at]!);
      const without = { ...state, beta: state.beta.slice(), alpha: state.alpha.slice() };
      this.iterate(without, kind === 'jackknife-one-step' ? { ...stopping, mostIterations: 1 } : stopping, at);
      return without.beta.map((value, column) => value - state.beta[column]!);
    });
    const factor = (moves.length - p - state.alpha.length - 1) / moves.length;
    const covariance = zeros(p, p);
    for (const move of moves) addOuter(covariance, move, move, factor);
    return { covariance, naive };
  }

  #moveMean(state: State, left: number): number {
    const p = state.beta.length;
    const information = zeros(p, p);
    const score = new Float64Array(p);
    const inverses = this.#inverses(state);
    for (const at of this.clusters.keys()) if (at !== left) this.#addScore(state, at, inverses, information, score);
    let step = times(invertOrRefuse(information), score);
    let next = state.beta.map((value, at) => value + step[at]!);
    for (let halvings = 0; !this.#isValid(next); halvings += 1) {
      if (halvings === 60) throw new RangeError('the mean leaves the range of its family');
      step = step.map((value) => value / 2);
      next = state.beta.map((value, at) => value + step[at]!);
    }
    state.beta = next;
    return largest(step);
  }

  #moveScale(state: State, left: number): number {
    const { weights, fixedScale } = this.#request;
    if (fixedScale !== undefined && fixedScale !== false) return 0;
    let sum = 0;
    let total = 0;
    for (const [at, { rows }] of this.clusters.entries()) {
      if (at === left) continue;
      for (const row of rows) {
        const weight = weights?.[row] ?? 1;
        sum += weight * this.#residual(state, row) ** 2;
        total += weight;
      }
    }
    const moved = sum / total - state.scale;
    state.scale += moved;
    if (!(state.scale > 0)) throw new RangeError('the observations fit exactly: there is no scale');
    return Math.abs(moved);
  }

  #moveCorrelation(state: State, left: number): number {
    const q = state.alpha.length;
    if (q === 0) return 0;
    const information = zeros(q, q);
    const score = new Float64Array(q);
    for (const [at, cluster] of this.clusters.entries())
      if (at !== left && cluster.rows.length > 1) this.#addPairs(state, at, information, score);
    const inverse = invert(information);
    if (inverse === undefined) throw new RangeError('a correlation has no pair of observations to be estimated from');
    const step = times(inverse, score);
    state.alpha = state.alpha.map((value, at) => value + step[at]!);
    return largest(step);
  }

  /** One cluster's part of the equations for the correlations. */
  #addPairs(state: State, at: number, information: Matrix, score: Float64Array): void {
    const { weights } = this.#request;
    const cluster = this.clusters[at]!;
    const correlations = this.#structure.correlations(state.alpha, cluster, at);
    const derivatives = this.#derivatives(state.alpha, at);
    const residuals = Float64Array.from(cluster.rows, (row) => this.#residual(state, row));
    let pair = 0;
    for (const [one, row] of cluster.rows.entries())
      for (let two = one + 1; two < residuals.length; two += 1) {
        const weight = (weights?.[row] ?? 1) * (weights?.[cluster.rows[two]!] ?? 1);
        const excess = (residuals[one]! * residuals[two]!) / state.scale - correlations[pair]!;
        addOuter(information, derivatives[pair]!, derivatives[pair]!, weight);
        addTo(score, derivatives[pair]!, weight * excess);
        pair += 1;
      }
  }

  /** One cluster's part of the equations for the mean. */
  #addScore(state: State, at: number, inverses: Inverses, information: Matrix, score: Float64Array): void {
    const cluster = this.clusters[at]!;
    const { residuals, derivatives } = this.#standardised(state, cluster);
    const inverse = inverses(cluster, at);
    for (const [one, derivative] of derivatives.entries())
      for (const [two, other] of derivatives.entries()) {
        const factor = inverse[one]![two]! / state.scale;
        if (factor === 0) continue;
        addOuter(information, derivative, other, factor);
        addTo(score, derivative, factor * residuals[two]!);
      }
  }

  /** The inverse working correlations, each computed once for the clusters that share it. */
  #inverses(state: State): Inverses {
    const known = new Map<string, Matrix>();
    return (cluster, at) => {
      const key = this.#structure.keyOf(cluster, at);
      const found = known.get(key);
      if (found !== undefined) return found;
      const correlations = this.#structure.correlations(state.alpha, cluster, at);
      const inverse = invert(correlationMatrix(cluster.rows.length, correlations));
      if (inverse === undefined) throw new RangeError('the working correlation of a cluster is singular');
      known.set(key, inverse);
      return inverse;
    };
  }

  #standardised(state: State, { rows }: Cluster): Standardised {
    const { y, family, weights, offset } = this.#request;
    const residuals = new Float64Array(rows.length);
    const derivatives: Matrix = [];
    for (const [at, row] of rows.entries()) {
      const values = this.#rows[row]!;
      const eta = dot(values, state.beta) + (offset?.[row] ?? 0);
      const mean = LINKS[this.#link].mean(eta);
      const root = Math.sqrt((weights?.[row] ?? 1) / VARIANCES[family].variance(mean));
      const slope = LINKS[this.#link].slope(eta) * root;
      residuals[at] = (y[row]! - mean) * root;
      derivatives.push(values.map((value) => value * slope));
    }
    return { residuals, derivatives };
  }

  #residual({ beta }: State, row: number): number {
    const { y, family, offset } = this.#request;
    const mean = LINKS[this.#link].mean(dot(this.#rows[row]!, beta) + (offset?.[row] ?? 0));
    return (y[row]! - mean) / Math.sqrt(VARIANCES[family].variance(mean));
  }

  #isValid(beta: Float64Array): boolean {
    const { family, offset } = this.#request;
    return this.#rows.every((row, at) =>
      VARIANCES[family].isValid(LINKS[this.#link].mean(dot(row, beta) + (offset?.[at] ?? 0))),
    );
  }
}

type Inverses = (cluster: Cluster, at: number) => Matrix;

/** Clusters in the order of their first rows; within each by occasion. */
function clustersOf({ cluster, occasions, y }: GeeRequest): Cluster[] {
  if (cluster.length !== y.length) throw new RangeError('each observation needs its cluster');
  const rows = new Map<string | number, number[]>();
  for (const [row, label] of cluster.entries()) {
    const known = rows.get(label);
    if (known === undefined) rows.set(label, [row]);
    else known.push(row);
  }
  return [...rows.values()].map((own) => {
    if (occasions === undefined)
      return { rows: Int32Array.from(own), occasions: Float64Array.from(own, (_, at) => at + 1) };
    own.sort((a, b) => occasions[a]! - occasions[b]!);
    const times = Float64Array.from(own, (row) => occasions[row]!);
    if (new Set(times).size < times.length) throw new RangeError('a cluster has two observations on one occasion');
    return { rows: Int32Array.from(own), occasions: times };
  });
}

function invertOrRefuse(a: Matrix): Matrix {
  const inverse = invert(a);
  if (inverse === undefined) throw new RangeError('the information about the coefficients is singular');
  return inverse;
}

function times(a: Matrix, b: Float64Array): Float64Array {
  return Float64Array.from(a, (row) => dot(row, b));
}

function less(a: Matrix, b: Matrix): Matrix {
  return a.map((row, at) => row.map((value, column) => value - b[at]![column]!));
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
