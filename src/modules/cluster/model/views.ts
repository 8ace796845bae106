import type { ThingName } from './record.ts';

/** What is drawn on the map. */
export const MAP_KINDS = ['park', 'carrier', 'enterprise', 'institution', 'platform', 'project'] as const;
export type MapKind = (typeof MAP_KINDS)[number];

export interface MapThing extends Omit<ThingName, 'kind'> {
  kind: MapKind;
  /** Where it lies by `located-in`, as directly as it is said. */
  places: readonly string[];
  /** The smallest divisions with a boundary that these lie in, by their code; none where the place is unknown, wider or elsewhere. */
  areas: readonly string[];
  /** Who runs it by `managed-by`, and where they sit. */
  managers: readonly string[];
  managedFrom: readonly string[];
  /** Degrees in WGS 84, only where a source says both. */
  position: { latitude: number; longitude: number } | null;
  sectors: readonly string[];
  /** Sources contradict each other about it. */
  disputed: boolean;
  isDue: boolean;
}

interface MapPlace {
  name: string;
  nameZh: string | null;
  adcode: string | null;
  /** What a plan wants the place to be, in its words. */
  roles: readonly string[];
}

export interface IndustryMap {
  things: readonly MapThing[];
  /** Places, managers and sectors by id, as far as the things name them, and every place with a boundary. */
  places: Readonly<Record<string, MapPlace>>;
  /** There are more things than are drawn: of each kind some are, and all are counted in `totals`. */
  cut: boolean;
  /** Of everything, where more is there than is drawn: by where it lies. */
  totals?: { kinds: MapCounts; areas: readonly { area: string; kinds: MapCounts }[] };
}

type MapCounts = Readonly<Partial<Record<MapKind, number>>>;

/** Who stands on a link of a chain, and how surely. */
export interface OnLink extends ThingName {
  link: string;
  confidence: string | null;
  /** Lies in the place that was asked for; true where none was. */
  inside: boolean;
}

export interface ChainView {
  placed: readonly OnLink[];
  cut: boolean;
}
