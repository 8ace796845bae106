import type { ThingName } from './record.ts';

export const WISH_SIDES = ['need', 'offer'] as const;
export type WishSide = (typeof WISH_SIDES)[number];
export const WISH_KINDS = [
  'technology',
  'capacity',
  'clinical-site',
  'material',
  'instrument-time',
  'space',
  'money',
  'talent',
  'distribution',
] as const;
export type WishKind = (typeof WISH_KINDS)[number];

/** What is compared of two wishes. */
export interface WishFields {
  side: WishSide;
  kind: WishKind;
  words: string;
  wordsZh: string | null;
  sector: string | null;
  quantity: number | null;
  unit: string | null;
  /** The first and the last day that it is wished for; open where there is none. */
  from: string | null;
  to: string | null;
}

/** A need or an offer. Of a confidential one others see neither whose it is nor its words. */
export interface Wish extends WishFields {
  id: string;
  thing: ThingName | null;
  place: string | null;
  placeName: string | null;
  confidential: boolean;
  example: boolean;
  state: 'open' | 'expired' | 'withdrawn';
  expiresOn: string;
  madeAt: string;
  /** The actor speaks for its thing. */
  mine: boolean;
}

export type FitLine = 'words' | 'kind' | 'sector' | 'place' | 'dates' | 'quantity';

export interface WishesPage {
  wishes: Wish[];
  /** Things that the actor speaks for. */
  things: ThingName[];
  /** Examples are among them. */
  examples: boolean;
  next: string | null;
}

/** One reason for or against a match. */
export interface FitReason {
  line: FitLine;
  weight: number;
  /** 0 to 1; null is unknown, and counts neither for nor against. */
  fit: number | null;
  /** What was found, e.g. the words that both hold. */
  found: string[];
}

export interface WishMatch {
  wish: Wish;
  /** The mean of the known fits by their weights. */
  score: number;
  reasons: FitReason[];
  /** The introduction of the two that is under way. */
  introduction: string | null;
}

export interface WishPage {
  wish: Wish;
  matches: WishMatch[];
  /** May bring these two together though neither is the actor's own. */
  mayMediate: boolean;
}

export const INTRODUCTION_STATES = ['asked', 'accepted', 'declined', 'withdrawn', 'met', 'agreed', 'ended'] as const;
export type IntroductionState = (typeof INTRODUCTION_STATES)[number];

export interface IntroductionMove {
  n: number;
  state: IntroductionState | 'yes';
  reason: string | null;
  by: string;
  at: string;
}

export interface Introduction {
  id: string;
  one: Wish;
  other: Wish;
  state: IntroductionState;
  mediated: boolean;
  words: string;
  since: string;
  /** When the next step is due, by a house rule; null where it is over. */
  dueAt: string | null;
  late: boolean;
  revision: number;
  moves: IntroductionMove[];
  /** Of the other side; from its acceptance on. */
  contacts: { name: string; contact: string }[];
  /** Where the actor may take it. */
  next: IntroductionState[];
}

export interface IntroductionsPage {
  introductions: Introduction[];
  next: string | null;
  /** Of all that the actor sees. */
  counts: Readonly<Record<IntroductionState | 'late', number>>;
}
