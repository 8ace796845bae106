import type { Calendar } from './calendar.ts';
import { type EarsOptions, ears, earsBaseline } from './ears.ts';
import { Farrington, type FarringtonOptions } from './farrington.ts';

/** How series are judged: by the same season of past years, or by the counts shortly before. */
export type Detector = ({ name: 'farrington' } & FarringtonOptions) | ({ name: 'ears' } & EarsOptions);

/** What five years of weekly counts allow: seasons instead of windows, the last half year left out, and a bound of whole cases. Source: Noufaily et al., Stat Med 2013;32:1206-1222, section 6. */
export const IMPROVED_FARRINGTON: Detector = {
  name: 'farrington',
  alpha: 0.005,
  periods: 10,
  left: 26,
  pThresholdTrend: 1,
  threshold: 'nbPlugin',
};

export interface LatestJudgement {
  count: number;
  expected: number;
  /** A count above it is an alarm. */
  bound: number;
  /** Of a count as large as this one or larger. */
  pValue: number;
  /** How far the count is on the way from the expected one to the bound: above 1 is an alarm. */
  score: number;
  /** Undefined where it cannot be said. */
  alarm: boolean | undefined;
}

export interface Latest {
  /** Which counts of each series the last one is judged by, 0-based, ascending. */
  baseline: Int32Array;
  /** In the order of the series; undefined where the regression does not converge or counts are missing. */
  judgements: (LatestJudgement | undefined)[];
}

/**
 * Judges the last count of each series.
 *
 * @param series   counts of one calendar, oldest first; NaN is missing
 * @throws RangeError where the calendar is too short for the detector, or a series is of another length
 */
export function judgeLatest(series: readonly Float64Array[], calendar: Calendar, detector: Detector): Latest {
  if (series.some((counts) => counts.length !== calendar.length))
    throw new RangeError('a series has another length than the calendar');
  return detector.name === 'ears'
    ? latestByEars(series, calendar, detector)
    : latestByFarrington(series, calendar, detector);
}

function latestByFarrington(series: readonly Float64Array[], calendar: Calendar, options: FarringtonOptions): Latest {
  const farrington = new Farrington(options);
  const at = calendar.length - 1;
  const baseline = farrington.baselineOf(calendar, at);
  const judgements = series.map((counts) => {
    const found = farrington.judge({ counts, calendar }, at, baseline);
    if (found === undefined) return undefined;
    const { expected, bound, pValue, score, alarm } = found;
    return { count: counts[at]!, expected, bound, pValue, score, alarm };
  });
  return { baseline: baseline.at, judgements };
}

function latestByEars(series: readonly Float64Array[], calendar: Calendar, options: EarsOptions): Latest {
  const at = calendar.length - 1;
  const [from, to] = earsBaseline(at, options);
  if (from < 0) throw new RangeError('the series is too short for the baseline');
  const judgements = series.map((counts) => {
    const judged = ears(counts, [at], options);
    const [count, expected, bound] = [counts[at]!, judged.expected[0]!, judged.bound[0]!];
    if (Number.isNaN(bound) || Number.isNaN(expected)) return undefined;
    const score = (count - expected) / (bound - expected);
    return { count, expected, bound, pValue: judged.pValue[0]!, score, alarm: judged.alarm[0] };
  });
  return { baseline: Int32Array.from({ length: to - from }, (_, step) => from + step), judgements };
}

/** One count of the baseline, as the detector saw it. */
export interface BaselinePoint {
  at: number;
  count: number;
  /** What the model expects there. */
  expected: number;
  /** 1 is full; less where a past outbreak was recognised. */
  weight: number;
}

/**
 * What the judgement of a series' last count rests on, to be drawn.
 *
 * @throws RangeError where the series is too short for the detector
 */
export function explainLatest(
  counts: Float64Array,
  calendar: Calendar,
  detector: Detector,
): { judgement: LatestJudgement | undefined; points: BaselinePoint[] } {
  const { baseline, judgements } = judgeLatest([counts], calendar, detector);
  const [judgement] = judgements;
  const known = Array.from(baseline).filter((at) => !Number.isNaN(counts[at]!));
  if (detector.name === 'ears' || judgement === undefined) {
    const expected = judgement?.expected ?? Number.NaN;
    return { judgement, points: known.map((at) => ({ at, count: counts[at]!, expected, weight: 1 })) };
  }
  const farrington = new Farrington(detector);
  const at = calendar.length - 1;
  farrington.judge({ counts, calendar }, at, farrington.baselineOf(calendar, at));
  const { mu, prior, points } = farrington.fit;
  const full = prior.subarray(0, points).reduce((most, each) => Math.max(most, each), 0);
  return {
    judgement,
    points: known.map((place, point) => ({
      at: place,
      count: counts[place]!,
      expected: mu[point]!,
      weight: prior[point]! / full,
    })),
  };
}
