import { definitions, RESOURCE_TYPES } from '#standards/fhir';
import { parametersOf } from '../parameters.ts';

const INTERACTIONS = [
  'read',
  'vread',
  'update',
  'patch',
  'delete',
  'history-instance',
  'history-type',
  'create',
  'search-type',
];

const VIEW_DEFINITION = 'https://sql-on-fhir.org/ig/StructureDefinition/ViewDefinition';

/** Of SQL-on-FHIR; the lake answers them. */
const VIEW_OPERATIONS = [
  {
    name: 'viewdefinition-run',
    definition: 'http://sql-on-fhir.org/OperationDefinition/$viewdefinition-run',
    documentation:
      'Formats json, ndjson, csv, parquet and arrow. viewReference is ViewDefinition/<id>, its address here, or a canonical address with or without version. source is lake or record.',
  },
  {
    name: 'viewdefinition-export',
    definition: 'http://sql-on-fhir.org/OperationDefinition/$viewdefinition-export',
    documentation: 'Formats ndjson, csv, parquet and arrow. No source.',
  },
];
const QUERY_OPERATIONS = [
  {
    name: 'sqlquery-run',
    definition: 'http://sql-on-fhir.org/OperationDefinition/$sqlquery-run',
    documentation: 'Formats json, ndjson, csv, parquet, arrow and fhir. SQL of ClickHouse. No source.',
  },
];

let resources: object[] | undefined;

/** What this server does, made from the same definitions it works by. */
export function capabilities(base: string, now: Date): object {
  resources ??= RESOURCE_TYPES.map(describeType);
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: now.toISOString(),
    kind: 'instance',
    software: { name: 'Banyan' },
    implementation: { description: 'Banyan, the record of a biomedical region', url: base },
    fhirVersion: definitions.fhirVersion,
    format: ['application/fhir+json', 'json'],
    patchFormat: ['application/json-patch+json'],
    rest: [
      {
        mode: 'server',
        security: {
          cors: false,
          service: [
            {
              coding: [
                { system: 'http://terminology.hl7.org/CodeSystem/restful-security-service', code: 'SMART-on-FHIR' },
              ],
            },
          ],
        },
        resource: resources,
        interaction: ['transaction', 'batch', 'search-system', 'history-system'].map((code) => ({ code })),
        operation: [...VIEW_OPERATIONS, ...QUERY_OPERATIONS],
      },
    ],
  };
}

function describeType(type: string): object {
  const parameters = [...parametersOf(type).values()].filter(({ plan }) => plan.how !== 'unsupported');
  const references = parameters.filter((parameter) => parameter.type === 'reference');
  const includes = references.map(({ code }) => `${type}:${code}`);
  return {
    type,
    profile: type === 'ViewDefinition' ? VIEW_DEFINITION : `http://hl7.org/fhir/StructureDefinition/${type}`,
    interaction: INTERACTIONS.map((code) => ({ code })),
    versioning: 'versioned-update',
    readHistory: true,
    updateCreate: true,
    conditionalCreate: true,
    conditionalRead: 'full-support',
    conditionalUpdate: true,
    conditionalDelete: 'single',
    ...(includes.length > 0 && { searchInclude: [`${type}:*`, ...includes] }),
    searchParam: parameters.map(({ code, id, type: kind }) => ({
      name: code,
      // What R4 does not have, its definitions do not define.
      ...(type === 'ViewDefinition' && id.startsWith('ViewDefinition-')
        ? {}
        : { definition: `http://hl7.org/fhir/SearchParameter/${id}` }),
      type: kind,
    })),
    operation: [
      { name: 'validate', definition: 'http://hl7.org/fhir/OperationDefinition/Resource-validate' },
      { name: 'meta', definition: 'http://hl7.org/fhir/OperationDefinition/Resource-meta' },
      ...(type === 'Patient'
        ? [{ name: 'everything', definition: 'http://hl7.org/fhir/OperationDefinition/Patient-everything' }]
        : []),
      ...(type === 'ViewDefinition' ? VIEW_OPERATIONS : type === 'Library' ? QUERY_OPERATIONS : []),
    ],
  };
}
