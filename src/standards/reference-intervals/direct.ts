import { binomial, Random, student } from '#standards/statistics';
import { CONFIDENCE, type Estimate, type Sample, TAIL, type Unanswered } from './model.ts';
import { atRank, cumulated, mapped, percentileInterval, present, quantile, resampled } from './sample.ts';

/** EP28-A3c 9.2: fewer cannot give the confidence interval of a 2.5 % limit at 90 %. */
export const LEAST_NONPARAMETRIC = 120;
/** EP28-A3c 9.3.2 advises against the robust method below 20. */
export const LEAST_ROBUST = 20;

/**
 * Reference limits by rank, 2.5 and 97.5 %, with confidence intervals by rank.
 *
 * The ranks of the intervals are the innermost pair that leaves at most 5 % on either side by the binomial distribution.
 *
 * Source: CLSI EP28-A3c (2010), 9.2 and table 8 (n = 120 to 1000), which these ranks reproduce up to its own rounding; Solberg, J Clin Chem Clin Biochem 1987;25:645.
 */
export function nonparametric(sample: Sample): Estimate | Unanswered {
  const { n } = sample;
  if (n < LEAST_NONPARAMETRIC) return { reason: 'too-few', needed: LEAST_NONPARAMETRIC };
  const sums = cumulated(sample);
  const { inner, outer } = limitRanks(n);
  return {
    lower: {
      value: quantile(sample, TAIL, sums),
      low: atRank(sample, sums, outer),
      high: atRank(sample, sums, inner),
    },
    upper: {
      value: quantile(sample, 1 - TAIL, sums),
      low: atRank(sample, sums, n + 1 - inner),
      high: atRank(sample, sums, n + 1 - outer),
    },
    confidence: CONFIDENCE,
    n,
  };
}

/** The ranks between which the 2.5 % limit of the population lies with 90 % confidence, counted from the near end. */
export function limitRanks(n: number): { outer: number; inner: number } {
  const tail = (1 - CONFIDENCE) / 2;
  const outer = Math.max(
    1,
    firstRank(n, tail, (share) => share > tail),
  );
  return { outer, inner: firstRank(n, 1 - tail, (share) => share >= 1 - tail) + 1 };
}

/** The smallest k for which the probability of at most k below the limit is as wanted. */
function firstRank(n: number, near: number, wanted: (share: number) => boolean): number {
  const spread = 3 * Math.sqrt(n * TAIL * (1 - TAIL)) + 5;
  let low = near < 0.5 ? -1 : Math.max(-1, Math.floor(n * TAIL - spread));
  let high = Math.ceil(n * TAIL + 2 * spread);
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (wanted(binomial.cdf(middle, n, TAIL))) high = middle;
    else low = middle;
  }
  return high;
}

/** Above this the robust method has nothing to offer over ranks, and would only cost. */
const MOST_ROBUST = 5000;
const RESAMPLES = 1000;

/**
 * Horn's robust limits for small samples of a roughly symmetrical distribution, with bootstrapped confidence intervals (percentile method).
 *
 * Source: Horn, Pesce and Copeland, Clin Chem 1998;44:622-631; CLSI EP28-A3c, 9.3 and appendix B.
 */
export function robust(sample: Sample, { seed = 1 }: { seed?: number } = {}): Estimate | Unanswered {
  if (sample.n < LEAST_ROBUST) return { reason: 'too-few', needed: LEAST_ROBUST };
  if (sample.n > MOST_ROBUST) return { reason: 'no-fit' };
  const limits = robustLimits(sample);
  if (limits === undefined) return { reason: 'no-spread' };
  const random = new Random(seed);
  const lows: number[] = [];
  const highs: number[] = [];
  for (let draw = 0; draw < RESAMPLES; draw += 1) {
    // A resample of one repeated value has no spread: it says nothing about the limits.
    const drawn = robustLimits(present(resampled(sample, random)));
    if (drawn === undefined) continue;
    lows.push(drawn.lower);
    highs.push(drawn.upper);
  }
  return {
    lower: { value: limits.lower, ...percentileInterval(lows, CONFIDENCE) },
    upper: { value: limits.upper, ...percentileInterval(highs, CONFIDENCE) },
    confidence: CONFIDENCE,
    n: sample.n,
    resamples: lows.length,
  };
}

/** Tuning constants of the biweight: for the location, and for the spread of the tails. */
const NEAR = 3.7;
const FAR = 205.6;
/** Median absolute deviation of the standard normal distribution. */
const NORMAL_MAD = 0.6745;

function robustLimits(sample: Sample): { lower: number; upper: number } | undefined {
  const median = quantile(sample, 0.5);
  const mad = medianDistance(sample, median) / NORMAL_MAD;
  if (!(mad > 0)) return undefined;
  const location = biweightLocation(sample, median, NEAR * mad);
  const near = biweightSpread(sample, median, NEAR * mad, sample.n);
  const far = biweightSpread(sample, median, FAR * mad, sample.n);
  const ofLocation = biweightSpread(sample, location, NEAR * near, 1);
  const margin = student.quantile(1 - TAIL, sample.n - 1) * Math.hypot(far, ofLocation);
  return Number.isFinite(margin) ? { lower: location - margin, upper: location + margin } : undefined;
}

function medianDistance(sample: Sample, centre: number): number {
  const distances = mapped(sample, (value) => Math.abs(value - centre));
  const order = [...distances.values.keys()].sort((one, two) => distances.values[one]! - distances.values[two]!);
  return quantile(
    {
      values: Float64Array.from(order, (at) => distances.values[at]!),
      counts: Float64Array.from(order, (at) => distances.counts[at]!),
      n: sample.n,
    },
    0.5,
  );
}

const MOST_STEPS = 200;

function biweightLocation({ values, counts }: Sample, start: number, width: number): number {
  let location = start;
  for (let step = 0; step < MOST_STEPS; step += 1) {
    let sum = 0;
    let weights = 0;
    for (let at = 0; at < values.length; at += 1) {
      const u = (values[at]! - location) / width;
      if (Math.abs(u) >= 1) continue;
      const weight = counts[at]! * (1 - u * u) ** 2;
      sum += weight * values[at]!;
      weights += weight;
    }
    const next = sum / weights;
    if (!(Math.abs(next - location) > 1e-6 * width)) return next;
    location = next;
  }
  return location;
}

/** The biweight estimate of spread; `scale` is n for the spread of the values and 1 for that of their location. */
function biweightSpread({ values, counts }: Sample, centre: number, width: number, scale: number): number {
  let upper = 0;
  let lower = 0;
  for (let at = 0; at < values.length; at += 1) {
    const u = (values[at]! - centre) / width;
    if (Math.abs(u) >= 1) continue;
    const rest = 1 - u * u;
    upper += counts[at]! * u * u * rest ** 4;
    lower += counts[at]! * rest * (1 - 5 * u * u);
  }
  return width * Math.sqrt((scale * upper) / (lower * Math.max(1, lower - 1)));
}
