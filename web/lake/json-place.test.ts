import { describe, expect, test } from 'vitest';
import { placeOf, readJson } from './json-place.ts';

/**
 * Goal: an issue of the server is marked where its author can mend it.
 * Method: a text with every kind of value and sign that could mislead; the marked text is compared with what a person would mark.
 */
describe('placeOf', () => {
  const text = `{
  "resourceType": "ViewDefinition",
  "note": "a \\"quoted\\" , } ] { [ path",
  "select": [
    { "column": [{ "name": "id", "path": "getResourceKey()" }, {"name":"b","path" : "birthDate", "collection": true}] },
    { "forEach": "name", "nested": {"path": 12} }
  ]
}`;

  test.each([
    ['ViewDefinition.select[0].column[1].path', '"birthDate"'],
    ['ViewDefinition.select[0].column[1].collection', 'true'],
    ['ViewDefinition.select[0].column[0]', '{'],
    ['ViewDefinition.select[1].nested.path', '12'],
    ['ViewDefinition.note', '"a \\"quoted\\" , } ] { [ path"'],
    ['ViewDefinition.resourceType', '"ViewDefinition"'],
    // What is missing is told of its parent.
    ['ViewDefinition.select[1].column', '{'],
    ['ViewDefinition.select[7].column', '['],
    ['ViewDefinition', '{'],
  ])('%s is %s', (expression, marked) => {
    const { from, to } = placeOf(text, expression)!;
    expect(text.slice(from, to)).toBe(marked);
  });

  test('a missing element of a nested parent is told at that parent, not at the whole', () => {
    expect(placeOf(text, 'ViewDefinition.select[1].column')!.from).toBe(text.indexOf('{ "forEach"'));
  });

  test('a text that is cut off anywhere has a place within it, or none', () => {
    for (let end = 0; end <= text.length; end += 1) {
      const place = placeOf(text.slice(0, end), 'ViewDefinition.select[1].nested.path');
      expect(place!.from).toBeLessThanOrEqual(end);
    }
  });
});

describe('readJson', () => {
  test('tells the place of what is wrong', () => {
    const told = readJson('{\n  "a": 1,\n  b: 2\n}');
    expect(told).toMatchObject({ span: { from: 14, to: 15 } });
  });

  test.each(['', '[]', '"text"', '{'])('%s is no resource', (text) => {
    expect(readJson(text)).toHaveProperty('message');
  });
});
