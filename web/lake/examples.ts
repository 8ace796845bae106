import type { Json } from './lake-api.ts';

const base = (name: string, title: string, resource: string): Json => ({
  resourceType: 'ViewDefinition',
  url: `https://example.org/ViewDefinition/${name}`,
  name,
  title,
  status: 'active',
  fhirVersion: ['4.0.1'],
  resource,
});

/** Views to start from, each showing a part of the language. */
export const EXAMPLES: Readonly<Record<string, Json>> = {
  patient: {
    ...base('my_patients', 'Patients', 'Patient'),
    select: [
      {
        column: [
          { name: 'id', path: 'getResourceKey()', type: 'string', description: 'Id of the patient' },
          { name: 'sex', path: 'gender', type: 'code' },
          { name: 'born', path: 'birthDate', type: 'date' },
        ],
      },
    ],
  },
  names: {
    ...base('my_identifiers', 'Identifiers, a row each', 'Patient'),
    select: [
      { column: [{ name: 'id', path: 'getResourceKey()', type: 'string' }] },
      {
        forEach: 'identifier',
        column: [
          { name: 'system', path: 'system', type: 'uri' },
          { name: 'value', path: 'value', type: 'string' },
        ],
      },
    ],
  },
  result: {
    ...base('my_hba1c', 'HbA1c results', 'Observation'),
    constant: [{ name: 'code', valueCode: '4548-4' }],
    select: [
      {
        column: [
          { name: 'id', path: 'getResourceKey()', type: 'string' },
          { name: 'patient', path: 'subject.getReferenceKey(Patient)', type: 'string' },
          { name: 'time', path: 'effective.ofType(dateTime)', type: 'dateTime' },
          { name: 'value', path: 'value.ofType(Quantity).value', type: 'decimal' },
          { name: 'unit', path: 'value.ofType(Quantity).code', type: 'code' },
        ],
      },
    ],
    where: [{ path: 'code.coding.where(code = %code).exists()', description: 'HbA1c by LOINC' }],
  },
  kept: {
    extension: [
      { url: 'https://banyan.health/fhir/StructureDefinition/lake-materialized', valueBoolean: true },
      { url: 'https://banyan.health/fhir/StructureDefinition/lake-order', valueString: 'code' },
    ],
    ...base('my_conditions', 'Conditions, kept in the lake', 'Condition'),
    select: [
      {
        column: [
          { name: 'id', path: 'getResourceKey()', type: 'string' },
          { name: 'patient', path: 'subject.getReferenceKey(Patient)', type: 'string' },
          {
            name: 'code',
            path: 'code.coding.code.first()',
            type: 'code',
            tag: [{ name: 'clickhouse/type', value: 'LowCardinality(String)' }],
          },
          { name: 'text', path: 'code.text', type: 'string' },
        ],
      },
    ],
  },
};
