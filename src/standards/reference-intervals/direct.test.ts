import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '#standards/statistics';
import { limitRanks, nonparametric, robust } from './direct.ts';
import { type Estimate, isAnswered } from './model.ts';
import { dixonFences, hornFences, tukeyFences } from './outliers.ts';
import { harrisBoyd, lahti } from './partition.ts';
import { sampleOf } from './sample.ts';
import { verify } from './verification.ts';

/** CLSI EP28-A3, table 4: calcium, mg/dL, of 240 medical students: value, women, men. */
const CALCIUM = [
  [8.8, 1, 0],
  [8.9, 2, 0],
  [9.0, 1, 0],
  [9.1, 3, 2],
  [9.2, 11, 1],
  [9.3, 11, 8],
  [9.4, 8, 6],
  [9.5, 16, 11],
  [9.6, 16, 12],
  [9.7, 26, 13],
  [9.8, 8, 16],
  [9.9, 7, 14],
  [10.0, 3, 7],
  [10.1, 2, 10],
  [10.2, 3, 11],
  [10.3, 2, 7],
  [10.4, 0, 1],
  [10.6, 0, 1],
] as const;

const repeat = (value: number, times: number): number[] => Array.from({ length: times }, () => value);
const women = CALCIUM.flatMap(([value, count]) => repeat(value, count));
const men = CALCIUM.flatMap(([value, , count]) => repeat(value, count));
const all = sampleOf([...women, ...men]);

function estimateOf(answer: ReturnType<typeof nonparametric>): Estimate {
  if (!isAnswered(answer)) throw new Error(`no answer: ${answer.reason}`);
  return answer;
}

/**
 * Goal: the direct methods are EP28's.
 * Method: its own data (table 4 and appendix B) with the results that the R packages `mcradds` 1.1 and `referenceIntervals` 1.3, made by others, state for them in their tests, and rows of
 * its table 8; then what no wrong transcription can keep: coverage in simulations, and answers that move with the unit.
 */
describe('direct reference intervals', () => {
  test('calcium of 240 students: limits and their intervals by rank', () => {
    const { lower, upper, n } = estimateOf(nonparametric(all));
    expect(n).toBe(240);
    expect(lower).toEqual({ value: 9.1, low: 8.9, high: 9.2 });
    expect(upper).toEqual({ value: 10.3, low: 10.3, high: 10.4 });
  });

  test('calcium of the 120 women', () => {
    const { lower, upper } = estimateOf(nonparametric(sampleOf(women)));
    expect(lower.value).toBeCloseTo(8.9, 1);
    expect([lower.low, lower.high]).toEqual([8.8, 9.1]);
    expect(upper.value).toBeCloseTo(10.2, 1);
  });

  test.each([
    [120, 1, 7],
    [200, 2, 10],
    [240, 2, 11],
    [400, 5, 16],
    [1000, 17, 34],
  ])('table 8: of %d results the ranks %d and %d', (n, outer, inner) => {
    expect(limitRanks(n)).toEqual({ outer, inner });
  });

  test('the robust method on the twenty values of appendix B', () => {
    const values = [8.9, 9.2, 9.4, 9.4, ...repeat(9.5, 3), ...repeat(9.6, 4), ...repeat(9.7, 5), 9.8, 9.9, 9.9, 10.2];
    const { lower, upper } = estimateOf(robust(sampleOf(values)));
    expect(lower.value).toBeCloseTo(9.049545, 5);
    expect(upper.value).toBeCloseTo(10.199396, 5);
  });

  test('the robust method on all 240, with a bootstrap that agrees with ten thousand resamples made elsewhere', () => {
    const { lower, upper } = estimateOf(robust(all));
    expect(lower.value).toBeCloseTo(9.038892, 5);
    expect(upper.value).toBeCloseTo(10.315612, 5);
    expect(lower.low).toBeCloseTo(8.980622, 1);
    expect(upper.high).toBeCloseTo(10.37414, 1);
    expect(lower.high).toBeCloseTo(9.097574, 1);
  });

  test('fewer than a method needs is said, not answered', () => {
    expect(nonparametric(sampleOf(women.slice(1)))).toEqual({ reason: 'too-few', needed: 120 });
    expect(robust(sampleOf(women.slice(0, 19)))).toEqual({ reason: 'too-few', needed: 20 });
    expect(robust(sampleOf(repeat(5, 50)))).toEqual({ reason: 'no-spread' });
  });

  test('the 90 % intervals by rank hold the true limit about nine times in ten', () => {
    const random = new Random(7);
    let held = 0;
    const rounds = 1500;
    for (let round = 0; round < rounds; round += 1) {
      const { lower, upper } = estimateOf(
        nonparametric(sampleOf(Array.from({ length: 200 }, () => 100 + 10 * random.normal()))),
      );
      const [low, high] = [100 - 19.59964, 100 + 19.59964];
      held += Number(lower.low <= low && low <= lower.high) + Number(upper.low <= high && high <= upper.high);
    }
    // Ranks are whole numbers: the true level for 200 results is 0.934 (binomial); three standard errors of 3,000 are 0.014.
    expect(held / rounds / 2).toBeGreaterThan(0.91);
    expect(held / rounds / 2).toBeLessThan(0.955);
  });

  test('another unit gives the same interval in that unit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.double({ min: 0.01, max: 90, noNaN: true }), (seed, factor) => {
        const random = new Random(seed);
        const values = Array.from({ length: 150 }, () => 50 + 5 * random.normal());
        for (const method of [nonparametric, robust]) {
          const one = estimateOf(method(sampleOf(values)));
          const two = estimateOf(method(sampleOf(values.map((value) => value * factor))));
          expect(two.lower.value / factor).toBeCloseTo(one.lower.value, 6);
          expect(two.upper.high / factor).toBeCloseTo(one.upper.high, 6);
        }
      }),
      { numRuns: 5 },
    );
  });
});

/**
 * Goal: what surrounds the limits (outliers, partitions, taking over an interval) decides as its sources say.
 * Method: cases worked out by hand from the published rules, and the calcium data.
 */
describe('around the limits', () => {
  test("Reed's third: an extreme further than a third of the range goes", () => {
    const values = Array.from({ length: 30 }, (_, at) => 10 + at / 10);
    expect(dixonFences(sampleOf([...values, 14.2]))).toEqual({ low: -Infinity, high: Infinity });
    expect(dixonFences(sampleOf([...values, 14.4]))).toEqual({ low: 10, high: 12.9 });
    expect(dixonFences(sampleOf([...values, 1, 30]))).toEqual({ low: 10, high: 12.9 });
  });

  test("Tukey's fences stand one and a half boxes out", () => {
    const { low, high } = tukeyFences(sampleOf(Array.from({ length: 99 }, (_, at) => at + 1)));
    expect([low, high]).toEqual([25 - 75, 75 + 75]);
  });

  test('on a log-normal sample Horn keeps the tail that Tukey cuts', () => {
    const random = new Random(3);
    const sample = sampleOf(Array.from({ length: 5000 }, () => Math.exp(3 + 0.6 * random.normal())));
    expect(hornFences(sample).high).toBeGreaterThan(1.6 * tukeyFences(sample).high);
    expect(hornFences(sample).low).toBeGreaterThan(0);
  });

  test('calcium of women and men differs by more than Harris and Boyd allow', () => {
    const verdict = harrisBoyd(sampleOf(women), sampleOf(men));
    // By hand: means 9.57083 and 9.79750, deviations 0.291445 and 0.313951: z = 0.22667 / sqrt((0.084940 + 0.098565) / 120).
    expect(verdict).toMatchObject({ bound: 3, apart: true });
    expect(isAnswered(verdict) && verdict.z).toBeCloseTo(5.796, 3);
  });

  test('two halves of one sample stay together, and a shift of half a deviation parts them', () => {
    const random = new Random(11);
    const draw = (shift: number) => sampleOf(Array.from({ length: 20_000 }, () => 10 + shift + random.normal()));
    const limits = { low: 10 - 1.96, high: 10 + 1.96 };
    expect(lahti([draw(0), draw(0)], limits)).toMatchObject({ verdict: 'together' });
    expect(lahti([draw(-0.25), draw(0.25)], limits)).toMatchObject({ verdict: 'apart' });
    expect(harrisBoyd(draw(0), draw(0.02))).toMatchObject({ apart: false });
  });

  test.each([
    [2, 'accepted'],
    [3, 'again'],
    [4, 'again'],
    [5, 'rejected'],
  ])('%d of twenty outside: %s', (outside, verdict) => {
    const values = [...repeat(1, outside), ...Array.from({ length: 20 - outside }, (_, at) => 10 + at)];
    expect(verify(sampleOf(values), { low: 5, high: 50 })).toMatchObject({ outside, verdict });
  });

  test('the chance of three or more outside a right interval is 7.5 %', () => {
    const sample = sampleOf([1, 1, 1, ...Array.from({ length: 17 }, (_, at) => 10 + at)]);
    // 1 - B(2; 20, 0.05) = 0.0755.
    expect(verify(sample, { low: 5, high: 50 })).toHaveProperty('probability', expect.closeTo(0.0755, 4));
    expect(verify(sampleOf([1, 2]), { low: 5, high: 50 })).toEqual({ reason: 'too-few', needed: 20 });
  });
});
