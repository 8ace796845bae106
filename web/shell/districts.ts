import { useQuery } from '@tanstack/react-query';
import { BOUNDARIES, type Boundaries } from './boundaries.ts';
import { language } from './words.ts';

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
  const query = useQuery({ ...BOUNDARIES, select: drawnOf });
  return {
    codes: [...(query.data?.names.keys() ?? [])],
    nameOf: (adcode) => query.data?.names.get(adcode)?.[language()] ?? adcode,
    map: query.data?.map,
  };
}

// One function, so that its answer is made once: the same object, and no chart is drawn anew without need.
function drawnOf({ features, ...rest }: Boundaries) {
  const drawn = features.filter(
    ({ properties: { level, adcode } }) => level !== 'around' && adcode !== DRAWN_BY_DISTRICTS,
  );
  return {
    names: new Map(features.map(({ properties }) => [properties.adcode, properties])),
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
}
