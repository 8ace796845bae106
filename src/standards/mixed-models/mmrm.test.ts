import { describe, expect, test } from 'vitest';
import { leastSquares, Random } from '#standards/statistics';
import { lmm } from './lmm.ts';
import { type MmrmRequest, mmrm } from './mmrm.ts';

const SEED = 4711;

/** Two arms, three visits with correlated residuals; the design has a mean for each arm at each visit. */
function follow(
  seed: number,
  subjects: number,
  isMissing: (y: readonly number[], visit: number, random: Random) => boolean = () => false,
): MmrmRequest {
  const random = new Random(seed);
  const rows: { y: number; subject: number; visit: number; arm: number }[] = [];
  for (let subject = 0; subject < subjects; subject += 1) {
    const arm = subject % 2;
    const common = random.normal(0, 1.2);
    const y = [0, 1, 2].map((visit) => 5 + visit + arm * visit + common + random.normal(0, 0.6 + 0.3 * visit));
    for (const visit of [0, 1, 2])
      if (visit === 0 || !isMissing(y, visit, random)) rows.push({ y: y[visit]!, subject, visit, arm });
  }
  return requestOf(rows);
}

function requestOf(rows: readonly { y: number; subject: number; visit: number; arm: number }[]): MmrmRequest {
  const column = (of: (row: (typeof rows)[number]) => number): Float64Array => Float64Array.from(rows, of);
  return {
    x: [0, 1, 2].flatMap((visit) => [
      column((row) => Number(row.visit === visit)),
      column((row) => Number(row.visit === visit) * row.arm),
    ]),
    y: column((row) => row.y),
    subject: rows.map((row) => row.subject),
    visit: rows.map((row) => row.visit),
    correlation: 'unstructured',
    unequalVariances: true,
    reml: true,
  };
}

/**
 * Goal: the fit is the maximum of the likelihood for every structure.
 * Method: complete data, where means and covariances are those of the sample; structures that must agree with each other or with simpler models; coverage where visits
 * are missing because of earlier values, which only a likelihood of all visits survives.
 */
describe('mixed model for repeated measures', () => {
  test('complete data: means by visit and arm, and the pooled covariance of the residuals', () => {
    const request = follow(SEED, 20);
    const fit = mmrm(request);
    const mean = (visit: number, arm: number): number =>
      meanOf(request, (row) => row.visit === visit && row.subject % 2 === arm);
    for (const visit of [0, 1, 2]) {
      expect(fit.coefficients[2 * visit]).toBeCloseTo(mean(visit, 0), 10);
      expect(fit.coefficients[2 * visit + 1]).toBeCloseTo(mean(visit, 1) - mean(visit, 0), 10);
    }
    const pooled = pooledCovariance(request);
    for (const [one, row] of fit.sigma.entries())
      for (const [two, value] of row.entries()) expect(value).toBeCloseTo(pooled[one]![two]! / 18, 6);
    for (const df of fit.df) expect(df).toBeCloseTo(18, 4);
    const ml = mmrm({ ...request, reml: false });
    expect(ml.sigma[0]![1]).toBeCloseTo(pooled[0]![1]! / 20, 6);
    // R's gls puts n/(n - p) on the variances by maximum likelihood.
    expect(ml.standardErrors[0]! ** 2).toBeCloseTo((ml.sigma[0]![0]! / 10) * (60 / 54), 6);
  });

  test('compound symmetry is a random intercept, with or without missing visits', () => {
    const request = {
      ...follow(SEED + 1, 25, (_, __, random) => random.next() < 0.3),
      correlation: 'compound-symmetry',
      unequalVariances: false,
    } as const;
    for (const reml of [true, false]) {
      const [marginal, mixed] = [
        mmrm({ ...request, reml }),
        lmm({
          ...request,
          reml,
          terms: [
            {
              name: 'subject',
              group: request.subject,
              columns: [new Float64Array(request.y.length).fill(1)],
              columnNames: ['1'],
              correlated: true,
            },
          ],
        }),
      ];
      expect(marginal.logLikelihood).toBeCloseTo(mixed.logLikelihood, 7);
      expect(marginal.sigma[0]![1]).toBeCloseTo(mixed.components[0]!.covariance[0]![0]!, 4);
      for (const [at, value] of marginal.coefficients.entries()) expect(value).toBeCloseTo(mixed.coefficients[at]!, 5);
      if (reml) for (const [at, df] of marginal.df.entries()) expect(df / mixed.df[at]!).toBeCloseTo(1, 3);
    }
  });

  test('without correlation and with one variance it is least squares', () => {
    const request = follow(SEED + 2, 10);
    const fit = mmrm({ ...request, correlation: 'independent', unequalVariances: false });
    const ols = leastSquares(request.x, request.y);
    expect(fit.sigma[0]![0]).toBeCloseTo(ols.sumOfSquares / ols.df, 8);
    expect(fit.df[0]).toBeCloseTo(ols.df, 4);
    expect(fit.parameters).toBe(7);
  });

  test('with two visits every structure that has a correlation is the same', () => {
    const whole = follow(SEED + 3, 16);
    const rows = [...(whole.y.length === 48 ? Array.from({ length: 48 }, (_, row) => row) : [])].filter(
      (row) => whole.visit[row] !== 1,
    );
    const two = {
      ...whole,
      x: [0, 1, 4, 5].map((at) => Float64Array.from(rows, (row) => whole.x[at]![row]!)),
      y: Float64Array.from(rows, (row) => whole.y[row]!),
      subject: rows.map((row) => whole.subject[row]!),
      visit: rows.map((row) => (whole.visit[row]! === 0 ? 0 : 1)),
    };
    const fits = (['unstructured', 'compound-symmetry', 'ar1', 'continuous-ar1', 'toeplitz'] as const).map(
      (correlation) => mmrm({ ...two, correlation }).logLikelihood,
    );
    for (const value of fits) expect(value).toBeCloseTo(fits[0]!, 6);
  });

  test('richer structures fit no worse', () => {
    const request = follow(SEED + 4, 30, (_, __, random) => random.next() < 0.2);
    const of = (correlation: MmrmRequest['correlation'], unequalVariances: boolean): number =>
      mmrm({ ...request, correlation, unequalVariances }).logLikelihood;
    for (const unequal of [true, false])
      for (const [rich, poor] of [
        ['unstructured', 'toeplitz'],
        ['toeplitz', 'ar1'],
        ['toeplitz', 'compound-symmetry'],
        ['ar1', 'independent'],
      ] as const)
        expect(of(rich, unequal)).toBeGreaterThanOrEqual(of(poor, unequal) - 1e-7);
    expect(of('unstructured', true)).toBeGreaterThanOrEqual(of('unstructured', false));
  });

  test('order of rows, labels and units', () => {
    const request = follow(SEED + 5, 14, (_, __, random) => random.next() < 0.2);
    const order = new Random(SEED).shuffle(Array.from({ length: request.y.length }, (_, at) => at));
    const fit = mmrm(request);
    const shuffled = mmrm({
      ...request,
      x: request.x.map((column) => Float64Array.from(order, (row) => column[row]!)),
      y: Float64Array.from(order, (row) => 100 * request.y[row]!),
      subject: order.map((row) => `p${request.subject[row]}`),
      visit: order.map((row) => `week ${request.visit[row]}`),
    });
    for (const [at, value] of fit.coefficients.entries()) {
      expect(shuffled.coefficients[at]).toBeCloseTo(100 * value, 4);
      expect(shuffled.t[at]).toBeCloseTo(fit.t[at]!, 4);
    }
    expect(shuffled.visits).toEqual(['week 0', 'week 1', 'week 2']);
  });

  test(`intervals cover the last visit's effect although low values drop out (seed ${SEED})`, () => {
    const rounds = 100;
    let covered = 0;
    for (let round = 0; round < rounds; round += 1) {
      const fit = mmrm(
        follow(SEED + round, 40, (y, visit, random) => visit === 2 && random.next() < 1 / (1 + Math.exp(y[1]! - 5.5))),
      );
      const p = Math.abs(fit.coefficients[5]! - 2) / fit.standardErrors[5]!;
      // The 97.5 % point of t with the fit's own degrees of freedom, which are 25 to 38 here.
      if (p < 2.03) covered += 1;
    }
    expect(Math.abs(covered / rounds - 0.95)).toBeLessThan(3 * Math.sqrt((0.95 * 0.05) / rounds));
  });

  test.each([
    ['two rows for one visit', { visit: [1, 1, 1, 2] }, /two observations at one visit/],
    ['visits never seen together', { visit: [1, 2, 1, 3] }, /no subject was seen at both visits 2 and 3/],
    [
      'dependent columns',
      {
        x: [
          [1, 1, 1, 1],
          [1, 1, 1, 1],
        ],
      },
      /depends on those before it/,
    ],
  ])('%s is refused', (_, change, message) => {
    const sound = {
      x: [[1, 1, 1, 1]],
      y: [1, 2, 3, 5],
      subject: [1, 1, 2, 2],
      visit: [1, 2, 1, 2],
      correlation: 'unstructured',
      unequalVariances: true,
      reml: true,
    } as const;
    expect(() => mmrm({ ...sound, ...change })).toThrow(message);
  });
});

function meanOf(request: MmrmRequest, wanted: (row: { visit: number; subject: number }) => boolean): number {
  const own = Array.from({ length: request.y.length }, (_, row) => row).filter((row) =>
    wanted({ visit: request.visit[row] as number, subject: request.subject[row] as number }),
  );
  return own.reduce((sum, row) => sum + request.y[row]!, 0) / own.length;
}

/** Sums of products of the residuals about the means by visit and arm. */
function pooledCovariance(request: MmrmRequest): number[][] {
  const residual = (subject: number, visit: number): number => {
    const row = request.subject.findIndex((label, at) => label === subject && request.visit[at] === visit);
    return request.y[row]! - meanOf(request, (other) => other.visit === visit && other.subject % 2 === subject % 2);
  };
  const subjects = [...new Set(request.subject)] as number[];
  return [0, 1, 2].map((one) =>
    [0, 1, 2].map((two) => subjects.reduce((sum, subject) => sum + residual(subject, one) * residual(subject, two), 0)),
  );
}
