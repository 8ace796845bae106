import { describe, expect, test } from 'vitest';
import { mean, Random, variance } from '#standards/statistics';
import { curveOf, type IntervalShape } from './interval-curves.ts';
import { fitOnsetPairs, type OnsetPair } from './onset-pairs.ts';

const SHAPES: { shape: IntervalShape; parameters: [number, number] }[] = [
  { shape: 'gamma', parameters: [4, 1.5] },
  { shape: 'weibull', parameters: [2, 6] },
  { shape: 'log-normal', parameters: [1.6, 0.4] },
];

describe('distributions of intervals', () => {
  test.each(SHAPES)(
    '$shape: density, distribution and its area are each the slope of the next',
    ({ shape, parameters }) => {
      for (const shifted of [false, true]) {
        const curve = curveOf(shape, parameters, shifted);
        const area = (days: number) => curve.area(days, curve.cdf(days));
        for (const days of [1.5, 3, 6, 12]) {
          const h = 1e-4;
          expect((curve.cdf(days + h) - curve.cdf(days - h)) / (2 * h)).toBeCloseTo(
            Math.exp(curve.logDensity(days)),
            6,
          );
          expect((area(days + h) - area(days - h)) / (2 * h)).toBeCloseTo(curve.cdf(days), 6);
          expect(curve.quantile(curve.cdf(days))).toBeCloseTo(days, 9);
        }
        expect(area(shifted ? 1 : 0)).toBe(0);
      }
    },
  );
});

/** Days of illness known as whole days: a day from its beginning to its end. */
function drawPairs(count: number, random: Random): OnsetPair[] {
  return Array.from({ length: count }, () => {
    const ill = 10 * random.next();
    const next = ill + random.gamma(4, 1 / 1.5);
    const day = (time: number) => ({ from: Math.floor(time), to: Math.floor(time) + 1 });
    return { infector: day(ill), infected: day(next) };
  });
}

describe('serial intervals from pairs of cases', () => {
  const pairs = drawPairs(300, new Random(5));
  const options = { shape: 'gamma', samples: 300, burnIn: 500, thinning: 20, seed: 2 } as const;
  const fit = fitOnsetPairs(pairs, options);

  test('find the mean and sd from which the pairs were drawn', () => {
    const means = fit.parameters.map(([shape, scale]) => shape * scale);
    const sds = fit.parameters.map(([shape, scale]) => Math.sqrt(shape) * scale);
    expect(Math.abs(mean(means) - 6)).toBeLessThan(4 * Math.sqrt(variance(means)));
    expect(Math.abs(mean(sds) - 3)).toBeLessThan(4 * Math.sqrt(variance(sds)));
    // About sd / sqrt(n), little of which the censoring takes.
    expect(Math.sqrt(variance(means)) / (3 / Math.sqrt(300))).toBeGreaterThan(0.8);
    expect(Math.sqrt(variance(means)) / (3 / Math.sqrt(300))).toBeLessThan(1.3);
    expect(fit.converged).toBe(true);
  });

  test('are distributions over whole days with none for the same day', () => {
    for (const interval of fit.intervals) {
      expect(interval[0]).toBe(0);
      expect(interval.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 12);
    }
  });

  test('do not depend on the order of the pairs or on the calendar, and are the same for the same seed', () => {
    const moved = new Random(1).shuffle(
      pairs.map(({ infector, infected }) => ({
        infector: { from: infector.from + 100, to: infector.to + 100 },
        infected: { from: infected.from + 100, to: infected.to + 100 },
      })),
    );
    const again = fitOnsetPairs(moved, options).parameters;
    for (const [at, [shape, scale]] of fit.parameters.entries()) {
      expect(again[at]![0]).toBeCloseTo(shape, 6);
      expect(again[at]![1]).toBeCloseTo(scale, 6);
    }
  });

  test('are the shifted distribution when all is a day longer', () => {
    const longer = pairs.map(({ infector, infected }) => ({
      infector,
      infected: { from: infected.from + 1, to: infected.to + 1 },
    }));
    const shifted = fitOnsetPairs(longer, { ...options, shifted: true });
    expect(mean(shifted.parameters.map(([shape]) => shape))).toBeCloseTo(
      mean(fit.parameters.map(([shape]) => shape)),
      6,
    );
  });

  test('come from days known exactly on one side or both, by each shape', () => {
    const random = new Random(9);
    const mixed = drawPairs(150, random).map(({ infector, infected }, at): OnsetPair => {
      const known = (days: { from: number; to: number }) => ({ from: days.to, to: days.to });
      if (at % 3 === 0) return { infector: known(infector), infected: { from: infected.to, to: infected.to + 1 } };
      return at % 3 === 1
        ? { infector: known(infector), infected: known({ ...infected, to: infected.to + 1 }) }
        : { infector, infected };
    });
    for (const shape of ['gamma', 'weibull', 'log-normal'] as const) {
      const { intervals, converged } = fitOnsetPairs(mixed, { ...options, shape });
      const means = intervals.map((interval) => interval.reduce((sum, each, day) => sum + day * each, 0));
      expect(mean(means)).toBeGreaterThan(5.3);
      expect(mean(means)).toBeLessThan(7.5);
      expect(converged).toBe(true);
    }
  });

  const at = (from: number, to: number) => ({ from, to });
  test.each([[[]], [[{ infector: at(3, 2), infected: at(4, 5) }]], [[{ infector: at(3, 4), infected: at(1, 3) }]]])(
    'refuses %j',
    (given) => {
      expect(() => fitOnsetPairs(given, { shape: 'gamma' })).toThrow(RangeError);
    },
  );
});
