import {
  type Checkpoint,
  type Edge,
  emptyEdge,
  HASH_SIZE,
  hashAt,
  hashLeaf,
  NoteError,
  type NoteVerifier,
  openCheckpoint,
  openEdge,
  parseVerifier,
  partialPlaces,
  partialTiles,
  perfectRoot,
  pushLeaf,
  readBundle,
  readEntries,
  rootOf,
  sameBytes,
  TILE_WIDTH,
  type Tile,
  type TilePlace,
  tilePath,
  tilesAt,
  writeBundle,
} from '#standards/merkle';
import type { LogSource } from './source.ts';

/** The first thing in a log that is not as it must be. */
export interface Flaw {
  kind: 'key' | 'checkpoint' | 'leaf' | 'tile' | 'row';
  /** e.g. `leaf 4711`, `tile/1/000.p/18`, `checkpoint of size 300` */
  name: string;
  /** Index of the leaf, for a leaf or a row. */
  index?: number;
  expected: string;
  found: string;
}

export interface Verdict {
  ok: boolean;
  source: string;
  origin?: string;
  size?: number;
  root?: string;
  /** What was checked until the end or until the flaw. */
  leaves: number;
  tiles: number;
  checkpoints: number;
  flaw?: Flaw;
}

export interface VerifyOptions {
  /** The public key one trusts; without it the key that the log tells, which proves only that the log is whole. */
  key?: string;
  /** A second copy of the entries that must be the same: our database's rows. */
  rows?: LogSource;
  progress?(leaves: number, size: number): void;
}

/**
 * Checks a whole log: entries against leaf hashes, those against the tiles of each level, those against the signed
 * root, and every earlier checkpoint against the leaves before it. Memory does not grow with the log.
 */
export async function verifyLog(source: LogSource, options: VerifyOptions = {}): Promise<Verdict> {
  const verdict: Verdict = { ok: false, source: source.name, leaves: 0, tiles: 0, checkpoints: 0 };
  try {
    const verifier = openVerifier(options.key ?? (await source.key()));
    const last = openSigned('checkpoint', await source.checkpoint(), verifier);
    verdict.origin = last.origin;
    verdict.size = Number(last.size);
    verdict.root = base64(last.root);
    await walk(source, verifier, last, options, verdict);
    verdict.ok = true;
  } catch (error) {
    if (!(error instanceof Found)) throw error;
    verdict.flaw = error.flaw;
  }
  return verdict;
}

/** Ends the walk at the first flaw. */
class Found extends Error {
  readonly flaw: Flaw;
  constructor(flaw: Flaw) {
    super(flaw.name);
    this.flaw = flaw;
  }
}

async function walk(
  source: LogSource,
  verifier: NoteVerifier,
  last: Checkpoint,
  { rows, progress }: VerifyOptions,
  verdict: Verdict,
): Promise<void> {
  const size = Number(last.size);
  if (!Number.isSafeInteger(size)) {
    flaw({ kind: 'checkpoint', name: 'checkpoint', expected: 'a size below 2^53', found: String(last.size) });
  }
  const tree: Tree = { source, size, root: last.root, verdict };
  const edge = emptyEdge();
  const earlier = new Earlier(source, verifier, verdict, size);
  await earlier.check(edge);
  for (let start = 0; start < size; start += TILE_WIDTH) {
    for (const leafHash of await checkBundle(tree, start / TILE_WIDTH, rows)) {
      for (const tile of pushLeaf(edge, leafHash)) if (tile.level > 0) await checkTile(tree, tile);
      verdict.leaves = edge.size;
      if (earlier.isNext(edge.size)) await earlier.check(edge);
    }
    progress?.(edge.size, size);
  }
  for (const tile of partialTiles(edge)) if (tile.level > 0) await checkTile(tree, tile);
  if (!sameBytes(rootOf(edge), last.root)) {
    flaw({ kind: 'checkpoint', name: 'checkpoint', expected: base64(rootOf(edge)), found: base64(last.root) });
  }
  verdict.checkpoints += 1;
  await earlier.end();
}

interface Tree {
  source: LogSource;
  size: number;
  root: Uint8Array;
  verdict: Verdict;
}

/** The leaf hashes of a bundle, after each was found in the tile above it. */
async function checkBundle(tree: Tree, index: number, rows: LogSource | undefined): Promise<Uint8Array[]> {
  const { source, size } = tree;
  const start = index * TILE_WIDTH;
  const width = Math.min(TILE_WIDTH, size - start);
  const place = { level: 'entries', index: BigInt(index), width } as const;
  const [bundle, other, tile] = await Promise.all([
    readBytes(source, place),
    rows?.tile(place),
    readTileOf(tree, { level: 0, index: BigInt(index), width }),
  ]);
  const { entries, rest } = readEntries(bundle ?? new Uint8Array());
  const leafHashes = entries.slice(0, width).map(hashLeaf);
  const differing = leafHashes.findIndex((hash, slot) => !sameBytes(hash, hashAt(tile, slot)));

  if (entries.length !== width || rest > 0) {
    const at = Math.min(differing < 0 ? leafHashes.length : differing, width - 1);
    const found =
      bundle === undefined ? 'nothing' : `${entries.length} entries and ${rest} bytes more in ${tilePath(place)}`;
    flaw({ kind: 'leaf', name: `leaf ${start + at}`, index: start + at, expected: `${width} entries`, found });
  }
  if (differing >= 0) {
    const whole = Buffer.concat(leafHashes);
    const wrong = { level: 0, index, stored: tile, computed: whole, slot: differing };
    await blame(tree, wrong, {
      kind: 'leaf',
      name: `leaf ${start + differing}`,
      index: start + differing,
      expected: base64(hashAt(tile, differing)),
      found: base64(leafHashes[differing]!),
    });
  }
  if (other !== undefined) compareRows(start, entries, readEntries(other).entries);
  tree.verdict.tiles += 1;
  return leafHashes;
}

function compareRows(start: number, entries: readonly Uint8Array[], rows: readonly Uint8Array[]): void {
  const slot = entries.findIndex((entry, at) => rows[at] === undefined || !sameBytes(entry, rows[at]));
  if (slot < 0) return;
  const row = rows[slot];
  flaw({
    kind: 'row',
    name: `database row of leaf ${start + slot}`,
    index: start + slot,
    expected: base64(hashLeaf(entries[slot]!)),
    found: row === undefined ? 'nothing' : base64(hashLeaf(row)),
  });
}

/** A tile above the leaves, against the one that follows from the tiles below it. */
async function checkTile(tree: Tree, { level, index, hashes }: Tile): Promise<void> {
  const width = hashes.length / HASH_SIZE;
  const stored = await readTileOf(tree, { level, index: BigInt(index), width });
  tree.verdict.tiles += 1;
  if (sameBytes(stored, hashes)) return;
  const slots = Array.from({ length: width }, (_, slot) => slot);
  const slot = slots.find((at) => !sameBytes(hashAt(stored, at), hashAt(hashes, at)))!;
  const first = (index * TILE_WIDTH + slot) * TILE_WIDTH ** level;
  await blame(
    tree,
    { level, index, stored, computed: hashes, slot },
    {
      kind: 'leaf',
      name: `leaf ${first}`,
      index: first,
      expected: `leaves ${first} to ${first + TILE_WIDTH ** level - 1} of hash ${base64(hashAt(stored, slot))}`,
      found: base64(hashAt(hashes, slot)),
    },
  );
}

interface Wrong {
  level: number;
  index: number;
  stored: Uint8Array;
  /** What the entries make of the tile. */
  computed: Uint8Array;
  slot: number;
}

/** A tile and the entries below it differ: what stands above says which of them is wrong. */
async function blame(tree: Tree, wrong: Wrong, leaf: Flaw): Promise<never> {
  const { level, index, stored, computed, slot } = wrong;
  const width = stored.length / HASH_SIZE;
  if (await belongs(tree, wrong, stored)) return flaw(leaf);
  if (!(await belongs(tree, wrong, computed))) return flaw(leaf);
  return flaw({
    kind: 'tile',
    name: tilePath({ level, index: BigInt(index), width }),
    expected: `hash ${slot}: ${base64(hashAt(computed, slot))}`,
    found: `hash ${slot}: ${base64(hashAt(stored, slot))}`,
  });
}

/** Whether a tile is the one that the tree was signed with: a full one by the tile above, a partial one by the root. */
async function belongs({ source, size, root }: Tree, { level, index }: Wrong, hashes: Uint8Array): Promise<boolean> {
  if (hashes.length === TILE_WIDTH * HASH_SIZE) {
    const above = Math.floor(index / TILE_WIDTH);
    const { full, width } = tilesAt(level + 1, BigInt(size));
    const place = { level: level + 1, index: BigInt(above), width: above < full ? TILE_WIDTH : width };
    const parent = (await readBytes(source, place)) ?? new Uint8Array();
    return sameBytes(perfectRoot(hashes, 0, TILE_WIDTH), hashAt(parent, index % TILE_WIDTH));
  }
  const tiles: Tile[] = [];
  for (const { level: at, index: number, width } of partialPlaces(size)) {
    const stored = at === level ? hashes : await readBytes(source, { level: at, index: BigInt(number), width });
    if (stored?.length !== width * HASH_SIZE) return false;
    tiles.push({ level: at, index: number, hashes: stored });
  }
  return sameBytes(rootOf(openEdge(size, tiles)), root);
}

async function readTileOf(tree: Tree, place: TilePlace): Promise<Uint8Array> {
  const bytes = await readBytes(tree.source, place);
  const length = place.width * HASH_SIZE;
  if (bytes?.length === length) return bytes;
  const found = bytes === undefined ? 'nothing' : `${bytes.length} bytes`;
  return flaw({ kind: 'tile', name: tilePath(place), expected: `${length} bytes`, found });
}

/** A partial tile may have been removed once the full one was there (C2SP tlog-tiles, "Partial Tiles"). */
async function readBytes(source: LogSource, place: TilePlace): Promise<Uint8Array | undefined> {
  const bytes = await source.tile(place);
  if (bytes !== undefined || place.width === TILE_WIDTH) return bytes;
  const full = await source.tile({ ...place, width: TILE_WIDTH });
  if (full === undefined || place.level !== 'entries') return full?.subarray(0, place.width * HASH_SIZE);
  const entries = readBundle(full);
  return entries === undefined ? full : writeBundle(entries.slice(0, place.width));
}

/** The earlier checkpoints, each compared at the moment when the tree has its size. */
class Earlier {
  readonly #source: LogSource;
  readonly #iterator: AsyncIterator<{ name: string; note: Uint8Array | undefined }>;
  readonly #verifier: NoteVerifier;
  readonly #verdict: Verdict;
  readonly #size: number;
  #next: (Checkpoint & { name: string }) | undefined;
  #started = false;

  constructor(source: LogSource, verifier: NoteVerifier, verdict: Verdict, size: number) {
    this.#source = source;
    this.#iterator = source.earlier()[Symbol.asyncIterator]();
    this.#verifier = verifier;
    this.#verdict = verdict;
    this.#size = size;
  }

  isNext(size: number): boolean {
    return this.#next !== undefined && this.#next.size <= BigInt(size);
  }

  async check(edge: Edge): Promise<void> {
    if (!this.#started) await this.#advance();
    while (this.isNext(edge.size)) {
      const { name, root, size } = this.#next!;
      if (size < BigInt(edge.size))
        flaw({ kind: 'checkpoint', name, expected: 'sizes that grow', found: String(size) });
      if (!sameBytes(root, rootOf(edge))) {
        flaw({ kind: 'checkpoint', name, expected: base64(rootOf(edge)), found: base64(root) });
      }
      if (size < this.#size) this.#verdict.checkpoints += 1;
      await this.#advance();
    }
  }

  /** A checkpoint beyond the last one: a log that was cut, unless it went on growing while it was read. */
  async end(): Promise<void> {
    const next = this.#next;
    await this.#iterator.return?.();
    if (next === undefined || this.#source.live) return;
    const expected = `no size above that of the last checkpoint, ${this.#size}`;
    flaw({ kind: 'checkpoint', name: next.name, expected, found: String(next.size) });
  }

  async #advance(): Promise<void> {
    this.#started = true;
    const { done, value } = await this.#iterator.next();
    this.#next = done ? undefined : { ...openSigned(value.name, value.note, this.#verifier), name: value.name };
  }
}

function openVerifier(text: string | undefined): NoteVerifier {
  const expected = 'the text of an Ed25519 verifier (C2SP signed-note)';
  if (text === undefined) return flaw({ kind: 'key', name: 'key', expected, found: 'nothing' });
  try {
    return parseVerifier(text);
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
    return flaw({ kind: 'key', name: 'key', expected, found: error.message });
  }
}

function openSigned(name: string, note: Uint8Array | undefined, verifier: NoteVerifier): Checkpoint {
  const expected = `a checkpoint signed by ${verifier.name}`;
  if (note === undefined) return flaw({ kind: 'checkpoint', name, expected, found: 'nothing that can be read' });
  try {
    const checkpoint = openCheckpoint(note, [verifier]);
    if (checkpoint.origin === verifier.name) return checkpoint;
    return flaw({ kind: 'checkpoint', name, expected, found: `the log ${checkpoint.origin}` });
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
    return flaw({ kind: 'checkpoint', name, expected, found: error.message });
  }
}

function flaw(found: Flaw): never {
  throw new Found(found);
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
