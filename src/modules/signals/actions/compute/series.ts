import {
  binomialCusum,
  earsLead,
  estimateInControl,
  type Judged,
  bayes as judgeByBayes,
  cdc as judgeByCdc,
  ears as judgeByEars,
  outbreakP as judgeByOutbreakP,
  rki as judgeByRki,
  type PastOptions,
  cusum as sumUp,
  TRANSFORMATIONS,
} from '#standards/outbreak-detection';
import type { Input } from './input.ts';
import { readControl, readCounts, readFrequency, readRange, told } from './series-input.ts';

const EARS_METHODS = ['C1', 'C2', 'C3'] as const;

/** R surveillance, `earsC`. */
export function ears(input: Input): object {
  const counts = readCounts(input, ['firstIndex1']);
  const control = readControl(input, ['range', 'method', 'baseline', 'minSigma', 'alpha']);
  const options = {
    method: control('method').or('C1' as const, (method) => method.choice(EARS_METHODS)),
    baseline: control('baseline').or(7, (baseline) => baseline.whole({ least: 3 })),
    minSigma: control('minSigma').or(0, (sigma) => sigma.number({ least: 0 })),
    ...control('alpha').or({}, (alpha) => ({ alpha: alpha.number({ above: 0, below: 1 }) })),
  };
  const first = input.field('firstIndex1').or(earsLead(options), (index) => index.whole({ least: 1 }) - 1);
  const positions = readRange(control('range'), counts.length, first).sort((one, two) => one - two);
  return { index1: positions.map((at) => at + 1), ...answered(judgeByEars(counts, positions, options)) };
}

/** R surveillance, `algo.bayes`. */
export function bayes(input: Input): object {
  const counts = readCounts(input);
  const control = readControl(input, ['range', 'b', 'w', 'actY', 'alpha']);
  const past = readPast(input, control, { years: 0, halfWidth: 6, thisYear: true });
  const alpha = control('alpha').or(0.05, (each) => each.number({ above: 0, below: 1 }));
  return answered(judgeByBayes(counts, readRange(control('range'), counts.length, leadOf(past)), { ...past, alpha }));
}

/** R surveillance, `algo.rki`. */
export function rki(input: Input): object {
  const counts = readCounts(input);
  const control = readControl(input, ['range', 'b', 'w', 'actY']);
  const past = readPast(input, control, { years: 2, halfWidth: 4, thisYear: false });
  return answered(judgeByRki(counts, readRange(control('range'), counts.length, leadOf(past)), past));
}

function readPast(
  input: Input,
  control: (name: string) => Input,
  fallback: Omit<PastOptions, 'frequency'>,
): PastOptions {
  return {
    years: control('b').or(fallback.years, (b) => b.whole({ least: 0 })),
    halfWidth: control('w').or(fallback.halfWidth, (w) => w.whole({ least: 0 })),
    thisYear: control('actY').or(fallback.thisYear, (actY) => actY.flag()),
    frequency: readFrequency(input),
  };
}

function leadOf({ years, halfWidth, frequency }: PastOptions): number {
  return years * frequency + halfWidth;
}

/** R surveillance, `algo.cdc`. */
export function cdc(input: Input): object {
  const counts = readCounts(input);
  const control = readControl(input, ['range', 'b', 'm', 'alpha']);
  if (readFrequency(input) !== 52) throw input.field('freq').wrong('the method is for weekly counts');
  const options = {
    years: control('b').or(5, (b) => b.whole({ least: 1 })),
    months: control('m').or(1, (m) => m.whole({ least: 0 })),
    alpha: control('alpha').or(0.025, (alpha) => alpha.number({ above: 0, below: 1 })),
  };
  const first = options.years * 52 + options.months * 4 + 3;
  const judged = judgeByCdc(counts, readRange(control('range'), counts.length, first), options);
  return { ...answered(judged), aggr: judged.months };
}

function answered({ expected, bound, pValue, alarm }: Judged): object {
  return { upperbound: bound, expected, pvalue: pValue, ...told(alarm) };
}

/** R surveillance, `algo.cusum`. */
export function cusum(input: Input): object {
  const counts = readCounts(input);
  const control = readControl(input, ['range', 'k', 'h', 'm', 'trans', 'alpha']);
  if (control('range').isAbsent) throw control('range').wrong('say which counts are judged');
  const positions = readRange(control('range'), counts.length, 0);
  const expected = readExpected(input, control('m'), counts, positions);
  const { sum, bound, alarm } = sumUp(
    Float64Array.from(positions, (at) => counts[at]!),
    Float64Array.from(positions, (_, row) => (expected.length === 1 ? expected[0]! : expected[row]!)),
    {
      reference: control('k').or(1.04, (k) => k.number()),
      decision: control('h').or(2.26, (h) => h.number()),
      transformation: control('trans').or('standard' as const, (trans) => trans.choice(TRANSFORMATIONS)),
      alpha: control('alpha').or(0.1, (alpha) => alpha.number({ least: 0 })),
      rCompat: true,
    },
  );
  return { cusum: sum, upperbound: bound, ...told(alarm), m: expected };
}

/** The mean in control: given, or that of the counts before, or of a seasonal regression on them. */
function readExpected(input: Input, m: Input, counts: Float64Array, positions: readonly number[]): Float64Array {
  const training = counts.subarray(0, positions[0]);
  if (Array.isArray(m.value)) {
    const given = m.numbers({ above: 0 });
    if (given.length !== 1 && given.length !== positions.length)
      throw m.wrong('a mean for each judged count is expected', { length: positions.length });
    return Float64Array.from(given);
  }
  if (typeof m.value === 'number') return Float64Array.of(m.number({ above: 0 }));
  if (training.length === 0) throw m.wrong('without counts before the judged ones their mean must be given');
  if (m.isAbsent) return Float64Array.of(training.reduce((sum, count) => sum + count, 0) / training.length);
  m.choice(['glm']);
  const start = input.field('start').or(1, (list) => list.items({ least: 2 })[1]!.whole({ least: 1 }));
  return estimateInControl(training, positions, { frequency: readFrequency(input), start, alpha: 0 }).expected;
}

/** R surveillance, `outbreakP`. */
export function outbreakP(input: Input): object {
  const counts = readCounts(input, ['k', 'ret']);
  const control = readControl(input, ['range', 'k', 'ret', 'maxUpperboundCases']);
  const k = input.has('k') ? input.field('k') : control('k');
  const ret = input.has('ret') ? input.field('ret') : control('ret');
  const wanted = ret.or('value' as const, (each) => each.choice(['value', 'cases']));
  const positions = readRange(control('range'), counts.length, 0);
  input.field('observed').within(positions.reduce((steps, at) => steps + at, 0));
  const { statistic, alarm, cases } = judgeByOutbreakP(counts, positions, {
    threshold: k.or(100, (each) => each.number()),
    cases: wanted === 'cases',
    mostCases: control('maxUpperboundCases').or(1e5, (each) => each.whole({ least: 0 })),
    rCompat: true,
  });
  return { value: cases ?? statistic, ...(cases && { cases }), upperbound: cases ?? statistic, ...told(alarm) };
}

/** R surveillance, `categoricalCUSUM` with the binomial distribution. */
export function binomcusum(input: Input): object {
  input.only(['y', 'n', 'pi0', 'pi1', 'h', 'ret']);
  const positive = Float64Array.from(input.field('y').numbers({ least: 0 }));
  const { length } = positive;
  const read = (name: string, most: number): Float64Array => {
    const field = input.field(name);
    const given = Array.isArray(field.value) ? field.numbers({ least: 0, most }) : [field.number({ least: 0, most })];
    if (given.length !== 1 && given.length !== length)
      throw field.wrong('a list of another length is expected', { length });
    return Float64Array.from(positive, (_, at) => (given.length === 1 ? given[0]! : given[at]!));
  };
  const ret = input.field('ret').or('value' as const, (each) => each.choice(['value', 'cases']));
  const { statistic, alarm, cases } = binomialCusum(
    { positive, tested: read('n', Infinity), inControl: read('pi0', 1), outOfControl: read('pi1', 1) },
    input.field('h').or(5, (h) => h.number()),
  );
  const upperbound = ret === 'cases' ? cases : statistic;
  return { statistic, upperbound, cases, ...told(alarm) };
}
