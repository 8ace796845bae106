import { describe, expect, test } from 'vitest';
import { gamma, Random } from '#standards/statistics';
import { incidenceOf, slidingWindows, type Window } from './incidence.ts';
import { reproductionNumber, reproductionOverIntervals, uncertainReproduction } from './reproduction.ts';
import { checkInterval, discreteSerialInterval, intervalMoments } from './serial-interval.ts';
import { caseReproduction } from './wallinga-teunis.ts';

const FLU = [0, 0.2, 0.5, 0.2, 0.1];

/** Cases by day when each infects so many, from a few imported ones. */
function outbreak(reproduction: number, days: number, random: Random, interval = FLU): number[] {
  const cases = [10];
  for (let day = 1; day < days; day += 1) {
    let infecting = 0;
    for (let age = 1; age < interval.length; age += 1) infecting += interval[age]! * (cases[day - age] ?? 0);
    cases.push(infecting > 0 ? random.poisson(reproduction * infecting) : 0);
  }
  return cases;
}

describe('the serial interval in whole days', () => {
  test.each([
    [2.6, 1.5],
    [7.5, 3.4],
    [1.2, 0.1],
    [15, 0.5],
  ])('of mean %d and sd %d adds up to 1 and has that mean', (mean, sd) => {
    const weights = discreteSerialInterval({ mean, sd }, 200);
    expect(weights[0]).toBe(0);
    expect(weights.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 12);
    expect(intervalMoments(weights).mean).toBeCloseTo(mean, 9);
    // The triangle adds a variance between 0 and 1/4 over that of rounding down.
    expect(intervalMoments(weights).sd).toBeGreaterThanOrEqual(sd - 1e-9);
  });

  test('without spread is shared between the two days around it', () => {
    const near = (sd: number) => discreteSerialInterval({ mean: 3.25, sd }, 6);
    expect([...near(0)]).toEqual([0, 0, 0, 0.75, 0.25, 0, 0]);
    for (const [day, each] of near(0.001).entries()) expect(each).toBeCloseTo(near(0)[day]!, 2);
  });

  test.each([
    [1, 1],
    [Number.NaN, 1],
    [3, -1],
  ])('of mean %d and sd %d is refused', (mean, sd) => {
    expect(() => discreteSerialInterval({ mean, sd }, 10)).toThrow(RangeError);
  });

  test.each([[[0.1, 0.9]], [[0, 0.5]], [[0, 1.5, -0.5]]])('%j is no distribution of one', (weights) => {
    expect(() => checkInterval(weights)).toThrow(RangeError);
  });
});

describe('the instantaneous reproduction number', () => {
  /** Worked by hand: with all infections a day later, shape 1 + 12 and rate 1/5 + 10 for the window of days 2 and 3. */
  test('is the posterior mean of a gamma distribution', () => {
    const { mean, sd, quantiles } = reproductionNumber(incidenceOf([4, 6, 6, 3]), [0, 1], [{ from: 1, to: 2 }]);
    expect(mean[0]).toBeCloseTo(13 / 10.2, 12);
    expect(sd[0]).toBeCloseTo(Math.sqrt(13) / 10.2, 12);
    expect(gamma.cdf(quantiles[0]![0]!, 13, 10.2)).toBeCloseTo(0.025, 12);
    expect(gamma.cdf(quantiles[6]![0]!, 13, 10.2)).toBeCloseTo(0.975, 12);
  });

  test('is not told before a mean serial interval has passed', () => {
    const windows: Window[] = [
      { from: 1, to: 1 },
      { from: 1, to: 2 },
    ];
    const { mean } = reproductionNumber(incidenceOf([4, 6, 6, 3]), [0, 0, 1], windows);
    expect(mean[0]).toBeNaN();
    expect(mean[1]).toBeGreaterThan(0);
  });

  test('imported cases infect, but are not explained', () => {
    const windows = [{ from: 2, to: 4 }];
    const at = (local: number[], imported: number[]) =>
      reproductionNumber(incidenceOf(local, imported), FLU, windows).mean[0]!;
    const all = at([5, 5, 5, 5, 5], [0, 0, 0, 0, 0]);
    expect(at([5, 5, 5, 4, 5], [0, 0, 0, 1, 0])).toBeLessThan(all);
    // All of the first day are imported, whatever they are called.
    expect(at([0, 5, 5, 5, 5], [5, 0, 0, 0, 0])).toBe(all);
  });

  test('a longer interval given with zeros changes nothing, and neither does what comes after the window', () => {
    const cases = outbreak(1.5, 20, new Random(3));
    const windows = [{ from: 4, to: 9 }];
    const [mean] = reproductionNumber(incidenceOf(cases), FLU, windows).mean;
    expect(reproductionNumber(incidenceOf(cases), [...FLU, 0, 0, 0], windows).mean[0]).toBe(mean);
    expect(reproductionNumber(incidenceOf(cases.slice(0, 10)), FLU, windows).mean[0]).toBe(mean);
  });

  /**
   * Method: reproduction numbers drawn from the prior, an outbreak with each, and the 95 % interval over all its days. As the posterior is exact, it must
   * cover 95 %; 3,000 draws, four standard errors.
   */
  test('its interval covers what it says', () => {
    const random = new Random(20130915);
    const prior = { mean: 1.6, sd: 0.5 };
    const runs = 3000;
    let covered = 0;
    for (let run = 0; run < runs; run += 1) {
      const truth = random.gamma((prior.mean / prior.sd) ** 2, prior.mean / prior.sd ** 2);
      const cases = outbreak(truth, 10, random);
      const { quantiles } = reproductionNumber(incidenceOf(cases), FLU, [{ from: 1, to: 9 }], prior);
      if (truth >= quantiles[0]![0]! && truth <= quantiles[6]![0]!) covered += 1;
    }
    expect(Math.abs(covered / runs - 0.95)).toBeLessThan(4 * Math.sqrt((0.95 * 0.05) / runs));
  });

  test.each([[{ from: 0, to: 3 }], [{ from: 3, to: 2 }], [{ from: 1, to: 4 }]])(
    'refuses the window %j of four days',
    (window) => {
      expect(() => reproductionNumber(incidenceOf([1, 2, 3, 4]), FLU, [window])).toThrow(RangeError);
    },
  );

  test.each([[[1, -1, 2]], [[1, Number.NaN, 2]]])('refuses the cases %j', (cases) => {
    expect(() => incidenceOf(cases)).toThrow(RangeError);
  });
});

describe('the reproduction number with an uncertain serial interval', () => {
  const cases = incidenceOf(outbreak(1.4, 25, new Random(11)));
  const windows = slidingWindows(25);
  const certain = reproductionNumber(cases, discreteSerialInterval({ mean: 3, sd: 1.5 }, 24), windows);

  test('comes to that of a certain one as its uncertainty goes to 0', () => {
    const narrow = {
      mean: { mean: 3, sd: 1e-6, least: 2, most: 4 },
      sd: { mean: 1.5, sd: 1e-6, least: 1, most: 2 },
    };
    const { mean, sd } = uncertainReproduction(cases, narrow, windows, { intervals: 200, perInterval: 100, seed: 5 });
    for (const [at, each] of mean.entries()) {
      expect(Math.abs(each - certain.mean[at]!)).toBeLessThan((5 * certain.sd[at]!) / Math.sqrt(20_000));
      expect(sd[at]! / certain.sd[at]!).toBeCloseTo(1, 1);
    }
  });

  test('is wider, has its draws within their cuts, and is the same for the same seed', () => {
    const wide = { mean: { mean: 3, sd: 1, least: 2, most: 4 }, sd: { mean: 1.5, sd: 0.5, least: 1, most: 2 } };
    const found = uncertainReproduction(cases, wide, windows, { intervals: 300, seed: 5 });
    expect(found.moments.every(({ mean, sd }) => mean >= 2 && mean < 4 && sd >= 1 && sd < 2)).toBe(true);
    expect(found.sd.at(-1)).toBeGreaterThan(certain.sd.at(-1)!);
    const again = uncertainReproduction(cases, wide, windows, { intervals: 300, seed: 5 });
    expect(again.quantiles).toEqual(found.quantiles);
    const other = uncertainReproduction(cases, wide, windows, { intervals: 300, seed: 6 });
    expect(other.quantiles).not.toEqual(found.quantiles);
  });

  test('over one given interval is that of this interval', () => {
    const { mean } = reproductionOverIntervals(cases, [FLU], windows, { perInterval: 20_000 });
    const { mean: exact, sd } = reproductionNumber(cases, FLU, windows);
    for (const [at, each] of mean.entries())
      expect(Math.abs(each - exact[at]!)).toBeLessThan((5 * sd[at]!) / Math.sqrt(20_000));
  });

  test('refuses cuts that nothing falls between', () => {
    const impossible = {
      mean: { mean: 3, sd: 1e-9, least: 1, most: 2 },
      sd: { mean: 1.5, sd: 1e-6, least: 1, most: 2 },
    };
    expect(() => uncertainReproduction(cases, impossible, windows)).toThrow(RangeError);
  });
});

describe('the case reproduction number', () => {
  /** Worked by hand: the one case of day 3 is infected by day 2 with 2 x 0.2 of 0.4 + 0.5, by day 1 with 0.5 of it. */
  test('shares each case out among those before it', () => {
    const { mean } = caseReproduction(
      Float64Array.from([1, 2, 1]),
      FLU,
      [
        { from: 1, to: 1 },
        { from: 2, to: 2 },
      ],
      { trees: 0 },
    );
    expect(mean[0]).toBeCloseTo(0.2 / (2 * 0.2 + 0.5), 12);
    expect(mean[1]).toBe(0);
  });

  test('adds up to the cases that have somebody before them', () => {
    const cases = Float64Array.from([1, 0, 0, 0, 0, 2, ...outbreak(1.3, 20, new Random(2))]);
    const days = Array.from({ length: cases.length - 1 }, (_, at) => ({ from: at + 1, to: at + 1 }));
    const { windows, mean } = caseReproduction(cases, FLU, days, { trees: 0 });
    const infected = windows.reduce((sum, { from }, at) => sum + mean[at]! * cases[from]!, 0);
    const withParent = cases.reduce((sum, count, day) => {
      const before = cases.subarray(Math.max(0, day - 4), day).some((each) => each > 0);
      return sum + (before ? count : 0);
    }, 0);
    expect(infected).toBeCloseTo(withParent, 9);
  });

  test('its simulated spread is that of the trees', () => {
    const cases = Float64Array.from(outbreak(1.5, 15, new Random(8)));
    const windows = [{ from: 3, to: 6 }];
    const { mean, spread } = caseReproduction(cases, FLU, windows, { trees: 4000, seed: 4 });
    // Each later case is one draw: was it infected within the window?
    const inWindow = cases.map((_, day) => {
      const weight = (from: number, to: number): number => {
        let sum = 0;
        for (let age = 1; age < FLU.length; age += 1)
          if (day - age >= from && day - age <= to) sum += FLU[age]! * cases[day - age]!;
        return sum;
      };
      const all = weight(0, day);
      return all > 0 ? weight(3, 6) / all : 0;
    });
    const size = cases.slice(3, 7).reduce((sum, each) => sum + each, 0);
    const variance = inWindow.reduce((sum, q, day) => sum + cases[day]! * q * (1 - q), 0);
    const exact = Math.sqrt(variance) / size;
    expect(spread!.sd[0]! / exact).toBeGreaterThan(0.95);
    expect(spread!.sd[0]! / exact).toBeLessThan(1.05);
    expect(spread!.low[0]).toBeLessThan(mean[0]!);
    expect(spread!.high[0]).toBeGreaterThan(mean[0]!);
  });

  test('leaves out windows without cases, and refuses no cases at all', () => {
    const cases = Float64Array.from([3, 4, 0, 0, 5]);
    const windows = [1, 2, 3, 4].map((day) => ({ from: day, to: day }));
    expect(caseReproduction(cases, FLU, windows, { trees: 0 }).windows.map(({ from }) => from)).toEqual([1, 4]);
    expect(() => caseReproduction(new Float64Array(5), FLU, windows)).toThrow(RangeError);
  });
});
