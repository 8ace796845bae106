import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { testContext } from '../support/context.ts';
import { fhirServer } from '../support/fhir.ts';
import { testDatabase } from '../support/postgres.ts';
import { expectScore } from '../support/scores.ts';

const FOLDER = dirname(createRequire(import.meta.url).resolve('hl7.fhir.r4.examples/package.json'));
const AT_ONCE = 100;
const MOST_CHARACTERS = 4_000_000;

interface Example {
  file: string;
  type: string;
  id: string;
  text: string;
}

/**
 * Goal: what goes in comes out. Judge: every resource of hl7.fhir.r4.examples, put under its own id over HTTP in batches and read
 * again, the first of each type by GET and all of them by search on `_id`.
 */
test('the official examples are kept unchanged but for meta', { timeout: 600_000 }, async () => {
  const { ask } = await fhirServer(testContext(await testDatabase()));
  const refused: Record<string, string> = {};
  const changed: string[] = [];
  let kept = 0;
  for (const [type, examples] of Map.groupBy(readExamples(), (example) => example.type)) {
    for (const some of batchesOf(examples)) {
      const entries = some.map(
        ({ id, text }) => `{"resource":${text},"request":{"method":"PUT","url":"${type}/${id}"}}`,
      );
      const answer = await ask('POST', '', `{"resourceType":"Bundle","type":"batch","entry":[${entries.join(',')}]}`);
      expect(answer.status).toBe(200);
      const accepted = some.filter(({ file }, at) => {
        const { status, outcome } = answer.json().entry[at].response;
        if (status.startsWith('2')) return true;
        refused[file] = `${outcome.issue[0].diagnostics} (${outcome.issue[0].expression?.[0]})`;
        return false;
      });
      const page = await ask('GET', `/${type}?_count=${AT_ONCE}&_id=${accepted.map(({ id }) => id).join(',')}`);
      const found = new Map(
        accepted.length === 0
          ? []
          : readExact(page.text).entry.map((entry: { resource: { id: string } }) => [
              entry.resource.id,
              entry.resource,
            ]),
      );
      for (const { file, id, text } of accepted) {
        if (plain(found.get(id) as Record<string, unknown> | undefined) === plain(readExact(text))) kept += 1;
        else changed.push(file);
      }
    }
    const first = examples.find(({ file }) => refused[file] === undefined);
    if (first !== undefined)
      expect(plain(readExact((await ask('GET', `/${type}/${first.id}`)).text))).toBe(plain(readExact(first.text)));
  }
  expect(changed).toEqual([]);
  expect(refused).toEqual(REFUSED);
  expectScore('fhir.examples-kept', kept);
});

/** Examples that break R4's own rules, each with our finding. */
const REFUSED: Record<string, string> = {};

function readExamples(): Example[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json') && file !== 'package.json')
    .map((file) => ({ file, text: readFileSync(`${FOLDER}/${file}`, 'utf8').replace(/^\uFEFF/, '') }))
    .map(({ file, text }) => ({ file, text, type: JSON.parse(text).resourceType, id: JSON.parse(text).id }))
    .filter(({ type }) => type !== undefined);
}

/** By number and by size. */
function batchesOf(examples: readonly Example[]): Example[][] {
  const batches: Example[][] = [[]];
  let characters = 0;
  for (const example of examples) {
    if (batches.at(-1)!.length === AT_ONCE || characters + example.text.length > MOST_CHARACTERS) {
      batches.push([]);
      characters = 0;
    }
    batches.at(-1)!.push(example);
    characters += example.text.length;
  }
  return batches.filter((batch) => batch.length > 0);
}

/** Numbers as they are written, so that 1.0 and 1.00 differ. */
function readExact(text: string) {
  return JSON.parse(text, (_, value, context?: { source: string }) =>
    typeof value === 'number' ? `#${context?.source}` : value,
  );
}

/** Without the server's own meta, in a fixed order of properties. */
function plain(resource: Record<string, unknown> | undefined): string {
  if (resource === undefined) return 'not found';
  const { versionId: _version, lastUpdated: _updated, ...meta } = (resource['meta'] ?? {}) as Record<string, unknown>;
  return JSON.stringify(sorted({ ...resource, meta }));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
