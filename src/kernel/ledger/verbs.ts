import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Config } from '#kernel/config';
import type { Db } from '#kernel/context';
import { openDatabase, openPool } from '#kernel/sql';
import { exportLog } from './export.ts';
import { databaseSource, folderSource, urlSource } from './source.ts';
import { verifyLog } from './verify.ts';

/** What the command line gives to a verb. */
interface VerbIo {
  config: Config;
  out(line: string): void;
  progress(text: string): void;
}

export const verifyLedger = {
  name: 'verify-ledger',
  summary: 'check the whole ledger, offline, and name the first thing that is wrong',
  usage: `verify-ledger [--url URL | --dir FOLDER] [--database] [--key KEY]

Checks every entry, every tile, every checkpoint and every signature of a ledger.
  (nothing)      the ledger in the database of the settings
  --dir FOLDER   a ledger exported as files (export-ledger), or any C2SP tlog-tiles log
  --url URL      a ledger over HTTP, e.g. http://127.0.0.1:8080/ledger
  --database     compares the entries with the rows of the database of the settings, too
  --key KEY      the public key you trust; without it the key that the ledger itself names
Prints the verdict as JSON. Exit code 0: all is well; 1: it is not, and "flaw" says where.`,

  async run(args: readonly string[], io: VerbIo): Promise<number> {
    const { values } = parseArgs({
      args: [...args],
      options: {
        url: { type: 'string' },
        dir: { type: 'string' },
        key: { type: 'string' },
        database: { type: 'boolean', default: false },
      },
    });
    const { url, dir, key, database } = values;
    if (url !== undefined && dir !== undefined) {
      io.progress('give --url or --dir, not both');
      return 1;
    }
    const check = async (db: Db | undefined): Promise<number> => {
      const rows = db === undefined ? undefined : databaseSource(db);
      const source = url !== undefined ? urlSource(url) : dir !== undefined ? folderSource(resolve(dir)) : rows!;
      const verdict = await verifyLog(source, {
        ...(key === undefined ? {} : { key }),
        ...(rows === undefined || rows === source ? {} : { rows }),
        progress: counter(io, 'checked'),
      });
      io.out(JSON.stringify(verdict));
      return verdict.ok ? 0 : 1;
    };
    return (url === undefined && dir === undefined) || database ? withDatabase(io.config, check) : check(undefined);
  },
};

export const exportLedger = {
  name: 'export-ledger',
  summary: 'write the ledger as files that anybody can check',
  usage: `export-ledger --dir FOLDER

Writes entries, tiles, checkpoints and the public key in the layout of C2SP tlog-tiles.
  --dir FOLDER   an empty folder, or one that does not exist yet
Prints what was written as JSON.`,

  async run(args: readonly string[], io: VerbIo): Promise<number> {
    const { values } = parseArgs({ args: [...args], options: { dir: { type: 'string' } } });
    const { dir } = values;
    if (dir === undefined) {
      io.progress('--dir is needed');
      return 1;
    }
    return withDatabase(io.config, async (db) => {
      io.out(JSON.stringify(await exportLog(db, resolve(dir), counter(io, 'written'))));
      return 0;
    });
  },
};

async function withDatabase<T>(config: Config, work: (db: Db) => Promise<T>): Promise<T> {
  const database = await openDatabase(config);
  const pool = openPool(database.url, { size: 4 });
  try {
    return await work(pool);
  } finally {
    await pool.end();
    await database.release();
  }
}

/** Tells how far it is, now and then. */
function counter(io: VerbIo, what: string): (leaves: number, size: number) => void {
  let told = 0;
  return (leaves, size) => {
    if (leaves < size && leaves - told < 25_600) return;
    told = leaves;
    io.progress(`${what} ${leaves} of ${size} leaves${leaves === size ? '' : '\r'}`);
  };
}
