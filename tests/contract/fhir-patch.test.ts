import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { patchJson } from '../../src/kernel/fhir/patch.ts';
import { CONFORMANCE, expectScore } from '../support/scores.ts';

interface Case {
  comment: string;
  doc: unknown;
  patch: unknown;
  expected?: unknown;
  error?: string;
  disabled?: boolean;
}

const FILE = `${CONFORMANCE}/fhir-test-cases/r4/patch/json-patch-tests.json`;

/** Goal: JSON Patch as RFC 6902 has it. Judge: FHIR/fhir-test-cases, the sixteen cases of its appendix. */
test.skipIf(!existsSync(FILE))('the public JSON Patch cases', () => {
  const cases = JSON.parse(readFileSync(FILE, 'utf8')) as Case[];
  const failed = cases.filter((one) => !passes(one)).map(({ comment }) => comment);
  expect(failed).toEqual([]);
  expectScore('fhir.json-patch', cases.length - failed.length);
});

function passes({ doc, patch, expected, error }: Case): boolean {
  try {
    const result = patchJson(doc, patch);
    return error === undefined && JSON.stringify(sorted(result)) === JSON.stringify(sorted(expected));
  } catch {
    return error !== undefined;
  }
}

/** Property order does not matter in JSON. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
