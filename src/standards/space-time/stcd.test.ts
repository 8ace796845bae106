import { describe, expect, test } from 'vitest';
import { Random } from '#standards/statistics';
import { type Event, sequentialCluster } from './stcd.ts';

const options = { radius: 1, excess: 0.5, threshold: 1e9 };

describe('watching events one by one', () => {
  /** Worked by hand: B lies near A, C far from both. */
  test('sums the likelihood ratios of all clusters that may be alive', () => {
    const events = [
      { x: 0, y: 0, time: 0 },
      { x: 0.5, y: 0, time: 1 },
      { x: 9, y: 0, time: 2 },
    ];
    const { statistic } = sequentialCluster(events, options);
    const ratio = (count: number, expected: number): number => 1.5 ** count * Math.exp(-0.5 * expected);
    expect(statistic[0]).toBeCloseTo(ratio(1, 1), 12);
    expect(statistic[1]).toBeCloseTo(ratio(2, 2) + ratio(1, 1), 12);
    expect(statistic[2]).toBeCloseTo(ratio(2, 2) + ratio(1, 4 / 3) + ratio(1, 1 / 3), 12);
    expect(sequentialCluster(events, { ...options, likeliest: true }).statistic[2]).toBeCloseTo(ratio(1, 1 / 3), 12);
  });

  test('over a circle that holds all says nothing but how many events there were', () => {
    const events = Array.from({ length: 30 }, (_, time) => ({ x: time, y: 0, time }));
    const { statistic } = sequentialCluster(events, { ...options, radius: 1e6 });
    const one = 1.5 * Math.exp(-0.5);
    let sum = 0;
    for (let n = 1; n <= 30; n += 1) sum += one ** n;
    expect(statistic[29]).toBeCloseTo(sum, 10);
  });

  function withCluster(random: Random): Event[] {
    return Array.from({ length: 300 }, (_, time) => {
      const isClustered = time > 200 && random.next() < 0.4;
      return isClustered
        ? { x: 5 + 0.5 * random.next(), y: 5 + 0.5 * random.next(), time }
        : { x: 10 * random.next(), y: 10 * random.next(), time };
    });
  }

  test('finds a cluster soon after it begins, and where', () => {
    const events = withCluster(new Random(23));
    for (const likeliest of [false, true]) {
      const { alarm } = sequentialCluster(events, { ...options, excess: 2, threshold: 2000, likeliest });
      expect(alarm!.event).toBeGreaterThan(200);
      expect(alarm!.event).toBeLessThan(240);
      expect(Math.hypot(events[alarm!.centre]!.x - 5.25, events[alarm!.centre]!.y - 5.25)).toBeLessThan(1);
    }
  });

  test('does not depend on origin, unit or a turn of the map', () => {
    const events = withCluster(new Random(2));
    const moved = events.map(({ x, y, time }) => ({ x: -100 * y, y: 100 * x + 7, time: 60 * time }));
    const { statistic } = sequentialCluster(events, options);
    for (const [at, each] of sequentialCluster(moved, { ...options, radius: 100 }).statistic.entries())
      expect(each / statistic[at]!).toBeCloseTo(1, 12);
  });

  test("R's cumulative sum never falls, and alarms at the same event", () => {
    const events = withCluster(new Random(8));
    const choice = { ...options, excess: 2, threshold: 200, likeliest: true };
    const plain = sequentialCluster(events, choice);
    const compatible = sequentialCluster(events, { ...choice, rCompat: true });
    expect(compatible.alarm).toEqual(plain.alarm);
    expect(compatible.statistic.every((each, at) => at === 0 || each >= compatible.statistic[at - 1]!)).toBe(true);
    expect(plain.statistic.some((each, at) => at > 0 && each < plain.statistic[at - 1]!)).toBe(true);
  });

  test.each([
    [
      [
        { x: 0, y: 0, time: 1 },
        { x: 0, y: 0, time: 0 },
      ],
      options,
    ],
    [[{ x: Number.NaN, y: 0, time: 1 }], options],
    [[], { ...options, radius: 0 }],
    [[], { ...options, excess: -1 }],
  ])('refuses %j with %j', (events, choice) => {
    expect(() => sequentialCluster(events, choice)).toThrow(RangeError);
  });
});
