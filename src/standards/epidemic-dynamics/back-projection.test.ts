import { describe, expect, test } from 'vitest';
import { Random } from '#standards/statistics';
import { backProjection, backProjectionBand } from './back-projection.ts';

const INCUBATION = [0.05, 0.2, 0.35, 0.25, 0.1, 0.05];

function convolved(infected: readonly number[], incubation: readonly number[]): number[] {
  return infected.map((_, day) =>
    incubation.reduce((sum, share, delay) => sum + share * (infected[day - delay] ?? 0), 0),
  );
}

const total = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, value) => sum + value, 0);

describe('back-projection', () => {
  const random = new Random(7);
  const cases = Array.from({ length: 40 }, (_, day) => random.poisson(30 * Math.exp(-(((day - 18) / 6) ** 2)) + 0.5));

  test('without smoothing keeps all cases at each step', () => {
    for (const mostSteps of [0, 1, 20]) {
      const { infected } = backProjection(cases, INCUBATION, { smoothing: 0, tolerance: 0, mostSteps });
      const fallenIll = infected.map((each, day) => each * total(INCUBATION.slice(0, cases.length - day)));
      expect(total(fallenIll)).toBeCloseTo(total(cases), 8);
    }
  });

  test('finds the infections from which the cases were made', () => {
    const truth = Array.from({ length: 40 }, (_, day) => 100 * Math.exp(-(((day - 15) / 4) ** 2)));
    const { infected } = backProjection(convolved(truth, INCUBATION), INCUBATION, {
      smoothing: 0,
      tolerance: 0,
      mostSteps: 20_000,
    });
    for (let day = 5; day < 30; day += 1) expect(Math.abs(infected[day]! - truth[day]!)).toBeLessThan(0.5);
  });

  test('gives the cases themselves when illness follows at once', () => {
    expect([...backProjection([3, 0, 5, 2], [1], { smoothing: 0 }).infected]).toEqual([3, 0, 5, 2]);
  });

  test('is in proportion to the cases, and a constant curve stays so where all has fallen ill', () => {
    const once = backProjection(cases, INCUBATION, { smoothing: 4 }).infected;
    const tenfold = backProjection(
      cases.map((count) => 10 * count),
      INCUBATION,
      { smoothing: 4 },
    ).infected;
    for (const [day, each] of once.entries()) expect(tenfold[day]! / 10).toBeCloseTo(each, 9);
    const flat = backProjection(new Array<number>(30).fill(12), [0.5, 0.5], { smoothing: 2 }).infected;
    expect(flat[15]).toBeCloseTo(12, 0);
  });

  test('the two forms of surveillance agree on incubations of a day or more', () => {
    const later = [0, 0.2, 0.5, 0.3];
    const plain = backProjection(cases, later);
    expect(backProjection(cases, later, { compiled: true })).toEqual(plain);
    expect(backProjection(cases, INCUBATION, { compiled: true }).infected).not.toEqual(
      backProjection(cases, INCUBATION).infected,
    );
  });

  test('its band lies around the curve, and is the same for the same seed', () => {
    const { infected } = backProjection(cases, INCUBATION);
    const band = backProjectionBand(cases, INCUBATION, { samples: 100, seed: 3 });
    const inside = infected.filter((each, day) => each >= band.low[day]! && each <= band.high[day]!);
    expect(inside.length).toBeGreaterThan(34);
    expect(backProjectionBand(cases, INCUBATION, { samples: 100, seed: 3 })).toEqual(band);
  });

  test.each([
    [[1, 2], [1], { smoothing: 3 }],
    [[1, -2], [1], {}],
    [[1, Number.NaN], [1], {}],
    [[1, 2], [], {}],
    [[], [1], {}],
    [[1, 2], [1], { start: [1] }],
  ])('refuses %j, %j, %j', (seen, incubation, options) => {
    expect(() => backProjection(seen, incubation, options)).toThrow(RangeError);
  });
});
