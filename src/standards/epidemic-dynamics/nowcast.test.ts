import { describe, expect, test } from 'vitest';
import { Random } from '#standards/statistics';
import { type NowcastMethod, nowcast } from './nowcast.ts';
import { type ReportedEvent, reportingTriangle, triangleOf } from './reporting-triangle.ts';

const METHODS: NowcastMethod[] = ['lawless', 'bayes-trunc', 'bayes-notrunc', 'bayes-notrunc-bnb', 'uniform'];
const PRIOR = { kind: 'gamma', mean: 30, variance: 130 } as const;
const DELAYS = [0.1, 0.2, 0.25, 0.2, 0.15, 0.1];

/** All days' counts by delay, as they will be known in the end. */
function complete(days: number, random: Random, size: () => number): number[][] {
  return Array.from({ length: days }, () => random.multinomial(size(), DELAYS));
}

function hidden(rows: readonly (readonly number[])[]): number[][] {
  return rows.map((row, day) => row.map((count, delay) => (delay < rows.length - day ? count : Number.NaN)));
}

const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);

describe('the reporting triangle', () => {
  const events: ReportedEvent[] = [
    { event: 3, report: 3 },
    { event: 3, report: 9 },
    { event: 4, report: 6 },
    { event: 6, report: 6 },
    { event: 6, report: 9 },
    { event: 2, report: 8 },
  ];

  test('sorts events, holds back what is not yet reported, and takes long delays as the longest', () => {
    const { counts } = triangleOf(events, { from: 2, now: 8, longest: 3 });
    expect(counts.map((row) => Array.from(row))).toEqual([
      [0, 0, 0, 1],
      [1, 0, 0, 0],
      [0, 0, 1, 0],
      [0, 0, 0, 0],
      [1, 0, 0, Number.NaN],
      [0, 0, Number.NaN, Number.NaN],
      [0, Number.NaN, Number.NaN, Number.NaN],
    ]);
    expect(triangleOf([...events].reverse(), { from: 2, now: 8, longest: 3 }).counts).toEqual(counts);
  });

  test.each([
    [[[1, 2]]],
    [[[1], [2]]],
    [
      [
        [1, -2],
        [1, 1],
      ],
    ],
    [
      [
        [1, Number.NaN],
        [1, 1],
      ],
    ],
    [[[1, 2], [1]]],
  ])('refuses %j', (rows) => {
    expect(() => reportingTriangle(rows)).toThrow(RangeError);
  });
});

describe('a nowcast', () => {
  const rows = complete(40, new Random(5), () => 25);
  const triangle = reportingTriangle(hidden(rows));

  test.each(METHODS)('by %s knows a day whose reports are all in, and never tells less than is reported', (method) => {
    const { days } = nowcast(triangle, { method, prior: PRIOR, days: [30, 34, 35, 37, 39] });
    for (const { day, reported, low, median, high } of days) {
      expect(low).toBeGreaterThanOrEqual(reported);
      expect(median).toBeGreaterThanOrEqual(low);
      expect(high).toBeGreaterThanOrEqual(median);
      if (day <= 34 && method !== 'uniform') expect([low, median, high]).toEqual([25, 25, 25]);
    }
  });

  test.each(METHODS)('by %s does not depend on the order of the days that are complete', (method) => {
    const shuffled = [...new Random(1).shuffle(rows.slice(0, 35)), ...rows.slice(35)];
    const options = { method, prior: PRIOR, rCompat: true };
    const { days } = nowcast(reportingTriangle(hidden(shuffled)), options);
    const expected = nowcast(triangle, options).days;
    expect(days.map(({ low, median, high }) => [low, median, high])).toEqual(
      expected.map(({ low, median, high }) => [low, median, high]),
    );
  });

  /** Worked by hand: with n reported and a of a + b known, the missing are beta-negative-binomial with mean (n + 1) b / (a - 1). */
  test('day by day is beta-negative-binomial', () => {
    const { days, reportedWithin } = nowcast(triangle, { method: 'bayes-notrunc-bnb', days: [37], most: 20_000 });
    const { probabilities, reported } = days[0]!;
    expect(sum(probabilities)).toBeCloseTo(1, 9);
    const reports = (delay: number) =>
      sum(
        hidden(rows)
          .map((row) => row[delay]!)
          .filter((count) => !Number.isNaN(count)),
      );
    const weights = DELAYS.map((_, delay) => 0.1 + reports(delay));
    const known = sum(weights.slice(0, 3));
    const rest = sum(weights.slice(3));
    const mean = sum(probabilities.map((probability, count) => probability * (count - reported)));
    expect(mean).toBeCloseTo(((reported + 1) * rest) / (known - 1), 6);
    expect(reportedWithin![2]).toBeCloseTo(known / (known + rest), 12);
  });

  test('with a Poisson prior adds the mean of what is still out, when delays are known well', () => {
    const many = reportingTriangle(hidden(rows.map((row) => row.map((count) => count * 1000))));
    const { days, reportedWithin } = nowcast(many, {
      method: 'bayes-trunc',
      prior: { kind: 'poisson', mean: 25_000 },
      days: [38],
      samples: 200,
      most: 30_000,
    });
    const expected = days[0]!.reported + 25_000 * (1 - reportedWithin![1]!);
    expect(Math.abs(days[0]!.median - expected)).toBeLessThan(60);
  });

  test('with a uniform prior tells nothing above its most', () => {
    const { days } = nowcast(triangle, { method: 'bayes-trunc', prior: { kind: 'uniform', most: 30 }, days: [39] });
    expect(days[0]!.high).toBeLessThanOrEqual(30);
    expect(sum(days[0]!.probabilities)).toBeCloseTo(1, 9);
  });

  test('what cannot be bounded is told so, and as 0 in the way of R', () => {
    const options = { method: 'bayes-notrunc-bnb', days: [39], most: 10 } as const;
    expect(nowcast(triangle, options).days[0]!.high).toBe(Infinity);
    expect(nowcast(triangle, { ...options, rCompat: true }).days[0]!.high).toBe(0);
  });

  test('a window shorter than the longest delay serves only the method that can do with less', () => {
    const window = { size: 3 };
    expect(() => nowcast(triangle, { method: 'bayes-trunc', prior: PRIOR, window })).toThrow(RangeError);
    expect(nowcast(triangle, { method: 'lawless', window }).days).toHaveLength(5);
    expect(
      nowcast(triangle, { method: 'bayes-trunc', prior: PRIOR, window: { size: 3, perDelay: true } }).days,
    ).toHaveLength(5);
  });

  test.each([
    { method: 'bayes-trunc' },
    { method: 'bayes-trunc', prior: { kind: 'gamma', mean: 10, variance: 9 } },
    { method: 'lawless', alpha: 0 },
    { method: 'lawless', days: [40] },
    { method: 'lawless', window: { size: 0 } },
    { method: 'bayes-notrunc-bnb', concentration: 0 },
  ] as const)('refuses %j', (options) => {
    expect(() => nowcast(triangle, options)).toThrow(RangeError);
  });

  /**
   * Method: days' events drawn from the prior, reported with the delays above; the interval must cover as often as its own probabilities say, which is
   * more than 95 % as counts are whole. 400 triangles, the open days of one hanging together; four standard errors. Lawless's method is for large counts, and
   * for days with many reports.
   */
  test.each([
    { method: 'bayes-trunc', prior: PRIOR, days: [55, 56, 57, 58, 59] },
    { method: 'lawless', prior: { kind: 'gamma', mean: 2000, variance: 50_000 }, days: [55, 56, 57] },
  ] as const)('by $method covers as often as it says', ({ method, prior, days }) => {
    const random = new Random(20110602);
    const shape = prior.mean ** 2 / (prior.variance - prior.mean);
    const runs = 400;
    const gaps: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      const truth = complete(60, random, () => random.negativeBinomial(shape, prior.mean));
      const most = 3 * prior.mean + 100;
      const options = { method, prior, days, most, samples: 50, seed: run };
      const found = nowcast(reportingTriangle(hidden(truth)), options).days.map(({ day, low, high, probabilities }) => {
        const said = sum(probabilities.subarray(low, high + 1));
        const events = sum(truth[day]!);
        return Number(events >= low && events <= high) - said;
      });
      gaps.push(sum(found) / days.length);
    }
    const mean = sum(gaps) / runs;
    const error = Math.sqrt(sum(gaps.map((gap) => (gap - mean) ** 2)) / (runs - 1) / runs);
    expect(Math.abs(mean)).toBeLessThan(4 * error);
  });
});
