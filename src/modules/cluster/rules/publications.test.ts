import { expect, test } from 'vitest';
import type { Publication, Reckoned } from '../model.ts';
import { countYears, publicationsOf } from './publications.ts';

/**
 * Goal: the term of a patent is the law's, told only where form and day of filing are known; a year without works is a year.
 * Method: days worked out by hand from article 42 of the Patent Law of 2020.
 */
const work = { kind: 'patent', name: 'n', nameZh: null, example: false, role: null } as const;
const of = (said: Record<string, string>): Publication =>
  publicationsOf(
    [{ ...work, id: 'p' }],
    new Map([['p', new Map(Object.entries(said).map(([property, value]) => [property, { value } as Reckoned]))]]),
  )[0]!;

test.each([
  ['CN112345678B', '2020-05-04', '2040-05-03'],
  ['CN212345678U', '2020-05-04', '2030-05-03'],
  ['CN306789012S', '2021-05-31', '2031-05-30'],
  ['CN306789012S', '2021-06-01', '2036-05-31'],
  ['CN112345678B', '2020-02-29', '2040-02-28'],
  ['US10123456B2', '2020-05-04', null],
  ['CN112345678B', '2020', null],
])('of %s filed on %s the term ends on %s', (number, filed, expected) => {
  expect(of({ 'patent-number': number, filed }).termEnds).toBe(expected);
});

test('a term that ran out makes no state', () => {
  expect(of({ 'patent-number': 'CN112345678B', filed: '1990-01-01' })).toMatchObject({
    state: null,
    termEnds: '2009-12-31',
  });
});

test('years between the first and the last are counted, also without works', () => {
  const years = countYears([of({ published: '2019-03' }), of({ filed: '2021' }), of({})]);
  expect(years.map(({ year, patents }) => [year, patents])).toEqual([
    ['2019', 1],
    ['2020', 0],
    ['2021', 1],
  ]);
});
