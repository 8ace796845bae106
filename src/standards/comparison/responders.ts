import { chiSquare } from '#standards/statistics';
import type { Interval } from './proportion.ts';
import { differenceInterval, scoreStatistic, type TwoProportions } from './two-proportions.ts';

export interface ResponderDifference {
  share1: number;
  share0: number;
  difference: number;
  interval: Interval;
  /** That the shares are equal. */
  pValue: number;
  /** One-sided, that the treated respond less by the margin or more; absent without a margin. */
  nonInferiorityP?: number;
}

/**
 * Who responds to a treatment: the difference of the shares with Miettinen and Nurminen's interval and the score tests that agree with it.
 *
 * @param margin how much smaller the treated's share may be and still not be inferior, e.g. 0.1
 * @throws RangeError where a count is no count, or a group is empty
 *
 * Source: Miettinen and Nurminen, Stat Med 1985;4:213; Farrington and Manning, Stat Med 1990;9:1447 (with a margin).
 */
export function compareResponders(
  groups: TwoProportions,
  { level = 0.95, margin }: { level?: number; margin?: number } = {},
): ResponderDifference {
  const interval = differenceInterval.miettinenNurminen(groups, level);
  const [share1, share0] = [groups.one.x / groups.one.n, groups.zero.x / groups.zero.n];
  const difference = share1 - share0;
  return {
    share1,
    share0,
    difference,
    interval,
    pValue: equalSharesP(groups),
    ...(margin === undefined ? {} : { nonInferiorityP: oneSidedP(groups, difference, -margin) }),
  };
}

function oneSidedP(groups: TwoProportions, difference: number, delta: number): number {
  const half = chiSquare.cdf(scoreStatistic(groups, delta) ** 2, 1, { upper: true }) / 2;
  return difference > delta ? half : 1 - half;
}

/** The two-sided score test that the shares are equal; 1 where they are. */
export function equalSharesP(groups: TwoProportions): number {
  return chiSquare.cdf(scoreStatistic(groups, 0) ** 2, 1, { upper: true });
}
