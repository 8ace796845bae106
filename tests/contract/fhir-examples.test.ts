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

type Json = Record<string, unknown>;

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
      if (accepted.length === 0) continue;
      const page = await ask('GET', `/${type}?_count=${AT_ONCE}&_id=${accepted.map(({ id }) => id).join(',')}`);
      const { entry = [] } = readExact(page.text) as { entry?: { resource: Json }[] };
      const found = new Map(entry.map(({ resource }) => [resource['id'], resource]));
      for (const { file, id, text } of accepted) {
        if (plain(found.get(id)) === plain(readExact(text))) kept += 1;
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
const REFUSED: Record<string, string> = {
  'ActivityDefinition-blood-tubes-supply.json':
    'a narrative is one well-formed <div> of plain formatting, without scripts, forms or frames (ActivityDefinition.text.div)',
  'ActivityDefinition-heart-valve-replacement.json':
    'a narrative is one well-formed <div> of plain formatting, without scripts, forms or frames (ActivityDefinition.text.div)',
  'Bundle-dataelements.json':
    'bdl-7: FullUrl must be unique in a bundle, or else entries with the same fullUrl must have different meta.versionId (except in history bundles) (Bundle)',
  'DeviceMetric-example.json': 'this element may not refer to a resource of that type (DeviceMetric.parent.reference)',
  'DeviceUseStatement-example.json':
    'this element may not refer to a resource of that type (DeviceUseStatement.reasonReference[0].reference)',
  'EventDefinition-example.json':
    'a narrative is one well-formed <div> of plain formatting, without scripts, forms or frames (EventDefinition.text.div)',
  'ImplementationGuide-fhir.json':
    'a reference is Type/id, an absolute url, urn:uuid:..., urn:oid:... or #id (ImplementationGuide.manifest.resource[11904].reference.reference)',
  'MedicationRequest-medrx0301.json':
    'this element may not refer to a resource of that type (MedicationRequest.dispenseRequest.performer.reference)',
  'Observation-clinical-gender.json':
    'this element may not refer to a resource of that type (Observation.performer[0].reference)',
  'Questionnaire-qs1.json': 'this element is required (Questionnaire.item[0].item[0].linkId)',
  'Questionnaire-zika-virus-exposure-assessment.json':
    'a narrative is one well-formed <div> of plain formatting, without scripts, forms or frames (Questionnaire.text.div)',
  'SearchParameter-codesystem-extensions-CodeSystem-author.json': 'this element is required (SearchParameter.base)',
  'SearchParameter-codesystem-extensions-CodeSystem-effective.json': 'this element is required (SearchParameter.base)',
  'SearchParameter-codesystem-extensions-CodeSystem-end.json': 'this element is required (SearchParameter.base)',
  'SearchParameter-codesystem-extensions-CodeSystem-keyword.json': 'this element is required (SearchParameter.base)',
  'SearchParameter-codesystem-extensions-CodeSystem-workflow.json': 'this element is required (SearchParameter.base)',
  'SearchParameter-questionnaireresponse-extensions-QuestionnaireResponse-item-subject.json':
    'an id has 1 to 64 letters, digits, hyphens and dots (undefined)',
  'SearchParameter-valueset-extensions-ValueSet-author.json': 'this element is required (SearchParameter.base)',
  'SearchParameter-valueset-extensions-ValueSet-effective.json': 'this element is required (SearchParameter.base)',
  'SearchParameter-valueset-extensions-ValueSet-end.json': 'this element is required (SearchParameter.base)',
  'SearchParameter-valueset-extensions-ValueSet-keyword.json': 'this element is required (SearchParameter.base)',
  'SearchParameter-valueset-extensions-ValueSet-workflow.json': 'this element is required (SearchParameter.base)',
  'StructureDefinition-Definition.json':
    'sdf-4: If the structure is not abstract, then there SHALL be a baseDefinition (StructureDefinition)',
  'StructureDefinition-Event.json':
    'sdf-4: If the structure is not abstract, then there SHALL be a baseDefinition (StructureDefinition)',
  'StructureDefinition-FiveWs.json':
    'sdf-4: If the structure is not abstract, then there SHALL be a baseDefinition (StructureDefinition)',
  'StructureDefinition-Request.json':
    'sdf-4: If the structure is not abstract, then there SHALL be a baseDefinition (StructureDefinition)',
  'ig-r4.json':
    'a reference is Type/id, an absolute url, urn:uuid:..., urn:oid:... or #id (ImplementationGuide.manifest.resource[11904].reference.reference)',
};

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
function readExact(text: string): Json {
  return JSON.parse(text, (_, value, context?: { source: string }) =>
    typeof value === 'number' ? `#${context?.source}` : value,
  );
}

/** Without the server's own meta, in a fixed order of properties. */
function plain(resource: Json | undefined): string {
  if (resource === undefined) return 'not found';
  const { versionId: _version, lastUpdated: _updated, ...meta } = (resource['meta'] ?? {}) as Json;
  return JSON.stringify(sorted({ ...resource, meta }));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
