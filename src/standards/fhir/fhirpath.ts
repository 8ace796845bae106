/**
 * The part of FHIRPath that R4's search parameters and invariants are written in, compiled to closures over plain JSON.
 *
 * Types are worked out when compiling: an expression on `Observation` becomes branches, one for each type it can end in, so that
 * `value.ofType(Quantity)` is a look-up of `valueQuantity` and nothing asks for types while running. An element that has
 * extensions but no value (`_birthDate`) is present in its branch as that object; `hasValue()` tells them apart.
 *
 * Source: FHIRPath N1 (2.0.0), hl7.org/fhirpath/N1; FHIR R4 fhirpath.html. Left out on purpose: `descendants`, `htmlChecks` and
 * dates arithmetic; where an expression needs them `compile...` throws `Unsupported` and the caller decides.
 */

import { type Ast, parseFhirPath } from '#standards/fhirpath';
import { choiceKey, definitions, type ElementDefinition, isSameOrBase } from './definitions.ts';
import { instantsOf } from './instants.ts';
import { parseReference } from './reference.ts';

type Json = Record<string, unknown>;

/** What %resource means while an expression runs. */
export interface Scope {
  resource: Json;
}

/** All values of one type that an expression finds. */
export interface Branch {
  type: string;
  /** The definition of the element the values come from, when it is one. */
  element?: ElementDefinition;
  /** Set when the branch is a plain way down from the focus. */
  keys?: readonly string[];
  collect(focus: unknown, scope: Scope, found: unknown[]): void;
}

/** True, false, or undefined for FHIRPath's empty. */
export type Condition = (focus: unknown, scope: Scope) => boolean | undefined;

/** Thrown when compiling an expression outside the part that is understood here. */
export class Unsupported extends Error {
  override readonly name = 'Unsupported';
}

/** @param type  the name of the type (or path of the nested element) the expression starts from */
export function compileBranches(expression: string, type: string): Branch[] {
  return branchesOf(parseFhirPath(expression), { focus: [itself(type)], type });
}

export function compileCondition(expression: string, type: string): Condition {
  return conditionOf(parseFhirPath(expression), { focus: [itself(type)], type });
}

/** What `$this` and bare names stand for while compiling. */
interface Place {
  focus: Branch[];
  type: string;
}

const CONSTANTS: Record<string, string> = { ucum: 'http://unitsofmeasure.org' };

function itself(type: string): Branch {
  return { type, keys: [], collect: (focus, _scope, found) => void found.push(focus) };
}

// ---- collections

function branchesOf(expression: Ast, place: Place): Branch[] {
  switch (expression.kind) {
    case 'this':
      return place.focus;
    case 'literal':
      return [constant(literalValue(expression))];
    case 'empty':
      return [];
    case 'variable': {
      if (expression.name === 'resource' || expression.name === 'context') {
        const root = expression.name === 'context' ? place.type : (place.type.split('.')[0] as string);
        if (expression.name === 'context' || definitions.types[root]?.kind !== 'resource')
          throw new Unsupported(`%${expression.name}`);
        return [{ type: root, collect: (_focus, scope, found) => void found.push(scope.resource) }];
      }
      const value = CONSTANTS[expression.name];
      if (value === undefined) throw new Unsupported(`%${expression.name}`);
      return [constant(value)];
    }
    case 'member':
      if (expression.on === undefined) {
        // A path may begin with the name of the type it starts from.
        if (isSameOrBase(expression.name, place.type)) return [itself(place.type)];
        return place.focus.flatMap((branch) => children(branch, expression.name));
      }
      return branchesOf(expression.on, place).flatMap((branch) => children(branch, expression.name));
    case 'index': {
      const at = Number(literal(expression.at));
      return branchesOf(expression.on, place).map((branch) =>
        derive(branch, (values, found) => {
          if (at < values.length) found.push(values[at]);
        }),
      );
    }
    case 'type':
      if (expression.sign === 'as')
        return branchesOf(expression.on, place).filter(({ type }) => isSameOrBase(expression.type, type));
      return [asBranch(conditionOf(expression, place))];
    case 'binary':
      if (expression.sign === '|')
        return [...branchesOf(expression.left, place), ...branchesOf(expression.right, place)];
      if (expression.sign === '+') return [arithmetic(expression.left, expression.right, place)];
      if (expression.sign === '&') return [joined(expression.left, expression.right, place)];
      return [asBranch(conditionOf(expression, place))];
    case 'call':
      return callBranches(expression, place);
    case 'sign':
      throw new Unsupported('a sign');
  }
}

type Call = Extract<Ast, { kind: 'call' }>;

function callBranches(call: Call, place: Place): Branch[] {
  const on = call.on === undefined ? place.focus : branchesOf(call.on, place);
  const [argument] = call.given;
  switch (call.name) {
    case 'ofType':
    case 'as':
      return on.filter(({ type }) => isSameOrBase(typeName(argument), type));
    case 'trace':
      return on;
    case 'where':
      return on.map((branch) => filtered(branch, argument as Ast, place));
    case 'select':
      return on.flatMap((branch) =>
        branchesOf(argument as Ast, { focus: [itself(branch.type)], type: place.type }).map((inner) =>
          chained(branch, inner),
        ),
      );
    case 'first':
      return on.map((branch) => derive(branch, (values, found) => void (values.length > 0 && found.push(values[0]))));
    case 'tail':
      return on.map((branch) => derive(branch, (values, found) => void found.push(...values.slice(1))));
    case 'count':
      return [
        { type: 'integer', collect: (focus, scope, found) => void found.push(collectAll(on, focus, scope).length) },
      ];
    case 'toInteger':
      return [mapped(on, 'integer', (value) => (/^[+-]?\d+$/.test(String(value)) ? Number(value) : undefined))];
    case 'toString':
      return [mapped(on, 'string', (value) => String(value))];
    case 'substring': {
      const start = literal(argument);
      return [mapped(on, 'string', (value) => String(value).slice(Number(start)))];
    }
    case 'replaceMatches': {
      const pattern = new RegExp(String(literal(argument)), 'gu');
      const replacement = String(literal(call.given[1]));
      return [mapped(on, 'string', (value) => String(value).replace(pattern, replacement))];
    }
    case 'intersect': {
      const other = branchesOf(argument as Ast, place);
      return on.map((branch) => ({
        type: branch.type,
        collect(focus, scope, found) {
          const others = collectAll(other, focus, scope);
          for (const value of collectAll([branch], focus, scope)) {
            if (others.some((candidate) => isEqual(value, candidate))) found.push(value);
          }
        },
      }));
    }
    default:
      return [asBranch(conditionOf(call, place))];
  }
}

/** The branches of one named child, in the JSON's own property names: `value` of Observation is `valueQuantity`, `valueString`, ... */
function children(parent: Branch, name: string): Branch[] {
  const elements = definitions.types[parent.type]?.elements ?? [];
  const plain = elements.find((element) => element.name === name);
  const choice = plain ? undefined : elements.find((element) => element.name === `${name}[x]`);
  const element = plain ?? choice;
  if (!element) {
    if (parent.type === 'Resource') throw new Unsupported(`${name} of any resource`);
    return [];
  }
  return element.types.map((type) => child(parent, choice ? choiceKey(name, type) : name, type, element));
}

function child(parent: Branch, key: string, type: string, element: ElementDefinition): Branch {
  if (parent.keys) {
    const keys = [...parent.keys, key];
    const [first, second] = keys as [string, string];
    if (keys.length === 1)
      return { type, element, keys, collect: (focus, _scope, found) => pushChild(focus, first, found) };
    if (keys.length === 2) {
      return {
        type,
        element,
        keys,
        collect(focus, _scope, found) {
          const between = (focus as Json)[first];
          if (between === undefined) return;
          if (Array.isArray(between)) for (const value of between) pushChild(value, second, found);
          else pushChild(between, second, found);
        },
      };
    }
    return { type, element, keys, collect: (focus, _scope, found) => walk(focus, keys, 0, found) };
  }
  return {
    type,
    element,
    collect(focus, scope, found) {
      for (const value of collectAll([parent], focus, scope)) pushChild(value, key, found);
    },
  };
}

/** What lies at the end of a plain way of JSON properties; the focus itself when the way is empty. */
export function wayDown(keys: readonly string[]): Pick<Branch, 'collect'> {
  if (keys.length === 0) return itself('');
  return { collect: (focus, _scope, found) => walk(focus, keys, 0, found) };
}

function walk(value: unknown, keys: readonly string[], at: number, found: unknown[]): void {
  const key = keys[at] as string;
  if (at === keys.length - 1) {
    pushChild(value, key, found);
    return;
  }
  const next = isObject(value) ? value[key] : undefined;
  if (next === undefined) return;
  if (Array.isArray(next)) for (const item of next) walk(item, keys, at + 1, found);
  else walk(next, keys, at + 1, found);
}

/** Adds the child's values; where a primitive has no value but extensions, the object that holds them. */
function pushChild(parent: unknown, key: string, found: unknown[]): void {
  if (typeof parent !== 'object' || parent === null) return;
  const value = (parent as Json)[key];
  if (value === undefined) {
    const beside = (parent as Json)[`_${key}`];
    if (Array.isArray(beside)) found.push(...beside.filter(isObject));
    else if (isObject(beside)) found.push(beside);
  } else if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) {
      const item: unknown = value[at];
      if (item !== null && item !== undefined) found.push(item);
      else {
        const beside = (parent as Json)[`_${key}`];
        if (Array.isArray(beside) && isObject(beside[at])) found.push(beside[at]);
      }
    }
  } else if (value !== null) found.push(value);
}

function filtered(branch: Branch, criterion: Ast, place: Place): Branch {
  const keep = compileCriterion(branch, criterion, place);
  return {
    type: branch.type,
    ...(branch.element && { element: branch.element }),
    collect(focus, scope, found) {
      for (const value of collectAll([branch], focus, scope)) if (keep(value, scope) === true) found.push(value);
    },
  };
}

/** `resolve() is Patient` asks what a reference says it points to; nothing is looked up outside the resource. */
function compileCriterion(branch: Branch, criterion: Ast, place: Place): Condition {
  if (
    criterion.kind === 'type' &&
    criterion.sign === 'is' &&
    criterion.on.kind === 'call' &&
    criterion.on.name === 'resolve'
  ) {
    const wanted = criterion.type;
    return (value, scope) => targetType(value, scope) === wanted;
  }
  return conditionOf(criterion, { focus: [itself(branch.type)], type: place.type });
}

function targetType(value: unknown, scope: Scope): string | undefined {
  if (!isObject(value)) return undefined;
  const { reference, type } = value;
  if (typeof reference === 'string') {
    if (reference.startsWith('#')) {
      const contained = Array.isArray(scope.resource.contained) ? scope.resource.contained : [];
      const target: unknown = contained.find((resource) => isObject(resource) && resource.id === reference.slice(1));
      if (isObject(target)) return String(target.resourceType);
    }
    const named = parseReference(reference)?.type;
    if (named) return named;
  }
  return typeof type === 'string' ? type : undefined;
}

function derive(branch: Branch, pick: (values: unknown[], found: unknown[]) => void): Branch {
  return {
    type: branch.type,
    ...(branch.element && { element: branch.element }),
    collect: (focus, scope, found) => pick(collectAll([branch], focus, scope), found),
  };
}

function chained(outer: Branch, inner: Branch): Branch {
  return {
    type: inner.type,
    ...(inner.element && { element: inner.element }),
    collect(focus, scope, found) {
      for (const value of collectAll([outer], focus, scope)) inner.collect(value, scope, found);
    },
  };
}

function mapped(on: Branch[], type: string, map: (value: unknown) => unknown): Branch {
  return {
    type,
    collect(focus, scope, found) {
      for (const value of collectAll(on, focus, scope)) {
        const result = hasValue(value) ? map(value) : undefined;
        if (result !== undefined) found.push(result);
      }
    },
  };
}

function arithmetic(left: Ast, right: Ast, place: Place): Branch {
  const [one, other] = [branchesOf(left, place), branchesOf(right, place)];
  return {
    type: 'integer',
    collect(focus, scope, found) {
      const [a] = collectAll(one, focus, scope);
      const [b] = collectAll(other, focus, scope);
      if (typeof a === 'number' && typeof b === 'number') found.push(a + b);
    },
  };
}

/** `a & b`: text, where nothing counts as ''. */
function joined(left: Ast, right: Ast, place: Place): Branch {
  const [one, other] = [branchesOf(left, place), branchesOf(right, place)];
  return {
    type: 'string',
    collect(focus, scope, found) {
      const [a = ''] = collectAll(one, focus, scope);
      const [b = ''] = collectAll(other, focus, scope);
      found.push(`${a}${b}`);
    },
  };
}

function constant(value: unknown): Branch {
  return {
    type: typeof value === 'number' ? 'integer' : typeof value,
    collect: (_focus, _scope, found) => void found.push(value),
  };
}

function asBranch(condition: Condition): Branch {
  return {
    type: 'boolean',
    collect(focus, scope, found) {
      const value = condition(focus, scope);
      if (value !== undefined) found.push(value);
    },
  };
}

function collectAll(branches: readonly Branch[], focus: unknown, scope: Scope): unknown[] {
  const found: unknown[] = [];
  for (const branch of branches) branch.collect(focus, scope, found);
  return found;
}

// ---- conditions

function conditionOf(expression: Ast, place: Place): Condition {
  if (expression.kind === 'binary') return binaryCondition(expression, place);
  if (expression.kind === 'call') {
    const condition = callCondition(expression, place);
    if (condition) return condition;
  }
  if (expression.kind === 'type' && expression.sign === 'is') {
    const branches = branchesOf(expression.on, place);
    return isOfType(branches, expression.type);
  }
  const branches = branchesOf(expression, place);
  return (focus, scope) => singleton(collectAll(branches, focus, scope));
}

function singleton(values: unknown[]): boolean | undefined {
  if (values.length === 0) return undefined;
  return values.length === 1 && typeof values[0] === 'boolean' ? values[0] : true;
}

function isOfType(branches: Branch[], type: string): Condition {
  return (focus, scope) => {
    for (const branch of branches) {
      const [value] = collectAll([branch], focus, scope);
      if (value === undefined) continue;
      const actual = branch.type === 'Resource' ? String((value as Json).resourceType) : branch.type;
      return isSameOrBase(type, actual) || type.toLowerCase() === actual;
    }
    return undefined;
  };
}

function binaryCondition(expression: Extract<Ast, { kind: 'binary' }>, place: Place): Condition {
  const { sign } = expression;
  if (sign === 'and' || sign === 'or' || sign === 'xor' || sign === 'implies') {
    const left = conditionOf(expression.left, place);
    const right = conditionOf(expression.right, place);
    return LOGIC[sign](left, right);
  }
  if (sign === '|' || sign === '+' || sign === '&') {
    const branches = branchesOf(expression, place);
    return (focus, scope) => singleton(collectAll(branches, focus, scope));
  }
  const left = branchesOf(expression.left, place);
  const right = branchesOf(expression.right, place);
  if (sign === 'in' || sign === 'contains') {
    const [items, list] = sign === 'in' ? [left, right] : [right, left];
    return (focus, scope) => {
      const [item] = collectAll(items, focus, scope);
      return item === undefined ? undefined : collectAll(list, focus, scope).some((value) => isEqual(value, item));
    };
  }
  const holds = ORDERS[sign];
  if (holds === undefined && sign !== '=' && sign !== '!=') throw new Unsupported(sign);
  return (focus, scope) => {
    const one = collectAll(left, focus, scope);
    const other = collectAll(right, focus, scope);
    if (one.length === 0 || other.length === 0) return undefined;
    if (holds) return isInOrder(holds, one[0], other[0]);
    const equal = one.length === other.length && one.every((value, at) => isEqual(value, other[at]));
    return equal === (sign === '=');
  };
}

const LOGIC = {
  and:
    (left: Condition, right: Condition): Condition =>
    (focus, scope) => {
      const one = left(focus, scope);
      if (one === false) return false;
      const other = right(focus, scope);
      return other === false ? false : one && other;
    },
  or:
    (left: Condition, right: Condition): Condition =>
    (focus, scope) => {
      if (left(focus, scope) === true) return true;
      return right(focus, scope) === true ? true : both(left, right, focus, scope) ? false : undefined;
    },
  xor:
    (left: Condition, right: Condition): Condition =>
    (focus, scope) => {
      const one = left(focus, scope);
      const other = right(focus, scope);
      return one === undefined || other === undefined ? undefined : one !== other;
    },
  implies:
    (left: Condition, right: Condition): Condition =>
    (focus, scope) => {
      const one = left(focus, scope);
      if (one === false) return true;
      const other = right(focus, scope);
      return one === undefined ? other || undefined : other;
    },
};

function both(left: Condition, right: Condition, focus: unknown, scope: Scope): boolean {
  return left(focus, scope) === false && right(focus, scope) === false;
}

function callCondition(call: Call, place: Place): Condition | undefined {
  const on = () => (call.on === undefined ? place.focus : branchesOf(call.on, place));
  const [argument] = call.given;
  switch (call.name) {
    case 'not': {
      const inner = call.on === undefined ? undefined : conditionOf(call.on, place);
      if (!inner) throw new Unsupported('not() on nothing');
      return (focus, scope) => {
        const value = inner(focus, scope);
        return value === undefined ? undefined : !value;
      };
    }
    case 'exists': {
      const branches = argument ? on().map((branch) => filtered(branch, argument, place)) : on();
      return existence(branches, true);
    }
    case 'empty':
      return existence(on(), false);
    case 'hasValue': {
      const branches = on();
      return (focus, scope) => {
        const values = collectAll(branches, focus, scope);
        return values.length === 1 && hasValue(values[0]);
      };
    }
    case 'all': {
      const checks = on().map((branch) => [branch, compileCriterion(branch, argument as Ast, place)] as const);
      return (focus, scope) =>
        checks.every(([branch, check]) =>
          collectAll([branch], focus, scope).every((value) => check(value, scope) === true),
        );
    }
    case 'allFalse': {
      const branches = on();
      return (focus, scope) => collectAll(branches, focus, scope).every((value) => value === false);
    }
    case 'isDistinct': {
      const branches = on();
      return (focus, scope) => {
        const values = collectAll(branches, focus, scope).map((value) =>
          isObject(value) ? JSON.stringify(value) : value,
        );
        return new Set(values).size === values.length;
      };
    }
    case 'is':
      return isOfType(on(), typeName(argument));
    case 'startsWith':
    case 'contains': {
      const branches = on();
      const part = branchesOf(argument as Ast, place);
      const test = call.name === 'contains' ? 'includes' : 'startsWith';
      return (focus, scope) => {
        const [value] = collectAll(branches, focus, scope);
        const [wanted] = collectAll(part, focus, scope);
        return typeof value === 'string' && typeof wanted === 'string' ? value[test](wanted) : undefined;
      };
    }
    case 'matches': {
      const branches = on();
      const pattern = new RegExp(String(literal(argument)));
      return (focus, scope) => {
        const [value] = collectAll(branches, focus, scope);
        return typeof value === 'string' ? pattern.test(value) : undefined;
      };
    }
    case 'ofType':
    case 'as':
    case 'trace':
    case 'where':
    case 'select':
    case 'first':
    case 'tail':
    case 'count':
    case 'toInteger':
    case 'toString':
    case 'substring':
    case 'replaceMatches':
    case 'intersect':
      return undefined;
    default:
      throw new Unsupported(`${call.name}()`);
  }
}

/** `exists()` and `empty()`; the common case of one direct child needs no collection. */
function existence(branches: readonly Branch[], wanted: boolean): Condition {
  const keys = branches.flatMap((branch) => (branch.keys?.length === 1 ? [branch.keys[0] as string] : []));
  if (keys.length === branches.length) {
    const [first, ...rest] = keys as [string, ...string[]];
    const beside = keys.map((key) => `_${key}`);
    if (rest.length === 0) {
      const other = beside[0] as string;
      return (focus) => ((focus as Json)[first] !== undefined || (focus as Json)[other] !== undefined) === wanted;
    }
    const names = [...keys, ...beside];
    return (focus) => names.some((key) => (focus as Json)[key] !== undefined) === wanted;
  }
  return (focus, scope) => {
    const found: unknown[] = [];
    for (const branch of branches) {
      branch.collect(focus, scope, found);
      if (found.length > 0) return wanted;
    }
    return !wanted;
  };
}

// ---- values

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hasValue(value: unknown): boolean {
  return value !== undefined && value !== null && typeof value !== 'object';
}

function isEqual(one: unknown, other: unknown): boolean {
  if (!isObject(one) || !isObject(other)) return one === other;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => JSON.stringify(one[key]) === JSON.stringify(other[key]))
  );
}

/**
 * Whether the order holds. Where it cannot be known (other units, dates of different precision that overlap) the answer is true:
 * a rule is broken only by what is certainly wrong.
 */
function isInOrder(holds: Order, one: unknown, other: unknown): boolean {
  const a = spanOf(one);
  const b = spanOf(other);
  return !a || !b || a.unit !== b.unit || holds(a, b);
}

interface Span {
  lo: number;
  hi: number;
  unit: string;
}

type Order = (a: Span, b: Span) => boolean;

const ORDERS: Record<string, Order> = {
  '<': (a, b) => a.lo < b.hi,
  '<=': (a, b) => a.lo <= b.hi,
  '>': (a, b) => a.hi > b.lo,
  '>=': (a, b) => a.hi >= b.lo,
};

function spanOf(value: unknown): Span | undefined {
  if (typeof value === 'number') return { lo: value, hi: value, unit: '' };
  if (typeof value === 'string') {
    const instants = instantsOf(value);
    return instants && { ...instants, unit: 'date' };
  }
  if (isObject(value) && typeof value.value === 'number') {
    const { value: amount, system, code, unit } = value;
    return { lo: amount, hi: amount, unit: JSON.stringify([system, code ?? unit]) };
  }
  return undefined;
}

function typeName(argument: Ast | undefined): string {
  if (argument?.kind === 'member') return argument.name;
  throw new Unsupported('a type that is not a name');
}

function literal(argument: Ast | undefined): string | number | boolean {
  if (argument?.kind === 'literal') return literalValue(argument);
  throw new Unsupported('an argument that is not a literal');
}

function literalValue({ type, text }: Extract<Ast, { kind: 'literal' }>): string | number | boolean {
  switch (type) {
    case 'boolean':
      return text === 'true';
    case 'string':
      return text;
    case 'integer':
    case 'decimal':
      return Number(text);
    default:
      throw new Unsupported(`a literal of type ${type}`);
  }
}
