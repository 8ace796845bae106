import { ears, earsLead, Farrington } from '#standards/outbreak-detection';
import { scanPermutation } from '#standards/space-time';
import { normal } from '#standards/statistics';
import type { Input } from './input.ts';

/** What is said of one count; NaN where nothing can be. */
interface Point {
  bound: number;
  expected: number;
  p: number;
  alarm: boolean;
}

const WEEKS_A_YEAR = 52;

/**
 * Judges the last counts of many series of one length by one rule: the running watch.
 *
 * Input: rule { method: ears | farrington, and its options }, series (rows of counts, oldest first), judge (how many of the last counts), days (each count's day since 1970-01-01; farrington).
 * Output: for each series bound, expected, p, alarm of the judged counts; `tooShort` where the past does not reach back far enough.
 */
export function watchSeries(input: Input): unknown {
  const rule = input.field('rule');
  const series = input.field('series').matrix({ least: 0 });
  const judge = input.field('judge').whole({ least: 1 });
  const length = series[0]?.length ?? 0;
  if (judge > length) throw input.field('judge').wrong('more counts are judged than there are', { length });
  const least = rule.field('leastCases').or(0, (each) => each.number({ least: 0 }));
  const method = rule.field('method').choice(['ears', 'farrington']);
  const judgeOne = method === 'ears' ? earsJudge(rule) : farringtonJudge(rule, input);
  return {
    series: series.map((row) => {
      const counts = Float64Array.from(row);
      const points = Array.from({ length: judge }, (_, index) => judgeOne(counts, length - judge + index));
      return {
        tooShort: points.every((point) => point === undefined),
        bound: points.map((point) => point?.bound ?? Number.NaN),
        expected: points.map((point) => point?.expected ?? Number.NaN),
        p: points.map((point) => point?.p ?? Number.NaN),
        alarm: points.map((point, index) => (point?.alarm ?? false) && row[length - judge + index]! >= least),
      };
    }),
  };
}

type Judge = (counts: Float64Array, at: number) => Point | undefined;

function earsJudge(rule: Input): Judge {
  const options = {
    method: rule.field('type').choice(['C1', 'C2', 'C3']),
    alpha: rule.field('alpha').number({ above: 0, below: 1 }),
    minSigma: rule.field('minSigma').number({ least: 0 }),
  };
  const lead = earsLead(options);
  const z = normal.quantile(options.alpha, 0, 1, { upper: true });
  const gap = options.method === 'C1' ? 0 : 2;
  return (counts, at) => {
    if (at < lead) return undefined;
    const { bound, alarm } = ears(counts, [at], options);
    const expected = meanOf(counts, at - 7 - gap, at - gap);
    // The bound is the mean and z deviations: so the deviation, and how far out the count is.
    const deviation = (bound[0]! - expected) / z;
    const p =
      options.method === 'C3' ? Number.NaN : normal.cdf((counts[at]! - expected) / deviation, 0, 1, { upper: true });
    return { bound: bound[0]!, expected, p, alarm: alarm[0] ?? false };
  };
}

function meanOf(counts: Float64Array, from: number, until: number): number {
  let sum = 0;
  for (let at = from; at < until; at += 1) sum += counts[at]!;
  return sum / (until - from);
}

function farringtonJudge(rule: Input, input: Input): Judge {
  const detector = new Farrington({
    years: rule.field('years').whole({ least: 1, most: 20 }),
    alpha: rule.field('alpha').number({ above: 0, below: 1 }),
    threshold: 'nbPlugin',
    periods: 10,
    // So many weeks before are left out, so that a beginning outbreak does not hide itself (Noufaily 2013).
    left: 26,
    pThresholdTrend: 1,
  });
  const days = Int32Array.from(input.field('days').wholes());
  const calendar = { length: days.length, frequency: WEEKS_A_YEAR, days };
  const baselines = new Map<number, ReturnType<Farrington['baselineOf']> | undefined>();
  const baselineOf = (at: number) => {
    if (!baselines.has(at))
      baselines.set(
        at,
        orTooShort(() => detector.baselineOf(calendar, at)),
      );
    return baselines.get(at);
  };
  return (counts, at) => {
    const baseline = baselineOf(at);
    if (baseline === undefined) return undefined;
    const judged = detector.judge({ counts, calendar }, at, baseline);
    if (judged === undefined) return undefined;
    return { bound: judged.bound, expected: judged.expected, p: judged.pValue, alarm: judged.alarm ?? false };
  };
}

function orTooShort<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/**
 * Clusters that are still there on the last day, by the space-time permutation scan.
 *
 * Input: latitude, longitude of each place; counts (a row for each day, oldest first, a number for each place); replicates, leastCases, seed.
 * Output: clusters with members and days, 0-based.
 */
export function watchScan(input: Input): unknown {
  const latitude = input.field('latitude').numbers({ least: -90, most: 90 });
  const longitude = input.field('longitude').numbers({ least: -180, most: 180, length: latitude.length });
  const { clusters } = scanPermutation(
    { places: { latitude, longitude }, counts: input.field('counts').matrix({ least: 0 }) },
    {
      replicates: input.field('replicates').whole({ least: 99, most: 99_999 }),
      seed: input.field('seed').whole({ least: 0 }),
      leastCases: input.field('leastCases').whole({ least: 2 }),
      mostTimes: 14,
      mostClusters: 5,
    },
  );
  return { clusters };
}
