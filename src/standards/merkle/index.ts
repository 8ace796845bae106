/** Merkle trees that anybody can check: RFC 6962 and RFC 9162 hashing and proofs, C2SP tiles, notes and checkpoints. */
export { type Checkpoint, openCheckpoint, parseCheckpoint, signCheckpoint } from './checkpoint.ts';
export { type Edge, emptyEdge, openEdge, partialPlaces, partialTiles, pushLeaf, rootOf, type Tile } from './edge.ts';
export { EMPTY_ROOT, HASH_SIZE, type Hash, hashLeaf, hashNode, sameBytes } from './hash.ts';
export {
  decodeBase64,
  formatSigner,
  formatVerifier,
  NoteError,
  type NoteSigner,
  type NoteVerifier,
  openNote,
  parseSigner,
  parseVerifier,
  signerFromSeed,
  signNote,
} from './note.ts';
export {
  consistencyRanges,
  inclusionRanges,
  type Range,
  subtreeConsistencyRanges,
  subtreeInclusionRanges,
  verifyConsistency,
  verifyInclusion,
  verifySubtreeConsistency,
  verifySubtreeInclusion,
} from './proof.ts';
export {
  hashAt,
  joinNodes,
  LONGEST_ENTRY,
  nodesOf,
  parseTilePath,
  perfectRoot,
  readBundle,
  readEntries,
  TILE_WIDTH,
  type TilePlace,
  type TreeNode,
  tileOf,
  tilePath,
  tilesAt,
  writeBundle,
} from './tile.ts';
export { parseTlogProof, type TlogProof, writeTlogProof } from './tlog-proof.ts';
