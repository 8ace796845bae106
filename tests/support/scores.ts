import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

const recorded = JSON.parse(readFileSync(new URL('../scores.json', import.meta.url), 'utf8')) as Record<string, number>;

/** The folder of the public suites, or undefined where it is absent: such tests are then skipped. */
export const CONFORMANCE = resolve(
  process.env.BANYAN_CONFORMANCE ?? fileURLToPath(new URL('../../../shared/conformance', import.meta.url)),
);

/** A score may only rise: a higher one is asked to be recorded, a lower one fails. */
export function expectScore(suite: string, reached: number): void {
  expect(reached, `${suite}: record the score in tests/scores.json`).toBe(recorded[suite]);
}
