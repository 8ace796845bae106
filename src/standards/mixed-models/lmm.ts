import { type Columns, student } from '#standards/statistics';
import { diagonal, logDeterminant, type Matrix, multiply, transpose, zeros } from './dense.ts';
import { curvatures, jacobianOf, minimum } from './minimum.ts';
import { orthonormal, solveUpper } from './orthonormal.ts';
import { type Penalised, PenalisedLeastSquares, unscaledCovariance } from './penalised.ts';
import { diagonalsOf, factorOf, parametersOf, type RandomTerm, type Term, termsOf } from './random-terms.ts';
import { satterthwaite } from './satterthwaite.ts';

export interface LmmRequest {
  /** The design of the fixed effects, with its intercept. */
  x: Columns;
  y: ArrayLike<number>;
  terms: readonly RandomTerm[];
  /** By restricted maximum likelihood, or else by maximum likelihood. */
  reml: boolean;
  /** The residual variance of a row is divided by its weight. */
  weights?: ArrayLike<number>;
  offset?: ArrayLike<number>;
}

export interface VarianceComponents {
  name: string;
  columnNames: readonly string[];
  covariance: Matrix;
  /** Whether the covariances were estimated, or are zero by the model. */
  correlated: boolean;
}

export interface LmmFit {
  coefficients: Float64Array;
  standardErrors: Float64Array;
  covariance: Matrix;
  /** Satterthwaite's. */
  df: Float64Array;
  t: Float64Array;
  pValues: Float64Array;
  components: VarianceComponents[];
  /** The residual variance. */
  sigmaSquared: number;
  /** Minus twice the (restricted) log likelihood. */
  criterion: number;
  logLikelihood: number;
  aic: number;
  bic: number;
  /** Per term, its groups in order and their predicted effects. */
  effects: { name: string; labels: (string | number)[]; values: Matrix }[];
  fitted: Float64Array;
  /** Some variance is zero, or some correlation one. */
  isSingular: boolean;
  converged: boolean;
}

/** A diagonal element of a factor that may be zero itself: below this it is tried. */
const NEAR_ZERO = 1e-2;
/** Setting such an element to zero may cost the criterion this much. */
const FREE = 1e-7;

/**
 * Fits a linear mixed model: normal random effects of one or more grouping factors, nested or crossed.
 *
 * @throws RangeError where the design is singular, a factor has one group, or the random effects are as many as the observations
 *
 * Source: Bates, Mächler, Bolker and Walker, J Stat Softw 2015;67(1) (criterion (39), (42)); df as in lmerTest.
 */
export function lmm(request: LmmRequest): LmmFit {
  const model = new Model(request);
  const theta = model.theta();
  return model.fitAt(theta.at, theta.converged);
}

class Model {
  readonly #reml: boolean;
  readonly #y: Float64Array;
  readonly #roots: Float64Array;
  readonly #request: LmmRequest;
  readonly #terms: Term[];
  readonly #q: Float64Array[];
  readonly #r: Matrix;
  /** The least squares coefficients of the orthonormal columns, and log |R|². */
  readonly #along: Float64Array;
  readonly #logR: number;
  readonly #logWeights: number;
  readonly #least: PenalisedLeastSquares;

  constructor(request: LmmRequest) {
    const { x, y, weights, offset, terms } = request;
    const n = y.length;
    if (x.some((column) => column.length !== n)) throw new RangeError('the design needs a row for each observation');
    if (n <= x.length) throw new RangeError('there are no more observations than coefficients');
    this.#request = request;
    this.#reml = request.reml;
    this.#roots = Float64Array.from({ length: n }, (_, row) => Math.sqrt(weights?.[row] ?? 1));
    if (!this.#roots.every((root) => root > 0)) throw new RangeError('weights must be above 0');
    this.#y = Float64Array.from({ length: n }, (_, row) => (y[row]! - (offset?.[row] ?? 0)) * this.#roots[row]!);
    this.#terms = termsOf(terms, this.#roots);
    const { q, r } = orthonormal(
      x.map((column) => Float64Array.from(column, (value, row) => value * this.#roots[row]!)),
    );
    this.#q = q;
    this.#r = r;
    this.#along = Float64Array.from(q, (column) => inner(column, this.#y));
    this.#logR = 2 * diagonal(r).reduce((sum, value) => sum + Math.log(value), 0);
    this.#logWeights = 2 * this.#roots.reduce((sum, root) => sum + Math.log(root), 0);
    const left = this.#y.map((value, row) =>
      q.reduce((rest, column, at) => rest - column[row]! * this.#along[at]!, value),
    );
    if (!(inner(left, left) > 1e-20 * inner(this.#y, this.#y)))
      throw new RangeError('the fixed effects fit the observations exactly: there is no variance to divide');
    this.#least = new PenalisedLeastSquares(this.#terms, q, left);
  }

  /** The minimum of the profiled criterion, whose elements that may be zero are zero. */
  theta(): Place {
    const size = this.#terms.reduce((sum, term) => sum + parametersOf(term), 0);
    const diagonals = diagonalsOf(this.#terms);
    const start = new Float64Array(size);
    for (const place of diagonals) start[place] = 1;
    const criterion = (theta: Float64Array): number => this.#profiled(this.#least.solve(theta));
    let best: Place = minimum(criterion, start);
    const zero = new Set<number>();
    for (const place of diagonals) {
      if (Math.abs(best.at[place]!) > NEAR_ZERO) continue;
      const tried = minimumWithout(criterion, best.at, new Set([...zero, place]));
      if (tried.value > best.value + FREE) continue;
      zero.add(place);
      best = tried;
    }
    return best;
  }

  fitAt(theta: Float64Array, converged: boolean): LmmFit {
    const { n, p } = this.#size();
    const found = this.#least.solve(theta);
    const sigmaSquared = found.squares / (this.#reml ? n - p : n);
    const criterion = this.#profiled(found);
    const coefficients = solveUpper(
      this.#r,
      this.#along.map((value, at) => value + found.coefficients[at]!),
    );
    const covariance = this.#covariance(found, sigmaSquared);
    const variances = diagonal(covariance);
    const standardErrors = variances.map(Math.sqrt);
    const df = this.#degrees(theta, Math.sqrt(sigmaSquared), variances);
    const t = coefficients.map((value, at) => value / standardErrors[at]!);
    const values = this.#least.effects(theta);
    const effects = this.#terms.map(({ name, labels }, at) => ({ name, labels, values: values[at]! }));
    const parameters = p + theta.length + 1;
    return {
      coefficients,
      standardErrors,
      covariance,
      df,
      t,
      pValues: t.map((value, at) => 2 * student.cdf(Math.abs(value), df[at]!, { upper: true })),
      components: this.#terms.map((term) => componentsOf(term, theta, sigmaSquared)),
      sigmaSquared,
      criterion,
      logLikelihood: -criterion / 2,
      aic: criterion + 2 * parameters,
      bic: criterion + Math.log(n) * parameters,
      effects,
      fitted: this.#fitted(coefficients, values),
      isSingular: diagonalsOf(this.#terms).some((place) => Math.abs(theta[place]!) < 1e-4),
      converged,
    };
  }

  #size(): { n: number; p: number } {
    return { n: this.#y.length, p: this.#q.length };
  }

  /** Minus twice the log likelihood, the residual variance at its best. */
  #profiled({ squares, logDeterminant: random, fixed }: Penalised): number {
    const { n, p } = this.#size();
    const df = this.#reml ? n - p : n;
    const ofFixed = this.#reml ? logDeterminant(fixed) + this.#logR : 0;
    return random + ofFixed + df * (1 + Math.log((2 * Math.PI * squares) / df)) - this.#logWeights;
  }

  /** The same as a function of theta and, last, the residual standard deviation. */
  #deviance(parameters: Float64Array): number {
    const { n, p } = this.#size();
    const sigma = parameters.at(-1)!;
    const { squares, logDeterminant: random, fixed } = this.#least.solve(parameters.slice(0, -1));
    const ofFixed = this.#reml ? logDeterminant(fixed) + this.#logR : 0;
    const df = this.#reml ? n - p : n;
    return random + ofFixed + squares / sigma ** 2 + df * Math.log(2 * Math.PI * sigma ** 2);
  }

  #degrees(theta: Float64Array, sigma: number, variances: Float64Array): Float64Array {
    const parameters = Float64Array.of(...theta, sigma);
    const hessian = curvatures((at) => this.#deviance(at), parameters);
    const variancesAt = (at: Float64Array): Float64Array =>
      diagonal(this.#covariance(this.#least.solve(at.slice(0, -1)), at.at(-1)! ** 2));
    return satterthwaite(variances, jacobianOf(variancesAt, parameters), hessian);
  }

  #covariance(found: Penalised, sigmaSquared: number): Matrix {
    const inner = unscaledCovariance(found);
    const outer = inner.map((_, at) => {
      const unit = new Float64Array(inner.length);
      unit[at] = 1;
      return solveUpper(this.#r, unit);
    });
    // R^-1 C R^-T, the rows of `outer` being the columns of R^-1.
    return multiply(multiply(transpose(outer), inner), outer).map((row) => row.map((value) => value * sigmaSquared));
  }

  #fitted(coefficients: Float64Array, effects: readonly Matrix[]): Float64Array {
    const { x, offset } = this.#request;
    return Float64Array.from(this.#y, (_, row) => {
      let sum = offset?.[row] ?? 0;
      for (const [at, column] of x.entries()) sum += column[row]! * coefficients[at]!;
      for (const [at, term] of this.#terms.entries())
        for (const [effect, column] of term.columns.entries())
          sum +=
            ((column[row]! * term.scales[effect]!) / this.#roots[row]!) * effects[at]![term.groupOf[row]!]![effect]!;
      return sum;
    });
  }
}

interface Place {
  at: Float64Array;
  value: number;
  converged: boolean;
}

/** The minimum with some elements held at zero. */
function minimumWithout(f: (theta: Float64Array) => number, start: Float64Array, zero: ReadonlySet<number>): Place {
  const free = [...start.keys()].filter((place) => !zero.has(place));
  const whole = (part: Float64Array): Float64Array => {
    const theta = new Float64Array(start.length);
    for (const [at, place] of free.entries()) theta[place] = part[at]!;
    return theta;
  };
  if (free.length === 0)
    return { at: whole(new Float64Array(0)), value: f(new Float64Array(start.length)), converged: true };
  const found = minimum(
    (part) => f(whole(part)),
    Float64Array.from(free, (place) => start[place]!),
  );
  return { ...found, at: whole(found.at) };
}

function componentsOf(term: Term, theta: Float64Array, sigmaSquared: number): VarianceComponents {
  const factor = factorOf(term, theta);
  const covariance = zeros(term.effects, term.effects);
  for (const [at, one] of factor.entries())
    for (const [other, two] of factor.entries())
      covariance[at]![other] = (sigmaSquared * inner(one, two)) / (term.scales[at]! * term.scales[other]!);
  return { name: term.name, columnNames: term.columnNames, covariance, correlated: term.correlated };
}

function inner(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += a[at]! * b[at]!;
  return sum;
}
