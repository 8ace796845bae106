import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Verb, VerbIo } from '#kernel/cli';
import { holdFolder, openDatabase } from '#kernel/sql';
import { backup } from './backup.ts';
import { restore } from './restore.ts';

export const backupVerb: Verb = {
  name: 'backup',
  summary: 'save everything at one moment, while the platform goes on',
  usage: `backup --dir FOLDER

Saves every row of the database at one moment, and the ledger's secret key.
  --dir FOLDER   an empty folder, or one that does not exist yet
The backup is not encrypted: it holds personal data and the key that signs the ledger. Keep it as you keep the original.
Prints what was saved as JSON.`,

  async run(args, io) {
    const folder = folderOf(args, io);
    if (folder === undefined) return 1;
    const { data } = io.config;
    const database = await openDatabase(io.config);
    try {
      const options = { databaseUrl: database.url, data, folder, now: new Date(), progress: teller(io, 'saved') };
      const { tables, ledger, keySha256 } = await backup(options);
      const hasKey = keySha256 !== undefined;
      const rows = tables.reduce((sum, table) => sum + table.rows, 0);
      if (!hasKey) io.progress('The data folder holds no ledger key: the backup is without one.');
      io.out(JSON.stringify({ folder, tables: tables.length, rows, ledger, hasKey }));
      return 0;
    } finally {
      await database.release();
    }
  },
};

export const restoreVerb: Verb = {
  name: 'restore',
  summary: 'put a backup into an empty database, checked to the last row',
  usage: `restore --dir FOLDER

Puts a backup into the database of the settings, which must be empty, and the ledger's key into the data folder.
  --dir FOLDER   what "backup" wrote
Every table is compared with what was saved and the ledger is verified; when anything is wrong, nothing is kept.
Prints what was restored as JSON.`,

  async run(args, io) {
    const folder = folderOf(args, io);
    if (folder === undefined) return 1;
    const { data } = io.config;
    const giveBack = await holdFolder(data);
    const database = await openDatabase(io.config);
    try {
      const restored = await restore({ databaseUrl: database.url, data, folder, progress: teller(io, 'restored') });
      io.out(JSON.stringify({ folder, ...restored }));
      return 0;
    } finally {
      await database.release();
      await giveBack();
    }
  },
};

function folderOf(args: readonly string[], io: VerbIo): string | undefined {
  const { values } = parseArgs({ args: [...args], options: { dir: { type: 'string' } } });
  if (values.dir === undefined) io.progress('--dir is needed');
  return values.dir === undefined ? undefined : resolve(values.dir);
}

const teller = (io: VerbIo, what: string) => (table: string, rows: number) =>
  io.progress(`${what} ${table}: ${rows} rows\r`);
