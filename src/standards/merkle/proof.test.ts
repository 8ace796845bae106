import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  consistencyRanges,
  emptyEdge,
  type Hash,
  hashAt,
  hashLeaf,
  inclusionRanges,
  joinNodes,
  nodesOf,
  openEdge,
  partialTiles,
  perfectRoot,
  pushLeaf,
  type Range,
  rootOf,
  sameBytes,
  subtreeConsistencyRanges,
  subtreeInclusionRanges,
  type Tile,
  tileOf,
  verifyConsistency,
  verifyInclusion,
  verifySubtreeConsistency,
  verifySubtreeInclusion,
} from './index.ts';

/**
 * Goal: whatever is proved verifies, and nothing else does.
 * Method: trees of every shape; the judge of each root is MTH of RFC 6962, section 2.1, written down here once more
 * straight from its text. Proofs are made from tiles, as the ledger makes them.
 */
const MOST = 700;
const leafHashes = Array.from({ length: MOST }, (_, i) => hashLeaf(Buffer.from(`entry ${i}`)));

function treeHash(hashes: readonly Hash[]): Hash {
  if (hashes.length === 0) return createHash('sha256').digest();
  if (hashes.length === 1) return hashes[0]!;
  let k = 1;
  while (k * 2 < hashes.length) k *= 2;
  const hash = createHash('sha256').update(Uint8Array.of(1));
  return hash
    .update(treeHash(hashes.slice(0, k)))
    .update(treeHash(hashes.slice(k)))
    .digest();
}

function grow(size: number) {
  const edge = emptyEdge();
  const tiles: Tile[] = [];
  for (let i = 0; i < size; i += 1) tiles.push(...pushLeaf(edge, leafHashes[i]!));
  return { edge, tiles: [...tiles, ...partialTiles(edge)] };
}

const whole = grow(MOST).tiles;

function prove(ranges: readonly Range[]): Hash[] {
  return ranges.map((range) =>
    joinNodes(
      nodesOf(range).map((node) => {
        const { level, index, from, to } = tileOf(node);
        const tile = whole.find((candidate) => candidate.level === level && candidate.index === Number(index));
        return perfectRoot(tile!.hashes, from, to);
      }),
    ),
  );
}

const sizes = fc.integer({ min: 1, max: MOST });
const subtrees = fc
  .tuple(fc.integer({ min: 0, max: 9 }), fc.nat(), fc.nat())
  .map(([height, position, length]) => {
    const room = 2 ** height;
    const start = (position % Math.max(1, Math.floor(MOST / room))) * room;
    return { start, end: Math.min(MOST, start + room / 2 + 1 + (length % Math.max(1, room / 2)), start + room) };
  })
  .map(({ start, end }) => ({ start, end: Math.floor(end) }));

function flip(hash: Hash, bit: number): Hash {
  const flipped = Uint8Array.from(hash);
  flipped[(bit >> 3) % 32]! ^= 1 << (bit & 7);
  return flipped;
}

describe('the tree', () => {
  test('its root is that of RFC 6962 at every size, and it goes on from its partial tiles', () => {
    const edge = emptyEdge();
    for (let size = 1; size <= MOST; size += 1) {
      pushLeaf(edge, leafHashes[size - 1]!);
      expect(Buffer.from(rootOf(edge)).equals(treeHash(leafHashes.slice(0, size)))).toBe(true);
      const reopened = openEdge(size, partialTiles(edge));
      expect(sameBytes(rootOf(reopened), rootOf(edge))).toBe(true);
      expect(partialTiles(reopened)).toEqual(partialTiles(edge));
    }
  });

  test('a hash of level 1 is the root of a full tile of level 0', () => {
    const [first, second] = whole.filter((tile) => tile.level === 0);
    const above = whole.find((tile) => tile.level === 1)!;
    expect(sameBytes(hashAt(above.hashes, 0), perfectRoot(first!.hashes, 0, 256))).toBe(true);
    expect(sameBytes(hashAt(above.hashes, 1), perfectRoot(second!.hashes, 0, 256))).toBe(true);
    expect(Buffer.from(hashAt(above.hashes, 1)).equals(treeHash(leafHashes.slice(256, 512)))).toBe(true);
  });

  test('a tree grown past 65536 leaves has a tile at level 2 and opens again', () => {
    const edge = emptyEdge();
    for (let i = 0; i < 65_536 + 300; i += 1) pushLeaf(edge, leafHashes[i % MOST]!);
    expect(partialTiles(edge).map(({ level, index, hashes }) => [level, index, hashes.length / 32])).toEqual([
      [0, 257, 44],
      [1, 1, 1],
      [2, 0, 1],
    ]);
    expect(sameBytes(rootOf(openEdge(edge.size, partialTiles(edge))), rootOf(edge))).toBe(true);
  });

  test('it does not open without one of its partial tiles', () => {
    const { edge } = grow(600);
    expect(() => openEdge(600, partialTiles(edge).slice(1))).toThrow('a partial tile is missing');
  });
});

describe('proofs', () => {
  test('inclusion: made, it verifies; with any bit flipped it does not', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), fc.nat(), fc.nat(), (size, position, which, bit) => {
        const index = position % size;
        const proof = prove(inclusionRanges(BigInt(index), BigInt(size)));
        const root = treeHash(leafHashes.slice(0, size));
        const claim = { index: BigInt(index), size: BigInt(size), leafHash: leafHashes[index]!, proof, root };
        expect(verifyInclusion(claim)).toBe(true);
        expect(verifyInclusion({ ...claim, leafHash: flip(claim.leafHash, bit) })).toBe(false);
        expect(verifyInclusion({ ...claim, root: flip(root, bit) })).toBe(false);
        expect(verifyInclusion({ ...claim, proof: [...proof, root] })).toBe(false);
        expect(verifyInclusion({ ...claim, index: claim.index + claim.size })).toBe(false);
        if (proof.length === 0) return;
        const at = which % proof.length;
        expect(verifyInclusion({ ...claim, proof: proof.with(at, flip(proof[at]!, bit)) })).toBe(false);
        expect(verifyInclusion({ ...claim, proof: proof.toSpliced(at, 1) })).toBe(false);
      }),
    );
  });

  test('consistency: made, it verifies; with any bit flipped it does not', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), fc.nat(), fc.nat(), (to, position, which, bit) => {
        const from = 1 + (position % to);
        const proof = prove(consistencyRanges(BigInt(from), BigInt(to)));
        const fromRoot = treeHash(leafHashes.slice(0, from));
        const toRoot = treeHash(leafHashes.slice(0, to));
        const claim = { from: BigInt(from), to: BigInt(to), fromRoot, toRoot, proof };
        expect(verifyConsistency(claim)).toBe(true);
        expect(verifyConsistency({ ...claim, fromRoot: flip(fromRoot, bit) })).toBe(false);
        expect(verifyConsistency({ ...claim, toRoot: flip(toRoot, bit) })).toBe(false);
        if (proof.length === 0) return;
        const at = which % proof.length;
        expect(verifyConsistency({ ...claim, proof: proof.with(at, flip(proof[at]!, bit)) })).toBe(false);
        expect(verifyConsistency({ ...claim, proof: proof.toSpliced(at, 1) })).toBe(false);
      }),
    );
  });

  test('subtrees: inclusion and consistency, made and flipped', () => {
    fc.assert(
      fc.property(subtrees, fc.nat(), fc.nat(), fc.nat(), ({ start, end }, position, which, bit) => {
        const size = end + (position % (MOST - end + 1));
        const index = start + (which % (end - start));
        const root = treeHash(leafHashes.slice(0, size));
        const subtreeRoot = treeHash(leafHashes.slice(start, end));

        const inside = prove(subtreeInclusionRanges(BigInt(index), BigInt(start), BigInt(end)));
        const leaf = { index: BigInt(index), start: BigInt(start), end: BigInt(end), leafHash: leafHashes[index]! };
        expect(verifySubtreeInclusion({ ...leaf, proof: inside, root: subtreeRoot })).toBe(true);
        expect(verifySubtreeInclusion({ ...leaf, proof: inside, root: flip(subtreeRoot, bit) })).toBe(false);

        const proof = prove(subtreeConsistencyRanges(BigInt(start), BigInt(end), BigInt(size)));
        const claim = { start: BigInt(start), end: BigInt(end), size: BigInt(size), subtreeRoot, root, proof };
        expect(verifySubtreeConsistency(claim)).toBe(true);
        expect(verifySubtreeConsistency({ ...claim, subtreeRoot: flip(subtreeRoot, bit) })).toBe(false);
        expect(verifySubtreeConsistency({ ...claim, root: flip(root, bit) })).toBe(false);
        if (proof.length === 0) return;
        const at = which % proof.length;
        expect(verifySubtreeConsistency({ ...claim, proof: proof.with(at, flip(proof[at]!, bit)) })).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    [0n, 1n],
    [2n, 1n],
    [-1n, 1n],
  ])('there is no consistency proof from %d to %d', (from, to) => {
    expect(() => consistencyRanges(from, to)).toThrow(RangeError);
    const root = leafHashes[0]!;
    expect(verifyConsistency({ from, to, fromRoot: root, toRoot: root, proof: [] })).toBe(false);
  });

  test.each([
    [1n, 15n],
    [2n, 5n],
    [3n, 2n],
    [-4n, -2n],
  ])('the leaves %d to %d are no subtree', (start, end) => {
    expect(() => subtreeConsistencyRanges(start, end, 20n)).toThrow(RangeError);
    expect(() => subtreeInclusionRanges(start, start, end)).toThrow(RangeError);
  });

  test('the last leaf of the largest tree has a proof of 64 hashes', () => {
    expect(inclusionRanges(2n ** 64n - 2n, 2n ** 64n - 1n).length).toBe(63);
    expect(inclusionRanges(0n, 2n ** 64n - 1n).length).toBe(64);
  });
});
