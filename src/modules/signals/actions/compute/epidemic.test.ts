import { describe, expect, test } from 'vitest';
import { Problem } from '#kernel/problem';
import { compare, findFixtures } from '../../../../../tests/support/fixtures.ts';
import { Input } from './input.ts';
import { findMethod } from './methods.ts';
import { printable } from './output.ts';

const METHODS = ['backproj', 'discrete-serial-interval', 'hhh4', 'knox', 'nowcast', 'rt', 'stcd', 'wallinga-teunis'];

/**
 * Goal: the methods of epidemics answer as R does.
 * Method: every reference result that is here, in the tolerance that it states; the simulated nowcasts have a wide one, their delays a strict one.
 */
describe('epidemics against R', () => {
  test.each(findFixtures(METHODS).map((fixture) => [fixture.name, fixture] as const))('%s', async (_, fixture) => {
    const { differences } = compare(fixture, await answer(fixture.method, fixture.input));
    expect(differences).toEqual([]);
  });
});

async function answer(method: string, input: unknown): Promise<Record<string, unknown>> {
  return printable((await findMethod(method))(new Input(input))) as Record<string, unknown>;
}

const DATES = ['2026-03-01', '2026-03-02', '2026-03-03', '2026-03-04', '2026-03-05'];
const TRIANGLE = [
  [5, 3, 2],
  [6, 3, 1],
  [4, 4, 2],
  [7, 4, null],
  [6, null, null],
];
const NOWCAST = {
  now: '2026-03-05',
  when: ['2026-03-03', '2026-03-05', '2026-03-04'],
  D: 2,
  m: null,
  method: 'bayes.notrunc.bnb',
  control: { 'N.tInf.max': 60 },
  reportingTriangle: TRIANGLE,
  triangleDates: DATES,
};
const GAMMA = { 'N.tInf.prior': 'poisgamma', priorMeanLambda: 10, priorVarLambda: 40 };

describe('a nowcast', () => {
  test('answers in the order of the days, whatever the order of the question', async () => {
    expect(await answer('nowcast', NOWCAST)).toMatchObject({
      when: ['2026-03-03', '2026-03-04', '2026-03-05'],
      observedSoFar: [10, 11, 6],
    });
  });

  test('is the same from the events themselves', async () => {
    const { reportingTriangle, triangleDates, ...rest } = NOWCAST;
    const events = TRIANGLE.flatMap((row, day) =>
      row.flatMap((count, delay) =>
        Array.from({ length: count ?? 0 }, () => [DATES[day], `2026-03-0${day + delay + 1}`]),
      ),
    );
    // A report that has not come by now is not counted.
    const later = [...events, ['2026-03-05', '2026-03-06']];
    expect(await answer('nowcast', { ...rest, events: later })).toEqual(await answer('nowcast', NOWCAST));
  });

  test('takes R priors, scores and whole predictions on demand', async () => {
    const control = { ...GAMMA, nSamples: 200, 'N.tInf.max': 60, predPMF: true, score: true };
    const found = await answer('nowcast', {
      ...NOWCAST,
      method: ['bayes.trunc', 'unif'],
      control,
      truth: [10, 14, 12],
    });
    expect((found['predPMF'] as number[][])[1]).toHaveLength(61);
    const scores = found['scores'] as Record<string, number[]>;
    expect(scores['logS']![0]).toBe(0);
    expect(scores['RPS']![0]).toBe(0);
    expect(scores['outside.ci']).toEqual([0, 0, 0]);
    const uniform = { ...control, 'N.tInf.prior': 'unif', priorMax: 12 };
    const cut = await answer('nowcast', { ...NOWCAST, method: 'bayes.notrunc', control: uniform, truth: [10, 12, 9] });
    expect(Math.max(...(cut['ciUpper'] as number[]))).toBeLessThanOrEqual(12);
  });

  test('by the paper is wider than in the way of R, which forgets a variance', async () => {
    const upper = async (rCompat: boolean) =>
      (await answer('nowcast', { ...NOWCAST, method: 'lawless', rCompat }))['ciUpper'] as number[];
    expect((await upper(false))[2]).toBeGreaterThan((await upper(true))[2]!);
  });
});

describe('reproduction numbers', () => {
  const incidence = [1, 2, 3, 5, 4, 6, 8, 7, 9, 12, 10, 11];
  const config = { mean_si: 2.6, std_si: 1.5, t_start: [3, 6], t_end: [6, 12] };

  test('take the cases as a list, as local and imported ones, and as rows', async () => {
    const asked = { method: 'parametric_si', config };
    const found = await answer('rt', { ...asked, incidence });
    const imported = incidence.map(() => 0);
    expect(await answer('rt', { ...asked, incidence: { local: incidence, imported } })).toEqual(found);
    expect(await answer('rt', { ...asked, incidence: { I: incidence } })).toEqual(found);
    const rows = incidence.map((local) => ({ local, imported: 0 }));
    expect(await answer('rt', { ...asked, incidence: rows })).toEqual(found);
    const brought = incidence.map((count, day) => ({
      local: count - (day === 8 ? 3 : 0),
      imported: day === 8 ? 3 : 0,
    }));
    const [early, late] = (await answer('rt', { ...asked, incidence: brought }))['mean'] as number[];
    expect(early).toBe((found['mean'] as number[])[0]);
    expect(late).toBeLessThan((found['mean'] as number[])[1]!);
  });

  test('with an uncertain interval lie around those of a certain one, and are the same for the same seed', async () => {
    const uncertain = {
      ...config,
      std_mean_si: 0.5,
      min_mean_si: 1.6,
      max_mean_si: 3.6,
      n1: 100,
      n2: 50,
      seed: 7,
      std_std_si: 0.3,
      min_std_si: 0.5,
      max_std_si: 2.5,
    };
    const asked = { method: 'uncertain_si', incidence, config: uncertain };
    const found = await answer('rt', asked);
    const certain = await answer('rt', { method: 'parametric_si', incidence, config });
    for (const at of [0, 1])
      expect((found['mean'] as number[])[at]! / (certain['mean'] as number[])[at]!).toBeCloseTo(1, 0);
    expect(found['siMean']).toHaveLength(100);
    expect((found['siDistr'] as number[][])[0]).toHaveLength(incidence.length + 1);
    expect(await answer('rt', asked)).toEqual(found);
  });

  test('come from a sample of intervals too', async () => {
    // Rows are days, columns the intervals.
    const sample = [
      [0, 0],
      [0.5, 0.2],
      [0.5, 0.8],
    ];
    const found = await answer('rt', {
      method: 'si_from_sample',
      incidence,
      si_sample: sample,
      config: { ...config, n2: 400 },
    });
    expect(found['siMean']).toEqual([1.5, 1.8]);
    expect((found['mean'] as number[])[1]).toBeGreaterThan(1);
  });

  test('come from pairs of cases too', async () => {
    const pairs = [2, 3, 2, 4, 1, 3, 2, 5, 3, 2].map((days) => ({ EL: 0, ER: 1, SL: days, SR: days + 1 }));
    const chain = { burnin: 500, thin: 30, seed: 3 };
    const asked = { ...config, si_parametric_distr: 'off1G', n1: 200, n2: 20, seed: 1, mcmc_control: chain };
    const found = await answer('rt', { method: 'si_from_data', incidence, si_data: pairs, config: asked });
    const means = found['siMean'] as number[];
    expect(means.reduce((sum, each) => sum + each, 0) / means.length).toBeCloseTo(2.7, 0);
    expect(found['MCMC_converged']).toBe(true);
    const columns = { EL: pairs.map(({ EL }) => EL), ER: pairs.map(({ ER }) => ER), SL: pairs.map(({ SL }) => SL) };
    const asColumns = { ...columns, SR: pairs.map(({ SR }) => SR) };
    expect(await answer('rt', { method: 'si_from_data', incidence, si_data: asColumns, config: asked })).toEqual(found);
  });

  test('over one window take its days as numbers, which is how R writes a list of one', async () => {
    const over = (t_start: unknown, t_end: unknown): Promise<object> =>
      answer('rt', {
        method: 'parametric_si',
        incidence: [1, 2, 4, 5, 8, 9, 12, 10],
        config: { mean_si: 2.6, std_si: 1.5, t_start, t_end },
      });
    expect(await over(3, 8)).toEqual(await over([3], [8]));
  });

  test("by Wallinga and Teunis have R's simulated spread on demand", async () => {
    const asked = { incidence, siDistr: [0, 0.5, 0.5], t_start: [3, 6], t_end: [5, 9] };
    const found = await answer('wallinga-teunis', { ...asked, n_sim: 200 });
    const [low, mean, high] = ['q025', 'mean', 'q975'].map((name) => (found[name] as number[])[1]!);
    expect(low).toBeLessThan(mean!);
    expect(high).toBeGreaterThan(mean!);
    expect((await answer('wallinga-teunis', { ...asked, n_sim: 0 }))['sd']).toEqual([null, null]);
    const parametric = await answer('wallinga-teunis', { method: 'parametric_si', incidence, config });
    expect(parametric['siMean']).toBeCloseTo(2.6, 1);
  });
});

describe('other methods of epidemics', () => {
  test('back-projection takes several series as columns, one incubation for all, and gives bounds', async () => {
    const single = { incuPmf: [0, 0.5, 0.5], observed: [2, 5, 9, 7, 3, 1] };
    const { lambda } = await answer('backproj', { ...single, control: { k: 2, eps: 0.001, B: 50 } });
    const both = await answer('backproj', {
      ...single,
      observed: single.observed.map((count) => [count, 2 * count]),
      eps: [0.001, 0.001],
      B: 20,
    });
    for (const [day, each] of (both['lambda'] as number[][]).entries()) {
      expect(each[0]).toBe((lambda as number[])[day]);
      expect(each[1]).toBeCloseTo(2 * each[0]!, 9);
    }
    expect((both['ciUpper'] as number[][])[2]![1]).toBeGreaterThan((both['ciLower'] as number[][])[2]![1]!);
  });

  test("Knox's test takes pairs as distances or as flags, and simulates on demand", async () => {
    const asked = { dt: [1, 2, 3, 4, 5, 6], ds: [1, 1, 9, 9, 1, 9], epsT: 2, epsS: 1 };
    const found = await answer('knox', asked);
    expect(found['table']).toEqual([
      [2, 0],
      [1, 3],
    ]);
    const flags = await answer('knox', {
      dt: asked.dt.map((each) => each <= 2),
      ds: asked.ds.map((each) => each <= 1),
    });
    expect(flags).toEqual(found);
    const simulated = await answer('knox', { ...asked, B: 9999 });
    // Of the 15 ways to place the two, 3 are both near.
    expect(simulated['p']).toBeCloseTo(0.2, 1);
  });

  test('growth and curves are told with their days from 1', async () => {
    const cases = [1, 2, 4, 8, 16, 32];
    const found = await answer('growth-rate', { cases, mean_si: 4, std_si: 2 });
    expect(found['doublingDays']).toMatchObject({ value: expect.closeTo(1, 6) });
    expect((found['R'] as { value: number }).value).toBeGreaterThan(4);
    expect(await answer('epidemic-curve', { cases })).toMatchObject({
      cases: 63,
      first1: 1,
      peak: { day1: 6, cases: 32 },
    });
  });

  test('the endemic-epidemic model takes formulas, and tells which coefficients run off', async () => {
    const observed = Array.from({ length: 40 }, (_, time) => [(time * 7) % 5, (time * 3) % 4, 0]);
    const adjacency = [
      [0, 1, 1],
      [1, 0, 1],
      [1, 1, 0],
    ];
    const wave = ['end.sin(2 * pi * t/52)', 'end.cos(2 * pi * t/52)'];
    const usual = await answer('hhh4', { observed, ne: false, ar: '~-1', S: 1 });
    expect(usual['coefNames']).toEqual(['end.1', 'end.t', ...wave]);
    const written = { f: '~ 1 + t + sin(2*pi*t/52) + cos(2*pi*t/52)' };
    const same = await answer('hhh4', { observed, adjacency, ne: '~-1', ar: '~-1', end: written });
    expect(same).toEqual(usual);
    const perUnit = await answer('hhh4', { observed, ar: false, end: { f: '~1', unitSpecific: true } });
    const special = await answer('hhh4', { observed, ar: false, end: '~ -1 + fe(1, unitSpecific = TRUE)' });
    expect(special).toEqual(perUnit);
    const some = '~ 1 + fe(t, which = c(TRUE, FALSE, TRUE))';
    const trends = await answer('hhh4', { observed, ar: false, ne: false, end: some, unitNames: ['a', 'b', 'c'] });
    expect(trends['coefNames']).toEqual(['end.1', 'end.t.a', 'end.t.c']);
    expect(perUnit['unbounded']).toEqual(['end.1.3']);
  });

  test.each([
    ['nowcast', { ...NOWCAST, when: ['2026-03-09'] }, 'invalid'],
    ['nowcast', { ...NOWCAST, control: { alfa: 0.1 } }, 'invalid'],
    ['nowcast', { ...NOWCAST, method: 'bayes.trunc.ddcp' }, 'invalid'],
    ['nowcast', { ...NOWCAST, method: 'bayes.trunc' }, 'unprocessable'],
    ['nowcast', { ...NOWCAST, m: 1 }, 'unprocessable'],
    ['nowcast', { ...NOWCAST, reportingTriangle: TRIANGLE.slice(3), triangleDates: DATES.slice(3) }, 'unprocessable'],
    ['rt', { method: 'parametric_si', incidence: [1, null, 3], config: { mean_si: 2, std_si: 1 } }, 'invalid'],
    ['rt', { method: 'parametric_si', incidence: [1, 2, 3], config: { mean_si: 1, std_si: 1 } }, 'invalid'],
    ['rt', { method: 'non_parametric_si', incidence: [1, 2, 3], config: { si_distr: [0, 0.5] } }, 'unprocessable'],
    [
      'rt',
      { method: 'si_from_data', incidence: [1, 2, 3], si_data: [], config: { si_parametric_distr: 'G' } },
      'invalid',
    ],
    ['wallinga-teunis', { incidence: [0, 0, 0], siDistr: [0, 1], t_start: [2], t_end: [3] }, 'unprocessable'],
    ['discrete-serial-interval', [{ mu: 0.5, sigma: 1, kmax: 3 }], 'invalid'],
    ['backproj', { observed: [1, 2], incuPmf: [1], k: 3 }, 'unprocessable'],
    ['backproj', { observed: [1, -2], incuPmf: [1] }, 'invalid'],
    ['knox', { x: [1], y: [1], t: [1], epsT: 1, epsS: 1 }, 'unprocessable'],
    ['stcd', { x: [1, 1], y: [1, 1], t: [2, 1], radius: 1, epsilon: 1, threshold: 1 }, 'unprocessable'],
    ['hhh4', { observed: [[1], [2], [3]], ar: '~ ri()' }, 'invalid'],
    ['growth-rate', { cases: [0, 0, 0, 1] }, 'unprocessable'],
  ])('%s refuses %j', async (method, input, kind) => {
    const refusal = await answer(method, input).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(Problem);
    expect((refusal as Problem).kind).toBe(kind);
  });
});
