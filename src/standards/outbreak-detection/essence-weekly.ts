import { leastSquares, negativeBinomialOfMean, student } from '#standards/statistics';
import { overdispersed } from './overdispersed.ts';

/** Weekly counts. */
export interface WeeklySeries {
  /** Days since 1970-01-01 of each count, ascending. */
  days: Int32Array;
  counts: Float64Array;
}

export interface WeeklyJudged {
  expected: Float64Array;
  bound: Float64Array;
  /** Of a count as large as this one or larger, by the distribution that the bound is taken from. */
  pValue: Float64Array;
  alarm: boolean[];
  /** Whether the count is one of those that the model was fitted on, by its date. */
  inBaseline: boolean[];
}

/** Weeks in a year, as ESSENCE counts them. */
const YEAR = 52.18;
const ONE_SIDED = 0.05;
const LEAST_YEARS = 2;

/**
 * ESSENCE's negative binomial regression on a trend and one wave a year.
 *
 * @param baselineEnd the last day of the baseline, which must hold two years of weeks without a gap
 * @param trend       whether time itself is part of the model
 * @throws RangeError for a baseline too short or with gaps, or counts that are not whole
 *
 * Source: R Rnssp 0.3.1 `alert_nbinom`.
 */
export function essenceNegativeBinomial(
  series: WeeklySeries,
  baselineEnd: number,
  { trend = true }: { trend?: boolean | undefined } = {},
): WeeklyJudged {
  checkBaseline(series, baselineEnd);
  const { days, counts } = series;
  if (!counts.every((count) => Number.isInteger(count) && count >= 0))
    throw new RangeError('the counts must be whole numbers from 0 on');
  const inBaseline = Array.from(days, (day) => day <= baselineEnd);
  const columns = columnsOf(counts.length, trend);
  const picked = Array.from(days.keys()).filter((at) => inBaseline[at]);
  const { model, theta } = overdispersed(rowsOf(columns, picked), rowOf(counts, picked));
  const t = student.quantile(ONE_SIDED, model.df, { upper: true });
  const linear = Float64Array.from(counts, (_, at) => lineOf(columns, at, model.coefficients));
  const means = linear.map((eta, at) =>
    Math.exp(eta + t * Math.sqrt(quadratic(columns, at, model.covarianceUnscaled))),
  );
  const bound = means.map((mean) => negativeBinomialOfMean.quantile(1 - ONE_SIDED, theta, mean));
  const pValue = means.map((mean, at) => negativeBinomialOfMean.cdf(counts[at]! - 1, theta, mean, { upper: true }));
  return conclude(counts, { expected: linear.map(Math.exp), bound, pValue, inBaseline });
}

/**
 * Serfling's regression for winter diseases: trend and one wave a year, fitted on the summers of the baseline.
 *
 * @param baselineEnd the last day of the baseline, which must hold two years of weeks without a gap
 * @throws RangeError for a baseline too short or with gaps
 *
 * Source: Serfling, Public Health Rep 1963;78:494-506; R Rnssp 0.3.1 `alert_serfling`.
 */
export function essenceSerfling(series: WeeklySeries, baselineEnd: number): WeeklyJudged {
  checkBaseline(series, baselineEnd);
  const { days, counts } = series;
  const inBaseline = Array.from(days, (day) => day <= baselineEnd);
  const columns = columnsOf(counts.length, true);
  const picked = Array.from(days.keys()).filter(
    (at) => inBaseline[at] && isSummer(days[at]!) && !Number.isNaN(counts[at]!),
  );
  const model = leastSquares(rowsOf(columns, picked), rowOf(counts, picked));
  const variance = model.sumOfSquares / model.df;
  const t = student.quantile(ONE_SIDED, model.df, { upper: true });
  const expected = Float64Array.from(counts, (_, at) => lineOf(columns, at, model.coefficients));
  const error = expected.map((_, at) => Math.sqrt(variance * (1 + quadratic(columns, at, model.covarianceUnscaled))));
  const bound = expected.map((each, at) => each + t * error[at]!);
  const pValue = expected.map((each, at) => student.cdf((counts[at]! - each) / error[at]!, model.df, { upper: true }));
  return conclude(counts, { expected, bound, pValue, inBaseline });
}

const MS_A_DAY = 86_400_000;

/** June to September. */
function isSummer(day: number): boolean {
  const month = new Date(day * MS_A_DAY).getUTCMonth();
  return month >= 5 && month <= 8;
}

function conclude(counts: Float64Array, judged: Omit<WeeklyJudged, 'alarm'>): WeeklyJudged {
  return { ...judged, alarm: Array.from(counts, (count, at) => count > judged.bound[at]!) };
}

function checkBaseline({ days, counts }: WeeklySeries, baselineEnd: number): void {
  if (days.length !== counts.length) throw new RangeError('each count needs a date');
  const inside = new Set(days.filter((day) => day <= baselineEnd));
  if (inside.size < LEAST_YEARS * 52) throw new RangeError('the baseline must hold two years of weeks');
  const first = Math.min(...inside);
  const last = Math.max(...inside);
  if (Math.floor((last - first) / 7) + 1 !== inside.size)
    throw new RangeError('the baseline must have every week once');
}

/** Constant, number of the week, and a wave of a year. */
function columnsOf(length: number, trend: boolean): Float64Array[] {
  const columnOf = (value: (week: number) => number): Float64Array =>
    Float64Array.from({ length }, (_, at) => value(at + 1));
  return [
    columnOf(() => 1),
    ...(trend ? [columnOf((week) => week)] : []),
    columnOf((week) => Math.cos((2 * Math.PI * week) / YEAR)),
    columnOf((week) => Math.sin((2 * Math.PI * week) / YEAR)),
  ];
}

function rowOf(values: Float64Array, picked: readonly number[]): Float64Array {
  return Float64Array.from(picked, (at) => values[at]!);
}

function rowsOf(columns: readonly Float64Array[], picked: readonly number[]): Float64Array[] {
  return columns.map((column) => rowOf(column, picked));
}

function lineOf(columns: readonly Float64Array[], at: number, coefficients: Float64Array): number {
  return columns.reduce((sum, column, term) => sum + coefficients[term]! * column[at]!, 0);
}

/** The variance of the line at this place, in units of the dispersion. */
function quadratic(columns: readonly Float64Array[], at: number, covariance: readonly Float64Array[]): number {
  let sum = 0;
  for (const [row, one] of columns.entries())
    for (const [column, two] of columns.entries()) sum += one[at]! * two[at]! * covariance[row]![column]!;
  return sum;
}
