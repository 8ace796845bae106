import {
  Farrington,
  type FarringtonJudgement,
  type FarringtonSeries,
  farringtonClassic,
} from '#standards/outbreak-detection';
import type { Input } from './input.ts';
import { readCalendar, readControl, readCounts, readFrequency, readRange, told } from './series-input.ts';

const THRESHOLDS = ['delta', 'nbPlugin', 'muan'] as const;
const POWERS = ['2/3', '1/2', 'none'] as const;

const FLEXIBLE = [
  'range',
  'b',
  'w',
  'reweight',
  'weightsThreshold',
  'alpha',
  'trend',
  'pThresholdTrend',
  'limit54',
  'powertrans',
  'fitFun',
  'populationOffset',
  'noPeriods',
  'pastWeeksNotIncluded',
  'thresholdMethod',
  'rCompat',
];

/** R surveillance, `farringtonFlexible`. */
export function farrington(input: Input): object {
  const control = readControl(input, FLEXIBLE);
  const options = readFarrington(control);
  control('fitFun').or(undefined, (each) => each.choice(['algo.farrington.fitGLM.flexible']));
  const series = readSeries(
    input,
    control('populationOffset').or(false, (flag) => flag.flag()),
  );
  const judge = new Farrington(options);
  const first = readFrequency(input) * options.years + options.halfWidth;
  const positions = readRange(control('range'), series.counts.length, first);
  const found = positions.map((at) => judge.judge(series, at, judge.baselineOf(series.calendar, at)));
  return {
    index1: positions.map((at) => at + 1),
    ...asR(found),
    ...(options.threshold !== 'delta' && { mu0: column(found, ({ mean }) => mean) }),
  };
}

/** The options of the improved method; `rCompat` false follows the papers where R departs from them. */
export function readFarrington(control: (name: string) => Input) {
  const halfWidth = control('w').or(3, (w) => w.whole({ least: 0 }));
  return {
    ...readShared(control),
    years: control('b').or(5, (b) => b.whole({ least: 1 })),
    halfWidth,
    weightsThreshold: control('weightsThreshold').or(2.58, (each) => each.number({ least: 0 })),
    pThresholdTrend: control('pThresholdTrend').or(0.05, (p) => p.number({ least: 0, most: 1 })),
    periods: control('noPeriods').or(1, (periods) => periods.whole({ least: 1, most: 1000 })),
    left: control('pastWeeksNotIncluded').or(halfWidth, (weeks) => weeks.whole({ least: 0 })),
    threshold: control('thresholdMethod').or('delta' as const, (each) => each.choice(THRESHOLDS)),
    rCompat: control('rCompat').or(true, (flag) => flag.flag()),
  };
}

function asR(found: readonly (FarringtonJudgement | undefined)[]): object {
  const whenEnough = (value: (each: FarringtonJudgement) => number): Float64Array =>
    column(found, (each) => (each.enough === true && !Number.isNaN(each.bound) ? value(each) : Number.NaN));
  return {
    upperbound: whenEnough(({ bound }) => bound),
    expected: whenEnough(({ expected }) => expected),
    pvalue: column(found, ({ pValue }) => pValue),
    score: column(found, ({ score }) => score),
    phi: column(found, ({ dispersion }) => dispersion),
    trendCoef: column(found, ({ trend }) => trend ?? Number.NaN),
    trendUsed: column(found, ({ trend }) => (trend === undefined ? 0 : 1)),
    // R says no where it cannot say.
    ...told(found.map((each) => each && (each.alarm ?? false))),
  };
}

/** NaN where the regression did not converge. */
function column(
  found: readonly (FarringtonJudgement | undefined)[],
  value: (each: FarringtonJudgement) => number,
): Float64Array {
  return Float64Array.from(found, (each) => (each === undefined ? Number.NaN : value(each)));
}

function readSeries(input: Input, byPopulation: boolean): FarringtonSeries {
  const counts = readCounts(input);
  const calendar = readCalendar(input, counts.length);
  const population = input.has('population') ? input.field('population') : input.field('populationFrac');
  // Without one R takes 1 everywhere, which is the same as none.
  if (!byPopulation || population.isAbsent) return { counts, calendar };
  return {
    counts,
    calendar,
    population: Float64Array.from(population.numbers({ above: 0, length: counts.length })),
  };
}

function readShared(control: (name: string) => Input) {
  return {
    reweight: control('reweight').or(true, (flag) => flag.flag()),
    alpha: control('alpha').or(0.05, (alpha) => alpha.number({ above: 0, below: 1 })),
    trend: control('trend').or(true, (flag) => flag.flag()),
    least: control('limit54').or({ cases: 5, counts: 4 }, (limit) => {
      const [cases, counts] = limit.items({ least: 2, most: 2 });
      return { cases: cases!.number({ least: 0 }), counts: counts!.whole({ least: 1 }) };
    }),
    power: control('powertrans').or('2/3' as const, (power) => power.choice(POWERS)),
  };
}

const CLASSIC = ['range', 'b', 'w', 'reweight', 'alpha', 'trend', 'limit54', 'powertrans', 'fitFun'];
const FITS = [
  'algo.farrington.fitGLM.fast',
  'algo.farrington.fitGLM',
  'algo.farrington.fitGLM.populationOffset',
] as const;

/** R surveillance, `algo.farrington`. */
export function farringtonOriginal(input: Input): object {
  const control = readControl(input, CLASSIC);
  const fitFun = control('fitFun').or(FITS[0], (fit) => fit.choice(FITS));
  const series = readSeries(input, fitFun === FITS[2]);
  const options = {
    ...readShared(control),
    years: control('b').or(5, (b) => b.whole({ least: 1 })),
    halfWidth: control('w').or(3, (w) => w.whole({ least: 0 })),
    unconverged: fitFun === FITS[0],
  };
  const first = readFrequency(input) * options.years - options.halfWidth - 1;
  const positions = readRange(control('range'), series.counts.length, first);
  const found = positions.map((at) => farringtonClassic(series, at, options));
  return {
    upperbound: found.map(({ bound }) => bound),
    expected: found.map(({ expected }) => expected),
    pvalue: found.map(({ pValue }) => pValue),
    trend: found.map(({ trend }) => Number(trend)),
    ...told(found.map(({ alarm }) => alarm)),
  };
}
