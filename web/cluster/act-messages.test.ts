import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { actWords } from './act-messages.ts';

/**
 * Goal: no act of this module stands in the audit trail under its bare name.
 * Method: every act that the module's sources record, found in their text; where a state is part of the name, a word for its beginning.
 */
describe('acts in words', () => {
  const words = Object.keys(actWords.en['acts'] as object);
  const sources = globSync('src/modules/cluster/actions/**/*.ts').filter((file) => !file.endsWith('.test.ts'));
  const acts = sources.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/\bact:([^\n]*\n?[^\n]*)/g)].flatMap(([, text = '']) =>
      [...text.replace(/type: '[^']*'/g, '').matchAll(/['`]cluster\.([a-z-]+)(\$)?/g)].map(([, act = '', isOpen]) => ({
        act,
        isOpen: isOpen !== undefined,
      })),
    ),
  );

  test('the sources are read', () => expect(acts.length).toBeGreaterThan(60));

  test.each([...new Map(acts.map((each) => [each.act, each])).values()])('$act has a word', ({ act, isOpen }) => {
    expect(isOpen ? words.some((word) => word.startsWith(act)) : words.includes(act)).toBe(true);
  });
});
