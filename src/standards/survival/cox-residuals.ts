import type { CoxFit } from './cox.ts';
import type { Groups } from './model.ts';
import { type Pass, rowHazards } from './partial-likelihood.ts';
import type { RiskSets } from './risk-sets.ts';

/** What residuals, curves and tests of one fit share. */
const FITTED = new WeakMap<CoxFit, Pass>();

/** A pass over the risk sets at the fitted coefficients. */
export function fittedPass(fit: CoxFit): Pass {
  const known = FITTED.get(fit);
  if (known !== undefined) return known;
  const { coefficients, likelihood, made } = fit;
  const standard = coefficients.map((value, at) => (Number.isNaN(value) ? 0 : value / made.scales[at]!));
  const pass = likelihood.pass(standard);
  FITTED.set(fit, pass);
  return pass;
}

/** Events of each row less those that the model expects of it, by row. */
export function martingaleResiduals(fit: CoxFit): Float64Array {
  const { sets, weights, data } = fit.made;
  const pass = fittedPass(fit);
  const expected = new Float64Array(sets.rows.length);
  rowHazards(sets, pass, expected);
  // Who is never at risk at an event expects none.
  const residuals = new Float64Array(data.event);
  const { rows } = sets;
  if (weights === undefined)
    for (let k = 0; k < rows.length; k += 1) residuals[rows[k]!]! -= expected[k]! * pass.risk[k]!;
  else for (let k = 0; k < rows.length; k += 1) residuals[rows[k]!]! -= (expected[k]! * pass.risk[k]!) / weights[k]!;
  return residuals;
}

/** Martingale residuals made about normal. */
export function devianceResiduals(fit: CoxFit): Float64Array {
  const { event } = fit.made.data;
  return martingaleResiduals(fit).map((residual, row) => {
    const events = event[row]!;
    const log = events === 0 ? 0 : events * Math.log(events - residual);
    return Math.sign(residual) * Math.sqrt(-2 * (residual + log));
  });
}

/** Of one event: its row, and its covariates less their mean over the risk set. */
export interface SchoenfeldResiduals {
  rows: Uint32Array;
  /** By covariate, in the order of `rows`: by stratum and time. */
  values: Float64Array[];
}

/** @throws RangeError with exact ties */
export function schoenfeldResiduals(fit: CoxFit): SchoenfeldResiduals {
  refuseExact(fit);
  const { sets, columns, scales } = fit.made;
  const pass = fittedPass(fit);
  const places = eventPlaces(sets);
  const means = meansBySegment(fit, pass).map(({ atEvent }) => atEvent);
  return {
    rows: Uint32Array.from(places, ({ place }) => sets.rows[place]!),
    values: columns.map((column, i) =>
      Float64Array.from(places, ({ place, segment }) => (column[place]! - means[i]![segment]!) / scales[i]!),
    ),
  };
}

/** The places of the events, by stratum and ascending time. */
function eventPlaces({ ends, eventsFrom, strata }: RiskSets): { place: number; segment: number }[] {
  const places: { place: number; segment: number }[] = [];
  for (let stratum = 0; stratum + 1 < strata.length; stratum += 1)
    for (let segment = strata[stratum + 1]! - 1; segment >= strata[stratum]!; segment -= 1)
      for (let place = eventsFrom[segment]!; place < ends[segment]!; place += 1) places.push({ place, segment });
  return places;
}

interface SegmentMeans {
  /** The mean of the covariate over the risk set, as those with the event meet it. */
  atEvent: Float64Array;
  /** The sum of mean * step of the hazard, for who is at risk and for who has the event. */
  hazard: Float64Array;
  eventHazard: Float64Array;
}

/** By covariate, by segment. */
export function meansBySegment({ ties, made }: CoxFit, pass: Pass): SegmentMeans[] {
  const { count, weight } = made.events;
  return made.columns.map((_, i) => {
    const [totals, dyings] = [pass.totals[i]!, pass.dyings[i]!];
    const means = { atEvent: totals.slice(), hazard: totals.slice(), eventHazard: totals.slice() };
    for (let s = 0; s < totals.length; s += 1) {
      const steps = ties === 'efron' ? count[s]! : 1;
      let [plain, h, e] = [0, 0, 0];
      for (let step = 0; step < steps; step += 1) {
        const out = step / steps;
        const denominator = pass.total[s]! - out * pass.dying[s]!;
        const mean = (totals[s]! - out * dyings[s]!) / denominator;
        const part = (mean * weight[s]!) / steps / denominator;
        plain += mean / steps;
        h += part;
        e += part * (1 - out);
      }
      means.atEvent[s] = plain;
      means.hazard[s] = h;
      means.eventHazard[s] = e;
    }
    return means;
  });
}

/**
 * Each row's part of the score, by covariate.
 *
 * @throws RangeError with exact ties
 *
 * Source: Therneau, Grambsch & Fleming, Biometrika 1990;77:147.
 */
export function scoreResiduals(fit: CoxFit): Float64Array[] {
  refuseExact(fit);
  const { sets, columns, scales, weights, data } = fit.made;
  const pass = fittedPass(fit);
  const hazards = new Float64Array(sets.rows.length);
  rowHazards(sets, pass, hazards);
  const through = new Float64Array(sets.rows.length);
  return meansBySegment(fit, pass).map((means, i) => {
    rowHazards(sets, means, through);
    const residuals = new Float64Array(data.time.length);
    for (let s = 0, k = 0; s < sets.ends.length; s += 1)
      for (; k < sets.ends[s]!; k += 1) {
        const x = columns[i]![k]!;
        const risk = pass.risk[k]! / (weights?.[k] ?? 1);
        const own = k >= sets.eventsFrom[s]! ? x - means.atEvent[s]! : 0;
        residuals[sets.rows[k]!] = (own - risk * (x * hazards[k]! - through[k]!)) / scales[i]!;
      }
    return residuals;
  });
}

function refuseExact({ ties }: CoxFit): void {
  if (ties === 'exact') throw new RangeError('score residuals, and what rests on them, are not known with exact ties');
}

/** How each row's absence would change the coefficients, by covariate: about; weighted. */
export function influences(fit: CoxFit): Float64Array[] {
  const residuals = scoreResiduals(fit);
  const { weights } = fit.made.data;
  return fit.covariance.map((column) => {
    const change = new Float64Array(fit.made.data.time.length);
    for (const [i, residual] of residuals.entries())
      if (column[i] !== 0) for (let row = 0; row < change.length; row += 1) change[row]! += column[i]! * residual[row]!;
    if (weights !== undefined) for (let row = 0; row < change.length; row += 1) change[row]! *= weights[row]!;
    return change;
  });
}

/**
 * The covariance of the coefficients from what each cluster changes in them: right also where rows of one cluster go together, or weights are no counts.
 *
 * @throws RangeError with exact ties
 *
 * Source: Lin & Wei, JASA 1989;84:1074.
 */
export function robustCovariance(fit: CoxFit, clusters: Groups): Float64Array[] {
  const sums = influences(fit).map((change) => {
    const sum = new Float64Array(clusters.count);
    for (let row = 0; row < change.length; row += 1) sum[clusters.codes[row]!]! += change[row]!;
    return sum;
  });
  return sums.map((x) => Float64Array.from(sums, (y) => x.reduce((sum, value, at) => sum + value * y[at]!, 0)));
}
