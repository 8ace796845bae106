import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { glm, Random } from '#standards/statistics';
import { Farrington, type FarringtonOptions } from './farrington.ts';
import { farringtonClassic } from './farrington-classic.ts';
import { explainLatest, IMPROVED_FARRINGTON, judgeLatest } from './latest.ts';
import { reweight } from './reweight.ts';
import { SeasonFit } from './season-fit.ts';

const YEAR = 52;
const LENGTH = 5 * YEAR + 4;
const calendar = { length: LENGTH, frequency: YEAR };
const last = LENGTH - 1;

function season(at: number): number {
  return Math.exp(0.3 * Math.sin((2 * Math.PI * at) / YEAR));
}

function drawn(random: Random, mean: number, length = LENGTH): Float64Array {
  return Float64Array.from({ length }, (_, at) => random.poisson(mean * season(at)));
}

function judge(counts: Float64Array, options: FarringtonOptions, population?: Float64Array) {
  const farrington = new Farrington(options);
  const where = { length: counts.length, frequency: YEAR };
  return farrington.judge(
    { counts, calendar: where, population },
    counts.length - 1,
    farrington.baselineOf(where, counts.length - 1),
  )!;
}

const seeds = fc.integer({ min: 1, max: 1e6 });
const METHODS: FarringtonOptions[] = [
  {},
  { power: 'none', reweight: false, trend: false },
  { periods: 10, left: 26, threshold: 'nbPlugin' },
  { periods: 10, left: 26, threshold: 'muan', pThresholdTrend: 1 },
];

/**
 * Goal: the regression is the one that it says it is.
 * Method: the general regression of another room, which takes a matrix and knows nothing of seasons, on the same random points, weights and offsets.
 */
describe('the regression on seasons', () => {
  test.each([
    { trend: false, offset: false },
    { trend: true, offset: false },
    { trend: true, offset: true },
  ])('is the general one, with trend $trend and offset $offset', ({ trend, offset }) => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 6 }), (seed, seasons) => {
        const random = new Random(seed);
        const points = 12 * seasons;
        const fit = new SeasonFit(points, seasons);
        fit.points = points;
        for (let at = 0; at < points; at += 1) {
          fit.y[at] = random.poisson(3 + (at % 5));
          fit.time[at] = 200 + at + random.whole(3);
          fit.season[at] = at % seasons;
          fit.offset[at] = offset ? Math.log(900 + random.whole(200)) : 0;
          fit.prior[at] = 0.2 + random.next();
        }
        fit.fit(trend);
        const x = Array.from({ length: seasons }, (_, each) =>
          Float64Array.from(fit.season, (own) => Number(own === each)),
        );
        const general = glm({
          x: trend ? [...x, fit.time] : x,
          y: fit.y,
          family: 'quasipoisson',
          weights: fit.prior,
          offset: fit.offset,
        });
        expect(fit.converged).toBe(general.converged);
        expect(fit.df).toBe(general.df);
        expect(fit.dispersion).toBeCloseTo(general.dispersion, 8);
        if (trend) expect(fit.slope).toBeCloseTo(general.coefficients[seasons]!, 10);
        if (trend) expect(fit.slopeVariance).toBeCloseTo(general.covarianceUnscaled[seasons]![seasons]!, 10);
        for (let at = 0; at < points; at += 1) {
          expect(fit.mu[at]).toBeCloseTo(general.fitted[at]!, 8);
          expect(fit.leverageOf(at)).toBeCloseTo(general.hat[at]!, 8);
        }
      }),
      { numRuns: 25 },
    );
  });

  test('of no cases at all settles at nearly none', () => {
    const fit = new SeasonFit(30, 1);
    fit.points = 30;
    fit.prior.fill(1);
    fit.time.set(Array.from({ length: 30 }, (_, at) => at));
    fit.fit(false);
    expect(fit.converged).toBe(true);
    expect(fit.mu[0]).toBeLessThan(1e-9);
  });

  test('weights of a past outbreak are the inverse square of its residual, and all sum to the number of points', () => {
    const fit = new SeasonFit(20, 1);
    fit.points = 20;
    fit.prior.fill(1);
    for (let at = 0; at < 20; at += 1) fit.y[at] = at === 7 ? 60 : 4 + (at % 3);
    fit.fit(false);
    const mu = fit.mu[7]!;
    const s = (1.5 * (60 ** (2 / 3) * mu ** (-1 / 6) - Math.sqrt(mu))) / Math.sqrt(fit.dispersion * (1 - 1 / 20));
    reweight(fit, 1);
    expect(fit.prior[7]! / fit.prior[0]!).toBeCloseTo(s ** -2, 10);
    expect(fit.prior.reduce((sum, each) => sum + each, 0)).toBeCloseTo(20, 10);
  });
});

/**
 * Goal: judgements move with the data as they must.
 * Method: properties that no wrong transcription keeps, for each way of finding the bound, on random series.
 */
describe('Farrington', () => {
  test.each(METHODS)(
    'a larger last count changes no bound, and makes score and p-value only clearer: %o',
    (options) => {
      fc.assert(
        fc.property(seeds, fc.integer({ min: 1, max: 20 }), (seed, mean) => {
          const counts = drawn(new Random(seed), mean);
          let before = { bound: Number.NaN, score: -Infinity, pValue: 1 };
          for (const count of [0, 1, 5, 20, 80]) {
            counts[last] = count;
            const { bound, score, pValue } = judge(counts, { ...options, least: { cases: 0, counts: 1 } });
            if (count > 0) expect(bound).toBe(before.bound);
            expect(score).toBeGreaterThan(before.score);
            expect(pValue).toBeLessThanOrEqual(before.pValue);
            before = { bound, score, pValue };
          }
        }),
        { numRuns: 15 },
      );
    },
  );

  test.each(METHODS)('an alarm is a count above the bound, of enough cases: %o', (options) => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 9 }), (seed, mean) => {
        const counts = drawn(new Random(seed), mean);
        counts[last] = 3 * mean;
        const { bound, alarm, enough } = judge(counts, options);
        const lately = counts.subarray(LENGTH - 4).reduce((sum, count) => sum + count, 0);
        expect(enough).toBe(lately >= 5);
        expect(alarm).toBe(lately >= 5 && 3 * mean > bound);
      }),
      { numRuns: 15 },
    );
  });

  test.each(METHODS)('what lies before the baseline, or is left out, changes nothing: %o', (options) => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = new Random(seed);
        const counts = drawn(random, 6);
        const { halfWidth = 3, left = halfWidth } = options;
        const other = Float64Array.from({ length: 9 + LENGTH }, (_, at) => counts[at - 9] ?? random.whole(50));
        for (let at = other.length - 1 - left; at < other.length - 1; at += 1) other[at] = random.whole(50);
        const [one, two] = [judge(counts, options), judge(other, options)];
        expect(two.bound).toBeCloseTo(one.bound, 9);
        expect(two.dispersion).toBeCloseTo(one.dispersion, 9);
      }),
      { numRuns: 15 },
    );
  });

  test('the unit in which people are counted does not matter, and twice the people are expected to have twice the cases', () => {
    const counts = drawn(new Random(5), 6);
    const people = Float64Array.from(counts, (_, at) => 1000 + at);
    const [one, two] = [people, people.map((each) => each / 1000)].map((population) =>
      judge(counts, { trend: false }, population),
    );
    expect(two!.bound).toBeCloseTo(one!.bound, 9);
    const doubled = people.slice();
    doubled[last]! *= 2;
    expect(judge(counts, { trend: false }, doubled).expected).toBeCloseTo(2 * one!.expected, 9);
  });

  test('dated series are compared with the nearest same weekday of each year', () => {
    const days = Int32Array.from({ length: 6 * YEAR }, (_, at) => 15_000 + 7 * at);
    const farrington = new Farrington({ halfWidth: 0, left: 0, years: 3 });
    const now = 5 * YEAR;
    const { at } = farrington.baselineOf({ length: days.length, frequency: YEAR, days }, now);
    const apart = Array.from(at, (index) => days[now]! - days[index]!);
    expect(apart).toHaveLength(3);
    for (const [order, distance] of apart.reverse().entries())
      expect(Math.abs(distance - 365.25 * (order + 1))).toBeLessThan(4.5);
  });

  test('a missing count is left out of the baseline, and makes the last weeks unknown', () => {
    const counts = drawn(new Random(3), 6);
    counts[last - YEAR] = Number.NaN;
    expect(judge(counts, {}).alarm).toBeDefined();
    counts[last - 1] = Number.NaN;
    expect(judge(counts, {})).toMatchObject({ enough: undefined, alarm: undefined });
  });

  test.each([
    [{ years: 6 }, 'a year'],
    [{ periods: 60, halfWidth: 0 }, 'seasons'],
    [{ periods: 2, halfWidth: 30, years: 2 }, 'overlap'],
    [{ least: { cases: -1, counts: 4 } }, 'enough'],
  ] as const)('refuses %o', (options, reason) => {
    expect(() => judge(drawn(new Random(1), 3), options)).toThrow(new RegExp(reason));
  });

  /**
   * With alpha 0.05 and 1,200 series one standard error is 0.0063. The plug-in bound knows nothing of the uncertainty of its estimates, which costs overdispersed counts a little; `muan` does.
   */
  test.each([
    { dispersion: 1, most: { nbPlugin: 0.05, muan: 0.05, delta: 0.05 } },
    { dispersion: 2, most: { nbPlugin: 0.06, muan: 0.05, delta: 0.065 } },
  ] as const)('false alarms where the variance is $dispersion times the mean', ({ dispersion, most }) => {
    const random = new Random(2024);
    const length = 3 * YEAR + 4;
    const where = { length, frequency: YEAR };
    const methods = (['nbPlugin', 'muan', 'delta'] as const).map((threshold) => {
      const farrington = new Farrington({ years: 3, periods: 10, left: 26, threshold, least: { cases: 0, counts: 1 } });
      return { threshold, farrington, baseline: farrington.baselineOf(where, length - 1), alarms: 0 };
    });
    const draw = (mean: number): number =>
      dispersion > 1 ? random.negativeBinomial(mean / (dispersion - 1), mean) : random.poisson(mean);
    const rounds = 1200;
    for (let round = 0; round < rounds; round += 1) {
      const counts = Float64Array.from({ length }, (_, at) => draw(8 * season(at)));
      for (const method of methods)
        method.alarms += Number(
          method.farrington.judge({ counts, calendar: where }, length - 1, method.baseline)!.alarm,
        );
    }
    for (const { threshold, alarms } of methods) {
      expect(alarms / rounds, threshold).toBeLessThan(most[threshold] + 3 * Math.sqrt((0.05 * 0.95) / rounds));
      expect(alarms / rounds, threshold).toBeGreaterThan(0.004);
    }
  });
});

describe('Farrington of 1996', () => {
  test('of equal counts the bound is that of a Poisson count, worked by hand', () => {
    const counts = new Float64Array(LENGTH).fill(8);
    const { bound, expected, dispersion, trend } = farringtonClassic({ counts, calendar }, last, { alpha: 0.05 });
    expect(expected).toBeCloseTo(8, 9);
    expect(dispersion).toBe(1);
    expect(trend).toBe(false);
    // 35 counts of 8: the mean's variance is 8 / 35.
    const sigma = Math.sqrt((4 / 9) * 2 * (1 + 1 / 35));
    expect(bound).toBeCloseTo((4 + 1.959963984540054 * sigma) ** 1.5, 9);
  });

  test('takes the years that are there', () => {
    const counts = drawn(new Random(1), 6, 2 * YEAR);
    const where = { length: counts.length, frequency: YEAR };
    expect(farringtonClassic({ counts, calendar: where }, counts.length - 1).bound).toBeGreaterThan(0);
    expect(() => farringtonClassic({ counts, calendar: where }, 10)).toThrow('too short');
  });
});

describe('the last count of many series', () => {
  const random = new Random(8);
  const many = Array.from({ length: 40 }, (_, order) => drawn(random, 1 + (order % 9)));

  test('is judged as each by itself, in any order', () => {
    const { judgements, baseline } = judgeLatest(many, calendar, IMPROVED_FARRINGTON);
    const reversed = judgeLatest(many.toReversed(), calendar, IMPROVED_FARRINGTON).judgements.toReversed();
    expect(reversed).toEqual(judgements);
    expect(baseline).toHaveLength(5 * YEAR + 3 - 26);
    const { name: _, ...options } = { ...IMPROVED_FARRINGTON };
    for (const [order, counts] of many.entries())
      expect(judgements[order]).toMatchObject({ bound: judge(counts, options as FarringtonOptions).bound });
  });

  test('an outbreak is found, and explained by the points that it rests on', () => {
    const counts = many[8]!.slice();
    counts[last - YEAR] = 90;
    counts[last] = 60;
    const { judgement, points } = explainLatest(counts, calendar, IMPROVED_FARRINGTON);
    expect(judgement).toMatchObject({ count: 60, alarm: true });
    expect(judgement!.score).toBeGreaterThan(1);
    const past = points.find(({ at }) => at === last - YEAR)!;
    expect(past.count).toBe(90);
    expect(past.weight).toBeLessThan(0.1);
    expect(points.filter(({ weight }) => weight === 1).length).toBeGreaterThan(200);
  });

  test('by the days before: the same alarms as the method itself, with expected count and p-value', () => {
    const { judgements, baseline } = judgeLatest(many, calendar, { name: 'ears', method: 'C2', alpha: 0.05 });
    expect(Array.from(baseline)).toEqual([0, 1, 2, 3, 4, 5, 6].map((step) => last - 9 + step));
    for (const [order, found] of judgements.entries()) {
      expect(found!.alarm).toBe(many[order]![last]! > found!.bound);
      expect(found!.pValue < 0.05).toBe(found!.alarm);
    }
  });
});
