/**
 * Clusters of events in space and time: scans, tests of interaction, and watching event by event.
 *
 * Pure statistics; everything random is drawn from a seed.
 */
export { type ClosePairs, closePairs, type KnoxTest, knoxTest, permutedPairs, permutedTimes } from './knox.ts';
export { type Event, type SequentialCluster, type SequentialClusterOptions, sequentialCluster } from './stcd.ts';
