import { chiSquare } from '../statistics/index.ts';
import { type Derivatives, exactDerivatives } from './exact-likelihood.ts';
import { type Groups, type Observations, ones } from './model.ts';
import { pick } from './order.ts';
import { type Arranged, PartialLikelihood, type Ties } from './partial-likelihood.ts';
import { arrangeRiskSets, type RiskSets } from './risk-sets.ts';
import { type Factored, factor } from './semidefinite.ts';

export interface CoxData extends Observations {
  /** A column per covariate. */
  covariates: readonly Float64Array[];
  /** Each stratum has a baseline hazard of its own. */
  strata?: Groups;
  /** Added to the linear predictor. */
  offset?: Float64Array;
}

export interface CoxOptions {
  /** How events at the same time are taken; `efron` where absent. `exact` is for discrete times, and knows no weights. */
  ties?: Ties | 'exact';
  /** Coefficients to start from; 0 where absent. */
  initial?: readonly number[];
  /** Newton's steps, 20; with 0 or 1 no convergence is asked for. */
  mostIterations?: number;
  /** Stop at this relative change of the log likelihood; where absent, when nothing changes any more. */
  tolerance?: number;
}

export interface CoxFit {
  /** NaN where a covariate adds nothing to those before it. */
  coefficients: Float64Array;
  /** The inverse information, 0 for redundant covariates. */
  covariance: Float64Array[];
  /** At the initial coefficients and at these. */
  logLikelihood: [number, number];
  /** At the initial coefficients. */
  scoreTest: number;
  /** Covariates that are not redundant. */
  df: number;
  iterations: number;
  ties: Ties | 'exact';
  /** Of what the fit was made, arranged: for residuals, curves and tests; with exact ties these have Breslow's hazard. */
  made: Made;
  likelihood: PartialLikelihood;
}

interface Made extends Arranged {
  data: CoxData;
  means: Float64Array;
  scales: Float64Array;
  /** What was taken off the offset. */
  offsetMean: number;
}

/**
 * Cox's proportional hazards: log hazard ratios that maximise the partial likelihood.
 *
 * @throws RangeError when there is no event or no covariate, a weight is not above 0 (or is given with exact ties), and when the likelihood has no maximum: a coefficient
 *         then grows for ever, as a covariate separates those with the event from the others
 *
 * Source: Cox 1972; Newton's steps, halved where the likelihood falls, and the treatment of redundant covariates as in R's coxph.
 */
export function fitCox(data: CoxData, options: CoxOptions = {}): CoxFit {
  const { ties = 'efron', initial, mostIterations = 20, tolerance } = options;
  const made = arrange(data, ties);
  const start = made.scales.map((scale, at) => (initial?.[at] ?? 0) / scale);
  const likelihood = ties === 'exact' ? undefined : new PartialLikelihood(made, ties);
  const found = maximise(derivativesOf(made, likelihood), start, mostIterations, tolerance);
  refuseInfinite(found);
  const { redundant, rank } = found.factored;
  return {
    coefficients: found.at.map((value, at) =>
      redundant[at] === 1 && mostIterations > 0 ? Number.NaN : value * made.scales[at]!,
    ),
    covariance: rescaled(found.factored.inverse(), made.scales),
    logLikelihood: [found.initial.logLikelihood, found.logLikelihood],
    scoreTest: found.scoreTest,
    df: rank,
    iterations: found.iterations,
    ties,
    made,
    likelihood: likelihood ?? new PartialLikelihood(made, 'breslow'),
  };
}

function rescaled(matrix: Float64Array[], scales: Float64Array): Float64Array[] {
  return matrix.map((row, i) => row.map((value, j) => value * scales[i]! * scales[j]!));
}

function arrange(data: CoxData, ties: CoxOptions['ties']): Made {
  const { covariates, offset, weights } = data;
  if (covariates.length === 0) throw new RangeError('a model needs a covariate');
  if (weights?.some((weight) => !(weight > 0))) throw new RangeError('each weight must be above 0');
  if (ties === 'exact' && weights?.some((weight) => weight !== 1))
    throw new RangeError('weights cannot be had with exact ties');
  const sets = arrangeRiskSets(data, data.strata);
  const each = weights ?? ones(data.time.length);
  const standard = covariates.map((column) => standardise(column, each));
  const columns = standard.map(({ mean, scale }, at) => {
    const to = pick(covariates[at]!, sets.rows);
    for (let k = 0; k < to.length; k += 1) to[k] = (to[k]! - mean) * scale;
    return to;
  });
  const own = weights === undefined ? undefined : pick(weights, sets.rows);
  // A common offset changes nothing but the size of exp().
  const offsetMean = offset === undefined ? 0 : offset.reduce((sum, value) => sum + value, 0) / offset.length;
  return {
    sets,
    columns,
    ...(own === undefined ? {} : { weights: own }),
    ...(offset === undefined ? {} : { offset: pick(offset, sets.rows).map((value) => value - offsetMean) }),
    events: sumEvents(sets, columns, own),
    data,
    means: Float64Array.from(standard, ({ mean }) => mean),
    scales: Float64Array.from(standard, ({ scale }) => scale),
    offsetMean,
  };
}

/** Indicators keep their scale, as the tolerance for redundancy is judged beside it. */
function standardise(column: Float64Array, weights: Float64Array): { mean: number; scale: number } {
  let sum = 0;
  let weight = 0;
  let others = 0;
  for (let row = 0; row < column.length; row += 1) {
    const x = column[row]!;
    sum += weights[row]! * x;
    weight += weights[row]!;
    if (x !== 0 && x !== 1 && x !== -1) others += 1;
  }
  const mean = sum / weight;
  if (others === 0) return { mean, scale: 1 };
  let distance = 0;
  for (let row = 0; row < column.length; row += 1) distance += weights[row]! * Math.abs(column[row]! - mean);
  return { mean, scale: distance > 0 ? weight / distance : 1 };
}

function sumEvents(
  { ends, eventsFrom }: RiskSets,
  columns: readonly Float64Array[],
  weights: Float64Array | undefined,
): Arranged['events'] {
  const count = Float64Array.from(ends, (end, s) => end - eventsFrom[s]!);
  const sumOf = (values: Float64Array): Float64Array => {
    const sums = new Float64Array(ends.length);
    for (let s = 0; s < sums.length; s += 1) {
      let sum = 0;
      for (let k = eventsFrom[s]!; k < ends[s]!; k += 1) sum += values[k]!;
      sums[s] = sum;
    }
    return sums;
  };
  const weighted = weights === undefined ? undefined : new Float64Array(weights.length);
  return {
    count,
    weight: weights === undefined ? count : sumOf(weights),
    sums: columns.map((column) => {
      if (weighted === undefined || weights === undefined) return sumOf(column);
      for (let k = 0; k < weighted.length; k += 1) weighted[k] = weights[k]! * column[k]!;
      return sumOf(weighted);
    }),
  };
}

function derivativesOf(made: Made, likelihood: PartialLikelihood | undefined): (at: Float64Array) => Derivatives {
  if (likelihood === undefined) return (at) => exactDerivatives(made, at);
  return (at) => {
    const { logLikelihood } = likelihood.pass(at);
    return { logLikelihood, score: likelihood.score(), information: likelihood.information() };
  };
}

interface Maximum {
  at: Float64Array;
  logLikelihood: number;
  factored: Factored;
  initial: Derivatives;
  scoreTest: number;
  iterations: number;
  /** The next step would be this one. */
  step: Float64Array;
  converged: boolean;
  asked: boolean;
}

function maximise(
  derivatives: (at: Float64Array) => Derivatives,
  start: Float64Array,
  mostIterations: number,
  tolerance: number | undefined,
): Maximum {
  const initial = derivatives(start);
  let factored = factor(initial.information);
  let step = factored.solve(initial.score);
  const scoreTest = inner(initial.score, step);
  let [at, best] = [start, initial.logLikelihood];
  let next = sum(at, step);
  let halvings = 0;
  const found = (converged: boolean, iterations: number): Maximum => {
    return {
      at,
      logLikelihood: best,
      factored,
      initial,
      scoreTest,
      iterations,
      step,
      converged,
      asked: mostIterations > 1,
    };
  };
  for (let iteration = 1; iteration <= mostIterations; iteration += 1) {
    const now = derivatives(next);
    const factors = factor(now.information);
    const finite = Number.isFinite(now.logLikelihood) && now.score.every(Number.isFinite);
    const settled = finite && Math.abs(1 - best / now.logLikelihood) <= (tolerance ?? 1e-13);
    if (finite && (settled || now.logLikelihood >= best)) {
      [at, best, factored] = [next, now.logLikelihood, factors];
      step = factors.solve(now.score);
      next = sum(at, step);
      halvings = 0;
      if (settled || (tolerance === undefined && step.every((value) => Math.abs(value) < NOTHING))) {
        // So small a step can be taken unjudged.
        if (tolerance === undefined) [at, best] = [next, best + inner(now.score, step) / 2];
        return found(true, iteration);
      }
    } else {
      halvings += 1;
      const [last, share] = [next, halvings];
      next = at.map((value, k) => (last[k]! + share * value) / (share + 1));
    }
  }
  return found(false, mostIterations);
}

/** A step of covariates of unit scale that changes the information by less than about this share of it. */
const NOTHING = 1e-10;

function refuseInfinite({ at, step, converged, asked }: Maximum): void {
  const infinite = Array.from(at.keys()).filter((k) => Math.abs(step[k]!) > 1e-3 * (1 + Math.abs(at[k]!)));
  if (!asked) return;
  if (infinite.length > 0)
    throw new RangeError(
      `the likelihood has no maximum: the coefficient of covariate ${infinite.map((k) => k + 1).join(', ')} grows for ever, as it separates those with the event from the others`,
    );
  if (!converged)
    throw new RangeError('the coefficients did not settle: more steps are needed, or other starting values');
}

function inner(x: Float64Array, y: Float64Array): number {
  return x.reduce((total, value, at) => total + value * y[at]!, 0);
}

function sum(x: Float64Array, y: Float64Array): Float64Array {
  return x.map((value, at) => value + y[at]!);
}

/** Wald's test that all coefficients are as given, 0 where absent; redundant ones do not count. */
export function waldTest(
  coefficients: Float64Array,
  covariance: readonly Float64Array[],
  initial?: readonly number[],
): number {
  const kept = Array.from(coefficients.keys()).filter((at) => !Number.isNaN(coefficients[at]!));
  const difference = Float64Array.from(kept, (at) => coefficients[at]! - (initial?.[at] ?? 0));
  const part = kept.map((row) => Float64Array.from(kept, (column) => covariance[row]![column]!));
  return inner(difference, factor(part, 1e-9).solve(difference));
}

/** The two-sided p of a coefficient over its standard error, from the chi-square distribution so that it keeps its digits where it is tiny. */
export function waldP(z: number): number {
  return chiSquare.cdf(z * z, 1, { upper: true });
}

/** The linear predictor of each row, offset included, not centred. */
export function linearPredictor({ coefficients, made }: CoxFit): Float64Array {
  const { covariates, offset, time } = made.data;
  const linear = offset === undefined ? new Float64Array(time.length) : offset.slice();
  for (const [at, column] of covariates.entries()) {
    const coefficient = coefficients[at]!;
    if (Number.isNaN(coefficient)) continue;
    for (let row = 0; row < linear.length; row += 1) linear[row]! += coefficient * column[row]!;
  }
  return linear;
}
