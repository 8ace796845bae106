import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { COLUMNS, VIEWS_ZH } from './dictionary.ts';

const FOLDER = join(import.meta.dirname, '../../facts/views');
const views = readdirSync(FOLDER).map((file) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')));

interface Column {
  name: string;
  description?: string;
}

function columnsOf(node: unknown): Column[] {
  if (Array.isArray(node)) return node.flatMap(columnsOf);
  if (node === undefined) return [];
  const { column = [], select, unionAll } = node as { column?: Column[]; select?: unknown; unionAll?: unknown };
  return [...column, ...columnsOf(select), ...columnsOf(unionAll)];
}

/** Goal: nobody meets a view or a column that comes with Banyan without a word for it, in either language. */
test('every built-in view and column has words in both languages, and no word is left over', () => {
  const columns = views.flatMap(({ select }) => columnsOf(select));
  expect(columns.length).toBeGreaterThan(100);
  expect(Object.keys(VIEWS_ZH).sort()).toEqual(views.map(({ name }) => name).sort());
  expect(Object.keys(COLUMNS).sort()).toEqual([...new Set(columns.map(({ name }) => name))].sort());
  expect(columns.filter(({ name, description }) => (description ?? COLUMNS[name]?.en) === undefined)).toEqual([]);
});
