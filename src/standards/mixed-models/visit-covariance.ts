import { addTo, dot, type Matrix, zeros } from './dense.ts';
import { jacobianOf } from './minimum.ts';

export type VisitCorrelation =
  | 'independent'
  | 'compound-symmetry'
  | 'ar1'
  | 'continuous-ar1'
  | 'toeplitz'
  | 'unstructured';

/** The covariance matrix of a subject's visits as a function of parameters that may take any value. */
export interface VisitCovariance {
  start: Float64Array;
  matrix(parameters: Float64Array): Matrix;
  /** What a function of the matrix changes by with each parameter, by what it changes by with each element (symmetric). */
  slopes(parameters: Float64Array, byElement: Matrix): Float64Array;
}

export interface VisitRequest {
  correlation: VisitCorrelation;
  /** Each visit has a variance of its own. */
  unequalVariances: boolean;
  /** When the visits are, in their order; ar1 and continuous-ar1 take their distances from it. */
  times: readonly number[];
  /** What the residuals vary by at each visit, to begin with. */
  variances: Float64Array;
}

/** The correlation that a search begins with. */
const START = 0.3;

export function visitCovariance({ correlation, unequalVariances, times, variances }: VisitRequest): VisitCovariance {
  const shape = SHAPES[correlation](times);
  const scales = unequalVariances ? times.length : 1;
  const logs = variances.map((variance) => Math.log(variance) / 2);
  const pooled = Math.log(variances.reduce((sum, variance) => sum + variance, 0) / variances.length) / 2;
  const spreadOf = (parameters: Float64Array): number[] =>
    times.map((_, at) => Math.exp(parameters[unequalVariances ? at : 0]!));
  return {
    start: Float64Array.of(...(unequalVariances ? logs : [pooled]), ...shape.start),
    matrix: (parameters) => scaled(shape.correlations(parameters.subarray(scales)), spreadOf(parameters)),
    slopes(parameters, byElement) {
      const own = parameters.subarray(scales);
      const spread = spreadOf(parameters);
      const correlations = shape.correlations(own);
      const found = new Float64Array(parameters.length);
      const byCorrelation = scaled(
        byElement.map((row) => row.slice()),
        spread,
      );
      for (const [at, row] of byCorrelation.entries())
        for (let other = 0; other < row.length; other += 1)
          found[unequalVariances ? at : 0]! += 2 * row[other]! * correlations[at]![other]!;
      found.set(shape.slopes(own, byCorrelation), scales);
      return found;
    },
  };
}

/** Rows and columns times what they are spread by, in place. */
function scaled(matrix: Matrix, spread: readonly number[]): Matrix {
  for (const [at, row] of matrix.entries())
    for (let other = 0; other < row.length; other += 1) row[other]! *= spread[at]! * spread[other]!;
  return matrix;
}

interface Shape {
  start: number[];
  correlations(parameters: Float64Array): Matrix;
  slopes(parameters: Float64Array, byCorrelation: Matrix): ArrayLike<number>;
}

const SHAPES: Readonly<Record<VisitCorrelation, (times: readonly number[]) => Shape>> = {
  independent: (times) => ({ start: [], correlations: () => filled(times, () => 0), slopes: () => [] }),
  'compound-symmetry': (times) => {
    // Below this the matrix would not be positive definite.
    const least = times.length > 1 ? -1 / (times.length - 1) : -1;
    return {
      start: [logit((START - least) / (1 - least))],
      correlations: ([z]) => filled(times, () => least + (1 - least) * logistic(z!)),
      slopes: ([z], by) => [summed(times, by, () => (1 - least) * logistic(z!) * logistic(-z!))],
    };
  },
  ar1: (times) => ({
    start: [Math.atanh(START)],
    correlations: ([z]) => filled(times, (lag) => Math.tanh(z!) ** lag),
    slopes: ([z], by) => [summed(times, by, (lag) => lag * Math.tanh(z!) ** (lag - 1) * (1 - Math.tanh(z!) ** 2))],
  }),
  'continuous-ar1': (times) => ({
    start: [logit(START)],
    correlations: ([z]) => filled(times, (lag) => logistic(z!) ** lag),
    slopes: ([z], by) => [summed(times, by, (lag) => lag * logistic(z!) ** lag * logistic(-z!))],
  }),
  toeplitz: (times) => ({
    start: times.slice(1).map((_, at) => Math.atanh(at === 0 ? START : 0)),
    correlations: (parameters) => byLag(toeplitz(parameters)),
    slopes: (parameters, by) => {
      const byEach = jacobianOf(toeplitz, parameters);
      return byEach.map((row) =>
        by.reduce(
          (sum, line, at) => sum + line.reduce((part, value, other) => part + value * row[Math.abs(at - other)]!, 0),
          0,
        ),
      );
    },
  }),
  unstructured: (times) => ({
    start: startOfRows(times.length),
    correlations: (parameters) => productsOf(rowsOf(parameters, times.length).rows),
    slopes: slopesOfRows,
  }),
};

function filled(times: readonly number[], correlation: (lag: number) => number): Matrix {
  return times.map((one, at) =>
    Float64Array.from(times, (two, other) => (at === other ? 1 : correlation(Math.abs(one - two)))),
  );
}

/** The sum over pairs of visits of what a function changes by with their correlation, times what that changes by. */
function summed(times: readonly number[], by: Matrix, slope: (lag: number) => number): number {
  return times.reduce(
    (sum, one, at) =>
      sum +
      times.reduce(
        (part, two, other) => (at === other ? part : part + by[at]![other]! * slope(Math.abs(one - two))),
        0,
      ),
    0,
  );
}

/**
 * Any correlation matrix, as the products of rows of unit length that begin with free numbers and end with a positive one.
 *
 * Source: Pinheiro and Bates, Stat Comput 1996;6:289, section 2 (a Cholesky factor, its rows brought to length 1).
 */
function rowsOf(parameters: Float64Array, size: number): { rows: Matrix; lengths: Float64Array } {
  const rows = zeros(size, size);
  const lengths = new Float64Array(size);
  let next = 0;
  for (const [at, row] of rows.entries()) {
    row.set(parameters.subarray(next, next + at));
    next += at;
    row[at] = 1;
    lengths[at] = Math.sqrt(dot(row, row));
    for (let k = 0; k <= at; k += 1) row[k]! /= lengths[at]!;
  }
  return { rows, lengths };
}

function productsOf(rows: Matrix): Matrix {
  return rows.map((one, at) => Float64Array.from(rows, (two, other) => (at === other ? 1 : dot(one, two))));
}

function slopesOfRows(parameters: Float64Array, by: Matrix): Float64Array {
  const { rows, lengths } = rowsOf(parameters, by.length);
  const found = new Float64Array(parameters.length);
  let next = 0;
  for (const [at, own] of rows.entries()) {
    // By the row of unit length, then without what only changes its length.
    const slope = new Float64Array(own.length);
    for (const [other, row] of rows.entries()) if (other !== at) addTo(slope, row, 2 * by[at]![other]!);
    addTo(slope, own, -dot(slope, own));
    for (let k = 0; k < at; k += 1) found[next + k] = slope[k]! / lengths[at]!;
    next += at;
  }
  return found;
}

/** The parameters whose matrix has the starting correlation everywhere. */
function startOfRows(size: number): number[] {
  const factor = zeros(size, size);
  const parameters: number[] = [];
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column <= row; column += 1) {
      let sum = row === column ? 1 : START;
      for (let k = 0; k < column; k += 1) sum -= factor[row]![k]! * factor[column]![k]!;
      factor[row]![column] = row === column ? Math.sqrt(sum) : sum / factor[column]![column]!;
    }
    for (let column = 0; column < row; column += 1) parameters.push(factor[row]![column]! / factor[row]![row]!);
  }
  return parameters;
}

/** Correlations by lag, from 0 on, from partial ones, which may each take any value. Source: Durbin's recursion; Barndorff-Nielsen and Schou, J Multivar Anal 1973;3:408. */
function toeplitz(parameters: Float64Array): Float64Array {
  const found = [1];
  let coefficients: number[] = [];
  for (const parameter of parameters) {
    const partial = Math.tanh(parameter);
    const lag = found.length;
    const explained = coefficients.reduce((sum, value, at) => sum + value * found[lag - 1 - at]!, 0);
    const left = 1 - coefficients.reduce((sum, value, at) => sum + value * found[at + 1]!, 0);
    found.push(explained + partial * left);
    coefficients = [...coefficients.map((value, at) => value - partial * coefficients[lag - 2 - at]!), partial];
  }
  return Float64Array.from(found);
}

function byLag(correlations: Float64Array): Matrix {
  return Array.from(correlations, (_, row) => correlations.map((__, column) => correlations[Math.abs(row - column)]!));
}

function logit(p: number): number {
  return Math.log(p / (1 - p));
}

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
