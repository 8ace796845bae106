import type { Alarm, AlarmKind, AlarmState } from './watch.ts';

/** What somebody did about an alarm. */
type EventKind = 'moved' | 'note' | 'contact' | 'exposure' | 'linked' | 'unlinked';

/** What people write; the others are written by what they do. */
export const NOTE_KINDS = ['note', 'contact', 'exposure'] as const;
export type NoteKind = (typeof NOTE_KINDS)[number];

export interface AlarmEvent {
  id: string;
  at: string;
  actorName: string;
  kind: EventKind;
  text: string;
  detail: {
    from?: AlarmState;
    to?: AlarmState;
    finding?: ClosingFinding;
    /** A person of the line list, or a specimen. */
    reference?: string;
    /** Of a contact: when it was, and how to reach the person. */
    day?: string;
    reach?: string;
    /** Names of who was told. */
    told?: readonly string[];
  };
}

/** What an alarm turned out to be. */
export const CLOSING_FINDINGS = [
  'outbreak',
  'sporadic',
  'reporting-artefact',
  'test-artefact',
  'known',
  'none',
] as const;
export type ClosingFinding = (typeof CLOSING_FINDINGS)[number];

/** Where an alarm may go from each state; closing asks for a finding. */
export const MOVES: Readonly<Record<AlarmState, readonly AlarmState[]>> = {
  new: ['triage', 'closed'],
  triage: ['verified', 'closed'],
  verified: ['escalated', 'closed'],
  escalated: ['verified', 'closed'],
  closed: ['triage'],
};

export interface AlarmMove {
  to: AlarmState;
  /** Why, in words. */
  text: string;
  finding?: ClosingFinding;
  /** Of an escalation: who is told, by the ids of their accounts. */
  persons?: readonly string[];
  /** The revision that the person saw: who decides on what has changed meanwhile is told. */
  revision: number;
}

export interface AlarmNote {
  kind: NoteKind;
  text: string;
  day?: string;
  reach?: string;
  reference?: string;
}

export interface AlarmQuery {
  kind?: AlarmKind;
  states?: readonly AlarmState[];
  about?: string;
}

/** A case of the line list. */
export interface LineListRow {
  patient: string;
  name: string;
  day: string;
  district: string;
  sex: string;
  birthDate: string | null;
  phone: string;
  linked: boolean;
  /** What the case rests on, oldest first. */
  results: CaseResult[];
  /** What typing tests named: serotype, lineage. */
  types: string[];
}

/** A result behind a case, with what leads to it. */
export interface CaseResult {
  /** Id of the Observation. */
  id: string;
  code: string;
  day: string;
  /** Number on the tube. */
  accession?: string;
  /** Id of the ServiceRequest. */
  order?: string;
}

/** Somebody who can be told of an alarm. */
export interface AlarmPerson {
  id: string;
  name: string;
  roles: readonly string[];
  organizations: { id: string; name: string; district: string | null }[];
  /** One of the organizations lies where the alarm is. */
  isLocal: boolean;
}

/** What a named person was told, until the person has seen it. */
export interface AlarmNotice {
  id: string;
  alarm: string;
  kind: AlarmKind;
  key: string;
  subject: Alarm['subject'];
  /** Who was told, and by whom. */
  accountName: string;
  actorName: string;
  at: string;
  text: string;
  acknowledgedAt: string | null;
}

export interface AlarmPage {
  alarm: Alarm;
  /** Who was told by name, the newest first. */
  notices: AlarmNotice[];
  events: AlarmEvent[];
  /** Where it may go from here. */
  moves: readonly AlarmState[];
}
