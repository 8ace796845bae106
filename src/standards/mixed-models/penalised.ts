import {
  choleskyFactor,
  inverseOfFactor,
  logDeterminant,
  type Matrix,
  solveLower,
  solveLowerTransposed,
  zeros,
} from './dense.ts';
import { factorOf, type Term } from './random-terms.ts';

/** What the penalised least squares give for one theta. */
export interface Penalised {
  /** Residual sum of squares with the penalty on the random effects. */
  squares: number;
  /** log |Λ'Z'ZΛ + I| */
  logDeterminant: number;
  /** Cholesky factor of X'V^-1X (in units of the residual variance). */
  fixed: Matrix;
  coefficients: Float64Array;
}

/** More random effects than this, beside those of the factor with the most groups, would need a sparse solver. */
const MOST_CROSSED = 3000;

/** The effects of one other term's group that rows of a group of the first term also belong to. */
interface Crossing {
  term: number;
  /** Its place among the remaining effects. */
  offset: number;
  /** Products of the columns: first term's effects by this term's. */
  products: Matrix;
}

/**
 * Penalised least squares of a linear mixed model, theta by theta, from cross products that are summed once.
 *
 * The effects of the factor with the most groups are eliminated group by group, the others together as a dense matrix: one factor costs time in proportion to its
 * groups, and crossed or nested further factors are allowed.
 * Source: Bates, Mächler, Bolker and Walker, J Stat Softw 2015;67(1), sections 3.2 to 3.6.
 */
export class PenalisedLeastSquares {
  readonly #terms: readonly Term[];
  readonly #first: Groups;
  readonly #crossings: readonly Crossing[][];
  readonly #rest: Rest;
  /** Columns of X (orthonormal) and, last, the response, whose part along X is taken out. */
  readonly #width: number;
  readonly #squares: number;

  constructor(terms: readonly Term[], fixed: readonly Float64Array[], response: Float64Array) {
    const [first, ...others] = terms;
    if (first === undefined) throw new RangeError('a mixed model needs a random term');
    this.#terms = terms;
    this.#width = fixed.length + 1;
    this.#first = new Groups(first, [...fixed, response]);
    this.#rest = restOf(others, [...fixed, response]);
    this.#crossings = crossingsOf(first, others);
    this.#squares = response.reduce((sum, value) => sum + value * value, 0);
  }

  /** NaN squares where the equations are singular in floating point. */
  solve(theta: Float64Array): Penalised {
    return this.#eliminate(theta).penalised;
  }

  /** Per term, per group, the effects in the units of its columns as given (theta's factor applied, the scales undone). */
  effects(theta: Float64Array): Matrix[] {
    const kept: Block[] = [];
    const { penalised, restFactor, restFixed } = this.#eliminate(theta, kept);
    const known = Float64Array.from({ length: this.#width }, (_, at) => -(penalised.coefficients[at] ?? -1));
    const rest = solveLowerTransposed(
      restFactor,
      Float64Array.from(restFixed, (row) => product(row, known)),
    );
    const spherical = kept.map(({ factor, fixed, crossed }) => {
      const right = Float64Array.from(fixed, (row) => product(row, known));
      for (const { offset, products } of crossed)
        for (const [at, row] of products.entries())
          for (const [effect, value] of row.entries()) right[at]! -= value * rest[offset + effect]!;
      return solveLowerTransposed(factor, right);
    });
    return this.#terms.map((term, at) => {
      const own = at === 0 ? spherical : term.labels.map((_, group) => this.#rest.part(rest, at - 1, group));
      const factor = factorOf(term, theta);
      return own.map((u) => Float64Array.from(factor, (row, effect) => product(row, u) / term.scales[effect]!));
    });
  }

  #eliminate(theta: Float64Array, kept?: Block[]): Elimination {
    const factors = this.#terms.map((term) => factorOf(term, theta));
    const rest = this.#rest.scaled(factors.slice(1));
    const known = zeros(this.#width, this.#width);
    for (let at = 0; at < this.#width - 1; at += 1) known[at]![at] = 1;
    known[this.#width - 1]![this.#width - 1] = this.#squares;
    let determinant = 0;
    for (let group = 0; group < this.#first.count; group += 1) {
      const own = this.#first.eliminate(group, factors[0]!, known);
      if (Number.isNaN(own)) return REFUSED;
      determinant += own;
      const crossings = this.#crossings[group];
      if (crossings === undefined && kept === undefined) continue;
      const block = this.#first.block();
      const crossed = (crossings ?? []).map(({ term, offset, products }) => ({
        offset,
        products: solveRows(block.factor, timesFactor(transposeTimes(factors[0]!, products), factors[term]!)),
      }));
      subtractCrossed(rest, crossed, block.fixed);
      kept?.push({ ...block, crossed });
    }
    // It reads the lower triangle, and only that is kept up to date.
    const restFactor = choleskyFactor(rest.products);
    if (restFactor === undefined) return REFUSED;
    determinant += logDeterminant(restFactor);
    const restFixed = solveRows(restFactor, rest.fixed);
    for (const row of restFixed) subtractLower(known, row);
    return { penalised: finish(known, determinant), restFactor, restFixed };
  }
}

/** One group's own equations after elimination. */
interface Block {
  factor: Matrix;
  fixed: Matrix;
  crossed: { offset: number; products: Matrix }[];
}

interface Elimination {
  penalised: Penalised;
  restFactor: Matrix;
  restFixed: Matrix;
}

const REFUSED: Elimination = {
  penalised: { squares: Number.NaN, logDeterminant: Number.NaN, fixed: [], coefficients: new Float64Array(0) },
  restFactor: [],
  restFixed: [],
};

/** The groups of the first term: per group its effects' products with each other and with the known columns, row by row in one array. */
class Groups {
  readonly count: number;
  readonly #effects: number;
  readonly #stride: number;
  readonly #products: Float64Array;
  /** The group that was eliminated last: its factor, and its part in the known columns. */
  readonly #work: Float64Array;

  constructor({ labels, effects, groupOf, columns }: Term, known: readonly Float64Array[]) {
    this.count = labels.length;
    this.#effects = effects;
    this.#stride = effects + known.length;
    this.#products = new Float64Array(this.count * effects * this.#stride);
    this.#work = new Float64Array(effects * this.#stride);
    const all = [...columns, ...known];
    for (const [at, column] of columns.entries())
      for (const [other, values] of all.entries())
        for (let row = 0; row < groupOf.length; row += 1)
          this.#products[(groupOf[row]! * effects + at) * this.#stride + other]! += column[row]! * values[row]!;
  }

  /** Takes the group's effects out of the products of the known columns (their lower triangle); gives the logarithm of its determinant, NaN where it is singular. */
  eliminate(group: number, factor: Matrix, known: Matrix): number {
    const [q, stride, work] = [this.#effects, this.#stride, this.#work];
    const start = group * q * stride;
    // T'[G F]
    for (let row = 0; row < q; row += 1)
      for (let column = 0; column < stride; column += 1) {
        let sum = 0;
        for (let k = row; k < q; k += 1) sum += factor[k]![row]! * this.#products[start + k * stride + column]!;
        work[row * stride + column] = sum;
      }
    // T'GT + I
    for (let row = 0; row < q; row += 1) {
      for (let column = 0; column < q; column += 1) {
        let sum = 0;
        for (let k = column; k < q; k += 1) sum += work[row * stride + k]! * factor[k]![column]!;
        work[row * stride + column] = sum;
      }
      work[row * stride + row]! += 1;
    }
    const determinant = this.#factorise();
    for (let row = 0; row < q; row += 1)
      for (let one = q; one < stride; one += 1) {
        const value = work[row * stride + one]!;
        const target = known[one - q]!;
        for (let two = q; two <= one; two += 1) target[two - q]! -= value * work[row * stride + two]!;
      }
    return determinant;
  }

  /** The lower factor of the work's square part, and the rest of its rows divided by it. */
  #factorise(): number {
    const [q, stride, work] = [this.#effects, this.#stride, this.#work];
    let determinant = 1;
    for (let row = 0; row < q; row += 1) {
      const start = row * stride;
      for (let column = 0; column < row; column += 1) {
        let sum = work[start + column]!;
        for (let k = 0; k < column; k += 1) sum -= work[start + k]! * work[column * stride + k]!;
        work[start + column] = sum / work[column * stride + column]!;
      }
      let square = work[start + row]!;
      for (let k = 0; k < row; k += 1) square -= work[start + k]! ** 2;
      if (!(square > 0)) return Number.NaN;
      determinant *= square;
      const pivot = Math.sqrt(square);
      work[start + row] = pivot;
      for (let column = q; column < stride; column += 1) {
        let sum = work[start + column]!;
        for (let k = 0; k < row; k += 1) sum -= work[start + k]! * work[k * stride + column]!;
        work[start + column] = sum / pivot;
      }
    }
    return Math.log(determinant);
  }

  block(): { factor: Matrix; fixed: Matrix } {
    const rows = Array.from({ length: this.#effects }, (_, row) =>
      this.#work.slice(row * this.#stride, (row + 1) * this.#stride),
    );
    return {
      factor: rows.map((row) => row.slice(0, this.#effects)),
      fixed: rows.map((row) => row.slice(this.#effects)),
    };
  }
}

/** The effects of all terms but the first: their products with each other and with the known columns. */
interface Rest {
  scaled(factors: readonly Matrix[]): { products: Matrix; fixed: Matrix };
  /** One group's part of a vector of all these effects. */
  part(values: Float64Array, term: number, group: number): Float64Array;
}

function restOf(terms: readonly Term[], known: readonly Float64Array[]): Rest {
  const offsets = offsetsOf(terms);
  const size = offsets.at(-1)!;
  if (size > MOST_CROSSED)
    throw new RangeError(`there are more than ${MOST_CROSSED} random effects beside those of the largest factor`);
  const all = zeros(size, size);
  const withKnown = zeros(size, known.length);
  const rows = terms[0]?.groupOf.length ?? 0;
  for (const [one, term] of terms.entries())
    for (const [effect, column] of term.columns.entries())
      for (let row = 0; row < rows; row += 1) {
        const place = offsets[one]! + term.groupOf[row]! * term.effects + effect;
        for (const [at, values] of known.entries()) withKnown[place]![at]! += column[row]! * values[row]!;
        for (const [two, other] of terms.entries())
          for (const [at, values] of other.columns.entries())
            all[place]![offsets[two]! + other.groupOf[row]! * other.effects + at]! += column[row]! * values[row]!;
      }
  return {
    part: (values, term, group) => {
      const start = offsets[term]! + group * terms[term]!.effects;
      return values.slice(start, start + terms[term]!.effects);
    },
    scaled(factors) {
      const products = all.map((row) => row.slice());
      const fixed = withKnown.map((row) => row.slice());
      for (const [at, term] of terms.entries())
        for (let group = 0; group < term.labels.length; group += 1) {
          const start = offsets[at]! + group * term.effects;
          scaleRows(products, start, factors[at]!);
          scaleRows(fixed, start, factors[at]!);
          for (const row of products) scaleColumns(row, start, factors[at]!);
        }
      for (const [at, row] of products.entries()) row[at]! += 1;
      return { products, fixed };
    },
  };
}

/** Per group of the first term, where it meets the groups of the others; empty where there are no others. */
function crossingsOf(first: Term, others: readonly Term[]): Crossing[][] {
  if (others.length === 0) return [];
  const offsets = offsetsOf(others);
  const found = first.labels.map(() => new Map<number, Crossing>());
  for (let row = 0; row < first.groupOf.length; row += 1)
    for (const [at, term] of others.entries()) {
      const own = found[first.groupOf[row]!]!;
      const offset = offsets[at]! + term.groupOf[row]! * term.effects;
      const crossing = own.get(offset) ?? { term: at + 1, offset, products: zeros(first.effects, term.effects) };
      own.set(offset, crossing);
      for (const [one, values] of first.columns.entries())
        for (const [two, column] of term.columns.entries())
          crossing.products[one]![two]! += values[row]! * column[row]!;
    }
  return found.map((own) => [...own.values()]);
}

/** Takes a group's effects out of the equations of the rest. */
function subtractCrossed(rest: { products: Matrix; fixed: Matrix }, crossed: Block['crossed'], fixed: Matrix): void {
  for (const [at, one] of crossed.entries())
    for (const [own, row] of one.products.entries()) {
      for (const [effect, value] of row.entries()) {
        const target = rest.fixed[one.offset + effect]!;
        for (let column = 0; column < target.length; column += 1) target[column]! -= value * fixed[own]![column]!;
      }
      for (const two of crossed.slice(at))
        subtractBlock(rest.products, row, one.offset, two.products[own]!, two.offset);
    }
}

/** u v' taken out of a symmetric target where it falls into its lower triangle. */
function subtractBlock(target: Matrix, u: Float64Array, uStart: number, v: Float64Array, vStart: number): void {
  const [low, lowStart, high, highStart] = uStart >= vStart ? [u, uStart, v, vStart] : [v, vStart, u, uStart];
  for (let at = 0; at < low.length; at += 1)
    for (let column = 0; column < high.length; column += 1)
      target[lowStart + at]![highStart + column]! -= low[at]! * high[column]!;
}

/** From what is left of the products of X and y (their lower triangle): the coefficients and the residual sum of squares. */
function finish(known: Matrix, determinant: number): Penalised {
  const p = known.length - 1;
  const fixed = choleskyFactor(known.slice(0, p));
  if (fixed === undefined) return REFUSED.penalised;
  const along = solveLower(fixed, known[p]!.slice(0, p));
  const squares = known[p]![p]! - along.reduce((sum, value) => sum + value * value, 0);
  return { squares, logDeterminant: determinant, fixed, coefficients: solveLowerTransposed(fixed, along) };
}

/** The covariance of the fixed coefficients in units of the residual variance. */
export function unscaledCovariance({ fixed }: Penalised): Matrix {
  return inverseOfFactor(fixed);
}

function offsetsOf(terms: readonly Term[]): number[] {
  const offsets = [0];
  for (const term of terms) offsets.push(offsets.at(-1)! + term.effects * term.labels.length);
  return offsets;
}

function product(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += a[at]! * b[at]!;
  return sum;
}

/** factor' a, for a lower triangular factor. */
function transposeTimes(factor: Matrix, a: Matrix): Matrix {
  const width = a[0]?.length ?? 0;
  const found = zeros(factor.length, width);
  for (let row = 0; row < factor.length; row += 1)
    for (let k = row; k < factor.length; k += 1) {
      const value = factor[k]![row]!;
      for (let column = 0; column < width; column += 1) found[row]![column]! += value * a[k]![column]!;
    }
  return found;
}

/** a factor, for a lower triangular factor; in place. */
function timesFactor(a: Matrix, factor: Matrix): Matrix {
  for (const row of a) scaleColumns(row, 0, factor);
  return a;
}

/** From `start` on, the row's elements times the factor, in place. */
function scaleColumns(row: Float64Array, start: number, factor: Matrix): void {
  for (let column = 0; column < factor.length; column += 1) {
    let sum = 0;
    for (let k = column; k < factor.length; k += 1) sum += row[start + k]! * factor[k]![column]!;
    row[start + column] = sum;
  }
}

/** From `start` on, factor' times the rows, in place. */
function scaleRows(a: Matrix, start: number, factor: Matrix): void {
  const scaled = transposeTimes(factor, a.slice(start, start + factor.length));
  for (const [at, row] of scaled.entries()) a[start + at] = row;
}

/** L^-1 a, in place. */
function solveRows(factor: Matrix, a: Matrix): Matrix {
  for (let row = 0; row < factor.length; row += 1) {
    const own = a[row]!;
    for (let k = 0; k < row; k += 1) {
      const value = factor[row]![k]!;
      const other = a[k]!;
      for (let column = 0; column < own.length; column += 1) own[column]! -= value * other[column]!;
    }
    const scale = 1 / factor[row]![row]!;
    for (let column = 0; column < own.length; column += 1) own[column]! *= scale;
  }
  return a;
}

/** target - v v', its lower triangle. */
function subtractLower(target: Matrix, v: Float64Array): void {
  for (let at = 0; at < v.length; at += 1) {
    const row = target[at]!;
    for (let column = 0; column <= at; column += 1) row[column]! -= v[at]! * v[column]!;
  }
}
