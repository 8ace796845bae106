import { randomUUID } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readConfig } from '#kernel/config';
import type { Db } from '#kernel/context';
import { appendAll, databaseSource, openKey, seal, verifyLog } from '#kernel/ledger';
import { identifier, MIGRATIONS, migrate, openPool, type Pool, sql } from '#kernel/sql';
import { testDatabase } from '../../../tests/support/postgres.ts';
import { backup, backupVerb, restore, restoreVerb } from './index.ts';

/**
 * Goal: what is restored is what was there at one moment, to the last row, or nothing is.
 * Method: real databases; the judge compares each table's text in both, apart from the program's own checks.
 */
const now = new Date('2026-01-01T00:00:00Z');
const scratch = await mkdtemp(join(tmpdir(), 'backup-test-'));
afterAll(() => rm(scratch, { recursive: true }));

/** Beside our own tables, one of every sort that a table can be. */
const migrations = join(scratch, 'migrations');
await cp(MIGRATIONS, migrations, { recursive: true });
await writeFile(
  join(migrations, '9000_test_sorts.sql'),
  `create schema sorts;
   create table sorts.child (id bigint generated always as identity primary key, parent text not null);
   create table sorts.parent (id text primary key, above text references sorts.parent);
   alter table sorts.child add foreign key (parent) references sorts.parent;
   insert into sorts.parent values ('made by the migration', null);
   create table sorts."Odd name" ("a b" text, doubled int generated always as (n * 2) stored, n int);
   create table sorts.kinds (a bytea, b double precision, c real, d timestamptz, e json, f text[], g numeric, h interval,
     i boolean, j date, k int8range);
   create table sorts.reading (device text, at timestamptz, value int, primary key (device, at)) partition by range (at);`,
);

const db = await testDatabase();
await migrate(db, migrations);
const data = join(scratch, 'data');
const signer = await openKey(db, data, now);
await fill(db);

async function fill(to: Db): Promise<void> {
  await appendAll(
    to,
    Array.from({ length: 600 }, (_, n) => ({ act: 'a', at: now, body: { n, text: 'tab\tline\nback\\' } })),
  );
  await seal(to, signer, now, 300);
  await seal(to, signer, now, 200);
  await to.run(sql`delete from sorts.parent`);
  await to.run(sql`insert into sorts.parent values ('p', null), ('q', 'p')`);
  await to.run(sql`insert into sorts.child (parent) select 'p' from generate_series(1, 50)`);
  await to.run(sql`delete from sorts.child where id % 3 = 0`);
  await to.run(
    sql`insert into sorts."Odd name" ("a b", n) values (${'\\N'}, 1), (null, null), ('', 3), (${'öß\t中文\r\n'}, 4)`,
  );
  await to.run(sql`
    insert into sorts.kinds values (${Buffer.from([0, 10, 92, 255])}, ${0.1 + 0.2}, 1e-30, '2026-03-01 00:00:00.123456+08',
      '{"a": [1,  2]}', array['x', null, '{"'], 123456789012345678901234567890.000, '1 mon 3 days 04:05:06.7', true, '0044-03-15 BC',
      '[1,5)'), (null, 'NaN', '-Infinity', 'infinity', null, '{}', 'NaN', null, null, 'infinity', 'empty')
  `);
  await to.run(sql`create table sorts.reading_2026 partition of sorts.reading for values from ('2026-01-01') to ('2027-01-01')
    partition by list (device)`);
  await to.run(sql`create table sorts.reading_2026_a partition of sorts.reading_2026 for values in ('a')`);
  await to.run(sql`create table sorts.reading_rest partition of sorts.reading default`);
  await to.run(sql`insert into sorts.reading values ('a', '2026-05-05', 1), ('b', '2020-05-05', 2)`);
}

async function emptyDatabase(): Promise<Pool & { url: string }> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await db.run(sql`create database ${identifier(name)} template template0`);
  const url = db.url.replace(/\/test_[^?]+\?/, `/${name}?`);
  const pool = openPool(url, { size: 2 });
  afterAll(async () => {
    await pool.end();
    await db.run(sql`drop database ${identifier(name)} with (force)`);
  });
  return { ...pool, url };
}

/** Each table's rows and each sequence, as text. */
async function contents(of: Db): Promise<Record<string, string>> {
  const tables = await of.rows<{ name: string }>(sql`
    select schemaname || '.' || tablename as name from pg_tables
    where schemaname !~ '^pg_' and schemaname <> 'information_schema' order by 1
  `);
  const told: Record<string, string> = {};
  for (const { name } of tables) {
    const rows = sql`select coalesce(string_agg(t::text, '|' order by t::text), '') as all from ${identifier(name)} t`;
    told[name] = (await of.one<{ all: string }>(rows)).all;
  }
  for (const row of await of.rows<{ name: string; at: string }>(
    sql`select schemaname || '.' || sequencename as name, last_value::text as at from pg_sequences order by 1`,
  )) {
    told[row.name] = row.at;
  }
  return told;
}

let made = 0;
async function makeBackup(): Promise<string> {
  made += 1;
  const folder = join(scratch, `backup-${made}`);
  await backup({ databaseUrl: db.url, data, folder, now });
  return folder;
}

describe('a backup', () => {
  test('restored, is the original row for row, with its key and a ledger that verifies', async () => {
    const folder = await makeBackup();
    const target = await emptyDatabase();
    const newData = join(scratch, 'new-data');
    const restored = await restore({ databaseUrl: target.url, data: newData, folder, migrations });
    expect(await contents(target)).toEqual(await contents(db));
    expect(restored.ledger).toMatchObject({ ok: true, size: 500, checkpoints: 2 });

    expect((await stat(join(newData, 'ledger.key'))).mode & 0o777).toBe(0o600);
    expect((await openKey(target, newData, now)).id).toBe(signer.id);
    expect(await seal(target, signer, now)).toBe(100);
    expect(await verifyLog(databaseSource(target))).toMatchObject({ ok: true, size: 600, checkpoints: 3 });
    const { id } = await target.one<{ id: number }>(sql`insert into sorts.child (parent) values ('q') returning id`);
    expect(id).toBe(51);
    expect(await migrate(target, migrations)).toEqual([]);
  });

  test('is readable by its owner only', async () => {
    const folder = await makeBackup();
    for (const file of await readdir(folder)) expect((await stat(join(folder, file))).mode & 0o077, file).toBe(0);
    expect((await stat(folder)).mode & 0o077).toBe(0);
  });

  test('shows one moment while writers go on', async () => {
    let writing = true;
    const write = async (): Promise<void> => {
      while (writing) {
        await db.transaction(async (tx) => {
          await tx.run(sql`insert into sorts.child (parent) values ('p')`);
          await tx.run(sql`insert into sorts."Odd name" ("a b", n) values ('pair', 1)`);
        });
      }
    };
    const count = async (of: Db) =>
      of.one<{ children: number; pairs: number }>(sql`
        select (select count(*) from sorts.child) as children,
          (select count(*) from sorts."Odd name" where "a b" = 'pair') as pairs
      `);
    const before = await count(db);
    const writers = [write(), write()];
    const folder = await makeBackup();
    writing = false;
    await Promise.all(writers);
    const target = await emptyDatabase();
    await restore({ databaseUrl: target.url, data, folder, migrations });
    const after = await count(target);
    expect(after.children - before.children).toBe(after.pairs - before.pairs);
    const next = await target.one<{ id: number; most: number }>(sql`
      insert into sorts.child (parent) values ('p') returning id, (select max(id) from sorts.child) as most
    `);
    expect(next.id).toBeGreaterThan(next.most);
  });

  test('with a byte changed anywhere is refused, and the database stays empty', { timeout: 120_000 }, async () => {
    const folder = await makeBackup();
    const target = await emptyDatabase();
    const newData = join(scratch, 'changed-data');
    const files = ['manifest.json', 'manifest.sha256', 'ledger.leaf.copy.gz', 'sorts.kinds.copy.gz', 'ledger.key'];
    for (const file of files) {
      const bytes = await readFile(join(folder, file));
      const changed = Buffer.from(bytes);
      changed[Math.floor(bytes.length * 0.6)]! ^= 1;
      await writeFile(join(folder, file), changed);
      const options = { databaseUrl: target.url, data: newData, folder, migrations };
      await expect(restore(options), file).rejects.toMatchObject({ kind: 'invalid' });
      expect(await contents(target)).toEqual({});
      expect(await readdir(newData).catch(() => [])).toEqual([]);
      await writeFile(join(folder, file), bytes);
    }
    await restore({ databaseUrl: target.url, data: newData, folder, migrations });
  });

  test('goes into an empty database only, and beside no other key', async () => {
    const folder = await makeBackup();
    const full = { databaseUrl: db.url, data, folder, migrations };
    await expect(restore(full)).rejects.toThrow('the database is not empty');
    const target = await emptyDatabase();
    const otherData = join(scratch, 'other-data');
    await mkdir(otherData);
    await writeFile(join(otherData, 'ledger.key'), 'another');
    const beside = { ...full, databaseUrl: target.url, data: otherData };
    await expect(restore(beside)).rejects.toThrow("another ledger's key");
    expect(await contents(target)).toEqual({});
  });

  test('of a newer program is refused; an unfinished one too', async () => {
    const folder = await makeBackup();
    const target = await emptyDatabase();
    await expect(restore({ databaseUrl: target.url, data, folder })).rejects.toThrow('newer than this program');
    await rm(join(folder, 'manifest.json'));
    await expect(restore({ databaseUrl: target.url, data, folder })).rejects.toThrow('no finished backup');
    await expect(backup({ databaseUrl: db.url, data, folder, now })).rejects.toThrow('not empty');
    expect(await contents(target)).toEqual({});
  });

  test('by the command line', async () => {
    const source = await testDatabase();
    const key = join(scratch, 'cli-data');
    await openKey(source, key, now);
    await appendAll(source, [{ act: 'a', at: now, body: {} }]);
    const target = await emptyDatabase();
    const lines: string[] = [];
    const io = (databaseUrl: string, BANYAN_DATA: string) => ({
      config: { ...readConfig({ BANYAN_DATA }), databaseUrl },
      out: (line: string) => lines.push(line),
      progress: () => {},
    });
    const dir = join(scratch, 'by-cli');
    expect(await backupVerb.run(['--dir', dir], io(source.url, key))).toBe(0);
    expect(await restoreVerb.run(['--dir', dir], io(target.url, join(scratch, 'cli-new')))).toBe(0);
    expect(await contents(target)).toEqual(await contents(source));
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ hasKey: true }, { folder: dir }]);
    expect(await backupVerb.run([], io(source.url, key))).toBe(1);
  });
});
