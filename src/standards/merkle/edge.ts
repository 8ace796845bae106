import { EMPTY_ROOT, HASH_SIZE, type Hash, hashNode } from './hash.ts';
import { joinNodes, perfectRoot, TILE_WIDTH, tilesAt } from './tile.ts';

/** Consecutive hashes of one level; `hashes` holds 32 bytes for each. */
export interface Tile {
  level: number;
  index: number;
  hashes: Uint8Array;
}

/**
 * The right edge of a tiled tree: all that is needed to go on growing it, however large it is.
 * `peaks` are its perfect subtrees, largest first; `open` are its tiles that are not yet full, one a level.
 */
export interface Edge {
  size: number;
  readonly peaks: { height: number; hash: Hash }[];
  readonly open: { index: number; width: number; hashes: Uint8Array }[];
}

export function emptyEdge(): Edge {
  return { size: 0, peaks: [], open: [] };
}

/** The places of the partial tiles of a tree, lowest level first: what `openEdge` needs. */
export function partialPlaces(size: number): { level: number; index: number; width: number }[] {
  const places = [];
  for (let level = 0; 256 ** level <= size; level += 1) {
    const { full, width } = tilesAt(level, BigInt(size));
    if (width > 0) places.push({ level, index: Number(full), width });
  }
  return places;
}

/**
 * The edge of a tree of `size` leaves from its partial tiles, in any order.
 *
 * @throws RangeError when a partial tile is absent or narrower than the size says
 */
export function openEdge(size: number, tiles: readonly Tile[]): Edge {
  const edge: Edge = { size, peaks: [], open: [] };
  for (let level = 0; 256 ** level <= size; level += 1) edge.open.push(freshTile(tilesAt(level, BigInt(size)).full));
  for (const { level, index, width } of partialPlaces(size).reverse()) {
    const tile = tiles.find((candidate) => candidate.level === level && candidate.index === index);
    if (tile === undefined || tile.hashes.length < width * HASH_SIZE) throw new RangeError('a partial tile is missing');
    const open = edge.open[level]!;
    open.hashes.set(tile.hashes.subarray(0, width * HASH_SIZE));
    open.width = width;
    let from = 0;
    for (let height = 7; height >= 0; height -= 1) {
      const to = from + 2 ** height;
      if (to > width) continue;
      edge.peaks.push({ height: 8 * level + height, hash: perfectRoot(open.hashes, from, to) });
      from = to;
    }
  }
  return edge;
}

/** Adds a leaf and returns the tiles it filled, lowest level first: most often none. */
export function pushLeaf(edge: Edge, leafHash: Hash): Tile[] {
  const filled: Tile[] = [];
  let height = 0;
  let hash = leafHash;
  place(edge, 0, hash, filled);
  while (edge.peaks.at(-1)?.height === height) {
    hash = hashNode(edge.peaks.pop()!.hash, hash);
    height += 1;
    if (height % 8 === 0) place(edge, height / 8, hash, filled);
  }
  edge.peaks.push({ height, hash });
  edge.size += 1;
  return filled;
}

/** Copies of the partial tiles, lowest level first. */
export function partialTiles(edge: Edge): Tile[] {
  return edge.open.flatMap(({ index, width, hashes }, level) =>
    width === 0 ? [] : [{ level, index, hashes: hashes.slice(0, width * HASH_SIZE) }],
  );
}

export function rootOf(edge: Edge): Hash {
  return edge.size === 0 ? EMPTY_ROOT : joinNodes(edge.peaks.map((peak) => peak.hash));
}

function place(edge: Edge, level: number, hash: Hash, filled: Tile[]): void {
  edge.open[level] ??= freshTile(0n);
  const tile = edge.open[level];
  tile.hashes.set(hash, tile.width * HASH_SIZE);
  tile.width += 1;
  if (tile.width < TILE_WIDTH) return;
  filled.push({ level, index: tile.index, hashes: tile.hashes });
  edge.open[level] = freshTile(BigInt(tile.index) + 1n);
}

const freshTile = (index: bigint) => ({
  index: Number(index),
  width: 0,
  hashes: new Uint8Array(TILE_WIDTH * HASH_SIZE),
});
