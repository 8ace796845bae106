import type { Caution } from './facts.ts';
import type { ThingKind } from './kinds.ts';

export type Value = string | number | boolean | readonly string[];
/** More than, less than, about. */
export type Op = '>' | '<' | '~';
/** How far a statement may be trusted; without one it is what its source says. From the best to the worst. */
export const CONFIDENCES = ['derived', 'inferred', 'low', 'doubtful', 'guess'] as const;
export type Confidence = (typeof CONFIDENCES)[number];

export interface Source {
  id: string;
  /** What kind of document, or `entry` for what an account entered for its organization. */
  kind: string;
  title: string;
  titleZh: string | null;
  publisher: string | null;
  date: string | null;
  url: string | null;
  note: string | null;
  organization: string | null;
}

interface Provenance {
  id: string;
  /** A day, a month or a year. */
  asOf: string | null;
  source: string;
  quote: string | null;
  confidence: Confidence | null;
  note: string | null;
  /** The entry of facts/cluster that it was read from. */
  fact: string | null;
  saidByName: string;
  saidAt: string;
  withdrawnAt: string | null;
  withdrawnByName: string | null;
  withdrawnWhy: string | null;
}

export interface Statement extends Provenance {
  thing: string;
  property: string;
  value: Value;
  unit: string | null;
  op: Op | null;
}

export interface Relation extends Provenance {
  subject: string;
  predicate: string;
  object: string;
  detail: string | null;
}

export interface ThingName {
  id: string;
  kind: ThingKind;
  name: string;
  nameZh: string | null;
  example: boolean;
}

export interface Thing extends ThingName {
  owner: string;
  reviewEveryDays: number;
  reviewedAt: string;
  /** When it is to be looked at again. */
  dueAt: string;
  mergedInto: string | null;
  madeAt: string;
  changedAt: string;
}

export interface ThingLine extends ThingName {
  /** Where it lies, by the relation `located-in`. */
  place: { id: string; name: string; nameZh: string | null } | null;
  sectors: readonly string[];
  statements: number;
  changedAt: string;
  dueAt: string;
}

export interface ThingPage {
  things: readonly ThingLine[];
  total: number;
}

export interface Representation {
  thing: string;
  id: string;
  party: string;
  partyName: string;
  state: 'claimed' | 'confirmed' | 'refused' | 'ended';
  words: string;
  claimedByName: string;
  claimedAt: string;
  decidedByName: string | null;
  decidedAt: string | null;
  reason: string | null;
  endedAt: string | null;
}

/** What is said of one property: every live statement, the one to reckon with first. */
export interface Said {
  property: string;
  statements: readonly Statement[];
  /** Its sources do not agree. */
  disputed: boolean;
}

/** The value to reckon with. */
export interface Reckoned {
  value: Value;
  op: Op | null;
  unit: string | null;
  asOf: string | null;
  confidence: Confidence | null;
  source: string;
  statement: string;
  disputed: boolean;
}

/** A relation seen from one of its ends. */
export interface Link extends Relation {
  /** From this thing to the other, or from the other to this one. */
  way: 'out' | 'in';
  other: ThingName;
}

export interface Profile {
  thing: Thing;
  /** Ids that were merged into this thing. */
  merged: readonly ThingName[];
  said: readonly Said[];
  links: readonly Link[];
  /** Withdrawn statements and relations, newest first. */
  history: readonly (Statement | Relation)[];
  sources: Readonly<Record<string, Source>>;
  representations: readonly Representation[];
  ownerName: { en: string; zh: string };
  /** About the thing, or about one of its sources. */
  cautions: readonly Caution[];
  /** The actor may state, correct and withdraw here. */
  mayEdit: boolean;
}
