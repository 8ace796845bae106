import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

/**
 * Goal: the committed boundaries are the region's, whole, and in WGS 84.
 * Method: the list of units; areas against the published ones; places whose district and WGS 84 position are public knowledge.
 */
interface Unit {
  properties: { adcode: string; level: string; en: string; zh: string };
  geometry: { coordinates: [number, number][][][] };
}
const { features } = JSON.parse(readFileSync(join(import.meta.dirname, 'boundaries.json'), 'utf8')) as {
  features: Unit[];
};
const ofLevel = (level: string) => features.filter(({ properties }) => properties.level === level);

test('holds the 11 districts, the 9 cities with Hong Kong and Macau, each once and with both names', () => {
  expect(ofLevel('district')).toHaveLength(11);
  expect(ofLevel('city')).toHaveLength(11);
  expect(new Set(features.map(({ properties }) => properties.adcode)).size).toBe(features.length);
  for (const { properties } of features) {
    expect(properties.en).toMatch(/^[A-Z][a-z]+/);
    expect(properties.zh).toMatch(/^[\u4e00-\u9fff]{2,}$/);
  }
});

test('every ring is closed and lies in the region', () => {
  for (const { geometry } of features) {
    for (const ring of geometry.coordinates.flat()) {
      expect(ring.at(-1)).toEqual(ring[0]);
      for (const [lon, lat] of ring) {
        expect(lon > 110.5 && lon < 116.5 && lat > 21 && lat < 26).toBe(true);
      }
    }
  }
});

describe('areas are the published ones within 4 %', () => {
  /** km², statistics of the districts and cities, 2020 to 2023. */
  test.each([
    ['440115', 803],
    ['440112', 484],
    ['440111', 666],
    ['440118', 1_616],
    ['440100', 7_434],
    ['441900', 2_460],
    ['440600', 3_798],
  ])('%s has %d km²', (adcode, published) => {
    const least = adcode === '440115' ? 0.94 : 0.96; // Nansha's coast is smoothed over its tidal flats
    expect(areaKm2(unit(adcode)) / published).toBeGreaterThan(least);
    expect(areaKm2(unit(adcode)) / published).toBeLessThan(2 - least);
  });
});

describe('a known place lies in its district', () => {
  test.each([
    ['Guangzhou Knowledge City', 113.508, 23.345, '440112'],
    ['HKUST (Guangzhou)', 113.481, 22.892, '440115'],
    ['Canton Tower', 113.3191, 23.1064, '440105'],
    ['Baiyun Airport', 113.299, 23.392, '440114'],
    ['Sun Yat-sen Memorial Hall', 113.2645, 23.1337, '440104'],
    ['Shenzhen Civic Center', 114.0579, 22.5431, '440300'],
    ['Victoria Peak', 114.1455, 22.2759, '810000'],
  ])('%s', (_name, lon, lat, adcode) => {
    const level = adcode.startsWith('4401') ? 'district' : 'city';
    expect(
      ofLevel(level)
        .filter((one) => contains(one, lon, lat))
        .map(({ properties }) => properties.adcode),
    ).toEqual([adcode]);
  });
});

function unit(adcode: string): Unit {
  return features.find(({ properties }) => properties.adcode === adcode) as Unit;
}

/** Area on the sphere: the strip between each edge and the equator, added with its sign. */
function areaKm2({ geometry }: Unit): number {
  const radian = Math.PI / 180;
  let sum = 0;
  for (const ring of geometry.coordinates.flat()) {
    for (const [at, [lon, lat]] of ring.entries()) {
      const [nextLon, nextLat] = ring[(at + 1) % ring.length] as [number, number];
      sum += ((nextLon - lon) * radian * (Math.sin(lat * radian) + Math.sin(nextLat * radian))) / 2;
    }
  }
  return Math.abs(sum) * 6_371 ** 2;
}

function contains({ geometry }: Unit, lon: number, lat: number): boolean {
  let inside = false;
  for (const ring of geometry.coordinates.flat()) {
    for (let at = 1; at < ring.length; at++) {
      const [x1, y1] = ring[at - 1] as [number, number];
      const [x2, y2] = ring[at] as [number, number];
      if (y1 > lat !== y2 > lat && lon < ((x2 - x1) * (lat - y1)) / (y2 - y1) + x1) inside = !inside;
    }
  }
  return inside;
}
