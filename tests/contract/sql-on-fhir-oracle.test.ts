import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CONFORMANCE, expectScore } from '../support/scores.ts';
import { evaluateView, type Row } from '../support/sql-on-fhir/evaluate.ts';
import { sameRows } from '../support/sql-on-fhir/rows.ts';
import { parseAsWritten } from '../support/sql-on-fhir/written.ts';

interface Suite {
  resources: unknown[];
  tests: { title: string; view: unknown; expect?: Row[]; expectError?: boolean }[];
}

const FOLDER = join(CONFORMANCE, 'sql-on-fhir/tests');

/**
 * Goal: the evaluator that judges the view compiler reads the specification right; only then may it judge.
 * Method: the official tests of SQL-on-FHIR v2, rows compared as sets, decimals as numbers.
 */
describe.skipIf(!existsSync(FOLDER))('the slow evaluator of views', () => {
  test('passes the official tests', () => {
    const failed: string[] = [];
    let passed = 0;
    for (const file of readdirSync(FOLDER)) {
      const { resources, tests } = parseAsWritten(readFileSync(join(FOLDER, file), 'utf8')) as Suite;
      const texts = resources.map((resource) => JSON.stringify(resource));
      for (const one of tests) {
        if (passes(one, texts)) passed += 1;
        else failed.push(`${file}: ${one.title}`);
      }
    }
    expect(failed).toEqual([]);
    expectScore('sql-on-fhir.oracle', passed);
  });
});

function passes({ view, expect: expected, expectError }: Suite['tests'][number], resources: string[]): boolean {
  try {
    const rows = evaluateView(view, resources);
    return expectError !== true && sameRows(rows, expected ?? []);
  } catch {
    return expectError === true;
  }
}
