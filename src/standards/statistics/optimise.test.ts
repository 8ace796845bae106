import { describe, expect, test } from 'vitest';
import {
  eigenSymmetric,
  findMinimum,
  findRoot,
  invertSymmetric,
  mean,
  minimise,
  minimiseRough,
  quantile,
  Random,
  variance,
} from './index.ts';

/** Goal: roots and minima are where calculus puts them. Method: functions whose answers are known in closed form. */
describe('roots and minima', () => {
  test('the root of cos is a quarter turn', () => {
    expect(findRoot(Math.cos, 1, 2)).toBeCloseTo(Math.PI / 2, 12);
    expect(findRoot((x) => x ** 9 - 0.5, -1, 3)).toBeCloseTo(0.5 ** (1 / 9), 12);
    expect(() => findRoot(Math.cosh, -1, 1)).toThrow('same sign');
  });

  test('the minimum of x log x is at 1/e', () => {
    expect(findMinimum((x) => x * Math.log(x), 1e-9, 5).x).toBeCloseTo(1 / Math.E, 7);
  });

  const valley = (x: Float64Array): number => 100 * (x[1]! - x[0]! ** 2) ** 2 + (1 - x[0]!) ** 2;

  test('the curved valley of Rosenbrock ends at 1, 1', () => {
    for (const { x } of [minimise(valley, [-1.2, 1]), minimiseRough(valley, [-1.2, 1], { tolerance: 1e-15 })]) {
      expect(x[0]).toBeCloseTo(1, 5);
      expect(x[1]).toBeCloseTo(1, 5);
    }
  });

  test('a bound holds what would leave it, and frees the rest', () => {
    const { x, converged } = minimise(valley, [0, 0], { upper: [0.5, Infinity], lower: [-1, -1] });
    expect(converged).toBe(true);
    expect(x[0]).toBe(0.5);
    expect(x[1]).toBeCloseTo(0.25, 6);
  });

  test('parameters of very different size are found', () => {
    const { x } = minimise(
      (at) => (at[0]! / 1e4 - 3) ** 2 + (at[1]! * 1e3 - 2) ** 2 + at[0]! * at[1]! * 1e-2,
      [1e4, 1e-3],
    );
    const h = [
      [2e-8, 1e-2],
      [1e-2, 2e6],
    ];
    const [i] = [invertSymmetric(h)];
    expect(x[0]! / (i[0]![0]! * 6e-4 + i[0]![1]! * 4e3)).toBeCloseTo(1, 5);
  });
});

/** Goal: decompositions give the matrix back. Method: random symmetric matrices (seed 5). */
test('eigenvalues and vectors make up the matrix', () => {
  const random = new Random(5);
  const half = Array.from({ length: 6 }, () => Array.from({ length: 6 }, () => random.normal()));
  const a = half.map((one) => half.map((two) => one.reduce((sum, value, at) => sum + value * two[at]!, 0)));
  const { values, vectors } = eigenSymmetric(a);
  expect([...values]).toEqual([...values].sort((one, two) => two - one));
  for (const [i, row] of a.entries())
    for (const [j, value] of row.entries())
      expect(values.reduce((sum, each, k) => sum + each * vectors[k]![i]! * vectors[k]![j]!, 0)).toBeCloseTo(value, 11);
});

/** Goal: the nine quantiles. Method: worked by hand from Hyndman and Fan's definitions for 1, 2, 4, 8 at p = 0.3 (n p = 1.2). */
test.each([
  [1, 2],
  [2, 2],
  [3, 1],
  [4, 1.2],
  [5, 1.7],
  [6, 1.5],
  [7, 1.9],
  [8, 1 + (1 / 3 + 0.3 * (5 - 2 / 3) - 1)],
  [9, 1 + (0.375 + 0.3 * 4.25 - 1)],
] as const)('quantile of type %d', (type, expected) => {
  expect(quantile([1, 2, 4, 8], 0.3, type)).toBeCloseTo(expected, 12);
});

/** Goal: draws follow their distributions. Method: mean and variance of 40,000 draws within five standard errors (seed 11). */
describe('random numbers', () => {
  const SEED = 11;
  test.each<[string, (random: Random) => number, number, number]>([
    ['uniform', (random) => random.next(), 1 / 2, 1 / 12],
    ['normal', (random) => random.normal(2, 3), 2, 9],
    ['exponential', (random) => random.exponential(4), 1 / 4, 1 / 16],
    ['gamma 0.4', (random) => random.gamma(0.4, 2), 0.2, 0.1],
    ['gamma 7', (random) => random.gamma(7, 2), 3.5, 1.75],
    ['beta', (random) => random.beta(2, 3), 0.4, 0.04],
    ['Poisson 3', (random) => random.poisson(3), 3, 3],
    ['Poisson 200', (random) => random.poisson(200), 200, 200],
    ['binomial 9', (random) => random.binomial(9, 0.8), 7.2, 1.44],
    ['binomial 400', (random) => random.binomial(400, 0.3), 120, 84],
    ['negative binomial', (random) => random.negativeBinomial(2, 6), 6, 24],
    ['multinomial', (random) => random.multinomial(50, [1, 2, 5])[1]!, 12.5, 9.375],
    ['whole', (random) => random.whole(6), 2.5, 35 / 12],
  ])('%s', (_, draw, centre, spread) => {
    const random = new Random(SEED);
    const draws = Array.from({ length: 40_000 }, () => draw(random));
    const fourth = mean(draws.map((value) => (value - centre) ** 4));
    expect(Math.abs(mean(draws) - centre)).toBeLessThan(5 * Math.sqrt(spread / draws.length));
    expect(Math.abs(variance(draws) - spread)).toBeLessThan(5 * Math.sqrt((fourth - spread ** 2) / draws.length));
  });

  test('a shuffle keeps all and favours none', () => {
    const random = new Random(SEED);
    const firsts = [0, 0, 0, 0, 0];
    for (let round = 0; round < 10_000; round += 1) firsts[random.shuffle([0, 1, 2, 3, 4])[0]!]! += 1;
    for (const count of firsts) expect(Math.abs(count - 2000)).toBeLessThan(200);
  });
});
