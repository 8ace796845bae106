import { describe, expect, test } from 'vitest';
import { glm, leastSquares, Random } from '#standards/statistics';
import { type GeeRequest, gee } from './gee.ts';

const SEED = 99;

/** Clusters of up to four counts, yes-or-no answers or measurements, alike within; a covariate of the cluster and one of the observation. */
function observe(seed: number, family: GeeRequest['family'], clusters = 40): GeeRequest & { occasions: number[] } {
  const random = new Random(seed);
  const rows = Array.from({ length: clusters }, (_, cluster) => {
    const common = random.normal(0, 0.8);
    const size = 2 + (cluster % 3);
    return Array.from({ length: size }, (__, occasion) => ({
      cluster,
      occasion: occasion + 1,
      arm: cluster % 2,
      common,
    }));
  }).flat();
  const y = rows.map(({ arm, occasion, common }) => {
    const eta = -0.3 + 0.5 * arm + 0.1 * occasion + common;
    if (family === 'binomial') return Number(random.next() < 1 / (1 + Math.exp(-eta)));
    return family === 'poisson' ? random.poisson(Math.exp(eta)) : eta + random.normal();
  });
  return {
    x: [rows.map(() => 1), rows.map(({ arm }) => arm), rows.map(({ occasion }) => occasion)],
    y,
    cluster: rows.map(({ cluster }) => cluster),
    occasions: rows.map(({ occasion }) => occasion),
    family,
    correlation: 'exchangeable',
  };
}

function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>, digits = 8): void {
  expect(found.length).toBe(expected.length);
  for (let at = 0; at < expected.length; at += 1) expect(found[at]).toBeCloseTo(expected[at]!, digits);
}

/**
 * Goal: the equations and their sandwich are right for every family and correlation.
 * Method: cases in which they are a model that is known, closed forms, changes that must not matter, and coverage.
 */
describe('generalised estimating equations', () => {
  test.each(['gaussian', 'binomial', 'poisson'] as const)(
    'independence has the coefficients of the %s model',
    (family) => {
      const request = observe(SEED, family);
      const fit = gee({ ...request, correlation: 'independence' });
      expectClose(fit.coefficients, glm({ x: request.x, y: request.y, family, epsilon: 1e-14 }).coefficients);
      expect(fit.alpha).toHaveLength(0);
    },
  );

  test.each([
    ['binomial', 'probit'],
    ['binomial', 'cloglog'],
    ['poisson', 'identity'],
    ['gamma', 'inverse'],
    ['gamma', 'log'],
  ] as const)('also of the %s model with the link %s', (family, link) => {
    const request = observe(SEED + 8, family === 'gamma' ? 'poisson' : family);
    const y = Array.from(request.y, (value) => (family === 'gamma' ? value + 0.5 : value));
    const fit = gee({ ...request, y, family, link, correlation: 'independence' });
    expectClose(
      fit.coefficients,
      glm({ x: request.x, y, family, link, epsilon: 1e-14, mostIterations: 50 }).coefficients,
      7,
    );
  });

  test('clusters of one give the sandwich of White', () => {
    const request = observe(SEED + 1, 'gaussian');
    const fit = gee({ ...request, cluster: request.cluster.map((_, row) => row), correlation: 'independence' });
    const { covarianceUnscaled: bread, residuals } = leastSquares(request.x, request.y);
    const image = (row: number, at: number): number =>
      request.x.reduce((sum, column, k) => sum + bread[at]![k]! * column[row]!, 0);
    for (const [at, own] of fit.covariance.entries())
      expect(own[at]).toBeCloseTo(
        residuals.reduce((sum, residual, row) => sum + (residual * image(row, at)) ** 2, 0),
        10,
      );
  });

  test('equal clusters of one covariate each: the correlation changes neither means nor their variances', () => {
    const random = new Random(SEED);
    const cluster = Array.from({ length: 60 }, (_, row) => Math.floor(row / 3));
    const common = Array.from({ length: 20 }, () => random.normal());
    const y = cluster.map((c) => common[c]! + random.normal());
    const x = [cluster.map(() => 1), cluster.map((c) => c % 2)];
    const [alone, alike] = (['independence', 'exchangeable'] as const).map((correlation) =>
      gee({ x, y, cluster, family: 'gaussian', correlation }),
    );
    expectClose(alike!.coefficients, alone!.coefficients);
    expectClose(alike!.standardErrors, alone!.standardErrors);
    // The mean product of the residuals of a pair over their mean square.
    const residuals = y.map((value, row) => value - alone!.coefficients[0]! - alone!.coefficients[1]! * x[1]![row]!);
    let products = 0;
    for (let one = 0; one < 60; one += 1)
      for (let two = one + 1; two < 60; two += 1)
        if (cluster[one] === cluster[two]) products += residuals[one]! * residuals[two]!;
    expect(alike!.scale).toBeCloseTo(residuals.reduce((sum, value) => sum + value ** 2, 0) / 60, 8);
    expect(alike!.alpha[0]).toBeCloseTo(products / 60 / alike!.scale, 8);
  });

  test('with two occasions all correlations are one', () => {
    const request = observe(SEED + 2, 'binomial', 60);
    const rows = request.occasions.flatMap((occasion, row) => (occasion <= 2 ? [row] : []));
    const two = {
      ...request,
      x: request.x.map((column) => rows.map((row) => column[row]!)),
      y: rows.map((row) => request.y[row]!),
      cluster: rows.map((row) => request.cluster[row]!),
      occasions: rows.map((row) => request.occasions[row]!),
    };
    const fits = (['exchangeable', 'ar1', 'unstructured'] as const).map((correlation) => gee({ ...two, correlation }));
    for (const fit of fits) {
      expectClose(fit.coefficients, fits[0]!.coefficients);
      expectClose(fit.standardErrors, fits[0]!.standardErrors);
      expectClose(fit.alpha, fits[0]!.alpha);
    }
  });

  test('a design of the correlations says the same as its name', () => {
    const request = observe(SEED + 3, 'poisson');
    const named = gee(request);
    const sizes = [...new Set(request.cluster)].map(
      (label) => request.cluster.filter((other) => other === label).length,
    );
    const ones = sizes.flatMap((size) => Array.from({ length: (size * (size - 1)) / 2 }, () => [1]));
    const designed = gee({ ...request, correlation: 'userdefined', correlationDesign: ones });
    expectClose(designed.coefficients, named.coefficients);
    expectClose(designed.standardErrors, named.standardErrors);
    const fixed = gee({ ...request, correlation: 'fixed', correlationDesign: ones.map(() => [named.alpha[0]!]) });
    expectClose(fixed.coefficients, named.coefficients, 6);
  });

  test('rows may come in any order where their occasions are told; labels do not matter', () => {
    const request = observe(SEED + 4, 'binomial');
    const order = new Random(SEED).shuffle(Array.from({ length: request.y.length }, (_, at) => at));
    const shuffled = {
      ...request,
      x: request.x.map((column) => order.map((row) => column[row]!)),
      y: order.map((row) => request.y[row]!),
      cluster: order.map((row) => `c${request.cluster[row]}`),
      occasions: order.map((row) => request.occasions[row]!),
    };
    for (const correlation of ['ar1', 'unstructured'] as const) {
      const [one, two] = [gee({ ...request, correlation }), gee({ ...shuffled, correlation })];
      expectClose(two.coefficients, one.coefficients);
      expectClose(two.standardErrors, one.standardErrors);
      expectClose(two.alpha, one.alpha);
    }
  });

  test('ar1 takes the distance of occasions: a gap of two is the square', () => {
    const request = observe(SEED + 5, 'gaussian');
    const doubled = gee({
      ...request,
      correlation: 'ar1',
      occasions: request.occasions.map((occasion) => 2 * occasion),
    });
    const plain = gee({ ...request, correlation: 'ar1' });
    expect(plain.alpha[0]).toBeGreaterThan(0);
    expect(doubled.alpha[0]! ** 2).toBeCloseTo(plain.alpha[0]!, 6);
    expectClose(doubled.coefficients, plain.coefficients, 6);
  });

  test('jackknives of a mean are closed forms', () => {
    const y = [1, 4, 2, 9, 5, 3];
    const mean = 4;
    const request = {
      x: [y.map(() => 1)],
      y,
      cluster: y.map((_, row) => row),
      family: 'gaussian',
      correlation: 'independence',
    } as const;
    // Without one of six, the mean moves by its distance over five; factor (n - p - 1)/n, geepack's.
    const expected = Math.sqrt((4 / 6) * y.reduce((sum, value) => sum + ((value - mean) / 5) ** 2, 0));
    for (const variance of ['jackknife', 'jackknife-one-step', 'jackknife-iterated'] as const)
      expect(gee({ ...request, variance }).standardErrors[0]).toBeCloseTo(expected, 8);
  });

  test('weights of two are clusters seen twice, for the coefficients', () => {
    const request = observe(SEED + 6, 'poisson', 12);
    const twice = request.cluster.map((label) => (Number(label) % 3 === 0 ? 2 : 1));
    const weighted = gee({ ...request, correlation: 'independence', weights: twice });
    const rows = twice.flatMap((times, row) => (times === 2 ? [row, row] : [row]));
    const repeated = glm({
      x: request.x.map((column) => rows.map((row) => column[row]!)),
      y: rows.map((row) => request.y[row]!),
      family: 'poisson',
      epsilon: 1e-14,
    });
    expectClose(weighted.coefficients, repeated.coefficients);
  });

  test('an offset is added to the linear predictor', () => {
    const request = observe(SEED + 7, 'poisson');
    const shifted = gee({ ...request, offset: Array.from(request.y, () => 2) });
    expectClose(
      shifted.coefficients,
      [...gee(request).coefficients].map((value, at) => (at === 0 ? value - 2 : value)),
      6,
    );
  });

  test.each(['independence', 'exchangeable', 'ar1'] as const)(
    `intervals cover with %s, right or wrong (seed ${SEED})`,
    (correlation) => {
      const rounds = 200;
      let covered = 0;
      for (let round = 0; round < rounds; round += 1) {
        const fit = gee({ ...observe(SEED + round, 'gaussian', 80), correlation });
        if (Math.abs(fit.coefficients[1]! - 0.5) < 1.99 * fit.standardErrors[1]!) covered += 1;
      }
      // The sandwich of 80 clusters is a little short: 94 % are what to expect.
      expect(Math.abs(covered / rounds - 0.94)).toBeLessThan(3 * Math.sqrt((0.94 * 0.06) / rounds));
    },
  );

  test.each([
    [
      'dependent columns',
      {
        x: [
          [1, 1, 1, 1],
          [1, 1, 1, 1],
        ],
      },
      /depend on each other/,
    ],
    [
      'a pair of occasions that nobody has',
      { correlation: 'unstructured', occasions: [1, 2, 1, 3] },
      /no pair of observations/,
    ],
    ['two rows on one occasion', { correlation: 'ar1', occasions: [1, 1, 1, 2] }, /two observations on one occasion/],
    ['an exact fit', { y: [2, 2, 2, 2] }, /fit exactly/],
    ['a design of another length', { correlation: 'fixed', correlationDesign: [[0.1]] }, /one row for each pair/],
  ] as const)('%s is refused', (_, change, message) => {
    const sound = {
      x: [[1, 1, 1, 1]],
      y: [1, 2, 3, 5],
      cluster: [1, 1, 2, 2],
      family: 'gaussian',
      correlation: 'exchangeable',
    } as const;
    expect(() => gee({ ...sound, ...change } as GeeRequest)).toThrow(message);
  });
});
