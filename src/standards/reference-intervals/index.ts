/**
 * Reference intervals: what 95 % of healthy people have, estimated from chosen healthy people (direct) or from routine results (indirect).
 *
 * Pure statistics on samples of distinct values and their counts. Everything random is drawn from a seed, so an answer can be had again.
 */
export { LEAST_NONPARAMETRIC, LEAST_ROBUST, nonparametric, robust } from './direct.ts';
export { densityOf, type InverseEstimate, inverse, LEAST_INVERSE, quantileOf, type Shape } from './inverse.ts';
export { type Estimate, isAnswered, type Limit, type Sample, type Unanswered } from './model.ts';
export { dixonFences, type Fences, hornFences, tukeyFences } from './outliers.ts';
export { type HarrisBoyd, harrisBoyd, type Lahti, lahti, outside } from './partition.ts';
export { sampleOf, within } from './sample.ts';
export { type TruncatedEstimate, truncatedQuantiles } from './truncated.ts';
export { type Verification, verify } from './verification.ts';
