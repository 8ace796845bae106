import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalRange, LEAST, MOST, normaliseText, OPEN_END, OPEN_START, rangeOf } from './entries.ts';
import { extract, MOST_ENTRIES, TooManyEntries } from './extract.ts';
import { instantsOf } from './instants.ts';
import { parseFhirJson } from './json.ts';
import { baseUnitOf } from './units.ts';

/**
 * Goal: each kind of entry is what FHIR R4's search page says.
 * Method: one small resource for each, its entries written down by hand.
 */
describe('extract', () => {
  const of = (resource: object | string, parameter: string) =>
    extract(typeof resource === 'string' ? (parseFhirJson(resource) as object) : resource)
      .filter((entry) => entry.parameter === parameter)
      .map(({ parameter: _, ...value }) => value);

  test.each<[string, string, object | string, unknown[]]>([
    ['_id', 'of any resource', { resourceType: 'Patient', id: 'p' }, [{ kind: 'token', value: 'p' }]],
    [
      '_lastUpdated',
      'of any resource',
      { resourceType: 'Patient', meta: { lastUpdated: '2020-01-01T00:00:00.123Z' } },
      [{ kind: 'date', lo: 1577836800123, hi: 1577836800123 }],
    ],
    [
      '_tag',
      'of any resource',
      { resourceType: 'Patient', meta: { tag: [{ system: 's', code: 'c' }] } },
      [{ kind: 'token', system: 's', value: 'c' }],
    ],
    [
      '_profile',
      'of any resource',
      { resourceType: 'Patient', meta: { profile: ['http://p'] } },
      [{ kind: 'uri', value: 'http://p' }],
    ],
    [
      '_source',
      'of any resource',
      { resourceType: 'Patient', meta: { source: 'urn:s' } },
      [{ kind: 'uri', value: 'urn:s' }],
    ],
    [
      'gender',
      'with the system of its value set',
      { resourceType: 'Patient', gender: 'female' },
      [{ kind: 'token', system: 'http://hl7.org/fhir/administrative-gender', value: 'female' }],
    ],
    [
      'active',
      'as a boolean',
      { resourceType: 'Patient', active: true },
      [{ kind: 'token', system: 'http://terminology.hl7.org/CodeSystem/special-values', value: 'true' }],
    ],
    [
      'deceased',
      'by an expression',
      { resourceType: 'Patient', deceasedDateTime: '2020' },
      [{ kind: 'token', system: 'http://terminology.hl7.org/CodeSystem/special-values', value: 'true' }],
    ],
    [
      'code',
      'with each coding and the text',
      { resourceType: 'Observation', code: { coding: [{ system: 's', code: 'c', display: 'd' }], text: 't' } },
      [
        { kind: 'token', system: 's', value: 'c', text: 'd' },
        { kind: 'token', text: 't' },
      ],
    ],
    [
      'phone',
      'by where(system)',
      {
        resourceType: 'Patient',
        telecom: [
          { system: 'email', value: 'e' },
          { system: 'phone', value: '1' },
        ],
      },
      [{ kind: 'token', system: 'phone', value: '1' }],
    ],
    ['patient', 'only where it is one', { resourceType: 'Observation', subject: { reference: 'Device/1' } }, []],
    [
      'subject',
      'as a version',
      { resourceType: 'Observation', subject: { reference: 'Patient/1/_history/2' } },
      [{ kind: 'reference', type: 'Patient', id: '1', version: '2' }],
    ],
    [
      'subject',
      'as a url',
      { resourceType: 'Observation', subject: { reference: 'https://x.org/fhir/Patient/1' } },
      [{ kind: 'reference', type: 'Patient', id: '1', url: 'https://x.org/fhir/Patient/1' }],
    ],
    [
      'subject',
      'as a uuid',
      { resourceType: 'Observation', subject: { reference: 'urn:uuid:1' } },
      [{ kind: 'reference', url: 'urn:uuid:1' }],
    ],
    [
      'subject',
      'as an identifier',
      { resourceType: 'Observation', subject: { type: 'Patient', identifier: { system: 's', value: 'v' } } },
      [{ kind: 'reference', type: 'Patient', identifier: { system: 's', value: 'v' } }],
    ],
    [
      'instantiates-canonical',
      'as a canonical',
      { resourceType: 'CarePlan', instantiatesCanonical: ['http://x.org/PlanDefinition/a|2'] },
      [{ kind: 'reference', type: 'PlanDefinition', id: 'a', version: '2', url: 'http://x.org/PlanDefinition/a' }],
    ],
    [
      'date',
      'as a day',
      { resourceType: 'Observation', effectiveDateTime: '1970-01-01' },
      [{ kind: 'date', lo: 0, hi: 86_399_999 }],
    ],
    [
      'date',
      'as a period without end',
      { resourceType: 'Observation', effectivePeriod: { start: '1970' } },
      [{ kind: 'date', lo: 0, hi: OPEN_END }],
    ],
    [
      'date',
      'as a period without start',
      { resourceType: 'Observation', effectivePeriod: { end: '1969-12' } },
      [{ kind: 'date', lo: OPEN_START, hi: -1 }],
    ],
    [
      'date',
      'as a timing',
      { resourceType: 'Observation', effectiveTiming: { event: ['1970-01-02', '1970-01-01'] } },
      [{ kind: 'date', lo: 0, hi: 172_799_999 }],
    ],
    [
      'variant-start',
      'as an integer',
      { resourceType: 'MolecularSequence', variant: [{ start: 100 }] },
      [{ kind: 'number', value: 100, lo: 100, hi: 100 }],
    ],
    [
      'probability',
      'by the digits written',
      '{"resourceType":"RiskAssessment","prediction":[{"probabilityDecimal":0.50}]}',
      [{ kind: 'number', value: 0.5, lo: 0.495, hi: 0.505 }],
    ],
    [
      'value-quantity',
      'by the digits written',
      '{"resourceType":"Observation","valueQuantity":{"value":5.40,"unit":"mmol/l","system":"http://unitsofmeasure.org","code":"mmol/L"}}',
      [
        {
          kind: 'quantity',
          value: 5.4,
          lo: 5.395,
          hi: 5.405,
          system: 'http://unitsofmeasure.org',
          code: 'mmol/L',
          unit: 'mmol/l',
          canonical: { value: 5.4, lo: 5.395, hi: 5.405, code: 'm-3.mol' },
        },
      ],
    ],
    [
      'value-quantity',
      'below a limit',
      { resourceType: 'Observation', valueQuantity: { value: 5, comparator: '<' } },
      [{ kind: 'quantity', value: 5, lo: LEAST, hi: 5.5 }],
    ],
    [
      'price-override',
      'as money',
      { resourceType: 'ChargeItem', priceOverride: { value: 40, currency: 'CNY' } },
      [{ kind: 'quantity', value: 40, lo: 39.5, hi: 40.5, system: 'urn:iso:std:iso:4217', code: 'CNY' }],
    ],
    [
      'name',
      'part by part',
      { resourceType: 'Patient', name: [{ family: 'Müller', given: ['Zoë'] }] },
      [
        { kind: 'string', raw: 'Müller', normalised: 'muller' },
        { kind: 'string', raw: 'Zoë', normalised: 'zoe' },
      ],
    ],
    [
      'address',
      'part by part',
      { resourceType: 'Patient', address: [{ city: '广州', country: 'CN' }] },
      [
        { kind: 'string', raw: '广州', normalised: '广州' },
        { kind: 'string', raw: 'CN', normalised: 'cn' },
      ],
    ],
    [
      'near',
      'as a position',
      { resourceType: 'Location', position: { latitude: 23.1, longitude: 113.3 } },
      [{ kind: 'position', latitude: 23.1, longitude: 113.3 }],
    ],
    [
      'component-code-value-concept',
      'as pairs',
      {
        resourceType: 'Observation',
        component: [
          { code: { coding: [{ code: 'a' }] }, valueCodeableConcept: { coding: [{ code: 'b' }] } },
          { code: { coding: [{ code: 'c' }] } },
        ],
      },
      [
        {
          kind: 'composite',
          parts: [
            { kind: 'token', value: 'a' },
            { kind: 'token', value: 'b' },
          ],
        },
      ],
    ],
    [
      'relationship',
      'with its parts corrected',
      {
        resourceType: 'DocumentReference',
        relatesTo: [{ code: 'replaces', target: { reference: 'DocumentReference/x' } }],
      },
      [
        {
          kind: 'composite',
          parts: [
            { kind: 'reference', type: 'DocumentReference', id: 'x' },
            { kind: 'token', system: 'http://hl7.org/fhir/document-relationship-type', value: 'replaces' },
          ],
        },
      ],
    ],
    [
      'composition',
      'as the first resource',
      { resourceType: 'Bundle', entry: [{ resource: { resourceType: 'Composition', id: 'c' } }] },
      [{ kind: 'reference', type: 'Composition', id: 'c' }],
    ],
  ])('%s %s', (parameter, _how, resource, expected) => {
    expect(of(resource, parameter)).toEqual(expected);
  });

  test('takes no entry from what has the wrong shape, and never throws on JSON', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('Patient', 'Observation', 'Bundle', 'ValueSet'),
        fc.dictionary(
          fc.constantFrom('id', 'name', 'code', 'entry', 'component', 'valueQuantity', 'meta', 'subject'),
          fc.jsonValue(),
        ),
        (resourceType, rest) => {
          for (const entry of extract({ ...rest, resourceType })) expect(entry.kind).toBeTruthy();
        },
      ),
    );
    expect(extract({ resourceType: 'Potato' })).toEqual([]);
    // `deceased` is an expression and says false of whoever is not known to be.
    const found = extract({ resourceType: 'Patient', name: 'x', birthDate: { a: 1 }, active: 'yes' });
    expect(found.map(({ parameter }) => parameter)).toEqual(['deceased']);
  });

  test('refuses to multiply codes without bound', () => {
    const coding = Array.from({ length: 200 }, (_, at) => ({ code: String(at) }));
    expect(200 * 200).toBeGreaterThan(MOST_ENTRIES);
    expect(() => extract({ resourceType: 'Observation', code: { coding }, valueCodeableConcept: { coding } })).toThrow(
      TooManyEntries,
    );
  });
});

describe('numbers as written', () => {
  test.each([
    ['100', 99.5, 100.5],
    ['100.00', 99.995, 100.005],
    ['1e2', 50, 150],
    ['5.4', 5.35, 5.45],
    ['-5.4', -5.45, -5.35],
    ['0.001', 0.0005, 0.0015],
    ['1.0e-7', 0.95e-7, 1.05e-7],
  ])('%s is %d to %d', (text, lo, hi) => {
    const range = rangeOf(text);
    expect([range.lo, range.hi]).toEqual([lo, hi]);
  });
});

describe('dates as spans', () => {
  test.each([
    ['2013', '2013-01-01T00:00:00.000Z', '2013-12-31T23:59:59.999Z'],
    ['2012-02', '2012-02-01T00:00:00.000Z', '2012-02-29T23:59:59.999Z'],
    ['2013-04-02T09:30:10+08:00', '2013-04-02T01:30:10.000Z', '2013-04-02T01:30:10.999Z'],
    ['2013-04-02T09:30:10.5Z', '2013-04-02T09:30:10.500Z', '2013-04-02T09:30:10.599Z'],
    ['2013-04-02T09:30Z', '2013-04-02T09:30:00.000Z', '2013-04-02T09:30:59.999Z'],
    ['0001', '0001-01-01T00:00:00.000Z', '0001-12-31T23:59:59.999Z'],
  ])('%s is %s to %s', (text, lo, hi) => {
    const span = instantsOf(text);
    expect(span && [new Date(span.lo).toISOString(), new Date(span.hi).toISOString()]).toEqual([lo, hi]);
  });

  test.each(['2013-02-29', '2013-13', '2013-04-02T24:00:00Z', '13', 'today', ''])('%s is none', (text) => {
    expect(instantsOf(text)).toBeUndefined();
  });
});

/** Factors worked out by hand from the definitions in UCUM, not by this program. */
describe('units', () => {
  test.each([
    ['mmol/L', 'mol/m3', 1],
    ['mg/dL', 'g/L', 0.01],
    ['ug/L', 'ng/mL', 1],
    ['10*9/L', '/nL', 1],
    ['/min', 'Hz', 1 / 60],
    ['mm[Hg]', 'kPa', 0.133322],
    ['{beats}/min', '/min', 1],
    ['kg/m2', 'g/cm2', 0.1],
    ['U/L', 'nkat/L', 1000 / 60],
    ['%', '1', 0.01],
  ])('1 %s is %s x %d', (one, other, factor) => {
    const [a, b] = [baseUnitOf(one), baseUnitOf(other)];
    expect(a?.code).toBe(b?.code);
    expect((a?.factor ?? 0) / (b?.factor ?? 0)).toBeCloseTo(factor, 9);
  });

  test.each(['Cel', '[pH]', 'dB', 'constructor', 'mmin'])('%s is not understood', (code) => {
    expect(baseUnitOf(code)).toBeUndefined();
  });

  test('two ways of writing one amount meet', () => {
    const of = (value: number, code: string) => canonicalRange({ value, lo: LEAST, hi: MOST }, code);
    expect(of(5.4, 'mmol/L')).toEqual(of(0.0054, 'mol/L'));
    expect(of(120, 'mg/dL')).toEqual(of(1.2, 'g/L'));
  });
});

test.each([
  ['  Van  DER Berg ', 'van der berg'],
  ['ＡＢＣ１２', 'abc12'],
  ['Ångström', 'angstrom'],
  ['陈大文', '陈大文'],
  ['がん', 'がん'],
  ['한국', '한국'],
])('%s is compared as %s', (raw, normalised) => {
  expect(normaliseText(raw)).toBe(normalised);
});
