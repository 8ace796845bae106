/**
 * Kulldorff's log likelihood ratio of a Poisson count against its expectation, one-sided: 0 unless there are more events than expected.
 *
 * @param count    events seen so far
 * @param expected events expected under the null so far, above 0
 *
 * Source: Kulldorff, Davis, Kolczak, Lewis, Lieu and Platt, Sequential Analysis 2011;30:58-78, equation 1.
 */
export function poissonRatio(count: number, expected: number): number {
  return count > expected ? count * Math.log(count / expected) - (count - expected) : 0;
}

/** The expected count at which `count` events just reach the critical value: with fewer expected they are above it. */
export function poissonCrossing(count: number, criticalValue: number): number {
  // With y = log(count / expected) the ratio is count (exp(-y) - 1 + y), which is convex: Newton's steps come down on the root from the right.
  const target = criticalValue / count;
  let y = Math.min(target + 1, Math.sqrt(2 * target) + target);
  for (let step = 0; step < 60; step += 1) {
    const slope = -Math.expm1(-y);
    const next = y - (y - slope - target) / slope;
    if (!(Math.abs(next - y) > 1e-15 * y)) break;
    y = next;
  }
  return count * Math.exp(-y);
}

/**
 * The log likelihood ratio when the expectation itself comes from `historic` events of an earlier period.
 *
 * @param time length of the surveillance in units of the earlier period, above 0
 *
 * Source: Li and Kulldorff, Stat Med 2010;29:284-295 (conditional MaxSPRT).
 */
export function conditionalRatio(count: number, historic: number, time: number): number {
  if (!(count / historic > time)) return 0;
  const all = historic + count;
  return historic * Math.log((historic * (1 + time)) / all) + count * Math.log((count * (1 + time)) / (time * all));
}

/** The length of surveillance at which `count` events just reach the critical value. */
export function conditionalCrossing(count: number, historic: number, criticalValue: number): number {
  let [low, high] = [0, count / historic];
  while (high - low > 1e-15 * high) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (conditionalRatio(count, historic, middle) > criticalValue) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * The log likelihood ratio of matched sets in which each event is either the exposed's or one of the `ratio` unexposed's, one-sided.
 *
 * @param exposed events of the exposed among `events`
 * @param ratio   chance of an unexposed event over that of an exposed one under the null, e.g. 3 for three controls a case
 *
 * Source: Kulldorff et al. 2011, section 3.
 */
export function binomialRatio(exposed: number, events: number, ratio: number): number {
  if (exposed === events) return events * Math.log1p(ratio);
  const others = events - exposed;
  if (!(ratio * exposed > others)) return 0;
  return (
    exposed * Math.log((exposed / events) * (1 + ratio)) + others * Math.log(((others / events) * (1 + ratio)) / ratio)
  );
}
