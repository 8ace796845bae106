import type { Why } from '#standards/text-search';
import type { ThingName } from './record.ts';

export interface FoundThing extends ThingName {
  place: { id: string; name: string; nameZh: string | null } | null;
  why: readonly Why[];
}

export interface SearchAnswer {
  things: readonly FoundThing[];
  matches: number;
  /** More match than were counted. */
  isMore: boolean;
  facets: Readonly<Record<string, readonly { value: string; count: number }[]>>;
  /** Who answered: the index, or PostgreSQL by parts of names while the index is being made. */
  by: 'index' | 'database';
}
