/**
 * ViewDefinition of SQL-on-FHIR v2, which R4 does not have: a resource type of its own beside those of R4. Written down from the IG's
 * logical model, whose parent is R5's CanonicalResource. That is no profile of R4, so the generator cannot read it from R4's files.
 * Names, paths and the rest of what a view says are judged by `src/standards/sql-on-fhir`.
 *
 * Source: https://sql-on-fhir.org/ig/StructureDefinition/ViewDefinition, FHIR/sql-on-fhir-v2 input/fsh/models.fsh, May 2026;
 * CanonicalResource of FHIR R5, canonicalresource.html, with its search parameters.
 */

import type { ElementDefinition, SearchParameterDefinition, TypeDefinition } from './definitions.ts';

const summary = true;
const LIST = { max: '*' } as const;
const NESTED: readonly ElementDefinition[] = [
  { name: 'id', types: ['string'] },
  { name: 'extension', ...LIST, types: ['Extension'] },
  { name: 'modifierExtension', ...LIST, types: ['Extension'], summary },
];

/** What a constant may be; integer64 is R5's. */
const CONSTANT_TYPES = [
  'base64Binary',
  'boolean',
  'canonical',
  'code',
  'date',
  'dateTime',
  'decimal',
  'id',
  'instant',
  'integer',
  'integer64',
  'oid',
  'string',
  'positiveInt',
  'time',
  'unsignedInt',
  'uri',
  'url',
  'uuid',
];

/** By name or path, as in `definitions.types`. */
export const VIEW_DEFINITION: Record<string, TypeDefinition> = {
  integer64: {
    kind: 'primitive-type',
    base: 'Element',
    elements: [
      { name: 'id', types: ['string'] },
      { name: 'extension', ...LIST, types: ['Extension'] },
    ],
  },
  ViewDefinition: {
    kind: 'resource',
    base: 'DomainResource',
    elements: [
      { name: 'id', types: ['id'], summary },
      { name: 'meta', types: ['Meta'], summary },
      { name: 'implicitRules', types: ['uri'], summary },
      { name: 'language', types: ['code'] },
      { name: 'text', types: ['Narrative'] },
      { name: 'contained', ...LIST, types: ['Resource'] },
      { name: 'extension', ...LIST, types: ['Extension'] },
      { name: 'modifierExtension', ...LIST, types: ['Extension'] },
      { name: 'url', types: ['uri'], summary },
      { name: 'identifier', ...LIST, types: ['Identifier'], summary },
      { name: 'version', types: ['string'], summary },
      { name: 'versionAlgorithm[x]', types: ['string', 'Coding'], summary },
      { name: 'name', types: ['string'], summary },
      { name: 'title', types: ['string'], summary },
      {
        name: 'status',
        min: 1,
        types: ['code'],
        binding: 'http://hl7.org/fhir/ValueSet/publication-status',
        summary,
      },
      { name: 'experimental', types: ['boolean'], summary },
      { name: 'date', types: ['dateTime'], summary },
      { name: 'publisher', types: ['string'], summary },
      { name: 'contact', ...LIST, types: ['ContactDetail'], summary },
      { name: 'description', types: ['markdown'], summary },
      { name: 'useContext', ...LIST, types: ['UsageContext'], summary },
      { name: 'jurisdiction', ...LIST, types: ['CodeableConcept'], summary },
      { name: 'purpose', types: ['markdown'] },
      { name: 'copyright', types: ['markdown'] },
      { name: 'copyrightLabel', types: ['string'], summary },
      { name: 'resource', min: 1, types: ['code'], binding: 'http://hl7.org/fhir/ValueSet/resource-types', summary },
      { name: 'profile', ...LIST, types: ['canonical'], summary },
      { name: 'fhirVersion', ...LIST, types: ['code'], summary },
      { name: 'constant', ...LIST, types: ['ViewDefinition.constant'] },
      { name: 'select', min: 1, ...LIST, types: ['ViewDefinition.select'] },
      { name: 'where', ...LIST, types: ['ViewDefinition.where'] },
    ],
  },
  'ViewDefinition.constant': {
    kind: 'complex-type',
    base: 'BackboneElement',
    elements: [
      ...NESTED,
      { name: 'name', min: 1, types: ['string'] },
      { name: 'value[x]', min: 1, types: CONSTANT_TYPES },
    ],
  },
  'ViewDefinition.select': {
    kind: 'complex-type',
    base: 'BackboneElement',
    elements: [
      ...NESTED,
      { name: 'column', ...LIST, types: ['ViewDefinition.select.column'] },
      { name: 'select', ...LIST, types: ['ViewDefinition.select'] },
      { name: 'forEach', types: ['string'] },
      { name: 'forEachOrNull', types: ['string'] },
      { name: 'repeat', ...LIST, types: ['string'] },
      { name: 'unionAll', ...LIST, types: ['ViewDefinition.select'] },
    ],
  },
  'ViewDefinition.select.column': {
    kind: 'complex-type',
    base: 'BackboneElement',
    elements: [
      ...NESTED,
      { name: 'path', min: 1, types: ['string'] },
      { name: 'name', min: 1, types: ['string'] },
      { name: 'description', types: ['markdown'] },
      { name: 'collection', types: ['boolean'] },
      { name: 'type', types: ['uri'] },
      { name: 'tag', ...LIST, types: ['ViewDefinition.select.column.tag'] },
    ],
  },
  'ViewDefinition.select.column.tag': {
    kind: 'complex-type',
    base: 'BackboneElement',
    elements: [...NESTED, { name: 'name', min: 1, types: ['string'] }, { name: 'value', min: 1, types: ['string'] }],
  },
  'ViewDefinition.where': {
    kind: 'complex-type',
    base: 'BackboneElement',
    elements: [...NESTED, { name: 'path', min: 1, types: ['string'] }, { name: 'description', types: ['string'] }],
  },
};

function parameter(code: string, type: SearchParameterDefinition['type'], path = code): SearchParameterDefinition {
  return {
    id: `ViewDefinition-${code}`,
    code,
    base: ['ViewDefinition'],
    type,
    expression: `ViewDefinition.${path}`,
  };
}

/** Those of CanonicalResource, and the type that a view is on. */
export const VIEW_DEFINITION_PARAMETERS: readonly SearchParameterDefinition[] = [
  parameter('context-type', 'token', 'useContext.code'),
  parameter('date', 'date'),
  parameter('description', 'string'),
  parameter('identifier', 'token'),
  parameter('jurisdiction', 'token'),
  parameter('name', 'string'),
  parameter('publisher', 'string'),
  parameter('resource', 'token'),
  parameter('status', 'token'),
  parameter('title', 'string'),
  parameter('url', 'uri'),
  parameter('version', 'token'),
];
