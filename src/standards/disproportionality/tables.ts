import { digamma, gamma, normal, trigamma } from '../statistics/index.ts';

/** Two-by-two tables in columns: reports with both, with the product, with the event, and all. */
export interface Tables {
  both: ArrayLike<number>;
  product: ArrayLike<number>;
  event: ArrayLike<number>;
  all: ArrayLike<number>;
}

/** A ratio and its limits; NaN or infinite where a cell is empty. */
export interface RatioColumns {
  ratio: Float64Array;
  low: Float64Array;
  high: Float64Array;
}

const LEVEL = 0.95;

/** Observed over expected reports, the expectation that of independence. */
export function expectedReports({ product, event, all }: Tables): Float64Array {
  return Float64Array.from(product, (n, at) => (n * event[at]!) / all[at]!);
}

/**
 * The proportional reporting ratio: the event's share among the product's reports over its share among all others.
 *
 * Limits are those of a log-normal ratio. Source: Evans, Waller and Davis, Pharmacoepidemiol Drug Saf 2001;10:483-486.
 */
export function proportionalReportingRatio(tables: Tables, level = LEVEL): RatioColumns {
  return ratios(tables, level, (a, n1, n2, n) => {
    const others = n2 - a;
    return { ratio: a / n1 / (others / (n - n1)), variance: 1 / a - 1 / n1 + 1 / others - 1 / (n - n1) };
  });
}

/**
 * The reporting odds ratio. Source: van Puijenbroek et al., Pharmacoepidemiol Drug Saf 2002;11:3-10.
 */
export function reportingOddsRatio(tables: Tables, level = LEVEL): RatioColumns {
  return ratios(tables, level, (a, n1, n2, n) => {
    const [b, c, d] = [n1 - a, n2 - a, n - n1 - n2 + a];
    return { ratio: (a * d) / (b * c), variance: 1 / a + 1 / b + 1 / c + 1 / d };
  });
}

function ratios(
  { both, product, event, all }: Tables,
  level: number,
  of: (a: number, n1: number, n2: number, n: number) => { ratio: number; variance: number },
): RatioColumns {
  const z = normal.quantile((1 + level) / 2);
  const size = both.length;
  const found = { ratio: new Float64Array(size), low: new Float64Array(size), high: new Float64Array(size) };
  for (let at = 0; at < size; at += 1) {
    const { ratio, variance } = of(both[at]!, product[at]!, event[at]!, all[at]!);
    const [centre, half] = [Math.log(ratio), z * Math.sqrt(variance)];
    found.ratio[at] = ratio;
    found.low[at] = Math.exp(centre - half);
    found.high[at] = Math.exp(centre + half);
  }
  return found;
}

/**
 * Pearson's chi-square with one degree of freedom; with Yates's correction, which is at most the distance of observed from expected, as R's chisq.test has it.
 */
export function chiSquareOf({ both, product, event, all }: Tables, yates: boolean): Float64Array {
  return Float64Array.from({ length: both.length }, (_, at) => {
    const [a, n1, n2, n] = [both[at]!, product[at]!, event[at]!, all[at]!];
    const expected = (n1 * n2) / n;
    const distance = Math.abs(a - expected);
    const counted = yates ? distance - Math.min(0.5, distance) : distance;
    const cells = [expected, n1 - expected, n2 - expected, n - n1 - n2 + expected];
    return counted * counted * cells.reduce((sum, cell) => sum + 1 / cell, 0);
  });
}

export interface InformationComponent {
  ic: Float64Array;
  low: Float64Array;
  high: Float64Array;
}

/**
 * The information component, shrunk: log2 of (observed + 1/2) over (expected + 1/2), with the exact limits of its gamma posterior.
 *
 * Source: Noren, Hopstadius and Bate, Stat Methods Med Res 2013;22:57-69.
 */
export function informationComponent(
  observed: ArrayLike<number>,
  expected: ArrayLike<number>,
  level = LEVEL,
): InformationComponent {
  const size = observed.length;
  const found = { ic: new Float64Array(size), low: new Float64Array(size), high: new Float64Array(size) };
  // A gamma's quantile is that of rate 1 over its rate, and counts repeat.
  const limits = new Map<number, { low: number; high: number }>();
  const tail = (1 - level) / 2;
  for (let at = 0; at < size; at += 1) {
    const count = observed[at]!;
    let limit = limits.get(count);
    if (limit === undefined) {
      const shape = count + 0.5;
      limit = {
        low: Math.log2(gamma.quantile(tail, shape)),
        high: Math.log2(gamma.quantile(tail, shape, 1, { upper: true })),
      };
      limits.set(count, limit);
    }
    const rate = Math.log2(expected[at]! + 0.5);
    found.ic[at] = Math.log2(count + 0.5) - rate;
    found.low[at] = limit.low - rate;
    found.high[at] = limit.high - rate;
  }
  return found;
}

/** The 95 % limits in closed form that VigiBase shows. Source: Noren et al. 2013, section 3.2. */
export function approximateLimits(observed: ArrayLike<number>, expected: ArrayLike<number>): InformationComponent {
  const ic = Float64Array.from(observed, (count, at) => Math.log2((count + 0.5) / (expected[at]! + 0.5)));
  const limit = (root: number, cube: number) =>
    ic.map((value, at) => value + root / Math.sqrt(observed[at]! + 0.5) + cube / (observed[at]! + 0.5) ** 1.5);
  return { ic, low: limit(-3.3, -2), high: limit(2.4, -0.5) };
}

/**
 * The information component of the confidence propagation neural network: mean and standard deviation of its posterior, and a normal lower limit.
 *
 * Source: Bate et al., Eur J Clin Pharmacol 1998;54:315-321, with the mean and variance of Gould, Biom J 2003;45:267-279, as in PhViD 1.0.8 (BCPNN).
 */
export function bayesianIc(
  { both, product, event, all }: Tables,
  level = LEVEL,
): { ic: Float64Array; sd: Float64Array; low: Float64Array } {
  const size = both.length;
  const found = { ic: new Float64Array(size), sd: new Float64Array(size), low: new Float64Array(size) };
  const z = normal.quantile((1 + level) / 2);
  for (let at = 0; at < size; at += 1) {
    const [a, n1, n2, n] = [both[at]!, product[at]!, event[at]!, all[at]!];
    const total = 2 + n;
    const joint = a + 1 + (n - a - 1 + (total * total) / ((1 + n1) * (1 + n2)));
    const mean =
      digamma(1 + a) - digamma(joint) - (digamma(1 + n1) - digamma(total) + digamma(1 + n2) - digamma(total));
    const variance = trigamma(1 + a) - trigamma(joint) + trigamma(1 + n1) + trigamma(1 + n2) - 2 * trigamma(total);
    found.ic[at] = mean / Math.LN2;
    found.sd[at] = Math.sqrt(variance) / Math.LN2;
    found.low[at] = found.ic[at]! - z * found.sd[at]!;
  }
  return found;
}
