import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { barStep, binsOf, roundingOf, tellable } from './groups.ts';

/**
 * Goal: no small group is told, neither openly nor by subtraction.
 * Method: random groups; what is hidden must be nobody, or at least as many persons as a told group has.
 */
describe('what may be told', () => {
  test('what is hidden cannot be found by subtracting', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(60), { maxLength: 30 }), fc.integer({ min: 1, max: 20 }), (sizes, smallest) => {
        const groups = sizes.map((persons, at) => ({ key: at, persons }));
        const { groups: told, hidden } = tellable(groups, smallest);
        expect(told.length + hidden).toBe(groups.length);
        expect(told.every(({ persons }) => persons >= smallest)).toBe(true);
        const unseen = groups.filter((group) => !told.includes(group)).reduce((sum, { persons }) => sum + persons, 0);
        expect(unseen === 0 || unseen >= smallest || told.length === 0).toBe(true);
      }),
    );
  });

  test('bars hold all results that may be told, each enough persons, in order without gaps', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ persons: fc.integer({ min: 1, max: 40 }), more: fc.nat(5) }), {
          minLength: 1,
          maxLength: 40,
        }),
        fc.integer({ min: 1, max: 12 }),
        (bars, smallest) => {
          const counted = bars.map(({ persons, more }, bin) => ({ bin, persons, results: persons + more }));
          const bins = binsOf(counted, { from: 0, step: 1, smallest });
          const all = counted.reduce((sum, { results }) => sum + results, 0);
          const told = bins.reduce((sum, { results }) => sum + results, 0);
          expect(told === all || bins.length === 0 || told < all).toBe(true);
          for (const bin of bins) {
            const inside = counted.filter((each) => each.bin >= bin.low && each.bin < bin.high);
            expect(Math.max(...inside.map(({ persons }) => persons))).toBeGreaterThanOrEqual(smallest);
            expect(inside.reduce((sum, { results }) => sum + results, 0)).toBe(bin.results);
          }
          for (const [at, bin] of bins.slice(1).entries()) expect(bin.low).toBe(bins[at]!.high);
        },
      ),
    );
  });

  test('a last small bar goes into the one before, not away', () => {
    const counted = [
      { bin: 0, persons: 20, results: 25 },
      { bin: 1, persons: 2, results: 3 },
    ];
    expect(binsOf(counted, { from: 10, step: 5, smallest: 10 })).toEqual([{ low: 10, high: 20, results: 28 }]);
  });

  test.each([
    [130, 150, 0.1, 0.5],
    [0, 480, 1, 10],
    [3.5, 3.5, 0.1, 0.1],
    [1, 2, 0, 0.05],
    [12, 31, 1, 1],
  ])('bars from %d to %d of values rounded to %d are %d wide', (low, high, rounding, step) => {
    expect(barStep(low, high, rounding)).toBeCloseTo(step, 9);
  });

  test('rounding is found from the gaps', () => {
    expect(roundingOf(Array.from({ length: 40 }, (_, at) => 4 + at / 10))).toBeCloseTo(0.1, 9);
    expect(roundingOf([1, 2, 4, 5, 8, 9])).toBe(1);
    expect(roundingOf([5])).toBe(0);
  });
});
