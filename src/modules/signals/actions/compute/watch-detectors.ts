import { pOfGeneralisedRatio, pOfRatio, pOfRise, pOfSum } from '#standards/outbreak-detection';
import { mean } from '#standards/statistics';
import { type DetectorRule, spanOf } from '../../model.ts';
import { Input } from './input.ts';
import { bayes, binomcusum, cdc, cusum, outbreakP, rki } from './series.ts';
import { essenceEwma, essenceNbinom, essenceRegression, essenceSerfling, essenceSwitch } from './series-essence.ts';
import { farringtonOriginal } from './series-farrington.ts';
import { glrnb, glrpois } from './series-ratio.ts';

/** A series up to the count that is judged. */
export interface Slice {
  observed: readonly number[];
  /** Persons tested. */
  tested: readonly number[];
  /** Days since 1970-01-01. */
  days: readonly number[];
  /** Counts in a year. */
  freq: number;
}

export interface LastJudged {
  expected: number;
  bound: number;
  p: number;
  alarm: boolean;
  statistic?: number;
}

/** Those that are reckoned with are numbers; the others go on as they are, and the method reads them. */
type Options = Readonly<Record<string, number>>;

type Watched = (slice: Slice, options: Options) => LastJudged;

/**
 * What the method of `compute` says of the last count, told of the counts that the rule looks at and no others, so that it says the same whoever asks about whatever period.
 *
 * @returns undefined where the series does not reach back so far, or the method cannot answer from it
 */
export function judgeLast(
  slice: Slice,
  { method, options }: Pick<DetectorRule, 'method' | 'options'>,
): LastJudged | undefined {
  const length = spanOf(method, options, slice.freq);
  if (slice.observed.length < length) return undefined;
  const cut = <T>(list: readonly T[]): T[] => list.slice(-length);
  try {
    return WATCHED[method](
      { ...slice, observed: cut(slice.observed), tested: cut(slice.tested), days: cut(slice.days) },
      options as unknown as Options,
    );
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const WATCHED: Readonly<Record<DetectorRule['method'], Watched>> = {
  cusum(slice, options) {
    const { reference, limit: h, past, run, leastMean, transformation: trans, dispersion: alpha, season } = options;
    const m = season ? 'glm' : usual(slice.observed.slice(0, past), leastMean!);
    const control = { range: lastOf(slice, run!), k: reference, h, trans, alpha, m };
    const said = answerOf(cusum, slice, control);
    const statistic = last(said['cusum']);
    return {
      expected: last(said['m']),
      bound: last(said['upperbound']),
      p: pOfSum(statistic, reference!, run!),
      alarm: isRaised(said),
      statistic,
    };
  },
  lrpois: (slice, options) => ratio(slice, options, glrpois),
  lrnb: (slice, options) => ratio(slice, options, glrnb),
  glrpois: (slice, options) => generalised(slice, options, glrpois),
  glrnb: (slice, options) => generalised(slice, options, glrnb),
  bayes: (slice, { alpha, years: b, halfWidth: w, thisYear: actY }) =>
    bounded(answerOf(bayes, slice, { range: lastOf(slice, 1), alpha, b, w, actY })),
  rki: (slice, { years: b, halfWidth: w, thisYear: actY }) =>
    bounded(answerOf(rki, slice, { range: lastOf(slice, 1), b, w, actY })),
  cdc: (slice, { alpha, years: b, months: m }) =>
    bounded(answerOf(cdc, slice, { range: lastOf(slice, 1), alpha, b, m })),
  'outbreak-p'(slice, { limit: k }) {
    const { length } = slice.observed;
    const said = answerOf(outbreakP, slice, { range: [length, length], k });
    const statistic = last(said['value']);
    const expected = mean(slice.observed);
    return { expected, bound: Number.NaN, p: pOfRise(Math.log(statistic), length), alarm: isRaised(said), statistic };
  },
  binomcusum({ observed, tested }, { oddsRatio, limit: h, past, run, leastShare }) {
    const sum = (list: readonly number[]) => list.slice(0, past).reduce((all, each) => all + each, 0);
    if (sum(tested) === 0) throw new RangeError('nobody was tested before');
    // Of persons: whoever has several positive tests in a day is one case of one tested.
    const inControl = Math.min(0.99, Math.max(leastShare!, sum(observed) / sum(tested)));
    const odds = (oddsRatio! * inControl) / (1 - inControl);
    const y = observed.slice(-run!);
    const n = tested.slice(-run!).map((each, at) => Math.max(each, y[at]!));
    const question = { y, n, pi0: inControl, pi1: odds / (1 + odds), h, ret: 'cases' };
    const said = binomcusum(new Input(question)) as Answer;
    const statistic = last(said['statistic']);
    return {
      expected: n.at(-1)! * inControl,
      bound: last(said['cases']) - 1,
      p: pOfRatio(statistic, run!),
      alarm: isRaised(said),
      statistic,
    };
  },
  'farrington-classic': (slice, options) => {
    const { alpha, years: b, halfWidth: w, power: powertrans, trend, reweight, limitCases, limitWeeks } = options;
    const limit54 = [limitCases, limitWeeks];
    const control = { range: lastOf(slice, 1), alpha, b, w, powertrans, trend, reweight, limit54 };
    return bounded(answerOf(farringtonOriginal, slice, control, { epochAsDate: true, epoch: slice.days }));
  },
  'essence-ewma': (slice, { w1, w2, ...options }) => daily(essenceEwma, slice, options, { w1, w2 }),
  'essence-regression': (slice, options) => daily(essenceRegression, slice, options),
  'essence-switch': (slice, { w1, w2, ...options }) => daily(essenceSwitch, slice, options, { w1, w2 }),
  'essence-nbinom': (slice, { run, trend }) => weekly(essenceNbinom, slice, run!, { include_time: trend }),
  'essence-serfling': (slice, { run }) => weekly(essenceSerfling, slice, run!),
};

type Answer = Readonly<Record<string, ArrayLike<number>>>;

function answerOf(method: (input: Input) => object, { observed, freq }: Slice, control: object, more = {}): Answer {
  return method(new Input({ observed, freq, ...more, control })) as Answer;
}

/** The last counts, as R numbers them. */
function lastOf({ observed: { length } }: Slice, counts: number): [number, number] {
  return [length - counts + 1, length];
}

function last(list: ArrayLike<number> | undefined): number {
  return list?.[list.length - 1] ?? Number.NaN;
}

function isRaised({ alarm }: Answer): boolean {
  return Number(last(alarm)) === 1;
}

function bounded(said: Answer): LastJudged {
  return {
    expected: last(said['expected']),
    bound: last(said['upperbound']),
    p: last(said['pvalue']),
    alarm: isRaised(said),
  };
}

function usual(past: readonly number[], least: number): number {
  return Math.max(least, mean(past));
}

/** What is expected in control: learnt by a regression where a season or a trend is asked for, else the mean of the past. */
function inControl({ observed }: Slice, { past, leastMean, harmonics: S, trend, dispersion }: Options): unknown {
  const isLearnt = S! > 0 || trend || dispersion === 0;
  return isLearnt ? { S, trend } : usual(observed.slice(0, past), leastMean!);
}

function ratio(slice: Slice, options: Options, method: (input: Input) => object): LastJudged {
  const { factor, limit, run } = options;
  const said = charted(slice, options, method, { theta: Math.log(factor!), 'c.ARL': limit });
  return { ...said, p: pOfRatio(said.statistic, run!) };
}

function generalised(slice: Slice, options: Options, method: (input: Input) => object): LastJudged {
  const { limit, run, change, window, least: Mtilde } = options;
  const M = window === 0 ? -1 : window;
  const said = charted(slice, options, method, { 'c.ARL': limit, change, M, Mtilde });
  return { ...said, p: pOfGeneralisedRatio(said.statistic, run!) };
}

function charted(slice: Slice, options: Options, method: (input: Input) => object, own: object) {
  // 0 is for R to estimate.
  const alpha = options['dispersion'] || undefined;
  const control = { range: lastOf(slice, options['run']!), mu0: inControl(slice, options), alpha, ...own };
  const said = answerOf(method, slice, control);
  return { expected: last(said['mu0']), bound: Number.NaN, alarm: isRaised(said), statistic: last(said['glr']) };
}

function daily(
  method: (input: Input) => object,
  { observed, days }: Slice,
  { baseline: B, guard: g, alert }: Options,
  more: object = {},
): LastJudged {
  const said = method(new Input({ date: days, count: observed, args: { B, g, ...more } })) as Answer;
  const found = String(said['alert']?.[observed.length - 1]);
  const p = last(said['p.value']);
  if (Number.isNaN(p)) throw new RangeError('the past is too short or too even');
  const alarm = found === 'red' || (found === 'yellow' && String(alert) === 'yellow');
  return { expected: last(said['baseline_expected']), bound: Number.NaN, p, alarm };
}

function weekly(method: (input: Input) => object, { observed, days }: Slice, run: number, more = {}): LastJudged {
  const args = { baseline_end: days[days.length - 1 - run], ...more };
  const said = method(new Input({ date: days, count: observed, args })) as Answer;
  return {
    expected: last(said['estimate']),
    bound: last(said['threshold']),
    p: last(said['p.value']),
    alarm: isRaised(said),
  };
}
