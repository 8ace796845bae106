import type { Db } from '#kernel/context';
import { HASH_SIZE, type TilePlace, writeBundle } from '#standards/merkle';
import { findBundle, findTiles } from './store.ts';

/** Names of the log's files beside its tiles. The list of earlier checkpoints is ours; the others are those of C2SP. */
export const FILES = { key: 'key', checkpoint: 'checkpoint', checkpoints: 'checkpoints.ndjson' } as const;

/** One line of a list of checkpoints, in the one spelling that is accepted. */
export function writeCheckpointLine({ size, note }: { size: number; note: string }): string {
  return JSON.stringify({ size, note });
}

/** The bytes of a tile or bundle, or undefined where the log does not reach so far. */
export async function readTile(db: Db, place: TilePlace): Promise<Buffer | undefined> {
  if (place.index > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  const index = Number(place.index);
  const { level, width } = place;
  if (level === 'entries') {
    const entries = await findBundle(db, index, width);
    return entries.length < width ? undefined : Buffer.from(writeBundle(entries));
  }
  const [tile] = await findTiles(db, [{ level, index }]);
  const size = width * HASH_SIZE;
  return tile === undefined || tile.hashes.length < size ? undefined : Buffer.from(tile.hashes.subarray(0, size));
}
