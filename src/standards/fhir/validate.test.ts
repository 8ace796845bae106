import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { definitions, type ElementDefinition } from './definitions.ts';
import { isSafeNarrative } from './narrative.ts';
import { MOST_ISSUES, validate } from './validate.ts';

type Json = Record<string, unknown>;

const observation = (change: Json = {}): Json => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '15074-8' }] },
  subject: { reference: 'Patient/f001' },
  effectiveDateTime: '2013-04-02T09:30:10+01:00',
  valueQuantity: { value: 6.3, unit: 'mmol/l', system: 'http://unitsofmeasure.org', code: 'mmol/L' },
  ...change,
});

const patient = (change: Json = {}): Json => ({ resourceType: 'Patient', ...change });

/**
 * Goal: what is not R4 is refused, with the kind of fault and the place.
 * Method: one fault each, stated by hand from the text of R4; the same resources without the fault are accepted.
 */
describe('validate', () => {
  test.each<[string, Json]>([
    ['an observation', observation()],
    ['a patient with nothing', patient()],
    [
      'extensions instead of a value',
      observation({ status: undefined, _status: { extension: [{ url: 'urn:x', valueCode: 'unknown' }] } }),
    ],
    [
      'a list with gaps that extensions fill',
      patient({
        name: [{ given: ['A', null], _given: [null, { id: 'x', extension: [{ url: 'urn:x', valueCode: 'a' }] }] }],
      }),
    ],
    [
      'a contained resource that is referred to',
      observation({ contained: [{ resourceType: 'Patient', id: 'p' }], subject: { reference: '#p' } }),
    ],
    [
      'a period of partial dates that overlap',
      patient({ name: [{ period: { start: '2011-05-23', end: '2011-05' } }] }),
    ],
    ['base64 in lines', { resourceType: 'Binary', contentType: 'a/b', data: 'QUJD\n REVG' }],
    ['a leap second and a leap day', observation({ issued: '2016-12-31T23:59:60Z', effectiveDateTime: '2016-02-29' })],
    [
      'a search in a transaction',
      {
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [
          {
            request: { method: 'POST', url: 'Observation' },
            resource: observation({ subject: { reference: 'Patient?identifier=1' } }),
          },
        ],
      },
    ],
  ])('accepts %s', (_name, resource) => {
    expect(validate(resource)).toEqual([]);
  });

  test.each<[string, unknown, string, string]>([
    ['an unknown element', observation({ colour: 'red' }), 'structure', 'Observation.colour'],
    ['a name from Object.prototype', observation({ constructor: 'x' }), 'structure', 'Observation.constructor'],
    ['a missing element', observation({ status: undefined }), 'required', 'Observation.status'],
    [
      'a missing element inside',
      patient({ communication: [{ preferred: true }] }),
      'required',
      'Patient.communication[0].language',
    ],
    ['one value where a list belongs', patient({ name: { family: 'A' } }), 'structure', 'Patient.name'],
    ['a list where one value belongs', patient({ birthDate: ['1970'] }), 'structure', 'Patient.birthDate'],
    ['an empty list', patient({ name: [] }), 'structure', 'Patient.name'],
    ['an empty object', patient({ name: [{}] }), 'invariant', 'Patient.name[0]'],
    ['an element with only an id', patient({ name: [{ id: 'x' }] }), 'invariant', 'Patient.name[0]'],
    ['an empty text', patient({ name: [{ given: ['A', ''] }] }), 'value', 'Patient.name[0].given[1]'],
    ['a number where text belongs', patient({ name: [{ family: 1 }] }), 'structure', 'Patient.name[0].family'],
    ['null', patient({ birthDate: null }), 'structure', 'Patient.birthDate'],
    ['a gap that nothing fills', patient({ name: [{ given: ['A', null] }] }), 'structure', 'Patient.name[0].given[1]'],
    [
      'more extensions than values',
      patient({ name: [{ given: ['A'], _given: [null, { extension: [{ url: 'urn:x', valueCode: 'a' }] }] }] }),
      'structure',
      'Patient.name[0].given',
    ],
    ['NUL in a text', patient({ name: [{ family: 'a\u0000b' }] }), 'value', 'Patient.name[0].family'],
    ['a day the calendar does not have', patient({ birthDate: '1900-02-29' }), 'value', 'Patient.birthDate'],
    [
      'a time without a zone',
      observation({ effectiveDateTime: '2013-04-02T09:30:10' }),
      'value',
      'Observation.effective.ofType(dateTime)',
    ],
    ['an instant without a time', observation({ issued: '2013-04-02' }), 'value', 'Observation.issued'],
    ['an id that is too long', patient({ id: 'x'.repeat(65) }), 'value', 'Patient.id'],
    ['a uri with a space', patient({ implicitRules: 'http://a b' }), 'value', 'Patient.implicitRules'],
    [
      'a fraction as an integer',
      observation({ valueQuantity: undefined, valueInteger: 1.5 }),
      'value',
      'Observation.value.ofType(integer)',
    ],
    [
      'an integer that is too large',
      observation({ valueQuantity: undefined, valueInteger: 2147483648 }),
      'value',
      'Observation.value.ofType(integer)',
    ],
    ['base64 that is cut', { resourceType: 'Binary', contentType: 'a/b', data: 'QUJ' }, 'value', 'Binary.data'],
    ['two values of a choice', observation({ valueString: 'x' }), 'structure', 'Observation.value'],
    [
      'a type the choice does not have',
      observation({ valueQuantity: undefined, valueMoney: { value: 1 } }),
      'structure',
      'Observation.valueMoney',
    ],
    ['a code that is not in the value set', observation({ status: 'bogus' }), 'code-invalid', 'Observation.status'],
    [
      'a concept without a code of the value set',
      { resourceType: 'Condition', subject: { reference: 'Patient/1' }, clinicalStatus: { text: 'active' } },
      'code-invalid',
      'Condition.clinicalStatus',
    ],
    [
      'a malformed reference',
      observation({ subject: { reference: 'patient one' } }),
      'value',
      'Observation.subject.reference',
    ],
    [
      'a reference to an unknown type',
      observation({ subject: { reference: 'Person2/1' } }),
      'value',
      'Observation.subject.reference',
    ],
    [
      'a reference to the wrong type',
      observation({ subject: { reference: 'Practitioner/1' } }),
      'structure',
      'Observation.subject.reference',
    ],
    [
      'a search as a reference outside a transaction',
      observation({ subject: { reference: 'Patient?name=a' } }),
      'value',
      'Observation.subject.reference',
    ],
    [
      'a reference to nothing contained',
      observation({ subject: { reference: '#p' } }),
      'not-found',
      'Observation.subject.reference',
    ],
    [
      'a contained resource of the wrong type',
      observation({ contained: [{ resourceType: 'Practitioner', id: 'p' }], subject: { reference: '#p' } }),
      'structure',
      'Observation.subject.reference',
    ],
    [
      'a contained resource that nothing refers to',
      observation({ contained: [{ resourceType: 'Patient', id: 'p' }] }),
      'invariant',
      'Observation.contained[0]',
    ],
    ['an unknown resource type', { resourceType: 'Potato' }, 'structure', ''],
    [
      'a fault in a contained resource',
      observation({ contained: [patient({ id: 'p', gender: 'x' })], subject: { reference: '#p' } }),
      'code-invalid',
      'Observation.contained[0].gender',
    ],
    [
      'a fault in a bundle',
      { resourceType: 'Bundle', type: 'collection', entry: [{ resource: patient({ gender: 'x' }) }] },
      'code-invalid',
      'Bundle.entry[0].resource.gender',
    ],
    ['obs-6', observation({ dataAbsentReason: { text: 'x' } }), 'invariant', 'Observation'],
    [
      'obs-7',
      observation({ component: [{ code: { coding: [{ code: '15074-8', system: 'http://loinc.org' }] } }] }),
      'invariant',
      'Observation',
    ],
    ['obs-3', observation({ referenceRange: [{ type: { text: 'x' } }] }), 'invariant', 'Observation.referenceRange[0]'],
    ['per-1', patient({ name: [{ period: { start: '2012', end: '2011' } }] }), 'invariant', 'Patient.name[0].period'],
    [
      'qty-3',
      observation({ valueQuantity: { value: 1, code: 'g' } }),
      'invariant',
      'Observation.value.ofType(Quantity)',
    ],
    [
      'rng-2',
      observation({ valueQuantity: undefined, valueRange: { low: { value: 2 }, high: { value: 1 } } }),
      'invariant',
      'Observation.value.ofType(Range)',
    ],
    [
      'sqty-1',
      observation({ referenceRange: [{ low: { value: 1, comparator: '<' } }] }),
      'invariant',
      'Observation.referenceRange[0].low',
    ],
    ['ext-1', patient({ extension: [{ url: 'urn:x' }] }), 'invariant', 'Patient.extension[0]'],
    ['pat-1', patient({ contact: [{ gender: 'male' }] }), 'invariant', 'Patient.contact[0]'],
    [
      'org-2',
      { resourceType: 'Organization', name: 'x', address: [{ use: 'home' }] },
      'invariant',
      'Organization.address[0]',
    ],
    ['bdl-1', { resourceType: 'Bundle', type: 'collection', total: 1 }, 'invariant', 'Bundle'],
    ['bdl-3', { resourceType: 'Bundle', type: 'transaction', entry: [{ resource: patient() }] }, 'invariant', 'Bundle'],
    [
      'bdl-7',
      {
        resourceType: 'Bundle',
        type: 'collection',
        entry: [
          { fullUrl: 'urn:a', resource: patient() },
          { fullUrl: 'urn:a', resource: patient() },
        ],
      },
      'invariant',
      'Bundle',
    ],
    [
      'bdl-11',
      {
        resourceType: 'Bundle',
        type: 'document',
        timestamp: '2020-01-01T00:00:00Z',
        identifier: { system: 'urn:x', value: '1' },
        entry: [{ resource: patient() }],
      },
      'invariant',
      'Bundle',
    ],
    [
      'que-2',
      {
        resourceType: 'Questionnaire',
        status: 'draft',
        item: [{ linkId: '1', type: 'group', item: [{ linkId: '1', type: 'string' }] }],
      },
      'invariant',
      'Questionnaire',
    ],
    [
      'a script in a narrative',
      patient({
        text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">a<script>b</script></div>' },
      }),
      'value',
      'Patient.text.div',
    ],
    ['something that is not an object', 'Patient', 'structure', ''],
    ['a list of resources', [patient()], 'structure', ''],
    ['nothing', null, 'structure', ''],
  ])('refuses %s', (_name, resource, code, expression) => {
    const issues = validate(resource).map((issue) => [issue.code, issue.expression ?? '']);
    expect(issues).toContainEqual([code, expression]);
  });

  test('stops after a bounded number of issues', () => {
    const name = Array.from({ length: 1000 }, () => ({ family: 1 }));
    expect(validate(patient({ name }))).toHaveLength(MOST_ISSUES);
  });

  test('never throws, whatever the JSON, and accepts none that has no resource type', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        expect(validate(JSON.parse(text)).length).toBeGreaterThan(0);
      }),
    );
  });
});

/**
 * Goal: a fault anywhere in a real resource is found where it is.
 * Method: official examples that are valid are damaged at random places, in four ways that are never right.
 */
describe('a damaged example', () => {
  const folder = new URL('../../../node_modules/hl7.fhir.r4.examples/', import.meta.url);
  const resources = readdirSync(folder)
    .filter((file) =>
      /^(Observation|Patient|Encounter|MedicationRequest|Claim|DiagnosticReport|ServiceRequest|Specimen|CarePlan)-[ef]\S*\.json$/.test(
        file,
      ),
    )
    .map((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Json)
    .filter((resource) => validate(resource).length === 0);
  const places = resources.flatMap((resource) => placesOf(resource));

  test.each<[string, string[], (place: Place) => Json | undefined]>([
    ['with an element that R4 does not have', ['structure'], ({ holder }) => ({ ...holder, unheardOf: true })],
    [
      'with an object where a primitive belongs',
      ['structure', 'invariant'],
      ({ holder, key, isPrimitive }) => (isPrimitive ? { ...holder, [key]: {} } : undefined),
    ],
    [
      'without a required element',
      ['required'],
      ({ holder, key, element }) => {
        if (!element.min) return undefined;
        const { [key]: _, ...rest } = holder;
        return Object.keys(rest).length > 0 ? rest : undefined;
      },
    ],
    [
      'with a code that does not exist',
      ['code-invalid'],
      ({ holder, key, element }) =>
        element.binding !== undefined && element.types[0] === 'code' && typeof holder[key] === 'string'
          ? { ...holder, [key]: 'no-such-code' }
          : undefined,
    ],
  ])('%s', (_name, codes, damage) => {
    const damageable = places.filter((place) => damage(place) !== undefined);
    expect(damageable.length).toBeGreaterThan(100);
    fc.assert(
      fc.property(fc.constantFrom(...damageable), (place) => {
        const damaged = place.rebuild(damage(place) as Json);
        const issues = validate(damaged);
        expect(issues.some(({ code, expression }) => codes.includes(code) && expression?.startsWith(place.path))).toBe(
          true,
        );
      }),
      { numRuns: 300 },
    );
  });

  interface Place {
    holder: Json;
    key: string;
    element: ElementDefinition;
    isPrimitive: boolean;
    /** FHIRPath of the holder. */
    path: string;
    rebuild(holder: Json): Json;
  }

  /** Every property of a resource whose element is not a choice, down to those of data types. */
  function placesOf(resource: Json): Place[] {
    const found: Place[] = [];
    const visit = (holder: Json, type: string, path: string, rebuild: (changed: Json) => Json): void => {
      for (const [key, value] of Object.entries(holder)) {
        const element = definitions.types[type]?.elements.find(({ name }) => name === key);
        const inner = element?.types[0];
        if (!element || !inner || inner === 'Resource' || inner === 'xhtml') continue;
        const isPrimitive = definitions.types[inner]?.kind === 'primitive-type';
        found.push({ holder, key, element, isPrimitive, path, rebuild });
        if (isPrimitive) continue;
        if (Array.isArray(value)) {
          for (const [at, item] of value.entries()) {
            visit(item as Json, inner, `${path}.${key}[${at}]`, (changed) =>
              rebuild({ ...holder, [key]: value.with(at, changed) }),
            );
          }
        } else visit(value as Json, inner, `${path}.${key}`, (changed) => rebuild({ ...holder, [key]: changed }));
      }
    };
    const type = String(resource['resourceType']);
    visit(resource, type, type, (changed) => changed);
    return found;
  }
});

describe('a narrative', () => {
  const div = (inner: string) => `<div xmlns="http://www.w3.org/1999/xhtml">${inner}</div>`;
  test.each([
    div('a'),
    div('<p>a &lt; b<br/>&#233;</p>'),
    div('<img src="#x" alt="y"/>'),
    div('<!-- note --><a href="https://x.org">x</a>'),
  ])('may be %s', (xhtml) => {
    expect(isSafeNarrative(xhtml)).toBe(true);
  });
  test.each([
    'a',
    '<p>a</p>',
    div(''),
    div('<p>a'),
    div('<p>a</div>'),
    div('<b onclick="x()">a</b>'),
    div('<a href="javascript:x()">a</a>'),
    div('<a href=" java&#115;cript:x()">a</a>'),
    div('<iframe src="https://x.org">a</iframe>'),
    div('<form>a</form>'),
    div('<p style="background: url(javascript:x)">a</p>'),
    div('a & b'),
    div('a < b'),
    `${div('a')}<p>b</p>`,
    `${div('a')}${div('b')}`,
  ])('may not be %s', (xhtml) => {
    expect(isSafeNarrative(xhtml)).toBe(false);
  });
});
