import { normal } from '../statistics/index.ts';

/** The endpoints of a subject in order of importance: by endpoint, by subject, the time and 1 for the event, 0 where it is censored. */
export interface Endpoints {
  times: readonly Float64Array[];
  events: readonly Uint8Array[];
}

export interface WinRatio {
  wins: number;
  losses: number;
  ties: number;
  /** By the endpoint that decided. */
  winsBy: number[];
  lossesBy: number[];
  /** Wins over losses. */
  ratio: number;
  lower: number;
  upper: number;
  /** Of the ratio's logarithm. */
  standardError: number;
  p: number;
  /** The share of wins less that of losses. */
  netBenefit: number;
  netBenefitError: number;
  /** As the ratio, a tie being half a win and half a loss. */
  winOdds: number;
}

/**
 * Each subject of one arm against each of the other: at the first endpoint that tells them apart, who is known to be without the event for longer wins.
 *
 * One is known to be so when the other had the event before its own time ends, or at that time while its own is censored.
 *
 * @throws RangeError when an arm is empty, or the arms have not the same endpoints
 *
 * Source: Pocock et al., Eur Heart J 2012;33:176; the variance of Bebu & Lachin, Biostatistics 2016;17:178.
 */
export function winRatio(ours: Endpoints, theirs: Endpoints, confidence = 0.95): WinRatio {
  const [n, m] = [ours.times[0]?.length ?? 0, theirs.times[0]?.length ?? 0];
  if (n === 0 || m === 0) throw new RangeError('an arm has no subjects');
  if (ours.times.length !== theirs.times.length) throw new RangeError('the arms have not the same endpoints');
  const counts = comparePairs(ours, theirs, n, m);
  const [wins, losses] = [total(counts.winsBy), total(counts.lossesBy)];
  const ties = n * m - wins - losses;
  const [won, lost] = [wins / (n * m), losses / (n * m)];
  const variance = (x: keyof PairCounts['ours'], y: keyof PairCounts['ours']): number =>
    covariance(counts.ours[x], counts.ours[y], m) / n + covariance(counts.theirs[x], counts.theirs[y], n) / m;
  const [winning, both, losing] = [variance('wins', 'wins'), variance('wins', 'losses'), variance('losses', 'losses')];
  const standardError = Math.sqrt(winning / won ** 2 - (2 * both) / (won * lost) + losing / lost ** 2);
  const ratio = wins / losses;
  const reach = normal.quantile((1 + confidence) / 2) * standardError;
  return {
    wins,
    losses,
    ties,
    winsBy: counts.winsBy,
    lossesBy: counts.lossesBy,
    ratio,
    lower: ratio * Math.exp(-reach),
    upper: ratio * Math.exp(reach),
    standardError,
    p: 2 * normal.cdf(-Math.abs(Math.log(ratio)) / standardError),
    netBenefit: won - lost,
    netBenefitError: Math.sqrt(winning - 2 * both + losing),
    winOdds: (wins + ties / 2) / (losses + ties / 2),
  };
}

interface PairCounts {
  winsBy: number[];
  lossesBy: number[];
  /** By subject: pairs that our arm wins, and loses. */
  ours: { wins: Float64Array; losses: Float64Array };
  theirs: { wins: Float64Array; losses: Float64Array };
}

function comparePairs(ours: Endpoints, theirs: Endpoints, n: number, m: number): PairCounts {
  const endpoints = ours.times.length;
  const counts: PairCounts = {
    winsBy: new Array<number>(endpoints).fill(0),
    lossesBy: new Array<number>(endpoints).fill(0),
    ours: { wins: new Float64Array(n), losses: new Float64Array(n) },
    theirs: { wins: new Float64Array(m), losses: new Float64Array(m) },
  };
  for (let i = 0; i < n; i += 1)
    for (let j = 0; j < m; j += 1)
      for (let k = 0; k < endpoints; k += 1) {
        const t = ours.times[k]![i]!;
        const u = theirs.times[k]![j]!;
        const e = ours.events[k]![i]!;
        const f = theirs.events[k]![j]!;
        if (f === 1 && (u < t || (u === t && e === 0))) {
          counts.winsBy[k]! += 1;
          counts.ours.wins[i]! += 1;
          counts.theirs.wins[j]! += 1;
          break;
        }
        if (e === 1 && (t < u || (t === u && f === 0))) {
          counts.lossesBy[k]! += 1;
          counts.ours.losses[i]! += 1;
          counts.theirs.losses[j]! += 1;
          break;
        }
      }
  return counts;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** Of the shares of a subject's pairs, `pairs` each; with 1/n. */
function covariance(x: Float64Array, y: Float64Array, pairs: number): number {
  let [sumX, sumY, sumXY] = [0, 0, 0];
  for (let k = 0; k < x.length; k += 1) {
    sumX += x[k]! / pairs;
    sumY += y[k]! / pairs;
    sumXY += (x[k]! / pairs) * (y[k]! / pairs);
  }
  return sumXY / x.length - (sumX / x.length) * (sumY / x.length);
}
