/** Great-circle distance in kilometres on a sphere of 6,371 km. */
function distanceKm(from: Point, to: Point): number {
  const [lat1, lat2] = [radians(from.latitude), radians(to.latitude)];
  const half =
    Math.sin((lat2 - lat1) / 2) ** 2 +
    Math.cos(lat1) * Math.cos(lat2) * Math.sin(radians(to.longitude - from.longitude) / 2) ** 2;
  return 2 * 6371 * Math.asin(Math.min(1, Math.sqrt(half)));
}

export interface Point {
  latitude: number;
  longitude: number;
}

/** Degrees clockwise from north; undefined when the way is too short to tell. */
export function headingOf(from: Point | undefined, to: Point): number | undefined {
  if (from === undefined || distanceKm(from, to) < 0.02) return undefined;
  const [lat1, lat2, east] = [radians(from.latitude), radians(to.latitude), radians(to.longitude - from.longitude)];
  const y = Math.sin(east) * Math.cos(lat2);
  const x = Math.cos(lat1) * Math.sin(lat2) - Math.sin(lat1) * Math.cos(lat2) * Math.cos(east);
  return (Math.atan2(y, x) * (180 / Math.PI) + 360) % 360;
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
