import { execFileSync } from 'node:child_process';
import { execPath } from 'node:process';
import { expect, test } from 'vitest';
import { mistakeIn } from './bench.ts';

/** Goal: a mistyped option starts no bench. */
test.each([
  [[], undefined],
  [['--rows', '3m', '--lean'], undefined],
  [['--lean', '--rows', '3m'], undefined],
  [['--row', '3m'], 'there is no option --row'],
  [['3m'], 'there is no option 3m'],
  [['--rows'], '--rows needs a value, e.g. 10m'],
  [['--rows', '--lean'], '--rows needs a value, e.g. 10m'],
])('%j: %s', (args, mistake) => {
  expect(mistakeIn(args, '[--rows 10m] [--lean]')).toBe(mistake);
});

test('without a name all benches are listed', () => {
  const { pathname } = new URL('main.ts', import.meta.url);
  expect(() => execFileSync(execPath, [pathname, '--help'], { stdio: 'pipe' })).not.toThrow();
});
