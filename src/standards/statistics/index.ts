/**
 * Statistics that other rooms stand on: distributions, linear algebra, generalised linear models, optimisers and random numbers.
 *
 * Pure functions on plain numbers and typed arrays. Distributions answer NaN for parameters that they do not have; models throw RangeError.
 */
export { beta } from './beta.ts';
export { binomial } from './binomial.ts';
export { cauchy, type Distribution, exponential, geometric, logistic, logNormal, uniform } from './closed-forms.ts';
export { crossProduct } from './cross-product.ts';
export { FAMILIES, type Family, type FamilyName, negativeBinomialFamily } from './family.ts';
export { findMinimum } from './find-minimum.ts';
export { findRoot, type RootOptions } from './find-root.ts';
export { fisherF } from './fisher-f.ts';
export { chiSquare, gamma } from './gamma.ts';
export { type Glm, type GlmOptions, glm } from './glm.ts';
export {
  type GlmNegativeBinomial,
  type GlmNegativeBinomialOptions,
  glmNegativeBinomial,
} from './glm-negative-binomial.ts';
export { hypergeometric } from './hypergeometric.ts';
export { type LeastSquares, leastSquares } from './least-squares.ts';
export { LINKS, type LinkName } from './link.ts';
export {
  type Columns,
  cholesky,
  eigenSymmetric,
  invertSymmetric,
  type Rows,
  solveByCholesky,
  solveSymmetric,
} from './matrix.ts';
export { type MinimiseOptions, type Minimum, minimise, minimiseRough } from './minimise.ts';
export { mean, type QuantileType, quantile, variance } from './moments.ts';
export { adjusted } from './multiple-testing.ts';
export { negativeBinomial, negativeBinomialOfMean } from './negative-binomial.ts';
export { type Curvature, minimiseByNewton, type NewtonMinimum, type NewtonOptions } from './newton.ts';
export { normal } from './normal.ts';
export { poisson } from './poisson.ts';
export { Random } from './random.ts';
export { ranks } from './ranks.ts';
export { choose, digamma, gammaFunction, logBeta, logChoose, logGamma, trigamma } from './special.ts';
export { student } from './student.ts';
export type { Tail } from './tail.ts';
export { weibull } from './weibull.ts';
