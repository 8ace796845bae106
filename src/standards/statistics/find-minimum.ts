const GOLDEN = (3 - Math.sqrt(5)) / 2;
const ROOT_EPS = Math.sqrt(Number.EPSILON);

/**
 * Where `f` is smallest between two places, as R's optimize. Source: Brent, Algorithms for Minimization without Derivatives, 1973, chapter 5.
 *
 * @param tolerance how near the place must be; R has 1.2e-4
 */
export function findMinimum(
  f: (x: number) => number,
  low: number,
  high: number,
  tolerance = 1e-8,
): { x: number; value: number } {
  let [a, b] = [low, high];
  let x = a + GOLDEN * (b - a);
  let [v, w] = [x, x];
  let fx = f(x);
  let [fv, fw] = [fx, fx];
  let [step, before] = [0, 0];
  for (let round = 0; round < 1000; round += 1) {
    const middle = (a + b) / 2;
    const near = ROOT_EPS * Math.abs(x) + tolerance / 3;
    if (Math.abs(x - middle) <= 2 * near - (b - a) / 2) break;
    const parabola = Math.abs(before) > near ? parabolaStep(x, v, w, fx, fv, fw) : undefined;
    const last = before;
    before = step;
    if (parabola !== undefined && Math.abs(parabola) < Math.abs(last / 2) && x + parabola > a && x + parabola < b) {
      step = parabola;
      const u = x + step;
      if (u - a < 2 * near || b - u < 2 * near) step = x >= middle ? -near : near;
    } else {
      before = x < middle ? b - x : a - x;
      step = GOLDEN * before;
    }
    const u = x + (Math.abs(step) >= near ? step : step > 0 ? near : -near);
    const fu = f(u);
    if (fu <= fx) {
      if (u < x) b = x;
      else a = x;
      [v, w, x] = [w, x, u];
      [fv, fw, fx] = [fw, fx, fu];
      continue;
    }
    if (u < x) a = u;
    else b = u;
    if (fu <= fw || w === x) {
      [v, w] = [w, u];
      [fv, fw] = [fw, fu];
    } else if (fu <= fv || v === x || v === w) [v, fv] = [u, fu];
  }
  return { x, value: fx };
}

/** To the bottom of the parabola through three places. */
function parabolaStep(x: number, v: number, w: number, fx: number, fv: number, fw: number): number {
  const r = (x - w) * (fx - fv);
  const q = (x - v) * (fx - fw);
  return -((x - v) * q - (x - w) * r) / (2 * (q - r));
}
