import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findCredentialFaults, findPresentationFaults, findTermFaults } from '#standards/credentials';
import { CONFORMANCE, expectScore } from '../support/scores.ts';

const SUITE = join(CONFORMANCE, 'vc');
const present = existsSync(SUITE);
if (!present) process.stderr.write(`credential suite skipped: ${SUITE} is absent\n`);

interface Case {
  file: string;
  kind: 'credential' | 'presentation';
  expected: 'valid' | 'invalid' | 'invalid-or-injected' | 'undetermined';
}

/**
 * Goal: credentials and presentations made by others are judged as W3C's test suite of the data model judges them.
 * Method: every input of the suite, prepared as its runner does: an issuer's own id is added, and its words for dates are replaced.
 */
describe.skipIf(!present)('inputs of the W3C suite of the data model', () => {
  test('each is accepted or refused as the suite demands', async () => {
    const { cases } = JSON.parse(readFileSync(join(SUITE, 'expected.json'), 'utf8')) as { cases: Case[] };
    const judged = cases.filter(({ expected }) => expected !== 'undetermined');
    const wrong: string[] = [];
    for (const { file, kind, expected } of judged) {
      const document = prepare(kind, JSON.parse(readFileSync(join(SUITE, 'input', file), 'utf8')));
      const find = kind === 'credential' ? findCredentialFaults : findPresentationFaults;
      const faults = [...find(document), ...(await findTermFaults(document))];
      if ((faults.length === 0) !== (expected === 'valid')) wrong.push(`${file}: ${JSON.stringify(faults)}`);
    }
    expect(wrong).toEqual([]);
    expectScore('credentials.data-model', judged.length - wrong.length);
  });
});

function prepare(kind: Case['kind'], document: Record<string, unknown>): Record<string, unknown> {
  if (kind === 'presentation') return document;
  const { issuer = {}, ...rest } = document;
  const named = typeof issuer === 'object' && issuer !== null && !('id' in issuer);
  const year = new Date().getUTCFullYear();
  const day = (value: unknown) =>
    value === 'PAST DATE'
      ? `${year - 1}-01-01T00:00:00Z`
      : value === 'FUTURE DATE'
        ? `${year + 1}-01-01T00:00:00Z`
        : value;
  const dates = ['validFrom', 'validUntil'].filter((name) => name in rest).map((name) => [name, day(rest[name])]);
  return { ...rest, ...Object.fromEntries(dates), issuer: named ? { ...issuer, id: 'did:example:issuer' } : issuer };
}
