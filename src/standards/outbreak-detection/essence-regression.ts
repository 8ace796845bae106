import { leastSquares, student } from '#standards/statistics';
import { DAYS_A_WEEK, weekdayOf } from './calendar.ts';
import { type EssenceJudged, roundedLimit, unjudged } from './essence-ewma.ts';

export interface RegressionOptions {
  /** The baseline grows up to this many days (28): whole weeks, two or more. */
  baseline?: number | undefined;
  /** Days left out between the baseline and the judged one (2). */
  guard?: number | undefined;
}

export interface RegressionJudged extends EssenceJudged {
  /** Standard error of a prediction. */
  error: Float64Array;
  /** Share of the baseline's variance that trend and weekdays explain, adjusted for their number. */
  adjustedR2: Float64Array;
}

const SHORTEST = 11;
/** Mean, trend and six weekdays. */
const TERMS = 8;

/**
 * ESSENCE's adaptive regression: a count against trend and weekdays of the weeks before.
 *
 * @param days   days since 1970-01-01 of each count, ascending
 * @param counts one a day, none missing
 * @throws RangeError for too few or missing counts, or options out of their range
 *
 * Source: Burkom, Murphy, Shmueli, Stat Med 2007;26:4202-4218; as R Rnssp 0.3.1 `alert_regression` has it.
 */
export function essenceRegression(
  days: Int32Array,
  counts: Float64Array,
  { baseline = 28, guard = 2 }: RegressionOptions = {},
): RegressionJudged {
  if (!(baseline >= 2 * DAYS_A_WEEK && baseline % DAYS_A_WEEK === 0))
    throw new RangeError('the baseline must be two or more whole weeks');
  if (!(guard >= 0)) throw new RangeError('the guard band must not be negative');
  if (counts.length < baseline + guard + 1) throw new RangeError('there are too few counts for the baseline');
  if (counts.some((count) => Number.isNaN(count))) throw new RangeError('the counts must have no gap');
  const judged = { ...unjudged(counts.length), error: nothing(counts), adjustedR2: nothing(counts) };
  for (let at = SHORTEST + guard; at < counts.length; at += 1) {
    const to = at - guard;
    const from = Math.max(0, to - baseline);
    const model = regress(days.subarray(from, to), counts.subarray(from, to));
    const n = to - from;
    const df = n - TERMS;
    const expected = Math.max(0, predict(model.coefficients, n + guard + 1, weekdayOf(days[at]!)));
    const inflation = Math.sqrt(((n + 7) * (n - 4)) / (n * (n - 7)));
    const error = Math.max(Math.sqrt(model.squares / df) * inflation, 0.01 / roundedLimit(0.05, df));
    const statistic = (counts[at]! - expected) / error;
    judged.expected[at] = expected;
    judged.error[at] = error;
    judged.statistic[at] = statistic;
    judged.pValue[at] = student.cdf(statistic, df, { upper: true });
    judged.adjustedR2[at] = model.adjustedR2;
  }
  return judged;
}

function nothing(counts: Float64Array): Float64Array {
  return new Float64Array(counts.length).fill(Number.NaN);
}

interface Regression {
  /** Mean, trend, Monday to Saturday; NaN for a weekday that the baseline lacks. */
  coefficients: Float64Array | readonly number[];
  /** Sum of squared residuals. */
  squares: number;
  adjustedR2: number;
}

function regress(days: Int32Array, counts: Float64Array): Regression {
  const n = counts.length;
  const weekdays = [1, 2, 3, 4, 5, 6].map((weekday) =>
    Float64Array.from(days, (day) => Number(weekdayOf(day) === weekday)),
  );
  const design = [new Float64Array(n).fill(1), Float64Array.from(counts, (_, at) => at + 1), ...weekdays];
  const { coefficients, residuals, fitted, df } = leastSquares(design, counts);
  const squares = residuals.reduce((sum, each) => sum + each * each, 0);
  const mean = fitted.reduce((sum, each) => sum + each, 0) / n;
  const explained = fitted.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  const adjusted = 1 - (1 - explained / (squares + explained)) * ((n - 1) / df);
  return { coefficients, squares, adjustedR2: Number.isNaN(adjusted) ? 0 : adjusted };
}

function predict(coefficients: Float64Array | readonly number[], time: number, weekday: number): number {
  return coefficients[0]! + time * coefficients[1]! + (weekday === 0 ? 0 : coefficients[1 + weekday]!);
}
