/**
 * Survival analysis: curves, their comparison, Cox's model, competing risks, restricted means and win ratios.
 *
 * Pure statistics on typed arrays, row by row. What cannot be answered from the data is a RangeError that says why.
 */
export { aalenJohansen, type StateCurves } from './aalen-johansen.ts';
export {
  type Concordance,
  type ConcordanceOptions,
  concordance,
  coxConcordance,
  PAIR_WEIGHTS,
  type PairWeight,
} from './concordance.ts';
export { type CoxData, type CoxFit, type CoxOptions, fitCox, linearPredictor, waldP, waldTest } from './cox.ts';
export { type BaselineHazard, baselineHazards, type PredictedCurves, predictedCurves } from './cox-curves.ts';
export {
  devianceResiduals,
  influences,
  martingaleResiduals,
  robustCovariance,
  type SchoenfeldResiduals,
  schoenfeldResiduals,
  scoreResiduals,
} from './cox-residuals.ts';
export { type CompetingRisks, cumulativeIncidences, type IncidenceCurve, incidenceAt } from './cumulative-incidence.ts';
export { type FineGrayData, type FineGrayFit, type FineGrayOptions, fitFineGray } from './fine-gray.ts';
export { type GrayTest, grayTests } from './gray.ts';
export { type Curve, type CurveOptions, survivalCurves } from './kaplan-meier.ts';
export {
  LIMIT_SCALES,
  type LimitOptions,
  type LimitScale,
  type Limits,
  lowerWidening,
  survivalLimits,
} from './limits.ts';
export { type LogRank, logRank, oneSampleLogRank } from './log-rank.ts';
export { type Groups, type Observations, oneGroup } from './model.ts';
export { type ProportionalityTest, proportionalityTests, TIME_SCALES, type TimeScale } from './proportional-hazards.ts';
export { curveMedian, curveQuantiles } from './quantiles.ts';
export {
  type Arms,
  type Contrast,
  compareRestrictedMeans,
  type Estimate,
  latestRestriction,
  type RestrictedComparison,
  type RestrictedMean,
  restrictedMean,
} from './restricted-mean.ts';
export { adjustRestrictedMeans, type RestrictedModel, type RestrictedScale } from './restricted-mean-model.ts';
export { type Endpoints, type WinRatio, winRatio } from './win-ratio.ts';
