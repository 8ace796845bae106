import type { Random } from '../statistics/index.ts';
import { refuseTooMany, type Search, scoresOf, separateClusters } from './clusters.ts';
import { gumbelPValue, type Replicates, rankPValue, simulateMaxima } from './monte-carlo.ts';
import type { Places } from './places.ts';
import { poissonRatio } from './score.ts';
import { type Draw, multinomialDraw, permutationDraw } from './simulation.ts';
import { type CircleLimits, type Circles, circleAt, circlesAbout, zoneSums } from './zones.ts';

/** Counts of cases: a row for each time, the oldest first, and in it one number for each place. */
type Table = readonly ArrayLike<number>[];

export interface SpaceTimeCluster {
  /** Counted from 0, as are members and times. */
  readonly centre: number;
  readonly members: readonly number[];
  /** In the unit of the places. */
  readonly radius: number;
  /** The cluster lasts from the first time to the last, both included. */
  readonly firstTime: number;
  readonly lastTime: number;
  readonly cases: number;
  readonly expected: number;
  /** The log likelihood ratio. */
  readonly score: number;
  readonly p: number;
  readonly gumbelP: number;
  /** In a scan that is made anew after each time, one cluster in so many times would be as strong if there were none: 1 / p. */
  readonly recurrenceTimes: number;
}

export interface SpaceTimeScan {
  /** Best first; none shares a place with a better one. */
  readonly clusters: readonly SpaceTimeCluster[];
  /** How many cylinders were looked at. */
  readonly cylinders: number;
  readonly maxima: Float64Array;
}

export interface SpaceTimeOptions extends Replicates, CircleLimits {
  /** Clusters that are still there at the last time (prospective, the default), or at any time (retrospective). */
  readonly when?: 'lasting' | 'any';
  /** The most times that a cluster may last; default half of them. */
  readonly mostTimes?: number;
  /** Fewer cases make no cluster; default 2. */
  readonly leastCases?: number;
  /** How many clusters are told at most; default 10. */
  readonly mostClusters?: number;
}

/**
 * The space-time permutation scan: where and when are more cases than there should be if place and time of a case had nothing to do with each other?
 *
 * It needs no number of inhabitants: what is always high in a place, or at a time everywhere, is no cluster.
 *
 * @param size limits the circles (option `mostShare`); without it the places' cases do
 * @throws RangeError for counts that are not whole, rows of unequal length, or no case at all
 *
 * Source: Kulldorff, Heffernan, Hartman, Assunção and Mostashari, PLoS Med 2005;2:e59.
 */
export function scanPermutation(
  data: { places: Places; counts: Table },
  options: SpaceTimeOptions = {},
): SpaceTimeScan {
  const counts = cellsOf(data.counts);
  const { times, places, total } = counts;
  const ofPlace = new Float64Array(places);
  const ofTime = new Float64Array(times);
  counts.cells.forEach((count, cell) => {
    ofPlace[Math.floor(cell / times)]! += count;
    ofTime[cell % times]! += count;
  });
  const expected = counts.cells.map((_, cell) => (ofPlace[Math.floor(cell / times)]! * ofTime[cell % times]!) / total);
  const circles = circlesAbout(data.places, { size: ofPlace, ...options });
  return scan({ counts, expected, circles }, options, (random) => permutationDraw(counts.cells, times, random));
}

/**
 * The space-time scan with known expectations: where and when are more cases than expected, in proportion to the rest?
 *
 * @param expected of each place and time; only their proportions matter: inhabitants, or cases by strata, season and trend
 * @param size     limits the circles (option `mostShare`); without it what is expected of the places does
 * @throws RangeError as above
 *
 * Source: Kulldorff, J R Stat Soc A 2001;164:61, prospective; Kulldorff et al., Am J Public Health 1998;88:1377, retrospective.
 */
export function scanSpaceTimePoisson(
  data: { places: Places; counts: Table; expected: Table },
  options: SpaceTimeOptions = {},
): SpaceTimeScan {
  const counts = cellsOf(data.counts);
  const given = cellsOf(data.expected);
  if (given.times !== counts.times || given.places !== counts.places)
    throw new RangeError('what is expected has the shape of the counts');
  const expected = given.cells.map((each) => (each * counts.total) / given.total);
  const size = new Float64Array(given.places);
  expected.forEach((each, cell) => {
    size[Math.floor(cell / given.times)]! += each;
  });
  const circles = circlesAbout(data.places, { size, ...options });
  return scan({ counts, expected, circles }, options, (random) => multinomialDraw(counts.total, expected, random));
}

interface Cells {
  /** Each place's times one after another. */
  cells: Float64Array;
  times: number;
  places: number;
  total: number;
}

function cellsOf(table: Table): Cells {
  const times = table.length;
  const places = table[0]?.length ?? 0;
  if (!table.every((row) => row.length === places)) throw new RangeError('every time has a number for each place');
  const cells = Float64Array.from(
    { length: times * places },
    (_, cell) => table[cell % times]![Math.floor(cell / times)]!,
  );
  if (!cells.every((each) => each >= 0)) throw new RangeError('counts and expectations are 0 or more');
  const total = cells.reduce((a, b) => a + b, 0);
  if (!(total > 0 && total < Infinity)) throw new RangeError('there are no cases, or none are expected');
  return { cells, times, places, total };
}

/** The first and the last time of each window. */
interface Windows {
  first: Int32Array;
  last: Int32Array;
}

function windowsOf(times: number, { when = 'lasting', mostTimes = Math.floor(times / 2) }: SpaceTimeOptions): Windows {
  if (!(mostTimes >= 1)) throw new RangeError('a cluster may last one time at least');
  const pairs: [number, number][] = [];
  for (let last = when === 'any' ? 0 : times - 1; last < times; last += 1)
    for (let first = last; first >= Math.max(0, last - mostTimes + 1); first -= 1) pairs.push([first, last]);
  return { first: Int32Array.from(pairs, ([first]) => first), last: Int32Array.from(pairs, ([, last]) => last) };
}

function layersOf(windows: Windows, cells: Float64Array, times: number): Float64Array {
  const layers = new Float64Array((cells.length / times) * windows.first.length);
  fillLayers(layers, windows, cells, times);
  return layers;
}

/** What each place has in each window. */
function fillLayers(layers: Float64Array, { first, last }: Windows, cells: Float64Array, times: number): void {
  const until = new Float64Array(times + 1);
  for (let place = 0, at = 0; place * times < cells.length; place += 1) {
    for (let time = 0; time < times; time += 1) until[time + 1] = until[time]! + cells[place * times + time]!;
    for (let window = 0; window < first.length; window += 1, at += 1)
      layers[at] = until[last[window]! + 1]! - until[first[window]!]!;
  }
}

function scan(
  { counts, expected, circles }: { counts: Cells; expected: Float64Array; circles: Circles },
  options: SpaceTimeOptions,
  prepare: (random: Random) => Draw,
): SpaceTimeScan {
  if (!counts.cells.every(Number.isInteger)) throw new RangeError('counts are whole numbers');
  if (counts.places !== circles.locations) throw new RangeError('every place has its counts');
  const windows = windowsOf(counts.times, options);
  const width = windows.first.length;
  refuseTooMany(circles.count * width);
  const means = zoneSums(circles, layersOf(windows, expected, counts.times), width);
  const search: Search = { zones: circles, width, score: poissonRatio(counts.total, means, options.leastCases ?? 2) };
  const layers = layersOf(windows, counts.cells, counts.times);
  const scores = scoresOf(search, layers);
  const highest = scores.reduce((a, b) => Math.max(a, b), 0);
  const maxima = simulateMaxima(search, highest, options, (random) => {
    const draw = prepare(random);
    const cells = new Float64Array(counts.cells.length);
    return (replicate) => {
      draw(cells);
      fillLayers(replicate, windows, cells, counts.times);
    };
  });
  const sums = zoneSums(circles, layers, width);
  const clusters: SpaceTimeCluster[] = [];
  for (const window of separateClusters(search, scores)) {
    if (clusters.length >= (options.mostClusters ?? 10)) break;
    const place = { ...circleAt(circles, Math.floor(window / width)), ...timesAt(windows, window % width) };
    const evidence = { cases: sums[window]!, expected: means[window]!, score: scores[window]! };
    clusters.push({ ...place, ...evidence, ...significance(evidence.score, maxima) });
  }
  return { clusters, cylinders: circles.count * width, maxima };
}

function timesAt({ first, last }: Windows, at: number): { firstTime: number; lastTime: number } {
  return { firstTime: first[at]!, lastTime: last[at]! };
}

function significance(score: number, maxima: Float64Array): { p: number; gumbelP: number; recurrenceTimes: number } {
  const p = rankPValue(score, maxima);
  return { p, gumbelP: gumbelPValue(score, maxima), recurrenceTimes: 1 / p };
}
