import { gamma } from '#standards/statistics';

export interface IntervalMoments {
  /** Days; above 1. */
  mean: number;
  /** Days; 0 or more. */
  sd: number;
}

/**
 * The serial interval in whole days, when it is a gamma distribution shifted by one day: entry s is the probability of s days.
 *
 * Each probability is the continuous density weighted by a triangle from s - 1 to s + 1, as the day of either onset is known, not its hour.
 * With no spread it is that triangle at the mean.
 *
 * @param most    the last day; entry 0 is always 0
 * @throws RangeError when the mean is not above 1 day or the sd is negative
 *
 * Source: Cori, Ferguson, Fraser and Cauchemez, Am J Epidemiol 2013;178:1505, web appendix 11.
 */
export function discreteSerialInterval({ mean, sd }: IntervalMoments, most: number): Float64Array {
  if (!(mean > 1)) throw new RangeError('the mean serial interval must be above 1 day');
  if (!(sd >= 0)) throw new RangeError('the standard deviation of the serial interval must not be negative');
  const weights = new Float64Array(most + 1);
  if (sd === 0) return weights.map((_, day) => Math.max(0, 1 - Math.abs(day - mean)));

  const shape = ((mean - 1) / sd) ** 2;
  const scale = sd ** 2 / (mean - 1);
  let [before, last] = [
    { below: 0, area: 0 },
    { below: 0, area: 0 },
  ];
  for (let day = 0; day <= most; day += 1) {
    // Beyond the last double below 1 all further differences are exactly 0.
    if (before.below === 1 && before.area === 1) break;
    const here = {
      below: day > 0 ? gamma.cdf(day, shape, 1 / scale) : 0,
      area: day > 0 ? gamma.cdf(day, shape + 1, 1 / scale) : 0,
    };
    const heights = day * here.below + (day - 2) * before.below - 2 * (day - 1) * last.below;
    const areas = shape * scale * (2 * last.area - before.area - here.area);
    weights[day] = Math.max(0, heights + areas);
    [before, last] = [last, here];
  }
  return weights;
}

/** Mean and standard deviation of a distribution over 0, 1, 2, ... days, not divided by its sum. */
export function intervalMoments(weights: ArrayLike<number>): IntervalMoments {
  let mean = 0;
  let square = 0;
  for (let day = 0; day < weights.length; day += 1) {
    mean += day * weights[day]!;
    square += day * day * weights[day]!;
  }
  return { mean, sd: Math.sqrt(square - mean * mean) };
}

/** How far the probabilities of a serial interval may be from adding up to 1. */
const ROUNDING = 0.01;

/**
 * @throws RangeError unless these are probabilities of 0, 1, 2, ... days, with none for 0 days
 */
export function checkInterval(interval: ArrayLike<number>): void {
  let sum = 0;
  for (let day = 0; day < interval.length; day += 1) {
    if (!(interval[day]! >= 0)) throw new RangeError('probabilities of the serial interval must not be negative');
    sum += interval[day]!;
  }
  if (interval[0] !== 0) throw new RangeError('a serial interval of 0 days must have probability 0');
  if (!(Math.abs(sum - 1) <= ROUNDING)) throw new RangeError('probabilities of the serial interval must add up to 1');
}
