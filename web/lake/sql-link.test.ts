import { expect, test } from 'vitest';
import { fromHash, toHash } from './sql-link.ts';

/** Goal: a link opens the question that it was made of, whatever stands in it. */
test.each([
  ['select 1', {}],
  [
    "select '50 % & more #1+1=:x' -- 糖化血红蛋白\nfrom person",
    { x: { type: 'dateTime', text: '2026-01-31T08:00:00+08:00' } },
  ],
  ['select :a, :b', { a: { type: 'string', text: '' }, b: { type: 'string', text: 'two\nlines: three' } }],
])('%s comes back from its link', (text, typed) => {
  expect(fromHash(new URL(`/lake/sql${toHash(text, typed)}`, 'http://one.example').hash)).toEqual({ text, typed });
});

test.each(['', '#', '#other=1'])('%s carries no question', (hash) => {
  expect(fromHash(hash)).toBeUndefined();
});

test('what a hand spoiled in a link is left out', () => {
  expect(fromHash('#sql=select+1&value=nonsense')).toEqual({ text: 'select 1', typed: {} });
});
