import { describe, expect, test } from 'vitest';
import { compare, findFixtures } from '../../../../../tests/support/fixtures.ts';
import { Input } from './input.ts';
import { findMethod } from './methods.ts';
import { printable } from './output.ts';

const METHODS = ['ancova', 'composite', 'gee', 'iptw', 'iptw-cox', 'lmm', 'match', 'mmrm'];

/** Fields for which the reference states no tolerance of its own. */
const BASE = { rel: 1e-5, abs: 1e-10 };

/** These must not be worse than R's, which stops before the end; the sign of a component is free, and a balance of 1e-16 is rounding. */
const FREE = ['criterion', 'logLik', 'aic', 'pc1Loadings', 'pc1Scores'];

async function answer(name: string, input: unknown): Promise<Record<string, unknown>> {
  const method = await findMethod(name);
  return printable(method(new Input(input))) as Record<string, unknown>;
}

/**
 * Goal: the methods of efficacy are R's (lmerTest, nlme, geepack, MatchIt 4.5.1, survey, stats).
 * Method: every reference result of these methods, in its tolerance.
 */
describe('efficacy against R', () => {
  test.each(findFixtures(METHODS))('$name', async (fixture) => {
    const found = await answer(fixture.method, fixture.input);
    const { differences, numbers } = compare({ ...fixture, tolerance: { ...BASE, ...fixture.tolerance } }, found, FREE);
    expect(differences.filter(({ expected, found }) => !isRounding(expected) || !isRounding(found))).toEqual([]);
    expect(numbers).toBeGreaterThan(0);
    const expected = fixture.expected as Record<string, number>;
    if ('criterion' in expected) expect(found['criterion']).toBeLessThanOrEqual(expected['criterion']! + 1e-6);
    if ('logLik' in expected) expect(found['logLik']).toBeGreaterThanOrEqual(expected['logLik']! - 1e-5);
  });

  test.each(findFixtures(['composite']))('$name: the first component but for its sign', async (fixture) => {
    const found = await answer(fixture.method, fixture.input);
    const expected = fixture.expected as { pc1Loadings: number[]; pc1Scores: number[] };
    const sign = Math.sign(expected.pc1Loadings[0]! * (found['pc1Loadings'] as number[])[0]!);
    for (const field of ['pc1Loadings', 'pc1Scores'] as const)
      for (const [at, value] of expected[field].entries())
        expect(sign * (found[field] as number[])[at]!).toBeCloseTo(value, 9);
  });
});

/**
 * Goal: options that no reference result uses have R's answers too.
 * Method: figures that were published for the same data, to the digits printed.
 */
describe('published fits', () => {
  const sleep = findFixtures(['lmm']).filter(({ name }) => name.startsWith('lmm_sleepstudy'));
  const growth = findFixtures(['lmm']).filter(({ name }) => name.startsWith('lmm_orthodont'));

  // Bates, Mächler, Bolker and Walker, J Stat Softw 2015;67(1), section 5.2, and lme4's documentation.
  const SLEEP = [
    { options: { reml: false }, criterion: 1751.939, variances: [565.52, 32.68, 654.94] },
    { options: { Z: '1||Days' }, criterion: 1743.669, variances: [627.57, 35.86, 653.58] },
    { options: { Z: '1||Days', reml: false }, criterion: 1752.003, variances: [584.25, 33.63, 653.12] },
    { options: { Z: '1', reml: false }, criterion: 1794.079, variances: [1296.87, 954.53] },
  ];
  test.each(sleep.flatMap(({ input }) => SLEEP.map((each) => ({ input, ...each }))))(
    'sleep deprivation, $options',
    async ({ input, options, criterion, variances }) => {
      const found = await answer('lmm', { ...(input as object), ...options });
      expect(found['criterion']).toBeCloseTo(criterion, 3);
      const { vcov, v2 } = found['varcomp'] as { vcov: number[]; v2: (string | null)[] };
      const own = vcov.filter((_, at) => v2[at] === null);
      for (const [at, value] of variances.entries()) expect(own[at]! / value).toBeCloseTo(1, 3);
    },
  );

  // Pinheiro and Bates, Mixed-Effects Models in S and S-PLUS, 2000, section 5.4.3.
  test.each(growth)('dental growth by generalised least squares ($name)', async ({ input }) => {
    const { y, X, colnames, group } = input as { y: number[]; X: number[][]; colnames: string[]; group: string[] };
    const request = { y, X, colnames, id: group, visit: X.map((row) => row[1]) };
    const whole = await answer('mmrm', { ...request, correlation: 'corSymm', weights: 'varIdent' });
    expect(whole['logLik']).toBeCloseTo(-212.27, 2);
    const alike = await answer('mmrm', { ...request, correlation: 'corCompSymm' });
    expect(alike['logLik']).toBeCloseTo(-216.879, 3);
    expect(alike['aic']).toBeCloseTo(445.757, 3);
  });
});

function isRounding(value: unknown): boolean {
  return typeof value === 'number' && Math.abs(value) < 1e-13;
}

const VISITS = {
  y: [1, 2.1, 2.9, 2, 2.8, 4.3, 1.4, 2.2, 3.5, 0.4, 2, 2.4, 1.8, 2.6, 3],
  X: Array.from({ length: 15 }, (_, row) => [1, row % 3]),
  colnames: ['(Intercept)', 'time'],
  id: Array.from({ length: 15 }, (_, row) => `p${Math.floor(row / 3)}`),
  visit: Array.from({ length: 15 }, (_, row) => row % 3),
};

const UNITS = {
  trt: [1, 1, 0, 0, 0, 1, 0, 0],
  X: [[1], [5], [2], [4], [6], [3], [1], [3]],
  names: ['age'],
  distance: [0.1, 1.5, 0.2, 1.4, 2.9, 0.8, 0.15, 0.7],
};

/**
 * Goal: R's names and ours ask the same; what the method does not know or cannot do is told with its place.
 */
describe('how efficacy is asked', () => {
  test('a random intercept is the default, and the grouping factor may be named', async () => {
    const lmm = { y: VISITS.y, X: VISITS.X, colnames: VISITS.colnames, group: VISITS.id };
    const plain = await answer('lmm', { ...lmm, Z: '1', groupName: 'id' });
    expect(plain['varcomp']).toMatchObject({ grp: ['id', 'Residual'], v1: ['(Intercept)', null] });
    expect(await answer('lmm', { ...lmm, groupName: 'id' })).toEqual(plain);
    expect(await answer('lmm', { ...lmm, group: undefined, groups: { id: VISITS.id }, method: 'REML' })).toEqual(plain);
  });

  test('slopes are correlated with the intercept unless that is said', async () => {
    const lmm = { y: VISITS.y, X: VISITS.X, colnames: VISITS.colnames, group: VISITS.id };
    const correlated = await answer('lmm', { ...lmm, Z: '1+time' });
    expect(correlated['varcomp']).toMatchObject({ grp: ['Subject', 'Subject', 'Subject', 'Residual'] });
    expect(await answer('lmm', { ...lmm, Z: 'time' })).toEqual(correlated);
    const apart = await answer('lmm', { ...lmm, Z: '1||time' });
    expect(apart['varcomp']).toMatchObject({ grp: ['Subject', 'Subject.1', 'Residual'], v2: [null, null, null] });
    expect(await answer('lmm', { ...lmm, Z: '1+time', correlated: false })).toEqual(apart);
  });

  test('missing outcomes leave their rows out', async () => {
    const without = (rows: unknown[]): unknown[] => rows.filter((_, row) => row !== 4);
    const missing = { ...VISITS, y: VISITS.y.map((value, row) => (row === 4 ? null : value)) };
    const left = Object.fromEntries(
      Object.entries(VISITS).map(([name, rows]) => [name, name === 'colnames' ? rows : without(rows)]),
    );
    expect(await answer('mmrm', missing)).toEqual(await answer('mmrm', left));
  });

  test('correlations of visits go by the names of nlme', async () => {
    const likelihood = async (rest: object): Promise<number> =>
      (await answer('mmrm', { ...VISITS, ...rest }))['logLik'] as number;
    expect(await likelihood({ correlation: 'corSymm', weights: 'varIdent' })).toBe(await likelihood({}));
    expect(await likelihood({ correlation: 'corCompSymm(form=~1|id)' })).toBe(
      await likelihood({ structure: 'CS', weights: null }),
    );
    expect(await likelihood({ correlation: null, weights: null })).toBeLessThan(
      await likelihood({ correlation: 'corAR1' }),
    );
    expect(await likelihood({ method: 'ML' })).not.toBe(await likelihood({ reml: true }));
  });

  test('a caliper is in standard deviations unless it is said not to be', async () => {
    const sd = 0.959_398_937_9;
    const standard = await answer('match', { ...UNITS, caliperSd: 0.1, rCompat: false });
    const raw = await answer('match', { ...UNITS, caliper: 0.1 * sd, stdCaliper: false, rCompat: false });
    expect(raw['matched1']).toEqual(standard['matched1']);
    expect(standard['nMatchedTreated']).toBe(1);
    // MatchIt 4.5.1 takes the difference as a whole number.
    expect((await answer('match', { ...UNITS, caliperSd: 0.1 }))['nMatchedTreated']).toBe(3);
  });

  test('partners are of the stratum that a column names', async () => {
    const strata = { ...UNITS, X: UNITS.X.map(([age]) => [age! > 3 ? 1 : 0]), names: ['old'] };
    const { matched1 } = await answer('match', { ...strata, exact: ['old'], ratio: 2, replace: true, rCompat: false });
    expect(matched1).toEqual([
      [7, 3],
      [4, 5],
      [8, 3],
    ]);
    expect(
      (
        await answer('match', {
          ...strata,
          exact: strata.X.map(([old]) => old!),
          ratio: 2,
          replace: true,
          rCompat: false,
        })
      )['matched1'],
    ).toEqual(matched1);
  });

  test.each([
    ['lmm', '/Z', { ...VISITS, group: VISITS.id, Z: '1+dose', id: undefined, visit: undefined }],
    ['lmm', '/group', { y: [1, 2], X: [[1], [1]], group: ['a'] }],
    ['mmrm', '/correlation', { ...VISITS, correlation: 'corARMA' }],
    ['mmrm', '/df', { ...VISITS, df: 'kenward-roger' }],
    ['gee', '/corstr', { ...VISITS, visit: undefined, corstr: 'toeplitz' }],
    ['gee', '/family', { ...VISITS, visit: undefined, family: 'inverse.gaussian' }],
    ['gee', '/zcor', { ...VISITS, visit: undefined, corstr: 'userdefined' }],
    ['iptw', '/trt', { trt: [1, 1], X: [[1], [2]] }],
    ['iptw', '/methods/0', { ...UNITS, distance: undefined, methods: ['atm'] }],
    ['match', '/method', { ...UNITS, method: 'optimal' }],
    ['match', '/caliper/height', { ...UNITS, caliper: { height: 1 } }],
    ['ancova', '/X', { y: [1, 2, 3], X: [[1], [1, 2], [1]] }],
    ['ancova', '/level', { y: [1, 2, 3], X: [[1], [1], [1]], level: 95 }],
    [
      'composite',
      '/direction/1',
      {
        X: [
          [1, 2],
          [2, 1],
        ],
        direction: [1, 0],
      },
    ],
  ])('%s refuses a wrong %s', async (name, at, input) => {
    await expect(answer(name, input)).rejects.toThrow(
      expect.objectContaining({ kind: 'invalid', facts: expect.objectContaining({ at }) }),
    );
  });

  test.each([
    ['iptw', { trt: [0, 0, 0, 1, 1, 1], X: [[1], [2], [3], [4], [5], [6]] }, /nothing in common/],
    [
      'lmm',
      { y: [1, 2, 3, 4], X: [[1], [1], [1], [1]], group: [1, 2, 3, 4] },
      /as many random effects as there are observations/,
    ],
    ['mmrm', { ...VISITS, visit: VISITS.visit.map(() => 1) }, /two observations at one visit/],
    ['mmrm', { ...VISITS, y: VISITS.y.map((value, at) => (at === 0 ? 1e308 : value)) }, /too large or too far apart/],
    ['gee', { ...VISITS, visit: undefined, X: VISITS.X.map(() => [1, 1]) }, /depend on each other/],
    [
      'composite',
      {
        X: [
          [1, 2],
          [1, 1],
        ],
      },
      /the same in all units/,
    ],
    [
      'ancova',
      {
        y: [1, 2],
        X: [
          [1, 0],
          [1, 1],
        ],
      },
      /no more observations than coefficients/,
    ],
  ])('%s tells why it cannot answer from the data', async (name, input, message) => {
    await expect(answer(name, input)).rejects.toThrow(
      expect.objectContaining({ kind: 'unprocessable', message: expect.stringMatching(message) }),
    );
  });
});

const ARMS = { trt: [1, 1, 1, 1, 1, 0, 0, 0, 0, 0] };

/**
 * Goal: what the efficacy studio asks for can be had by name; the statistics themselves are tested where they stand.
 */
describe('effects of a study', () => {
  test('several dimensions, each and together', async () => {
    const found = await answer('dimensions', {
      ...ARMS,
      dimensions: [
        { name: 'pain', values: [2, 3, 1, 2, null, 4, 5, 3, 4, 6], better: -1 },
        { name: 'response', kind: 'yes-no', values: [1, 1, 1, 0, 1, 0, 1, 0, 0, 0], weight: 2 },
      ],
    });
    expect(found['dimensions']).toMatchObject([
      { name: 'pain', n1: 4, value1: 2 },
      { name: 'response', n1: 5, value1: 0.8 },
    ]);
    expect((found['overall'] as { estimate: number }).estimate).toBeGreaterThan(1);
  });

  test('subgroups of each kind of outcome', async () => {
    const factors = [{ name: 'sex', labels: ['f', 'm', 'f', 'm', 'f', 'f', 'm', 'f', 'm', null] }];
    for (const outcome of [
      { kind: 'measured', values: [5, 6, 7, 8, 6, 3, 4, 2, 4, 5] },
      { kind: 'yes-no', values: [1, 1, 0, 1, 1, 0, 1, 0, 0, 0], measure: 'odds-ratio' },
      { kind: 'time', time: [9, 7, 8, 12, 10, 3, 8, 5, 6, 9], event: [1, 1, 0, 1, 0, 1, 1, 1, 1, 1] },
    ]) {
      const found = await answer('subgroups', { ...ARMS, outcome, factors });
      expect(found['factors']).toMatchObject([
        {
          name: 'sex',
          lines: [
            { level: 'f', n1: 3, n0: 2 },
            { level: 'm', n1: 2, n0: 2 },
          ],
        },
      ]);
    }
  });

  test('responders, with a margin', async () => {
    const found = await answer('responders', { x1: 40, n1: 50, x0: 38, n0: 50, margin: 0.15 });
    expect(found['difference']).toBeCloseTo(0.04, 12);
    expect(found['nonInferiorityP']).toBeLessThan(0.025);
  });

  test('missing outcomes: complete cases, imputed, and where the conclusion tips', async () => {
    const trt = Array.from({ length: 60 }, (_, unit) => unit % 2);
    const base = trt.map((_, unit) => (unit * 7) % 11);
    const y = trt.map((arm, unit) => (unit % 6 < 2 ? null : 3 * arm + base[unit]! + ((unit * 5) % 7)));
    const found = await answer('missing-outcome', { trt, y, covariates: [base], imputations: 5 });
    expect(found['missing']).toEqual({ treated: 10, control: 10 });
    expect(found['tipping']).toMatchObject({ tips: expect.any(Number) });
    expect(await answer('missing-outcome', { trt, y, covariates: [base], imputations: 5, seed: 1 })).toEqual(found);
    const yesNo = await answer('missing-outcome', {
      trt,
      y: y.map((value) => (value === null ? null : Number(value > 8))),
      kind: 'yes-no',
    });
    expect(yesNo['grid']).toHaveLength(11);
  });

  test.each([
    ['dimensions', '/dimensions/0/better', { ...ARMS, dimensions: [{ name: 'x', values: ARMS.trt, better: 2 }] }],
    ['subgroups', '/outcome/kind', { ...ARMS, outcome: { kind: 'count' }, factors: [] }],
    [
      'subgroups',
      '/factors/0/labels',
      { ...ARMS, outcome: { kind: 'measured', values: ARMS.trt }, factors: [{ name: 'a', labels: ['a'] }] },
    ],
    ['responders', '/margin', { x1: 1, n1: 2, x0: 1, n0: 2, margin: -0.1 }],
    ['missing-outcome', '/shifts', { ...ARMS, y: [5, 6, 7, null, 6, 3, 4, 2, 4, 5], shifts: [1, 0] }],
  ])('%s refuses a wrong %s', async (name, at, input) => {
    await expect(answer(name, input)).rejects.toThrow(
      expect.objectContaining({ kind: 'invalid', facts: expect.objectContaining({ at }) }),
    );
  });
});
