import { expect, test } from 'vitest';
import { marksOf } from './sql-marks.ts';

/** Goal: the mark is on the word that is wrong. Method: messages of the engine as they come. */
test.each([
  ['select id\nfrom person wher x', 'Syntax error: failed at position 24 (line 2, col 13): wher x', 'wher'],
  ['select patiant from person', 'Unknown expression identifier `patiant` in scope SELECT', 'patiant'],
  ["select id\nfrom file('/etc/passwd')", 'this may not be used here: the table function file', 'file'],
  ['select sleep(1)', 'this may not be used here: the function sleep', 'sleep'],
  ['select 1', 'the question takes too long', undefined],
])('%s', (text, message, marked) => {
  const [mark] = marksOf(text, { message: 'x', issues: [{ severity: 'error', code: 'invalid', message }] });
  const word = mark === undefined ? undefined : text.slice(mark.from, mark.to);
  expect(word).toBe(marked);
});
