import type { SeasonFit } from './season-fit.ts';

/**
 * Gives points that stand far above their expectation the weight 1 / s², s being their standardised Anscombe residual; the weights sum to the number of points.
 *
 * Source: Farrington et al., J R Stat Soc A 1996;159:547-563, section 3.5.
 */
export function reweight(fit: SeasonFit, threshold: number): void {
  const { prior, points } = fit;
  const dispersion = Math.max(1, fit.dispersion);
  let total = 0;
  for (let at = 0; at < points; at += 1) {
    const s = standardisedAnscombe(fit, at, dispersion);
    prior[at] = s > threshold ? 1 / (s * s) : 1;
    total += prior[at]!;
  }
  for (let at = 0; at < points; at += 1) prior[at]! *= points / total;
}

/** A residual that is nearly normal, in its standard deviations; 0 for a point that alone determines its own expectation. */
function standardisedAnscombe(fit: SeasonFit, at: number, dispersion: number): number {
  const spare = 1 - fit.leverageOf(at);
  if (!(spare > 1e-12)) return 0;
  const mu = fit.mu[at]!;
  const y = fit.y[at]!;
  const raw = 1.5 * (y === 0 ? -Math.sqrt(mu) : Math.cbrt(y * y) / Math.sqrt(Math.cbrt(mu)) - Math.sqrt(mu));
  return raw / Math.sqrt(dispersion * spare);
}
