import { describe, expect, test } from 'vitest';
import { compare, findFixtures } from '../../../../tests/support/fixtures.ts';
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
