import boundaries from '../../../../facts/geo/boundaries.json' with { type: 'json' };
import { EVERYWHERE, type Level } from '../model.ts';

/** Where a district or city lies, for distances: the point of its label on the map, WGS 84 degrees. */
export interface Centre {
  longitude: number;
  latitude: number;
}

interface Unit {
  adcode: string;
  en: string;
  zh: string;
  label: [longitude: number, latitude: number];
}

const UNITS = new Map(
  (boundaries as unknown as { features: { properties: Unit }[] }).features.map(
    ({ properties }) => [properties.adcode, properties] as const,
  ),
);

export function centreOf(place: string): Centre | undefined {
  const unit = UNITS.get(place);
  return unit && { longitude: unit.label[0], latitude: unit.label[1] };
}

/** The code itself where the map knows no name. */
export function nameOfPlace(place: string, language: 'en' | 'zh'): string {
  return UNITS.get(place)?.[language] ?? place;
}

/** The place of this level in which a district lies; undefined where the district is not known. */
export function placeAt(level: Level, district: string): string | undefined {
  if (level === 'region') return EVERYWHERE;
  if (!/^\d{6}$/.test(district)) return undefined;
  // GB/T 2260: the first four digits are the city's.
  return level === 'city' ? `${district.slice(0, 4)}00` : district;
}

export function levelOf(place: string): Level {
  if (place === EVERYWHERE) return 'region';
  return place.endsWith('00') ? 'city' : 'district';
}

/** Whether a district belongs to a place. */
export function isWithin(district: string, place: string): boolean {
  return placeAt(levelOf(place), district) === place;
}
