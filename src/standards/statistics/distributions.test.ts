import { describe, expect, test } from 'vitest';
import {
  beta,
  binomial,
  chiSquare,
  fisherF,
  gamma,
  hypergeometric,
  negativeBinomial,
  negativeBinomialOfMean,
  normal,
  poisson,
  student,
  type Tail,
  weibull,
} from './index.ts';

/** Goal: the distributions are right to the last digits that matter. Method: values from published tables (Abramowitz and Stegun 26; NIST). */
describe('distributions', () => {
  test.each([
    [0, 0.5],
    [1.959963984540054, 0.975],
    [-3, 0.0013498980316300946],
    [8, 1 - 6.220960574271785e-16],
  ])('normal below %d', (z, p) => {
    expect(normal.cdf(z)).toBeCloseTo(p, 14);
  });

  test('a normal quantile has its edges, and refuses what is no probability', () => {
    expect(normal.quantile(0)).toBe(-Infinity);
    expect(normal.quantile(1)).toBe(Infinity);
    expect(normal.quantile(2)).toBeNaN();
  });

  test.each([
    [0.975, 19, 2.093024],
    [0.95, 5, 2.015048],
    [0.975, 239, 1.969939],
  ])('Student %d with %d degrees', (p, freedom, t) => {
    expect(student.quantile(p, freedom)).toBeCloseTo(t, 5);
  });
});

const CONTINUOUS: [string, (p: number, tail: Tail) => number, (x: number, tail: Tail) => number][] = [
  ['normal', (p, tail) => normal.quantile(p, 3, 2, tail), (x, tail) => normal.cdf(x, 3, 2, tail)],
  ['Student 1', (p, tail) => student.quantile(p, 1, tail), (x, tail) => student.cdf(x, 1, tail)],
  ['Student 7.3', (p, tail) => student.quantile(p, 7.3, tail), (x, tail) => student.cdf(x, 7.3, tail)],
  ['chi-square 4', (p, tail) => chiSquare.quantile(p, 4, tail), (x, tail) => chiSquare.cdf(x, 4, tail)],
  ['gamma 0.03', (p, tail) => gamma.quantile(p, 0.03, 4, tail), (x, tail) => gamma.cdf(x, 0.03, 4, tail)],
  ['gamma 900', (p, tail) => gamma.quantile(p, 900, 4, tail), (x, tail) => gamma.cdf(x, 900, 4, tail)],
  ['beta', (p, tail) => beta.quantile(p, 3.2, 0.7, tail), (x, tail) => beta.cdf(x, 3.2, 0.7, tail)],
  ['F', (p, tail) => fisherF.quantile(p, 3, 11, tail), (x, tail) => fisherF.cdf(x, 3, 11, tail)],
  ['Weibull', (p, tail) => weibull.quantile(p, 2.3, 1.7, tail), (x, tail) => weibull.cdf(x, 2.3, 1.7, tail)],
];
const LOGS = [-690, -100, -20, -5, -1, -0.5];

/** Goal: no tail loses its digits, however far out. Method: the quantile undoes the tail, in the tail's own logarithm, to 1e-300; what one gives up the other must repeat. */
describe.each(CONTINUOUS)('%s', (name, quantile, cdf) => {
  test.each(LOGS)('log tail %d comes back', (logarithm) => {
    for (const upper of [false, true]) {
      const x = quantile(logarithm, { upper, log: true });
      // A beta quantile next to 1 is 1 itself in doubles; a gamma quantile of a tiny shape is 0.
      if (x === 0 || (name === 'beta' && x > 1 - 1e-6)) continue;
      expect(cdf(x, { upper, log: true }) / logarithm).toBeCloseTo(1, 11);
      expect(cdf(x, { upper }) / Math.exp(logarithm)).toBeCloseTo(1, 10);
      expect(cdf(x, { upper: !upper }) + cdf(x, { upper })).toBeCloseTo(1, 14);
    }
  });
});

const DISCRETE: [
  string,
  (x: number) => number,
  (p: number, tail: Tail) => number,
  (x: number, tail: Tail) => number,
  number,
][] = [
  [
    'Poisson',
    (x) => poisson.density(x, 6.7),
    (p, t) => poisson.quantile(p, 6.7, t),
    (x, t) => poisson.cdf(x, 6.7, t),
    70,
  ],
  [
    'binomial',
    (x) => binomial.density(x, 60, 0.31),
    (p, t) => binomial.quantile(p, 60, 0.31, t),
    (x, t) => binomial.cdf(x, 60, 0.31, t),
    60,
  ],
  [
    'negative binomial',
    (x) => negativeBinomial.density(x, 2.9, 0.31),
    (p, t) => negativeBinomial.quantile(p, 2.9, 0.31, t),
    (x, t) => negativeBinomial.cdf(x, 2.9, 0.31, t),
    150,
  ],
  [
    'negative binomial by mean',
    (x) => negativeBinomialOfMean.density(x, 2.9, 6),
    (p, t) => negativeBinomialOfMean.quantile(p, 2.9, 6, t),
    (x, t) => negativeBinomialOfMean.cdf(x, 2.9, 6, t),
    150,
  ],
  [
    'hypergeometric',
    (x) => hypergeometric.density(x, 25, 60, 18),
    (p, t) => hypergeometric.quantile(p, 25, 60, 18, t),
    (x, t) => hypergeometric.cdf(x, 25, 60, 18, t),
    18,
  ],
];

/** Goal: densities, tails and quantiles of counts are one distribution. Method: tails against sums of densities; quantiles of each tail's own value. */
describe.each(DISCRETE)('%s', (_, density, quantile, cdf, most) => {
  test('tails are sums of densities', () => {
    let below = 0;
    for (let x = 0; x <= most; x += 1) {
      below += density(x);
      expect(cdf(x, {})).toBeCloseTo(below, 13);
      let above = 0;
      for (let y = most + 200; y > x; y -= 1) above += density(y);
      if (above > 0) expect(cdf(x, { upper: true }) / above).toBeCloseTo(1, 11);
    }
  });

  test('the quantile of a tail is where it was taken', () => {
    for (let x = 0; x < most; x += 1) {
      for (const tail of [{}, { upper: true }, { log: true }, { upper: true, log: true }]) {
        // Where the lower tail is next to 1, neighbours share one value.
        if (!('upper' in tail) && cdf(x, { upper: true }) < 1e-9) continue;
        if ('upper' in tail && cdf(x, {}) < 1e-9) continue;
        expect(quantile(cdf(x, tail), tail)).toBe(x);
      }
    }
  });
});

test('a negative binomial of vanishing dispersion is Poisson', () => {
  for (const x of [0, 3, 9]) {
    expect(negativeBinomialOfMean.density(x, 1e14, 4) / poisson.density(x, 4)).toBeCloseTo(1, 12);
    expect(negativeBinomialOfMean.cdf(x, Infinity, 4)).toBe(poisson.cdf(x, 4));
  }
});
