import type { Row, Value } from './evaluate.ts';

/** Whether two sets of rows hold the same, whatever the order of the rows: the specification promises none. */
export function sameRows(one: readonly Row[], other: readonly Row[]): boolean {
  return one.length === other.length && canonicalRows(one).join('\n') === canonicalRows(other).join('\n');
}

export function canonicalRows(rows: readonly Row[]): string[] {
  return rows
    .map((row) =>
      JSON.stringify(
        Object.keys(row)
          .sort()
          .map((name) => [name, comparable(row[name] ?? null)]),
      ),
    )
    .sort();
}

/** Decimals are compared as numbers, to ten digits: what an engine's division keeps differs behind them. */
function comparable(value: Value): Value {
  if (typeof value === 'number') return Number(value.toPrecision(10));
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, comparable(value[key] ?? null)]),
  );
}
