import { createReadStream } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import type { Db } from '#kernel/context';
import { databaseSource, KEY_FILE, type Verdict, verifyLog } from '#kernel/ledger';
import { Problem } from '#kernel/problem';
import { identifier, join as joinSql, MIGRATIONS, migrate, sql, trusted } from '#kernel/sql';
import { tableText } from './backup.ts';
import { findMigrations, findTables, isEmpty } from './catalog.ts';
import { digest, type Manifest, readManifest, type SavedTable } from './manifest.ts';
import { inSession, RowCounter, type Session } from './session.ts';

export interface RestoreOptions {
  /** An empty database. */
  databaseUrl: string;
  /** The data folder, for the ledger's key. */
  data: string;
  folder: string;
  /** The folder of the migrations; the program's own unless said. */
  migrations?: string;
  progress?(table: string, rows: number): void;
}

export interface Restored {
  tables: number;
  rows: number;
  ledger: Verdict | undefined;
}

/**
 * Puts a backup into an empty database: all of it, checked, or nothing. The tables are made by the migrations of the
 * backup's time; newer ones are applied at the next start.
 *
 * @throws Problem `conflict` when something is in the database already, or another ledger key in the data folder;
 *   `invalid` when the backup is damaged; `unsupported` when it is newer than this program
 */
export async function restore(options: RestoreOptions): Promise<Restored> {
  const { databaseUrl, data, folder, migrations = MIGRATIONS, progress } = options;
  const manifest = await readManifest(folder);
  const keyIsNew = await putKey(folder, data, manifest);
  try {
    const restored = await inSession(databaseUrl, 'begin', async (session) => {
      if (!(await isEmpty(session.db))) throw new Problem('conflict', 'the database is not empty');
      await makeTables(session.db, manifest, migrations);
      for (const table of manifest.tables) {
        await loadTable(session, folder, table);
        progress?.(table.name, table.rows);
      }
      for (const { name, lastValue, isCalled } of manifest.sequences) {
        await session.db.run(sql`select setval(${identifier(name).text}::regclass, ${lastValue}::bigint, ${isCalled})`);
      }
      for (const table of manifest.tables) await checkTable(session, table);
      await forgetLake(session.db);
      return {
        tables: manifest.tables.length,
        rows: manifest.tables.reduce((sum, table) => sum + table.rows, 0),
        ledger: await checkLedger(session.db, manifest),
      };
    });
    await inSession(databaseUrl, 'begin', ({ db }) => db.run(sql`analyze`));
    return restored;
  } catch (error) {
    if (keyIsNew) await rm(join(data, KEY_FILE));
    throw error;
  }
}

/** What the lake holds was made from another state: it is made anew at the next start, even where the old one is still there. */
async function forgetLake(db: Db): Promise<void> {
  for (const name of ['lake.generation', 'lake.kept_view', 'lake.skipped']) {
    const { known } = await db.one<{ known: boolean }>(sql`select to_regclass(${name}) is not null as known`);
    if (known) await db.run(sql`delete from ${identifier(name)}`);
  }
}

async function makeTables(db: Db, manifest: Manifest, source: string): Promise<void> {
  const { migrations, partitions, tables } = manifest;
  const scratch = await mkdtemp(join(tmpdir(), 'banyan-restore-'));
  try {
    for (const { name } of migrations) {
      await copyFile(join(source, name), join(scratch, name)).catch((error) => {
        throw new Problem(
          'unsupported',
          'the backup is newer than this program',
          { migration: name },
          { cause: error },
        );
      });
    }
    await migrate(db, scratch);
  } finally {
    await rm(scratch, { recursive: true });
  }
  const applied = new Map((await findMigrations(db)).map(({ name, checksum }) => [name, checksum]));
  const changed = migrations.find(({ name, checksum }) => applied.get(name) !== checksum);
  if (changed !== undefined) {
    throw new Problem('unsupported', 'the backup was made with another migration', { migration: changed.name });
  }
  for (const { name, parent, bound, divided } of partitions) {
    const further = divided === null ? '' : `partition by ${divided}`;
    await db.run(sql`
      create table if not exists ${identifier(name)} partition of ${identifier(parent)} ${trusted(`${bound} ${further}`)}
    `);
  }
  const made = new Set((await findTables(db)).map((table) => table.name));
  const missing = tables.find((table) => !made.has(table.name));
  if (missing !== undefined)
    throw new Problem('unsupported', 'no migration makes a table of the backup', { table: missing.name });
  // What migrations filled in is in the backup, as it was then.
  await db.run(sql`truncate ${joinSql([...made].map((name) => identifier(name)))}`);
}

async function loadTable({ client }: Session, folder: string, table: SavedTable): Promise<void> {
  const counter = new RowCounter();
  try {
    await pipeline(
      createReadStream(join(folder, table.file)),
      createGunzip(),
      counter,
      client.query(copyFrom(`copy ${tableText(table)} from stdin`)),
    );
  } catch (error) {
    if (!isOfTheFile(error)) throw error;
    throw new Problem('invalid', 'a table of the backup cannot be read', { table: table.name }, { cause: error });
  }
  if (counter.rows !== table.rows || counter.digest() !== table.sha256) {
    throw new Problem('invalid', 'a table of the backup was changed', { table: table.name, rows: counter.rows });
  }
}

/** No such file, no gzip (zlib's codes), or no rows of this table (PostgreSQL's classes 22 and 23). */
function isOfTheFile(error: unknown): boolean {
  return /^(ENOENT|Z_|2[23])/.test((error as { code?: string }).code ?? '');
}

/** What is in the table now, read back, is what was saved. */
async function checkTable({ client }: Session, table: SavedTable): Promise<void> {
  const counter = new RowCounter();
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  await pipeline(client.query(copyTo(`copy ${tableText(table)} to stdout`)), counter, nowhere);
  if (counter.rows === table.rows && counter.digest() === table.sha256) return;
  throw new Problem('conflict', 'a restored table is not what was saved', { table: table.name, rows: counter.rows });
}

async function checkLedger(db: Db, { ledger }: Manifest): Promise<Verdict | undefined> {
  if (ledger === undefined) return undefined;
  const verdict = await verifyLog(databaseSource(db));
  if (verdict.ok && verdict.size === ledger.size) return verdict;
  throw new Problem('invalid', 'the ledger in the backup does not verify', { flaw: verdict.flaw, size: verdict.size });
}

/** @returns whether the key was put there now */
async function putKey(folder: string, data: string, { keySha256 }: Manifest): Promise<boolean> {
  if (keySha256 === undefined) return false;
  const text = await readKey(join(folder, KEY_FILE));
  if (text === undefined || digest(text) !== keySha256) {
    throw new Problem('invalid', "the ledger's key in the backup was changed", { folder });
  }
  const file = join(data, KEY_FILE);
  const found = await readKey(file);
  if (found === text) return false;
  if (found !== undefined) throw new Problem('conflict', "another ledger's key is in the data folder", { file });
  await mkdir(data, { recursive: true });
  await writeFile(file, text, { mode: 0o600, flag: 'wx', flush: true });
  return true;
}

function readKey(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new Problem('unavailable', "the ledger's key cannot be read", { file, code: error.code }, { cause: error });
  });
}
