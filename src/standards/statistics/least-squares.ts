import type { Columns } from './matrix.ts';
import { covarianceOf, fillLinear, leverage, solveByReflections } from './triangle.ts';

export interface LeastSquares {
  /** NaN for aliased columns. */
  coefficients: Float64Array;
  /** (X'WX)^-1: times the residual variance it is the coefficients' covariance. NaN for aliased columns. */
  covarianceUnscaled: Float64Array[];
  rank: number;
  residuals: Float64Array;
  fitted: Float64Array;
  hat: Float64Array;
  /** Rows with a weight, less the rank. */
  df: number;
  /** The weighted sum of squared residuals. */
  sumOfSquares: number;
  /** Columns that earlier ones explain. */
  aliased: boolean[];
}

/**
 * Ordinary or weighted least squares, as R's lm: Householder's reflections, near-dependent columns set aside (tolerance 1e-7).
 *
 * @throws RangeError where lengths differ, a number is not finite, a weight is negative, or there are no rows
 */
export function leastSquares(
  x: Columns,
  y: ArrayLike<number>,
  weights?: ArrayLike<number>,
  tolerance = 1e-7,
): LeastSquares {
  const n = y.length;
  checkDesign(x, n);
  const roots = weights === undefined ? undefined : Float64Array.from(weights, Math.sqrt);
  if (roots !== undefined && (roots.length !== n || roots.some((root) => !(root < Infinity))))
    throw new RangeError('weights must be finite, not negative, and one a row');
  const solved = solveByReflections(x, y, roots, tolerance);
  const { coefficients, rank } = solved;
  if (coefficients.some((value, at) => !Number.isFinite(value) && solved.pivot.indexOf(at) < rank))
    throw new RangeError('values of a least-squares problem must be finite');
  const fitted = new Float64Array(n);
  fillLinear(x, coefficients, undefined, fitted);
  const residuals = fitted.map((value, row) => y[row]! - value);
  const squares = roots?.map((root) => root * root);
  const sumOfSquares = residuals.reduce((sum, each, row) => sum + each * each * (squares?.[row] ?? 1), 0);
  const rows = squares === undefined ? n : squares.reduce((sum, weight) => sum + (weight > 0 ? 1 : 0), 0);
  return {
    coefficients,
    covarianceUnscaled: covarianceOf(solved),
    rank,
    residuals,
    fitted,
    hat: leverage(x, squares, solved, n),
    df: rows - rank,
    sumOfSquares,
    aliased: x.map((_, at) => solved.pivot.indexOf(at) >= rank),
  };
}

export function checkDesign(x: Columns, n: number): void {
  if (n === 0) throw new RangeError('there are no rows');
  if (x.some((column) => column.length !== n)) throw new RangeError('columns of the design differ in length');
}
