import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CaseResult, casesOf, runLevel } from '../../support/dmn-tck.ts';
import { CONFORMANCE, expectScore } from '../../support/scores.ts';

const SUITE = join(CONFORMANCE, 'dmn-tck', 'TestCases');
const present = existsSync(SUITE);
if (!present) process.stderr.write(`DMN TCK skipped: ${SUITE} is absent (node tests/contract/dmn-tck/get.ts)\n`);

/** Counts only, never the suite itself. Set BANYAN_WRITE_REPORT to write it anew. */
const REPORT = new URL('./report.txt', import.meta.url);

/**
 * Goal: models and FEEL mean what the public DMN TCK says they mean.
 * Method: every case of compliance levels 2 and 3, and those that the suite itself calls non-compliant readings; a case passes when
 * all its results do. Where null is expected as an error, a reason must have been noted.
 */
describe.skipIf(!present)('DMN TCK', () => {
  const lines: string[] = [];

  test.each([
    ['compliance-level-2', 'dmn.level-2'],
    ['compliance-level-3', 'dmn.level-3'],
    ['non-compliant', 'dmn.non-compliant'],
  ])('%s', (level, score) => {
    const results = runLevel(SUITE, level);
    const cases = casesOf(results);
    lines.push(...report(level, cases));
    expect(results.filter(({ passed, reason }) => passed && reason === false)).toEqual([]);
    expectScore(score, [...cases.values()].filter(({ passed }) => passed).length);
  });

  test('what fails is what is said to fail', () => {
    const text = `${lines.join('\n')}\n`;
    if (process.env.BANYAN_WRITE_REPORT !== undefined) writeFileSync(REPORT, text);
    expect(text).toBe(readFileSync(REPORT, 'utf8'));
  });
});

function report(level: string, cases: ReadonlyMap<string, Pick<CaseResult, 'folder' | 'id' | 'passed'>>): string[] {
  const folders = new Map<string, { passed: number; all: number; failed: string[] }>();
  for (const { folder, id, passed } of cases.values()) {
    const counts = folders.get(folder) ?? { passed: 0, all: 0, failed: [] };
    counts.all += 1;
    if (passed) counts.passed += 1;
    else counts.failed.push(id);
    folders.set(folder, counts);
  }
  const all = [...folders.values()];
  const sum = (of: (counts: { passed: number; all: number }) => number) => all.reduce((n, counts) => n + of(counts), 0);
  return [
    `${level}: ${sum(({ passed }) => passed)} of ${sum((counts) => counts.all)}`,
    ...[...folders].map(
      ([folder, { passed, all: of, failed }]) =>
        `  ${folder} ${passed}/${of}${failed.length === 0 ? '' : ` without ${failed.join(' ')}`}`,
    ),
  ];
}
