import type { Unit } from './watch.ts';

type OptionValue = number | string | boolean;

/** What can be set of a detector; the words for it are in the catalogues under its name. */
export interface DetectorOption {
  name: string;
  fallback: OptionValue;
  /** Of numbers; a whole one where `whole`. */
  least?: number;
  most?: number;
  whole?: boolean;
  choices?: readonly string[];
}

interface Detector {
  units: readonly Unit[];
  options: readonly DetectorOption[];
  /** The option that its statistic is held against; absent where it judges by a bound on the count. */
  threshold?: string;
}

const whole = (name: string, fallback: number, least: number, most: number): DetectorOption => ({
  name,
  fallback,
  least,
  most,
  whole: true,
});
const number = (name: string, fallback: number, least: number, most: number): DetectorOption => ({
  name,
  fallback,
  least,
  most,
});
const flag = (name: string, fallback: boolean): DetectorOption => ({ name, fallback });
const choice = (name: string, ...choices: [string, ...string[]]): DetectorOption => ({
  name,
  fallback: choices[0],
  choices,
});

const DAY_OR_WEEK = ['day', 'week'] as const;
const DAY = ['day'] as const;
const WEEK = ['week'] as const;
const alpha = number('alpha', 0.005, 1e-9, 0.5);
/** A chart is begun anew for each judged count, `run` counts before it; the `past` ones before those say what is usual. */
const chart = [
  whole('past', 56, 7, 1_000),
  whole('run', 28, 1, 120),
  // Where nothing ever was, one case would be infinitely unusual.
  number('leastMean', 0.1, 1e-6, 1e6),
];
const limit = number('limit', 5, 0.01, 1e9);
const season = [whole('harmonics', 0, 0, 3), flag('trend', false)];
const generalised = [
  limit,
  ...chart,
  choice('change', 'intercept', 'epi'),
  whole('window', 0, 0, 120),
  whole('least', 1, 1, 60),
  ...season,
];
const lastYears = [whole('years', 0, 0, 10), whole('halfWidth', 6, 0, 26), flag('thisYear', true)];
const enough = [whole('limitCases', 5, 0, 1_000), whole('limitWeeks', 4, 1, 52)];
const power = choice('power', '2/3', '1/2', 'none');
const essence = [whole('baseline', 28, 12, 120), whole('guard', 2, 0, 30), choice('alert', 'red', 'yellow')];
const weights = [number('w1', 0.4, 0.01, 1), number('w2', 0.9, 0.01, 1)];
const essenceWeekly = [whole('years', 3, 2, 10), whole('run', 13, 1, 104)];

/** Every method of `compute` that judges a series, with its options as R has them; EARS and the fixed threshold have rules of their own. */
export const DETECTORS = {
  cusum: {
    units: DAY_OR_WEEK,
    threshold: 'limit',
    options: [
      number('reference', 1.04, 0, 100),
      { ...limit, fallback: 2.26 },
      ...chart,
      choice('transformation', 'standard', 'rossi', 'anscombe', 'anscombe2nd', 'pearsonNegBin', 'anscombeNegBin'),
      number('dispersion', 0.1, 0.001, 100),
      flag('season', false),
    ],
  },
  lrpois: {
    units: DAY_OR_WEEK,
    threshold: 'limit',
    options: [number('factor', 2, 1.01, 100), limit, ...chart, ...season],
  },
  lrnb: {
    units: DAY_OR_WEEK,
    threshold: 'limit',
    options: [number('factor', 2, 1.01, 100), number('dispersion', 0.1, 0, 100), limit, ...chart, ...season],
  },
  glrpois: { units: DAY_OR_WEEK, threshold: 'limit', options: generalised },
  glrnb: { units: DAY_OR_WEEK, threshold: 'limit', options: [number('dispersion', 0.1, 0, 100), ...generalised] },
  bayes: { units: DAY_OR_WEEK, options: [alpha, ...lastYears] },
  rki: { units: DAY_OR_WEEK, options: lastYears },
  cdc: { units: WEEK, options: [alpha, whole('years', 3, 1, 10), whole('months', 1, 0, 6)] },
  'outbreak-p': {
    units: DAY_OR_WEEK,
    threshold: 'limit',
    options: [{ ...limit, fallback: 100 }, whole('run', 28, 2, 120)],
  },
  binomcusum: {
    units: DAY_OR_WEEK,
    threshold: 'limit',
    options: [number('oddsRatio', 2, 1.01, 100), limit, ...chart.slice(0, 2), number('leastShare', 0.005, 1e-6, 0.5)],
  },
  farrington: {
    units: WEEK,
    options: [
      whole('halfWidth', 3, 0, 26),
      whole('periods', 10, 1, 52),
      whole('left', 26, 0, 104),
      choice('threshold', 'nbPlugin', 'muan', 'delta'),
      power,
      flag('trend', true),
      number('pThresholdTrend', 1, 0, 1),
      flag('reweight', true),
      number('weightsThreshold', 2.58, 0, 100),
      ...enough,
      flag('asR', false),
    ],
  },
  'farrington-classic': {
    units: WEEK,
    options: [
      alpha,
      whole('years', 3, 1, 10),
      whole('halfWidth', 3, 0, 26),
      power,
      flag('trend', true),
      flag('reweight', true),
      ...enough,
    ],
  },
  'essence-ewma': { units: DAY, options: [...essence, ...weights] },
  'essence-regression': { units: DAY, options: essence },
  'essence-switch': { units: DAY, options: [...essence, ...weights] },
  'essence-nbinom': { units: WEEK, options: [...essenceWeekly, flag('trend', true)] },
  'essence-serfling': { units: WEEK, options: essenceWeekly },
} as const satisfies Readonly<Record<string, Detector>>;

export type DetectorMethod = keyof typeof DETECTORS;
export type DetectorOptions = Readonly<Record<string, OptionValue>>;

export function detectorOf(method: string): Detector | undefined {
  return Object.hasOwn(DETECTORS, method) ? DETECTORS[method as DetectorMethod] : undefined;
}

export function freshOptions(method: DetectorMethod): DetectorOptions {
  return Object.fromEntries(DETECTORS[method].options.map(({ name, fallback }) => [name, fallback]));
}

const DAYS_A_YEAR = 366;

/** How many counts a detector looks at, the judged one among them; `freq` in a year. */
export function spanOf(method: DetectorMethod, options: DetectorOptions, freq: number): number {
  const of = (name: string): number => Number(options[name] ?? 0);
  // Weeks of so many years, the longest that there are.
  const weeks = (years: number): number => Math.ceil((years * DAYS_A_YEAR) / 7);
  switch (method) {
    case 'bayes':
    case 'rki':
      return of('years') * freq + of('halfWidth') + 1;
    case 'cdc':
      return of('years') * freq + 4 * of('months') + 4;
    case 'outbreak-p':
      return of('run');
    case 'farrington':
    case 'farrington-classic':
      return weeks(of('years')) + of('halfWidth') + 1;
    case 'essence-ewma':
    case 'essence-regression':
    case 'essence-switch':
      // What is averaged is forgotten after these; weekends are compared with seven others.
      return of('baseline') + of('guard') + 56;
    case 'essence-nbinom':
    case 'essence-serfling':
      return of('years') * freq + of('run');
    default:
      return of('past') + of('run');
  }
}
