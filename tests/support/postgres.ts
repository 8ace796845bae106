import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, inject } from 'vitest';
import type { TestProject } from 'vitest/node';
import { identifier, MIGRATIONS, migrate, openPool, type Pool, sql, startEmbedded } from '#kernel/sql';

declare module 'vitest' {
  export interface ProvidedContext {
    databaseUrl: string;
  }
}

const TEMPLATE = 'banyan_template';

/** One real PostgreSQL for all test files, with a migrated database to copy from. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'banyan-test-'));
  const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' };
  const server = await startEmbedded({ folder: join(folder, 'pg'), settings });
  const admin = openPool(server.url, { size: 1 });
  await admin.run(sql`create database ${identifier(TEMPLATE)}`);
  await admin.end();
  const template = openPool(urlOf(server.url, TEMPLATE), { size: 1 });
  await migrate(template, MIGRATIONS);
  await template.end();
  project.provide('databaseUrl', server.url);
  return async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
}

/** A fresh migrated database of the test file's own; dropped when the file is done. */
export async function testDatabase(): Promise<Pool & { url: string }> {
  const server = inject('databaseUrl');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const admin = openPool(server, { size: 1 });
  await admin.run(sql`create database ${identifier(name)} template ${identifier(TEMPLATE)} strategy file_copy`);
  const url = urlOf(server, name);
  const pool = openPool(url, { size: 8 });
  afterAll(async () => {
    await pool.end();
    await admin.run(sql`drop database ${identifier(name)} with (force)`);
    await admin.end();
  });
  return { ...pool, url };
}

function urlOf(server: string, database: string): string {
  return server.replace('/postgres?', `/${database}?`);
}
