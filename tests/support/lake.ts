import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { type Lake, openLake } from '#kernel/lake';

/** A fresh lake of the test file's own, in a process of its own; ended when the file is done. */
export async function testLake(): Promise<Lake> {
  const data = await mkdtemp(join(tmpdir(), 'banyan-lake-'));
  const lake = openLake({ lakeUrl: undefined, lakeMemory: 2_000_000_000, data });
  afterAll(async () => {
    await lake.close();
    await rm(data, { recursive: true, force: true });
  });
  await lake.ready();
  return lake;
}

/** For doors of tests that ask the lake nothing. */
export const noLake: Lake = new Proxy({} as Lake, {
  get() {
    throw new Error('this test has no lake');
  },
});
