import type { DeliveryWay, OfferingDefinition, OfferingKind, Quality, VersionState } from './offerings.ts';
import type { Party, Words } from './parties.ts';

/** A thing that is examined before an offering is registered, from facts/exchange/compliance.json. */
export interface ComplianceItem {
  id: string;
  group: 'subject' | 'rights' | 'personal' | 'security' | 'quality' | 'market';
  title: Words;
  question: Words;
  /** What evidence satisfies it. */
  satisfied: Words;
  choices?: ComplianceChoice[];
  /** Answers that need a file. */
  file?: string[];
  /** The program decides by what it finds. */
  measured?: 'gate' | 'quality' | 'terms' | 'pricing' | 'connectivity' | 'export';
  /** Only of offerings that are delivered so. */
  ways?: DeliveryWay[];
  source: string;
}
interface ComplianceChoice {
  id: string;
  label: Words;
  /** No assessor can approve it. */
  refuses?: boolean;
  /** A second assessor must agree. */
  fourEyes?: boolean;
}

export interface Answer {
  choice?: string;
  words: string;
  /** Of the item export. */
  export?: ExportFigures;
}
export type Answers = Record<string, Answer>;

/** Persons whose data leave the mainland with this version. */
export interface ExportFigures {
  persons: number;
  sensitive: boolean;
  /** The holder runs critical information infrastructure. */
  critical: boolean;
}

export type ExportDuty = 'exempt' | 'contract-or-certification' | 'security-assessment';

export interface EvidenceFile {
  id: string;
  item: string;
  name: string;
  media: string;
  bytes: number;
  hash: string;
  byName: string;
  at: string;
}

/** What the program found of an item. */
export interface Measured {
  holds: boolean;
  /** Figures behind it, by name. */
  figures: Record<string, string | number | boolean | null>;
}

export const VERDICTS = ['satisfied', 'unsatisfied', 'not-applicable'] as const;
export type Verdict = (typeof VERDICTS)[number];
export interface ItemVerdict {
  verdict: Verdict;
  words: string;
  byName: string;
  at: string;
}

export type AssessmentState = 'open' | 'seconded' | 'approved' | 'returned';

export interface ItemPage extends ComplianceItem {
  answer: Answer | null;
  files: EvidenceFile[];
  found: Measured | null;
  verdict: ItemVerdict | null;
}

/** The compliance of a version: for its holder and the assessors. */
export interface CompliancePage {
  offeringId: string;
  version: number;
  state: VersionState;
  title: Words;
  holder: Party;
  kind: OfferingKind;
  items: ItemPage[];
  /** Reasons for which nobody can approve it, as items. */
  refusals: string[];
  fourEyes: boolean;
  assessment: AssessmentLine | null;
  notice: NoticeLine | null;
  objections: Objection[];
  mayAnswer: boolean;
  mayAssess: boolean;
}

export interface AssessmentLine {
  offeringId: string;
  version: number;
  title: Words;
  holder: Party;
  kind: OfferingKind;
  state: AssessmentState;
  fourEyes: boolean;
  revision: number;
  openedAt: string;
  firstName: string | null;
  decidedName: string | null;
  decidedAt: string | null;
  words: string | null;
  /** Items with a verdict, and all that need one. */
  judged: number;
  items: number;
}

export interface NoticeLine {
  offeringId: string;
  version: number;
  title: Words;
  summary: Words;
  holder: Party;
  kind: OfferingKind;
  openedAt: string;
  until: string;
  workingDays: number;
  /** The days off of the year are known. */
  calendarKnown: boolean;
  closedAt: string | null;
  outcome: 'certified' | 'returned' | null;
  openObjections: number;
  demonstration: boolean;
}

export interface Objection {
  id: string;
  byName: string;
  grounds: string;
  at: string;
  state: 'open' | 'upheld' | 'rejected';
  decidedName: string | null;
  decidedAt: string | null;
  words: string | null;
}

/** What the measured items are decided by. */
export interface Findings {
  definition: OfferingDefinition;
  content: { releaseId: string | null; digest: string; quality: Quality | null; rows: number | null } | null;
  digest: string;
  /** Rows of the newest release could be read back. */
  readable: boolean;
  /** Persons counted abroad this year before this version. */
  exported: { persons: number; sensitive: number };
}
