import { logGamma } from './special.ts';

/**
 * Random numbers from a seed, so that an answer is the same whenever it is asked for.
 *
 * Source: xoshiro128** of Blackman and Vigna 2018, its state filled by splitmix32.
 */
export class Random {
  readonly #state: Uint32Array;
  #spare: number | undefined;

  constructor(seed: number) {
    let state = seed >>> 0;
    this.#state = Uint32Array.from({ length: 4 }, () => {
      state = (state + 0x9e3779b9) >>> 0;
      let mixed = state;
      mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
      return (mixed ^ (mixed >>> 15)) >>> 0;
    });
  }

  /** A whole number of 32 bits. */
  bits(): number {
    const s = this.#state;
    const [s1, s3] = [s[1]!, s[3]!];
    const five = Math.imul(s1, 5);
    const result = Math.imul((five << 7) | (five >>> 25), 9) >>> 0;
    s[2] = s[2]! ^ s[0]!;
    s[3] = s3 ^ s1;
    s[1] = s1 ^ s[2]!;
    s[0] = s[0]! ^ s[3]!;
    s[2] = s[2]! ^ (s1 << 9);
    s[3] = (s[3]! << 11) | (s[3]! >>> 21);
    return result;
  }

  /** Above 0 and below 1, of 53 bits. */
  next(): number {
    return ((this.bits() >>> 6) * 2 ** 27 + (this.bits() >>> 5) + 0.5) / 2 ** 53;
  }

  /** From 0, and below `below`. */
  whole(below: number): number {
    if (below <= 2 ** 32) {
      // Lemire's method without its division: the bias is below 2^-32 of a share.
      return Math.floor((this.bits() / 2 ** 32) * below);
    }
    return Math.floor(this.next() * below);
  }

  normal(mean = 0, sd = 1): number {
    const spare = this.#spare;
    if (spare !== undefined) {
      this.#spare = undefined;
      return mean + sd * spare;
    }
    for (;;) {
      const x = 2 * this.next() - 1;
      const y = 2 * this.next() - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(square)) / square);
      this.#spare = y * scale;
      return mean + sd * x * scale;
    }
  }

  exponential(rate = 1): number {
    return -Math.log(this.next()) / rate;
  }

  /** Source: Marsaglia and Tsang, ACM TOMS 2000;26:363. */
  gamma(shape: number, rate = 1): number {
    if (shape < 1) return this.gamma(shape + 1, rate) * this.next() ** (1 / shape);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.normal();
      const v = (1 + c * x) ** 3;
      if (!(v > 0)) continue;
      const u = this.next();
      // The first bound lies below the second: most draws need no logarithm.
      if (u < 1 - 0.0331 * x ** 4 || Math.log(u) < 0.5 * x * x + d * (1 - v + Math.log(v))) return (d * v) / rate;
    }
  }

  beta(a: number, b: number): number {
    const x = this.gamma(a);
    return x / (x + this.gamma(b));
  }

  poisson(mean: number): number {
    if (mean >= 10) return this.#largePoisson(mean);
    const end = Math.exp(-mean);
    let count = 0;
    for (let product = this.next(); product > end; product *= this.next()) count += 1;
    return count;
  }

  negativeBinomial(size: number, mean: number): number {
    return this.poisson(this.gamma(size, size / mean));
  }

  binomial(n: number, p: number): number {
    if (p > 0.5) return n - this.binomial(n, 1 - p);
    if (n * p >= 10) return this.#largeBinomial(n, p);
    if (p <= 0) return 0;
    // The waiting times between successes are geometric.
    const scale = Math.log1p(-p);
    let count = -1;
    for (let at = 0; at <= n; count += 1) at += Math.floor(Math.log(this.next()) / scale) + 1;
    return count;
  }

  /** How many of `n` fall to each share; the shares need not sum to 1. */
  multinomial(n: number, shares: ArrayLike<number>): number[] {
    let left = n;
    let rest = 0;
    for (let at = 0; at < shares.length; at += 1) rest += shares[at]!;
    const last = shares.length - 1;
    return Array.from(shares, (share, at) => {
      const count = at === last ? left : left === 0 ? 0 : this.binomial(left, Math.min(1, Math.max(0, share / rest)));
      left -= count;
      rest -= share;
      return count;
    });
  }

  /** Shuffles in place. Source: Fisher and Yates. */
  shuffle<T extends { length: number; [at: number]: unknown }>(items: T): T {
    for (let at = items.length - 1; at > 0; at -= 1) {
      const other = this.whole(at + 1);
      const held = items[at];
      items[at] = items[other];
      items[other] = held;
    }
    return items;
  }

  /** Source: Hörmann, the transformed rejection method PTRS, Insurance: Mathematics and Economics 1993;12:39. */
  #largePoisson(mean: number): number {
    const b = 0.931 + 2.53 * Math.sqrt(mean);
    const a = -0.059 + 0.02483 * b;
    const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
    const logMean = Math.log(mean);
    for (;;) {
      const u = this.next() - 0.5;
      const v = this.next();
      const us = 0.5 - Math.abs(u);
      const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
      if (us >= 0.07 && v <= 0.9277 - 3.6224 / (b - 2)) return k;
      if (k < 0 || (us < 0.013 && v > us)) continue;
      if (Math.log((v * inverseAlpha) / (a / (us * us) + b)) <= k * logMean - mean - logGamma(k + 1)) return k;
    }
  }

  /** For p <= 1/2 and n p >= 10. Source: Hörmann, the algorithm BTRS, J Statist Comput Simul 1993;46:101. */
  #largeBinomial(n: number, p: number): number {
    const spq = Math.sqrt(n * p * (1 - p));
    const b = 1.15 + 2.53 * spq;
    const a = -0.0873 + 0.0248 * b + 0.01 * p;
    const c = n * p + 0.5;
    const alpha = (2.83 + 5.1 / b) * spq;
    const odds = Math.log(p / (1 - p));
    const mode = Math.floor((n + 1) * p);
    const top = logGamma(mode + 1) + logGamma(n - mode + 1);
    for (;;) {
      const u = this.next() - 0.5;
      const v = this.next();
      const us = 0.5 - Math.abs(u);
      const k = Math.floor(((2 * a) / us + b) * u + c);
      if (k < 0 || k > n) continue;
      if (us >= 0.07 && v <= 0.92 - 4.2 / b) return k;
      const bound = top - logGamma(k + 1) - logGamma(n - k + 1) + (k - mode) * odds;
      if (Math.log((v * alpha) / (a / (us * us) + b)) <= bound) return k;
    }
  }
}
