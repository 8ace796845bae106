import { type Matrix, zeros } from './dense.ts';

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
  return {
    start: Float64Array.of(...(unequalVariances ? logs : [pooled]), ...shape.start),
    matrix(parameters) {
      const matrix = shape.correlations(parameters.subarray(scales));
      const spread = times.map((_, at) => Math.exp(parameters[unequalVariances ? at : 0]!));
      for (const [at, row] of matrix.entries())
        for (let other = 0; other < row.length; other += 1) row[other]! *= spread[at]! * spread[other]!;
      return matrix;
    },
  };
}

interface Shape {
  start: number[];
  correlations(parameters: Float64Array): Matrix;
}

const SHAPES: Readonly<Record<VisitCorrelation, (times: readonly number[]) => Shape>> = {
  independent: (times) => ({ start: [], correlations: () => filled(times, () => 0) }),
  'compound-symmetry': (times) => {
    // Below this the matrix would not be positive definite.
    const least = times.length > 1 ? -1 / (times.length - 1) : -1;
    return {
      start: [logit((START - least) / (1 - least))],
      correlations: ([z]) => filled(times, () => least + (1 - least) * logistic(z!)),
    };
  },
  ar1: (times) => ({
    start: [Math.atanh(START)],
    correlations: ([z]) => filled(times, (lag) => Math.tanh(z!) ** lag),
  }),
  'continuous-ar1': (times) => ({
    start: [logit(START)],
    correlations: ([z]) => filled(times, (lag) => logistic(z!) ** lag),
  }),
  toeplitz: (times) => ({
    start: times.slice(1).map((_, at) => Math.atanh(at === 0 ? START : 0)),
    correlations: (parameters) => toeplitz(parameters),
  }),
  unstructured: (times) => ({
    start: startOfRows(times.length),
    correlations: (parameters) => ofRows(parameters, times.length),
  }),
};

function filled(times: readonly number[], correlation: (lag: number) => number): Matrix {
  return times.map((one, at) =>
    Float64Array.from(times, (two, other) => (at === other ? 1 : correlation(Math.abs(one - two)))),
  );
}

/**
 * Any correlation matrix, as the products of rows of unit length that begin with free numbers and end with a positive one.
 *
 * Source: Pinheiro and Bates, Stat Comput 1996;6:289, section 2 (a Cholesky factor, its rows brought to length 1).
 */
function ofRows(parameters: Float64Array, size: number): Matrix {
  const rows: Float64Array[] = [];
  let next = 0;
  for (let at = 0; at < size; at += 1) {
    const row = new Float64Array(size);
    row.set(parameters.subarray(next, next + at));
    next += at;
    row[at] = 1;
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    rows.push(row.map((value) => value / length));
  }
  const matrix = zeros(size, size);
  for (const [at, one] of rows.entries())
    for (const [other, two] of rows.entries())
      matrix[at]![other] = at === other ? 1 : one.reduce((sum, value, k) => sum + value * two[k]!, 0);
  return matrix;
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

/** Correlations by lag from partial ones, which may each take any value. Source: Durbin's recursion; Barndorff-Nielsen and Schou, J Multivar Anal 1973;3:408. */
function toeplitz(parameters: Float64Array): Matrix {
  const byLag = [1];
  let coefficients: number[] = [];
  for (const parameter of parameters) {
    const partial = Math.tanh(parameter);
    const lag = byLag.length;
    const explained = coefficients.reduce((sum, value, at) => sum + value * byLag[lag - 1 - at]!, 0);
    const left = 1 - coefficients.reduce((sum, value, at) => sum + value * byLag[at + 1]!, 0);
    byLag.push(explained + partial * left);
    coefficients = [...coefficients.map((value, at) => value - partial * coefficients[lag - 2 - at]!), partial];
  }
  return byLag.map((_, row) => Float64Array.from(byLag, (__, column) => byLag[Math.abs(row - column)]!));
}

function logit(p: number): number {
  return Math.log(p / (1 - p));
}

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
