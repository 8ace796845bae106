import { cholesky, digamma, invertSymmetric, logGamma, solveSymmetric, trigamma } from '#standards/statistics';
import { type NeighbourWeights, type WeightedNeighbours, weightedNeighbours } from './neighbours.ts';

/** Effects of a component: what its logarithm is a sum of. */
export interface Covariate {
  name: string;
  at(time: number, unit: number): number;
}

export interface Component {
  /** At least one; a constant 1 is the intercept. */
  covariates: readonly Covariate[];
  /** What the component's mean is multiplied with, e.g. the population. */
  offset?: ((time: number, unit: number) => number) | undefined;
}

export interface EpidemicComponent extends Component {
  /** Steps of time back, 1 or more. */
  lag?: number | undefined;
}

export interface EndemicEpidemicModel {
  /** By time, then by unit (region or group); NaN is missing. */
  counts: readonly ArrayLike<number>[];
  /** The times that are explained, counted from 0; else all but the first. */
  times?: readonly number[] | undefined;
  /** What a unit's own earlier cases bring. */
  own?: EpidemicComponent | undefined;
  /** What the earlier cases of other units bring. */
  neighbours?: (EpidemicComponent & { weights: NeighbourWeights }) | undefined;
  /** What comes whatever the earlier cases. */
  endemic?: Component | undefined;
  /**
   * For negative binomial counts: the group of each unit, those of a group sharing their overdispersion (variance mean + overdispersion mean²). Absent for
   * Poisson counts.
   */
  overdispersion?: readonly number[] | undefined;
}

export interface EndemicEpidemicFit {
  /** Those of `own`, `neighbours` and `endemic` in the order of their covariates, then the decay of the weights, then the overdispersion by group. */
  coefficients: Float64Array;
  standardErrors: Float64Array;
  covariance: Float64Array[];
  logLikelihood: number;
  observations: number;
  steps: number;
  /** Places of coefficients that the counts do not bound: they run off, as where a unit has no cases of its own. */
  unbounded: number[];
}

/**
 * Fits the endemic-epidemic model of counts in several units: mean = own earlier cases + neighbours' earlier cases + endemic, each times the exponential of
 * its effects, by maximum likelihood.
 *
 * Standard errors are from the observed information.
 *
 * @throws RangeError when no component is given, no observation is complete, or the likelihood has no maximum that can be found
 *
 * Source: Held, Hoehle and Hofmann, Stat Model 2005;5:187; Paul and Held, Stat Med 2011;30:1118; Meyer and Held, Ann Appl Stat 2014;8:1612 (decay).
 */
export function endemicEpidemic(model: EndemicEpidemicModel): EndemicEpidemicFit {
  const problem = setUp(model);
  let theta = start(problem);
  let here = evaluate(problem, theta);
  if (!Number.isFinite(here.value)) throw new RangeError('some expected count is 0 where there are cases');
  let damping = 0;
  for (let steps = 1; steps <= MOST_STEPS && damping < MOST_DAMPING; steps += 1) {
    const step = newtonStep(here, damping);
    if (step === undefined) {
      damping = Math.max(LEAST_DAMPING, damping * 10);
      continue;
    }
    const next = theta.map((value, at) => value + step.change[at]!);
    const there = evaluate(problem, next);
    const isLast = damping === 0 && step.gain < CLOSE * (1 + Math.abs(here.value));
    if (isLast || there.value >= here.value) {
      theta = next;
      here = there;
      if (isLast) return answer(problem, theta, here, steps);
      damping = damping <= LEAST_DAMPING ? 0 : damping / 10;
    } else damping = Math.max(LEAST_DAMPING, damping * 10);
  }
  throw new RangeError('the likelihood has no maximum that can be found: leave a component or an effect out');
}

const LEAST_DAMPING = 1e-4;
const MOST_DAMPING = 1e12;
/** A gain so small, relative to the log-likelihood, that one more step is the last: its error is the square of this one's. */
const CLOSE = 1e-11;
const MOST_STEPS = 500;

/** One effect at each observation. */
interface Effect {
  part: number;
  values: Float64Array;
}

interface Problem {
  y: Float64Array;
  /** Per part of the mean, what its exponential is multiplied with. */
  multipliers: Float64Array[];
  effects: Effect[];
  /** The part and the derivatives of the neighbours' multiplier, where its weights decay with a parameter to be found. */
  decay?: { part: number; at: (parameter: number) => WeightedNeighbours; start: number };
  groups: Int32Array;
  groupCount: number;
}

function setUp(model: EndemicEpidemicModel): Problem {
  const { counts, own, neighbours, endemic } = model;
  const units = counts[0]?.length ?? 0;
  if (units === 0) throw new RangeError('there are no counts');
  if (counts.some((row) => row.length !== units)) throw new RangeError('each time needs a count for each unit');
  const times = model.times ?? counts.map((_, time) => time).slice(1);
  if (!times.every((time) => Number.isInteger(time) && time >= 0 && time < counts.length))
    throw new RangeError('the times to be explained must be among those of the counts');
  const nearby = neighbours && weightedNeighbours(counts, neighbours.weights, neighbours.lag ?? 1);
  const parts = partsOf(counts, own, endemic, neighbours, nearby?.start);
  if (parts.length === 0) throw new RangeError('the model needs a component');
  const cells = completeCells(counts, times, parts);
  return assemble(model, parts, cells, nearby);
}

interface Part {
  component: Component;
  /** Of the neighbours, if these are. */
  isNeighbours: boolean;
  before(time: number, unit: number): number;
}

function partsOf(
  counts: readonly ArrayLike<number>[],
  own: EpidemicComponent | undefined,
  endemic: Component | undefined,
  neighbours: EpidemicComponent | undefined,
  nearby: WeightedNeighbours | undefined,
): Part[] {
  const parts: Part[] = [];
  const lag = own?.lag ?? 1;
  if (own !== undefined)
    parts.push({
      component: own,
      isNeighbours: false,
      before: (time, unit) => (time >= lag ? counts[time - lag]![unit]! : Number.NaN),
    });
  if (neighbours !== undefined && nearby !== undefined)
    parts.push({ component: neighbours, isNeighbours: true, before: (time, unit) => nearby.value[time]![unit]! });
  if (endemic !== undefined) parts.push({ component: endemic, isNeighbours: false, before: () => 1 });
  return parts;
}

/** Times and units at which the count and all that explains it are known. */
interface Cells {
  time: number[];
  unit: number[];
}

function completeCells(counts: readonly ArrayLike<number>[], times: readonly number[], parts: readonly Part[]): Cells {
  const cells: Cells = { time: [], unit: [] };
  for (const time of times)
    for (let unit = 0; unit < counts[time]!.length; unit += 1) {
      if (Number.isNaN(counts[time]![unit]!) || parts.some(({ before }) => Number.isNaN(before(time, unit)))) continue;
      cells.time.push(time);
      cells.unit.push(unit);
    }
  if (cells.time.length === 0) throw new RangeError('no count is known together with those before it');
  return cells;
}

function assemble(
  { counts, overdispersion, neighbours }: EndemicEpidemicModel,
  parts: readonly Part[],
  { time, unit }: Cells,
  nearby: ReturnType<typeof weightedNeighbours> | undefined,
): Problem {
  const over = (value: (time: number, unit: number) => number): Float64Array =>
    Float64Array.from(time, (each, at) => value(each, unit[at]!));
  const effects = parts.flatMap(({ component }, part) =>
    component.covariates.map((covariate) => ({ part, values: over((t, u) => covariate.at(t, u)) })),
  );
  if (effects.some(({ values }) => !values.every(Number.isFinite)))
    throw new RangeError('each effect must be known wherever a count is');
  const problem: Problem = {
    y: over((t, u) => counts[t]![u]!),
    multipliers: parts.map(({ component, before }) => over((t, u) => before(t, u) * (component.offset?.(t, u) ?? 1))),
    effects,
    groups: Int32Array.from(unit, (each) => overdispersion?.[each] ?? 0),
    groupCount: overdispersion === undefined ? 0 : Math.max(...overdispersion) + 1,
  };
  const decay = nearby?.decay;
  if (decay === undefined) return problem;
  const offset = neighbours?.offset ?? (() => 1);
  const spread = (rows: readonly Float64Array[]): Float64Array[] => [over((t, u) => rows[t]![u]! * offset(t, u))];
  const at = (parameter: number): WeightedNeighbours => {
    const { value, first, second } = decay.at(parameter);
    return { value: spread(value), first: spread(first), second: spread(second) };
  };
  return { ...problem, decay: { part: parts.findIndex(({ isNeighbours }) => isNeighbours), at, start: decay.start } };
}

/** Every part with an intercept begins with an equal share of the mean. */
function start({ y, multipliers, effects, decay, groupCount }: Problem): Float64Array {
  const average = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const share = Math.max(average(y), 1e-3) / multipliers.length;
  const settled = new Set<number>();
  const fixed = effects.map(({ part, values }) => {
    if (settled.has(part) || !values.every((value) => value === 1)) return 0;
    settled.add(part);
    const mean = average(multipliers[part]!);
    return mean > 0 ? Math.log(share / mean) : 0;
  });
  return Float64Array.from([...fixed, ...(decay ? [decay.start] : []), ...new Array<number>(groupCount).fill(2)]);
}

interface Evaluation {
  value: number;
  gradient: Float64Array;
  /** The negative second derivatives: the observed information. */
  information: Float64Array[];
}

/** Log-likelihood with its derivatives; overdispersion enters as -log. */
function evaluate(problem: Problem, theta: Float64Array): Evaluation {
  const size = theta.length;
  const result: Evaluation = {
    value: 0,
    gradient: new Float64Array(size),
    information: Array.from({ length: size }, () => new Float64Array(size)),
  };
  const bench = benchOf(problem, theta);
  for (let at = 0; at < problem.y.length; at += 1) {
    const mean = meanAt(bench, theta, at);
    const group = problem.groupCount === 0 ? -1 : bench.slopes.length + problem.groups[at]!;
    const y = problem.y[at]!;
    const terms = group < 0 ? poissonTerms(y, mean) : negativeBinomialTerms(y, mean, Math.exp(theta[group]!));
    result.value += terms.value;
    addSlopes(result, bench, terms);
    addCurvature(result, bench, terms, at);
    if (group >= 0) addDispersion(result, bench, terms, group);
  }
  for (let one = 0; one < size; one += 1)
    for (let two = 0; two < one; two += 1) result.information[two]![one] = result.information[one]![two]!;
  return result;
}

/** What is worked with at one observation after the other. */
interface Bench {
  effects: readonly Effect[];
  multipliers: Float64Array[];
  /** By part, the exponential of its effects. */
  exponentials: Float64Array;
  /** Of the mean, by effect, and last by the decay. */
  slopes: Float64Array;
  decay?: { part: number; first: Float64Array; second: Float64Array };
}

function benchOf({ effects, multipliers, decay }: Problem, theta: Float64Array): Bench {
  const bench: Bench = {
    effects,
    multipliers: [...multipliers],
    exponentials: new Float64Array(multipliers.length),
    slopes: new Float64Array(effects.length + (decay ? 1 : 0)),
  };
  if (decay === undefined) return bench;
  const { value, first, second } = decay.at(theta[effects.length]!);
  bench.multipliers[decay.part] = value[0]!;
  return { ...bench, decay: { part: decay.part, first: first[0]!, second: second[0]! } };
}

/** The expected count of an observation; fills in its slopes. */
function meanAt({ effects, multipliers, exponentials, slopes, decay }: Bench, theta: Float64Array, at: number): number {
  exponentials.fill(0);
  for (let which = 0; which < effects.length; which += 1)
    exponentials[effects[which]!.part]! += theta[which]! * effects[which]!.values[at]!;
  let mean = 0;
  for (let part = 0; part < exponentials.length; part += 1) {
    exponentials[part] = Math.exp(exponentials[part]!);
    mean += exponentials[part]! * multipliers[part]![at]!;
  }
  for (let which = 0; which < effects.length; which += 1) {
    const { part, values } = effects[which]!;
    slopes[which] = exponentials[part]! * multipliers[part]![at]! * values[at]!;
  }
  if (decay !== undefined) slopes[effects.length] = exponentials[decay.part]! * decay.first[at]!;
  return mean;
}

function addSlopes({ gradient, information }: Evaluation, { slopes }: Bench, terms: Terms): void {
  for (let one = 0; one < slopes.length; one += 1) {
    const row = information[one]!;
    gradient[one]! += terms.byMean * slopes[one]!;
    for (let two = 0; two <= one; two += 1) row[two]! -= terms.byMeanTwice * slopes[one]! * slopes[two]!;
  }
}

/** The mean's own second derivatives: those of one part only. */
function addCurvature({ information }: Evaluation, bench: Bench, { byMean }: Terms, at: number): void {
  const { effects, slopes, decay, exponentials } = bench;
  for (let one = 0; one < effects.length; one += 1)
    for (let two = 0; two <= one; two += 1)
      if (effects[one]!.part === effects[two]!.part)
        information[one]![two]! -= byMean * slopes[one]! * effects[two]!.values[at]!;
  if (decay === undefined) return;
  const row = information[effects.length]!;
  for (let one = 0; one < effects.length; one += 1)
    if (effects[one]!.part === decay.part) row[one]! -= byMean * slopes[effects.length]! * effects[one]!.values[at]!;
  row[effects.length]! -= byMean * exponentials[decay.part]! * decay.second[at]!;
}

function addDispersion({ gradient, information }: Evaluation, { slopes }: Bench, terms: Terms, group: number): void {
  gradient[group]! += terms.bySize;
  const row = information[group]!;
  for (let one = 0; one < slopes.length; one += 1) row[one]! -= terms.byBoth * slopes[one]!;
  row[group]! -= terms.bySizeTwice;
}

/** Derivatives of one observation's log-likelihood by its mean and by the logarithm of the size (1 / overdispersion). */
interface Terms {
  value: number;
  byMean: number;
  byMeanTwice: number;
  bySize: number;
  bySizeTwice: number;
  byBoth: number;
}

function poissonTerms(y: number, mean: number): Terms {
  const ratio = y === 0 ? 0 : y / mean;
  return {
    value: (y === 0 ? 0 : y * Math.log(mean)) - mean - logGamma(y + 1),
    byMean: ratio - 1,
    byMeanTwice: y === 0 ? 0 : -ratio / mean,
    bySize: 0,
    bySizeTwice: 0,
    byBoth: 0,
  };
}

function negativeBinomialTerms(y: number, mean: number, size: number): Terms {
  const ratio = y === 0 ? 0 : y / mean;
  const sum = size + mean;
  const share = (size + y) / sum;
  const bySize = size * (digamma(y + size) - digamma(size) + Math.log(size) + 1 - Math.log(sum) - share);
  return {
    value:
      logGamma(y + size) -
      logGamma(size) -
      logGamma(y + 1) +
      size * Math.log(size / sum) +
      (y === 0 ? 0 : y * Math.log(mean / sum)),
    byMean: ratio - share,
    byMeanTwice: share / sum - (y === 0 ? 0 : ratio / mean),
    bySize,
    bySizeTwice:
      size * size * (trigamma(y + size) - trigamma(size) + 1 / size - 1 / sum - (mean - y) / (sum * sum)) + bySize,
    byBoth: size * (share / sum - 1 / sum),
  };
}

/** Undefined where the information, damped, is not positive. */
function newtonStep(
  { gradient, information }: Evaluation,
  damping: number,
): { change: Float64Array; gain: number } | undefined {
  const damped = information.map((row, at) => {
    const copy = Float64Array.from(row);
    copy[at]! += damping * (1 + Math.abs(row[at]!));
    return copy;
  });
  if (cholesky(damped) === undefined) return undefined;
  const change = Float64Array.from(solveSymmetric(damped, gradient));
  return { change, gain: change.reduce((sum, value, at) => sum + value * gradient[at]!, 0) };
}

/** A standard error, of a logarithm, at which nothing is known. */
const UNBOUNDED = 100;

/** The overdispersion is told as itself, its error by the delta rule. */
function answer({ y, groupCount }: Problem, theta: Float64Array, here: Evaluation, steps: number): EndemicEpidemicFit {
  const first = theta.length - groupCount;
  const coefficients = theta.map((value, at) => (at < first ? value : Math.exp(-value)));
  const slope = coefficients.map((value, at) => (at < first ? 1 : -value));
  const inverse = invertSymmetric(here.information);
  const covariance = inverse.map((row, one) =>
    Float64Array.from(row, (value, two) => value * slope[one]! * slope[two]!),
  );
  const standardErrors = Float64Array.from(covariance, (row, at) => Math.sqrt(row[at]!));
  const unbounded = inverse.flatMap((row, at) => (Math.sqrt(row[at]!) < UNBOUNDED ? [] : [at]));
  return {
    coefficients,
    standardErrors,
    covariance,
    logLikelihood: here.value,
    observations: y.length,
    steps,
    unbounded,
  };
}
