import { describe, expect, test } from 'vitest';
import { poisson, Random } from '#standards/statistics';
import { closePairs, knoxTest, permutedPairs, permutedTimes } from './knox.ts';
import type { Event } from './stcd.ts';

function scattered(count: number, random: Random): Event[] {
  return Array.from({ length: count }, () => ({ x: random.next(), y: random.next(), time: random.next() }));
}

describe("Knox's test", () => {
  /** Worked by hand: of six pairs, AB and CD are close in space, AB and BC in time. */
  test('counts pairs, a distance equal to the limit being close', () => {
    const events = [
      { x: 0, y: 0, time: 0 },
      { x: 3, y: 4, time: 1 },
      { x: 50, y: 0, time: 2 },
      { x: 50, y: 2, time: 9 },
    ];
    const pairs = closePairs(events, { time: 1, distance: 5 });
    expect(pairs).toEqual({ all: 6, inTime: 2, inSpace: 2, inBoth: 1 });
    const { expected, p } = knoxTest(pairs);
    expect(expected).toBeCloseTo(2 / 3, 12);
    expect(p).toBeCloseTo(1 - Math.exp(-2 / 3), 12);
    expect(knoxTest(pairs, { rCompat: true }).p).toBeCloseTo(p - poisson.density(1, 2 / 3), 12);
  });

  test('does not depend on the order of events, the origin, a turn of the map, or the unit', () => {
    const events = scattered(80, new Random(1));
    const pairs = closePairs(events, { time: 0.1, distance: 0.2 });
    expect(pairs.inBoth).toBeGreaterThan(5);
    expect(closePairs(new Random(2).shuffle([...events]), { time: 0.1, distance: 0.2 })).toEqual(pairs);
    const moved = events.map(({ x, y, time }) => ({ x: 1000 * (3 - y), y: 1000 * (x + 7), time: 24 * time - 5 }));
    expect(closePairs(moved, { time: 2.4, distance: 200 })).toEqual(pairs);
  });

  test('finds all pairs that a plain look at each finds', () => {
    const events = scattered(60, new Random(3));
    let inSpace = 0;
    let inTime = 0;
    for (const [at, one] of events.entries())
      for (const two of events.slice(at + 1)) {
        if (Math.hypot(one.x - two.x, one.y - two.y) <= 0.3) inSpace += 1;
        if (Math.abs(one.time - two.time) <= 0.2) inTime += 1;
      }
    expect(closePairs(events, { time: 0.2, distance: 0.3 })).toMatchObject({ inSpace, inTime });
  });

  /** Method: 400 maps without any connexion; the p-value of permuted times is uniform, within four standard errors. */
  test('permuted times reject as often as they say where there is nothing', () => {
    const random = new Random(17);
    const runs = 400;
    let rejected = 0;
    for (let run = 0; run < runs; run += 1)
      if (permutedTimes(scattered(30, random), { time: 0.15, distance: 0.25 }, { samples: 99, seed: run }) <= 0.1)
        rejected += 1;
    // At most 10 %, as ties count against it.
    expect(rejected / runs).toBeLessThan(0.1 + 4 * Math.sqrt(0.09 / runs));
    expect(rejected / runs).toBeGreaterThan(0.04);
  });

  test('both permutations find events that come in pairs', () => {
    const random = new Random(5);
    const firsts = scattered(40, random);
    const events = firsts.flatMap((event) => [event, { ...event, x: event.x + 0.01, time: event.time + 0.01 }]);
    const within = { time: 0.02, distance: 0.02 };
    expect(permutedTimes(events, within, { samples: 199 })).toBe(1 / 200);
    expect(permutedPairs(closePairs(events, within), { samples: 199 })).toBe(1 / 200);
  });

  test.each([[[]], [[{ x: 0, y: 0, time: 0 }]], [[0, 1].map((x) => ({ x, y: Number.NaN, time: 0 }))]])(
    'refuses %j',
    (events) => {
      expect(() => closePairs(events, { time: 1, distance: 1 })).toThrow(RangeError);
    },
  );
});
