import {
  listedZones,
  membersOf,
  type Places,
  rankPValue,
  type SpaceTimeCluster,
  type SpaceTimeOptions,
  type SpaceTimeScan,
  type SpatialCluster,
  scanBernoulli,
  scanBesagNewell,
  scanExpectation,
  scanNegativeBinomial,
  scanPermutation,
  scanPoisson,
  scanPopulation,
  scanSpaceTimePoisson,
  scanZonePermutation,
  spreadEvenly,
  type ZoneOptions,
  type ZoneScan,
  type Zones,
  type ZoneWindow,
} from '#standards/space-time';
import { quantile } from '#standards/statistics';
import type { Input, Range } from './input.ts';
import { either, only } from './options.ts';

/** R's names of an option, and ours, which comes first. */
const REPLICATES = ['nSim', 'n.simulations', 'n_mcsim'] as const;
const SHARE = ['popUpperBound', 'pop.upper.bound', 'maxPopFrac'] as const;
const LEVEL = ['alphaLevel', 'alpha.level', 'alpha'] as const;

const MONTE_CARLO = [...REPLICATES, 'seed', 'stopAfter'];
const PLACES = ['x', 'y', 'lat', 'long', 'earthRadiusKm'];

/**
 * SpatialEpi's `kulldorff`: the circular scan with the Poisson likelihood where `expected` is given, else with the binomial one.
 *
 * SpatialEpi cuts the sums of cases and of what is expected to whole numbers; here they are taken as they are.
 */
export function scanKulldorff(input: Input): object {
  allow(input, [...PLACES, ...MONTE_CARLO, 'cases', 'population', 'expected', 'model', ...SHARE, ...LEVEL]);
  const places = readPlaces(input);
  const cases = input.field('cases').numbers({ least: 0 });
  const population = input.field('population').numbers({ least: 0, length: cases.length });
  const given = input.field('expected').or(undefined, (field) => field.numbers({ least: 0, length: cases.length }));
  const model = input
    .field('model')
    .or(given === undefined ? 'binomial' : 'poisson', (field) => field.choice(['poisson', 'binomial'] as const));
  if (model === 'poisson' && given === undefined)
    throw input.field('expected').wrong('the Poisson model needs what is expected');
  const options = {
    ...readMonteCarlo(input),
    ties: 'one-by-one',
    size: population,
    mostShare: either(input, ...SHARE).or(0.5, (field) => field.number({ above: 0, most: 1 })),
    mostP: either(input, ...LEVEL).or(0.05, (field) => field.number({ least: 0, most: 1 })),
  } as const;
  const found =
    model === 'poisson'
      ? scanPoisson({ places, cases, expected: given! }, options)
      : scanBernoulli({ places, cases, individuals: population }, { ...options, draws: 'with-replacement' });
  const expected = model === 'poisson' ? given! : inProportion(cases, population);
  const [mlc = null, ...secondary] = found.clusters.map((cluster) => ({
    ...describeSpatial(cluster),
    population: sumAt(population, cluster.members),
    expected: sumAt(expected, cluster.members),
    smr: cluster.cases / sumAt(expected, cluster.members),
  }));
  return {
    mlc,
    nZones: found.zones,
    secondaryCount: secondary.length,
    secondary,
    simLLRq50: quantile(found.maxima.toSorted(), 0.5),
    simLLRq95: quantile(found.maxima.toSorted(), 0.95),
  };
}

/** SaTScan's purely spatial Bernoulli scan: cases and controls. */
export function scanCasesAndControls(input: Input): object {
  allow(input, [...PLACES, ...MONTE_CARLO, 'cases', 'controls', ...SHARE, 'radiusKm', ...LEVEL]);
  const cases = input.field('cases').numbers({ least: 0 });
  const controls = input.field('controls').numbers({ least: 0, length: cases.length });
  const individuals = cases.map((each, at) => each + controls[at]!);
  const found = scanBernoulli(
    { places: readPlaces(input), cases, individuals },
    {
      ...readMonteCarlo(input),
      ...readLimits(input),
      mostP: either(input, ...LEVEL).or(0.05, (field) => field.number({ least: 0, most: 1 })),
    },
  );
  const [best, ...secondary] = found.clusters.map((cluster) => ({
    ...describeSpatial(cluster),
    n: sumAt(individuals, cluster.members),
  }));
  return { ...best, nZones: found.zones, secondary };
}

/**
 * SpatialEpi's `besag_newell`.
 *
 * Its p value is 1 - ppois(), so that nothing below 1e-16 is told; `pUpper` is the upper tail itself. Where all places together have fewer than k cases, m is one more
 * than the places and E is 0, as there.
 */
export function scanBesagNewellAreas(input: Input): object {
  allow(input, [...PLACES, 'cases', 'population', 'expected', 'k', ...LEVEL]);
  const cases = input.field('cases').numbers({ least: 0 });
  const population = input
    .field('population')
    .or(undefined, (field) => field.numbers({ least: 0, length: cases.length }));
  const given = input.field('expected').or(undefined, (field) => field.numbers({ least: 0, length: cases.length }));
  if (given === undefined && population === undefined)
    throw input.field('population').wrong('population or expected is needed');
  const expected = given ?? inProportion(cases, population!);
  const mostP = either(input, ...LEVEL).or(0.05, (field) => field.number({ least: 0, most: 1 }));
  const circles = scanBesagNewell(
    { places: readPlaces(input), cases, expected },
    input.field('k').number({ least: 1 }),
  );
  const p = circles.map((circle) => 1 - (1 - circle.p));
  const significant = [...p.keys()].filter((at) => p[at]! <= mostP).sort((one, two) => p[one]! - p[two]!);
  return {
    p,
    pUpper: circles.map((circle) => circle.p),
    m: circles.map(({ members, reached }) => members.length + (reached ? 0 : 1)),
    E: circles.map(({ cases: seen, reached }) => (reached ? seen : 0)),
    nSignificant: significant.length,
    clusters: significant.map((at) => ({
      members1: circles[at]!.members.map((member) => member + 1),
      ...(population === undefined ? {} : { population: sumAt(population, circles[at]!.members) }),
      cases: circles[at]!.cases,
      expected: circles[at]!.expected,
      smr: circles[at]!.cases / circles[at]!.expected,
      p: p[at],
    })),
  };
}

const ZONES = [...MONTE_CARLO, 'countsRowsOldestFirst', 'zones1', 'maxDuration', 'nTop', 'gumbel', 'max_only'];

/** scanstatistics' `scan_eb_poisson`: baselines as given, or from the population, or from the margins. */
export function scanExpectedPoisson(input: Input): object {
  allow(input, [...ZONES, 'baselines', 'population']);
  const data = readZoneData(input);
  return describeZones(data.zones, scanExpectation(data, readZoneOptions(input)), input, ({ count, baseline }) => ({
    relrisk: count > baseline ? count / baseline : 1,
  }));
}

/** scanstatistics' `scan_pb_poisson`. */
export function scanPopulationPoisson(input: Input): object {
  allow(input, [...ZONES, 'population']);
  const data = readZoneData(input);
  const found = scanPopulation(data, readZoneOptions(input));
  return describeZones(data.zones, found, input, (window) => risksOf(window, found.total));
}

/** scanstatistics' `scan_permutation`. */
export function scanZonesByPermutation(input: Input): object {
  allow(input, [...ZONES, 'population']);
  const data = readZoneData(input);
  const found = scanZonePermutation(data, readZoneOptions(input));
  return describeZones(data.zones, found, input, (window) => risksOf(window, found.total));
}

/** scanstatistics' `scan_eb_negbin`; for `"type": "emerging"` its score, unless `"rCompat": false` asks for the score test of the paper. */
export function scanExpectedNegativeBinomial(input: Input): object {
  allow(input, [...ZONES, 'baselines', 'theta', 'thetas', 'type', 'rCompat']);
  const counts = readTable(input.field('countsRowsOldestFirst'));
  if (!input.has('baselines')) throw input.field('baselines').wrong('a table of baselines is expected');
  const found = input.has('thetas') ? input.field('thetas') : input.field('theta');
  const thetas = found.isAbsent ? counts.map((row) => row.map(() => 1)) : readLike(found, counts, { above: 0 });
  const data = { ...readZoneData(input), thetas };
  const options = {
    ...readZoneOptions(input),
    growth: input.field('type').or('hotspot', (field) => field.choice(['hotspot', 'emerging'] as const)),
    rCompat: input.field('rCompat').or(true, (field) => field.flag()),
  } as const;
  return describeZones(data.zones, scanNegativeBinomial(data, options), input, () => ({}));
}

/** SaTScan's prospective space-time permutation scan of cases, each with a place and a day. */
export function scanSpaceTimePermutation(input: Input): object {
  allow(input, [...PLACES, ...MONTE_CARLO, ...CYLINDERS, 'id', 'caseId', 'caseDay', 'days']);
  const counts = countCases(input);
  const options = { mostShare: 1, ...readCylinders(input, counts.length), leastCases: 2 };
  const found = scanPermutation({ places: readPlaces(input), counts }, options);
  const [best, ...secondary] = found.clusters.map((cluster) => {
    const { start, end, ...rest } = describeCylinder(cluster);
    return { ...rest, startDay: start, endDay: end };
  });
  return { ...best, ...rankAfter(found), secondary };
}

const MOST_CELLS = 5_000_000;

/** A row for each day, and in it how many cases each place had. */
function countCases(input: Input): Float64Array[] {
  const places = new Map(
    input
      .field('id')
      .items({ least: 1 })
      .map((id, place) => [readId(id), place]),
  );
  if (places.size !== input.field('id').items().length) throw input.field('id').wrong('a place is listed twice');
  const days = input.field('days').whole({ least: 1, most: Math.floor(MOST_CELLS / places.size) });
  const counts = Array.from({ length: days }, () => new Float64Array(places.size));
  const caseDays = input.field('caseDay').items();
  const caseIds = input.field('caseId').items({ least: caseDays.length, most: caseDays.length });
  for (const [at, id] of caseIds.entries()) {
    const place = places.get(readId(id));
    if (place === undefined) throw id.wrong('a case in a place that is not listed');
    counts[caseDays[at]!.whole({ least: 1, most: days }) - 1]![place]! += 1;
  }
  return counts;
}

function readId(input: Input): string {
  return typeof input.value === 'number' ? String(input.number()) : input.text();
}

/** SaTScan's space-time scan with the Poisson model: at any time, or, with `"prospective": true`, up to the last. */
export function scanSpaceTimeExpected(input: Input): object {
  allow(input, [...PLACES, ...MONTE_CARLO, ...CYLINDERS, 'counts', 'mu', 'population', 'prospective', 'leastCases']);
  const counts = readTable(input.field('counts'));
  const size = input
    .field('population')
    .or(undefined, (field) => field.numbers({ least: 0, length: counts[0]?.length ?? 0 }));
  const found = scanSpaceTimePoisson(
    { places: readPlaces(input), counts, expected: readLike(input.field('mu'), counts) },
    {
      ...readCylinders(input, counts.length),
      ...(size === undefined ? {} : { size }),
      when: input.field('prospective').or(false, (field) => field.flag()) ? 'lasting' : 'any',
      leastCases: input.field('leastCases').or(2, (field) => field.whole({ least: 1 })),
    },
  );
  const [best, ...secondary] = found.clusters.map(describeCylinder);
  const totalCases = counts.flat().reduce((a, b) => a + b, 0);
  return { ...best, totalCases, ...rankAfter(found), secondary };
}

/** Lists of texts are labels: they change nothing. */
function allow(input: Input, names: readonly string[]): void {
  const isLabels = (value: unknown): boolean => Array.isArray(value) && value.every((each) => typeof each === 'string');
  only(input, [...names, ...input.names().filter((name) => isLabels(input.field(name).value))]);
}

function readPlaces(input: Input): Places {
  if (!input.has('lat')) {
    const x = input.field('x').numbers();
    return { x, y: input.field('y').numbers({ length: x.length }) };
  }
  const latitude = input.field('lat').numbers({ least: -90, most: 90 });
  const longitude = input.field('long').numbers({ least: -180, most: 360, length: latitude.length });
  const earthRadiusKm = input.field('earthRadiusKm').or(undefined, (field) => field.number({ above: 0 }));
  return { latitude, longitude, ...(earthRadiusKm === undefined ? {} : { earthRadiusKm }) };
}

/** 999 replicates from seed 1, unless others are asked for. */
function readMonteCarlo(input: Input): { replicates: number; seed: number; stopAfter?: number } {
  const stopAfter = input.field('stopAfter').or(undefined, (field) => field.whole({ least: 1 }));
  return {
    replicates: either(input, ...REPLICATES).or(999, (field) => field.whole({ least: 0, most: 99_999 })),
    seed: input.field('seed').or(1, (field) => field.whole({ least: 0, most: 2 ** 32 - 1 })),
    ...(stopAfter === undefined ? {} : { stopAfter }),
  };
}

function readLimits(input: Input): { mostShare?: number; mostRadius?: number } {
  const mostShare = either(input, ...SHARE).or(undefined, (field) => field.number({ above: 0, most: 1 }));
  const mostRadius = input.field('radiusKm').or(undefined, (field) => field.number({ least: 0 }));
  return { ...(mostShare === undefined ? {} : { mostShare }), ...(mostRadius === undefined ? {} : { mostRadius }) };
}

const CYLINDERS = [...SHARE, 'radiusKm', 'maxDays', 'maxDuration', 'mostClusters'];

function readCylinders(input: Input, times: number): SpaceTimeOptions {
  const longest = input.has('maxDays') ? input.field('maxDays') : input.field('maxDuration');
  return {
    ...readMonteCarlo(input),
    ...readLimits(input),
    mostTimes: longest.or(Math.max(1, Math.floor(times / 2)), (field) => field.whole({ least: 1 })),
    mostClusters: input.field('mostClusters').or(10, (field) => field.whole({ least: 1 })),
  };
}

function readTable(input: Input, range: Range = { least: 0 }): number[][] {
  // One row alone may come as a plain list, as R's vectors do.
  if (Array.isArray(input.value) && !Array.isArray(input.value[0])) return [input.numbers(range)];
  return input.matrix(range);
}

/** One number for all, one for each location, or a table of the same shape. */
function readLike(input: Input, counts: readonly number[][], range?: Range): number[][] {
  if (typeof input.value === 'number') return counts.map((row) => row.map(() => input.number(range)));
  const table = readTable(input, range);
  return table.length === 1 ? counts.map(() => table[0]!) : table;
}

function readZoneData(input: Input): { zones: Zones; counts: number[][]; baselines: readonly ArrayLike<number>[] } {
  const counts = readTable(input.field('countsRowsOldestFirst'));
  const population = input.field('population').or(undefined, (field) => readTable(field, { above: 0 }));
  const lists = input
    .field('zones1')
    .items({ least: 1 })
    .map((zone) => zone.wholes({ least: 1 }).map((location) => location - 1));
  const baselines = input.has('baselines')
    ? readLike(input.field('baselines'), counts, { above: 0 })
    : spreadEvenly(counts, population);
  return { zones: listedZones(lists, counts[0]?.length ?? 0), counts, baselines };
}

function readZoneOptions(input: Input): ZoneOptions {
  const mostTimes = input.field('maxDuration').or(undefined, (field) => field.whole({ least: 1 }));
  return { ...readMonteCarlo(input), ties: 'leave-out', ...(mostTimes === undefined ? {} : { mostTimes }) };
}

/** The fixtures show this many of the windows. */
const TOP = 40;

function describeZones(zones: Zones, found: ZoneScan, input: Input, risks: (window: ZoneWindow) => object): object {
  const most = input.field('max_only').or(false, (field) => field.flag()) ? 1 : TOP;
  const asked = input.field('nTop').or(most, (field) => field.whole({ least: 1 }));
  const top = found.windows.slice(0, asked);
  const best = top[0]!;
  const described = top.map(risks) as Record<string, number>[];
  const columns = Object.keys(described[0]!).map((name) => [name, described.map((each) => each[name])]);
  return {
    mlc: {
      locations1: oneBased(membersOf(zones, best.zone)),
      duration: best.duration,
      score: best.score,
      ...described[0],
    },
    nZones: zones.count,
    top: {
      zone1: top.map(({ zone }) => zone + 1),
      duration: top.map(({ duration }) => duration),
      score: top.map(({ score }) => score),
      ...Object.fromEntries(columns),
    },
    mcP: found.p,
    gumbelP: found.gumbelP,
  };
}

function risksOf({ count, baseline }: ZoneWindow, total: number): object {
  return { relriskIn: count / baseline, relriskOut: total > baseline ? (total - count) / (total - baseline) : 1 };
}

function describeSpatial({ centre, members, radius, cases, score, p, gumbelP }: SpatialCluster): object {
  return { center1: centre + 1, members1: oneBased(members), radius, cases, llr: score, p, gumbelP };
}

function describeCylinder(cluster: SpaceTimeCluster): { start: number; end: number } {
  const { centre, members, radius, cases, expected, score, p, gumbelP, recurrenceTimes } = cluster;
  const where = { center1: centre + 1, members1: oneBased(members), radius };
  const when = { start: cluster.firstTime + 1, end: cluster.lastTime + 1 };
  return { ...where, ...when, ...{ cases, expected, llr: score, p, gumbelP, recurrenceTimes } };
}

/** The p value of the first cluster after fewer replicates, which tells how far it has settled. */
function rankAfter({ clusters: [best], maxima }: SpaceTimeScan): object {
  const after = [99, 199, 999].filter((replicates) => replicates <= maxima.length);
  const score = best?.score ?? 0;
  return Object.fromEntries(after.map((some) => [`mcP${some}`, rankPValue(score, maxima.subarray(0, some))]));
}

function oneBased(indices: readonly number[]): number[] {
  return indices.map((index) => index + 1).sort((one, two) => one - two);
}

function sumAt(values: readonly number[], indices: readonly number[]): number {
  return indices.reduce((sum, at) => sum + values[at]!, 0);
}

function inProportion(cases: readonly number[], population: readonly number[]): number[] {
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const rate = sum(cases) / sum(population);
  return population.map((each) => each * rate);
}
