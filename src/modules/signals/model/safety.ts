import type { AlarmGround } from './watch.ts';

/** Every measure of one product with one reaction; null where it has no value, e.g. a limit at infinity. */
export interface SafetyPair {
  product: string;
  reaction: string;
  productName: string;
  reactionName: string;
  /** Reports of both, of the product, of the reaction. */
  n: number;
  n1: number;
  n2: number;
  expected: number;
  prr: number | null;
  prrLow: number | null;
  prrHigh: number | null;
  ror: number | null;
  rorLow: number | null;
  rorHigh: number | null;
  chi2Yates: number | null;
  ic: number | null;
  ic025: number | null;
  ic975: number | null;
  ebgm: number | null;
  eb05: number | null;
  eb95: number | null;
  /** One-sided exact chance of so many reports were product and reaction independent, and after correction for all pairs. */
  p: number;
  q: number;
  /** Which published thresholds it crosses. */
  crossed: CriterionId[];
  /** The product's information lists the reaction. */
  isListed: boolean;
  /** Of a listed one: whether it came more often lately than before. */
  change: SafetyChange | null;
  /** Whether that raises an alarm. */
  raises: boolean;
}

/** Of the product's reports those of a listed reaction: lately against before. */
export interface SafetyChange {
  recent: number;
  recentAll: number;
  before: number;
  beforeAll: number;
  p: number;
  /** After correction for all listed pairs. */
  q: number;
}

/** A reaction that a product's information lists. */
export interface ListedReaction {
  product: string;
  reaction: string;
  reactionName: string;
  source: string;
  at: string;
  actorName: string;
}

export type CriterionId = 'ema' | 'mhra' | 'evans' | 'fda' | 'umc';

/** A published threshold of disproportionality. */
export interface SafetyCriterion {
  id: CriterionId;
  name: string;
  /** As it is written: the numbers are those that `crosses` of the rules uses. */
  text: string;
  source: string;
}

export const SAFETY_CRITERIA: readonly SafetyCriterion[] = [
  {
    id: 'ema',
    name: 'EMA',
    text: 'PRR 95 % lower ≥ 1, n ≥ 5',
    source: 'EMA/849944/2016, screening for adverse reactions in EudraVigilance',
  },
  {
    id: 'mhra',
    name: 'MHRA',
    text: 'EB05 ≥ 1.8, EBGM ≥ 2.5, n ≥ 3',
    source: 'Candore et al., Drug Saf 2015;38:577; PMC4982893',
  },
  {
    id: 'evans',
    name: 'Evans',
    text: 'PRR ≥ 2, χ² (Yates) ≥ 4, n ≥ 3',
    source: 'Evans, Waller, Davis, Pharmacoepidemiol Drug Saf 2001;10:483',
  },
  { id: 'fda', name: 'FDA', text: 'EB05 ≥ 2', source: 'Szarfman, Machado, O’Neill, Drug Saf 2002;25:381 (MGPS)' },
  { id: 'umc', name: 'UMC', text: 'IC025 > 0', source: 'Norén, Hopstadius, Bate, Stat Methods Med Res 2013;22:57' },
];

/** Of the pairs that raise an alarm at most this share may be chance, over all pairs of a run; and so few reports raise none. */
export const SAFETY_FALSE_DISCOVERY = 0.05;
export const SAFETY_LEAST_REPORTS = 3;

export interface SafetyFilter {
  /** `2026-09-30`: only what was received until then. */
  until?: string;
  sex?: string;
  ageBand?: string;
  kind?: string;
  /** Expectations within sex and age instead of over all. */
  isStratified?: boolean;
}

/** The prior of EBGM: two gamma distributions and the share of the first. */
export interface SafetyPrior {
  alpha1: number;
  beta1: number;
  alpha2: number;
  beta2: number;
  share: number;
  /** False: too few pairs to fit one; then it is DuMouchel's starting value, and EBGM raises nothing. */
  isFitted: boolean;
}

export interface SafetyScreen {
  reports: number;
  pairs: SafetyPair[];
  prior: SafetyPrior | null;
  /** Pairs with fewer reports are not told to whoever asks. */
  smallest: number;
  hidden: number;
  /** So many lines were read that the oldest reports are left out. */
  isCut: boolean;
  runs: SafetyRun[];
  tookMs: number;
}

export interface SafetyRun {
  at: string;
  reports: number;
  pairs: number;
  lots: number;
  plans: number;
  raised: number;
  updated: number;
  tookMs: number;
  trouble: string | null;
}

/** A two-by-two table with its odds ratio. */
export interface SafetyTable {
  group: string;
  n: number;
  n1: number;
  n2: number;
  all: number;
  ror: number | null;
  rorLow: number | null;
  rorHigh: number | null;
  ic: number | null;
  ic025: number | null;
}

/** One subgrouping, and whether the odds ratio is the same in all groups. */
export interface SafetySubgroups {
  by: 'sex' | 'ageBand';
  groups: SafetyTable[];
  common: { ratio: number; low: number; high: number; homogeneityP: number | null } | null;
}

export interface SafetyQuarter {
  quarter: string;
  n: number;
  n1: number;
  n2: number;
  all: number;
  prr: number | null;
  prrLow: number | null;
  ror: number | null;
  rorLow: number | null;
  rorHigh: number | null;
  ic: number | null;
  ic025: number | null;
  ic975: number | null;
}

export interface SafetyMasking {
  product: string;
  productName: string;
  /** By how much observed over expected of the other products rises without it. */
  ratio: number;
  n: number;
}

export interface SafetyLot {
  product: string;
  reaction: string;
  productName: string;
  reactionName: string;
  lot: string;
  /** Reports of the lot with the reaction, of the lot, of the product (with a known lot) with the reaction, of the product. */
  n: number;
  n1: number;
  n2: number;
  all: number;
  expected: number;
  p: number;
  q: number;
  first: string;
  last: string;
  raises: boolean;
}

export interface SafetyReportLine {
  id: string;
  caseNumber: string | null;
  day: string;
  sex: string;
  ageBand: string;
  serious: boolean;
  outcome: string | null;
  lots: string[];
}

/** A pair with everything that helps to judge it. */
export interface SafetyPairPage {
  pair: SafetyPair;
  all: number;
  /** Other measures of the same table. */
  more: { chi2: number | null; icBcpnn: number | null; icBcpnn025: number | null; fisherMidP: number | null };
  prior: SafetyPrior | null;
  subgroups: SafetySubgroups[];
  quarters: SafetyQuarter[];
  masking: SafetyMasking[];
  /** The pair without the reports of one other product. */
  without: {
    product: string;
    productName: string;
    n: number;
    n1: number;
    n2: number;
    expected: number;
    ror: number | null;
    rorLow: number | null;
    ic: number | null;
    ic025: number | null;
  } | null;
  lots: SafetyLot[];
  reports: SafetyReportLine[];
  /** The newest alarms about the pair. */
  alarms: { id: string; state: string; key: string; grounds: AlarmGround[] }[];
  smallest: number;
}

export const MONITOR_METHODS = ['maxsprt', 'cusum', 'bayes'] as const;
export type MonitorMethod = (typeof MONITOR_METHODS)[number];

/** Poisson MaxSPRT with its exact critical value. */
export interface MaxsprtParameters {
  /** Events expected for each one exposed, were there no excess. */
  rate: number;
  alpha: number;
  /** T: surveillance ends when so many events were expected. */
  upperLimit: number;
  /** M: no signal before so many events. */
  leastEvents: number;
  /** Set by the program. */
  criticalValue?: number;
  level?: number;
}

/** Risk-adjusted CUSUM over patients one by one. */
export interface CusumParameters {
  oddsRatio: number;
  limit: number;
}

/** Stops when the rate is above the limit with that certainty; a gamma prior as if so many events had been seen in so much exposure. */
export interface BayesParameters {
  priorEvents: number;
  priorExposure: number;
  limit: number;
  certainty: number;
}

export type MonitorParameters = MaxsprtParameters | CusumParameters | BayesParameters;

export interface NewMonitorPlan {
  product: string;
  reaction: string;
  method: MonitorMethod;
  since: string;
  parameters: MonitorParameters;
}

export interface MonitorPlan extends NewMonitorPlan {
  id: string;
  state: 'running' | 'signalled' | 'ended';
  createdAt: string;
  createdName: string;
  endedWhy: string | null;
}

export interface MonitorEntry {
  id: string;
  day: string;
  /** Persons, doses or time since the entry before. */
  exposed: number;
  /** Null: counted from the case reports received since the entry before. */
  events: number | null;
  /** Of a patient, for the risk-adjusted CUSUM. */
  risk: number | null;
  note: string;
  at: string;
  byName: string;
  struckWhy: string | null;
}

export interface MonitorPoint {
  day: string;
  events: number;
  exposed: number;
  expected: number | null;
  statistic: number | null;
}

export interface MonitorPage {
  plan: MonitorPlan;
  entries: MonitorEntry[];
  /** Cumulative, at each entry. */
  points: MonitorPoint[];
  limit: number;
  /** The day of the first signal. */
  signal: string | null;
  /** The method by its name and where it is from. */
  source: string;
}
