/** The factors of a symmetric matrix that need not have full rank: redundant rows are left out. */
export interface Factored {
  rank: number;
  /** Whether the row adds nothing to those before it. */
  redundant: Uint8Array;
  /** The solution with 0 at redundant rows. */
  solve(right: Float64Array): Float64Array;
  /** The inverse with 0 in redundant rows and columns. */
  inverse(): Float64Array[];
}

/**
 * L D L' of a symmetric matrix, of which the lower triangle is read. A row is redundant when its pivot is below `tolerance` times the largest diagonal.
 *
 * @param tolerance 1.8e-12 is R's coxph, epsilon^0.75
 */
export function factor(matrix: readonly Float64Array[], tolerance = Number.EPSILON ** 0.75): Factored {
  const p = matrix.length;
  const lower = matrix.map((row) => row.slice());
  const redundant = new Uint8Array(p);
  const largest = lower.reduce((most, row, i) => Math.max(most, row[i]!), 0);
  const least = largest === 0 ? tolerance : largest * tolerance;
  let rank = 0;
  for (let i = 0; i < p; i += 1) {
    const pivot = lower[i]![i]!;
    if (!(Number.isFinite(pivot) && pivot >= least)) {
      redundant[i] = 1;
      lower[i]![i] = 0;
      continue;
    }
    rank += 1;
    for (let j = i + 1; j < p; j += 1) {
      const row = lower[j]!;
      const ratio = row[i]! / pivot;
      row[i] = ratio;
      row[j]! -= ratio * ratio * pivot;
      for (let k = j + 1; k < p; k += 1) lower[k]![j]! -= ratio * lower[k]![i]!;
    }
  }
  const solve = (right: Float64Array): Float64Array => {
    const x = right.slice();
    for (let i = 0; i < p; i += 1)
      for (let j = 0; j < i; j += 1) if (redundant[j] === 0) x[i]! -= lower[i]![j]! * x[j]!;
    for (let i = p - 1; i >= 0; i -= 1) {
      if (redundant[i] === 1) {
        x[i] = 0;
        continue;
      }
      x[i]! /= lower[i]![i]!;
      for (let j = i + 1; j < p; j += 1) x[i]! -= lower[j]![i]! * x[j]!;
    }
    return x;
  };
  const inverse = (): Float64Array[] => {
    const columns = Array.from({ length: p }, (_, i) => {
      const unit = new Float64Array(p);
      if (redundant[i] === 0) unit[i] = 1;
      return solve(unit);
    });
    // Symmetric to the last bit.
    return columns.map((column, i) => column.map((value, j) => (value + columns[j]![i]!) / 2));
  };
  return { rank, redundant, solve, inverse };
}

/** The same, or undefined where it has not full rank. */
export function positiveDefinite(matrix: readonly Float64Array[]): Factored | undefined {
  const factored = factor(matrix, 1e-15);
  return factored.rank === matrix.length ? factored : undefined;
}
