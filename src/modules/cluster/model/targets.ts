import type { Op, ThingName } from './record.ts';

/** How a target stands, as far as anything is known. */
export const TARGET_STATES = ['reached', 'on-track', 'behind', 'missed', 'over-unknown', 'unknown'] as const;
export type TargetState = (typeof TARGET_STATES)[number];

export interface TargetPoint {
  year: number;
  /** In the target's unit. */
  value: number;
  op: Op | null;
  from: 'baseline' | 'entered';
  source: string;
  quote: string | null;
}

/** Nothing can be said of the future from one value; from two or three only that it may be anywhere near. */
export type Forecast =
  | { method: 'none'; points: number }
  | {
      method: 'random-walk' | 'drift';
      points: number;
      year: number;
      value: number;
      low: number;
      high: number;
      level: number;
      /** That the value is the target's or more, by the same distribution. */
      chance: number;
    };

export interface TargetLine extends ThingName {
  metric: string;
  value: number;
  op: Op | null;
  unit: string;
  year: number | null;
  /** A promise of one project, apart from the plan's targets. */
  isPromise: boolean;
  leads: ThingName[];
  shares: ThingName[];
  basis: string | null;
  /** The plan names departments for tasks; which target is whose was inferred. */
  isInferred: boolean;
  baseline: TargetPoint | null;
  last: TargetPoint | null;
  /** Counted on the record today: at least so many, told apart from what departments report. */
  counted: { value: number; of: number; known: number } | null;
  state: TargetState;
  /** What each year must add from now on, and what each added so far; null where two points are not known. */
  neededAYear: number | null;
  addedAYear: number | null;
  openAsk: TargetAsk | null;
}

export interface TargetValue {
  id: string;
  year: number;
  value: number;
  department: string | null;
  source: string;
  quote: string | null;
  corrects: string | null;
  reason: string | null;
  enteredByName: string;
  enteredAt: string;
}

export interface TargetAsk {
  id: string;
  target: string;
  year: number;
  department: string | null;
  words: string;
  due: string;
  askedByName: string;
  askedAt: string;
  reminders: number;
  answeredAt: string | null;
}

export interface TargetPage extends TargetLine {
  points: TargetPoint[];
  forecast: Forecast;
  /** Every value that was entered, corrected ones too, newest first. */
  values: TargetValue[];
  asks: TargetAsk[];
  quote: string | null;
  source: string | null;
  mayWrite: boolean;
}
