import { describe, expect, test } from 'vitest';
import { Random } from '../statistics/index.ts';
import {
  type Arms,
  adjustRestrictedMeans,
  compareRestrictedMeans,
  concordance,
  type Endpoints,
  logRank,
  oneGroup,
  oneSampleLogRank,
  PAIR_WEIGHTS,
  restrictedMean,
  survivalCurves,
  winRatio,
} from './index.ts';
import type { Groups, Observations } from './model.ts';

function draw(random: Random, n: number, censoring = 0.5, round = 0): Observations {
  const [time, event] = [new Float64Array(n), new Uint8Array(n)];
  for (let row = 0; row < n; row += 1) {
    const [death, end] = [random.exponential(), censoring > 0 ? random.exponential(censoring) : Infinity];
    const exact = Math.min(death, end);
    time[row] = round > 0 ? Math.ceil(exact / round) * round : exact;
    event[row] = death <= end ? 1 : 0;
  }
  return { time, event };
}

const drawGroups = (random: Random, n: number, count: number): Groups => ({
  codes: Uint32Array.from({ length: n }, () => random.whole(count)),
  count,
});

/**
 * Goal: the log-rank family tests what it says.
 * Method: by hand; what no renaming may change; and its error of the first kind.
 */
describe('log-rank tests', () => {
  test('of two groups, by hand', () => {
    const rows = { time: Float64Array.of(1, 2, 3, 4), event: Uint8Array.of(1, 1, 1, 0) };
    const groups = { codes: Uint32Array.of(0, 1, 0, 1), count: 2 };
    const { observed, expected, variance, df } = logRank(rows, groups, oneGroup(4));
    expect([...observed]).toEqual([2, 1]);
    expect(expected[0]).toBeCloseTo(1 / 2 + 1 / 3 + 1 / 2, 14);
    expect(variance[0]![0]).toBeCloseTo(1 / 4 + 2 / 9 + 1 / 4, 14);
    expect(df).toBe(1);
    const peto = logRank(rows, groups, oneGroup(4), 1);
    expect(peto.observed[0]).toBeCloseTo(1 + 1 / 2, 14);
  });

  test.each([0, 0.5, 1, -1])('rho %d: the order of rows, groups and strata changes nothing', (rho) => {
    const random = new Random(1);
    const rows = draw(random, 90, 0.5, 0.1);
    const [groups, strata] = [drawGroups(random, 90, 3), drawGroups(random, 90, 2)];
    const found = logRank(rows, groups, strata, rho);
    const order = random.shuffle(Array.from(rows.time.keys()));
    const shuffled = logRank(
      {
        time: Float64Array.from(order, (row) => rows.time[row]! * 30),
        event: Uint8Array.from(order, (row) => rows.event[row]!),
      },
      { codes: Uint32Array.from(order, (row) => 2 - groups.codes[row]!), count: 3 },
      { codes: Uint32Array.from(order, (row) => 1 - strata.codes[row]!), count: 2 },
      rho,
    );
    expect(shuffled.chiSquare).toBeCloseTo(found.chiSquare, 9);
    for (const at of [0, 1, 2]) expect(shuffled.observed[2 - at]).toBeCloseTo(found.observed[at]!, 10);
    const [observed, expected] = [found.observed, found.expected].map((sums) =>
      sums.reduce((sum, each) => sum + each, 0),
    );
    expect(observed).toBeCloseTo(expected!, 9);
  });

  test('a group that expects nothing is left out, and without events there is no test', () => {
    const rows = { time: Float64Array.of(1, 2, 3, 4, 0.5), event: Uint8Array.of(1, 1, 1, 0, 0) };
    const groups = { codes: Uint32Array.of(0, 1, 0, 1, 2), count: 3 };
    expect(logRank(rows, groups, oneGroup(5)).df).toBe(1);
    expect(() => logRank({ ...rows, event: new Uint8Array(5) }, groups, oneGroup(5))).toThrow('no events');
    expect(() => logRank(rows, oneGroup(5), oneGroup(5))).toThrow('two groups');
  });

  test('one sample against a population: rho near 0 is rho 0', () => {
    const rows = draw(new Random(2), 50);
    const survival = rows.time.map((time) => Math.exp(-time));
    const plain = oneSampleLogRank(rows, survival);
    expect(plain.expected).toBeCloseTo(
      rows.time.reduce((sum, time) => sum + time, 0),
      10,
    );
    expect(oneSampleLogRank(rows, survival, 1e-5).chiSquare).toBeCloseTo(plain.chiSquare, 3);
    expect(() => oneSampleLogRank(rows, survival.fill(0))).toThrow(RangeError);
  });

  test.each([0, 1])('rho %d: equal groups differ at 5 % in 5 % of samples (seed 3)', (rho) => {
    const random = new Random(3);
    let found = 0;
    for (let sample = 0; sample < 1000; sample += 1) {
      const rows = draw(random, 60);
      if (logRank(rows, drawGroups(random, 60, 2), oneGroup(60), rho).p < 0.05) found += 1;
    }
    expect(found / 1000).toBeGreaterThan(0.033);
    expect(found / 1000).toBeLessThan(0.071);
  });
});

/**
 * Goal: concordance and its error are those of the definition.
 * Method: every pair counted one by one, and the change of the share with each weight.
 */
describe('concordance', () => {
  const random = new Random(4);
  const n = 70;
  const rows = draw(random, n, 0.5, 0.2);
  const weights = rows.time.map(() => 0.5 + random.next());
  const start = rows.time.map((time) => Math.max(0, time - 1) * random.next());
  const score = rows.time.map(() => random.whole(9));
  const strata = drawGroups(random, n, 2);

  const share = (data: Observations): number => {
    let [right, all] = [0, 0];
    for (let i = 0; i < n; i += 1)
      for (let j = 0; j < n; j += 1) {
        const outlives = data.time[j]! > data.time[i]! || (data.time[j] === data.time[i] && data.event[j] === 0);
        if (strata.codes[i] !== strata.codes[j] || data.event[i] !== 1 || !outlives) continue;
        if (data.start !== undefined && !(data.start[j]! < data.time[i]!)) continue;
        const weight = data.weights![i]! * data.weights![j]!;
        all += weight;
        right += weight * (score[j]! > score[i]! ? 1 : score[j] === score[i] ? 0.5 : 0);
      }
    return right / all;
  };

  test.each([
    ['right-censored', { ...rows, weights }],
    ['left-truncated', { ...rows, weights, start }],
  ])('%s rows, pair by pair', (_, data) => {
    const found = concordance(data, score, { strata });
    expect(found.concordance).toBeCloseTo(share(data), 12);
    const changes = Array.from(weights, (weight, row) => {
      const moved = (by: number): number =>
        share({ ...data, weights: weights.map((w, at) => (at === row ? w + by : w)) });
      return (weight * (moved(1e-4) - moved(-1e-4))) / 2e-4;
    });
    expect(found.standardError).toBeCloseTo(Math.hypot(...changes), 8);
  });

  test.each(PAIR_WEIGHTS)('pairs weighted by %s: a score turned round, rows in another order', (pairWeight) => {
    const found = concordance({ ...rows, weights }, score, { pairWeight });
    const turned = concordance(
      { ...rows, weights },
      score.map((value) => -value),
      { pairWeight },
    );
    expect(turned.concordance).toBeCloseTo(1 - found.concordance, 12);
    expect(turned.standardError).toBeCloseTo(found.standardError, 12);
    const order = random.shuffle(Array.from(rows.time.keys()));
    const at = (values: Float64Array): Float64Array => Float64Array.from(order, (row) => values[row]!);
    const shuffled = concordance(
      { time: at(rows.time), event: Uint8Array.from(order, (row) => rows.event[row]!), weights: at(weights) },
      at(score),
      { pairWeight },
    );
    expect(shuffled.concordance).toBeCloseTo(found.concordance, 12);
  });

  test('events after the most time make no pairs, and times below the least are tied', () => {
    const until = concordance(rows, score, { most: 0.6 });
    const cut = rows.event.map((event, row) => (rows.time[row]! > 0.6 ? 0 : event));
    expect(until.concordance).toBeCloseTo(concordance({ ...rows, event: cut }, score).concordance, 12);
    expect(() => concordance(rows, score, { least: 10 })).toThrow('censored');
    expect(() => concordance({ ...rows, start }, score, { pairWeight: 'S/G' })).toThrow(RangeError);
    expect(concordance({ ...rows, event: new Uint8Array(n) }, score).concordance).toBeNaN();
  });
});

/**
 * Goal: restricted means are areas under curves.
 * Method: without censoring they are plain means; arms swapped; another unit; coverage.
 */
describe('restricted means', () => {
  function drawArms(random: Random, n: number, censoring: number): Arms {
    const rows = draw(random, n, censoring);
    return { time: rows.time, event: rows.event, arm: Uint8Array.from({ length: n }, (_, row) => row % 2) };
  }

  test('without censoring it is the mean of the times cut at tau, and its error that of a mean', () => {
    const rows = draw(new Random(5), 60, 0);
    const cut = rows.time.map((time) => Math.min(time, 1));
    const mean = cut.reduce((sum, time) => sum + time, 0) / 60;
    const variance = cut.reduce((sum, time) => sum + (time - mean) ** 2, 0) / 60;
    const found = restrictedMean(rows, 1);
    expect(found.mean.value).toBeCloseTo(mean, 12);
    expect(found.mean.standardError).toBeCloseTo(Math.sqrt(variance / 60), 12);
    expect(found.lost.value).toBeCloseTo(1 - mean, 12);
  });

  test('arms swapped turn the contrasts round, and days are 365.25 times years', () => {
    const arms = drawArms(new Random(6), 80, 0.3);
    const found = compareRestrictedMeans(arms, 1);
    const swapped = compareRestrictedMeans({ ...arms, arm: arms.arm.map((arm) => 1 - arm) }, 1);
    expect(swapped.difference.value).toBeCloseTo(-found.difference.value, 13);
    expect(swapped.ratio.upper).toBeCloseTo(1 / found.ratio.lower, 12);
    expect(swapped.lostRatio.p).toBeCloseTo(found.lostRatio.p, 12);
    const days = compareRestrictedMeans({ ...arms, time: arms.time.map((time) => time * 365.25) }, 365.25);
    expect(days.difference.value).toBeCloseTo(365.25 * found.difference.value, 9);
    expect(days.ratio.lower).toBeCloseTo(found.ratio.lower, 12);
  });

  test.each(['difference', 'ratio', 'lost-ratio'] as const)(
    'adjusted for nothing, and without censoring, the %s is the plain one',
    (scale) => {
      const arms = drawArms(new Random(7), 80, 0);
      const plain = compareRestrictedMeans(arms, 1);
      const adjusted = adjustRestrictedMeans(arms, [], 1, scale);
      const of = { difference: plain.difference, ratio: plain.ratio, 'lost-ratio': plain.lostRatio }[scale];
      expect(adjusted.contrast.value).toBeCloseTo(of.value, 7);
      expect(adjusted.contrast.p).toBeCloseTo(of.p, 6);
    },
  );

  test('refuses a tau that an arm is not known up to, and an arm without rows', () => {
    const arms = {
      time: Float64Array.of(1, 5, 2, 3),
      event: Uint8Array.of(1, 1, 1, 0),
      arm: Uint8Array.of(0, 0, 1, 1),
    };
    expect(() => compareRestrictedMeans(arms, 4)).toThrow('up to 3');
    // An arm that ends with an event is at 0 from there on.
    expect(compareRestrictedMeans({ ...arms, event: Uint8Array.of(1, 1, 1, 1) }, 5).arms[1].mean.value).toBe(2.5);
    expect(() => compareRestrictedMeans({ ...arms, arm: new Uint8Array(4) }, 1)).toThrow('arm 1');
    expect(() => adjustRestrictedMeans(arms, [Float64Array.of(1, 1, 1, 1)], 2, 'difference')).toThrow('adds nothing');
  });

  test('95 % intervals hold (seed 8)', () => {
    const random = new Random(8);
    let held = 0;
    for (let sample = 0; sample < 1000; sample += 1) {
      const { mean } = restrictedMean(draw(random, 100, 0.5), 1);
      if (mean.lower <= 1 - Math.exp(-1) && 1 - Math.exp(-1) <= mean.upper) held += 1;
    }
    expect(held / 1000).toBeGreaterThan(0.93);
    expect(held / 1000).toBeLessThan(0.97);
  });
});

/**
 * Goal: pairs are won by whom the rule says.
 * Method: by hand; arms swapped; without censoring, the probability of outliving.
 */
describe('win ratio', () => {
  const arm = (...endpoints: [readonly number[], readonly number[]][]): Endpoints => ({
    times: endpoints.map(([times]) => Float64Array.from(times)),
    events: endpoints.map(([, events]) => Uint8Array.from(events)),
  });

  test('of two endpoints, by hand', () => {
    const ours = arm(
      [
        [5, 3],
        [0, 1],
      ],
      [
        [2, 3],
        [1, 0],
      ],
    );
    const theirs = arm(
      [
        [4, 5, 3],
        [1, 0, 1],
      ],
      [
        [1, 1, 3],
        [1, 1, 0],
      ],
    );
    const { wins, losses, ties, winsBy, lossesBy } = winRatio(ours, theirs);
    // 5+ outlives 4 and 3, and has 2 against 1; 3 falls to 4 and 5+, and ties with 3.
    expect({ wins, losses, ties, winsBy, lossesBy }).toEqual({
      wins: 3,
      losses: 2,
      ties: 1,
      winsBy: [2, 1],
      lossesBy: [2, 0],
    });
  });

  test('arms swapped turn it round', () => {
    const random = new Random(9);
    const drawn = (n: number): Endpoints => {
      const [first, second] = [draw(random, n, 1, 0.1), draw(random, n, 1, 0.1)];
      return { times: [first.time, second.time], events: [first.event, second.event] };
    };
    const [ours, theirs] = [drawn(40), drawn(50)];
    const [found, swapped] = [winRatio(ours, theirs), winRatio(theirs, ours)];
    expect(found.wins).toBe(swapped.losses);
    expect(found.wins + found.losses + found.ties).toBe(2000);
    expect(swapped.ratio).toBeCloseTo(1 / found.ratio, 12);
    expect(swapped.lower).toBeCloseTo(1 / found.upper, 12);
    expect(swapped.netBenefit).toBeCloseTo(-found.netBenefit, 14);
    expect(swapped.p).toBeCloseTo(found.p, 12);
  });

  test('refuses arms that cannot be compared', () => {
    expect(() => winRatio(arm([[], []]), arm([[1], [1]]))).toThrow('no subjects');
    expect(() => winRatio(arm([[1], [1]]), arm([[1], [1]], [[1], [1]]))).toThrow('the same endpoints');
  });

  test('95 % intervals hold a ratio of hazards of 2 (seed 10)', () => {
    const random = new Random(10);
    let held = 0;
    for (let sample = 0; sample < 400; sample += 1) {
      const ours = draw(random, 50, 0);
      const theirs = draw(random, 50, 0);
      const { lower, upper } = winRatio(
        { times: [ours.time.map((time) => 2 * time)], events: [ours.event] },
        { times: [theirs.time], events: [theirs.event] },
      );
      if (lower <= 2 && 2 <= upper) held += 1;
    }
    expect(held / 400).toBeGreaterThan(0.925);
    expect(held / 400).toBeLessThan(0.975);
  });
});

test('a list too long to sort by comparing is answered alike', () => {
  const rows = draw(new Random(11), 5000);
  const groups = drawGroups(new Random(12), 5000, 2);
  const [first, second] = survivalCurves(rows, groups);
  expect(first!.time.every((time, k) => k === 0 || time > first!.time[k - 1]!)).toBe(true);
  expect(first!.n + second!.n).toBe(5000);
  expect(logRank(rows, groups, oneGroup(5000)).p).toBeGreaterThan(0);
  expect(concordance(rows, rows.time).concordance).toBe(1);
});
