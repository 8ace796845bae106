export type Cell = string | number | boolean | Date | null | undefined;

/**
 * Writes rows as CSV (RFC 4180), with a byte order mark so that spreadsheet programs read Chinese rightly.
 *
 * A text that a spreadsheet would run as a formula gets an apostrophe in front: a name that somebody typed must not become a program on another
 * person's machine. Numbers stay numbers, so a negative one is left alone.
 * Source: OWASP, CSV Injection.
 */
export function toCsv(header: readonly string[], rows: Iterable<readonly Cell[]>): string {
  const lines = [header.map(field).join(',')];
  for (const row of rows) lines.push(row.map(field).join(','));
  return `\uFEFF${lines.join('\r\n')}\r\n`;
}

function field(cell: Cell): string {
  if (cell === null || cell === undefined) return '';
  if (typeof cell === 'number' || typeof cell === 'boolean') return String(cell);
  const text = cell instanceof Date ? cell.toISOString() : cell;
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Hands a table to the person as `name`.csv. */
export function saveCsv(name: string, header: readonly string[], rows: Iterable<readonly Cell[]>): void {
  save(`${name}.csv`, new Blob([toCsv(header, rows)], { type: 'text/csv;charset=utf-8' }));
}

/** Hands a file to the person, made here in the page or by the server. */
export function save(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
