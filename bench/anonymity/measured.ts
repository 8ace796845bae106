/** What is asked: k-anonymity of all nine attributes with the loss of ARX's default. */
export const K = 5;
export const LIMIT = 0.04;

/** A search, however done. */
export interface Measured {
  tuples: number;
  /** Rows to distinct tuples. */
  countMs: number;
  searchMs: number;
  /** Of both. */
  cpuMs: number;
  peakMb: number;
  checked: number;
  lattice: number;
  levels: number[];
  score: number;
  suppressed: number;
}
