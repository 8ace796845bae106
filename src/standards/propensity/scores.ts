import { type Columns, glm, type LinkName } from '#standards/statistics';

export interface PropensityScores {
  /** Of the intercept and then the covariates; NaN for covariates that depend on those before them. */
  coefficients: Float64Array;
  /** Per unit the probability of treatment, and what the link makes of it. */
  scores: Float64Array;
  linear: Float64Array;
}

/**
 * The probability of treatment by the covariates.
 *
 * @param x the covariates, without an intercept
 * @throws RangeError where the covariates separate the groups: then no weight and no partner can make them alike
 */
export function propensityScores(x: Columns, treated: readonly boolean[], link: LinkName = 'logit'): PropensityScores {
  const y = treated.map(Number);
  const fit = glm({
    x: [new Float64Array(y.length).fill(1), ...x],
    y,
    family: 'binomial',
    link,
    // To the end: the balance of overlap weights is exact only there.
    epsilon: 1e-14,
    mostIterations: 50,
  });
  if (!fit.converged || fit.atEdge)
    throw new RangeError('the covariates decide who is treated: the groups have nothing in common');
  return { coefficients: fit.coefficients, scores: fit.fitted, linear: fit.linear };
}
