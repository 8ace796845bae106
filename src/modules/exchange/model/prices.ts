/** What a contract costs. Money is integer fen. */
export type PriceModel =
  | { kind: 'flat'; fen: number }
  | { kind: 'subscription'; fen: number; every: 'month' | 'year' }
  /** Calls are too cheap for whole fen each. */
  | { kind: 'per-call'; fenPerTenThousand: number; capFenPerMonth?: number }
  /** A call costs what its tier says; the last tier has no end. */
  | { kind: 'tiered'; tiers: { upToCalls: number | null; fenPerTenThousand: number }[] }
  | { kind: 'revenue-share'; basisPoints: number }
  | { kind: 'free-research' };

export const PRICE_KINDS = ['flat', 'subscription', 'per-call', 'tiered', 'revenue-share', 'free-research'] as const;
