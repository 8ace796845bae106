import { addTo, dot, type Matrix, zeros } from './dense.ts';

export interface Orthonormal {
  /** Orthonormal columns that span the same. */
  q: Float64Array[];
  /** Upper triangular: the given columns are q r. */
  r: Matrix;
}

/** A column whose part that the earlier ones do not explain is below this share of it depends on them (R's lm). */
const DEPENDENT = 1e-7;

/**
 * Orthonormal columns by Gram and Schmidt's method, done twice, after which they are orthogonal to working precision.
 *
 * @throws RangeError where a column depends on those before it
 */
export function orthonormal(columns: readonly ArrayLike<number>[]): Orthonormal {
  const q: Float64Array[] = [];
  const r = zeros(columns.length, columns.length);
  for (const [at, column] of columns.entries()) {
    const rest = Float64Array.from(column);
    const size = Math.sqrt(dot(rest, rest));
    for (let pass = 0; pass < 2; pass += 1)
      for (const [before, unit] of q.entries()) {
        const share = dot(unit, rest);
        r[before]![at]! += share;
        addTo(rest, unit, -share);
      }
    const left = Math.sqrt(dot(rest, rest));
    if (!(left > DEPENDENT * size)) throw new RangeError(`column ${at + 1} of the design depends on those before it`);
    r[at]![at] = left;
    q.push(rest.map((value) => value / left));
  }
  return { q, r };
}

/** Solves r b = c. */
export function solveUpper(r: Matrix, c: Float64Array): Float64Array {
  const b = Float64Array.from(c);
  for (let row = b.length - 1; row >= 0; row -= 1) {
    for (let column = row + 1; column < b.length; column += 1) b[row]! -= r[row]![column]! * b[column]!;
    b[row]! /= r[row]![row]!;
  }
  return b;
}
