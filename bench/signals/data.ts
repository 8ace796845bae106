import { poisson, Random } from '../../src/standards/statistics/index.ts';

/** The generator that the recorded figures of R were made with: Park's and Miller's minimal standard, Commun ACM 1988;31:1192. */
function* uniforms(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (16_807 * state) % 2_147_483_647;
    yield state / 2_147_483_647;
  }
}

function draw(seed: number, n: number): Float64Array {
  const stream = uniforms(seed);
  return Float64Array.from({ length: n }, () => stream.next().value);
}

/** Persons followed for some years: five covariates, a time to an event or to the end, one of two causes, an outcome, and a treatment. */
export interface Persons {
  n: number;
  x: Float64Array[];
  time: Float64Array;
  status: Uint8Array;
  group: Uint8Array;
  cause: Uint8Array;
  outcome: Uint8Array;
  treated: Uint8Array;
}

const PERSONS = 100_000;
const COVARIATES = 5;

export function makePersons(): Persons {
  const n = PERSONS;
  const all = draw(101, n * COVARIATES);
  const x = Array.from({ length: COVARIATES }, (_, column) =>
    Float64Array.from({ length: n }, (_, at) => all[column * n + at]! - 0.5),
  );
  const linear = (row: number, ...slopes: number[]): number =>
    slopes.reduce((sum, slope, column) => sum + slope * x[column]![row]!, 0);
  const [event, end, causes, outcomes, treatments] = [102, 103, 104, 105, 106].map((seed) => draw(seed, n));
  const persons: Persons = {
    n,
    x,
    time: new Float64Array(n),
    status: new Uint8Array(n),
    group: new Uint8Array(n),
    cause: new Uint8Array(n),
    outcome: new Uint8Array(n),
    treated: new Uint8Array(n),
  };
  for (let row = 0; row < n; row += 1) {
    const t = -Math.log(event![row]!) / (0.1 * Math.exp(linear(row, 0.5, -0.3, 0.2, 0, 0.8)));
    const c = 20 * end![row]!;
    persons.time[row] = Math.max(0.01, roundHalfEven(Math.min(t, c)));
    persons.status[row] = t <= c ? 1 : 0;
    persons.group[row] = x[3]![row]! > 0 ? 1 : 0;
    persons.cause[row] = causes![row]! < 0.6 ? 1 : 2;
    persons.outcome[row] = outcomes![row]! < logistic(-0.5 + linear(row, 1, -1, 0.5, 0, 0.2)) ? 1 : 0;
    persons.treated[row] = treatments![row]! < logistic(-1.5 + linear(row, 2, 1, -1, 0, 0)) ? 1 : 0;
  }
  return persons;
}

/** To two digits, as R does. */
function roundHalfEven(value: number): number {
  return Math.round(value * 100) / 100;
}

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** Weekly counts: one list a series, with a yearly season and no outbreak. */
export function makeSeries(count: number, weeks = 416): Float64Array[] {
  const stream = uniforms(201);
  return Array.from({ length: count }, (_, at) =>
    Float64Array.from({ length: weeks }, (_, week) => {
      const turn = (2 * Math.PI * (week + 1)) / 52;
      const mean = (1 + ((at + 1) % 20)) * Math.exp(0.4 * Math.sin(turn) + 0.3 * Math.cos(turn));
      return poisson.quantile(stream.next().value, mean);
    }),
  );
}

/** Daily cases of a wave that comes and goes. */
export function makeIncidence(days = 1000): Float64Array {
  const stream = uniforms(202);
  return Float64Array.from({ length: days }, (_, day) =>
    poisson.quantile(stream.next().value, 80 * Math.exp(0.8 * Math.sin((2 * Math.PI * (day + 1)) / 180))),
  );
}

/** Pairs of a product and an event: how often together, how often each, among `all` reports. */
export interface Pairs {
  count: Float64Array;
  product: Float64Array;
  event: Float64Array;
  expected: Float64Array;
  all: number;
}

export function makePairs(n: number): Pairs {
  const all = 2e6;
  const product = draw(301, n).map((u) => 5 + Math.floor(2000 * u ** 3));
  const event = draw(302, n).map((u) => 5 + Math.floor(5000 * u ** 3));
  const expected = product.map((each, at) => (each * event[at]!) / all);
  const [counts, strengths] = [draw(303, n), draw(304, n)];
  const count = expected.map((mean, at) =>
    Math.min(1 + poisson.quantile(counts[at]!, mean * Math.exp(1.2 * strengths[at]!)), product[at]!, event[at]!),
  );
  return { count, product, event, expected, all };
}

/** Places scattered in a square, with cases and what is expected of each: whole numbers, as SpatialEpi cuts their sum. */
export function makePlaces(n = 67): { x: Float64Array; y: Float64Array; cases: Float64Array; expected: Float64Array } {
  const random = new Random(n);
  const [x, y] = [0, 1].map(() => Float64Array.from({ length: n }, () => random.next()));
  const expected = x!.map(() => Math.round(300 * random.next() ** 3) + 5);
  return { x: x!, y: y!, cases: expected.map((mean) => random.poisson(mean)), expected };
}

/** Counts of 4 times and 32 places on a ring, and 415 zones of neighbours on it. */
export function makeRing(): { counts: number[][]; baseline: number; zones: number[][] } {
  const random = new Random(32);
  const counts = makeTable(4, 32, () => random.poisson(2));
  const zones = Array.from({ length: 415 }, (_, at) =>
    Array.from({ length: 1 + Math.floor(at / 32) }, (_, next) => (at + next) % 32),
  );
  return { counts, baseline: 2, zones };
}

/** Daily counts of the districts of a province, and where these are. */
export function makeDistricts(days = 28, mean = 0.5): { latitude: number[]; longitude: number[]; counts: number[][] } {
  const random = new Random(125);
  const uniforms = (): number[] => Array.from({ length: 125 }, () => random.next());
  const latitude = uniforms().map((u) => 20.2 + 5 * u);
  const longitude = uniforms().map((u) => 109.7 + 7 * u);
  return { latitude, longitude, counts: makeTable(days, 125, () => random.poisson(mean)) };
}

function makeTable(rows: number, columns: number, cell: () => number): number[][] {
  return Array.from({ length: rows }, () => Array.from({ length: columns }, cell));
}
