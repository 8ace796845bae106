import { defineConfig } from 'vitest/config';
import { LongestFirst } from './tests/support/order.ts';

/** Tests that start the whole platform run one after another. */
const PLATFORM = ['tests/faults/**/*.test.ts', 'tests/load/**/*.test.ts'];
const SCREEN = ['tests/e2e/**/*.test.ts'];
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
          testTimeout: 60_000,
          hookTimeout: 60_000,
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
