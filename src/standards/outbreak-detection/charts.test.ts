import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '#standards/statistics';
import { negativeBinomialIntegral, negativeBinomialIntegralOfTable } from './anscombe.ts';
import { binomialCusum } from './binomial-cusum.ts';
import { cusum, TRANSFORMATIONS } from './cusum.ts';
import { type GeneralisedOptions, generalisedRun } from './generalised-likelihood-ratio.ts';
import { estimateInControl } from './in-control.ts';
import { type Chart, likelihoodRatioRun, restarted } from './likelihood-ratio.ts';
import { outbreakP } from './outbreak-p.ts';

const seeds = fc.integer({ min: 1, max: 1e6 });

function drawn(random: Random, mean: number, length: number): Float64Array {
  return Float64Array.from({ length }, () => random.poisson(mean));
}

describe('CUSUM', () => {
  test('of standardised counts, worked by hand', () => {
    const { sum, alarm } = cusum(Float64Array.of(8, 6, 10), Float64Array.of(4, 4, 4), {
      reference: 0.5,
      decision: 3.5,
    });
    expect(Array.from(sum)).toEqual([1.5, 2, 4.5]);
    expect(alarm).toEqual([false, false, true]);
  });

  test.each(['standard', 'anscombe', 'anscombe2nd', 'pearsonNegBin'] as const)(
    '%s: the bound is the fewest cases that are an alarm',
    (transformation) => {
      fc.assert(
        fc.property(seeds, (seed) => {
          const counts = drawn(new Random(seed), 6, 8);
          const expected = new Float64Array(8).fill(5);
          const { bound } = cusum(counts, expected, { transformation });
          const withLast = (count: number): boolean | undefined => {
            counts[7] = count;
            return cusum(counts, expected, { transformation }).alarm[7];
          };
          const least = Math.ceil(bound[7]!);
          expect(withLast(least)).toBe(true);
          if (least > 0) expect(withLast(least - 1)).toBe(false);
        }),
      );
    },
  );

  test.each(TRANSFORMATIONS.filter((each) => each !== 'none'))(
    '%s puts a count as expected near 0',
    (transformation) => {
      const { sum } = cusum(Float64Array.of(30), Float64Array.of(30), { transformation, reference: 0 });
      expect(sum[0]).toBeLessThan(0.05);
    },
  );

  test('nothing is known after a missing count', () => {
    expect(cusum(Float64Array.of(4, Number.NaN, 9), new Float64Array(3).fill(4)).alarm).toEqual([
      false,
      undefined,
      undefined,
    ]);
  });

  test.each([0.02, 0.5, 2])(
    'the negative binomial scale is the integral of the variance to the power -1/3, alpha %d',
    (alpha) => {
      let integral = 0;
      // By the midpoint rule in the cube root of the square, where it is smooth.
      const steps = 20_000;
      const end = 40 ** (2 / 3);
      for (let step = 0; step < steps; step += 1) {
        const u = ((step + 0.5) * (end / steps)) ** 1.5;
        integral += 1.5 * (1 + alpha * u) ** (-1 / 3) * (end / steps);
      }
      expect(negativeBinomialIntegral(40, alpha)).toBeCloseTo(integral, 6);
      expect(negativeBinomialIntegralOfTable(40, alpha)).toBeCloseTo(integral, 1);
    },
  );
});

describe('likelihood ratios', () => {
  const ratio = (counts: Float64Array, logFactor: number, alpha: number, cases = false): Chart =>
    restarted(
      counts,
      new Float64Array(counts.length).fill(3),
      (stretch) => likelihoodRatioRun(stretch, { logFactor, threshold: 3, alpha }),
      { cases },
    );

  test.each([0, 0.4])(
    'the fewest cases for an alarm are an alarm, and one fewer is none; overdispersion %d',
    (alpha) => {
      fc.assert(
        fc.property(seeds, (seed) => {
          const counts = drawn(new Random(seed), 3, 12);
          const { cases } = ratio(counts, Math.LN2, alpha, true);
          const withLast = (count: number): boolean => {
            counts[11] = count;
            return ratio(counts, Math.LN2, alpha).alarm[11]!;
          };
          const least = Math.floor(cases![11]!) + 1;
          expect(withLast(least)).toBe(true);
          expect(withLast(least - 1)).toBe(false);
        }),
      );
    },
  );

  /** 3 expected and none seen: each adds (1 - 2/3) * 3 = 1 less a rounding of exp, as R does it, and the sum is compared to the last bit. */
  test('a sum that comes to the threshold is rounded as R rounds it', () => {
    const step = (1 - Math.exp(Math.log(2 / 3))) * 3;
    const { statistic } = ratio(new Float64Array(3), Math.log(2 / 3), 0);
    expect(Array.from(statistic)).toEqual([step, step + step, step + step + step]);
  });

  /** Lorden, Ann Math Stat 1971;42:1897: in control at least exp(threshold) counts pass on average before an alarm. */
  test.each([0, 0.4])('false alarms are no more frequent than theory allows; overdispersion %d', (alpha) => {
    const random = new Random(12);
    const length = 60_000;
    const counts = Float64Array.from({ length }, () =>
      alpha === 0 ? random.poisson(3) : random.negativeBinomial(1 / alpha, 3),
    );
    const alarms = ratio(counts, Math.LN2, alpha).alarm.filter(Boolean).length;
    expect(alarms).toBeGreaterThan(100);
    expect(length / alarms).toBeGreaterThan(Math.exp(3));
  });
});

describe('generalised likelihood ratios', () => {
  const generalised = (counts: Float64Array, options: Partial<GeneralisedOptions>, cases = false): Chart =>
    restarted(
      counts,
      Float64Array.from(counts, (_, at) => 3 + Math.sin(at)),
      (stretch) => generalisedRun(stretch, { threshold: 1e9, ...options }),
      { cases },
    );

  /** The definition itself: all starts, and factors on a fine grid. */
  function byGrid(
    counts: Float64Array,
    at: number,
    { alpha = 0, direction = 'inc', change = 'intercept' }: Partial<GeneralisedOptions>,
  ): number {
    let best = 0;
    for (let from = 0; from <= at; from += 1)
      for (let step = 1; step <= 400; step += 1) {
        let sum = 0;
        for (let each = from; each <= at; each += 1) {
          const mu = 3 + Math.sin(each);
          const factor = direction === 'inc' ? 1 + step / 40 : 1 - step / 401;
          const other = change === 'intercept' ? mu * factor : mu + (step / 100) * (each === 0 ? 0 : counts[each - 1]!);
          sum +=
            alpha === 0
              ? counts[each]! * Math.log(other / mu) - other + mu
              : counts[each]! * Math.log(other / mu) -
                (counts[each]! + 1 / alpha) * Math.log((1 + alpha * other) / (1 + alpha * mu));
        }
        best = Math.max(best, sum);
      }
    return best;
  }

  test.each([
    { alpha: 0, direction: 'inc', change: 'intercept' },
    { alpha: 0, direction: 'dec', change: 'intercept' },
    { alpha: 0.3, direction: 'inc', change: 'intercept' },
    { alpha: 0.3, direction: 'dec', change: 'intercept' },
    { alpha: 0, direction: 'inc', change: 'epidemic' },
    { alpha: 0.3, direction: 'inc', change: 'epidemic' },
  ] as const)('are the largest over all starts and sizes: %o', (options) => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const counts = drawn(new Random(seed), options.direction === 'inc' ? 4 : 2, 9);
        const { statistic } = generalised(counts, options);
        const grid = byGrid(counts, 8, options);
        expect(statistic[8]).toBeGreaterThan(grid - 1e-9);
        expect(statistic[8]).toBeLessThan(grid + 0.05);
      }),
      { numRuns: 15 },
    );
  });

  test.each(['inc', 'dec'] as const)(
    "R's way of seeking a change finds the same where it does not stick, looking for %s",
    (direction) => {
      const counts = drawn(new Random(31), 3, 40).map((count) => count + 1);
      const [one, two] = [true, false].map((rCompat) => generalised(counts, { alpha: 0.2, direction, rCompat }));
      for (const [at, value] of one!.statistic.entries()) expect(value).toBeCloseTo(two!.statistic[at]!, 6);
    },
  );

  test('hardly any overdispersion is Poisson', () => {
    const counts = drawn(new Random(2), 4, 30);
    for (const change of ['intercept', 'epidemic'] as const) {
      const [one, two] = [0, 1e-7].map((alpha) => generalised(counts, { alpha, change }));
      for (const [at, value] of one!.statistic.entries()) expect(value).toBeCloseTo(two!.statistic[at]!, 4);
    }
  });

  test('a window forgets what lies before it', () => {
    const counts = drawn(new Random(2), 4, 30);
    const other = counts.slice();
    other.fill(40, 0, 20);
    const [one, two] = [counts, other].map((each) => generalised(each, { window: 8 }).statistic[29]!);
    expect(one).toBe(two);
  });

  test.each([0, 0.3])(
    'the fewest cases for an alarm are an alarm, and one fewer is none; overdispersion %d',
    (alpha) => {
      const counts = drawn(new Random(77), 3, 15);
      const { cases } = generalised(counts, { alpha, threshold: 4 }, true);
      for (const [at, least] of cases!.entries()) {
        const trial = counts.slice(0, at + 1);
        trial[at] = least;
        const { alarm } = generalised(trial, { alpha, threshold: 4 });
        trial[at] = least - 1;
        if (!alarm.slice(0, at).includes(true))
          expect([alarm[at], generalised(trial, { alpha, threshold: 4 }).alarm[at]]).toEqual([true, false]);
      }
    },
  );

  test('after an alarm the chart starts anew, with means that may be learnt again', () => {
    const counts = Float64Array.of(3, 3, 30, 3, 3, 3);
    const run = (stretch: Parameters<typeof generalisedRun>[0]) => generalisedRun(stretch, { threshold: 5 });
    const mean = new Float64Array(6).fill(3);
    const asked: number[] = [];
    const refit = (from: number): Float64Array => {
      asked.push(from);
      return new Float64Array(6 - from).fill(4);
    };
    const { alarm, statistic, expected } = restarted(counts, mean, run, { refit });
    expect(alarm).toEqual([false, false, true, false, false, false]);
    expect(Array.from(statistic.subarray(3))).toEqual([0, 0, 0]);
    expect([asked, Array.from(expected)]).toEqual([[3], [3, 3, 3, 4, 4, 4]]);
  });

  test('refuses missing counts, and the number of cases of an epidemic', () => {
    expect(() => generalised(Float64Array.of(1, Number.NaN), {})).toThrow('missing');
    expect(() => generalised(Float64Array.of(1, 2), { change: 'epidemic' }, true)).toThrow('not defined');
  });
});

describe('counts in control', () => {
  test.each([0, 0.2, undefined])('waves and trend are found again; overdispersion %s', (alpha) => {
    const random = new Random(6);
    const meanAt = (at: number): number =>
      Math.exp(3 + 0.5 * Math.cos((2 * Math.PI * (at + 1)) / 52) + 0.001 * (at + 1));
    const training = Float64Array.from({ length: 520 }, (_, at) => random.negativeBinomial(5, meanAt(at)));
    const positions = [530, 550, 570];
    const found = estimateInControl(training, positions, { frequency: 52, trend: true, alpha });
    for (const [row, at] of positions.entries()) expect(found.expected[row]! / meanAt(at)).toBeCloseTo(1, 0);
    if (alpha === undefined) expect(found.alpha).toBeCloseTo(0.2, 1);
    else expect(found.alpha).toBe(alpha);
  });

  test('refuses when nothing came before', () => {
    expect(() => estimateInControl(new Float64Array(0), [0], { frequency: 52, alpha: 0 })).toThrow('no count');
  });
});

describe('outbreakP', () => {
  const at = (counts: Float64Array): number => outbreakP(counts, [counts.length - 1]).statistic[0]!;

  test('a series that never rises says nothing', () => {
    expect(at(Float64Array.of(9, 7, 7, 3, 0))).toBeCloseTo(1, 12);
    expect(at(new Float64Array(5))).toBe(1);
  });

  test('two counts, worked by hand', () => {
    expect(at(Float64Array.of(1, 3))).toBeCloseTo((1 / 2) * (3 / 2) ** 3, 12);
  });

  test('it is never below 1, grows with a last count that stands out, and is the same by products and by logarithms', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const counts = drawn(new Random(seed), 5, 12);
        const value = at(counts);
        expect(value).toBeGreaterThan(1 - 1e-12);
        expect(outbreakP(counts, [11], { rCompat: true }).statistic[0]! / value).toBeCloseTo(1, 9);
        counts[11] = 15 + counts[11]!;
        expect(at(counts)).toBeGreaterThan(value);
      }),
    );
  });

  test('the fewest cases for an alarm are an alarm, and one fewer is none', () => {
    const counts = Float64Array.of(4, 6, 5, 7, 4, 6);
    const [least] = outbreakP(counts, [5], { cases: true }).cases!;
    const alarmWith = (count: number): boolean | undefined =>
      outbreakP(Float64Array.of(4, 6, 5, 7, 4, count), [5]).alarm[0];
    expect([alarmWith(least!), alarmWith(least! - 1)]).toEqual([true, false]);
    const found = outbreakP(Float64Array.of(4, 6, 5, 7, 4, 40), [5], { cases: true });
    expect([found.alarm[0], found.cases![0]]).toEqual([true, least]);
  });
});

describe('CUSUM of shares', () => {
  test('the fewest positive tests for an alarm are an alarm, and one fewer is none', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = new Random(seed);
        const tested = new Float64Array(10).fill(80);
        const series = {
          positive: Float64Array.from(tested, (n) => random.binomial(n, 0.06)),
          tested,
          inControl: new Float64Array(10).fill(0.05),
          outOfControl: new Float64Array(10).fill(0.1),
        };
        const { cases } = binomialCusum(series, 3);
        series.positive[9] = cases[9]!;
        const above = binomialCusum(series, 3);
        // Exactly on the threshold is no alarm yet.
        expect(above.statistic[9]).toBeGreaterThan(3 - 1e-9);
        series.positive[9] = cases[9]! - 1;
        expect(binomialCusum(series, 3).alarm[9]).toBe(false);
      }),
    );
  });

  test('no more false alarms than theory allows', () => {
    const random = new Random(3);
    const length = 40_000;
    const tested = new Float64Array(length).fill(80);
    const { alarm } = binomialCusum(
      {
        positive: Float64Array.from(tested, (n) => random.binomial(n, 0.05)),
        tested,
        inControl: new Float64Array(length).fill(0.05),
        outOfControl: new Float64Array(length).fill(0.1),
      },
      3,
    );
    expect(length / alarm.filter(Boolean).length).toBeGreaterThan(Math.exp(3));
  });

  test('refuses lists of different length', () => {
    const one = Float64Array.of(1);
    expect(() =>
      binomialCusum({ positive: one, tested: one, inControl: one, outOfControl: new Float64Array(0) }, 3),
    ).toThrow('one length');
  });
});
