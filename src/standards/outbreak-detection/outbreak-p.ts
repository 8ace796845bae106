export interface OutbreakPOptions {
  /** A statistic above this is an alarm (100). */
  threshold?: number | undefined;
  /** Whether to search for the fewest cases that would be an alarm (false), */
  cases?: boolean | undefined;
  /** up to this many (100,000). */
  mostCases?: number | undefined;
  /** Multiply the ratios one after another, as R does, so that long series may run out of the range of numbers (false). */
  rCompat?: boolean | undefined;
}

export interface OutbreakPJudged {
  statistic: Float64Array;
  alarm: (boolean | undefined)[];
  /** NaN where none is found. */
  cases: Float64Array | undefined;
}

/**
 * How much likelier Poisson counts are under a rising mean than under a constant one; no baseline is needed.
 *
 * @param counts    from the start of the season on
 * @param positions how far to look, 0-based: each statistic rests on the counts up to there
 * @throws RangeError for missing counts
 *
 * Source: Frisén, Andersson, Schiöler, Stat Med 2009;28:1977-1993, formula 5.
 */
export function outbreakP(
  counts: Float64Array,
  positions: Iterable<number>,
  options: OutbreakPOptions = {},
): OutbreakPJudged {
  const { threshold = 100, rCompat = false } = options;
  if (counts.some((count) => Number.isNaN(count))) throw new RangeError('the counts must have no gap');
  const judged = Int32Array.from(positions);
  const statisticOf = rCompat ? productOfRatios : sumOfLogarithms;
  const statistic = Float64Array.from(judged, (at) => statisticOf(counts.subarray(0, at + 1)));
  return {
    statistic,
    alarm: Array.from(statistic, (each) => (Number.isNaN(each) ? undefined : each > threshold)),
    cases: options.cases
      ? Float64Array.from(judged, (at) => enoughCases(counts.slice(0, at + 1), statisticOf, options))
      : undefined,
  };
}

/** The means of a series that never falls and is nearest to the counts, by pooling what falls; each stands for `length` counts. */
function risingMeans(counts: Float64Array): { sum: number; length: number }[] {
  const pools: { sum: number; length: number }[] = [];
  for (const count of counts) {
    let pool = { sum: count, length: 1 };
    for (let last = pools.at(-1); last !== undefined && isNotAbove(pool, last); last = pools.at(-1)) {
      pools.pop();
      pool = { sum: pool.sum + last.sum, length: pool.length + last.length };
    }
    pools.push(pool);
  }
  return pools;
}

function isNotAbove(one: { sum: number; length: number }, two: { sum: number; length: number }): boolean {
  return one.sum / one.length <= two.sum / two.length;
}

function sumOfLogarithms(counts: Float64Array): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let logarithm = 0;
  for (const { sum, length } of risingMeans(counts))
    if (sum > 0) logarithm += sum * Math.log((sum / length) * (counts.length / total));
  return Math.exp(logarithm);
}

function productOfRatios(counts: Float64Array): number {
  const mean = counts.reduce((before, count, at) => before + (count - before) / (at + 1), 0);
  let product = 1;
  let at = 0;
  for (const { sum, length } of risingMeans(counts)) {
    const ratio = sum === 0 && mean === 0 ? 1 : sum / length / mean;
    for (const end = at + length; at < end; at += 1) product *= ratio ** counts[at]!;
  }
  return product;
}

/** From the last count up to the first alarm, or down to the last one. */
function enoughCases(
  counts: Float64Array,
  statisticOf: (counts: Float64Array) => number,
  { threshold = 100, mostCases = 100_000 }: OutbreakPOptions,
): number {
  // One count alone never stands out.
  if (counts.length <= 1) return threshold >= 1 ? Number.NaN : 0;
  const last = counts.length - 1;
  const first = statisticOf(counts);
  if (Number.isNaN(first)) return Number.NaN;
  const alarmed = first > threshold;
  let cases = counts[last]!;
  while (alarmed ? cases > 0 : cases < mostCases) {
    cases += alarmed ? -1 : 1;
    counts[last] = cases;
    const value = statisticOf(counts);
    if (Number.isNaN(value)) return Number.NaN;
    if (value > threshold !== alarmed) return alarmed ? cases + 1 : cases;
  }
  return Number.NaN;
}
