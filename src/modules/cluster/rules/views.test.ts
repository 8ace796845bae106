import { describe, expect, test } from 'vitest';
import { CHAIN_LINKS, CHAINS, STREAMS } from '../model.ts';
import { countInAreas, drawMap, geoJsonOf, type MapRows, sharesOf } from './views.ts';

/**
 * Goal: nothing is drawn where no source puts it: a thing is counted in the smallest division that is said, never at a made-up point.
 * Method: a small world with a park in a district, a place without a boundary, a place wider than any, and a manager who sits elsewhere.
 */
const place = (id: string, adcode: string | null = null) => ({
  id,
  kind: 'place' as const,
  name: id,
  nameZh: null,
  adcode,
  roles: [],
});
const thing = (id: string, latitude: number | null = null, longitude: number | null = null) => ({
  id,
  kind: 'enterprise' as const,
  name: id,
  nameZh: null,
  example: false,
  latitude,
  longitude,
  disputed: false,
  isDue: false,
});
const inside = (subject: string, object: string, predicate = 'located-in') => ({ subject, predicate, object });
const PLACES = [
  place('province'),
  place('city', '4401'),
  place('island', '4402'),
  place('north', '4403'),
  place('bay'),
];
const WORLD = [inside('city', 'province'), inside('island', 'city'), inside('north', 'city'), inside('bay', 'north')];

function drawn(things: MapRows['things'], edges: MapRows['edges']) {
  return drawMap({ things, edges: [...WORLD, ...edges], places: PLACES });
}

describe('a thing on the map', () => {
  test.each([
    ['in a park of a district', [inside('it', 'park'), inside('park', 'island')], ['4402']],
    ['in a city only', [inside('it', 'city')], ['4401']],
    ['in a city and, by another source, in its district', [inside('it', 'city'), inside('it', 'island')], ['4402']],
    ['in a place without a boundary', [inside('it', 'bay')], ['4403']],
    ['in two districts by two sources', [inside('it', 'island'), inside('it', 'north')], ['4402', '4403']],
    ['in the province only', [inside('it', 'province')], []],
    ['of an unknown place', [], []],
    ['in a ring of places', [inside('it', 'one'), inside('one', 'two'), inside('two', 'one')], []],
  ])('%s', (_, edges, areas) => {
    const [found] = drawn([thing('it')], edges).things;
    expect(found).toMatchObject({ areas, managedFrom: [] });
  });

  test('lies in one district and is run from another: neither is derived from the other', () => {
    const edges = [inside('it', 'island'), inside('it', 'board', 'managed-by'), inside('board', 'north')];
    expect(drawn([thing('it')], edges).things[0]).toMatchObject({
      areas: ['4402'],
      managers: ['board'],
      managedFrom: ['4403'],
    });
  });

  test.each([
    [22.8, 113.5, { latitude: 22.8, longitude: 113.5 }],
    [22.8, null, null],
    [122.8, 113.5, null],
  ])('has a point at %s, %s only where both are said', (latitude, longitude, position) => {
    const map = drawn([thing('it', latitude, longitude)], []);
    expect(map.things[0]!.position).toEqual(position);
    const { features } = geoJsonOf(map) as { features: { geometry: unknown }[] };
    expect(features[0]!.geometry).toEqual(position && { type: 'Point', coordinates: [113.5, 22.8] });
  });

  test('of more than can be drawn the few kinds are drawn whole, and all are counted where they lie', () => {
    expect(sharesOf({ enterprise: 1_000_000, park: 80, platform: 3_000 }, 5_000)).toEqual({
      park: 80,
      platform: 2_460,
      enterprise: 2_460,
    });
    const counts = [
      { place: 'island', kind: 'enterprise', n: 40 },
      { place: 'bay', kind: 'enterprise', n: 2 },
      { place: 'north', kind: 'park', n: 1 },
      { place: 'province', kind: 'park', n: 3 },
      { place: null, kind: 'enterprise', n: 9 },
    ] as const;
    expect(countInAreas(counts, { edges: WORLD, places: PLACES })).toEqual([
      { area: '4402', kinds: { enterprise: 40 } },
      { area: '4403', kinds: { enterprise: 2, park: 1 } },
      { area: 'elsewhere', kinds: { park: 3 } },
      { area: 'unknown', kinds: { enterprise: 9 } },
    ]);
  });
});

/** Goal: the chains are whole. Method: every link of the file is followed. */
test.each(CHAINS)('the chain of $en goes from upstream to downstream without a loose end', ({ links, basis }) => {
  const order = (id: string) => STREAMS.indexOf(CHAIN_LINKS.get(id)!.stream);
  expect(new Set(links.map(({ stream }) => stream))).toEqual(new Set(STREAMS));
  for (const { id, to } of links) {
    for (const next of to) expect(order(next), `${id} to ${next}`).toBeGreaterThanOrEqual(order(id));
    if (to.length === 0) expect(order(id)).toBe(STREAMS.length - 1);
  }
  for (const stage of basis?.stages ?? []) expect(CHAIN_LINKS.has(stage)).toBe(true);
});
