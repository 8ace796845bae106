import type { FeatureCollection, MultiPolygon } from 'geojson';
import address from '../../facts/geo/boundaries.json?url';

export interface Unit {
  adcode: string;
  level: 'district' | 'city' | 'around';
  en: string;
  zh: string;
  /** Where its name stands. */
  label: [number, number];
}

export type Boundaries = FeatureCollection<MultiPolygon, Unit>;

/** The region's boundaries, from our own server: one answer for every page. */
export const BOUNDARIES = {
  queryKey: ['boundaries'],
  queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Boundaries> => {
    const response = await fetch(address, { signal });
    if (!response.ok) throw new Error(`the boundaries could not be loaded (${response.status})`);
    return (await response.json()) as Boundaries;
  },
  staleTime: Number.POSITIVE_INFINITY,
};
