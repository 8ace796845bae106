import { existsSync, statfsSync } from 'node:fs';
import { env } from 'node:process';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './tests/support/order.ts';

/** Tests that start the whole platform run one after another. */
const PLATFORM = ['tests/faults/**/*.test.ts', 'tests/load/**/*.test.ts'];
const SCREEN = ['tests/e2e/**/*.test.ts'];
/** Databases of tests are thrown away: in memory, where there is room, nobody waits for a disk, and a database is copied in a twentieth of the time. */
const MEMORY = '/dev/shm';
const ROOM_BYTES = 6_000_000_000;
if (env.TMPDIR === undefined && existsSync(MEMORY)) {
  const { bavail, bsize } = statfsSync(MEMORY);
  if (bavail * bsize > ROOM_BYTES) env.TMPDIR = MEMORY;
}
/** A loaded machine is slow, not wrong. */
const PATIENTLY = { poll: { timeout: 30_000 } };

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{src,region,facts,web,tests,bench}/**/*.test.{ts,tsx}'],
          exclude: [...PLATFORM, ...SCREEN],
          globalSetup: ['tests/support/postgres.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          expect: PATIENTLY,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'platform',
          include: PLATFORM,
          testTimeout: 300_000,
          hookTimeout: 180_000,
          expect: PATIENTLY,
          maxWorkers: 1,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'screen',
          include: SCREEN,
          globalSetup: ['tests/e2e/shared.ts'],
          testTimeout: 300_000,
          hookTimeout: 180_000,
          expect: PATIENTLY,
          maxWorkers: 2,
        },
      },
    ],
  },
});
