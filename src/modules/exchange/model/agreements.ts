import type { Party } from './parties.ts';

/** A policy of ODRL as JSON-LD, in the compact form of the DSP context. */
export type PolicyJson = Readonly<Record<string, unknown>>;

/** What two parties agreed on: what the assignee may and must do with an offering. */
export interface Agreement {
  /** `urn:uuid:…` */
  id: string;
  offeringId: string;
  version: number;
  assigner: Party;
  assignee: Party;
  policy: PolicyJson;
  madeAt: string;
  ended: { at: string; why: string } | null;
}

/** A use of what an agreement is about, before it happens. */
export interface UseAsked {
  /** Of ODRL: `use`, `read`, `distribute` ... */
  action: string;
  /** Of PURPOSES, or an IRI. */
  purpose?: string;
  /** Who receives it; the assignee unless said. */
  recipient?: string;
  /** Now unless said. */
  at?: Date;
  /** Uses at once; 1 unless said. */
  count?: number;
  /** Whatever else a constraint may ask for, by left operand: `spatial`, `industry` ... */
  told?: Readonly<Record<string, string>>;
}

export interface UseDecision {
  permitted: boolean;
  /** Why not; empty where permitted. */
  reasons: UseReason[];
  /** What is owed, done or not. */
  duties: DutyLine[];
}

export interface UseReason {
  why: 'ended' | 'no-permission' | 'prohibited' | 'conflict' | 'duty-violated' | 'duty-open' | 'not-satisfied';
  /** The rule, and of it the left operand that does not hold. */
  rule?: string;
  left?: string;
}

export interface DutyLine {
  rule: string;
  action: string;
  state: 'open' | 'done' | 'violated';
}

/** Below it the purposes are, in policies. */
export const PURPOSES_AT = 'https://banyan.health/code/purpose#';

/** A narrower purpose lies under the wider one: who may use for research may use for public-health research too. */
export const PURPOSE_TREE: Readonly<Record<string, readonly string[]>> = {
  research: ['any'],
  'public-health': ['any'],
  insurance: ['any'],
  'product-development': ['any'],
  education: ['any'],
  'academic-research': ['research'],
  'clinical-research': ['research'],
  'public-health-research': ['research', 'public-health'],
  'outbreak-control': ['public-health'],
  'insurance-pricing': ['insurance'],
  'claims-checking': ['insurance'],
  'drug-development': ['product-development'],
  'device-development': ['product-development'],
  'algorithm-training': ['product-development'],
};
