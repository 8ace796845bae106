const BUCKETS = 4096;

/**
 * Quantiles of many values without sorting them all: only those near the wanted ranks.
 *
 * Between ranks as R's type 7; the same as of the sorted values.
 *
 * @param values at least one, finite, in any order
 */
export function quantilesOf(values: Float64Array, probabilities: readonly number[]): number[] {
  const buckets = bucketsOf(values);
  if (buckets === undefined) return probabilities.map(() => values[0]!);
  const places = probabilities.map((p) => (values.length - 1) * p);
  const wanted = places.flatMap((place) => [buckets.holding(Math.floor(place)), buckets.holding(Math.ceil(place))]);
  const members = new Map(wanted.map((bucket) => [bucket, [] as number[]]));
  for (const value of values) members.get(buckets.of(value))?.push(value);
  for (const each of members.values()) each.sort((one, two) => one - two);
  const atRank = (rank: number): number => {
    const bucket = buckets.holding(rank);
    return members.get(bucket)![rank - buckets.before(bucket)]!;
  };
  return places.map((place) => {
    const rank = Math.floor(place);
    const low = atRank(rank);
    return place > rank ? low + (place - rank) * (atRank(rank + 1) - low) : low;
  });
}

interface Buckets {
  of(value: number): number;
  /** The bucket of the value at that place in their order. */
  holding(rank: number): number;
  /** Values in the buckets before. */
  before(bucket: number): number;
}

/** Buckets of equal width; undefined when all values are the same. */
function bucketsOf(values: Float64Array): Buckets | undefined {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const scale = (BUCKETS - 1) / (most - least);
  if (!(scale < Infinity)) return undefined;
  const of = (value: number): number => Math.floor((value - least) * scale);
  const ends = new Uint32Array(BUCKETS);
  for (const value of values) ends[of(value)]! += 1;
  for (let bucket = 1; bucket < BUCKETS; bucket += 1) ends[bucket]! += ends[bucket - 1]!;
  return {
    of,
    holding: (rank) => ends.findIndex((end) => end > rank),
    before: (bucket) => (bucket === 0 ? 0 : ends[bucket - 1]!),
  };
}
