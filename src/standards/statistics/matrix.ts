/** A design matrix is its columns. */
export type Columns = readonly (readonly number[] | Float64Array)[];

/** Rows of a matrix. */
export type Rows = readonly (readonly number[] | Float64Array)[];

/** The lower triangle L of a positive definite matrix L L'; undefined where it is not so. */
export function cholesky(a: Rows): Float64Array[] | undefined {
  const size = a.length;
  const lower = Array.from({ length: size }, () => new Float64Array(size));
  for (let i = 0; i < size; i += 1) {
    const row = lower[i]!;
    for (let j = 0; j <= i; j += 1) {
      const other = lower[j]!;
      let sum = a[i]![j]!;
      for (let k = 0; k < j; k += 1) sum -= row[k]! * other[k]!;
      if (i !== j) row[j] = sum / other[j]!;
      else if (sum > 0) row[j] = Math.sqrt(sum);
      else return undefined;
    }
  }
  return lower;
}

/**
 * The solution of a x = b for a positive definite matrix.
 *
 * @throws RangeError where it is not positive definite
 */
export function solveSymmetric(a: Rows, b: ArrayLike<number>): Float64Array {
  return solveByCholesky(soundCholesky(a), b);
}

/** The solution of L L' x = b. */
export function solveByCholesky(lower: readonly Float64Array[], b: ArrayLike<number>): Float64Array {
  const size = lower.length;
  const x = Float64Array.from(b);
  for (let i = 0; i < size; i += 1) {
    let sum = x[i]!;
    for (let k = 0; k < i; k += 1) sum -= lower[i]![k]! * x[k]!;
    x[i] = sum / lower[i]![i]!;
  }
  for (let i = size - 1; i >= 0; i -= 1) {
    let sum = x[i]!;
    for (let k = i + 1; k < size; k += 1) sum -= lower[k]![i]! * x[k]!;
    x[i] = sum / lower[i]![i]!;
  }
  return x;
}

/** The inverse of a positive definite matrix. @throws RangeError where it is not positive definite */
export function invertSymmetric(a: Rows): Float64Array[] {
  const lower = soundCholesky(a);
  const unit = new Float64Array(a.length);
  const inverse = a.map((_, at) => {
    unit.fill(0);
    unit[at] = 1;
    return solveByCholesky(lower, unit);
  });
  for (let i = 0; i < a.length; i += 1) for (let j = 0; j < i; j += 1) inverse[i]![j] = inverse[j]![i]!;
  return inverse;
}

function soundCholesky(a: Rows): Float64Array[] {
  const lower = cholesky(a);
  if (lower === undefined) throw new RangeError('the matrix is singular or not positive definite');
  return lower;
}

/**
 * Eigenvalues of a symmetric matrix, descending, and their vectors of length 1 as rows: `vectors[k]` belongs to `values[k]`.
 *
 * Source: the cyclic Jacobi method, Golub and Van Loan, Matrix Computations, 8.5.
 */
export function eigenSymmetric(a: Rows): { values: Float64Array; vectors: Float64Array[] } {
  const size = a.length;
  const m = a.map((row) => Float64Array.from(row));
  const v = a.map((_, at) => Float64Array.from({ length: size }, (__, k) => (k === at ? 1 : 0)));
  for (let sweep = 0; sweep < 60; sweep += 1) {
    let turned = false;
    for (let p = 0; p < size; p += 1) for (let q = p + 1; q < size; q += 1) turned = rotate(m, v, p, q) || turned;
    if (!turned) break;
  }
  const order = m.map((_, at) => at).sort((one, two) => m[two]![two]! - m[one]![one]!);
  return { values: Float64Array.from(order, (at) => m[at]![at]!), vectors: order.map((at) => v[at]!) };
}

/** Makes the element p, q zero, in the matrix and its turned axes; false where it already is, to the last digit of the diagonal. */
function rotate(m: Float64Array[], v: Float64Array[], p: number, q: number): boolean {
  const off = m[p]![q]!;
  if (Math.abs(off) <= 1e-17 * Math.sqrt(Math.abs(m[p]![p]! * m[q]![q]!)) || off === 0) return false;
  const theta = (m[q]![q]! - m[p]![p]!) / (2 * off);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  for (let k = 0; k < m.length; k += 1) {
    const [one, two] = [m[k]![p]!, m[k]![q]!];
    m[k]![p] = c * one - s * two;
    m[k]![q] = s * one + c * two;
  }
  turn(m[p]!, m[q]!, c, s);
  turn(v[p]!, v[q]!, c, s);
  return true;
}

function turn(p: Float64Array, q: Float64Array, c: number, s: number): void {
  for (let k = 0; k < p.length; k += 1) {
    const [one, two] = [p[k]!, q[k]!];
    p[k] = c * one - s * two;
    q[k] = s * one + c * two;
  }
}
