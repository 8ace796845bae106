/**
 * How an epidemic runs: what is still to be reported, when people were infected, how many each infects, and how fast it grows.
 *
 * Pure statistics on counts by day. Days are counted from 0. Everything random is drawn from a seed, so an answer can be had again.
 */
export {
  type BackProjection,
  type BackProjectionBand,
  type BackProjectionOptions,
  backProjection,
  backProjectionBand,
} from './back-projection.ts';
export { type CurveSummary, curveSummary } from './curve.ts';
export {
  type Component,
  type Covariate,
  type EndemicEpidemicFit,
  type EndemicEpidemicModel,
  type EpidemicComponent,
  endemicEpidemic,
} from './endemic-epidemic.ts';
export { type Estimate, type Growth, growth, reproductionOfGrowth } from './growth.ts';
export { type Incidence, incidenceOf, slidingWindows, totalCases, type Window } from './incidence.ts';
export type { IntervalShape } from './interval-curves.ts';
export type { DecayingWeights, NeighbourWeights, WeightMatrix } from './neighbours.ts';
export {
  type EventsPrior,
  type Nowcast,
  type NowcastDay,
  type NowcastMethod,
  type NowcastOptions,
  nowcast,
} from './nowcast.ts';
export { fitOnsetPairs, type OnsetPair, type PairFit, type PairFitOptions } from './onset-pairs.ts';
export {
  type DelayWindow,
  type ReportedEvent,
  type ReportingTriangle,
  reportingTriangle,
  triangleOf,
} from './reporting-triangle.ts';
export {
  type CutNormal,
  REPRODUCTION_QUANTILES,
  type ReproductionEstimate,
  type ReproductionPrior,
  reproductionNumber,
  reproductionOverIntervals,
  type UncertainInterval,
  type UncertainReproduction,
  uncertainReproduction,
} from './reproduction.ts';
export { checkInterval, discreteSerialInterval, type IntervalMoments, intervalMoments } from './serial-interval.ts';
export { type CohortReproduction, caseReproduction } from './wallinga-teunis.ts';
