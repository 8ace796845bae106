import { describe, expect, test } from 'vitest';
import { compare, findFixtures } from '../../../../../tests/support/fixtures.ts';
import { Input } from './input.ts';
import { findMethod } from './methods.ts';
import { printable } from './output.ts';

/**
 * Goal: R's survreg (survival 3.5-3).
 * Method: every reference result, in its tolerance; the codes that R takes.
 */
describe('time to onset against R', () => {
  test.each(findFixtures(['weibull']))('$name', async (fixture) => {
    const method = await findMethod(fixture.method);
    const { differences, numbers } = compare(fixture, printable(method(new Input(fixture.input))));
    expect(differences).toEqual([]);
    expect(numbers).toBeGreaterThan(5);
  });

  test('1 and 2, 0 and 1, false and true are the same', async () => {
    const method = await findMethod('weibull');
    const time = [5, 8, 13, 2, 9];
    const ask = (status: unknown[]) => method(new Input({ time, status }));
    expect(ask([2, 2, 1, 2, 1])).toEqual(ask([1, 1, 0, 1, 0]));
    expect(ask([true, true, false, true, false])).toEqual(ask([1, 1, 0, 1, 0]));
    expect(() => ask([0, 1, 2, 1, 1])).toThrow(expect.objectContaining({ kind: 'invalid' }));
  });

  test.each([
    { time: [0, 4], status: [1, 1] },
    { time: [1, 4], status: [0, 0] },
    {
      time: [1, 4, 5],
      status: [1, 1, 1],
      X: [
        [1, 2],
        [2, 4],
        [3, 6],
      ],
    },
    { time: [3, 3, 3], status: [1, 1, 1] },
  ])('says why it has no answer for %j', async (input) => {
    const method = await findMethod('weibull');
    expect(() => method(new Input(input))).toThrow(expect.objectContaining({ kind: 'unprocessable' }));
  });
});
