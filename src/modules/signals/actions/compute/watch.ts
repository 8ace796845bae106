import { type Detector, judgeLatest, type LatestJudgement } from '#standards/outbreak-detection';
import { scanPermutation } from '#standards/space-time';
import {
  DETECTORS,
  type DetectorMethod,
  type DetectorOptions,
  type DetectorRule,
  freshOptions,
  UNITS,
} from '../../model.ts';
import { Input } from './input.ts';
import { readFarrington } from './series-farrington.ts';
import { judgeLast } from './watch-detectors.ts';

const WEEKS_A_YEAR = 52;
const DAYS_A_YEAR = 365;

/**
 * Judges the last counts of many series of one length by one rule: the running watch.
 *
 * Input: rule (of a case definition), series (rows of counts, oldest first), judge (how many of the last counts), days (each count's day since 1970-01-01), tested (persons, as the series; absent: nobody).
 * Output: for each series bound, expected, p, statistic, alarm of the judged counts; `tooShort` where the past does not reach back far enough for any of them.
 */
export function watchSeries(input: Input): unknown {
  const rule = input.field('rule');
  const rows = input.field('series').matrix({ least: 0 });
  const days = Int32Array.from(input.field('days').wholes());
  if (rows.some(({ length }) => length !== days.length))
    throw input.field('series').wrong('a count for each day', { days: days.length });
  const judge = input.field('judge').whole({ least: 1, most: days.length });
  const least = rule.field('leastCases').or(0, (each) => each.number({ least: 0 }));
  const tested = input.field('tested').or(undefined, (each) => each.matrix({ least: 0 }));
  const judged = judgeRows(rule, { rows, tested, days, judge });
  return {
    series: rows.map((row, at) => {
      const points = judged.map((latest) => latest?.[at]);
      const column = (of: (point: Latest) => number | undefined): number[] =>
        points.map((point) => (point && of(point)) ?? Number.NaN);
      return {
        tooShort: points.every((point) => point === undefined),
        bound: column((point) => point.bound),
        expected: column((point) => point.expected),
        p: column((point) => point.pValue),
        statistic: column((point) => point.statistic),
        alarm: points.map((point, index) => (point?.alarm ?? false) && row[row.length - judge + index]! >= least),
      };
    }),
  };
}

interface Rows {
  rows: number[][];
  tested: number[][] | undefined;
  days: Int32Array;
  judge: number;
}

type Latest = Pick<LatestJudgement, 'expected' | 'bound' | 'pValue' | 'alarm'> & { statistic?: number };

/** For each judged count what is said of each series; undefined where the past is too short. */
function judgeRows(rule: Input, asked: Rows): ((Latest | undefined)[] | undefined)[] {
  const { rows, days, judge } = asked;
  const ends = Array.from({ length: judge }, (_, at) => days.length - judge + 1 + at);
  const detector = sharedDetector(rule);
  if (detector === undefined) return ends.map((end) => rows.map((_, row) => judgeAlone(rule, asked, row, end)));
  const series = rows.map((row) => Float64Array.from(row));
  return ends.map((end) => latestAt(series, days.subarray(0, end), detector));
}

/** Those that share their baseline among all series. */
function sharedDetector(rule: Input): Detector | undefined {
  const method = rule.field('method').choice(['ears', ...METHODS]);
  if (method !== 'ears' && method !== 'farrington') return undefined;
  const alpha = rule.field('alpha').number({ above: 0, below: 1 });
  if (method === 'ears') {
    const minSigma = rule.field('minSigma').number({ least: 0 });
    return { name: 'ears', alpha, minSigma, method: rule.field('type').choice(['C1', 'C2', 'C3']) };
  }
  const years = rule.field('years').whole({ least: 1, most: 20 });
  const { halfWidth, periods, left, threshold, power, limitCases, limitWeeks, asR, ...same } = optionsOf(rule, method);
  const control = {
    ...same,
    alpha,
    b: years,
    w: halfWidth,
    noPeriods: periods,
    pastWeeksNotIncluded: left,
    powertrans: power,
    thresholdMethod: threshold,
    limit54: [limitCases, limitWeeks],
    rCompat: asR,
  };
  return { name: 'farrington', ...readFarrington((name) => new Input(control).field(name)) };
}

const METHODS = Object.keys(DETECTORS) as DetectorMethod[];

function optionsOf(rule: Input, method: DetectorMethod): DetectorOptions {
  return { ...freshOptions(method), ...rule.field('options').or({}, (given) => given.value as DetectorOptions) };
}

function judgeAlone(rule: Input, { rows, tested, days }: Rows, row: number, end: number): Latest | undefined {
  const method = rule.field('method').value as DetectorRule['method'];
  const isDaily = rule.field('unit').or('day', (unit) => unit.choice(UNITS)) === 'day';
  const slice = {
    observed: rows[row]!.slice(0, end),
    tested: (tested?.[row] ?? []).slice(0, end),
    days: Array.from(days.subarray(0, end)),
    freq: isDaily ? DAYS_A_YEAR : WEEKS_A_YEAR,
  };
  const found = judgeLast(slice, { method, options: optionsOf(rule, method) });
  return found && { ...found, pValue: found.p };
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
