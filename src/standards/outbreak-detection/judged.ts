/** What a method says of each judged count, in their order. */
export interface Judged {
  /** What the past lets expect. */
  expected: Float64Array;
  /** A count above this is an alarm; NaN where it cannot be said. */
  bound: Float64Array;
  /** Of a count as large as this one or larger, by the distribution that the bound is taken from; NaN where the method has none. */
  pValue: Float64Array;
  /** Undefined where it cannot be said. */
  alarm: (boolean | undefined)[];
}

export function isAbove(count: number, bound: number): boolean | undefined {
  return Number.isNaN(count) || Number.isNaN(bound) ? undefined : count > bound;
}
