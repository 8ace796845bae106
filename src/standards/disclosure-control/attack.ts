import type { Relation } from './frame.ts';
import type { LinearRow, Solver } from './linear.ts';
import type { Protection } from './primary.ts';

/** One kind of number that a table tells in all its cells: persons, or a sum. All kinds are hidden in the same cells. */
export interface Layer {
  values: Float64Array;
  /** What everybody knows beforehand of any cell, told or not. */
  low: Float64Array;
  high: Float64Array;
  /** Whole numbers: the attacker may use that too. */
  whole: boolean;
  /** Cells that must be hidden, and how well. */
  needs: ReadonlyMap<number, Protection>;
  /** Cells of which nothing was told in this layer anyhow. */
  hiddenAnyhow?: ReadonlySet<number>;
  /** What sums to what, where the layer has cells of its own beyond those that can be hidden. */
  relations?: readonly Relation[];
}

/** What can be concluded of a cell from all that is told. */
export interface Interval {
  cell: number;
  low: number;
  high: number;
}

/** Numbers closer than this are the same: solvers answer to about 1e-7. */
export const NEARLY = 1e-6;

/**
 * An attacker of one layer: knows the told cells, what sums to what, and what everybody knows, and bounds a hidden cell by linear programming.
 * Everything is said as deviation from the truth, so that the truth is 0.
 *
 * Source: Fischetti and Salazar-González, Management Science 2001;47:1008, the attacker subproblems.
 */
export class Attacker {
  readonly #layer: Layer;
  readonly #relations: readonly Relation[];
  readonly #solve: Solver;
  readonly #hidden: readonly number[];
  readonly #places: ReadonlyMap<number, number>;
  readonly #components: readonly Component[];
  readonly #componentOf: Int32Array;
  /** The furthest deviations seen of each cell, each within a consistent table. */
  readonly #downTo: Float64Array;
  readonly #upTo: Float64Array;

  constructor(layer: Layer, relations: readonly Relation[], hidden: ReadonlySet<number>, solve: Solver) {
    this.#layer = layer;
    this.#relations = layer.relations ?? relations;
    this.#solve = solve;
    this.#hidden = [...new Set([...hidden, ...(layer.hiddenAnyhow ?? [])])].sort((a, b) => a - b);
    this.#places = new Map(this.#hidden.map((cell, at) => [cell, at]));
    this.#downTo = new Float64Array(this.#hidden.length);
    this.#upTo = new Float64Array(this.#hidden.length);
    const { components, of } = this.#split();
    this.#components = components;
    this.#componentOf = of;
  }

  isHidden(cell: number): boolean {
    return this.#places.has(cell);
  }

  /** Whether the interval is known to be wide enough; asks the solver only where no table seen before shows it. */
  keeps(cell: number, { lower, upper, width }: Protection): boolean {
    const at = this.#places.get(cell);
    if (at === undefined) return lower <= 0 && upper <= 0 && width <= 0;
    const enough = () =>
      this.#upTo[at]! >= upper - NEARLY &&
      -this.#downTo[at]! >= lower - NEARLY &&
      this.#upTo[at]! - this.#downTo[at]! >= width - NEARLY;
    if (enough()) return true;
    this.furthest(cell, 1);
    if (enough()) return true;
    this.furthest(cell, -1);
    return enough();
  }

  /** The deviation furthest up (1) or down (-1) that a table may have which looks the same, and the relations' prices for a cut. */
  furthest(cell: number, direction: 1 | -1, whole = false): { deviation: number; prices: Map<number, number> } {
    const at = this.#places.get(cell);
    if (at === undefined) return { deviation: 0, prices: new Map() };
    const component = this.#components[this.#componentOf[at]!]!;
    const { values, low, high } = this.#layer;
    const solution = this.#solve({
      sense: 'max',
      variables: component.cells.map((other) => ({
        cost: other === cell ? direction : 0,
        low: low[other]! - values[other]!,
        high: high[other]! - values[other]!,
        ...(whole && { integer: true }),
      })),
      rows: component.rows,
    });
    const places = component.cells.map((other) => this.#places.get(other)!);
    if (solution.status === 'infeasible') throw new RangeError('the true table does not sum up');
    // What was reached when the solver was stopped is sure; that there is more is not.
    const reached = solution.values.length === 0 ? 0 : solution.objective * direction;
    const deviation = solution.status === 'unbounded' ? direction * Number.POSITIVE_INFINITY : reached;
    if (solution.status === 'unbounded') {
      if (direction > 0) this.#upTo[at] = Number.POSITIVE_INFINITY;
      else this.#downTo[at] = Number.NEGATIVE_INFINITY;
    }
    for (const [place, value] of solution.values.entries()) {
      const seen = places[place]!;
      if (value > this.#upTo[seen]!) this.#upTo[seen] = value;
      if (value < this.#downTo[seen]!) this.#downTo[seen] = value;
    }
    return {
      deviation,
      prices: new Map(component.relations.map((relation, row) => [relation, solution.duals[row] ?? 0])),
    };
  }

  /** All that can be concluded of a cell; in whole numbers where the layer has those. */
  interval(cell: number): Interval {
    const { values, whole } = this.#layer;
    const value = values[cell]!;
    const low = value + this.furthest(cell, -1, whole).deviation;
    const high = value + this.furthest(cell, 1, whole).deviation;
    return { cell, low: tidy(low), high: tidy(high) };
  }

  /** Hidden cells that hang together through totals; others say nothing of each other. */
  #split(): { components: Component[]; of: Int32Array } {
    const group = Int32Array.from(this.#hidden, (_, at) => at);
    const root = (at: number): number => {
      let top = at;
      while (group[top] !== top) top = group[top]!;
      for (let next = at; group[next] !== top; ) {
        const after = group[next]!;
        group[next] = top;
        next = after;
      }
      return top;
    };
    const rows: { relation: number; cells: number[]; coefficients: number[] }[] = [];
    for (const [relation, { total, parts }] of this.#relations.entries()) {
      const cells = [...parts, total].filter((cell) => this.#places.has(cell));
      if (cells.length === 0) continue;
      rows.push({ relation, cells, coefficients: cells.map((cell) => (cell === total ? -1 : 1)) });
      const first = root(this.#places.get(cells[0]!)!);
      for (const cell of cells) group[root(this.#places.get(cell)!)] = first;
    }
    const numbers = new Map<number, number>();
    const components: Component[] = [];
    const of = Int32Array.from(this.#hidden, (cell, at) => {
      const top = root(at);
      if (!numbers.has(top)) {
        numbers.set(top, components.length);
        components.push({ cells: [], rows: [], relations: [] });
      }
      const number = numbers.get(top)!;
      components[number]!.cells.push(cell);
      return number;
    });
    const within = new Map(components.flatMap(({ cells }) => cells.map((cell, at) => [cell, at] as const)));
    for (const { relation, cells, coefficients } of rows) {
      const component = components[of[this.#places.get(cells[0]!)!]!]!;
      component.relations.push(relation);
      component.rows.push({ variables: cells.map((cell) => within.get(cell)!), coefficients, low: 0, high: 0 });
    }
    return { components, of };
  }
}

interface Component {
  cells: number[];
  rows: LinearRow[];
  relations: number[];
}

function tidy(value: number): number {
  const whole = Math.round(value);
  return Math.abs(value - whole) < 1e-5 ? whole + 0 : value;
}
