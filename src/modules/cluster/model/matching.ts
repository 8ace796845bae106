/** One thing that speaks for or against two being the same. */
export interface Evidence {
  about: 'identifier' | 'name' | 'brand' | 'trade' | 'place' | 'number' | 'form' | 'kind' | 'title' | 'year';
  finding: string;
  /** Binary logarithm of how much likelier it is among same ones than among others. */
  weight: number;
  one: string;
  other: string;
}

type Verdict = 'same' | 'unresolved' | 'different';

export interface Match {
  verdict: Verdict;
  /** Sum of the weights. */
  weight: number;
  evidence: readonly Evidence[];
}

interface PairEnd {
  id: string;
  kind: string;
  name: string;
  nameZh: string | null;
  statements: number;
}

export interface DuplicatePair extends Match {
  one: PairEnd;
  other: PairEnd;
}

export interface Merge {
  id: string;
  thing: string;
  name: string;
  into: string;
  intoName: string;
  moved: readonly string[];
  reason: string;
  mergedByName: string;
  mergedAt: string;
  undoneByName: string | null;
  undoneAt: string | null;
  undoneWhy: string | null;
}
