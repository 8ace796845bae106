/**
 * Results of one test in one unit, as the distinct values with how often each was found, ascending. Laboratory results are rounded, so millions of them
 * are some hundred distinct values: nothing is lost, and every method here costs the same for a thousand results and for a billion.
 */
export interface Sample {
  readonly values: Float64Array;
  readonly counts: Float64Array;
  /** Sum of the counts. */
  readonly n: number;
}

/** A limit with the confidence interval of its estimate. */
export interface Limit {
  value: number;
  low: number;
  high: number;
}

export interface Estimate {
  lower: Limit;
  upper: Limit;
  /** Of the limits' own intervals, e.g. 0.9. */
  confidence: number;
  n: number;
  /** How many resamples the confidence intervals rest on; absent where they follow from ranks. */
  resamples?: number;
}

/** Why there is no answer: it is no error when a sample cannot carry one. */
export interface Unanswered {
  reason: 'too-few' | 'no-spread' | 'no-fit';
  /** How many results the method needs. */
  needed?: number;
}

export function isAnswered<T extends object>(answer: T | Unanswered): answer is T {
  return !('reason' in answer);
}

/** The share of the population between the limits, and of each tail. */
export const TAIL = 0.025;
export const CONFIDENCE = 0.9;
