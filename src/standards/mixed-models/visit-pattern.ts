import { type Matrix, zeros } from './dense.ts';

/** Subjects with the same visits, who share one covariance matrix. */
export class VisitPattern {
  /** Their places among all visits. */
  readonly visits: readonly number[];
  readonly count: number;
  readonly #width: number;
  /** Subject by subject, visit by visit, the columns. */
  readonly #values: Float64Array;
  /** One subject's rows on the way. */
  readonly #scratch: Float64Array;

  /** @param subjects per subject its rows, in the order of the visits */
  constructor(visits: readonly number[], subjects: readonly number[][], columns: readonly Float64Array[]) {
    this.visits = visits;
    this.count = subjects.length;
    this.#width = columns.length;
    this.#values = new Float64Array(subjects.length * visits.length * columns.length);
    this.#scratch = new Float64Array(visits.length * columns.length);
    let next = 0;
    for (const rows of subjects)
      for (const row of rows)
        for (const column of columns) {
          this.#values[next] = column[row]!;
          next += 1;
        }
  }

  /** The rows and columns of these visits. */
  part(sigma: Matrix): Matrix {
    return this.visits.map((one) => Float64Array.from(this.visits, (two) => sigma[one]![two]!));
  }

  /** Adds Z'V^-1 Z over the subjects to the lower triangle of the target, Z being all columns and V = L L'. */
  addProducts(factor: Matrix, target: Matrix): void {
    const [size, width, scratch] = [this.visits.length, this.#width, this.#scratch];
    for (let start = 0; start < this.#values.length; start += size * width) {
      for (let visit = 0; visit < size; visit += 1) {
        const row = factor[visit]!;
        const scale = 1 / row[visit]!;
        for (let column = 0; column < width; column += 1) {
          let sum = this.#values[start + visit * width + column]!;
          for (let k = 0; k < visit; k += 1) sum -= row[k]! * scratch[k * width + column]!;
          scratch[visit * width + column] = sum * scale;
        }
      }
      for (let visit = 0; visit < size * width; visit += width)
        for (let one = 0; one < width; one += 1) {
          const value = scratch[visit + one]!;
          if (value === 0) continue;
          const own = target[one]!;
          for (let two = 0; two <= one; two += 1) own[two]! += value * scratch[visit + two]!;
        }
    }
  }

  /** The sum over the subjects of r r', r being the last column without its fitted part, and of X C X' where a root of C (lower triangular) is given. */
  spread(beta: Float64Array, root: Matrix | undefined): Matrix {
    const [size, width, p] = [this.visits.length, this.#width, this.#width - 1];
    const images = this.#scratch;
    const total = zeros(size, size);
    for (let start = 0; start < this.#values.length; start += size * width) {
      for (let visit = 0; visit < size; visit += 1) {
        const from = start + visit * width;
        let residual = this.#values[from + p]!;
        for (let k = 0; k < p; k += 1) residual -= beta[k]! * this.#values[from + k]!;
        for (let column = 0; column < p; column += 1) {
          let sum = 0;
          if (root !== undefined)
            for (let k = column; k < p; k += 1) sum += this.#values[from + k]! * root[k]![column]!;
          images[visit * width + column] = sum;
        }
        images[visit * width + p] = residual;
      }
      for (let one = 0; one < size; one += 1)
        for (let two = 0; two <= one; two += 1) {
          let sum = 0;
          for (let k = 0; k < width; k += 1) sum += images[one * width + k]! * images[two * width + k]!;
          total[one]![two]! += sum;
        }
    }
    for (let one = 0; one < size; one += 1) for (let two = 0; two < one; two += 1) total[two]![one] = total[one]![two]!;
    return total;
  }
}

interface Observed {
  subject: readonly (string | number)[];
  visit: readonly (string | number)[];
}

/**
 * The subjects by the visits that they have.
 *
 * @throws RangeError where a row has no subject or visit, or a subject two rows for a visit
 */
export function patternsOf(
  { subject, visit }: Observed,
  visits: readonly (string | number)[],
  columns: readonly Float64Array[],
): VisitPattern[] {
  const n = columns[0]!.length;
  if (subject.length !== n || visit.length !== n)
    throw new RangeError('each observation needs its subject and its visit');
  const rankOf = new Map(visits.map((label, rank) => [label, rank]));
  const patterns = new Map<string, { own: number[]; subjects: number[][] }>();
  for (const rows of rowsBySubject(subject)) {
    const rank = (row: number): number => rankOf.get(visit[row]!)!;
    rows.sort((a, b) => rank(a) - rank(b));
    const own = rows.map(rank);
    if (new Set(own).size < own.length) throw new RangeError('a subject has two observations at one visit');
    const pattern = patterns.get(own.join()) ?? { own, subjects: [] };
    pattern.subjects.push(rows);
    patterns.set(own.join(), pattern);
  }
  return [...patterns.values()].map(({ own, subjects }) => new VisitPattern(own, subjects, columns));
}

function rowsBySubject(subject: readonly (string | number)[]): number[][] {
  const found = new Map<string | number, number[]>();
  for (const [row, label] of subject.entries()) {
    const known = found.get(label);
    if (known === undefined) found.set(label, [row]);
    else known.push(row);
  }
  return [...found.values()];
}
