/**
 * Models for repeated and clustered observations: linear mixed models, mixed models for repeated measures, and generalised estimating equations.
 *
 * Pure statistics on columns of numbers. What cannot be fitted is refused with a RangeError.
 */
export { type GeeFit, type GeeRequest, gee } from './gee.ts';
export { type LmmFit, type LmmRequest, lmm, type VarianceComponents } from './lmm.ts';
export type { Family, Link } from './mean.ts';
export { type MmrmFit, type MmrmRequest, mmrm } from './mmrm.ts';
export type { RandomTerm } from './random-terms.ts';
export type { VisitCorrelation } from './visit-covariance.ts';
export type { WorkingCorrelation } from './working-correlation.ts';
