/**
 * Statistics that other rooms stand on: distributions, linear algebra, generalised linear models, optimisers and random numbers.
 *
 * Pure functions on plain numbers and typed arrays. Distributions answer NaN for parameters that they do not have; models throw RangeError.
 */
export { beta } from './beta.ts';
export { binomial } from './binomial.ts';
export { FAMILIES, type Family, type FamilyName, negativeBinomialFamily } from './family.ts';
export { fisherF } from './fisher-f.ts';
export { chiSquare, gamma } from './gamma.ts';
export { type Glm, type GlmOptions, glm } from './glm.ts';
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
export { negativeBinomial, negativeBinomialOfMean } from './negative-binomial.ts';
export { normal } from './normal.ts';
export { poisson } from './poisson.ts';
export { Random } from './random.ts';
export { digamma, logBeta, logChoose, logGamma, trigamma } from './special.ts';
export { student } from './student.ts';
export type { Tail } from './tail.ts';
export { weibull } from './weibull.ts';
