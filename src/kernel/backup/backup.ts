import { createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { to as copyTo } from 'pg-copy-streams';
import type { Db } from '#kernel/context';
import { KEY_FILE } from '#kernel/ledger';
import { Problem } from '#kernel/problem';
import { identifier, join as joinSql, sql } from '#kernel/sql';
import { findMigrations, findPartitions, findSequences, findTables, type Table } from './catalog.ts';
import { digest, type Manifest, type SavedTable, writeManifest } from './manifest.ts';
import { inSession, RowCounter, type Session } from './session.ts';

export interface BackupOptions {
  databaseUrl: string;
  /** The data folder, for the ledger's key. */
  data: string;
  /** An empty folder, or one that does not exist yet. */
  folder: string;
  now: Date;
  progress?(table: string, rows: number): void;
}

/**
 * Saves every row at one moment, while everything goes on, with the ledger's key. Memory does not grow with the data.
 * The backup holds personal data and a secret key: its files are readable by their owner only, and not encrypted.
 *
 * @throws Problem `conflict` for a folder that is not empty
 */
export async function backup(options: BackupOptions): Promise<Manifest> {
  const { databaseUrl, data, folder, now, progress } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await readdir(folder)).length > 0) throw new Problem('conflict', 'the folder is not empty', { folder });

  return inSession(databaseUrl, 'begin isolation level repeatable read read only', async (session) => {
    const { db } = session;
    const migrations = await findMigrations(db);
    const partitions = await findPartitions(db);
    const found = await findTables(db);
    // A partition that a job would drop meanwhile stays until it is saved.
    await db.run(sql`lock table ${joinSql(found.map((table) => identifier(table.name)))} in access share mode`);
    const tables: SavedTable[] = [];
    for (const table of found) {
      const saved = await saveTable(session, folder, table);
      tables.push(saved);
      progress?.(saved.name, saved.rows);
    }
    const ledger = await ledgerOf(db);
    const keySha256 = await saveKey(data, folder);
    const manifest: Manifest = {
      format: 1,
      madeAt: now.toISOString(),
      postgres: (await db.one<{ server_version: string }>(sql`show server_version`)).server_version,
      migrations,
      partitions,
      tables,
      // Sequences know no snapshot: read last, they are past every number that was saved.
      sequences: await findSequences(db),
      ...(ledger === undefined ? {} : { ledger }),
      ...(keySha256 === undefined ? {} : { keySha256 }),
    };
    await writeManifest(folder, manifest);
    return manifest;
  });
}

async function saveTable({ client }: Session, folder: string, table: Table): Promise<SavedTable> {
  const file = `${encodeURIComponent(table.name)}.copy.gz`;
  const counter = new RowCounter();
  await pipeline(
    client.query(copyTo(`copy ${tableText(table)} to stdout`)),
    counter,
    createGzip({ level: 3 }),
    createWriteStream(join(folder, file), { mode: 0o600, flags: 'wx' }),
  );
  return { ...table, file, rows: counter.rows, bytes: counter.bytes, sha256: counter.digest() };
}

/** `schema.table (column, ...)`, quoted. */
export function tableText({ name, columns }: Table): string {
  return sql`${identifier(name)} (${joinSql(columns.map((column) => identifier(column)))})`.text;
}

function ledgerOf(db: Db): Promise<Manifest['ledger']> {
  return db.maybe<{ origin: string; size: number }>(sql`
    select origin, max(size) as size from ledger.identity cross join ledger.checkpoint group by origin
  `);
}

/** @returns the key file's SHA-256, or undefined when there is no key */
async function saveKey(data: string, folder: string): Promise<string | undefined> {
  const text = await readFile(join(data, KEY_FILE), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new Problem('unavailable', "the ledger's key cannot be saved", { code: error.code }, { cause: error });
  });
  if (text === undefined) return undefined;
  await writeFile(join(folder, KEY_FILE), text, { mode: 0o600, flag: 'wx' });
  return digest(text);
}
