import { type Grade, type Grading, gradeOf } from './model.ts';

export type OxygenDevice =
  | 'none'
  | 'nasal-cannula'
  | 'blow-by'
  | 'high-flow-nasal-cannula'
  | 'facemask'
  | 'nonrebreather'
  | 'venturi'
  | 'cpap'
  | 'bipap'
  | 'ventilator';

/** What was observed at one time; what is left out was not observed. */
export interface CrsFindings {
  temperatureCelsius?: number;
  /** The fever, hypotension or hypoxia is explained by something else, e.g. an infection: it is left out of the grading. */
  otherCause?: readonly CrsSign[];
  /** Antipyretic or anticytokine therapy (tocilizumab, corticosteroids) has been given: fever is no longer required. */
  feverMasked?: boolean;
  /** Told by the clinician, or from the systolic pressure and the age. */
  hypotension?: boolean;
  systolicMmHg?: number;
  ageYears?: number;
  /** Running vasopressors by name; vasopressin is not counted beside another. */
  vasopressors?: readonly string[];
  oxygen?: OxygenDevice;
  /** Through the nasal cannula; more than 6 L/min is high flow. */
  oxygenLitresPerMinute?: number;
  /** Positive pressure only to keep the airway open, e.g. in a seizure, is no hypoxia. */
  ventilatedForAirwayOnly?: boolean;
  /** Death of cytokine release syndrome. */
  died?: boolean;
}

export type CrsSign = 'fever' | 'hypotension' | 'hypoxia';
export type CrsDomain = CrsSign | 'death';

const FEVER_CELSIUS = 38;
const HIGH_FLOW_LITRES = 6;

/**
 * Grades cytokine release syndrome.
 *
 * Fever of 38.0 °C or more is required, unless it is masked by treatment; then hypotension and hypoxia alone decide, and the more severe of them does.
 *
 * @throws RangeError for a temperature, pressure or flow that cannot be
 *
 * Source: ASTCT consensus grading, Lee et al., Biol Blood Marrow Transplant 2019;25:625-638. Systolic limits of hypotension, which the consensus leaves to local custom: below 90 mmHg from 10 years on,
 * 70 + 2 x age from 1 to 9, 70 in the first year (PALS).
 */
export function gradeCrs(findings: CrsFindings): Grading<CrsDomain> {
  checkFindings(findings);
  const counted = (sign: CrsSign) => !(findings.otherCause ?? []).includes(sign);
  const isFebrile = counted('fever') && (findings.temperatureCelsius ?? 0) >= FEVER_CELSIUS;
  const isSyndrome = isFebrile || findings.feverMasked === true;
  const sign = (name: CrsSign, grade: Grade): Grade => (isSyndrome && counted(name) ? grade : 0);
  const domains: Record<CrsDomain, Grade> = {
    fever: isFebrile ? 1 : 0,
    hypotension: sign('hypotension', hypotensionGrade(findings)),
    hypoxia: sign('hypoxia', hypoxiaGrade(findings)),
    death: findings.died === true ? 5 : 0,
  };
  return gradeOf(domains, unknownOf(findings));
}

/** Whether a systolic pressure is too low for the age, in years. */
export function isHypotensive(systolicMmHg: number, ageYears = 18): boolean {
  if (ageYears >= 10) return systolicMmHg < 90;
  return systolicMmHg < (ageYears >= 1 ? 70 + 2 * Math.floor(ageYears) : 70);
}

function hypotensionGrade({ hypotension, systolicMmHg, ageYears, vasopressors = [] }: CrsFindings): Grade {
  const names = new Set(vasopressors.map((name) => name.trim().toLowerCase()));
  const others = [...names].filter((name) => name !== 'vasopressin').length;
  if (others > 1) return 4;
  if (names.size > 0) return 3;
  return (hypotension ?? (systolicMmHg !== undefined && isHypotensive(systolicMmHg, ageYears))) ? 2 : 0;
}

function hypoxiaGrade({ oxygen = 'none', oxygenLitresPerMinute = 0, ventilatedForAirwayOnly }: CrsFindings): Grade {
  switch (oxygen) {
    case 'none':
      return 0;
    case 'nasal-cannula':
      return oxygenLitresPerMinute > HIGH_FLOW_LITRES ? 3 : 2;
    case 'blow-by':
      return 2;
    case 'high-flow-nasal-cannula':
    case 'facemask':
    case 'nonrebreather':
    case 'venturi':
      return 3;
    default:
      return ventilatedForAirwayOnly === true ? 0 : 4;
  }
}

function unknownOf({
  temperatureCelsius,
  feverMasked,
  hypotension,
  systolicMmHg,
  vasopressors,
  oxygen,
}: CrsFindings): CrsDomain[] {
  const unknown: CrsDomain[] = [];
  if (temperatureCelsius === undefined && feverMasked !== true) unknown.push('fever');
  if (hypotension === undefined && systolicMmHg === undefined && vasopressors === undefined)
    unknown.push('hypotension');
  if (oxygen === undefined) unknown.push('hypoxia');
  return unknown;
}

function checkFindings({
  temperatureCelsius = 37,
  systolicMmHg = 120,
  oxygenLitresPerMinute = 0,
  ageYears = 18,
}: CrsFindings): void {
  if (!(temperatureCelsius >= 25 && temperatureCelsius <= 45))
    throw new RangeError('a temperature from 25 to 45 °C is expected');
  if (!(systolicMmHg >= 0 && systolicMmHg <= 350))
    throw new RangeError('a systolic pressure from 0 to 350 mmHg is expected');
  if (!(oxygenLitresPerMinute >= 0 && oxygenLitresPerMinute <= 100))
    throw new RangeError('an oxygen flow from 0 to 100 L/min is expected');
  if (!(ageYears >= 0 && ageYears <= 130)) throw new RangeError('an age from 0 to 130 years is expected');
}
