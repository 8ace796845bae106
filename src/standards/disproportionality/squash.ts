/** Pairs that the prior is fitted to: each stands for `weight` pairs of like counts. */
export interface Points {
  observed: Float64Array;
  expected: Float64Array;
  weight: Float64Array;
}

/** How pairs of one count are put together. */
export interface Squash {
  /** The observed count whose pairs are squashed. */
  count: number;
  binSize: number;
  /** Pairs of the largest expectations that stay as they are, as these vary most. */
  keep: number;
  leastBins: number;
  leastPoints: number;
}

/**
 * Replaces pairs of one observed count by bins of neighbours in their expectation, each with its mean and its size: a fit to these is nearly that to all.
 *
 * @throws RangeError when there are too few pairs for the bins asked for, or they are squashed already
 *
 * Source: DuMouchel and Pregibon, KDD 2001:67-76; the rule and its defaults are those of openEBGM 0.9.1, squashData.
 */
export function squash(points: Points, { count, binSize, keep, leastBins, leastPoints }: Squash): Points {
  if (!(binSize >= 2)) throw new RangeError('a bin must hold at least 2 pairs');
  const hold: number[] = [];
  const members: number[] = [];
  for (const [at, observed] of points.observed.entries()) (observed === count ? members : hold).push(at);
  if (members.some((at) => points.weight[at]! > 1))
    throw new RangeError(`pairs of count ${count} are squashed already`);
  if (members.length < leastPoints) throw new RangeError(`there are too few pairs of count ${count} to squash`);
  if (members.length / binSize < leastBins) throw new RangeError('there would be too few bins: make them smaller');
  const squashed = members.length - keep;
  if (squashed < binSize) throw new RangeError('there would be no full bin: make bins smaller or keep fewer pairs');

  members.sort((one, two) => points.expected[one]! - points.expected[two]! || one - two);
  const rows: [number, number, number][] = hold.map((at) => row(points, at));
  for (let from = 0; from < squashed; from += binSize) {
    const bin = members.slice(from, Math.min(from + binSize, squashed));
    const mean = bin.reduce((sum, at) => sum + points.expected[at]!, 0) / bin.length;
    rows.push([count, mean, bin.length]);
  }
  for (const at of members.slice(squashed)) rows.push(row(points, at));
  rows.sort(([one], [two]) => one - two);
  return {
    observed: Float64Array.from(rows, ([observed]) => observed),
    expected: Float64Array.from(rows, ([, expected]) => expected),
    weight: Float64Array.from(rows, ([, , weight]) => weight),
  };
}

/** How every count is squashed: of the first counts the first `keep`, of later ones the last; the more pairs, the more bins. */
export interface SquashAll {
  keep: readonly number[];
  cutOffs: readonly number[];
  /** One more than the cut-offs. */
  bins: readonly number[];
}

/** The defaults of openEBGM 0.9.1, autoSquash. */
export const SQUASH_ALL: SquashAll = {
  keep: [100, 75, 50, 25],
  cutOffs: [500, 1e3, 1e4, 1e5, 5e5, 1e6, 5e6],
  bins: [50, 75, 150, 500, 750, 1e3, 2e3, 5e3],
};

/**
 * Squashes every count that has pairs enough.
 *
 * Source: openEBGM 0.9.1, autoSquash.
 */
export function squashAll(points: Points, { keep, cutOffs, bins }: SquashAll = SQUASH_ALL): Points {
  if (keep.length === 0 || bins.length !== cutOffs.length + 1)
    throw new RangeError('there must be one more number of bins than cut-offs, and something to keep');
  const sizes = new Map<number, number>();
  for (const observed of points.observed) sizes.set(observed, (sizes.get(observed) ?? 0) + 1);
  // R names the counts as text, but in their numeric order.
  const counts = [...sizes].filter(([, size]) => size > Math.max(...keep) + 1).sort(([one], [two]) => one - two);
  let result = points;
  for (const [position, [count, size]] of counts.entries()) {
    const kept = keep[Math.min(position, keep.length - 1)]!;
    const cut = cutOffs.findIndex((limit) => size - kept < limit);
    const into = bins[cut < 0 ? cutOffs.length : cut]!;
    const binSize = Math.max(Math.floor((size - kept) / into), 2);
    result = squash(result, { count, binSize, keep: kept, leastBins: 1, leastPoints: 1 });
  }
  return result;
}

function row({ observed, expected, weight }: Points, at: number): [number, number, number] {
  return [observed[at]!, expected[at]!, weight[at]!];
}
