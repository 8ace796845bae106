import { CHAINS, type IndustryMap, type MapKind, type OnLink, type ThingKind } from '../model.ts';
import { csvLines, LICENCE } from './open-data.ts';

export interface MapRows {
  things: readonly {
    id: string;
    kind: MapKind;
    name: string;
    nameZh: string | null;
    example: boolean;
    latitude: number | null;
    longitude: number | null;
    disputed: boolean;
    isDue: boolean;
  }[];
  edges: readonly { subject: string; predicate: string; object: string }[];
  places: readonly {
    id: string;
    kind: ThingKind;
    name: string;
    nameZh: string | null;
    adcode: string | null;
    roles: readonly string[];
  }[];
}

/** Each thing with the smallest divisions that its sources put it in; never a point that no source says. */
export function drawMap({ things, edges, places }: MapRows): IndustryMap {
  const { of, up, divisions } = placing({ edges, places });
  return {
    things: things.map(({ latitude, longitude, ...thing }) => {
      const [own, managers] = [up(thing.id), of(thing.id, 'managed-by')];
      return {
        ...thing,
        places: own,
        areas: divisions(own),
        managers,
        managedFrom: divisions(managers),
        position: isOnEarth(latitude, longitude) ? { latitude: latitude!, longitude: longitude! } : null,
        sectors: of(thing.id, 'in-sector'),
      };
    }),
    places: Object.fromEntries(places.map(({ id, kind: _, ...place }) => [id, place])),
    cut: false,
  };
}

/** Of a thing the divisions that count it, `elsewhere` where its places have none, `unknown` where no source places it. */
export function divisionsOf(rows: Pick<MapRows, 'edges' | 'places'>): (id: string) => string[] {
  const { up, divisions } = placing(rows);
  return (id) => {
    const places = up(id);
    const areas = divisions(places);
    return areas.length > 0 ? areas : [places.length > 0 ? 'elsewhere' : 'unknown'];
  };
}

/** How many of each kind are drawn: all of the few, the rest shared by the many. */
export function sharesOf(
  counts: Readonly<Partial<Record<MapKind, number>>>,
  most: number,
): Partial<Record<MapKind, number>> {
  const rising = Object.entries(counts).sort(([, a], [, b]) => a - b) as [MapKind, number][];
  let left = most;
  return Object.fromEntries(
    rising.map(([kind, n], at) => {
      const share = Math.min(n, Math.floor(left / (rising.length - at)));
      left -= share;
      return [kind, share];
    }),
  );
}

/** Counts by what things lie in directly as counts by division. */
export function countInAreas(
  counts: readonly { place: string | null; kind: MapKind; n: number }[],
  rows: Pick<MapRows, 'edges' | 'places'>,
): NonNullable<IndustryMap['totals']>['areas'] {
  const { divisions } = placing(rows);
  const areas = new Map<string, Partial<Record<MapKind, number>>>();
  for (const { place, kind, n } of counts) {
    const found = place === null ? ['unknown'] : divisions([place]);
    for (const area of found.length > 0 ? found : ['elsewhere']) {
      const kinds = areas.get(area) ?? {};
      kinds[kind] = (kinds[kind] ?? 0) + n;
      areas.set(area, kinds);
    }
  }
  return [...areas].map(([area, kinds]) => ({ area, kinds }));
}

function placing({ edges, places }: Pick<MapRows, 'edges' | 'places'>) {
  const known = new Map(places.map((place) => [place.id, place]));
  const told = Map.groupBy(edges, ({ subject, predicate }) => `${subject} ${predicate}`);
  const of = (id: string, predicate: string) => (told.get(`${id} ${predicate}`) ?? []).map(({ object }) => object);
  const up = (id: string) => of(id, 'located-in');
  const divisions = (starts: readonly string[]) => {
    const found = new Set(starts.flatMap((start) => nearest(start, up, (id) => known.get(id)?.adcode != null)));
    for (const id of [...found]) for (const whole of above(id, up)) found.delete(whole);
    return [...found].map((id) => known.get(id)!.adcode!).sort();
  };
  return { of, up, divisions };
}

/** Upwards from a place on each way to the first that is one of those sought. */
function nearest(start: string, up: (id: string) => string[], isSought: (id: string) => boolean): string[] {
  const found: string[] = [];
  const seen = new Set<string>();
  let step = [start];
  while (step.length > 0) {
    const next: string[] = [];
    for (const id of step) {
      if (seen.has(id)) continue;
      seen.add(id);
      if (isSought(id)) found.push(id);
      else next.push(...up(id));
    }
    step = next;
  }
  return found;
}

/** All that a place lies in. */
function above(id: string, up: (id: string) => string[]): Set<string> {
  const seen = new Set<string>();
  let step = up(id);
  while (step.length > 0) {
    const fresh = step.filter((each) => each !== id && !seen.has(each));
    for (const each of fresh) seen.add(each);
    step = fresh.flatMap(up);
  }
  return seen;
}

function isOnEarth(latitude: number | null, longitude: number | null): boolean {
  return latitude !== null && longitude !== null && Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
}

/** RFC 7946; a feature without a geometry is one whose point nobody says. */
export function geoJsonOf({ things, places, cut }: IndustryMap): object {
  const name = (id: string) => places[id]?.name ?? id;
  return {
    type: 'FeatureCollection',
    licence: LICENCE,
    ...(cut && { cut }),
    features: things.map(({ id, kind, name: own, nameZh, position, areas, disputed, ...thing }) => ({
      type: 'Feature',
      id,
      geometry: position === null ? null : { type: 'Point', coordinates: [position.longitude, position.latitude] },
      properties: {
        kind,
        name: own,
        nameZh,
        areas,
        locatedIn: thing.places.map(name),
        managedBy: thing.managers.map(name),
        sectors: thing.sectors.map(name),
        disputed,
      },
    })),
  };
}

/** A line for each that stands on a link; a link with nobody has one without a name. */
export function chainCsv(placed: readonly OnLink[]): string {
  const on = Map.groupBy(placed, ({ link }) => link);
  const lines = CHAINS.flatMap((chain) =>
    chain.links.flatMap(({ id, stream, en, zh }) => {
      const head = [chain.en, chain.zh, id, stream, en, zh];
      const own = on.get(id) ?? [];
      if (own.length === 0) return [[...head, null, null, null, null]];
      return own.map((thing) => [...head, thing.id, thing.name, thing.nameZh, thing.confidence]);
    }),
  );
  return csvLines([
    ['chain', 'chainZh', 'link', 'stream', 'linkName', 'linkNameZh', 'thing', 'name', 'nameZh', 'confidence'],
    ...lines,
  ]);
}
