/** Rows of which the weighted columns stay in the nearest cache. */
const BLOCK = 512;

/** The lower triangle of X' diag(g) X, as rows. */
export function crossProduct(columns: readonly Float64Array[], g: Float64Array): Float64Array[] {
  const p = columns.length;
  const product = Array.from({ length: p }, () => new Float64Array(p));
  const weighted = columns.map(() => new Float64Array(BLOCK));
  for (let from = 0; from < g.length; from += BLOCK) {
    const to = Math.min(BLOCK, g.length - from);
    for (const [i, column] of columns.entries()) {
      const w = weighted[i]!;
      for (let k = 0; k < to; k += 1) w[k] = g[from + k]! * column[from + k]!;
    }
    for (let i = 0; i < p; i += 2)
      for (let j = 0; j <= i; j += 2) addProducts(product, weighted, columns, i, j, from, to);
  }
  return product;
}

/** Two columns by two at a time, as reading costs more than adding; past the last column the one before is taken again, for nothing. */
function addProducts(
  product: Float64Array[],
  weighted: readonly Float64Array[],
  columns: readonly Float64Array[],
  i: number,
  j: number,
  from: number,
  to: number,
): void {
  const last = columns.length - 1;
  const [w, v] = [weighted[i]!, weighted[Math.min(i + 1, last)]!];
  const [x, y] = [columns[j]!, columns[Math.min(j + 1, last)]!];
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let k = 0; k < to; k += 1) {
    const wk = w[k]!;
    const vk = v[k]!;
    const xk = x[from + k]!;
    const yk = y[from + k]!;
    a += wk * xk;
    b += wk * yk;
    c += vk * xk;
    d += vk * yk;
  }
  product[i]![j]! += a;
  if (j < last) product[i]![j + 1]! += b;
  if (i < last) product[i + 1]![j]! += c;
  if (i < last && j < last) product[i + 1]![j + 1]! += d;
}
