import { describe, expect, test } from 'vitest';
import { Random } from '#standards/statistics';
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

  test('of four or more: the last with the usual step, of logarithms where all are above 0', () => {
    // Steps 2, 3, 1, 3 beside a drift of 2.25: residual variance 2.75 / 3; two years ahead of four, its 2 + 2² / 4 fold; t of 0.975 on 3 is 3.182446.
    const logs = points([2020, 0], [2021, 2], [2022, 5], [2023, 6], [2024, 9]);
    const width = 3.182446 * Math.sqrt((2.75 / 3) * 3);
    expect(forecastOf(logs, 2026, 13.5)).toMatchObject({
      method: 'drift',
      value: expect.closeTo(13.5, 10),
      low: expect.closeTo(13.5 - width, 4),
      high: expect.closeTo(13.5 + width, 4),
      chance: expect.closeTo(0.5, 10),
    });
    const grown = logs.map(({ year, value }) => ({ year, value: Math.exp(value) }));
    expect(forecastOf(grown, 2026, Math.exp(13.5))).toMatchObject({
      value: expect.closeTo(Math.exp(13.5), 4),
      low: expect.closeTo(Math.exp(13.5 - width), 1),
      chance: expect.closeTo(0.5, 8),
    });
    expect(forecastOf(grown, 2026, -1)).toMatchObject({ chance: 1 });
  });

  test('the interval holds what comes as often as it says, however many values and years', () => {
    const seed = 20261122;
    const random = new Random(seed);
    const rounds = 1_500;
    for (const [years, ahead] of [
      [2, 1],
      [3, 4],
      [4, 5],
      [6, 1],
      [12, 5],
    ] as const) {
      const held = { adding: 0, growing: 0 };
      for (let round = 0; round < rounds; round += 1) {
        let [sum, product] = [0, 100];
        // Without a drift where so few values cannot tell one.
        const drift = years < 4 ? 0 : 1;
        const course = Array.from({ length: years + ahead }, (_, at) => {
          sum += 3 * drift + 3 * random.normal();
          product *= Math.exp(0.08 * drift + 0.03 * random.normal());
          return { year: 2010 + at, adding: sum, growing: product };
        });
        for (const kind of ['adding', 'growing'] as const) {
          const seen = course.slice(0, years).map((each) => ({ year: each.year, value: each[kind] }));
          const found = forecastOf(seen, course.at(-1)!.year, 0);
          if (found.method === 'none') throw new Error('no forecast');
          if (found.low <= course.at(-1)![kind] && course.at(-1)![kind] <= found.high) held[kind] += 1;
        }
      }
      expect(held.growing / rounds, `seed ${seed}, ${years} values`).toBeGreaterThan(0.93);
      expect(held.adding / rounds, `seed ${seed}, ${years} values`).toBeGreaterThan(0.9);
    }
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
