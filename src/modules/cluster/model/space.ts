import type { ThingName } from './record.ts';

/** Grades of clean rooms, the cleanest first. Source: Good Manufacturing Practice for Drugs (2010 revision), annex 1. */
export const GMP_GRADES = ['A', 'B', 'C', 'D'] as const;
export type GmpGrade = (typeof GMP_GRADES)[number];
export const PROVISIONS = ['water', 'wet-laboratory', 'gas', 'wastewater', 'hazardous-waste', 'cold-storage'] as const;
export type Provision = (typeof PROVISIONS)[number];

/** What a unit is. Null is unknown. */
export interface UnitFields {
  building: string;
  floor: number;
  name: string;
  areaM2: number;
  clearHeightM: number | null;
  /** kN/m2. */
  floorLoadKnM2: number | null;
  powerKva: number | null;
  /** The cleanest that it has; none where `hasGmp` is false. */
  gmp: GmpGrade | 'none' | null;
  /** Biosafety level of its laboratory; 0 has none. */
  bsl: number | null;
  /** Tonnes its crane lifts; 0 has none. */
  craneT: number | null;
  provisions: Provision[];
  /** Integer fen for a square metre and month. */
  priceFenM2: number | null;
  /** ISO date. */
  availableFrom: string | null;
  /** Told to everybody, in the open data too. */
  published: boolean;
}

export interface SpaceUnit extends UnitFields {
  id: string;
  park: string;
  example: boolean;
  revision: number;
}

export const UNIT_STATES = ['let', 'ending', 'reserved', 'free'] as const;
export type UnitState = (typeof UNIT_STATES)[number];
export interface UnitLine extends SpaceUnit {
  state: UnitState;
  /** The lease that runs today; told to whom manages the park or holds the lease. */
  lease: Lease | null;
  reservation: UnitReservation | null;
  /** ISO date from which nobody holds it. */
  freeFrom: string | null;
}

export interface RentStep {
  /** ISO date. */
  from: string;
  fenM2: number;
}

export interface Lease {
  id: string;
  park: string;
  unit: string;
  unitName: string;
  areaM2: number;
  tenant: string;
  tenantName: string;
  tenantNameZh: string | null;
  example: boolean;
  starts: string;
  /** The last day, by the contract. */
  ends: string;
  /** The last day where it ended early. */
  ended: string | null;
  endReason: string | null;
  rent: RentStep[];
  depositFen: number;
  noticeDays: number;
  revision: number;
}

export interface UnitReservation {
  id: string;
  park: string;
  unit: string;
  /** For whom: a thing, or a name of who is not on record yet. */
  holder: string | null;
  holderName: string;
  until: string;
  /** Asked for by those who look at it. */
  own: boolean;
}

/** What is looked for; what is absent does not matter. */
export interface SpaceNeed {
  park?: string;
  areaM2?: number;
  /** Of the unit alone. */
  mostAreaM2?: number;
  clearHeightM?: number;
  floorLoadKnM2?: number;
  powerKva?: number;
  /** At least so clean. */
  gmp?: GmpGrade;
  bsl?: number;
  craneT?: number;
  provisions?: Provision[];
  mostFenM2?: number;
  /** ISO date on which it is needed. */
  by?: string;
}

/** One thing that was asked for: met, missed by so much of its own unit (days, steps of a grade), or not known. */
export interface SpaceCheck {
  need: keyof SpaceNeed;
  verdict: 'met' | 'missed' | 'unknown';
  has: number | string | null;
  asked: number | string;
  /** By how much of what was asked, from 0; of provisions the share that is missing. */
  missedBy?: number;
}
export interface SpaceFit {
  unit: UnitLine;
  /** Other free units of the same floor that together have the area. */
  together: { id: string; name: string; areaM2: number }[];
  areaM2: number;
  parkName: string;
  parkNameZh: string | null;
  verdict: 'fits' | 'may-fit' | 'nearly' | 'no';
  checks: SpaceCheck[];
}

/** What fits, with the divisions of the map in which the parks lie: `elsewhere` and `unknown` where none counts them. */
export interface FoundSpace {
  fits: SpaceFit[];
  total: number;
  /** What was understood of the need. */
  need: SpaceNeed;
  /** Divisions by park, and how many units that at least nearly fit lie in each. */
  areas: Record<string, string[]>;
  counts: { area: string; n: number }[];
  tenants: ThingName[];
  examples: boolean;
}

export interface ParkFigures {
  units: number;
  areaM2: number;
  letM2: number;
  reservedM2: number;
  freeM2: number;
  /** Of the area; null without units. */
  occupancy: number | null;
  /** Weighted average of the years that leases still run, by area and by rent; null without leases. */
  waltAreaYears: number | null;
  waltRentYears: number | null;
  /** Integer fen a month, of today's leases. */
  rentFen: number;
  expiries: { quarter: string; leases: number; areaM2: number; rentFen: number }[];
  /** Mean of the tenants' marks from 1 to 5, and how many. */
  satisfaction: { mean: number; marks: number } | null;
}

export interface ParkSpace {
  park: { id: string; name: string; nameZh: string | null; example: boolean };
  figures: ParkFigures;
  units: UnitLine[];
  leases: Lease[];
  mayManage: boolean;
}
