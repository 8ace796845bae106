/**
 * Sequential surveillance: watching a product or a therapy while its data come in, with the chance of a false signal kept over all looks.
 *
 * Exact recursions, no simulation. Critical values of the MaxSPRT family, paths against them, risk-adjusted CUSUM and Bayesian stopping.
 */
export { type BinomialPlan, binomialCriticalValue, binomialLimits } from './binomial.ts';
export { binomialRatio, conditionalRatio, poissonCrossing, poissonRatio } from './boundary.ts';
export { type ConditionalPlan, conditionalCriticalValue, type Inference } from './conditional.ts';
export type { CriticalValue } from './level.ts';
export {
  type PoissonMonitor,
  type PoissonPath,
  poissonPath,
  type RiskAdjustedPath,
  riskAdjustedCusum,
} from './monitoring.ts';
export {
  type GroupCriticalValue,
  type GroupPlan,
  type PoissonPlan,
  poissonCriticalValue,
  poissonGroupCriticalValue,
  poissonGroupPerformance,
  poissonPerformance,
  poissonPerformanceAsInR,
} from './poisson.ts';
export {
  rateExceedance,
  rateLimits,
  type StoppingRule,
  shareCharacteristics,
  shareExceedance,
  shareLimits,
} from './stopping.ts';
export type { Surveillance } from './walk.ts';
