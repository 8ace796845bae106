import type { Levels } from './classes.ts';

/** More nodes than this are not searched: to order them alone would take a minute. */
const MOST_NODES = 2 ** 22;

/** All combinations of levels, numbered by mixed radix: the first attribute counts fastest. */
export class Lattice {
  readonly size: number;
  readonly heights: readonly number[];
  readonly #steps: readonly number[];

  constructor(heights: readonly number[]) {
    this.heights = heights;
    let size = 1;
    this.#steps = heights.map((height) => {
      const step = size;
      size *= height;
      return step;
    });
    if (size > MOST_NODES)
      throw new RangeError(
        `${size} combinations of levels are too many: ${MOST_NODES} at most. Take fewer attributes or levels.`,
      );
    this.size = size;
  }

  levelsOf(node: number): Levels {
    return this.heights.map((height, attribute) => Math.floor(node / this.#steps[attribute]!) % height);
  }

  /** The nodes one level coarser in one attribute. */
  coarser(node: number): number[] {
    return this.levelsOf(node).flatMap((level, attribute) =>
      level + 1 < this.heights[attribute]! ? [node + this.#steps[attribute]!] : [],
    );
  }

  finer(node: number): number[] {
    return this.levelsOf(node).flatMap((level, attribute) => (level > 0 ? [node - this.#steps[attribute]!] : []));
  }

  /** Calls `mark` for the node and those beyond it, as long as it says that a node was not marked before. */
  spread(node: number, direction: 'coarser' | 'finer', mark: (node: number) => boolean): void {
    const open = [node];
    for (let next = open.pop(); next !== undefined; next = open.pop())
      if (mark(next)) open.push(...this[direction](next));
  }
}

export function isFinerOrEqual(one: Levels, other: Levels): boolean {
  for (let attribute = 0; attribute < one.length; attribute += 1) if (one[attribute]! > other[attribute]!) return false;
  return true;
}
