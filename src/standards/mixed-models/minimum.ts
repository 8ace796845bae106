import { addOuter, addTo, dot, invert, type Matrix, zeros } from './dense.ts';

export type Smooth = (at: Float64Array) => number;
export type Gradient = (at: Float64Array) => Float64Array;

interface Place {
  at: Float64Array;
  value: number;
}

export interface Minimum extends Place {
  converged: boolean;
  /** The second derivatives there, or a negligible step before. */
  hessian: Matrix;
}

const MOST_STEPS = 500;
/** A step whose gain is below this share of the value ends the descent. */
const LEAST_GAIN = 1e-14;

/**
 * The minimum of a smooth function near a start: quasi-Newton steps (BFGS), then Newton's own until the gradient is rounding.
 *
 * The function may answer NaN or infinity where it is not defined; the steps then turn back.
 *
 * @param gradient without it, differences of the function
 */
export function minimum(f: Smooth, start: Float64Array, gradient?: Gradient): Minimum {
  const descent = descend(f, start, gradient ?? ((at) => slopes(f, at, 1e-4)));
  const hessian =
    gradient === undefined
      ? (at: Float64Array) => curvatures(f, at)
      : (at: Float64Array) => symmetric(jacobianOf(gradient, at));
  const fine =
    gradient ??
    ((at: Float64Array) =>
      Float64Array.from(
        jacobianOf((x) => Float64Array.of(f(x)), at),
        (row) => row[0]!,
      ));
  const polished = polish(f, descent, fine, hessian);
  return { ...polished, converged: descent.converged };
}

function descend(f: Smooth, start: Float64Array, gradient: Gradient): Place & { converged: boolean } {
  let at: Float64Array = start.slice();
  let value = f(at);
  let slope = gradient(at);
  let inverse = identity(at.length);
  let isFresh = true;
  for (let step = 0; step < MOST_STEPS; step += 1) {
    let direction = inverse.map((row) => -dot(row, slope));
    if (!(direction.reduce((sum, d, k) => sum + d * slope[k]!, 0) < 0)) {
      inverse = identity(at.length);
      direction = Array.from(slope, (s) => -s);
      isFresh = true;
    }
    const found = searchLine(f, at, value, Float64Array.from(direction), slope, isFresh);
    if (found === undefined) {
      if (isFresh) return { at, value, converged: true };
      inverse = identity(at.length);
      isFresh = true;
      continue;
    }
    const nextSlope = gradient(found.at);
    const move = found.at.map((x, k) => x - at[k]!);
    const change = nextSlope.map((s, k) => s - slope[k]!);
    const gain = value - found.value;
    update(inverse, move, change, isFresh);
    isFresh = false;
    [at, value, slope] = [found.at, found.value, nextSlope];
    if (gain <= LEAST_GAIN * (Math.abs(value) + 1)) return { at, value, converged: true };
  }
  return { at, value, converged: false };
}

/** A step along the direction that gains enough for its slope; undefined where none does. */
function searchLine(
  f: Smooth,
  from: Float64Array,
  value: number,
  direction: Float64Array,
  slope: Float64Array,
  isFresh: boolean,
): Place | undefined {
  const decline = dot(direction, slope);
  const size = Math.sqrt(dot(direction, direction));
  let reach = isFresh ? Math.min(1, 0.5 / size) : 1;
  for (let halvings = 0; halvings < 50; halvings += 1) {
    const at = from.map((x, k) => x + reach * direction[k]!);
    const next = f(at);
    if (next <= value + 1e-4 * reach * decline) return { at, value: next };
    // Where the parabola through both values and the slope has its minimum, within bounds.
    const parabola = (-decline * reach * reach) / (2 * (next - value - decline * reach));
    reach = parabola > 0.1 * reach && parabola < 0.5 * reach ? parabola : reach * 0.3;
  }
  return undefined;
}

/** The BFGS update of the inverse Hessian, in place. */
function update(inverse: Matrix, move: Float64Array, change: Float64Array, isFresh: boolean): void {
  const curvature = dot(move, change);
  if (!(curvature > 1e-12 * Math.sqrt(dot(move, move) * dot(change, change)))) return;
  if (isFresh) for (const [k, row] of inverse.entries()) row[k] = curvature / dot(change, change);
  const image = Float64Array.from(inverse, (row) => dot(row, change));
  addOuter(inverse, move, move, (1 + dot(change, image) / curvature) / curvature);
  addOuter(inverse, move, image, -1 / curvature);
  addOuter(inverse, image, move, -1 / curvature);
}

/** A Newton step below this share of a parameter changes the second derivatives no more. */
const NEGLIGIBLE = 1e-4;

function polish(
  f: Smooth,
  { at: start, value: first }: Place,
  gradient: Gradient,
  hessianAt: (at: Float64Array) => Matrix,
): Place & { hessian: Matrix } {
  let [at, value, slope]: [Float64Array, number, Float64Array] = [start, first, gradient(start)];
  let hessian = hessianAt(at);
  for (let step = 0; step < 3; step += 1) {
    const inverse = invert(hessian);
    if (inverse === undefined) break;
    const next = at.map((x, k) => x - dot(inverse[k]!, slope));
    const found = f(next);
    if (!(found <= value + 1e-12 * Math.abs(value))) break;
    const nextSlope = gradient(next);
    if (!(dot(nextSlope, nextSlope) < dot(slope, slope))) break;
    const isNegligible = next.every((x, k) => Math.abs(x - at[k]!) < NEGLIGIBLE * Math.max(Math.abs(x), 0.1));
    [at, value, slope] = [next, found, nextSlope];
    if (isNegligible) break;
    hessian = hessianAt(at);
  }
  return { at, value, hessian };
}

function identity(size: number): Matrix {
  return zeros(size, size).map((row, at) => row.fill(1, at, at + 1));
}

/** Derivatives by central differences. */
function slopes(f: Smooth, at: Float64Array, width: number): Float64Array {
  return at.map((x, k) => {
    const h = widthAt(x, width);
    return (f(moved(at, k, h)) - f(moved(at, k, -h))) / (2 * h);
  });
}

/** Second derivatives from the values alone, by central differences of two widths, which leaves an error of the fourth order. */
export function curvatures(f: Smooth, at: Float64Array, width = 1e-2): Matrix {
  const [wide, narrow] = [curvaturesOf(f, at, 2 * width), curvaturesOf(f, at, width)];
  return narrow.map((row, k) => row.map((value, other) => (4 * value - wide[k]![other]!) / 3));
}

function curvaturesOf(f: Smooth, at: Float64Array, width: number): Matrix {
  const found = zeros(at.length, at.length);
  const middle = f(at);
  for (const [one, x] of at.entries()) {
    const h = widthAt(x, width);
    const [up, down] = [moved(at, one, h), moved(at, one, -h)];
    found[one]![one] = (f(up) - 2 * middle + f(down)) / (h * h);
    for (let two = 0; two < one; two += 1) {
      const w = widthAt(at[two]!, width);
      const both = f(moved(up, two, w)) - f(moved(up, two, -w)) - f(moved(down, two, w)) + f(moved(down, two, -w));
      found[one]![two] = found[two]![one] = both / (4 * h * w);
    }
  }
  return found;
}

/** Per parameter a row: the derivatives of a vector, by central differences of two widths. */
export function jacobianOf(f: (at: Float64Array) => Float64Array, at: Float64Array, width = 1e-3): Matrix {
  return Array.from(at, (x, k) => {
    const h = widthAt(x, width);
    const near = f(moved(at, k, h)).slice();
    addTo(near, f(moved(at, k, -h)), -1);
    const far = f(moved(at, k, 2 * h)).slice();
    addTo(far, f(moved(at, k, -2 * h)), -1);
    return near.map((value, row) => (8 * value - far[row]!) / (12 * h));
  });
}

/** The second derivatives from those of the gradient. */
function symmetric(rows: Matrix): Matrix {
  return rows.map((row, k) => row.map((value, other) => (value + rows[other]![k]!) / 2));
}

function widthAt(x: number, width: number): number {
  return width * Math.max(Math.abs(x), 0.1);
}

function moved(at: Float64Array, k: number, by: number): Float64Array {
  const next = at.slice();
  next[k]! += by;
  return next;
}
