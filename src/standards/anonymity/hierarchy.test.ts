import { describe, expect, test } from 'vitest';
import {
  dateHierarchy,
  flatHierarchy,
  type Hierarchy,
  intervalHierarchy,
  ladderOf,
  makeHierarchy,
  maskHierarchy,
  parseHierarchy,
  placeHierarchy,
} from './index.ts';

/**
 * Goal: hierarchies are what their builders promise, and what is no tree is refused.
 * Method: one path of each, written by hand; then wrong ones.
 */
describe('a hierarchy', () => {
  test.each<[string, Hierarchy, string, string[]]>([
    ['read from a file', parseHierarchy('34;30-39;*\r\n41;40-49;*\n'), '41', ['40-49', '*']],
    ['of none', flatHierarchy(['a', 'b']), 'b', ['*']],
    ['of intervals', intervalHierarchy(['34', '7'], [5, 10, 20]), '34', ['30-34', '30-39', '20-39', '*']],
    ['of intervals below 0', intervalHierarchy(['-3'], [5]), '-3', ['-5--1', '*']],
    ['of dates', dateHierarchy(['1987-04-30']), '1987-04-30', ['1987-04', '1987', '1980s', '*']],
    ['of masks', maskHierarchy(['51000', '52']), '51000', ['5100*', '510**', '51***', '5****', '*']],
    ['of places', placeHierarchy(['440305'], [4, 2]), '440305', ['4403', '44', '*']],
  ])('%s', (_, hierarchy, value, path) => {
    expect(hierarchy.paths.get(value)).toEqual([value, ...path]);
    expect(hierarchy.height).toBe(path.length + 1);
  });

  test.each<[string, () => unknown, string]>([
    [
      'with two parents',
      () =>
        makeHierarchy([
          ['a', 'x', '*'],
          ['b', 'x', 'y'],
        ]),
      'two generalisations',
    ],
    ['with a short line', () => parseHierarchy('a;*\nb'), 'same number of levels'],
    ['of intervals that do not nest', () => intervalHierarchy(['1'], [5, 12]), 'multiple'],
    ['of intervals of words', () => intervalHierarchy(['one'], [5]), 'numbers'],
    ['of dates otherwise written', () => dateHierarchy(['30.4.1987']), 'YYYY-MM-DD'],
    ['of places that widen', () => placeHierarchy(['440305'], [2, 4]), 'smaller'],
    [
      'that lacks a value',
      () =>
        ladderOf({
          name: 'age',
          role: 'quasi',
          dictionary: ['7'],
          codes: Uint8Array.of(0),
          hierarchy: flatHierarchy(['8']),
        }),
      'not in its hierarchy',
    ],
  ])('%s is refused', (_, make, reason) => {
    expect(make).toThrow(reason);
  });

  test('counts the leaves of the whole tree, also of values that the column lacks', () => {
    const hierarchy = parseHierarchy('a;x;*\nb;x;*\nc;y;*');
    const { leaves, size, up, labels } = ladderOf({
      name: 'letter',
      role: 'quasi',
      dictionary: ['c', 'a'],
      codes: Uint8Array.of(0, 1),
      hierarchy,
    });
    expect({ size, leaves: leaves.map((each) => [...each]), up: up.map((each) => [...each]), labels }).toEqual({
      size: 3,
      leaves: [[1, 1], [1, 2], [3]],
      up: [
        [0, 1],
        [0, 1],
        [0, 0],
      ],
      labels: [['c', 'a'], ['y', 'x'], ['*']],
    });
  });
});
