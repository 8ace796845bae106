import { type Classes, classesOf, Joiner, type Levels } from './classes.ts';
import { isFinerOrEqual } from './lattice.ts';
import type { Data } from './loss.ts';

/** As many classes and nodes are kept beside the tuples; each class takes 8 to 12 bytes and its sensitive values. */
const MOST_CLASSES = 2 ** 24;
const MOST_NODES = 256;
/** A node that is nearly as large as what it was made from is not worth keeping. */
const WORTH = 0.8;

/** Makes the classes of a node from the smallest finer node that is kept. */
export class ClassStore {
  readonly #joiner: Joiner;
  readonly #all: { levels: Levels; classes: Classes };
  /** The longest unused first. */
  #kept: { levels: Levels; classes: Classes }[] = [];
  #size = 0;

  constructor({ tuples, ladders }: Data) {
    this.#joiner = new Joiner(tuples, ladders);
    this.#all = { levels: ladders.map(() => 0), classes: classesOf(tuples) };
  }

  at(levels: Levels): Classes {
    let from = this.#all;
    for (const kept of this.#kept)
      if (kept.classes.count < from.classes.count && isFinerOrEqual(kept.levels, levels)) from = kept;
    const classes = this.#joiner.join(from.classes, levels);
    if (from !== this.#all) this.#kept = [...this.#kept.filter((kept) => kept !== from), from];
    if (classes.count <= WORTH * from.classes.count) this.#keep({ levels, classes });
    return classes;
  }

  #keep(node: { levels: Levels; classes: Classes }): void {
    this.#kept.push(node);
    this.#size += node.classes.count;
    while (this.#size > MOST_CLASSES || this.#kept.length > MOST_NODES) this.#size -= this.#kept.shift()!.classes.count;
  }
}
