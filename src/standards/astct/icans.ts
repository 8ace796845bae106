import { type Grade, type Grading, gradeOf } from './model.ts';

/** The encephalopathy test: what the patient got right. */
export interface IceAnswers {
  /** Of year, month, city and hospital. */
  orientation: number;
  /** Of three objects. */
  naming: number;
  followsCommands: boolean;
  writesSentence: boolean;
  countsBackwards: boolean;
}

/**
 * The ICE score, 0 to 10.
 *
 * @throws RangeError for more or fewer answers than there are
 */
export function iceScore({
  orientation,
  naming,
  followsCommands,
  writesSentence,
  countsBackwards,
}: IceAnswers): number {
  const whole = (value: number, most: number) => Number.isInteger(value) && value >= 0 && value <= most;
  if (!whole(orientation, 4) || !whole(naming, 3)) throw new RangeError('orientation is 0 to 4 and naming 0 to 3');
  return orientation + naming + Number(followsCommands) + Number(writesSentence) + Number(countsBackwards);
}

/** How a patient is woken; `vigorous` also means not at all: stupor or coma. */
export type Awakening = 'alert' | 'spontaneous' | 'voice' | 'tactile' | 'vigorous';

/** What was observed at one time and has no other cause; what is left out was not observed. */
export interface IcansFindings {
  /** 0 to 10; for patients of 12 years and more. Undefined where it could not be tested. */
  ice?: number;
  /** Cornell Assessment of Pediatric Delirium, 0 to 32, for younger ones. */
  capd?: number;
  /** `spontaneous` is a depressed level from which the patient wakes by himself. */
  awakening?: Awakening;
  seizure?: 'none' | 'resolving' | 'prolonged';
  /** Deep focal weakness such as hemiparesis; tremor and myoclonus do not count. */
  focalWeakness?: boolean;
  /** Bleeding, with or without oedema, does not count. */
  oedema?: 'none' | 'focal' | 'diffuse';
  /** Posturing, palsy of the sixth nerve, papilloedema or Cushing's triad. */
  raisedPressureSigns?: boolean;
  died?: boolean;
}

export type IcansDomain = 'cognition' | 'consciousness' | 'seizure' | 'motor' | 'pressure' | 'death';

const AWAKENING: Record<Awakening, Grade> = { alert: 0, spontaneous: 1, voice: 2, tactile: 3, vigorous: 4 };
const SEIZURE: Record<'none' | 'resolving' | 'prolonged', Grade> = { none: 0, resolving: 3, prolonged: 4 };
const OEDEMA: Record<'none' | 'focal' | 'diffuse', Grade> = { none: 0, focal: 3, diffuse: 4 };

/**
 * Grades the neurotoxicity syndrome of immune effector cells: the most severe of its signs decides.
 *
 * An ICE score of 0 is grade 3 in a patient who is awake, and grade 4 in one who cannot be woken. Below 12 years CAPD takes the place of ICE: 9 and more is grade 3, less is grade 1 or 2 by how the child wakes.
 *
 * @throws RangeError for scores that cannot be
 *
 * Source: ASTCT consensus grading, Lee et al., Biol Blood Marrow Transplant 2019;25:625-638: ICE, and the tables for adults and for children.
 */
export function gradeIcans(findings: IcansFindings): Grading<IcansDomain> {
  const { ice, capd, awakening = 'alert', seizure = 'none', focalWeakness = false, oedema = 'none' } = findings;
  const score = (value: number | undefined, most: number) =>
    value === undefined || (Number.isInteger(value) && value >= 0 && value <= most);
  if (!score(ice, 10)) throw new RangeError('an ICE score is a whole number from 0 to 10');
  if (!score(capd, 32)) throw new RangeError('a CAPD score is a whole number from 0 to 32');
  const domains: Record<IcansDomain, Grade> = {
    cognition: capd === undefined ? iceGrade(ice) : capdGrade(capd),
    consciousness: AWAKENING[awakening],
    seizure: SEIZURE[seizure],
    motor: focalWeakness ? 4 : 0,
    pressure: findings.raisedPressureSigns === true ? 4 : OEDEMA[oedema],
    death: findings.died === true ? 5 : 0,
  };
  return gradeOf(domains, unknownOf(findings));
}

function iceGrade(ice = 10): Grade {
  if (ice === 10) return 0;
  if (ice >= 7) return 1;
  return ice >= 3 ? 2 : 3;
}

function capdGrade(capd: number): Grade {
  if (capd === 0) return 0;
  return capd >= 9 ? 3 : 1;
}

function unknownOf({
  ice,
  capd,
  awakening,
  seizure,
  focalWeakness,
  oedema,
  raisedPressureSigns,
}: IcansFindings): IcansDomain[] {
  const unknown: IcansDomain[] = [];
  // Who cannot be woken cannot be tested.
  if (ice === undefined && capd === undefined && awakening !== 'vigorous') unknown.push('cognition');
  if (awakening === undefined) unknown.push('consciousness');
  if (seizure === undefined) unknown.push('seizure');
  if (focalWeakness === undefined) unknown.push('motor');
  if (oedema === undefined && raisedPressureSigns === undefined) unknown.push('pressure');
  return unknown;
}
