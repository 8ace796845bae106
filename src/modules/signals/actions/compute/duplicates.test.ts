import { expect, test } from 'vitest';
import { Input } from './input.ts';
import { findMethod } from './methods.ts';

/**
 * Goal: the method reads reports as the desk gives them and tells pairs with reasons.
 * Method: one planted pair among unlike reports.
 */
test('a report told twice is found with what says so', async () => {
  const method = await findMethod('duplicates');
  const unlike = Array.from({ length: 200 }, (_, at) => [
    at % 2 === 0 ? 'female' : 'male',
    `district ${at % 11}`,
    null,
    20 + (at % 60),
    at * 7,
    [`product ${at % 40}`],
    [`reaction ${at % 37}`],
  ]);
  const told = ['female', 'district 3', 'recovered', 61, 9000, ['vaccine X'], ['myocarditis', 'fever']];
  const again = ['female', 'district 3', null, 61, 9002, ['vaccine X'], ['myocarditis']];
  const records = [...unlike, told, again];
  const found = method(new Input({ records, among1: [202] })) as {
    pairs: { record1: number[]; probability: number; byField: Record<string, number> }[];
    groups1: number[][];
  };
  expect(found.pairs.map(({ record1 }) => record1)).toEqual([[201, 202]]);
  expect(found.groups1).toEqual([[201, 202]]);
  expect(found.pairs[0]!.probability).toBeGreaterThan(0.9);
  expect(found.pairs[0]!.byField['products']).toBeGreaterThan(5);
  expect(found.pairs[0]!.byField['outcome']).toBe(0);
  expect(() => method(new Input({ records: [['female']] }))).toThrow(expect.objectContaining({ kind: 'invalid' }));
});
