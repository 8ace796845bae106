/** A small square or oblong matrix as its rows. */
export type Matrix = Float64Array[];

export function zeros(rows: number, columns: number): Matrix {
  return Array.from({ length: rows }, () => new Float64Array(columns));
}

/** a b */
export function multiply(a: Matrix, b: Matrix): Matrix {
  const product = zeros(a.length, b[0]?.length ?? 0);
  for (const [at, row] of a.entries()) for (const [k, factor] of row.entries()) addTo(product[at]!, b[k]!, factor);
  return product;
}

export function transpose(a: Matrix): Matrix {
  return Array.from({ length: a[0]?.length ?? 0 }, (_, column) => Float64Array.from(a, (row) => row[column]!));
}

/** target + factor source, in place. */
export function addTo(target: Float64Array, source: Float64Array, factor = 1): void {
  for (let at = 0; at < target.length; at += 1) target[at]! += factor * source[at]!;
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += a[at]! * b[at]!;
  return sum;
}

/** target + factor u v', in place. */
export function addOuter(target: Matrix, u: Float64Array, v: Float64Array, factor = 1): void {
  for (let at = 0; at < u.length; at += 1) addTo(target[at]!, v, factor * u[at]!);
}

export function diagonal(a: Matrix): Float64Array {
  return Float64Array.from(a, (row, at) => row[at]!);
}

/** The inverse by elimination with row exchanges; undefined where the matrix is singular. It need not be positive definite. */
export function invert(a: readonly Float64Array[]): Matrix | undefined {
  const n = a.length;
  const work = a.map((row, at) => {
    const wide = new Float64Array(2 * n);
    wide.set(row);
    wide[n + at] = 1;
    return wide;
  });
  for (let at = 0; at < n; at += 1) {
    let pivot = at;
    for (let row = at + 1; row < n; row += 1) if (Math.abs(work[row]![at]!) > Math.abs(work[pivot]![at]!)) pivot = row;
    const head = work[pivot]!;
    if (!(Math.abs(head[at]!) > 0)) return undefined;
    work[pivot] = work[at]!;
    work[at] = head;
    const scale = 1 / head[at]!;
    for (let column = at; column < 2 * n; column += 1) head[column]! *= scale;
    for (let row = 0; row < n; row += 1)
      if (row !== at && work[row]![at] !== 0) addTo(work[row]!, head, -work[row]![at]!);
  }
  return work.map((row) => row.slice(n));
}

/** The lower factor of a positive definite matrix; undefined where it is not. */
export function choleskyFactor(a: readonly Float64Array[]): Matrix | undefined {
  const n = a.length;
  const factor = zeros(n, n);
  for (let row = 0; row < n; row += 1) {
    const own = factor[row]!;
    for (let column = 0; column <= row; column += 1) {
      const other = factor[column]!;
      let sum = a[row]![column]!;
      for (let k = 0; k < column; k += 1) sum -= own[k]! * other[k]!;
      if (column < row) own[column] = sum / other[column]!;
      else if (sum > 0) own[row] = Math.sqrt(sum);
      else return undefined;
    }
  }
  return factor;
}

/** Solves L z = b in place, L lower triangular. */
export function solveLower(factor: Matrix, b: Float64Array): Float64Array {
  for (let row = 0; row < factor.length; row += 1) {
    const own = factor[row]!;
    let sum = b[row]!;
    for (let k = 0; k < row; k += 1) sum -= own[k]! * b[k]!;
    b[row] = sum / own[row]!;
  }
  return b;
}

/** Solves L'z = b in place. */
export function solveLowerTransposed(factor: Matrix, b: Float64Array): Float64Array {
  for (let row = factor.length - 1; row >= 0; row -= 1) {
    let sum = b[row]!;
    for (let k = row + 1; k < factor.length; k += 1) sum -= factor[k]![row]! * b[k]!;
    b[row] = sum / factor[row]![row]!;
  }
  return b;
}

/** (L L')^-1 */
export function inverseOfFactor(factor: Matrix): Matrix {
  return factor.map((_, column) => {
    const unit = new Float64Array(factor.length);
    unit[column] = 1;
    return solveLowerTransposed(factor, solveLower(factor, unit));
  });
}

/** Twice the sum of the logarithms of the diagonal: log |L L'|. */
export function logDeterminant(factor: Matrix): number {
  let sum = 0;
  for (const [at, row] of factor.entries()) sum += Math.log(row[at]!);
  return 2 * sum;
}
