/** A number that was told: the sum of coefficient times unknown. */
export interface Statement {
  /** By unknown. */
  terms: ReadonlyMap<number, bigint>;
}

/**
 * Which of the asked sums are fixed by the told ones alone, whatever their values: those in the span of the statements. Exact, in whole numbers.
 *
 * Source: Gaussian elimination without fractions, Bareiss, Math Comp 1968;22:565, each row divided by its greatest common divisor.
 */
export function determined(statements: readonly Statement[], asked: readonly Statement[]): boolean[] {
  const rows = new Map<number, Map<number, bigint>>();
  const reduce = ({ terms }: Statement): Map<number, bigint> => {
    const row = new Map(terms);
    for (;;) {
      const pivot = first(row, rows);
      if (pivot === undefined) return row;
      const known = rows.get(pivot)!;
      const [mine, its] = [row.get(pivot)!, known.get(pivot)!];
      for (const [unknown, factor] of row) row.set(unknown, factor * its);
      for (const [unknown, factor] of known) {
        const left = (row.get(unknown) ?? 0n) - factor * mine;
        if (left === 0n) row.delete(unknown);
        else row.set(unknown, left);
      }
      simplify(row);
    }
  };
  for (const statement of statements) {
    const row = reduce(statement);
    const [pivot] = [...row.keys()].sort((a, b) => a - b);
    if (pivot !== undefined) rows.set(pivot, row);
  }
  return asked.map((each) => reduce(each).size === 0);
}

/** The lowest unknown of the row for which there is a row already. */
function first(row: ReadonlyMap<number, bigint>, rows: ReadonlyMap<number, unknown>): number | undefined {
  let lowest: number | undefined;
  for (const unknown of row.keys())
    if (rows.has(unknown) && (lowest === undefined || unknown < lowest)) lowest = unknown;
  return lowest;
}

function simplify(row: Map<number, bigint>): void {
  let divisor = 0n;
  for (const factor of row.values()) divisor = gcd(divisor, factor < 0n ? -factor : factor);
  if (divisor <= 1n) return;
  for (const [unknown, factor] of row) row.set(unknown, factor / divisor);
}

function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}
