import {
  backProjection,
  backProjectionBand,
  caseReproduction,
  checkInterval,
  curveSummary,
  discreteSerialInterval,
  type EventsPrior,
  fitOnsetPairs,
  growth,
  type Incidence,
  incidenceOf,
  intervalMoments,
  type NowcastMethod,
  type NowcastOptions,
  nowcast as nowcastDays,
  type OnsetPair,
  type REPRODUCTION_QUANTILES,
  type ReproductionEstimate,
  reportingTriangle,
  reproductionNumber,
  reproductionOfGrowth,
  reproductionOverIntervals,
  slidingWindows,
  totalCases,
  triangleOf,
  uncertainReproduction,
  type Window,
} from '#standards/epidemic-dynamics';
import type { Input } from './input.ts';
import { either, only } from './options.ts';

// surveillance::nowcast

const NOWCAST_METHODS = {
  'bayes.notrunc': 'bayes-notrunc',
  'bayes.notrunc.bnb': 'bayes-notrunc-bnb',
  'bayes.trunc': 'bayes-trunc',
  lawless: 'lawless',
  unif: 'uniform',
} as const satisfies Record<string, NowcastMethod>;

const NOWCAST_CONTROL = [
  'alpha',
  'dRange',
  'gd.prior.kappa',
  'N.tInf.max',
  'N.tInf.prior',
  'N.tInf.prior.max',
  'nSamples',
  'predPMF',
  'priorLambda',
  'priorMax',
  'priorMeanLambda',
  'priorVarLambda',
  'score',
];

/** `surveillance::nowcast` 1.20; `rCompat: false` for the papers' own rules. */
export function nowcast(input: Input): object {
  only(input, [
    ...['now', 'when', 'D', 'm', 'm.interpretation', 'mInterpretation', 'method', 'control', 'seed', 'rCompat'],
    ...['reportingTriangle', 'triangleDates', 'events', 'truth', 'aggregate.by'],
  ]);
  const control = input.field('control');
  if (!control.isAbsent) only(control, NOWCAST_CONTROL);
  const { triangle, dates } = readTriangle(input);
  const when = readWhen(input, dates);
  const options = readNowcastOptions(input, control);
  const { days, reportedWithin } = nowcastDays(triangle, { ...options, days: when.map((date) => dates.indexOf(date)) });
  const alpha = options.alpha ?? 0.05;
  const wants = (name: string): boolean => !control.isAbsent && control.field(name).or(false, (flag) => flag.flag());
  return {
    when,
    median: days.map(({ median }) => median),
    ciLower: days.map(({ low }) => low),
    ciUpper: days.map(({ high }) => high),
    observedSoFar: days.map(({ reported }) => reported),
    ...(reportedWithin === undefined ? {} : { delayCDF: delayCdf(options, reportedWithin, dates.length) }),
    ...(wants('predPMF') ? { predPMF: days.map(({ probabilities }) => probabilities) } : {}),
    ...(wants('score') ? { scores: scores(days, input.field('truth').numbers({ length: when.length }), alpha) } : {}),
  };
}

/** R tells Lawless's delays up to the age of the oldest day. */
function delayCdf({ method }: NowcastOptions, within: Float64Array, days: number): ArrayLike<number> {
  if (method !== 'lawless') return within;
  return Float64Array.from({ length: days }, (_, age) => within[age] ?? 1);
}

function readTriangle(input: Input): { triangle: ReturnType<typeof reportingTriangle>; dates: string[] } {
  if (input.field('aggregate.by').or('1 day', (by) => by.text()) !== '1 day' && input.has('events'))
    throw input.field('aggregate.by').wrong('events can be sorted by day only: give the triangle');
  if (input.has('events')) {
    const events = input.field('events').items({ least: 1 });
    const read = events.map((item) => {
      const [event, report] = item.texts().map((date) => dayOf(item, date));
      if (event === undefined || report === undefined) throw item.wrong('a date of event and of report is expected');
      return { event, report };
    });
    const from = read.reduce((least, { event }) => Math.min(least, event), Infinity);
    const last = dayOf(input.field('now'), input.field('now').text());
    const longest = input.field('D').or(15, (delay) => delay.whole({ least: 1 }));
    const dates = Array.from({ length: last - from + 1 }, (_, day) => dateOf(from + day));
    return { triangle: triangleOf(read, { from, now: last, longest }), dates };
  }
  const rows = input.field('reportingTriangle');
  const triangle = reportingTriangle(rows.items({ least: 2 }).map((row) => row.numbersOrNaN({ least: 0 })));
  if (input.has('D') && input.field('D').whole() !== triangle.longest)
    throw input.field('D').wrong('another longest delay than the triangle has', { longest: triangle.longest });
  const dates = input.field('triangleDates').texts();
  if (dates.length !== triangle.counts.length)
    throw input.field('triangleDates').wrong('a date for each row is expected', { rows: triangle.counts.length });
  if (input.has('now') && dates.at(-1) !== input.field('now').text())
    throw input.field('now').wrong('the last date of the triangle is expected');
  return { triangle, dates };
}

const MS_PER_DAY = 86_400_000;

function dayOf(input: Input, date: string): number {
  const ms = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(ms)) throw input.wrong('a date YYYY-MM-DD is expected');
  return ms / MS_PER_DAY;
}

function dateOf(day: number): string {
  return new Date(day * MS_PER_DAY).toISOString().slice(0, 10);
}

/** In the triangle's order, as R answers them. */
function readWhen(input: Input, dates: readonly string[]): string[] {
  const when = listed(input.field('when')).map((each) => {
    if (!dates.includes(each.text())) throw each.wrong('a date of the triangle is expected');
    return each.text();
  });
  return dates.filter((date) => when.includes(date));
}

function readNowcastOptions(input: Input, control: Input): NowcastOptions {
  const methods = Object.keys(NOWCAST_METHODS) as (keyof typeof NOWCAST_METHODS)[];
  const given = input.field('method');
  // Of several, R answers by the first.
  const method = Array.isArray(given.value) ? given.items({ least: 1 })[0]! : given;
  const of = (name: string): Input => (control.isAbsent ? control : control.field(name));
  return {
    method: NOWCAST_METHODS[method.or('bayes.notrunc', (each) => each.choice(methods))],
    alpha: of('alpha').or(0.05, (alpha) => alpha.number({ above: 0, below: 1 })),
    most: of('N.tInf.max').or(300, (most) => most.whole({ least: 1, most: 1_000_000 })),
    concentration: of('gd.prior.kappa').or(0.1, (kappa) => kappa.number({ above: 0 })),
    samples: of('nSamples').or(1000, (samples) => samples.whole({ least: 1, most: 1_000_000 })),
    seed: input.field('seed').or(1, (seed) => seed.whole()),
    prior: readPrior(control),
    window: readWindow(input),
    rCompat: input.field('rCompat').or(true, (flag) => flag.flag()),
  };
}

function readWindow(input: Input): NowcastOptions['window'] {
  const interpretation = either(input, 'm.interpretation', 'mInterpretation');
  const perDelay = interpretation.or(
    false,
    (each) => each.choice(['hoehle_anderheiden2014', 'lawless1994']) === 'lawless1994',
  );
  return input.field('m').or(undefined, (m) => ({ size: m.whole({ least: 1 }), perDelay }));
}

function readPrior(control: Input): EventsPrior | undefined {
  if (control.isAbsent || !control.has('N.tInf.prior')) return undefined;
  switch (control.field('N.tInf.prior').choice(['poisgamma', 'pois', 'unif'])) {
    case 'poisgamma':
      return {
        kind: 'gamma',
        mean: control.field('priorMeanLambda').number({ above: 0 }),
        variance: control.field('priorVarLambda').number({ above: 0 }),
      };
    case 'pois':
      return { kind: 'poisson', mean: control.field('priorLambda').number({ above: 0 }) };
    case 'unif':
      return {
        kind: 'uniform',
        most: either(control, 'priorMax', 'N.tInf.prior.max', 'N.tInf.max').whole({ least: 1 }),
      };
  }
}

/** Scores of each day's prediction when its events turned out to be so many. */
function scores(
  days: readonly { median: number; low: number; high: number; probabilities: Float64Array }[],
  truth: readonly number[],
  alpha: number,
): object {
  const each = days.map(({ low, high, probabilities }, at) => {
    const y = truth[at]!;
    let cumulated = 0;
    let rps = 0;
    let centre = 0;
    for (const [count, probability] of probabilities.entries()) {
      cumulated += probability;
      rps += (cumulated - Number(y <= count)) ** 2;
      if (cumulated < 0.5) centre = count + 1;
    }
    return {
      logS: y < probabilities.length ? 0 - Math.log(probabilities[y]!) : -Infinity,
      RPS: rps,
      distMedian: Math.abs((cumulated < 0.5 ? 0 : centre) - y),
      outsideCi: y >= low && y <= high ? 0 : 1,
    };
  });
  return {
    alpha,
    logS: each.map(({ logS }) => logS),
    RPS: each.map(({ RPS }) => RPS),
    'dist.median': each.map(({ distMedian }) => distMedian),
    'outside.ci': each.map(({ outsideCi }) => outsideCi),
  };
}

// surveillance::backprojNP

const BACKPROJ_OPTIONS = [
  ...['k', 'eps', 'iterMax', 'iter.max', 'Tmark', 'B', 'alpha', 'lambda0'],
  ...['eq3aMethod', 'eq3a.method', 'seed'],
];

/** `surveillance::backprojNP` 1.20: one series, or several as the columns of a matrix. */
export function backproj(input: Input): object {
  const control = input.field('control');
  only(input, ['observed', 'incuPmf', 'control', ...BACKPROJ_OPTIONS]);
  if (!control.isAbsent) only(control, BACKPROJ_OPTIONS);
  const from = control.isAbsent ? input : control;
  const single = !Array.isArray((input.field('observed').value as unknown[] | undefined)?.[0]);
  const observed = readSeries(input.field('observed'));
  const incubation = readSeries(input.field('incuPmf'));
  if (incubation.length !== 1 && incubation.length !== observed.length)
    throw input.field('incuPmf').wrong('one distribution, or one for each series', { series: observed.length });
  const samples = from.field('B').or(-1, (count) => count.whole());
  const alpha = from.field('alpha').or(0.05, (share) => share.number({ above: 0, below: 1 }));
  const seed = from.field('seed').or(1, (given) => given.whole());
  const options = readBackProjection(from, observed);
  const pmf = (series: number): number[] => incubation[series] ?? incubation[0]!;
  const results = observed.map((cases, at) => backProjection(cases, pmf(at), options.smoothed[at]));
  const shaped = (columns: readonly ArrayLike<number>[]): object => (single ? columns[0]! : rowsOf(columns));
  const answer = {
    lambda: shaped(results.map(({ infected }) => infected)),
    iterations: results.map(({ steps }) => steps),
  };
  if (samples <= 0) return answer;
  const bands = observed.map((cases, at) =>
    backProjectionBand(cases, pmf(at), {
      ...options.smoothed[at],
      unsmoothed: options.unsmoothed,
      samples,
      alpha,
      seed: seed + at,
    }),
  );
  return { ...answer, ciLower: shaped(bands.map(({ low }) => low)), ciUpper: shaped(bands.map(({ high }) => high)) };
}

/** Columns. */
function readSeries(input: Input): number[][] {
  const items = input.items({ least: 1 });
  if (!Array.isArray(items[0]!.value)) return [input.numbers({ least: 0 })];
  const rows = input.matrix({ least: 0 });
  return rows[0]!.map((_, column) => rows.map((row) => row[column]!));
}

function rowsOf(columns: readonly ArrayLike<number>[]): number[][] {
  return Array.from({ length: columns[0]!.length }, (_, row) => columns.map((column) => column[row]!));
}

function readBackProjection(from: Input, observed: readonly number[][]) {
  const pair = (input: Input, fallback: number): [number, number] => {
    if (input.isAbsent) return [fallback, fallback];
    const given = Array.isArray(input.value) ? input.numbers({ least: 0 }) : [input.number({ least: 0 })];
    if (given.length === 0 || given.length > 2) throw input.wrong('one or two numbers are expected');
    return [given[0]!, given.at(-1)!];
  };
  const [firstEps, eps] = pair(from.field('eps'), 0.005);
  const [firstMost, most] = pair(either(from, 'iterMax', 'iter.max'), 250);
  const start = from.field('lambda0').or(undefined, readSeries);
  if (start !== undefined && start.length !== observed.length)
    throw from.field('lambda0').wrong('a start for each series is expected', { series: observed.length });
  const compiled = either(from, 'eq3aMethod', 'eq3a.method').or('R', (form) => form.choice(['R', 'C'])) === 'C';
  const smoothing = from.field('k').or(2, (k) => k.whole({ least: 0 }));
  return {
    smoothed: observed.map((_, at) => ({ smoothing, tolerance: eps, mostSteps: most, start: start?.[at], compiled })),
    unsmoothed: { tolerance: firstEps, mostSteps: firstMost },
  };
}

// EpiEstim

/** `EpiEstim::discr_si` 2.2 for one or a list of mean, sd and last day. */
export function discreteSerialIntervals(input: Input): object {
  if (!Array.isArray(input.value)) return oneInterval(input);
  return input.items().map(oneInterval);
}

function oneInterval(input: Input): Float64Array {
  only(input, ['mu', 'sigma', 'kmax', 'k']);
  const moments = { mean: input.field('mu').number({ above: 1 }), sd: input.field('sigma').number({ least: 0 }) };
  if (!input.has('k')) return discreteSerialInterval(moments, input.field('kmax').whole({ least: 0, most: 100_000 }));
  const days = input
    .field('k')
    .items()
    .map((day) => day.whole({ least: 0, most: 100_000 }));
  const all = discreteSerialInterval(
    moments,
    days.reduce((one, two) => Math.max(one, two), 0),
  );
  return Float64Array.from(days, (day) => all[day]!);
}

const RT_METHODS = ['non_parametric_si', 'parametric_si', 'uncertain_si', 'si_from_data', 'si_from_sample'] as const;

const RT_CONFIG = [
  ...['t_start', 't_end', 'n1', 'n2', 'mean_si', 'std_si', 'std_mean_si', 'min_mean_si', 'max_mean_si'],
  ...['std_std_si', 'min_std_si', 'max_std_si', 'si_distr', 'si_parametric_distr', 'mcmc_control', 'seed'],
  ...['mean_prior', 'std_prior', 'cv_posterior'],
];

/** `EpiEstim::estimate_R` 2.2-4. */
export function rt(input: Input): object {
  only(input, ['method', 'incidence', 'config', 'si_sample', 'siSample', 'si_data', 'siData']);
  const config = input.field('config');
  if (!config.isAbsent) only(config, RT_CONFIG);
  const of = (name: string): Input => (config.isAbsent ? config : config.field(name));
  const incidence = readIncidence(input.field('incidence'));
  const days = incidence.local.length;
  const windows = readWindows(config, days) ?? slidingWindows(days);
  const prior = {
    mean: of('mean_prior').or(5, (mean) => mean.number({ above: 0 })),
    sd: of('std_prior').or(5, (sd) => sd.number({ above: 0 })),
  };
  const draws = {
    prior,
    perInterval: of('n2').or(50, (count) => count.whole({ least: 1, most: 100_000 })),
    seed: of('seed').or(1, (seed) => seed.whole()),
  };
  switch (input.field('method').or('non_parametric_si', (method) => method.choice(RT_METHODS))) {
    case 'uncertain_si':
      return uncertainAnswer(
        windows,
        uncertainReproduction(incidence, readUncertain(config), windows, {
          ...draws,
          intervals: of('n1').or(500, (count) => count.whole({ least: 1, most: 100_000 })),
        }),
      );
    case 'si_from_data': {
      const fit = readPairFit(either(input, 'si_data', 'siData'), config);
      const found = reproductionOverIntervals(incidence, fit.intervals, windows, draws);
      return { ...uncertainAnswer(windows, found), MCMC_converged: fit.converged };
    }
    case 'si_from_sample': {
      const columns = readSeries(either(input, 'si_sample', 'siSample'));
      return uncertainAnswer(windows, reproductionOverIntervals(incidence, columns, windows, draws));
    }
    case 'parametric_si':
      return certainAnswer(incidence, readParametric(config, days), windows, prior);
    case 'non_parametric_si':
      return certainAnswer(incidence, readInterval(of('si_distr')), windows, prior);
  }
}

function readInterval(input: Input): number[] {
  const interval = input.numbers({ least: 0 });
  checkInterval(interval);
  return interval;
}

function certainAnswer(
  incidence: Incidence,
  interval: ArrayLike<number>,
  windows: readonly Window[],
  prior: { mean: number; sd: number },
): object {
  // R fills the distribution up to the day after the last.
  const weights = Float64Array.from(
    { length: Math.max(interval.length, incidence.local.length + 1) },
    (_, day) => interval[day] ?? 0,
  );
  const { mean, sd } = intervalMoments(weights);
  return {
    ...rtAnswer(windows, reproductionNumber(incidence, weights, windows, prior)),
    siMean: mean,
    siSd: sd,
    siDistr: weights,
  };
}

function uncertainAnswer(windows: readonly Window[], found: ReturnType<typeof uncertainReproduction>): object {
  return {
    ...rtAnswer(windows, found),
    siMean: found.moments.map(({ mean }) => mean),
    siSd: found.moments.map(({ sd }) => sd),
    siDistr: found.intervals.map((interval) => [...interval, 0]),
  };
}

const QUANTILE_NAMES = ['q025', 'q05', 'q25', 'median', 'q75', 'q95', 'q975'] as const satisfies {
  length: (typeof REPRODUCTION_QUANTILES)['length'];
};

function rtAnswer(windows: readonly Window[], { mean, sd, quantiles }: ReproductionEstimate): object {
  return {
    t_start: windows.map(({ from }) => from + 1),
    t_end: windows.map(({ to }) => to + 1),
    mean,
    sd,
    ...Object.fromEntries(QUANTILE_NAMES.map((name, at) => [name, quantiles[at]])),
  };
}

/** A list of counts, lists of local and imported ones (or of all as `I`), or rows of these. */
function readIncidence(input: Input): Incidence {
  if (!Array.isArray(input.value)) {
    only(input, ['local', 'imported', 'I']);
    if (!input.has('local')) return incidenceOf(input.field('I').numbers({ least: 0 }));
    return incidenceOf(input.field('local').numbers({ least: 0 }), input.field('imported').numbers({ least: 0 }));
  }
  const items = input.items({ least: 2 });
  if (typeof items[0]!.value === 'number') return incidenceOf(input.numbers({ least: 0 }));
  const column = (name: string): number[] => items.map((row) => row.field(name).number({ least: 0 }));
  if (!items[0]!.has('local')) return incidenceOf(column('I'));
  return incidenceOf(column('local'), column('imported'));
}

/** R's days are counted from 1. */
function readWindows(config: Input, days: number): Window[] | undefined {
  if (config.isAbsent || !config.has('t_start') || !config.has('t_end')) return undefined;
  const read = (name: string): number[] => listed(config.field(name)).map((day) => day.whole({ least: 2, most: days }));
  const starts = read('t_start');
  const ends = read('t_end');
  if (starts.length !== ends.length) throw config.field('t_end').wrong('an end for each start is expected');
  const wrong = starts.findIndex((start, at) => start > ends[at]!);
  if (wrong >= 0) throw config.field('t_end').wrong('a window ends before it starts', { window: wrong });
  return starts.map((start, at) => ({ from: start - 1, to: ends[at]! - 1 }));
}

/** R writes a list of one as the one. */
function listed(input: Input): Input[] {
  return Array.isArray(input.value) ? input.items() : [input];
}

function readParametric(config: Input, days: number): Float64Array {
  const mean = config.field('mean_si').number({ above: 1 });
  return discreteSerialInterval({ mean, sd: config.field('std_si').number({ above: 0 }) }, days - 1);
}

function readUncertain(config: Input) {
  const normal = (name: 'mean' | 'std', floor: { least: number } | { above: number }) => {
    const mean = config.field(`${name}_si`).number({ above: 0 });
    return {
      mean,
      sd: config.field(`std_${name}_si`).number({ above: 0 }),
      least: config.field(`min_${name}_si`).number({ ...floor, most: mean }),
      most: config.field(`max_${name}_si`).number({ least: mean }),
    };
  };
  return { mean: normal('mean', { least: 1 }), sd: normal('std', { above: 0 }) };
}

const PAIR_SHAPES = { G: 'gamma', W: 'weibull', L: 'log-normal' } as const;

/** Draws of the serial interval from the days on which both of each pair fell ill. */
function readPairFit(input: Input, config: Input): ReturnType<typeof fitOnsetPairs> {
  const distribution = config.field('si_parametric_distr').choice(['G', 'W', 'L', 'off1G', 'off1W', 'off1L']);
  const chain = config.field('mcmc_control');
  if (!chain.isAbsent) only(chain, ['burnin', 'thin', 'seed', 'init_pars']);
  const of = (name: string): Input => (chain.isAbsent ? chain : chain.field(name));
  return fitOnsetPairs(readPairs(input), {
    shape: PAIR_SHAPES[distribution.slice(-1) as keyof typeof PAIR_SHAPES],
    shifted: distribution.startsWith('off1'),
    samples: config.field('n1').or(500, (count) => count.whole({ least: 10, most: 100_000 })),
    burnIn: of('burnin').or(3000, (steps) => steps.whole({ least: 0, most: 1_000_000 })),
    thinning: of('thin').or(10, (steps) => steps.whole({ least: 1, most: 10_000 })),
    seed: of('seed').or(1, (seed) => seed.whole()),
    start: of('init_pars').or(undefined, (pars) => pars.numbers({ length: 2 }) as [number, number]),
  });
}

/** Rows with `EL`, `ER`, `SL`, `SR`: the earliest and latest day of the infector and of the infected. */
function readPairs(input: Input): OnsetPair[] {
  const rows = Array.isArray(input.value)
    ? input.items({ least: 1 }).map((row) => (name: string) => row.field(name).whole())
    : input
        .field('EL')
        .items({ least: 1 })
        .map((_, at) => (name: string) => input.field(name).wholes()[at] ?? Number.NaN);
  return rows.map((read) => ({
    infector: { from: read('EL'), to: read('ER') },
    infected: { from: read('SL'), to: read('SR') },
  }));
}

/** `EpiEstim::wallinga_teunis` 2.2-4. */
export function wallingaTeunis(input: Input): object {
  only(input, [
    ...['method', 'incidence', 'config', 'siDistr', 'si_distr', 'mean_si', 'std_si', 'meanSi', 'stdSi'],
    ...['t_start', 't_end', 'n_sim', 'nSim', 'seed'],
  ]);
  const config = input.has('config') ? input.field('config') : input;
  if (input.has('config')) only(config, [...RT_CONFIG, 'n_sim']);
  const cases = totalCases(readIncidence(input.field('incidence')));
  const interval = readCohortInterval(input, config, cases.length);
  const windows = readWindows(config, cases.length);
  if (windows === undefined) throw config.field('t_start').wrong('windows are expected');
  const found = caseReproduction(cases, interval, windows, {
    trees: either(config, 'n_sim', 'nSim').or(1000, (count) => count.whole({ least: 0, most: 100_000 })),
    seed: config.field('seed').or(1, (seed) => seed.whole()),
  });
  const { mean, sd } = intervalMoments(interval);
  const none = found.mean.map(() => Number.NaN);
  return {
    t_start: found.windows.map(({ from }) => from + 1),
    t_end: found.windows.map(({ to }) => to + 1),
    mean: found.mean,
    sd: found.spread?.sd ?? none,
    q025: found.spread?.low ?? none,
    q975: found.spread?.high ?? none,
    siMean: mean,
    siSd: sd,
    siDistr: interval,
  };
}

function readCohortInterval(input: Input, config: Input, days: number): Float64Array {
  const given = either(config, 'siDistr', 'si_distr');
  const method = input
    .field('method')
    .or(given.isAbsent ? 'parametric_si' : 'non_parametric_si', (each) =>
      each.choice(['non_parametric_si', 'parametric_si']),
    );
  const weights =
    method === 'non_parametric_si'
      ? [...readInterval(given), 0]
      : discreteSerialInterval(
          {
            mean: either(config, 'mean_si', 'meanSi').number({ above: 1 }),
            sd: either(config, 'std_si', 'stdSi').number({ least: 0 }),
          },
          days - 1,
        );
  return Float64Array.from({ length: Math.max(weights.length, days + 1) }, (_, day) => weights[day] ?? 0);
}

// For the running system

/** Growth rate, doubling and halving time over a window; with a serial interval, the reproduction number that goes with it. */
export function growthRate(input: Input): object {
  only(input, ['cases', 't_start', 't_end', 'confidence', 'mean_si', 'std_si', 'si_distr']);
  const cases = input.field('cases').numbersOrNaN({ least: 0 });
  const window = {
    from: input.field('t_start').or(1, (day) => day.whole({ least: 1, most: cases.length })) - 1,
    to: input.field('t_end').or(cases.length, (day) => day.whole({ least: 1, most: cases.length })) - 1,
  };
  const { rate, doubling, halving, dispersion, fitted } = growth(
    cases,
    window,
    input.field('confidence').or(0.95, (share) => share.number({ above: 0, below: 1 })),
  );
  const answer = { rate, doublingDays: doubling, halvingDays: halving, dispersion, fitted };
  if (!input.has('mean_si') && !input.has('si_distr')) return answer;
  const interval = input.has('si_distr') ? input.field('si_distr').numbers({ least: 0 }) : readParametric(input, 366);
  const reproduction = (value: number): number => reproductionOfGrowth(value, interval);
  const { value, low, high } = rate;
  return { ...answer, R: { value: reproduction(value), low: reproduction(low), high: reproduction(high) } };
}

/** An epidemic curve in figures; days are counted from 1. */
export function epidemicCurve(input: Input): object {
  only(input, ['cases']);
  const summary = curveSummary(input.field('cases').numbers({ least: 0 }));
  if (summary === undefined) return { cases: 0 };
  const { cases, first, last, peak, quartiles, quiet, smoothed, smoothedPeak, cumulated } = summary;
  return {
    cases,
    first1: first + 1,
    last1: last + 1,
    peak: { day1: peak.day + 1, cases: peak.cases },
    quartiles1: quartiles.map((day) => day + 1),
    quietDays: quiet,
    smoothed,
    smoothedPeak: { day1: smoothedPeak.day + 1, cases: smoothedPeak.cases },
    cumulated,
  };
}
