import { negativeBinomial } from '#standards/statistics';
import { isAbove, type Judged } from './judged.ts';
import { type PastOptions, pastWindows } from './past-windows.ts';

/**
 * Whether a count is above the predictive distribution that the past gives it: Poisson counts whose mean has Jeffreys' prior, hence negative binomial.
 *
 * @param counts    oldest first; missing ones (NaN) of the past are left out
 * @param positions which of them are judged, 0-based
 * @param alpha     one-sided
 * @throws RangeError where the series does not reach back so far
 *
 * Source: Riebler 2004; Höhle, Comput Stat 2007;22:571-582, section 2.2.
 */
export function bayes(
  counts: Float64Array,
  positions: Iterable<number>,
  { alpha = 0.05, ...options }: PastOptions & { alpha?: number },
): Judged {
  const bounds: number[] = [];
  const expected: number[] = [];
  const pValues: number[] = [];
  const alarm: Judged['alarm'] = [];
  for (const at of positions) {
    let sum = 0;
    let known = 0;
    for (const count of pastWindows(counts, at, options)) {
      if (Number.isNaN(count)) continue;
      sum += count;
      known += 1;
    }
    if (known === 0) throw new RangeError('no count of the past is known');
    const [size, share] = [sum + 0.5, known / (known + 1)];
    const bound = negativeBinomial.quantile(1 - alpha, size, share);
    bounds.push(bound);
    expected.push(size / known);
    pValues.push(negativeBinomial.cdf(counts[at]! - 1, size, share, { upper: true }));
    alarm.push(isAbove(counts[at]!, bound));
  }
  return {
    expected: Float64Array.from(expected),
    bound: Float64Array.from(bounds),
    pValue: Float64Array.from(pValues),
    alarm,
  };
}
