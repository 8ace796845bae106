import { EMPTY_ROOT, HASH_SIZE, type Hash, hashNode, sameBytes } from './hash.ts';

/** The leaves from `start` up to, not including, `end`; a proof is the hashes of some such ranges. */
export interface Range {
  start: bigint;
  end: bigint;
}

/**
 * The ranges whose hashes prove that the leaf at `index` is in the tree of `size` leaves, lowest first.
 *
 * @throws RangeError when there is no such leaf
 *
 * Source: RFC 6962, section 2.1.1 (PATH); RFC 9162, section 2.1.3.1.
 */
export function inclusionRanges(index: bigint, size: bigint): Range[] {
  return subtreeInclusionRanges(index, 0n, size);
}

/** As `inclusionRanges`, within the subtree of the leaves `start` to `end`. */
export function subtreeInclusionRanges(index: bigint, start: bigint, end: bigint): Range[] {
  if (!isSubtree(start, end) || !(start <= index && index < end)) throw new RangeError('no such leaf in the subtree');
  const path = [];
  let low = start;
  let high = end;
  while (high - low > 1n) {
    const middle = low + split(high - low);
    if (index < middle) {
      path.push({ start: middle, end: high });
      high = middle;
    } else {
      path.push({ start: low, end: middle });
      low = middle;
    }
  }
  return path.reverse();
}

/**
 * The ranges whose hashes prove that the tree of `from` leaves is the beginning of the tree of `to` leaves.
 *
 * @throws RangeError when `from` is 0 (everything begins with nothing) or above `to`
 *
 * Source: RFC 6962, section 2.1.2 (PROOF); RFC 9162, section 2.1.4.1.
 */
export function consistencyRanges(from: bigint, to: bigint): Range[] {
  if (!(0n < from && from <= to)) throw new RangeError('consistency needs 0 < from <= to');
  return subtreeConsistencyRanges(0n, from, to);
}

/**
 * The ranges whose hashes prove that the subtree of the leaves `start` to `end` is a part of the tree of `size` leaves.
 *
 * Source: draft-ietf-plants-merkle-tree-certs, section 4.4.1 (SUBTREE_PROOF), which extends RFC 9162, section 2.1.4.1.
 */
export function subtreeConsistencyRanges(start: bigint, end: bigint, size: bigint): Range[] {
  if (!isSubtree(start, end) || !(end <= size)) throw new RangeError('no such subtree in the tree');
  if (start === end) return [];
  const path = [];
  let low = 0n;
  let high = size;
  let first = start;
  let known = true;
  while (!(low === first && high === end)) {
    const middle = low + split(high - low);
    if (end <= middle) {
      path.push({ start: middle, end: high });
      high = middle;
    } else {
      path.push({ start: low, end: middle });
      if (first < middle) {
        first = middle;
        known = false;
      }
      low = middle;
    }
  }
  if (!known) path.push({ start: low, end: high });
  return path.reverse();
}

export interface InclusionClaim {
  index: bigint;
  size: bigint;
  leafHash: Hash;
  proof: readonly Hash[];
  root: Hash;
}

/** Whether the proof shows that the leaf stands at `index` in the tree of `size` leaves with this root. */
export function verifyInclusion({ index, size, leafHash, proof, root }: InclusionClaim): boolean {
  return verifySubtreeInclusion({ index, start: 0n, end: size, leafHash, proof, root });
}

export interface SubtreeInclusionClaim {
  index: bigint;
  start: bigint;
  end: bigint;
  leafHash: Hash;
  proof: readonly Hash[];
  root: Hash;
}

/** As `verifyInclusion`, within the subtree of the leaves `start` to `end` that has this root. */
export function verifySubtreeInclusion({ index, start, end, leafHash, proof, root }: SubtreeInclusionClaim): boolean {
  if (!isSubtree(start, end) || !(start <= index && index < end)) return false;
  if (leafHash.length !== HASH_SIZE || !areHashes(proof)) return false;
  const ranges = subtreeInclusionRanges(index, start, end);
  if (ranges.length !== proof.length) return false;
  const found = ranges.reduce(
    (below, range, i) => (range.start > index ? hashNode(below, proof[i]!) : hashNode(proof[i]!, below)),
    leafHash,
  );
  return sameBytes(found, root);
}

export interface ConsistencyClaim {
  from: bigint;
  to: bigint;
  fromRoot: Hash;
  toRoot: Hash;
  proof: readonly Hash[];
}

/**
 * Whether the proof shows that the tree of `to` leaves begins with the tree of `from` leaves.
 * From 0 leaves it is always refused: such a proof says nothing.
 */
export function verifyConsistency({ from, to, fromRoot, toRoot, proof }: ConsistencyClaim): boolean {
  if (!(0n < from && from <= to)) return false;
  return verifySubtreeConsistency({ start: 0n, end: from, size: to, subtreeRoot: fromRoot, root: toRoot, proof });
}

export interface SubtreeConsistencyClaim {
  start: bigint;
  end: bigint;
  size: bigint;
  subtreeRoot: Hash;
  root: Hash;
  proof: readonly Hash[];
}

/**
 * Whether the proof shows that the subtree of the leaves `start` to `end` is a part of the tree of `size` leaves.
 * The empty subtree is a part of every tree that reaches it, whatever the tree's root.
 *
 * Source: draft-ietf-plants-merkle-tree-certs, section 4.4.3.
 */
export function verifySubtreeConsistency(claim: SubtreeConsistencyClaim): boolean {
  const { start, end, size, subtreeRoot, root, proof } = claim;
  if (!(0n <= start && start <= end && end <= size)) return false;
  if (start === end) return proof.length === 0 && sameBytes(subtreeRoot, EMPTY_ROOT);
  // Without a proof nothing is hashed: the roots are only compared.
  if (!isSubtree(start, end) || (proof.length > 0 && !areHashes([subtreeRoot, ...proof]))) return false;
  const ranges = subtreeConsistencyRanges(start, end, size);
  if (ranges.length !== proof.length) return false;

  // What grows into the tree's root is the subtree's own root when the subtree is a node of the tree; else it is the
  // last perfect part of the subtree, given first, which has to grow into the subtree's root on its way.
  const isNode = ranges[0]?.end !== end;
  let whole = isNode ? subtreeRoot : proof[0]!;
  let part = whole;
  for (let i = isNode ? 0 : 1; i < proof.length; i += 1) {
    const side = ranges[i]!;
    if (side.start >= start && side.end <= end) part = hashNode(proof[i]!, part);
    whole = side.start >= end ? hashNode(whole, proof[i]!) : hashNode(proof[i]!, whole);
  }
  return sameBytes(part, subtreeRoot) && sameBytes(whole, root);
}

/**
 * Whether the leaves `start` to `end` form a subtree: `start` is a multiple of the smallest power of two that holds
 * them all. The empty range counts as one.
 */
function isSubtree(start: bigint, end: bigint): boolean {
  if (!(0n <= start && start <= end)) return false;
  if (start === 0n || start === end) return true;
  const length = end - start;
  const room = length === 1n ? 1n : 2n * split(length);
  return start % room === 0n;
}

/** The largest power of two below `size`, which is at least 2: where RFC 6962 divides a tree. */
function split(size: bigint): bigint {
  return 1n << BigInt((size - 1n).toString(2).length - 1);
}

/** A proof of hashes of other lengths could shift bytes between neighbours and still hash the same. */
const areHashes = (proof: readonly Hash[]) => proof.every((hash) => hash.length === HASH_SIZE);
