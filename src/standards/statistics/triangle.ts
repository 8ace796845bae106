import { crossProduct } from './cross-product.ts';
import type { Columns } from './matrix.ts';

/** A weighted least-squares problem solved: the triangle R of its columns, in the order in which they were taken. */
export interface Triangle {
  /** Column by column, `rank` columns of `rank` rows: R[i][j] is at j * rank + i. */
  upper: Float64Array;
  /** The columns that were taken, then the aliased ones. */
  pivot: number[];
  rank: number;
}

export interface Solved extends Triangle {
  /** One a column; NaN for those that are aliased to earlier ones. */
  coefficients: Float64Array;
}

/**
 * Weighted least squares by Householder's reflections. A column that earlier ones explain up to `tolerance` of its length is set aside, as in R.
 *
 * @param roots the square roots of the weights
 */
export function solveByReflections(
  x: Columns,
  z: ArrayLike<number>,
  roots: Float64Array | undefined,
  tolerance: number,
): Solved {
  const n = z.length;
  const columns = [...x, z].map((column) => weighted(column, roots));
  const lengths = columns.map((column) => norm(column, 0) || 1);
  const pivot = x.map((_, at) => at);
  const right = columns[x.length]!;
  let rank = 0;
  for (let last = x.length; rank < Math.min(last, n); ) {
    const own = columns[pivot[rank]!]!;
    const size = norm(own, rank);
    if (size < lengths[pivot[rank]!]! * tolerance) {
      pivot.push(pivot.splice(rank, 1)[0]!);
      last -= 1;
      continue;
    }
    const head = own[rank]! < 0 ? -size : size;
    for (let i = rank; i < n; i += 1) own[i] = own[i]! / head;
    own[rank] = own[rank]! + 1;
    for (let k = rank + 1; k < pivot.length; k += 1) reflect(own, columns[pivot[k]!]!, rank);
    reflect(own, right, rank);
    own[rank] = -head;
    rank += 1;
  }
  const upper = new Float64Array(rank * rank);
  for (let j = 0; j < rank; j += 1) for (let i = 0; i <= j; i += 1) upper[j * rank + i] = columns[pivot[j]!]![i]!;
  return { upper, pivot, rank, coefficients: coefficientsOf({ upper, pivot, rank }, right, x.length) };
}

function weighted(column: ArrayLike<number>, roots: Float64Array | undefined): Float64Array {
  const copy = Float64Array.from(column);
  if (roots !== undefined) for (let i = 0; i < copy.length; i += 1) copy[i] = copy[i]! * roots[i]!;
  return copy;
}

function norm(column: Float64Array, from: number): number {
  let sum = 0;
  for (let i = from; i < column.length; i += 1) sum += column[i]! * column[i]!;
  return Math.sqrt(sum);
}

function reflect(mirror: Float64Array, column: Float64Array, from: number): void {
  let sum = 0;
  for (let i = from; i < column.length; i += 1) sum += mirror[i]! * column[i]!;
  const share = -sum / mirror[from]!;
  for (let i = from; i < column.length; i += 1) column[i] = column[i]! + share * mirror[i]!;
}

/** Back substitution; `right` is Q'z. */
function coefficientsOf({ upper, pivot, rank }: Triangle, right: Float64Array, width: number): Float64Array {
  const coefficients = new Float64Array(width).fill(Number.NaN);
  for (let i = rank - 1; i >= 0; i -= 1) {
    let sum = right[i]!;
    for (let j = i + 1; j < rank; j += 1) sum -= upper[j * rank + i]! * coefficients[pivot[j]!]!;
    coefficients[pivot[i]!] = sum / upper[i * rank + i]!;
  }
  return coefficients;
}

/** Below this share of a column's square left by the earlier ones, the sums of products have lost too many digits. */
const LEAST_PIVOT = 1e-6;

/**
 * Weighted least squares by sums of products: several times faster for long columns.
 *
 * @returns undefined where the columns are too nearly dependent for it; then the reflections judge
 */
export function solveByProducts(
  x: readonly Float64Array[],
  z: Float64Array,
  weights: Float64Array,
): Solved | undefined {
  const rank = x.length;
  if (z.length < rank) return undefined;
  const products = crossProduct([...x, z], weights);
  const right = products[rank]!.slice(0, rank);
  const upper = new Float64Array(rank * rank);
  for (let j = 0; j < rank; j += 1) for (let i = 0; i <= j; i += 1) upper[j * rank + i] = products[j]![i]!;
  // The triangle R with R'R in place, column by column.
  for (let j = 0; j < rank; j += 1) {
    const square = upper[j * rank + j]!;
    for (let i = 0; i <= j; i += 1) {
      let sum = upper[j * rank + i]!;
      for (let k = 0; k < i; k += 1) sum -= upper[i * rank + k]! * upper[j * rank + k]!;
      if (i < j) upper[j * rank + i] = sum / upper[i * rank + i]!;
      else if (sum > LEAST_PIVOT * square) upper[j * rank + j] = Math.sqrt(sum);
      else return undefined;
    }
    let sum = right[j]!;
    for (let k = 0; k < j; k += 1) sum -= upper[j * rank + k]! * right[k]!;
    right[j] = sum / upper[j * rank + j]!;
  }
  const pivot = x.map((_, at) => at);
  return { upper, pivot, rank, coefficients: coefficientsOf({ upper, pivot, rank }, right, rank) };
}

/** In four sums, which the processor adds side by side. */
function dot(block: Float64Array, column: ArrayLike<number>, from: number, size: number): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 3 < size; i += 4) {
    a += block[i]! * column[from + i]!;
    b += block[i + 1]! * column[from + i + 1]!;
    c += block[i + 2]! * column[from + i + 2]!;
    d += block[i + 3]! * column[from + i + 3]!;
  }
  for (; i < size; i += 1) a += block[i]! * column[from + i]!;
  return a + b + (c + d);
}

/** The inverse of R'R, NaN for aliased columns. */
export function covarianceOf({ upper, pivot, rank }: Triangle): Float64Array[] {
  const size = pivot.length;
  // The rows of the inverse of R.
  const inverse = Array.from({ length: rank }, () => new Float64Array(rank));
  for (let j = 0; j < rank; j += 1) {
    inverse[j]![j] = 1 / upper[j * rank + j]!;
    for (let i = j - 1; i >= 0; i -= 1) {
      let sum = 0;
      for (let k = i + 1; k <= j; k += 1) sum += upper[k * rank + i]! * inverse[k]![j]!;
      inverse[i]![j] = -sum / upper[i * rank + i]!;
    }
  }
  const covariance = Array.from({ length: size }, () => new Float64Array(size).fill(Number.NaN));
  for (let i = 0; i < rank; i += 1)
    for (let j = 0; j <= i; j += 1) {
      const value = dot(inverse[i]!, inverse[j]!, 0, rank);
      covariance[pivot[i]!]![pivot[j]!] = value;
      covariance[pivot[j]!]![pivot[i]!] = value;
    }
  return covariance;
}

/** How much each row determines its own fit: the diagonal of the hat matrix. */
export function leverage(
  x: Columns,
  weights: Float64Array | undefined,
  { upper, pivot, rank }: Triangle,
  n: number,
): Float64Array {
  const hat = new Float64Array(n);
  const solved = new Float64Array(rank);
  const taken = pivot.slice(0, rank).map((at) => x[at]!);
  for (let row = 0; row < n; row += 1) {
    let sum = 0;
    for (let j = 0; j < rank; j += 1) {
      let value = taken[j]![row]!;
      for (let k = 0; k < j; k += 1) value -= upper[j * rank + k]! * solved[k]!;
      value /= upper[j * rank + j]!;
      solved[j] = value;
      sum += value * value;
    }
    const share = weights === undefined ? sum : sum * weights[row]!;
    hat[row] = share > 1 - 10 * Number.EPSILON ? 1 : share;
  }
  return hat;
}

/** Fills in the rows' sums of columns times coefficients, aliased ones left out. */
export function fillLinear(
  x: Columns,
  coefficients: Float64Array,
  offset: Float64Array | undefined,
  linear: Float64Array,
): void {
  if (offset === undefined) linear.fill(0);
  else linear.set(offset);
  for (let j = 0; j < x.length; j += 1) {
    const column = x[j]!;
    const slope = coefficients[j]!;
    if (Number.isNaN(slope)) continue;
    for (let i = 0; i < linear.length; i += 1) linear[i] = linear[i]! + slope * column[i]!;
  }
}
