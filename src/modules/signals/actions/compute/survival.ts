import {
  type Curve,
  type CurveOptions,
  curveMedian,
  curveQuantiles,
  LIMIT_SCALES,
  type LimitScale,
  type Limits,
  logRank,
  lowerWidening,
  type Observations,
  oneGroup,
  oneSampleLogRank,
  survivalCurves,
  survivalLimits,
} from '#standards/survival';
import type { Input } from './input.ts';
import { type Levels, Rows, readObservations } from './survival-rows.ts';

const CURVE_INPUT = [
  'start',
  'time',
  'status',
  'group',
  'levels',
  'weights',
  'cluster',
  'robust',
  'stype',
  'ctype',
  'confTypes',
  'confInt',
  'confLower',
  'startTime',
  'probs',
  'at',
];

/** R's survfit(Surv(start, time, status) ~ group): every interval type, quantiles with their limits, and the curve at times. */
export function km(input: Input): object {
  input.only(CURVE_INPUT);
  const { observations, group, cluster } = readCurves(input);
  const hasParts = observations.weights?.some((weight) => weight !== Math.floor(weight)) === true;
  const eachRow = { codes: Uint32Array.from(observations.time.keys()), count: observations.time.length };
  const isRobust = input.field('robust').or(cluster !== undefined, (flag) => flag.flag());
  const options: CurveOptions = {
    survival: input.field('stype').or(1, (type) => type.whole({ least: 1, most: 2 })) === 1 ? 'product' : 'hazard',
    hazard:
      input.field('ctype').or(1, (type) => type.whole({ least: 1, most: 2 })) === 1
        ? 'nelson-aalen'
        : 'fleming-harrington',
    ...(isRobust ? { clusters: cluster ?? eachRow } : {}),
  };
  const curves = survivalCurves(observations, group, options);
  const join = (of: (curve: Curve) => Float64Array): number[] => curves.flatMap((curve) => Array.from(of(curve)));
  const types = input
    .field('confTypes')
    .or([...LIMIT_SCALES], (list) => list.items().map((item) => item.choice(LIMIT_SCALES)));
  return {
    strata: group.count === 1 ? null : curves.flatMap(({ time }, at) => Array.from(time, () => group.names[at]!)),
    time: join(({ time }) => time),
    nRisk: join(({ atRisk }) => atRisk),
    nEvent: join(({ events }) => events),
    nCensor: join(({ censored }) => censored),
    surv: join(({ survival }) => survival),
    stdErr: join(({ survivalError }) => survivalError),
    stdErrRobustDefault:
      observations.weights === undefined
        ? null
        : (hasParts && !isRobust ? survivalCurves(observations, group, { clusters: eachRow }) : curves).flatMap(
            ({ survivalError }) => Array.from(survivalError),
          ),
    confTypes: Object.fromEntries(types.map((type) => [type, describeLimits(curves, type, input)])),
  };
}

function readCurves(input: Input): { observations: Observations; group: Levels; cluster: Levels | undefined } {
  const rows = Rows.of(input);
  const [readRows, readGroup, readCluster] = [
    readObservations(rows, input),
    rows.levels('group'),
    rows.levels('cluster'),
  ];
  const observations = readRows();
  const group = readGroup?.() ?? { ...oneGroup(observations.time.length), names: [''] };
  const all = { observations, group, cluster: readCluster?.() };
  const from = input.field('startTime');
  return from.isAbsent ? all : startingAt(all, from.number());
}

/** Leaves out who is no longer observed at that time. */
function startingAt(
  { observations, group, cluster }: ReturnType<typeof readCurves>,
  from: number,
): ReturnType<typeof readCurves> {
  const kept = Uint32Array.from(observations.time.keys()).filter((row) => observations.time[row]! >= from);
  const pick = (values: Float64Array): Float64Array => Float64Array.from(kept, (row) => values[row]!);
  const recoded = (levels: Levels): Levels => ({
    ...levels,
    codes: Uint32Array.from(kept, (row) => levels.codes[row]!),
  });
  const { start, time, event, weights } = observations;
  return {
    observations: {
      time: pick(time),
      event: Uint8Array.from(kept, (row) => event[row]!),
      ...(start === undefined ? {} : { start: pick(start) }),
      ...(weights === undefined ? {} : { weights: pick(weights) }),
    },
    group: recoded(group),
    cluster: cluster === undefined ? undefined : recoded(cluster),
  };
}

function describeLimits(curves: readonly Curve[], scale: LimitScale, input: Input): object {
  const confidence = input.field('confInt').or(0.95, (level) => level.number({ above: 0, below: 1 }));
  const kind = input
    .field('confLower')
    .or('usual' as const, (lower) => lower.choice(['usual', 'peto', 'modified'] as const));
  const from = input.field('startTime').or(0, (time) => time.number());
  const probabilities = input.field('probs').or([0.25, 0.5, 0.75], (list) => list.numbers({ least: 0, most: 1 }));
  const limits = curves.map((curve) =>
    survivalLimits(curve.survival, curve.logError, {
      scale,
      confidence,
      ...(kind === 'usual' ? {} : { widening: lowerWidening(kind, curve) }),
    }),
  );
  const quantiles = (of: (at: number) => Float64Array): number[][] =>
    curves.map(({ time }, at) => curveQuantiles(time, of(at), probabilities, from));
  const medians = (of: (at: number) => Float64Array): number[] =>
    curves.map(({ time }, at) => curveMedian(time, of(at)));
  const at = input.field('at');
  return {
    lower: limits.flatMap(({ lower }) => Array.from(lower)),
    upper: limits.flatMap(({ upper }) => Array.from(upper)),
    median: medians((curve) => curves[curve]!.survival),
    medianLo: medians((curve) => limits[curve]!.lower),
    medianHi: medians((curve) => limits[curve]!.upper),
    quantiles: quantiles((curve) => curves[curve]!.survival),
    quantLo: quantiles((curve) => limits[curve]!.lower),
    quantHi: quantiles((curve) => limits[curve]!.upper),
    ...(at.isAbsent ? {} : { at: describeAt(curves, limits, at.numbers()) }),
  };
}

/** Each curve at the times, ascending, that it reaches. */
function describeAt(curves: readonly Curve[], limits: readonly Limits[], times: readonly number[]): object {
  const at = {
    times: [] as number[],
    surv: [] as number[],
    lower: [] as number[],
    upper: [] as number[],
    nRisk: [] as number[],
  };
  const ascending = [...times].sort((a, b) => a - b);
  for (const [index, { time, survival, atRisk }] of curves.entries())
    for (const now of ascending) {
      if (now > time.at(-1)!) continue;
      const last = time.findLastIndex((step) => step <= now);
      at.times.push(now);
      at.surv.push(survival[last] ?? 1);
      at.lower.push(last < 0 ? 1 : limits[index]!.lower[last]!);
      at.upper.push(last < 0 ? 1 : limits[index]!.upper[last]!);
      at.nRisk.push(atRisk[time.findIndex((step) => step >= now)] ?? 0);
    }
  return at;
}

/** R's survdiff(Surv(time, status) ~ group + strata(strata), rho), or with `offset`, each row's expected survival, of one sample. */
export function logrank(input: Input): object {
  input.only(['time', 'status', 'group', 'levels', 'strata', 'rho', 'offset', 'weights', 'start']);
  for (const name of ['weights', 'start'])
    if (input.has(name)) throw input.field(name).wrong('the test is for right-censored rows without weights');
  const rows = Rows.of(input);
  const [time, event] = [rows.must('time'), rows.events('status')];
  const [group, strata, offset] = [rows.levels('group'), rows.levels('strata'), rows.numbers('offset')];
  const rho = input.field('rho').or(0, (value) => value.number());
  const observations = { time: time(), event: event() };
  if (offset !== undefined) {
    if (group !== undefined) throw input.field('offset').wrong('an expected survival and groups exclude one another');
    const { observed, expected, variance, chiSquare, df, p } = oneSampleLogRank(observations, offset(), rho);
    return { observed, expected, chisq: chiSquare, df, p, var: variance };
  }
  if (group === undefined) throw input.field('group').wrong('a list is expected');
  const one = oneGroup(observations.time.length);
  const { observed, expected, chiSquare, df, p, variance } = logRank(observations, group(), strata?.() ?? one, rho);
  return { observed, expected, chisq: chiSquare, df, p, var: variance };
}
