/** What can be laid over the daily curve. */
export const LAYERS = ['nowcast', 'back-projection', 'reproduction'] as const;
export type LayerId = (typeof LAYERS)[number];

export const NOWCAST_METHODS = ['lawless', 'bayes'] as const;
export type NowcastBy = (typeof NOWCAST_METHODS)[number];

/** An estimate for each day with its interval; null where there is none. */
export interface CurveLayer {
  layer: LayerId;
  dates: string[];
  value: (number | null)[];
  low: (number | null)[];
  high: (number | null)[];
  /** What it was worked out with, as the note on the page tells it. */
  parameters: Readonly<Record<string, number | string>>;
}
