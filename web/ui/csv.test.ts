import { describe, expect, test } from 'vitest';
import { toCsv } from './csv.ts';

/**
 * Goal: what a person exports opens in a spreadsheet as it was seen, and runs nothing.
 * Method: a table of cells with the text RFC 4180 asks for, worked out by hand.
 */
describe('toCsv', () => {
  test.each([
    ['a plain text is left alone', '广州', '广州'],
    ['a comma is quoted', 'a,b', '"a,b"'],
    ['a quote is doubled', 'say "no"', '"say ""no"""'],
    ['a line break is quoted', 'a\nb', '"a\nb"'],
    ['a formula is disarmed', '=1+1', "'=1+1"],
    ['a hidden formula is disarmed and quoted', '@SUM(1,2)', `"'@SUM(1,2)"`],
    ['a negative number stays a number', -4.2, '-4.2'],
    ['zero is not nothing', 0, '0'],
    ['nothing is empty', undefined, ''],
    ['a time is ISO', new Date(0), '1970-01-01T00:00:00.000Z'],
  ] as const)('%s', (_name, cell, expected) => {
    expect(toCsv(['x'], [[cell]])).toBe(`\uFEFFx\r\n${expected}\r\n`);
  });
});
