/**
 * Clusters in space and in space-time: scan statistics, tests of neighbours, and watching event by event.
 *
 * Pure statistics on places and counts. What is random is drawn from a seed, so an answer can be had again.
 */
export { type GrownCircle, scanBesagNewell } from './besag-newell.ts';
export {
  type SpaceTimeCluster,
  type SpaceTimeOptions,
  type SpaceTimeScan,
  scanPermutation,
  scanSpaceTimePoisson,
} from './cylinders.ts';
export { type ClosePairs, closePairs, type KnoxTest, knoxTest, permutedPairs, permutedTimes } from './knox.ts';
export { rankPValue } from './monte-carlo.ts';
export type { Places } from './places.ts';
export { type SpatialCluster, type SpatialOptions, type SpatialScan, scanBernoulli, scanPoisson } from './spatial.ts';
export { type Event, type SequentialCluster, type SequentialClusterOptions, sequentialCluster } from './stcd.ts';
export {
  type NegativeBinomialOptions,
  scanExpectation,
  scanNegativeBinomial,
  scanPopulation,
  scanZonePermutation,
  spreadEvenly,
  type ZoneOptions,
  type ZoneScan,
  type ZoneWindow,
} from './zone-scan.ts';
export { listedZones, membersOf, type Zones } from './zones.ts';
