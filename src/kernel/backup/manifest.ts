import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '#kernel/problem';
import type { AppliedMigration, Partition, Sequence, Table } from './catalog.ts';

/** What a backup holds, and by what it is checked. */
export interface Manifest {
  format: 1;
  madeAt: string;
  postgres: string;
  migrations: AppliedMigration[];
  partitions: Partition[];
  tables: SavedTable[];
  sequences: Sequence[];
  /** The ledger at the moment of the backup; absent when it had no checkpoint yet. */
  ledger?: { origin: string; size: number };
  /** SHA-256 of the file of the ledger's secret key; absent when the data folder held none. */
  keySha256?: string;
}

export interface SavedTable extends Table {
  file: string;
  rows: number;
  /** Bytes and SHA-256 of the rows in PostgreSQL's text format, before compression. */
  bytes: number;
  sha256: string;
}

const FILE = 'manifest.json';
const DIGEST = 'manifest.sha256';

/** Written last: a folder without it is no finished backup. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const text = `${JSON.stringify(manifest, undefined, 1)}\n`;
  await writeFile(join(folder, DIGEST), `${digest(text)}\n`, { mode: 0o600 });
  await writeFile(join(folder, FILE), text, { mode: 0o600 });
}

/** @throws Problem `invalid` for a folder that is no backup, an unfinished one, or one whose manifest was changed */
export async function readManifest(folder: string): Promise<Manifest> {
  const [text, told] = await Promise.all([FILE, DIGEST].map((name) => readText(join(folder, name))));
  if (text === undefined || told === undefined)
    throw new Problem('invalid', 'this folder is no finished backup', { folder });
  if (told !== `${digest(text)}\n`) throw new Problem('invalid', "the backup's manifest was changed", { folder });
  const manifest = JSON.parse(text) as Manifest;
  if (manifest.format === 1) return manifest;
  throw new Problem('unsupported', 'the backup is of a format this program does not know', { format: manifest.format });
}

async function readText(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw new Problem('unavailable', 'the backup cannot be read', { file, code: error.code }, { cause: error });
  });
}

export const digest = (text: string) => createHash('sha256').update(text).digest('hex');
