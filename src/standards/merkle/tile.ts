import { HASH_SIZE, type Hash, hashNode } from './hash.ts';
import type { Range } from './proof.ts';

/** Hashes in a full tile, and entries in a full bundle. */
export const TILE_WIDTH = 256;

/** Levels of the tree in one tile: 2^8 = 256. */
const TILE_HEIGHT = 8;

/** The longest entry a bundle can hold, bytes: its length is written in 16 bits. */
export const LONGEST_ENTRY = 0xffff;

/**
 * Where a tile or an entry bundle is found.
 * `level` counts tiles, not hashes: a hash of level 1 is the root of a full tile of level 0. Full tiles are 256 wide.
 */
export interface TilePlace {
  level: number | 'entries';
  index: bigint;
  width: number;
}

/**
 * `tile/<level>/<index>[.p/<width>]`.
 *
 * Source: C2SP tlog-tiles, "Merkle Tree" and "Log entries".
 */
export function tilePath({ level, index, width }: TilePlace): string {
  const groups = [];
  let rest = index;
  do {
    groups.unshift(`${groups.length > 0 ? 'x' : ''}${String(rest % 1000n).padStart(3, '0')}`);
    rest /= 1000n;
  } while (rest > 0n);
  return `tile/${level}/${groups.join('/')}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

/** The place a path names, or undefined where it is not written exactly as `tilePath` writes it. */
export function parseTilePath(path: string): TilePlace | undefined {
  const parts = /^tile\/(entries|\d{1,2})\/((?:x\d{3}\/){0,6}\d{3})(?:\.p\/([1-9]\d{0,2}))?$/.exec(path);
  if (parts === null) return undefined;
  const place: TilePlace = {
    level: parts[1] === 'entries' ? 'entries' : Number(parts[1]),
    index: BigInt(parts[2]!.replace(/[x/]/g, '')),
    width: parts[3] === undefined ? TILE_WIDTH : Number(parts[3]),
  };
  const { level, width } = place;
  if (level !== 'entries' && level > 63) return undefined;
  if (parts[3] !== undefined && width >= TILE_WIDTH) return undefined;
  return tilePath(place) === path ? place : undefined;
}

/** The tiles of hashes, full and partial, at one level of a tree of `size` leaves: how many full, and the partial's width. */
export function tilesAt(level: number, size: bigint): { full: bigint; width: number } {
  const hashes = size >> BigInt(TILE_HEIGHT * level);
  return { full: hashes / 256n, width: Number(hashes % 256n) };
}

/** Entries in the order of the log, each as 16 bits of length (big-endian) and its bytes. */
export function writeBundle(entries: readonly Uint8Array[]): Uint8Array {
  const bundle = Buffer.allocUnsafe(entries.reduce((size, entry) => size + 2 + entry.length, 0));
  let at = 0;
  for (const entry of entries) {
    if (entry.length > LONGEST_ENTRY) throw new RangeError('an entry is longer than a bundle can hold');
    at = bundle.writeUInt16BE(entry.length, at);
    bundle.set(entry, at);
    at += entry.length;
  }
  return bundle;
}

/** The entries of a bundle, or undefined where the bytes end inside an entry. */
export function readBundle(bundle: Uint8Array): Uint8Array[] | undefined {
  const { entries, rest } = readEntries(bundle);
  return rest === 0 ? entries : undefined;
}

/** The whole entries at the beginning of a bundle, and how many bytes are left after them. */
export function readEntries(bundle: Uint8Array): { entries: Uint8Array[]; rest: number } {
  const entries = [];
  let at = 0;
  while (at + 2 <= bundle.length) {
    const end = at + 2 + bundle[at]! * 256 + bundle[at + 1]!;
    if (end > bundle.length) break;
    entries.push(bundle.subarray(at + 2, end));
    at = end;
  }
  return { entries, rest: bundle.length - at };
}

/** The perfect subtree number `index` of those with 2^height leaves. */
export interface TreeNode {
  height: number;
  index: bigint;
}

/** The perfect subtrees, largest first, that a subtree's leaves fall into; `hashRange` puts their hashes together. */
export function nodesOf({ start, end }: Range): TreeNode[] {
  const nodes = [];
  let first = start;
  while (first < end) {
    const height = (end - first).toString(2).length - 1;
    nodes.push({ height, index: first >> BigInt(height) });
    first += 1n << BigInt(height);
  }
  return nodes;
}

/** The root over perfect subtrees given largest first: each joins what stands to its right (RFC 6962, section 2.1). */
export function joinNodes(hashes: readonly Hash[]): Hash {
  return hashes.reduceRight((right, left) => hashNode(left, right));
}

/** Where the tile that holds a node stands, and which of its hashes lie under the node. */
export function tileOf({ height, index }: TreeNode): { level: number; index: bigint; from: number; to: number } {
  const level = Math.floor(height / TILE_HEIGHT);
  const span = 1 << (height % TILE_HEIGHT);
  const first = index * BigInt(span);
  const from = Number(first % 256n);
  return { level, index: first / 256n, from, to: from + span };
}

/** The hash at a place of a tile. */
export function hashAt(tile: Uint8Array, slot: number): Hash {
  return tile.subarray(slot * HASH_SIZE, (slot + 1) * HASH_SIZE);
}

/** The root over the hashes `from` up to, not including, `to` of a tile; their number is a power of two. */
export function perfectRoot(tile: Uint8Array, from: number, to: number): Hash {
  if (to - from === 1) return hashAt(tile, from);
  const middle = (from + to) / 2;
  return hashNode(perfectRoot(tile, from, middle), perfectRoot(tile, middle, to));
}
