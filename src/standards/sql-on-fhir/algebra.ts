/**
 * What a FHIRPath expression means, typed, before it is said in SQL. An expression is single (at most one item, absent when
 * there is none) or many (a list). Both targets have arrays, so both say it with the same few operations.
 */

/** How a value is held: `written` is a decimal as the digits of its text, `decimal` a number; `element` is anything with parts. */
export type Kind = 'boolean' | 'string' | 'integer' | 'written' | 'decimal' | 'date' | 'dateTime' | 'time' | 'element';

export const NUMBERS: ReadonlySet<Kind> = new Set(['integer', 'written', 'decimal']);
export const MOMENTS: ReadonlySet<Kind> = new Set(['date', 'dateTime', 'time']);

/**
 * Which parts of an element are read. A whole tree of parts is extracted from the JSON at once into typed tuples; an element whose
 * own text is needed (`raw`: does it exist, is it equal, is it nested without end) stays JSON, and so does all below it.
 */
export interface Shape {
  /** What is read in the end; `noteReading` fills it. */
  parts: Map<string, Part>;
  /** The shapes of the parts that were ever asked for. */
  known: Map<string, Shape>;
  raw: boolean;
  above?: Shape;
}

export interface Part {
  type: string;
  kind: Kind;
  many: boolean;
  shape?: Shape;
  /** Of a list of elements: it matters how many there are, also of those that have none of the parts that are read. */
  counted: boolean;
}

interface Typed {
  /** The FHIR type, or the path of a nested element such as `Patient.contact`. */
  type: string;
  kind: Kind;
  many: boolean;
  /** Of elements. */
  shape?: Shape;
}

export type Variable = Typed & { op: 'variable'; name: string; beside?: Expr };

export type Expr = Typed &
  (
    | { op: 'variable'; name: string; beside?: Expr }
    /** `text` as in FHIR's JSON; absent when undefined. */
    | { op: 'literal'; text: string | undefined }
    /** With `beside`, the list is as long as the longer of it and the one of that key: values and companions in step. */
    | { op: 'child'; of: Expr; key: string; beside?: string }
    | { op: 'scalar'; name: Scalar; given: Expr[] }
    /** One item for each; those absent are still in it. */
    | { op: 'each'; list: Expr; item: Variable; second?: Second; body: Expr }
    | { op: 'flat'; list: Expr; item: Variable; second?: Second; body: Expr }
    | { op: 'filter'; list: Expr; item: Variable; second?: Second; condition: Expr }
    /** Leaves out what is absent. */
    | { op: 'values'; list: Expr }
    /** The item, or nothing when `present` does not hold. */
    | { op: 'list'; item: Expr; present: Expr }
    | { op: 'concat'; lists: Expr[] }
    | { op: 'distinct'; list: Expr }
    | { op: 'sorted'; list: Expr }
    | { op: 'slice'; list: Expr; from: Expr; most?: Expr }
    | { op: 'at'; list: Expr; index: Expr }
    | { op: 'last'; list: Expr }
    /** The only item; more than one is an error while running. */
    | { op: 'only'; list: Expr }
    | { op: 'count'; list: Expr }
    | { op: 'join'; list: Expr; separator: Expr }
    /** A text cut where `by` stands, or into its characters; nothing of what is absent. */
    | { op: 'split'; text: Expr; by?: Expr }
    /** Of keys of moments: empty where a pair is the same as far as both are known but one is less precise. */
    | { op: 'sameLists'; left: Expr; right: Expr; areMoments: boolean }
    | { op: 'holds'; list: Expr; value: Expr }
    /** All that `body` finds in the items of `start`, in theirs, and so on; each item before what is found in it. */
    | { op: 'repeat'; start: Expr; item: Variable; body: Expr }
  );

/** A second list walked in step with the first: the companions of primitives, or the numbers of items from 0. */
export interface Second {
  variable: Variable;
  /** The items' numbers when undefined. */
  list?: Expr;
}

/** Functions of single values; absent when an argument is, unless said otherwise. */
export type Scalar =
  | 'present' // never absent
  | 'and'
  | 'or'
  | 'xor'
  | 'implies'
  | 'not'
  | 'isTrue' // never absent
  | 'if' // condition, then, else: an absent condition is false
  | 'coalesce'
  | 'choice' // the one that is there of the values of a choice of types
  | 'equal'
  | 'alike' // of two numbers, as precisely as the less precise one is written
  | 'less'
  | 'lessEqual'
  | 'sameKey' // of two keys of times
  | 'beforeKey'
  | 'beforeEqualKey'
  | 'momentKey'
  | 'clockKey'
  | 'add'
  | 'subtract'
  | 'multiply'
  | 'divide'
  | 'wholeDivide'
  | 'modulo'
  | 'negate'
  | 'absolute'
  | 'ceiling'
  | 'floor'
  | 'truncate'
  | 'round'
  | 'squareRoot'
  | 'exponent'
  | 'logarithm'
  | 'power'
  | 'number'
  | 'text'
  | 'integerOf'
  | 'decimalOf'
  | 'booleanOf'
  | 'dateOf'
  | 'shifted' // a date or time, how many, the calendar's word for what: a literal
  | 'fits'
  | 'append'
  | 'join2' // absent counts as empty text
  | 'includes'
  | 'startsWith'
  | 'endsWith'
  | 'matches'
  | 'matchesWhole'
  | 'replace'
  | 'replaceMatches'
  | 'indexOf'
  | 'substring'
  | 'lastIndexOf'
  | 'length'
  | 'upper'
  | 'lower'
  | 'trim'
  | 'canonicalText' // of an element: equal for equal ones
  | 'referenceKey'
  | 'lowDecimal'
  | 'highDecimal'
  | 'lowMoment'
  | 'highMoment'
  | 'lowDate'
  | 'highDate'
  | 'lowTime'
  | 'highTime';

export function newShape(above?: Shape): Shape {
  return { parts: new Map(), known: new Map(), raw: false, ...(above && { above }) };
}

export function isRaw(shape: Shape): boolean {
  for (let at: Shape | undefined = shape; at !== undefined; at = at.above) if (at.raw) return true;
  return false;
}

export function literal(kind: Kind, text: string | undefined, type: string = kind): Expr {
  return { op: 'literal', text, type, kind, many: false };
}

export const TRUE = literal('boolean', 'true');
export const FALSE = literal('boolean', 'false');

export function integer(value: number): Expr {
  return literal('integer', String(value));
}

export function scalar(
  name: Scalar,
  kind: Kind,
  given: Expr[],
  type: string = kind === 'written' ? 'decimal' : kind,
): Expr {
  return { op: 'scalar', name, given, type, kind, many: false };
}

/** The value of an element that may be of several types of one kind: one of `given` is there at most. */
export function choice(given: Expr[], type: string): Expr {
  const [first] = given as [Expr];
  if (given.length === 1) return first;
  for (const one of given) keepRaw(one);
  const shape = first.kind === 'element' && { shape: { ...newShape(), raw: true } };
  return { ...scalar('choice', first.kind, given, type), ...shape };
}

export function test(name: Scalar, ...given: Expr[]): Expr {
  return scalar(name, 'boolean', given);
}

export function both(left: Expr, right: Expr): Expr {
  if (left === TRUE) return right;
  return right === TRUE ? left : test('and', left, right);
}

export function either(left: Expr, right: Expr): Expr {
  if (left === FALSE) return right;
  return right === FALSE ? left : test('or', left, right);
}

/** The same type, single or many. */
export function typed(of: Typed, many: boolean): Typed {
  return { type: of.type, kind: of.kind, many, ...(of.shape && { shape: of.shape }) };
}

let made = 0;
/** How many operations an expression has; what is used twice counts twice. */
export function sizeOf(tree: unknown): number {
  if (typeof tree !== 'object' || tree === null) return 0;
  const known = sizes.get(tree);
  if (known !== undefined) return known;
  const isVariable = (tree as Partial<Expr>).op === 'variable';
  let size = (tree as Partial<Expr>).op === undefined ? 0 : 1;
  for (const [key, part] of Object.entries(tree)) if (key !== 'shape' && !isVariable) size += sizeOf(part);
  sizes.set(tree, size);
  return size;
}

const sizes = new WeakMap<object, number>();

/** A name no other variable has in this process, short enough to read; statements begin again from 1 by `renumber`. */
export function variable(of: Typed): Variable {
  return { op: 'variable', name: `v${++made}`, ...typed(of, false) };
}

/** Begins the names of variables again, so that equal views make equal statements. */
export function renumber(): void {
  made = 0;
}

/** Nothing below may be read part by part any more. */
export function keepRaw(of: Typed): void {
  if (of.shape) of.shape.raw = true;
}

// ---- presence

/** Whether a condition is true or false whatever the data, and never absent. */
export function isDecided(of: Expr): boolean {
  if (of.op === 'literal') return of.text !== undefined;
  if (of.op === 'count') return true;
  if (of.op !== 'scalar') return false;
  if (of.name === 'present' || of.name === 'isTrue') return true;
  return DECIDED_BY_PARTS.has(of.name) && of.given.every(isDecided);
}

const DECIDED_BY_PARTS: ReadonlySet<Scalar> = new Set(['and', 'or', 'xor', 'not', 'less', 'lessEqual']);

/** Whether a single expression has an item; never absent. A primitive without a value exists by its companion. */
export function presence(of: Expr): Expr {
  switch (of.op) {
    case 'child': {
      if (of.kind === 'element') {
        keepRaw(of);
        return test('present', of);
      }
      const beside = companionOf(of);
      return beside ? either(test('present', of), test('present', beside)) : test('present', of);
    }
    case 'at':
      return test('less', of.index, count(of.list));
    case 'last':
    case 'only':
      return test('less', integer(0), count(of.list));
    case 'variable':
      return TRUE;
    case 'literal':
      return of.text === undefined ? FALSE : TRUE;
    case 'scalar':
      if (of.name === 'if')
        return test('if', of.given[0] as Expr, presence(of.given[1] as Expr), presence(of.given[2] as Expr));
      if (of.name === 'choice') return of.given.map(presence).reduce(either);
      return test('present', of);
    default:
      return test('present', of);
  }
}

/** Whether what makes an item present is that it has a value: the item is then said once. */
export function isByValue({ item, present }: { item: Expr; present: Expr }): boolean {
  return item.kind !== 'element' && present.op === 'scalar' && present.name === 'present' && present.given[0] === item;
}

/** Items only, none absent, primitives without a value among them. */
export function settled(of: Expr): Expr {
  if (!of.many) return { op: 'list', item: of, present: presence(of), ...typed(of, true) };
  if (of.op === 'each') {
    const present = presence(of.body);
    if (present === TRUE) return of;
    const body: Expr = { op: 'list', item: of.body, present, ...typed(of.body, true) };
    const { op: _, ...rest } = of;
    return { ...rest, op: 'flat', body, ...typed(of.body, true) };
  }
  if (of.op === 'flat') return { ...of, body: settled(of.body) };
  if (of.op === 'concat') return { ...of, lists: of.lists.map(settled) };
  if (of.op === 'child' && of.kind !== 'element' && of.beside === undefined) return { ...of, beside: `_${of.key}` };
  return of;
}

/** Items that have a value. */
export function valuesOf(of: Expr): Expr {
  if (of.kind === 'element') return settled(of);
  if (!of.many) return { op: 'list', item: of, present: test('present', of), ...typed(of, true) };
  if (of.op === 'values') return of;
  return { op: 'values', list: of, ...typed(of, true) };
}

export function count(list: Expr): Expr {
  if (!list.many) return scalar('if', 'integer', [presence(list), integer(1), integer(0)]);
  const items = settled(list);
  return { op: 'count', list: items, type: 'integer', kind: 'integer', many: false };
}

/** At most one, or an error while running. */
export function only(list: Expr): Expr {
  if (!list.many) return list;
  const items = valuesOf(list);
  return { op: 'only', list: items, ...typed(list, false) };
}

// ---- parts

/** The part `key` of every item of `on`. */
export function child(on: Expr, key: string, part: { type: string; kind: Kind; many: boolean }): Expr {
  if (!on.many) return childOf(on, key, part);
  if (on.op === 'each') {
    const body = childOf(on.body, key, part);
    const { op: _, ...rest } = on;
    return body.many ? { ...rest, op: 'flat', body, ...typed(body, true) } : { ...on, body, ...typed(body, true) };
  }
  if (on.op === 'flat') {
    const body = child(on.body, key, part);
    return { ...on, body, ...typed(body, true) };
  }
  const item = variable(on);
  const body = childOf(item, key, part);
  return { op: part.many ? 'flat' : 'each', list: on, item, body, ...typed(body, true) };
}

function childOf(of: Expr, key: string, part: { type: string; kind: Kind; many: boolean }): Expr {
  const { type, kind, many } = part;
  if (kind !== 'element') return { op: 'child', of, key, type, kind, many };
  const shape = of.shape?.known.get(key) ?? newShape(of.shape);
  of.shape?.known.set(key, shape);
  return { op: 'child', of, key, type, kind, many, shape };
}

/**
 * What stands beside the value of primitives (`_birthDate`), in step with the items of `of` when those are many; undefined where
 * values are computed and so have nothing beside them.
 */
export function companionOf(of: Expr): Expr | undefined {
  if (of.kind === 'element') return undefined;
  switch (of.op) {
    case 'variable':
      return of.beside;
    case 'child': {
      const beside = childOf(of.of, `_${of.key}`, { type: 'Element', kind: 'element', many: of.many });
      keepRaw(beside);
      return of.many && beside.op === 'child' ? { ...beside, beside: of.key } : beside;
    }
    case 'scalar': {
      const given = of.name === 'choice' ? of.given.map(companionOf) : [undefined];
      return given.includes(undefined) ? undefined : choice(given as Expr[], 'Element');
    }
    case 'at':
    case 'last':
    case 'only': {
      const list = companionOf(of.op === 'only' && of.list.op === 'values' ? of.list.list : of.list);
      return list && { ...of, list, ...typed(list, false) };
    }
    case 'slice': {
      const list = companionOf(of.list);
      return list && { ...of, list, ...typed(list, true) };
    }
    case 'each':
    case 'flat': {
      const body = companionOf(of.body);
      return body && { ...of, body, ...typed(body, true) };
    }
    case 'list': {
      const item = companionOf(of.item);
      return item && { ...of, item, ...typed(item, true) };
    }
    case 'filter': {
      const beside = companionOf(of.list);
      if (beside === undefined) return undefined;
      const item = of.second?.list ? of.second.variable : variable(beside);
      return { ...of, list: beside, item, second: { variable: of.item, list: of.list }, ...typed(beside, true) };
    }
    default:
      return undefined;
  }
}
