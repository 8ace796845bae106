import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { all, any, identifier, isId, join, marked, sql } from './index.ts';

/**
 * Goal: whatever is put into a query stays a value.
 * Method: examples of the numbering; then nested queries of any shape must carry as many values as
 * placeholders, numbered from 1 without a gap.
 */
describe('sql', () => {
  test('numbers values through nested pieces', () => {
    const inner = sql`a = ${1} and b = ${'x'}`;
    const query = sql`select * from t where ${inner} and c = ${2} and ${inner}`;
    expect(query.text).toBe('select * from t where a = $1 and b = $2 and c = $3 and a = $4 and b = $5');
    expect(query.values).toEqual([1, 'x', 2, 1, 'x']);
  });

  test('no term is true under all and false under any', () => {
    expect([all([]).text, any([]).text]).toEqual(['true', 'false']);
  });

  test("a uuid is compared as one, so that its index serves; what is none is nobody's", () => {
    const id = '14bf6806-122b-4d68-99fc-cceda12c513a';
    const found = sql`select 1 from t where ${isId(sql`t.id`, id)}`;
    expect([found.text, found.values]).toEqual(['select 1 from t where t.id = $1::uuid', [id]]);
    for (const none of ['', 'nobody', id.toUpperCase(), `${id} `, `${id}'`, id.slice(1)])
      expect(isId(sql`t.id`, none).text).toBe('false');
  });

  test('a name cannot leave its quotes', () => {
    expect(identifier('a.b"; drop table c').text).toBe('"a"."b""; drop table c"');
  });

  test('what is said of a piece is said of every query that it becomes part of', () => {
    const piece = marked(sql`a = ${1}`, 'secret');
    const query = sql`select ${join([all([any([piece]), sql`b`]), sql`c`])} from t`;
    expect(query.marks).toEqual(['secret']);
    expect(query.text).toBe('select ((a = $1) and b), c from t');
    expect(sql`select ${1}`.marks).toEqual([]);
  });

  test('text that looks like SQL or a placeholder stays a value', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 30 }), (texts) => {
        const query = join(texts.map((text) => sql`(${text} = ${sql`lower(${text})`})`));
        const numbers = [...query.text.matchAll(/\$(\d+)/g)].map((match) => Number(match[1]));
        expect(numbers).toEqual(query.values.map((_, index) => index + 1));
        expect(query.values).toEqual(texts.flatMap((text) => [text, text]));
      }),
    );
  });
});
