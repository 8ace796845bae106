import { describe, expect, test } from 'vitest';
import { boxTemperatures, restingTemperature, TICK } from './boxes.ts';
import { makeFault } from './faults.ts';
import { readSensor, tickOf } from './fleet.ts';
import { distanceKm, isWithin, PLACES } from './places.ts';
import { planRounds, positionAt } from './rounds.ts';
import { HOUR, startOfDay } from './time.ts';
import { makeWorld } from './world.ts';

const world = makeWorld({ seed: 3, scale: 1 });
const day = '2026-11-18';

/**
 * Goal: vehicles drive as vehicles do, and boxes keep their temperature unless something is wrong.
 * Method: every vehicle's whole day, sampled as its sensor does.
 */
describe('a day on the road', () => {
  test('nobody drives at 120 km/h, jumps, or leaves the region', () => {
    const offences: string[] = [];
    for (const vehicle of world.vehicles) {
      const rounds = planRounds(world.seed, vehicle, day);
      expect(rounds.length).toBeGreaterThan(0);
      let before = positionAt(rounds, vehicle, startOfDay(day));
      for (let at = startOfDay(day); at < startOfDay(day) + 24 * HOUR; at += TICK) {
        const here = positionAt(rounds, vehicle, at);
        const moved = (distanceKm(before, here) / TICK) * HOUR;
        const inside = here.lat > 21.7 && here.lat < 24 && here.lon > 111.9 && here.lon < 115.1;
        if (!(moved < 120 && here.speedKmh < 120 && inside))
          offences.push(`${vehicle.number} at ${new Date(at).toISOString()}`);
        before = here;
      }
    }
    expect(offences).toEqual([]);
  });

  test('every site is visited in every round, and the stop is where the site is', () => {
    for (const vehicle of world.vehicles) {
      for (const round of planRounds(world.seed, vehicle, day)) {
        expect(round.stops.map((stop) => stop.site)).toEqual(vehicle.sites);
        for (const stop of round.stops) {
          const middle = positionAt([round], vehicle, (stop.arriveAt + stop.leaveAt) / 2);
          expect(distanceKm(middle, stop.site)).toBeLessThan(0.02);
        }
        expect(round.returnAt - round.departAt).toBeLessThan(8 * HOUR);
      }
    }
  });

  test('a sound box stays within 2-8 °C all day', () => {
    for (const vehicle of world.vehicles) {
      for (const round of planRounds(world.seed, vehicle, day)) {
        const series = boxTemperatures(round, world.seed);
        expect(Math.min(...series)).toBeGreaterThan(2);
        expect(Math.max(...series)).toBeLessThan(8);
      }
      const resting = restingTemperature(world.seed, vehicle.box, startOfDay(day));
      expect(resting).toBeGreaterThan(2);
      expect(resting).toBeLessThan(8);
    }
  });

  test('a spent box leaves 2-8 °C within the hour, and only that box', () => {
    const at = startOfDay(day) + 10 * HOUR;
    const fault = makeFault(world, 'warm-box', at);
    const vehicle = world.vehicles.find((each) => each.number === fault.vehicle)!;
    const other = world.vehicles.find((each) => each !== vehicle)!;
    const sensed = (which: typeof vehicle, hours: number): number | undefined =>
      readSensor(world, [fault], which, tickOf(at + hours * HOUR))?.temperatureC;
    expect(readSensor(world, [fault], vehicle, tickOf(at - HOUR / 4))!.temperatureC).toBeLessThan(8);
    expect(sensed(vehicle, 1)).toBeGreaterThan(8);
    const otherRound = planRounds(world.seed, other, day).find(
      (round) => at + HOUR > round.departAt && at + HOUR < round.returnAt,
    );
    if (otherRound) expect(sensed(other, 1)).toBeLessThan(8);
  });
});

test('every town and every site lies inside the boundary of its district or city', () => {
  for (const place of PLACES)
    for (const town of place.towns) expect(`${town.id} ${isWithin(place, town)}`).toBe(`${town.id} true`);
  for (const site of world.sites) expect(`${site.name.en} ${isWithin(site.place, site)}`).toBe(`${site.name.en} true`);
});
