import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { afterAll, describe, expect, test } from 'vitest';
import { freePort, makePlatform } from '../support/platform.ts';

const scratch = await mkdtemp(join(tmpdir(), 'banyan-start-'));
afterAll(() => rm(scratch, { recursive: true, force: true }));

/** What a start says that is expected to fail; it must not take longer than a person would wait. */
async function failingStart(env: NodeJS.ProcessEnv, flags: readonly string[] = ['--no-region']): Promise<string[]> {
  const ports = {
    PORT: String(await freePort()),
    MLLP_PORT: String(await freePort()),
    MQTT_PORT: String(await freePort()),
  };
  const all = { ...process.env, ...ports, BANYAN_DATA: join(scratch, 'data'), ...env };
  const { status, stderr } = spawnSync(execPath, ['src/main.ts', ...flags], {
    env: all,
    encoding: 'utf8',
    timeout: 120_000,
  });
  expect(status).toBe(1);
  return stderr
    .trim()
    .split('\n')
    .filter((line) => !/ \d+\.\d s$/.test(line));
}

/**
 * Goal: whoever starts it wrongly is told in one clear line what to change.
 * Method: the real program is started with each mistake.
 */
describe('a start that cannot succeed', () => {
  test('names every wrong setting at once', async () => {
    const lines = await failingStart({ PORT: 'eighty', DATABASE_URL: 'mysql://x', BANYAN_ADMIN_PASSWORD: 'short' }, [
      '--quick',
    ]);
    expect(lines).toEqual([
      'Banyan cannot start: the settings are wrong.',
      '  PORT: "eighty" is no whole number from 0 to 65535',
      '  DATABASE_URL: no address that begins with postgres:// or postgresql://',
      '  BANYAN_ADMIN_PASSWORD: shorter than 10 characters',
      expect.stringContaining('--quick: unknown'),
    ]);
  });

  test('names the port that is taken', async () => {
    const other = createServer();
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
    const { port } = other.address() as { port: number };
    const lines = await failingStart({ MLLP_PORT: String(port) });
    other.close();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(new RegExp(`a port is taken.*port: ${port}`));
  });

  test('says that the data folder is damaged', async () => {
    const data = join(scratch, 'damaged');
    await mkdir(join(data, 'postgres'), { recursive: true });
    await writeFile(join(data, 'postgres/PG_VERSION'), '18\n');
    const lines = await failingStart({ BANYAN_DATA: data });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('the database in the data folder does not start');
  });

  test('says that the server of DATABASE_URL does not answer', async () => {
    const lines = await failingStart({ DATABASE_URL: `postgres://nobody@127.0.0.1:${await freePort()}/none` });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('database');
  });
});

describe('a start that succeeds', () => {
  test('ends cleanly on Ctrl-C, goes on with the same data, and refuses a second program on the folder', async () => {
    const platform = await makePlatform();
    await platform.start();
    const second = await failingStart({ BANYAN_DATA: platform.data });
    expect(second).toHaveLength(1);
    expect(second[0]).toContain('another Banyan is running on this data folder');
    expect(await platform.stop()).toBe(0);
    expect(platform.said()).toContain('Everything is kept.');
    await platform.start();
    await platform.end();
  });
});
