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

/** Methods that a series can be judged by beside the rules of its definition. */
export const JUDGES = ['cusum', 'glr', 'bayes', 'rki', 'outbreakp'] as const;
export type JudgeId = (typeof JUDGES)[number];

export interface CurveJudgement {
  judge: JudgeId;
  dates: string[];
  cases: number[];
  /** The bound on the counts (bayes, rki, cusum) or the statistic that is held against the threshold (glr, outbreakp). */
  line: (number | null)[];
  threshold: number | null;
  alarm: boolean[];
  parameters: Readonly<Record<string, number | string>>;
}
