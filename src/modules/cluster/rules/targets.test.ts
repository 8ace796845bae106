import { describe, expect, test } from 'vitest';
import { forecastOf, ladderFacts, targetStanding } from './index.ts';

const points = (...pairs: [year: number, value: number][]) => pairs.map(([year, value]) => ({ year, value }));

/** Goal: a forecast says no more than its values carry. Method: both kinds worked out by hand from the textbook's formulas. */
describe('forecastOf', () => {
  test.each([[points()], [points([2019, 9702])]])('says nothing of %j', (given) => {
    expect(forecastOf(given, 2025, 15_000)).toEqual({ method: 'none', points: given.length });
  });

  test('of two values: the last, as wide as one step tells', () => {
    // Step 10 in 5 years: variance 20 a year; t of 0.975 on 1 is 12.7062.
    const found = forecastOf(points([2019, 100], [2024, 110]), 2025, 200);
    expect(found).toMatchObject({ method: 'random-walk', value: 110 });
    expect(found).toMatchObject({ low: expect.closeTo(110 - 56.824, 2), high: expect.closeTo(110 + 56.824, 2) });
  });

  test('of a line: least squares with its prediction interval', () => {
    // Slope 2.2, residual variance 0.8 / 3; t of 0.975 on 3 is 3.182446.
    const line = points([2020, 10], [2021, 12], [2022, 15], [2023, 16], [2024, 19]);
    expect(forecastOf(line, 2026, 23.2)).toMatchObject({
      method: 'linear-trend',
      value: expect.closeTo(23.2, 10),
      low: expect.closeTo(20.45005, 4),
      high: expect.closeTo(25.94995, 4),
      chance: expect.closeTo(0.5, 10),
    });
  });

  test('a slope that cannot be told from nothing is no trend', () => {
    const flat = points([2020, 2], [2021, 4], [2022, 5], [2023, 4], [2024, 5]);
    expect(forecastOf(flat, 2025, 9).method).toBe('random-walk');
  });
});

describe('targetStanding', () => {
  const goal = { value: 100, year: 2030 };
  test.each([
    [points([2020, 0], [2025, 50]), 2026, 'on-track', 10],
    [points([2020, 0], [2025, 49]), 2026, 'behind', 10.2],
    // Two of the years that are left have passed without a value.
    [points([2020, 0], [2025, 40]), 2028, 'behind', 20],
    [points([2020, 0], [2025, 100]), 2026, 'reached', null],
    [points([2020, 0], [2030, 99]), 2031, 'missed', null],
    [points([2020, 0]), 2031, 'over-unknown', null],
    [points([2020, 0]), 2026, 'unknown', 20],
    [points(), 2026, 'unknown', null],
  ] as const)('%j in %d is %s, %d a year', (given, year, state, needed) => {
    const found = targetStanding(given, goal, year);
    expect(found.state).toBe(state);
    if (needed === null) expect(found.neededAYear).toBeNull();
    else expect(found.neededAYear).toBeCloseTo(needed, 10);
  });
});

describe('ladderFacts', () => {
  const said = (property: string, value: number, asOf: string | null = null, op: '>' | null = null) => ({
    property,
    value,
    asOf,
    op,
  });

  test('growth compares years that follow each other; a share is of one year; a bound is no value', () => {
    const facts = ladderFacts(
      [
        said('revenue', 172.8, '2025'),
        said('revenue', 144, '2024'),
        said('revenue', 100, '2022'),
        said('rd-spending', 7.2, '2024'),
        said('employees', 500, null, '>'),
      ],
      '2026-11-22',
    );
    expect(facts).toMatchObject({ revenue: 172.8, 'revenue-growth': expect.closeTo(0.2, 12), 'base-revenue': 100 });
    expect(facts['revenue-growth-3y']).toBeCloseTo(0.2, 12);
    expect(facts['rd-share']).toBeCloseTo(0.05, 12);
    expect(facts.employees).toBeUndefined();
  });

  test('of a founding year nobody is older than is known', () => {
    const established = { property: 'established', value: '2020', asOf: null, op: null };
    expect(ladderFacts([established], '2025-12-30')['age-years']).toBe(4);
  });
});
