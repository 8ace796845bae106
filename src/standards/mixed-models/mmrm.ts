import { type Columns, student } from '#standards/statistics';
import {
  choleskyFactor,
  diagonal,
  inverseOfFactor,
  logDeterminant,
  type Matrix,
  multiply,
  solveLower,
  solveLowerTransposed,
  transpose,
  zeros,
} from './dense.ts';
import { jacobianOf, minimum } from './minimum.ts';
import { orthonormal, solveUpper } from './orthonormal.ts';
import { compareLabels } from './random-terms.ts';
import { satterthwaite } from './satterthwaite.ts';
import { type VisitCorrelation, type VisitCovariance, visitCovariance } from './visit-covariance.ts';
import { patternsOf, type VisitPattern } from './visit-pattern.ts';

export interface MmrmRequest {
  /** The design, with its intercept. */
  x: Columns;
  y: ArrayLike<number>;
  subject: readonly (string | number)[];
  /** Numbers where their distances matter (ar1). A subject may miss any visit. */
  visit: readonly (string | number)[];
  correlation: VisitCorrelation;
  unequalVariances: boolean;
  reml: boolean;
}

export interface MmrmFit {
  coefficients: Float64Array;
  standardErrors: Float64Array;
  covariance: Matrix;
  t: Float64Array;
  /** Satterthwaite's degrees of freedom, and the p values by them. */
  df: Float64Array;
  pValues: Float64Array;
  /** The visits in their order, and the covariance matrix of a subject who has them all. */
  visits: (string | number)[];
  sigma: Matrix;
  /** Observations less coefficients, by which R's gls judges. */
  residualDf: number;
  logLikelihood: number;
  /** Of the likelihood: coefficients and variance parameters. */
  parameters: number;
  converged: boolean;
}

/**
 * Mixed model for repeated measures: a linear model whose residuals within a subject are correlated by visit, fitted to whatever visits there are.
 *
 * As R's `gls`, standard errors by maximum likelihood carry the factor n/(n - p).
 *
 * @throws RangeError where the design is singular, a subject has two rows for a visit, or two visits are never seen in one subject though their correlation is asked,
 *   or the numbers are so far apart that no covariance can be reckoned with
 *
 * Source: Laird and Ware, Biometrics 1982;38:963; Pinheiro and Bates, Mixed-Effects Models in S and S-PLUS, 2000, chapter 5.
 */
export function mmrm(request: MmrmRequest): MmrmFit {
  const visits = [...new Set(request.visit)].sort(compareLabels);
  const model = new Likelihood(request, visits);
  const best = minimum(
    (parameters) => model.deviance(parameters),
    model.covariance.start,
    (parameters) => model.gradient(parameters),
  );
  const { n, p } = model;
  const at = solved(model, best.at);
  const factor = request.reml ? 1 : n / (n - p);
  const covariance = model.inX(at.unscaled).map((row) => row.map((value) => value * factor));
  const standardErrors = diagonal(covariance).map(Math.sqrt);
  const coefficients = model.coefficients(at.beta);
  const t = coefficients.map((value, k) => value / standardErrors[k]!);
  const df = satterthwaite(
    diagonal(model.inX(at.unscaled)),
    jacobianOf((parameters) => diagonal(model.inX(solved(model, parameters).unscaled)), best.at),
    best.hessian,
  );
  return {
    coefficients,
    standardErrors,
    covariance,
    t,
    df,
    pValues: t.map((value, k) => 2 * student.cdf(Math.abs(value), df[k]!, { upper: true })),
    visits,
    sigma: model.covariance.matrix(best.at),
    residualDf: n - p,
    logLikelihood: -best.value / 2,
    parameters: p + best.at.length,
    converged: best.converged,
  };
}

function solved(model: Likelihood, parameters: Float64Array): Solution {
  const found = model.solve(parameters);
  if (found === undefined) throw new RangeError('the numbers are too large or too far apart to be fitted');
  return found;
}

interface Solution {
  deviance: number;
  beta: Float64Array;
  /** The covariance of the coefficients of the orthonormal columns. */
  unscaled: Matrix;
  factors: Matrix[];
}

class Likelihood {
  readonly n: number;
  readonly p: number;
  readonly covariance: VisitCovariance;
  readonly #reml: boolean;
  readonly #patterns: VisitPattern[];
  readonly #r: Matrix;
  readonly #logR: number;
  readonly #along: Float64Array;
  readonly #visits: number;

  constructor(request: MmrmRequest, visits: readonly (string | number)[]) {
    const { x, y } = request;
    this.n = y.length;
    this.p = x.length;
    if (x.some((column) => column.length !== this.n))
      throw new RangeError('the design needs a row for each observation');
    if (this.n <= this.p) throw new RangeError('there are no more observations than coefficients');
    this.#reml = request.reml;
    this.#visits = visits.length;
    const { q, r } = orthonormal(x);
    this.#r = r;
    this.#logR = 2 * diagonal(r).reduce((sum, value) => sum + Math.log(value), 0);
    this.#along = Float64Array.from(q, (column) => column.reduce((sum, value, row) => sum + value * y[row]!, 0));
    const residuals = Float64Array.from(y, (value, row) =>
      q.reduce((rest, column, at) => rest - column[row]! * this.#along[at]!, value),
    );
    this.#patterns = patternsOf(request, visits, [...q, residuals]);
    if (request.correlation === 'unstructured') this.#requirePairs(visits);
    this.covariance = visitCovariance({
      correlation: request.correlation,
      unequalVariances: request.unequalVariances,
      times: visits.map((visit, at) => (typeof visit === 'number' ? visit : at + 1)),
      variances: this.#variancesByVisit(),
    });
  }

  /** Minus twice the (restricted) log likelihood. */
  deviance(parameters: Float64Array): number {
    return this.solve(parameters)?.deviance ?? Number.NaN;
  }

  /** Undefined where the covariance matrix is not positive definite in floating point. */
  solve(parameters: Float64Array): Solution | undefined {
    const sigma = this.covariance.matrix(parameters);
    const products = zeros(this.p + 1, this.p + 1);
    const factors: Matrix[] = [];
    let deviance = (this.n - (this.#reml ? this.p : 0)) * Math.log(2 * Math.PI);
    for (const pattern of this.#patterns) {
      const factor = choleskyFactor(pattern.part(sigma));
      if (factor === undefined) return undefined;
      factors.push(factor);
      deviance += pattern.count * logDeterminant(factor);
      pattern.addProducts(factor, products);
    }
    const fixed = choleskyFactor(products.slice(0, this.p));
    if (fixed === undefined) return undefined;
    const right = solveLower(fixed, products[this.p]!.slice(0, this.p));
    deviance += products[this.p]![this.p]! - right.reduce((sum, value) => sum + value * value, 0);
    if (this.#reml) deviance += logDeterminant(fixed) + this.#logR;
    const beta = solveLowerTransposed(fixed, right);
    return { deviance, beta, unscaled: inverseOfFactor(fixed), factors };
  }

  gradient(parameters: Float64Array): Float64Array {
    const found = this.solve(parameters);
    if (found === undefined) return parameters.map(() => Number.NaN);
    return this.covariance.slopes(parameters, this.#gradientBySigma(found));
  }

  coefficients(beta: Float64Array): Float64Array {
    return solveUpper(
      this.#r,
      this.#along.map((value, at) => value + beta[at]!),
    );
  }

  /** A covariance of the orthonormal columns' coefficients as that of the given ones'. */
  inX(unscaled: Matrix): Matrix {
    const columns = unscaled.map((_, at) =>
      solveUpper(this.#r, unscaled.map((__, k) => (k === at ? 1 : 0)) as unknown as Float64Array),
    );
    return multiply(multiply(transpose(columns), unscaled), columns);
  }

  /** The derivative of the deviance in each element of the visits' covariance matrix: V^-1 - V^-1 (r r' + X C X') V^-1, summed over subjects. */
  #gradientBySigma({ beta, unscaled, factors }: Solution): Matrix {
    const total = zeros(this.#visits, this.#visits);
    const root = this.#reml ? choleskyFactor(unscaled) : undefined;
    for (const [at, pattern] of this.#patterns.entries()) {
      const inverse = inverseOfFactor(factors[at]!);
      const spread = multiply(multiply(inverse, pattern.spread(beta, root)), inverse);
      for (const [one, visit] of pattern.visits.entries())
        for (const [two, other] of pattern.visits.entries())
          total[visit]![other]! += pattern.count * inverse[one]![two]! - spread[one]![two]!;
    }
    return total;
  }

  #variancesByVisit(): Float64Array {
    const sums = new Float64Array(this.#visits);
    const counts = new Float64Array(this.#visits);
    for (const pattern of this.#patterns) {
      const spread = pattern.spread(new Float64Array(this.p), undefined);
      for (const [at, visit] of pattern.visits.entries()) {
        sums[visit]! += spread[at]![at]!;
        counts[visit]! += pattern.count;
      }
    }
    const pooled = sums.reduce((sum, value) => sum + value, 0) / this.n;
    if (!(pooled > 0))
      throw new RangeError('the fixed effects fit the observations exactly: there is no variance to divide');
    return sums.map((sum, at) => Math.max(sum / counts[at]!, pooled / 100));
  }

  #requirePairs(visits: readonly (string | number)[]): void {
    const seen = new Set<string>();
    for (const pattern of this.#patterns)
      for (const one of pattern.visits) for (const two of pattern.visits) seen.add(`${one} ${two}`);
    for (const [one, label] of visits.entries())
      for (const [two, other] of visits.entries())
        if (!seen.has(`${one} ${two}`))
          throw new RangeError(`no subject was seen at both visits ${label} and ${other}`);
  }
}
