/** A survival this close to the level is at the level: curves that end on it by rounding do so. */
const LEVEL = Math.sqrt(Number.EPSILON);

/**
 * When a falling curve has reached 1 - p, for each p; NaN where it never does. Where the curve is level with 1 - p, the middle of that stretch.
 *
 * @param time  ascending, the curve is 1 before it
 * @param curve survival, or one of its limits; NaN is passed over
 * @param from  the time at which the curve starts
 *
 * Source: the quantiles of R's survfit objects, which hold for limits too: those may rise, and then the least of 1 - limit above p decides.
 */
export function curveQuantiles(
  time: Float64Array,
  curve: Float64Array,
  probabilities: readonly number[],
  from = 0,
): number[] {
  const xs = [from];
  const ys = [0];
  const seen = new Set([0]);
  for (let k = 0; k < time.length; k += 1) {
    const y = 1 - curve[k]!;
    if (seen.has(y)) continue;
    seen.add(y);
    xs.push(time[k]!);
    ys.push(y);
  }
  const last = time.at(-1) ?? from;
  const most = ys.reduce((max, y) => (Number.isNaN(y) ? max : Math.max(max, y)), 0);
  if (most < Math.min(...probabilities)) return probabilities.map(() => Number.NaN);
  return probabilities.map((p) => {
    if (p === 0) return from;
    const reached = xs[least(ys, (y) => y + LEVEL >= p)] ?? Number.NaN;
    // The curve may end at the level, and then the last time ends the stretch.
    if (Math.abs(p - ys.at(-1)!) < LEVEL) return (reached + last) / 2;
    return (reached + (xs[least(ys, (y) => y - LEVEL >= p)] ?? Number.NaN)) / 2;
  });
}

function least(values: readonly number[], fits: (value: number) => boolean): number {
  let best = -1;
  for (const [at, value] of values.entries()) if (fits(value) && (best < 0 || value < values[best]!)) best = at;
  return best;
}

/** When a curve first is 0.5 or less, or the middle of the stretch on which it is 0.5. */
export function curveMedian(time: Float64Array, curve: Float64Array): number {
  const first = curve.findIndex((y) => y < 0.5 + LEVEL);
  if (first < 0) return Number.NaN;
  const level = curve[first]!;
  if (!(Math.abs(level - 0.5) < LEVEL)) return time[first]!;
  const next = curve.findIndex((y, at) => at > first && y < level);
  return next < 0 ? time[first]! : (time[first]! + time[next]!) / 2;
}
