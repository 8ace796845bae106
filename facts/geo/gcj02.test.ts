import { describe, expect, test } from 'vitest';
import { toGcj02, toWgs84 } from './gcj02.ts';

/**
 * Goal: boundaries lie where the ground is, not where a Chinese map draws it (some 500 m apart here).
 * Method: the three positions that googollee/eviltransform publishes in all its languages' tests; then the way there and back over the whole region.
 */
const PUBLISHED = [
  ['Shanghai', [121.5272106, 31.1774276], [121.531541859215, 31.17530398364597]],
  ['Shenzhen', [113.912316, 22.543847], [113.9171764808363, 22.540796131694766]],
  ['Beijing', [116.377817, 39.911954], [116.38404722455657, 39.91334545536069]],
] as const;

/** A millionth of a degree is 11 cm: the published tests use an ellipsoid that differs from ours by less. */
describe.each(PUBLISHED)('%s', (_name, wgs84, gcj02) => {
  test('is shifted as published', () => {
    expect(distanceM(toGcj02(wgs84), gcj02)).toBeLessThan(1);
  });
  test('is brought back as published', () => {
    expect(distanceM(toWgs84(gcj02), wgs84)).toBeLessThan(1);
  });
});

test('there and back over the Greater Bay Area ends within a millimetre', () => {
  for (let lon = 111; lon <= 116; lon += 0.25) {
    for (let lat = 21; lat <= 25; lat += 0.25) {
      expect(distanceM(toWgs84(toGcj02([lon, lat])), [lon, lat])).toBeLessThan(0.001);
    }
  }
});

test('the shift in Guangzhou is half a kilometre: a conversion that does nothing would be seen', () => {
  expect(distanceM(toGcj02([113.26, 23.13]), [113.26, 23.13])).toBeGreaterThan(400);
});

function distanceM(one: readonly [number, number], two: readonly [number, number]): number {
  const east = (one[0] - two[0]) * Math.cos((one[1] * Math.PI) / 180);
  return Math.hypot(east, one[1] - two[1]) * 111_320;
}
