export interface BinomialSeries {
  /** Positive tests. */
  positive: Float64Array;
  /** Tests. */
  tested: Float64Array;
  /** Share of positive tests in control. */
  inControl: Float64Array;
  /** Share of positive tests that is to be found. */
  outOfControl: Float64Array;
}

/**
 * The likelihood-ratio CUSUM of shares; after an alarm it starts anew.
 *
 * @param threshold a sum above this is an alarm
 * @returns the sum after each time, and the positive tests that would have been enough for an alarm: NaN where not even all of them are
 * @throws RangeError for lists of different length
 *
 * Source: Höhle, in: Statistical Modelling and Regression Structures, 2010, 377-397.
 */
export function binomialCusum(
  series: BinomialSeries,
  threshold: number,
): { statistic: Float64Array; alarm: boolean[]; cases: Float64Array } {
  const { positive, tested, inControl, outOfControl } = series;
  const { length } = positive;
  if ([tested, inControl, outOfControl].some((list) => list.length !== length))
    throw new RangeError('positive tests, tests and both shares must be lists of one length');
  const statistic = new Float64Array(length);
  const cases = new Float64Array(length);
  const alarm: boolean[] = [];
  let before = 0;
  for (let at = 0; at < length; at += 1) {
    const ofPositive = Math.log(outOfControl[at]! / inControl[at]!);
    const ofNegative = Math.log1p(-outOfControl[at]!) - Math.log1p(-inControl[at]!);
    const negative = tested[at]! - positive[at]!;
    const ratio = times(positive[at]!, ofPositive) + times(negative, ofNegative);
    const sum = Math.max(0, before + ratio);
    const enough = Math.ceil(
      Math.max(0, (threshold - before - times(tested[at]!, ofNegative)) / (ofPositive - ofNegative)),
    );
    statistic[at] = sum;
    cases[at] = enough > tested[at]! ? Number.NaN : enough;
    alarm.push(sum > threshold);
    before = sum > threshold ? 0 : sum;
  }
  return { statistic, alarm, cases };
}

/** 0 of anything is nothing, also of what is infinite. */
function times(count: number, each: number): number {
  return count === 0 ? 0 : count * each;
}
