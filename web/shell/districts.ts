import { useQuery } from '@tanstack/react-query';
import type { FeatureCollection, MultiPolygon } from 'geojson';
import address from '../../facts/geo/boundaries.json?url';
import { language } from './words.ts';

interface Unit {
  adcode: string;
  level: 'district' | 'city' | 'around';
  en: string;
  zh: string;
}

/** The name under which charts know the districts' shapes. */
export const DISTRICT_MAP = 'districts';

export interface Districts {
  nameOf: (adcode: string) => string;
  /** Every code there is. */
  codes: readonly string[];
  /** Guangzhou's districts and the cities around them, each shape named by its code. */
  map: { name: string; shapes: object } | undefined;
}

/** Guangzhou is drawn by its districts. */
const DRAWN_BY_DISTRICTS = '440100';

/** The region's districts, from our own server; until they are there a code is its own name. */
export function useDistricts(): Districts {
  const query = useQuery({
    queryKey: ['boundaries'],
    queryFn: async ({ signal }) => {
      const response = await fetch(address, { signal });
      if (!response.ok) throw new Error(`the boundaries could not be loaded (${response.status})`);
      const { features, ...rest } = (await response.json()) as FeatureCollection<MultiPolygon, Unit>;
      const drawn = features.filter(
        ({ properties: { level, adcode } }) => level !== 'around' && adcode !== DRAWN_BY_DISTRICTS,
      );
      return {
        names: new Map(features.map(({ properties }) => [properties.adcode, properties])),
        // Made once: the same object, so that no chart is drawn anew without need.
        map: {
          name: DISTRICT_MAP,
          shapes: {
            ...rest,
            features: drawn.map((feature) => ({
              ...feature,
              properties: { ...feature.properties, name: feature.properties.adcode },
            })),
          },
        },
      };
    },
    staleTime: Infinity,
  });
  return {
    codes: [...(query.data?.names.keys() ?? [])],
    nameOf: (adcode) => query.data?.names.get(adcode)?.[language()] ?? adcode,
    map: query.data?.map,
  };
}
