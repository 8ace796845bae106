/**
 * How unlike the groups are in each covariate: the difference of (weighted) means in units of the unweighted standard deviation, sqrt((v1 + v0) / 2).
 *
 * 0 for a covariate that is the same in all; infinite where it is constant within each group but differs between them.
 *
 * Source: Austin, Stat Med 2009;28:3083; below 0.1 a covariate is held to be balanced.
 */
export function standardisedDifferences(
  x: readonly ArrayLike<number>[],
  treated: readonly boolean[],
  weights?: ArrayLike<number>,
): Float64Array {
  return Float64Array.from(x, (column) => {
    const difference = meanOf(column, treated, true, weights) - meanOf(column, treated, false, weights);
    const variance = (varianceOf(column, treated, true) + varianceOf(column, treated, false)) / 2;
    return difference === 0 ? 0 : difference / Math.sqrt(variance);
  });
}

/** The ratio of the groups' (weighted) variances, treated over controls; near 1 where they are alike. */
export function varianceRatios(
  x: readonly ArrayLike<number>[],
  treated: readonly boolean[],
  weights?: ArrayLike<number>,
): Float64Array {
  return Float64Array.from(
    x,
    (column) => varianceOf(column, treated, true, weights) / varianceOf(column, treated, false, weights),
  );
}

function meanOf(
  column: ArrayLike<number>,
  treated: readonly boolean[],
  group: boolean,
  weights?: ArrayLike<number>,
): number {
  let [sum, total] = [0, 0];
  for (let at = 0; at < treated.length; at += 1) {
    if (treated[at] !== group) continue;
    const weight = weights?.[at] ?? 1;
    sum += weight * column[at]!;
    total += weight;
  }
  return sum / total;
}

/** With reliability weights, as R's cov.wt; without weights over n - 1. */
function varianceOf(
  column: ArrayLike<number>,
  treated: readonly boolean[],
  group: boolean,
  weights?: ArrayLike<number>,
): number {
  const mean = meanOf(column, treated, group, weights);
  let [sum, total, squares] = [0, 0, 0];
  for (let at = 0; at < treated.length; at += 1) {
    if (treated[at] !== group) continue;
    const weight = weights?.[at] ?? 1;
    sum += weight * (column[at]! - mean) ** 2;
    total += weight;
    squares += weight * weight;
  }
  return sum / (total - squares / total);
}
