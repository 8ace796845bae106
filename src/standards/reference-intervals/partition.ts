import type { Sample, Unanswered } from './model.ts';
import { deviation, firstAtLeast, mean } from './sample.ts';

export interface HarrisBoyd {
  /** Difference of the means in standard errors, and the bound it must exceed. */
  z: number;
  bound: number;
  /** The larger standard deviation over the smaller; above 1.5 the groups go apart whatever the means. */
  spreadRatio: number;
  apart: boolean;
}

/** EP28-A3c 10.2 asks for 60 in each group. */
const LEAST = 60;
const MOST_SPREAD_RATIO = 1.5;

/**
 * Do two groups need intervals of their own? By their means and spreads.
 *
 * The bound grows with the sample, because with enough results every difference is significant and few matter.
 * Source: Harris and Boyd, Clin Chem 1990;36:265-270; EP28-A3c 10.2.
 */
export function harrisBoyd(one: Sample, two: Sample): HarrisBoyd | Unanswered {
  if (one.n < LEAST || two.n < LEAST) return { reason: 'too-few', needed: LEAST };
  const [spreadOne, spreadTwo] = [deviation(one), deviation(two)];
  if (!(spreadOne > 0 && spreadTwo > 0)) return { reason: 'no-spread' };
  const z = Math.abs(mean(one) - mean(two)) / Math.sqrt(spreadOne ** 2 / one.n + spreadTwo ** 2 / two.n);
  const bound = 3 * Math.sqrt((one.n + two.n) / 240);
  const spreadRatio = Math.max(spreadOne, spreadTwo) / Math.min(spreadOne, spreadTwo);
  return { z, bound, spreadRatio, apart: z > bound || spreadRatio > MOST_SPREAD_RATIO };
}

export interface Lahti {
  /** The share of each group outside the common limits, per side. */
  shares: { below: number; above: number }[];
  /** `apart`: a share is 4.1 % or more, or 0.9 % or less; `together`: all are from 1.8 to 3.2 %; `unclear` between: other reasons decide. */
  verdict: 'apart' | 'together' | 'unclear';
}

/**
 * Do groups need intervals of their own? By how many of each fall outside the common limits, which is what the limits are for.
 *
 * Source: Lahti, Hyltoft Petersen, Boyd, Rustad, Laake and Solberg, Clin Chem 2004;50:891-900.
 */
export function lahti(groups: readonly Sample[], limits: { low: number; high: number }): Lahti | Unanswered {
  if (groups.some(({ n }) => n < LEAST)) return { reason: 'too-few', needed: LEAST };
  const shares = groups.map((group) => outside(group, limits));
  const all = shares.flatMap(({ below, above }) => [below, above]);
  const apart = all.some((share) => share >= 0.041 || share <= 0.009);
  const together = all.every((share) => share >= 0.018 && share <= 0.032);
  return { shares, verdict: apart ? 'apart' : together ? 'together' : 'unclear' };
}

/** The share of a sample below and above two limits; a limit belongs to what it bounds. */
export function outside(
  { values, counts, n }: Sample,
  { low, high }: { low: number; high: number },
): { below: number; above: number } {
  let below = 0;
  let above = 0;
  const first = firstAtLeast(values, low);
  for (let at = 0; at < first; at += 1) below += counts[at]!;
  for (let at = values.length - 1; at >= 0 && values[at]! > high; at -= 1) above += counts[at]!;
  return { below: below / n, above: above / n };
}
