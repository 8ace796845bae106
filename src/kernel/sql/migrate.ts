import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Db } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { sql, trusted } from './tag.ts';

interface Migration {
  number: number;
  name: string;
  text: string;
  checksum: string;
}

/** Any two programs that start at once take turns here. The number is arbitrary but fixed. */
const MIGRATION_LOCK = 8_315_202_611;

/**
 * Brings the database to the newest migration, each in the same transaction: all or none.
 *
 * @returns the names of the migrations that were applied now
 * @throws Problem `conflict` when an applied migration was changed afterwards or is unknown to this program
 */
export async function migrate(db: Db, folder: string): Promise<string[]> {
  const migrations = await readMigrations(folder);
  return db.transaction(async (tx) => {
    await tx.run(sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`);
    await tx.run(sql`create schema if not exists kernel`);
    await tx.run(sql`
      create table if not exists kernel.migration (
        number int primary key, name text not null, checksum text not null, applied_at timestamptz not null default now()
      )
    `);
    const applied = await tx.rows<{ number: number; name: string; checksum: string }>(
      sql`select number, name, checksum from kernel.migration order by number`,
    );
    const known = new Map(migrations.map((migration) => [migration.number, migration]));
    for (const past of applied) {
      const now = known.get(past.number);
      if (now === undefined)
        throw new Problem('conflict', 'the database is newer than this program', { migration: past.name });
      if (now.checksum !== past.checksum) {
        throw new Problem('conflict', 'a migration was changed after it was applied', { migration: past.name });
      }
    }
    const done = new Set(applied.map((past) => past.number));
    const open = migrations.filter((migration) => !done.has(migration.number));
    for (const { number, name, text, checksum } of open) {
      await tx.run(trusted(text));
      await tx.run(sql`insert into kernel.migration (number, name, checksum) values (${number}, ${name}, ${checksum})`);
    }
    return open.map((migration) => migration.name);
  });
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  const migrations = await Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(folder, name), 'utf8');
      return {
        number: Number(name.slice(0, 4)),
        name,
        text,
        checksum: createHash('sha256').update(text).digest('hex'),
      };
    }),
  );
  const twice = migrations.find((migration, index) => migration.number === migrations[index - 1]?.number);
  if (twice !== undefined) throw new Problem('conflict', 'two migrations carry one number', { migration: twice.name });
  return migrations;
}
