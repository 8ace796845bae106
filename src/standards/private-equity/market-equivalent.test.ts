import { describe, expect, test } from 'vitest';
import { marketEquivalent, multiples } from './index.ts';

/** Periods of 365 days, as the published tables have years. */
function fund(amounts: readonly number[], levels: readonly number[], value: number) {
  const dates = levels.map((_, at) => new Date(Date.UTC(2001, 0, 1 + at * 365)).toISOString().slice(0, 10));
  const flows = amounts.map((amount, at) => ({
    date: dates[at]!,
    contributed: Math.max(-amount, 0),
    distributed: Math.max(amount, 0),
  }));
  const index = levels.map((level, at) => ({ date: dates[at]!, level }));
  return marketEquivalent({ flows, value, date: dates.at(-1)! }, index);
}

/** Goal: the four measures are those that their authors and textbooks print. Method: every published table that we found, with its source. */
describe('marketEquivalent', () => {
  // Wikipedia, Public Market Equivalent: Long-Nickels and Direct Alpha; the fund's own rate there is 6.43 %.
  const [wikipedia, levels] = [
    [-100, -50, 60, 10, 0],
    [100, 105, 115, 117, 120],
  ];

  test('Long-Nickels', () => {
    const { longNickels } = fund(wikipedia, levels, 110);
    expect(longNickels.value).toBeCloseTo(104.28, 2);
    expect(longNickels.rates.rate).toBeCloseTo(0.053, 4);
    // INSEAD, Measuring Private Equity Fund Performance, 2019.
    const insead = fund([-25, 15, 0], [100, 115, 130], 20);
    expect(insead.longNickels.value).toBeCloseTo(15.5, 1);
    expect(insead.longNickels.rates.rate).toBeCloseTo(0.144, 3);
  });

  test('Kaplan-Schoar', () => {
    expect(fund([-25, 15, 0], [100, 115, 130], 20).kaplanSchoar).toBeCloseTo(1.14, 2);
  });

  test('PME+', () => {
    const { pmePlus } = fund([-100, -50, 60, 100, 0], [100, 105, 115, 100, 120], 20);
    expect(pmePlus?.scale).toBeCloseTo(0.86, 2);
    expect(pmePlus?.rates.rate).toBeCloseTo(0.0205, 4);
    const insead = fund([-25, 15, 0], [100, 115, 130], 20).pmePlus;
    expect(insead?.scale).toBeCloseTo(0.74, 2);
    expect(insead?.rates.rate).toBeCloseTo(0.143, 3);
    expect(fund([-25, 0, 0], [100, 115, 130], 20).pmePlus).toBeUndefined();
  });

  test.each([
    ['INSEAD 2019', [-25, 15, 0], [100, 115, 130], 20, 0.0875],
    ['Wikipedia', wikipedia, levels, 110, 0.0109],
    [
      'edda.co, Advanced fund performance methods',
      [-80, -140, 0, 70, 140, 85],
      [890.35, 1144.98, 1271.5, 1289.09, 1466.47, 1842.37],
      70,
      0.028,
    ],
    [
      'directalphamethod.info',
      [-100, 0, -75, 0, 100, 0, 150, 0, 100, 0],
      [100, 77.9, 100.24, 111.15, 116.61, 135.03, 142.45, 89.75, 113.5, 130.59],
      75,
      0.1257,
    ],
  ])('Direct Alpha of %s', (_, amounts, index, value, expected) => {
    expect(fund(amounts, index, value).directAlpha.rate).toBeCloseTo(expected, 3);
  });

  test('a fund that is the index is worth the index', () => {
    const same = fund([-100, 0, 20, 0], [100, 110, 120, 150], 150 - 25);
    expect(same.kaplanSchoar).toBeCloseTo(1, 12);
    expect(same.directAlpha.rate).toBeCloseTo(0, 12);
    expect(same.pmePlus?.scale).toBeCloseTo(1, 12);
    expect(same.longNickels.value).toBeCloseTo(125, 10);
  });

  test('an index that is not known by then is refused', () => {
    const flows = [{ date: '2020-01-01', contributed: 1, distributed: 0 }];
    const index = [{ date: '2021-01-01', level: 100 }];
    expect(() => marketEquivalent({ flows, value: 1, date: '2022-01-01' }, index)).toThrow('not known');
    expect(() => marketEquivalent({ flows, value: 1, date: '2019-01-01' }, index)).toThrow(RangeError);
  });
});

describe('multiples', () => {
  test('INSEAD 2019: 25 in, 15 out, 20 left', () => {
    expect(multiples({ paidIn: 25, distributed: 15, value: 20, committed: 50 })).toEqual({
      dpi: 0.6,
      rvpi: 0.8,
      tvpi: 1.4,
      pic: 0.5,
    });
  });

  test.each([
    { paidIn: 0, distributed: 0, value: 0 },
    { paidIn: 1, distributed: -1, value: 0 },
    { paidIn: 1, distributed: 0, value: Number.NaN },
    { paidIn: 1, distributed: 0, value: 0, committed: 0 },
  ])('refuses %j', (wrong) => {
    expect(() => multiples(wrong)).toThrow(RangeError);
  });
});
