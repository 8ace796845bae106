import type { Assessment, BatchHeader, CaseReport, Drug, Quantity, Text } from './model.ts';

/** A report as it stands in the XML: what binds a drug and a reaction is scattered, each piece naming both. */
export interface WireReport extends Omit<CaseReport, 'drugs'> {
  drugs: WireDrug[];
  roles?: { drugId?: string; role?: Text }[];
  assessments?: WireAssessment[];
}
export interface WireDrug extends Omit<Drug, 'matrix' | 'role'> {
  sinceStart?: WireInterval[];
  sinceLastDose?: WireInterval[];
  recurrences?: WireCode[];
  unexpected?: WireCode[];
  dechallenges?: WireCode[];
}
export interface WireInterval {
  reactionId?: string;
  interval?: Quantity;
}
export interface WireCode {
  reactionId?: string;
  code?: Text;
}
export interface WireAssessment {
  drugId?: string;
  reactionId?: string;
  source?: Text;
  method?: Text;
  result?: Text;
  china?: NonNullable<Assessment['china']>;
}
export interface WireBatch extends BatchHeader {
  messages?: WireReport[];
}
