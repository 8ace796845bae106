import { describe, expect, test } from 'vitest';
import { Random } from '../statistics/index.ts';
import {
  listedZones,
  type Places,
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
} from './index.ts';
import { gumbelPValue } from './monte-carlo.ts';
import { membersOf, walkThrough } from './zones.ts';

const SEED = 20260304;

/** Places in a square of 100 by 100. */
function scattered(n: number, random: Random): Places & { x: number[]; y: number[] } {
  return {
    x: Array.from({ length: n }, () => 100 * random.next()),
    y: Array.from({ length: n }, () => 100 * random.next()),
  };
}

function table<T>(times: number, places: number, cell: (time: number, place: number) => T): T[][] {
  return Array.from({ length: times }, (_, time) => Array.from({ length: places }, (_, place) => cell(time, place)));
}

/** Every place alone and with its next in the list. */
function pairs(n: number): number[][] {
  return Array.from({ length: n }, (_, at) => [[at], ...(at + 1 < n ? [[at, at + 1]] : [])]).flat();
}

/**
 * Goal: a p value means what it says.
 * Method: 400 data sets without any cluster a scan, 39 replicates each; their p values must be spread as evenly as k/40 can be (Kolmogorov-Smirnov distance below the
 * 0.1 % limit 1.95/sqrt(400), plus a step).
 */
describe(`without a cluster p is uniform (seed ${SEED})`, () => {
  const random = new Random(SEED);
  const places = scattered(15, random);
  const population = places.x.map(() => 50 + random.whole(200));
  const all = population.reduce((a, b) => a + b);
  const zones = listedZones(pairs(15), 15);
  const baselines = table(4, 15, (_, place) => population[place]! / 40);
  const thetas = table(4, 15, () => 3);
  const poissonCounts = (): number[][] => baselines.map((row) => row.map((mean) => random.poisson(mean)));
  const scans: Record<string, (options: { replicates: number; seed: number }) => number | undefined> = {
    'spatial Poisson': (options) =>
      scanPoisson({ places, cases: random.multinomial(200, population), expected: population }, options).clusters[0]?.p,
    'spatial Bernoulli': (options) => {
      const marks = random.shuffle(population.flatMap((each, place) => new Array<number>(each).fill(place)));
      const cases = places.x.map((_, place) => marks.slice(0, 200).filter((mark) => mark === place).length);
      return scanBernoulli({ places, cases, individuals: population }, options).clusters[0]?.p;
    },
    'space-time permutation': (options) => scanPermutation({ places, counts: poissonCounts() }, options).clusters[0]?.p,
    'space-time Poisson': (options) =>
      scanSpaceTimePoisson({ places, counts: poissonCounts(), expected: baselines }, { ...options, when: 'any' })
        .clusters[0]?.p,
    'expectation-based Poisson': (options) => scanExpectation({ zones, counts: poissonCounts(), baselines }, options).p,
    'population-based': (options) => scanPopulation({ zones, counts: poissonCounts(), baselines }, options).p,
    'zone permutation': (options) => {
      const counts = poissonCounts();
      return scanZonePermutation({ zones, counts, baselines: spreadEvenly(counts) }, options).p;
    },
    'negative binomial': (options) => {
      const counts = baselines.map((row) => row.map((mean) => random.negativeBinomial(3, mean)));
      return scanNegativeBinomial({ zones, counts, baselines, thetas }, options).p;
    },
  };

  test.each(Object.entries(scans))('%s', (_, scan) => {
    expect(all).toBeGreaterThan(200);
    const found = Array.from({ length: 400 }, (_, run) => scan({ replicates: 39, seed: SEED + run }) ?? 1);
    const sorted = found.toSorted((a, b) => a - b);
    const distance = Math.max(...sorted.map((p, at) => Math.abs((at + 1) / 400 - p)));
    expect(distance).toBeLessThan(1.95 / 20 + 1 / 40);
  });
});

/**
 * Goal: what a cluster is depends on the data only.
 * Method: the same data told otherwise.
 */
describe('scans do not mind how the data are told', () => {
  const random = new Random(SEED);
  const n = 40;
  const places = scattered(n, random);
  const population = places.x.map(() => 200 + random.whole(1000));
  const near = places.x.map((x, at) => Math.hypot(x - places.x[0]!, places.y[at]! - places.y[0]!) < 20);
  const cases = population.map((each, at) => random.poisson((each / 100) * (near[at] ? 3 : 1)));
  const counts = table(12, n, (time, at) => random.poisson((population[at]! / 300) * (near[at] && time >= 10 ? 4 : 1)));

  test('a planted cluster is found where it was planted', () => {
    const [spatial] = scanPoisson({ places, cases, expected: population }, { replicates: 199 }).clusters;
    expect(spatial!.p).toBe(1 / 200);
    expect(share(spatial!.members, near)).toBeGreaterThan(0.7);
    for (const [found] of [
      scanPermutation({ places, counts }, { replicates: 199 }).clusters,
      scanSpaceTimePoisson({ places, counts, expected: table(12, n, (_, at) => population[at]!) }, { replicates: 199 })
        .clusters,
    ]) {
      expect(found).toMatchObject({ p: 1 / 200, recurrenceTimes: 200, firstTime: 10, lastTime: 11 });
      expect(share(found!.members, near)).toBeGreaterThan(0.7);
    }
  });

  /** How much of both sets is in both. */
  function share(members: readonly number[], wanted: readonly boolean[]): number {
    const both = members.filter((member) => wanted[member]).length;
    return both / (members.length + wanted.filter(Boolean).length - both);
  }

  test('the order of the places changes nothing but their numbers', () => {
    const order = random.shuffle(places.x.map((_, at) => at));
    const moved = <T>(list: readonly T[]): T[] => order.map((at) => list[at]!);
    const movedPlaces = { x: moved(places.x), y: moved(places.y) };
    const one = scanPermutation({ places, counts }, { replicates: 0 }).clusters;
    const other = scanPermutation({ places: movedPlaces, counts: counts.map(moved) }, { replicates: 0 }).clusters;
    const told = (
      { members, score }: { members: readonly number[]; score: number },
      name: (at: number) => number,
    ): object => [members.map(name).toSorted((a, b) => a - b), score.toFixed(9)];
    expect(other.map((each) => told(each, (at) => order[at]!))).toEqual(one.map((each) => told(each, (at) => at)));
    const [spatial] = scanPoisson({ places, cases, expected: population }, { replicates: 0 }).clusters;
    const [again] = scanPoisson(
      { places: movedPlaces, cases: moved(cases), expected: moved(population) },
      { replicates: 0 },
    ).clusters;
    expect(told(again!, (at) => order[at]!)).toEqual(told(spatial!, (at) => at));
  });

  test('the units of population and distance change nothing', () => {
    const one = scanPoisson({ places, cases, expected: population }, { replicates: 99 });
    const far = { x: places.x.map((x) => x * 1000 + 7), y: places.y.map((y) => y * 1000) };
    const other = scanPoisson(
      { places: far, cases, expected: population.map((each) => each / 4096) },
      { replicates: 99 },
    );
    expect(other.clusters.map(({ members, p }) => ({ members, p }))).toEqual(
      one.clusters.map(({ members, p }) => ({ members, p })),
    );
  });

  test('the globe and a plane agree where the earth is nearly flat', () => {
    const globe = { latitude: places.y.map((y) => y / 1e4), longitude: places.x.map((x) => x / 1e4) };
    const one = scanPoisson({ places, cases, expected: population }, { replicates: 0 }).clusters[0]!;
    const other = scanPoisson({ places: globe, cases, expected: population }, { replicates: 0 }).clusters[0]!;
    expect(other.members).toEqual(one.members);
    expect(other.radius).toBeCloseTo((one.radius * 6371.0088 * Math.PI) / 180 / 1e4, 6);
  });

  test('replicates that are as high as the data stop the search, and p stays as large as it is', () => {
    const quiet = { places, cases: random.multinomial(300, population), expected: population };
    const whole = scanPoisson(quiet, { replicates: 999 });
    const short = scanPoisson(quiet, { replicates: 999, stopAfter: 20 });
    expect(short.maxima.length).toBeLessThan(300);
    expect(short.maxima).toEqual(whole.maxima.slice(0, short.maxima.length));
    expect(Math.abs(short.clusters[0]!.p - whole.clusters[0]!.p)).toBeLessThan(0.2);
  });
});

/**
 * Goal: what the search passes over could not have been the best.
 * Method: the highest score of every replicate, drawn from the same seed by the same draws, worked out with nothing passed over: the score of a search of one replicate is
 * never bounded.
 */
test('the bound of the search changes no maximum', () => {
  const random = new Random(SEED);
  const n = 12;
  const counts = table(5, n, () => random.poisson(2));
  const baselines = table(5, n, () => 2);
  const zones = listedZones(
    Array.from({ length: 60 }, () => random.shuffle([...Array(n).keys()]).slice(0, 1 + random.whole(8))),
    n,
  );
  const { maxima } = scanExpectation({ zones, counts, baselines }, { replicates: 60, seed: 7 });
  const draws = new Random(7);
  const highest = Array.from(maxima, () => {
    // The draws of the scan: location by location, its times the oldest first.
    const replicate = table(n, 5, () => 0);
    for (const row of replicate) for (let time = 0; time < 5; time += 1) row[time] = inverse(draws.next(), 2);
    let best = 0;
    for (let zone = 0; zone < zones.count; zone += 1)
      for (let duration = 1; duration <= 5; duration += 1) {
        const members = membersOf(zones, zone);
        const sum = members.flatMap((member) => replicate[member]!.slice(5 - duration)).reduce((a, b) => a + b);
        const mean = 2 * duration * members.length;
        if (sum > mean) best = Math.max(best, sum * Math.log(sum / mean) + mean - sum);
      }
    return best;
  });
  maxima.forEach((maximum, at) => {
    expect(maximum).toBeCloseTo(highest[at]!, 9);
  });

  /** A Poisson count by its distribution function. */
  function inverse(uniform: number, mean: number): number {
    let count = 0;
    for (let p = Math.exp(-mean), sum = p; sum <= uniform; sum += p) p *= mean / ++count;
    return count;
  }
});

test('a walk through zones arrives at each of them', () => {
  const random = new Random(SEED);
  const zones = listedZones(
    [
      ...pairs(9),
      [3],
      [3],
      ...Array.from({ length: 50 }, () => random.shuffle([...Array(9).keys()]).slice(0, 1 + random.whole(8))),
    ],
    9,
  );
  const { anew, from, steps } = walkThrough(zones);
  const inside = new Set<number>();
  for (let zone = 0; zone < zones.count; zone += 1) {
    if (anew[zone] === 1) inside.clear();
    for (const step of steps.subarray(from[zone], from[zone + 1])) {
      if (step >= 0) inside.add(step);
      else inside.delete(~step);
    }
    expect(inside).toEqual(new Set(membersOf(zones, zone)));
  }
});

test('places at one distance enter a circle together', () => {
  const cross = { x: [0, 1, -1, 0, 0, 5], y: [0, 0, 0, 1, -1, 5] };
  const cases = [9, 5, 5, 0, 0, 1];
  const found = (ties: 'together' | 'one-by-one'): readonly number[] =>
    scanPoisson({ places: cross, cases, expected: [1, 1, 1, 1, 1, 5] }, { replicates: 9, mostRadius: 1, ties })
      .clusters[0]!.members;
  expect(found('together')).toEqual([1, 0]);
  expect(found('one-by-one')).toEqual([0, 1, 2]);
});

test('Besag and Newell count until k cases are seen', () => {
  const places = { x: [0, 1, 3, 6], y: [0, 0, 0, 0] };
  const [first, , , last] = scanBesagNewell({ places, cases: [1, 2, 0, 4], expected: [1, 1, 1, 1] }, 3);
  expect(first).toMatchObject({ members: [0, 1], reached: true, cases: 3, expected: 2 });
  expect(first!.p).toBeCloseTo(1 - Math.exp(-2) * (1 + 2 + 2), 12);
  expect(last).toMatchObject({ members: [3], cases: 4 });
});

test('Gumbel p values follow the distribution that the maxima were drawn from', () => {
  const random = new Random(SEED);
  const maxima = Float64Array.from({ length: 20_000 }, () => 5 - 1.5 * Math.log(-Math.log(random.next())));
  for (const p of [0.5, 0.05, 1e-4]) {
    const score = 5 - 1.5 * Math.log(-Math.log1p(-p));
    expect(Math.log(gumbelPValue(score, maxima) / p)).toBeCloseTo(0, 0);
  }
  expect(gumbelPValue(1, new Float64Array(1))).toBeNaN();
});
