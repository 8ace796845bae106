import { type Detector, IMPROVED_FARRINGTON, judgeLatest, type LatestJudgement } from '#standards/outbreak-detection';
import { scanPermutation } from '#standards/space-time';
import type { Input } from './input.ts';

const WEEKS_A_YEAR = 52;

/**
 * Judges the last counts of many series of one length by one rule: the running watch.
 *
 * Input: rule { method: ears | farrington, and its options }, series (rows of counts, oldest first), judge (how many of the last counts), days (each count's day since 1970-01-01).
 * Output: for each series bound, expected, p, alarm of the judged counts; `tooShort` where the past does not reach back far enough for any of them.
 */
export function watchSeries(input: Input): unknown {
  const rule = input.field('rule');
  const rows = input.field('series').matrix({ least: 0 });
  const days = Int32Array.from(input.field('days').wholes());
  if (rows.some(({ length }) => length !== days.length))
    throw input.field('series').wrong('a count for each day', { days: days.length });
  const judge = input.field('judge').whole({ least: 1, most: days.length });
  const least = rule.field('leastCases').or(0, (each) => each.number({ least: 0 }));
  const detector = detectorOf(rule);
  const series = rows.map((row) => Float64Array.from(row));
  const judged = Array.from({ length: judge }, (_, at) =>
    latestAt(series, days.subarray(0, days.length - judge + 1 + at), detector),
  );
  return {
    series: rows.map((row, at) => {
      const points = judged.map((latest) => latest?.[at]);
      return {
        tooShort: judged.every((latest) => latest === undefined),
        bound: points.map((point) => point?.bound ?? Number.NaN),
        expected: points.map((point) => point?.expected ?? Number.NaN),
        p: points.map((point) => point?.pValue ?? Number.NaN),
        alarm: points.map((point, index) => (point?.alarm ?? false) && row[row.length - judge + index]! >= least),
      };
    }),
  };
}

function detectorOf(rule: Input): Detector {
  const alpha = rule.field('alpha').number({ above: 0, below: 1 });
  if (rule.field('method').choice(['ears', 'farrington']) === 'farrington')
    return {
      ...IMPROVED_FARRINGTON,
      name: 'farrington',
      alpha,
      years: rule.field('years').whole({ least: 1, most: 20 }),
    };
  const minSigma = rule.field('minSigma').number({ least: 0 });
  return { name: 'ears', alpha, minSigma, method: rule.field('type').choice(['C1', 'C2', 'C3']) };
}

/** The last count of each series up to a day; undefined where the past is too short. */
function latestAt(
  series: readonly Float64Array[],
  days: Int32Array,
  detector: Detector,
): (LatestJudgement | undefined)[] | undefined {
  const calendar = { length: days.length, frequency: WEEKS_A_YEAR, days };
  try {
    return judgeLatest(
      series.map((counts) => counts.subarray(0, days.length)),
      calendar,
      detector,
    ).judgements;
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
      // Where nothing is unusual a few replicates show it; the p-value stays valid (Besag and Clifford 1991).
      stopAfter: 10,
    },
  );
  return { clusters };
}
