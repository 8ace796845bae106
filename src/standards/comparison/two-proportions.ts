import { chiSquare, findRoot } from '#standards/statistics';
import { checkProportion, type Interval, type Proportion, proportionInterval, zOf } from './proportion.ts';

/** Two groups: the treated or exposed, and the others. */
export interface TwoProportions {
  one: Proportion;
  zero: Proportion;
}

/**
 * Confidence intervals for the difference of two proportions, one minus zero.
 *
 * @throws RangeError as `checkProportion`
 *
 * Source: Newcombe, Stat Med 1998;17:873 (hybrid score, his method 10); Miettinen and Nurminen, Stat Med 1985;4:213 (score, with N/(N - 1)).
 */
export const differenceInterval = {
  wald(groups: TwoProportions, level = 0.95): Interval {
    return wald(groups, level, 0);
  },

  /** With R's prop.test's correction, never more than the difference itself. */
  waldCorrected(groups: TwoProportions, level = 0.95): Interval {
    return wald(groups, level, yates(groups));
  },

  newcombe(groups: TwoProportions, level = 0.95): Interval {
    const { p1, p0, difference } = shares(groups);
    const [low1, high1] = proportionInterval.wilson(groups.one, level);
    const [low0, high0] = proportionInterval.wilson(groups.zero, level);
    return [difference - Math.hypot(p1 - low1, high0 - p0), difference + Math.hypot(high1 - p1, p0 - low0)];
  },

  miettinenNurminen(groups: TwoProportions, level = 0.95): Interval {
    const { difference } = shares(groups);
    const z = zOf(level);
    const over = (delta: number): number => Math.min(scoreStatistic(groups, delta), 1e9) - z;
    return [
      difference <= -1 ? -1 : -findRoot((delta) => over(-delta), -difference, 1, { tolerance: 1e-14 }),
      difference >= 1 ? 1 : findRoot(over, difference, 1, { tolerance: 1e-14 }),
    ];
  },
} as const;

interface Shares {
  p1: number;
  p0: number;
  difference: number;
}

function shares({ one, zero }: TwoProportions): Shares {
  checkProportion(one);
  checkProportion(zero);
  const [p1, p0] = [one.x / one.n, zero.x / zero.n];
  return { p1, p0, difference: p1 - p0 };
}

function yates(groups: TwoProportions): number {
  const inverse = 1 / groups.one.n + 1 / groups.zero.n;
  return Math.min(0.5, Math.abs(shares(groups).difference) / inverse) * inverse;
}

function wald(groups: TwoProportions, level: number, correction: number): Interval {
  const { p1, p0, difference } = shares(groups);
  const error = Math.sqrt((p1 * (1 - p1)) / groups.one.n + (p0 * (1 - p0)) / groups.zero.n);
  const reach = zOf(level) * error + correction;
  return [Math.max(difference - reach, -1), Math.min(difference + reach, 1)];
}

/** How many standard errors the difference lies from `delta`, the error being that of the likeliest proportions that differ by `delta`. */
export function scoreStatistic({ one, zero }: TwoProportions, delta: number): number {
  const p0 = likeliest({ one, zero }, delta);
  const p1 = p0 + delta;
  const n = one.n + zero.n;
  const variance = (Math.max(p1 * (1 - p1), 0) / one.n + Math.max(p0 * (1 - p0), 0) / zero.n) * (n / (n - 1));
  const distance = Math.abs(one.x / one.n - zero.x / zero.n - delta);
  return distance === 0 ? 0 : distance / Math.sqrt(variance);
}

/** The second group's proportion: the root of a cubic in closed form. */
function likeliest({ one, zero }: TwoProportions, delta: number): number {
  const n = one.n + zero.n;
  const events = one.x + zero.x;
  const a = ((one.n + 2 * zero.n) * delta - n - events) / (3 * n);
  const b = ((zero.n * delta - n - 2 * zero.x) * delta + events) / n;
  const c = (zero.x * delta * (1 - delta)) / n;
  const q = a ** 3 - (a * b) / 2 + c / 2;
  const p = (q < 0 ? -1 : 1) * Math.sqrt(Math.max(a * a - b / 3, 0));
  const angle = p === 0 ? 0 : Math.acos(Math.min(1, Math.max(-1, q / p ** 3)));
  const root = 2 * p * Math.cos((Math.PI + angle) / 3) - a;
  return Math.min(Math.max(root, 0, -delta), 1, 1 - delta);
}

export interface ChiSquareTest {
  statistic: number;
  pValue: number;
}

/** Pearson's test that two proportions are equal, with Yates' correction if asked for; NaN where nobody or everybody has the event. */
export function chiSquareTest(groups: TwoProportions, corrected: boolean): ChiSquareTest {
  shares(groups);
  const { one, zero } = groups;
  const n = one.n + zero.n;
  const pooled = (one.x + zero.x) / n;
  const inverse = 1 / one.n + 1 / zero.n;
  const correction = corrected ? yates(groups) / inverse : 0;
  const over = Math.abs(one.x - one.n * pooled) - correction;
  const statistic = (over * over * inverse) / (pooled * (1 - pooled));
  return { statistic, pValue: chiSquare.cdf(statistic, 1, { upper: true }) };
}

export interface Ratio {
  estimate: number;
  interval: Interval;
}

/** The ratio of two proportions, with limits from the normal distribution of its logarithm. Source: Katz and others, Biometrics 1978;34:469. */
export function riskRatio(groups: TwoProportions, level = 0.95): Ratio {
  const { p1, p0 } = shares(groups);
  const { one, zero } = groups;
  return logNormalRatio(p1 / p0, 1 / one.x - 1 / one.n + 1 / zero.x - 1 / zero.n, level);
}

/** The ratio of the odds, with limits from the normal distribution of its logarithm. Source: Woolf, Ann Hum Genet 1955;19:251. */
export function oddsRatio(groups: TwoProportions, level = 0.95): Ratio {
  shares(groups);
  const { one, zero } = groups;
  const [a, b, c, d] = [one.x, one.n - one.x, zero.x, zero.n - zero.x];
  return logNormalRatio((a * d) / (b * c), 1 / a + 1 / b + 1 / c + 1 / d, level);
}

function logNormalRatio(estimate: number, variance: number, level: number): Ratio {
  const reach = zOf(level) * Math.sqrt(variance);
  return { estimate, interval: [Math.exp(Math.log(estimate) - reach), Math.exp(Math.log(estimate) + reach)] };
}
