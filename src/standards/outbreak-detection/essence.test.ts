import { describe, expect, test } from 'vitest';
import { poisson, Random, student } from '#standards/statistics';
import { type Alert, alertOf, withoutLowAlerts } from './essence-alert.ts';
import { essenceEwma } from './essence-ewma.ts';
import { essenceRegression } from './essence-regression.ts';
import { essenceSwitch } from './essence-switch.ts';
import { essenceNegativeBinomial, essenceSerfling } from './essence-weekly.ts';

/** 2024-01-01, a Monday. */
const MONDAY = 19_723;
const daily = (length: number): Int32Array => Int32Array.from({ length }, (_, at) => MONDAY + at);
const weekly = (length: number): Int32Array => Int32Array.from({ length }, (_, at) => MONDAY - 7 * 300 + 7 * at);

describe('daily detectors of ESSENCE', () => {
  test('equal counts are as expected', () => {
    const { expected, statistic, pValue } = essenceEwma(new Float64Array(60).fill(7));
    expect(Array.from(expected.subarray(0, 9)).every(Number.isNaN)).toBe(true);
    expect([expected[9], statistic[9], expected[59]]).toEqual([7, 0, 7]);
    expect(pValue[59]).toBeCloseTo(0.5, 12);
  });

  test('shares below 1 are scaled by their median, so their unit does not matter', () => {
    const random = new Random(1);
    const shares = Float64Array.from({ length: 60 }, () => 0.2 + 0.1 * random.next());
    const [one, two] = [shares, shares.map((share) => share / 3)].map((each) => essenceEwma(each));
    for (const [at, value] of one!.statistic.entries()) if (at > 8) expect(two!.statistic[at]).toBeCloseTo(value, 9);
  });

  test('a pattern of weekdays and a trend is expected exactly', () => {
    const counts = Float64Array.from(daily(60), (_, at) => 100 + at + 10 * (at % 7));
    const { expected, adjustedR2 } = essenceRegression(daily(60), counts);
    for (let at = 13; at < 60; at += 1) expect(expected[at]).toBeCloseTo(counts[at]!, 8);
    expect(adjustedR2[59]).toBeCloseTo(1, 9);
  });

  test('the first day to be judged with a longer guard comes later', () => {
    const counts = Float64Array.from(daily(60), (_, at) => 50 + (at % 5));
    for (const guard of [0, 5]) {
      const { pValue } = essenceRegression(daily(60), counts, { guard });
      expect(Array.from(pValue).findIndex((p) => !Number.isNaN(p))).toBe(11 + guard);
    }
  });

  test('the switch takes the regression where weekdays explain the counts, else the averages', () => {
    const random = new Random(5);
    const strong = Float64Array.from(daily(80), (_, at) => random.poisson(at % 7 < 5 ? 60 : 15));
    const weak = Float64Array.from(daily(80), () => random.poisson(3));
    expect(essenceSwitch(daily(80), strong).byRegression.slice(40).every(Boolean)).toBe(true);
    const byAverages = essenceSwitch(daily(80), weak);
    const averages = essenceEwma(weak);
    const chosen = byAverages.byRegression.lastIndexOf(false);
    expect(byAverages.pValue[chosen]).toBe(averages.pValue[chosen]);
  });

  test('an alert on a count below the mean of its week is taken back, at weekends only if low for that day too', () => {
    const counts = Float64Array.from(daily(70), (_, at) => (at % 7 < 5 ? 50 : 5));
    const low = { weekday: 63, saturday: 61 };
    counts[low.weekday] = 30;
    const alerts: Alert[] = Array.from(counts, () => 'red');
    const kept = withoutLowAlerts(daily(70), counts, alerts);
    expect([kept[low.weekday], kept[low.saturday], kept[low.saturday + 3]]).toEqual(['blue', 'red', 'red']);
    counts[low.saturday] = 1;
    expect(withoutLowAlerts(daily(70), counts, alerts)[low.saturday]).toBe('blue');
  });

  test.each([
    [0.009, 'red'],
    [0.01, 'yellow'],
    [0.05, 'blue'],
    [Number.NaN, 'grey'],
  ])('p = %d is %s', (p, alert) => {
    expect(alertOf(p)).toBe(alert);
  });

  test('false alarms of the regression on normal counts are as often as its p-value says', () => {
    const random = new Random(17);
    const [length, guard] = [2500, 0];
    const counts = Float64Array.from(daily(length), (_, at) => random.normal(200 + 30 * (at % 7), 10));
    const { pValue, statistic } = essenceRegression(daily(length), counts, { guard });
    const share = pValue.filter((p) => p < 0.05).length / length;
    // Successive days share most of their baseline, hence the wide margin.
    expect(Math.abs(share - 0.05)).toBeLessThan(0.025);
    expect(pValue[length - 1]).toBeCloseTo(student.cdf(statistic[length - 1]!, 20, { upper: true }), 12);
  });

  test.each([
    [() => essenceEwma(new Float64Array(60), { baseline: 6 }), /7 counts/],
    [() => essenceEwma(new Float64Array(20)), /too few/],
    [() => essenceRegression(daily(60), new Float64Array(60), { baseline: 20 }), /whole weeks/],
    [() => essenceRegression(daily(60), new Float64Array(60).fill(Number.NaN)), /gap/],
  ])('refuses what it cannot judge (%#)', (call, reason) => {
    expect(call).toThrow(reason);
  });
});

describe('weekly detectors of ESSENCE', () => {
  const end = weekly(300)[200]!;
  const wave = (at: number): number => Math.cos((2 * Math.PI * (at + 1)) / 52.18);

  test('a line and a wave are expected exactly, with a bound right above', () => {
    const counts = Float64Array.from(weekly(300), (_, at) => 100 + 0.2 * at + 20 * wave(at));
    const { expected, bound } = essenceSerfling({ days: weekly(300), counts }, end);
    for (let at = 0; at < 300; at += 30) {
      expect(expected[at]).toBeCloseTo(counts[at]!, 8);
      expect(bound[at]).toBeCloseTo(counts[at]!, 8);
    }
  });

  test('winters do not count towards the baseline', () => {
    const random = new Random(3);
    const days = weekly(300);
    const counts = Float64Array.from(days, (_, at) => random.poisson(100 + 20 * wave(at)));
    const month = (day: number): number => new Date(day * 86_400_000).getUTCMonth() + 1;
    const epidemic = counts.map((count, at) => (month(days[at]!) >= 10 || month(days[at]!) <= 5 ? count * 5 : count));
    const [one, two] = [counts, epidemic].map((each) => essenceSerfling({ days, counts: each }, end).bound);
    expect(two).toEqual(one);
  });

  test('five per cent of weeks in control are above the negative binomial bound at most', () => {
    const random = new Random(21);
    const days = weekly(300);
    const counts = Float64Array.from(days, (_, at) => random.negativeBinomial(9, Math.exp(4 + 0.5 * wave(at))));
    const { alarm, inBaseline } = essenceNegativeBinomial({ days, counts }, end);
    expect(inBaseline.filter(Boolean)).toHaveLength(201);
    expect(alarm.filter(Boolean).length / 300).toBeLessThan(0.05 + 3 * 0.0126);
  });

  test.each([
    [weekly(90), /two years/],
    [weekly(300).filter((_, at) => at !== 50), /every week/],
  ])('refuses a baseline too short or with gaps (%#)', (days, reason) => {
    const series = { days, counts: new Float64Array(days.length).fill(5) };
    expect(() => essenceSerfling(series, end)).toThrow(reason);
    expect(() => essenceNegativeBinomial(series, end)).toThrow(reason);
  });

  test('counts that scatter less than Poisson have its bound', () => {
    const counts = new Float64Array(300).fill(20);
    const { bound, expected } = essenceNegativeBinomial({ days: weekly(300), counts }, end);
    expect(expected[9]).toBeCloseTo(20, 6);
    expect(bound[100]).toBeGreaterThanOrEqual(poisson.quantile(0.95, 20));
    expect(bound[100]).toBeLessThanOrEqual(poisson.quantile(0.95, 21));
  });

  test('refuses counts that are not whole', () => {
    const counts = new Float64Array(300).fill(1.5);
    expect(() => essenceNegativeBinomial({ days: weekly(300), counts }, end)).toThrow('whole');
  });
});

test('where neither average leaves a p value worth the name, it is the quick one that is told, as in R', () => {
  const counts = Float64Array.from({ length: 40 }, (_, day) => (day === 30 ? 400 : 0));
  const quick = essenceEwma(counts, { weights: [0.9, 0.9] });
  expect(quick.pValue[30]).toBeLessThan(1e-20);
  expect(essenceEwma(counts).statistic[30]).toBe(quick.statistic[30]);
});
