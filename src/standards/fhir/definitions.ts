/**
 * The R4 definitions as data: types with their elements, the codes of required value sets, search parameters, and the Patient
 * compartment. `generate.ts` makes the file from the official definitions.
 */

import { readFileSync } from 'node:fs';

export interface Definitions {
  fhirVersion: string;
  /** Concrete resource types. */
  resourceTypes: string[];
  /** By type name (`Patient`, `HumanName`, `date`) or, for nested elements, by path (`Patient.contact`). */
  types: Record<string, TypeDefinition>;
  /** By url of the value set, then of the code system. Only value sets whose codes can all be listed. */
  valueSets: Record<string, Record<string, string[]>>;
  searchParameters: SearchParameterDefinition[];
  /** By resource type: the codes of the search parameters that put a resource into a patient's compartment. */
  patientCompartment: Record<string, string[]>;
}

export interface TypeDefinition {
  kind: 'resource' | 'complex-type' | 'primitive-type';
  abstract?: true;
  base?: string;
  elements: ElementDefinition[];
  invariants?: Invariant[];
}

export interface ElementDefinition {
  /** As in the definition; a choice ends in `[x]`. */
  name: string;
  /** 0 when absent. */
  min?: number;
  /** 1 when absent. */
  max?: number | '*';
  types: string[];
  /** Resource types that a Reference may point to; any when absent. */
  targets?: string[];
  /** Url of the value set whose codes are required. */
  binding?: string;
  /** Belongs to the answer to `_summary=true`. */
  summary?: true;
  invariants?: Invariant[];
}

/** A rule stated in FHIRPath that every instance keeps. */
export interface Invariant {
  key: string;
  human: string;
  expression: string;
}

export type SearchParameterType =
  | 'composite'
  | 'date'
  | 'number'
  | 'quantity'
  | 'reference'
  | 'special'
  | 'string'
  | 'token'
  | 'uri';

export interface SearchParameterDefinition {
  /** The last part of its official url, http://hl7.org/fhir/SearchParameter/<id>. */
  id: string;
  code: string;
  base: string[];
  type: SearchParameterType;
  /** FHIRPath for all its bases; three parameters (`_text`, `_content`, `_query`) have none. */
  expression?: string;
  /** Resource types a reference may point to. */
  targets?: string[];
  /** Whether one search may give several values separated by commas; not stated when absent, which means it may. */
  multipleOr?: boolean;
  /** Of a composite: what its parts are, relative to each place that `expression` finds. */
  components?: { code: string; type: SearchParameterType; expression: string }[];
}

/** A search parameter as it is on one resource type: `expression` is the part for that type. */
export type SearchParameter = Omit<SearchParameterDefinition, 'base'>;

export const definitions: Definitions = JSON.parse(
  readFileSync(new URL('./definitions.generated.json', import.meta.url), 'utf8'),
);

/** Every concrete resource type of R4, sorted. */
export const RESOURCE_TYPES: readonly string[] = definitions.resourceTypes;

const resourceTypes: ReadonlySet<string> = new Set(RESOURCE_TYPES);

export function isResourceType(name: unknown): name is string {
  return resourceTypes.has(name as string);
}

/** Whether `name` is the type or one it derives from. */
export function isSameOrBase(name: string, type: string): boolean {
  for (let at: string | undefined = type; at !== undefined; at = definitions.types[at]?.base)
    if (at === name) return true;
  return false;
}

/** The JSON property of a choice element: `value` and `Quantity` make `valueQuantity`, and so does `SimpleQuantity`. */
export function choiceKey(name: string, type: string): string {
  const base = definitions.types[type]?.base === 'Quantity' && type.endsWith('Quantity') ? 'Quantity' : type;
  return name + base.charAt(0).toUpperCase() + base.slice(1);
}

/** The parameters a search on `type` may use, those of every resource (`_id`, `_lastUpdated`, ...) included; sorted by code. */
export function searchParameters(type: string): readonly SearchParameter[] {
  const known = parametersByType.get(type);
  if (known || !isResourceType(type)) return known ?? [];
  const bases = basesOf(type);
  const found = definitions.searchParameters
    .filter(({ base }) => base.some((name) => bases.includes(name)))
    .map(({ base: _, ...parameter }) =>
      parameter.expression ? { ...parameter, expression: partFor(parameter.expression, bases) } : parameter,
    )
    .sort((one, other) => (one.code < other.code ? -1 : 1));
  parametersByType.set(type, found);
  return found;
}

const parametersByType = new Map<string, SearchParameter[]>();

/** The type and what it derives from, nearest first: Patient, DomainResource, Resource. */
function basesOf(type: string): string[] {
  const base = definitions.types[type]?.base;
  return base === undefined ? [type] : [type, ...basesOf(base)];
}

/** Of `Account.name | Patient.name` the part for Patient; a part that names no type holds for all. */
function partFor(expression: string, bases: readonly string[]): string {
  const parts = splitUnion(expression).filter((part) => {
    const root = /^\(*([A-Z]\w*)/.exec(part)?.[1];
    return root === undefined || bases.includes(root);
  });
  return parts.join(' | ');
}

function splitUnion(expression: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < expression.length; at++) {
    const sign = expression[at];
    if (sign === '(') depth++;
    if (sign === ')') depth--;
    if (sign === '|' && depth === 0) {
      parts.push(expression.slice(start, at).trim());
      start = at + 1;
    }
  }
  return [...parts, expression.slice(start).trim()];
}
