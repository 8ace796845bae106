/** What is asked of whom, fixed before it is answered. Each change makes another version; a run names the version it answers. */
export interface StudyProtocol {
  /** The form of this data; a later form has a higher number. */
  form: 1;
  title: string;
  question: string;
  design: StudyDesign;
  population: string;
  treatment: Treatment;
  endpoints: Endpoint[];
  adjustment: Adjustment;
  /** Columns whose levels are compared; numbers are cut at their median. */
  subgroups: string[];
  missing: MissingPlan;
  /** Several aspects of benefit, side by side on one scale. */
  dimensions: StudyDimension[];
  /** Of the intervals. */
  level: number;
  seed: number;
  /** How the rows are made from the lake; absent where they are uploaded. */
  lake?: LakeSource;
  /** What no machine reads and everybody who judges the study does. */
  plan?: StudyPlan;
}

export interface StudyPlan {
  exposure: string;
  comparator: string;
  /** Of endpoints by their id: which is the primary one, and in which days after the start it is looked for. */
  outcomes: { endpoint: string; primary: boolean; fromDays: number; toDays: number }[];
  /** Why these covariates, and what is not measured. */
  covariates: string;
  analysisSets: { name: string; definition: string }[];
  sensitivity: string[];
  sizes?: { treated: number; control: number; why: string };
  registration?: { registry: string; id: string; day: string };
  /** The trial that the study emulates. */
  targetTrial?: TargetTrial;
}

/** Source: Hernán, Robins, Am J Epidemiol 2016;183:758, table 1. */
export const TARGET_TRIAL_PARTS = [
  'eligibility',
  'strategies',
  'assignment',
  'timeZero',
  'followUp',
  'contrast',
  'analysis',
] as const;
export type TargetTrial = Readonly<Record<(typeof TARGET_TRIAL_PARTS)[number], string>>;

export const EMPTY_PLAN: StudyPlan = {
  exposure: '',
  comparator: '',
  outcomes: [],
  covariates: '',
  analysisSets: [],
  sensitivity: [],
};

const NEEDED_TO_SIGN = ['question', 'population', 'groups', 'endpoints', 'exposure', 'comparator', 'primary'] as const;

/** What a protocol must say before somebody can stand for it. */
export function lacksOf({ question, population, treatment, endpoints, plan = EMPTY_PLAN }: StudyProtocol) {
  const says: Readonly<Record<(typeof NEEDED_TO_SIGN)[number], boolean>> = {
    question: question !== '',
    population: population !== '',
    groups: [treatment.column, treatment.treated, treatment.control].every((each) => each !== ''),
    endpoints: endpoints.length > 0,
    exposure: plan.exposure !== '',
    comparator: plan.comparator !== '',
    primary: plan.outcomes.some(({ primary }) => primary),
  };
  return NEEDED_TO_SIGN.filter((name) => !says[name]);
}

export const STUDY_DESIGNS = ['cohort', 'trial', 'external-control'] as const;
type StudyDesign = (typeof STUDY_DESIGNS)[number];

interface Treatment {
  column: string;
  /** Rows with this value are treated, those with `control` are compared with them, others take no part. */
  treated: string;
  control: string;
}

export const ADJUSTMENTS = ['none', 'model', 'iptw', 'match'] as const;
export const ESTIMANDS = ['ate', 'att', 'stabilized', 'overlap'] as const;
interface Adjustment {
  method: (typeof ADJUSTMENTS)[number];
  columns: string[];
  /** Of the weights. */
  estimand: (typeof ESTIMANDS)[number];
  /** Of matching, in standard deviations of the score. */
  caliper: number;
}

export const MISSING_PLANS = ['complete', 'impute'] as const;
type MissingPlan = (typeof MISSING_PLANS)[number];

export type Better = 1 | -1;

export type Endpoint = EndpointBase &
  (
    | { kind: 'time'; time: string; event: string; events: string[]; competing: string[]; tau?: number }
    | { kind: 'responder'; column: string; yes: string; margin?: number }
    | { kind: 'change'; baseline: string; column: string }
    | { kind: 'repeated'; baseline?: string; visits: { column: string; at: number }[]; model: 'mmrm' | 'gee' | 'lmm' }
    | { kind: 'composite'; parts: { column: string; better: Better; weight: number }[] }
    | { kind: 'hierarchy'; parts: { time: string; event: string; events: string[] }[] }
  );
interface EndpointBase {
  id: string;
  name: string;
  /** Where more of it (later, of events) is good. */
  better: Better;
  unit?: string;
}
export const ENDPOINT_KINDS = ['time', 'responder', 'change', 'repeated', 'composite', 'hierarchy'] as const;
type EndpointKind = (typeof ENDPOINT_KINDS)[number];

export interface StudyDimension {
  name: string;
  column: string;
  kind: 'measured' | 'yes-no';
  /** Of yes-no. */
  yes?: string;
  /** Its value before the treatment, which is taken off. */
  baseline?: string;
  better: Better;
  weight: number;
}

/** Rows made from the lake: a person each, followed from the first day of the treatment or the comparator. */
export interface LakeSource {
  /** As in src/modules/records/model.ts. */
  cohort: unknown;
  reach: 'rows' | 'population';
  treatment: LakeEvent;
  comparator: LakeEvent;
  followDays: number;
  measures: LakeMeasure[];
}
export interface LakeEvent {
  source: 'medication' | 'procedure';
  codes: { system?: string; code: string }[];
}
export interface LakeMeasure {
  /** The column it fills. */
  name: string;
  codes: { system?: string; code: string }[];
  unit: string;
  /** Days after the first treatment, both included; negative ones are before it. */
  fromDays: number;
  toDays: number;
}

export type Cell = number | string | null;

export interface DataColumn {
  name: string;
  kind: 'number' | 'category';
  missing: number;
  /** Of a category, the most frequent first; of numbers none. */
  levels: string[];
  /** Of numbers. */
  range?: [number, number];
}

/** A row each person, a column each thing that is known. */
export interface StudyTable {
  columns: DataColumn[];
  /** By column. */
  values: Cell[][];
  rows: number;
}

export interface DataSource {
  kind: 'upload' | 'example' | 'lake';
  /** Of an upload. */
  file?: string;
  /** Of the lake: over the population no group below it is told. */
  reach?: 'rows' | 'population';
  /** Columns that were not kept, and why. */
  dropped: { name: string; why: 'text' | 'empty' }[];
  /** Of the lake: who was left out on the way. */
  flow?: { step: string; persons: number }[];
}

export interface DataSummary {
  hash: string;
  rows: number;
  columns: DataColumn[];
  source: DataSource;
  madeAt: string;
}

const RUN_STATES = ['waiting', 'running', 'done', 'failed'] as const;
type RunState = (typeof RUN_STATES)[number];

export interface StudyRun {
  id: string;
  version: number;
  dataHash: string;
  state: RunState;
  done: number;
  steps: number;
  askedByName: string;
  askedAt: string;
  finishedAt: string | null;
  trouble: { message: string; facts: Record<string, unknown> } | null;
}

export interface StudyLine {
  id: string;
  name: string;
  question: string;
  design: StudyDesign;
  version: number;
  rows: number | null;
  source: DataSource['kind'] | null;
  ownerName: string;
  own: boolean;
  updatedAt: string;
  lastRun: Pick<StudyRun, 'id' | 'state' | 'version' | 'askedAt'> | null;
}

/** A version of a protocol: who made it and why, and who stood for it before it was analysed. */
export interface StudyVersion {
  version: number;
  madeByName: string;
  madeAt: string;
  why: string | null;
  signedByName: string | null;
  signedAt: string | null;
  /** SHA-256 of the protocol that was signed. */
  hash: string | null;
  /** An analysis of the study was known when it was made. */
  seen: boolean;
}

export interface StudyPage {
  id: string;
  version: number;
  protocol: StudyProtocol;
  data: DataSummary | null;
  /** Newest first. */
  versions: StudyVersion[];
  runs: StudyRun[];
  ownerName: string;
  mayWrite: boolean;
}

/** What a study came to, ready to be shown. Numbers that a group is too small for are absent. */
export interface StudyReport {
  groups: { treated: string; control: string };
  /** Of the population: smaller groups are not told. */
  smallest: number | null;
  flow: { step: string; detail?: string; persons: number; treated?: number; control?: number }[];
  missing: { column: string; treated: number; control: number }[];
  /** Standardised differences before and after the adjustment. */
  balance: { column: string; before: number; after: number | null }[];
  adjustment: { method: Adjustment['method']; essTreated?: number; essControl?: number; matched?: number };
  endpoints: EndpointReport[];
  dimensions: DimensionReport | null;
  /** Steps in the order in which they ran; what a method refused is said. */
  steps: { key: string; method: string; tookMs: number; refusal: string | null }[];
}

/** One number against none, with how it was reached. */
export interface Effect {
  /** A key of the catalogue, e.g. `hazardRatio`. */
  measure: EffectMeasure;
  method: string;
  adjusted: boolean;
  estimate: number;
  low: number;
  high: number;
  p: number | null;
  /** Where nothing has an effect. */
  none: 0 | 1;
}
const EFFECT_MEASURES = [
  'hazardRatio',
  'subdistributionRatio',
  'restrictedMean',
  'riskDifference',
  'riskRatio',
  'oddsRatio',
  'meanDifference',
  'scoreDifference',
  'winRatio',
] as const;
type EffectMeasure = (typeof EFFECT_MEASURES)[number];

export interface StepCurve {
  group: 'treated' | 'control';
  /** Which event, of incidences. */
  cause?: string;
  time: number[];
  value: number[];
  low: number[];
  high: number[];
}

export interface EndpointReport {
  id: string;
  name: string;
  kind: EndpointKind;
  better: Better;
  unit: string | null;
  n: { treated: number; control: number };
  events: { treated: number; control: number } | null;
  effects: Effect[];
  tests: {
    name: 'logrank' | 'gray' | 'proportional' | 'obrien' | 'fisher';
    method: string;
    statistic: number | null;
    df: number | null;
    p: number | null;
  }[];
  curves: StepCurve[];
  weightedCurves: StepCurve[];
  incidences: StepCurve[];
  /** Numbers at risk at these times. */
  risk: { times: number[]; treated: (number | null)[]; control: (number | null)[] } | null;
  /** Survival, or shares, or means, at these times or of the groups. */
  levels: { at: number | null; group: 'treated' | 'control'; value: number; low: number | null; high: number | null }[];
  forest: ForestReport | null;
  /** With imputed outcomes. */
  imputed: { estimate: number; low: number; high: number; p: number | null; tips: number | null } | null;
  /** Holm's, over the endpoints. */
  pAdjusted: number | null;
}

export interface ForestReport {
  measure: EffectMeasure;
  none: 0 | 1;
  overall: ForestRow;
  factors: { column: string; p: number | null; rows: ForestRow[] }[];
}
export interface ForestRow {
  level: string;
  treated: number;
  control: number;
  estimate: number | null;
  low: number | null;
  high: number | null;
}

export interface DimensionReport {
  rows: {
    name: string;
    treated: number;
    control: number;
    estimate: number;
    low: number;
    high: number;
    kind: StudyDimension['kind'];
  }[];
  overall: { estimate: number; low: number; high: number };
}

export const MOST_STUDY_ROWS = 100_000;
