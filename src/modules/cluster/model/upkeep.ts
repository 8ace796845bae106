import type { Caution } from './facts.ts';
import type { ThingKind } from './kinds.ts';
import type { Representation, ThingLine, ThingName } from './record.ts';

/** Two or more sources that cannot all be true. */
export interface ConflictLine {
  thing: ThingName;
  property: string;
  since: string;
}

/** Where the record stands. */
export interface Overview {
  kinds: Readonly<Partial<Record<ThingKind, number>>>;
  examples: number;
  statements: number;
  relations: number;
  sources: number;
  facts: number;
  due: number;
  conflicts: readonly ConflictLine[];
  cautions: readonly Caution[];
  changed: readonly ThingLine[];
}

export interface DuePage {
  /** What the actor's own parties keep, or for the regulator everything that is due. */
  things: readonly (ThingLine & { owner: string; ownerName: { en: string; zh: string } })[];
  total: number;
  owners: readonly { owner: string; ownerName: { en: string; zh: string }; due: number; things: number }[];
}

export type ClaimLine = Representation & { thingName: ThingName };

/** Things around one, or between two, with the relations that join them. */
export interface Graph {
  nodes: readonly (ThingName & { step: number })[];
  edges: readonly { subject: string; predicate: string; object: string }[];
  /** There is more than is shown. */
  cut: boolean;
}
