/**
 * Two or more groups compared: means, rates and composite scores, adjusted and not, with tests and intervals.
 */
export { type Ancova, ancova } from './ancova.ts';
export { type Composite, type CompositeRequest, compareRankSums, composite, type RankSumTest } from './composite.ts';
export { type FisherTest, fisherTest, midPOddsRatio } from './conditional-odds.ts';
export { compareDimensions, type Dimension, type DimensionDifference, type DimensionScore } from './dimensions.ts';
export { type ImputationRequest, type Incomplete, imputeChained } from './imputation.ts';
export {
  type CompletedEstimate,
  type PooledEstimate,
  poolEstimates,
  type ShiftRequest,
  type TippingGridRequest,
  type TippingPoint,
  tippingGrid,
  tippingPoint,
} from './missing-outcomes.ts';
export { mcnemarExact, mcnemarTest } from './paired-table.ts';
export {
  type Alternative,
  exactBinomialTest,
  type Interval,
  type Proportion,
  proportionInterval,
} from './proportion.ts';
export { type RankSum, rankSumTest } from './rank-sum.ts';
export { compareResponders, type ResponderDifference } from './responders.ts';
export { directlyStandardised, poissonInterval, type StandardisedRate, type Stratum } from './standardised-rate.ts';
export { type MantelHaenszel, mantelHaenszel } from './stratified-table.ts';
export { type EffectOutcome, type Forest, type ForestLine, forest, type SubgroupFactor } from './subgroups.ts';
export {
  type ChiSquareTest,
  chiSquareTest,
  differenceInterval,
  oddsRatio,
  type Ratio,
  riskRatio,
  type TwoProportions,
} from './two-proportions.ts';
export { type TestOptions, type TTest, tTest } from './two-sample.ts';
