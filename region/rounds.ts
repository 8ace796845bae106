import { distanceKm, type Point, roadBetween, streetBetween } from './places.ts';
import { random } from './random.ts';
import { HOUR, hourOf, isWeekend, MINUTE, startOfDay } from './time.ts';
import type { Laboratory, Site, Vehicle } from './world.ts';

/** A courier's trip from the laboratory round its sites and back. */
export interface Round {
  id: string;
  vehicle: Vehicle;
  departAt: number;
  returnAt: number;
  stops: readonly Stop[];
  /** Where the vehicle is when; straight and even between two points, still where the place does not change. */
  track: readonly (Point & { at: number })[];
}

export interface Stop {
  site: Site;
  arriveAt: number;
  /** When the box is closed and the vehicle leaves. */
  leaveAt: number;
}

const FIRST_DEPARTURE = 7.0;
const LAST_DEPARTURE = { weekday: 20.5, weekend: 15.5 };
const AT_LABORATORY = 35 * MINUTE;

/** The rounds of a vehicle on a day. The same vehicle and day always give the same rounds. */
export function planRounds(seed: number, vehicle: Vehicle, day: string): readonly Round[] {
  const days = planned.get(vehicle) ?? new Map<string, readonly Round[]>();
  planned.set(vehicle, days);
  const known = days.get(day);
  if (known) return known;
  const draw = random(seed, 'rounds', day, vehicle.number);
  const last = startOfDay(day) + (isWeekend(day) ? LAST_DEPARTURE.weekend : LAST_DEPARTURE.weekday) * HOUR;
  const rounds: Round[] = [];
  let departAt = startOfDay(day) + Math.round((FIRST_DEPARTURE + draw.fraction() * 0.9) * HOUR);
  while (departAt <= last) {
    const round = drive(`${day.replaceAll('-', '')}-${vehicle.number}-${rounds.length + 1}`, vehicle, departAt, seed);
    rounds.push(round);
    departAt = round.returnAt + AT_LABORATORY + Math.round(draw.between(0, 20) * MINUTE);
  }
  if (days.size >= 14) days.delete(days.keys().next().value!);
  days.set(day, rounds);
  return rounds;
}

/** Kept by the vehicle itself, since rounds hold sites of its own world; a fortnight each. */
const planned = new WeakMap<Vehicle, Map<string, readonly Round[]>>();

function drive(id: string, vehicle: Vehicle, departAt: number, seed: number): Round {
  const draw = random(seed, 'round', id);
  const track: (Point & { at: number })[] = [{ ...pointOf(vehicle.laboratory), at: departAt }];
  const stops: Stop[] = [];
  let at = departAt;
  let here: Laboratory | Site = vehicle.laboratory;
  const go = (to: Laboratory | Site): void => {
    const way = wayBetween(here, to);
    const far = way.length > 4;
    for (const [index, point] of way.entries()) {
      const from = way[index - 1];
      if (!from) continue;
      const km = distanceKm(from, point);
      if (km === 0) continue;
      at += (km / (speedAt(at, far, km) * draw.between(0.82, 1.12))) * HOUR;
      track.push({ ...pointOf(point), at: Math.round(at) });
    }
    here = to;
  };
  for (const site of vehicle.sites) {
    go(site);
    const arriveAt = Math.round(at);
    at += draw.between(4, 9) * MINUTE;
    stops.push({ site, arriveAt, leaveAt: Math.round(at) });
    track.push({ ...pointOf(site), at: Math.round(at) });
  }
  go(vehicle.laboratory);
  return { id, vehicle, departAt, returnAt: Math.round(at), stops, track };
}

/** Streets out of one town, trunk road, streets into the other; streets only where both lie in one town. */
function wayBetween(from: Laboratory | Site, to: Laboratory | Site): readonly Point[] {
  if (from.town === to.town) return streetBetween(from, to);
  return [...streetBetween(from, from.town), ...roadBetween(from.town.id, to.town.id), ...streetBetween(to.town, to)];
}

/** km/h: streets 26, trunk roads 52 or, on long stretches, 74; two thirds of it in the rush hours. */
function speedAt(at: number, trunk: boolean, km: number): number {
  const hour = hourOf(at);
  const rush = (hour >= 7.5 && hour < 9.5) || (hour >= 17 && hour < 19);
  const free = !trunk || km < 0.7 ? 26 : km < 1.5 ? 52 : 74;
  return rush ? free * 0.67 : free;
}

export interface Position extends Point {
  speedKmh: number;
  moving: boolean;
}

/** Where the vehicle is. Outside its rounds it stands at its laboratory. */
export function positionAt(rounds: readonly Round[], vehicle: Vehicle, at: number): Position {
  const round = rounds.find((each) => at >= each.departAt && at < each.returnAt);
  if (!round) return { ...pointOf(vehicle.laboratory), speedKmh: 0, moving: false };
  const { track } = round;
  let low = 0;
  let high = track.length - 1;
  while (low + 1 < high) {
    const middle = (low + high) >> 1;
    if (track[middle]!.at <= at) low = middle;
    else high = middle;
  }
  const from = track[low]!;
  const to = track[low + 1] ?? from;
  const span = to.at - from.at;
  const share = span > 0 ? (at - from.at) / span : 0;
  const speedKmh = span > 0 ? (distanceKm(from, to) / span) * HOUR : 0;
  return {
    lat: from.lat + (to.lat - from.lat) * share,
    lon: from.lon + (to.lon - from.lon) * share,
    speedKmh: Math.round(speedKmh),
    moving: true,
  };
}

function pointOf({ lat, lon }: Point): Point {
  return { lat, lon };
}
