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

// Exploring a test: what the lake tells of many results. Days are those of Asia/Shanghai, both included; ages are whole years on the day of the result.

export const OUTLIERS = ['kept', 'tukey', 'horn'] as const;
/** `rows`: results that one may see one by one. `population`: everybody's, as figures over groups only. */
export const REACHES = ['population', 'rows'] as const;
export type Reach = (typeof REACHES)[number];
export const SEXES = ['male', 'female'] as const;

/** Which results are looked at. */
export interface ResultFilter {
  reach: Reach;
  sex?: (typeof SEXES)[number];
  ageFrom?: number;
  ageTo?: number;
  /** Six-digit code of the person's home. */
  district?: string;
  /** Id of the organization that measured. */
  organization?: string;
  since?: string;
  until?: string;
}

/** One test in one unit: results in different units are never mixed. */
export interface TestFilter extends ResultFilter {
  code: string;
  /** UCUM code, empty where results have none. */
  unit: string;
  /** Only each person's first result in the period. */
  first: boolean;
  outliers: (typeof OUTLIERS)[number];
}

/** A test as it occurs. */
export interface TestKind {
  code: string;
  unit: string;
  name: { en: string; zh: string };
  results: number;
}

interface Percentile {
  /** Per cent. */
  p: number;
  value: number;
}

/** A bar of a histogram; the outermost ones hold all beyond them too. */
export interface HistogramBin {
  low: number;
  high: number;
  results: number;
}

/** An interval that somebody published, for part of the people. */
export interface PublishedInterval {
  sex?: string;
  /** Years, the second excluded. */
  from?: number;
  to?: number;
  low?: number;
  high?: number;
  source: string;
  kind: 'reference' | 'decision' | 'presence';
}

/** How an answer came about: shown with every figure. */
export interface Told {
  tookMs: number;
  /** Smaller groups of persons are not told; absent where rows may be seen. */
  smallest?: number;
  /** How far the lake was behind the record; 0: it had heard everything. */
  lagSeconds: number;
}

export interface TestSummary extends Told {
  /** False: fewer persons than may be told; then nothing else is. */
  enough: boolean;
  results: number;
  persons: number;
  from?: string;
  until?: string;
  mean?: number;
  deviation?: number;
  percentiles: Percentile[];
  bins: HistogramBin[];
  /** Of results that came with a flag. */
  flagged?: { flagged: number; of: number };
  /** What was left out, and why. */
  excluded: { belowOrAbove: number; unfinished: number; otherUnits: number; outliers: number };
  fences?: { low?: number; high?: number };
  published: PublishedInterval[];
}

/** A group of persons with the spread of their results. */
export interface TestGroup {
  key: string;
  results: number;
  persons: number;
  /** 2.5 and 97.5 %; absent below 120 results, which cannot carry them. */
  low?: number;
  quarter: number;
  median: number;
  threeQuarters: number;
  high?: number;
  flagged: number;
  ofFlagged: number;
}

export interface AgeGroup extends TestGroup {
  sex: string;
  ageFrom: number;
  /** Excluded; absent for the last. */
  ageTo?: number;
}

export interface Groups<Group> extends Told {
  groups: Group[];
  /** How many groups were too small to be told. */
  hidden: number;
}

export type By = 'sex' | 'district' | 'organization' | 'month' | 'week';

export interface EstimatedInterval {
  method: 'nonparametric' | 'robust' | 'inverse' | 'truncated';
  sex?: string;
  n: number;
  lower?: { value: number; low?: number; high?: number };
  upper?: { value: number; low?: number; high?: number };
  resamples?: number;
  /** Of the results that the model takes for healthy, per cent. */
  sharePercent?: number;
  /** Points of the modelled distribution: value, share of all results per unit. */
  curve?: [number, number][];
  /** Why there is none. */
  unanswered?: 'too-few' | 'no-spread' | 'no-fit';
  needed?: number;
}

export interface Partition {
  /** Harris and Boyd. */
  z?: number;
  bound?: number;
  spreadRatio?: number;
  apart?: boolean;
  /** Lahti. */
  verdict?: 'apart' | 'together' | 'unclear';
  shares?: { sex: string; belowPercent: number; abovePercent: number }[];
}

export interface IntervalAnswer {
  id: string;
  state: 'waiting' | 'running' | 'done' | 'failed';
  done: number;
  of: number;
  estimates: EstimatedInterval[];
  partition?: Partition;
  results: number;
  persons: number;
  enough: boolean;
  tookMs: number;
}

/** How often a test is used. */
export interface TestUse {
  code: string;
  name: { en: string; zh: string };
  results: number;
  persons: number;
  organizations: number;
  /** In the period of the same length before. */
  before: number;
  flagged: number;
  ofFlagged: number;
}

export interface Use extends Told {
  enough: boolean;
  since: string;
  until: string;
  results: number;
  tests: TestUse[];
  hidden: number;
  organizations: { key: string; results: number; persons: number; tests: number }[];
  months: { month: string; results: number; persons: number }[];
}

export interface Repeat {
  code: string;
  name: { en: string; zh: string };
  /** Results of a person who had one before, in the period. */
  repeats: number;
  early: number;
  persons: number;
  hours: number;
  source: { en: string; zh: string; url?: string };
  medianDays: number;
}

export interface Turnaround {
  code: string;
  name: { en: string; zh: string };
  results: number;
  persons: number;
  medianMin: number;
  p90Min: number;
}
