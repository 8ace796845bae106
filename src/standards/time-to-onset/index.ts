/**
 * Time to onset: how long after a product its reactions begin, and what that depends on.
 *
 * Pure statistics: parametric regression of times that may be censored, and the summary of one product's onsets.
 */
export { LIFETIMES, type Lifetime } from './error-law.ts';
export { fitLifetime, type Knowledge, type LifetimeData, type LifetimeFit } from './fit.ts';
export { type OnsetPattern, type OnsetSummary, summariseOnset, type WeibullFit, weibullLimits } from './onset.ts';
