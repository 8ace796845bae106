/** Fair random bytes from outside, as many as asked for. */
export type RandomBytes = (count: number) => Uint8Array;

/** Whole numbers from fair bits, each as likely as the other. */
export class FairBits {
  readonly #bytes: RandomBytes;
  #pool: Uint8Array = new Uint8Array(0);
  #at = 0;

  constructor(bytes: RandomBytes) {
    this.#bytes = bytes;
  }

  /** From 0, and below `below`: drawn again until it falls there, so that no number is likelier than another. */
  whole(below: bigint): bigint {
    if (!(below > 0n)) throw new RangeError('a number below 0 or less cannot be drawn');
    if (below === 1n) return 0n;
    const bits = (below - 1n).toString(2).length;
    const bytes = Math.ceil(bits / 8);
    const mask = 0xff >> (8 * bytes - bits);
    for (;;) {
      let value = BigInt(this.#byte() & mask);
      for (let at = 1; at < bytes; at += 1) value = (value << 8n) | BigInt(this.#byte());
      if (value < below) return value;
    }
  }

  isHeads(): boolean {
    return (this.#byte() & 1) === 1;
  }

  #byte(): number {
    if (this.#at === this.#pool.length) {
      this.#pool = this.#bytes(1_024);
      this.#at = 0;
      if (this.#pool.length === 0) throw new RangeError('no random bytes came');
    }
    this.#at += 1;
    return this.#pool[this.#at - 1]!;
  }
}
