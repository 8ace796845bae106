import { chiSquare, normal, student } from '#standards/statistics';
import { fitCox } from '#standards/survival';
import { ancova } from './ancova.ts';
import type { Interval } from './proportion.ts';
import { compareResponders } from './responders.ts';
import { tTest } from './two-sample.ts';

/** What the treatment's effect is measured in. */
export type EffectOutcome =
  /** Difference of means, adjusted for covariates where there are any. */
  | { kind: 'measured'; values: ArrayLike<number>; covariates?: readonly ArrayLike<number>[] }
  /** Yes is 1. Ratios are told as their logarithms. */
  | { kind: 'yes-no'; values: ArrayLike<number>; measure: 'difference' | 'odds-ratio' | 'risk-ratio' }
  /** Logarithm of the hazard ratio. */
  | { kind: 'time'; time: ArrayLike<number>; event: ArrayLike<number> };

export interface ForestLine {
  n1: number;
  n0: number;
  /** Treated against control; NaN, as what follows, where the level has too little to estimate it from. */
  estimate: number;
  standardError: number;
  interval: Interval;
  pValue: number;
}

export interface SubgroupFactor {
  name: string;
  lines: (ForestLine & { level: string | number })[];
  /** Whether the effect differs between the levels; NaN where fewer than two can be estimated. */
  interaction: { statistic: number; df: number; pValue: number };
}

export interface Forest {
  overall: ForestLine;
  factors: SubgroupFactor[];
}

/**
 * The treatment's effect in all and in each level of each factor, with a test for each factor of whether it is the same in its levels.
 *
 * The levels' estimates are independent, so the interaction is tested by their weighted squares about their mean (Cochran's Q), for every measure alike.
 *
 * @param factors per factor a label for each unit; undefined where it is not known
 *
 * Source: Cochran, Biometrics 1954;10:101; Wang, Lagakos, Ware, Hunter and Drazen, N Engl J Med 2007;357:2189 on reporting them.
 */
export function forest(
  outcome: EffectOutcome,
  treated: readonly boolean[],
  factors: readonly { name: string; labels: readonly (string | number | undefined)[] }[],
  level = 0.95,
): Forest {
  const rows = treated.map((_, row) => row);
  return {
    overall: lineOf(outcome, treated, rows, level),
    factors: factors.map(({ name, labels }) => {
      const levels = [...new Set(labels)].filter((label) => label !== undefined).sort(compareLevels);
      const lines = levels.map((label) => ({
        level: label,
        ...lineOf(
          outcome,
          treated,
          rows.filter((row) => labels[row] === label),
          level,
        ),
      }));
      return { name, lines, interaction: heterogeneity(lines) };
    }),
  };
}

function compareLevels(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a) < String(b) ? -1 : 1;
}

function heterogeneity(lines: readonly ForestLine[]): SubgroupFactor['interaction'] {
  const known = lines.filter(({ standardError }) => standardError > 0);
  const df = known.length - 1;
  if (df < 1) return { statistic: Number.NaN, df: Math.max(df, 0), pValue: Number.NaN };
  const weights = known.map(({ standardError }) => 1 / standardError ** 2);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = known.reduce((sum, { estimate }, at) => sum + (weights[at]! / total) * estimate, 0);
  const statistic = known.reduce((sum, { estimate }, at) => sum + weights[at]! * (estimate - mean) ** 2, 0);
  return { statistic, df, pValue: chiSquare.cdf(statistic, df, { upper: true }) };
}

type Effect = Omit<ForestLine, 'n1' | 'n0'>;

const UNKNOWN: Effect = {
  estimate: Number.NaN,
  standardError: Number.NaN,
  interval: [Number.NaN, Number.NaN],
  pValue: Number.NaN,
};

function lineOf(
  outcome: EffectOutcome,
  treated: readonly boolean[],
  rows: readonly number[],
  level: number,
): ForestLine {
  const of = (group: boolean): number[] => rows.filter((row) => treated[row] === group);
  const [one, zero] = [of(true), of(false)];
  return { n1: one.length, n0: zero.length, ...effectOrUnknown(outcome, one, zero, level) };
}

/** A level with too few, or nothing that varies, has no estimate; that is an answer, not a failure. */
function effectOrUnknown(
  outcome: EffectOutcome,
  one: readonly number[],
  zero: readonly number[],
  level: number,
): Effect {
  try {
    if (outcome.kind === 'measured') return ofMeans(outcome, one, zero, level);
    return outcome.kind === 'yes-no' ? ofShares(outcome, one, zero, level) : ofHazards(outcome, one, zero, level);
  } catch (error) {
    if (error instanceof RangeError) return UNKNOWN;
    throw error;
  }
}

function ofMeans(
  { values, covariates = [] }: Extract<EffectOutcome, { kind: 'measured' }>,
  one: readonly number[],
  zero: readonly number[],
  level: number,
): Effect {
  if (covariates.length === 0) {
    const { t, df, pValue, interval } = tTest(pick(values, one), pick(values, zero), { level });
    const estimate = (interval[0] + interval[1]) / 2;
    const standardError = t === 0 ? (interval[1] - interval[0]) / (2 * reachOf(level, df)) : estimate / t;
    return { estimate, standardError, interval, pValue };
  }
  const rows = [...one, ...zero];
  const fit = ancova(
    [
      rows.map(() => 1),
      rows.map((_, at) => Number(at < one.length)),
      ...covariates.map((column) => pick(column, rows)),
    ],
    pick(values, rows),
    { level },
  );
  return {
    estimate: fit.coefficients[1]!,
    standardError: fit.standardErrors[1]!,
    interval: fit.intervals[1]!,
    pValue: fit.pValues[1]!,
  };
}

function reachOf(level: number, df: number): number {
  return student.quantile((1 - level) / 2, df, { upper: true });
}

function ofShares(
  { values, measure }: Extract<EffectOutcome, { kind: 'yes-no' }>,
  one: readonly number[],
  zero: readonly number[],
  level: number,
): Effect {
  const count = (rows: readonly number[]): { x: number; n: number } => ({
    x: rows.reduce((sum, row) => sum + values[row]!, 0),
    n: rows.length,
  });
  const groups = { one: count(one), zero: count(zero) };
  if (measure === 'difference') {
    const { difference, interval, pValue, share1, share0 } = compareResponders(groups, { level });
    const variance = (share1 * (1 - share1)) / one.length + (share0 * (1 - share0)) / zero.length;
    return { estimate: difference, standardError: Math.sqrt(variance), interval, pValue };
  }
  // Where a cell is empty, half a unit in each (Haldane and Anscombe).
  const cells = [groups.one.x, one.length - groups.one.x, groups.zero.x, zero.length - groups.zero.x];
  const [a, b, c, d] = (cells.includes(0) ? cells.map((cell) => cell + 0.5) : cells) as [
    number,
    number,
    number,
    number,
  ];
  if (measure === 'odds-ratio') return ofNormal(Math.log((a * d) / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d, level);
  return ofNormal(Math.log((a * (c + d)) / (c * (a + b))), 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d), level);
}

function ofHazards(
  { time, event }: Extract<EffectOutcome, { kind: 'time' }>,
  one: readonly number[],
  zero: readonly number[],
  level: number,
): Effect {
  const rows = [...one, ...zero];
  const fit = fitCox({
    time: pick(time, rows),
    event: Uint8Array.from(rows, (row) => event[row]!),
    covariates: [Float64Array.from(rows, (_, at) => Number(at < one.length))],
  });
  return ofNormal(fit.coefficients[0]!, fit.covariance[0]![0]!, level);
}

function ofNormal(estimate: number, variance: number, level: number): Effect {
  const standardError = Math.sqrt(variance);
  if (!(standardError > 0) || !Number.isFinite(estimate)) return UNKNOWN;
  const reach = normal.quantile((1 + level) / 2) * standardError;
  const pValue = 2 * normal.cdf(Math.abs(estimate / standardError), 0, 1, { upper: true });
  return { estimate, standardError, interval: [estimate - reach, estimate + reach], pValue };
}

function pick(values: ArrayLike<number>, rows: readonly number[]): Float64Array {
  return Float64Array.from(rows, (row) => values[row]!);
}
