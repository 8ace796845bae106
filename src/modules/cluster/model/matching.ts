/** One thing that speaks for or against two being the same. */
export interface Evidence {
  about: 'identifier' | 'name' | 'brand' | 'trade' | 'place' | 'number' | 'form' | 'kind';
  finding: string;
  /** Binary logarithm of how much likelier it is among same ones than among others. */
  weight: number;
  one: string;
  other: string;
}

export type Verdict = 'same' | 'unresolved' | 'different';

export interface Match {
  verdict: Verdict;
  /** Sum of the weights. */
  weight: number;
  evidence: readonly Evidence[];
}
