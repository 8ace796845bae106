import type { Db } from '#kernel/context';
import { Problem } from '#kernel/problem';
import {
  consistencyRanges,
  HASH_SIZE,
  type Hash,
  hashLeaf,
  inclusionRanges,
  joinNodes,
  nodesOf,
  perfectRoot,
  type Range,
  type TreeNode,
  tileOf,
} from '#standards/merkle';
import { findCheckpoint, findLeaf, findTiles, isPending } from './store.ts';

/** That a leaf is in the log: everything a stranger needs but the log's public key. */
export interface InclusionProof {
  leaf: string;
  index: number;
  size: number;
  /** The leaf's own text, canonical JSON. */
  entry: string;
  leafHash: Hash;
  proof: Hash[];
  root: Hash;
  /** The signed note whose size and root these are. */
  checkpoint: string;
}

/** That the log of `to` leaves begins with the log of `from` leaves. */
export interface ConsistencyProof {
  from: number;
  to: number;
  fromRoot: Hash;
  toRoot: Hash;
  proof: Hash[];
}

/** @throws Problem `not-found` for a leaf that does not exist, `unavailable` for one that is not sealed yet */
export async function proveInclusion(db: Db, leaf: string): Promise<InclusionProof> {
  const placed = await findLeaf(db, leaf);
  if (placed === undefined) {
    if (await isPending(db, leaf))
      throw new Problem('unavailable', 'the leaf is not sealed yet: try again in a second');
    throw new Problem('not-found', 'there is no such leaf');
  }
  const { index, body } = placed;
  const { size, note } = await lastCheckpoint(db);
  const [root, ...proof] = await hashRanges(db, [whole(size), ...inclusionRanges(BigInt(index), BigInt(size))]);
  const entry = Buffer.from(body).toString('utf8');
  return { leaf, index, size, entry, leafHash: hashLeaf(body), proof, root: root!, checkpoint: note };
}

/** @throws Problem `invalid` unless 0 < from <= to <= the size of the last checkpoint */
export async function proveConsistency(db: Db, from: number, to: number): Promise<ConsistencyProof> {
  const { size } = await lastCheckpoint(db);
  if (!(Number.isSafeInteger(from) && Number.isSafeInteger(to) && 0 < from && from <= to && to <= size)) {
    throw new Problem('invalid', 'consistency needs 0 < from <= to <= size', { from, to, size });
  }
  const ranges = [whole(from), whole(to), ...consistencyRanges(BigInt(from), BigInt(to))];
  const [fromRoot, toRoot, ...proof] = await hashRanges(db, ranges);
  return { from, to, fromRoot: fromRoot!, toRoot: toRoot!, proof };
}

const whole = (size: number): Range => ({ start: 0n, end: BigInt(size) });

async function lastCheckpoint(db: Db): Promise<{ size: number; note: string }> {
  const last = await findCheckpoint(db);
  if (last === undefined) throw new Problem('unavailable', 'the ledger has no checkpoint yet');
  return last;
}

/** The hashes of ranges within the sealed tree, from its tiles, in one query. */
async function hashRanges(db: Db, ranges: readonly Range[]): Promise<Hash[]> {
  const nodes = ranges.map(nodesOf);
  const places = new Map<string, { level: number; index: number }>();
  for (const node of nodes.flat()) {
    const { level, index } = tileOf(node);
    places.set(`${level}/${index}`, { level, index: Number(index) });
  }
  const tiles = await findTiles(db, [...places.values()]);
  const found = new Map(tiles.map(({ level, index, hashes }) => [`${level}/${index}`, hashes]));
  const hashOf = (node: TreeNode): Hash => {
    const { level, index, from, to } = tileOf(node);
    const hashes = found.get(`${level}/${index}`);
    if (hashes === undefined || hashes.length < to * HASH_SIZE) {
      throw new Problem('conflict', 'the ledger is damaged: a tile is missing', { level, index: Number(index) });
    }
    return perfectRoot(hashes, from, to);
  };
  return nodes.map((parts) => joinNodes(parts.map(hashOf)));
}
