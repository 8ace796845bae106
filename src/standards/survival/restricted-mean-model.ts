import { chiSquare, glm, invertSymmetric, leastSquares, normal } from '../statistics/index.ts';
import { ascending } from './order.ts';
import { type Arms, type Contrast, exponential, refuseRestriction } from './restricted-mean.ts';

/** What is modelled: the restricted mean itself, its logarithm, or the logarithm of the time lost. */
export type RestrictedScale = 'difference' | 'ratio' | 'lost-ratio';

export interface RestrictedModel {
  /** Of 1, the arm and the covariates. */
  coefficients: Float64Array;
  standardErrors: Float64Array;
  /** Of arm 1 with arm 0, as a ratio on the two logarithmic scales. */
  contrast: Contrast;
}

/**
 * Restricted means of two arms adjusted for covariates: a regression of min(time, tau), in which who is censored before tau is stood for by those who are not.
 *
 * @param covariates a column each
 * @throws RangeError when an arm is not known up to tau, and when a covariate is redundant
 *
 * Source: Tian, Zhao & Wei, Biostatistics 2014;15:222; the variance, with that of the censoring's curve in each arm, as in R's survRM2.
 */
export function adjustRestrictedMeans(
  rows: Arms,
  covariates: readonly Float64Array[],
  tau: number,
  scale: RestrictedScale,
  confidence = 0.95,
): RestrictedModel {
  refuseRestriction(rows, tau);
  const x = [new Float64Array(rows.time.length).fill(1), Float64Array.from(rows.arm), ...covariates];
  const restricted = rows.time.map((time) => Math.min(time, tau));
  const known = rows.event.map((event, row) => (restricted[row] === tau ? 1 : event));
  const parts = ([0, 1] as const).map((which) => arrangeArm(restricted, known, rows.arm, which));
  const weights = new Float64Array(rows.time.length);
  for (const part of parts) for (const [k, row] of part.rows.entries()) weights[row] = part.weights[k]!;
  const y = scale === 'lost-ratio' ? restricted.map((time) => tau - time) : restricted;
  const { coefficients, fitted } = regress(x, y, weights, scale);
  const scores = x.map((column) => column.map((value, row) => value * weights[row]! * (y[row]! - fitted[row]!)));
  const meat = square(
    x.length,
    parts.map((part) => scores.map((score) => withCensoring(part, score))),
  );
  const slopes = scale === 'difference' ? undefined : fitted;
  const bread = invertSymmetric(
    x.map((a) =>
      x.map((b) => a.reduce((sum, value, row) => sum + value * b[row]! * (slopes === undefined ? 1 : slopes[row]!), 0)),
    ),
  );
  if (bread === undefined) throw new RangeError('a covariate adds nothing to the others');
  const standardErrors = Float64Array.from(bread, (row) => {
    let variance = 0;
    for (const [i, a] of row.entries()) for (const [j, b] of row.entries()) variance += a * meat[i]![j]! * b;
    return Math.sqrt(variance);
  });
  return {
    coefficients,
    standardErrors,
    contrast: contrastOf(coefficients[1]!, standardErrors[1]!, scale, confidence),
  };
}

function contrastOf(value: number, error: number, scale: RestrictedScale, confidence: number): Contrast {
  const reach = normal.quantile((1 + confidence) / 2) * error;
  const p = chiSquare.cdf((value / error) ** 2, 1, { upper: true });
  const contrast = { value, lower: value - reach, upper: value + reach, p };
  return scale === 'difference' ? contrast : exponential(contrast);
}

function regress(
  x: readonly Float64Array[],
  y: Float64Array,
  weights: Float64Array,
  scale: RestrictedScale,
): { coefficients: Float64Array; fitted: Float64Array } {
  const model =
    scale === 'difference'
      ? leastSquares(x, y, weights)
      : glm({ x, y, weights, family: 'quasipoisson', epsilon: 1e-8, mostIterations: 25 });
  const coefficients = Float64Array.from(model.coefficients);
  if (coefficients.some(Number.isNaN)) throw new RangeError('a covariate adds nothing to the others');
  const fitted = y.map((_, row) => {
    const linear = x.reduce((sum, column, i) => sum + coefficients[i]! * column[row]!, 0);
    return scale === 'difference' ? linear : Math.exp(linear);
  });
  return { coefficients, fitted };
}

/** One arm by ascending time, with the weights of those whose restricted time is known: 1 over the chance of that. */
interface ArmRows {
  rows: Uint32Array;
  /** For each place, where its time begins and ends. */
  first: Uint32Array;
  end: Uint32Array;
  known: Uint8Array;
  weights: Float64Array;
}

function arrangeArm(time: Float64Array, known: Uint8Array, arm: Uint8Array, which: 0 | 1): ArmRows {
  const rows = ascending(time).filter((row) => arm[row] === which);
  const part: ArmRows = {
    rows,
    first: new Uint32Array(rows.length),
    end: new Uint32Array(rows.length),
    known: Uint8Array.from(rows, (row) => known[row]!),
    weights: new Float64Array(rows.length),
  };
  let free = 1;
  for (let from = 0, to = 0; from < rows.length; from = to) {
    let censored = 0;
    for (to = from; to < rows.length && time[rows[to]!] === time[rows[from]!]; to += 1) censored += 1 - part.known[to]!;
    free *= 1 - censored / (rows.length - from);
    part.first.fill(from, from, to);
    part.end.fill(to, from, to);
    for (let k = from; k < to; k += 1) part.weights[k] = part.known[k] === 1 ? 1 / free : 0;
  }
  return part;
}

/** The score of each row of an arm with what the estimate of the censoring's curve adds to it. */
function withCensoring({ rows, first, end, known }: ArmRows, score: Float64Array): Float64Array {
  const later = new Float64Array(rows.length + 1);
  for (let k = rows.length - 1; k >= 0; k -= 1) later[k] = later[k + 1]! + score[rows[k]!]!;
  const [own, passed] = [new Float64Array(rows.length), new Float64Array(rows.length + 1)];
  for (let k = 0; k < rows.length; k += 1) {
    const atRisk = rows.length - first[k]!;
    own[k] = known[k] === 1 ? 0 : later[first[k]!]! / atRisk;
    passed[k + 1] = passed[k]! + own[k]! / atRisk;
  }
  return own.map((value, k) => score[rows[k]!]! + value - passed[end[k]!]!);
}

function square(width: number, parts: readonly (readonly Float64Array[])[]): Float64Array[] {
  return Array.from({ length: width }, (_, i) =>
    Float64Array.from({ length: width }, (_, j) =>
      parts.reduce((sum, part) => part[i]!.reduce((all, value, k) => all + value * part[j]![k]!, sum), 0),
    ),
  );
}
