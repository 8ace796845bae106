/**
 * UN/ECE Recommendation 20 unit codes brought to one unit a quantity, so that 298.15 KEL and 25 CEL are found as one.
 * Source: UNECE Rec. 20 annex I (conversion factors); only units that sensors of this trade report.
 */
const UNITS: Record<string, readonly [base: string, factor: number, offset?: number]> = {
  KEL: ['KEL', 1],
  CEL: ['KEL', 1, 273.15],
  FAH: ['KEL', 5 / 9, 459.67 * (5 / 9)],
  P1: ['P1', 1],
  PAL: ['PAL', 1],
  A97: ['PAL', 100],
  KPA: ['PAL', 1e3],
  MPA: ['PAL', 1e6],
  BAR: ['PAL', 1e5],
  MBR: ['PAL', 100],
  MTS: ['MTS', 1],
  KMH: ['MTS', 1 / 3.6],
  MSK: ['MSK', 1],
  K40: ['MSK', 9.80665],
  MTR: ['MTR', 1],
  MMT: ['MTR', 1e-3],
  CMT: ['MTR', 1e-2],
  KMT: ['MTR', 1e3],
  KGM: ['KGM', 1],
  GRM: ['KGM', 1e-3],
  MGM: ['KGM', 1e-6],
  SEC: ['SEC', 1],
  MIN: ['SEC', 60],
  HUR: ['SEC', 3600],
  DAY: ['SEC', 86_400],
  LUX: ['LUX', 1],
  DD: ['C81', Math.PI / 180],
  C81: ['C81', 1],
  A93: ['KMQ', 1e-3],
  KMQ: ['KMQ', 1],
  C35: ['C36', 1e3],
  C36: ['C36', 1],
  LTR: ['MTQ', 1e-3],
  MLT: ['MTQ', 1e-6],
  MTQ: ['MTQ', 1],
};

export interface BaseQuantity {
  value: number;
  unit: string;
}

/** The value in the base unit of its quantity; a unit this table does not know is its own base. */
export function toBaseUnit(value: number, uom: string): BaseQuantity {
  const [unit, factor, offset = 0] = UNITS[uom] ?? [uom, 1];
  return { value: roundOff(value * factor + offset), unit };
}

/** The same for a spread such as a standard deviation, which scales but does not shift. */
export function spreadToBaseUnit(value: number, uom: string): BaseQuantity {
  const [unit, factor] = UNITS[uom] ?? [uom, 1];
  return { value: roundOff(value * factor), unit };
}

/** Degrees Celsius of a temperature in CEL, KEL or FAH, or undefined for any other unit. */
export function toCelsius(value: number, uom: string): number | undefined {
  const base = toBaseUnit(value, uom);
  return base.unit === 'KEL' ? roundOff(base.value - 273.15) : undefined;
}

/** Twelve digits: equal quantities stay equal after the conversion's rounding. */
function roundOff(value: number): number {
  return Number(value.toPrecision(12));
}
