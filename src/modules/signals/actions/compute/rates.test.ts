import { describe, expect, test } from 'vitest';
import { compare, findFixtures } from '../../../../../tests/support/fixtures.ts';
import { Input } from './input.ts';
import { findMethod } from './methods.ts';
import { printable } from './output.ts';

const METHODS = [
  'rates-single-ci',
  'rates-two-sample',
  'rates-direct-standardised',
  'rates-mcnemar',
  'cmh',
  'multiplicity',
  'twosample',
];

/** Goal: the answers are R's. Method: every reference result of these methods, within its own tolerance. */
describe('reference results', () => {
  test.each(findFixtures(METHODS).map((fixture) => [fixture.name, fixture] as const))('%s', async (_, fixture) => {
    const method = await findMethod(fixture.method);
    expect(compare(fixture, printable(method(new Input(fixture.input)))).differences).toEqual([]);
  });
});

/** Goal: what cannot be answered is told as a problem. Method: one wrong input for each method, and what the answer must name. */
test.each([
  ['rates-single-ci', [{ x: 5, n: 3 }], 'up to the trials'],
  ['rates-single-ci', [{ x: 1, n: 3, exact: true }], 'no such option'],
  ['rates-two-sample', [{ x1: 1, n1: 3, x0: 1, n0: 0 }], 'out of its range'],
  ['rates-direct-standardised', { count: [1], pop: [10, 20], std: [1] }, 'another length'],
  ['rates-mcnemar', { table: [[1, 2]] }, 'square table'],
  [
    'rates-mcnemar',
    {
      table: [
        [794, 1e308],
        [86, 570],
      ],
    },
    '2 to the 53rd',
  ],
  [
    'cmh',
    {
      tables: [
        [
          [1, 0],
          [0, 0],
        ],
      ],
    },
    'at least 2 persons',
  ],
  ['multiplicity', [0.1, 1.2], 'out of its range'],
  ['twosample', { x: [1, 1], y: [1, 1] }, 'all but the same'],
  ['twosample', { x: [1, 2], y: [3, 4], paired: true }, 'no such option'],
])('%s refuses %j', async (name, input, message) => {
  const method = await findMethod(name);
  expect(() => method(new Input(input))).toThrow(message);
});

/** Goal: odd data are answered, not broken. Method: groups without events, and p values that are missing. */
test('groups without events, and missing p values, have answers', async () => {
  const rates = await findMethod('rates-two-sample');
  const [zero, all] = rates(
    new Input([
      { x1: 0, n1: 20, x0: 4, n0: 20 },
      { x1: 10, n1: 10, x0: 3, n0: 12 },
    ]),
  ) as Record<string, number[]>[];
  expect(zero!['fisherCondOR']).toBe(0);
  expect(zero!['miettinenNurminen']![0]).toBeLessThan(-0.2);
  expect(all!['fisherOrCi']![1]).toBe(Infinity);
  expect(all!['miettinenNurminen']![1]).toBeLessThanOrEqual(1);
  const multiplicity = await findMethod('multiplicity');
  expect(printable(multiplicity(new Input([0.01, null, 0.04])))).toMatchObject({ holm: [0.02, null, 0.04] });
});
