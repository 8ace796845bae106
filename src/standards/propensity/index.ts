/**
 * Groups that were not randomised made comparable: propensity scores, weights, matching, and how balanced the groups are thereafter.
 *
 * Source: Rosenbaum and Rubin, Biometrika 1983;70:41.
 */
export { standardisedDifferences, varianceRatios } from './balance.ts';
export { type Matches, type MatchRequest, matchNearest, matchWeights, UNLIMITED, variableRatios } from './matching.ts';
export { propensityScores } from './scores.ts';
export {
  ESTIMANDS,
  type Estimand,
  propensityWeights,
  type WeightedDifference,
  weightedDifference,
} from './weighting.ts';
