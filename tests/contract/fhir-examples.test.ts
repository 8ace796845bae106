import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { testContext } from '../support/context.ts';
import { fhirServer } from '../support/fhir.ts';
import { testDatabase } from '../support/postgres.ts';
import { expectScore } from '../support/scores.ts';

const FOLDER = dirname(createRequire(import.meta.url).resolve('hl7.fhir.r4.examples/package.json'));

/** Goal: what goes in comes out. Judge: every resource of hl7.fhir.r4.examples, put under its own id over HTTP and read again. */
test('the official examples are kept unchanged but for meta', { timeout: 300_000 }, async () => {
  const { ask } = await fhirServer(testContext(await testDatabase()));
  const files = readdirSync(FOLDER).filter(
    (name) => name.endsWith('.json') && name !== 'package.json' && !name.startsWith('.'),
  );
  const refused: Record<string, string> = {};
  const changed: string[] = [];
  let kept = 0;
  for (const file of files) {
    const text = readFileSync(`${FOLDER}/${file}`, 'utf8');
    const { resourceType, id } = JSON.parse(text);
    if (resourceType === undefined) continue;
    const put = await ask('PUT', `/${resourceType}/${id}`, text);
    if (put.status >= 300) {
      refused[file] = `${put.status} ${put.json().issue[0].diagnostics} at ${put.json().issue[0].expression?.[0]}`;
      continue;
    }
    const { text: read } = await ask('GET', `/${resourceType}/${id}`);
    if (withoutMeta(read) === withoutMeta(text)) kept += 1;
    else changed.push(file);
  }
  console.log(JSON.stringify(refused, null, 1));
  expect(changed).toEqual([]);
  expectScore('fhir.examples-kept', kept);
  expectScore('fhir.examples-refused', Object.keys(refused).length);
});

/** The text's own tokens in a fixed order of properties, so that 1.0 and 1.00 differ. */
function withoutMeta(text: string): string {
  const value = JSON.parse(text, (_, inner, context?: { source: string }) =>
    typeof inner === 'number' ? `#${context?.source}` : inner,
  );
  const { versionId: _version, lastUpdated: _updated, ...meta } = value.meta ?? {};
  return JSON.stringify(sorted({ ...value, meta }));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
