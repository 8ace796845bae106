import { type Columns, student } from '#standards/statistics';
import {
  addOuter,
  addTo,
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
import { jacobianOf, minimum, symmetric } from './minimum.ts';
import { orthonormal, solveUpper } from './orthonormal.ts';
import { compareLabels } from './random-terms.ts';
import { satterthwaite } from './satterthwaite.ts';
import { type VisitCorrelation, type VisitCovariance, visitCovariance } from './visit-covariance.ts';

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
 * @throws RangeError where the design is singular, a subject has two rows for a visit, or two visits are never seen in one subject though their correlation is asked
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
  const at = model.solve(best.at)!;
  const factor = request.reml ? 1 : n / (n - p);
  const covariance = model.inX(at.unscaled).map((row) => row.map((value) => value * factor));
  const standardErrors = diagonal(covariance).map(Math.sqrt);
  const coefficients = model.coefficients(at.beta);
  const t = coefficients.map((value, k) => value / standardErrors[k]!);
  const df = satterthwaite(
    diagonal(model.inX(at.unscaled)),
    jacobianOf((parameters) => diagonal(model.inX(model.solve(parameters)!.unscaled)), best.at),
    symmetric(jacobianOf((parameters) => model.gradient(parameters), best.at)),
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

/** Subjects with the same visits share one covariance matrix. */
interface Pattern {
  visits: number[];
  /** Per subject its rows, in the order of the visits. */
  subjects: Int32Array[];
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
  readonly #patterns: Pattern[];
  /** Per row the orthonormal columns and, last, the response without its part along them. */
  readonly #rows: Matrix;
  readonly #r: Matrix;
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
    this.#along = Float64Array.from(q, (column) => column.reduce((sum, value, row) => sum + value * y[row]!, 0));
    this.#rows = Array.from({ length: this.n }, (_, row) => {
      const fitted = q.reduce((sum, column, at) => sum + column[row]! * this.#along[at]!, 0);
      return Float64Array.of(...q.map((column) => column[row]!), y[row]! - fitted);
    });
    this.#patterns = patternsOf(request, visits);
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
    for (const { visits, subjects } of this.#patterns) {
      const factor = choleskyFactor(visits.map((one) => Float64Array.from(visits, (two) => sigma[one]![two]!)));
      if (factor === undefined) return undefined;
      factors.push(factor);
      deviance += subjects.length * logDeterminant(factor);
      for (const rows of subjects) for (const row of this.#whitened(factor, rows)) addLower(products, row);
    }
    const fixed = choleskyFactor(products.slice(0, this.p).map((row) => row.slice(0, this.p)));
    if (fixed === undefined) return undefined;
    const right = solveLower(fixed, products[this.p]!.slice(0, this.p));
    deviance += products[this.p]![this.p]! - right.reduce((sum, value) => sum + value * value, 0);
    if (this.#reml)
      deviance += logDeterminant(fixed) + 2 * diagonal(this.#r).reduce((sum, value) => sum + Math.log(value), 0);
    const beta = solveLowerTransposed(fixed, right);
    return { deviance, beta, unscaled: inverseOfFactor(fixed), factors };
  }

  gradient(parameters: Float64Array): Float64Array {
    const found = this.solve(parameters);
    if (found === undefined) return parameters.map(() => Number.NaN);
    const bySigma = this.#gradientBySigma(found);
    const slopes = jacobianOf((at) => flat(this.covariance.matrix(at)), parameters);
    return Float64Array.from(slopes, (row) => row.reduce((sum, value, at) => sum + value * bySigma[at]!, 0));
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
  #gradientBySigma({ beta, unscaled, factors }: Solution): Float64Array {
    const total = zeros(this.#visits, this.#visits);
    const root = choleskyFactor(unscaled)!;
    for (const [at, { visits, subjects }] of this.#patterns.entries()) {
      const factor = factors[at]!;
      const inner = zeros(visits.length, visits.length);
      for (const rows of subjects) this.#addSpread(inner, rows, beta, root);
      // L^-T (count I - L^-1 S L^-T) L^-1
      const inverse = inverseOfFactor(factor);
      const spread = multiply(multiply(inverse, inner), inverse);
      for (const [one, visit] of visits.entries())
        for (const [two, other] of visits.entries())
          total[visit]![other]! += subjects.length * inverse[one]![two]! - spread[one]![two]!;
    }
    return flat(total);
  }

  /** r r' + X C X' of one subject, the latter by restricted likelihood only. */
  #addSpread(target: Matrix, rows: Int32Array, beta: Float64Array, root: Matrix): void {
    const residuals = Float64Array.from(rows, (row) => {
      const values = this.#rows[row]!;
      return beta.reduce((rest, value, k) => rest - value * values[k]!, values[this.p]!);
    });
    addOuter(target, residuals, residuals);
    if (!this.#reml) return;
    // x' root, whose products are x' C x.
    const images = Array.from(rows, (row) => {
      const values = this.#rows[row]!;
      const image = new Float64Array(this.p);
      for (const [k, line] of root.entries())
        for (let column = 0; column <= k; column += 1) image[column]! += values[k]! * line[column]!;
      return image;
    });
    for (const [one, image] of images.entries())
      for (const [two, other] of images.entries()) {
        let sum = 0;
        for (let k = 0; k < image.length; k += 1) sum += image[k]! * other[k]!;
        target[one]![two]! += sum;
      }
  }

  /** L^-1 [X y] of one subject. */
  #whitened(factor: Matrix, rows: Int32Array): Matrix {
    const whitened: Matrix = [];
    for (const [at, row] of rows.entries()) {
      const values = this.#rows[row]!.slice();
      for (let k = 0; k < at; k += 1) addTo(values, whitened[k]!, -factor[at]![k]!);
      const scale = 1 / factor[at]![at]!;
      for (let column = 0; column < values.length; column += 1) values[column]! *= scale;
      whitened.push(values);
    }
    return whitened;
  }

  #variancesByVisit(): Float64Array {
    const sums = new Float64Array(this.#visits);
    const counts = new Float64Array(this.#visits);
    for (const { visits, subjects } of this.#patterns)
      for (const rows of subjects)
        for (const [at, row] of rows.entries()) {
          sums[visits[at]!]! += this.#rows[row]![this.p]! ** 2;
          counts[visits[at]!]! += 1;
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

function patternsOf({ subject, visit, y }: MmrmRequest, visits: readonly (string | number)[]): Pattern[] {
  if (subject.length !== y.length || visit.length !== y.length)
    throw new RangeError('each observation needs its subject and its visit');
  const rankOf = new Map(visits.map((label, rank) => [label, rank]));
  const rowsOf = new Map<string | number, number[]>();
  for (const [row, label] of subject.entries()) {
    const known = rowsOf.get(label);
    if (known === undefined) rowsOf.set(label, [row]);
    else known.push(row);
  }
  const patterns = new Map<string, Pattern>();
  for (const rows of rowsOf.values()) {
    const rank = (row: number): number => rankOf.get(visit[row]!)!;
    rows.sort((a, b) => rank(a) - rank(b));
    const own = rows.map(rank);
    if (new Set(own).size < own.length) throw new RangeError('a subject has two observations at one visit');
    const pattern = patterns.get(own.join()) ?? { visits: own, subjects: [] };
    pattern.subjects.push(Int32Array.from(rows));
    patterns.set(own.join(), pattern);
  }
  return [...patterns.values()];
}

/** The lower triangle of v v', in place. */
function addLower(target: Matrix, v: Float64Array): void {
  for (let at = 0; at < v.length; at += 1) {
    const row = target[at]!;
    const value = v[at]!;
    for (let column = 0; column <= at; column += 1) row[column]! += value * v[column]!;
  }
}

function flat(a: Matrix): Float64Array {
  const width = a.length;
  const found = new Float64Array(width * width);
  for (const [at, row] of a.entries()) found.set(row, at * width);
  return found;
}
