import { describe, expect, test } from 'vitest';
import { binomial, leastSquares, normal, poisson, Random, ranks } from '#standards/statistics';
import {
  chiSquareTest,
  differenceInterval,
  directlyStandardised,
  exactBinomialTest,
  fisherTest,
  mantelHaenszel,
  mcnemarExact,
  mcnemarTest,
  midPOddsRatio,
  oddsRatio,
  poissonInterval,
  proportionInterval,
  rankSumTest,
  riskRatio,
  tTest,
} from './index.ts';

const SEED = 7;

/**
 * Goal: intervals for a proportion keep their promise.
 * Method: exact coverage: for each true proportion the outcomes whose interval holds it, weighted by their probability; Clopper and Pearson's never falls below 95 %,
 * the others are near it on average.
 */
describe('intervals for a proportion', () => {
  const truths = Array.from({ length: 99 }, (_, at) => (at + 1) / 100);
  const coverage = (name: keyof typeof proportionInterval, n: number): number[] => {
    const limits = Array.from({ length: n + 1 }, (_, x) => proportionInterval[name]({ x, n }));
    return truths.map((p) =>
      limits.reduce((sum, [low, high], x) => (low <= p && p <= high ? sum + binomial.density(x, n, p) : sum), 0),
    );
  };
  const average = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

  test.each([20, 100])('of %d trials', (n) => {
    expect(Math.min(...coverage('clopperPearson', n))).toBeGreaterThanOrEqual(0.95);
    expect(Math.min(...coverage('wilsonCorrected', n))).toBeGreaterThanOrEqual(0.94);
    for (const name of ['wilson', 'jeffreys', 'agrestiCoull'] as const) {
      const found = average(coverage(name, n));
      expect(found).toBeGreaterThan(0.94);
      expect(found).toBeLessThan(0.98);
    }
    expect(average(coverage('wald', n))).toBeLessThan(average(coverage('wilson', n)));
  });

  test('events and failures are mirrored, and a higher level holds a lower', () => {
    for (const interval of Object.values(proportionInterval)) {
      const [low, high] = interval({ x: 3, n: 17 });
      const mirrored = interval({ x: 14, n: 17 });
      expect(1 - mirrored[1]).toBeCloseTo(low, 12);
      expect(1 - mirrored[0]).toBeCloseTo(high, 12);
      const wide = interval({ x: 3, n: 17 }, 0.99);
      expect(wide[0]).toBeLessThan(low);
      expect(wide[1]).toBeGreaterThan(high);
    }
  });

  test('the exact test adds up all that is not likelier', () => {
    for (const p of [0.5, 0.13])
      for (let x = 0; x <= 25; x += 1) {
        const own = binomial.density(x, 25, p) * (1 + 1e-7);
        let sum = 0;
        for (let k = 0; k <= 25; k += 1) if (binomial.density(k, 25, p) <= own) sum += binomial.density(k, 25, p);
        expect(exactBinomialTest({ x, n: 25 }, p)).toBeCloseTo(Math.min(1, sum), 12);
      }
  });
});

/** Goal: two groups. Method: symmetry; the score test at the score interval's limits; enumeration of all tables for Fisher's; small p values by closed form. */
describe('two proportions', () => {
  const groups = { one: { x: 15, n: 25 }, zero: { x: 7, n: 24 } };
  const swapped = { one: groups.zero, zero: groups.one };

  test('exchanging the groups turns differences round and inverts ratios', () => {
    for (const interval of Object.values(differenceInterval)) {
      const [low, high] = interval(groups);
      expect(interval(swapped)[0]).toBeCloseTo(-high, 12);
      expect(interval(swapped)[1]).toBeCloseTo(-low, 12);
    }
    for (const ratio of [riskRatio, oddsRatio])
      expect(ratio(swapped).estimate).toBeCloseTo(1 / ratio(groups).estimate, 12);
    expect(fisherTest(swapped).oddsRatio).toBeCloseTo(1 / fisherTest(groups).oddsRatio, 9);
    expect(midPOddsRatio(swapped).estimate).toBeCloseTo(1 / midPOddsRatio(groups).estimate, 9);
    expect(fisherTest(swapped).pValue).toBeCloseTo(fisherTest(groups).pValue, 12);
  });

  test('a difference of 0 is at the limit of the score interval of the score test’s own level', () => {
    const { statistic } = chiSquareTest(groups, false);
    const n = 49;
    const level = 1 - 2 * normal.cdf(-Math.sqrt((statistic * (n - 1)) / n));
    expect(differenceInterval.miettinenNurminen(groups, level)[0]).toBeCloseTo(0, 9);
  });

  test('intervals of the difference cover it: simulated within five Monte Carlo errors of 95 %', () => {
    const random = new Random(SEED);
    const runs = 4000;
    const held = { newcombe: 0, miettinenNurminen: 0 };
    for (let run = 0; run < runs; run += 1) {
      const drawn = { one: { x: random.binomial(40, 0.35), n: 40 }, zero: { x: random.binomial(60, 0.15), n: 60 } };
      for (const name of ['newcombe', 'miettinenNurminen'] as const) {
        const [low, high] = differenceInterval[name](drawn);
        if (low <= 0.2 && 0.2 <= high) held[name] += 1;
      }
    }
    for (const count of Object.values(held)) expect(Math.abs(count / runs - 0.95)).toBeLessThan(0.02);
  });

  test('Fisher’s limits leave half the error to each side, the likeliest ratio has the mean that was seen', () => {
    const { oddsRatio: likeliest, interval } = fisherTest(groups);
    const weights = (odds: number): number[] => {
      const all = Array.from(
        { length: 23 },
        (_, x) => binomial.density(x, 25, 0.5) * binomial.density(22 - x, 24, 0.5) * odds ** x,
      );
      const sum = all.reduce((a, b) => a + b, 0);
      return all.map((value) => value / sum);
    };
    const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0);
    expect(sum(weights(likeliest).map((share, x) => share * x))).toBeCloseTo(15, 9);
    expect(sum(weights(interval[0]).slice(15))).toBeCloseTo(0.025, 9);
    expect(sum(weights(interval[1]).slice(0, 16))).toBeCloseTo(0.025, 9);
    const middle = weights(midPOddsRatio(groups).estimate);
    expect(sum(middle.slice(0, 15)) + middle[15]! / 2).toBeCloseTo(0.5, 9);
  });

  test('a p value far out keeps its digits', () => {
    const found = fisherTest({ one: { x: 450, n: 450 }, zero: { x: 0, n: 450 } }).pValue;
    let log = Math.LN2;
    for (let k = 1; k <= 450; k += 1) log += Math.log(k) - Math.log(450 + k);
    expect(Math.log(found)).toBeCloseTo(log, 7);
    expect(found).toBeGreaterThan(0);
  });
});

/** Goal: pairs and strata. Method: what one stratum, one pair of categories, or equal strata must reduce to. */
describe('pairs and strata', () => {
  test('McNemar’s is the square of the binomial’s normal score; the order of the categories does not matter', () => {
    const { statistic } = mcnemarTest(
      [
        [10, 15],
        [6, 9],
      ],
      false,
    );
    expect(statistic).toBeCloseTo(((15 - 10.5) / Math.sqrt(21 / 4)) ** 2, 12);
    expect(
      mcnemarTest(
        [
          [9, 6],
          [15, 10],
        ],
        false,
      ).statistic,
    ).toBeCloseTo(statistic, 12);
    expect(
      mcnemarExact([
        [10, 15],
        [6, 9],
      ]),
    ).toBeCloseTo(exactBinomialTest({ x: 6, n: 21 }), 12);
    expect(
      mcnemarTest(
        [
          [1, 2, 3],
          [4, 5, 6],
          [7, 8, 9],
        ],
        true,
      ).df,
    ).toBe(3);
  });

  test('one stratum is Pearson’s test with N - 1, and its odds ratio', () => {
    const one = mantelHaenszel([
      [
        [15, 10],
        [7, 17],
      ],
    ]);
    const groups = { one: { x: 15, n: 25 }, zero: { x: 7, n: 24 } };
    expect(one.statistic).toBeCloseTo((chiSquareTest(groups, false).statistic * 48) / 49, 12);
    expect(one.commonOddsRatio).toBeCloseTo(oddsRatio(groups).estimate, 12);
    expect(one.interval![0]).toBeCloseTo(oddsRatio(groups).interval[0], 12);
  });

  test('larger tables with an empty category are the smaller ones', () => {
    const small = [
      [
        [15, 10, 3],
        [7, 17, 9],
      ],
      [
        [4, 4, 8],
        [6, 2, 1],
      ],
    ];
    const test3 = mantelHaenszel(small);
    expect(test3.df).toBe(2);
    const columns = mantelHaenszel(small.map((table) => table.map((row) => [row[2]!, row[0]!, row[1]!])));
    expect(columns.statistic).toBeCloseTo(test3.statistic, 10);
    const flipped = mantelHaenszel(small.map((table) => table[0]!.map((_, j) => table.map((row) => row[j]!))));
    expect(flipped.statistic).toBeCloseTo(test3.statistic, 10);
    const merged = small.map((table) => table.map((row) => [row[0]!, row[1]! + row[2]!]));
    expect(mantelHaenszel(merged).df).toBe(1);
  });

  test('strata with one rate have that rate, whatever the standard; with one stratum the limits are Poisson’s', () => {
    const strata = [10, 20, 40].map((count, at) => ({ count, population: count * 100, standard: at + 1 }));
    expect(directlyStandardised(strata).adjusted).toBeCloseTo(0.01, 14);
    const { interval } = directlyStandardised([{ count: 12, population: 500, standard: 3 }]);
    const [low, high] = poissonInterval(12);
    expect(interval[0] * 500).toBeCloseTo(low, 9);
    expect(interval[1] * 500).toBeCloseTo(high, 9);
    expect(poisson.cdf(11, low, { upper: true })).toBeCloseTo(0.025, 12);
    expect(poisson.cdf(12, high)).toBeCloseTo(0.025, 12);
    expect(poissonInterval(12, 0.95, true)[1]).toBeCloseTo(high, 3);
  });
});

/** Goal: two samples. Method: least squares, counting of pairs, shifts and units. */
describe('two samples', () => {
  const random = new Random(SEED);
  const x = Float64Array.from({ length: 12 }, () => Math.round(random.normal(1, 1) * 4) / 4);
  const y = Float64Array.from({ length: 17 }, () => Math.round(random.normal(0, 2) * 4) / 4);

  test('the pooled t is that of a regression on the group', () => {
    const group = [...x].map(() => 1).concat([...y].map(() => 0));
    const fit = leastSquares([group.map(() => 1), group], [...x, ...y]);
    const t = fit.coefficients[1]! / Math.sqrt((fit.covarianceUnscaled[1]![1]! * fit.sumOfSquares) / fit.df);
    expect(tTest(x, y, { pooled: true }).t).toBeCloseTo(t, 10);
    expect(tTest(x, y).df).toBeLessThan(27);
  });

  test('one-sided p values and limits fit the two-sided ones', () => {
    const [both, less, greater] = (['two-sided', 'less', 'greater'] as const).map((alternative) =>
      tTest(x, y, { alternative }),
    );
    expect(less!.pValue + greater!.pValue).toBeCloseTo(1, 12);
    expect(2 * Math.min(less!.pValue, greater!.pValue)).toBeCloseTo(both!.pValue, 12);
    expect(tTest(x, y, { level: 0.9 }).interval[0]).toBeCloseTo(greater!.interval[0], 10);
    const ranksOfOne = rankSumTest(x, y, { alternative: 'greater', corrected: false }).pValue;
    expect(ranksOfOne).toBeCloseTo(rankSumTest(x, y, { corrected: false }).pValue / 2, 12);
  });

  test('W counts pairs, and the shift is near the median of their differences', () => {
    const differences = [...x].flatMap((one) => [...y].map((two) => one - two));
    const found = rankSumTest(x, y);
    expect(found.w).toBeCloseTo(
      differences.reduce((sum, value) => sum + (value > 0 ? 1 : value === 0 ? 0.5 : 0), 0),
      10,
    );
    const sorted = differences.sort((one, two) => one - two);
    expect(Math.abs(found.shift - (sorted[101]! + sorted[102]!) / 2)).toBeLessThanOrEqual(0.25);
    const moved = rankSumTest(
      x.map((value) => 3 * value + 6),
      y.map((value) => 3 * value),
    );
    expect(moved.shift).toBeCloseTo(3 * found.shift + 6, 2);
    expect(rankSumTest(x, y, { shift: found.interval[0] - 0.2 }).pValue).toBeLessThan(0.05);
  });

  test('ranks share what is equal', () => {
    expect(ranks([3, 1, 3, 2, 3])).toEqual({ values: Float64Array.from([4, 1, 4, 2, 4]), ties: [3] });
  });
});
