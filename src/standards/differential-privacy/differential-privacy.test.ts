import { describe, expect, test } from 'vitest';
import { chiSquare, Random } from '../statistics/index.ts';
import {
  affords,
  bernoulliExp,
  decimal,
  discreteGaussian,
  discreteLaplace,
  epsilonOf,
  FairBits,
  gaussianCost,
  gaussianVariance,
  laplaceCost,
  NANO,
  rational,
} from './index.ts';

const N = 1_000_000;
const SEED = 20261122;

/** Fair bytes from a seed, so that a failure can be had again. */
function seeded(seed: number): FairBits {
  const random = new Random(seed);
  return new FairBits((count) => Uint8Array.from({ length: count }, () => random.bits() >>> 24));
}

/**
 * Goal: the noise has just the distribution that the accounting assumes.
 * Method: a million draws from a fixed seed against the exact probabilities, by chi-square; a sampler with a wrong scale is found out.
 */
describe(`samplers, ${N} draws (seed ${SEED})`, () => {
  const laplace = (scale: number) => (x: number) => Math.exp(-Math.abs(x) / scale);
  const gaussian = (variance: number) => (x: number) => Math.exp((-x * x) / (2 * variance));

  test.each([
    {
      name: 'discrete Laplace, scale 7/3',
      draw: (bits: FairBits) => discreteLaplace(bits, rational(7n, 3n)),
      weight: laplace(7 / 3),
    },
    {
      name: 'discrete Gaussian, sigma² 4.5',
      draw: (bits: FairBits) => discreteGaussian(bits, decimal('4.5')),
      weight: gaussian(4.5),
    },
    {
      name: 'discrete Gaussian, sigma² 1/3',
      draw: (bits: FairBits) => discreteGaussian(bits, rational(1n, 3n)),
      weight: gaussian(1 / 3),
    },
  ])('$name', ({ draw, weight }) => {
    expect(goodness(sample(draw), weight)).toBeGreaterThan(0.001);
  });

  test('a scale that is wrong by one percent is found out', () => {
    expect(
      goodness(
        sample((bits) => discreteLaplace(bits, rational(7n, 3n))),
        laplace((7 / 3) * 1.01),
      ),
    ).toBeLessThan(1e-6);
  });

  test('exp(-gamma) on either side of 1', () => {
    for (const [over, under] of [
      [1n, 3n],
      [5n, 2n],
    ] as const) {
      const bits = seeded(SEED);
      let heads = 0;
      for (let at = 0; at < 200_000; at += 1) if (bernoulliExp(bits, rational(over, under))) heads += 1;
      const p = Math.exp(-Number(over) / Number(under));
      expect(Math.abs(heads / 200_000 - p)).toBeLessThan(4.5 * Math.sqrt((p * (1 - p)) / 200_000));
    }
  });

  test('whole numbers below any bound are equally likely', () => {
    const bits = seeded(SEED);
    const counts = new Map<bigint, number>();
    for (let at = 0; at < 100_000; at += 1) {
      const value = bits.whole(7n);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    let statistic = 0;
    for (let value = 0n; value < 7n; value += 1n)
      statistic += ((counts.get(value) ?? 0) - 100_000 / 7) ** 2 / (100_000 / 7);
    expect(chiSquare.cdf(statistic, 6, { upper: true })).toBeGreaterThan(0.001);
  });
});

/**
 * Goal: nobody can tell two neighbouring tables apart better than the epsilon that is claimed.
 * Method: answers over both, a million each: no outcome is likelier by more than exp(epsilon) beyond chance (5 standard deviations, all outcomes); noise that is too small is
 * found out by the same test.
 */
describe(`the epsilon claimed is not violated at n = ${N} (seed ${SEED})`, () => {
  test('discrete Laplace, epsilon 1', () => {
    expect(worstExcess((bits) => discreteLaplace(bits, rational(1n)), { epsilon: 1 })).toBeLessThan(5);
  });

  test('noise of half the scale violates it', () => {
    expect(worstExcess((bits) => discreteLaplace(bits, rational(1n, 2n)), { epsilon: 1 })).toBeGreaterThan(50);
  });

  test('discrete Gaussian: what is beyond epsilon is at most delta, exactly and as drawn', () => {
    const delta = 1e-3;
    for (const variance of [1n, 4n, 25n]) {
      const rho = Number(gaussianCost({ sensitivitySquared: 1n, variance: rational(variance) })) / Number(NANO);
      const epsilon = epsilonOf(rho, delta);
      const weight = (x: number) => Math.exp((-x * x) / (2 * Number(variance)));
      const reach = 60 * Math.ceil(Math.sqrt(Number(variance)));
      let total = 0;
      for (let x = -reach; x <= reach; x += 1) total += weight(x);
      let beyond = 0;
      for (let x = -reach; x <= reach; x += 1)
        beyond += Math.max(0, weight(x) - Math.exp(epsilon) * weight(x - 1)) / total;
      expect(beyond).toBeLessThanOrEqual(delta);
      // Not so far below that the conversion would be worth nothing.
      expect(beyond).toBeGreaterThan(delta / 20);
    }
    const counts = sample((bits) => discreteGaussian(bits, rational(4n)));
    const epsilon = epsilonOf(1 / 8, delta);
    let drawn = 0;
    for (const [x, count] of counts) drawn += Math.max(0, count - Math.exp(epsilon) * (counts.get(x - 1) ?? 0)) / N;
    expect(drawn).toBeLessThan(delta + 5 * Math.sqrt(delta / N));
  });
});

describe('accounting', () => {
  test.each([
    { sensitivitySquared: 1n, variance: rational(100n), nano: 5_000_000n },
    { sensitivitySquared: 4n, variance: rational(100n), nano: 20_000_000n },
    { sensitivitySquared: 1n, variance: rational(3n), nano: 166_666_667n },
  ])('Gaussian noise costs $nano nano-rho', ({ nano, ...noise }) => {
    expect(gaussianCost(noise)).toBe(nano);
  });

  test('the noise for a price costs that price, never more', () => {
    for (const nanoRho of [1n, 7n, 5_000_000n, 999_999_999n])
      expect(
        gaussianCost({ sensitivitySquared: 9n, variance: gaussianVariance({ sensitivitySquared: 9n, nanoRho }) }),
      ).toBe(nanoRho);
  });

  test('Laplace noise of epsilon 1/10 costs 1/200', () => {
    expect(laplaceCost({ sensitivity: 1n, scale: rational(10n) })).toBe(NANO / 200n);
  });

  test('epsilon is that of the definition, tried over alpha, and below the simple bound', () => {
    for (const rho of [0.001, 0.05, 0.5, 2, 10])
      for (const delta of [1e-10, 1e-6, 1e-3]) {
        let best = Number.POSITIVE_INFINITY;
        for (let at = 1; at <= 400_000; at += 1) {
          const alpha = 1 + at / 400 / Math.min(1, Math.sqrt(rho) * 5);
          best = Math.min(
            best,
            rho * alpha + (Math.log(1 / delta) - Math.log(alpha)) / (alpha - 1) + Math.log(1 - 1 / alpha),
          );
        }
        expect(epsilonOf(rho, delta)).toBeCloseTo(best, 3);
        expect(epsilonOf(rho, delta)).toBeLessThan(rho + 2 * Math.sqrt(rho * Math.log(1 / delta)));
      }
    expect(epsilonOf(0, 1e-6)).toBe(0);
  });

  test.each([
    [() => rational(1n, 0n)],
    [() => decimal('-1')],
    [() => gaussianVariance({ sensitivitySquared: 1n, nanoRho: 0n })],
    [() => epsilonOf(Number.NaN, 0.1)],
    [() => epsilonOf(1, 0)],
    [() => discreteLaplace(seeded(1), rational(0n))],
    [() => discreteGaussian(seeded(1), rational(-1n))],
    [() => seeded(1).whole(0n)],
  ])('refuses case %#', (act) => {
    expect(act).toThrow(RangeError);
  });

  test('nothing below 0 and nothing beyond the limit is afforded', () => {
    const account = { limit: 10n, spent: 7n };
    expect([3n, 4n, -1n].map((cost) => affords(account, cost))).toEqual([true, false, false]);
  });
});

function sample(draw: (bits: FairBits) => bigint, seed = SEED): Map<number, number> {
  const bits = seeded(seed);
  const counts = new Map<number, number>();
  for (let at = 0; at < N; at += 1) {
    const value = Number(draw(bits));
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
}

/** The p-value of the counts under the weights; outcomes expected fewer than 10 times are put together. */
function goodness(counts: ReadonlyMap<number, number>, weight: (x: number) => number): number {
  let total = 0;
  for (let x = -1_000; x <= 1_000; x += 1) total += weight(x);
  let [statistic, cells, rareSeen, rareExpected] = [0, 0, 0, 0];
  for (let x = -1_000; x <= 1_000; x += 1) {
    const expected = (N * weight(x)) / total;
    const seen = counts.get(x) ?? 0;
    if (expected < 10) {
      rareSeen += seen;
      rareExpected += expected;
      continue;
    }
    statistic += (seen - expected) ** 2 / expected;
    cells += 1;
  }
  if (rareExpected >= 5) {
    statistic += (rareSeen - rareExpected) ** 2 / rareExpected;
    cells += 1;
  }
  return chiSquare.cdf(statistic, cells - 1, { upper: true });
}

/** Over all outcomes of the answers 10 and 11 with noise: how many standard deviations the ratio is beyond exp(epsilon). */
function worstExcess(draw: (bits: FairBits) => bigint, { epsilon }: { epsilon: number }): number {
  const one = sample(draw, SEED + 1);
  const other = sample(draw, SEED + 2);
  let worst = Number.NEGATIVE_INFINITY;
  for (const [here, there] of [
    [shifted(one, 10), shifted(other, 11)],
    [shifted(other, 11), shifted(one, 10)],
  ] as const)
    for (const [x, count] of here) {
      const neighbour = there.get(x) ?? 0;
      const factor = Math.exp(epsilon);
      if (count + neighbour < 30) continue;
      worst = Math.max(worst, (count - factor * neighbour) / Math.sqrt(count + factor ** 2 * neighbour));
    }
  return worst;
}

function shifted(counts: ReadonlyMap<number, number>, by: number): Map<number, number> {
  return new Map([...counts].map(([x, count]) => [x + by, count]));
}
