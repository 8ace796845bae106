import intervals from '../facts/reference-intervals.json' with { type: 'json' };
import panels from '../facts/region/panels.json' with { type: 'json' };
import type { Bilingual } from './places.ts';

/** What the laboratories measure: analytes, the panels they are ordered in, the tubes they are measured from. */
export interface Analyte {
  key: string;
  loinc: string;
  loincName: string;
  name: Bilingual;
  /** UCUM */
  unit: string;
  decimals: number;
  shape: 'normal' | 'log-normal' | 'derived' | 'presence';
  kind: 'reference' | 'decision' | 'presence';
  /** Coefficients of variation in per cent: within a person, between persons, of the method. */
  cvi?: number;
  cvg?: number;
  cva?: number;
  critical?: Limits;
  rhythm?: { amplitude: number; peakHour: number };
  population?: { centre: number; cv: number };
  limits: readonly (Limits & { sex?: string; from?: number; to?: number })[];
}

export interface Limits {
  low?: number;
  high?: number;
}

export interface Tube {
  key: string;
  name: Bilingual;
  snomed: string;
  hl7: string;
  suffix: string;
}

export interface Section {
  key: string;
  name: Bilingual;
  analyzer: string;
}

export interface Panel {
  key: string;
  loinc: string;
  loincName: string;
  name: Bilingual;
  tube: Tube;
  section: Section;
  analytes: readonly Analyte[];
  weight: number;
  /** Not ordered for children. */
  adult: boolean;
  /** Minutes from arrival in the laboratory. */
  turnaround: { p10: number; median: number; p90: number; statMedian: number; statP90: number };
}

export interface Condition {
  key: string;
  name: Bilingual;
  icd10: string;
  prevalence: { from: number; share: number; sex?: string };
  panels: readonly string[];
  /** Factor on the person's own level, by analyte. */
  shift: Readonly<Record<string, number>>;
}

export const ANALYTES = intervals.analytes as readonly Analyte[];
const analytes = new Map(ANALYTES.map((analyte) => [analyte.key, analyte]));

export const CONDITIONS = panels.conditions as unknown as readonly Condition[];

export const PANELS: readonly Panel[] = panels.panels.map((panel) => ({
  ...panel,
  adult: panel.adult ?? false,
  tube: found(panels.tubes, panel.tube),
  section: found(panels.sections, panel.section),
  analytes: panel.analytes.map(analyteByKey),
}));

export function analyteByKey(key: string): Analyte {
  const analyte = analytes.get(key);
  if (!analyte) throw new RangeError(`no analyte ${key}`);
  return analyte;
}

export function panelByKey(key: string): Panel {
  return found(PANELS, key);
}

/** The limits that hold for a person, if any are known. */
export function limitsFor(analyte: Analyte, person: { sex: string; age: number }): Limits | undefined {
  return analyte.limits.find(
    ({ sex, from, to }) => (sex ?? person.sex) === person.sex && person.age >= (from ?? 0) && person.age < (to ?? 200),
  );
}

function found<T extends { key: string }>(list: readonly T[], key: string): T {
  const item = list.find((each) => each.key === key);
  if (!item) throw new RangeError(`the catalogue has no ${key}`);
  return item;
}
