import {
  alertOf,
  essenceNegativeBinomial,
  essenceEwma as judgeByEwma,
  essenceRegression as judgeByRegression,
  essenceSerfling as judgeBySerfling,
  essenceSwitch as judgeBySwitch,
  type WeeklyJudged,
  withoutLowAlerts,
} from '#standards/outbreak-detection';
import type { Input } from './input.ts';
import { readDay, readDays } from './series-input.ts';

/** R Rnssp, `alert_ewma`. */
export function essenceEwma(input: Input): object {
  const args = readArgs(input, ['B', 'g', 'w1', 'w2']);
  const { counts } = readSeries(input);
  const judged = judgeByEwma(counts, { ...readBaseline(args), weights: readWeights(args) });
  return {
    baseline_expected: judged.expected,
    test_statistic: judged.statistic,
    'p.value': judged.pValue,
    alert: Array.from(judged.pValue, alertOf),
  };
}

/** R Rnssp, `alert_regression`. */
export function essenceRegression(input: Input): object {
  const args = readArgs(input, ['B', 'g']);
  const { days, counts } = readSeries(input);
  const judged = judgeByRegression(days, counts, readBaseline(args));
  return {
    baseline_expected: judged.expected,
    test_statistic: judged.statistic,
    'p.value': judged.pValue,
    sigma: judged.error,
    adjusted_r_squared: judged.adjustedR2,
    alert: withoutLowAlerts(days, counts, Array.from(judged.pValue, alertOf)),
  };
}

/** R Rnssp, `alert_switch`. */
export function essenceSwitch(input: Input): object {
  const args = readArgs(input, ['B', 'g', 'w1', 'w2']);
  const { days, counts } = readSeries(input);
  const judged = judgeBySwitch(days, counts, { ...readBaseline(args), weights: readWeights(args) });
  const nameOf = (byRegression: boolean): string => (byRegression ? 'Adaptive Multiple Regression' : 'EWMA');
  return {
    baseline_expected: judged.expected,
    test_statistic: judged.statistic,
    'p.value': judged.pValue,
    alert: judged.alert,
    detector: judged.byRegression.map((each, at) => (Number.isNaN(judged.statistic[at]!) ? null : nameOf(each))),
  };
}

/** R Rnssp, `alert_nbinom`. */
export function essenceNbinom(input: Input): object {
  const args = readArgs(input, ['baseline_end', 'include_time']);
  const trend = args('include_time').or(true, (flag) => only(flag).flag());
  const judged = essenceNegativeBinomial(readSeries(input), readDay(only(args('baseline_end'))), { trend });
  return { ...asWeekly(judged), time_term: judged.alarm.map(() => trend) };
}

/** R Rnssp, `alert_serfling`. */
export function essenceSerfling(input: Input): object {
  const args = readArgs(input, ['baseline_end']);
  return asWeekly(judgeBySerfling(readSeries(input), readDay(only(args('baseline_end')))));
}

function asWeekly({ expected, bound, pValue, alarm, inBaseline }: WeeklyJudged): object {
  return {
    threshold: bound,
    'p.value': pValue,
    estimate: expected,
    split: inBaseline.map((inside) => (inside ? 'Baseline Period' : 'Prediction Period')),
    alarm: alarm.map(Number),
  };
}

function readSeries(input: Input): { days: Int32Array; counts: Float64Array } {
  const dates = input.only(['date', 'count', 'args']).field('date');
  const days = Int32Array.from(readDays(dates));
  const counts = Float64Array.from(input.field('count').numbersOrNaN({ least: 0 }));
  if (days.length !== counts.length) throw dates.wrong('a date for each count is expected', { length: counts.length });
  if (new Set(days).size !== days.length) throw dates.wrong('a date is there twice');
  const back = days.findIndex((day, at) => at > 0 && day < days[at - 1]!);
  if (back >= 0) throw dates.wrong('the dates must ascend', { index: back });
  return { days, counts };
}

function readArgs(input: Input, known: readonly string[]): (name: string) => Input {
  const args = input.field('args');
  if (args.isAbsent) return () => args;
  for (const name of args.names())
    if (!known.includes(name) && args.has(name))
      throw args.field(name).wrong('the method has no such option', { options: known });
  return (name) => args.field(name);
}

/** R writes a single value as a list of one. */
function only(input: Input): Input {
  return Array.isArray(input.value) ? input.items({ least: 1, most: 1 })[0]! : input;
}

function readBaseline(args: (name: string) => Input): { baseline: number; guard: number } {
  return {
    baseline: args('B').or(28, (b) => only(b).whole({ least: 7 })),
    guard: args('g').or(2, (g) => only(g).whole({ least: 0 })),
  };
}

function readWeights(args: (name: string) => Input): [number, number] {
  const read = (name: string, fallback: number): number =>
    args(name).or(fallback, (weight) => only(weight).number({ above: 0, most: 1 }));
  return [read('w1', 0.4), read('w2', 0.9)];
}
