import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { validate } from '#standards/fhir';
import { parseMessage } from '#standards/hl7v2';
import { CONFORMANCE, expectScore } from '../../../tests/support/scores.ts';
import { mapMessage, toBundle } from './index.ts';

/**
 * Goal: nothing that another mapping of the same guide finds in a message is missed or misread here.
 * Method: the CDC's expected bundles (CC0) as outside oracle. Shapes differ by design, so values are compared: each
 * expected value must occur in a resource of the same type under an element of the same name.
 *
 * Left out on both sides: extensions, ids, references, narrative, meta, systems (the CDC puts namespaces there), and of
 * the types only those that both mappings make. Times are compared without zone and fraction, because the CDC reads a
 * time without zone as UTC where HL7 says it has the zone of MSH-7.
 */
const folder = join(CONFORMANCE, 'hl7v2/reportstream');
const TYPES = new Set(
  'Patient RelatedPerson Encounter ServiceRequest Specimen DiagnosticReport Observation Practitioner Organization Location'.split(
    ' ',
  ),
);
const LEFT_OUT = new Set([
  'extension',
  'id',
  'meta',
  'reference',
  'resourceType',
  'system',
  'text',
  'contact',
  'mode',
  'version',
]);

describe.skipIf(!existsSync(folder))('the CDC and this mapping find the same values', () => {
  const pairs = globSync('{HL7_to_FHIR,mappinginventory}/**/*.hl7', { cwd: folder }).filter((file) =>
    existsSync(join(folder, file.replace(/hl7$/, 'fhir'))),
  );

  test('in the messages of every pair', () => {
    let expected = 0;
    let found = 0;
    const missed: string[] = [];
    for (const file of pairs.sort()) {
      const wanted = valuesOf(JSON.parse(readFileSync(join(folder, file.replace(/hl7$/, 'fhir')), 'utf8')));
      const have = valuesOf(bundleOf(readFileSync(join(folder, file))));
      for (const value of wanted) {
        expected++;
        if (have.has(value)) found++;
        else missed.push(`${file.split('/').at(-1)}: ${value}`);
      }
    }
    if (process.env.SHOW_MISSED) console.log(missed.join('\n'));
    expect(pairs.length).toBeGreaterThan(40);
    expectScore('v2-to-fhir.values-found-permille', Math.floor((1000 * found) / expected));
  });
});

describe.skipIf(!existsSync(folder))('what this mapping makes', () => {
  const files = globSync('../**/*.hl7', { cwd: folder }).sort();

  test.each(files)('of %s is valid FHIR', (file) => {
    const bundle = bundleOf(readFileSync(join(folder, file)));
    const errors = (bundle.entry ?? []).flatMap(({ resource }) =>
      validate(resource).filter(({ severity }) => severity !== 'warning'),
    );
    expect(errors).toEqual([]);
  });
});

function bundleOf(bytes: Buffer) {
  let id = 0;
  const options = { now: new Date('2026-01-01T00:00:00Z'), newId: () => `id-${id++}`, zone: 'Z' };
  const message = parseMessage(bytes);
  return toBundle(message, mapMessage(message, options)!, options);
}

function valuesOf(bundle: { entry?: { resource?: unknown }[] }): Set<string> {
  const values = new Set<string>();
  for (const { resource } of bundle.entry ?? []) {
    const type = (resource as { resourceType: string }).resourceType;
    // The CDC's own mark on every bundle is no value of the message.
    const isOwnMark = JSON.stringify(resource).includes('CDC PRIME - Atlanta');
    if (TYPES.has(type) && !isOwnMark) collect(resource, type, '', values);
  }
  return values;
}

function collect(node: unknown, type: string, element: string, into: Set<string>): void {
  if (Array.isArray(node)) for (const each of node) collect(each, type, element, into);
  else if (typeof node === 'object' && node !== null)
    for (const [key, value] of Object.entries(node)) {
      if (!LEFT_OUT.has(key) && !key.startsWith('_')) collect(value, type, key, into);
    }
  else into.add(`${type} ${element} ${normal(node)}`);
}

function normal(value: unknown): string {
  const text = String(value).trim();
  return text.replace(/^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d).*$/, '$1');
}
