import { negativeBinomialIntegral, negativeBinomialIntegralOfTable } from './anscombe.ts';

export type Transformation =
  | 'standard'
  | 'rossi'
  | 'anscombe'
  | 'anscombe2nd'
  | 'pearsonNegBin'
  | 'anscombeNegBin'
  | 'none';

export const TRANSFORMATIONS = [
  'standard',
  'rossi',
  'anscombe',
  'anscombe2nd',
  'pearsonNegBin',
  'anscombeNegBin',
  'none',
] as const satisfies readonly Transformation[];

export interface CusumOptions {
  /** What a standardised count may exceed its expectation by before it adds to the sum (1.04). */
  reference?: number;
  /** The sum that is an alarm (2.26). */
  decision?: number;
  transformation?: Transformation;
  /** Overdispersion of the negative binomial transformations: variance mu + alpha mu² (0.1). */
  alpha?: number;
  /** Take the Anscombe residual of the negative binomial from R's table, which goes in steps of a hundredth (false). */
  rCompat?: boolean;
}

export interface CusumJudged {
  sum: Float64Array;
  /** The count that would have been enough for an alarm; for `none` and `anscombeNegBin` what the sum lacks of the decision, as in R. */
  bound: Float64Array;
  alarm: (boolean | undefined)[];
}

/**
 * The cumulated sum of standardised counts above a reference value. It is not set back by an alarm.
 *
 * @param counts   those that are judged, oldest first; after a missing one nothing is known
 * @param expected what is expected of each in control
 * @throws RangeError for lists of different length
 *
 * Source: Rossi, Lampugnani, Marchi, Stat Med 1999;18:2111-2122; Pierce and Schafer, J Am Stat Assoc 1986;81:977-986 (anscombe2nd); Hilbe, Negative Binomial Regression, 2007 (anscombeNegBin);
 * the inverted bounds: R surveillance 1.20.3 `algo.cusum`.
 */
export function cusum(counts: Float64Array, expected: Float64Array, options: CusumOptions = {}): CusumJudged {
  const { reference = 1.04, decision = 2.26, transformation = 'standard', alpha = 0.1, rCompat = false } = options;
  if (counts.length !== expected.length) throw new RangeError('each count needs an expected one');
  const scale = scaleOf(transformation, alpha, rCompat);
  const sum = new Float64Array(counts.length);
  const bound = new Float64Array(counts.length);
  let before = 0;
  for (let at = 0; at < counts.length; at += 1) {
    const mu = expected[at]!;
    const now = Math.max(0, before + scale.forth(counts[at]!, mu) - reference);
    const found = scale.back === undefined ? decision - now : scale.back(decision + reference - before, mu);
    bound[at] = Number.isNaN(found) ? 0 : Math.max(0, found);
    sum[at] = now;
    before = now;
  }
  return { sum, bound, alarm: Array.from(sum, (each) => (Number.isNaN(each) ? undefined : each >= decision)) };
}

interface Scale {
  /** A count in standard deviations from its expectation. */
  forth: (count: number, mu: number) => number;
  /** The count that is so many standard deviations away. */
  back?: (x: number, mu: number) => number;
}

function scaleOf(transformation: Transformation, alpha: number, rCompat: boolean): Scale {
  switch (transformation) {
    case 'none':
      return { forth: (count) => count };
    case 'standard':
      return {
        forth: (count, mu) => (count - mu) / Math.sqrt(mu),
        back: (x, mu) => Math.ceil(Math.sqrt(mu) * x + mu),
      };
    case 'rossi':
      return ROSSI;
    case 'anscombe':
      return anscombe(() => 0);
    case 'anscombe2nd':
      return anscombe((mu, inverse) => (inverse && rCompat ? mu ** (1 / 3) : mu ** (-1 / 3)) / 9);
    case 'pearsonNegBin':
      return {
        forth: (count, mu) => (count - mu) / Math.sqrt(mu + alpha * mu * mu),
        back: (x, mu) => Math.sqrt(mu + alpha * mu * mu) * x + mu,
      };
    case 'anscombeNegBin': {
      const integral = rCompat ? negativeBinomialIntegralOfTable : negativeBinomialIntegral;
      return {
        forth: (count, mu) => (integral(count, alpha) - integral(mu, alpha)) / (mu + alpha * mu * mu) ** (1 / 6),
      };
    }
  }
}

/** The mean of the root scale and the linear one. The bound is the root of the quadratic equation in the root of the count. */
const ROSSI: Scale = {
  forth: (count, mu) => (count - 3 * mu + 2 * Math.sqrt(count * mu)) / (2 * Math.sqrt(mu)),
  back(x, mu) {
    const root = Math.sqrt(mu);
    const wanted = 2 * root * x;
    return wanted + 5 * mu - 2 * Math.sqrt(4 * mu * mu + wanted * mu);
  },
};

/** The power 2/3, which makes Poisson counts symmetrical; `bias` is by how much the transformed mean lies below that of the mean. */
function anscombe(bias: (mu: number, inverse: boolean) => number): Scale {
  return {
    forth: (count, mu) => (count ** (2 / 3) - (mu ** (2 / 3) - bias(mu, false))) / ((2 / 3) * mu ** (1 / 6)),
    back(x, mu) {
      const transformed = (2 / 3) * mu ** (1 / 6) * x + mu ** (2 / 3) - bias(mu, true);
      return transformed < 0 ? 0 : transformed ** 1.5;
    },
  };
}
