import type { Ladder } from './hierarchy.ts';
import { Numbering, wordsOf } from './numbering.ts';
import { type Pairs, sortPairs, type Tuples } from './tuples.ts';

/** A generalisation level for each quasi-identifier: a node of the lattice. */
export type Levels = readonly number[];

/** The records that look alike at some levels, in the order of their first tuple. */
export interface Classes {
  count: number;
  /** The first tuple of each: the codes of a class at any coarser level are found from it. */
  first: Uint32Array;
  released: Uint32Array;
  population?: Uint32Array;
  secrets: readonly Pairs[];
}

/** Each tuple a class by itself. */
export function classesOf({ count, released, population, secrets }: Tuples): Classes {
  const first = Uint32Array.from({ length: count }, (_, tuple) => tuple);
  return { count, first, released, ...(population === undefined ? {} : { population }), secrets };
}

/** Joins classes into those of coarser levels. */
export class Joiner {
  readonly #tuples: Tuples;
  readonly #ladders: readonly Ladder[];
  #slots = new Uint32Array(0);

  constructor(tuples: Tuples, ladders: readonly Ladder[]) {
    this.#tuples = tuples;
    this.#ladders = ladders;
  }

  /** @param from the classes at the same levels or finer ones */
  join(from: Classes, levels: Levels): Classes {
    const { ids, count } = this.number(from, levels);
    const first = new Uint32Array(count);
    for (let index = from.count - 1; index >= 0; index -= 1) first[ids[index]!] = from.first[index]!;
    return {
      count,
      first,
      released: sums(from.released, ids, count),
      ...(from.population === undefined ? {} : { population: sums(from.population, ids, count) }),
      secrets: from.secrets.map((pairs) => joinPairs(pairs, ids, count)),
    };
  }

  /** Which class at these levels each of the finer classes falls into. */
  number(from: Classes, levels: Levels): { ids: Uint32Array; count: number } {
    const shown = levels.flatMap((level, dimension) => {
      const size = this.#ladders[dimension]!.labels[level]!.length;
      return size > 1 ? [{ dimension, size, up: this.#ladders[dimension]!.up[level]! }] : [];
    });
    const words = wordsOf(shown.map(({ size }) => size)).map(({ from: start, until }) => shown.slice(start, until));
    const [word = [], ...rest] = words;
    let result = this.#numberWords(this.#keys(from, word));
    for (const dimensions of rest) {
      const keys = this.#keys(from, dimensions);
      const numbering = new Numbering(result.count);
      const ids = result.ids.map((id, index) => numbering.numberOf(id, keys[index]!));
      result = { ids, count: numbering.size };
    }
    return result;
  }

  /** The mixed-radix number of each class over some dimensions. */
  #keys(from: Classes, dimensions: readonly { dimension: number; size: number; up: Uint32Array }[]): Uint32Array {
    const { codes, width } = this.#tuples;
    const keys = new Uint32Array(from.count);
    let radix = 1;
    const places = dimensions.map(({ dimension, size, up }) => {
      const place = { dimension, part: up.map((number) => Math.imul(number, radix)) };
      radix *= size;
      return place;
    });
    const length = from.count;
    const { first } = from;
    for (const { dimension, part } of places)
      for (let index = 0; index < length; index += 1)
        keys[index] = keys[index]! + part[codes[first[index]! * width + dimension]!]!;
    return keys;
  }

  #numberWords(keys: Uint32Array): { ids: Uint32Array; count: number } {
    const length = keys.length;
    const bits = Math.max(4, Math.ceil(Math.log2(length * 2)));
    const size = 2 ** bits;
    if (this.#slots.length < size) this.#slots = new Uint32Array(size);
    const slots = this.#slots.fill(0, 0, size);
    const [mask, shift] = [size - 1, 32 - bits];
    const ids = new Uint32Array(length);
    const known = new Uint32Array(length);
    let count = 0;
    for (let index = 0; index < length; index += 1) {
      const key = keys[index]!;
      let at = Math.imul(key ^ (key >>> 16), 0x9e3779b1) >>> shift;
      let slot = slots[at]!;
      while (slot !== 0 && known[slot - 1] !== key) {
        at = (at + 1) & mask;
        slot = slots[at]!;
      }
      if (slot === 0) {
        known[count] = key;
        count += 1;
        slot = count;
        slots[at] = slot;
      }
      ids[index] = slot - 1;
    }
    return { ids, count };
  }
}

function sums(numbers: Uint32Array, ids: Uint32Array, count: number): Uint32Array {
  const totals = new Uint32Array(count);
  for (let index = 0; index < ids.length; index += 1) totals[ids[index]!]! += numbers[index]!;
  return totals;
}

function joinPairs({ offsets, codes, counts }: Pairs, ids: Uint32Array, count: number): Pairs {
  const numbering = new Numbering(codes.length);
  const joined = {
    classes: new Uint32Array(codes.length),
    codes: new Uint32Array(codes.length),
    counts: new Uint32Array(codes.length),
  };
  for (let index = 0; index < ids.length; index += 1)
    for (let pair = offsets[index]!; pair < offsets[index + 1]!; pair += 1) {
      const number = numbering.numberOf(ids[index]!, codes[pair]!);
      joined.classes[number] = ids[index]!;
      joined.codes[number] = codes[pair]!;
      joined.counts[number]! += counts[pair]!;
    }
  const { size } = numbering;
  return sortPairs(
    {
      classes: joined.classes.subarray(0, size),
      codes: joined.codes,
      counts: joined.counts,
    },
    count,
  );
}
