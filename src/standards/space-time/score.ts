/**
 * How much a sum in a window speaks for a cluster there; windows are numbered.
 *
 * The score grows with the sum as soon as the sum is above the window's mean, and is `least` up to there.
 */
export interface Score {
  readonly mean: Float64Array;
  readonly least: number;
  of(sum: number, window: number): number;
}

/**
 * Kulldorff's log likelihood ratio: the rate in the window is higher than outside, given how many cases there are in all.
 *
 * @param expected    of each window under the null; all locations and times together have `total`
 * @param leastCases  windows with fewer score nothing
 *
 * Source: Kulldorff, Commun Stat Theory Methods 1997;26:1481, Poisson model; the same for the permutation model in PLoS Med 2005;2:e59.
 */
export function poissonRatio(total: number, expected: Float64Array, leastCases = 0): Score {
  return {
    mean: expected,
    least: 0,
    of(cases, window) {
      const mean = expected[window]!;
      if (!(cases > mean) || cases < leastCases) return 0;
      return cases * Math.log(cases / mean) + times(total - cases, (total - cases) / (total - mean));
    },
  };
}

/**
 * Kulldorff's log likelihood ratio for cases among individuals, each of whom is a case or not.
 *
 * @param individuals in each window
 * @param all         all cases and all individuals
 *
 * Source: Kulldorff 1997, as above, Bernoulli model.
 */
export function bernoulliRatio(all: { cases: number; individuals: number }, individuals: Float64Array): Score {
  const { cases: total, individuals: everybody } = all;
  const rate = total / everybody;
  return {
    mean: individuals.map((inside) => inside * rate),
    least: 0,
    of(cases, window) {
      const inside = individuals[window]!;
      const outside = everybody - inside;
      if (!(cases / inside > (total - cases) / outside)) return 0;
      return (
        times(cases, cases / inside / rate) +
        times(inside - cases, (inside - cases) / inside / (1 - rate)) +
        times(total - cases, (total - cases) / outside / rate) +
        times(outside - total + cases, (outside - total + cases) / outside / (1 - rate))
      );
    },
  };
}

/** x log y, where nothing times anything is nothing. */
function times(x: number, y: number): number {
  return x > 0 ? x * Math.log(y) : 0;
}

/**
 * Log likelihood ratio of a window whose expected count is known beforehand, whatever happens elsewhere.
 *
 * Source: Neill, Moore, Sabhnani and Daniel, KDD 2005:218, expectation-based Poisson.
 */
export function expectationRatio(baselines: Float64Array): Score {
  return {
    mean: baselines,
    least: 0,
    of(count, window) {
      const baseline = baselines[window]!;
      return count > baseline ? count * Math.log(count / baseline) + baseline - count : 0;
    },
  };
}

/** How far a weighted sum is above its mean, divided by a scale, which is its standard deviation in a score test. */
export function standardised(mean: Float64Array, scale: Float64Array): Score {
  return { mean, least: -Infinity, of: (sum, window) => (sum - mean[window]!) / scale[window]! };
}
