import { describe, expect, test } from 'vitest';
import { Random } from '../statistics/index.ts';
import {
  binomialCriticalValue,
  binomialLimits,
  binomialRatio,
  conditionalCriticalValue,
  conditionalRatio,
  type Inference,
  poissonCriticalValue,
  poissonCrossing,
  poissonGroupCriticalValue,
  poissonGroupPerformance,
  poissonPath,
  poissonPerformance,
  poissonPerformanceAsInR,
  poissonRatio,
  rateExceedance,
  rateLimits,
  riskAdjustedCusum,
  shareCharacteristics,
  shareExceedance,
  shareLimits,
} from './index.ts';

const SEED = 20_260_401;

/** A count within four standard errors of its chance. */
function expectShare(hits: number, runs: number, chance: number): void {
  const spread = Math.sqrt((chance * (1 - chance)) / runs);
  expect(Math.abs(hits / runs - chance), `seed ${SEED}: ${hits / runs} against ${chance}`).toBeLessThan(4 * spread);
}

/** When a simulated surveillance signals, event by event; undefined when it does not. */
function simulate(
  random: Random,
  plan: { length: number; leastEvents?: number; firstLook?: number },
  value: number,
  risk: number,
): number | undefined {
  const { length, leastEvents = 1, firstLook = 0 } = plan;
  const signals = (count: number, at: number) => count >= leastEvents && poissonRatio(count, at) >= value;
  let [time, count] = [0, 0];
  for (;;) {
    const next = time - Math.log(1 - random.next()) / risk;
    if (time < firstLook && next >= firstLook && signals(count, firstLook)) return firstLook;
    if (next > length) return undefined;
    time = next;
    count += 1;
    if (time >= firstLook && signals(count, time)) return time;
  }
}

/**
 * Goal: the chance of a false signal over a whole surveillance is the one asked for, and power and times are true.
 * Method: the published table; simulation of the events themselves, which knows nothing of thresholds or recursions; full enumeration where it can be done; limits and monotonicity.
 */
describe('Poisson MaxSPRT', () => {
  test.each([
    // Kulldorff et al. 2011, table 1: alpha 0.05.
    { length: 1, leastEvents: 1, expected: 2.853937 },
    { length: 10, leastEvents: 1, expected: 3.467952 },
    { length: 10, leastEvents: 3, expected: 3.064248 },
    { length: 20, leastEvents: 10, expected: 2.717137 },
    { length: 100, leastEvents: 1, expected: 3.952321 },
  ])('length $length with at least $leastEvents events: $expected', ({ length, leastEvents, expected }) => {
    expect(poissonCriticalValue({ length, leastEvents }, 0.05).criticalValue).toBeCloseTo(expected, 6);
  });

  test('the crossing is where the ratio is the critical value', () => {
    for (const value of [1e-9, 0.01, 1, 3.5, 40])
      for (const count of [1, 2, 17, 900])
        expect(poissonRatio(count, poissonCrossing(count, value)) / value).toBeCloseTo(1, value < 1e-6 ? 4 : 8);
  });

  test.each([
    { plan: { length: 8, leastEvents: 1 }, risk: 1 },
    { plan: { length: 8, leastEvents: 4 }, risk: 1.8 },
    { plan: { length: 8, firstLook: 3 }, risk: 1 },
    { plan: { length: 8, firstLook: 0.02 }, risk: 2 },
    { plan: { length: 3, leastEvents: 3, firstLook: 3 }, risk: 1.5 },
  ])('$plan at relative risk $risk behaves as simulated', ({ plan, risk }) => {
    const random = new Random(SEED);
    const value = poissonCriticalValue(plan, 0.05).criticalValue;
    const { power, signalTime, length } = poissonPerformance(plan, value, risk);
    const runs = 40_000;
    let [hits, sum, squares] = [0, 0, 0];
    for (let run = 0; run < runs; run += 1) {
      const at = simulate(random, plan, value, risk);
      if (at === undefined) continue;
      hits += 1;
      sum += at;
      squares += at * at;
    }
    expectShare(hits, runs, power);
    const mean = sum / hits;
    const error = Math.sqrt(Math.max(squares / hits - mean * mean, 1e-12) / hits);
    expect(Math.abs(mean - signalTime)).toBeLessThan(4 * error + 1e-9);
    expect(length).toBeCloseTo(power * signalTime + (1 - power) * plan.length, 10);
  });

  test("R's own timing differs with a first look only, and never in power", () => {
    const [plain, looked] = [{ length: 8 }, { length: 8, firstLook: 3 }];
    expect(poissonPerformanceAsInR(plain, 3, 2)).toEqual(poissonPerformance(plain, 3, 2));
    const [inR, own] = [poissonPerformanceAsInR(looked, 2.5, 2), poissonPerformance(looked, 2.5, 2)];
    expect(inR.power).toBe(own.power);
    expect(inR.signalTime).not.toBeCloseTo(own.signalTime, 2);
  });

  test('a longer surveillance needs a higher value, more least events a lower one', () => {
    const at = (length: number, leastEvents: number) =>
      poissonCriticalValue({ length, leastEvents }, 0.01).criticalValue;
    expect(at(5, 1)).toBeLessThan(at(6, 1));
    expect(at(6, 2)).toBeLessThan(at(6, 1));
  });

  test('a single look is the tail of one Poisson count', () => {
    // P(N >= 10; 5) = 0.0318, P(N >= 9; 5) = 0.0681.
    const { limits, level } = poissonGroupCriticalValue({ groups: [5] }, 0.05);
    expect(limits).toEqual([10]);
    expect(level).toBeCloseTo(0.031828, 6);
  });

  test('least events that are rare by themselves are the only limit', () => {
    // P(N >= 6; 2) = 0.0166.
    const found = poissonGroupCriticalValue({ groups: [1, 1], leastEvents: 6 }, 0.05);
    expect(found.limits).toEqual([6, 6]);
    expect(found.criticalValue).toBeCloseTo(6 * Math.log(3) - 4, 12);
    expect(found.level).toBeCloseTo(0.016564, 6);
  });

  test('ever finer groups come to the continuous surveillance from below', () => {
    const continuous = poissonPerformance({ length: 4 }, 3, 2).power;
    const fine = poissonGroupPerformance({ groups: new Array(2000).fill(0.002) }, 3, 2).power;
    expect(fine).toBeLessThan(continuous);
    expect(fine).toBeGreaterThan(continuous - 0.005);
  });

  test.each([
    [{ length: 0 }, 0.05],
    [{ length: 5, leastEvents: 0 }, 0.05],
    [{ length: 5, firstLook: 6 }, 0.05],
    [{ length: 5 }, 0.9],
    [{ length: Number.NaN }, 0.05],
  ])('refuses %j at level %d', (plan, alpha) => {
    expect(() => poissonCriticalValue(plan, alpha)).toThrow(RangeError);
  });
});

test.each([
  [{ length: 5 }, 1e308, 2],
  [{ length: 5 }, 3, 1e9],
  [{ length: 5 }, 3, 0],
])('the performance of %j at value %d and risk %d is refused', (plan, value, risk) => {
  expect(() => poissonPerformance(plan, value, risk)).toThrow(RangeError);
});

describe('binomial MaxSPRT', () => {
  test.each([
    { events: 12, ratio: 1, leastExposed: 1 },
    { events: 12, ratio: 3, leastExposed: 3 },
    { events: 12, ratio: 0.5, leastExposed: 1, groups: [4, 3, 5] },
  ])('$events events, ratio $ratio: the level by enumeration of all sequences', (plan) => {
    const { criticalValue, level } = binomialCriticalValue(plan, 0.05);
    const { events, ratio, leastExposed } = plan;
    const looks = new Set<number>();
    let seen = 0;
    for (const group of plan.groups ?? new Array<number>(events).fill(1)) {
      seen += group;
      looks.add(seen);
    }
    let signalled = 0;
    for (let sequence = 0; sequence < 2 ** events; sequence += 1) {
      let exposed = 0;
      let chance = 1;
      let signals = false;
      for (let at = 1; at <= events; at += 1) {
        const isExposed = (sequence >> (at - 1)) & 1;
        exposed += isExposed;
        chance *= isExposed ? 1 / (1 + ratio) : ratio / (1 + ratio);
        if (looks.has(at) && exposed >= leastExposed && binomialRatio(exposed, at, ratio) >= criticalValue)
          signals = true;
      }
      if (signals) signalled += chance;
    }
    expect(signalled).toBeCloseTo(level, 12);
    expect(level).toBeLessThanOrEqual(0.05);
    for (const limit of binomialLimits(plan, criticalValue))
      if (limit.exposed <= limit.events)
        expect(binomialRatio(limit.exposed, limit.events, ratio)).toBeGreaterThanOrEqual(criticalValue);
  });

  test('refuses too few events with how many are needed', () => {
    expect(() => binomialCriticalValue({ events: 4, ratio: 1 }, 0.05)).toThrow(/at least 5 events/);
  });
});

describe('conditional MaxSPRT', () => {
  const value = (inference: Inference, historic: number, end: { events: number } | { time: number }) =>
    conditionalCriticalValue({ historic, inference, end }, 0.05).criticalValue;

  test('what is known of the rate is the less, the higher the value: liberal below exact below conservative', () => {
    const end = { events: 15 };
    expect(value('liberal', 8, end)).toBeLessThan(value('exact', 8, end));
    expect(value('exact', 8, end)).toBeLessThan(value('conservative', 8, end));
  });

  test.each(['liberal', 'exact', 'conservative'] as const)(
    '%s with a long history is the unconditional one',
    (inference) => {
      const unconditional = poissonCriticalValue({ length: 10 }, 0.05).criticalValue;
      expect(value(inference, 10_000, { time: 0.001 })).toBeCloseTo(unconditional, 2);
    },
  );

  test.each(['liberal', 'exact', 'conservative'] as const)('%s keeps its level in simulated histories', (inference) => {
    const random = new Random(SEED);
    const historic = 6;
    const critical = value(inference, historic, { events: 12 });
    const runs = 40_000;
    let hits = 0;
    for (let run = 0; run < runs; run += 1) {
      // In units of the historic period the rate is the historic events' gamma variate, and what the inference adds to it.
      const extra = { liberal: 0, conservative: 1, exact: random.next() }[inference];
      const rate = random.gamma(historic) - extra * Math.log(1 - random.next());
      let time = 0;
      for (let count = 1; count <= 12; count += 1) {
        time -= Math.log(1 - random.next()) / rate;
        if (conditionalRatio(count, historic, time) >= critical) {
          hits += 1;
          break;
        }
      }
    }
    expectShare(hits, runs, 0.05);
  });
});

describe('paths', () => {
  test('a hand-worked path', () => {
    const path = poissonPath([3, 0, 4], [1, 1, 1], { criticalValue: 1.2, relativeRisk: 2, alpha: 0.05, beta: 0.1 });
    expect([...path.ratio]).toEqual([
      3 * Math.log(3) - 2,
      expect.closeTo(3 * Math.log(1.5) - 1, 12),
      expect.closeTo(7 * Math.log(7 / 3) - 4, 12),
    ]);
    expect(path.firstSignal).toBe(0);
    expect(path.cusum[1]).toBeCloseTo(3 * Math.log(2) - 2, 12);
    expect(path.sprt[2]).toBeCloseTo(7 * Math.log(2) - 3, 12);
    // Garwood's limits of 3 events: 0.619 and 8.767.
    expect(path.low[0]).toBeCloseTo(0.6187, 4);
    expect(path.high[0]).toBeCloseTo(8.7673, 4);
  });

  test('no event has the lower limit 0', () => {
    const path = poissonPath([0], [2], { criticalValue: 3, relativeRisk: 2, alpha: 0.05, beta: 0.1 });
    expect([path.low[0], path.firstSignal]).toEqual([0, undefined]);
    expect(path.high[0]).toBeCloseTo(-Math.log(0.025) / 2, 10);
  });

  test('an event of a patient at low risk weighs more than one at high risk', () => {
    const weight = (risk: number) => riskAdjustedCusum([1], [risk], { oddsRatio: 2, limit: 9 }).cusum[0]!;
    expect(weight(0.01)).toBeCloseTo(Math.log(2 / 1.01), 12);
    expect(weight(0.01)).toBeGreaterThan(weight(0.5));
    expect(riskAdjustedCusum([0, 0], [0.3, 0.2], { oddsRatio: 2, limit: 1 }).vlad[1]).toBeCloseTo(0.5, 12);
  });
});

describe('Bayesian stopping', () => {
  const rule = { prior: { events: 1, rest: 1 }, limit: 0.3, certainty: 0.9 };

  test('the posterior of a flat prior is the binomial tail', () => {
    // Beta(3, 3) above 0.3 is P(at most 2 of 5 below it) = sum of C(5,k) 0.3^k 0.7^(5-k) for k = 0..2.
    expect(shareExceedance(rule, 2, 4)).toBeCloseTo(0.7 ** 5 + 5 * 0.3 * 0.7 ** 4 + 10 * 0.09 * 0.7 ** 3, 12);
  });

  test('limits are where the rule first holds', () => {
    for (const [at, limit] of shareLimits(rule, 30).entries()) {
      if (limit <= at + 1) expect(shareExceedance(rule, limit, at + 1)).toBeGreaterThanOrEqual(rule.certainty);
      if (limit > 0) expect(shareExceedance(rule, Math.min(limit - 1, at + 1), at + 1)).toBeLessThan(rule.certainty);
    }
    const rates = { ...rule, prior: { events: 0.5, rest: 0.1 } };
    for (const [at, exposure] of rateLimits(rates, 8).entries())
      expect(rateExceedance(rates, at + 1, exposure)).toBeCloseTo(rule.certainty, 9);
  });

  test('the chance to stop is that of all sequences', () => {
    const limits = shareLimits(rule, 10);
    for (const share of [0.1, 0.4]) {
      let [stops, patients] = [0, 0];
      for (let sequence = 0; sequence < 1024; sequence += 1) {
        let events = 0;
        let stopped = 10;
        let hit = false;
        for (let at = 0; at < 10 && !hit; at += 1) {
          events += (sequence >> at) & 1;
          if (events >= limits[at]!) [hit, stopped] = [true, at + 1];
        }
        const all = [...sequence.toString(2)].filter((digit) => digit === '1').length;
        const chance = share ** all * (1 - share) ** (10 - all);
        if (hit) stops += chance;
        patients += chance * stopped;
      }
      const found = shareCharacteristics(rule, 10, share);
      expect(found.stops).toBeCloseTo(stops, 12);
      expect(found.expectedPatients).toBeCloseTo(patients, 12);
    }
  });
});
