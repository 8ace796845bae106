/**
 * Outbreak detection: whether the last counts of a series are more than its past lets expect.
 *
 * Pure rules on counts in the order of time; places in a series are numbered from 0. Where R's packages depart from the papers, the option `rCompat` follows them.
 */

export { bayes } from './bayes.ts';
export { type BinomialSeries, binomialCusum } from './binomial-cusum.ts';
export type { Calendar } from './calendar.ts';
export { type CdcOptions, cdc } from './cdc.ts';
export { pOfGeneralisedRatio, pOfRatio, pOfRise, pOfSum } from './chart-p.ts';
export { type CusumOptions, cusum, TRANSFORMATIONS } from './cusum.ts';
export { type EarsOptions, ears, earsLead } from './ears.ts';
export { type Alert, alertOf, withoutLowAlerts } from './essence-alert.ts';
export { essenceEwma } from './essence-ewma.ts';
export { essenceRegression } from './essence-regression.ts';
export { essenceSwitch } from './essence-switch.ts';
export { essenceNegativeBinomial, essenceSerfling, type WeeklyJudged } from './essence-weekly.ts';
export {
  Farrington,
  type FarringtonJudgement,
  type FarringtonOptions,
  type FarringtonSeries,
} from './farrington.ts';
export { type ClassicOptions, farringtonClassic } from './farrington-classic.ts';
export { type GeneralisedOptions, generalisedRun } from './generalised-likelihood-ratio.ts';
export { estimateInControl, type InControlOptions } from './in-control.ts';
export type { Judged } from './judged.ts';
export {
  type Detector,
  explainLatest,
  IMPROVED_FARRINGTON,
  judgeLatest,
  type Latest,
  type LatestJudgement,
} from './latest.ts';
export { likelihoodRatioRun, type RatioOptions, restarted, type Stretch } from './likelihood-ratio.ts';
export { type OutbreakPOptions, outbreakP } from './outbreak-p.ts';
export type { PastOptions } from './past-windows.ts';
export { rki } from './rki.ts';
