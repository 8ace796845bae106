import { describe, expect, test } from 'vitest';
import { type Alarm, MOST_ALARMS, type Operations, type Vehicle, withAlarm, withVehicles } from './model.ts';
import { follow, isMoving, positionAt, trailAt } from './motion.ts';

const van: Vehicle = {
  id: 'van-1',
  name: '粤A·00001',
  lon: 113.3,
  lat: 23.1,
  heading: 90,
  speedKmh: 40,
  temperatureC: 4,
  state: 'in-range',
  boxes: 2,
  samples: 40,
  at: '2026-01-01T00:00:00Z',
};
const empty: Operations = {
  at: van.at,
  coverage: [],
  vehicles: [van],
  today: {
    orders: 0,
    samples: 0,
    results: 0,
    inTransit: 0,
    turnaroundMedianMin: null,
    turnaroundP90Min: null,
    alarms: 0,
    deadLetters: 0,
  },
  hourly: [],
  alarms: [],
};

/**
 * Goal: the screen tells the newest truth, whatever the order in which events arrive.
 * Method: events applied to a known state, also late and repeated ones.
 */
describe('vehicles', () => {
  test('a newer word replaces the older', () => {
    const { vehicles } = withVehicles(empty, [{ ...van, temperatureC: 9, at: '2026-01-01T00:01:00Z' }]);
    expect(vehicles.map(({ temperatureC }) => temperatureC)).toEqual([9]);
  });
  test('a late word changes nothing', () => {
    const { vehicles } = withVehicles(empty, [{ ...van, temperatureC: 9, at: '2025-12-31T23:59:00Z' }]);
    expect(vehicles).toEqual([van]);
  });
  test('a new vehicle joins', () => {
    expect(withVehicles(empty, [{ ...van, id: 'van-2' }]).vehicles.map(({ id }) => id)).toEqual(['van-1', 'van-2']);
  });
});

describe('alarms', () => {
  const alarm = (id: string, at: string, state = 'open'): Alarm => ({
    id,
    at,
    deviceId: 'd',
    kind: 'above',
    temperatureC: 9,
    minutes: 3,
    state,
  });

  test('newest first, and one told again replaces itself', () => {
    let now = empty;
    for (const told of [
      alarm('a', '2026-01-01T00:01:00Z'),
      alarm('b', '2026-01-01T00:02:00Z'),
      alarm('a', '2026-01-01T00:01:00Z', 'closed'),
    ]) {
      now = withAlarm(now, told);
    }
    expect(now.alarms.map(({ id, state }) => [id, state])).toEqual([
      ['b', 'open'],
      ['a', 'closed'],
    ]);
  });
  test('the list is bounded and keeps the newest', () => {
    let now = empty;
    for (let at = 0; at < MOST_ALARMS + 50; at++)
      now = withAlarm(now, alarm(`a${at}`, new Date(at * 1000).toISOString()));
    expect(now.alarms).toHaveLength(MOST_ALARMS);
    expect(now.alarms[0]?.id).toBe(`a${MOST_ALARMS + 49}`);
  });
});

/**
 * Goal: a vehicle glides and never lies: it is always between where it was and where it was told to be.
 * Method: a drive of told positions, sampled at every tenth of a second.
 */
describe('motion', () => {
  test('the position moves evenly and arrives when the next word is due', () => {
    const first = follow(undefined, van, 0);
    const second = follow(first, { ...van, lon: 113.31 }, 2_000);
    expect(positionAt(second, 2_000)).toEqual([113.3, 23.1]);
    expect(positionAt(second, 3_000)[0]).toBeCloseTo(113.305, 9);
    expect(positionAt(second, 4_000)).toEqual([113.31, 23.1]);
    expect(positionAt(second, 60_000)).toEqual([113.31, 23.1]);
    expect([isMoving(second, 3_999), isMoving(second, 4_000)]).toEqual([true, false]);
  });
  test('an early word is followed from where the vehicle is shown, without a jump', () => {
    let track = follow(undefined, van, 0);
    let last = positionAt(track, 0);
    for (let ms = 100; ms <= 10_000; ms += 100) {
      if (ms % 700 === 0) track = follow(track, { ...van, lon: 113.3 + ms / 1e6 }, ms);
      const now = positionAt(track, ms);
      expect(now[0]).toBeGreaterThanOrEqual(last[0]);
      expect(now[0] - last[0]).toBeLessThan(0.0006);
      last = now;
    }
  });
  test('a far word sets the vehicle there and forgets the trail', () => {
    const track = follow(follow(undefined, van, 0), { ...van, lon: 114.2 }, 1_000);
    expect(positionAt(track, 1_000)).toEqual([114.2, 23.1]);
    expect(track.trail).toHaveLength(1);
  });
  test('told often or seldom, the trail shows the same road', () => {
    const drive = (words: number) => {
      let track = follow(undefined, van, 0);
      for (let at = 1; at <= words; at++)
        track = follow(track, { ...van, lon: 113.3 + (at * 0.06) / words }, at * 1_000);
      const trail = trailAt(track, 1e9);
      return { length: (trail.at(-1)?.[0] ?? 0) - (trail[0]?.[0] ?? 0), points: trail.length };
    };
    expect(drive(300).length).toBeCloseTo(drive(10).length, 6);
    expect(drive(300).points).toBeLessThan(20);
  });
  test('the trail is bounded and ends at the vehicle', () => {
    let track = follow(undefined, van, 0);
    for (let at = 1; at < 100; at++) track = follow(track, { ...van, lon: 113.3 + at * 0.001 }, at * 1_000);
    const trail = trailAt(track, 99_500);
    expect(trail.length).toBeLessThanOrEqual(25);
    expect(trail.at(-1)).toEqual(positionAt(track, 99_500));
  });
});
