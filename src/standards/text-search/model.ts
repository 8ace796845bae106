import type { Synonyms } from './thesaurus.ts';

interface Field {
  name: string;
  /** How much a word counts here, beside a field of 1. */
  weight: number;
  /** So many words such a text usually has; given, not learnt, so that an index grown slowly answers as one made at once. */
  usualWords: number;
}

export interface Design {
  /** The first is the title: its texts decide between documents that hold the same words. */
  fields: readonly Field[];
  /** One value a document each, for filters and counts. */
  facets: readonly string[];
  synonyms: readonly Synonyms[];
}

export interface SearchDocument {
  id: string;
  texts: Readonly<Record<string, readonly string[]>>;
  facets: Readonly<Record<string, string>>;
}

/** How what was typed and what was found belong together. */
export type How = 'word' | 'beginning' | 'synonym' | 'pinyin' | 'initials' | 'sound' | 'spelling';

export interface Why {
  typed: string;
  found: string;
  how: How;
}

export interface Hit {
  id: string;
  score: number;
  why: Why[];
}

export interface Answer {
  hits: Hit[];
  /** Documents that hold any of it; more may where `isMore`, since counting stops when the best are sure. */
  matches: number;
  isMore: boolean;
  /** Values and their counts among the best `COUNTED`. */
  facets: Record<string, { value: string; count: number }[]>;
}

export interface Wish {
  most: number;
  skip?: number;
  filters?: Readonly<Record<string, readonly string[]>>;
}
