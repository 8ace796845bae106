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
