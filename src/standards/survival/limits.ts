import { normal } from '../statistics/index.ts';

export const LIMIT_SCALES = ['log', 'log-log', 'plain', 'logit', 'arcsin'] as const;
export type LimitScale = (typeof LIMIT_SCALES)[number];

export interface Limits {
  lower: Float64Array;
  upper: Float64Array;
}

export interface LimitOptions {
  scale: LimitScale;
  /** 0.95 */
  confidence?: number;
  /** What the error of the lower limit is multiplied with; absent is 1. */
  widening?: Float64Array;
}

/**
 * Pointwise confidence limits of a survival curve, symmetric on the scale and clipped to [0, 1]; NaN where the scale has no value, e.g. log-log at a survival
 * of 1.
 *
 * @param logError standard error of log(survival)
 *
 * Source: Kalbfleisch & Prentice 2002; Borgan & Liestoel 1990 (log-log, arcsin); the limits at 0 and 1 are those of R's survival.
 */
export function survivalLimits(survival: Float64Array, logError: Float64Array, options: LimitOptions): Limits {
  const { scale, confidence = 0.95, widening } = options;
  const z = normal.quantile(1 - (1 - confidence) / 2);
  const onScale = SCALES[scale];
  const [lower, upper] = [new Float64Array(survival.length), new Float64Array(survival.length)];
  for (let k = 0; k < survival.length; k += 1) {
    const [p, reach] = [survival[k]!, z * logError[k]!];
    const wide = reach === 0 && widening !== undefined ? 1 : (widening?.[k] ?? 1);
    lower[k] = onScale(p, -reach, wide);
    upper[k] = onScale(p, reach, 1);
  }
  return { lower, upper };
}

/** The limit at a reach, which is z times the error of log(p), negative for the lower one. */
const SCALES: Record<LimitScale, (p: number, reach: number, wide: number) => number> = {
  log: (p, reach, wide) => (p === 0 ? Number.NaN : Math.min(1, Math.exp(Math.log(p) + reach * wide))),
  'log-log': (p, reach, wide) => {
    if (p === 0 || p === 1) return Number.NaN;
    return Math.exp(-Math.exp(Math.log(-Math.log(p)) + (reach / Math.log(p)) * wide));
  },
  plain: (p, reach, wide) => Math.min(1, Math.max(0, p + reach * p * wide)),
  logit: (p, reach, wide) => {
    if (p === 0) return Number.NaN;
    return 1 - 1 / (1 + Math.exp(Math.log(p / (1 - p)) + reach * (1 + p / (1 - p)) * wide));
  },
  arcsin: (p, reach, wide) => {
    if (p === 0) return Number.NaN;
    const angle = Math.asin(Math.sqrt(p)) + 0.5 * reach * Math.sqrt(p / (1 - p)) * wide;
    return Math.sin(Math.min(Math.PI / 2, Math.max(0, angle))) ** 2;
  },
};

/**
 * How much wider the lower limit becomes past the last event, where few are left.
 *
 * `peto`: the error is sqrt((1-S)/n), n at risk; `modified`: the error grows with the root of how many have left since the last event.
 *
 * Source: Dorey & Korn 1987; R's `conf.lower`.
 */
export function lowerWidening(
  kind: 'peto' | 'modified',
  { survival, logError, atRisk, events }: Record<'survival' | 'logError' | 'atRisk' | 'events', Float64Array>,
): Float64Array {
  if (kind === 'peto')
    return survival.map((p, k) => {
      const error = Math.sqrt((1 - p) / atRisk[k]!);
      return error === 0 ? 1 : error / logError[k]!;
    });
  let before = atRisk[0]!;
  return atRisk.map((n, k) => {
    if (events[k]! > 0) before = n;
    return Math.sqrt(before / n);
  });
}
