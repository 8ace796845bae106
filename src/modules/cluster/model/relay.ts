export const RELAY_STAGES = ['idea', 'validation', 'approval', 'making', 'market'] as const;
export type RelayStage = (typeof RELAY_STAGES)[number];
export const RELAY_SECTORS = ['ivd', 'cgt', 'device', 'drug'] as const;
export type RelaySector = (typeof RELAY_SECTORS)[number];

/** What must be there before a stage is left. */
export interface GateItem {
  id: string;
  en: string;
  zh: string;
  /** The act or standard that asks for it; `house` is a rule of this program. */
  source: string;
}
export interface GateRule {
  stage: RelayStage;
  /** Days after which a project in this stage is surfaced: a house rule. */
  usualDays: number;
  items: GateItem[];
}

export interface RelayLine {
  id: string;
  name: string;
  nameZh: string | null;
  sector: RelaySector;
  place: string | null;
  owner: string | null;
  ownerName: string;
  example: boolean;
  stage: RelayStage;
  since: string;
  days: number;
  stalled: boolean;
  stopped: boolean;
  itemsDone: number;
  items: number;
  revision: number;
}

export interface RelayMove {
  n: number;
  from: RelayStage | null;
  to: RelayStage;
  decision: RelayDecision | 'begin';
  reason: string | null;
  by: string;
  at: string;
}
export const RELAY_DECISIONS = ['pass', 'back', 'stop', 'resume'] as const;
export type RelayDecision = (typeof RELAY_DECISIONS)[number];

export interface ItemState {
  item: string;
  stage: RelayStage;
  evidence: string;
  by: string;
  at: string;
}

/** A thing of the record that can help in a stage, and why. */
export interface RelayResource {
  id: string;
  name: string;
  nameZh: string | null;
  kind: string;
  example: boolean;
  score: number;
  reasons: { why: ResourceReason; detail: string }[];
}
export type ResourceReason = 'stage' | 'sector' | 'place' | 'space' | 'kind';

export const ASKED_STATES = ['asked', 'accepted', 'declined', 'done', 'withdrawn'] as const;
export type AskedState = (typeof ASKED_STATES)[number];
export interface ResourceRequest {
  id: string;
  relay: string;
  relayName: string;
  resource: string;
  resourceName: string;
  stage: RelayStage;
  words: string;
  state: AskedState;
  answer: string | null;
  at: string;
  answeredAt: string | null;
  mayAnswer: boolean;
}

export interface RelayPage {
  relay: RelayLine;
  words: string;
  gates: GateRule[];
  items: ItemState[];
  moves: RelayMove[];
  requests: ResourceRequest[];
  /** Of the present stage. */
  resources: RelayResource[];
  mayWrite: boolean;
  mayDecide: boolean;
}
