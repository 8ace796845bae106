/**
 * The integral of the variance's power -1/3, from 0 to y, where the variance of a count of mean u is u + alpha u²: the scale on which negative binomial counts are nearly normal.
 *
 * It is 3/2 y^(2/3) F(1/3, 2/3; 5/3; -alpha y). Source: Hilbe, Negative Binomial Regression, 2007, section 5.
 */
export function negativeBinomialIntegral(y: number, alpha: number): number {
  return 1.5 * y ** (2 / 3) * hypergeometric(-alpha * y);
}

/** The same with the hypergeometric function as R surveillance tabulates it: of the nearest hundredth down to -10, then linear between whole numbers, and unknown below -100. */
export function negativeBinomialIntegralOfTable(y: number, alpha: number): number {
  return 1.5 * y ** (2 / 3) * tabled(-alpha * y);
}

function tabled(x: number): number {
  if (x >= -10) return hypergeometric(Math.round(x * 100) / 100);
  if (x < -100) return Number.NaN;
  const low = Math.floor(x);
  return hypergeometric(low) + (hypergeometric(low + 1) - hypergeometric(low)) * (x - low);
}

const GAMMA_1_3 = 2.6789385347077475;
const GAMMA_2_3 = 1.3541179394264005;

/** F(1/3, 2/3; 5/3; x) for x <= 0. Source: DLMF 15.8.1 near 0, 15.8.2 far from it, where one of its two series is 1. */
function hypergeometric(x: number): number {
  if (x > -2) return (1 - x) ** (-1 / 3) * series(1 / 3, 1, 5 / 3, x / (x - 1));
  const far = 2 * (-x) ** (-1 / 3) * series(1 / 3, -1 / 3, 2 / 3, 1 / x);
  return far - ((2 * GAMMA_2_3 ** 2) / GAMMA_1_3) * (-x) ** (-2 / 3);
}

/** Gauss' series, for arguments well inside the unit circle. */
function series(a: number, b: number, c: number, x: number): number {
  let term = 1;
  let sum = 1;
  for (let n = 0; n < 500 && Math.abs(term) > 1e-17 * Math.abs(sum); n += 1) {
    term *= (((a + n) * (b + n)) / ((c + n) * (n + 1))) * x;
    sum += term;
  }
  return sum;
}
