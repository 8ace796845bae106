/** Rows under observation, one per subject and, where a subject's covariates change, per interval. */
export interface Observations {
  /** Left truncation: under observation after this time. */
  start?: Float64Array;
  /** Until this time, which is included. */
  time: Float64Array;
  /** 1 where it ends with the event, 0 where it is censored. */
  event: Uint8Array;
  /** Of a row; absent is 1 for all. */
  weights?: Float64Array;
}

/** Which group each row is in, as a number below `count`. */
export interface Groups {
  codes: Uint32Array;
  count: number;
}

/** All rows in one group. */
export function oneGroup(rows: number): Groups {
  return { codes: new Uint32Array(rows), count: 1 };
}

export function ones(length: number): Float64Array {
  return new Float64Array(length).fill(1);
}
