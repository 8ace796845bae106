/**
 * Solves a small symmetric positive definite system by Cholesky's factors.
 *
 * @returns undefined where the matrix is not positive definite
 */
export function solveSymmetric(matrix: readonly Float64Array[], right: Float64Array): Float64Array | undefined {
  const n = right.length;
  const factor = Array.from({ length: n }, () => new Float64Array(n));
  for (let row = 0; row < n; row += 1) {
    for (let column = 0; column <= row; column += 1) {
      let sum = matrix[row]![column]!;
      for (let k = 0; k < column; k += 1) sum -= factor[row]![k]! * factor[column]![k]!;
      if (row === column && !(sum > 0)) return undefined;
      factor[row]![column] = row === column ? Math.sqrt(sum) : sum / factor[column]![column]!;
    }
  }
  const solution = Float64Array.from(right);
  for (let row = 0; row < n; row += 1) {
    for (let k = 0; k < row; k += 1) solution[row] = solution[row]! - factor[row]![k]! * solution[k]!;
    solution[row] = solution[row]! / factor[row]![row]!;
  }
  for (let row = n - 1; row >= 0; row -= 1) {
    for (let k = row + 1; k < n; k += 1) solution[row] = solution[row]! - factor[k]![row]! * solution[k]!;
    solution[row] = solution[row]! / factor[row]![row]!;
  }
  return solution;
}
