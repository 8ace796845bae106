import type { Values } from './secret.ts';

/** Machanavajjhala et al. 2007: exp(entropy) >= l. With Grassberger's estimator (2003) ln n is replaced by his G(n). */
export function entropyRule({
  l,
  estimator,
}: {
  l: number;
  estimator?: 'shannon' | 'grassberger';
}): (values: Values) => boolean {
  const psi = estimator === 'grassberger' ? grassberger : Math.log;
  return ({ counts, from, until, size }) => {
    const most = size * (psi(size) - Math.log(l));
    let sum = 0;
    for (let pair = from; pair < until; pair += 1) sum += counts[pair]! * psi(counts[pair]!);
    return !(most < sum);
  };
}

const EULER_GAMMA = 0.5772156649015329;
const EXACT = 100;
/** G(2m) = -gamma - ln 2 + sum of 2/(2j - 1) for j = 1 ... m. */
const GRASSBERGER = new Float64Array(EXACT / 2 + 1);
for (let half = 0; half < GRASSBERGER.length; half += 1)
  GRASSBERGER[half] = half === 0 ? -EULER_GAMMA - Math.LN2 : GRASSBERGER[half - 1]! + 2 / (2 * half - 1);

/** Grassberger, arXiv physics/0307138, eq. 35; above 100 by the asymptotic series of digamma(m + 1/2) + ln 2. */
function grassberger(n: number): number {
  const half = Math.floor(n / 2);
  if (n <= EXACT) return GRASSBERGER[half]!;
  const square = 1 / (half * half);
  return Math.log(2 * half) + square * (1 / 24 - square * (7 / 960 - (square * 31) / 8064));
}

/** The most frequent value is rarer than c times all from the l-th on. */
export function recursiveRule({ c, l }: { c: number; l: number }): (values: Values) => boolean {
  return ({ counts, from, until }) => {
    const ascending = counts.slice(from, until).sort();
    let rest = 0;
    for (let index = ascending.length - l; index >= 0; index -= 1) rest += ascending[index]!;
    return ascending.at(-1)! < c * rest;
  };
}
