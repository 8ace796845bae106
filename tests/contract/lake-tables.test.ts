import { expect, test } from 'vitest';
import { LAKE_TABLES } from '../../src/hearers.ts';
import { TABLES_ZH } from '../../web/lake/dictionary.ts';

/** Goal: nobody meets a table or a column of a module without a word for it, in either language. */
test("every module's table and column in the lake has words in both languages, and no word is left over", () => {
  const english = LAKE_TABLES.map(({ name, title, description, columns }) => [
    name,
    title !== '' && description !== '',
    columns.map((column) => [column.name, (column.description ?? '') !== '']),
  ]);
  const chinese = LAKE_TABLES.map(({ name }) => [
    name,
    TABLES_ZH[name] !== undefined,
    Object.keys(TABLES_ZH[name]?.columns ?? {}).map((column) => [column, true]),
  ]);
  expect(english).toEqual(chinese);
  expect(Object.keys(TABLES_ZH).sort()).toEqual(LAKE_TABLES.map(({ name }) => name).sort());
});
