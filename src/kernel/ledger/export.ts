import { createWriteStream } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Db } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { TILE_WIDTH, tilePath, tilesAt } from '#standards/merkle';
import { FILES, readTile, writeCheckpointLine } from './files.ts';
import { findCheckpoint, findCheckpoints, findIdentity } from './store.ts';

export interface ExportedLog {
  origin: string;
  size: number;
  files: number;
}

/**
 * Writes the log as files in the layout of C2SP tlog-tiles, its key and its earlier checkpoints beside them.
 * The checkpoint comes last: a folder without one was not finished.
 *
 * @throws Problem `conflict` for a folder that is not empty
 */
export async function exportLog(
  db: Db,
  folder: string,
  progress: (leaves: number, size: number) => void = () => {},
): Promise<ExportedLog> {
  const last = await findCheckpoint(db);
  const identity = await findIdentity(db);
  if (last === undefined || identity === undefined) throw new Problem('not-found', 'the ledger has no checkpoint yet');
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0) throw new Problem('conflict', 'the folder is not empty', { folder });

  const { size, note } = last;
  let files = 3;
  for (const level of ['entries', 0, 1, 2, 3, 4, 5] as const) {
    const { full, width } = tilesAt(level === 'entries' ? 0 : level, BigInt(size));
    for (let index = 0n; index < full; index += 1n) {
      await exportTile(db, folder, { level, index, width: TILE_WIDTH });
      files += 1;
      if (level === 'entries') progress(Number(index + 1n) * TILE_WIDTH, size);
    }
    if (width > 0) {
      await exportTile(db, folder, { level, index: full, width });
      files += 1;
    }
  }
  await pipeline(checkpointLines(db, size), createWriteStream(join(folder, FILES.checkpoints)));
  await writeFile(join(folder, FILES.key), `${identity.verifier}\n`);
  await writeFile(join(folder, FILES.checkpoint), note);
  progress(size, size);
  return { origin: identity.origin, size, files };
}

async function exportTile(db: Db, folder: string, place: Parameters<typeof readTile>[1]): Promise<void> {
  const path = tilePath(place);
  const bytes = await readTile(db, place);
  if (bytes === undefined) throw new Problem('conflict', 'the ledger is damaged: a tile is missing', { path });
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, bytes);
}

async function* checkpointLines(db: Db, most: number): AsyncIterable<string> {
  for (let after = -1; ; ) {
    const page = await findCheckpoints(db, { after, limit: 1000 });
    for (const checkpoint of page) if (checkpoint.size <= most) yield `${writeCheckpointLine(checkpoint)}\n`;
    after = page.at(-1)?.size ?? most;
    if (after >= most) return;
  }
}
