import type { ThingName } from './record.ts';

/** What a rung asks about an enterprise; computed from its statements. */
export type LadderFact =
  | 'revenue'
  | 'employees'
  | 'rd-spending'
  | 'rd-share'
  | 'rd-staff-share'
  | 'revenue-growth'
  | 'revenue-growth-3y'
  | 'base-revenue'
  | 'age-years'
  | 'niche-years'
  | 'valuation'
  | 'listed'
  | 'high-tech-enterprise'
  | 'assessment-score'
  | 'core-ip'
  | 'high-tech-field'
  | 'high-tech-revenue-share'
  | 'chain-share';

export interface Criterion {
  /** Of its rung, unique. */
  id: string;
  fact: LadderFact;
  op: '>=' | '<' | '<=' | '>' | '=';
  /** Null until an authority sets it; money in fen, shares as 0.05, yes as 1. */
  value: number | null;
}

export interface Rung {
  id: string;
  en: string;
  zh: string;
  /** Holds for enterprises that lie there. */
  place?: string;
  validFrom: string;
  validTo?: string;
  source: { title: string; reference?: string; read: string };
  note?: { en: string; zh: string };
  /** Met by any one of the groups, each of which needs all of its criteria. */
  any: Criterion[][];
}

export type Answer = 'yes' | 'no' | 'unknown';

export interface CriterionAnswer extends Criterion {
  answer: Answer;
  /** What is known of the enterprise; null where nothing is. */
  has: number | null;
  /** How much is lacking, in the fact's unit; of a criterion that is not met only. */
  short: number | null;
}

export interface RungAnswer {
  rung: string;
  answer: Answer;
  /** Of the group that is nearest. */
  criteria: CriterionAnswer[];
  /** One criterion is lacking, by a quarter at the most, and can still be grown into; of the rest at least half is met. */
  isNear: boolean;
}

export interface LadderSetting {
  rung: string;
  criterion: string;
  value: number;
  source: string;
  validFrom: string;
  setByName: string;
  setAt: string;
}

export interface LadderLine {
  thing: ThingName;
  answers: RungAnswer[];
  /** The highest rung that is met. */
  top: string | null;
}

export interface LadderPage {
  rungs: Rung[];
  settings: LadderSetting[];
  /** By rung, over all enterprises. */
  counts: Record<string, Record<Answer, number>>;
  enterprises: number;
  /** So many of them were judged, those of which most is said; the others count as unknown. */
  judged: number;
  lines: LadderLine[];
  more: boolean;
  maySet: boolean;
}
