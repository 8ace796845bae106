import { describe, expect, test } from 'vitest';
import { Random } from '#standards/statistics';
import { curveSummary } from './curve.ts';
import { growth, reproductionOfGrowth } from './growth.ts';

describe('growth', () => {
  const doubling = Array.from({ length: 12 }, (_, day) => 8 * 2 ** (day / 3));

  test('of cases that double every three days is that, and halving is never', () => {
    const found = growth(doubling, { from: 0, to: 11 });
    expect(found.rate.value).toBeCloseTo(Math.LN2 / 3, 8);
    expect(found.doubling.value).toBeCloseTo(3, 7);
    expect(found.doubling.low).toBeLessThan(3);
    expect(found.doubling.high).toBeGreaterThan(3);
    expect(found.halving).toEqual({ value: Infinity, low: Infinity, high: Infinity });
    expect(found.fitted[11]).toBeCloseTo(doubling[11]!, 5);
    expect(found.dispersion).toBe(1);
  });

  test('turned round in time is a decline of the same rate', () => {
    const forward = growth(doubling, { from: 2, to: 9 });
    const back = growth([...doubling].reverse(), { from: 2, to: 9 });
    expect(back.rate.value).toBeCloseTo(-forward.rate.value, 9);
    expect(back.halving.low).toBeCloseTo(forward.doubling.low, 6);
  });

  test('does not look outside its window, and leaves out days that are not known', () => {
    const other = doubling.map((count, day) => (day < 3 ? 500 : day === 6 ? Number.NaN : count));
    expect(growth(other, { from: 3, to: 11 }).rate.value).toBeCloseTo(Math.LN2 / 3, 8);
  });

  test('that cannot be told from none may take for ever', () => {
    const { doubling: days, halving } = growth([5, 7, 4, 6, 8, 5, 6], { from: 0, to: 6 });
    expect(days.high).toBe(Infinity);
    expect(halving.high).toBe(Infinity);
    expect(days.low).toBeGreaterThan(0);
  });

  /** Method: 2,000 negative binomial epidemics of known growth; 95 % within four standard errors, and one in a hundred for counts being whole. */
  test('its interval covers the true rate', () => {
    const random = new Random(42);
    const runs = 2000;
    let covered = 0;
    for (let run = 0; run < runs; run += 1) {
      const cases = Array.from({ length: 21 }, (_, day) => {
        const mean = 40 * Math.exp(0.05 * day);
        // Variance twice the mean.
        return random.poisson(random.gamma(mean, 1));
      });
      const { low, high } = growth(cases, { from: 0, to: 20 }).rate;
      if (low <= 0.05 && high >= 0.05) covered += 1;
    }
    expect(Math.abs(covered / runs - 0.95)).toBeLessThan(4 * Math.sqrt((0.95 * 0.05) / runs) + 0.01);
  });

  test.each([
    [[1, 2], { from: 0, to: 1 }, 0.95],
    [[0, 0, 5, 0], { from: 0, to: 3 }, 0.95],
    [[1, 2, 3], { from: 0, to: 2 }, 1],
  ])('refuses %j in %j with %d', (cases, window, confidence) => {
    expect(() => growth(cases, window, confidence)).toThrow(RangeError);
  });

  test('goes with a reproduction number that brings it about', () => {
    const interval = [0, 0.3, 0.4, 0.3];
    expect(reproductionOfGrowth(0, interval)).toBeCloseTo(1, 12);
    const reproduction = reproductionOfGrowth(0.1, interval);
    // Cases that grow by 0.1 a day satisfy the renewal equation with it.
    const renewed = interval.reduce((sum, share, age) => sum + reproduction * share * Math.exp(0.1 * (10 - age)), 0);
    expect(renewed).toBeCloseTo(Math.exp(1), 10);
  });
});

describe('an epidemic curve', () => {
  test('is summed up in figures', () => {
    const summary = curveSummary([0, 0, 1, 0, 3, 6, 6, 2, 1, 0, 1, 0, 0])!;
    expect(summary).toMatchObject({
      cases: 20,
      first: 2,
      last: 10,
      peak: { day: 5, cases: 6 },
      quartiles: [5, 5, 6],
      quiet: 2,
      smoothedPeak: { day: 8, cases: 19 / 7 },
    });
    expect(summary.cumulated.at(-1)).toBe(20);
    expect(summary.smoothed[3]).toBe(1 / 4);
  });

  test('without a case has no summary, and with unknown counts none is given', () => {
    expect(curveSummary([0, 0])).toBeUndefined();
    expect(() => curveSummary([1, Number.NaN])).toThrow(RangeError);
  });
});
