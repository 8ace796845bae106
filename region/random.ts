import { createHash } from 'node:crypto';

/**
 * A stream of random numbers that depends on nothing but its name.
 *
 * Every part of the region draws from a stream of its own (`random(seed, 'orders', day, site)`), so one part may draw
 * more or less without disturbing any other, and a day can be played again from its name alone.
 *
 * Source: xoshiro128** 1.1, Blackman and Vigna, https://prng.di.unimi.it/xoshiro128starstar.c; seeded with SHA-256.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(name: string) {
    const hash = createHash('sha256').update(name).digest();
    this.#a = hash.readUInt32LE(0);
    this.#b = hash.readUInt32LE(4);
    this.#c = hash.readUInt32LE(8);
    this.#d = hash.readUInt32LE(12) | 1;
  }

  /** 32 random bits as a whole number from 0. */
  bits(): number {
    const scrambled = Math.imul(rotate(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotate(this.#d, 11);
    return scrambled;
  }

  /** From 0, and below 1. */
  fraction(): number {
    return ((this.bits() >>> 5) * 2 ** 26 + (this.bits() >>> 6)) / 2 ** 53;
  }

  between(low: number, high: number): number {
    return low + this.fraction() * (high - low);
  }

  /** A whole number from 0, and below `count`. */
  below(count: number): number {
    return Math.floor(this.fraction() * count);
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new RangeError('nothing to pick from');
    return list[this.below(list.length)]!;
  }

  weighted<T>(list: readonly T[], weight: (item: T) => number): T {
    const total = list.reduce((sum, item) => sum + weight(item), 0);
    let left = this.fraction() * total;
    for (const item of list) {
      left -= weight(item);
      if (left < 0) return item;
    }
    return list.at(-1)!;
  }

  /** Standard normal, by the polar method. */
  normal(): number {
    for (;;) {
      const x = this.between(-1, 1);
      const y = this.between(-1, 1);
      const square = x * x + y * y;
      if (square > 0 && square < 1) return x * Math.sqrt((-2 * Math.log(square)) / square);
    }
  }

  /** How often something happens that happens `mean` times on average; by inversion, for means up to some hundreds. */
  poisson(mean: number): number {
    let left = this.fraction();
    let term = Math.exp(-mean);
    let count = 0;
    while (left > term && count < 10_000) {
      left -= term;
      count += 1;
      term *= mean / count;
    }
    return count;
  }
}

export function random(...name: readonly (string | number)[]): Random {
  return new Random(name.join('/'));
}

/** A UUID that is always the same for the same name (RFC 9562, version 8). */
export function uuidOf(...name: readonly (string | number)[]): string {
  const hash = createHash('sha256').update(name.join('/')).digest();
  hash[6] = (hash[6]! & 0x0f) | 0x80;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  const hex = hash.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}
