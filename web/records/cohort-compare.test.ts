import { describe, expect, test } from 'vitest';
import type { CohortCounts } from '../../src/modules/records/model.ts';
import { compare, standardisedDifference } from './cohort-compare.ts';

const counts = (
  everybody: CohortCounts['everybody'],
  ages: CohortCounts['ages'],
  places: CohortCounts['places'] = [],
): CohortCounts => ({
  reach: 'population',
  smallest: 10,
  everybody,
  steps: [],
  ages,
  places,
  months: [],
  today: '2026-11-23',
  tookMs: 1,
});

/**
 * Goal: two cohorts are compared by what is told of them, and by nothing else.
 * Method: differences worked out by hand; groups that one of the two does not tell.
 */
describe('compare', () => {
  test.each([
    // (0.5 - 0.2) / sqrt((0.25 + 0.16) / 2)
    [0.5, 0.2, 0.6626],
    [0.2, 0.5, -0.6626],
    [0.3, 0.3, 0],
    [1, 1, 0],
  ])('shares of %d and %d lie %d apart', (one, other, expected) => {
    expect(standardisedDifference(one, other)).toBeCloseTo(expected, 4);
  });

  test.each([
    [1, 0],
    [undefined, 0.5],
    [0.5, undefined],
  ])('%s and %s have no spread to measure by', (one, other) => {
    expect(standardisedDifference(one, other)).toBeUndefined();
  });

  test('sexes and ages are added up from the groups that are told', () => {
    const one = counts(50, [
      { sex: 'female', from: 40, persons: 30 },
      { sex: 'male', from: 40, persons: 10 },
      { sex: 'female', from: null, persons: 10 },
    ]);
    const other = counts(20, [{ sex: 'female', from: 30, persons: 20 }]);
    expect(compare(one, other)).toMatchObject([
      { part: 'sex', key: 'female', one: { persons: 40, share: 0.8 }, other: { persons: 20, share: 1 } },
      { part: 'sex', key: 'male', one: { persons: 10, share: 0.2 }, other: {} },
      { part: 'age', key: '30', one: {}, other: { persons: 20, share: 1 } },
      { part: 'age', key: '40', one: { persons: 40, share: 0.8 }, other: {} },
      { part: 'age', key: 'unknown', one: { persons: 10, share: 0.2 }, other: {} },
    ]);
  });

  test('a sum of which much is not told is not told: one group of 10 does not stand for 40 persons', () => {
    const one = counts(40, [{ sex: 'female', from: 50, persons: 10 }], [{ code: '4401', persons: 20 }]);
    const other = counts(100, [{ sex: 'female', from: 50, persons: 100 }], [{ code: '4401', persons: 20 }]);
    const rows = compare(one, other);
    expect(rows.map(({ part, one: { share } }) => [part, share])).toEqual([
      ['sex', undefined],
      ['age', undefined],
      ['place', 0.5],
    ]);
    expect(rows.map(({ standardised }) => standardised !== undefined)).toEqual([false, false, true]);
  });

  test('where counts are exact, a group that is not there is nobody', () => {
    const { smallest: _, ...exact } = counts(10, [{ sex: 'male', from: 40, persons: 10 }]);
    const { smallest: __, ...others } = counts(10, [{ sex: 'female', from: 40, persons: 10 }]);
    expect(compare(exact, others)[0]).toMatchObject({
      key: 'male',
      one: { share: 1 },
      other: { persons: 0, share: 0 },
    });
  });

  test('a cohort too small to be told has no shares', () => {
    const rows = compare(counts('few', []), counts(100, [], [{ code: '4401', persons: 100 }]));
    expect(rows).toEqual([{ part: 'place', key: '4401', one: {}, other: { persons: 100, share: 1 } }]);
  });

  test('of many places those with the greatest share in either are shown', () => {
    const places = Array.from({ length: 20 }, (_, at) => ({ code: String(at), persons: 10 + at }));
    const rows = compare(counts(400, [], places), counts(100, [], [{ code: '0', persons: 100 }]));
    expect(rows.map(({ key }) => key).slice(0, 3)).toEqual(['0', '19', '18']);
    expect(rows).toHaveLength(8);
  });
});
