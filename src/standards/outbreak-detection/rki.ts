import { mean, normal, poisson, variance } from '#standards/statistics';
import { isAbove, type Judged } from './judged.ts';
import { type PastOptions, pastWindows } from './past-windows.ts';

/** Upper 95 % limits of a Poisson mean for 0 to 20 cases. Source: Crow and Gardner, Biometrika 1959;46:441-453. */
const POISSON_LIMITS = [
  3.285, 5.323, 6.686, 8.102, 9.598, 11.177, 12.817, 13.765, 14.921, 16.768, 17.633, 19.05, 20.335, 21.364, 22.945,
  23.762, 25.4, 26.306, 27.735, 28.966, 30.017,
] as const;

/**
 * The rule of the Robert Koch Institute's first system: above a mean of 20 two standard deviations, below it the Poisson limit of the mean rounded down.
 *
 * @param counts    oldest first
 * @param positions which of them are judged, 0-based
 * @throws RangeError where the series does not reach back so far, or a count of the past is missing
 *
 * Source: Höhle, Comput Stat 2007;22:571-582, section 2.1.
 */
export function rki(counts: Float64Array, positions: Iterable<number>, options: PastOptions): Judged {
  const judged = Int32Array.from(positions);
  const pasts = Array.from(judged, (at) => pastWindows(counts, at, options));
  const bound = Float64Array.from(pasts, limitOf);
  return {
    expected: Float64Array.from(pasts, mean),
    bound,
    pValue: Float64Array.from(judged, (at, row) => pOf(counts[at]!, pasts[row]!)),
    alarm: Array.from(judged, (at, row) => isAbove(counts[at]!, bound[row]!)),
  };
}

function limitOf(past: Float64Array): number {
  const centre = mean(past);
  if (Number.isNaN(centre)) throw new RangeError('a count of the past is missing');
  const tabled = centre > 20 ? undefined : POISSON_LIMITS[Math.floor(centre)];
  return tabled ?? centre + 2 * Math.sqrt(variance(past));
}

/** By what each half of the rule takes counts for: Poisson's up to a mean of 20, normal above. */
function pOf(count: number, past: Float64Array): number {
  const centre = mean(past);
  if (centre <= 20) return poisson.cdf(count - 1, centre, { upper: true });
  const sigma = Math.sqrt(variance(past));
  return sigma > 0 ? normal.cdf(count, centre, sigma, { upper: true }) : Number(count <= centre);
}
