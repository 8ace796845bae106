import {
  GMP_GRADES,
  type GmpGrade,
  type Lease,
  type ParkFigures,
  type RentStep,
  type SpaceCheck,
  type SpaceFit,
  type SpaceNeed,
  type SpaceUnit,
  type UnitFields,
  type UnitLine,
  type UnitReservation,
} from '../model.ts';
import { dayAfter, daysBetween } from './days.ts';

/** Missed by no more than a fifth of what was asked, or by three months: it nearly fits. House rules. */
const NEAR_SHARE = 0.2;
const NEAR_DAYS = 92;
const MOST_MISSED = 2;
/** A lease that ends within these days is about to end: a house rule. */
export const ENDING_DAYS = 365;
const YEAR_DAYS = 365.25;

/** The last day of a lease, as it came or by its contract. */
export function lastDay({ ends, ended }: Pick<Lease, 'ends' | 'ended'>): string {
  return ended ?? ends;
}

function isRunning(lease: Lease, today: string): boolean {
  return lease.starts <= today && today <= lastDay(lease);
}

/** A unit as it stands today. @param leases of this unit, ended ones may be among them */
export function lineOf(
  unit: SpaceUnit,
  { leases, reservation, today }: { leases: readonly Lease[]; reservation: UnitReservation | null; today: string },
): UnitLine {
  const lease = leases.find((each) => isRunning(each, today)) ?? null;
  const { areaM2, availableFrom } = unit;
  let freeFrom = availableFrom !== null && availableFrom > today ? availableFrom : today;
  // Leases that follow each other leave no day between them.
  for (const each of leases.toSorted((one, two) => one.starts.localeCompare(two.starts)))
    if (lastDay(each) >= freeFrom && each.starts <= dayAfter(freeFrom)) freeFrom = dayAfter(lastDay(each));
  const isEnding = lease !== null && daysBetween(today, lastDay(lease)) <= ENDING_DAYS;
  const state = lease !== null ? (isEnding ? 'ending' : 'let') : reservation !== null ? 'reserved' : 'free';
  return { ...unit, areaM2, state, lease, reservation, freeFrom };
}

// ---- what fits ---------------------------------------------------------------------------------------------------------

/** How a unit answers each thing that is asked for. @param areaM2 its own, or with others of its floor */
function checksOf(unit: UnitLine, need: SpaceNeed, areaM2 = unit.areaM2): SpaceCheck[] {
  const checks: SpaceCheck[] = [];
  const atLeast = (name: keyof SpaceNeed, asked: number | undefined, has: number | null): void => {
    if (asked === undefined) return;
    if (has === null) checks.push({ need: name, verdict: 'unknown', has, asked });
    else if (has >= asked) checks.push({ need: name, verdict: 'met', has, asked });
    else checks.push({ need: name, verdict: 'missed', has, asked, missedBy: (asked - has) / asked });
  };
  const atMost = (name: keyof SpaceNeed, asked: number | undefined, has: number | null): void => {
    if (asked === undefined) return;
    if (has === null) checks.push({ need: name, verdict: 'unknown', has, asked });
    else if (has <= asked) checks.push({ need: name, verdict: 'met', has, asked });
    else checks.push({ need: name, verdict: 'missed', has, asked, missedBy: (has - asked) / asked });
  };
  atLeast('areaM2', need.areaM2, areaM2);
  atMost('mostAreaM2', need.mostAreaM2, unit.areaM2);
  atLeast('clearHeightM', need.clearHeightM, unit.clearHeightM);
  atLeast('floorLoadKnM2', need.floorLoadKnM2, unit.floorLoadKnM2);
  atLeast('powerKva', need.powerKva, unit.powerKva);
  atLeast('bsl', need.bsl, unit.bsl);
  atLeast('craneT', need.craneT, unit.craneT);
  if (need.gmp !== undefined) checks.push(gradeCheck(need.gmp, unit.gmp));
  if (need.provisions !== undefined && need.provisions.length > 0) {
    const missing = need.provisions.filter((each) => !unit.provisions.includes(each));
    const told = { has: unit.provisions.join(' '), asked: need.provisions.join(' ') };
    if (missing.length === 0) checks.push({ need: 'provisions', verdict: 'met', ...told });
    else {
      const missedBy = missing.length / need.provisions.length;
      checks.push({ need: 'provisions', verdict: 'missed', ...told, missedBy });
    }
  }
  atMost('mostFenM2', need.mostFenM2, unit.priceFenM2);
  if (need.by !== undefined) {
    const [asked, has] = [need.by, unit.freeFrom];
    if (has === null) checks.push({ need: 'by', verdict: 'unknown', has, asked });
    else if (has <= asked) checks.push({ need: 'by', verdict: 'met', has, asked });
    else checks.push({ need: 'by', verdict: 'missed', has, asked, missedBy: daysBetween(asked, has) });
  }
  return checks;
}

function gradeCheck(asked: GmpGrade, has: UnitFields['gmp']): SpaceCheck {
  if (has === null) return { need: 'gmp', verdict: 'unknown', has, asked };
  const steps = has === 'none' ? GMP_GRADES.length : GMP_GRADES.indexOf(has) - GMP_GRADES.indexOf(asked);
  return steps <= 0
    ? { need: 'gmp', verdict: 'met', has, asked }
    : { need: 'gmp', verdict: 'missed', has, asked, missedBy: has === 'none' ? 1 : steps / GMP_GRADES.length };
}

function isNear({ need, missedBy = 0 }: SpaceCheck): boolean {
  if (need === 'by') return missedBy <= NEAR_DAYS;
  // The next cleaner grade is a step; a clean room that is not there is not near.
  if (need === 'gmp') return missedBy <= 1 / GMP_GRADES.length;
  if (need === 'provisions') return missedBy <= 0.5;
  return missedBy <= NEAR_SHARE;
}

/**
 * What fits, may fit (something is unknown), nearly fits, and what does not, best first. A unit that is too small alone is taken with further units of
 * its floor that answer the same needs, the largest first.
 */
export function findFits(
  units: readonly (UnitLine & { parkName: string; parkNameZh: string | null })[],
  need: SpaceNeed,
): SpaceFit[] {
  const floors = Map.groupBy(units, floorOf);
  const fits = units.map((unit): SpaceFit => {
    const { parkName, parkNameZh, ...line } = unit;
    const together =
      need.areaM2 === undefined || unit.areaM2 >= need.areaM2
        ? []
        : companions(unit, floors.get(floorOf(unit)) ?? [], need);
    const areaM2 = together.reduce((sum, each) => sum + each.areaM2, unit.areaM2);
    const checks = checksOf(unit, need, areaM2);
    return { unit: line, together, areaM2, parkName, parkNameZh, checks, verdict: verdictOf(checks) };
  });
  const order = ['fits', 'may-fit', 'nearly', 'no'];
  const missed = ({ checks }: SpaceFit) => checks.filter(({ verdict }) => verdict === 'missed').length;
  return fits.sort(
    (one, two) =>
      order.indexOf(one.verdict) - order.indexOf(two.verdict) ||
      missed(one) - missed(two) ||
      one.together.length - two.together.length ||
      one.areaM2 - two.areaM2 ||
      one.unit.id.localeCompare(two.unit.id),
  );
}

function floorOf({ park, building, floor }: UnitLine): string {
  return JSON.stringify([park, building, floor]);
}

function companions(unit: UnitLine, floor: readonly UnitLine[], need: SpaceNeed): SpaceFit['together'] {
  const { areaM2: asked = 0, ...others } = need;
  const near = floor
    .filter(({ id }) => id !== unit.id)
    .filter((each) => checksOf(each, others).every(({ verdict }) => verdict === 'met'))
    .sort((one, two) => two.areaM2 - one.areaM2);
  const taken: UnitLine[] = [];
  let area = unit.areaM2;
  for (const each of near) {
    if (area >= asked) break;
    taken.push(each);
    area += each.areaM2;
  }
  // Together they must be worth it: else the unit is judged alone.
  return area < asked ? [] : taken.map(({ id, name, areaM2 }) => ({ id, name, areaM2 }));
}

function verdictOf(checks: readonly SpaceCheck[]): SpaceFit['verdict'] {
  const missed = checks.filter(({ verdict }) => verdict === 'missed');
  if (missed.length === 0) return checks.some(({ verdict }) => verdict === 'unknown') ? 'may-fit' : 'fits';
  return missed.length <= MOST_MISSED && missed.every(isNear) ? 'nearly' : 'no';
}

// ---- rent and occupancy --------------------------------------------------------------------------------------------------

/** The rent that holds on a day; the first step's before it. */
export function rentOn(rent: readonly RentStep[], day: string): number {
  const step = rent.toSorted((one, two) => one.from.localeCompare(two.from)).findLast(({ from }) => from <= day);
  return (step ?? rent[0])?.fenM2 ?? 0;
}

/** Integer fen a month. */
function monthlyRent({ rent, areaM2 }: Pick<Lease, 'rent' | 'areaM2'>, day: string): number {
  return Math.round(rentOn(rent, day) * areaM2);
}

/** @param leases those that run on the day are counted */
export function parkFigures(
  units: readonly UnitLine[],
  { leases, marks, today }: { leases: readonly Lease[]; marks: readonly number[]; today: string },
): ParkFigures {
  const areaOf = (...states: UnitLine['state'][]) =>
    units.filter(({ state }) => states.includes(state)).reduce((sum, { areaM2 }) => sum + areaM2, 0);
  const areaM2 = units.reduce((sum, unit) => sum + unit.areaM2, 0);
  const running = leases.filter((lease) => isRunning(lease, today));
  const rentFen = running.reduce((sum, lease) => sum + monthlyRent(lease, today), 0);
  return {
    units: units.length,
    areaM2,
    letM2: areaOf('let', 'ending'),
    reservedM2: areaOf('reserved'),
    freeM2: areaOf('free'),
    rentFen,
    occupancy: areaM2 > 0 ? areaOf('let', 'ending') / areaM2 : null,
    waltAreaYears: walt(running, today, (lease) => lease.areaM2),
    waltRentYears: walt(running, today, (lease) => monthlyRent(lease, today)),
    expiries: expiriesOf(running, today),
    satisfaction:
      marks.length === 0
        ? null
        : { mean: marks.reduce((sum, mark) => sum + mark, 0) / marks.length, marks: marks.length },
  };
}

/** Weighted average lease term: the years that are left, by a weight. */
export function walt(leases: readonly Lease[], today: string, weigh: (lease: Lease) => number): number | null {
  const weight = leases.reduce((sum, lease) => sum + weigh(lease), 0);
  if (!(weight > 0)) return null;
  const years = (lease: Lease) => daysBetween(today, lastDay(lease)) / YEAR_DAYS;
  return leases.reduce((sum, lease) => sum + weigh(lease) * years(lease), 0) / weight;
}

const QUARTERS_AHEAD = 12;

function expiriesOf(leases: readonly Lease[], today: string): ParkFigures['expiries'] {
  return quartersFrom(today, QUARTERS_AHEAD).map((quarter) => {
    const own = leases.filter((lease) => quarterOf(lastDay(lease)) === quarter);
    return {
      quarter,
      leases: own.length,
      areaM2: own.reduce((sum, lease) => sum + lease.areaM2, 0),
      rentFen: own.reduce((sum, lease) => sum + monthlyRent(lease, lastDay(lease)), 0),
    };
  });
}

export function quarterOf(day: string): string {
  return `${day.slice(0, 4)}Q${Math.ceil(Number(day.slice(5, 7)) / 3)}`;
}

/** The quarter of a day and those after it, or before it where `count` is negative, in the order of time. */
export function quartersFrom(day: string, count: number): string[] {
  const first = Number(day.slice(0, 4)) * 4 + Math.ceil(Number(day.slice(5, 7)) / 3) - 1;
  return Array.from({ length: Math.abs(count) }, (_, at) => {
    const number = count < 0 ? first + count + at : first + at;
    return `${Math.floor(number / 4)}Q${(number % 4) + 1}`;
  });
}

/** The last day of a quarter. */
export function quarterEnd(quarter: string): string {
  const [year, number] = [Number(quarter.slice(0, 4)), Number(quarter.slice(5))];
  return new Date(Date.UTC(year, number * 3, 0)).toISOString().slice(0, 10);
}
