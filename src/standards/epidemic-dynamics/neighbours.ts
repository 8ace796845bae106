/** How much of one unit's cases reaches another: entry [from][to]. */
export type WeightMatrix = readonly ArrayLike<number>[];

/** Weights that fall as a power of how many borders lie between two units, the power to be found. */
export interface DecayingWeights {
  /** Borders between each pair of units, 0 for the same unit. */
  orders: WeightMatrix;
  /** Beyond so many nothing arrives. */
  most: number;
  /** The weights out of each unit add up to 1. */
  normalised?: boolean | undefined;
  /** The logarithm of the power is what is found. */
  logarithmic?: boolean | undefined;
  start?: number | undefined;
}

export type NeighbourWeights = WeightMatrix | DecayingWeights;

/** The weighted sum of the others' earlier cases, by time and unit, and its derivatives by the power. */
export interface WeightedNeighbours {
  value: Float64Array[];
  first: Float64Array[];
  second: Float64Array[];
}

/**
 * @throws RangeError when the weights are not one for each pair of units, or not finite
 */
export function weightedNeighbours(
  counts: readonly ArrayLike<number>[],
  weights: NeighbourWeights,
  lag: number,
): { start: WeightedNeighbours; decay?: { at: (parameter: number) => WeightedNeighbours; start: number } } {
  if (!isDecaying(weights)) {
    check(weights, counts[0]!.length);
    const value = spread(counts, weights, lag);
    return { start: { value, first: [], second: [] } };
  }
  check(weights.orders, counts[0]!.length);
  const { logarithmic = false, start = logarithmic ? 0 : 1 } = weights;
  const at = (parameter: number): WeightedNeighbours => {
    const { value, first, second } = decayed(weights, parameter);
    return {
      value: spread(counts, value, lag),
      first: spread(counts, first, lag),
      second: spread(counts, second, lag),
    };
  };
  return { start: at(start), decay: { at, start } };
}

function isDecaying(weights: NeighbourWeights): weights is DecayingWeights {
  return 'orders' in weights;
}

function check(matrix: WeightMatrix, units: number): void {
  const isWhole = matrix.length === units && matrix.every((row) => row.length === units);
  if (!isWhole || !matrix.every((row) => Array.from(row).every(Number.isFinite)))
    throw new RangeError('the weights of neighbours must be known for each pair of units');
}

/** Before the first lag has passed, NaN; a missing count makes missing what it would reach. */
function spread(counts: readonly ArrayLike<number>[], weights: WeightMatrix, lag: number): Float64Array[] {
  return counts.map((row, time) => {
    const sums = new Float64Array(row.length);
    const before = counts[time - lag];
    if (before === undefined) return sums.fill(Number.NaN);
    for (let from = 0; from < row.length; from += 1)
      if (before[from] !== 0)
        for (let to = 0; to < row.length; to += 1) sums[to]! += before[from]! * weights[from]![to]!;
    return sums;
  });
}

interface Derivatives {
  value: Float64Array[];
  first: Float64Array[];
  second: Float64Array[];
}

/** order^-power, divided by its sum over all to if wanted, with derivatives by the parameter. */
function decayed({ orders, most, normalised, logarithmic }: DecayingWeights, parameter: number): Derivatives {
  const power = logarithmic ? Math.exp(parameter) : parameter;
  const result: Derivatives = { value: [], first: [], second: [] };
  for (const row of orders) {
    const logs = Float64Array.from(row, (order) => (order >= 1 && order <= most ? Math.log(order) : Number.NaN));
    const raw = logs.map((log) => (Number.isNaN(log) ? 0 : Math.exp(-power * log)));
    const sum = raw.reduce((total, each) => total + each, 0);
    if (normalised && !(sum > 0)) throw new RangeError('a unit without neighbours: its weights cannot add up to 1');
    const value = normalised ? raw.map((each) => each / sum) : raw;
    const [mean, square] = normalised ? logMoments(value, logs) : [0, 0];
    const first = value.map((each, to) => (each === 0 ? 0 : each * (mean - logs[to]!)));
    const second = value.map((each, to) =>
      each === 0 ? 0 : each * ((mean - logs[to]!) ** 2 - (square - mean * mean)),
    );
    result.value.push(value);
    result.first.push(logarithmic ? first.map((each) => each * power) : first);
    result.second.push(logarithmic ? second.map((each, to) => each * power * power + first[to]! * power) : second);
  }
  return result;
}

function logMoments(shares: Float64Array, logs: Float64Array): [number, number] {
  let mean = 0;
  let square = 0;
  for (const [to, share] of shares.entries()) {
    if (share === 0) continue;
    mean += share * logs[to]!;
    square += share * logs[to]! ** 2;
  }
  return [mean, square];
}
