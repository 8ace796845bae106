import { eigenSymmetric } from '#standards/statistics';
import { dot, type Matrix } from './dense.ts';

/** Eigenvalues of the Hessian below this belong to directions that the data do not tell apart (lmerTest). */
const FLAT = 1e-8;

/**
 * Degrees of freedom of each coefficient: those of the scaled chi-square that has the mean and the variance of its estimated variance.
 *
 * @param variances the coefficients' variances
 * @param slopes    per variance parameter, the derivatives of those variances
 * @param hessian   of -2 log likelihood in the variance parameters; what is flat or falling in it is left out, as at the edge of their range
 *
 * Source: Satterthwaite, Biometrics Bulletin 1946;2:110; Kuznetsova, Brockhoff and Christensen, J Stat Softw 2017;82(13), section 2.
 */
export function satterthwaite(variances: Float64Array, slopes: Matrix, hessian: Matrix): Float64Array {
  const { values, vectors } = eigenSymmetric(hessian);
  return variances.map((variance, coefficient) => {
    const slope = Float64Array.from(slopes, (row) => row[coefficient]!);
    let spread = 0;
    for (const [at, value] of values.entries()) {
      if (!(value > FLAT)) continue;
      const along = dot(slope, vectors[at]!);
      spread += (2 * along * along) / value;
    }
    return (2 * variance * variance) / spread;
  });
}
