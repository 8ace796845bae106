import { choiceKey, definitions, type ElementDefinition } from '#standards/fhir';
import type { Kind } from './algebra.ts';

/** The types an element may have, with the JSON property of each. */
export interface Choice {
  key: string;
  type: string;
  kind: Kind;
  many: boolean;
}

/** The JSON properties that the child `name` of a type may be in; empty when the type has no such child. */
export function childrenOf(type: string, name: string): Choice[] {
  const elements = definitions.types[type]?.elements ?? [];
  const plain = elements.find((element) => element.name === name);
  if (plain) return choicesOf(plain, () => name);
  const choice = elements.find((element) => element.name === `${name}[x]`);
  if (choice) return choicesOf(choice, (type) => choiceKey(name, type));
  // The JSON property itself, valueQuantity, is no FHIRPath, but its meaning is plain and many write it so.
  for (const element of elements) {
    if (!element.name.endsWith('[x]')) continue;
    const base = element.name.slice(0, -3);
    const found = element.types.find((type) => choiceKey(base, type) === name);
    if (found) return choicesOf({ ...element, types: [found] }, () => name);
  }
  return [];
}

/**
 * JSON properties of which a sound element of the type has one at least, besides those of `read`; when one of them is in every
 * element it is the only one. `_birthDate` may stand where `birthDate` does not.
 */
export function surePropertiesOf(type: string, read: ReadonlyMap<string, { shape?: unknown }>): string[] {
  const elements = definitions.types[type]?.elements ?? [];
  if (isResource(type)) return read.has('resourceType') ? [] : ['resourceType'];
  const required = elements.find(
    ({ name, min = 0, types }) =>
      min > 0 && !name.endsWith('[x]') && (type === 'Extension' || types.every((type) => kindOf(type) === 'element')),
  );
  if (required) return read.has(required.name) ? [] : [required.name];
  return elements
    .flatMap(({ name }) => childrenOf(type, name.replace('[x]', '')))
    .flatMap(({ key, kind }) => (kind === 'element' ? [key] : [key, `_${key}`]))
    .filter((key) => !read.has(key));
}

export function kindOf(type: string): Kind {
  for (let at: string | undefined = type; at !== undefined; at = definitions.types[at]?.base) {
    const kind = KINDS[at];
    if (kind !== undefined) return kind;
  }
  return 'element';
}

export function isType(name: string): boolean {
  return Object.hasOwn(definitions.types, name);
}

export function isAbstract(type: string): boolean {
  return definitions.types[type]?.abstract === true;
}

export function isResource(type: string): boolean {
  return definitions.types[type]?.kind === 'resource';
}

/** `FHIR.Quantity` is `Quantity`, `System.String` and `String` are `string`; undefined when there is no such type. */
export function readType(written: string): string | undefined {
  const name = written.replace(/^(?:FHIR|System)\./, '');
  if (isType(name)) return name;
  return written.startsWith('FHIR.') || !Object.hasOwn(SYSTEM, name) ? undefined : SYSTEM[name];
}

const KINDS: Record<string, Kind> = {
  boolean: 'boolean',
  integer: 'integer',
  integer64: 'integer',
  decimal: 'written',
  date: 'date',
  dateTime: 'dateTime',
  instant: 'dateTime',
  time: 'time',
  string: 'string',
  uri: 'string',
  base64Binary: 'string',
  xhtml: 'string',
};

const SYSTEM: Record<string, string> = {
  Boolean: 'boolean',
  String: 'string',
  Integer: 'integer',
  Decimal: 'decimal',
  Date: 'date',
  DateTime: 'dateTime',
  Time: 'time',
};

function choicesOf(element: ElementDefinition, keyOf: (type: string) => string): Choice[] {
  const many = element.max === '*' || (element.max ?? 1) > 1;
  return element.types.map((type) => ({ key: keyOf(type), type, kind: kindOf(type), many }));
}
