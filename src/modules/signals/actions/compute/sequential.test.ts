import { describe, expect, test } from 'vitest';
import { compare, findFixtures } from '../../../../../tests/support/fixtures.ts';
import { Input } from './input.ts';
import { findMethod } from './methods.ts';
import { printable } from './output.ts';

const METHODS = [
  'cmaxsprt-condpoisson-cv',
  'maxsprt-binomial-cv',
  'maxsprt-poisson-cv',
  'maxsprt-poisson-group-cv',
  'maxsprt-poisson-performance',
  'monitor-poisson-path',
  'risk-adjusted-cusum',
];

/**
 * Goal: critical values, power and paths are R's (Sequential 4.5.1).
 * Method: every reference result of these methods, in its tolerance; wrong options are told.
 */
describe('sequential methods against R', () => {
  test.each(findFixtures(METHODS))('$name', async (fixture) => {
    const method = await findMethod(fixture.method);
    const { differences, numbers } = compare(fixture, printable(method(new Input(fixture.input))));
    expect(differences).toEqual([]);
    expect(numbers).toBeGreaterThan(0);
  });

  test.each([
    ['maxsprt-poisson-cv', [{ T: 10, Tailed: 'two' }], '/0/Tailed'],
    ['maxsprt-poisson-cv', [{ T: 10, RR0: 2 }], '/0/RR0'],
    ['maxsprt-poisson-cv', [{ T: 10, D: 1, groups: [5, 5] }], '/0/D'],
    ['maxsprt-binomial-cv', [{ N: 10 }], '/0/z'],
    ['maxsprt-binomial-cv', [{ N: 10, z: 1, p: 0.4 }], '/0/p'],
    ['maxsprt-binomial-cv', [{ N: 10, z: 1, GroupSizes: 3 }], '/0/GroupSizes'],
    ['cmaxsprt-condpoisson-cv', [{ K: 10, cc: 5, Inference: 'bold' }], '/0/Inference'],
    ['monitor-poisson-path', { count: [1, 2], expected: [1], cv: 3 }, '/expected'],
    ['risk-adjusted-cusum', { y: [2], p: [0.1], h: 3 }, '/y/0'],
  ])('%s refuses %j', async (name, input, at) => {
    const method = await findMethod(name);
    expect(() => method(new Input(input))).toThrow(
      expect.objectContaining({ kind: 'invalid', facts: expect.objectContaining({ at }) }),
    );
  });

  test('a plan that cannot reach its level is told with what would', async () => {
    const method = await findMethod('maxsprt-poisson-cv');
    expect(() => method(new Input([{ T: 1, M: 5 }]))).toThrow(/a length of 1\.98 or more/);
  });

  test('p and z, one group size and its list are the same question', async () => {
    const method = await findMethod('maxsprt-binomial-cv');
    const ask = (row: object) => method(new Input([row]));
    expect(ask({ N: 30, p: 0.25 })).toEqual(ask({ N: 30, z: 3 }));
    expect(ask({ N: 30, z: 1, GroupSizes: 10 })).toEqual(ask({ N: 30, z: 1, GroupSizes: [10, 10, 10] }));
    expect(ask({ N: 30, z: 1, GroupSizes: 1 })).toEqual(ask({ N: 30, z: 1 }));
  });

  test('Bayesian stopping gives probability after each patient, limits and characteristics', async () => {
    const method = await findMethod('stopping-beta-binomial');
    const answer = method(
      new Input({
        y: [1, 0, 1, 1, 1],
        prior: { a: 1, b: 1 },
        limit: 0.3,
        certainty: 0.95,
        patients: 10,
        trueShare: [0.1, 0.6],
      }),
    ) as { probability: number[]; firstStop1: number; limits: number[]; characteristics: { stops: number }[] };
    // By hand: after 4 of 5 the posterior is Beta(5, 2), whose upper tail above 0.3 is 1 - (6 * 0.3^5 * 0.7 + 0.3^6).
    expect(answer.probability[4]).toBeCloseTo(1 - (6 * 0.3 ** 5 * 0.7 + 0.3 ** 6), 12);
    expect(answer.firstStop1).toBe(4);
    expect(answer.characteristics[1]!.stops).toBeGreaterThan(answer.characteristics[0]!.stops);
  });
});
