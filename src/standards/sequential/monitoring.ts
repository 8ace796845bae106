import { gamma } from '../statistics/index.ts';
import { poissonRatio } from './boundary.ts';

/** What is watched of counts against what was expected of each period. */
export interface PoissonMonitor {
  /** Signal when the log likelihood ratio reaches this. */
  criticalValue: number;
  /** The relative risk that CUSUM and SPRT look for, above 0 and not 1. */
  relativeRisk: number;
  /** Wald's chances of a false alarm and of a miss. */
  alpha: number;
  beta: number;
  /** Of the limits of observed over expected. */
  confidence?: number;
}

export interface PoissonPath {
  /** MaxSPRT's log likelihood ratio of everything up to each period. */
  ratio: Float64Array;
  /** The first period that signals, from 0. */
  firstSignal: number | undefined;
  /** Page's CUSUM of the log likelihood ratio of `relativeRisk` against 1. */
  cusum: Float64Array;
  /** Wald's sum of the same, which ends above `sprtUpper` (a risk) or below `sprtLower` (none). */
  sprt: Float64Array;
  sprtUpper: number;
  sprtLower: number;
  /** Observed over expected so far, with exact Poisson limits. */
  observedOverExpected: Float64Array;
  low: Float64Array;
  high: Float64Array;
}

/**
 * Follows counts against expectations, period by period.
 *
 * @param counts   whole events of each period
 * @param expected events expected of each period under the null; their sum above 0 from the first period on
 *
 * Source: MaxSPRT Kulldorff et al., Sequential Analysis 2011;30:58; SPRT Wald 1945; CUSUM Page 1954, Poisson form Lucas 1985; limits Garwood 1936.
 */
export function poissonPath(
  counts: readonly number[],
  expected: readonly number[],
  { criticalValue, relativeRisk, alpha, beta, confidence = 0.95 }: PoissonMonitor,
): PoissonPath {
  if (counts.length !== expected.length) throw new RangeError('counts and expectations must be as many');
  const n = counts.length;
  const path: PoissonPath = {
    ratio: new Float64Array(n),
    firstSignal: undefined,
    cusum: new Float64Array(n),
    sprt: new Float64Array(n),
    sprtUpper: Math.log((1 - beta) / alpha),
    sprtLower: Math.log(beta / (1 - alpha)),
    observedOverExpected: new Float64Array(n),
    low: new Float64Array(n),
    high: new Float64Array(n),
  };
  const [perEvent, perExpected] = [Math.log(relativeRisk), relativeRisk - 1];
  const tail = (1 - confidence) / 2;
  let [events, sum, cusum, sprt] = [0, 0, 0, 0];
  for (let at = 0; at < n; at += 1) {
    events += counts[at]!;
    sum += expected[at]!;
    if (!(sum > 0)) throw new RangeError('more than 0 events must be expected from the first period on');
    const gain = counts[at]! * perEvent - expected[at]! * perExpected;
    cusum = Math.max(0, cusum + gain);
    sprt += gain;
    path.ratio[at] = poissonRatio(events, sum);
    if (path.firstSignal === undefined && path.ratio[at]! >= criticalValue) path.firstSignal = at;
    path.cusum[at] = cusum;
    path.sprt[at] = sprt;
    path.observedOverExpected[at] = events / sum;
    path.low[at] = gamma.quantile(tail, events) / sum;
    path.high[at] = gamma.quantile(tail, events + 1, 1, { upper: true }) / sum;
  }
  return path;
}

export interface RiskAdjustedPath {
  cusum: Float64Array;
  /** The first patient that signals, from 0. */
  firstSignal: number | undefined;
  /** Expected less observed events so far: falls when there are more than expected. */
  vlad: Float64Array;
  /** Observed less expected over the standard deviation, of all patients. */
  z: number;
}

/**
 * The CUSUM of outcomes that have each their own risk: log likelihood ratio of an odds ratio `oddsRatio` against `nullOddsRatio`. It goes on after a signal.
 *
 * @param outcomes 1 for an event, 0 for none
 * @param risks    chance of the event foreseen for each, between 0 and 1
 * @param limit    signals from here on
 *
 * Source: Steiner, Cook, Farewell and Treasure, Biostatistics 2000;1:441-452; VLAD: Lovegrove et al., Lancet 1997;350:1128.
 */
export function riskAdjustedCusum(
  outcomes: readonly number[],
  risks: readonly number[],
  { oddsRatio, nullOddsRatio = 1, limit }: { oddsRatio: number; nullOddsRatio?: number; limit: number },
): RiskAdjustedPath {
  if (outcomes.length !== risks.length) throw new RangeError('outcomes and risks must be as many');
  const n = outcomes.length;
  const path: RiskAdjustedPath = {
    cusum: new Float64Array(n),
    firstSignal: undefined,
    vlad: new Float64Array(n),
    z: 0,
  };
  const perEvent = Math.log(oddsRatio / nullOddsRatio);
  let [cusum, vlad, variance] = [0, 0, 0];
  for (let at = 0; at < n; at += 1) {
    const [y, p] = [outcomes[at]!, risks[at]!];
    cusum = Math.max(0, cusum + y * perEvent - Math.log((1 - p + oddsRatio * p) / (1 - p + nullOddsRatio * p)));
    vlad += p - y;
    variance += p * (1 - p);
    path.cusum[at] = cusum;
    path.vlad[at] = vlad;
    if (path.firstSignal === undefined && cusum >= limit) path.firstSignal = at;
  }
  path.z = -vlad / Math.sqrt(variance);
  return path;
}
