/**
 * Disproportionality: which products are reported with which events more often than chance would have it.
 *
 * Pure statistics on reports as columns: counting pairs, two-by-two tables, the gamma-Poisson shrinker with its prior, strata, masking and time.
 */
export { countPairs, type PairCounts, type ReportRows } from './counts.ts';
export { type FisherTest, fisherTest } from './fisher.ts';
export { type Masking, maskingRatios, unmasked } from './masking.ts';
export { negLogLikelihood, type Prior } from './mixture.ts';
export { type CumulativeTables, cumulativeTables } from './periods.ts';
export { type Posterior, posterior } from './posterior.ts';
export { fitPrior, PRIOR_STARTS, type PriorFit, type PriorOptions } from './prior.ts';
export { type Points, SQUASH_ALL, type Squash, type SquashAll, squash, squashAll } from './squash.ts';
export { type StratifiedOdds, stratifiedOdds } from './strata.ts';
export {
  approximateLimits,
  bayesianIc,
  chiSquareOf,
  expectedReports,
  type InformationComponent,
  informationComponent,
  proportionalReportingRatio,
  type RatioColumns,
  reportingOddsRatio,
  type Tables,
} from './tables.ts';
