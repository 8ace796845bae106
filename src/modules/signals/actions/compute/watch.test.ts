import { describe, expect, test } from 'vitest';
import { Random } from '#standards/statistics';
import { DETECTORS, type DetectorMethod, freshRule, spanOf, thresholdOf, type WatchRule } from '../../model.ts';
import { Input } from './input.ts';
import { findMethod } from './methods.ts';
import { printable } from './output.ts';
import { watchSeries } from './watch.ts';

const WEEKS = 6 * 53;
const FIRST_DAY = 19_727;

interface Planted {
  observed: number[];
  tested: number[];
  days: number[];
}

/** Six years of counts around 4; the last three are an outbreak. */
function planted(unit: 'day' | 'week', seed = 3): Planted {
  const random = new Random(seed);
  const step = unit === 'day' ? 1 : 7;
  const observed = Array.from({ length: WEEKS }, (_, at) => random.poisson(4) + (at >= WEEKS - 3 ? 9 : 0));
  return { observed, tested: observed.map((each) => each + 30), days: observed.map((_, at) => FIRST_DAY + at * step) };
}

interface Answered {
  series: {
    tooShort: boolean;
    bound: (number | null)[];
    expected: (number | null)[];
    p: (number | null)[];
    statistic: (number | null)[];
    alarm: boolean[];
  }[];
}

function watch(rule: WatchRule, { observed, tested, days }: Planted, judge = 2): Answered {
  const input = { rule, series: [observed], tested: [tested], days, judge };
  return printable(watchSeries(new Input(input))) as Answered;
}

async function compute(name: string, input: object): Promise<Record<string, unknown[]>> {
  const method = await findMethod(name);
  return printable(method(new Input(input))) as Record<string, unknown[]>;
}

/**
 * Goal: a rule of the watch says what `compute` says of the same series, whichever detector it is.
 * Method: each detector at its usual options, its question written out by hand as somebody at the command line would.
 */
describe('the watch and compute', () => {
  const mean = (list: readonly number[]): number => list.reduce((sum, each) => sum + each, 0) / list.length;
  const { observed, tested, days } = planted('day');
  const weeks = planted('week');
  const [length, last] = [WEEKS, { range: [WEEKS, WEEKS] }];
  const usual = mean(observed.slice(length - 84, length - 28));
  const chart = { observed, freq: 365, mu0: usual };
  const range = [length - 27, length];
  const past = { freq: 365, control: { ...last, b: 0, w: 6, actY: true } };
  const dated = { observed: weeks.observed, freq: 52, epochAsDate: true, epoch: weeks.days };
  const share = mean(observed.slice(length - 84, length - 28)) / mean(tested.slice(length - 84, length - 28));
  const odds = (2 * share) / (1 - share);
  // ESSENCE's averages go on from what the series begins with.
  const essence = { date: days.slice(-86), count: observed.slice(-86), args: { B: 28, g: 2 } };
  const yearly = (args: object) => ({
    date: weeks.days.slice(-169),
    count: weeks.observed.slice(-169),
    args: { baseline_end: weeks.days[length - 14], ...args },
  });
  const QUESTIONS: Record<DetectorMethod, [input: object, line: string]> = {
    cusum: [{ observed, freq: 365, control: { range, k: 1.04, h: 2.26, m: usual } }, 'cusum'],
    lrpois: [{ ...chart, control: { range, theta: Math.log(2), 'c.ARL': 5 } }, 'glr'],
    lrnb: [{ ...chart, control: { range, theta: Math.log(2), 'c.ARL': 5, alpha: 0.1 } }, 'glr'],
    glrpois: [{ ...chart, control: { range, 'c.ARL': 5 } }, 'glr'],
    glrnb: [{ ...chart, control: { range, 'c.ARL': 5, alpha: 0.1 } }, 'glr'],
    bayes: [{ observed, ...past, control: { ...past.control, alpha: 0.005 } }, 'upperbound'],
    rki: [{ observed, ...past }, 'upperbound'],
    cdc: [{ observed: weeks.observed, control: { ...last, b: 3, m: 1, alpha: 0.005 } }, 'upperbound'],
    'outbreak-p': [{ observed: observed.slice(-28), control: { range: [28, 28], k: 100 } }, 'value'],
    binomcusum: [
      { y: observed.slice(-28), n: tested.slice(-28), pi0: share, pi1: odds / (1 + odds), h: 5 },
      'statistic',
    ],
    farrington: [
      {
        ...dated,
        control: {
          ...last,
          b: 3,
          alpha: 0.005,
          noPeriods: 10,
          pastWeeksNotIncluded: 26,
          thresholdMethod: 'nbPlugin',
          pThresholdTrend: 1,
          rCompat: false,
        },
      },
      'upperbound',
    ],
    'farrington-classic': [{ ...dated, control: { ...last, b: 3, alpha: 0.005 } }, 'upperbound'],
    'essence-ewma': [essence, 'p.value'],
    'essence-regression': [essence, 'p.value'],
    'essence-switch': [essence, 'p.value'],
    'essence-nbinom': [yearly({}), 'threshold'],
    'essence-serfling': [yearly({}), 'threshold'],
  };

  test.each(Object.keys(DETECTORS) as DetectorMethod[])('%s', async (method) => {
    const rule = freshRule(method);
    const [said] = watch(rule, rule.unit === 'day' ? { observed, tested, days } : weeks).series;
    const [input, line] = QUESTIONS[method];
    const answer = await compute(method, input);
    const own =
      method.startsWith('essence') && line === 'p.value'
        ? said!.p
        : thresholdOf(rule) === undefined
          ? said!.bound
          : said!.statistic;
    expect(own.at(-1)).toBe(answer[line]!.at(-1));
    const alarms = answer['alarm'] ?? answer['alert']!.map((alert) => Number(alert === 'red'));
    expect(Number(said!.alarm.at(-1))).toBe(alarms.at(-1));
    expect(said!.expected.at(-1)).toBeGreaterThan(0);
    expect(said!.p.at(-1)).toBeGreaterThanOrEqual(0);
    // The outbreak is raised on one of its days or weeks at the latest: a chart that has raised it starts anew.
    const seen = watch(rule, rule.unit === 'day' ? { observed, tested, days } : weeks, 3).series[0]!;
    expect(seen.alarm).toContain(true);
  });

  test('the improved method exactly as R, where the rule says so', async () => {
    const rule: WatchRule = {
      ...freshRule('farrington'),
      options: { asR: true, threshold: 'delta', left: 3 },
    } as WatchRule;
    const control = { ...last, b: 3, alpha: 0.005, noPeriods: 10, pThresholdTrend: 1 };
    const answer = await compute('farrington', { ...dated, control });
    expect(watch(rule, weeks).series[0]!.bound.at(-1)).toBe(answer['upperbound']!.at(-1));
    expect(watch(rule, weeks).series[0]!.p.at(-1)).toBe(answer['pvalue']!.at(-1));
  });

  test.each(Object.keys(DETECTORS) as DetectorMethod[])(
    '%s says the same of a count whatever else is asked',
    (method) => {
      const rule = freshRule(method);
      const all = planted(rule.unit);
      const span = spanOf(
        method,
        { years: 3, ...('options' in rule ? rule.options : {}) },
        rule.unit === 'day' ? 365 : 52,
      );
      const of = (from: number) => ({
        observed: all.observed.slice(from),
        tested: all.tested.slice(from),
        days: all.days.slice(from),
      });
      const enough = watch(rule, of(WEEKS - span - 4), 1).series[0]!;
      expect(enough).toEqual(watch(rule, all, 1).series[0]);
      expect(enough.tooShort).toBe(false);
      expect(watch(rule, of(WEEKS - Math.floor(span / 2)), 1).series[0]!.tooShort).toBe(true);
    },
  );

  test.each(Object.keys(DETECTORS) as DetectorMethod[])('%s raises nothing where nothing ever was', (method) => {
    const rule = freshRule(method);
    const none = planted(rule.unit);
    none.observed.fill(0);
    expect(watch(rule, none).series[0]!.alarm).toEqual([false, false]);
  });
});

/**
 * Goal: the p-values by which charts are corrected for many series are none too small.
 * Method: series in which nothing happens; of 500 at most as many below 5 % as chance allows.
 */
describe('p-values when nothing happens', () => {
  const RUNS = 500;
  const WITHIN = 0.05 + 3 * Math.sqrt((0.05 * 0.95) / RUNS);
  test.each(['cusum', 'lrpois', 'glrpois', 'outbreak-p', 'bayes', 'rki', 'binomcusum'] as const)('%s', (method) => {
    const random = new Random(11);
    const rule = { ...freshRule(method), leastCases: 0 } as WatchRule;
    // A long past, so that the mean is as good as known.
    const options = {
      ...('options' in rule ? rule.options : {}),
      ...(thresholdOf(rule) !== undefined && { past: 400 }),
    };
    const length = 428;
    let below = 0;
    for (let run = 0; run < RUNS; run += 1) {
      const observed = Array.from({ length }, () => random.poisson(5));
      const tested = observed.map((each) => each + random.poisson(45));
      const days = observed.map((_, at) => FIRST_DAY + at);
      const [said] = watch({ ...rule, options } as WatchRule, { observed, tested, days }, 1).series;
      if (said!.p[0]! <= 0.05) below += 1;
    }
    // RKI and Bayes take few counts for the truth and so err more often.
    expect(below / RUNS).toBeLessThan(method === 'rki' ? 0.12 : method === 'bayes' ? 0.07 : WITHIN);
  });
});
