import type { Random } from '../statistics/index.ts';
import { refuseTooMany, type Search, scoresOf, separateClusters } from './clusters.ts';
import { gumbelPValue, type Replicate, type Replicates, rankPValue, simulateMaxima } from './monte-carlo.ts';
import type { Places } from './places.ts';
import { bernoulliRatio, poissonRatio } from './score.ts';
import { multinomialDraw, sampleDraw } from './simulation.ts';
import { type CircleLimits, type Circles, circleAt, circlesAbout, zoneSums } from './zones.ts';

type Numbers = ArrayLike<number>;

export interface SpatialCluster {
  /** Counted from 0. */
  readonly centre: number;
  /** By distance from the centre. */
  readonly members: readonly number[];
  /** In the unit of the places. */
  readonly radius: number;
  readonly cases: number;
  /** Under the null hypothesis. */
  readonly expected: number;
  /** The log likelihood ratio. */
  readonly score: number;
  readonly p: number;
  readonly gumbelP: number;
}

export interface SpatialScan {
  /** Best first; none shares a place with a better one. Empty where no circle has more cases than expected. */
  readonly clusters: readonly SpatialCluster[];
  /** How many circles were looked at. */
  readonly zones: number;
  /** The highest score of each replicate. */
  readonly maxima: Float64Array;
}

export interface SpatialOptions extends Replicates, CircleLimits {
  /** Clusters after the first are told while their p value is at most this; default 0.05. */
  readonly mostP?: number;
}

/**
 * Kulldorff's circular spatial scan: where are more cases than expected?
 *
 * @param cases    of each place; they need not be whole
 * @param expected of each place, only their proportions matter: from strata, or in proportion to inhabitants
 * @param size     limits the circles (option `mostShare`); without it `expected` does
 * @throws RangeError for places without coordinates, negative numbers, or no case at all
 *
 * Replicates spread the cases, rounded to a whole number, over the places in proportion to `expected`.
 *
 * Source: Kulldorff, Commun Stat Theory Methods 1997;26:1481, the Poisson model.
 */
export function scanPoisson(
  data: { places: Places; cases: Numbers; expected: Numbers },
  options: SpatialOptions = {},
): SpatialScan {
  const { places, cases, expected } = data;
  const total = sumOf(cases, 'cases');
  const scale = total / sumOf(expected, 'expected cases');
  const circles = circlesAbout(places, { size: expected, ...options });
  const own = Float64Array.from(expected, (each) => each * scale);
  const search = { zones: circles, width: 1, score: poissonRatio(total, zoneSums(circles, own, 1)) };
  return scan({ search, circles, cases }, options, (random) => multinomialDraw(Math.round(total), own, random));
}

/**
 * Kulldorff's circular spatial scan of individuals who are cases or not: where is the share of cases higher?
 *
 * @param individuals of each place, cases among them
 * @param size        limits the circles (option `mostShare`); without it `individuals` does
 * @param draws       how replicates place the cases: on that many individuals (SaTScan), or with each place as likely as its individuals are many, however many of
 *                    them have been hit (SpatialEpi); the two differ where the share of cases is high
 * @throws RangeError as above, and where a place has more cases than individuals
 *
 * Source: Kulldorff 1997, as above, the Bernoulli model.
 */
export function scanBernoulli(
  data: { places: Places; cases: Numbers; individuals: Numbers },
  options: SpatialOptions & { draws?: 'without-replacement' | 'with-replacement' } = {},
): SpatialScan {
  const { places, cases, individuals } = data;
  const all = { cases: sumOf(cases, 'cases'), individuals: sumOf(individuals, 'individuals') };
  for (let at = 0; at < cases.length; at += 1)
    if (cases[at]! > individuals[at]!) throw new RangeError('no place has more cases than individuals');
  const circles = circlesAbout(places, { size: individuals, ...options });
  const inside = zoneSums(circles, individuals, 1);
  const search = { zones: circles, width: 1, score: bernoulliRatio(all, inside) };
  return scan({ search, circles, cases }, options, (random) =>
    options.draws === 'with-replacement'
      ? multinomialDraw(Math.round(all.cases), Float64Array.from(individuals), random)
      : sampleDraw(Math.round(all.cases), individuals, random),
  );
}

function scan(
  { search, circles, cases }: { search: Search; circles: Circles; cases: Numbers },
  options: SpatialOptions,
  prepare: (random: Random) => Replicate,
): SpatialScan {
  if (cases.length !== circles.locations) throw new RangeError('every place has its cases');
  refuseTooMany(circles.count);
  const scores = scoresOf(search, cases);
  const highest = scores.reduce((a, b) => Math.max(a, b), 0);
  const maxima = simulateMaxima(search, highest, options, prepare);
  const counts = zoneSums(circles, cases, 1);
  const clusters: SpatialCluster[] = [];
  for (const zone of separateClusters(search, scores)) {
    const score = scores[zone]!;
    const p = rankPValue(score, maxima);
    if (clusters.length > 0 && p > (options.mostP ?? 0.05)) break;
    clusters.push({
      ...circleAt(circles, zone),
      cases: counts[zone]!,
      expected: search.score.mean[zone]!,
      score,
      p,
      gumbelP: gumbelPValue(score, maxima),
    });
  }
  return { clusters, zones: circles.count, maxima };
}

function sumOf(numbers: Numbers, what: string): number {
  let sum = 0;
  for (let at = 0; at < numbers.length; at += 1) {
    if (!(numbers[at]! >= 0)) throw new RangeError(`${what} are 0 or more`);
    sum += numbers[at]!;
  }
  if (!(sum > 0 && sum < Infinity)) throw new RangeError(`there are no ${what}`);
  return sum;
}
