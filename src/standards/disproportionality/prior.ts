import {
  type Curvature,
  cholesky,
  minimiseByNewton,
  type NewtonMinimum,
  solveByCholesky,
} from '../statistics/index.ts';
import { logarithms, Mixture, type Prior, priorOf } from './mixture.ts';
import { type Points, squashAll } from './squash.ts';

export interface PriorFit {
  prior: Prior;
  negLogLikelihood: number;
  /** Of alpha1, beta1, alpha2, beta2 and the share, from the observed information; NaN where it is flat. */
  standardErrors: number[];
  /** Where each start led, in their order. */
  starts: StartFit[];
  /** How many other starts led to the same prior. */
  agreeing: number;
  /** No start stayed inside the bounds: this is the best prior on them. */
  atBounds: boolean;
}

interface StartFit {
  prior: Prior;
  negLogLikelihood: number;
  converged: boolean;
  inBounds: boolean;
}

export interface PriorOptions {
  /** Counts below this are not in the data, and the likelihood is of the rest; 0 when all counts are there. */
  least: number;
  starts?: readonly Prior[];
  /** Alphas and betas must be below this: where one runs away, a component is a point. */
  mostParameter?: number;
  /** Where every start runs away, take the best prior on the bounds instead of refusing. */
  bounded?: boolean;
}

/** The first is DuMouchel's own; the others are spread over what his and later papers found. */
export const PRIOR_STARTS: readonly Prior[] = [
  { alpha1: 0.2, beta1: 0.1, alpha2: 2, beta2: 4, share: 1 / 3 },
  { alpha1: 0.2, beta1: 0.06, alpha2: 1.4, beta2: 1.8, share: 0.1 },
  { alpha1: 0.1, beta1: 0.1, alpha2: 10, beta2: 10, share: 0.2 },
  { alpha1: 0.5, beta1: 0.3, alpha2: 12, beta2: 12, share: 0.8 },
  { alpha1: 3, beta1: 0.5, alpha2: 2, beta2: 2, share: 0.1 },
  { alpha1: 1, beta1: 1, alpha2: 5, beta2: 5, share: 0.5 },
];

/** More points than this are first fitted squashed. */
const MANY_POINTS = 4000;

/**
 * Fits the two-gamma prior of the gamma-Poisson shrinker by maximum likelihood: Newton's method with damping, from several starts, the best of which inside the bounds is taken.
 *
 * The component with the higher mean ratio is the first, as the two are else exchangeable. The likelihood is flat and can have more than one maximum: that which the starts lead to is taken.
 *
 * @throws RangeError when counts and `least` disagree, or no start leads to a prior inside the bounds
 *
 * Source: DuMouchel, Am Stat 1999;53:177-190; DuMouchel and Pregibon, KDD 2001:67-76. Likelihood, bounds and agreement of starts as in openEBGM 0.9.1 (autoHyper), whose optimisers (nlminb, nlm, BFGS,
 * EM) seek the same maximum.
 */
export function fitPrior(
  points: Points,
  { least, starts = PRIOR_STARTS, mostParameter = 100, bounded = false }: PriorOptions,
): PriorFit {
  checkPoints(points, least);
  const mixture = new Mixture(points, least);
  const isMany = points.observed.length > MANY_POINTS;
  const rough = isMany ? new Mixture(squashAll(points), least) : mixture;
  const fits: Climb[] = [];
  for (const start of starts) fits.push(climb(rough, logarithms(start), mostParameter, fits));
  const usable = fits.filter((fit) => fit.converged && isInside(fit.at, mostParameter));
  if (usable.length === 0 && !bounded)
    throw new RangeError('no start leads to a prior inside the bounds: give other starts, or squash otherwise');
  const isAway = usable.length === 0;
  const summit = isAway ? atBounds(rough, lowest(fits).at, mostParameter) : lowest(usable);
  const finish = isAway ? atBounds : (from: Mixture, at: readonly number[]) => climb(from, at, mostParameter, []);
  const best = isMany ? finish(mixture, summit.at, mostParameter) : summit;
  const at = ordered(best.at);
  return {
    prior: priorOf(at),
    negLogLikelihood: best.curvature.value,
    standardErrors: standardErrorsOf(mixture.at(at), at),
    starts: fits.map((fit) => ({
      prior: priorOf(fit.at),
      negLogLikelihood: fit.curvature.value,
      converged: fit.converged,
      inBounds: isInside(fit.at, mostParameter),
    })),
    agreeing: Math.max(0, usable.filter((fit) => isSame(fit.at, summit.at)).length - 1),
    atBounds: isAway,
  };
}

function lowest(fits: readonly Climb[]): Climb {
  return fits.reduce((one, other) => (other.curvature.value < one.curvature.value ? other : one));
}

/** The best prior with the parameters that run away held at the bound; alpha and beta that run away together keep their ratio, the mean. */
function atBounds(mixture: Mixture, from: readonly number[], mostParameter: number): Climb {
  const most = Math.log(mostParameter);
  const limits = [most, most, most, most, MOST_LOGIT];
  const [a1, b1, a2, b2, logit] = from;
  const [one, two] = [Math.max(0, a1! - most, b1! - most), Math.max(0, a2! - most, b2! - most)];
  let at = [a1! - one, b1! - one, a2! - two, b2! - two, logit!];
  const held = new Set<number>();
  for (;;) {
    for (const [part, limit] of limits.entries())
      if (Math.abs(at[part]!) > limit - 1e-9) {
        at[part] = Math.sign(at[part]!) * limit;
        held.add(part);
      }
    const free = limits.flatMap((_, part) => (held.has(part) ? [] : [part]));
    const place = (values: readonly number[]) => {
      const all = [...at];
      for (const [k, part] of free.entries()) all[part] = values[k]!;
      return all;
    };
    const restricted = (values: readonly number[]) => {
      const { value, gradient, hessian } = mixture.at(place(values));
      const pick = (row: Float64Array) => Float64Array.from(free, (part) => row[part]!);
      return { value, gradient: pick(gradient), hessian: free.map((part) => pick(hessian[part]!)) };
    };
    const until = (values: readonly number[]) => values.some((value, k) => Math.abs(value) > limits[free[k]!]!);
    const summit = minimiseByNewton(
      restricted,
      free.map((part) => at[part]!),
      { longestStep: 1.5, until },
    );
    at = place(summit.at);
    // Each round holds one more, so it ends.
    if (summit.converged || free.length === 0 || !until(summit.at))
      return { at, curvature: mixture.at(at), converged: summit.converged };
  }
}

const MOST_LOGIT = 15;

type Climb = Pick<NewtonMinimum, 'at' | 'curvature' | 'converged'>;

/** Ends early where an earlier climb has been, and where a component becomes a point or vanishes: there is no maximum inside. */
function climb(mixture: Mixture, from: readonly number[], mostParameter: number, earlier: readonly Climb[]): Climb {
  let known: Climb | undefined;
  const until = (at: readonly number[], damping: number) => {
    if (damping < 1e-3) known = earlier.find((one) => one.converged && isSame(one.at, at));
    const isAway = at.some((value, part) => Math.abs(value) > (part === 4 ? 30 : Math.log(mostParameter) + 8));
    return known !== undefined || isAway;
  };
  const summit = minimiseByNewton((at) => mixture.at(at), from, { longestStep: 1.5, until });
  return known ?? summit;
}

function isInside(at: readonly number[], mostParameter: number): boolean {
  const { alpha1, beta1, alpha2, beta2, share } = priorOf(at);
  return [alpha1, beta1, alpha2, beta2].every((value) => value > 0 && value < mostParameter) && share > 0 && share < 1;
}

/** openEBGM's tolerances, whichever component is called the first. */
const SAME = [0.05, 0.05, 0.2, 0.2, 0.025];

function isSame(one: readonly number[], other: readonly number[]): boolean {
  const values = (at: readonly number[]) => Object.values(priorOf(ordered(at)));
  const [these, those] = [values(one), values(other)];
  return SAME.every((tolerance, part) => Math.abs(these[part]! - those[part]!) < tolerance);
}

/** The component of the higher mean first. */
function ordered(at: readonly number[]): readonly number[] {
  const [a1, b1, a2, b2, logit] = at;
  return a1! - b1! >= a2! - b2! ? at : [a2!, b2!, a1!, b1!, -logit!];
}

/** From the Hessian by the logarithms, at the maximum: the delta method. */
function standardErrorsOf({ hessian }: Curvature, at: readonly number[]): number[] {
  const { share, ...gammas } = priorOf(at);
  const slopes = [...Object.values(gammas), share * (1 - share)];
  const factor = cholesky(hessian);
  if (factor === undefined) return slopes.map(() => Number.NaN);
  return slopes.map((slope, part) => {
    const unit = slopes.map((_, other) => (other === part ? 1 : 0));
    return slope * Math.sqrt(solveByCholesky(factor, unit)[part]!);
  });
}

function checkPoints({ observed, expected, weight }: Points, least: number): void {
  if (observed.length === 0 || expected.length !== observed.length || weight.length !== observed.length)
    throw new RangeError('observed, expected and weight must be as long, and not empty');
  if (!expected.every((value) => value > 0 && value < Infinity))
    throw new RangeError('every expected count must be above 0');
  if (!weight.every((value) => value > 0)) throw new RangeError('every weight must be above 0');
  const smallest = observed.reduce((one, other) => Math.min(one, other), Infinity);
  if (!observed.every((count) => Number.isInteger(count) && count >= 0)) throw new RangeError('counts must be whole');
  if (smallest !== least)
    throw new RangeError(`the smallest count is ${smallest}, but the likelihood is of counts from ${least} on`);
}
