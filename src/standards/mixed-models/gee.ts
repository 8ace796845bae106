import { type Columns, chiSquare, glm } from '#standards/statistics';
import { addOuter, addTo, diagonal, dot, invert, type Matrix, zeros } from './dense.ts';
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
  variance?: Variance;
  /** The most that any parameter moves in the last step. */
  epsilon?: number;
  mostIterations?: number;
}

type Variance = 'robust' | 'jackknife' | 'jackknife-one-step' | 'jackknife-iterated';

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

class Equations {
  readonly clusters: readonly Cluster[];
  readonly #request: GeeRequest;
  readonly #link: Link;
  readonly #p: number;
  /** All rows, cluster by cluster: the design row by row, and what goes with it. */
  readonly #x: Float64Array;
  readonly #y: Float64Array;
  readonly #weights: Float64Array;
  readonly #offset: Float64Array;
  /** Where each cluster begins among them, and last their number. */
  readonly #starts: Int32Array;
  readonly #structure: Structure;
  /** At the state's coefficients: residuals over the root of their variance, and the derivatives of the mean over it. */
  readonly #residuals: Float64Array;
  readonly #slopes: Float64Array;

  constructor(request: GeeRequest) {
    const { x, y, family, link = DEFAULT_LINK[family], correlation, correlationDesign, weights, offset } = request;
    const n = y.length;
    this.#request = request;
    this.#link = link;
    this.#p = x.length;
    this.clusters = clustersOf(request);
    const order = this.clusters.flatMap(({ rows }) => [...rows]);
    this.#starts = new Int32Array(this.clusters.length + 1);
    for (const [at, { rows }] of this.clusters.entries()) this.#starts[at + 1] = this.#starts[at]! + rows.length;
    this.#x = new Float64Array(n * x.length);
    for (const [at, row] of order.entries())
      for (const [column, values] of x.entries()) this.#x[at * x.length + column] = values[row]!;
    this.#y = Float64Array.from(order, (row) => y[row]!);
    this.#weights = Float64Array.from(order, (row) => weights?.[row] ?? 1);
    this.#offset = Float64Array.from(order, (row) => offset?.[row] ?? 0);
    this.#structure = structureOf(correlation, this.clusters, correlationDesign);
    this.#residuals = new Float64Array(n);
    this.#slopes = new Float64Array(n);
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
    let squares = 0;
    for (let at = 0; at < this.#y.length; at += 1) {
      const mean = LINKS[this.#link].mean(this.#linear(beta, at) - this.#offset[at]!);
      squares += (this.#y[at]! - mean) ** 2 / VARIANCES[family].variance(mean);
    }
    const scale = typeof fixedScale === 'number' ? fixedScale : squares / this.#y.length;
    if (!(scale > 1e-24)) throw new RangeError('the observations fit exactly: there is no scale');
    const state = { beta, alpha: this.#structure.start.slice(), scale };
    this.#standardise(state);
    return state;
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

  variance(state: State, kind: Variance, stopping: Stopping): { covariance: Matrix; naive: Matrix } {
    const parts = this.clusters.map(() => ({ information: zeros(this.#p, this.#p), score: new Float64Array(this.#p) }));
    const information = zeros(this.#p, this.#p);
    const inverses = this.#inverses(state);
    for (const [at, part] of parts.entries()) {
      this.#addScore(state, at, inverses, part.information, part.score);
      for (const [row, values] of part.information.entries()) addTo(information[row]!, values);
    }
    const naive = invertOrRefuse(information);
    const covariance = zeros(this.#p, this.#p);
    if (kind === 'robust') {
      for (const { score } of parts) {
        const move = times(naive, score);
        addOuter(covariance, move, move);
      }
      return { covariance, naive };
    }
    const factor = (parts.length - this.#p - state.alpha.length - 1) / parts.length;
    for (const [at, part] of parts.entries()) {
      const move =
        kind === 'jackknife'
          ? times(invertOrRefuse(less(information, part.information)), part.score)
          : this.#moveWithout(at, state, kind === 'jackknife-one-step' ? { ...stopping, mostIterations: 1 } : stopping);
      addOuter(covariance, move, move, factor);
    }
    return { covariance, naive };
  }

  /** What the coefficients move by when a cluster is left out. */
  #moveWithout(left: number, state: State, stopping: Stopping): Float64Array {
    const without = { ...state, beta: state.beta.slice(), alpha: state.alpha.slice() };
    this.#standardise(without);
    this.iterate(without, stopping, left);
    return without.beta.map((value, column) => value - state.beta[column]!);
  }

  #moveMean(state: State, left: number): number {
    const information = zeros(this.#p, this.#p);
    const score = new Float64Array(this.#p);
    const inverses = this.#inverses(state);
    for (const at of this.clusters.keys()) if (at !== left) this.#addScore(state, at, inverses, information, score);
    const before = state.beta;
    let step = times(invertOrRefuse(information), score);
    for (let halvings = 0; ; halvings += 1) {
      state.beta = before.map((value, at) => value + step[at]!);
      if (this.#standardise(state)) return largest(step);
      if (halvings === 60) throw new RangeError('the mean leaves the range of its family');
      step = step.map((value) => value / 2);
    }
  }

  #moveScale(state: State, left: number): number {
    const { fixedScale } = this.#request;
    if (fixedScale !== undefined && fixedScale !== false) return 0;
    let sum = 0;
    let total = 0;
    for (let at = 0; at < this.#y.length; at += 1) {
      if (left >= 0 && at >= this.#starts[left]! && at < this.#starts[left + 1]!) continue;
      sum += this.#weights[at]! * this.#residuals[at]! ** 2;
      total += this.#weights[at]!;
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
    const shapes = this.#shared((cluster, at) => ({
      correlations: this.#structure.correlations(state.alpha, cluster, at),
      derivatives: this.#structure.derivatives(state.alpha, cluster, at),
    }));
    for (const [at, cluster] of this.clusters.entries()) {
      if (at === left || cluster.rows.length === 1) continue;
      const { correlations, derivatives } = shapes(cluster, at);
      const [from, to] = [this.#starts[at]!, this.#starts[at + 1]!];
      let pair = 0;
      for (let one = from; one < to; one += 1)
        for (let two = one + 1; two < to; two += 1) {
          const weight = this.#weights[one]! * this.#weights[two]!;
          const excess = (this.#residuals[one]! * this.#residuals[two]!) / state.scale - correlations[pair]!;
          addOuter(information, derivatives[pair]!, derivatives[pair]!, weight);
          addTo(score, derivatives[pair]!, weight * excess);
          pair += 1;
        }
    }
    const inverse = invert(information);
    if (inverse === undefined) throw new RangeError('a correlation has no pair of observations to be estimated from');
    const step = times(inverse, score);
    state.alpha = state.alpha.map((value, at) => value + step[at]!);
    return largest(step);
  }

  /** One cluster's part of the equations for the mean. */
  #addScore(state: State, at: number, inverses: ByCluster<Matrix>, information: Matrix, score: Float64Array): void {
    const [p, x] = [this.#p, this.#x];
    const [from, to] = [this.#starts[at]!, this.#starts[at + 1]!];
    const inverse = inverses(this.clusters[at]!, at);
    for (let one = from; one < to; one += 1) {
      const own = (this.#slopes[one]! * Math.sqrt(this.#weights[one]!)) / state.scale;
      for (let two = from; two < to; two += 1) {
        const share = own * inverse[one - from]![two - from]! * Math.sqrt(this.#weights[two]!);
        if (share === 0) continue;
        const excess = share * this.#residuals[two]!;
        const factor = share * this.#slopes[two]!;
        for (let row = 0; row < p; row += 1) {
          const value = x[one * p + row]!;
          const target = information[row]!;
          score[row]! += value * excess;
          for (let column = 0; column < p; column += 1) target[column]! += value * factor * x[two * p + column]!;
        }
      }
    }
  }

  /** The inverse working correlations. */
  #inverses(state: State): ByCluster<Matrix> {
    return this.#shared((cluster, at) => {
      const correlations = this.#structure.correlations(state.alpha, cluster, at);
      const inverse = invert(correlationMatrix(cluster.rows.length, correlations));
      if (inverse === undefined) throw new RangeError('the working correlation of a cluster is singular');
      return inverse;
    });
  }

  /** Something that clusters of the same shape share, made once for each shape. */
  #shared<T>(make: ByCluster<T>): ByCluster<T> {
    const known = new Map<string | number, T>();
    return (cluster, at) => {
      const key = this.#structure.keyOf(cluster, at);
      let found = known.get(key);
      if (found === undefined) {
        found = make(cluster, at);
        known.set(key, found);
      }
      return found;
    };
  }

  /** Sets residuals and slopes at the state's coefficients; false where a mean is outside the family's range. */
  #standardise({ beta }: State): boolean {
    const link = LINKS[this.#link];
    const family = VARIANCES[this.#request.family];
    for (let at = 0; at < this.#y.length; at += 1) {
      const eta = this.#linear(beta, at);
      const mean = link.mean(eta);
      if (!family.isValid(mean)) return false;
      const root = 1 / Math.sqrt(family.variance(mean));
      this.#residuals[at] = (this.#y[at]! - mean) * root;
      this.#slopes[at] = link.slope(eta) * root;
    }
    return true;
  }

  #linear(beta: Float64Array, at: number): number {
    let sum = this.#offset[at]!;
    for (let column = 0; column < beta.length; column += 1) sum += this.#x[at * beta.length + column]! * beta[column]!;
    return sum;
  }
}

type ByCluster<T> = (cluster: Cluster, at: number) => T;

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
