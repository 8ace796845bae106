import type { Words } from './parties.ts';

/** A venue as facts/exchange/venues.json knows it; what no source says is null. */
export interface Venue {
  id: string;
  name: Words;
  adapter: 'own' | 'simulator';
  steps: Words[];
  fields: VenueField[];
  documents: Words[];
  identifier: Words | null;
  noticeDays: number | null;
  /** Parts of this profile that no source was read for. */
  unknown: string[];
  source: string;
}
interface VenueField {
  id: string;
  label: Words;
  /** Filled by what is known, or asked of the holder. */
  from: 'holder' | 'title' | 'asked';
  choices?: string[];
}

export type VenueWish = 'listed' | 'suspended' | 'withdrawn';
export type VenueState = VenueWish | 'unsent' | 'received' | 'reviewing' | 'refused';

export interface VenueListing {
  id: string;
  offeringId: string;
  version: number;
  title: Words;
  holderName: string;
  venue: string;
  wish: VenueWish;
  state: VenueState;
  fields: Record<string, string>;
  externalId: string | null;
  words: string | null;
  askedByName: string;
  askedAt: string;
  changedAt: string;
  lookedAt: string | null;
  attempts: number;
  trouble: string | null;
}

export interface VenueEvent {
  at: string;
  state: VenueState | null;
  trouble: string | null;
  words: string | null;
}
