import { isSameOrBase } from '#standards/fhir';
import type { Ast } from '#standards/fhirpath';
import {
  child,
  choice,
  companionOf,
  count,
  type Expr,
  either,
  FALSE,
  integer,
  type Kind,
  keepRaw,
  literal,
  NUMBERS,
  newShape,
  only,
  presence,
  type Second,
  scalar,
  settled,
  TRUE,
  test,
  typed,
  type Variable,
  variable,
} from './algebra.ts';
import { FUNCTIONS, REFUSED } from './functions.ts';
import { OPERATORS } from './operators.ts';
import { quantity, quantityPart } from './quantity.ts';
import { childrenOf, isAbstract, isResource, readType } from './types.ts';

/**
 * What an expression stands for: one part for each type it can end in. `Observation.value` has eleven, of which one at most is
 * present; most expressions have one, and what is always empty has none.
 */
export type Value = readonly Expr[];

/** An expression that cannot be compiled. `message` tells the author of the view why. */
export class PathError extends Error {
  override readonly name = 'PathError';
}

export interface Scope {
  /** `$this`. */
  focus: Value;
  /** `$index`. */
  index?: Expr;
  /** `%rowIndex`. */
  rowIndex: Expr;
  /** `%resource` and `%rootResource`. */
  resource: Expr;
  /** `%context`: what the expression started from. */
  context: Value;
  constants: ReadonlyMap<string, Expr>;
  warn(message: string): void;
}

/** @throws PathError */
export function meaningOf(ast: Ast, scope: Scope): Value {
  switch (ast.kind) {
    case 'this':
      return scope.focus;
    case 'empty':
      return [];
    case 'literal':
      if (ast.type === 'Quantity') return [quantity(ast.text, ast.unit ?? '1')];
      return [literal(ast.type === 'decimal' ? 'written' : ast.type, ast.text, ast.type)];
    case 'variable':
      return variableMeaning(ast.name, scope);
    case 'member':
      return memberMeaning(ast.on, ast.name, scope);
    case 'index': {
      const index = one(meaningOf(ast.at, scope));
      if (index === undefined) return [];
      if (index.kind !== 'integer') throw new PathError('an index must be an integer');
      return at(meaningOf(ast.on, scope), index);
    }
    case 'type': {
      const on = meaningOf(ast.on, scope);
      return ast.sign === 'as' ? ofType(on, ast.type) : isOf(on, ast.type);
    }
    case 'sign': {
      const on = one(meaningOf(ast.on, scope));
      if (on === undefined) return [];
      if (on.kind === 'integer') return [scalar('negate', 'integer', [on])];
      return [scalar('negate', 'decimal', [number(on)])];
    }
    case 'binary':
      return OPERATORS[ast.sign]?.(ast.left, ast.right, scope) ?? fail(`the operator ${ast.sign} is not known`);
    case 'call': {
      const known = Object.hasOwn(FUNCTIONS, ast.name) ? FUNCTIONS[ast.name] : undefined;
      if (known === undefined) {
        const why = Object.hasOwn(REFUSED, ast.name) ? REFUSED[ast.name] : undefined;
        throw new PathError(`the function ${ast.name}() is not ${why === undefined ? 'known' : `supported: ${why}`}`);
      }
      const { least, most } = known;
      if (ast.given.length < least || ast.given.length > most)
        throw new PathError(`${ast.name}() takes ${least === most ? least : `${least} to ${most}`} arguments`);
      const on = ast.on === undefined ? scope.focus : meaningOf(ast.on, scope);
      return known.apply(on, ast.given, scope);
    }
  }
}

function fail(message: string): never {
  throw new PathError(message);
}

function variableMeaning(name: string, scope: Scope): Value {
  const constant = scope.constants.get(name);
  if (constant) return [constant];
  switch (name) {
    case 'rowIndex':
      return [scope.rowIndex];
    case 'resource':
    case 'rootResource':
      return [scope.resource];
    case 'context':
      return scope.context;
    case 'ucum':
      return [literal('string', 'http://unitsofmeasure.org')];
    case 'sct':
      return [literal('string', 'http://snomed.info/sct')];
    case 'loinc':
      return [literal('string', 'http://loinc.org')];
    case '$index':
      if (scope.index) return [scope.index];
      throw new PathError('$index stands only inside a function over items, such as where()');
    default:
      throw new PathError(name.startsWith('$') ? `${name} is not supported` : `there is no constant named ${name}`);
  }
}

// ---- the way down

function memberMeaning(owner: Ast | undefined, name: string, scope: Scope): Value {
  if (owner === undefined) {
    // A path may begin with the type it starts from.
    const [focus] = scope.focus;
    if (focus && /^[A-Z]/.test(name) && readType(name) !== undefined) {
      const same = scope.focus.filter(({ type }) => isSameOrBase(name, type));
      if (same.length > 0) return same;
    }
    return stepInto(scope.focus, name, scope);
  }
  return stepInto(meaningOf(owner, scope), name, scope);
}

/** The children of that name. */
export function stepInto(on: Value, name: string, scope: Scope): Value {
  const found = on.flatMap<Expr>((part) => {
    if (part.kind !== 'element') return besidePart(part, name);
    const quantity = quantityPart(part, name);
    if (quantity) return [quantity];
    return childrenOf(part.type, name).map(({ key, ...kind }) => child(part, key, kind));
  });
  if (found.length === 0 && on.length > 0)
    scope.warn(`${on.map(({ type }) => type).join(', ')} has no element named ${name}`);
  return found;
}

/** What primitives have besides their value: `birthDate.extension`, `birthDate.id`. */
function besidePart(part: Expr, name: string): Expr[] {
  if (name !== 'extension' && name !== 'id') return [];
  const beside = companionOf(part);
  if (beside === undefined) return [];
  return childrenOf('Element', name).map(({ key, ...kind }) => child(beside, key, kind));
}

export function at(on: Value, index: Expr): Value {
  return on.map((part) => {
    const list = settled(part);
    return { op: 'at', list, index, ...typed(list, false) };
  });
}

export function ofType(on: Value, written: string): Value {
  const name = readType(written);
  if (name === undefined) throw new PathError(`there is no type named ${written}`);
  const found = on.flatMap<Expr>((part) => {
    if (isSameOrBase(name, part.type)) return [part];
    // Of any resource: those that say they are of the type.
    if (isResource(part.type) && isResource(name) && isSameOrBase(part.type, name)) {
      const item = variable(settled(part));
      keepRaw(part);
      const said = child(item, 'resourceType', { type: 'code', kind: 'string', many: false });
      const condition = test('equal', said, literal('string', name));
      const list = settled(part);
      const filtered: Expr = { op: 'filter', list, item, condition, ...typed(list, true), type: name };
      return [part.many ? filtered : { op: 'at', list: filtered, index: integer(0), ...typed(filtered, false) }];
    }
    return [];
  });
  const merged = isAbstract(name) ? undefined : mergedChoice(found, name);
  return merged ? [merged] : found;
}

/**
 * The parts of one choice of types as one part, so that items of a type and of those derived from it keep their order: texts and codes
 * are both strings. Undefined when the parts are no such parts.
 */
function mergedChoice(parts: Value, type: string): Expr | undefined {
  const [first, ...rest] = parts;
  if (first === undefined || rest.length === 0) return undefined;
  switch (first.op) {
    case 'child': {
      const { of, kind, many } = first;
      const isChoice = parts.every((part) => part.op === 'child' && part.of === of && part.kind === kind && !many);
      return isChoice ? choice([...parts], type) : undefined;
    }
    case 'each':
    case 'flat': {
      const { op, list, item } = first;
      const bodies = parts.map((part) => {
        if (part.op !== op || part.list !== list || part.second) return undefined;
        return part.item === item ? part.body : ofItem(part.body, part.item, item);
      });
      const body = bodies.includes(undefined) ? undefined : mergedChoice(bodies as Expr[], type);
      return body && { ...first, body, ...typed(body, true) };
    }
    default:
      return undefined;
  }
}

/** The same part of another item of the same list. */
function ofItem(body: Expr, item: Variable, other: Variable): Expr | undefined {
  return body.op === 'child' && body.of === item ? { ...body, of: other } : undefined;
}

export function isOf(on: Value, written: string): Value {
  if (on.length === 0) return [];
  const matching = ofType(on, written);
  return [test('if', exists(on), exists(matching), literal('boolean', undefined))];
}

// ---- values

export function exists(on: Value): Expr {
  return on
    .map((part) => (part.many ? test('less', integer(0), count(part)) : presence(part)))
    .reduce<Expr>(either, FALSE);
}

export function countOf(on: Value): Expr {
  if (on.length === 0) return integer(0);
  return on.map(count).reduce((sum, next) => scalar('add', 'integer', [sum, next]));
}

/** As one list; undefined when there is nothing. Parts of other types are an error unless one kind holds them all. */
export function listOf(on: Value): Expr | undefined {
  const [first, ...rest] = on;
  if (first === undefined) return undefined;
  if (rest.length === 0) return settled(first);
  return concat(on.map(settled));
}

function concat(lists: Expr[]): Expr {
  const same = oneKind(lists);
  const [first] = same as [Expr, ...Expr[]];
  if (first.kind === 'element') {
    for (const list of same) keepRaw(list);
    const shape = { ...newShape(), raw: true };
    return { op: 'concat', lists: same, type: commonType(same), kind: 'element', many: true, shape };
  }
  return { op: 'concat', lists: same, ...typed(first, true), type: commonType(same) };
}

function commonType(of: readonly Expr[]): string {
  const [first] = of as [Expr];
  return of.every(({ type }) => type === first.type) ? first.type : kindName(first.kind);
}

function kindName(kind: Kind): string {
  if (kind === 'element') return 'Element';
  return kind === 'written' ? 'decimal' : kind;
}

/** All of one kind: numbers become decimals, dates are times. */
function oneKind(parts: readonly Expr[]): Expr[] {
  const kinds = new Set(parts.map(({ kind }) => kind));
  if (kinds.size === 1) return [...parts];
  if ([...kinds].every((kind) => NUMBERS.has(kind))) return parts.map((part) => mapped(part, number));
  if ([...kinds].every((kind) => kind === 'date' || kind === 'dateTime'))
    return parts.map((part) => ({ ...part, kind: 'dateTime' }));
  throw new PathError('values of several types meet here: choose one with ofType()');
}

/** A function of one value applied to all. */
export function mapped(on: Expr, apply: (one: Expr) => Expr): Expr {
  if (!on.many) return apply(on);
  const list = settled(on);
  const item = variable(list);
  const body = apply(item);
  return { op: 'each', list, item, body, ...typed(body, true) };
}

/** The value where one is needed; undefined when there is none. More than one is an error while running. */
export function one(on: Value): Expr | undefined {
  const [first, ...rest] = on;
  if (first === undefined) return undefined;
  if (rest.length === 0) return only(first);
  if (on.some(({ many }) => many)) return only(listOf(on) as Expr);
  const same = oneKind(on);
  const [head] = same as [Expr];
  if (head.kind === 'element') return only(concat(same.map(settled)));
  return { ...scalar('coalesce', head.kind, same), type: commonType(same) };
}

/** As a condition: what is no boolean counts as true when there is one of it. */
export function condition(on: Value): Expr {
  const value = one(on);
  if (value === undefined) return literal('boolean', undefined);
  if (value.kind === 'boolean') return value;
  return test('if', presence(value), TRUE, literal('boolean', undefined));
}

/** A number as a decimal. */
export function number(of: Expr): Expr {
  if (of.kind === 'decimal') return of;
  if (of.kind === 'integer' || of.kind === 'written') return scalar('number', 'decimal', [of], 'decimal');
  throw new PathError(`a number is needed, not ${of.type}`);
}

export function text(of: Expr): Expr {
  if (of.kind !== 'string') throw new PathError(`a text is needed, not ${of.type}`);
  return of;
}

/** A function over items: `$this` and `$index` inside. `body` is compiled once. */
export function overItems<T>(
  list: Expr,
  scope: Scope,
  apply: (inner: Scope) => T,
): { item: Variable; second?: Second; made: T } {
  const item = variable(list);
  const beside = list.kind === 'element' ? undefined : companionOf(list);
  const index = variable({ type: 'integer', kind: 'integer', many: false });
  if (beside) item.beside = variable(beside);
  const made = apply({ ...scope, focus: [item], index });
  const usesBeside = beside !== undefined && mentions(made, (item.beside as Variable).name);
  const usesIndex = mentions(made, index.name);
  if (usesBeside && usesIndex) throw new PathError('$index beside extensions of primitives is not supported');
  if (usesBeside) return { item, second: { variable: item.beside as Variable, list: beside }, made };
  return usesIndex ? { item, second: { variable: index }, made } : { item, made };
}

/** Whether a variable is read in an expression; what it could be read from (`shape`, `beside`) does not count. */
export function mentions(tree: unknown, name: string, seen = new WeakSet<object>()): boolean {
  if (typeof tree !== 'object' || tree === null || seen.has(tree)) return false;
  seen.add(tree);
  if ((tree as Expr).op === 'variable') return (tree as Variable).name === name;
  return Object.entries(tree).some(([key, part]) => key !== 'shape' && mentions(part, name, seen));
}
