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

/**
 * A question about persons, as data: who fulfils every included criterion and none of the excluded ones. What each part means exactly
 * is in docs/cohort.md.
 */
export interface Cohort {
  /** The form of this data; a later form has a higher number. */
  form: 1;
  /** In this order on the flow diagram. */
  include: Criterion[];
  exclude: Criterion[];
}

export type Criterion = PersonCriterion | EventCriterion | GroupCriterion;

/** Who: what is known of the person. Parts that are absent ask nothing. */
export interface PersonCriterion {
  kind: 'person';
  sexes?: Sex[];
  age?: Years & {
    /** The day on which the age counts; the day of asking unless said. */
    on?: Day;
  };
  /** Administrative codes (GB/T 2260); four digits stand for a whole city. */
  places?: string[];
  /** Ids of the organizations that keep the record. */
  organizations?: string[];
  deceased?: boolean;
}

/** What happened: an event, perhaps several times, perhaps followed or preceded by others. */
export interface EventCriterion {
  kind: 'event';
  event: EventPattern;
  /** The event must be the person's first or last of its codes in its period; any one counts unless said. */
  pick?: 'first' | 'last';
  /** Age on the day of the event. */
  age?: Years;
  times?: Times;
  /** Each relates to the last event before it that is not `absent`. */
  steps?: Step[];
}

export interface GroupCriterion {
  kind: 'group';
  match: 'all' | 'any';
  criteria: Criterion[];
}

/** At least so many events: in a span of at most `withinDays`, each at least `apartDays` after the one before. */
export interface Times {
  atLeast: number;
  withinDays?: number;
  apartDays?: number;
}

/** Another event so many days after the one it relates to, both ends included; negative days are before it. */
export interface Step {
  event: EventPattern;
  fromDays: number;
  toDays: number;
  /** There must be no such event. */
  absent?: true;
}

export interface EventPattern {
  source: EventSource;
  /** Any of these; every event of the source unless said. */
  codes?: Code[];
  /** Of results. UCUM; empty for a value without unit. Values of other units do not count. */
  unit?: string;
  /** Of results: all bounds that are given must hold. */
  value?: Bounds;
  /** Of results: where the value lies in the reference interval that came with it. */
  flag?: Flag;
  /** First and last day, included. */
  since?: Day;
  until?: Day;
}

export interface Bounds {
  least?: number;
  above?: number;
  most?: number;
  below?: number;
}

/** Whole years lived, both ends included. */
export interface Years {
  from?: number;
  to?: number;
}

export interface Code {
  system?: string;
  code: string;
  /** As it was called when it was chosen; decides nothing. */
  name?: string;
  /** Where its Chinese name is known. */
  nameZh?: string;
}

/** `2026-01-31`, a day in the region's time, Asia/Shanghai. */
export type Day = string;

export const SEXES = ['male', 'female', 'other', 'unknown'] as const;
export type Sex = (typeof SEXES)[number];
export const FLAGS = ['below', 'within', 'above', 'outside'] as const;
export type Flag = (typeof FLAGS)[number];
export const EVENT_SOURCES = ['result', 'condition', 'encounter', 'medication', 'procedure', 'immunization'] as const;
export type EventSource = (typeof EVENT_SOURCES)[number];

/** `rows`: persons whose records the actor may open, counted exactly. `population`: everybody within reach, as published counts. */
export type Reach = 'rows' | 'population';

/** A count as it may be shown: `few` stands for every number below the smallest group that is told, nobody included. */
export type Count = number | 'few';

/** What a cohort comes to. Of the population no exact number is told: see `told` in rules. */
export interface CohortCounts {
  reach: Reach;
  /** Of the population: counts below it are `few`, others are rounded to a multiple of it, and smaller groups are left out of the lists. */
  smallest?: number;
  everybody: Count;
  /** One for each included, then each excluded criterion: who is left after it, and who went. */
  steps: { left: Count; removed: Count }[];
  /** Ages are of the day of the index event where the cohort has events, else of `today`. */
  ages: {
    sex: Sex /** The youngest of ten years; null where the age is not known. */;
    from: number | null;
    persons: number;
  }[];
  /** By administrative code; empty where it is not known. */
  places: { code: string; persons: number }[];
  /** By month of the index event, `2026-01`: the first event that fulfils the first included criterion about events. */
  months: { month: string; persons: number }[];
  today: Day;
  tookMs: number;
}

/** How many persons the cohort has. */
export function membersOf({ everybody, steps }: Pick<CohortCounts, 'everybody' | 'steps'>): Count {
  return steps.at(-1)?.left ?? everybody;
}

/** A code that occurs, offered while somebody types. */
export interface CodeOffer extends Code {
  events: number;
  /** Of results, the most frequent first; empty text: a value without unit. */
  units: string[];
}

export const DOWNLOAD_FORMATS = ['csv', 'ndjson', 'parquet'] as const;
export type DownloadFormat = (typeof DOWNLOAD_FORMATS)[number];

/** Rows of a cohort to take away: the persons, or their events of one source. */
export interface Download {
  cohort: Cohort;
  what: 'person' | EventSource;
  /** Only events of the codes that the cohort names. */
  named?: boolean;
  format: DownloadFormat;
  /** What they are needed for; it goes into the audit trail. */
  purpose: string;
}

/** A question that was kept. `page` is an address of the app, as other pages keep their state in it. */
export type Question = { kind: 'cohort'; cohort: Cohort; reach: Reach } | { kind: 'page'; address: string };

export interface SavedQuestion {
  id: string;
  name: string;
  about: string;
  question: Question;
  version: number;
  madeBy: string;
  madeByName: string;
  /** Ids of the organizations whose members see it too. */
  sharedWith: string[];
  /** The actor made it and may change it. */
  own: boolean;
  created: string;
  updated: string;
  /** The last time it was asked within the actor's reach. */
  lastRun?: QuestionRun;
}

export interface QuestionRun {
  at: string;
  version: number;
  count: Count;
}

/** All results of a person of one test in one unit, oldest first. */
export interface TestHistory {
  code: string;
  system?: string;
  name: string;
  nameZh?: string;
  unit?: string;
  points: HistoryPoint[];
}

export interface HistoryPoint {
  at: string;
  value?: number;
  comparator?: string;
  text?: string;
  flag?: string;
  low?: number;
  high?: number;
}

export interface PersonHistory {
  tests: TestHistory[];
  results: number;
  /** There are more than are shown; the newest are. */
  cut: boolean;
  tookMs: number;
}
