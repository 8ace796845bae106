import { FAMILIES, type Family, type FamilyName } from './family.ts';
import { checkDesign } from './least-squares.ts';
import { fillMeans, LINKS, type LinkName } from './link.ts';
import type { Columns } from './matrix.ts';
import { covarianceOf, fillLinear, leverage, type Solved, solveByProducts, solveByReflections } from './triangle.ts';

export interface GlmOptions {
  x: Columns;
  y: ArrayLike<number>;
  family: FamilyName | Family;
  /** The family's own if not said. */
  link?: LinkName;
  /** Prior weights; for proportions the numbers of trials. Rows of weight 0 take no part. */
  weights?: ArrayLike<number>;
  offset?: ArrayLike<number>;
  /** It has converged when the deviance changes by less than this share. */
  epsilon?: number;
  mostIterations?: number;
  /** The linear predictor to begin with. */
  start?: ArrayLike<number>;
  /** Whether the null model has a constant; if not said, whether a column of the design is constant and not 0. */
  intercept?: boolean;
}

export interface Glm {
  /** NaN for columns that earlier ones explain. */
  coefficients: Float64Array;
  /** By the dispersion below; NaN where no degree of freedom is left to estimate it. */
  standardErrors: Float64Array;
  covariance: Float64Array[];
  covarianceUnscaled: Float64Array[];
  fitted: Float64Array;
  linear: Float64Array;
  /** Of the last iteration, before its final step, as R keeps them; so is what follows from them: covariance, hat, dispersion. */
  workingWeights: Float64Array;
  workingResiduals: Float64Array;
  readonly pearsonResiduals: Float64Array;
  readonly devianceResiduals: Float64Array;
  readonly hat: Float64Array;
  deviance: number;
  readonly nullDeviance: number;
  /** 1 for binomial and Poisson; else the weighted squares of the working residuals over `df`. */
  dispersion: number;
  hasKnownDispersion: boolean;
  df: number;
  nullDf: number;
  rank: number;
  iterations: number;
  converged: boolean;
  /** Whether fitted probabilities are 0 or 1 (fitted counts 0) to the last digit: with standard errors beyond sense, a sign of separation. */
  atEdge: boolean;
  readonly logLikelihood: number;
  /** NaN for the quasi-families. */
  readonly aic: number;
}

/**
 * A generalised linear model by iteratively reweighted least squares, exactly as R's glm.fit: its starting values, stopping rule and halved steps.
 *
 * @throws RangeError for responses outside the family, links that it does not have, lengths that differ, and where no step leads to valid means
 */
export function glm(options: GlmOptions): Glm {
  const model = readModel(options);
  const fit = iterate(model, options);
  return summarise(model, fit, options);
}

interface Model {
  x: Float64Array[];
  y: Float64Array;
  weights: Float64Array;
  offset: Float64Array | undefined;
  family: Family;
  link: LinkName;
  rows: number;
}

/** What the rows have at some coefficients. */
interface Place {
  linear: Float64Array;
  means: Float64Array;
  slopes: Float64Array;
}

interface Fit extends Place {
  solved: Solved;
  coefficients: Float64Array;
  workingWeights: Float64Array;
  deviance: number;
  iterations: number;
  converged: boolean;
}

function readModel({ x, y, family: named, link, weights, offset }: GlmOptions): Model {
  const n = y.length;
  checkDesign(x, n);
  const family = typeof named === 'string' ? FAMILIES[named] : named;
  if (link !== undefined && !family.links.includes(link))
    throw new RangeError(`the family has no link ${link}; it has ${family.links.join(', ')}`);
  if ((weights ?? y).length !== n || (offset ?? y).length !== n)
    throw new RangeError('weights and offset must have one value a row');
  const own = weights === undefined ? new Float64Array(n).fill(1) : Float64Array.from(weights);
  if (own.some((weight) => !(weight >= 0 && weight < Infinity)))
    throw new RangeError('weights must be finite and not negative');
  const responses = Float64Array.from(y);
  for (let i = 0; i < n; i += 1)
    if (!family.isResponse(responses[i]!)) throw new RangeError(`responses of this family must be ${family.responses}`);
  const rows = own.reduce((count, weight) => count + (weight > 0 ? 1 : 0), 0);
  const shift = offset === undefined ? undefined : Float64Array.from(offset);
  const design = x.map((column) => (column instanceof Float64Array ? column : Float64Array.from(column)));
  return { x: design, y: responses, weights: own, offset: shift, family, link: link ?? family.link, rows };
}

function newPlace(rows: number): Place {
  return { linear: new Float64Array(rows), means: new Float64Array(rows), slopes: new Float64Array(rows) };
}

function iterate(model: Model, { epsilon = 1e-8, mostIterations = 25, start }: GlmOptions): Fit {
  const { x, y, weights, link, family } = model;
  const n = y.length;
  let [here, there] = [newPlace(n), newPlace(n)];
  const { of } = LINKS[link];
  here.linear.set(start ?? y.map((value, i) => of(family.start(value, weights[i]!))));
  fillMeans(link, here.linear, here.means, here.slopes);
  if (!isValid(here, model)) throw new RangeError('the family and link have no valid means to begin with');
  const [workingWeights, response] = [new Float64Array(n), new Float64Array(n)];
  let deviance = devianceOf(model, here.means);
  let coefficients: Float64Array | undefined;
  for (let iterations = 1; iterations <= mostIterations; iterations += 1) {
    // From the second round on only the change is solved for: its rounding dies out with it.
    fillWorking(model, here, coefficients !== undefined, workingWeights, response);
    const solved = solve(x, response, workingWeights, Math.min(1e-7, epsilon / 1000));
    const aim = coefficients === undefined ? solved.coefficients : added(coefficients, solved.coefficients);
    const step = stepTo(model, aim, coefficients, there, mostIterations);
    [here, there] = [there, here];
    const converged = Math.abs(step.deviance - deviance) / (Math.abs(step.deviance) + 0.1) < epsilon;
    ({ coefficients, deviance } = step);
    if (converged || iterations === mostIterations)
      return { ...here, solved, coefficients, workingWeights, deviance, iterations, converged };
  }
  throw new RangeError('no iteration is allowed');
}

/** By sums of products where the columns allow it, else by reflections. */
function solve(x: Float64Array[], response: Float64Array, weights: Float64Array, tolerance: number): Solved {
  const quick = solveByProducts(x, response, weights);
  return quick ?? solveByReflections(x, response, weights.map(Math.sqrt), tolerance);
}

/** A column that is aliased now, or was, is so. */
function added(before: Float64Array, change: Float64Array): Float64Array {
  return before.map((value, at) => value + change[at]!);
}

/** Weights and responses of the next least squares: the whole linear predictor, or only its change. */
function fillWorking(
  { y, offset, weights, family }: Model,
  { linear, means, slopes }: Place,
  onlyChange: boolean,
  workingWeights: Float64Array,
  response: Float64Array,
): void {
  for (let i = 0; i < y.length; i += 1) {
    const slope = slopes[i]!;
    const takesPart = weights[i]! > 0 && slope !== 0;
    workingWeights[i] = takesPart ? (weights[i]! * slope * slope) / family.variance(means[i]!) : 0;
    const change = takesPart ? (y[i]! - means[i]!) / slope : 0;
    response[i] = onlyChange ? change : linear[i]! - (offset === undefined ? 0 : offset[i]!) + change;
  }
}

/** Fills in the place that coefficients lead to; the step to them is halved until deviance and means are valid. */
function stepTo(
  model: Model,
  aim: Float64Array,
  before: Float64Array | undefined,
  place: Place,
  mostHalvings: number,
): { coefficients: Float64Array; deviance: number } {
  let coefficients = aim;
  for (let halvings = 0; halvings <= mostHalvings; halvings += 1) {
    fillLinear(model.x, coefficients, model.offset, place.linear);
    fillMeans(model.link, place.linear, place.means, place.slopes);
    const deviance = devianceOf(model, place.means);
    if (Number.isFinite(deviance) && isValid(place, model)) return { coefficients, deviance };
    if (before === undefined) break;
    coefficients = coefficients.map((value, at) => (value + before[at]!) / 2);
  }
  throw new RangeError('no valid coefficients were found: the means leave what the family allows');
}

function isValid({ linear, means }: Place, { link, family }: Model): boolean {
  const [low, high] = family.range;
  const { isValid: isLinear } = LINKS[link];
  for (let i = 0; i < means.length; i += 1)
    if (!(means[i]! > low && means[i]! < high && isLinear(linear[i]!))) return false;
  return true;
}

function devianceOf({ y, weights, family }: Model, means: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < y.length; i += 1) if (weights[i]! > 0) sum += weights[i]! * family.deviance(y[i]!, means[i]!);
  return sum;
}

function summarise(model: Model, fit: Fit, options: GlmOptions): Glm {
  const { x, y, weights, family, rows } = model;
  const { solved, coefficients, linear, means, slopes, workingWeights, deviance } = fit;
  const n = y.length;
  const { rank } = solved;
  const df = rows - rank;
  const workingResiduals = y.map((value, i) => (value - means[i]!) / slopes[i]!);
  const dispersion = family.hasKnownDispersion ? 1 : spread(workingWeights, workingResiduals) / df;
  const covarianceUnscaled = covarianceOf(solved);
  const scale = df > 0 || family.hasKnownDispersion ? dispersion : Number.NaN;
  const covariance = covarianceUnscaled.map((row) => row.map((value) => value * scale));
  const hasIntercept = options.intercept ?? x.some((column) => isConstant(column));
  // Columns that few ask for are made when they are.
  const pearsonResiduals = once(() =>
    y.map((value, i) => ((value - means[i]!) * Math.sqrt(weights[i]!)) / Math.sqrt(family.variance(means[i]!))),
  );
  const devianceResiduals = once(() =>
    y.map((value, i) => {
      const part = Math.sqrt(Math.max(weights[i]! * family.deviance(value, means[i]!), 0));
      return value > means[i]! ? part : -part;
    }),
  );
  const hat = once(() => leverage(x, workingWeights, solved, n));
  const minusTwoLog = (): number => family.minusTwoLog?.({ y, means, weights, deviance }) ?? Number.NaN;
  return {
    coefficients,
    standardErrors: Float64Array.from(covariance, (row, at) => Math.sqrt(row[at]!)),
    covariance,
    covarianceUnscaled,
    fitted: means,
    linear,
    workingWeights,
    workingResiduals,
    get pearsonResiduals() {
      return pearsonResiduals();
    },
    get devianceResiduals() {
      return devianceResiduals();
    },
    get hat() {
      return hat();
    },
    deviance,
    get nullDeviance() {
      return nullDevianceOf(model, hasIntercept, options);
    },
    dispersion,
    hasKnownDispersion: family.hasKnownDispersion,
    df,
    nullDf: rows - (hasIntercept ? 1 : 0),
    rank,
    iterations: fit.iterations,
    converged: fit.converged,
    atEdge: isAtEdge(means, family),
    get logLikelihood() {
      return (family.hasKnownDispersion ? 0 : 1) - minusTwoLog() / 2;
    },
    get aic() {
      return minusTwoLog() + 2 * rank;
    },
  };
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function spread(weights: Float64Array, residuals: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i += 1) if (weights[i]! > 0) sum += weights[i]! * residuals[i]! ** 2;
  return sum;
}

function isConstant(column: ArrayLike<number>): boolean {
  const first = column[0]!;
  if (first === 0) return false;
  for (let i = 1; i < column.length; i += 1) if (column[i] !== first) return false;
  return true;
}

function isAtEdge(means: Float64Array, { range: [low, high] }: Family): boolean {
  const edge = 10 * Number.EPSILON;
  return means.some((mean) => mean < low + edge || mean > high - edge);
}

/** The deviance of the constant alone, or of nothing where the model has none. */
function nullDevianceOf(model: Model, hasIntercept: boolean, options: GlmOptions): number {
  const { y, weights, offset, link } = model;
  const n = y.length;
  if (hasIntercept && offset !== undefined) {
    const { start: _, ...rest } = options;
    return glm({ ...rest, x: [new Float64Array(n).fill(1)] }).deviance;
  }
  if (!hasIntercept)
    return devianceOf(
      model,
      Float64Array.from(y, (_, i) => LINKS[link].inverse(offset?.[i] ?? 0)),
    );
  let [sum, all] = [0, 0];
  for (let i = 0; i < n; i += 1) {
    sum += weights[i]! * y[i]!;
    all += weights[i]!;
  }
  return devianceOf(model, new Float64Array(n).fill(sum / all));
}
