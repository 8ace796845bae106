import { useQuery } from '@tanstack/react-query';
import type { ChainView, IndustryMap, MapKind, MapThing } from '../../src/modules/cluster/model.ts';
import { MAP_KINDS } from '../../src/modules/cluster/model.ts';
import { BOUNDARIES } from '../shell/boundaries.ts';
import { api, useAddressValues } from '../shell/index.ts';

export const useIndustryMap = (examples = '') =>
  useQuery({
    queryKey: ['cluster', 'map', examples],
    queryFn: ({ signal }) => api.get<IndustryMap>('/api/cluster/map', { query: { examples }, signal }),
  });

export const useChains = (place: string, examples: string) =>
  useQuery({
    queryKey: ['cluster', 'chains', place, examples],
    queryFn: ({ signal }) => api.get<ChainView>('/api/cluster/chains', { query: { place, examples }, signal }),
  });

export const useBoundaries = () => useQuery(BOUNDARIES);

/** Where a thing is counted that no division counts. */
export const APART = ['elsewhere', 'unknown'] as const;

/** What is asked of the map, in the address. */
export interface MapAsked {
  kinds: readonly MapKind[];
  sector: string;
  area: string;
  fresh: string;
  examples: string;
  text: string;
  by: 'located' | 'managed';
}

export function useMapAsked(): MapAsked {
  const { values } = useAddressValues();
  const of = (name: string) => String(values[name] ?? '');
  const kinds = of('kind').split(',');
  return {
    kinds: MAP_KINDS.filter((kind) => kinds.includes(kind)),
    sector: of('sector'),
    area: of('area'),
    fresh: of('fresh'),
    examples: of('examples'),
    text: of('text'),
    by: of('by') === 'managed' ? 'managed' : 'located',
  };
}

/** The divisions that count the thing, else where apart. */
export function countedIn(thing: MapThing, by: MapAsked['by']): readonly string[] {
  const [areas, named] = by === 'managed' ? [thing.managedFrom, thing.managers] : [thing.areas, thing.places];
  if (areas.length > 0) return areas;
  return [named.length > 0 ? 'elsewhere' : 'unknown'];
}

/** Things that pass every filter; with `but`, every other one. */
export function chosenFrom(things: readonly MapThing[], asked: MapAsked, but?: 'kinds' | 'area'): MapThing[] {
  const text = asked.text.trim().toLowerCase();
  return things.filter(
    (thing) =>
      (but === 'kinds' || asked.kinds.length === 0 || asked.kinds.includes(thing.kind)) &&
      (asked.sector === '' ||
        (asked.sector === 'none' ? thing.sectors.length === 0 : thing.sectors.includes(asked.sector))) &&
      (asked.fresh === '' || thing.isDue === (asked.fresh === 'due')) &&
      (but === 'area' || asked.area === '' || countedIn(thing, asked.by).includes(asked.area)) &&
      (text === '' || [thing.name, thing.nameZh ?? ''].some((name) => name.toLowerCase().includes(text))),
  );
}

export interface AreaCount {
  area: string;
  n: number;
  kinds: Readonly<Partial<Record<MapKind, number>>>;
}

/** The counts of everything, where more is there than is drawn and nothing is asked that only drawn things can answer. */
export function totalsFor(map: IndustryMap, asked: MapAsked): AreaCount[] | undefined {
  if (map.totals === undefined || asked.by !== 'located' || `${asked.sector}${asked.fresh}${asked.text}` !== '')
    return undefined;
  return map.totals.areas
    .map(({ area, kinds: all }) => {
      const kinds = Object.fromEntries(
        Object.entries(all).filter(([kind]) => asked.kinds.length === 0 || asked.kinds.some((each) => each === kind)),
      );
      return { area, kinds, n: Object.values(kinds).reduce((sum, n) => sum + n, 0) };
    })
    .filter(({ n }) => n > 0)
    .sort((one, two) => two.n - one.n || one.area.localeCompare(two.area));
}

/** By division, the most first; a thing that two sources put in two divisions counts in both. */
export function countAreas(things: readonly MapThing[], by: MapAsked['by']): AreaCount[] {
  const counts = new Map<string, Partial<Record<MapKind, number>>>();
  for (const thing of things)
    for (const area of countedIn(thing, by)) {
      const kinds = counts.get(area) ?? {};
      kinds[thing.kind] = (kinds[thing.kind] ?? 0) + 1;
      counts.set(area, kinds);
    }
  return [...counts]
    .map(([area, kinds]) => ({ area, kinds, n: Object.values(kinds).reduce((sum, n) => sum + n, 0) }))
    .sort((one, two) => two.n - one.n || one.area.localeCompare(two.area));
}

/** A colour for each kind, on light and on dark. */
export const KIND_COLOURS: Readonly<Record<MapKind, string>> = {
  park: '#2e9e63',
  carrier: '#a07c3c',
  enterprise: '#e0861a',
  institution: '#6476ee',
  platform: '#0a98a5',
  project: '#d63a78',
};
