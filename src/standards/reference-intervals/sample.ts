import type { Random } from '#standards/statistics';
import type { Sample } from './model.ts';

/** Gathers single values, in any order. What is not a finite number is left out. */
export function sampleOf(values: Iterable<number>): Sample {
  const sorted = Float64Array.from(values).filter(Number.isFinite).sort();
  const distinct: number[] = [];
  const counts: number[] = [];
  for (const value of sorted) {
    if (distinct.at(-1) === value) counts[counts.length - 1]! += 1;
    else {
      distinct.push(value);
      counts.push(1);
    }
  }
  return { values: Float64Array.from(distinct), counts: Float64Array.from(counts), n: sorted.length };
}

/** The sample without what lies outside [low, high]. */
export function within(sample: Sample, low: number, high: number): Sample {
  const from = firstAtLeast(sample.values, low);
  let to = firstAtLeast(sample.values, high);
  if (sample.values[to] === high) to += 1;
  const counts = sample.counts.slice(from, to);
  return { values: sample.values.slice(from, to), counts, n: counts.reduce((sum, count) => sum + count, 0) };
}

/** Where in ascending values the first one stands that is not below `value`. */
export function firstAtLeast(values: Float64Array, value: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many lie at or below each value. */
export function cumulated(sample: Sample): Float64Array {
  const sums = new Float64Array(sample.counts.length);
  let sum = 0;
  for (let at = 0; at < sums.length; at += 1) {
    sum += sample.counts[at]!;
    sums[at] = sum;
  }
  return sums;
}

/** The value at a rank from 1 to n; between two ranks by straight line. */
export function atRank(sample: Sample, sums: Float64Array, rank: number): number {
  const bounded = Math.min(Math.max(rank, 1), sample.n);
  const whole = Math.floor(bounded);
  const low = sample.values[firstAtLeast(sums, whole)]!;
  const share = bounded - whole;
  if (share === 0) return low;
  return low + share * (sample.values[firstAtLeast(sums, whole + 1)]! - low);
}

/** Quantile by ranks p (n + 1), as EP28 asks (type 6 of Hyndman and Fan 1996). */
export function quantile(sample: Sample, p: number, sums = cumulated(sample)): number {
  return atRank(sample, sums, p * (sample.n + 1));
}

export function mean(sample: Sample): number {
  let sum = 0;
  for (let at = 0; at < sample.values.length; at += 1) sum += sample.values[at]! * sample.counts[at]!;
  return sum / sample.n;
}

/** Sample standard deviation (n - 1). */
export function deviation(sample: Sample): number {
  const centre = mean(sample);
  let sum = 0;
  for (let at = 0; at < sample.values.length; at += 1) sum += (sample.values[at]! - centre) ** 2 * sample.counts[at]!;
  return Math.sqrt(sum / (sample.n - 1));
}

export function mapped(sample: Sample, change: (value: number) => number): Sample {
  return { ...sample, values: sample.values.map(change) };
}

const SINGLE_DRAWS = 2000;

/**
 * A sample drawn from the sample with replacement. From 2,000 results on each value's count is drawn from Poisson by itself (the Poisson bootstrap), which costs
 * the number of distinct values, not of results.
 *
 * Source: Efron 1979; Hanley and MacGibbon, Comput Methods Programs Biomed 2006;83:57-62.
 */
export function resampled(sample: Sample, random: Random): Sample {
  const counts = new Float64Array(sample.counts.length);
  if (sample.n < SINGLE_DRAWS) {
    const sums = cumulated(sample);
    for (let draw = 0; draw < sample.n; draw += 1)
      counts[firstAtLeast(sums, Math.floor(random.next() * sample.n) + 1)]! += 1;
    return { values: sample.values, counts, n: sample.n };
  }
  let n = 0;
  for (let at = 0; at < counts.length; at += 1) {
    const count = random.poisson(sample.counts[at]!);
    counts[at] = count;
    n += count;
  }
  return { values: sample.values, counts, n };
}

/** The sample without values that a resample did not draw. */
export function present(sample: Sample): Sample {
  const drawn = (_: number, at: number) => sample.counts[at]! > 0;
  return { values: sample.values.filter(drawn), counts: sample.counts.filter(drawn), n: sample.n };
}

const MOST_DISTINCT = 20_000;

/** At most 20,000 distinct values: neighbours become their mean, by rank, where there are more (results that were never rounded). */
export function compacted(sample: Sample): Sample {
  if (sample.values.length <= MOST_DISTINCT) return sample;
  const each = sample.n / MOST_DISTINCT;
  const values: number[] = [];
  const counts: number[] = [];
  let [sum, count, seen] = [0, 0, 0];
  for (let at = 0; at < sample.values.length; at += 1) {
    sum += sample.values[at]! * sample.counts[at]!;
    count += sample.counts[at]!;
    seen += sample.counts[at]!;
    if (seen < each * (values.length + 1) && at < sample.values.length - 1) continue;
    values.push(sum / count);
    counts.push(count);
    [sum, count] = [0, 0];
  }
  return { values: Float64Array.from(values), counts: Float64Array.from(counts), n: sample.n };
}

/** The interval that holds the central `confidence` of the resampled figures (the percentile method). */
export function percentileInterval(figures: readonly number[], confidence: number): { low: number; high: number } {
  const sample = sampleOf(figures);
  const sums = cumulated(sample);
  return {
    low: quantile(sample, (1 - confidence) / 2, sums),
    high: quantile(sample, 1 - (1 - confidence) / 2, sums),
  };
}
