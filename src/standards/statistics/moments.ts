/** The mean; NaN of nothing. A second pass takes up what the first one's rounding lost, as in R. */
export function mean(values: ArrayLike<number>): number {
  const n = values.length;
  let sum = 0;
  for (let i = 0; i < n; i += 1) sum += values[i]!;
  const first = sum / n;
  if (!Number.isFinite(first)) return first;
  let rest = 0;
  for (let i = 0; i < n; i += 1) rest += values[i]! - first;
  return first + rest / n;
}

/** The variance with divisor n - 1; NaN of less than two. */
export function variance(values: ArrayLike<number>): number {
  const centre = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += (values[i]! - centre) ** 2;
  return values.length < 2 ? Number.NaN : sum / (values.length - 1);
}

/**
 * The value below which a share `p` of sorted values lies, by one of the nine types of Hyndman and Fan (The American Statistician 1996;50:361), as R's quantile.
 *
 * @param sorted ascending, without NaN
 * @param type   7 is R's and spreadsheets' own
 */
export function quantile(sorted: ArrayLike<number>, p: number, type: QuantileType = 7): number {
  const n = sorted.length;
  if (n === 0 || !(p >= 0 && p <= 1)) return Number.NaN;
  const at = (place: number): number => sorted[Math.min(Math.max(place, 1), n) - 1]!;
  const fuzz = 4 * Number.EPSILON;
  if (type <= 3) {
    const place = type === 3 ? n * p - 0.5 : n * p;
    const below = Math.floor(place + fuzz);
    const over = place > below + fuzz;
    if (type === 3) return at(below + (over || below % 2 === 1 ? 1 : 0));
    if (over) return at(below + 1);
    return type === 1 ? at(below) : (at(below) + at(below + 1)) / 2;
  }
  const [a, b] = SPREADS[type]!;
  const place = a + p * (n + 1 - a - b);
  const below = Math.floor(place + fuzz);
  const share = Math.abs(place - below) < fuzz ? 0 : place - below;
  const [low, high] = [at(below), at(below + 1)];
  return share === 0 ? low : share === 1 ? high : (1 - share) * low + share * high;
}

export type QuantileType = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

const SPREADS: Readonly<Record<number, readonly [number, number]>> = {
  4: [0, 1],
  5: [0.5, 0.5],
  6: [0, 0],
  7: [1, 1],
  8: [1 / 3, 1 / 3],
  9: [3 / 8, 3 / 8],
};
