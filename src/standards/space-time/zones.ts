import { distancesFrom, type Places, placeCount } from './places.ts';

/** Sets of locations to be looked at, kept one after another in a flat list; locations are counted from 0. */
export interface Zones {
  readonly count: number;
  readonly locations: number;
  readonly members: Int32Array;
  /** Zone z is `members` from begin[z] up to, not with, end[z]. Zones about one centre share their begin. */
  readonly begin: Int32Array;
  readonly end: Int32Array;
}

export interface Circles extends Zones {
  readonly centre: Int32Array;
  /** The distance of the farthest member, in the unit of the places. */
  readonly radius: Float64Array;
}

export interface CircleLimits {
  /** What a circle may not have too much of, e.g. inhabitants; one number a place, 0 or more. */
  readonly size?: ArrayLike<number>;
  /** The most of `size` that a circle may have, as a share of all; default 0.5. */
  readonly mostShare?: number;
  readonly mostRadius?: number;
  /** Whether places at one distance enter a circle together (SaTScan), or one by one in their order (SpatialEpi); default together. */
  readonly ties?: 'together' | 'one-by-one';
}

/** Distances closer than this, relatively, are one distance: their difference is rounding. */
const SAME_DISTANCE = 1e-12;

/**
 * The circles about each place, growing from the place alone to the limits.
 *
 * @throws RangeError where no circle is within the limits
 */
export function circlesAbout(places: Places, limits: CircleLimits = {}): Circles {
  const n = placeCount(places);
  const { size, mostShare = 0.5, mostRadius = Infinity, ties = 'together' } = limits;
  if (size !== undefined && size.length !== n) throw new RangeError('every place has a size');
  let total = 0;
  for (let at = 0; at < n; at += 1) total += size?.[at] ?? 0;
  if (size !== undefined && !(total > 0)) throw new RangeError('the sizes of the places sum to more than 0');
  const members: number[] = [];
  const zones = { begin: [] as number[], end: [] as number[], centre: [] as number[], radius: [] as number[] };
  const order = Int32Array.from({ length: n }, (_, at) => at);
  for (let centre = 0; centre < n; centre += 1) {
    const distances = distancesFrom(places, centre);
    order.sort((one, two) => distances[one]! - distances[two]! || one - two);
    const begin = members.length;
    let sum = 0;
    for (let from = 0, to = 0; from < n; from = to) {
      const radius = distances[order[from]!]!;
      do {
        sum += size?.[order[to]!] ?? 0;
        to += 1;
      } while (ties === 'together' && to < n && distances[order[to]!]! <= radius * (1 + SAME_DISTANCE));
      if (radius > mostRadius || (size !== undefined && sum / total > mostShare)) break;
      for (let at = from; at < to; at += 1) members.push(order[at]!);
      zones.begin.push(begin);
      zones.end.push(members.length);
      zones.centre.push(centre);
      zones.radius.push(radius);
    }
  }
  if (zones.begin.length === 0) throw new RangeError('no place is small enough for a circle within the limits');
  return {
    count: zones.begin.length,
    locations: n,
    members: Int32Array.from(members),
    begin: Int32Array.from(zones.begin),
    end: Int32Array.from(zones.end),
    centre: Int32Array.from(zones.centre),
    radius: Float64Array.from(zones.radius),
  };
}

/** @throws RangeError for an empty zone, a location outside 0..locations-1, or one named twice in a zone */
export function listedZones(lists: readonly (readonly number[])[], locations: number): Zones {
  for (const list of lists) {
    if (list.length === 0) throw new RangeError('a zone has at least one location');
    if (new Set(list).size !== list.length) throw new RangeError('a zone names each of its locations once');
    if (!list.every((location) => Number.isInteger(location) && location >= 0 && location < locations))
      throw new RangeError('a zone names locations that there are');
  }
  const end = Int32Array.from(lists, (list) => list.length);
  for (let at = 1; at < end.length; at += 1) end[at]! += end[at - 1]!;
  return {
    count: lists.length,
    locations,
    members: Int32Array.from(lists.flat()),
    begin: end.map((last, at) => last - lists[at]!.length),
    end,
  };
}

/** The locations of a zone, in the order in which they entered it. */
export function membersOf(zones: Zones, zone: number): number[] {
  return Array.from(zones.members.subarray(zones.begin[zone], zones.end[zone]));
}

export function circleAt(circles: Circles, zone: number): { centre: number; members: number[]; radius: number } {
  return { centre: circles.centre[zone]!, members: membersOf(circles, zone), radius: circles.radius[zone]! };
}

/**
 * What each zone has of a quantity that locations have.
 *
 * @param layers `width` numbers for each location, one location after another
 * @returns      `width` numbers for each zone
 */
export function zoneSums(zones: Zones, layers: ArrayLike<number>, width: number): Float64Array {
  const sums = new Float64Array(zones.count * width);
  for (let zone = 0; zone < zones.count; zone += 1) {
    const grows = zone > 0 && zones.begin[zone] === zones.begin[zone - 1];
    if (grows) sums.copyWithin(zone * width, (zone - 1) * width, zone * width);
    for (let at = grows ? zones.end[zone - 1]! : zones.begin[zone]!; at < zones.end[zone]!; at += 1) {
      const from = zones.members[at]! * width;
      for (let window = 0; window < width; window += 1) sums[zone * width + window]! += layers[from + window]!;
    }
  }
  return sums;
}

/** How to come from each zone to the next with few additions and subtractions. */
export interface Walk {
  /** Whether the zone begins anew, from nothing. */
  readonly anew: Uint8Array;
  /** The steps of zone z are from[z] up to, not with, from[z+1]. */
  readonly from: Int32Array;
  /** A location that enters, or ~location for one that leaves. */
  readonly steps: Int32Array;
}

export function walkThrough(zones: Zones): Walk {
  const anew = new Uint8Array(zones.count);
  const from = new Int32Array(zones.count + 1);
  const steps: number[] = [];
  const marks = new Int32Array(zones.locations).fill(-1);
  for (let zone = 0; zone < zones.count; zone += 1) {
    const size = zones.end[zone]! - zones.begin[zone]!;
    const change = zone === 0 ? undefined : changeTo(zones, zone, marks);
    // A zone that is listed twice begins anew too: no zone is without a step.
    anew[zone] = change !== undefined && change.length > 0 && change.length < size ? 0 : 1;
    for (const step of anew[zone] === 0 ? change! : membersOf(zones, zone)) steps.push(step);
    from[zone + 1] = steps.length;
  }
  return { anew, from, steps: Int32Array.from(steps) };
}

/** The steps from the zone before to this one. */
function changeTo(zones: Zones, zone: number, marks: Int32Array): number[] {
  const { members, begin, end } = zones;
  const change: number[] = [];
  if (begin[zone] === begin[zone - 1]) {
    for (let at = end[zone - 1]!; at < end[zone]!; at += 1) change.push(members[at]!);
    return change;
  }
  for (let at = begin[zone - 1]!; at < end[zone - 1]!; at += 1) marks[members[at]!] = 2 * zone;
  for (let at = begin[zone]!; at < end[zone]!; at += 1) {
    if (marks[members[at]!] !== 2 * zone) change.push(members[at]!);
    marks[members[at]!] = 2 * zone + 1;
  }
  for (let at = begin[zone - 1]!; at < end[zone - 1]!; at += 1)
    if (marks[members[at]!] !== 2 * zone + 1) change.push(~members[at]!);
  return change;
}
