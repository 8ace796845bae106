export interface MinimiseOptions {
  /** Without it, differences of `f` to both sides. */
  gradient?: (x: Float64Array) => ArrayLike<number>;
  /** Bounds, one a parameter. */
  lower?: ArrayLike<number>;
  upper?: ArrayLike<number>;
  /** It stops when a step lessens the value by less than this share of it, and the gradient agrees. */
  tolerance?: number;
  mostIterations?: number;
}

export interface Minimum {
  x: Float64Array;
  value: number;
  iterations: number;
  converged: boolean;
}

type Objective = (x: Float64Array) => number;

/**
 * The smallest value of a smooth function near a start, within bounds, by BFGS with projection: parameters at a bound that would leave it are held.
 *
 * Where `f` is not finite the step is shortened. Source: Nocedal and Wright, Numerical Optimization, chapters 6 and 16.7.
 *
 * @throws RangeError where `f` is not finite at the start
 */
export function minimise(f: Objective, start: ArrayLike<number>, options: MinimiseOptions = {}): Minimum {
  const { tolerance = 1e-12, mostIterations = 500 } = options;
  const inside = projection(options);
  const gradientAt = (x: Float64Array): Float64Array =>
    options.gradient === undefined ? differences(f, x, options) : Float64Array.from(options.gradient(x));
  let x = inside(Float64Array.from(start));
  let value = f(x);
  if (!Number.isFinite(value)) throw new RangeError('the function to be minimised is not finite at the start');
  let gradient = gradientAt(x);
  let inverse = identity(x.length);
  let isFresh = true;
  for (let iterations = 1; iterations <= mostIterations; iterations += 1) {
    const held = heldAt(x, gradient, options);
    const direction = descent(inverse, gradient, held);
    const found = search(f, inside, { x, value, gradient, direction });
    if (found === undefined) {
      if (isFresh) return { x, value, iterations, converged: true };
      [inverse, isFresh] = [identity(x.length), true];
      continue;
    }
    const next = gradientAt(found.x);
    const change = value - found.value;
    inverse = updated(inverse, difference(found.x, x), difference(next, gradient), isFresh);
    isFresh = false;
    ({ x, value } = found);
    gradient = next;
    if (change <= tolerance * (Math.abs(value) + tolerance)) {
      const flat = stationarity(x, gradient, heldAt(x, gradient, options));
      if (flat <= Math.sqrt(tolerance) * (Math.abs(value) + 1)) return { x, value, iterations, converged: true };
      [inverse, isFresh] = [identity(x.length), true];
    }
  }
  return { x, value, iterations: mostIterations, converged: false };
}

function projection({ lower, upper }: MinimiseOptions): (x: Float64Array) => Float64Array {
  return (x) => x.map((value, at) => Math.min(Math.max(value, lower?.[at] ?? -Infinity), upper?.[at] ?? Infinity));
}

function differences(f: Objective, x: Float64Array, { lower, upper }: MinimiseOptions): Float64Array {
  const probe = Float64Array.from(x);
  return x.map((value, at) => {
    const reach = 6e-6 * Math.max(Math.abs(value), 1e-2);
    const high = Math.min(value + reach, upper?.[at] ?? Infinity);
    const low = Math.max(value - reach, lower?.[at] ?? -Infinity);
    probe[at] = high;
    const above = f(probe);
    probe[at] = low;
    const below = f(probe);
    probe[at] = value;
    return (above - below) / (high - low);
  });
}

function identity(size: number): Float64Array[] {
  return Array.from({ length: size }, (_, at) => Float64Array.from({ length: size }, (__, k) => (k === at ? 1 : 0)));
}

/** Parameters at a bound beyond which the function falls. */
function heldAt(x: Float64Array, gradient: Float64Array, { lower, upper }: MinimiseOptions): boolean[] {
  return Array.from(x, (value, at) => {
    if (value <= (lower?.[at] ?? -Infinity) && gradient[at]! > 0) return true;
    return value >= (upper?.[at] ?? Infinity) && gradient[at]! < 0;
  });
}

function descent(inverse: Float64Array[], gradient: Float64Array, held: boolean[]): Float64Array {
  const direction = gradient.map((_, i) => {
    if (held[i]) return 0;
    let sum = 0;
    for (let j = 0; j < gradient.length; j += 1) if (!held[j]) sum -= inverse[i]![j]! * gradient[j]!;
    return sum;
  });
  const slope = direction.reduce((sum, value, at) => sum + value * gradient[at]!, 0);
  return slope < 0 ? direction : gradient.map((value, at) => (held[at] ? 0 : -value));
}

interface Place {
  x: Float64Array;
  value: number;
  gradient: Float64Array;
  direction: Float64Array;
}

/** The step along a direction that lessens the value enough; undefined where none does. Longer steps are tried while they pay. */
function search(
  f: Objective,
  inside: (x: Float64Array) => Float64Array,
  { x, value, gradient, direction }: Place,
): { x: Float64Array; value: number } | undefined {
  const at = (length: number): { x: Float64Array; value: number } => {
    const place = inside(x.map((each, k) => each + length * direction[k]!));
    return { x: place, value: f(place) };
  };
  const enough = ({ x: place, value: reached }: { x: Float64Array; value: number }): boolean =>
    reached <= value + 1e-4 * gradient.reduce((sum, each, k) => sum + each * (place[k]! - x[k]!), 0) && reached < value;
  let length = 1;
  for (let round = 0; round < 60; round += 1, length /= round < 4 ? 2 : 8) {
    let found = at(length);
    if (!enough(found)) continue;
    for (let growth = 0; growth < 30 && round === 0; growth += 1) {
      length *= 2;
      const longer = at(length);
      if (!(enough(longer) && longer.value < found.value - 0.1 * (value - found.value))) break;
      found = longer;
    }
    return found;
  }
  return undefined;
}

function difference(one: Float64Array, two: Float64Array): Float64Array {
  return one.map((value, at) => value - two[at]!);
}

/** The update of Broyden, Fletcher, Goldfarb and Shanno for the inverse of the matrix of second derivatives. */
function updated(inverse: Float64Array[], s: Float64Array, y: Float64Array, isFresh: boolean): Float64Array[] {
  let [sy, yy] = [0, 0];
  for (let k = 0; k < s.length; k += 1) {
    sy += s[k]! * y[k]!;
    yy += y[k]! * y[k]!;
  }
  if (!(sy > 1e-14 * yy) || !(sy > 0)) return inverse;
  const scale = isFresh ? sy / yy : 1;
  const hy = inverse.map((row) => scale * row.reduce((sum, value, k) => sum + value * y[k]!, 0));
  const yhy = hy.reduce((sum, value, k) => sum + value * y[k]!, 0);
  return inverse.map((row, i) =>
    row.map(
      (value, j) => scale * value + ((1 + yhy / sy) * s[i]! * s[j]!) / sy - (hy[i]! * s[j]! + s[i]! * hy[j]!) / sy,
    ),
  );
}

/** The largest change of the value that the gradient promises for a change of a parameter by its own size. */
function stationarity(x: Float64Array, gradient: Float64Array, held: boolean[]): number {
  return gradient.reduce(
    (most, value, at) => (held[at] ? most : Math.max(most, Math.abs(value) * Math.max(Math.abs(x[at]!), 1))),
    0,
  );
}

/**
 * The smallest value of a rough function near a start, by the simplex of Nelder and Mead; places where it is not finite are left.
 *
 * Source: Nelder and Mead, Computer Journal 1965;7:308, with the restart of Kelley 1999 left to the caller.
 *
 * @param steps the first simplex's reach, one a parameter; a tenth of each if not said
 */
export function minimiseRough(
  f: Objective,
  start: ArrayLike<number>,
  {
    tolerance = 1e-10,
    mostIterations = 5000,
    steps,
  }: { tolerance?: number; mostIterations?: number; steps?: ArrayLike<number> } = {},
): Minimum {
  const size = start.length;
  const valueAt = (x: Float64Array): number => {
    const value = f(x);
    return Number.isNaN(value) ? Infinity : value;
  };
  const corners = Array.from({ length: size + 1 }, (_, corner): { x: Float64Array; value: number } => {
    const x = Float64Array.from(start);
    if (corner > 0)
      x[corner - 1] = x[corner - 1]! + (steps?.[corner - 1] ?? 0.1 * Math.max(Math.abs(x[corner - 1]!), 1));
    return { x, value: valueAt(x) };
  });
  for (let iterations = 1; iterations <= mostIterations; iterations += 1) {
    corners.sort((one, two) => one.value - two.value);
    const [best, second, worst] = [corners[0]!, corners[size - 1]!, corners[size]!];
    if (worst.value - best.value <= tolerance * (Math.abs(best.value) + tolerance))
      return { ...best, iterations, converged: true };
    const centre = new Float64Array(size);
    for (const { x } of corners.slice(0, size)) for (let k = 0; k < size; k += 1) centre[k] = centre[k]! + x[k]! / size;
    const moved = (by: number): { x: Float64Array; value: number } => {
      const x = centre.map((value, k) => value + by * (value - worst.x[k]!));
      return { x, value: valueAt(x) };
    };
    const mirrored = moved(1);
    if (mirrored.value < best.value) {
      const farther = moved(2);
      corners[size] = farther.value < mirrored.value ? farther : mirrored;
    } else if (mirrored.value < second.value) corners[size] = mirrored;
    else {
      const nearer = mirrored.value < worst.value ? moved(0.5) : moved(-0.5);
      if (nearer.value < Math.min(mirrored.value, worst.value)) corners[size] = nearer;
      else
        for (const corner of corners.slice(1)) {
          corner.x = corner.x.map((value, k) => (value + best.x[k]!) / 2);
          corner.value = valueAt(corner.x);
        }
    }
  }
  corners.sort((one, two) => one.value - two.value);
  return { ...corners[0]!, iterations: mostIterations, converged: false };
}
