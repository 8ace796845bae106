import type { Act, FeelDateTime, Note, Value } from '#standards/feel';
import type { Node } from './compile.ts';

/** How a decision table came to its result. */
export interface TableTrace {
  /** The decision or knowledge model that the table is of. */
  readonly element: string;
  readonly inputs: readonly Value[];
  /** Rules that matched, counted from 0. */
  readonly matched: readonly number[];
  readonly result: Value;
}

const MOST_TRACES = 500;

/** One evaluation of a graph: what was told, what was found, and how. */
export class Evaluation implements Act {
  readonly now: FeelDateTime;
  readonly notes: Note[];
  readonly tables: TableTrace[];
  where?: string;
  readonly #told: ReadonlyMap<string, Value>;
  readonly #found = new Map<Node, Value>();
  readonly #spent: { fuel: number; depth: number };

  constructor(
    told: ReadonlyMap<string, Value>,
    now: FeelDateTime,
    spent: { fuel: number; depth: number },
    notes: Note[] = [],
    tables: TableTrace[] = [],
  ) {
    this.#told = told;
    this.now = now;
    this.#spent = spent;
    this.notes = notes;
    this.tables = tables;
  }

  get fuel(): number {
    return this.#spent.fuel;
  }

  set fuel(steps: number) {
    this.#spent.fuel = steps;
  }

  get depth(): number {
    return this.#spent.depth;
  }

  set depth(calls: number) {
    this.#spent.depth = calls;
  }

  /** Each element once; what was told from outside is taken for what would be found. */
  valueOf(node: Node): Value {
    const known = this.#found.get(node);
    if (known !== undefined) return known;
    const value = node.run(this);
    this.#found.set(node, value);
    return value;
  }

  /** Null is told, too. */
  told(node: Node): Value | undefined {
    return this.#told.get(node.key);
  }

  /** Another that spends from the same purse and notes in the same book, but knows only what it is told. */
  apart(told: ReadonlyMap<string, Value>): Evaluation {
    return new Evaluation(told, this.now, this.#spent, this.notes, this.tables);
  }

  addTable(trace: TableTrace): void {
    if (this.tables.length < MOST_TRACES) this.tables.push(trace);
  }
}
