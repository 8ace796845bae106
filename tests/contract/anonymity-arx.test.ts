import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { anonymise } from '#standards/anonymity';
import { ARX, type ArxCase, readCase, readCases } from '../support/anonymity.ts';
import { expectScore } from '../support/scores.ts';

/** ARX prints scores that are sums in another order. */
const TOLERANCE = 1e-9;

/**
 * Goal: the optimum is that of ARX, the reference implementation, on its own test data.
 * Method: each result of its unit tests that follows from published definitions; a better score counts only where ARX was told to
 * take criteria for monotonic that are not, so that it may miss the optimum. Two results that its solver must find are asked too.
 */
describe.skipIf(!existsSync(ARX))('ARX on the Adult data', () => {
  test('optimum by optimum', () => {
    const cases = readCases().filter(isFair);
    const missed = cases.filter((found) => !isMet(found)).map(({ id }) => id);
    // Grassberger's G is negative for a single record; ARX ends its sum early, in the order of its hash table, and so refuses more.
    expect(missed).toEqual(['adult-071']);
    expectScore('anonymity.arx-optima', cases.length - missed.length);
  }, 300_000);
});

function isFair({ kind, portability, privacyModels }: ArxCase): boolean {
  if (kind !== undefined) return false;
  return portability === 'exact' || privacyModels.some(({ model }) => model === 'population-uniqueness');
}

function isMet(found: ArxCase): boolean {
  const { table, settings } = readCase(found);
  const { solution } = anonymise(table, settings);
  const { expected } = found;
  if (solution === undefined || !expected.solution) return (solution !== undefined) === expected.solution;
  if (Math.abs(solution.score - expected.score) <= TOLERANCE * Math.abs(expected.score)) return true;
  return found.practicalMonotonicity && solution.score < expected.score;
}
