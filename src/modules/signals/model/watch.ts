import { DETECTORS, type DetectorMethod, type DetectorOptions, detectorOf, freshOptions } from './detectors.ts';

/** What JSON makes of it on its way to a page. */
export interface Bilingual {
  en: string;
  zh: string;
}

export const UNITS = ['day', 'week'] as const;
export type Unit = (typeof UNITS)[number];

/** A district by its code, the city it is in, or the whole region. */
export type Level = 'district' | 'city' | 'region';

/** The place of the whole region. */
export const EVERYWHERE = 'region';

/** A result of one of these tests that says yes makes a case. */
export interface Finding {
  /** LOINC or other codes of tests. */
  codes: readonly string[];
  /** Codes or texts of a positive value, or of its interpretation. */
  values?: readonly string[];
  /** Or a number above this. */
  above?: number;
}

interface RuleBase {
  unit: Unit;
  levels: readonly Level[];
}

/** So many cases in so many days are an alarm, whatever was before. */
export interface FixedRule extends RuleBase {
  method: 'fixed';
  cases: number;
  days: number;
  source: string;
}

/** Mean and deviation of the days just before. */
interface EarsRule extends RuleBase {
  method: 'ears';
  type: 'C1' | 'C2' | 'C3';
  alpha: number;
  minSigma: number;
  leastCases: number;
}

/** The same weeks of the years before. */
interface FarringtonRule extends RuleBase {
  method: 'farrington';
  years: number;
  alpha: number;
  leastCases: number;
  /** Absent: as Noufaily et al. 2013 advise. */
  options?: DetectorOptions;
}

/** Any other detector, with its options as `DETECTORS` tells them. */
export interface DetectorRule extends RuleBase {
  method: Exclude<DetectorMethod, 'farrington'>;
  leastCases: number;
  options: DetectorOptions;
}

/** Neighbouring places and days together, against chance. */
export interface ScanRule extends RuleBase {
  method: 'scan';
  days: number;
  replicates: number;
  alpha: number;
  leastCases: number;
}

export type WatchRule = FixedRule | EarsRule | FarringtonRule | DetectorRule | ScanRule;

/** A detector as it is set unless somebody sets it otherwise. */
export function freshRule(method: DetectorMethod, unit: Unit = DETECTORS[method].units[0]): WatchRule {
  const levels: Level[] = ['district', 'city', 'region'];
  if (method === 'farrington') return { method, unit: 'week', levels, years: 3, alpha: 0.005, leastCases: 5 };
  return { method, unit, levels, leastCases: 3, options: freshOptions(method) };
}

/** What fills the words for a rule. */
export function factsOf(rule: object): Record<string, unknown> {
  return { ...rule, ...('options' in rule && (rule.options as DetectorOptions)) };
}

/** What the statistic of a rule is held against; undefined where it judges by a bound on the count. */
export function thresholdOf(rule: WatchRule): number | undefined {
  const name = detectorOf(rule.method)?.threshold;
  return name === undefined || !('options' in rule) ? undefined : (rule.options?.[name] as number);
}

/** A disease as results show it, and how its counts are watched. */
export interface CaseDefinition {
  id: string;
  name: Bilingual;
  icd10: string;
  /** Of the law on infectious diseases; null: not notifiable. */
  lawClass: 'A' | 'B' | 'C' | null;
  reportWithinHours: number | null;
  findings: readonly Finding[];
  /** Tests whose answer names the type: serotype, lineage. */
  typing?: readonly string[];
  /** A positive result of the same person within so many days of a case's first is the same case. */
  episodeDays: number;
  incubationDays: readonly [number, number];
  serialDays?: { mean: number; sd: number };
  rules: readonly WatchRule[];
}

/** One judged count of a series. */
export interface JudgedPoint {
  /** The day, or the Monday of the week: `2026-03-02`. */
  date: string;
  cases: number;
  /** Null where the past is too short to say. */
  expected: number | null;
  bound: number | null;
  p: number | null;
  alarm: boolean;
  /** Of a chart: what is held against its threshold. */
  statistic?: number | null;
}

/** What a rule says of one place. */
export interface Verdict {
  rule: WatchRule;
  place: string;
  points: JudgedPoint[];
  /** The past does not reach back far enough for this rule. */
  tooShort: boolean;
}

/** A cluster in space and time. */
export interface ClusterFound {
  places: string[];
  from: string;
  until: string;
  cases: number;
  expected: number;
  p: number;
  /** 1 / p: in how many days one such cluster would be found by chance. */
  recurrenceDays: number;
}

export const ALARM_STATES = ['new', 'triage', 'verified', 'escalated', 'closed'] as const;
export type AlarmState = (typeof ALARM_STATES)[number];

export const ALARM_KINDS = ['outbreak', 'safety'] as const;
export type AlarmKind = (typeof ALARM_KINDS)[number];

/** What raised an alarm: a rule, since when, and how sure. */
export interface AlarmGround {
  method: string;
  /** The rule as it was when it raised the alarm. */
  rule: Readonly<Record<string, unknown>>;
  first: string;
  last: string;
  cases: number;
  expected: number | null;
  bound: number | null;
  p: number | null;
  /** After correction for all series judged in the same run. */
  q: number | null;
}

export interface Alarm {
  id: string;
  kind: AlarmKind;
  /** What it is about; two alarms of one kind with one key are never open at once. */
  key: string;
  episode: number;
  subject: Readonly<Record<string, unknown>>;
  state: AlarmState;
  grounds: AlarmGround[];
  /** First and last day or week that raised it. */
  first: string;
  last: string;
  cases: number;
  revision: number;
  raisedAt: string;
  updatedAt: string;
}

/** A disease in the overview. */
export interface DiseaseLine {
  definition: CaseDefinition;
  lastWeek: number;
  weekBefore: number;
  lastMonth: number;
  tested: number;
  /** Cases of each of the last 28 days, oldest first. */
  days: number[];
  openAlarms: number;
}

export interface PlaceLine {
  place: string;
  cases: number;
  tested: number;
}

interface AgeLine {
  /** Lower end of the band in years; null: unknown. */
  from: number | null;
  sex: string;
  cases: number;
}

/** A disease over time at a place, as every rule sees it. */
export interface DiseaseCurve {
  definition: CaseDefinition;
  place: string;
  unit: Unit;
  since: string;
  until: string;
  points: { date: string; cases: number; tested: number }[];
  verdicts: Verdict[];
  places: PlaceLine[];
  ages: AgeLine[];
  types: { type: string; cases: number }[];
  clusters: ClusterFound[];
  /** Rules that did not fit this place or unit are left out. */
  lagSeconds: number;
}

/** A run of the watch over everything. */
export interface WatchRun {
  at: string;
  until: string;
  series: number;
  raised: number;
  updated: number;
  tookMs: number;
  trouble: string | null;
}

/** How fast it spreads, from the daily cases. */
export interface Outlook {
  /** Last day of each window. */
  dates: string[];
  /** Reproduction number of the window of seven days that ends there: mean and 95 % credible interval. */
  r: { mean: (number | null)[]; low: (number | null)[]; high: (number | null)[] };
  serialDays: { mean: number; sd: number };
  /** Days in which the cases double over the period, with a 95 % interval; null: they do not grow. */
  doubling: { value: number | null; low: number | null; high: number | null };
}
