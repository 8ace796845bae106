/** What a resource is found by, worked out by closures that are made once for each resource type. */

import { definitions, isResourceType, searchParameters } from './definitions.ts';
import { type Converter, converterFor, decimalAt, type IndexEntry, type IndexValue } from './entries.ts';
import { type Branch, compileBranches, type Scope, wayDown } from './fhirpath.ts';

type Json = Record<string, unknown>;

/**
 * The entries of all search parameters of the resource's type, `_id`, `_lastUpdated`, `_tag`, `_profile`, `_security` and
 * `_source` included. What has the wrong shape yields no entry; an unknown resource type yields none at all.
 *
 * @param only  the codes of the parameters that are asked for; all unless said
 * @throws TooManyEntries when there would be more than `MOST_ENTRIES`; the official examples need at most a few hundred
 */
export function extract(resource: object, only?: { has(code: string): boolean }): IndexEntry[] {
  const { resourceType } = resource as Json;
  if (!isResourceType(resourceType)) return [];
  const entries: IndexEntry[] = [];
  const scope: Scope = { resource: resource as Json };
  for (const { code, collect } of parametersOf(resourceType))
    if (only === undefined || only.has(code)) collect(resource as Json, scope, entries);
  return entries;
}

/**
 * The ids of the patients in whose compartment the resource is: a Patient's own, and those that the parameters of the compartment
 * definition refer to by a literal, relative reference. In order of appearance, each once.
 */
export function patientsOf(resource: object): string[] {
  const { resourceType, id } = resource as Json;
  const found = new Set<string>();
  if (resourceType === 'Patient' && typeof id === 'string') found.add(id);
  if (!isResourceType(resourceType)) return [];
  const scope: Scope = { resource: resource as Json };
  const add = (entry: IndexValue) => {
    if (entry.kind === 'reference' && entry.type === 'Patient' && entry.id !== undefined && entry.url === undefined)
      found.add(entry.id);
  };
  for (const source of compartmentSourcesOf(resourceType)) feed(source, resource, scope, add);
  return [...found];
}

/** The most entries of one resource; codes multiply in composites, so a small resource could ask for millions. */
export const MOST_ENTRIES = 20_000;

export class TooManyEntries extends Error {
  override readonly name = 'TooManyEntries';
  constructor() {
    super('the resource has too many values to be indexed');
  }
}

type Collect = (resource: Json, scope: Scope, entries: IndexEntry[]) => void;

interface Parameter {
  code: string;
  collect: Collect;
}

/** Where values come from and what makes entries of them. */
interface Source {
  branch: Pick<Branch, 'collect'>;
  convert: Converter;
}

const parameters = new Map<string, Parameter[]>();

function parametersOf(type: string): Parameter[] {
  let compiled = parameters.get(type);
  if (!compiled) {
    compiled = searchParameters(type).flatMap(({ code, type: kind, expression, components }) => {
      if (expression === undefined) return [];
      const collect = components
        ? composite(code, expression, components, type)
        : simple(code, sourcesOf(expression, kind, type));
      return [{ code, collect }];
    });
    parameters.set(type, compiled);
  }
  return compiled;
}

function sourcesOf(expression: string, kind: Parameters<typeof converterFor>[0], type: string): Source[] {
  return compileBranches(expression, type).flatMap((branch) => {
    if (branch.type === 'decimal' && kind === 'number' && branch.keys) {
      const key = branch.keys.at(-1) as string;
      return [{ branch: wayDown(branch.keys.slice(0, -1)), convert: decimalAt(key) }];
    }
    const convert = converterFor(kind, branch.type, branch.element);
    return convert ? [{ branch, convert }] : [];
  });
}

function simple(code: string, sources: Source[]): Collect {
  return (resource, scope, entries) => {
    const add = (value: IndexValue) => {
      if (entries.length >= MOST_ENTRIES) throw new TooManyEntries();
      // The value was made for this entry alone, so it may become the entry.
      entries.push(Object.assign(value, { parameter: code }));
    };
    for (const source of sources) feed(source, resource, scope, add);
  };
}

/** Every combination of the parts, at each place the composite's own expression finds. */
function composite(
  code: string,
  expression: string,
  components: readonly { type: Parameters<typeof converterFor>[0]; expression: string }[],
  type: string,
): Collect {
  const places = compileBranches(expression, type).map((branch) => ({
    branch,
    components: components.map((component) => sourcesOf(component.expression, component.type, branch.type)),
  }));
  return (resource, scope, entries) => {
    for (const { branch, components } of places) {
      const found: unknown[] = [];
      branch.collect(resource, scope, found);
      for (const place of found) {
        let combinations: IndexValue[][] = [[]];
        for (const sources of components) {
          const values: IndexValue[] = [];
          for (const source of sources) feed(source, place, scope, (value) => void values.push(value));
          if (combinations.length * values.length > MOST_ENTRIES) throw new TooManyEntries();
          combinations = combinations.flatMap((before) => values.map((value) => [...before, value]));
          if (combinations.length === 0) break;
        }
        if (entries.length + combinations.length > MOST_ENTRIES) throw new TooManyEntries();
        for (const parts of combinations) entries.push({ kind: 'composite', parameter: code, parts });
      }
    }
  };
}

function feed({ branch, convert }: Source, focus: unknown, scope: Scope, add: (value: IndexValue) => void): void {
  const found: unknown[] = [];
  branch.collect(focus, scope, found);
  for (const value of found) convert(value, add);
}

const compartments = new Map<string, Source[]>();

function compartmentSourcesOf(type: string): Source[] {
  let sources = compartments.get(type);
  if (!sources) {
    const codes = definitions.patientCompartment[type] ?? [];
    sources = searchParameters(type)
      .filter(({ code, expression }) => codes.includes(code) && expression !== undefined)
      .flatMap(({ expression }) => sourcesOf(expression as string, 'reference', type));
    compartments.set(type, sources);
  }
  return sources;
}
