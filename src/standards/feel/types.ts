/** FEEL's types, what conforms to them, and the conversions that happen unasked (DMN 1.5 sections 10.3.2.9 and 10.3.2.9.4). */

import { atMidnight, FeelDate, UTC } from './temporal.ts';
import { FeelFunction, isContext, isList, Range, type TypeName, typeOf, type Value } from './values.ts';

export type Type =
  | { readonly kind: 'any' }
  | { readonly kind: 'simple'; readonly name: SimpleName }
  | { readonly kind: 'list'; readonly of: Type }
  | { readonly kind: 'range'; readonly of: Type }
  | { readonly kind: 'context'; readonly fields: ReadonlyMap<string, Type> }
  | { readonly kind: 'function'; readonly parameters: readonly Type[] | undefined; readonly result: Type }
  /** A type of the model's own, with what it allows. It is looked up when it is needed, because types may be told in any order. */
  | { readonly kind: 'named'; readonly name: string; readonly get: () => Type }
  | { readonly kind: 'allowed'; readonly of: Type; readonly allows: (value: Value) => boolean }
  | { readonly kind: 'unknown'; readonly name: string };

type SimpleName = Exclude<TypeName, 'list' | 'range' | 'context' | 'function'>;

export const ANY: Type = { kind: 'any' };

const SIMPLE: ReadonlySet<string> = new Set<SimpleName>([
  'null',
  'boolean',
  'string',
  'number',
  'date',
  'time',
  'date and time',
  'days and time duration',
  'years and months duration',
]);

const ALIASES: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  Null: 'null',
  dateTime: 'date and time',
  dayTimeDuration: 'days and time duration',
  yearMonthDuration: 'years and months duration',
});

/** Undefined when FEEL has no type of that name. */
export function builtInType(name: string): Type | undefined {
  const proper = ALIASES[name] ?? name;
  if (SIMPLE.has(proper)) return { kind: 'simple', name: proper as SimpleName };
  if (proper === 'Any') return ANY;
  if (proper === 'list') return { kind: 'list', of: ANY };
  if (proper === 'context') return { kind: 'context', fields: new Map() };
  if (proper === 'range') return { kind: 'range', of: ANY };
  return proper === 'function' ? { kind: 'function', parameters: undefined, result: ANY } : undefined;
}

/** Names with spaces that stand for types. */
export const TYPE_NAMES = ['date and time', 'days and time duration', 'years and months duration'];

/** Whether a value is of the type. Null is of every type but only `instance of` asks for Null itself. */
export function conforms(value: Value, type: Type): boolean {
  switch (type.kind) {
    case 'any':
      return true;
    case 'unknown':
      return false;
    case 'named':
      return conforms(value, type.get());
    case 'allowed':
      return conforms(value, type.of) && (value === null || type.allows(value));
    default:
  }
  if (value === null) return true;
  switch (type.kind) {
    case 'simple':
      return typeOf(value) === type.name;
    case 'list':
      return isList(value) && value.every((item) => conforms(item, type.of));
    case 'range':
      return value instanceof Range && [value.start, value.end].every((end) => conforms(end ?? null, type.of));
    case 'context':
      if (!isContext(value)) return false;
      for (const [name, field] of type.fields) {
        const entry = value.get(name);
        if (entry === undefined || !conforms(entry, field)) return false;
      }
      return true;
    case 'function':
      return value instanceof FeelFunction && functionConforms(value, type);
  }
}

function functionConforms(value: FeelFunction, type: Type & { kind: 'function' }): boolean {
  if (type.parameters === undefined) return true;
  const own = value.type as { parameters: readonly Type[]; result: Type } | undefined;
  // A built-in function says itself what it takes when it is called.
  if (own === undefined) return true;
  if (value.parameters.length !== type.parameters.length) return false;
  // What it takes may be wider, what it gives narrower than is asked for; what it does not say may be anything.
  return (
    (own.result.kind === 'any' || subtype(own.result, type.result)) &&
    type.parameters.every((parameter, index) => subtype(parameter, own.parameters[index] ?? ANY))
  );
}

/** Whether whatever is of `a` is of `b`. */
function subtype(a: Type, b: Type): boolean {
  if (b.kind === 'any') return true;
  if (a.kind === 'named') return (b.kind === 'named' && a.name === b.name) || subtype(a.get(), b);
  if (b.kind === 'named') return subtype(a, b.get());
  if (a.kind === 'allowed') return subtype(a.of, b);
  if (b.kind === 'allowed') return false;
  if (a.kind === 'simple') return a.name === 'null' || (b.kind === 'simple' && a.name === b.name);
  if (a.kind === 'list') return b.kind === 'list' && subtype(a.of, b.of);
  if (a.kind === 'range') return b.kind === 'range' && subtype(a.of, b.of);
  if (a.kind === 'context') {
    if (b.kind !== 'context') return false;
    for (const [name, field] of b.fields) {
      const own = a.fields.get(name);
      if (own === undefined || !subtype(own, field)) return false;
    }
    return true;
  }
  if (a.kind === 'function' && b.kind === 'function') {
    if (b.parameters === undefined) return subtype(a.result, b.result);
    if (a.parameters === undefined || a.parameters.length !== b.parameters.length) return false;
    return (
      subtype(a.result, b.result) && b.parameters.every((own, index) => subtype(own, a.parameters?.[index] ?? ANY))
    );
  }
  return false;
}

/** The value as the type has it, by the conversions that the standard names; undefined when none leads there. */
export function convert(value: Value, type: Type): Value | undefined {
  if (conforms(value, type)) return value;
  const plain = plainOf(type);
  if (value instanceof FeelDate && plain.kind === 'simple' && plain.name === 'date and time') {
    return convert(atMidnight(value, UTC), type);
  }
  if (isList(value)) {
    if (value.length === 1 && plain.kind !== 'list' && conforms(value[0] as Value, type)) return value[0];
    return undefined;
  }
  if (plain.kind === 'list' && value !== null) {
    const only = [value];
    if (conforms(only, type)) return only;
  }
  return undefined;
}

function plainOf(type: Type): Type {
  if (type.kind === 'named') return plainOf(type.get());
  return type.kind === 'allowed' ? plainOf(type.of) : type;
}
