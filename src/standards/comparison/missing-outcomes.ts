import { findRoot, mean, student, variance } from '#standards/statistics';
import type { Interval } from './proportion.ts';
import { equalSharesP } from './responders.ts';

/** An analysis of one completed data set. */
export interface CompletedEstimate {
  estimate: number;
  standardError: number;
  /** As if nothing had been missing; infinite where absent. */
  df?: number;
}

export interface PooledEstimate {
  estimate: number;
  standardError: number;
  df: number;
  interval: Interval;
  pValue: number;
  /** How much of the variance is due to what is missing. */
  fractionMissing: number;
}

/**
 * Many estimates from imputed data as one, whose error has both what each says of its own and what they differ by.
 *
 * @throws RangeError for fewer than two estimates
 *
 * Source: Rubin, Multiple Imputation for Nonresponse in Surveys, 1987, 3.1; degrees of freedom by Barnard and Rubin, Biometrika 1999;86:948.
 */
export function poolEstimates(estimates: readonly CompletedEstimate[], level = 0.95): PooledEstimate {
  const m = estimates.length;
  if (m < 2) throw new RangeError('two imputations are the least');
  const estimate = mean(estimates.map((each) => each.estimate));
  const within = mean(estimates.map((each) => each.standardError ** 2));
  const between = (1 + 1 / m) * variance(estimates.map((each) => each.estimate));
  const total = within + between;
  const fractionMissing = between / total;
  const complete = estimates[0]!.df ?? Infinity;
  const df = degrees(m, fractionMissing, complete);
  const standardError = Math.sqrt(total);
  const reach = student.quantile((1 - level) / 2, df, { upper: true }) * standardError;
  return {
    estimate,
    standardError,
    df,
    interval: [estimate - reach, estimate + reach],
    pValue: 2 * student.cdf(Math.abs(estimate / standardError), df, { upper: true }),
    fractionMissing,
  };
}

function degrees(m: number, fractionMissing: number, complete: number): number {
  const ofImputations = (m - 1) / fractionMissing ** 2;
  if (complete === Infinity) return ofImputations;
  const observed = ((complete + 1) / (complete + 3)) * complete * (1 - fractionMissing);
  return fractionMissing === 0 ? observed : 1 / (1 / ofImputations + 1 / observed);
}

export interface ShiftRequest {
  /** Per imputation, the completed outcome. */
  completed: readonly Float64Array[];
  /** Rows whose outcome was missing and is shifted: usually those of the treated. */
  shifted: readonly number[];
  analyse(outcome: Float64Array, imputation: number): CompletedEstimate;
  /** The shifts to tell of, ascending, in units of the outcome; 0 is missing at random. */
  shifts: readonly number[];
  level?: number;
}

export interface TippingPoint {
  points: (PooledEstimate & { shift: number })[];
  /** The shift nearest to 0, between the first and the last, at which the interval begins or ceases to hold 0; absent where none does. */
  tips?: number;
}

/**
 * How wrong the assumption that outcomes are missing at random must be before the conclusion changes: imputed outcomes are made worse, or better, by more and more.
 *
 * Source: Carpenter and Kenward, Multiple Imputation and its Application, 2013, chapter 10 (delta adjustment); ICH E9(R1) 2019, A.5.2.
 */
export function tippingPoint({ completed, shifted, analyse, shifts, level = 0.95 }: ShiftRequest): TippingPoint {
  if (shifts.length === 0) throw new RangeError('there is no shift to tell of');
  const at = (shift: number): PooledEstimate =>
    poolEstimates(
      completed.map((outcome, imputation) => {
        const moved = outcome.slice();
        for (const row of shifted) moved[row]! += shift;
        return analyse(moved, imputation);
      }),
      level,
    );
  const points = shifts.map((shift) => ({ shift, ...at(shift) }));
  const excess = (shift: number): number => at(shift).pValue - (1 - level);
  const crossings = points.slice(1).flatMap((point, before) => {
    const [from, to] = [points[before]!, point];
    if (from.pValue < 1 - level === to.pValue < 1 - level) return [];
    return [findRoot(excess, from.shift, to.shift, { tolerance: 1e-10 })];
  });
  crossings.sort((a, b) => Math.abs(a) - Math.abs(b));
  return { points, ...(crossings[0] === undefined ? {} : { tips: crossings[0] }) };
}

export interface TippingGridRequest {
  /** Responders among those with an outcome, and how many have none. */
  one: { x: number; n: number; missing: number };
  zero: { x: number; n: number; missing: number };
}

/** More cells would make no picture. */
const MOST_CELLS = 250_000;

/**
 * Every way in which the missing might have responded: p values of the difference of responders, by how many of the treated's missing responded (rows) and how many of
 * the controls' (columns).
 *
 * @throws RangeError where the missing are too many to tell each way
 *
 * Source: Yan, Lee and Li, J Biopharm Stat 2009;19:1085; the score test as in `equalSharesP`.
 */
export function tippingGrid({ one, zero }: TippingGridRequest): Float64Array[] {
  if ((one.missing + 1) * (zero.missing + 1) > MOST_CELLS)
    throw new RangeError('too many are missing to tell each way');
  return Array.from({ length: one.missing + 1 }, (_, more1) =>
    Float64Array.from({ length: zero.missing + 1 }, (__, more0) => {
      const groups = {
        one: { x: one.x + more1, n: one.n + one.missing },
        zero: { x: zero.x + more0, n: zero.n + zero.missing },
      };
      return equalSharesP(groups);
    }),
  );
}
