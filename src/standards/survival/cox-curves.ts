import type { CoxFit } from './cox.ts';
import { fittedPass, meansBySegment } from './cox-residuals.ts';
import { oneGroup } from './model.ts';
import { ascending, byGroup } from './order.ts';

/** Of one stratum, a value for each time at which an observation ends. */
export interface BaselineHazard {
  time: Float64Array;
  /** Cumulative. */
  hazard: Float64Array;
}

/**
 * The cumulative hazard of each stratum where all covariates are 0 and the offset is at its mean: Breslow's estimate, or Efron's where the fit's ties are his.
 *
 * Source: Breslow 1974; Efron 1977; R's basehaz(centered = FALSE).
 */
export function baselineHazards(fit: CoxFit): BaselineHazard[] {
  const pass = fittedPass(fit);
  const atZero = Math.exp(zeroOverCentre(fit) + meanOffset(fit) - pass.shift);
  return stepsByStratum(fit).map(({ time, segments }) => ({ time, hazard: cumulated(segments, pass.hazard, atZero) }));
}

/** Log of the hazard where covariates and offset are 0, over that at the centre of the fit. */
function zeroOverCentre({ coefficients, made }: CoxFit): number {
  let log = -made.offsetMean;
  for (const [at, value] of coefficients.entries()) if (!Number.isNaN(value)) log -= value * made.means[at]!;
  return log;
}

function meanOffset({ made }: CoxFit): number {
  const { offset, weights } = made.data;
  if (offset === undefined) return 0;
  let [sum, weight] = [0, 0];
  for (const [row, value] of offset.entries()) {
    sum += (weights?.[row] ?? 1) * value;
    weight += weights?.[row] ?? 1;
  }
  return sum / weight;
}

/** For each stratum the times at which an observation ends, and at each the segment of its events, or -1. */
function stepsByStratum({ made }: CoxFit): { time: Float64Array; segments: Int32Array }[] {
  const { tied, strata: bounds, codes, time: eventTimes } = made.sets;
  const strata = made.data.strata ?? oneGroup(tied.time.length);
  const { order, ends } = byGroup(ascending(tied.time), strata.codes, strata.count);
  return Array.from(ends, (end, stratum) => {
    const rows = order.subarray(stratum === 0 ? 0 : ends[stratum - 1]!, end);
    const distinct = rows.filter((row, at) => at === 0 || tied.time[row] !== tied.time[rows[at - 1]!]!);
    const time = Float64Array.from(distinct, (row) => tied.time[row]!);
    const known = codes.indexOf(stratum);
    // Segments run from the last event to the first.
    const first = known < 0 ? 0 : bounds[known]!;
    let segment = known < 0 ? -1 : bounds[known + 1]! - 1;
    const segments = Int32Array.from(time, (now) =>
      segment >= first && known >= 0 && eventTimes[segment] === now ? segment-- : -1,
    );
    return { time, segments };
  });
}

function cumulated(segments: Int32Array, steps: Float64Array, scale: number): Float64Array {
  let sum = 0;
  return Float64Array.from(segments, (segment) => {
    if (segment >= 0) sum += steps[segment]! * scale;
    return sum;
  });
}

/** The curves of new subjects in one stratum; the lists are by subject. */
export interface PredictedCurves {
  time: Float64Array;
  survival: Float64Array[];
  /** Of log(survival): that of the baseline and that of the coefficients. */
  logError: Float64Array[];
}

/**
 * The survival that the model expects of new subjects, in each stratum.
 *
 * @param subjects   a column per covariate
 * @param offset     of the subjects; 0 where absent
 * @param covariance of the coefficients; that of the fit where absent
 *
 * Source: Tsiatis 1981; Therneau & Grambsch 2000, section 10.2.
 */
export function predictedCurves(
  fit: CoxFit,
  subjects: readonly Float64Array[],
  { offset, covariance = fit.covariance }: { offset?: Float64Array; covariance?: readonly Float64Array[] } = {},
): PredictedCurves[] {
  const pass = fittedPass(fit);
  const { scales, means } = fit.made;
  const atZero = zeroOverCentre(fit) - pass.shift;
  const through = meansBySegment(fit, pass).map(({ hazard }) => hazard);
  return stepsByStratum(fit).map(({ time, segments }) => {
    const hazard = cumulated(segments, pass.hazard, 1);
    const variance = cumulated(segments, pass.squares[0], 1);
    const centres = through.map((steps, i) => cumulated(segments, steps, 1 / scales[i]!));
    const curves: PredictedCurves = { time, survival: [], logError: [] };
    for (let subject = 0; subject < subjects[0]!.length; subject += 1) {
      const x = subjects.map((column) => column[subject]!);
      let log = atZero + (offset?.[subject] ?? 0);
      for (const [i, value] of fit.coefficients.entries()) if (!Number.isNaN(value)) log += value * x[i]!;
      const risk = Math.exp(log);
      curves.survival.push(hazard.map((sum) => Math.exp(-sum * risk)));
      const errors = new Float64Array(time.length);
      for (let k = 0; k < time.length; k += 1) {
        const away = centres.map((centre, i) => hazard[k]! * (x[i]! - means[i]!) - centre[k]!);
        errors[k] = risk * Math.sqrt(variance[k]! + quadratic(covariance, away));
      }
      curves.logError.push(errors);
    }
    return curves;
  });
}

function quadratic(matrix: readonly Float64Array[], x: readonly number[]): number {
  let sum = 0;
  for (const [i, row] of matrix.entries()) for (const [j, value] of row.entries()) sum += value * x[i]! * x[j]!;
  return sum;
}
