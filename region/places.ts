import boundaries from '../facts/geo/boundaries.json' with { type: 'json' };
import facts from '../facts/region/places.json' with { type: 'json' };
import { random } from './random.ts';

/** A point on the map, WGS 84 degrees. */
export interface Point {
  lat: number;
  lon: number;
}

export interface Bilingual {
  en: string;
  zh: string;
}

export interface Place {
  id: string;
  adcode: string;
  city: string;
  name: Bilingual;
  populationK: number;
  towns: readonly Town[];
}

export interface Town extends Point {
  id: string;
  name: Bilingual;
}

export const PLACES: readonly Place[] = facts.places.map((place) => ({
  ...place,
  towns: place.towns.map(([id, en, zh, lat, lon]) => ({
    id: String(id),
    name: { en: String(en), zh: String(zh) },
    lat: Number(lat),
    lon: Number(lon),
  })),
}));

const TOWNS = new Map(PLACES.flatMap((place) => place.towns.map((town) => [town.id, town] as const)));

export function townById(id: string): Town {
  const town = TOWNS.get(id);
  if (!town) throw new RangeError(`no town ${id}`);
  return town;
}

/** Whether a point lies within the boundary of its district or city; every other ring crossed is a way out again. */
export function isWithin(place: Place, point: Point): boolean {
  const rings = RINGS.get(place.adcode);
  if (!rings) throw new RangeError(`no boundary of ${place.adcode}`);
  let within = false;
  for (const ring of rings) {
    for (const [index, [lon = 0, lat = 0]] of ring.entries()) {
      const [lonBefore = 0, latBefore = 0] = ring.at(index - 1)!;
      const crosses = lat > point.lat !== latBefore > point.lat;
      if (crosses && point.lon < ((lonBefore - lon) * (point.lat - lat)) / (latBefore - lat) + lon) within = !within;
    }
  }
  return within;
}

/** Rings of [longitude, latitude] by administrative code. */
const RINGS = new Map(boundaries.features.map((unit) => [unit.properties.adcode, unit.geometry.coordinates.flat()]));

/** Great-circle distance in kilometres on a sphere of 6,371 km. */
export function distanceKm(from: Point, to: Point): number {
  const rad = Math.PI / 180;
  const half =
    Math.sin(((to.lat - from.lat) * rad) / 2) ** 2 +
    Math.cos(from.lat * rad) * Math.cos(to.lat * rad) * Math.sin(((to.lon - from.lon) * rad) / 2) ** 2;
  return 2 * 6371 * Math.asin(Math.min(1, Math.sqrt(half)));
}

/** The way between two points off the trunk roads: along a street, round a corner, along another. */
export function streetBetween(from: Point, to: Point): Point[] {
  const cornerFirst = (Math.round(from.lat * 1e4) + Math.round(to.lon * 1e4)) % 2 === 0;
  const middle = { lat: (from.lat + to.lat) / 2, lon: (from.lon + to.lon) / 2 };
  return cornerFirst
    ? [from, { lat: from.lat, lon: middle.lon }, { lat: to.lat, lon: middle.lon }, to]
    : [from, { lat: middle.lat, lon: from.lon }, { lat: middle.lat, lon: to.lon }, to];
}

/** The shortest way between two towns along the trunk roads, as a line of points. */
export function roadBetween(fromId: string, toId: string): readonly Point[] {
  const key = `${fromId}>${toId}`;
  const known = ways.get(key);
  if (known) return known;
  const way = shortestWay(fromId, toId);
  ways.set(key, way);
  return way;
}

const ways = new Map<string, readonly Point[]>();

/** Dijkstra over some eighty towns: small enough for a plain scan. */
function shortestWay(fromId: string, toId: string): Point[] {
  const cost = new Map([[fromId, 0]]);
  const cameFrom = new Map<string, Road>();
  const done = new Set<string>();
  for (;;) {
    const here = [...cost].filter(([id]) => !done.has(id)).sort((a, b) => a[1] - b[1])[0];
    if (!here) throw new RangeError(`no road between ${fromId} and ${toId}`);
    if (here[0] === toId) break;
    done.add(here[0]);
    for (const road of ROADS.get(here[0]) ?? []) {
      const through = here[1] + road.km;
      if (through < (cost.get(road.to) ?? Number.POSITIVE_INFINITY)) {
        cost.set(road.to, through);
        cameFrom.set(road.to, road);
      }
    }
  }
  const roads: Road[] = [];
  for (let at = toId; at !== fromId; ) {
    const road = cameFrom.get(at)!;
    roads.unshift(road);
    at = road.from;
  }
  return [townById(fromId), ...roads.flatMap((road) => road.line.slice(1))];
}

interface Road {
  from: string;
  to: string;
  line: readonly Point[];
  km: number;
}

const ROADS = layRoads();

/** Trunk links as listed, and inside each place a link from every town to its two nearest neighbours. */
function layRoads(): Map<string, Road[]> {
  const roads = new Map<string, Road[]>();
  const add = (from: string, to: string, line: readonly Point[]): void => {
    if (roads.get(from)?.some((road) => road.to === to)) return;
    const km = lengthKm(line);
    roads.set(from, [...(roads.get(from) ?? []), { from, to, line, km }]);
    roads.set(to, [...(roads.get(to) ?? []), { from: to, to: from, line: [...line].reverse(), km }]);
  };
  for (const [from, to, ...bends] of facts.links as [string, string, ...[number, number][]][]) {
    const points = [townById(from), ...bends.map(([lat, lon]) => ({ lat, lon })), townById(to)];
    const line = points
      .slice(1)
      .flatMap((point, index) => windingLine(points[index]!, point).slice(index === 0 ? 0 : 1));
    add(from, to, line);
  }
  for (const { towns } of PLACES) {
    for (const town of towns) {
      const nearest = towns.filter((other) => other !== town).sort((a, b) => distanceKm(town, a) - distanceKm(town, b));
      for (const other of nearest.slice(0, 2)) add(town.id, other.id, windingLine(town, other));
    }
  }
  return roads;
}

/** A road is never straight: midpoints are moved aside by a few per cent of the length, three times over. */
function windingLine(from: Point, to: Point): Point[] {
  const draw = random('road', from.lat, from.lon, to.lat, to.lon);
  let line: Point[] = [
    { lat: from.lat, lon: from.lon },
    { lat: to.lat, lon: to.lon },
  ];
  for (let round = 0; round < 3; round++) {
    line = line.flatMap((point, index) => {
      const next = line[index + 1];
      if (!next) return [point];
      const aside = draw.between(-0.07, 0.07);
      return [
        point,
        {
          lat: (point.lat + next.lat) / 2 + aside * (next.lon - point.lon),
          lon: (point.lon + next.lon) / 2 - aside * (next.lat - point.lat),
        },
      ];
    });
  }
  return line;
}

export function lengthKm(line: readonly Point[]): number {
  return line.slice(1).reduce((sum, point, index) => sum + distanceKm(line[index]!, point), 0);
}
