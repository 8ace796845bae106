import { createHash } from 'node:crypto';
import { Problem } from '#kernel/problem';
import { type Cell, type DataColumn, type DataSource, MOST_STUDY_ROWS, type StudyTable } from '../model.ts';

const MOST_COLUMNS = 100;
const MOST_LEVELS = 50;
const LONGEST_CELL = 1_000;
/** As R, SAS and spreadsheets write what is not there. */
const ABSENT = new Set(['', 'NA', 'N/A', 'NaN', 'null', 'NULL', '.', '#N/A']);
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * A table from CSV text (RFC 4180; a byte order mark, and semicolons or tabs instead of commas, are understood). A column is numbers where each of its values is one, else a
 * category; columns of free text (names, ids) are not kept.
 *
 * @throws Problem `invalid`, `too-large` with the line and how to mend it
 */
export function tableOf(text: string): { table: StudyTable; dropped: DataSource['dropped'] } {
  const [header = [], ...lines] = recordsOf(text);
  if (header.length < 2) throw new Problem('invalid', 'the first line names the columns: two at least', { line: 1 });
  if (header.length > MOST_COLUMNS)
    throw new Problem('too-large', 'the table has too many columns', { columns: header.length, most: MOST_COLUMNS });
  const names = header.map((name) => name.trim());
  const odd = names.findIndex((name, at) => name === '' || name.length > 200 || names.indexOf(name) !== at);
  if (odd >= 0) throw new Problem('invalid', 'each column has a name of its own', { column: odd + 1 });
  if (lines.length === 0) throw new Problem('invalid', 'the table has no row below the names of its columns');
  const short = lines.findIndex((line) => line.length !== names.length);
  if (short >= 0)
    throw new Problem('invalid', 'a line has another number of values than there are columns', {
      line: short + 2,
      values: lines[short]!.length,
      columns: names.length,
    });
  return describe(
    names,
    names.map((_, at) => lines.map((line) => line[at]!.trim())),
  );
}

/** Texts by column, as numbers and categories. */
export function describe(
  names: readonly string[],
  texts: readonly (readonly string[])[],
): { table: StudyTable; dropped: DataSource['dropped'] } {
  const columns: DataColumn[] = [];
  const values: Cell[][] = [];
  const dropped: DataSource['dropped'] = [];
  for (const [at, name] of names.entries()) {
    const cells = texts[at]!.map((cell) => (ABSENT.has(cell) ? null : cell));
    const known = cells.filter((cell) => cell !== null);
    const missing = cells.length - known.length;
    if (known.length === 0) {
      dropped.push({ name, why: 'empty' });
    } else if (known.every((cell) => NUMBER.test(cell))) {
      const numbers = cells.map((cell) => (cell === null ? null : Number(cell)));
      const present = numbers.filter((value) => value !== null);
      const range: [number, number] = [
        present.reduce((one, other) => Math.min(one, other)),
        present.reduce((one, other) => Math.max(one, other)),
      ];
      const distinct = new Set(present);
      const levels = distinct.size <= MOST_LEVELS ? [...distinct].sort((one, other) => one - other).map(String) : [];
      columns.push({ name, kind: 'number', missing, levels, range });
      values.push(numbers);
    } else {
      const counts = new Map<string, number>();
      for (const cell of known) counts.set(cell, (counts.get(cell) ?? 0) + 1);
      if (counts.size > MOST_LEVELS || known.some((cell) => cell.length > LONGEST_CELL)) {
        dropped.push({ name, why: 'text' });
        continue;
      }
      const levels = [...counts]
        .sort((one, other) => other[1] - one[1] || (one[0] < other[0] ? -1 : 1))
        .map(([level]) => level);
      columns.push({ name, kind: 'category', missing, levels });
      values.push(cells);
    }
  }
  return { table: { columns, values, rows: texts[0]?.length ?? 0 }, dropped };
}

/** SHA-256 of what the table holds. */
export function hashOf({ columns, values }: StudyTable): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify(columns.map(({ name, kind }) => [name, kind])));
  for (const column of values) hash.update(JSON.stringify(column));
  return hash.digest('hex');
}

/** RFC 4180. */
function recordsOf(text: string): string[][] {
  const body = text.replace(/^\uFEFF/, '');
  const first = body.slice(0, body.search(/[\r\n]|$/));
  const mark = [',', ';', '\t'].reduce((best, each) => (countOf(first, each) > countOf(first, best) ? each : best));
  const records: string[][] = [];
  let record: string[] = [];
  let cell = '';
  let quoted = false;
  const endRecord = (): void => {
    record.push(cell);
    cell = '';
    if (record.length > 1 || record[0]!.trim() !== '') records.push(record);
    record = [];
    if (records.length > MOST_STUDY_ROWS + 1)
      throw new Problem('too-large', 'the table has too many rows', { most: MOST_STUDY_ROWS });
  };
  for (let at = 0; at < body.length; at += 1) {
    const sign = body[at]!;
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (body[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (sign === '"' && cell === '') quoted = true;
    else if (sign === mark) {
      record.push(cell);
      cell = '';
    } else if (sign === '\n' || sign === '\r') {
      if (sign === '\r' && body[at + 1] === '\n') at += 1;
      endRecord();
    } else cell += sign;
  }
  if (quoted) throw new Problem('invalid', 'a quotation mark is not closed', { line: records.length + 1 });
  if (cell !== '' || record.length > 0) endRecord();
  return records;
}

function countOf(text: string, sign: string): number {
  return text.split(sign).length;
}
