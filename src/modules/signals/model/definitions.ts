import type { CaseDefinition, WatchRule } from './watch.ts';

/** A case definition as it stands: the version that was saved last, or the one that the program came with (version 0). */
export interface DefinitionState {
  definition: CaseDefinition;
  version: number;
  /** No longer counted and judged. */
  retired: boolean;
}

/** A version that somebody saved. */
export interface DefinitionVersion extends DefinitionState {
  at: string;
  actorName: string;
  why: string;
}

export interface DefinitionPage extends DefinitionState {
  /** Newest first; without the one that the program came with. */
  versions: DefinitionVersion[];
}

export interface DefinitionChange {
  definition: CaseDefinition;
  retired: boolean;
  why: string;
  /** The version that the person saw. */
  version: number;
}

/** How many cases a definition would have given, beside the one that stands. */
export interface DefinitionPreview {
  since: string;
  until: string;
  dates: string[];
  standing: number[];
  proposed: number[];
  tested: number;
  trial: RuleTrial[];
}

/** What a rule would have raised in the days of a preview. */
export interface RuleTrial {
  rule: WatchRule;
  series: number;
  /** Series whose past is too short for it. */
  tooShort: number;
  /** Counts that it calls an alarm, before and after correction for all that the definition's rules judged. */
  alarms: number;
  kept: number;
  /** The latest of those kept, at most ten. */
  latest: { place: string; date: string; cases: number; expected: number | null; p: number | null }[];
}
