import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { COLUMNS_ZH, VIEWS_ZH } from './dictionary.ts';

const FOLDER = join(import.meta.dirname, '../../facts/views');
const views = readdirSync(FOLDER).map((file) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')));

/** Goal: nobody who reads Chinese meets a view or a column that comes with Banyan without a word for it. */
test('every built-in view and column has a Chinese word, and no word is left over', () => {
  const columns = new Set(
    views.flatMap(({ select }) =>
      [...JSON.stringify(select).matchAll(/"name":"(\w+)","path"/g)].map(([, name]) => name),
    ),
  );
  expect(views.length).toBeGreaterThan(10);
  expect(Object.keys(VIEWS_ZH).sort()).toEqual(views.map(({ name }) => name).sort());
  expect(Object.keys(COLUMNS_ZH).sort()).toEqual([...columns].sort());
});
