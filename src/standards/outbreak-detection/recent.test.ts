import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normal, poisson, Random, student } from '#standards/statistics';
import { bayes } from './bayes.ts';
import { cdc } from './cdc.ts';
import { ears } from './ears.ts';
import { rki } from './rki.ts';

const WEEK = Float64Array.from([3, 5, 4, 6, 2, 4, 4]);

/**
 * Goal: bounds from the counts of before are the published ones.
 * Method: small cases worked by hand; then what a rule must keep on random counts; then how often it errs where nothing happens, from its seed.
 */
describe('EARS', () => {
  test('C1 is mean and standard deviation of the seven before', () => {
    const { bound, alarm } = ears(Float64Array.from([...WEEK, 9]), [7], { alpha: 0.025 });
    // Mean 4, squares 1 + 1 + 0 + 4 + 4 + 0 + 0 = 10 over 6.
    expect(bound[0]).toBeCloseTo(4 + 1.959963984540054 * Math.sqrt(10 / 6), 12);
    expect(alarm).toEqual([true]);
  });

  test('C2 leaves two out', () => {
    const { bound } = ears(Float64Array.from([...WEEK, 50, 60, 9]), [9], { method: 'C2', alpha: 0.025 });
    expect(bound[0]).toBeCloseTo(4 + 1.959963984540054 * Math.sqrt(10 / 6), 12);
  });

  test('C3 of equal counts with a least deviation is the count and z deviations more', () => {
    const counts = new Float64Array(20).fill(4);
    expect(ears(counts, [12], { method: 'C3', minSigma: 0.5, alpha: 0.025 }).bound[0]).toBeCloseTo(4.979981992, 8);
  });

  test('C3 gives alarm when the days before stood out, though the last one does not', () => {
    const counts = Float64Array.from([...WEEK, 4, 4, 12, 12, 4, 4]);
    expect(ears(counts, [11], { method: 'C3' }).alarm).toEqual([true]);
    expect(ears(counts, [11], { method: 'C2', alpha: 0.025 }).alarm).toEqual([false]);
  });

  test.each(['C1', 'C2', 'C3'] as const)('%s: another unit gives the bound in that unit', (method) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.double({ min: 0.1, max: 50, noNaN: true }), (seed, factor) => {
        const random = new Random(seed);
        const counts = Float64Array.from({ length: 12 }, () => 1 + random.poisson(6));
        const [one, two] = [counts, counts.map((count) => count * factor)].map((each) => ears(each, [11], { method }));
        expect(two!.bound[0]! / factor).toBeCloseTo(one!.bound[0]!, 8);
      }),
    );
  });

  test('of a missing count before nothing can be said', () => {
    const counts = Float64Array.from([...WEEK, 9]);
    counts[3] = Number.NaN;
    expect(ears(counts, [7]).alarm).toEqual([undefined]);
  });

  test.each([
    [{ baseline: 2 }, /at least 3/],
    [{ minSigma: -1 }, /deviation/],
    [{ method: 'C2' }, /too few/],
  ] as const)('refuses %o', (options, reason) => {
    expect(() => ears(Float64Array.from([...WEEK, 9]), [7], options)).toThrow(reason);
  });

  /** The rule takes the normal quantile though it estimates both moments from seven counts: it errs as often as Student's distribution tells, 13 times as often as alpha 0.001 says. */
  test.each([0.001, 0.05])('false alarms at alpha %d are those of seven normal counts', (alpha) => {
    const random = new Random(9);
    const rounds = 20_000;
    let alarms = 0;
    for (let round = 0; round < rounds; round += 1)
      alarms += Number(
        ears(
          Float64Array.from({ length: 8 }, () => random.normal(100, 10)),
          [7],
          { alpha },
        ).alarm[0],
      );
    const z = normal.quantile(alpha, 0, 1, { upper: true });
    const expected = student.cdf(z / Math.sqrt(1 + 1 / 7), 6, { upper: true });
    expect(Math.abs(alarms / rounds - expected)).toBeLessThan(4 * Math.sqrt((expected * (1 - expected)) / rounds));
  });
});

const past = { years: 2, halfWidth: 3, thisYear: true, frequency: 52 };

describe('Bayes', () => {
  test('no case in the past: the bound of a negative binomial count of size a half', () => {
    // P(0) = sqrt(17/18) = 0.9718.
    expect(bayes(new Float64Array(120), [119], { ...past, alpha: 0.05 }).bound[0]).toBe(0);
    expect(bayes(new Float64Array(120), [119], { ...past, alpha: 0.02 }).bound[0]).toBe(1);
  });

  test('with much past it is the Poisson bound of the mean', () => {
    const counts = new Float64Array(3000).fill(9);
    const { bound } = bayes(counts, [2999], { years: 50, halfWidth: 20, thisYear: true, frequency: 52 });
    expect(bound[0]).toBe(poisson.quantile(0.95, 9));
  });

  test('missing counts are left out', () => {
    const counts = new Float64Array(120).fill(5);
    const whole = bayes(counts, [119], { ...past, years: 1 }).bound[0]!;
    counts[118] = Number.NaN;
    expect(bayes(counts, [119], { ...past, years: 1 }).bound[0]).toBeGreaterThanOrEqual(whole);
    expect(() => bayes(counts.fill(Number.NaN), [119], past)).toThrow('no count');
  });

  test('false alarms stay below alpha', () => {
    const random = new Random(4);
    let alarms = 0;
    for (let round = 0; round < 5000; round += 1)
      alarms += Number(
        bayes(
          Float64Array.from({ length: 7 }, () => random.poisson(6)),
          [6],
          { years: 0, halfWidth: 6, thisYear: true, frequency: 52 },
        ).alarm[0],
      );
    expect(alarms / 5000).toBeLessThan(0.05 + 3 * 0.0031);
  });
});

describe('RKI', () => {
  test.each([
    [0, 3.285],
    [4, 9.598],
    [20, 30.017],
  ])('a mean of %d has the tabled bound %d', (mean, bound) => {
    expect(rki(new Float64Array(120).fill(mean), [119], past).bound[0]).toBe(bound);
  });

  test('above 20 two standard deviations', () => {
    const counts = Float64Array.from({ length: 120 }, (_, at) => (at % 2 === 0 ? 24 : 26));
    const { bound } = rki(counts, [118], { years: 0, halfWidth: 4, thisYear: true, frequency: 52 });
    expect(bound[0]).toBeCloseTo(25 + 2 * Math.sqrt(4 / 3), 12);
  });

  test.each([
    [{ ...past, years: 3 }, /too short/],
    [{ ...past, years: 0, thisYear: false }, /neither/],
    [{ ...past, frequency: 3, halfWidth: 3 }, /shorter than a year/],
  ])('refuses %o', (options, reason) => {
    expect(() => rki(new Float64Array(120), [119], options)).toThrow(reason);
  });
});

describe('CDC', () => {
  test('the months of years before, worked by hand', () => {
    // The months that end with the same week, the one before and the one after: 4, 8 and 12 cases; this month 40.
    const counts = new Float64Array(120);
    counts.fill(1, 59, 63).fill(2, 63, 67).fill(3, 67, 71).fill(10, 115, 119);
    const { bound, months, alarm } = cdc(counts, [118], { years: 1, months: 1, alpha: 0.05 });
    expect(bound[0]).toBeCloseTo(8 + 1.959963984540054 * 4 * Math.sqrt(1 + 1 / 3), 10);
    expect([months[0], alarm[0]]).toEqual([40, true]);
  });

  test('refuses a series that does not reach back', () => {
    expect(() => cdc(new Float64Array(60), [59], { years: 1 })).not.toThrow();
    expect(() => cdc(new Float64Array(60), [58], { years: 1 })).toThrow('too short');
  });
});
