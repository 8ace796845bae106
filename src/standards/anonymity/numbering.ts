/** Numbers distinct pairs of 32-bit words from 0 in the order in which they come: a hash table with open addressing. */
export class Numbering {
  #slots: Uint32Array;
  #shift: number;
  #high: Uint32Array;
  #low: Uint32Array;
  size = 0;

  constructor(expected = 1024) {
    const bits = Math.max(4, Math.ceil(Math.log2(expected * 2)));
    this.#slots = new Uint32Array(2 ** bits);
    this.#shift = 32 - bits;
    this.#high = new Uint32Array(2 ** (bits - 1));
    this.#low = new Uint32Array(2 ** (bits - 1));
  }

  numberOf(high: number, low: number): number {
    const [slots, mask] = [this.#slots, this.#slots.length - 1];
    let at = mix(high, low) >>> this.#shift;
    for (let slot = slots[at]!; slot !== 0; slot = slots[at]!) {
      if (this.#low[slot - 1] === low && this.#high[slot - 1] === high) return slot - 1;
      at = (at + 1) & mask;
    }
    const number = this.size;
    this.#high[number] = high;
    this.#low[number] = low;
    this.size = number + 1;
    slots[at] = number + 1;
    if (this.size === this.#high.length) this.#grow();
    return number;
  }

  #grow(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2);
    this.#shift -= 1;
    this.#high = copyInto(new Uint32Array(this.#high.length * 2), this.#high);
    this.#low = copyInto(new Uint32Array(this.#low.length * 2), this.#low);
    const mask = this.#slots.length - 1;
    for (let number = 0; number < this.size; number += 1) {
      let at = mix(this.#high[number]!, this.#low[number]!) >>> this.#shift;
      while (this.#slots[at] !== 0) at = (at + 1) & mask;
      this.#slots[at] = number + 1;
    }
  }
}

/** Scatters by the golden ratio; the upper bits are the good ones. */
function mix(high: number, low: number): number {
  const folded = Math.imul(high ^ (high >>> 15), 0x85ebca6b) ^ low;
  return Math.imul(folded ^ (folded >>> 16), 0x9e3779b1);
}

function copyInto(target: Uint32Array, source: Uint32Array): Uint32Array {
  target.set(source);
  return target;
}

/** Cuts dimensions into runs whose product stays below 2^32, so that a run's mixed-radix number is one word. */
export function wordsOf(sizes: readonly number[]): { from: number; until: number }[] {
  const words: { from: number; until: number }[] = [];
  let [from, product] = [0, 1];
  for (const [dimension, size] of sizes.entries()) {
    if (product * size > 2 ** 32) {
      words.push({ from, until: dimension });
      [from, product] = [dimension, 1];
    }
    product *= size;
  }
  return [...words, { from, until: sizes.length }];
}
