/**
 * Whose mean effect the weights ask for: of all (`ate`; `stabilized` with weights near 1), of the treated, of the controls, or of those who might as well have got either
 * (`overlap`, `matching`, `entropy`).
 */
export const ESTIMANDS = ['ate', 'att', 'atc', 'stabilized', 'overlap', 'matching', 'entropy'] as const;
export type Estimand = (typeof ESTIMANDS)[number];

/**
 * Weights that make the groups alike in what the propensity scores were estimated from.
 *
 * @param scores  probabilities of treatment, above 0 and below 1
 * @param treated per unit
 * @throws RangeError where a score is 0 or 1, which means that the covariates decide the treatment
 *
 * Source: Rosenbaum and Rubin, Biometrika 1983;70:41; Robins, Hernán and Brumback, Epidemiology 2000;11:550 (stabilised); Li, Morgan and Zaslavsky, J Am Stat Assoc
 * 2018;113:390 (overlap; table 1 for the others).
 */
export function propensityWeights(
  scores: ArrayLike<number>,
  treated: readonly boolean[],
  estimand: Estimand,
): Float64Array {
  const share = treated.reduce((sum, flag) => sum + Number(flag), 0) / treated.length;
  return Float64Array.from(treated, (isTreated, at) => {
    const score = scores[at]!;
    if (!(score > 0 && score < 1))
      throw new RangeError('a propensity score is 0 or 1: the covariates decide the treatment');
    const own = isTreated ? score : 1 - score;
    return TILTS[estimand](score, isTreated ? share : 1 - share) / own;
  });
}

/** What the weights make of the population: each unit counts in proportion to it. The share is that of the unit's own group. */
const TILTS: Readonly<Record<Estimand, (score: number, share: number) => number>> = {
  ate: () => 1,
  stabilized: (_, share) => share,
  att: (score) => score,
  atc: (score) => 1 - score,
  overlap: (score) => score * (1 - score),
  matching: (score) => Math.min(score, 1 - score),
  entropy: (score) => -(score * Math.log(score) + (1 - score) * Math.log1p(-score)),
};

export interface WeightedDifference {
  mean1: number;
  mean0: number;
  difference: number;
  /** Robust, the weights taken as known. */
  standardError: number;
  /** Effective sample sizes: how many equally weighted units would tell as much. */
  essTreated: number;
  essControl: number;
}

/**
 * The difference of the groups' weighted means, with the standard error of R's `svyglm` (linearisation, factor n/(n - 1)).
 *
 * @throws RangeError where a group has no weight
 *
 * Source: Lumley, J Stat Softw 2004;9(8); Kish's effective sample size.
 */
export function weightedDifference(
  y: ArrayLike<number>,
  treated: readonly boolean[],
  weights: ArrayLike<number>,
): WeightedDifference {
  const [zero, one] = [groupSums(y, treated, weights, false), groupSums(y, treated, weights, true)];
  let squares = 0;
  for (const [at, isTreated] of treated.entries()) {
    const { mean, total } = isTreated ? one : zero;
    squares += ((weights[at]! * (y[at]! - mean)) / total) ** 2;
  }
  return {
    mean1: one.mean,
    mean0: zero.mean,
    difference: one.mean - zero.mean,
    standardError: Math.sqrt((squares * treated.length) / (treated.length - 1)),
    essTreated: one.total ** 2 / one.squares,
    essControl: zero.total ** 2 / zero.squares,
  };
}

function groupSums(
  y: ArrayLike<number>,
  treated: readonly boolean[],
  weights: ArrayLike<number>,
  group: boolean,
): { mean: number; total: number; squares: number } {
  let [sum, total, squares] = [0, 0, 0];
  for (let at = 0; at < treated.length; at += 1) {
    if (treated[at] !== group) continue;
    sum += weights[at]! * y[at]!;
    total += weights[at]!;
    squares += weights[at]! ** 2;
  }
  if (!(total > 0)) throw new RangeError(`no ${group ? 'treated' : 'control'} unit has a weight`);
  return { mean: sum / total, total, squares };
}
