import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { openPool, sql } from '#kernel/sql';
import { oruOfTen } from '../../region/load.ts';
import { MllpLine } from '../../region/mllp-line.ts';
import { makePlatform } from '../support/platform.ts';

const MEGABYTE = 1_000_000;
const platform = await makePlatform();
const folder = join(platform.data, 'lake');
mkdirSync(folder, { recursive: true, mode: 0o700 });
/** A file system of its own, as small as a test needs; only an administrator of the machine may make one. */
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=96m,mode=0700', 'tmpfs', folder]).status === 0;
if (!mounted) process.stderr.write('lake-disk-full: skipped, since no small file system can be mounted here\n');

afterAll(async () => {
  await platform.stop();
  if (mounted) spawnSync('umount', [folder]);
  await platform.end();
});

async function send(from: number, count: number): Promise<void> {
  const line = new MllpLine({ host: '127.0.0.1', port: platform.mllpPort, timeoutMs: 15_000 });
  for (let number = from; number < from + count; number += 1) {
    const { controlId, text } = oruOfTen(number);
    expect((await line.send(text, controlId)).code).toBe('AA');
  }
  line.close();
}

const health = async () =>
  (await fetch(`${platform.url}/health/ready`)).json() as Promise<{ status: string; parts: Record<string, string> }>;

async function until(holds: () => Promise<boolean>, what: string, ms = 120_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await sleep(250);
  }
}

/**
 * Goal: a full disk under the lake holds up nothing but the lake, loses nothing, and mends itself.
 * Method: the lake's folder is a small file system of its own, filled to the last page while messages come; then it gets its space
 * back, and every view is compared with PostgreSQL.
 */
test.skipIf(!mounted)('a full disk under the lake: the platform goes on, and the lake catches up', async () => {
  await platform.start();
  const pool = openPool(platform.databaseUrl);
  const waiting = async (hearer: string) =>
    (
      await pool.one<{ n: number }>(
        sql`select count(*) as n from kernel.delivery where (hearer = 'lake') = (${hearer} = 'lake')`,
      )
    ).n;
  await send(0, 20);
  await until(async () => (await waiting('lake')) === 0, 'the lake has heard everything');

  const { bavail, bsize } = statfsSync(folder);
  // To the last byte: what does not fit is cut off, which is what is wanted.
  for (let part = 0, left = bavail * bsize; left > 0; part += 1, left -= MEGABYTE) {
    try {
      writeFileSync(join(folder, `ballast-${part}`), Buffer.alloc(Math.min(MEGABYTE, left)));
    } catch {
      break;
    }
  }
  await send(20, 30);
  await until(async () => (await waiting('others')) === 0, 'the record has read all messages');
  await until(async () => (await health()).status === 'degraded', 'health says so');
  expect((await health()).parts['lake']).toContain('does not reach the lake');
  expect(await waiting('lake')).toBeGreaterThan(0);
  const observations = await pool.one<{ n: number }>(sql`select count(*) as n from fhir.observation`);
  expect(observations.n).toBe(500);

  for (let part = 0; part < 200; part += 1) rmSync(join(folder, `ballast-${part}`), { force: true });
  await until(async () => (await waiting('lake')) === 0, 'the lake catches up');
  expect((await health()).status).toBe('ready');
  expect(await pool.rows(sql`select hearer, reason, facts from kernel.dead_letter limit 5`)).toEqual([]);
  await pool.end();
  const { stdout, status } = spawnSync(execPath, ['src/cli.ts', 'lake', 'check'], {
    env: platform.env,
    encoding: 'utf8',
  });
  expect(stdout).toContain('"differences":0');
  expect(status).toBe(0);
});
