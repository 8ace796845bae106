export interface RootOptions {
  /** How near the root must be; R's uniroot has 1.2e-4 (2^-13). */
  tolerance?: number;
  mostIterations?: number;
}

/**
 * A root of `f` between two places where its signs differ.
 *
 * Step for step as R's uniroot, so that with the same tolerance the same place comes out. Source: Brent, Algorithms for Minimization without Derivatives, 1973, chapter 4.
 *
 * @throws RangeError where the signs are the same, or a value is NaN
 */
export function findRoot(
  f: (x: number) => number,
  low: number,
  high: number,
  { tolerance = 1e-12, mostIterations = 1000 }: RootOptions = {},
): number {
  let [a, b, c] = [low, high, low];
  let [fa, fb] = [f(a), f(b)];
  if (!(fa * fb <= 0)) throw new RangeError('the function has the same sign at both ends, so a root is not enclosed');
  let fc = fa;
  if (fa === 0) return a;
  for (let round = 0; round <= mostIterations; round += 1) {
    const before = b - a;
    if (Math.abs(fc) < Math.abs(fb)) {
      [a, b, c] = [b, c, b];
      [fa, fb, fc] = [fb, fc, fb];
    }
    const near = 2 * Number.EPSILON * Math.abs(b) + tolerance / 2;
    const half = (c - b) / 2;
    if (Math.abs(half) <= near || fb === 0) return b;
    let step = half;
    if (Math.abs(before) >= near && Math.abs(fa) > Math.abs(fb)) {
      const { p, q } = interpolation({ a, b, c, fa, fb, fc });
      if (p < 0.75 * (c - b) * q - Math.abs(near * q) / 2 && p < Math.abs((before * q) / 2)) step = p / q;
    }
    if (Math.abs(step) < near) step = step > 0 ? near : -near;
    [a, fa] = [b, fb];
    b += step;
    fb = f(b);
    if (Number.isNaN(fb)) throw new RangeError('the function is not defined between the ends');
    if (fb > 0 === fc > 0 && fb !== 0 && fc !== 0) [c, fc] = [a, fa];
  }
  return b;
}

interface Points {
  a: number;
  b: number;
  c: number;
  fa: number;
  fb: number;
  fc: number;
}

/** The step p/q of the secant through two places, or of the inverse parabola through three; p is not negative. */
function interpolation({ a, b, c, fa, fb, fc }: Points): { p: number; q: number } {
  const width = c - b;
  const ratio = fb / fa;
  let [p, q] = [width * ratio, 1 - ratio];
  if (a !== c) {
    const [t, t2] = [fa / fc, fb / fc];
    p = ratio * (width * t * (t - t2) - (b - a) * (t2 - 1));
    q = (t - 1) * (ratio - 1) * (t2 - 1);
  }
  if (p > 0) q = -q;
  return { p: Math.abs(p), q };
}
