/**
 * Differential privacy: exact discrete noise and what it costs.
 *
 * Pure. Random bytes come in from outside; everything about noise is exact in rational numbers.
 */
export { affords, epsilonOf, gaussianCost, gaussianVariance, laplaceCost, NANO } from './accounting.ts';
export { FairBits, type RandomBytes } from './bits.ts';
export { decimal, type Rational, rational } from './rational.ts';
export { bernoulliExp, discreteGaussian, discreteLaplace } from './samplers.ts';
