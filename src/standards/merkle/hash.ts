import { sha256 } from '#crypto';

/** 32 bytes of SHA-256. */
export type Hash = Uint8Array;

export const HASH_SIZE = 32;

/** The root of a tree without leaves: SHA-256 of nothing (RFC 6962, section 2.1). */
export const EMPTY_ROOT: Hash = sha256(new Uint8Array());

/** The prefixes keep a leaf from ever being read as an inner node (second-preimage attack). */
const LEAF = 0;
const NODE = 1;

/** RFC 6962, section 2.1: SHA-256(0x00 || entry). */
export function hashLeaf(entry: Uint8Array): Hash {
  const input = new Uint8Array(1 + entry.length);
  input[0] = LEAF;
  input.set(entry, 1);
  return sha256(input);
}

/** Used again for every node: a log hashes millions of them. */
const pair = new Uint8Array(1 + 2 * HASH_SIZE);

/**
 * RFC 6962, section 2.1: SHA-256(0x01 || left || right).
 *
 * @throws RangeError when one of them is no hash
 */
export function hashNode(left: Hash, right: Hash): Hash {
  if (left.length !== HASH_SIZE || right.length !== HASH_SIZE) throw new RangeError('a hash has 32 bytes');
  pair[0] = NODE;
  pair.set(left, 1);
  pair.set(right, 1 + HASH_SIZE);
  return sha256(pair);
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, n) => byte === b[n]);
}
