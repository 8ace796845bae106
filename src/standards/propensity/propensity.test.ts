import { describe, expect, test } from 'vitest';
import { Random } from '#standards/statistics';
import { standardisedDifferences, varianceRatios } from './balance.ts';
import { type MatchRequest, matchNearest, matchWeights, UNLIMITED, variableRatios } from './matching.ts';
import { propensityScores } from './scores.ts';
import { type ESTIMANDS, propensityWeights, weightedDifference } from './weighting.ts';

const SEED = 20_261;

/** Units whose treatment depends on two covariates, and whose outcome depends on them and on the treatment (by 2). */
function observe(seed: number, n: number): { x: Float64Array[]; treated: boolean[]; y: Float64Array } {
  const random = new Random(seed);
  const x = [0, 1].map(() => Float64Array.from({ length: n }, () => random.normal()));
  const treated = Array.from(
    { length: n },
    (_, at) => random.next() < 1 / (1 + Math.exp(0.4 - x[0]![at]! - 0.5 * x[1]![at]!)),
  );
  const y = Float64Array.from(treated, (flag, at) => 2 * Number(flag) + 3 * x[0]![at]! - x[1]![at]! + random.normal());
  return { x, treated, y };
}

/**
 * Goal: each weight answers for the population that it names.
 * Method: properties that hold exactly whatever the data, and closed forms in two strata.
 */
describe('weights', () => {
  test('overlap weights with the fitted logit balance every covariate exactly', () => {
    const { x, treated } = observe(SEED, 300);
    const { scores } = propensityScores(x, treated);
    const weights = propensityWeights(scores, treated, 'overlap');
    for (const difference of standardisedDifferences(x, treated, weights))
      expect(Math.abs(difference)).toBeLessThan(1e-12);
    for (const difference of standardisedDifferences(x, treated)) expect(difference).toBeGreaterThan(0.2);
  });

  test('in two strata, weighting is standardisation', () => {
    // Stratum 0: 2 of 8 treated; stratum 1: 6 of 8.
    const stratum = Array.from({ length: 16 }, (_, at) => Number(at >= 8));
    const treated = stratum.map((s, at) => at % 8 < (s === 0 ? 2 : 6));
    const y = treated.map((flag, at) => (flag ? 5 + 4 * stratum[at]! : 1 + 2 * stratum[at]!));
    const { scores } = propensityScores([stratum], treated);
    const effect = (estimand: (typeof ESTIMANDS)[number]): number =>
      weightedDifference(y, treated, propensityWeights(scores, treated, estimand)).difference;
    // The effect is 4 in stratum 0 and 6 in stratum 1.
    expect(effect('ate')).toBeCloseTo(5, 10);
    expect(effect('stabilized')).toBeCloseTo(5, 10);
    expect(effect('att')).toBeCloseTo((2 * 4 + 6 * 6) / 8, 10);
    expect(effect('atc')).toBeCloseTo((6 * 4 + 2 * 6) / 8, 10);
    for (const estimand of ['overlap', 'matching', 'entropy'] as const) expect(effect(estimand)).toBeCloseTo(5, 10);
  });

  test('att weights are 1 for the treated; stabilised ones have a mean near 1', () => {
    const { x, treated } = observe(SEED + 1, 2000);
    const { scores } = propensityScores(x, treated);
    const att = propensityWeights(scores, treated, 'att');
    expect(treated.every((flag, at) => !flag || Math.abs(att[at]! - 1) < 1e-12)).toBe(true);
    const stabilised = propensityWeights(scores, treated, 'stabilized');
    expect(stabilised.reduce((sum, weight) => sum + weight, 0) / 2000).toBeCloseTo(1, 1);
  });

  test('with equal weights the difference is that of the means, its variance that of unequal groups', () => {
    const y = [1, 2, 6, 4, 8];
    const treated = [true, true, true, false, false];
    const found = weightedDifference(y, treated, [1, 1, 1, 1, 1]);
    expect(found).toMatchObject({ mean1: 3, mean0: 6, difference: -3, essTreated: 3, essControl: 2 });
    // Sums of squares 14 and 8 over n², times n/(n - 1).
    expect(found.standardError).toBeCloseTo(Math.sqrt(((14 / 9 + 8 / 4) * 5) / 4), 12);
  });

  test('order of rows, side of the scale and units change nothing', () => {
    const { x, treated, y } = observe(SEED + 2, 200);
    const order = new Random(SEED).shuffle(Array.from({ length: 200 }, (_, at) => at));
    const pick = (values: ArrayLike<number>): Float64Array => Float64Array.from(order, (row) => values[row]!);
    const effect = (columns: Float64Array[], flags: boolean[], outcome: Float64Array): number =>
      weightedDifference(outcome, flags, propensityWeights(propensityScores(columns, flags).scores, flags, 'ate'))
        .difference;
    const plain = effect(x, treated, y);
    expect(
      effect(
        x.map(pick),
        order.map((row) => treated[row]!),
        pick(y),
      ),
    ).toBeCloseTo(plain, 10);
    expect(
      effect(
        x.map((column) => column.map((value) => 1000 - 50 * value)),
        treated,
        y,
      ),
    ).toBeCloseTo(plain, 8);
    expect(
      effect(
        x,
        treated.map((flag) => !flag),
        y,
      ),
    ).toBeCloseTo(-plain, 10);
  });

  test(`weighted differences recover the effect of 2, and their intervals cover it (seed ${SEED})`, () => {
    let covered = 0;
    for (let round = 0; round < 200; round += 1) {
      const { x, treated, y } = observe(SEED + round, 250);
      const { scores } = propensityScores(x, treated);
      const { difference, standardError } = weightedDifference(
        y,
        treated,
        propensityWeights(scores, treated, 'overlap'),
      );
      if (Math.abs(difference - 2) < 1.96 * standardError) covered += 1;
    }
    // The weights are taken as known, which makes the interval too wide, never too narrow.
    expect(covered / 200).toBeGreaterThan(0.95);
  });

  test('a score of 0 or 1, and groups without anything in common, are refused', () => {
    expect(() => propensityWeights([0.5, 1], [false, true], 'ate')).toThrow(RangeError);
    expect(() => propensityScores([[1, 2, 3, 4]], [false, false, true, true])).toThrow(/nothing in common/);
  });

  test('variance ratios compare the groups in spread', () => {
    expect(varianceRatios([[0, 2, 0, 4]], [false, false, true, true])[0]).toBeCloseTo(4, 12);
  });
});

function nearest(request: Partial<MatchRequest> & Pick<MatchRequest, 'focal' | 'distance'>): number[][] {
  return matchNearest({ order: 'largest', ratio: 1, mostUses: 1, rCompat: false, ...request }).partners;
}

/** The rule as it is told, without any of the search's devices. */
function nearestByHand({
  focal,
  distance,
  caliper = Infinity,
}: {
  focal: boolean[];
  distance: number[];
  caliper?: number;
}): number[][] {
  const rows = focal.flatMap((flag, row) => (flag ? [row] : []));
  const left = new Set(focal.flatMap((flag, row) => (flag ? [] : [row])));
  const chosen = new Map<number, number[]>();
  for (const row of [...rows].sort((a, b) => distance[b]! - distance[a]! || a - b)) {
    const [best] = [...left]
      .filter((other) => Math.abs(distance[row]! - distance[other]!) <= caliper)
      .sort((a, b) => Math.abs(distance[row]! - distance[a]!) - Math.abs(distance[row]! - distance[b]!) || a - b);
    chosen.set(row, best === undefined ? [] : [best]);
    if (best !== undefined) left.delete(best);
  }
  return rows.map((row) => chosen.get(row)!);
}

/**
 * Goal: every partner is the one that the greedy rule names.
 * Method: the fast search against the rule written out, on random units with many equal distances; then each option by what it promises.
 */
describe('matching', () => {
  test.each([0, 1, 2, 3, 4, 5])(`random units, seed ${SEED} + %i`, (shift) => {
    const random = new Random(SEED + shift);
    const focal = Array.from({ length: 120 }, () => random.next() < 0.4);
    const distance = focal.map(() => Math.round(20 * random.normal()) / 10);
    for (const caliper of [Infinity, 0.35, 0.1])
      expect(nearest({ focal, distance, caliper })).toEqual(nearestByHand({ focal, distance, caliper }));
  });

  test('smallest, as the rows stand, or as told', () => {
    const focal = [true, true, false, false];
    const distance = [1, 2, 1.4, 3];
    expect(nearest({ focal, distance })).toEqual([[3], [2]]);
    expect(nearest({ focal, distance, order: 'smallest' })).toEqual([[2], [3]]);
    expect(nearest({ focal, distance, order: 'data' })).toEqual([[2], [3]]);
    expect(nearest({ focal, distance, order: [1, 0] })).toEqual([[3], [2]]);
  });

  test('each gets one partner before any gets a second; with replacement all may share', () => {
    const focal = [true, true, false, false, false];
    const distance = [0, 0.1, 0.05, 0.3, 5];
    expect(nearest({ focal, distance, ratio: 2 })).toEqual([[3], [2, 4]]);
    expect(nearest({ focal, distance, ratio: 2, mostUses: UNLIMITED })).toEqual([
      [2, 3],
      [2, 3],
    ]);
    expect(nearest({ focal, distance, mostUses: 2 })).toEqual([[2], [2]]);
  });

  test('strata, unlikeness, calipers on covariates, discarded units and units of several rows are kept to', () => {
    const focal = [true, false, false, false];
    const distance = [0, 0.1, 0.2, 0.3];
    expect(nearest({ focal, distance, exact: ['a', 'b', 'a', 'a'] })).toEqual([[2]]);
    expect(nearest({ focal, distance, unlike: [['a', 'a', 'a', 'b']] })).toEqual([[3]]);
    expect(nearest({ focal, distance, covariateCalipers: [{ values: [50, 60, 51, 50], width: 5 }] })).toEqual([[2]]);
    expect(nearest({ focal, distance, discarded: [false, true, false, false] })).toEqual([[2]]);
    expect(nearest({ focal, distance, ratio: 2, unit: [1, 2, 2, 3] })).toEqual([[1, 3]]);
  });

  test('MatchIt 4.5.1: differences below 1 are none, the lower partner comes first, and a second one may be the same', () => {
    const focal = [false, true, false, false];
    const distance = [0, 0.9, 1, 2.5];
    expect(nearest({ focal, distance, caliper: 0.2 })).toEqual([[2]]);
    expect(nearest({ focal, distance, caliper: 0.2, rCompat: true })).toEqual([[0]]);
    expect(nearest({ focal, distance, ratio: 2, mostUses: UNLIMITED })).toEqual([[2, 0]]);
    expect(nearest({ focal, distance, ratio: 2, mostUses: UNLIMITED, rCompat: true })).toEqual([[0, 0]]);
  });

  test('weights: 1 for the matched that looked, 1 on average for their partners, 0 for the rest', () => {
    const matches = { focalRows: [0, 1, 2], partners: [[3, 4], [3], []] };
    const weights = matchWeights(matches, 6);
    expect([...weights]).toEqual([1, 1, 0, 1.5, 0.5, 0]);
  });

  test('variable ratios: those least like controls get few, and the mean is kept', () => {
    const focal = [true, true, true, true, ...new Array<boolean>(12).fill(false)];
    const distance = [4, 3, 2, 1, ...new Array<number>(12).fill(0)];
    const ratios = variableRatios({ focal, distance }, { ratio: 2, least: 1, most: 4 });
    expect(ratios).toEqual([1, 1, 2, 4]);
  });

  test('none to match is refused', () => {
    expect(() => nearest({ focal: [false, false], distance: [0, 1] })).toThrow(RangeError);
    expect(() => nearest({ focal: [true, true], distance: [0, 1] })).toThrow(RangeError);
    expect(() => nearest({ focal: [true, false], distance: [0] })).toThrow(RangeError);
  });
});
