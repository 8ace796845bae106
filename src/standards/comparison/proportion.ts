import { beta, binomial, normal } from '#standards/statistics';

/** Lower and upper limit. */
export type Interval = [number, number];

export interface Proportion {
  /** Events. */
  x: number;
  /** Trials. */
  n: number;
}

/** @throws RangeError where x is no count up to n, or n is not above 0 */
export function checkProportion({ x, n }: Proportion): void {
  // Beyond 2 to the 53rd a number and the next one are the same: nothing is counted there.
  if (!(Number.isSafeInteger(x) && Number.isSafeInteger(n) && x >= 0 && x <= n && n > 0))
    throw new RangeError('events are a count up to the trials, which are above 0 and below 2 to the 53rd');
}

/**
 * Confidence intervals for a proportion.
 *
 * Agresti and Coull's and Wald's may leave 0 to 1, as their formulas do. Wilson's with Yates' correction is that of R's prop.test, whose correction is never more
 * than the distance of the events from half the trials.
 *
 * @throws RangeError as `checkProportion`
 *
 * Source: Brown, Cai and DasGupta, Stat Sci 2001;16:101; Newcombe, Stat Med 1998;17:857.
 */
export const proportionInterval = {
  clopperPearson({ x, n }: Proportion, level = 0.95): Interval {
    checkProportion({ x, n });
    const outside = (1 - level) / 2;
    return [
      x === 0 ? 0 : beta.quantile(outside, x, n - x + 1),
      x === n ? 1 : beta.quantile(outside, x + 1, n - x, { upper: true }),
    ];
  },

  wilson({ x, n }: Proportion, level = 0.95): Interval {
    checkProportion({ x, n });
    return wilson(x, n, level, 0);
  },

  wilsonCorrected({ x, n }: Proportion, level = 0.95): Interval {
    checkProportion({ x, n });
    return wilson(x, n, level, Math.min(0.5, Math.abs(x - n / 2)));
  },

  agrestiCoull({ x, n }: Proportion, level = 0.95): Interval {
    checkProportion({ x, n });
    const square = zOf(level) ** 2;
    const trials = n + square;
    return around((x + square / 2) / trials, trials, level);
  },

  /** From the posterior of Jeffreys' prior; its limit is 0 at no events and 1 at no failures. */
  jeffreys({ x, n }: Proportion, level = 0.95): Interval {
    checkProportion({ x, n });
    const outside = (1 - level) / 2;
    return [
      x === 0 ? 0 : beta.quantile(outside, x + 0.5, n - x + 0.5),
      x === n ? 1 : beta.quantile(outside, x + 0.5, n - x + 0.5, { upper: true }),
    ];
  },

  wald({ x, n }: Proportion, level = 0.95): Interval {
    checkProportion({ x, n });
    return around(x / n, n, level);
  },
} as const;

/** The normal quantile that a two-sided interval of this level reaches to. */
export function zOf(level: number): number {
  return normal.quantile((1 - level) / 2, 0, 1, { upper: true });
}

function around(p: number, n: number, level: number): Interval {
  const reach = zOf(level) * Math.sqrt((p * (1 - p)) / n);
  return [p - reach, p + reach];
}

function wilson(x: number, n: number, level: number, correction: number): Interval {
  const z = zOf(level);
  const share = (z * z) / (2 * n);
  const limit = (p: number, way: 1 | -1): number =>
    (p + share + way * z * Math.sqrt((p * (1 - p)) / n + share / (2 * n))) / (1 + 2 * share);
  const [low, high] = [(x - correction) / n, (x + correction) / n];
  return [low <= 0 ? 0 : Math.max(limit(low, -1), 0), high >= 1 ? 1 : Math.min(limit(high, 1), 1)];
}

/** Probabilities within this share count as equal, as in R. */
export const EQUAL_WITHIN = 1 + 1e-7;

export type Alternative = 'two-sided' | 'less' | 'greater';

/**
 * The exact test that a proportion is `p`. Two-sided it adds up all outcomes that are not likelier than what was seen, as R's binom.test.
 *
 * @throws RangeError as `checkProportion`
 */
export function exactBinomialTest({ x, n }: Proportion, p = 0.5, alternative: Alternative = 'two-sided'): number {
  checkProportion({ x, n });
  if (alternative === 'less') return binomial.cdf(x, n, p);
  if (alternative === 'greater') return binomial.cdf(x - 1, n, p, { upper: true });
  if (p === 0) return x === 0 ? 1 : 0;
  if (p === 1) return x === n ? 1 : 0;
  const most = binomial.density(x, n, p) * EQUAL_WITHIN;
  const centre = n * p;
  if (x === centre) return 1;
  const isUnlikely = (count: number): boolean => binomial.density(count, n, p) <= most;
  if (x < centre) {
    const from = firstOf(Math.ceil(centre), n + 1, isUnlikely);
    return binomial.cdf(x, n, p) + binomial.cdf(from - 1, n, p, { upper: true });
  }
  const from = firstOf(0, Math.floor(centre) + 1, (count) => !isUnlikely(count));
  return binomial.cdf(from - 1, n, p) + binomial.cdf(x - 1, n, p, { upper: true });
}

/** The first whole number from `low` on, below `end`, that something holds for, which then holds for all later ones; `end` where there is none. */
function firstOf(low: number, end: number, holds: (count: number) => boolean): number {
  let [from, to] = [low, end];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if (holds(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
}
