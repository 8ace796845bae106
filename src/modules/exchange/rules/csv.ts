import { Problem } from '#kernel/problem';
import type { Cell } from '../model.ts';

/** A line of comma separated values, RFC 4180; a text that a spreadsheet would take for a formula is told to be a text. */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const safe = /^[=+\-@\t\r]/.test(cell) && !/^[+-]?[\d.]+$/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/**
 * Comma (or tab, or semicolon) separated values, RFC 4180. @throws Problem `invalid` where a quote stays open, `too-large` over so
 * many rows
 */
export function parseCsv(text: string, mostRows: number): string[][] {
  const given = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const head = given.slice(0, given.search(/[\r\n]|$/));
  const mark = ['\t', ';', '|'].find((other) => head.split(other).length > head.split(',').length) ?? ',';
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < given.length) {
    let cell = '';
    if (given[at] === '"') {
      const end = endOfQuote(given, at);
      cell = given.slice(at + 1, end).replaceAll('""', '"');
      at = end + 1;
    } else {
      const start = at;
      while (at < given.length && given[at] !== mark && given[at] !== '\n' && given[at] !== '\r') at += 1;
      cell = given.slice(start, at);
    }
    row.push(cell);
    if (given[at] === mark) {
      at += 1;
      if (at === given.length) row.push('');
      continue;
    }
    if (given[at] === '\r') at += 1;
    if (given[at] === '\n') at += 1;
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
    if (rows.length > mostRows) throw new Problem('too-large', 'the file has too many rows', { most: mostRows });
  }
  if (row.length > 0) rows.push(row);
  return rows;
}

function endOfQuote(text: string, from: number): number {
  let at = text.indexOf('"', from + 1);
  while (at >= 0 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
  if (at < 0) throw new Problem('invalid', 'a quote in the file is never closed');
  return at;
}
