import { fisherF, invertSymmetric, mean, minimiseRough, Random, variance } from '#standards/statistics';
import { type Curve, curveOf, type IntervalShape } from './interval-curves.ts';

/** Days, from a common start, between which somebody fell ill; equal where the day is known. */
interface Onset {
  from: number;
  to: number;
}

/** Who infected and who was infected. */
export interface OnsetPair {
  infector: Onset;
  infected: Onset;
}

export interface PairFitOptions {
  shape: IntervalShape;
  /** The distribution begins at 1 day. */
  shifted?: boolean | undefined;
  /** Serial intervals kept from the chain. */
  samples?: number | undefined;
  /** Steps before the first is kept. */
  burnIn?: number | undefined;
  /** Steps for each that is kept. */
  thinning?: number | undefined;
  /** Parameters to begin with: shape and scale, or mean and sd of the logarithm. */
  start?: readonly [number, number] | undefined;
  seed?: number | undefined;
}

export interface PairFit {
  /** Each over 0, 1, 2, ... days, adding up to 1. */
  intervals: Float64Array[];
  parameters: [number, number][];
  /** Whether both halves of the chain tell the same. */
  converged: boolean;
}

/**
 * Serial intervals from pairs of cases whose days of illness are known more or less exactly: draws from the posterior of a gamma, Weibull or log-normal
 * distribution, made discrete.
 *
 * Each day within a range is as likely. Priors, up to a constant: for the gamma Jeffreys'; for the Weibull flat in the logarithm of the shape and 1 / scale; for
 * the log-normal flat in the mean and in the logarithm of the sd. They are densities on the scale on which the chain walks, as coarseDataTools has them.
 *
 * @throws RangeError for ranges that end before they begin, a pair whose interval cannot be above 0 (1 if shifted), and pairs that no such distribution fits
 *
 * Source: Reich, Lessler, Cummings and Brookmeyer, Stat Med 2009;28:2769 (likelihood); Thompson et al., Epidemics 2019;29:100356 (use); random-walk Metropolis.
 */
export function fitOnsetPairs(pairs: readonly OnsetPair[], options: PairFitOptions): PairFit {
  const { samples = 500, burnIn = 3000, thinning = 10, seed = 1, shape, shifted = false } = options;
  check(pairs, shifted);
  const target = posteriorOf(pairs, shape, shifted);
  const begin = options.start === undefined ? usualStart(pairs, shape, shifted) : walkingScale(options.start, shape);
  if (!Number.isFinite(target(begin))) throw new RangeError('no distribution of this shape fits the pairs');
  const chain = walk(target, begin, { steps: samples * thinning, burnIn, random: new Random(seed) });
  const kept = Array.from({ length: samples }, (_, at) => chain[at * thinning]!);
  const parameters = kept.map((place) => naturalScale(place, shape));
  return { intervals: discrete(parameters, shape, shifted), parameters, converged: agree(chain) };
}

function check(pairs: readonly OnsetPair[], shifted: boolean): void {
  if (pairs.length === 0) throw new RangeError('there are no pairs');
  for (const { infector, infected } of pairs) {
    if (!(infector.from <= infector.to) || !(infected.from <= infected.to))
      throw new RangeError('a range of days must not end before it begins');
    if (!(infected.to - infector.from > (shifted ? 1 : 0)))
      throw new RangeError(`the longest interval that a pair allows must be above ${shifted ? 1 : 0}`);
  }
}

type Place = readonly [number, number];

/** Where the chain walks: logarithms, but for the mean of a log-normal. */
function walkingScale([first, second]: Place, shape: IntervalShape): Place {
  return [shape === 'log-normal' ? first : Math.log(first), Math.log(second)];
}

function naturalScale([first, second]: Place, shape: IntervalShape): [number, number] {
  return [shape === 'log-normal' ? first : Math.exp(first), Math.exp(second)];
}

/** From the middles of the ranges, by moments. */
function usualStart(pairs: readonly OnsetPair[], shape: IntervalShape, shifted: boolean): Place {
  const middles = pairs.map(
    ({ infector, infected }) => (infected.from + infected.to - infector.from - infector.to) / 2 - (shifted ? 1 : 0),
  );
  const middle = Math.max(mean(middles), 0.1);
  const spread = Math.max(middles.length > 1 ? Math.sqrt(variance(middles)) : 0, 0.1 * middle);
  if (shape === 'log-normal') {
    const square = Math.log(1 + (spread / middle) ** 2);
    return [Math.log(middle) - square / 2, Math.log(square) / 2];
  }
  const ratio = middle / spread;
  return shape === 'gamma'
    ? [2 * Math.log(ratio), Math.log(middle / ratio ** 2)]
    : [1.086 * Math.log(ratio), Math.log(middle)];
}

/** Pairs with the same differences of days, and how many there are. */
interface Kind {
  count: number;
  /** Places in the list of distances: of the latest infected from the earliest infector, and so on. */
  longest: number;
  toLate: number;
  fromEarly: number;
  shortest: number;
  known: 'neither' | 'one' | 'both';
}

/** The logarithm of the posterior density at a place of the chain, up to a constant. */
function posteriorOf(pairs: readonly OnsetPair[], shape: IntervalShape, shifted: boolean): (place: Place) => number {
  const distances: number[] = [];
  const placeOf = (distance: number): number => {
    const found = distances.indexOf(distance);
    return found >= 0 ? found : distances.push(distance) - 1;
  };
  const kinds = new Map<string, Kind>();
  for (const { infector, infected } of pairs) {
    const ends = [
      infected.to - infector.from,
      infected.to - infector.to,
      infected.from - infector.from,
      infected.from - infector.to,
    ];
    const unknown = Number(infector.from < infector.to) + Number(infected.from < infected.to);
    const kind = kinds.get(ends.join());
    if (kind !== undefined) kind.count += 1;
    else {
      const [longest, toLate, fromEarly, shortest] = ends.map(placeOf) as [number, number, number, number];
      const known = unknown === 0 ? 'both' : unknown === 1 ? 'one' : 'neither';
      kinds.set(ends.join(), { count: 1, longest, toLate, fromEarly, shortest, known });
    }
  }
  const all = [...kinds.values()];
  return (place) => {
    const curve = curveOf(shape, naturalScale(place, shape), shifted);
    const likelihood = logLikelihood(all, distances, curve);
    return Number.isNaN(likelihood) ? -Infinity : likelihood + curve.logPrior;
  };
}

function logLikelihood(kinds: readonly Kind[], distances: readonly number[], curve: Curve): number {
  const cdf = distances.map((distance) => curve.cdf(distance));
  const area = distances.map((distance, at) => curve.area(distance, cdf[at]!));
  let sum = 0;
  for (const { count, longest, toLate, fromEarly, shortest, known } of kinds) {
    if (known === 'both') sum += count * curve.logDensity(distances[longest]!);
    else if (known === 'one') sum += count * Math.log(cdf[longest]! - cdf[shortest]!);
    else sum += count * Math.log(area[longest]! - area[toLate]! - area[fromEarly]! + area[shortest]!);
  }
  return sum;
}

/** A random walk whose steps have the shape of the posterior at its mode. */
function walk(
  target: (place: Place) => number,
  begin: Place,
  { steps, burnIn, random }: { steps: number; burnIn: number; random: Random },
): Place[] {
  const found = minimiseRough((x) => -target([x[0]!, x[1]!]), begin);
  let place: Place = [found.x[0]!, found.x[1]!];
  let height = target(place);
  const [a, b, c] = stepShape(target, place);
  const chain: Place[] = [];
  for (let step = 0; step < burnIn + steps; step += 1) {
    const [x, y] = [random.normal(), random.normal()];
    const next: Place = [place[0] + a * x, place[1] + b * x + c * y];
    const there = target(next);
    if (Math.log(random.next()) < there - height) [place, height] = [next, there];
    if (step >= burnIn) chain.push(place);
  }
  return chain;
}

/** Best for a normal posterior of two parameters. Source: Gelman, Roberts and Gilks, Bayesian Statistics 1996;5:599. */
const STRIDE = 2.38 / Math.SQRT2;

/** The lower triangle of the covariance at the mode, from second differences, times the stride. */
function stepShape(target: (place: Place) => number, [x, y]: Place): [number, number, number] {
  const h = 1e-3;
  const at = (i: number, j: number): number => target([x + i * h, y + j * h]);
  const centre = at(0, 0);
  const information = [
    [-(at(1, 0) - 2 * centre + at(-1, 0)) / h ** 2, -(at(1, 1) - at(1, -1) - at(-1, 1) + at(-1, -1)) / (4 * h ** 2)],
    [0, -(at(0, 1) - 2 * centre + at(0, -1)) / h ** 2],
  ];
  information[1]![0] = information[0]![1]!;
  const determinant = information[0]![0]! * information[1]![1]! - information[0]![1]! ** 2;
  if (!(determinant > 0) || !(information[0]![0]! > 0)) throw new RangeError('the pairs do not bound the distribution');
  const [first, second] = invertSymmetric(information);
  const a = Math.sqrt(first![0]!);
  const b = second![0]! / a;
  return [STRIDE * a, STRIDE * b, STRIDE * Math.sqrt(second![1]! - b * b)];
}

/** The probability of each day, from half a day before to half a day after; up to the longest that one in a thousand exceeds. */
function discrete(parameters: readonly [number, number][], shape: IntervalShape, shifted: boolean): Float64Array[] {
  const curves = parameters.map((each) => curveOf(shape, each, false));
  const most = curves.reduce((longest, curve) => Math.max(longest, Math.ceil(curve.quantile(0.999))), 1);
  const start = shifted ? 0 : 1;
  return curves.map((curve) => {
    const weights = new Float64Array(most + 1 + (shifted ? 1 : 0));
    let sum = 0;
    for (let day = start; day <= most; day += 1) {
      const weight = curve.cdf(day + 0.5) - curve.cdf(day - 0.5);
      weights[day + (shifted ? 1 : 0)] = weight;
      sum += weight;
    }
    return weights.map((weight) => weight / sum);
  });
}

/** Above this the halves differ. */
const MOST_REDUCTION = 1.1;

/** The upper limit of the potential scale reduction of both parameters, from the second half of either half of the chain. */
function agree(chain: readonly Place[]): boolean {
  const half = Math.floor(chain.length / 2);
  const halves = [chain.slice(0, half), chain.slice(chain.length - half)].map((part) =>
    part.slice(Math.floor(half / 2)),
  );
  return [0, 1].every((parameter) => {
    const draws = halves.map((part) => part.map((place) => place[parameter]!));
    return !(scaleReduction(draws) > MOST_REDUCTION);
  });
}

/** Source: Gelman and Rubin, Stat Sci 1992;7:457; Brooks and Gelman, J Comput Graph Stat 1998;7:434; the 97.5 % limit. */
function scaleReduction(chains: readonly number[][]): number {
  const [m, n] = [chains.length, chains[0]!.length];
  const means = chains.map((draws) => mean(draws));
  const variances = chains.map((draws) => variance(draws));
  const within = mean(variances);
  const between = n * variance(means);
  const random = ((1 + 1 / m) * between) / (n * within);
  const withinDf = (2 * within ** 2) / (variance(variances) / m);
  const fixed = (n - 1) / n;
  const total = fixed * within + ((1 + 1 / m) * between) / n;
  const cross =
    (n / m) *
    (covariance(
      variances,
      means.map((each) => each ** 2),
    ) -
      2 * mean(means) * covariance(variances, means));
  const spread =
    ((n - 1) ** 2 * (variance(variances) / m) +
      (1 + 1 / m) ** 2 * ((2 * between ** 2) / (m - 1)) +
      2 * (n - 1) * (1 + 1 / m) * cross) /
    n ** 2;
  const df = (2 * total ** 2) / spread;
  return Math.sqrt(((df + 3) / (df + 1)) * (fixed + fisherF.quantile(0.975, m - 1, withinDf) * random));
}

function covariance(one: readonly number[], two: readonly number[]): number {
  const [first, second] = [mean(one), mean(two)];
  return one.reduce((sum, value, at) => sum + (value - first) * (two[at]! - second), 0) / (one.length - 1);
}
