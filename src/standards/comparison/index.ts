/**
 * Two or more groups compared: means, rates and composite scores, adjusted and not, with tests and intervals.
 */
export { type Ancova, ancova } from './ancova.ts';
export { type Composite, type CompositeRequest, compareRankSums, composite, type RankSumTest } from './composite.ts';
