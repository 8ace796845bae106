import { describe, expect, test } from 'vitest';
import { adjusted } from './multiple-testing.ts';
import { Random } from './random.ts';

const METHODS = Object.entries(adjusted);
const P = [
  0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1,
];

/**
 * Goal: p values are adjusted as R does it.
 * Method: R 4.2.2, p.adjust, on the p values of Benjamini and Hochberg 1995; then the closed testing that defines Hommel's procedure, worked out over all subsets; then what
 * any adjustment must keep.
 */
describe('adjusted p values', () => {
  test.each([
    ['bonferroni', [0.0015, 0.006, 0.0285, 0.1425, 0.3015, 0.417, 0.447, 0.516, 0.6885, 1, 1, 1, 1, 1, 1]],
    ['holm', [0.0015, 0.0056, 0.0247, 0.114, 0.2211, 0.278, 0.278, 0.278, 0.3213, 1, 1, 1, 1, 1, 1]],
    ['hochberg', [0.0015, 0.0056, 0.0247, 0.114, 0.2211, 0.2682, 0.2682, 0.2752, 0.3213, 1, 1, 1, 1, 1, 1]],
    ['hommel', [0.0015, 0.0056, 0.0247, 0.095, 0.1608, 0.1946, 0.2086, 0.2408, 0.3213, 1, 1, 1, 1, 1, 1]],
    [
      'benjaminiHochberg',
      [0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.0638571428571429, 0.0638571428571429, 0.0645, 0.0765],
    ],
    ['benjaminiYekutieli', [0.00497734348984349, 0.00995468697968698, 0.0315231754356754, 0.118211907883783]],
  ] as const)('by %s', (method, expected) => {
    adjusted[method](P)
      .subarray(0, expected.length)
      .forEach((found, at) => {
        expect(found).toBeCloseTo(expected[at]!, 13);
      });
  });

  test('Hommel is the closed test by Simes: the largest Simes p value of all sets that hold the hypothesis', () => {
    const random = new Random(5);
    for (let run = 0; run < 30; run += 1) {
      const p = Array.from({ length: 7 }, () => random.next() ** 3);
      const wanted = p.map((_, one) => {
        let highest = 0;
        for (let set = 0; set < 2 ** 7; set += 1) {
          if ((set & (1 << one)) === 0) continue;
          const inside = p.filter((_, at) => (set & (1 << at)) !== 0).sort((a, b) => a - b);
          highest = Math.max(highest, Math.min(...inside.map((each, at) => (each * inside.length) / (at + 1))));
        }
        return highest;
      });
      adjusted.hommel(p).forEach((found, at) => {
        expect(found).toBeCloseTo(wanted[at]!, 12);
      });
    }
  });

  test.each(METHODS)('%s keeps order and labels, passes NaN by, and never lowers a p value', (_, method) => {
    const random = new Random(6);
    const order = random.shuffle(P.map((_, at) => at));
    const straight = method(P);
    expect(method(order.map((at) => P[at]!))).toEqual(Float64Array.from(order, (at) => straight[at]!));
    expect(method([...P, Number.NaN])).toEqual(Float64Array.from([...straight, Number.NaN]));
    straight.forEach((found, at) => {
      expect(found).toBeGreaterThanOrEqual(P[at]!);
      expect(found).toBeLessThanOrEqual(1);
      if (at > 0) expect(found).toBeGreaterThanOrEqual(straight[at - 1]!);
    });
  });

  test.each(METHODS)('%s: tests that are not given are as p = 1', (_, method) => {
    const all = method([0.001, 0.02, 0.04, 1, 1]);
    expect(method([0.001, 0.02, 0.04], 5)).toEqual(all.subarray(0, 3));
    expect(method([0.3])).toEqual(Float64Array.of(0.3));
    expect(method([])).toEqual(new Float64Array());
    expect(() => method([0.1, 1.1])).toThrow(RangeError);
    expect(() => method([0.1, 0.2], 1)).toThrow(RangeError);
  });
});
