/** A project's way, in order. What was lost left it. */
export const PROJECT_STAGES = ['reserved', 'negotiating', 'key', 'signed', 'building', 'producing'] as const;
export const ALL_STAGES = [...PROJECT_STAGES, 'lost'] as const;
export type ProjectStage = (typeof ALL_STAGES)[number];

/** What a project would bring; null is unknown and never reckoned as nothing. */
export interface ProjectFigures {
  /** Integer fen. */
  investmentFen: number | null;
  /** Integer fen a year, once it produces. */
  outputFen: number | null;
  landM2: number | null;
  powerKw: number | null;
  /** A year. */
  energyMwh: number | null;
  jobs: number | null;
}

export const PROJECT_SECTORS = ['ivd', 'cgt', 'device', 'drug', 'tcm', 'service', 'other'] as const;
export type ProjectSector = (typeof PROJECT_SECTORS)[number];

/** What may be written of a project at any time; its stage goes by moves. */
export interface ProjectFields extends ProjectFigures {
  name: string;
  nameZh: string | null;
  sector: ProjectSector;
  /** Where it settles, a thing of kind park; null where that is open. */
  park: string | null;
  /** Of being signed, from 0 to 1, by whoever leads it; null takes that of its stage from history. */
  probability: number | null;
  nextStep: string | null;
  nextOwner: string | null;
  /** ISO date. */
  nextDue: string | null;
}

export interface ProjectLine extends ProjectFields {
  id: string;
  example: boolean;
  parkName: string | null;
  parkNameZh: string | null;
  stage: ProjectStage;
  /** ISO date from which it is in its stage. */
  since: string;
  days: number;
  /** Longer in its stage than four of five were, past its next step's day, or without any next step. */
  stalled: StallReason[];
  openProblems: number;
  revision: number;
  updatedAt: string;
}
export type StallReason = 'slow' | 'overdue' | 'no-step';

export interface ProjectMove {
  n: number;
  from: ProjectStage | null;
  to: ProjectStage;
  /** ISO date on which it happened; it may have been written down later. */
  on: string;
  reason: string | null;
  by: string;
  at: string;
}

export const NOTE_KINDS = ['contact', 'problem'] as const;
export type NoteKind = (typeof NOTE_KINDS)[number];
export interface ProjectNote {
  id: string;
  kind: NoteKind;
  stage: ProjectStage;
  words: string;
  /** With whom one spoke, or who has to solve it. */
  who: string;
  by: string;
  at: string;
  solvedAt: string | null;
  solution: string | null;
}

export interface ProjectFile {
  id: string;
  name: string;
  media: string;
  bytes: number;
  sha256: string;
  by: string;
  at: string;
}

export interface ProjectPage {
  project: ProjectLine;
  moves: ProjectMove[];
  notes: ProjectNote[];
  files: ProjectFile[];
  /** In the open record from its signing on. */
  isPublic: boolean;
  mayWrite: boolean;
  /** Where it may go from here. */
  next: ProjectStage[];
  probability: { value: number; from: 'own' | 'history' } | null;
}

/** How a stage was left by those who left it, and how long it took. */
export interface StageConversion {
  stage: ProjectStage;
  entered: number;
  forward: number;
  back: number;
  lost: number;
  /** Still there. */
  open: number;
  /** Of those who left. */
  share: { value: number; low: number; high: number } | null;
  /** Days in the stage, by Kaplan and Meier; null where the curve does not fall so far. */
  medianDays: number | null;
  usualDays: number | null;
  /** Of being signed, from this stage. */
  signing: number;
}

export interface IncidencePoint {
  day: number;
  signed: number;
  signedLow: number;
  signedHigh: number;
  lost: number;
}

export interface PipelineFunnel {
  /** What each stage holds now. */
  counts: { stage: ProjectStage; projects: number; examples: number; investmentFen: number; unknown: number }[];
  conversions: StageConversion[];
  /** Signed against lost, from the day a project became known. */
  incidence: IncidencePoint[];
  projects: number;
  examples: number;
  /** What the sources state, beside what is counted and never added to it. */
  stated: StatedCount[];
}

export interface StatedCount {
  id: string;
  name: string;
  nameZh: string | null;
  value: number;
  op: string | null;
  unit: string | null;
  asOf: string | null;
  confidence: string | null;
  quote: string | null;
  source: string;
}

export const FORECAST_MEASURES = ['signed', 'investmentFen', 'outputFen', 'jobs'] as const;
export type ForecastMeasure = (typeof FORECAST_MEASURES)[number];
export interface PipelineForecast {
  date: string;
  draws: number;
  seed: number;
  level: number;
  /** Projects that are still under way. */
  open: number;
  measures: {
    measure: ForecastMeasure;
    /** Reached already. */
    now: number;
    median: number;
    low: number;
    high: number;
    /** Projects under way whose figure is unknown: they add nothing. */
    unknown: number;
  }[];
  /** The medians and limits on the way there, of signed projects. */
  path: { date: string; median: number; low: number; high: number }[];
  histogram: { from: number; to: number; share: number }[];
}
