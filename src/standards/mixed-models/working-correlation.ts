import { type Matrix, zeros } from './dense.ts';

export type WorkingCorrelation = 'independence' | 'exchangeable' | 'ar1' | 'unstructured' | 'userdefined' | 'fixed';

/** The observations of one cluster, in the order of their occasions. */
export interface Cluster {
  rows: Int32Array;
  /** When each was observed: only differences (ar1) or the order (unstructured) matter. */
  occasions: Float64Array;
}

/** One structure, for one cluster: its correlations per pair 1:2, 1:3, ... 2:3, ... and their derivatives. */
export interface Structure {
  /** The parameters to begin with. */
  start: Float64Array;
  /** Clusters with the same key have the same matrix. */
  keyOf(cluster: Cluster, at: number): string | number;
  correlations(alpha: Float64Array, cluster: Cluster, at: number): Float64Array;
  /** Per pair a row, per parameter a column. */
  derivatives(alpha: Float64Array, cluster: Cluster, at: number): Matrix;
}

/**
 * @param design for `userdefined` (each pair's correlation is its row times the parameters) and `fixed` (one column: the correlations): the pairs of the first cluster,
 *   of the second, and so on
 * @throws RangeError where the design has another number of rows than there are pairs
 */
export function structureOf(
  name: WorkingCorrelation,
  clusters: readonly Cluster[],
  design?: readonly (readonly number[])[],
): Structure {
  if (name === 'exchangeable') return EXCHANGEABLE;
  if (name === 'ar1') return autoregressive(clusters);
  if (name === 'unstructured') return unstructured(clusters);
  if (name === 'independence') return INDEPENDENT;
  return designed(clusters, design ?? [], name === 'fixed');
}

function pairsIn({ rows }: Cluster): number {
  return (rows.length * (rows.length - 1)) / 2;
}

/** The whole matrix of one cluster. */
export function correlationMatrix(size: number, correlations: Float64Array): Matrix {
  const matrix = zeros(size, size);
  let pair = 0;
  for (let one = 0; one < size; one += 1) {
    matrix[one]![one] = 1;
    for (let two = one + 1; two < size; two += 1) {
      matrix[one]![two] = matrix[two]![one] = correlations[pair]!;
      pair += 1;
    }
  }
  return matrix;
}

const INDEPENDENT: Structure = {
  start: new Float64Array(0),
  keyOf: ({ rows }) => rows.length,
  correlations: (_, cluster) => new Float64Array(pairsIn(cluster)),
  derivatives: (_, cluster) => zeros(pairsIn(cluster), 0),
};

const EXCHANGEABLE: Structure = {
  start: new Float64Array(1),
  keyOf: ({ rows }) => rows.length,
  correlations: (alpha, cluster) => new Float64Array(pairsIn(cluster)).fill(alpha[0]!),
  derivatives: (_, cluster) => zeros(pairsIn(cluster), 1).map((row) => row.fill(1)),
};

function autoregressive(clusters: readonly Cluster[]): Structure {
  const keys = clusters.map(({ occasions }) => occasions.map((occasion) => occasion - occasions[0]!).join());
  // At 0 only neighbours tell of the correlation.
  const hasNeighbours = clusters.some((cluster) => lagsOf(cluster).includes(1));
  return {
    start: Float64Array.of(hasNeighbours ? 0 : 0.2),
    keyOf: (_, at) => keys[at]!,
    correlations: (alpha, cluster) => lagsOf(cluster).map((lag) => alpha[0]! ** lag),
    derivatives: (alpha, cluster) =>
      Array.from(lagsOf(cluster), (lag) => Float64Array.of(lag === 1 ? 1 : lag * alpha[0]! ** (lag - 1))),
  };
}

function lagsOf({ occasions }: Cluster): Float64Array {
  const lags: number[] = [];
  for (let one = 0; one < occasions.length; one += 1)
    for (let two = one + 1; two < occasions.length; two += 1) lags.push(Math.abs(occasions[two]! - occasions[one]!));
  return Float64Array.from(lags);
}

/** A parameter for each pair of occasions. */
function unstructured(clusters: readonly Cluster[]): Structure {
  const all = [...new Set(clusters.flatMap(({ occasions }) => [...occasions]))].sort((a, b) => a - b);
  const rankOf = new Map(all.map((occasion, rank) => [occasion, rank]));
  const pairsOf = ({ occasions }: Cluster): number[] => {
    const ranks = Array.from(occasions, (occasion) => rankOf.get(occasion)!);
    return ranks.flatMap((one, at) => ranks.slice(at + 1).map((two) => pairIndex(one, two, all.length)));
  };
  const parameters = (all.length * (all.length - 1)) / 2;
  const keys = clusters.map(({ occasions }) => occasions.join());
  return {
    start: new Float64Array(parameters),
    keyOf: (_, at) => keys[at]!,
    correlations: (alpha, cluster) => Float64Array.from(pairsOf(cluster), (pair) => alpha[pair]!),
    derivatives: (_, cluster) =>
      pairsOf(cluster).map((pair) => {
        const row = new Float64Array(parameters);
        row[pair] = 1;
        return row;
      }),
  };
}

/** Where the pair stands among 1:2, 1:3, ... 2:3, ... */
function pairIndex(one: number, two: number, occasions: number): number {
  return one * occasions - (one * (one + 1)) / 2 + (two - one - 1);
}

function designed(clusters: readonly Cluster[], design: readonly (readonly number[])[], isFixed: boolean): Structure {
  const starts = [0];
  for (const [at, cluster] of clusters.entries()) starts.push(starts[at]! + pairsIn(cluster));
  if (starts.at(-1) !== design.length)
    throw new RangeError('the correlation design needs one row for each pair within each cluster');
  const rowsOf = (at: number): Matrix => design.slice(starts[at], starts[at + 1]).map((row) => Float64Array.from(row));
  const parameters = isFixed ? 0 : (design[0]?.length ?? 0);
  return {
    start: new Float64Array(parameters),
    keyOf: (_, at) => at,
    correlations: (alpha, _, at) =>
      Float64Array.from(rowsOf(at), (row) =>
        isFixed ? row[0]! : row.reduce((sum, value, column) => sum + value * alpha[column]!, 0),
      ),
    derivatives: (_, __, at) => (isFixed ? rowsOf(at).map(() => new Float64Array(0)) : rowsOf(at)),
  };
}
