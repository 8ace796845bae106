/** A message's effect on the record, told as `records.message-applied`: one fact for each message, its subject the patient's id. */
export interface Applied {
  message: { part: string; id: string };
  kind: 'result' | 'order' | 'admission' | 'merge';
  /** `application|facility`. */
  sender: string;
  /** Ids of FHIR resources. */
  patient: string;
  /** A40: the patient that was merged into `patient`. */
  merged?: string;
  /** The Organization of MSH-4. */
  organization?: string;
  receivedAt: string;
  sentAt?: string;
  orders: { id: string; status: string; code?: string; system?: string; name?: string; numbers: Numbered[] }[];
  specimens: { id: string; numbers: Numbered[]; collectedAt?: string; receivedAt?: string }[];
  reports: {
    id: string;
    status: string;
    order?: string;
    code?: string;
    system?: string;
    name?: string;
    issuedAt?: string;
    specimens: string[];
    /** Observations in the report. */
    results: number;
  }[];
}

export interface Numbered {
  system?: string;
  value: string;
}

/** A person as lists and the banner show one. */
export interface Person {
  id: string;
  name: string;
  /** The name in Latin letters, where `name` is in others. */
  nameLatin?: string;
  sex?: 'male' | 'female' | 'other' | 'unknown';
  birthDate?: string;
  deceased?: boolean;
  identifiers: { label: string; value: string }[];
  /** Records that were merged into this one, or the one that this was merged into. */
  merged: string[];
  mergedInto?: string;
}

export const ENTRY_KINDS = [
  'order',
  'specimen',
  'report',
  'encounter',
  'condition',
  'medication',
  'immunization',
  'procedure',
  'document',
] as const;

export interface TimelineEntry {
  /** `DiagnosticReport/<id>`. */
  id: string;
  kind: (typeof ENTRY_KINDS)[number];
  at: string;
  title: string;
  /** Where the record says it in Chinese too. */
  titleZh?: string;
  status?: string;
}

/** One measured quantity of one person over time. */
export interface Trend {
  code: string;
  system?: string;
  name: string;
  /** Where the record says it in Chinese too. */
  nameZh?: string;
  unit?: string;
  points: { id: string; at: string; value: number; low?: number; high?: number; flag?: string; status: string }[];
}
