import {
  ESTIMANDS,
  type MatchRequest,
  matchNearest,
  matchWeights,
  propensityScores,
  propensityWeights,
  standardisedDifferences,
  UNLIMITED,
  variableRatios,
  weightedDifference,
} from '#standards/propensity';
import { type LinkName, Random } from '#standards/statistics';
import { fitCox, robustCovariance, waldP } from '#standards/survival';
import type { Input } from './input.ts';
import { either, only } from './options.ts';
import { type Label, readLabels, readTreated } from './study-input.ts';
import { Rows, readObservations } from './survival-rows.ts';

/** Inverse probability weights by a logistic model, balance before and after, and the weighted difference with `svyglm`'s standard error. */
export function iptw(input: Input): object {
  only(input, ['trt', 'X', 'names', 'y', 'methods', 'link']);
  const treated = readTreated(input.field('trt'));
  const { x } = readCovariates(input, treated.length);
  const { coefficients, scores } = propensityScores(x, treated, readLink(input).name);
  const y = input.field('y').or(undefined, (values) => values.numbers({ length: treated.length }));
  const asked = input
    .field('methods')
    .or(['ate', 'att', 'stabilized', 'overlap'] as const, (names) =>
      names.items().map((name) => name.choice(ESTIMANDS)),
    );
  const methods = asked.map((name) => {
    const weights = propensityWeights(scores, treated, name);
    const smd = standardisedDifferences(x, treated, weights);
    if (y === undefined) return [name, { smd, weights }];
    const { mean1, mean0, difference, standardError, essTreated, essControl } = weightedDifference(y, treated, weights);
    return [name, { smd, mean1, mean0, diff: difference, se: standardError, essTreated, essControl, weights }];
  });
  return {
    coef: coefficients,
    ps: scores,
    smdUnweighted: standardisedDifferences(x, treated),
    methods: Object.fromEntries(methods),
  };
}

/** `coxph` of the treatment alone with weights and the robust variance, each row (or each `id`) for itself. */
export function iptwCox(input: Input): object {
  only(input, ['start', 'time', 'status', 'trt', 'weights', 'id', 'cluster', 'strata', 'ties']);
  const rows = Rows.of(input);
  const [readRows, readTreatment] = [readObservations(rows, input), rows.columns('trt')];
  const [readId, readStratum] = [rows.levels(input.has('cluster') ? 'cluster' : 'id'), rows.levels('strata')];
  if (readTreatment === undefined) throw input.field('trt').wrong('a list is expected');
  if (readId === undefined && input.has('start'))
    throw input.field('id').wrong('which rows are of one subject must be told');
  const strata = readStratum?.();
  const data = { ...readRows(), covariates: readTreatment(), ...(strata === undefined ? {} : { strata }) };
  const fit = fitCox(data, {
    ties: input.field('ties').or('efron' as const, (ties) => ties.choice(['efron', 'breslow'])),
  });
  const each = { codes: Uint32Array.from(data.time.keys()), count: data.time.length };
  const robust = robustCovariance(fit, readId?.() ?? each)[0]![0]!;
  const coef = fit.coefficients[0]!;
  return {
    coef,
    robustSe: Math.sqrt(robust),
    naiveSe: Math.sqrt(fit.covariance[0]![0]!),
    hr: Math.exp(coef),
    p: waldP(coef / Math.sqrt(robust)),
  };
}

/** `matchit` with method nearest, of MatchIt 4.5.1. */
export function match(input: Input): object {
  only(input, [
    ...[
      'trt',
      'X',
      'names',
      'distance',
      'link',
      'caliper',
      'caliperSd',
      'stdCaliper',
      'std.caliper',
      'order',
      'm.order',
      'seed',
      'ratio',
    ],
    ...[
      'minControls',
      'min.controls',
      'maxControls',
      'max.controls',
      'replace',
      'reuseMax',
      'reuse.max',
      'exact',
      'antiexact',
    ],
    ...['unitId', 'unit.id', 'discard', 'estimand', 'rCompat'],
  ]);
  const treated = readTreated(input.field('trt'));
  const distance = readDistance(input, treated);
  const isForControls = input.field('estimand').or('ATT' as const, (name) => name.choice(['ATT', 'ATC'])) === 'ATC';
  const focal = isForControls ? treated.map((flag) => !flag) : treated;
  const discarded = readDiscarded(input.field('discard'), distance, treated);
  const base = { focal, distance, discarded };
  const matches = matchNearest({
    ...base,
    order: readOrder(input, focal, isForControls),
    ratio: readRatio(input, base),
    mostUses: readMostUses(input),
    rCompat: input.field('rCompat').or(true, (flag) => flag.flag()),
    ...readCalipers(input, base),
    ...readStrata(input, treated.length),
  });
  const widest = Math.max(...matches.partners.map((partners) => partners.length), ratioOf(input));
  return {
    distance,
    treated1: matches.focalRows.map((row) => row + 1),
    matched1: matches.partners.map((partners) =>
      Array.from({ length: widest }, (_, at) => (partners[at] === undefined ? null : partners[at] + 1)),
    ),
    nMatchedTreated: matches.partners.filter((partners) => partners.length > 0).length,
    weights: matchWeights(matches, treated.length),
  };
}

function readCovariates(input: Input, length: number): { x: Float64Array[]; names: string[] } {
  const rows = input.field('X').matrix();
  if (rows.length !== length) throw input.field('X').wrong('a row for each unit is expected', { length });
  const x = rows[0]!.map((_, column) => Float64Array.from(rows, (row) => row[column]!));
  const names = input.field('names').or(
    x.map((_, at) => `x${at + 1}`),
    (texts) => texts.texts(),
  );
  if (names.length !== x.length)
    throw input.field('names').wrong('one name for each column is expected', { columns: x.length });
  return { x, names };
}

/** A link of binomial models; with "linear." before it, what it makes of the score is what units are near in. */
function readLink(input: Input): { name: LinkName; isLinear: boolean } {
  const name = input.field('link').or('logit', (link) => link.text());
  const isLinear = name.startsWith('linear.');
  const choices = ['logit', 'probit', 'cauchit', 'cloglog', 'log', 'identity'] as const;
  const found = choices.find((choice) => choice === name.replace('linear.', ''));
  if (found === undefined) throw input.field('link').wrong('none of the choices', { choices });
  return { name: found, isLinear };
}

/** As given, or by the link of the input, or else the logit of the score. */
function readDistance(input: Input, treated: readonly boolean[]): ArrayLike<number> {
  if (Array.isArray(input.field('distance').value)) return input.field('distance').numbers({ length: treated.length });
  if (input.has('distance')) input.field('distance').choice(['glm', 'logit']);
  const { x } = readCovariates(input, treated.length);
  const link = input.has('link') ? readLink(input) : { name: 'logit' as const, isLinear: true };
  const { linear, scores } = propensityScores(x, treated, link.name);
  return link.isLinear ? linear : scores;
}

function readOrder(input: Input, focal: readonly boolean[], isForControls: boolean): MatchRequest['order'] {
  const fallback = isForControls ? 'smallest' : 'largest';
  const order = either(input, 'order', 'm.order').or(fallback, (name) =>
    name.choice(['largest', 'smallest', 'data', 'random'] as const),
  );
  if (order !== 'random') return order;
  const positions = focal.flatMap((flag) => (flag ? [0] : [])).map((_, at) => at);
  return new Random(input.field('seed').or(1, (seed) => seed.whole({ least: 0, most: 2 ** 32 - 1 }))).shuffle(
    positions,
  );
}

function ratioOf(input: Input): number {
  return input.has('maxControls') || input.has('max.controls')
    ? 0
    : input.field('ratio').or(1, (ratio) => ratio.whole({ least: 1, most: 1000 }));
}

function readRatio(input: Input, base: Pick<MatchRequest, 'focal' | 'distance'>): number | number[] {
  const most = either(input, 'maxControls', 'max.controls');
  if (most.isAbsent) return ratioOf(input);
  return variableRatios(base, {
    ratio: input.field('ratio').number({ above: 1 }),
    least: either(input, 'minControls', 'min.controls').or(1, (value) => Math.floor(value.number({ least: 1 }))),
    most: Math.ceil(most.number({ above: 1 })),
  });
}

function readMostUses(input: Input): number {
  const most = either(input, 'reuseMax', 'reuse.max');
  if (!most.isAbsent) return most.value === 'Inf' ? UNLIMITED : most.whole({ least: 1 });
  return input.field('replace').or(false, (flag) => flag.flag()) ? UNLIMITED : 1;
}

/** Units outside what the scores of both groups (or of the other group) span, or those that the flags name. */
function readDiscarded(discard: Input, distance: ArrayLike<number>, treated: readonly boolean[]): boolean[] {
  if (discard.isAbsent) return treated.map(() => false);
  if (Array.isArray(discard.value))
    return discard.items({ least: treated.length, most: treated.length }).map((item) => item.flag());
  const which = discard.choice(['none', 'both', 'control', 'treated']);
  const span = (group: boolean): [number, number] => {
    const own = Array.from(distance).filter((_, at) => treated[at] === group);
    return [own.reduce((a, b) => Math.min(a, b)), own.reduce((a, b) => Math.max(a, b))];
  };
  const [[low0, high0], [low1, high1]] = [span(false), span(true)];
  const [low, high] = {
    none: [-Infinity, Infinity] as const,
    both: [Math.max(low0, low1), Math.min(high0, high1)] as const,
    control: [low1, high1] as const,
    treated: [low0, high0] as const,
  }[which];
  return Array.from(distance, (value) => value < low || value > high);
}

/** `caliperSd` or `caliper`: a width for the distance, or widths by name; in standard deviations of the units that take part unless `stdCaliper` is false. */
function readCalipers(
  input: Input,
  { distance, discarded }: { distance: ArrayLike<number>; discarded: readonly boolean[] },
): Pick<MatchRequest, 'caliper' | 'covariateCalipers'> {
  const caliper = either(input, 'caliperSd', 'caliper');
  const isStandard =
    input.has('caliperSd') || either(input, 'stdCaliper', 'std.caliper').or(true, (flag) => flag.flag());
  const widthOf = (given: Input, values: ArrayLike<number>): number => {
    const width = Math.abs(given.number());
    return isStandard ? width * deviationOf(Array.from(values).filter((_, at) => discarded[at] === false)) : width;
  };
  if (caliper.isAbsent || caliper.value === 'Inf') return {};
  if (typeof caliper.value === 'number') return { caliper: widthOf(caliper, distance) };
  const { x, names } = readCovariates(input, distance.length);
  const named = caliper.names().filter((name) => name !== '' && name !== 'distance');
  const own = caliper.names().find((name) => !named.includes(name));
  return {
    ...(own === undefined ? {} : { caliper: widthOf(caliper.field(own), distance) }),
    covariateCalipers: named.map((name) => {
      const values = x[names.indexOf(name)];
      if (values === undefined) throw caliper.field(name).wrong('no column of X has that name', { names });
      return { values, width: widthOf(caliper.field(name), values) };
    }),
  };
}

function deviationOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

/** Strata, what partners must differ in, and rows of one unit: names of columns of X, or a label for each unit. */
function readStrata(input: Input, length: number): Pick<MatchRequest, 'exact' | 'unlike' | 'unit'> {
  const [exact, unlike] = [readVariables(input, 'exact', length), readVariables(input, 'antiexact', length)];
  const unit = either(input, 'unitId', 'unit.id');
  return {
    ...(exact === undefined
      ? {}
      : { exact: exact[0]!.map((_, at) => JSON.stringify(exact.map((labels) => labels[at]))) }),
    ...(unlike === undefined ? {} : { unlike }),
    ...(unit.isAbsent ? {} : { unit: readLabels(unit, length) }),
  };
}

function readVariables(input: Input, field: string, length: number): Label[][] | undefined {
  const given = input.field(field);
  if (given.isAbsent) return undefined;
  const list = typeof given.value === 'string' ? [given] : given.items({ least: 1 });
  const { value } = list[0]!;
  if (Array.isArray(value)) return list.map((item) => readLabels(item, length));
  const names = input.field('names').or([] as string[], (texts) => texts.texts());
  const areNames = list.length !== length || list.every((item) => names.includes(item.value as string));
  if (!areNames) return [readLabels(given, length)];
  const { x } = readCovariates(input, length);
  return list.map((item) => {
    const column = x[names.indexOf(item.text())];
    if (column === undefined) throw item.wrong('no column of X has that name', { names });
    return Array.from(column);
  });
}
