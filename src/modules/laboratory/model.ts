/** The words of the laboratory's first version: work, tubes, reports. Pure; shared with the pages. */
export const WORK_STATES = [
  'ordered',
  'collected',
  'in-transit',
  'received',
  'preliminary',
  'reported',
  'cancelled',
] as const;
export type WorkState = (typeof WORK_STATES)[number];
export const PRIORITIES = ['routine', 'urgent', 'asap', 'stat'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** What a ServiceRequest says. */
export interface OrderFact {
  version: number;
  tenant: string;
  patients: string[];
  status: string;
  priority: Priority;
  number?: string;
  requisition?: string;
  code?: string;
  name?: string;
  /** Global location number of who asked, where the order names it. */
  site?: string;
  requester?: string;
  orderedAt?: string;
}

/** What a Specimen says. */
export interface SpecimenFact {
  id: string;
  version: number;
  type?: string;
  collectedAt?: string;
  receivedAt?: string;
}

/** What a DiagnosticReport says. */
export interface ReportFact {
  version: number;
  status: string;
  issuedAt?: string;
  results: number;
}

/** The first time of each custody step of a tube, and where. */
export type StepFacts = Record<string, { at: string; place?: string }>;

/**
 * All that is known of a tube: from its Specimen resources and from custody. Merging is the union; of two words on one thing
 * the newer version counts, of two times of one step the earlier.
 */
export interface TubeKnown {
  specimens: Record<string, SpecimenFact>;
  steps: StepFacts;
}

/** All that is known of one order. */
export interface WorkKnown {
  order?: OrderFact;
  tubes: Record<string, TubeKnown>;
  reports: Record<string, ReportFact>;
}

/** An order as it is listed. */
export interface Work {
  part: string;
  id: string;
  number?: string;
  requisition?: string;
  code?: string;
  name?: string;
  priority: Priority;
  state: WorkState;
  site?: string;
  accessions: string[];
  orderedAt?: Date;
  collectedAt?: Date;
  pickedUpAt?: Date;
  arrivedAt?: Date;
  resultedAt?: Date;
  reportedAt?: Date;
  /** Minutes from the arrival (from the collection where no arrival is known) to the first final report. */
  turnaroundMin?: number;
  listedAt: Date;
}

export type Flag = 'L' | 'LL' | 'N' | 'H' | 'HH' | 'A';

export interface Interval {
  low?: number;
  high?: number;
  text?: string;
  /** Where the interval comes from: the laboratory's own report, or a published source. */
  source: string;
}

/** One line of a report. */
export interface ResultLine {
  id: string;
  code?: string;
  name: { en: string; zh: string };
  value?: number;
  text?: string;
  unit?: string;
  status: string;
  at?: string;
  flag?: Flag;
  /** True when the flag was not in the message but follows from the interval. */
  flagDerived: boolean;
  interval?: Interval;
  previous?: { value?: number; text?: string; at?: string };
}

export interface PlaceOnMap {
  id: string;
  name: { en: string; zh: string };
  lon: number;
  lat: number;
  kind: 'clinic' | 'hospital' | 'laboratory';
  key: boolean;
  samplesToday: number;
}

export interface Today {
  orders: number;
  samples: number;
  results: number;
  inTransit: number;
  turnaroundMedianMin: number | null;
  turnaroundP90Min: number | null;
  alarms: number;
  deadLetters: number;
}

export interface HourCounts {
  hour: string;
  orders: number;
  samples: number;
  results: number;
}

export interface AlarmOnMap {
  id: string;
  at: string;
  deviceId: string;
  vehicleId?: string;
  boxId?: string;
  kind: string;
  temperatureC: number;
  minutes: number;
  state: string;
}
