import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sql } from '#kernel/sql';
import { testDatabase } from '../../../tests/support/postgres.ts';
import { hashText } from './hash.ts';

/**
 * Goal: a token made here and one made in SQL are the same number.
 * Method: PostgreSQL is the oracle, for texts of every length around the twelve-byte blocks and for random ones in any script.
 */
describe('hashText', async () => {
  const db = await testDatabase();

  test('is hashtextextended', async () => {
    const lengths = Array.from({ length: 40 }, (_, length) =>
      'x'.repeat(length).replace(/x/g, (_x, at) => String.fromCharCode(97 + (at % 26))),
    );
    const random = fc
      .sample(fc.string({ unit: 'grapheme', maxLength: 90 }), 500)
      .filter((text) => !text.includes('\0') && text.isWellFormed());
    const texts = [...lengths, '张三', 'code=http://loinc.org|718-7', ...random];
    const rows = await db.rows<{ hash: string }>(
      sql`select hashtextextended(text, 0)::text as hash from unnest(${texts}::text[]) with ordinality as given (text, place) order by place`,
    );
    expect(texts.map((text) => String(hashText(text)))).toEqual(rows.map((row) => row.hash));
  });
});
