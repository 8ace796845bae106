type Numbers = ArrayLike<number>;

/** Points on a plane in any unit of length, or on the globe in degrees. */
export type Places =
  | { readonly x: Numbers; readonly y: Numbers }
  | { readonly latitude: Numbers; readonly longitude: Numbers; readonly earthRadiusKm?: number };

/** The mean radius of the earth, km (IUGG). */
const EARTH_RADIUS_KM = 6371.0088;

export function placeCount(places: Places): number {
  const [first, second] = 'x' in places ? [places.x, places.y] : [places.latitude, places.longitude];
  if (first.length !== second.length) throw new RangeError('every place has both coordinates');
  return first.length;
}

/** How far each place is from one of them: in the plane's unit, or in km along the great circle. */
export function distancesFrom(places: Places, centre: number): Float64Array {
  const distances = new Float64Array(placeCount(places));
  if ('x' in places) {
    const { x, y } = places;
    for (let at = 0; at < distances.length; at += 1) {
      const east = x[at]! - x[centre]!;
      const north = y[at]! - y[centre]!;
      distances[at] = Math.sqrt(east * east + north * north);
    }
    return distances;
  }
  const { latitude, longitude, earthRadiusKm = EARTH_RADIUS_KM } = places;
  for (let at = 0; at < distances.length; at += 1)
    distances[at] = earthRadiusKm * centralAngle(latitude[centre]!, longitude[centre]!, latitude[at]!, longitude[at]!);
  return distances;
}

/** The haversine formula, which keeps its digits where two points are near. */
function centralAngle(latitude1: number, longitude1: number, latitude2: number, longitude2: number): number {
  const radians = Math.PI / 180;
  const north = Math.sin(((latitude2 - latitude1) * radians) / 2);
  const east = Math.sin(((longitude2 - longitude1) * radians) / 2);
  const square = north * north + Math.cos(latitude1 * radians) * Math.cos(latitude2 * radians) * east * east;
  return 2 * Math.asin(Math.min(1, Math.sqrt(square)));
}
