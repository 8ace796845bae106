import { expect, test } from 'vitest';
import { quantile, Random } from '#standards/statistics';
import { quantilesOf } from './quantiles.ts';

const PROBABILITIES = [0, 0.025, 0.3, 0.5, 0.975, 1];

test.each([
  ['spread', 10_001, (random: Random) => random.gamma(3)],
  ['few', 7, (random: Random) => random.normal()],
  ['one', 1, () => 4],
  ['all alike', 50, () => 2.5],
  ['tied', 1000, (random: Random) => random.whole(5)],
  ['with a far one', 500, (random: Random) => random.next() ** -3],
])('quantiles of values that are %s are those of the sorted ones', (_, count, draw) => {
  const random = new Random(12);
  const values = Float64Array.from({ length: count }, () => draw(random));
  const sorted = Float64Array.from(values).sort();
  for (const [at, found] of quantilesOf(values, PROBABILITIES).entries())
    expect(found).toBeCloseTo(quantile(sorted, PROBABILITIES[at]!), 12);
});
