import { mean, Random, variance } from '../statistics/index.ts';
import type { Search } from './clusters.ts';
import type { Score } from './score.ts';
import { type Walk, walkThrough } from './zones.ts';

/** The first replicates are searched without a bound, to learn the bound for the others. */
const PROBES = 9;

export interface Replicates {
  /** How many at most; default 999. */
  readonly replicates?: number;
  /** The same seed draws the same replicates; default 1. */
  readonly seed?: number;
  /** So many replicates as high as the data are enough to know that nothing is there: the rest is not drawn (Besag and Clifford, Biometrika 1991;78:301). Default: never. */
  readonly stopAfter?: number;
}

/** Fills the layers with a replicate: for each location what it adds to each of the search's windows. */
export type Replicate = (layers: Float64Array) => void;

/**
 * The highest score of each of many replicates of the data.
 *
 * Most windows of a replicate are far from the best. So for each window the sum is worked out once that it must exceed to reach the lowest maximum of the first
 * replicates; what remains below is passed over by one comparison. A replicate in which nothing reaches it is searched again without: the maxima are exact.
 *
 * @param observed the highest score of the data
 */
export function simulateMaxima(
  { zones, width, score }: Search,
  observed: number,
  { replicates = 999, seed = 1, stopAfter = Infinity }: Replicates,
  prepare: (random: Random) => Replicate,
): Float64Array {
  const walk = walkThrough(zones);
  const replicate = prepare(new Random(seed));
  const round = { layers: new Float64Array(zones.locations * width), sums: new Float64Array(width), score };
  const unbounded = Number.isFinite(score.least) ? score.mean : score.mean.map(() => -Infinity);
  let bounds = unbounded;
  const maxima = new Float64Array(replicates);
  for (let at = 0, higher = 0; at < replicates; at += 1) {
    replicate(round.layers);
    let highest = highestScore(walk, { ...round, bounds });
    if (highest === -Infinity && bounds !== unbounded) highest = highestScore(walk, { ...round, bounds: unbounded });
    maxima[at] = Math.max(highest, score.least);
    if (maxima[at]! >= lowered(observed)) higher += 1;
    if (higher >= stopAfter) return maxima.slice(0, at + 1);
    if (at === PROBES - 1)
      bounds = boundsFor(
        score,
        maxima.slice(0, PROBES).reduce((a, b) => Math.min(a, b)),
      );
  }
  return maxima;
}

interface Round {
  layers: Float64Array;
  /** Room for the sums of one zone. */
  sums: Float64Array;
  /** Only sums above these are judged. */
  bounds: Float64Array;
  score: Score;
}

/** -Infinity where no sum is above its bound. */
function highestScore(walk: Walk, round: Round): number {
  return round.sums.length === 1 ? highestOfOneWindow(walk, round) : highestOfWindows(walk, round);
}

function highestOfWindows({ anew, from, steps }: Walk, { layers, sums, bounds, score }: Round): number {
  const width = sums.length;
  let highest = -Infinity;
  for (let zone = 0, window = 0; zone < anew.length; zone += 1, window += width) {
    if (anew[zone] === 1) sums.fill(0);
    const last = from[zone + 1]! - 1;
    for (let step = from[zone]!; step < last; step += 1) addLayer(sums, layers, steps[step]!);
    // The last step is taken together with the comparison, as most zones have but one.
    const location = steps[last]!;
    if (location < 0) addLayer(sums, layers, location);
    const sign = location < 0 ? 0 : 1;
    const start = location < 0 ? 0 : location * width;
    for (let at = 0; at < width; at += 1) {
      const sum = sums[at]! + sign * layers[start + at]!;
      sums[at] = sum;
      if (sum > bounds[window + at]!) highest = Math.max(highest, score.of(sum, window + at));
    }
  }
  return highest;
}

function addLayer(sums: Float64Array, layers: Float64Array, step: number): void {
  const sign = step < 0 ? -1 : 1;
  const start = (step < 0 ? ~step : step) * sums.length;
  for (let at = 0; at < sums.length; at += 1) sums[at]! += sign * layers[start + at]!;
}

/** The same without the inner loops: a purely spatial search. */
function highestOfOneWindow({ anew, from, steps }: Walk, { layers, bounds, score }: Round): number {
  let highest = -Infinity;
  let sum = 0;
  for (let zone = 0, step = 0; zone < anew.length; zone += 1) {
    if (anew[zone] === 1) sum = 0;
    for (const last = from[zone + 1]!; step < last; step += 1) {
      const location = steps[step]!;
      sum += location >= 0 ? layers[location]! : -layers[~location]!;
    }
    if (sum > bounds[zone]!) highest = Math.max(highest, score.of(sum, zone));
  }
  return highest;
}

/** For each window a sum that scores no more than the level, and near to the largest such. */
function boundsFor(score: Score, level: number): Float64Array {
  return score.mean.map((mean, window) => {
    let low = mean;
    let step = Math.sqrt(Math.abs(mean)) / 2 + 0.5;
    // The score is flat where no sum can reach the level: 60 doublings are beyond any sum.
    for (let round = 0; round < 60 && !(score.of(low + step, window) > level); round += 1) {
      low += step;
      step *= 2;
    }
    for (let round = 0; round < 6; round += 1) {
      step /= 2;
      if (!(score.of(low + step, window) > level)) low += step;
    }
    return low;
  });
}

/** Differences below this, relative to 1 + score, are rounding: such scores are equal. */
const ROUNDING = 1e-9;

function lowered(score: number): number {
  return score - ROUNDING * (1 + Math.abs(score));
}

/**
 * The Monte Carlo p value of a score: the share, the data among them, of data sets whose maximum is as high.
 *
 * @param ties whether a replicate's equal maximum speaks against the cluster: only so the p value is valid where scores have few values. scanstatistics leaves them out.
 *
 * Source: Dwass, Ann Math Stat 1957;28:181.
 */
export function rankPValue(score: number, maxima: Float64Array, ties: 'count' | 'leave-out' = 'count'): number {
  let higher = 0;
  for (const maximum of maxima)
    if (ties === 'count' ? maximum >= lowered(score) : lowered(maximum) > score) higher += 1;
  return (1 + higher) / (1 + maxima.length);
}

/**
 * The p value of a score by the Gumbel distribution that fits the replicates best, which tells apart what is beyond all replicates.
 *
 * Source: Abrams, Kleinman and Kulldorff, Int J Health Geogr 2010;9:61; fitted by maximum likelihood, as scanstatistics does.
 */
export function gumbelPValue(score: number, maxima: Float64Array): number {
  if (maxima.length < 2) return Number.NaN;
  const { location, scale } = fitGumbel(maxima);
  return -Math.expm1(-Math.exp((location - score) / scale));
}

/** The likelihood equation of the scale has one root: scale = mean - (mean weighted by exp(-x/scale)). */
function fitGumbel(sample: Float64Array): { location: number; scale: number } {
  const n = sample.length;
  const least = sample.reduce((a, b) => Math.min(a, b));
  const centre = mean(sample);
  let scale = Math.sqrt(6 * variance(sample)) / Math.PI;
  let weights = n;
  for (let round = 0; round < 100 && scale > 0; round += 1) {
    let first = 0;
    let second = 0;
    weights = 0;
    for (const each of sample) {
      const weight = Math.exp((least - each) / scale);
      weights += weight;
      first += weight * each;
      second += weight * each * each;
    }
    const weighted = first / weights;
    const slope = 1 + (second / weights - weighted * weighted) / (scale * scale);
    const step = (scale - centre + weighted) / slope;
    scale = Math.max(scale - step, scale / 4);
    if (Math.abs(step) <= 1e-12 * scale) break;
  }
  return { location: least - scale * Math.log(weights / n), scale };
}
