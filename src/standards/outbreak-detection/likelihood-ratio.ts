/** What a control chart says of counts that are watched one after another. */
export interface Chart {
  /** The statistic after each count; after an alarm it starts anew. */
  statistic: Float64Array;
  alarm: boolean[];
  /** What the chart was asked for: how many cases would have been enough for an alarm at each time; absent where it was not asked for. */
  cases?: Float64Array | undefined;
}

/** One run of a chart from its start up to its first alarm. */
export interface Run {
  /** How many counts it took in; the last of them is the alarm, if there is one. */
  length: number;
  alarmed: boolean;
}

/** What a run works on: counts and expected ones from its start, and where it writes. */
export interface Stretch {
  counts: Float64Array;
  expected: Float64Array;
  /** The count just before; 0 at the very start. */
  before: number;
  statistic: Float64Array;
  cases: Float64Array | undefined;
}

/** The count of the time before. */
export function beforeOf({ counts, before }: Stretch, at: number): number {
  return at === 0 ? before : counts[at - 1]!;
}

/**
 * Runs a chart over counts and starts it anew after each alarm.
 *
 * @param expected in control, one for each count
 * @param refit    gives new expected counts from a place on, after an alarm just before it
 */
export function restarted(
  counts: Float64Array,
  expected: Float64Array,
  run: (stretch: Stretch) => Run,
  { cases = false, refit }: { cases?: boolean | undefined; refit?: ((from: number) => Float64Array) | undefined } = {},
): Chart & { expected: Float64Array } {
  if (counts.length !== expected.length) throw new RangeError('each count needs an expected one');
  if (counts.some((count) => Number.isNaN(count))) throw new RangeError('a chart cannot go over missing counts');
  const inControl = expected.slice();
  const statistic = new Float64Array(counts.length);
  const enough = cases ? new Float64Array(counts.length) : undefined;
  const alarm = Array.from(counts, () => false);
  let from = 0;
  while (from < counts.length) {
    const { length, alarmed } = run({
      counts: counts.subarray(from),
      expected: inControl.subarray(from),
      before: from === 0 ? 0 : counts[from - 1]!,
      statistic: statistic.subarray(from),
      cases: enough?.subarray(from),
    });
    from += length;
    if (alarmed) alarm[from - 1] = true;
    if (alarmed && refit !== undefined && from < counts.length) inControl.set(refit(from), from);
  }
  return { statistic, alarm, cases: enough, expected: inControl };
}

export interface RatioOptions {
  /** The logarithm of the factor by which an outbreak raises the expected count. */
  logFactor: number;
  /** The statistic that is an alarm. */
  threshold: number;
  /** Overdispersion: variance mu + alpha mu²; 0 is Poisson. */
  alpha?: number | undefined;
}

/**
 * The likelihood-ratio CUSUM for a change of known size in Poisson or negative binomial counts.
 *
 * Source: Höhle and Paul, Comput Stat Data Anal 2008;52:4357-4368, section 2.1.
 */
export function likelihoodRatioRun({ counts, expected, statistic, cases }: Stretch, options: RatioOptions): Run {
  const { logFactor, threshold, alpha = 0 } = options;
  let sum = 0;
  for (let at = 0; at < counts.length; at += 1) {
    const { each, fixed } = ratioTerms(expected[at]!, logFactor, alpha);
    if (cases !== undefined) cases[at] = Math.max(0, (threshold - sum - fixed) / each);
    sum = Math.max(0, sum + counts[at]! * each + fixed);
    statistic[at] = sum;
    if (sum > threshold) return { length: at + 1, alarmed: true };
  }
  return { length: counts.length, alarmed: false };
}

/** The logarithm of the likelihood ratio of a count y is y times `each` plus `fixed`. */
export function ratioTerms(mu: number, logFactor: number, alpha: number): { each: number; fixed: number } {
  // R's form, to the last bit: where steps are round, the sum may come to the threshold itself.
  if (alpha === 0) return { each: logFactor, fixed: (1 - Math.exp(logFactor)) * mu };
  const shift = Math.log((1 + alpha * mu) / (1 + alpha * mu * Math.exp(logFactor)));
  return { each: logFactor + shift, fixed: shift / alpha };
}
