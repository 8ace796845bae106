import type { CaseDefinition } from './watch.ts';

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
}
