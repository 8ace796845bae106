/** Longitude and latitude in degrees. */
export type Point = readonly [lon: number, lat: number];

/** Krasovsky 1940 ellipsoid, on which GCJ-02 defines its offset: metres, and eccentricity squared. */
const AXIS_M = 6_378_245;
const ECCENTRICITY_2 = 0.006_693_421_622_965_943;

/**
 * Shifts a true position (WGS 84) to where Chinese maps draw it (GCJ-02). Holds inside mainland China and, in the data this folder converts, for Hong
 * Kong and Macau too.
 *
 * Source: the offset polynomial as published in googollee/eviltransform and hujiulong/gcoord (both MIT).
 */
export function toGcj02([lon, lat]: Point): Point {
  const x = lon - 105;
  const y = lat - 35;
  const phi = (lat * Math.PI) / 180;
  const magic = 1 - ECCENTRICITY_2 * Math.sin(phi) ** 2;
  const metresPerDegreeLat = ((AXIS_M * (1 - ECCENTRICITY_2)) / magic ** 1.5) * (Math.PI / 180);
  const metresPerDegreeLon = (AXIS_M / Math.sqrt(magic)) * Math.cos(phi) * (Math.PI / 180);
  return [lon + offsetEastM(x, y) / metresPerDegreeLon, lat + offsetNorthM(x, y) / metresPerDegreeLat];
}

/**
 * Takes the shift back. There is no closed form: the guess is moved by its own error until it moves by less than a millimetre.
 * The shift changes slowly, so that a few rounds are enough.
 */
export function toWgs84(drawn: Point): Point {
  let [lon, lat] = drawn;
  for (let round = 0; round < 20; round++) {
    const [drawnLon, drawnLat] = toGcj02([lon, lat]);
    const errorLon = drawnLon - drawn[0];
    const errorLat = drawnLat - drawn[1];
    lon -= errorLon;
    lat -= errorLat;
    if (Math.abs(errorLon) < 1e-9 && Math.abs(errorLat) < 1e-9) return [lon, lat];
  }
  throw new Error(`GCJ-02 position ${drawn.join(' ')} does not converge`);
}

function offsetNorthM(x: number, y: number): number {
  return (
    -100 +
    2 * x +
    3 * y +
    0.2 * y * y +
    0.1 * x * y +
    0.2 * Math.sqrt(Math.abs(x)) +
    waves(20, 6 * x, 20, 2 * x) +
    waves(20, y, 40, y / 3) +
    waves(160, y / 12, 320, y / 30)
  );
}

function offsetEastM(x: number, y: number): number {
  return (
    300 +
    x +
    2 * y +
    0.1 * x * x +
    0.1 * x * y +
    0.1 * Math.sqrt(Math.abs(x)) +
    waves(20, 6 * x, 20, 2 * x) +
    waves(20, x, 40, x / 3) +
    waves(150, x / 12, 300, x / 30)
  );
}

function waves(size1: number, at1: number, size2: number, at2: number): number {
  return (2 / 3) * (size1 * Math.sin(at1 * Math.PI) + size2 * Math.sin(at2 * Math.PI));
}
