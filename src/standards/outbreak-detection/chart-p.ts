import { chiSquare, normal } from '#standards/statistics';

/*
 * How probable the statistic of a chart is at most when nothing happens, so that charts can be corrected for many series like tests. A chart looks at every time at which a change
 * may have come: what holds of one of them is multiplied by their number (Bonferroni), so the true probability is smaller.
 */

/**
 * @param statistic the largest logarithm of a likelihood ratio over `looks` starts, each against a change of a size fixed beforehand
 *
 * Source: a likelihood ratio has the mean 1 in control, so Markov's inequality; Wald, Ann Math Stat 1945;16:117, section 3.
 */
export function pOfRatio(statistic: number, looks: number): number {
  return Math.min(1, looks * Math.exp(-statistic));
}

/**
 * @param statistic the same, each against the size that fits best: asymptotically half a chi-square of one degree of freedom
 *
 * Source: Chernoff, Ann Math Stat 1954;25:573.
 */
export function pOfGeneralisedRatio(statistic: number, looks: number): number {
  return statistic > 0 ? Math.min(1, looks * normal.cdf(Math.sqrt(2 * statistic), 0, 1, { upper: true })) : 1;
}

/** @param sum of standardised counts above `reference`, each taken as normal, that began at most `looks` counts ago */
export function pOfSum(sum: number, reference: number, looks: number): number {
  if (!(sum > 0)) return Number.isNaN(sum) ? Number.NaN : 1;
  let p = 0;
  for (let length = 1; length <= looks; length += 1)
    p += normal.cdf((sum + length * reference) / Math.sqrt(length), 0, 1, { upper: true });
  return Math.min(1, p);
}

/**
 * @param logarithm of the ratio of the likelihoods under a rising mean and a constant one
 * @param length    how many counts
 *
 * Source: Robertson, Wright, Dykstra, Order Restricted Statistical Inference, 1988, theorem 2.3.1 and corollary B of 2.4.2: chi-square of as many degrees of freedom as the rising
 * mean has steps, weighted by how probable so many steps are; of Poisson counts asymptotically (chapter 4).
 */
export function pOfRise(logarithm: number, length: number): number {
  if (!(logarithm > 0)) return Number.isNaN(logarithm) ? Number.NaN : 1;
  let levels = Float64Array.of(0, 1);
  for (let counts = 2; counts <= length; counts += 1)
    levels = Float64Array.from({ length: counts + 1 }, (_, level) =>
      level === 0 ? 0 : (levels[level - 1]! + (counts - 1) * (levels[level] ?? 0)) / counts,
    );
  let p = 0;
  for (let level = 2; level <= length; level += 1)
    p += levels[level]! * chiSquare.cdf(2 * logarithm, level - 1, { upper: true });
  return p;
}
