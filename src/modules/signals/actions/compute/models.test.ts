import { describe, expect, test } from 'vitest';
import { compare, findFixtures } from '../../../../../tests/support/fixtures.ts';
import { Input } from './input.ts';
import { findMethod } from './methods.ts';
import { printable } from './output.ts';

/** Goal: the answers are R's. Method: every reference result of these methods, within its own tolerance. */
describe('reference results', () => {
  test.each(findFixtures(['distributions', 'glm', 'glm-nb']).map((fixture) => [fixture.name, fixture] as const))(
    '%s',
    async (_, fixture) => {
      const method = await findMethod(fixture.method);
      expect(compare(fixture, printable(method(new Input(fixture.input)))).differences).toEqual([]);
    },
  );
});

const COLUMN = Array.from({ length: 40 }, (_, row) => row);
const DESIGN = COLUMN.map((row) => [1, row]);

describe('what is refused', () => {
  test('an argument that a function does not have', async () => {
    const method = await findMethod('distributions');
    expect(() => method(new Input([{ fn: 'pt', args: { q: 1, df: 3, ncp: 2 } }]))).toThrow('no such argument');
    expect(() => method(new Input([{ fn: 'pnorn', args: { q: 1 } }]))).toThrow('none of the choices');
    expect(() => method(new Input([{ fn: 'pt', args: { q: 1 } }]))).toThrow('a number is expected');
  });

  test('separated responses', async () => {
    const method = await findMethod('glm');
    const y = COLUMN.map((row) => (row < 20 ? 0 : 1));
    expect(() => method(new Input({ X: DESIGN, y, family: 'binomial' }))).toThrow('separate');
  });

  test('a link that the family does not have, and rows of another number', async () => {
    const method = await findMethod('glm');
    expect(() => method(new Input({ X: DESIGN, y: COLUMN, family: 'poisson', link: 'logit' }))).toThrow(
      'log, identity',
    );
    expect(() => method(new Input({ X: DESIGN, y: [1, 2], family: 'poisson' }))).toThrow('another length');
  });

  test('counts without extra scatter have no theta', async () => {
    const method = await findMethod('glm-nb');
    expect(() => method(new Input({ X: DESIGN, y: COLUMN.map(() => 5) }))).toThrow('Poisson');
  });
});

/** Goal: what R leaves out is left out. Method: a row without a number, against the same data without that row. */
test('a row that lacks a number takes no part', async () => {
  const method = await findMethod('glm');
  const y = COLUMN.map((row) => (row * 7) % 11);
  const offset = COLUMN.map((row) => row / 100);
  const whole = { X: DESIGN.slice(1), y: y.slice(1), offset: offset.slice(1), family: 'poisson' };
  const holed = { X: DESIGN, y: [null, ...y.slice(1)], offset, family: 'poisson' };
  expect(printable(method(new Input(holed)))).toEqual(printable(method(new Input(whole))));
});
