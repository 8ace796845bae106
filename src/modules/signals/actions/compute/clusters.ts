import {
  type ClosePairs,
  closePairs,
  type Event,
  knoxTest,
  permutedPairs,
  permutedTimes,
  sequentialCluster,
} from '#standards/space-time';
import type { Input } from './input.ts';
import { either, only } from './options.ts';

const KNOX_FIELDS = [
  ...['x', 'y', 't', 'dt', 'ds', 'epsT', 'epsS', 'eps.t', 'eps.s', 'B', 'seed', 'permute', 'rCompat'],
  ...['simulate', 'simulatePValue', 'simulate.p.value', 'type'],
];

/**
 * `surveillance::knox` 1.20, for events or for the distances of pairs (`dt` and `ds`, numbers or flags).
 *
 * The p-value is Poisson's, or simulated where that or a number `B` of simulations is asked for: among pairs as in R, or among the events' times with
 * `permute: "times"`. With `rCompat: false`, Poisson's counts the observed number in.
 */
export function knox(input: Input): object {
  only(input, KNOX_FIELDS);
  const pairs = input.has('dt') ? pairsOf(input) : closePairs(readEvents(input), readLimits(input));
  const { all, inTime, inSpace, inBoth } = pairs;
  const rCompat = input.field('rCompat').or(true, (flag) => flag.flag());
  const { observed, expected, p } = knoxTest(pairs, { rCompat });
  const answer = {
    statistic: observed,
    expected,
    p,
    pPoisson: p,
    table: [
      [inBoth, inTime - inBoth],
      [inSpace - inBoth, all - inTime - inSpace + inBoth],
    ],
  };
  const samples = readSamples(input);
  if (samples === undefined) return answer;
  const permutations = { samples, seed: input.field('seed').or(1, (seed) => seed.whole()) };
  const byTimes = input.field('permute').or('pairs', (kind) => kind.choice(['pairs', 'times'])) === 'times';
  const simulated = byTimes
    ? permutedTimes(readEvents(input), readLimits(input), permutations)
    : permutedPairs(pairs, permutations);
  return { ...answer, p: simulated, B: samples };
}

/** The number of simulations; undefined for none. */
function readSamples(input: Input): number | undefined {
  const name = ['simulate.p.value', 'simulatePValue', 'simulate'].find((each) => input.has(each));
  const isWanted = name === undefined ? input.has('B') : input.field(name).flag();
  return isWanted ? input.field('B').or(999, (count) => count.whole({ least: 1, most: 10_000_000 })) : undefined;
}

function readLimits(input: Input): { time: number; distance: number } {
  return {
    time: either(input, 'epsT', 'eps.t').number({ least: 0 }),
    distance: either(input, 'epsS', 'eps.s').number({ least: 0 }),
  };
}

function readEvents(input: Input): Event[] {
  const x = input.field('x').numbers();
  const y = input.field('y').numbers({ length: x.length });
  const times = input.field('t').numbers({ length: x.length });
  // Every event is held against every other.
  input.field('x').within(x.length ** 2);
  return x.map((each, at) => ({ x: each, y: y[at]!, time: times[at]! }));
}

function pairsOf(input: Input): ClosePairs {
  const close = (field: Input, limit: Input): boolean[] =>
    field.items({ least: 1 }).map((item) => {
      if (typeof item.value === 'boolean') return item.value;
      return item.number() <= limit.number();
    });
  const inTime = close(input.field('dt'), either(input, 'epsT', 'eps.t'));
  const inSpace = close(input.field('ds'), either(input, 'epsS', 'eps.s'));
  if (inTime.length !== inSpace.length) throw input.field('ds').wrong('as many pairs as in dt are expected');
  const count = (flags: readonly boolean[]): number => flags.filter(Boolean).length;
  return {
    all: inTime.length,
    inTime: count(inTime),
    inSpace: count(inSpace),
    inBoth: count(inTime.map((flag, at) => flag && inSpace[at]!)),
  };
}

const STCD_FIELDS = ['x', 'y', 't', 'radius', 'epsilon', 'areaA', 'areaAcapBk', 'threshold', 'cusum', 'rCompat'];

/** `surveillance::stcd` 1.20, which takes the two areas but does not use them; `rCompat: false` for a cumulative sum that may fall. */
export function stcd(input: Input): object {
  only(input, STCD_FIELDS);
  const { statistic, alarm } = sequentialCluster(readEvents(input), {
    radius: input.field('radius').number({ above: 0 }),
    excess: input.field('epsilon').number({ above: -1 }),
    threshold: input.field('threshold').number(),
    likeliest: input.field('cusum').or(false, (flag) => flag.flag()),
    rCompat: input.field('rCompat').or(true, (flag) => flag.flag()),
  });
  return {
    R: statistic,
    idxFirstAlarm1: alarm === undefined ? -1 : alarm.event + 1,
    idxClusterCenter1: alarm === undefined ? -1 : alarm.centre + 1,
  };
}
