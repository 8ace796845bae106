import type { Random } from '../statistics/index.ts';
import { refuseTooMany, type Search, scoresOf } from './clusters.ts';
import { gumbelPValue, type Replicates, rankPValue, simulateMaxima } from './monte-carlo.ts';
import { expectationRatio, poissonRatio, type Score, standardised } from './score.ts';
import { type Draw, multinomialDraw, negativeBinomialDraw, permutationDraw, poissonDraw } from './simulation.ts';
import { type Zones, zoneSums } from './zones.ts';

/** A row for each time, the oldest first, and in it one number for each location. */
type Table = readonly ArrayLike<number>[];

/** A zone in the last `duration` times. */
export interface ZoneWindow {
  /** Counted from 0. */
  readonly zone: number;
  readonly duration: number;
  readonly score: number;
  readonly count: number;
  readonly baseline: number;
}

export interface ZoneScan {
  /** All windows, the highest score first. */
  readonly windows: readonly ZoneWindow[];
  /** Of the first window. */
  readonly p: number;
  readonly gumbelP: number;
  readonly maxima: Float64Array;
  /** All counts in all times. */
  readonly total: number;
}

export interface ZoneOptions extends Replicates {
  /** The most times that an outbreak has lasted; default all. */
  readonly mostTimes?: number;
  /** Whether a replicate as high as the data counts against it (the default), or not (scanstatistics); it matters where counts are few. */
  readonly ties?: 'count' | 'leave-out';
}

interface ZoneData {
  /** Any sets of locations. */
  readonly zones: Zones;
  readonly counts: Table;
  /** What is expected of each location and time: above 0, or 0 where nothing was counted. */
  readonly baselines: Table;
}

/**
 * The expectation-based Poisson scan: which zone has had more than was expected of it for some time and still has?
 *
 * @throws RangeError for tables of unequal shape, counts that are not whole, or a count where the baseline is 0
 *
 * Source: Neill, Moore, Sabhnani and Daniel, KDD 2005:218.
 */
export function scanExpectation(data: ZoneData, options: ZoneOptions = {}): ZoneScan {
  const given = read(data, options);
  const score = expectationRatio(baselineSums(given));
  return scan(given, score, options, (random) => poissonDraw(given.baselines, random));
}

/**
 * The population-based scan of zones: baselines count in proportion only, and replicates spread all cases over places and times in that proportion.
 *
 * @throws RangeError as above
 *
 * Source: Kulldorff, J R Stat Soc A 2001;164:61.
 */
export function scanPopulation(data: ZoneData, options: ZoneOptions = {}): ZoneScan {
  const given = inProportion(read(data, options));
  const score = poissonRatio(given.total, baselineSums(given));
  return scan(given, score, options, (random) => multinomialDraw(given.total, given.baselines, random));
}

/**
 * The permutation scan of zones: as the population-based scan, but replicates exchange the times of the cases, so that each place and each time keeps its number.
 *
 * @throws RangeError as above
 *
 * Source: Kulldorff et al., PLoS Med 2005;2:e59.
 */
export function scanZonePermutation(data: ZoneData, options: ZoneOptions = {}): ZoneScan {
  const given = inProportion(read(data, options));
  const score = poissonRatio(given.total, baselineSums(given));
  return scan(given, score, options, (random) => permutationDraw(given.counts, given.times, random));
}

export interface NegativeBinomialOptions extends ZoneOptions {
  /** An outbreak of constant strength, or one that grows with each time; default hotspot. */
  readonly growth?: 'hotspot' | 'emerging';
  /** scanstatistics divides the growing outbreak's sum by its variance instead of its standard deviation, so that it is no score test; default false. */
  readonly rCompat?: boolean;
}

/**
 * The expectation-based negative binomial scan, by score tests.
 *
 * @param thetas of each location and time, above 0: the variance of a count is baseline + baseline²/theta
 * @throws RangeError as above
 *
 * Source: Tango, Takahashi and Kohriyama, Biometrics 2011;67:106.
 */
export function scanNegativeBinomial(
  data: ZoneData & { readonly thetas: Table },
  options: NegativeBinomialOptions = {},
): ZoneScan {
  const { growth = 'hotspot', rCompat = false } = options;
  const given = read(data, options);
  const { zones, width, baselines } = given;
  if (!baselines.every((each) => each > 0)) throw new RangeError('baselines are above 0');
  const thetas = cellsOf(data.thetas, given, 'thetas are above 0', (theta) => theta > 0);
  const weights = baselines.map((baseline, cell) => 1 / (1 + baseline / thetas[cell]!));
  const weighted = (cells: Float64Array, power: number): Float64Array =>
    growing(given, cells, weights, growth === 'emerging' ? power : 0);
  const mean = zoneSums(zones, weighted(baselines, 1), width);
  const variance = zoneSums(zones, weighted(baselines, 2), width);
  const scale = rCompat && growth === 'emerging' ? variance : variance.map(Math.sqrt);
  return scan(
    given,
    standardised(mean, scale),
    options,
    (random) => negativeBinomialDraw(baselines, thetas, random),
    (cells) => weighted(cells, 1),
  );
}

/**
 * What would be expected of each location and time if all cases were spread in proportion to inhabitants, and evenly over the times.
 *
 * @param population a row for each time, or one row for all; without it the expectation is the product of the margins, so that each location and each time keeps its sum
 */
export function spreadEvenly(counts: Table, population?: Table): Float64Array[] {
  const sum = (row: ArrayLike<number>): number => Array.from(row).reduce((a, b) => a + b, 0);
  const total = counts.reduce((all, row) => all + sum(row), 0);
  if (population !== undefined && population.length !== 1 && population.length !== counts.length)
    throw new RangeError('the population has one row, or one for each time');
  if (population?.some((row) => row.length !== counts[0]?.length))
    throw new RangeError('the population has a number for each location');
  if (population !== undefined)
    return counts.map((row, time) => {
      const inhabitants = population.length === 1 ? population[0]! : population[time]!;
      const rate = total / (sum(inhabitants) * counts.length);
      return Float64Array.from(row, (_, location) => inhabitants[location]! * rate);
    });
  if (counts.length < 2) throw new RangeError('one time alone tells nothing of what to expect: give the population');
  const ofLocation = Array.from(counts[0]!, (_, location) => counts.reduce((all, row) => all + row[location]!, 0));
  return counts.map((row) => Float64Array.from(ofLocation, (each) => (sum(row) * each) / total));
}

interface Given {
  zones: Zones;
  times: number;
  locations: number;
  /** How many last times are looked at. */
  width: number;
  /** Each location's times one after another, the oldest first. */
  counts: Float64Array;
  baselines: Float64Array;
  total: number;
}

function read({ zones, counts, baselines }: ZoneData, { mostTimes }: ZoneOptions): Given {
  const shape = { times: counts.length, locations: counts[0]?.length ?? 0 };
  if (zones.locations !== shape.locations) throw new RangeError('the zones are made of the locations that are counted');
  const width = Math.min(mostTimes ?? shape.times, shape.times);
  if (!(width >= 1)) throw new RangeError('an outbreak may last one time at least');
  refuseTooMany(zones.count * width);
  const cells = cellsOf(counts, shape, 'counts are whole and 0 or more', (each) => Number.isInteger(each) && each >= 0);
  const expected = cellsOf(baselines, shape, 'baselines are 0 or more', (each) => each >= 0 && each < Infinity);
  if (cells.some((count, cell) => count > 0 && expected[cell] === 0))
    throw new RangeError('no case is where the baseline is 0');
  return {
    ...shape,
    zones,
    width,
    counts: cells,
    baselines: expected,
    total: cells.reduce((a, b) => a + b, 0),
  };
}

function cellsOf(
  table: Table,
  { times, locations }: { times: number; locations: number },
  rule: string,
  holds: (value: number) => boolean,
): Float64Array {
  if (table.length !== times || !table.every((row) => row.length === locations))
    throw new RangeError('every table has a row for each time, and in it a number for each location');
  const cells = Float64Array.from(
    { length: times * locations },
    (_, cell) => table[cell % times]![Math.floor(cell / times)]!,
  );
  if (!cells.every(holds)) throw new RangeError(rule);
  return cells;
}

function inProportion(given: Given): Given {
  if (given.total === 0) throw new RangeError('there are no cases');
  const scale = given.total / given.baselines.reduce((a, b) => a + b, 0);
  return { ...given, baselines: given.baselines.map((each) => each * scale) };
}

function baselineSums(given: Given): Float64Array {
  return zoneSums(given.zones, lastTimes(given, given.baselines), given.width);
}

/** What each location has in the last time, the last two times, and so on. */
function lastTimes({ times, width, locations }: Given, cells: Float64Array): Float64Array {
  const layers = new Float64Array(locations * width);
  for (let location = 0; location < locations; location += 1)
    for (let duration = 0, sum = 0; duration < width; duration += 1) {
      sum += cells[location * times + times - 1 - duration]!;
      layers[location * width + duration] = sum;
    }
  return layers;
}

/** The same with weights, which in a window grow with each time as its number to a power. */
function growing(
  { times, width, locations }: Given,
  cells: Float64Array,
  weights: Float64Array,
  power: number,
): Float64Array {
  const layers = new Float64Array(locations * width);
  for (let location = 0; location < locations; location += 1)
    for (let duration = 1; duration <= width; duration += 1)
      for (let time = times - duration, nth = 1; time < times; time += 1, nth += 1) {
        const cell = location * times + time;
        layers[location * width + duration - 1]! += cells[cell]! * weights[cell]! * nth ** power;
      }
  return layers;
}

function scan(
  given: Given,
  score: Score,
  { ties = 'count', ...replicates }: ZoneOptions,
  prepare: (random: Random) => Draw,
  layersOf = (cells: Float64Array) => lastTimes(given, cells),
): ZoneScan {
  const { zones, width } = given;
  const search: Search = { zones, width, score };
  const scores = scoresOf(search, layersOf(given.counts));
  const order = Int32Array.from(scores.keys()).sort(
    (one, two) => scores[two]! - scores[one]! || (one % width) - (two % width) || one - two,
  );
  const highest = scores[order[0]!]!;
  const maxima = simulateMaxima(search, highest, replicates, (random) => {
    const draw = prepare(random);
    const cells = new Float64Array(given.counts.length);
    return (layers) => {
      draw(cells);
      layers.set(layersOf(cells));
    };
  });
  const counts = zoneSums(zones, lastTimes(given, given.counts), width);
  const baselines = baselineSums(given);
  const windows = Array.from(order, (window) => ({
    zone: Math.floor(window / width),
    duration: (window % width) + 1,
    score: scores[window]!,
    count: counts[window]!,
    baseline: baselines[window]!,
  }));
  const p = rankPValue(highest, maxima, ties);
  return { windows, p, gumbelP: gumbelPValue(highest, maxima), maxima, total: given.total };
}
