/**
 * ASTCT: the consensus grading of what immune effector cells do to patients, cytokine release and neurotoxicity, from what is observed.
 *
 * Source: Lee et al., Biol Blood Marrow Transplant 2019;25:625-638.
 */
export { type CrsDomain, type CrsFindings, type CrsSign, gradeCrs, isHypotensive, type OxygenDevice } from './crs.ts';
export {
  type Awakening,
  gradeIcans,
  type IcansDomain,
  type IcansFindings,
  type IceAnswers,
  iceScore,
} from './icans.ts';
export type { Grade, Grading } from './model.ts';
