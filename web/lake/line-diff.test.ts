import fc from 'fast-check';
import { expect, test } from 'vitest';
import { diffLines } from './line-diff.ts';

/** Goal: a difference tells both texts wholly, and no more changes than there are. */
test('each text is what is left without the other one’s lines', () => {
  const texts = fc.array(fc.constantFrom('a', 'b', 'c', '  d', ''), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(texts, texts, (old, fresh) => {
      const lines = diffLines(old.join('\n'), fresh.join('\n'));
      const without = (kind: string) => lines.filter((line) => line.kind !== kind).map(({ text }) => text);
      expect(without('added')).toEqual(old);
      expect(without('removed')).toEqual(fresh);
    }),
    { numRuns: 500 },
  );
});

test('a changed line is one removed and one added', () => {
  expect(diffLines('one\ntwo\nthree', 'one\n2\nthree').map(({ kind, text }) => `${kind} ${text}`)).toEqual([
    'same one',
    'removed two',
    'added 2',
    'same three',
  ]);
});

test('equal texts have no difference', () => {
  expect(diffLines('a\nb', 'a\nb').every(({ kind }) => kind === 'same')).toBe(true);
});
