import { Problem } from '#kernel/problem';
import type { CandidateColumn, Cell } from '../model.ts';

/** What a call asks of a table: rows whose cells are so, or lie between, and which of them. */
export interface TableQuestion {
  filters: { column: string; is: 'equal' | 'from' | 'to'; value: string }[];
  limit: number;
  offset: number;
}

const MOST_ROWS = 1_000;

/** `column=value`, `column.from=low`, `column.to=high`, `limit`, `offset`. @throws Problem `invalid` */
export function parseTableQuestion(query: Readonly<Record<string, string>>): TableQuestion {
  const { limit = '100', offset = '0', ...others } = query;
  const [most, from] = [Number(limit), Number(offset)];
  if (!(Number.isInteger(most) && most >= 1 && most <= MOST_ROWS))
    throw new Problem('invalid', 'limit is out of range', { most: MOST_ROWS });
  if (!(Number.isSafeInteger(from) && from >= 0)) throw new Problem('invalid', 'offset is out of range');
  const filters = Object.entries(others).map(([name, value]) => {
    const [, column, is] = /^(.*)\.(from|to)$/.exec(name) ?? [undefined, name, 'equal'];
    return { column: column as string, is: is as 'equal' | 'from' | 'to', value };
  });
  return { filters, limit: most, offset: from };
}

/** @throws Problem `invalid` where the table has no such column */
export function selectRows(
  { columns, rows }: { columns: CandidateColumn[]; rows: Cell[][] },
  { filters, limit, offset }: TableQuestion,
): { columns: CandidateColumn[]; rows: Cell[][]; total: number } {
  const tests = filters.map(({ column, is, value }) => {
    const at = columns.findIndex(({ name }) => name === column);
    if (at < 0) throw new Problem('invalid', 'there is no such column', { column });
    const isNumber = columns[at]?.type === 'integer' || columns[at]?.type === 'decimal';
    const wanted = isNumber ? Number(value) : value;
    if (Number.isNaN(wanted)) throw new Problem('invalid', 'a number is needed', { column });
    return (row: Cell[]) => {
      const cell = row[at];
      if (cell === null || cell === undefined) return false;
      const own = isNumber ? Number(cell) : String(cell);
      return is === 'equal' ? own === wanted : is === 'from' ? own >= wanted : own <= wanted;
    };
  });
  const found = rows.filter((row) => tests.every((test) => test(row)));
  return { columns, rows: found.slice(offset, offset + limit), total: found.length };
}
