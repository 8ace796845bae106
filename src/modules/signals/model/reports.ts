import type { CaseReport, Issue } from '#standards/e2b';

export const REPORT_STATES = ['draft', 'submitted', 'nullified', 'void'] as const;
export type ReportState = (typeof REPORT_STATES)[number];

/** What is suspected: it is told by the product, so that a list can be narrowed. */
export const REPORT_KINDS = ['medicine', 'vaccine', 'device', 'cell-therapy'] as const;
export type ReportKind = (typeof REPORT_KINDS)[number];

export const CRITERIA = ['death', 'lifeThreatening', 'hospitalisation', 'disabling', 'congenital', 'other'] as const;
export type Criterion = (typeof CRITERIA)[number];

/** Ages in years, from and including the first to before the last. */
export const AGE_BANDS = ['0-1', '2-11', '12-17', '18-44', '45-64', '65-74', '75+', 'unknown'] as const;
export type AgeBand = (typeof AGE_BANDS)[number];

/** Most bytes of a batch. */
export const MOST_BATCH_BYTES = 8 * 1024 * 1024;

/** A report as a list shows it. */
export interface ReportLine {
  id: string;
  organization: string;
  origin: 'e2b' | 'typed';
  state: ReportState;
  version: number;
  revision: number;
  caseNumber: string | null;
  kind: ReportKind;
  firstReceived: string | null;
  recent: string | null;
  onset: string | null;
  sex: string | null;
  ageYears: number | null;
  ageBand: AgeBand;
  country: string | null;
  serious: boolean;
  criteria: Criterion[];
  outcome: string | null;
  products: string[];
  lots: string[];
  reactions: string[];
  duplicateOf: string | null;
  hasDraft: boolean;
  createdAt: string;
  createdName: string;
  updatedAt: string;
}

export interface ReportQuery {
  search?: string;
  state?: ReportState;
  kind?: ReportKind;
  product?: string;
  lot?: string;
  reaction?: string;
  serious?: boolean;
  since?: string;
  until?: string;
  /** `<time> <id>` of the last of the page before. */
  after?: string;
  limit: number;
}

export interface ReportVersion {
  version: number;
  kind: 'first' | 'follow-up' | 'amendment' | 'nullification';
  issues: Issue[];
  at: string;
  byName: string;
  batch: string | null;
}

export interface ReportEvent {
  id: string;
  at: string;
  byName: string;
  kind: string;
  detail: Readonly<Record<string, unknown>>;
}

/** A limit that law or a guideline sets, with its source. */
export interface DueRule {
  id: 'expedited-7' | 'expedited-15' | 'serious-complete' | 'other-30' | 'follow-up-15';
  days: number;
  about: { en: string; zh: string };
  source: string;
}

export interface Due {
  report: string;
  rule: DueRule['id'];
  version: number;
  dueOn: string;
  doneAt: string | null;
  note: string | null;
}
export interface DueLine extends Due {
  caseNumber: string | null;
  products: string[];
  reactions: string[];
  state: ReportState;
  daysLeft: number;
}

export const ASSESSMENT_METHODS = ['who-umc', 'naranjo', 'crs', 'icans'] as const;
export type AssessmentMethod = (typeof ASSESSMENT_METHODS)[number];

export interface Assessment {
  id: string;
  method: AssessmentMethod;
  drug: string | null;
  reaction: string | null;
  answers: Readonly<Record<string, unknown>>;
  result: string;
  score: number | null;
  note: string;
  version: number;
  at: string;
  byName: string;
}

export interface NewAssessment {
  method: AssessmentMethod;
  drug?: string;
  reaction?: string;
  answers: Readonly<Record<string, unknown>>;
  note: string;
}

/** One report, whole. */
export interface ReportPage {
  line: ReportLine;
  /** The version asked for, else the latest; while nothing was submitted, the draft. */
  content: CaseReport;
  shown: number;
  draft: CaseReport | null;
  issues: Issue[];
  versions: ReportVersion[];
  due: Due[];
  assessments: Assessment[];
  events: ReportEvent[];
  /** Whether the asker may change it. */
  mayWrite: boolean;
}

/** Why two reports are thought to be of one case: each field with what it adds to the score. */
export interface PairGround {
  field: string;
  here: string;
  there: string;
  weight: number;
}
export interface PossiblePair {
  other: ReportLine;
  score: number;
  probability: number | null;
  grounds: PairGround[];
  decision: { decision: 'confirmed' | 'refused'; reason: string; at: string; byName: string } | null;
}

export interface SavedDraft {
  id: string;
  revision: number;
  state: ReportState;
  version: number;
  issues: Issue[];
}
