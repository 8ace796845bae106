import { describe, expect, test } from 'vitest';
import intervals from '../../facts/reference-intervals.json' with { type: 'json' };
import { parseCohort } from '../../src/modules/records/analytics/index.ts';
import type { Cohort } from '../../src/modules/records/model.ts';
import { completed, EMPTY, EXAMPLES, fromAddress, toAddress } from './cohort-state.ts';

/**
 * Goal: what the page offers can be asked, and an address brings back what it was made from.
 * Method: the examples through the server's own reader; addresses there and back, and broken ones.
 */
describe.each(EXAMPLES)('the example $name', ({ cohort }) => {
  test('is a sound cohort about tests that we know', () => {
    expect(parseCohort(cohort)).toEqual(cohort);
    const codes = [...JSON.stringify(cohort).matchAll(/"code":"([^"]+)"/g)].map((found) => found[1]);
    expect(intervals.analytes.some(({ loinc }) => codes.includes(loinc))).toBe(true);
  });

  test('survives the address, Chinese names and all', () => {
    const address = toAddress(cohort);
    expect(address).toMatch(/^[\w-]+$/);
    expect(fromAddress(address)).toEqual(cohort);
  });
});

test.each([[''], ['%%%'], ['bnVsbA'], ['e30'], ['eyJmb3JtIjoyLCJpbmNsdWRlIjpbXSwiZXhjbHVkZSI6W119']])(
  'the address %j says no cohort',
  (address) => {
    expect(fromAddress(address)).toBeUndefined();
  },
);

test('criteria that ask nothing yet are not sent', () => {
  const cohort: Cohort = {
    ...EMPTY,
    include: [
      { kind: 'person' },
      { kind: 'person', sexes: ['male'] },
      { kind: 'group', match: 'any', criteria: [{ kind: 'person' }, { kind: 'group', match: 'all', criteria: [] }] },
    ],
  };
  expect(completed(cohort)).toEqual({ ...EMPTY, include: [{ kind: 'person', sexes: ['male'] }] });
});
