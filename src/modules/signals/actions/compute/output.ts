/** A method's answer as JSON can hold it: NaN is null, infinities are "Inf" and "-Inf", typed arrays are lists. */
export function printable(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : printableOdd(value);
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number>, printable);
  if (Array.isArray(value)) return value.map(printable);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, printable(each)]));
}

function printableOdd(value: number): string | null {
  if (Number.isNaN(value)) return null;
  return value > 0 ? 'Inf' : '-Inf';
}
