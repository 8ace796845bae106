import { binomial } from '#standards/statistics';
import { type Sample, TAIL, type Unanswered } from './model.ts';
import { outside } from './partition.ts';

export interface Verification {
  n: number;
  outside: number;
  /** `again`: three or four of twenty are outside, twenty others decide. */
  verdict: 'accepted' | 'again' | 'rejected';
  /** The probability of so many or more outside, if the interval were right. */
  probability: number;
}

/** EP28-A3c 11.2.2. */
const VERIFYING = 20;

/**
 * May a laboratory take over an interval? Twenty samples of healthy people: at most two outside, yes; three or four, twenty others are asked; five, no.
 *
 * Source: CLSI EP28-A3c, 11.2.2.
 */
export function verify(sample: Sample, limits: { low: number; high: number }): Verification | Unanswered {
  if (sample.n !== VERIFYING) return { reason: 'too-few', needed: VERIFYING };
  const { below, above } = outside(sample, limits);
  const count = Math.round((below + above) * sample.n);
  return {
    n: sample.n,
    outside: count,
    verdict: count <= 2 ? 'accepted' : count <= 4 ? 'again' : 'rejected',
    probability: 1 - binomial.cdf(count - 1, sample.n, 2 * TAIL),
  };
}
