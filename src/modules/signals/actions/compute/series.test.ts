import { describe, expect, test } from 'vitest';
import { compare, findFixtures } from '../../../../../tests/support/fixtures.ts';
import { Input } from './input.ts';
import { findMethod } from './methods.ts';
import { printable } from './output.ts';

const METHODS = [
  'bayes',
  'binomcusum',
  'cdc',
  'cusum',
  'ears',
  'essence-ewma',
  'essence-nbinom',
  'essence-regression',
  'essence-serfling',
  'essence-switch',
  'farrington',
  'farrington-classic',
  'glrnb',
  'glrpois',
  'lrnb',
  'lrpois',
  'outbreak-p',
  'rki',
];

/**
 * Goal: the methods that judge a series of counts answer as R does.
 * Method: every reference result that is here, in the tolerance that it states.
 */
describe('series of counts against R', () => {
  test.each(findFixtures(METHODS).map((fixture) => [fixture.name, fixture] as const))('%s', async (_, fixture) => {
    const method = await findMethod(fixture.method);
    const { differences } = compare(fixture, printable(method(new Input(fixture.input))));
    expect(differences).toEqual([]);
  });
});

const observed = Array.from({ length: 320 }, (_, at) => (at * 7) % 5);

async function run(name: string, input: object): Promise<Record<string, unknown>> {
  const method = await findMethod(name);
  return printable(method(new Input(input))) as Record<string, unknown>;
}

describe('series of counts', () => {
  test.each([
    ['ears', { observed, control: { sigma: 1 } }, '/control/sigma'],
    ['ears', { observed, control: { method: 'C4' } }, '/control/method'],
    ['ears', { observed, control: { range: [8, 321] } }, '/control/range/1'],
    ['cusum', { observed, control: {} }, '/control/range'],
    ['cusum', { observed, control: { range: [9, 20], trans: 'cubic' } }, '/control/trans'],
    ['farrington', { observed, control: { fitFun: 'mine' } }, '/control/fitFun'],
    ['farrington', { observed, freq: 50, epochAsDate: true, epoch: [] }, '/freq'],
    ['glrpois', { observed, mu0: [1], control: { range: [9, 20] } }, '/mu0'],
    ['glrpois', { observed, control: { range: [9, 20], alpha: 0.2 } }, '/control/alpha'],
    ['glrnb', { observed, mu0: 2, control: { range: [9, 20] } }, '/control/alpha'],
    ['cdc', { observed, freq: 12 }, '/freq'],
    ['outbreak-p', { observed, h: 3 }, '/h'],
    ['essence-ewma', { date: ['2024-01-01', '2024-01-01'], count: [1, 2] }, '/date'],
    ['essence-nbinom', { date: ['2024-13-01'], count: [1] }, '/date/0'],
  ])('%s refuses %o by the place that is wrong', async (name, input, at) => {
    await expect(run(name, input)).rejects.toMatchObject({ kind: 'invalid', facts: { at } });
  });

  test.each([
    ['bayes', { observed, control: { b: 7 } }],
    ['rki', { observed: observed.map((count, at) => (at === 15 ? null : count)), control: { range: [120, 121] } }],
    ['farrington', { observed, control: { range: [200, 210] } }],
    [
      'glrnb',
      { observed: observed.map((_, at) => (at === 9 ? null : 1)), mu0: 1, control: { range: [9, 20], alpha: 0.1 } },
    ],
    ['essence-regression', { date: ['2024-01-01', '2024-01-02'], count: [1, 2] }],
  ])('%s says what it cannot answer from', async (name, input) => {
    await expect(run(name, input)).rejects.toMatchObject({ kind: 'unprocessable' });
  });

  test.each([
    ['outbreak-p', { observed: Array(200_000).fill(1) }, '/observed'],
    ['glrpois', { observed: Array(200_000).fill(1), mu0: 1, control: { range: [1, 200_000] } }, '/observed'],
    ['twosample', { x: Array(60_000).fill(1), y: Array(60_000).fill(2) }, '/x'],
    ['knox', { x: Array(60_000).fill(1), y: Array(60_000).fill(2), t: Array(60_000).fill(3), epsT: 1, epsS: 1 }, '/x'],
  ])('%s refuses at once what would take minutes', async (name, input, at) => {
    await expect(run(name, input)).rejects.toMatchObject({ kind: 'too-costly', facts: { at } });
  });

  test('an absent option is the one that R takes', async () => {
    const range = [300, 310];
    expect(await run('farrington', { observed, freq: 52, control: { range } })).toEqual(
      await run('farrington', {
        observed,
        freq: 52,
        control: { range, b: 5, w: 3, noPeriods: 1, pastWeeksNotIncluded: null, powertrans: '2/3', alpha: 0.05 },
      }),
    );
    expect((await run('ears', { observed, control: { method: 'C3' } }))['index1']).toHaveLength(320 - 11);
    expect(await run('cusum', { observed, control: { range, m: null, alpha: null } })).toEqual(
      await run('cusum', { observed, control: { range, k: 1.04, h: 2.26, trans: 'standard' } }),
    );
  });

  test('means in control are learnt where they are not given, and again after an alarm if that is asked for', async () => {
    const counts = observed.map((count, at) => (at === 302 ? 40 : count + (at % 3)));
    const control = { range: [301, 320] };
    const once = await run('glrnb', { observed: counts, mu0: { S: 2, trend: true }, control });
    const again = await run('glrnb', { observed: counts, mu0: { S: 2, trend: true, refit: true }, control });
    expect(once['alpha']).toBeGreaterThan(0);
    expect((once['alarm'] as number[])[2]).toBe(1);
    const [first, second] = [once, again].map((found) => found['mu0'] as number[]);
    expect(second!.slice(0, 3)).toEqual(first!.slice(0, 3));
    expect(second![3]).toBeGreaterThan(first![3]!);
  });

  test('the numbers of cases instead of the statistic, where R is asked so', async () => {
    const control = { range: [301, 320], ret: 'cases' };
    const found = await run('glrpois', { observed, mu0: 2, control });
    expect(found['glr']).toEqual(found['cases']);
    // By hand: (8/22)^4 (36/22)^18 = 124, with 17 cases 76; (12/27)^4 (18/27)^6 (51/27)^17 = 170, with 16 cases 91.
    expect((await run('outbreak-p', { observed: [4, 6, 5], ret: 'cases' }))['value']).toEqual([null, 18, 17]);
  });
});
