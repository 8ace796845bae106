import {
  type Columns,
  type Curvature,
  cholesky,
  leastSquares,
  minimiseByNewton,
  solveByCholesky,
} from '../statistics/index.ts';
import { type ErrorLaw, type Lifetime, lawOf } from './error-law.ts';

/** What is known of a time: it was then, later (right), earlier (left), or until `until`. */
export type Knowledge = 'event' | 'right' | 'left' | 'interval';

export interface LifetimeData {
  times: ArrayLike<number>;
  /** One for all, or one each. */
  known: Knowledge | readonly Knowledge[];
  /** The ends of the intervals; elsewhere not read. */
  until?: ArrayLike<number>;
  /** Covariates without the intercept. */
  covariates?: Columns;
  weights?: ArrayLike<number>;
  distribution?: Lifetime;
  /** Fixes the scale. */
  scale?: number;
}

export interface LifetimeFit {
  /** The intercept, then one for each covariate: of the logarithm of time, or of time. */
  coefficients: Float64Array;
  standardErrors: Float64Array;
  /** Of the error; 1 over a Weibull's shape. */
  scale: number;
  /** Of the logarithm of the scale; NaN where it is fixed. */
  logScaleError: number;
  /** Of the coefficients and, where it is estimated, the logarithm of the scale. */
  covariance: Float64Array[];
  logLikelihood: number;
  nullLogLikelihood: number;
  steps: number;
}

/**
 * Regression of a time on covariates under a location-scale law of its logarithm (accelerated failure time) or of itself, by maximum likelihood: Newton's method with exact derivatives.
 *
 * @throws RangeError for times that the law does not have, columns of other lengths, collinear covariates, or no maximum
 *
 * Source: Kalbfleisch and Prentice, The Statistical Analysis of Failure Time Data, 2002, section 3.6; parameters and likelihood as in R's survreg.
 */
export function fitLifetime(data: LifetimeData): LifetimeFit {
  const prepared = prepare(data);
  const covariates = prepared.columns.length - 1;
  const fit = maximise(prepared);
  const none = covariates === 0 ? fit : maximise({ ...prepared, columns: prepared.columns.slice(0, 1) });
  const factor = cholesky(fit.curvature.hessian);
  if (!fit.converged || factor === undefined)
    throw new RangeError('the likelihood has no maximum: too few events, or a covariate that separates them');
  const covariance = fit.at.map((_, k) =>
    solveByCholesky(
      factor,
      fit.at.map((__, other) => (other === k ? 1 : 0)),
    ),
  );
  const error = (k: number) => Math.sqrt(covariance[k]![k]!);
  return {
    coefficients: Float64Array.from(fit.at.slice(0, covariates + 1)),
    standardErrors: Float64Array.from({ length: covariates + 1 }, (_, k) => error(k)),
    scale: prepared.scale ?? Math.exp(fit.at[covariates + 1]!),
    logScaleError: prepared.scale === undefined ? error(covariates + 1) : Number.NaN,
    covariance,
    logLikelihood: -fit.curvature.value,
    nullLogLikelihood: -none.curvature.value,
    steps: fit.steps,
  };
}

interface Prepared {
  law: ErrorLaw;
  /** Times on the law's line, and where intervals end. */
  y: Float64Array;
  until: Float64Array;
  known: readonly Knowledge[];
  weights: Float64Array;
  columns: Columns;
  scale: number | undefined;
  /** Of the events' densities when time is transformed. */
  logJacobian: number;
}

function prepare(data: LifetimeData): Prepared {
  const { times, covariates = [], distribution = 'weibull' } = data;
  const { error: law, logTime, scale: fixed } = lawOf(distribution);
  const n = times.length;
  const { known } = data;
  const kinds = typeof known === 'string' ? new Array<Knowledge>(n).fill(known) : known;
  const weights = Float64Array.from(data.weights ?? new Float64Array(n).fill(1));
  const ends = Float64Array.from(data.until ?? times);
  if (n === 0 || [kinds, weights, ends, ...covariates].some((column) => column.length !== n))
    throw new RangeError('there must be times, and every column must be as long');
  if (!weights.every((weight) => weight >= 0)) throw new RangeError('weights must be 0 or more');
  const place = (time: number) => {
    if (logTime ? !(time > 0 && time < Infinity) : !Number.isFinite(time))
      throw new RangeError(
        logTime ? 'every time must be above 0 for this distribution' : 'every time must be a number',
      );
    return logTime ? Math.log(time) : time;
  };
  const y = Float64Array.from(times, place);
  const until = ends.map((end, at) => (kinds[at] === 'interval' ? place(end) : y[at]!));
  if (kinds.some((kind, at) => kind === 'interval' && !(until[at]! > y[at]!)))
    throw new RangeError('an interval must end after its beginning');
  if (!kinds.some((kind, at) => kind !== 'right' && weights[at]! > 0)) throw new RangeError('there is no event');
  const columns = [new Float64Array(n).fill(1), ...covariates];
  if (covariates.length > 0 && leastSquares(columns, y).rank < columns.length)
    throw new RangeError('the covariates are collinear: leave one of them out');
  const logJacobian = logTime
    ? y.reduce((sum, log, at) => sum + (kinds[at] === 'event' ? weights[at]! * log : 0), 0)
    : 0;
  return { law, y, until, known: kinds, weights, columns, scale: data.scale ?? fixed, logJacobian };
}

function maximise(prepared: Prepared) {
  const { y, weights, columns, scale } = prepared;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = y.reduce((sum, value, at) => sum + weights[at]! * value, 0) / total;
  const variance = y.reduce((sum, value, at) => sum + weights[at]! * (value - mean) ** 2, 0) / total;
  const start = columns.map((_, at) => (at === 0 ? mean : 0));
  if (scale === undefined) start.push(Math.log(variance > 0 ? variance : 1) / 2);
  return minimiseByNewton((at) => curvatureAt(prepared, at), start, { tolerance: 1e-15 });
}

/** Minus the log likelihood with its derivatives by the coefficients and the logarithm of the scale. */
function curvatureAt(prepared: Prepared, at: readonly number[]): Curvature {
  const { law, y, until, known, weights, columns, logJacobian } = prepared;
  const width = columns.length;
  const isFixed = prepared.scale !== undefined;
  const scale = prepared.scale ?? Math.exp(at[width]!);
  const size = isFixed ? width : width + 1;
  const gradient = new Float64Array(size);
  const hessian = Array.from({ length: size }, () => new Float64Array(size));
  const row = new Float64Array(width);
  let value = logJacobian;
  for (let i = 0; i < y.length; i += 1) {
    let linear = 0;
    for (let k = 0; k < width; k += 1) {
      row[k] = columns[k]![i]!;
      linear += row[k]! * at[k]!;
    }
    const part = contribution(law, known[i]!, (y[i]! - linear) / scale, (until[i]! - linear) / scale, scale);
    const w = weights[i]!;
    value -= w * part.log;
    for (let k = 0; k < width; k += 1) {
      gradient[k] = gradient[k]! - w * part.linear * row[k]!;
      for (let j = 0; j <= k; j += 1) hessian[k]![j] = hessian[k]![j]! - w * part.linearLinear * row[k]! * row[j]!;
      if (!isFixed) hessian[width]![k] = hessian[width]![k]! - w * part.linearScale * row[k]!;
    }
    if (isFixed) continue;
    gradient[width] = gradient[width]! - w * part.logScale;
    hessian[width]![width] = hessian[width]![width]! - w * part.scaleScale;
  }
  for (let k = 0; k < size; k += 1) for (let j = 0; j < k; j += 1) hessian[j]![k] = hessian[k]![j]!;
  return { value: Number.isNaN(value) ? Infinity : value, gradient, hessian };
}

interface Contribution {
  log: number;
  /** Derivatives by the linear predictor and the logarithm of the scale. */
  linear: number;
  logScale: number;
  linearLinear: number;
  linearScale: number;
  scaleScale: number;
}

function contribution(law: ErrorLaw, known: Knowledge, z: number, end: number, scale: number): Contribution {
  if (known === 'event') {
    const found = fromLog(law.logDensity(z), law.slope(z), law.bend(z), z, scale);
    return { ...found, log: found.log - Math.log(scale), logScale: found.logScale - 1 };
  }
  if (known === 'interval') return intervalContribution(law, z, end, scale);
  const log = known === 'right' ? law.logUpper(z) : law.logLower(z);
  const hazard = Math.exp(law.logDensity(z) - log);
  // The derivative of log P(Z > z) is minus the hazard, that of log P(Z <= z) the reversed hazard.
  const slope = known === 'right' ? -hazard : hazard;
  return fromLog(log, slope, slope * (law.slope(z) - slope), z, scale);
}

/** From a function of z = (y - linear) / scale and its first two derivatives. */
function fromLog(log: number, slope: number, bend: number, z: number, scale: number): Contribution {
  return {
    log,
    linear: -slope / scale,
    logScale: -z * slope,
    linearLinear: bend / scale ** 2,
    linearScale: (slope + z * bend) / scale,
    scaleScale: z * slope + z * z * bend,
  };
}

function intervalContribution(law: ErrorLaw, z: number, end: number, scale: number): Contribution {
  // From the tail that is smaller, so that nothing cancels.
  const upper = z > 0;
  const [far, near] = upper ? [law.logUpper(z), law.logUpper(end)] : [law.logLower(end), law.logLower(z)];
  const log = far + Math.log(-Math.expm1(near - far));
  const [one, two] = [Math.exp(law.logDensity(z) - log), Math.exp(law.logDensity(end) - log)];
  const [bent, bentEnd] = [one * law.slope(z), two * law.slope(end)];
  const linear = (one - two) / scale;
  const logScale = z * one - end * two;
  return {
    log,
    linear,
    logScale,
    linearLinear: (bentEnd - bent) / scale ** 2 - linear ** 2,
    linearScale: (two - one + end * bentEnd - z * bent) / scale - linear * logScale,
    scaleScale: end * two + end * end * bentEnd - z * one - z * z * bent - logScale ** 2,
  };
}
