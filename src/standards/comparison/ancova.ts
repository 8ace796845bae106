import { type Columns, fisherF, leastSquares, student } from '#standards/statistics';

export interface Ancova {
  /** NaN for columns that depend on those before them. */
  coefficients: Float64Array;
  standardErrors: Float64Array;
  t: Float64Array;
  pValues: Float64Array;
  /** Per coefficient, from and to. */
  intervals: [number, number][];
  /** Residual standard deviation and its degrees of freedom. */
  sigma: number;
  df: number;
  rSquared: number;
  adjustedRSquared: number;
  /** Of all columns but the intercept together. */
  f: { value: number; df: number; pValue: number };
}

/**
 * Analysis of covariance: a linear model of the outcome on treatment and baseline, as R's lm and its summary.
 *
 * @param x     the design; a constant column is its intercept
 * @param level of the intervals
 * @throws RangeError where no degree of freedom is left for the residual
 *
 * Source: Fisher 1932; Senn, Stat Med 2006;25:4334 on why the baseline belongs into the model.
 */
export function ancova(
  x: Columns,
  y: ArrayLike<number>,
  { level = 0.95, weights }: { level?: number; weights?: ArrayLike<number> } = {},
): Ancova {
  const fit = leastSquares(x, y, weights);
  const { df, rank, coefficients, sumOfSquares } = fit;
  if (!(df > 0)) throw new RangeError('there are no more observations than coefficients');
  const variance = sumOfSquares / df;
  const standardErrors = Float64Array.from(fit.covarianceUnscaled, (row, at) => Math.sqrt(variance * row[at]!));
  const reach = student.quantile((1 - level) / 2, df, { upper: true });
  const t = coefficients.map((value, at) => value / standardErrors[at]!);
  const hasIntercept = x.some((column) => column[0] !== 0 && column.every((value) => value === column[0]));
  const explained = squaresExplained(fit.fitted, hasIntercept, weights);
  const model = rank - Number(hasIntercept);
  const rSquared = model === 0 ? 0 : explained / (explained + sumOfSquares);
  const f = explained / model / variance;
  return {
    coefficients,
    standardErrors,
    t,
    pValues: t.map((value) => 2 * student.cdf(Math.abs(value), df, { upper: true })),
    intervals: Array.from(coefficients, (value, at) => [
      value - reach * standardErrors[at]!,
      value + reach * standardErrors[at]!,
    ]),
    sigma: Math.sqrt(variance),
    df,
    rSquared,
    adjustedRSquared: 1 - ((1 - rSquared) * (df + rank - Number(hasIntercept))) / df,
    f: { value: f, df: model, pValue: fisherF.cdf(f, model, df, { upper: true }) },
  };
}

/** The squares of the fitted values about their mean, or about 0 where the model has no intercept. */
function squaresExplained(fitted: Float64Array, hasIntercept: boolean, weights?: ArrayLike<number>): number {
  let [sum, total] = [0, 0];
  for (let row = 0; row < fitted.length; row += 1) {
    sum += (weights?.[row] ?? 1) * fitted[row]!;
    total += weights?.[row] ?? 1;
  }
  const middle = hasIntercept ? sum / total : 0;
  return fitted.reduce((squares, value, row) => squares + (weights?.[row] ?? 1) * (value - middle) ** 2, 0);
}
