type PValues = ArrayLike<number>;

/**
 * p values adjusted for how many were looked at, as R's `p.adjust` does: NaN stays NaN and does not count.
 *
 * bonferroni, holm, hochberg and hommel bound the chance of one false finding or more (hochberg and hommel where the tests are independent or positively dependent);
 * benjaminiHochberg and benjaminiYekutieli bound the share of false findings among the findings, the latter under any dependence.
 *
 * @param p     each from 0 to 1
 * @param count how many tests there were, where only some are given: at least as many as are given
 * @throws RangeError for a number that is no probability, or a count too small
 */
export const adjusted = {
  bonferroni: (p: PValues, count?: number): Float64Array =>
    adjust(p, count, (sorted, n) => sorted.map((each) => each * n)),

  /** Source: Holm, Scand J Stat 1979;6:65. */
  holm: (p: PValues, count?: number): Float64Array =>
    adjust(p, count, (sorted, n) => rising(sorted.map((each, at) => each * (n - at)))),

  /** Source: Hochberg, Biometrika 1988;75:800. */
  hochberg: (p: PValues, count?: number): Float64Array =>
    adjust(p, count, (sorted, n) =>
      rising(
        sorted.map((each, at) => each * (n - at)),
        'from the last',
      ),
    ),

  /** Source: Hommel, Biometrika 1988;75:383, by Wright's algorithm, Biometrics 1992;48:1005. */
  hommel: (p: PValues, count?: number): Float64Array => adjust(p, count, hommel),

  /** Source: Benjamini and Hochberg, J R Stat Soc B 1995;57:289. */
  benjaminiHochberg: (p: PValues, count?: number): Float64Array =>
    adjust(p, count, (sorted, n) =>
      rising(
        sorted.map((each, at) => (each * n) / (at + 1)),
        'from the last',
      ),
    ),

  /** Source: Benjamini and Yekutieli, Ann Stat 2001;29:1165. */
  benjaminiYekutieli: (p: PValues, count?: number): Float64Array =>
    adjust(p, count, (sorted, n) => {
      let harmonic = 0;
      for (let at = 1; at <= n; at += 1) harmonic += 1 / at;
      return rising(
        sorted.map((each, at) => (each * n * harmonic) / (at + 1)),
        'from the last',
      );
    }),
} as const;

/** Adjusts the p values in rising order, and puts what comes out, at most 1, back in the order that was given. */
function adjust(
  p: PValues,
  count: number | undefined,
  method: (sorted: Float64Array, n: number) => Float64Array,
): Float64Array {
  const answer = Float64Array.from(p);
  const order = Int32Array.from(answer.keys()).filter((at) => !Number.isNaN(answer[at]!));
  if (!order.every((at) => answer[at]! >= 0 && answer[at]! <= 1)) throw new RangeError('p values are from 0 to 1');
  const n = count ?? order.length;
  if (!(n >= order.length)) throw new RangeError('there were at least as many tests as p values are given');
  order.sort((one, two) => answer[one]! - answer[two]!);
  if (n <= 1) return answer;
  const found = method(
    Float64Array.from(order, (at) => answer[at]!),
    n,
  );
  order.forEach((at, rank) => {
    answer[at] = Math.min(1, found[rank]!);
  });
  return answer;
}

/** No later one is below an earlier one: raised from the first on, or lowered from the last on. */
function rising(values: Float64Array, direction: 'from the first' | 'from the last' = 'from the first'): Float64Array {
  if (direction === 'from the first')
    for (let at = 1; at < values.length; at += 1) values[at] = Math.max(values[at]!, values[at - 1]!);
  else for (let at = values.length - 2; at >= 0; at -= 1) values[at] = Math.min(values[at]!, values[at + 1]!);
  return values;
}

/** For each size m of a set of hypotheses, what the m largest p values would have to be raised to; tests that are not given count as p = 1. */
function hommel(sorted: Float64Array, n: number): Float64Array {
  const p = new Float64Array(n).fill(1);
  p.set(sorted);
  const least = p.reduce((lowest, each, at) => Math.min(lowest, (each * n) / (at + 1)), Infinity);
  const answer = p.map((each) => Math.max(each, least));
  for (let m = n - 1; m >= 2; m -= 1) {
    const first = n - m;
    let lowest = Infinity;
    for (let at = first + 1; at < n; at += 1) lowest = Math.min(lowest, (m * p[at]!) / (at - first + 1));
    for (let at = 0; at < n; at += 1) {
      const raised = Math.min(m * p[Math.min(at, first)]!, lowest);
      answer[at] = Math.max(answer[at]!, raised);
    }
  }
  return answer;
}
